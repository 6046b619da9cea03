/// Reads canonical bytes and refuses every other spelling.
///
/// Never traps and never allocates before a length was compared with its limit.
/// Cost: constant per integer, linear in the bytes copied out.
package struct ByteReader: Sendable {
    private let storage: [UInt8]
    package private(set) var position: Int
    private let end: Int

    package init(_ bytes: [UInt8]) {
        storage = bytes
        position = 0
        end = bytes.count
    }

    private init(_ storage: [UInt8], from start: Int, to end: Int) {
        self.storage = storage
        position = start
        self.end = end
    }

    package var remaining: Int { end - position }
    package var isAtEnd: Bool { position == end }

    package mutating func byte() throws(WireError) -> UInt8 {
        guard position < end else { throw .truncated }
        defer { position += 1 }
        return storage[position]
    }

    package mutating func varint() throws(WireError) -> UInt64 {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while true {
            guard position < end else { throw .truncated }
            let byte = storage[position]
            position += 1
            if shift == 63, byte > 1 { throw .overflow }
            value |= UInt64(byte & 0x7f) << shift
            if byte & 0x80 == 0 {
                if byte == 0, shift > 0 { throw .notCanonical }
                return value
            }
            shift += 7
            if shift > 63 { throw .overflow }
        }
    }

    package mutating func signed() throws(WireError) -> Int64 {
        let raw = try varint()
        return Int64(bitPattern: raw >> 1) ^ -Int64(bitPattern: raw & 1)
    }

    package mutating func fixed64() throws(WireError) -> UInt64 {
        guard remaining >= 8 else { throw .truncated }
        var value: UInt64 = 0
        for offset in 0..<8 { value = value << 8 | UInt64(storage[position + offset]) }
        position += 8
        return value
    }

    /// A count or length of at most `limit`.
    package mutating func length(atMost limit: Int) throws(WireError) -> Int {
        let value = try varint()
        guard value <= UInt64(limit) else { throw .tooLong(limit: limit) }
        return Int(value)
    }

    package mutating func raw(_ count: Int) throws(WireError) -> [UInt8] {
        guard count >= 0, remaining >= count else { throw .truncated }
        defer { position += count }
        return Array(storage[position..<position + count])
    }

    package mutating func blob(atMost limit: Int) throws(WireError) -> [UInt8] {
        try raw(length(atMost: limit))
    }

    /// UTF-8, refused when malformed. The bytes are the value: no normalisation.
    package mutating func text(atMost limit: Int) throws(WireError) -> String {
        let count = try length(atMost: limit)
        guard remaining >= count else { throw .truncated }
        guard let text = String(validating: storage[position..<position + count], as: UTF8.self)
        else { throw .notText }
        position += count
        return text
    }

    /// A reader over the next `count` bytes, which this reader then has behind it.
    package mutating func nested(_ count: Int) throws(WireError) -> ByteReader {
        guard count >= 0, remaining >= count else { throw .truncated }
        defer { position += count }
        return ByteReader(storage, from: position, to: position + count)
    }

    package func finish() throws(WireError) {
        guard isAtEnd else { throw .trailing }
    }
}

/// Why bytes were refused.
package enum WireError: Error, Equatable, Sendable {
    case truncated
    case overflow
    case notCanonical
    case notText
    case trailing
    case tooLong(limit: Int)
    case unknown(field: String)
}
