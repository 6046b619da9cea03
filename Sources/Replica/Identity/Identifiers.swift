package import Sodium
import Wire

/// One company group's shared store: the hash of its genesis entry.
package struct BookID: Hashable, Sendable, CustomStringConvertible {
    package let digest: Digest

    package init(_ digest: Digest) { self.digest = digest }

    /// What the genesis entry itself is written under, so that nothing is circular.
    package static let genesis = BookID(.zero)

    package var description: String { digest.description }
}

/// A node: its Ed25519 key is its name.
package struct NodeID: Hashable, Comparable, Sendable, CustomStringConvertible {
    package let key: PublicKey

    package init(_ key: PublicKey) { self.key = key }

    package static func < (a: Self, b: Self) -> Bool { a.key < b.key }

    /// The first eight hexadecimal digits: for people; never compared.
    package var short: String { String(Digest(key.bytes)!.description.prefix(8)) }
    package var description: String { Digest(key.bytes)!.description }
}

/// One author's log of one incarnation in one scope.
///
/// `BLAKE2b-256("branchbook log v1" ‖ BookID ‖ author key ‖ incarnation ‖ scope)`.
package struct LogID: Hashable, Comparable, Sendable, CustomStringConvertible {
    package let digest: Digest

    package init(_ digest: Digest) { self.digest = digest }

    /// Nil unless there are exactly as many as an id has.
    package init?(bytes: some Collection<UInt8>) {
        guard let digest = Digest(bytes) else { return nil }
        self.digest = digest
    }

    package var bytes: [UInt8] { digest.bytes }

    package init(book: BookID, author: NodeID, incarnation: UInt64, scope: Scope) {
        var writer = Domain.log.writer()
        writer.raw(book.digest.bytes)
        writer.raw(author.key.bytes)
        writer.varint(incarnation)
        writer.text(scope.name)
        digest = Blake2b.hash256(writer.bytes)
    }

    package static func < (a: Self, b: Self) -> Bool { a.digest < b.digest }
    package var description: String { digest.description }
}

/// Who writes a log and where: what a `LogID` is the hash of.
package struct LogName: Hashable, Sendable {
    package let author: NodeID
    package let incarnation: UInt64
    package let scope: Scope

    package init(author: NodeID, incarnation: UInt64, scope: Scope) {
        self.author = author
        self.incarnation = incarnation
        self.scope = scope
    }

    /// Incarnation 0 is that of the genesis entry's log alone, which is older than the book's id.
    package func id(in book: BookID) -> LogID {
        LogID(
            book: incarnation == 0 ? .genesis : book, author: author, incarnation: incarnation,
            scope: scope)
    }
}

/// Identity of an op: its log, the entry's number in it (from 1), its place in the entry (from 0).
package struct Dot: Hashable, Comparable, Sendable {
    package let log: LogID
    package let seq: UInt64
    package let index: UInt32

    package init(log: LogID, seq: UInt64, index: UInt32) {
        self.log = log
        self.seq = seq
        self.index = index
    }

    package static func < (a: Self, b: Self) -> Bool {
        (a.log, a.seq, a.index) < (b.log, b.seq, b.index)
    }
}

extension LogName: Comparable, CustomStringConvertible {
    package static func < (a: Self, b: Self) -> Bool {
        (a.scope, a.author, a.incarnation) < (b.scope, b.author, b.incarnation)
    }

    package var description: String { "\(scope) of \(author.short).\(incarnation)" }
}
