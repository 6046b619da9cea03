import CSodium
import Testing

@testable import Sodium

@Suite struct SealedBoxTests {
    static let key = AgreementKey(seed: counting(from: 0x11))
    static let message = Array("scope key of money/HZ".utf8)

    @Test func libsodiumOpensOurs() throws {
        var random = SeededRandom(seed: 4)
        let sealed = try SealedBox.seal(Self.message, to: Self.key.publicKey, random: &random)
        #expect(sealed.count == Self.message.count + SealedBox.overheadBytes)
        var opened = [UInt8](repeating: 0, count: Self.message.count)
        let code = crypto_box_seal_open(
            &opened, sealed, UInt64(sealed.count), Self.key.publicKey.bytes, Self.key.bytes)
        #expect(code == 0)
        #expect(opened == Self.message)
    }

    @Test func weOpenLibsodiums() throws {
        var sealed = [UInt8](repeating: 0, count: Self.message.count + SealedBox.overheadBytes)
        let code = crypto_box_seal(
            &sealed, Self.message, UInt64(Self.message.count), Self.key.publicKey.bytes)
        #expect(code == 0)
        #expect(try SealedBox.open(sealed, with: Self.key) == Self.message)
    }

    @Test func sameRandomnessGivesTheSameBox() throws {
        var (one, other) = (SeededRandom(seed: 4), SeededRandom(seed: 4))
        let first = try SealedBox.seal([], to: Self.key.publicKey, random: &one)
        #expect(try first == SealedBox.seal([], to: Self.key.publicKey, random: &other))
        #expect(try first != SealedBox.seal([], to: Self.key.publicKey, random: &other))
        #expect(try SealedBox.open(first, with: Self.key) == [])
    }

    @Test func everyBitAndLengthCounts() throws {
        var random = SeededRandom(seed: 4)
        let sealed = try SealedBox.seal([1, 2, 3], to: Self.key.publicKey, random: &random)
        for bit in 0..<sealed.count * 8 {
            var changed = sealed
            changed[bit / 8] ^= 1 << UInt8(bit % 8)
            #expect(throws: SodiumError.forged) { try SealedBox.open(changed, with: Self.key) }
        }
        for length in 0..<sealed.count {
            #expect(throws: SodiumError.forged) {
                try SealedBox.open(Array(sealed.prefix(length)), with: Self.key)
            }
        }
        let stranger = AgreementKey(seed: counting(from: 0x12))
        #expect(throws: SodiumError.forged) { try SealedBox.open(sealed, with: stranger) }
    }

    @Test func weakRecipientsAreRefused() throws {
        var random = SeededRandom(seed: 4)
        #expect(throws: SodiumError.weakKey) {
            try SealedBox.seal([1], to: AgreementPublicKey(.zero), random: &random)
        }
    }
}
