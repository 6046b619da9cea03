import Books
import Gossip
import Replica
import Sodium
import Store

/// An own log as it is compared with what a peer holds of it.
struct HistoryWalk {
    let link: LinkID
    /// Up to here both are known to be the same.
    var tip: LogTip
}

/// Logs that have two histories: a disk was cloned, or a backup was put back and written on.
extension Engine {
    /// A peer says that a log has another history. Of an own log it is asked to prove it: from then on
    /// nothing more is written in that incarnation, and what nobody has seen is written anew.
    func forked(_ log: LogName, at seq: UInt64, on id: LinkID) throws {
        let peer = gossip.node(of: id)
        if forks[log].map({ seq < $0.seq }) ?? true {
            let fork = Store.ForkRow(log: log, seq: seq, toldBy: peer?.key)
            forks[log] = fork
            try store.keep(fork)
        }
        guard log.author == credentials.node, log.incarnation > 0, let peer, let author,
            standing != nil
        else { return }
        // A word alone costs an incarnation, and for each peer one at most until it proves something.
        if log.incarnation == author.incarnation, believed.insert(peer).inserted {
            try begin(.fork)
        }
        rivals[log, default: [:]][id] = seq
        try walk(log)
    }

    /// Asks one of those who hold another history for it; the others are asked if it gives no answer.
    private func walk(_ log: LogName) throws {
        guard walks[log] == nil, let holdings = holdings(), try holdsUnpublished(log.incarnation),
            let id = rivals[log]?.keys.min(), let seq = rivals[log]?.removeValue(forKey: id)
        else { return }
        let published = try store.published(holdings.id(of: log))
        // Where it differs within what was handed out, all of it is to be compared.
        let start = seq > published ? published : 0
        guard let place = try store.position(in: holdings.id(of: log), while: { $0.seq <= start })
        else { return }
        walks[log] = HistoryWalk(link: id, tip: place.tip)
        gossip.askOwnHistory(of: log, from: place.tip.head.seq + 1, on: id, holdings)
    }

    /// A link is gone: what was asked on it is asked on another.
    func endWalks(on id: LinkID) throws {
        for log in rivals.keys.sorted() { rivals[log]?[id] = nil }
        for (log, walk) in walks.sorted(by: { $0.key < $1.key }) where walk.link == id {
            walks[log] = nil
            try self.walk(log)
        }
    }

    /// It proved nothing.
    private func endWalk(_ log: LogName) throws {
        walks[log] = nil
        try walk(log)
    }

    private func holdsUnpublished(_ incarnation: UInt64) throws -> Bool {
        try store.logs(of: credentials.node).contains { log in
            try log.tip.name.incarnation == incarnation
                && store.published(log.tip.id) < log.tip.head.seq
        }
    }

    /// A run of an own log as the peer holds it: the first entry that is not ours, in a run that our
    /// own key signed, is the proof.
    func compare(_ message: RunMessage, of log: LogName, on id: LinkID, at now: Instant) throws {
        guard var walk = walks[log], walk.link == id, let holdings = holdings(),
            message.first == walk.tip.head.seq + 1
        else { return }
        let run: PreparedRun
        do throws(EntryError) {
            run = try PreparedRun(
                verifying: message.bytes, after: walk.tip, chapter: Chapter(), key: { _ in nil })
        } catch {
            // It differs before: from the beginning, once; a run that does not hold there proves nothing.
            guard walk.tip.head.seq > 0 else { return try endWalk(log) }
            walks[log] = HistoryWalk(link: id, tip: LogTip(log, id: holdings.id(of: log)))
            gossip.askOwnHistory(of: log, from: 1, on: id, holdings)
            return
        }
        for item in run.items {
            let seq = item.entry.header.seq
            guard let ours = try store.hash(of: holdings.id(of: log), at: seq) else {
                return try endWalk(log)
            }
            guard ours == item.entry.hash else {
                walks[log] = nil
                rivals[log] = nil
                if let peer = gossip.node(of: id) { believed.remove(peer) }
                return try beginAnew(forkedAt: seq, of: log, at: now)
            }
        }
        guard !message.isEnd else { return try endWalk(log) }
        walk.tip = run.tip
        walks[log] = walk
        gossip.askOwnHistory(of: log, from: walk.tip.head.seq + 1, on: id, holdings)
    }

