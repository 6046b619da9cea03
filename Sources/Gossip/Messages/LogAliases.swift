package import Replica
import Sodium
package import Wire

/// A log as peers name it: without its scope's name, which the tag stands for.
package struct LogReference: Hashable, Sendable {
    package let tag: ScopeTag
    package let author: NodeID
    package let incarnation: UInt64

    package init(tag: ScopeTag, author: NodeID, incarnation: UInt64) {
        self.tag = tag
        self.author = author
        self.incarnation = incarnation
    }

    package init(_ name: LogName, in book: BookID) {
        self.init(
            tag: ScopeTag(name.scope, in: book), author: name.author,
            incarnation: name.incarnation)
    }
}

/// The short numbers of logs in one direction of one link: the first mention defines the next
/// number (49 bytes or more), later ones cost a byte or two.
package struct LogAliases: Sendable {
    private var numbers: [LogReference: Int] = [:]
    private var references: [LogReference] = []

    /// Above this a link must be made anew.
    package static let countMax = 65_536

    package init() {}

    /// True when no further log can be named.
    package var isFull: Bool { references.count >= Self.countMax }

    package mutating func write(_ reference: LogReference, to out: inout ByteWriter) {
        if let number = numbers[reference] {
            out.length(number)
            return
        }
        out.length(references.count)
        out.raw(reference.tag.bytes)
        out.raw(reference.author.key.bytes)
        out.varint(reference.incarnation)
        define(reference)
    }

    /// - Throws: `WireError.unknown` for a number that was not defined, or one definition too many.
    package mutating func read(from reader: inout ByteReader) throws(WireError) -> LogReference {
        let number = try reader.length(atMost: Self.countMax)
        if number < references.count { return references[number] }
        guard number == references.count, !isFull else { throw .unknown(field: "log") }
        guard let tag = ScopeTag(try reader.raw(ScopeTag.count)),
            let key = PublicKey(try reader.raw(PublicKey.count))
        else { throw .truncated }
        let reference = LogReference(
            tag: tag, author: NodeID(key), incarnation: try reader.varint())
        // A log has one number: a second definition would be another spelling.
        guard numbers[reference] == nil else { throw .notCanonical }
        define(reference)
        return reference
    }

    private mutating func define(_ reference: LogReference) {
        numbers[reference] = references.count
        references.append(reference)
    }
}
