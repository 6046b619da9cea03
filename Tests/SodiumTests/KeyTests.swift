import Testing

@testable import Sodium

@Suite struct KeyTests {
    /// RFC 8032, section 7.1, test 2.
    @Test func signingIsThatOfRFC8032() throws {
        let seed = try hex("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb")
        let key = SigningKey(seed: seed)
        #expect(
            key.publicKey.description
                == "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c")
        let signature = key.sign([0x72])
        #expect(
            signature.description
                == "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
                + "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00")
        #expect(key.publicKey.verify(signature, of: [0x72]))
        #expect(!key.publicKey.verify(signature, of: [0x73]))
        #expect(!key.publicKey.verify(signature, of: []))
        #expect(SigningKey(key.bytes) == key)
    }

    @Test func everyBitOfASignatureCounts() throws {
        let key = SigningKey(seed: counting(from: 9))
        let message = Array("branch".utf8)
        let signature = key.sign(message).bytes
        for bit in 0..<512 {
            var changed = signature
            changed[bit / 8] ^= 1 << UInt8(bit % 8)
            let forged = try #require(Signature(changed))
            #expect(!key.publicKey.verify(forged, of: message), "bit \(bit)")
        }
    }

    @Test func agreementIsMutual() throws {
        let (a, b) = (AgreementKey(seed: counting(from: 1)), AgreementKey(seed: counting(from: 2)))
        #expect(try a.agree(with: b.publicKey) == b.agree(with: a.publicKey))
        for weak in [[UInt8](repeating: 0, count: 32), [1] + [UInt8](repeating: 0, count: 31)] {
            let key = try #require(AgreementPublicKey(weak))
            #expect(throws: SodiumError.weakKey) { try a.agree(with: key) }
        }
    }

    @Test func onlyExactLengthsAreKeys() {
        for count in [0, 31, 33] {
            let bytes = [UInt8](repeating: 7, count: count)
            #expect(SigningKey(bytes) == nil)
            #expect(PublicKey(bytes) == nil)
            #expect(AgreementKey(bytes) == nil)
            #expect(AgreementPublicKey(bytes) == nil)
            #expect(SymmetricKey(bytes) == nil)
            #expect(PresharedKey(bytes) == nil)
            #expect(Signature(bytes + bytes) == nil)
            #expect(PresharedKeyID(bytes) == nil)
        }
    }

    @Test func secretsDoNotShowThemselves() throws {
        let bytes = [UInt8](repeating: 0xab, count: 32)
        var random = SeededRandom(seed: 1)
        let channel = Channel.initiator(
            local: AgreementKey(seed: bytes), book: .zero, psk: try #require(PresharedKey(bytes)),
            limit: { _ in nil }, random: &random)
        let secrets: [any Secret] = [
            SigningKey(seed: bytes), AgreementKey(seed: bytes), try #require(SymmetricKey(bytes)),
            try #require(PresharedKey(bytes)), CipherState(key: SymmetricKey(bytes)), channel,
        ]
        for secret in secrets {
            var dumped = ""
            dump(secret, to: &dumped)
            for text in ["\(secret)", String(reflecting: secret), dumped] {
                #expect(text.contains("redacted"))
                #expect(!text.contains("abab") && !text.contains("171") && !text.contains("12370"))
            }
        }
    }
}
