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
///
/// Also how far each log was told in that direction, so that lists of reaches carry differences.
/// Both ends keep the same, because a link loses and reorders nothing.
/// Memory: about 170 bytes a log named, 65,536 logs at most.
package struct LogAliases: Sendable {
    private var numbers: [LogReference: Int] = [:]
    private var references: [LogReference] = []
    /// By number: the greatest seq that a list of reaches told.
    private var told: [UInt64] = []

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
        writeName(reference, to: &out)
    }

    private mutating func writeName(_ reference: LogReference, to out: inout ByteWriter) {
        out.raw(reference.tag.bytes)
        out.raw(reference.author.key.bytes)
        out.varint(reference.incarnation)
        define(reference)
    }

    /// - Throws: `WireError.unknown` for a number that was not defined, or one definition too many.
    package mutating func read(from reader: inout ByteReader) throws(WireError) -> LogReference {
        let number = try reader.length(atMost: Self.countMax)
        if number < references.count { return references[number] }
        return try readName(number, from: &reader)
    }

    private mutating func readName(
        _ number: Int, from reader: inout ByteReader
    ) throws(WireError) -> LogReference {
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
        told.append(0)
    }
}

// MARK: Lists of reaches

extension LogAliases {
    /// Count, then for each log in the order of their numbers how many numbers were skipped and how
    /// much further it reaches than was told: two bytes a log as a rule.
    ///
    /// What is below the seq told before is left out: it says nothing. Of a log that is named twice the
    /// further reach counts.
    mutating func write(_ reaches: [Reach], to out: inout ByteWriter) {
        var listed: [(number: Int, reach: Reach)] = []
        var places: [LogReference: Int] = [:]
        var next = references.count
        for reach in reaches {
            if let place = places[reach.log] {
                if reach.seq > listed[place].reach.seq { listed[place].reach = reach }
                continue
            }
            if let number = numbers[reach.log] {
                guard reach.seq >= told[number] else { continue }
                places[reach.log] = listed.count
                listed.append((number, reach))
            } else {
                places[reach.log] = listed.count
                listed.append((next, reach))
                next += 1
            }
        }
        listed.sort { $0.number < $1.number }
        out.length(listed.count)
        var expected = 0
        for (number, reach) in listed {
            out.length(number - expected)
            if number == references.count { writeName(reach.log, to: &out) }
            out.varint(reach.seq - told[number])
            told[number] = reach.seq
            expected = number + 1
        }
    }

    mutating func readReaches(from reader: inout ByteReader) throws(WireError) -> [Reach] {
        var reaches: [Reach] = []
        var expected = 0
        for _ in 0..<(try reader.length(atMost: Message.reachesMax)) {
            let number = expected + (try reader.length(atMost: Self.countMax))
            let log =
                number < references.count
                ? references[number] : try readName(number, from: &reader)
            let (seq, over) = told[number].addingReportingOverflow(try reader.varint())
            if over { throw .overflow }
            told[number] = seq
            reaches.append(Reach(log: log, seq: seq))
            expected = number + 1
        }
        return reaches
    }
}
