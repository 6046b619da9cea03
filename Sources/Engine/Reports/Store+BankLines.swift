import Books
import Replica
import Store

struct ReadBankLines {
    let standing: [BankLine]
    let struck: [(line: BankLine, by: BankLine.Strike)]
}

/// What was read of a bank's statements, of all months.
extension Store {
    /// Those that stand.
    func bankLines(_ bank: Account) throws -> [BankLine] {
        try events(withPrefix: BankLine.prefix(bank)).flatMap { BankLine.lines($0.events) }
    }

    /// Was any line ever read, those that were struck as well? Cost: of the first month.
    func hasBankLines(_ bank: Account) throws -> Bool {
        try holdsEvents(withPrefix: BankLine.prefix(bank), kind: BankLine.Kind.line)
    }

    /// What documents are called, by the invoices that stand.
    func documentNames() throws -> DocumentNames {
        DocumentNames(try invoices().filter { try $0.stands && !isReversed($0.number) })
    }

    /// Those that stand, and those that were struck and not read since.
    func readBankLines(_ bank: Account) throws -> ReadBankLines {
        let months = try events(withPrefix: BankLine.prefix(bank)).map(\.events)
        return ReadBankLines(
            standing: months.flatMap { BankLine.lines($0) },
            struck: months.flatMap { BankLine.struck($0) })
    }
}
