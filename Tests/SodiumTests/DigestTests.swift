import Testing

@testable import Sodium

@Suite struct DigestTests {
    @Test func hexAndBytesRoundTrip() throws {
        let bytes = (0..<32).map { UInt8($0 * 7) }
        let digest = try #require(Digest(bytes))
        #expect(digest.bytes == bytes)
        #expect(Digest(hex: digest.description) == digest)
        #expect(Digest(bytes.dropLast()) == nil)
        #expect(Digest(hex: "0g") == nil)
    }

    /// RFC 7693 gives BLAKE2b-512("abc"); the 256-bit figure is BLAKE2b with that output length.
    @Test func publishedHashes() {
        #expect(
            Hex.text(Blake2b.hash(Array("abc".utf8), count: 64)).hasPrefix(
                "ba80a53f981c4d0d6a2797b69f12f6e94c212f14685ac4b74b12bb6fdbffa2d1"))
        #expect(
            Blake2b.hash256(Array("abc".utf8)).description
                == "bddd813c634239723171ef3fee98579b94964e3bb1cb3e427262c8c068d52319")
    }

    @Test(arguments: 0..<32 as Range<UInt64>)
    func sumsAreAGroup(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        func draw() -> Digest { Digest(random.bytes(32))! }
        let (a, b, c) = (draw(), draw(), draw())
        #expect(a.adding(b) == b.adding(a))
        #expect(a.adding(b).adding(c) == a.adding(b.adding(c)))
        #expect(a.adding(b).subtracting(b) == a)
        #expect(a.subtracting(a) == .zero)
    }

    @Test func sumsCarryThroughEveryWord() throws {
        let most = try #require(Digest([UInt8](repeating: 255, count: 32)))
        let one = try #require(Digest([UInt8](repeating: 0, count: 31) + [1]))
        #expect(most.adding(one) == .zero)
        #expect(Digest.zero.subtracting(one) == most)
    }

    @Test func orderIsTheOrderOfBytes() throws {
        let low = try #require(Digest([UInt8](repeating: 0, count: 31) + [255]))
        let high = try #require(Digest([1] + [UInt8](repeating: 0, count: 31)))
        #expect(low < high)
    }
}
