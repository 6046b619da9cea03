import CSodium

/// An Ed25519 secret key (RFC 8032), kept as its 32-byte seed.
package struct SigningKey: Secret, Equatable, Sendable {
    private let seed: Digest
    /// Seed, then public key: the form libsodium signs with.
    private let expanded: [UInt8]
    package let publicKey: PublicKey

    package static let count = Digest.count

    private init(_ seed: Digest) {
        Library.ensure()
        self.seed = seed
        var expanded = [UInt8](repeating: 0, count: 64)
        publicKey = PublicKey(
            Digest.filled { key in
                seed.withBytes { _ = crypto_sign_seed_keypair(key, &expanded, $0) }
            })
        self.expanded = expanded
    }

    /// From a seed this program made, 32 bytes; another length is our own mistake and traps.
    package init(seed: [UInt8]) {
        guard let seed = Digest(seed) else {
            preconditionFailure("a signing seed has 32 bytes, not \(seed.count)")
        }
        self.init(seed)
    }

    /// From stored bytes (`bytes`): nil unless there are exactly 32.
    package init?(_ bytes: some Collection<UInt8>) {
        guard let seed = Digest(bytes) else { return nil }
        self.init(seed)
    }

    package init(random: inout some RandomSource) {
        self.init(random.digest())
    }

    /// The seed: the secret itself, for storing.
    package var bytes: [UInt8] { seed.bytes }

    /// Deterministic: the same key and message give the same signature. Cost: about 25 µs.
    package func sign(_ message: [UInt8]) -> Signature {
        Library.ensure()
        var bytes = [UInt8](repeating: 0, count: Signature.count)
        crypto_sign_detached(&bytes, nil, message, UInt64(message.count), expanded)
        return Signature(bytes)!
    }

    /// Takes the same time wherever two keys differ.
    package static func == (left: SigningKey, right: SigningKey) -> Bool {
        left.seed.matches(right.seed)
    }
}
