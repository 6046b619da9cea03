package import Books
import GRDB
package import Replica

/// Where money came from and went to.
extension Store {
    /// What came and went on the accounts of money of each branch, and for what. Cost: a row for each day, branch and line,
    /// and the postings of money of days that are not kept, summed by document and account.
    package func cashFlow(
        of currency: CurrencyCode, from: Day, to: Day
    ) throws -> [BranchCode: CashFlow.Lines] {
        try access { db in
            var flows: [BranchCode: CashFlow.Lines] = [:]
            let kept = try KeptDays(db)
            let days = CashDays(db, currency)
            for day in try bookDays(db, from: from, to: to) {
                let bytes = try kept.answer(CashDays.question, on: day) { try days.bytes(on: day) }
                try CashDays.read(bytes) { branch, line, amount in
                    flows[branch, default: [:]][line, default: 0] += amount
                }
            }
            return flows
        }
    }
}