    /// It is proven that others hold another history from `seq` on. What of ours nobody has seen since
    /// is written anew; the rest stays, and the fork with it.
    private func beginAnew(forkedAt seq: UInt64, of log: LogName, at now: Instant) throws {
        if log.incarnation == author?.incarnation { try begin(.fork) }
        let cut: [LogTip]
        let waiting = self.waiting
        do {
            cut = try undoable { try rewrite(forkedAt: seq, of: log, at: now) }
        } catch let error where error is Refusal || error is EntryError {
            // A key or a right is missing: everything stays as it is, and is listed.
            self.waiting = waiting
            return
        }
        guard !cut.isEmpty, let holdings = holdings() else { return }
        // What peers know of these logs is void: all is compared again.
        for tip in cut {
            try gossip.grew(tip.name, from: tip.head.seq + 1, to: tip.head.seq, holdings)
            published[tip.name] = nil
        }
        gossip.closeAll(.renew)
    }

    /// - Returns: the tips of the logs that were cut back; none where everything was published.
    private func rewrite(
        forkedAt seq: UInt64, of log: LogName, at now: Instant
    ) throws -> [LogTip] {
        let standing = try needStanding()
        try author?.seal(in: store)
        let logs = try store.logs(of: credentials.node).map(\.tip)
            .filter { $0.name.incarnation == log.incarnation }
        guard let fork = logs.first(where: { $0.name == log }),
            let first = try store.position(in: fork.id, while: { $0.seq <= seq })?.tip.commit
        else { return [] }
        let kept = try Unpublished(logs, from: first, store).kept
        let history = logs.compactMap { tip in
            let keep = kept[tip.id] ?? 0
            return keep < tip.head.seq ? OwnHistory(end: tip, after: keep) : nil
        }
        guard !history.isEmpty else { return [] }
        let commits = try writeAnew(history, standing, at: now)
        let cut = try history.map { try cutBack($0) }
        try store.count(rewritten: commits, in: author?.incarnation ?? 0)
        try reread()
        if cut.contains(where: { $0.name.scope == .roster }) {
            try stand()
            try reread()
        }
        return cut
    }

    /// Takes away what was written anew, and signs what is the last entry now.
    private func cutBack(_ history: OwnHistory) throws -> LogTip {
        let log = history.end.id
        guard let place = try store.position(in: log, while: { $0.seq <= history.after }) else {
            throw StoreError.damaged("log \(log)")
        }
        try store.truncate(to: place.tip)
        if let last = place.last, last.signature == nil {
            let signature = credentials.signing.sign(Entry.signedBytes(last.hash))
            try store.sign(
                log: log, seq: last.header.seq,
                bytes: RunCodec.encode(last.signed(signature), after: place.before))
        }
        return place.tip
    }

    // MARK: Both hold the same again

    /// What a peer said of a log is over when its scope is the same at both.
    func liftForks(_ node: NodeID, _ comparison: Gossip.Comparison) throws {
        let over = forks.values.filter {
            $0.toldBy == node.key && comparison.equal.contains($0.log.scope)
        }
        for fork in over.sorted(by: { $0.log < $1.log }) {
            forks[fork.log] = nil
            try store.forget(fork: fork.log)
        }
    }
}

/// How much of an author's logs has to stay because others may hold it: a commit of which a part was
/// published stays as a whole, and with an entry all before it.
private struct Unpublished {
    /// The last entry that stays, by log.
    private(set) var kept: [LogID: UInt64] = [:]
    private var entries: [LogID: [(seq: UInt64, commit: UInt64)]] = [:]

    /// - Parameter first: commits below it stay.
    /// Cost: a reading of the logs; 16 bytes for each entry of the commits from `first` on.
    init(_ logs: [LogTip], from first: UInt64, _ store: Store) throws {
        for log in logs {
            var own: [(seq: UInt64, commit: UInt64)] = []
            var below: UInt64 = 0
            // Another copy's commits have numbers that ours may have too: its entries stay, and tell
            // nothing of ours.
            let returned = try store.returned(log.id) ?? .max
            _ = try store.position(in: log.id) { header in
                if header.commit < first || header.seq >= returned {
                    below = header.seq
                } else {
                    own.append((header.seq, header.commit))
                }
                return true
            }
            entries[log.id] = own
            kept[log.id] = max(below, try store.published(log.id))
        }
        while grows(logs) {}
    }

    /// Ends: each time some log keeps more.
    private mutating func grows(_ logs: [LogTip]) -> Bool {
        var commits: Set<UInt64> = []
        for log in logs {
            for entry in entries[log.id] ?? [] where entry.seq <= kept[log.id] ?? 0 {
                commits.insert(entry.commit)
            }
        }
        var hasGrown = false
        for log in logs {
            let last = entries[log.id]?.last { commits.contains($0.commit) }?.seq ?? 0
            guard last > kept[log.id] ?? 0 else { continue }
            kept[log.id] = last
            hasGrown = true
        }
        return hasGrown
    }
}
