import Books
import GRDB
package import Replica

/// Sums of days made while nobody waits for them, and held against the postings.
extension Store {
    /// Makes at most `limit` of the answers that reports would have to make, fewer where they are long: the cash flow and the accounts of money of the book, and of each branch what moved and what
    /// was sold by item, hour and customer. Pools are to be folded before, or days are made once more.
    ///
    /// - Returns: is there more to do?
    package func keepDays(
        _ branches: [BranchCode], of currencies: OwnCurrencies, utcOffsetMinutes: Int64, limit: Int
    ) throws -> Bool {
        try savepoint {
            try access { db in
                let kept = try KeptDays(db)
                var missing = memory.missingDays ?? []
                if missing.isEmpty {
                    for question in Self.questions(branches, currencies, utcOffsetMinutes) {
                        guard missing.count < Self.missingMax else { break }
                        missing += try kept.missing(question, limit: Self.missingMax).map {
                            (question, $0)
                        }
                    }
                }
                var (done, bytes) = (0, 0)
                while done < missing.count, done < limit, bytes < Self.bytesAtOnce {
                    let (question, day) = missing[done]
                    done += 1
                    guard let make = try answer(to: question, db, currencies) else { continue }
                    bytes += try kept.answer(question, on: day) { try make(day) }.count
                }
                memory.missingDays = Array(missing.dropFirst(done))
                return !missing.isEmpty
            }
        }
    }

    /// A busy day, or many quiet ones: some milliseconds.
    private static let bytesAtOnce = 4_096
    /// Looked up at once; what is left of them lies in memory.
    private static let missingMax = 1_000

    private static func questions(
        _ branches: [BranchCode], _ currencies: OwnCurrencies, _ utcOffsetMinutes: Int64
    ) -> [KeptQuestion] {
        [CashDays.question(currencies), BalanceDays.money]
            + branches.flatMap { branch in
                [KeptQuestion(name: movesQuestion, branch: branch.text)]
                    + SoldTelling.allCases.map {
                        SoldQuery.all(of: branch, $0, utcOffsetMinutes: utcOffsetMinutes)
                            .question($0)
                    }
            }
    }

    /// What is kept and is not what the postings say, as texts; of a question that this program does not ask, nothing.
    /// Cost: as if nothing were kept.
    package func keptDifferences(_ currencies: OwnCurrencies) throws -> [String] {
        try access { db in
            let kept = try KeptDays(db)
            let rows = try Row.fetchAll(
                db, sql: "SELECT day, question, branch FROM kept_day ORDER BY question, branch, day"
            )
            var faults: [String] = []
            for row in rows {
                let day: Int32 = try row.at(0)
                let question = KeptQuestion(name: try row.at(1), branch: try row.at(2))
                guard let make = try answer(to: question, db, currencies),
                    try kept.held(question, on: day) != make(day)
                else { continue }
                faults.append("\(question.name) \(question.branch) \(Day(number: day))")
            }
            return faults
        }
    }

    /// How the answer to a question is made.
    private func answer(
        to question: KeptQuestion, _ db: Database, _ currencies: OwnCurrencies
    ) throws -> ((Int32) throws -> [UInt8])? {
        if question == CashDays.question(currencies) {
            let days = CashDays(db, currencies)
            return { try days.bytes(on: $0) }
        }
        if question == BalanceDays.money || question == BalanceDays.goods {
            let days = try BalanceDays(db)
            return { try days.bytes(question, on: $0) }
        }
        if question.name == Self.movesQuestion {
            return { try self.dayMoves(db, branch: question.branch, on: $0) }
        }
        if question.name == FrozenDays.name, let branch = BranchCode(question.branch) {
            return { try FrozenDays(db, branch, try self.closes(db, of: branch)).bytes(on: $0) }
        }
        guard let (query, telling) = SoldQuery.asked(question) else { return nil }
        return { try self.sold(db, query, telling, on: $0) }
    }
}
