import Books
import Replica

/// What a row of a sales file does to the books.
package enum SalesKind: String, CaseIterable, Sendable {
    case sale, giveBack, writeOff, find, journal

    /// Moves neither money nor what was sold: stock corrections and journal lines.
    package var isAdjustment: Bool {
        switch self {
        case .sale, .giveBack: false
        case .writeOff, .find, .journal: true
        }
    }
}

/// A row that made sense.
struct SalesRow: Sendable {
    let line: Int
    let ordinal: UInt32
    let kind: SalesKind
    let code: ItemCode
    let isService: Bool
    let description: String
    let day: Day
    /// Nil where none is named.
    let customer: String?
    let group: Int
    /// Above zero, base units.
    let quantity: Int64
    /// Not below zero, millionths of the major unit.
    let price: Int64
    /// Minor units, with the sign of the file: quantity times price.
    let amount: Int64
}

/// Reads the figures of a row; no state.
struct SalesRowReader: Sendable {
    static let priceScale = 6

    let columns: SalesColumns
    let rules: SalesRules

    struct Figures: Sendable {
        let quantity: Int64
        let price: Int64
        let amount: Int64
    }

    func figures(_ record: CSVRecord) throws(Refusal) -> Figures {
        let quantity = try number(.quantity, in: record, scale: rules.quantityScale)
        let price = try number(.price, in: record, scale: Self.priceScale)
        var divisor: Int64 = 1
        let places = rules.quantityScale + Self.priceScale - rules.ledger.scale
        for _ in 0..<max(0, places) { divisor *= 10 }
        do {
            let amount = try Amount.share(quantity, price, of: divisor)
            guard quantity != .min, price != .min, amount != .min else { throw BooksError.overflow }
            return Figures(quantity: quantity, price: price, amount: amount)
        } catch {
            throw Refusal(.overflow, "quantity times price does not fit 64 bits")
        }
    }

    private func number(
        _ field: SalesMapping.Field, in record: CSVRecord, scale: Int
    ) throws(Refusal) -> Int64 {
        let text = (columns.text(field, in: record) ?? "").trimmed
        let shown = text.prefix(bytesMax: 40)
        do {
            return try Amount.parse(text, scale: scale)
        } catch .overflow {
            throw Refusal(.overflow, "the \(field.rawValue) “\(shown)” does not fit 64 bits")
        } catch .tooPrecise {
            throw Refusal(
                .tooPrecise,
                "the \(field.rawValue) “\(shown)” has more than \(scale) decimal places")
        } catch {
            throw Refusal(.badNumber, "the \(field.rawValue) “\(shown)” is not a number")
        }
    }

    func row(
        _ record: CSVRecord, figures: Figures, invoice: String, ordinal: UInt32, group: Int
    ) throws(Refusal) -> SalesRow {
        let codeText = columns.text(.code, in: record) ?? ""
        guard let code = ItemCode(codeText) else {
            throw Refusal(.badCode, "“\(codeText.prefix(bytesMax: 80))” cannot be an item's code")
        }
        let customer = columns.text(.customer, in: record).flatMap { $0.isEmpty ? nil : $0 }
        if let customer, customer.utf8.count > DocumentHeader.partyBytesMax {
            throw Refusal(
                .badText, "the customer is longer than \(DocumentHeader.partyBytesMax) bytes")
        }
        let isService = rules.services.contains(code.text)
        return SalesRow(
            line: record.line, ordinal: ordinal,
            kind: try kind(
                figures, invoice: invoice, isService: isService, isNamed: customer != nil),
            code: code, isService: isService,
            description: columns.text(.description, in: record)?.trimmed ?? "",
            day: try day(columns.text(.date, in: record) ?? ""), customer: customer, group: group,
            quantity: Int64(figures.quantity.magnitude), price: Int64(figures.price.magnitude),
            amount: figures.amount)
    }

    private func kind(
        _ figures: Figures, invoice: String, isService: Bool, isNamed: Bool
    ) throws(Refusal) -> SalesKind {
        guard figures.quantity != 0 else {
            throw Refusal(.notPositive, "the quantity is zero")
        }
        if figures.price < 0 { return .journal }
        let isReturn =
            !rules.returnPrefix.isEmpty && invoice.utf8.starts(with: rules.returnPrefix.utf8)
        if figures.price == 0, !isService, !isReturn {
            if figures.quantity < 0 { return .writeOff }
            return isNamed ? .sale : .find
        }
        if isReturn, figures.quantity > 0 {
            throw Refusal(.badNumber, "a return whose quantity is above zero")
        }
        return figures.quantity < 0 ? .giveBack : .sale
    }

    private func day(_ text: String) throws(Refusal) -> Day {
        let text = text.trimmed
        let date = text.prefix { $0 != " " && $0 != "T" }
        let time = text.dropFirst(date.count)
        let isTime = time.utf8.allSatisfy { (0x2b...0x3a).contains($0) || " TZ".utf8.contains($0) }
        guard isTime, let day = parse(date) else {
            throw Refusal(
                .badDate,
                "“\(text.prefix(bytesMax: 40))” is not a date in the format \(columns.dates.rawValue)"
            )
        }
        return day
    }

    private func parse(_ date: Substring) -> Day? {
        guard columns.dates != .iso else { return Day(date) }
        let parts = date.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 3, parts[2].utf8.count == 4,
            parts.allSatisfy({
                (1...4).contains($0.utf8.count) && $0.utf8.allSatisfy { 48...57 ~= $0 }
            }),
            let first = Int(parts[0]), let second = Int(parts[1]), let year = Int(parts[2])
        else { return nil }
        return columns.dates == .monthDayYear
            ? Day(year: year, month: first, day: second)
            : Day(year: year, month: second, day: first)
    }
}
