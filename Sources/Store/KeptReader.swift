import Wire

/// Reads what `ByteWriter` wrote into `kept_day`. A report of a year reads millions of figures: this stands in the module of
/// its callers, so that each costs nanoseconds.
///
/// Never traps, whatever the bytes are.
struct KeptReader {
    private let bytes: [UInt8]
    private var position = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    var isAtEnd: Bool { position == bytes.count }

    @inline(__always)
    mutating func byte() throws(WireError) -> UInt8 {
        guard position < bytes.count else { throw .truncated }
        let byte = bytes[position]
        position += 1
        return byte
    }

    @inline(__always)
    mutating func varint() throws(WireError) -> UInt64 {
        let first = try byte()
        return first < 0x80 ? UInt64(first) : try longVarint(first)
    }

    private mutating func longVarint(_ first: UInt8) throws(WireError) -> UInt64 {
        var value = UInt64(first & 0x7f)
        var shift: UInt64 = 7
        while true {
            let next = try byte()
            guard shift < 63 || next <= 1 else { throw .overflow }
            value |= UInt64(next & 0x7f) << shift
            if next < 0x80 {
                guard next != 0 else { throw .notCanonical }
                return value
            }
            shift += 7
            guard shift <= 63 else { throw .overflow }
        }
    }

    @inline(__always)
    mutating func signed() throws(WireError) -> Int64 {
        let raw = try varint()
        return Int64(bitPattern: raw >> 1) ^ -Int64(bitPattern: raw & 1)
    }

    /// What `ByteWriter.sum` wrote.
    @inline(__always)
    mutating func sum() throws(WireError) -> Int128 {
        let raw = try varint()
        guard raw & 1 == 0 else { return try wideSum(raw) }
        let zigzag = raw >> 1
        return Int128(Int64(bitPattern: zigzag >> 1) ^ -Int64(bitPattern: zigzag & 1))
    }

    private mutating func wideSum(_ raw: UInt64) throws(WireError) -> Int128 {
        guard raw == 1 else { throw .notCanonical }
        let high = Int128(try signed())
        var low: UInt64 = 0
        for _ in 0..<8 { low = low << 8 | UInt64(try byte()) }
        return high << 64 | Int128(low)
    }

    mutating func length() throws(WireError) -> Int {
        let value = try varint()
        guard value <= UInt64(bytes.count) else { throw .tooLong(limit: bytes.count) }
        return Int(value)
    }

    mutating func text() throws(WireError) -> String {
        let count = try length()
        guard bytes.count - position >= count else { throw .truncated }
        guard let text = String(validating: bytes[position..<position + count], as: UTF8.self)
        else { throw .notText }
        position += count
        return text
    }
}
