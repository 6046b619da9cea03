import Books
import Replica
import Wire

/// Consecutive rows of one invoice that become one document: the lines `first...last` of it, without
/// a gap.
struct SalesRun: Sendable {
    /// In the order of the file; also the identity of the command.
    let id: UInt64
    let invoice: ExactText
    let kind: SalesKind
    let day: Day
    let customer: String?
    /// The document on which the goods were sold, where a return found it.
    let sale: UInt64?
    var rows: [SalesRow]
    /// Its number, once it went out with one.
    var linkedNumber: String?

    var first: UInt32 { rows.first?.ordinal ?? 0 }
    var last: UInt32 { rows.last?.ordinal ?? 0 }

    func accepts(_ row: SalesRow, invoice: ExactText, sale: UInt64?, linesMax: Int) -> Bool {
        self.invoice == invoice && kind == row.kind && day == row.day && self.sale == sale
            && customer.map { ExactText($0) } == row.customer.map { ExactText($0) }
            && Int(last) + 1 == Int(row.ordinal) && rows.count < linesMax
    }

    func command(_ rules: SalesRules) -> Command {
        let details = Details(
            date: day.description, person: rules.person, party: customer,
            memo: kind == .journal ? rows.first.map { $0.description.prefix(bytesMax: 200) } : nil,
            external: Details.External(
                source: rules.source, key: invoice.text, first: first, last: last))
        switch kind {
        case .sale:
            return .sell(details, rows.map { priced($0, rules) }, tender: rules.tender)
        case .giveBack:
            return .giveBack(
                details, rows.map { priced($0, rules) }, sale: linkedNumber, tender: rules.tender)
        case .writeOff:
            return .writeOff(details, rows.map { counted($0, rules) })
        case .find:
            return .find(details, rows.map { counted($0, rules) })
        case .journal:
            return .journal(details, rows.flatMap { entry($0, rules) })
        }
    }

    private func counted(_ row: SalesRow, _ rules: SalesRules) -> Line {
        Line(
            item: row.code.text, quantity: Amount.text(row.quantity, scale: rules.quantityScale))
    }

    private func priced(_ row: SalesRow, _ rules: SalesRules) -> Line {
        var line = counted(row, rules)
        line.price = Self.shortest(row.price, scale: SalesRowReader.priceScale)
        line.tax = rules.tax
        line.isTaxIncluded = true
        return line
    }

    /// What the file counts as a negative sale is an expense.
    private func entry(_ row: SalesRow, _ rules: SalesRules) -> [JournalLine] {
        [
            JournalLine(
                account: rules.adjustment,
                amount: Amount.text(-row.amount, scale: rules.ledger.scale)),
            JournalLine(
                account: rules.clearing,
                amount: Amount.text(row.amount, scale: rules.ledger.scale)),
        ]
    }

    private static func shortest(_ value: Int64, scale: Int) -> String {
        var value = value
        var scale = scale
        while scale > 0, value % 10 == 0 {
            value /= 10
            scale -= 1
        }
        return Amount.text(value, scale: scale)
    }
}
