/// 32 bytes, kept as four words: equal, hashed, compared and added without touching memory.
///
/// Law: `a < b` exactly when `a.bytes` comes before `b.bytes`, byte by byte.
package struct Digest: Hashable, Sendable {
    /// Most significant word first; each word holds eight bytes, most significant first.
    private let first: UInt64
    private let second: UInt64
    private let third: UInt64
    private let fourth: UInt64

    package static let count = 32
    package static let zero = Digest(words: (0, 0, 0, 0))

    /// Most significant word first.
    package init(words: (UInt64, UInt64, UInt64, UInt64)) {
        (first, second, third, fourth) = words
    }

    /// Nil unless there are exactly 32 bytes.
    package init?(_ bytes: some Collection<UInt8>) {
        guard bytes.count == Self.count else { return nil }
        // As an array: `copyBytes` for any collection looks its type up each time.
        let words = Array(bytes).withUnsafeBytes { raw in
            raw.loadUnaligned(as: (UInt64, UInt64, UInt64, UInt64).self)
        }
        self.init(bigEndian: words)
    }

    /// Nil unless the text is 64 characters of `0-9a-f`.
    package init?(hex: some StringProtocol) {
        guard let bytes = Hex.bytes(hex) else { return nil }
        self.init(bytes)
    }

    /// Words as they lie in memory when their bytes are in order.
    private init(bigEndian words: (UInt64, UInt64, UInt64, UInt64)) {
        first = UInt64(bigEndian: words.0)
        second = UInt64(bigEndian: words.1)
        third = UInt64(bigEndian: words.2)
        fourth = UInt64(bigEndian: words.3)
    }

    /// Most significant word first.
    package var words: (UInt64, UInt64, UInt64, UInt64) { (first, second, third, fourth) }

    /// The 32 bytes. Cost: one allocation.
    package var bytes: [UInt8] { prefix(Self.count) }

    /// The first `n` bytes, 0...32.
    package func prefix(_ n: Int) -> [UInt8] {
        precondition(0...Self.count ~= n, "a digest has 32 bytes, not \(n)")
        return withBytes { Array(UnsafeBufferPointer(start: $0, count: n)) }
    }
}

extension Digest: Comparable {
    package static func < (left: Digest, right: Digest) -> Bool {
        if left.first != right.first { return left.first < right.first }
        if left.second != right.second { return left.second < right.second }
        if left.third != right.third { return left.third < right.third }
        return left.fourth < right.fourth
    }
}

extension Digest: CustomStringConvertible {
    /// 64 characters, lower case.
    package var description: String { Hex.text(bytes) }
}

extension Digest {
    /// The bytes in order, valid during the call. No allocation.
    func withBytes<Result>(_ body: (UnsafePointer<UInt8>) -> Result) -> Result {
        let words = (first.bigEndian, second.bigEndian, third.bigEndian, fourth.bigEndian)
        return withUnsafeBytes(of: words) { raw in
            raw.withMemoryRebound(to: UInt8.self) { body($0.baseAddress!) }
        }
    }

    /// What `fill` writes into 32 zero bytes. No allocation.
    static func filled(_ fill: (UnsafeMutablePointer<UInt8>) -> Void) -> Digest {
        var words: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)
        withUnsafeMutableBytes(of: &words) { raw in
            raw.withMemoryRebound(to: UInt8.self) { fill($0.baseAddress!) }
        }
        return Digest(bigEndian: words)
    }

    /// Equality whose time does not depend on where the bytes differ: for secrets.
    func matches(_ other: Digest) -> Bool {
        (first ^ other.first) | (second ^ other.second) | (third ^ other.third)
            | (fourth ^ other.fourth) == 0
    }
}
