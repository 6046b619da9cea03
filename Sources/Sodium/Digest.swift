/// Thirty-two bytes, most significant first, in four words: cheap to hash, compare and add.
package struct Digest: Hashable, Comparable, Sendable, CustomStringConvertible {
    private let w0: UInt64, w1: UInt64, w2: UInt64, w3: UInt64

    package static let byteCount = 32
    package static let zero = Digest(words: (0, 0, 0, 0))

    package init(words: (UInt64, UInt64, UInt64, UInt64)) {
        (w0, w1, w2, w3) = words
    }

    /// Nil unless there are exactly 32 bytes.
    package init?(_ bytes: some Collection<UInt8>) {
        guard bytes.count == Self.byteCount else { return nil }
        let copy = Array(bytes)
        self = copy.withUnsafeBytes { Digest($0) }
    }

    init(_ buffer: UnsafeRawBufferPointer) {
        func word(_ place: Int) -> UInt64 {
            UInt64(bigEndian: buffer.loadUnaligned(fromByteOffset: place * 8, as: UInt64.self))
        }
        self.init(words: (word(0), word(1), word(2), word(3)))
    }

    package init?(hex: some StringProtocol) {
        guard let bytes = Hex.bytes(hex) else { return nil }
        self.init(bytes)
    }

    package var bytes: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(Self.byteCount)
        for word in [w0, w1, w2, w3] {
            for shift in stride(from: 56, through: 0, by: -8) {
                bytes.append(UInt8(truncatingIfNeeded: word >> UInt64(shift)))
            }
        }
        return bytes
    }

    package func prefix(_ count: Int) -> [UInt8] { Array(bytes.prefix(count)) }

    package static func < (a: Self, b: Self) -> Bool {
        (a.w0, a.w1, a.w2, a.w3) < (b.w0, b.w1, b.w2, b.w3)
    }

    package var description: String { Hex.text(bytes) }
}

/// Sums modulo 2^256: a set's digest that does not depend on the order of its members.
extension Digest {
    package func adding(_ other: Digest) -> Digest {
        let (d, c3) = w3.addingReportingOverflow(other.w3)
        let (c, c2) = Self.sum(w2, other.w2, carry: c3)
        let (b, c1) = Self.sum(w1, other.w1, carry: c2)
        let (a, _) = Self.sum(w0, other.w0, carry: c1)
        return Digest(words: (a, b, c, d))
    }

    package func subtracting(_ other: Digest) -> Digest {
        adding(other.negated)
    }

    private var negated: Digest {
        Digest(words: (~w0, ~w1, ~w2, ~w3)).adding(Digest(words: (0, 0, 0, 1)))
    }

    private static func sum(_ a: UInt64, _ b: UInt64, carry: Bool) -> (UInt64, Bool) {
        let (first, over) = a.addingReportingOverflow(b)
        let (second, again) = first.addingReportingOverflow(carry ? 1 : 0)
        return (second, over || again)
    }
}

/// Lower-case hexadecimal.
package enum Hex {
    package static func text(_ bytes: some Sequence<UInt8>) -> String {
        let digits = Array("0123456789abcdef".utf8)
        var text: [UInt8] = []
        for byte in bytes {
            text.append(digits[Int(byte >> 4)])
            text.append(digits[Int(byte & 15)])
        }
        return String(decoding: text, as: UTF8.self)
    }

    package static func bytes(_ text: some StringProtocol) -> [UInt8]? {
        let digits = Array(text.utf8)
        guard digits.count.isMultiple(of: 2) else { return nil }
        var bytes: [UInt8] = []
        for place in stride(from: 0, to: digits.count, by: 2) {
            guard let high = value(digits[place]), let low = value(digits[place + 1]) else {
                return nil
            }
            bytes.append(high << 4 | low)
        }
        return bytes
    }

    private static func value(_ digit: UInt8) -> UInt8? {
        switch digit {
        case 0x30...0x39: digit - 0x30
        case 0x61...0x66: digit - 0x61 + 10
        default: nil
        }
    }
}
