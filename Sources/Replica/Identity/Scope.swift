/// A code such as `HZ`: one to eight capital letters or digits, a letter first.
package struct BranchCode: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// The characters, the first in the most significant byte, zeros behind: in alphabetical order.
    private let word: UInt64

    package init?(_ text: some StringProtocol) {
        var text = String(text)
        guard let code = text.withUTF8({ BranchCode(utf8: $0[...]) }) else { return nil }
        self = code
    }

    fileprivate init?(utf8 bytes: Slice<UnsafeBufferPointer<UInt8>>) {
        guard (1...8).contains(bytes.count) else { return nil }
        var word: UInt64 = 0
        for byte in bytes {
            let isLetter = (0x41...0x5a).contains(byte)
            guard isLetter || (word != 0 && (0x30...0x39).contains(byte)) else { return nil }
            word = word << 8 | UInt64(byte)
        }
        self.word = word << UInt64(8 * (8 - bytes.count))
    }

    package var text: String {
        let count = 8 - word.trailingZeroBitCount / 8
        return String(unsafeUninitializedCapacity: count) { buffer in
            for place in 0..<count {
                buffer[place] = UInt8(truncatingIfNeeded: word >> UInt64(56 - 8 * place))
            }
            return count
        }
    }

    package static func < (a: Self, b: Self) -> Bool { a.word < b.word }
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
        var text = String(text)
        guard let pair = text.withUTF8({ BranchPair(utf8: $0[...]) }) else { return nil }
        self = pair
    }

    fileprivate init?(utf8 bytes: Slice<UnsafeBufferPointer<UInt8>>) {
        guard let plus = bytes.firstIndex(of: 0x2b), let a = BranchCode(utf8: bytes[..<plus]),
            let b = BranchCode(utf8: bytes[(plus + 1)...]), a < b
        else { return nil }
        first = a
        second = b
    }

    package func contains(_ branch: BranchCode) -> Bool { branch == first || branch == second }
    package func other(than branch: BranchCode) -> BranchCode { branch == first ? second : first }

    /// In the order of the texts, since `+` comes before all that a code is made of.
    package static func < (a: Self, b: Self) -> Bool {
        (a.first, a.second) < (b.first, b.second)
    }
    package var description: String { first.text + "+" + second.text }
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
        var name = String(name)
        guard let scope = name.withUTF8({ Scope(utf8: $0) }) else { return nil }
        self = scope
    }

    /// Names are read in every batch: this allocates nothing.
    private init?(utf8 name: UnsafeBufferPointer<UInt8>) {
        let slash = name.firstIndex(of: 0x2f) ?? name.endIndex
        let (kind, rest) = (name[..<slash], name[slash...].dropFirst())
        func isKind(_ word: StaticString) -> Bool {
            word.withUTF8Buffer { kind.elementsEqual($0) }
        }
        guard slash < name.endIndex else {
            if isKind("roster") {
                self = .roster
            } else if isKind("catalog") {
                self = .catalog
            } else if isKind("board") {
                self = .board
            } else {
                return nil
            }
            return
        }
        if isKind("trade"), let branch = BranchCode(utf8: rest) {
            self = .trade(branch)
        } else if isKind("money"), let branch = BranchCode(utf8: rest) {
            self = .money(branch)
        } else if isKind("between"), let pair = BranchPair(utf8: rest) {
            self = .between(pair)
        } else if isKind("between-money"), let pair = BranchPair(utf8: rest) {
            self = .betweenMoney(pair)
        } else {
            return nil
        }
    }

    package var name: String {
        switch self {
        case .roster: "roster"
        case .catalog: "catalog"
        case .board: "board"
        case .trade(let branch): "trade/" + branch.text
        case .money(let branch): "money/" + branch.text
        case .between(let pair): "between/" + pair.description
        case .betweenMoney(let pair): "between-money/" + pair.description
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
    /// In the order of the names, which `-` < `/` < letters decides between kinds.
    package static func < (a: Self, b: Self) -> Bool {
        switch (a, b) {
        case (.trade(let a), .trade(let b)), (.money(let a), .money(let b)): a < b
        case (.between(let a), .between(let b)), (.betweenMoney(let a), .betweenMoney(let b)):
            a < b
        default: a.place < b.place
        }
    }

    private var place: Int {
        switch self {
        case .betweenMoney: 0
        case .between: 1
        case .board: 2
        case .catalog: 3
        case .money: 4
        case .roster: 5
        case .trade: 6
        }
    }

    package var description: String { name }
}
