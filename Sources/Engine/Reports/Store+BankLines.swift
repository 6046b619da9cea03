import Books
import Replica
import Store

/// What was read of a bank's statements, of all months.
extension Store {
    /// Those that stand.
    func bankLines(_ bank: Account) throws -> [BankLine] {
        try events(withPrefix: BankLine.prefix(bank)).flatMap { BankLine.lines($0.events) }
    }

    func struckBankLines(
        _ bank: Account
    ) throws -> [(line: BankLine, by: BankLine.Strike)] {
        try events(withPrefix: BankLine.prefix(bank)).flatMap { BankLine.struck($0.events) }
    }
}
