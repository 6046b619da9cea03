package import Sodium
import Wire

/// How far one log is held: the last seq and the hash of that entry.
package struct Head: Hashable, Sendable {
    package let seq: UInt64
    package let hash: Digest

    package init(seq: UInt64, hash: Digest) {
        self.seq = seq
        self.hash = hash
    }
}

/// For each log the head that is held.
///
/// Laws of `merge`: commutative, associative, idempotent; never lowers a seq. Where two heads of one
/// log stand at the same seq with different hashes (a fork) the lower hash is kept, so that the
/// merge stays commutative; forks are proven elsewhere.
package struct Frontier: Hashable, Sendable {
    package private(set) var heads: [LogID: Head]

    package init(_ heads: [LogID: Head] = [:]) { self.heads = heads }

    package subscript(log: LogID) -> Head? { heads[log] }

    package mutating func advance(_ log: LogID, to head: Head) {
        guard let held = heads[log] else {
            heads[log] = head
            return
        }
        if head.seq > held.seq || (head.seq == held.seq && head.hash < held.hash) {
            heads[log] = head
        }
    }

    package mutating func merge(_ other: Frontier) {
        for (log, head) in other.heads { advance(log, to: head) }
    }

    /// Sixteen bytes that are equal iff the frontiers are: BLAKE2b over the sorted heads.
    package var root: [UInt8] {
        var writer = Domain.root.writer()
        for (log, head) in heads.sorted(by: { $0.key < $1.key }) {
            writer.raw(log.digest.bytes)
            writer.varint(head.seq)
            writer.raw(head.hash.bytes)
        }
        return Blake2b.hash256(writer.bytes).prefix(16)
    }
}
