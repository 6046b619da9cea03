/// The key that opens the first handshake message: one of the book's, or an invitation's.
package struct PresharedKey: Secret, Equatable, Sendable {
    private let storage: Digest

    package static let count = Digest.count

    /// Nil unless there are exactly 32 bytes.
    package init?(_ bytes: some Collection<UInt8>) {
        guard let storage = Digest(bytes) else { return nil }
        self.storage = storage
    }

    /// The key of an invitation: BLAKE2b-256(prefix ‖ BookID ‖ secret). The secret is the
    /// one-time secret in the invitation's text, 16 bytes.
    package init(invitationSecret secret: [UInt8], book: Digest) {
        var state = Blake2b.State()
        state.update(Domain.invitationKey.prefix)
        state.update(book)
        state.update(secret)
        storage = state.finish256()
    }

    package init(random: inout some RandomSource) {
        storage = random.digest()
    }

    /// The secret itself, for storing.
    package var bytes: [UInt8] { storage.bytes }

    /// BLAKE2b-128(prefix ‖ key): names the key in a clear preamble and tells nothing of it.
    package var id: PresharedKeyID {
        let id = Blake2b.hash(
            Domain.presharedKeyID.prefix + bytes, count: PresharedKeyID.count)
        return PresharedKeyID(id)!
    }

    /// Takes the same time wherever two keys differ.
    package static func == (left: PresharedKey, right: PresharedKey) -> Bool {
        left.storage.matches(right.storage)
    }
}

/// 16 bytes that name a pre-shared key in the clear.
package struct PresharedKeyID: Hashable, Sendable {
    private let high: UInt64
    private let low: UInt64

    package static let count = 16

    /// Nil unless there are exactly 16 bytes.
    package init?(_ bytes: some Collection<UInt8>) {
        guard bytes.count == Self.count else { return nil }
        func word(_ part: some Sequence<UInt8>) -> UInt64 {
            part.reduce(0) { $0 << 8 | UInt64($1) }
        }
        high = word(bytes.prefix(8))
        low = word(bytes.dropFirst(8))
    }

    package var bytes: [UInt8] {
        [high, low].flatMap { word in
            stride(from: UInt64(56), through: 0, by: -8).map {
                UInt8(truncatingIfNeeded: word >> $0)
            }
        }
    }
}

extension PresharedKeyID: Comparable {
    package static func < (left: PresharedKeyID, right: PresharedKeyID) -> Bool {
        (left.high, left.low) < (right.high, right.low)
    }
}

extension PresharedKeyID: CustomStringConvertible {
    /// 32 characters, lower case.
    package var description: String { Hex.text(bytes) }
}
