import Testing

@testable import Sodium

/// Known answers were computed with Python's `hashlib` and `hmac`.
@Suite struct HashTests {
    @Test func knownAnswers() throws {
        #expect(
            Blake2b.hash256([]).description
                == "0e5751c026e543b2e8ab2eb06099daa1d1e5df47778f7787faab45cdf12fe3a8")
        #expect(
            Blake2b.hash256(Array("abc".utf8)).description
                == "bddd813c634239723171ef3fee98579b94964e3bb1cb3e427262c8c068d52319")
        #expect(
            Hex.text(Blake2b.hash(Array("abc".utf8), count: 20, key: Array("k".utf8)))
                == "80c13d2f8ead0851ff032b67bac5384ee17f35c7")
    }

    @Test(arguments: [1, 2, 3] as [UInt64])
    func everySplitGivesTheSameHash(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let bytes = random.bytes(700)
        for cut in stride(from: 0, through: 700, by: 7) {
            let parts = [Array(bytes[..<cut]), [], Array(bytes[cut...])]
            #expect(Blake2b.hash256(parts) == Blake2b.hash256(bytes), "seed \(seed), cut \(cut)")
        }
        var state = Blake2b.State(count: 24, key: [1, 2])
        for byte in bytes { state.update(byte) }
        #expect(state.finish() == Blake2b.hash(bytes, count: 24, key: [1, 2]))
        let fork = state
        state.update(0)
        #expect(fork.finish() != state.finish(), "a copy goes on apart")
        #expect(fork.finish() == Blake2b.hash(bytes, count: 24, key: [1, 2]))
    }

    @Test func hmacIsThatOfRFC2104() {
        let message = Array("abc".utf8)
        let short =
            "05cc4815438d5cfe68fff446b8df57828cc96189de4b4e928e3f06d815d64e5b"
            + "c15124a02ffd39859b3e2476da03bc0235ca86df623af2a5631779809e9fd04a"
        let long =
            "047f6ef3d5b3c31b5d2d1a987e4ac9261d92541cab6a0906b85934f5ca6e4090"
            + "d514d6a86455931e7c35094b86857777fa968eaac0d1a65a6416f6dd0cf096dd"
        #expect(Hex.text(HMAC.blake2b(key: Array("key".utf8), message)) == short)
        let key = [UInt8](repeating: UInt8(ascii: "k"), count: 200)
        #expect(Hex.text(HMAC.blake2b(key: key, message)) == long)
    }

    @Test func subkeyIsKeyedBlake2b() throws {
        let key = try #require(SymmetricKey(counting(from: 0)))
        let subkey = Subkey.derive(from: key, label: "test", context: Array("ctx".utf8))
        #expect(
            Hex.text(subkey.bytes)
                == "4422559c4746dc28a29be9585e743d42c511ffa7da171291e2594003aac8acae")
        #expect(subkey != Subkey.derive(from: key, label: "tes", context: Array("tctx".utf8)))
    }

    @Test func prefixesAreApart() {
        for one in Domain.allCases {
            for other in Domain.allCases where one != other {
                #expect(!one.prefix.starts(with: other.prefix), "\(one) begins with \(other)")
            }
        }
    }
}
