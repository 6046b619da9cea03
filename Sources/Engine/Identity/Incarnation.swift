package import Replica
import Sodium
package import Wire

/// Numbers of incarnations: `generation << 32 | 32 random bits`; the first of a node is 1.
///
/// Two copies of one directory that both begin anew choose different numbers but for one chance in
/// 2^32, and a later one is greater than all that its author knew of.
package enum Incarnation {
    /// The least number of an incarnation that is not a node's first.
    static let leastAnew: UInt64 = 1 << 32
    /// The greatest number that a log may have: a table of signed integers keeps its order.
    static let most: UInt64 = 1 << 63 - 1
    private static let generationMost = most >> 32

    static func generation(_ number: UInt64) -> UInt64 { number >> 32 }

    /// Above `known`, whatever chance brings; where the generations are used up, beside it.
    static func next(above known: UInt64, random: inout some RandomSource) -> UInt64 {
        let next = min(generation(known) + 1, generationMost)
        return next << 32 | random.bytes(4).reduce(0) { $0 << 8 | UInt64($1) }
    }
}

/// What was written last, kept beside the database and not in it: a database that tells of less is
/// an older copy.
///
/// It is written without a sync after the batch is durable, so it may lag and never leads.
package struct HighWaterMark: Hashable, Sendable {
    package let book: BookID
    package let node: NodeID
    package let incarnation: UInt64
    package let commit: UInt64

    package init(book: BookID, node: NodeID, incarnation: UInt64, commit: UInt64) {
        self.book = book
        self.node = node
        self.incarnation = incarnation
        self.commit = commit
    }

    package static let bytesMax = 128
    private static let format: UInt8 = 1
    private static let checkBytes = 8

    /// `format ‖ book(32) ‖ node(32) ‖ incarnation ‖ commit ‖ check(8)`.
    package var bytes: [UInt8] {
        var out = ByteWriter()
        out.byte(Self.format)
        out.raw(book.digest.bytes)
        out.raw(node.key.bytes)
        out.varint(incarnation)
        out.varint(commit)
        out.raw(Blake2b.hash(out.bytes, count: Self.checkBytes))
        return out.bytes
    }

    /// - Throws: `WireError` for a file that a power cut left unfinished: it says nothing then.
    package init(bytes: [UInt8]) throws(WireError) {
        guard bytes.count > Self.checkBytes,
            Blake2b.hash(Array(bytes.dropLast(Self.checkBytes)), count: Self.checkBytes)
                == Array(bytes.suffix(Self.checkBytes))
        else { throw .truncated }
        var reader = ByteReader(Array(bytes.dropLast(Self.checkBytes)))
        guard try reader.byte() == Self.format else { throw .unknown(field: "format") }
        guard let book = Digest(try reader.raw(32)), let node = PublicKey(try reader.raw(32))
        else { throw .truncated }
        let incarnation = try reader.varint()
        let commit = try reader.varint()
        try reader.finish()
        self.init(
            book: BookID(book), node: NodeID(node), incarnation: incarnation, commit: commit)
    }
}

extension HighWaterMark {
    func isAhead(of incarnation: UInt64, _ commit: UInt64) -> Bool {
        (self.incarnation, self.commit) > (incarnation, commit)
    }
}
