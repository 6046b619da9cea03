package import Replica

/// Goods of one item that were made together, or, of a serial number, one piece. The lot stands in the name of the
/// account that its goods are on, behind their shelf: `stock/HZ/main/lot/2027-03-31/L123`, or `none` for the day.
package struct Lot: Hashable, Comparable, Sendable {
    package let code: String
    /// The last day on which it may be sold; nil where it keeps.
    package let expiry: Day?

    package static let codeBytesMax = 32

    /// What expires first comes first; what keeps comes last.
    package static func < (a: Self, b: Self) -> Bool {
        let (first, second) = (a.expiry?.number ?? .max, b.expiry?.number ?? .max)
        return (first, a.code) < (second, b.code)
    }

    package init?(code: some StringProtocol, expiry: Day?) {
        guard (1...Self.codeBytesMax).contains(code.utf8.count),
            !code.unicodeScalars.contains(where: {
                $0.value < 0x20 || (0x7f...0x9f) ~= $0.value || $0 == "/" || $0 == "\t"
            })
        else { return nil }
        self.code = String(code)
        self.expiry = expiry
    }

    package func isExpired(on day: Day) -> Bool { expiry.map { $0 < day } ?? false }

    // MARK: Accounts

    private static let infix = "/lot/"

    /// The account of this lot on a shelf.
    package func account(on shelf: Account) -> Account? {
        Account("\(shelf.name)\(Self.infix)\(expiry?.description ?? "none")/\(code)")
    }

    /// The lot that an account is of.
    package init?(_ account: Account) {
        guard let shelf = account.shelf, shelf != account else { return nil }
        let rest = account.name.dropFirst(shelf.name.count)
        guard rest.hasPrefix(Self.infix) else { return nil }
        let parts = rest.dropFirst(Self.infix.count)
            .split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2 else { return nil }
        let day = Day(parts[0])
        guard day != nil || parts[0] == "none" else { return nil }
        self.init(code: parts[1], expiry: day)
    }

    // MARK: As an event's field holds it

    var text: String { "\(expiry?.description ?? "none") \(code)" }

    init?(_ text: some StringProtocol) {
        guard let blank = text.firstIndex(of: " ") else { return nil }
        let day = Day(text[..<blank])
        guard day != nil || text[..<blank] == "none" else { return nil }
        self.init(code: text[text.index(after: blank)...], expiry: day)
    }
}

/// How an item is told apart; fixed by its first move.
package enum Tracking: String, CaseIterable, Sendable {
    case none, lot
    /// Each piece by a number of its own.
    case serial
}

/// A lot that a document names for an item.
package struct LotChoice: Codable, Hashable, Sendable {
    package var item: String
    package var code: String
    /// Of goods that come in: the last day on which they may be sold.
    package var expiry: String?
    /// How much of the item is of this lot; what is left over where nil.
    package var quantity: String?

    package init(item: String, code: String, expiry: String? = nil, quantity: String? = nil) {
        self.item = item
        self.code = code
        self.expiry = expiry
        self.quantity = quantity
    }
}
