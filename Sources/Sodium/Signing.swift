import CSodium

/// An Ed25519 public key.
package struct PublicKey: Hashable, Comparable, Sendable {
    private let digest: Digest

    package init?(_ bytes: some Collection<UInt8>) {
        guard let digest = Digest(bytes) else { return nil }
        self.digest = digest
    }

    package var bytes: [UInt8] { digest.bytes }
    package static func < (a: Self, b: Self) -> Bool { a.digest < b.digest }

    /// The one verify function of the program: what it accepts is consensus-critical.
    ///
    /// Valid is what libsodium's `crypto_sign_verify_detached` accepts: S below the group order,
    /// no small-order or non-canonical public key, no small-order R, and the equation without
    /// cofactor. About 15,000 a second.
    package func verify(_ signature: Signature, of message: [UInt8]) -> Bool {
        _ = Library.ready
        return crypto_sign_verify_detached(
            signature.bytes, message, UInt64(message.count), digest.bytes) == 0
    }
}

/// Sixty-four bytes.
package struct Signature: Hashable, Sendable {
    package let bytes: [UInt8]
    package static let byteCount = 64

    package init?(_ bytes: [UInt8]) {
        guard bytes.count == Self.byteCount else { return nil }
        self.bytes = bytes
    }
}

/// An Ed25519 key pair made from a 32-byte seed. Never prints itself.
package struct SigningKey: Sendable, CustomStringConvertible {
    package let seed: [UInt8]
    package let publicKey: PublicKey
    private let expanded: [UInt8]

    package init?(seed: [UInt8]) {
        guard seed.count == 32 else { return nil }
        _ = Library.ready
        var publicBytes = [UInt8](repeating: 0, count: 32)
        var secret = [UInt8](repeating: 0, count: 64)
        guard crypto_sign_seed_keypair(&publicBytes, &secret, seed) == 0,
            let key = PublicKey(publicBytes)
        else { return nil }
        self.seed = seed
        publicKey = key
        expanded = secret
    }

    package init(from random: inout some RandomSource) {
        self.init(seed: random.bytes(32))!
    }

    package func sign(_ message: [UInt8]) -> Signature {
        var out = [UInt8](repeating: 0, count: Signature.byteCount)
        crypto_sign_detached(&out, nil, message, UInt64(message.count), expanded)
        return Signature(out)!
    }

    package var description: String { "signing key (secret)" }
}
