/// Lines of a file and what they are worth: quantity times price, minor units, with the file's sign.
package struct Tally: Hashable, Sendable {
    package private(set) var lines = 0
    package private(set) var amount: Int128 = 0

    package init(lines: Int = 0, amount: Int128 = 0) {
        self.lines = lines
        self.amount = amount
    }

    mutating func add(_ amount: Int64, lines: Int = 1) {
        self.lines += lines
        self.amount += Int128(amount)
    }

    package static func + (a: Self, b: Self) -> Self {
        Tally(lines: a.lines + b.lines, amount: a.amount + b.amount)
    }
}

/// The account of an import. Law, when every command is settled: file = booked + adjusted + rejected,
/// in lines and in money.
package struct ImportTotals: Hashable, Sendable {
    /// Wanted rows: all that the conditions let through.
    package internal(set) var file = Tally()
    /// Sold and given back.
    package internal(set) var booked = Tally()
    /// Written off, found, and journal lines.
    package internal(set) var adjusted = Tally()
    package internal(set) var rejected = Tally()

    /// Of booked and adjusted: what an earlier run had recorded.
    package internal(set) var repeated = Tally()
    /// Of booked: lines that came back and were found on their sale.
    package internal(set) var linked = Tally()
    /// Of rejected: rows without an amount that could be read; they count as zero.
    package internal(set) var unreadableLines = 0
    /// Rows that the conditions left out; they are in none of the figures above.
    package internal(set) var leftOutLines = 0
    /// Of booked and adjusted, by what the lines did.
    package internal(set) var kinds: [SalesKind: Tally] = [:]

    package init() {}

    package var isBalanced: Bool { file == booked + adjusted + rejected }
}

/// A row that was refused, by the reader or by the books.
package struct ImportReject: Hashable, Sendable {
    /// Line of the file on which the record starts.
    package let line: Int
    /// Empty where it could not be read.
    package let invoice: String
    /// Such as `B0101`.
    package let code: String
    package let reason: String

    package static let columns = ["line", "invoice", "code", "reason"]
    package var fields: [String] { [String(line), invoice, code, reason] }
}
