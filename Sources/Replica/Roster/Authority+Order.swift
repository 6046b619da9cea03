package import Sodium

extension Authority {
    /// Acts with what their authors can have seen: a head counts where the entry that it names is held with that hash, and
    /// of a log's entries what an earlier one had seen. And the namings that are looked at: the first of every log.
    static func read(
        _ all: [Roster.Step], _ entries: RosterEntries
    ) -> (steps: [Roster.Step], namings: Set<Dot>) {
        var logs: [LogKey: [Roster.Step]] = [:]
        for step in all {
            logs[LogKey(log: step.dot.log, author: step.author), default: []].append(step)
        }
        var read: [Roster.Step] = []
        var namings: Set<Dot> = []
        for (_, steps) in logs.sorted(by: { $0.key < $1.key }) {
            var seen: [LogID: UInt64] = [:]
            var count = 0
            let ordered = steps.sorted {
                ($0.dot.seq, $0.dot.index, $0.time) < ($1.dot.seq, $1.dot.index, $1.time)
            }
            for step in ordered {
                for head in step.seen where entries.holds(head) {
                    seen[head.log] = max(seen[head.log] ?? 0, head.seq)
                }
                read.append(step.having(seen: seen))
                guard case .nameAdministrator = step.act else { continue }
                if count < namingsMax { namings.insert(step.dot) }
                count += 1
            }
        }
        return (read, namings)
    }

    /// Who might be an administrator: whom the founder named, or the recovery key, and whom those did.
    static func possible(
        _ steps: [Roster.Step], _ allowed: Set<Dot>, _ recoveries: Recoveries
    ) -> Set<NodeID> {
        var found = recoveries.named
        var names: [NodeID: Set<NodeID>] = [:]
        for step in steps {
            if case .found = step.act { found.insert(step.author) }
            if case .nameAdministrator(let node) = step.act, allowed.contains(step.dot) {
                names[step.author, default: []].insert(node)
            }
        }
        var queue = Array(found)
        while let next = queue.popLast() {
            for node in names[next] ?? [] where found.insert(node).inserted { queue.append(node) }
        }
        return found
    }

    /// Acts in the order in which they take effect: genesis; then what was seen before what saw it, and of what is beside
    /// each other the earlier first. Those of one log come in its own order, as `read` has them.
    ///
    /// Cost: acts × logs of administrators.
    static func ordered(_ all: [Roster.Step]) -> [Roster.Step] {
        func precedes(_ a: Roster.Step, _ b: Roster.Step) -> Bool {
            (a.time, a.author, a.dot) < (b.time, b.author, b.dot)
        }
        var founding: Roster.Step?
        var logs: [LogKey: [Roster.Step]] = [:]
        for step in all {
            if case .found = step.act {
                founding = founding.map { precedes(step, $0) ? step : $0 } ?? step
            } else {
                logs[LogKey(log: step.dot.log, author: step.author), default: []].append(step)
            }
        }
        let keys = logs.keys.sorted()
        let queues = keys.map { logs[$0] ?? [] }
        var places: [LogID: [Int]] = [:]
        for (place, key) in keys.enumerated() { places[key.log, default: []].append(place) }
        var next = Array(repeating: 0, count: queues.count)
        func isReady(_ place: Int) -> Bool {
            let step = queues[place][next[place]]
            return step.seen.allSatisfy { head in
                head.log == keys[place].log
                    || (places[head.log] ?? []).allSatisfy {
                        next[$0] == queues[$0].count || queues[$0][next[$0]].dot.seq > head.seq
                    }
            }
        }
        var ordered = founding.map { [$0] } ?? []
        while true {
            let open = queues.indices.filter { next[$0] < queues[$0].count }
            let ready = open.count == 1 ? open : open.filter(isReady)
            let first = (ready.isEmpty ? open : ready).min {
                precedes(queues[$0][next[$0]], queues[$1][next[$1]])
            }
            guard let first else { return ordered }
            ordered.append(queues[first][next[first]])
            next[first] += 1
        }
    }

    struct LogKey: Hashable, Comparable {
        let log: LogID
        let author: NodeID

        static func < (a: Self, b: Self) -> Bool { (a.log, a.author) < (b.log, b.author) }
    }

    /// What the recovery key signed: each once, in the order of its numbers.
    struct Recoveries {
        private(set) var acts: [Recovery] = []
        private(set) var named: Set<NodeID> = []
        private var signed: Set<Recovery> = []

        init(_ all: [Roster.Step]) {
            let founding = Roster.Step.first(of: all)
            guard case .found(let facts)? = founding?.act else { return }
            var seen: Set<Recovery> = []
            for step in all {
                guard case .recover(let act) = step.act, seen.insert(act).inserted,
                    act.isSigned(for: facts)
                else { continue }
                signed.insert(act)
                named.formUnion(act.names)
                named.formUnion(act.removals.map(\.node))
            }
            acts = signed.sorted {
                $0.number != $1.number
                    ? $0.number < $1.number : $0.bytes.lexicographicallyPrecedes($1.bytes)
            }
        }

        func isSigned(_ act: RosterAct) -> Bool {
            if case .recover(let recovery) = act { signed.contains(recovery) } else { false }
        }
    }
}

extension Roster.Step {
    /// The founding act among several; there is one where the store has read the book's own.
    fileprivate static func first(of all: [Roster.Step]) -> Roster.Step? {
        all.filter { if case .found = $0.act { true } else { false } }.min {
            ($0.time, $0.author, $0.dot) < ($1.time, $1.author, $1.dot)
        }
    }

    fileprivate func having(seen: [LogID: UInt64]) -> Self {
        Self(
            time: time, author: author, dot: dot, act: act,
            seen: seen.map { RosterHead(log: $0.key, seq: $0.value, hash: []) }
                .sorted { $0.log < $1.log })
    }

    /// Had the author of this act seen the other, or written it before?
    func hasSeen(_ other: Roster.Step) -> Bool {
        if dot.log == other.dot.log, author == other.author {
            return (other.dot.seq, other.dot.index) < (dot.seq, dot.index)
        }
        return seen.contains { $0.log == other.dot.log && $0.seq >= other.dot.seq }
    }
}

extension Cut {
    /// Does it name this log, and this place in it or a later one?
    package func reaches(_ log: LogID, _ seq: UInt64) -> Bool {
        heads.contains { $0.log == log && $0.head.seq >= seq }
    }
}

/// Hashes of the entries of the roster's logs that are held, those without acts as well: what a head can name.
package struct RosterEntries: Equatable, Sendable {
    private var hashes: [LogID: [UInt64: [UInt8]]] = [:]

    package init() {}

    init(_ steps: [Roster.Step]) {
        for step in steps { add(step.dot.log, step.dot.seq, step.entry) }
    }

    package mutating func add(_ log: LogID, _ seq: UInt64, _ hash: Digest) {
        hashes[log, default: [:]][seq] = Array(hash.bytes.prefix(EntryHeader.referenceBytes))
    }

    func holds(_ head: RosterHead) -> Bool { hashes[head.log]?[head.seq] == head.hash }
}
