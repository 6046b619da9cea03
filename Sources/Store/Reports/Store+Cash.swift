package import Books
import GRDB
package import Replica

/// Where money came from and went to.
extension Store {
    /// What came and went on the accounts of money of each branch, and for what: in its own currency. Cost: a row for each day, branch and line,
    /// and the postings of money of days that are not kept, summed by document and account.
    package func cashFlow(
        of currencies: OwnCurrencies, from: Day, to: Day
    ) throws -> [BranchCode: CashFlow.Lines] {
        try access { db in
            var flows: [BranchCode: CashFlow.Lines] = [:]
            try eachCashDay(db, currencies, from: from, to: to) { _, branch, line, amount in
                flows[branch, default: [:]][line, default: 0] += amount
            }
            return flows
        }
    }

    /// The same of each day, in their order.
    package func cashFlowDays(
        of currencies: OwnCurrencies, from: Day, to: Day
    ) throws -> [(day: Day, flows: [BranchCode: CashFlow.Lines])] {
        try access { db in
            var days: [(day: Day, flows: [BranchCode: CashFlow.Lines])] = []
            try eachCashDay(db, currencies, from: from, to: to) { day, branch, line, amount in
                if days.last?.day != day { days.append((day, [:])) }
                days[days.count - 1].flows[branch, default: [:]][line, default: 0] += amount
            }
            return days
        }
    }

    private func eachCashDay(
        _ db: Database, _ currencies: OwnCurrencies, from: Day, to: Day,
        _ body: (Day, BranchCode, CashLine, Int128) -> Void
    ) throws {
        let kept = try KeptDays(db)
        let days = CashDays(db, currencies)
        for day in try bookDays(db, from: from, to: to) {
            let bytes = try kept.answer(CashDays.question(currencies), on: day) {
                try days.bytes(on: day)
            }
            try CashDays.read(bytes) { body(Day(number: day), $0, $1, $2) }
        }
    }
}
