import CSodium
import Testing

@testable import Sodium

@Suite struct KeyTests {
    @Test func signatureIsBoundToEveryByte() {
        var random = SeededRandom(seed: 1)
        let key = SigningKey(random: &random)
        let message = random.bytes(40)
        let signature = key.sign(message)
        #expect(key.publicKey.verify(signature, of: message))
        for place in message.indices {
            var changed = message
            changed[place] ^= 1
            #expect(!key.publicKey.verify(signature, of: changed))
        }
        #expect(!SigningKey(random: &random).publicKey.verify(signature, of: message))
    }

    @Test func sealedBytesOpenOnlyUnchanged() throws {
        var random = SeededRandom(seed: 2)
        let key = SymmetricKey(random: &random)
        let nonce = random.bytes(24)
        let sealed = XChaCha.seal([1, 2, 3], key: key, nonce: nonce, associated: [9])
        #expect(try XChaCha.open(sealed, key: key, nonce: nonce, associated: [9]) == [1, 2, 3])
        #expect(throws: SodiumError.forged) {
            try XChaCha.open(sealed, key: key, nonce: nonce, associated: [8])
        }
        for place in sealed.indices {
            var changed = sealed
            changed[place] ^= 0x80
            #expect(throws: SodiumError.forged) {
                try XChaCha.open(changed, key: key, nonce: nonce, associated: [9])
            }
        }
        #expect(throws: SodiumError.forged) {
            try XChaCha.open([1, 2], key: key, nonce: nonce, associated: [])
        }
    }

    @Test func sealedBoxIsTheLibrarys() throws {
        var random = SeededRandom(seed: 3)
        let reader = AgreementKey(random: &random)
        let ours = try SealedBox.seal([7, 8, 9], to: reader.publicKey, random: &random)
        #expect(try SealedBox.open(ours, with: reader) == [7, 8, 9])
        var theirs = [UInt8](repeating: 0, count: 3 + SealedBox.overheadBytes)
        crypto_box_seal(&theirs, [4, 5, 6], 3, reader.publicKey.bytes)
        #expect(try SealedBox.open(theirs, with: reader) == [4, 5, 6])
        #expect(throws: SodiumError.forged) {
            try SealedBox.open(ours, with: AgreementKey(random: &random))
        }
    }

    @Test func smallOrderPointIsRefused() throws {
        var random = SeededRandom(seed: 4)
        let zero = try #require(AgreementPublicKey([UInt8](repeating: 0, count: 32)))
        #expect(throws: SodiumError.weakKey) { try AgreementKey(random: &random).agree(with: zero) }
    }

    @Test func secretsDoNotPrintThemselves() throws {
        var random = SeededRandom(seed: 5)
        let seed = random.bytes(32)
        let texts = [
            "\(SigningKey(seed: seed))", "\(try #require(AgreementKey(seed)))",
            "\(try #require(SymmetricKey(seed)))",
        ]
        for text in texts {
            #expect(!text.contains(Hex.text(seed.prefix(4))) && !text.contains("\(seed[0]), "))
        }
    }

    @Test func sameSeedSameBytes() {
        var a = SeededRandom(seed: 6)
        var b = SeededRandom(seed: 6)
        #expect(a.bytes(100) == b.bytes(100))
        #expect(a.bytes(10) == b.bytes(10))
        #expect(a.bytes(32) != b.bytes(31) + [0])
    }
}
