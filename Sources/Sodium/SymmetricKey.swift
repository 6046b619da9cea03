/// 32 secret bytes for a cipher or a keyed hash.
package struct SymmetricKey: Secret, Equatable, Sendable {
    let storage: Digest

    package static let count = Digest.count

    init(_ storage: Digest) {
        self.storage = storage
    }

    /// Nil unless there are exactly 32 bytes.
    package init?(_ bytes: some Collection<UInt8>) {
        guard let storage = Digest(bytes) else { return nil }
        self.storage = storage
    }

    package init(random: inout some RandomSource) {
        storage = random.digest()
    }

    /// The secret itself: for sealing and storing, never for printing.
    package var bytes: [UInt8] { storage.bytes }

    /// Takes the same time wherever two keys differ.
    package static func == (left: SymmetricKey, right: SymmetricKey) -> Bool {
        left.storage.matches(right.storage)
    }
}
