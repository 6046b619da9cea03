/// Takes a fuzzed input apart from its front. At the end every answer is zero or empty: every input
/// means something, and a longer one begins with what a shorter one means.
struct Input {
    private let bytes: [UInt8]
    private var position = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    var isAtEnd: Bool { position == bytes.count }

    mutating func byte() -> UInt8 {
        guard position < bytes.count else { return 0 }
        defer { position += 1 }
        return bytes[position]
    }

    mutating func flag() -> Bool { byte() & 1 == 1 }

    /// Below `limit`, which is at most 256.
    mutating func choice(_ limit: Int) -> Int { Int(byte()) % limit }

    /// Small numbers cost a byte; above them come the edges of the widths, and any number at all.
    mutating func number() -> UInt64 {
        let first = byte()
        guard first >= 0xf0 else { return UInt64(first) }
        switch first {
        case 0xf0...0xf7:
            return (0..<8).reduce(0) { value, _ in value << 8 | UInt64(byte()) }
        case 0xf8: return .max
        case 0xf9: return .max - 1
        case 0xfa: return 1 << 63
        case 0xfb: return 1 << 63 - 1
        case 0xfc: return 1 << 48
        case 0xfd: return 1 << 48 - 1
        case 0xfe: return 1 << 32
        default: return 1 << 32 - 1
        }
    }

    mutating func taking(_ count: Int) -> [UInt8] {
        let end = min(position + count, bytes.count)
        defer { position = end }
        return Array(bytes[position..<end])
    }

    /// Two bytes of length, the smaller first, then as many bytes as there are of that length.
    mutating func blob() -> [UInt8] {
        let low = Int(byte())
        return taking(low | Int(byte()) << 8)
    }

    mutating func rest() -> [UInt8] { taking(bytes.count) }
}

/// Puts seeds together as `Input` takes them apart.
struct Script {
    private(set) var bytes: [UInt8] = []

    mutating func byte(_ value: Int) { bytes.append(UInt8(truncatingIfNeeded: value)) }

    mutating func number(_ value: UInt64) {
        guard value >= 0xf0 else { return byte(Int(value)) }
        byte(0xf0)
        for shift in stride(from: UInt64(56), through: 0, by: -8) {
            bytes.append(UInt8(truncatingIfNeeded: value >> shift))
        }
    }

    mutating func blob(_ value: [UInt8]) {
        byte(value.count)
        byte(value.count >> 8)
        bytes += value
    }

    mutating func rest(_ value: [UInt8]) { bytes += value }

    static func bytes(_ build: (inout Script) throws -> Void) rethrows -> [UInt8] {
        var script = Script()
        try build(&script)
        return script.bytes
    }
}
