import Testing

@testable import Sodium

@Suite struct DigestTests {
    static let seeds: [UInt64] = [1, 2, 3, 4, 5]

    @Test func roundTrips() throws {
        let bytes = counting(from: 0xf0)
        let digest = try #require(Digest(bytes))
        #expect(digest.bytes == bytes)
        #expect(digest.prefix(5) == Array(bytes.prefix(5)))
        #expect(digest.prefix(0).isEmpty)
        #expect(Digest(hex: digest.description) == digest)
        #expect(Digest(words: digest.words) == digest)
        #expect(Digest(bytes[...]) == digest)
        #expect("\(Digest.zero)" == String(repeating: "0", count: 64))
    }

    @Test(arguments: [0, 1, 31, 33, 64])
    func otherLengthsAreRefused(count: Int) {
        #expect(Digest([UInt8](repeating: 1, count: count)) == nil)
    }

    @Test(arguments: [
        "", "0", String(repeating: "0", count: 63), String(repeating: "A", count: 64),
        String(repeating: "g", count: 64), String(repeating: "é", count: 32),
    ])
    func otherSpellingsAreRefused(text: String) {
        #expect(Digest(hex: text) == nil)
    }

    @Test(arguments: seeds)
    func orderIsThatOfTheBytes(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        for _ in 0..<200 {
            let a = random.digest()
            var bytes = a.bytes
            bytes[Int(random.next() % 32)] = UInt8(truncatingIfNeeded: random.next())
            let b = Digest(bytes)!
            #expect((a < b) == a.bytes.lexicographicallyPrecedes(b.bytes), "seed \(seed)")
            #expect((a == b) == (a.bytes == b.bytes), "seed \(seed)")
            #expect(a.matches(b) == (a == b), "seed \(seed)")
        }
    }

    @Test(arguments: seeds)
    func addingLaws(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        for _ in 0..<200 {
            let (a, b, c) = (random.digest(), random.digest(), random.digest())
            #expect(a.adding(b) == b.adding(a), "seed \(seed)")
            #expect(a.adding(b).adding(c) == a.adding(b.adding(c)), "seed \(seed)")
            #expect(a.adding(.zero) == a, "seed \(seed)")
            #expect(a.adding(b).subtracting(b) == a, "seed \(seed)")
            #expect(Digest.zero.subtracting(a).adding(a) == .zero, "seed \(seed)")
            #expect(a.adding(b).bytes == Self.sum(a.bytes, b.bytes), "seed \(seed)")
        }
    }

    /// Schoolbook addition, byte by byte.
    static func sum(_ a: [UInt8], _ b: [UInt8]) -> [UInt8] {
        var (result, carry) = (a, 0)
        for index in a.indices.reversed() {
            let total = Int(a[index]) + Int(b[index]) + carry
            result[index] = UInt8(total & 0xff)
            carry = total >> 8
        }
        return result
    }

    @Test func carriesRunThroughAllWords() {
        let one = Digest(words: (0, 0, 0, 1))
        let most = Digest(words: (.max, .max, .max, .max))
        #expect(most.adding(one) == .zero)
        #expect(Digest.zero.subtracting(one) == most)
        var sum = Digest(words: (0, .max, .max, .max))
        sum += one
        #expect(sum == Digest(words: (1, 0, 0, 0)))
        sum -= one
        #expect(sum == Digest(words: (0, .max, .max, .max)))
        #expect(most.adding(most) == Digest(words: (.max, .max, .max, .max - 1)))
    }
}
