import CSodium

/// An X25519 secret key (RFC 7748): 32 bytes, clamped when used.
package struct AgreementKey: Secret, Equatable, Sendable {
    let storage: Digest
    package let publicKey: AgreementPublicKey

    package static let count = Digest.count

    private init(_ storage: Digest) {
        Library.ensure()
        self.storage = storage
        publicKey = AgreementPublicKey(
            Digest.filled { output in
                storage.withBytes { _ = crypto_scalarmult_base(output, $0) }
            })
    }

    /// From bytes this program made, 32 of them; another length is our own mistake and traps.
    package init(seed: [UInt8]) {
        guard let storage = Digest(seed) else {
            preconditionFailure("an agreement key has 32 bytes, not \(seed.count)")
        }
        self.init(storage)
    }

    /// From stored bytes (`bytes`): nil unless there are exactly 32.
    package init?(_ bytes: some Collection<UInt8>) {
        guard let storage = Digest(bytes) else { return nil }
        self.init(storage)
    }

    package init(random: inout some RandomSource) {
        self.init(random.digest())
    }

    /// The secret itself, for storing.
    package var bytes: [UInt8] { storage.bytes }

    /// The raw 32-byte Diffie–Hellman result; hash it before use as a key.
    /// Throws `.weakKey` when it would be all zero. Cost: about 50 µs.
    package func agree(with other: AgreementPublicKey) throws(SodiumError) -> [UInt8] {
        Library.ensure()
        var shared = [UInt8](repeating: 0, count: Digest.count)
        let code = storage.withBytes { secret in
            other.digest.withBytes { crypto_scalarmult(&shared, secret, $0) }
        }
        guard code == 0 else { throw .weakKey }
        return shared
    }

    /// Takes the same time wherever two keys differ.
    package static func == (left: AgreementKey, right: AgreementKey) -> Bool {
        left.storage.matches(right.storage)
    }
}

/// An X25519 public key as its owner spelled it. All 32-byte values are points; those of small
/// order are refused by `AgreementKey.agree`.
package struct AgreementPublicKey: Hashable, Sendable {
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
}

extension AgreementPublicKey: Comparable {
    package static func < (left: AgreementPublicKey, right: AgreementPublicKey) -> Bool {
        left.digest < right.digest
    }
}

extension AgreementPublicKey: CustomStringConvertible {
    /// 64 characters, lower case.
    package var description: String { digest.description }
}
