import Books
import Replica
import Store

/// Figures as people read them: the scales of the book and of each item are looked up once.
struct ReportWriter {
    let store: Store
    let ledger: Ledger
    private var scales: [String: Int] = [:]

    init(_ store: Store, _ ledger: Ledger) {
        self.store = store
        self.ledger = ledger
    }

    func money(_ amount: some SignedInteger) -> Report.Cell {
        .decimal(Amount.text(amount, scale: ledger.scale))
    }

    mutating func quantity(_ amount: some SignedInteger, of item: String) throws -> Report.Cell {
        .decimal(Amount.text(amount, scale: try scale(of: item)))
    }

    /// In the commodity's own scale: `#TEA`, the book's currency or another one.
    mutating func amount(
        _ amount: some SignedInteger, _ commodity: String
    ) throws -> Report.Cell {
        if commodity.hasPrefix("#") {
            return try quantity(amount, of: String(commodity.dropFirst()))
        }
        guard let currency = CurrencyCode(commodity) else { return money(amount) }
        return foreign(amount, currency)
    }

    func foreign(_ amount: some SignedInteger, _ currency: CurrencyCode) -> Report.Cell {
        .decimal(Amount.text(amount, scale: ledger.scale(of: currency)))
    }

    mutating func scale(of item: String) throws -> Int {
        if let known = scales[item] { return known }
        var scale = 0
        if let code = ItemCode(item) {
            let shown = try store.values(entity: ItemFacts.entity(code), attribute: "scale")
            scale = Int(shown.compactMap(\.integer).max() ?? 0)
        }
        scales[item] = min(max(scale, 0), Amount.scaleMax)
        return scales[item] ?? 0
    }
}

extension Report.Column {
    static func text(_ key: String, _ label: String) -> Self { Self(key, label) }
    static func number(_ key: String, _ label: String) -> Self { Self(key, label, isNumeric: true) }
}

extension Report.Cell {
    static func optional(_ text: String?) -> Self { text.map { .text($0) } ?? .empty }
}

extension Report {
    static let verification = "branchbook.verify/1"

    /// Is it what `verify` found?
    var isVerification: Bool { schema == Self.verification }
}
