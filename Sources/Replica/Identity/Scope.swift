/// A code such as `HZ`: one to eight capital letters or digits, a letter first.
package struct BranchCode: Hashable, Comparable, Sendable, CustomStringConvertible {
    package let text: String

    package init?(_ text: some StringProtocol) {
        guard (1...8).contains(text.utf8.count), let first = text.utf8.first,
            (0x41...0x5a).contains(first),
            text.utf8.allSatisfy({ (0x41...0x5a).contains($0) || (0x30...0x39).contains($0) })
        else { return nil }
        self.text = String(text)
    }

    package static func < (a: Self, b: Self) -> Bool { a.text < b.text }
    package var description: String { text }
}

/// Two different branches, in alphabetical order.
package struct BranchPair: Hashable, Comparable, Sendable, CustomStringConvertible {
    package let first: BranchCode
    package let second: BranchCode

    package init?(_ a: BranchCode, _ b: BranchCode) {
        guard a != b else { return nil }
        first = min(a, b)
        second = max(a, b)
    }

    package init?(_ text: some StringProtocol) {
        let parts = text.split(separator: "+", omittingEmptySubsequences: false)
        guard parts.count == 2, let a = BranchCode(parts[0]), let b = BranchCode(parts[1]), a < b
        else { return nil }
        first = a
        second = b
    }

    package func contains(_ branch: BranchCode) -> Bool { branch == first || branch == second }
    package func other(than branch: BranchCode) -> BranchCode { branch == first ? second : first }

    package static func < (a: Self, b: Self) -> Bool {
        (a.first, a.second) < (b.first, b.second)
    }
    package var description: String { "\(first)+\(second)" }
}

/// What a key opens and a replica holds or lacks as a whole.
package enum Scope: Hashable, Sendable {
    case roster
    case catalog
    case board
    case trade(BranchCode)
    case money(BranchCode)
    case between(BranchPair)
    case betweenMoney(BranchPair)

    package init?(_ name: some StringProtocol) {
        let parts = name.split(separator: "/", omittingEmptySubsequences: false)
        switch (parts.first, parts.count) {
        case ("roster", 1): self = .roster
        case ("catalog", 1): self = .catalog
        case ("board", 1): self = .board
        case ("trade", 2):
            guard let branch = BranchCode(parts[1]) else { return nil }
            self = .trade(branch)
        case ("money", 2):
            guard let branch = BranchCode(parts[1]) else { return nil }
            self = .money(branch)
        case ("between", 2):
            guard let pair = BranchPair(parts[1]) else { return nil }
            self = .between(pair)
        case ("between-money", 2):
            guard let pair = BranchPair(parts[1]) else { return nil }
            self = .betweenMoney(pair)
        default: return nil
        }
    }

    package var name: String {
        switch self {
        case .roster: "roster"
        case .catalog: "catalog"
        case .board: "board"
        case .trade(let branch): "trade/\(branch)"
        case .money(let branch): "money/\(branch)"
        case .between(let pair): "between/\(pair)"
        case .betweenMoney(let pair): "between-money/\(pair)"
        }
    }

    /// Does this scope hold money values that a clerk may not see?
    package var holdsCost: Bool {
        switch self {
        case .money, .betweenMoney: true
        case .roster, .catalog, .board, .trade, .between: false
        }
    }

    package static let nameBytesMax = 64
}

extension Scope: Comparable, CustomStringConvertible {
    package static func < (a: Self, b: Self) -> Bool { a.name < b.name }
    package var description: String { name }
}
