package import Sodium

/// What is held of the roster's logs, as a fold asks for it: it looks at no more than it needs.
package protocol RosterLogs {
    associatedtype Failure: Error

    /// The act that founds the book; nil where it is not here.
    var genesis: Roster.Step? { get }
    /// What the recovery key signed, at the beginning of logs.
    var copies: RecoveryCopies { get }

    /// All acts in an author's logs, in no order.
    func acts(of author: NodeID) throws(Failure) -> [Roster.Step]
    /// The hash of an entry; nil where it is not held.
    func hash(of log: LogID, at seq: UInt64) throws(Failure) -> Digest?
    /// Did the book's recovery key sign it?
    func isSigned(_ act: Recovery, for founding: Founding) -> Bool
}

/// Hashes of the entries of the roster's logs that are held, those without acts as well: what a head can name.
package struct RosterEntries: Equatable, Sendable {
    private var hashes: [LogID: [UInt64: Digest]] = [:]

    package init() {}

    init(_ steps: [Roster.Step]) {
        for step in steps { add(step.dot.log, step.dot.seq, step.entry) }
    }

    package mutating func add(_ log: LogID, _ seq: UInt64, _ hash: Digest) {
        hashes[log, default: [:]][seq] = hash
    }

    func hash(of log: LogID, at seq: UInt64) -> Digest? { hashes[log]?[seq] }
}

/// Logs in memory.
struct SteppedLogs: RosterLogs {
    typealias Failure = Never

    let genesis: Roster.Step?
    let copies: RecoveryCopies
    private let steps: [NodeID: [Roster.Step]]
    private let entries: RosterEntries
    private let checks: RecoveryChecks

    init(_ all: [Roster.Step], _ entries: RosterEntries) {
        let founding = all.filter { if case .found = $0.act { true } else { false } }.min {
            ($0.time, $0.author, $0.dot) < ($1.time, $1.author, $1.dot)
        }
        genesis = founding
        steps = Dictionary(grouping: all, by: \.author)
        self.entries = entries
        let checks = RecoveryChecks()
        self.checks = checks
        var copies = RecoveryCopies()
        if case .found(let facts)? = founding?.act {
            for step in all.sorted(by: {
                ($0.dot, $0.author, $0.time) < ($1.dot, $1.author, $1.time)
            }) {
                copies.read(step) { checks.isSigned($0, for: facts) }
            }
        }
        self.copies = copies
    }

    func acts(of author: NodeID) -> [Roster.Step] { steps[author] ?? [] }

    func hash(of log: LogID, at seq: UInt64) -> Digest? { entries.hash(of: log, at: seq) }

    func isSigned(_ act: Recovery, for founding: Founding) -> Bool {
        checks.isSigned(act, for: founding)
    }
}

/// What came of the signatures that were looked at: they are the same whenever they are. One that is bad is asked about once
/// for each log, so that there are no more of them than logs.
package final class RecoveryChecks {
    private var known: [Digest: Bool] = [:]
    private static let knownMax = 1 << 20

    package init() {}

    var count: Int { known.count }

    package func isSigned(_ act: Recovery, for founding: Founding) -> Bool {
        let name = Blake2b.hash256(act.bytes)
        if let known = known[name] { return known }
        if known.count >= Self.knownMax { known = [:] }
        let isSigned = act.isSigned(for: founding)
        known[name] = isSigned
        return isSigned
    }
}

/// What the recovery key signed, of logs that begin with it: who is no administrator writes nothing else there. Of a
/// log that goes on with anything else, or with the same once more, no more is looked at: so nobody makes others verify
/// what he likes.
///
/// Law: a function of the logs' acts. Cost of reading: one signature for each log.
package struct RecoveryCopies: Equatable, Sendable {
    /// By log, the place of each act.
    private(set) var places: [LogID: [Recovery: Place]] = [:]
    /// The log in which each was seen first here.
    package private(set) var first: [Recovery: LogID] = [:]
    private var ended: Set<LogID> = []

    struct Place: Hashable, Comparable, Sendable {
        let seq: UInt64
        let index: UInt32

        init(_ dot: Dot) { (seq, index) = (dot.seq, dot.index) }

        static func < (a: Self, b: Self) -> Bool { (a.seq, a.index) < (b.seq, b.index) }
    }

    package init() {}

    /// - Parameter step: the next act of its log.
    /// - Returns: whether it was one of the key's, and more of the log is looked at.
    @discardableResult
    package mutating func read(_ step: Roster.Step, isSigned: (Recovery) -> Bool) -> Bool {
        let log = step.dot.log
        guard !ended.contains(log) else { return false }
        guard case .recover(let act) = step.act, places[log]?[act] == nil, isSigned(act) else {
            ended.insert(log)
            return false
        }
        add(act, step.dot)
        return true
    }

    mutating func add(_ act: Recovery, _ dot: Dot) {
        guard places[dot.log]?[act] == nil else { return }
        places[dot.log, default: [:]][act] = Place(dot)
        if first[act] == nil { first[act] = dot.log }
    }

    /// Which log was seen first is no matter of what is held.
    package func isLike(_ other: Self) -> Bool { places == other.places && ended == other.ended }
}
