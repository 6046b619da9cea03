import Books
import Gossip
import Replica
import Sodium
import Store

/// Which of its own logs this node goes on writing.
///
/// Laws: the choice of an incarnation is durable before, or together with, the first entry in it; the
/// keys and the mark learn of it later, so that where they tell of more than the database does, the
/// database is an older copy.
extension Engine {
    /// At the start, within a transaction: takes up the incarnation that was chosen last, or begins
    /// another where this database is an older copy of what this node once had.
    func settleIncarnation(_ mark: HighWaterMark?) throws {
        guard let membership = credentials.membership else { return }
        let node = credentials.node
        let tips = try store.logs(of: node).map(\.tip)
        let written = tips.map(\.name.incarnation).max() ?? 0
        let chosen = try store.incarnation()
        guard let current = try chosen ?? adopted(written, membership) else {
            // Keys without a book: the disk was lost, and what stood on it is with the peers.
            let known = max(membership.incarnation, markOfThis(mark)?.incarnation ?? 0)
            return try begin(.diskLost, above: known)
        }
        let commit = tips.filter { $0.name.incarnation == current }.map(\.commit).max() ?? 0
        let ahead = markOfThis(mark).flatMap { $0.isAhead(of: current, commit) ? $0 : nil }
        if ahead != nil || membership.incarnation > current || written > current {
            let known = [current, membership.incarnation, written, ahead?.incarnation ?? 0]
            return try begin(.olderCopy, above: known.max() ?? current)
        }
        if chosen == nil { try store.begin(incarnation: current, .adopted) }
        take(current)
        if ahead == nil, let mark = markOfThis(mark), mark.incarnation == current,
            mark.commit == commit
        {
            marked = mark
        }
    }

    /// The incarnation of a database that is older than the choice; nil where nothing is in it.
    private func adopted(
        _ written: UInt64, _ membership: Credentials.Membership
    ) throws -> UInt64? {
        guard try store.extent().entries > 0 else { return nil }
        return max(written, membership.incarnation)
    }

    /// A mark of another book or node, left in the directory, says nothing.
    private func markOfThis(_ mark: HighWaterMark?) -> HighWaterMark? {
        guard let mark, mark.node == credentials.node,
            mark.book == credentials.membership?.book, mark.incarnation <= Incarnation.most
        else { return nil }
        return mark
    }

    /// The incarnation of a node that founds or joins: 1, or what an attempt before it left behind.
    func firstIncarnation() throws -> UInt64 {
        let number = try store.incarnation() ?? 1
        try store.begin(incarnation: number, .first)
        gossip.incarnation = number
        return number
    }

    /// Goes on in a new incarnation, within the running transaction.
    func begin(_ beginning: Store.Beginning) throws {
        let written = try store.logs(of: credentials.node).map(\.tip.name.incarnation).max() ?? 0
        let current = credentials.membership?.incarnation ?? 0
        try begin(beginning, above: max(written, current))
    }

    private func begin(_ beginning: Store.Beginning, above known: UInt64) throws {
        let number = Incarnation.next(above: known, random: &random)
        try store.begin(incarnation: number, beginning)
        choseIncarnation = true
        claims = [:]
        take(number)
        try renewAuthor()
    }

    private func take(_ incarnation: UInt64) {
        gossip.incarnation = incarnation
        guard credentials.membership?.incarnation != incarnation else { return }
        credentials.membership?.incarnation = incarnation
        needsSave = true
    }

    /// Reads the own logs anew: they have changed by other hands than the author's.
    func renewAuthor() throws {
        try author?.seal(in: store)
        if let holdings = holdings() {
            for written in author?.takeWritten() ?? [] {
                try gossip.grew(written.name, from: written.first, to: written.last, holdings)
            }
        }
        author = nil
        try stand()
    }

    /// The mark after this batch, where it has moved.
    func movedMark() -> HighWaterMark? {
        guard let author, let book = standing?.book else { return nil }
        let mark = HighWaterMark(
            book: book, node: author.node, incarnation: author.incarnation,
            commit: author.lastCommit)
        guard mark != marked else { return nil }
        marked = mark
        return mark
    }

    // MARK: What peers hold of us

    /// A peer says that it holds more of an own log than we do. Not believed for long without proof.
    func claimed(_ log: LogName, on id: LinkID, at now: Instant) {
        guard let peer = gossip.node(of: id), let author, log.incarnation >= author.incarnation
        else { return }
        var claim = claims[peer] ?? Claim(since: now)
        guard claim.logs.count < Claim.logsMax else { return }
        claim.logs.insert(log)
        claims[peer] = claim
    }

    /// How long peers' words alone, that they hold more of our own logs, keep us from writing.
    static let claimMilliseconds: Int64 = 60_000

    /// Writing now could make a second history: a peer says, for less than a minute, that it holds
    /// entries of the incarnation that we write in. Once one has come we write in another.
    func lacksOwnEntries(at now: Instant) -> Bool {
        guard let author else { return false }
        return claims.values.contains { claim in
            now.milliseconds - claim.since.milliseconds < Self.claimMilliseconds
                && claim.logs.contains {
                    $0.incarnation >= author.incarnation && gossip.isBehind($0)
                }
        }
    }

    /// Entries of an own log came from a peer and hold: this directory is an older copy, or another
    /// copy of it is at work.
    ///
    /// - Parameter isNew: nothing was held of the log before.
    func cameBack(_ log: LogName, _ entries: ClosedRange<UInt64>, isNew: Bool) throws {
        guard let book = standing?.book else { return }
        try store.publish(
            log.id(in: book), upTo: entries.upperBound, returnedFrom: entries.lowerBound)
        guard let author else { return }
        let isOurs = log.incarnation == author.incarnation
        // Two copies at work must not chase each other: what this process chose and wrote in is its own.
        let isLater =
            log.incarnation > author.incarnation && isNew
            && (!choseIncarnation || author.lastCommit == 0)
        if isOurs || isLater { try begin(.cameBack) } else { try renewAuthor() }
    }

    struct Claim {
        let since: Instant
        var logs: Set<LogName> = []

        static let logsMax = 64

        init(since: Instant) { self.since = since }
    }
}

/// How far own logs were handed to peers in this batch; told by whoever reads runs for sending.
final class Publication {
    var reached: [LogName: UInt64] = [:]
}

extension Engine {
    /// Keeps how far own logs may be known to others, in the transaction after which they are sent.
    func keepPublished() throws {
        guard let book = standing?.book else { return }
        for (log, seq) in publication.reached.sorted(by: { $0.key < $1.key })
        where seq > published[log] ?? 0 {
            try store.publish(log.id(in: book), upTo: seq)
            published[log] = seq
        }
        publication.reached = [:]
    }
}
