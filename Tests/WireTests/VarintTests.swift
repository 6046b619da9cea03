import Testing

@testable import Wire

@Suite struct VarintTests {
    @Test(
        arguments: [
            (0, [0x00]), (1, [0x01]), (127, [0x7f]), (128, [0x80, 0x01]), (300, [0xac, 0x02]),
            (UInt64.max, [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01]),
        ] as [(UInt64, [UInt8])])
    func roundTrip(value: UInt64, bytes: [UInt8]) throws {
        #expect(ByteWriter.bytes { $0.varint(value) } == bytes)
        var reader = ByteReader(bytes)
        #expect(try reader.varint() == value)
        try reader.finish()
    }

    @Test(arguments: [0, -1, 1, .max, .min, 63, -64, 64] as [Int64])
    func signedRoundTrip(value: Int64) throws {
        var reader = ByteReader(ByteWriter.bytes { $0.signed(value) })
        #expect(try reader.signed() == value)
        try reader.finish()
    }

    @Test(
        arguments: [
            ([], WireError.truncated), ([0x80], .truncated), ([0x80, 0x00], .notCanonical),
            ([0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x02], .overflow),
            ([0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x81, 0x01], .overflow),
        ] as [([UInt8], WireError)])
    func refused(bytes: [UInt8], error: WireError) {
        #expect(throws: error) {
            var reader = ByteReader(bytes)
            _ = try reader.varint()
        }
    }

    @Test func lengthIsComparedBeforeMemoryIsTaken() {
        let bytes = ByteWriter.bytes { $0.varint(UInt64.max) }
        #expect(throws: WireError.tooLong(limit: 16)) {
            var reader = ByteReader(bytes)
            _ = try reader.blob(atMost: 16)
        }
    }

    @Test func textMustBeText() {
        #expect(throws: WireError.notText) {
            var reader = ByteReader([2, 0xc3, 0x28])
            _ = try reader.text(atMost: 8)
        }
    }

    @Test func everyTruncationIsRefused() throws {
        let whole = ByteWriter.bytes {
            $0.varint(300)
            $0.text("杭州")
            $0.fixed64(7)
            $0.blob([1, 2, 3])
        }
        func read(_ bytes: [UInt8]) throws {
            var reader = ByteReader(bytes)
            _ = try reader.varint()
            _ = try reader.text(atMost: 64)
            _ = try reader.fixed64()
            _ = try reader.blob(atMost: 64)
            try reader.finish()
        }
        try read(whole)
        for length in 0..<whole.count {
            #expect(throws: WireError.self) { try read(Array(whole.prefix(length))) }
        }
        #expect(throws: WireError.trailing) { try read(whole + [0]) }
    }
}
