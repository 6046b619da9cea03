import Books
import Replica
import Store

/// Figures as people read them: the scales of the book and of each item are looked up once, and their names.
struct ReportWriter {
    let store: Store
    let ledger: Ledger
    private var scales: [String: Int] = [:]
    private var names: [String: String?] = [:]

    init(_ store: Store, _ ledger: Ledger) {
        self.store = store
        self.ledger = ledger
    }

    /// Looks up names and scales of many items at once: of thousands one by one is what a report takes longest for.
    mutating func learn(_ items: some Sequence<String>) throws {
        let codes = Set(items).filter { scales[$0] == nil }.compactMap { ItemCode($0) }.sorted()
        for (code, label) in try store.labels(of: codes) {
            scales[code.text] = Self.scale(label.scales)
            names[code.text] = .some(label.name)
        }
    }

    mutating func name(of item: String) throws -> String? {
        if let known = names[item] { return known }
        let name = try ItemCode(item).flatMap {
            try store.values(
                entity: ItemFacts.entity($0), attribute: ItemFacts.Attribute.name
            ).last?.text
        }
        names[item] = .some(name)
        return name
    }

    private static func scale(_ shown: [Int64]) -> Int {
        min(max(Int(shown.max() ?? 0), 0), Amount.scaleMax)
    }

    func money(_ amount: some SignedInteger) -> Report.Cell {
        .decimal(Amount.text(Int128(amount), scale: ledger.scale))
    }

    mutating func quantity(_ amount: some SignedInteger, of item: String) throws -> Report.Cell {
        .decimal(Amount.text(Int128(amount), scale: try scale(of: item)))
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
        .decimal(Amount.text(Int128(amount), scale: ledger.scale(of: currency)))
    }

    mutating func scale(of item: String) throws -> Int {
        if let known = scales[item] { return known }
        let scale = try ItemCode(item).map {
            Self.scale(
                try store.values(
                    entity: ItemFacts.entity($0), attribute: ItemFacts.Attribute.scale
                ).compactMap(\.integer))
        }
        scales[item] = scale ?? 0
        return scale ?? 0
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
