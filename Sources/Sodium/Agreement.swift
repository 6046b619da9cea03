import CSodium

/// An X25519 public key.
package struct AgreementPublicKey: Hashable, Comparable, Sendable {
    private let digest: Digest

    package init?(_ bytes: some Collection<UInt8>) {
        guard let digest = Digest(bytes) else { return nil }
        self.digest = digest
    }

    package var bytes: [UInt8] { digest.bytes }
    package static func < (a: Self, b: Self) -> Bool { a.digest < b.digest }
}

/// An X25519 secret. Never prints itself.
package struct AgreementKey: Sendable, CustomStringConvertible {
    package let bytes: [UInt8]
    package let publicKey: AgreementPublicKey

    package init?(_ bytes: [UInt8]) {
        guard bytes.count == 32 else { return nil }
        _ = Library.ready
        var out = [UInt8](repeating: 0, count: 32)
        guard crypto_scalarmult_curve25519_base(&out, bytes) == 0,
            let key = AgreementPublicKey(out)
        else { return nil }
        self.bytes = bytes
        publicKey = key
    }

    package init(from random: inout some RandomSource) {
        self.init(random.bytes(32))!
    }

    /// The shared secret; an all-zero one (a point of small order) is refused.
    package func agree(with other: AgreementPublicKey) throws(SodiumError) -> [UInt8] {
        var out = [UInt8](repeating: 0, count: 32)
        guard crypto_scalarmult_curve25519(&out, bytes, other.bytes) == 0 else { throw .weakKey }
        return out
    }

    package var description: String { "agreement key (secret)" }
}

package enum SodiumError: Error, Equatable, Sendable {
    /// The peer's key leads to an all-zero secret.
    case weakKey
    /// The tag does not fit: another key, another nonce, or changed bytes.
    case forged
    case nonceExhausted
}
