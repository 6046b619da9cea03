import CSodium

/// An Ed25519 public key as its owner spelled it: 32 bytes, not checked until something is
/// verified under it.
package struct PublicKey: Hashable, Sendable {
    package let digest: Digest

    package static let count = Digest.count

    package init(_ digest: Digest) {
        self.digest = digest
    }

    /// Nil unless there are exactly 32 bytes.
    package init?(_ bytes: some Collection<UInt8>) {
        guard let digest = Digest(bytes) else { return nil }
        self.digest = digest
    }

    package var bytes: [UInt8] { digest.bytes }

    /// Whether `signature` is valid for `message` under this key: the only place of the program
    /// that decides so. Replicas must agree about it for ever, so a change of library or version
    /// has to keep exactly this rule, the one of libsodium 1.0.18 (`crypto_sign_verify_detached`
    /// built without `ED25519_COMPAT`). With key A, signature R ‖ S, group order L, base point B:
    ///
    /// 1. S, read as a little-endian number, is below L (no second spelling of a signature).
    /// 2. R is not an encoding of a point of small order (order 1, 2, 4, 8), whatever its sign bit.
    /// 3. A is a canonical encoding (y < 2^255 − 19), not one of a small-order point, and decodes
    ///    to a point of the curve. A component of small order beside a large one is allowed.
    /// 4. The encoding of `[S]B − [h]A` with `h = SHA-512(R ‖ A ‖ message) mod L` equals R byte
    ///    for byte. So there is no cofactor (8 is not multiplied in), and an R that is not
    ///    canonical never passes.
    ///
    /// Signatures are checked one by one; batch verification follows another rule (with cofactor)
    /// and must not be used. Cost: about 40 µs. Never traps.
    package func verify(_ signature: Signature, of message: [UInt8]) -> Bool {
        Library.ensure()
        return digest.withBytes { key in
            crypto_sign_verify_detached(signature.bytes, message, UInt64(message.count), key) == 0
        }
    }
}

extension PublicKey: Comparable {
    package static func < (left: PublicKey, right: PublicKey) -> Bool { left.digest < right.digest }
}

extension PublicKey: CustomStringConvertible {
    /// 64 characters, lower case.
    package var description: String { digest.description }
}
