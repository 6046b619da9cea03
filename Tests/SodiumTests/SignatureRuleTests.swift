import CSodium
import Testing

@testable import Sodium

/// What counts as valid is consensus-critical: these cases fail on a library with another rule.
@Suite struct SignatureRuleTests {
    static let message = Array("branchbook".utf8)
    static let identity: [UInt8] = [1] + [UInt8](repeating: 0, count: 31)
    /// A point of order 8.
    static let torsion = Hex.bytes(
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05")!
    static let base = Hex.bytes(
        "5866666666666666666666666666666666666666666666666666666666666666")!

    /// SHA-512(R ‖ A ‖ message) mod L, little-endian.
    static func challenge(_ r: [UInt8], _ a: [UInt8], _ message: [UInt8]) -> [UInt8] {
        var hash = [UInt8](repeating: 0, count: 64)
        let input = r + a + message
        crypto_hash_sha512(&hash, input, UInt64(input.count))
        var scalar = [UInt8](repeating: 0, count: 32)
        crypto_core_ed25519_scalar_reduce(&scalar, hash)
        return scalar
    }

    static func times(_ x: [UInt8], _ y: [UInt8], plus z: [UInt8]) -> [UInt8] {
        var product = [UInt8](repeating: 0, count: 32)
        crypto_core_ed25519_scalar_mul(&product, x, y)
        var sum = product
        crypto_core_ed25519_scalar_add(&sum, product, z)
        return sum
    }

    /// The scalar below L of a number under 256.
    static func scalar(_ value: UInt8) -> [UInt8] { [value] + [UInt8](repeating: 0, count: 31) }

    static func point(_ scalar: [UInt8]) -> [UInt8] {
        var point = [UInt8](repeating: 0, count: 32)
        crypto_scalarmult_ed25519_base_noclamp(&point, scalar)
        return point
    }

    @Test func smallOrderKeysAreRefused() throws {
        // [1]B − [h]·identity is B, so only rule 3 refuses this one.
        let signature = try #require(Signature(Self.base + Self.scalar(1)))
        let key = try #require(PublicKey(Self.identity))
        #expect(!key.verify(signature, of: Self.message))
        let other = try #require(PublicKey(Self.torsion))
        #expect(!other.verify(signature, of: Self.message))
    }

    @Test func smallOrderNoncesAreRefused() throws {
        // R = identity and S = h·a satisfy the equation, so only rule 2 refuses this one.
        let secret = Self.scalar(5)
        let key = Self.point(secret)
        let h = Self.challenge(Self.identity, key, Self.message)
        let s = Self.times(h, secret, plus: Self.scalar(0))
        let signature = try #require(Signature(Self.identity + s))
        #expect(try #require(PublicKey(key)).verify(signature, of: Self.message) == false)
    }

    @Test func ordinaryKeysOfThisMakingAreAccepted() throws {
        let (secret, nonce) = (Self.scalar(5), Self.scalar(9))
        let (key, r) = (Self.point(secret), Self.point(nonce))
        let s = Self.times(Self.challenge(r, key, Self.message), secret, plus: nonce)
        let signature = try #require(Signature(r + s))
        #expect(try #require(PublicKey(key)).verify(signature, of: Self.message))
    }

    /// A key with a component of order 8 passes exactly where 8 divides h: no cofactor.
    @Test func equationHasNoCofactor() throws {
        let (secret, nonce) = (Self.scalar(5), Self.scalar(9))
        var key = [UInt8](repeating: 0, count: 32)
        #expect(crypto_core_ed25519_add(&key, Self.point(secret), Self.torsion) == 0)
        let r = Self.point(nonce)
        var accepted = 0
        for number in UInt8(0)..<64 {
            let h = Self.challenge(r, key, [number])
            let s = Self.times(h, secret, plus: nonce)
            let signature = try #require(Signature(r + s))
            let valid = try #require(PublicKey(key)).verify(signature, of: [number])
            #expect(valid == (h[0] % 8 == 0), "message \(number)")
            accepted += valid ? 1 : 0
        }
        #expect(accepted > 0)
    }

    /// S + L satisfies the same equation; rule 1 refuses it.
    @Test func secondSpellingsAreRefused() throws {
        let key = SigningKey(seed: counting(from: 3))
        let bytes = key.sign(Self.message).bytes
        let order = try hex("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010")
        var (s, carry) = (Array(bytes.suffix(32)), 0)
        for index in s.indices {
            let total = Int(s[index]) + Int(order[index]) + carry
            s[index] = UInt8(total & 0xff)
            carry = total >> 8
        }
        let second = try #require(Signature(bytes.prefix(32) + s))
        #expect(!key.publicKey.verify(second, of: Self.message))
    }

    /// y = 1 spelled as p + 1, and y = p − 1 with the sign bit set.
    @Test(arguments: [
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
        "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    ])
    func otherSpellingsOfKeysAreRefused(text: String) throws {
        let key = try #require(PublicKey(hex(text)))
        let signature = try #require(Signature(Self.base + Self.scalar(1)))
        #expect(!key.verify(signature, of: Self.message))
    }
}
