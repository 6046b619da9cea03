package import Books
import Wire

/// How rows of a sales file are understood, where the file itself does not say.
package struct SalesRules: Hashable, Sendable {
    /// The first part of every key; 1 to 64 bytes. The same file under another name is another file.
    package var source: String
    /// The book's money: lines are rounded half away from zero to its scale.
    package var ledger: Ledger
    /// Decimal places of the quantities of every item of the file, 0 to 6.
    package var quantityScale = 0
    /// An invoice whose number starts with this is a return. Empty: none is.
    package var returnPrefix = "C"
    package var services = ServiceCodes.onlineRetail
    /// The drawer that takes the money.
    package var tender = "cash"
    /// Percent. Such files hold prices as they were paid.
    package var tax: String? = "0"
    /// A line with a negative price debits `adjustment` against `clearing`.
    package var adjustment = "expense/adjustments"
    package var clearing = "asset/clearing"
    /// Who is named on the documents; nil for the node's user.
    package var person: String?

    /// Lines of one document.
    package var linesMax = 1_000
    /// Different invoices, items and customers of one file: what has to be remembered to its end.
    package var invoicesMax = 2_000_000
    package var itemsMax = 500_000
    /// Sold lines that a return may still find.
    package var salesKeptMax = 262_144

    package init(source: String, ledger: Ledger) {
        self.source = source
        self.ledger = ledger
    }
}

/// Codes that are no goods. Written as `POST` (exactly this) or `gift_*` (starts with this); capital
/// and small letters differ.
package struct ServiceCodes: Hashable, Sendable {
    private let exact: Set<ExactText>
    private let starts: [String]

    package init(_ patterns: [String]) {
        exact = Set(patterns.filter { !$0.hasSuffix("*") }.map { ExactText($0) })
        starts = patterns.filter { $0.hasSuffix("*") }.map { String($0.dropLast()) }
    }

    package func contains(_ code: String) -> Bool {
        exact.contains(ExactText(code)) || starts.contains { code.utf8.starts(with: $0.utf8) }
    }

    /// Postage, carriage, discounts, manual lines, fees, samples, bad debt, vouchers and tests, as
    /// they stand in Online Retail and Online Retail II.
    package static let onlineRetail = ServiceCodes([
        "POST", "DOT", "C2", "C3", "D", "M", "m", "S", "B", "BANK CHARGES", "AMAZONFEE", "CRUK",
        "PADS", "GIFT", "ADJUST*", "TEST*", "gift_*",
    ])
}
