import Testing

@testable import Sodium

@Suite struct RandomTests {
    /// Computed with Python and `crypto_stream_chacha20`.
    @Test func streamIsTheWrittenOne() throws {
        var random = SeededRandom(seed: 7)
        #expect(Hex.text(random.bytes(16)) == "7a00b7fb42f9a92267790f729a07fc14")
        _ = random.bytes(4096 - 16)
        #expect(Hex.text(random.bytes(16)) == "9c13f988112b4c7bba43b9cd32a9fd5e")
    }

    @Test func splitsAndCopiesDoNotMatter() {
        var whole = SeededRandom(seed: 1)
        var parts = whole
        let bytes = whole.bytes(9000)
        var joined: [UInt8] = []
        for count in [0, 1, 4095, 0, 3, 901, 4000] { joined += parts.bytes(count) }
        #expect(joined == bytes)
        var words = SeededRandom(seed: 1)
        let word = bytes.prefix(8).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        #expect(words.next() == word)
        var other = SeededRandom(seed: 2)
        #expect(other.bytes(32) != Array(bytes.prefix(32)))
    }

    @Test func systemGivesWhatIsAsked() {
        var random = SystemRandom()
        #expect(random.bytes(0).isEmpty)
        #expect(random.bytes(33).count == 33)
        #expect(random.digest() != random.digest())
        #expect(random.next() != random.next())
    }
}
