import Testing

@testable import Sodium

@Suite struct ShortCodeTests {
    static let hash = counting(from: 0, count: 64)

    static func code(_ hash: [UInt8], _ a: [UInt8], _ b: [UInt8]) -> String {
        ShortCode.digits(handshakeHash: hash, commitmentNonceA: a, commitmentNonceB: b)
    }

    @Test func digitsAreTheWrittenOnes() {
        #expect(Self.code(Self.hash, counting(from: 0), counting(from: 0x20)) == "190078")
        #expect(
            Commitment.of(counting(from: 0)).description
                == "f56cdf2791b61291406bbc8ce74d16dac4e51619c10534e259be447a152f6963")
    }

    @Test func everyPartCounts() {
        let (a, b) = (counting(from: 0), counting(from: 0x20))
        let code = Self.code(Self.hash, a, b)
        #expect(code != Self.code(Self.hash, b, a))
        #expect(code != Self.code(Array(Self.hash.reversed()), a, b))
        #expect(code != Self.code(Self.hash, a + [b[0]], Array(b.dropFirst())))
    }

    @Test func digitsAreSixDecimalOnes() {
        var random = SeededRandom(seed: 12)
        var leadingZeros = 0
        for _ in 0..<500 {
            let code = Self.code(random.bytes(64), random.bytes(32), random.bytes(32))
            #expect(code.count == 6 && code.allSatisfy { "0123456789".contains($0) })
            leadingZeros += code.hasPrefix("0") ? 1 : 0
        }
        #expect(leadingZeros > 0, "leading zeros are kept")
    }
}
