import Sodium

/// What of the roster's logs is looked at, with what the authors of the acts can have seen: of those who might be
/// administrators all, of all others what the recovery key signed.
///
/// Law: a function of the set of entries. Cost: the acts of those who might be; of others one act for each log.
package struct RosterReading {
    let genesis: Roster.Step
    /// Of each log in its order, the logs in theirs; what the authors had seen is held.
    private(set) var steps: [Roster.Step] = []
    /// Whom others name: the first of every log. More of it is not looked at.
    private(set) var namings: Set<Dot> = []
    /// What the recovery key signed: each once, in the order of its numbers.
    private(set) var recoveries: [Recovery] = []
    private(set) var signed: Set<Dot> = []
    /// Nodes that somebody admitted who might be an administrator.
    private(set) var admitted: Set<NodeID> = []
    /// By log, the last entry that somebody names who may remove others, and that is not held.
    private(set) var awaited: [LogID: UInt64] = [:]
    /// What removals name of logs of which another history is held here.
    private var others: Set<Cut.LogHead> = []
    private let copies: RecoveryCopies
    private var later = RecoveryCopies()

    /// Whom one log may name: more of it is not looked at.
    package static let namingsMax = 16

    init?<Logs: RosterLogs>(_ logs: Logs) throws(Logs.Failure) {
        guard let genesis = logs.genesis, case .found(let founding) = genesis.act else {
            return nil
        }
        self.genesis = genesis
        copies = logs.copies
        var found: Set<NodeID> = [genesis.author]
        var queue = [genesis.author]
        var keys = Set(copies.first.keys)
        func add(_ node: NodeID) {
            if found.insert(node).inserted { queue.append(node) }
        }
        for node in Set(keys.flatMap(\.names)).sorted() { add(node) }
        var all: [LogKey: [Roster.Step]] = [:]
        while let next = queue.popLast() {
            let acts = try logs.acts(of: next).filter {
                if case .found = $0.act { false } else { true }
            }
            let logsOfNext = Dictionary(grouping: acts, by: \.dot.log)
            for (log, steps) in logsOfNext.sorted(by: { $0.key < $1.key }) {
                let ordered = steps.sorted {
                    ($0.dot.seq, $0.dot.index, $0.time) < ($1.dot.seq, $1.dot.index, $1.time)
                }
                all[LogKey(log: log, author: next)] = ordered
                var count = 0
                var isEnded = false
                for step in ordered {
                    switch step.act {
                    case .admit(let admission): admitted.insert(admission.node)
                    case .nameAdministrator(let node) where count < Self.namingsMax:
                        count += 1
                        // Who names itself says nothing.
                        guard node != next else { continue }
                        namings.insert(step.dot)
                        add(node)
                    case .recover(let act) where !isEnded:
                        isEnded = !logs.isSigned(act, for: founding)
                        guard !isEnded else { continue }
                        signed.insert(step.dot)
                        later.add(act, step.dot)
                        if keys.insert(act).inserted { act.names.forEach(add) }
                    default: break
                    }
                }
            }
        }
        recoveries = keys.sorted {
            $0.number != $1.number
                ? $0.number < $1.number : $0.bytes.lexicographicallyPrecedes($1.bytes)
        }
        let removers = Set(recoveries.flatMap(\.names)).union([genesis.author])
        for (key, steps) in all.sorted(by: { $0.key < $1.key }) {
            try see(steps, logs, awaits: removers.contains(key.author))
        }
        try compare(Set(all.keys.map(\.log)), removers, logs)
    }

    /// A removal that names an entry where another one is held was said of another history of that log.
    private mutating func compare<Logs: RosterLogs>(
        _ known: Set<LogID>, _ removers: Set<NodeID>, _ logs: Logs
    ) throws(Logs.Failure) {
        var cuts = recoveries.flatMap(\.removals)
        for step in steps where removers.contains(step.author) {
            if let cut = step.act.removal { cuts.append(cut) }
        }
        for cut in cuts {
            for one in cut.heads where one.head.seq > 0 && known.contains(one.log) {
                let held = try logs.hash(of: one.log, at: one.head.seq)
                if let held, held != one.head.hash { others.insert(one) }
            }
        }
    }

    /// How far a removal lets count what is held here: nothing of a log of which it names another history.
    func counted(_ cut: Cut) -> Cut {
        guard cut.heads.contains(where: others.contains) else { return cut }
        return Cut(
            node: cut.node, limits: cut.limits, heads: cut.heads.filter { !others.contains($0) })
    }

    /// A head counts where the entry that it names is held with that hash, and of a log's entries what an earlier one had
    /// seen.
    private mutating func see<Logs: RosterLogs>(
        _ ordered: [Roster.Step], _ logs: Logs, awaits: Bool
    ) throws(Logs.Failure) {
        var seen: [LogID: UInt64] = [:]
        var list: [RosterHead] = []
        var last: [RosterHead] = []
        for step in ordered {
            if step.seen != last {
                last = step.seen
                var isMore = false
                for head in step.seen where head.seq > seen[head.log] ?? 0 {
                    let held = try logs.hash(of: head.log, at: head.seq)
                    if let held, held.isNamed(by: head.hash) {
                        seen[head.log] = head.seq
                        isMore = true
                    } else if held == nil, awaits {
                        awaited[head.log] = max(awaited[head.log] ?? 0, head.seq)
                    }
                }
                if isMore {
                    list = seen.map { RosterHead(log: $0.key, seq: $0.value, hash: []) }
                        .sorted { $0.log < $1.log }
                }
            }
            steps.append(step.having(seen: list))
        }
    }

    /// Had the author of an act seen what the recovery key signed?
    func saw(_ step: Roster.Step, _ act: Recovery) -> Bool {
        for copies in [copies, later] {
            if let own = copies.places[step.dot.log]?[act], own < .init(step.dot) { return true }
            for head in step.seen {
                if let place = copies.places[head.log]?[act], place.seq <= head.seq { return true }
            }
        }
        return false
    }

    /// Of each act of the recovery key a log in which it stands: the first that came here.
    var carriers: [LogID] { recoveries.compactMap { copies.first[$0] ?? later.first[$0] } }
}

struct LogKey: Hashable, Comparable {
    let log: LogID
    let author: NodeID

    static func < (a: Self, b: Self) -> Bool { (a.log, a.author) < (b.log, b.author) }
}

extension Roster.Step {
    fileprivate func having(seen: [RosterHead]) -> Self {
        Self(time: time, author: author, dot: dot, act: act, seen: seen)
    }

    /// Had the author of this act seen the other, or written it before?
    func hasSeen(_ other: Roster.Step) -> Bool {
        if dot.log == other.dot.log, author == other.author {
            return (other.dot.seq, other.dot.index) < (dot.seq, dot.index)
        }
        return seen.contains { $0.log == other.dot.log && $0.seq >= other.dot.seq }
    }
}

extension RosterAct {
    /// Of whom it removes, or puts out.
    package var removal: Cut? {
        switch self {
        case .removeAdministrator(let cut), .revoke(let cut): cut
        default: nil
        }
    }
}

extension Digest {
    fileprivate func isNamed(by hash: [UInt8]) -> Bool {
        bytes.prefix(EntryHeader.referenceBytes).elementsEqual(hash)
    }
}
