/// A currency (`CNY`) or an item (`#4006381333931`). Amounts of different commodities never add up.
package enum Commodity: Hashable, Comparable, Sendable, CustomStringConvertible {
    case currency(CurrencyCode)
    case item(ItemCode)

    package init?(_ name: String) {
        if name.utf8.first == 0x23 {
            guard let item = ItemCode(name.dropFirst()) else { return nil }
            self = .item(item)
        } else {
            guard let currency = CurrencyCode(name) else { return nil }
            self = .currency(currency)
        }
    }

    package var name: String {
        switch self {
        case .currency(let code): code.text
        case .item(let code): "#\(code.text)"
        }
    }

    /// Nil where it is money.
    package var item: ItemCode? { if case .item(let code) = self { code } else { nil } }

    package static func < (a: Self, b: Self) -> Bool { a.name < b.name }
    package var description: String { name }
}

/// Three capital letters, as in ISO 4217.
package struct CurrencyCode: Hashable, Sendable, CustomStringConvertible {
    package let text: String

    package init?(_ text: some StringProtocol) {
        guard text.utf8.count == 3, text.utf8.allSatisfy({ (0x41...0x5a).contains($0) }) else {
            return nil
        }
        self.text = String(text)
    }

    private init(known text: String) { self.text = text }

    /// Of a book whose founding has not come. Source: ISO 4217, "no currency".
    package static let unknown = CurrencyCode(known: "XXX")

    package var description: String { text }
}

/// An item's code: 1 to 64 bytes in any script, compared exactly; no control characters, and no
/// blank at either end.
package struct ItemCode: Hashable, Comparable, Sendable, CustomStringConvertible {
    package let text: String

    package init?(_ text: some StringProtocol) {
        let text = String(text)
        guard (1...Self.bytesMax).contains(text.utf8.count), text.first != " ", text.last != " ",
            !text.unicodeScalars.contains(where: { $0.value < 0x20 || (0x7f...0x9f) ~= $0.value })
        else { return nil }
        self.text = text
    }

    package static let bytesMax = 64

    package static func == (a: Self, b: Self) -> Bool { a.text.utf8.elementsEqual(b.text.utf8) }
    package static func < (a: Self, b: Self) -> Bool {
        a.text.utf8.lexicographicallyPrecedes(b.text.utf8)
    }
    package func hash(into hasher: inout Hasher) {
        for byte in text.utf8 { hasher.combine(byte) }
    }
    package var description: String { text }
}
