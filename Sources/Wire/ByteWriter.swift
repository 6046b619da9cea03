/// Builds canonical bytes: one value has exactly one encoding.
///
/// Integers are little-endian base-128 varints of the shortest length; signed integers are zigzag
/// coded first; lengths come before what they measure.
package struct ByteWriter: Sendable {
    package private(set) var bytes: [UInt8]

    package init(reserving capacity: Int = 0) {
        bytes = []
        bytes.reserveCapacity(capacity)
    }

    package var count: Int { bytes.count }

    package mutating func byte(_ value: UInt8) {
        bytes.append(value)
    }

    /// At most 10 bytes.
    package mutating func varint(_ value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(truncatingIfNeeded: rest))
    }

    /// A count or length of this program; never negative.
    package mutating func length(_ value: Int) {
        precondition(value >= 0, "a length is never negative: \(value)")
        varint(UInt64(value))
    }

    /// Zigzag, then varint: small magnitudes of either sign are short.
    package mutating func signed(_ value: Int64) {
        varint(UInt64(bitPattern: (value << 1) ^ (value >> 63)))
    }

    /// Eight bytes, most significant first.
    package mutating func fixed64(_ value: UInt64) {
        for shift in stride(from: 56, through: 0, by: -8) {
            bytes.append(UInt8(truncatingIfNeeded: value >> UInt64(shift)))
        }
    }

    /// Bytes whose length the reader knows.
    package mutating func raw(_ value: [UInt8]) {
        bytes.append(contentsOf: value)
    }

    package mutating func raw(_ value: some Sequence<UInt8>) {
        bytes.append(contentsOf: value)
    }

    /// Length, then the bytes.
    package mutating func blob(_ value: [UInt8]) {
        length(value.count)
        bytes.append(contentsOf: value)
    }

    package mutating func blob(_ value: some Collection<UInt8>) {
        length(value.count)
        bytes.append(contentsOf: value)
    }

    /// Length in UTF-8 bytes, then the bytes.
    package mutating func text(_ value: String) {
        blob(value.utf8)
    }
}

extension ByteWriter {
    /// The bytes one value encodes to.
    package static func bytes(_ build: (inout ByteWriter) -> Void) -> [UInt8] {
        var writer = ByteWriter()
        build(&writer)
        return writer.bytes
    }
}
