import Replica
import Sodium

/// What is at hand of the roster: the acts of those who might be administrators, and of all others what the recovery key
/// signed. What any other member writes into the roster is on the disk, and nobody reads it. Of those who were administrators
/// that is at hand which may count, or say whom else to look at; the rest is on the disk, until they are judged otherwise.
struct HeldRoster {
    let genesis: Roster.Step
    /// Of the authors that were asked for; in no order.
    private(set) var acts: [NodeID: [Roster.Step]] = [:]
    fileprivate(set) var copies: RecoveryCopies
    /// What heads name: its hash, nil where it is not held.
    private var hashes: [LogID: [UInt64: Digest?]] = [:]
    /// Authors of whom not all is at hand.
    private var shortened: [NodeID: Shortened] = [:]
    /// What is at hand of a log whose author is no administrator.
    private var tails: [LogID: Tail] = [:]
    /// What the recovery key signed, wherever it stands.
    private var said: Set<Recovery> = []
    /// Whom those name who count for nothing: to be looked at, since others may have met whom they admit.
    private var unseen: [NodeID] = []
    /// What came of it, until something is added that may change that.
    private(set) var roster: Roster?
    /// How often it was folded.
    private(set) var folds = 0

    private struct Shortened {
        /// By what it was judged: otherwise all of it is read again.
        let offices: [Roster.Office]
        /// Of what is not at hand.
        var admitted: Set<NodeID> = []
    }

    /// Of a log that counts for nothing, what is looked at all the same: the first namings, and what the recovery key signed.
    private struct Tail {
        private var namings = 0
        private var said: Set<Recovery> = []
        private var isEnded = false

        mutating func needs(_ act: RosterAct, isSigned: (Recovery) -> Bool) -> Bool {
            switch act {
            case .found: return true
            case .nameAdministrator:
                namings += 1
                return namings <= RosterReading.namingsMax
            case .recover(let act) where !isEnded:
                isEnded = !isSigned(act)
                return isEnded || said.insert(act).inserted
            default: return false
            }
        }
    }

    init(genesis: Roster.Step, copies: RecoveryCopies) {
        self.genesis = genesis
        self.copies = copies
    }

    /// Acts at hand.
    var steps: Int { acts.values.reduce(0) { $0 + $1.count } }

    /// Is there nothing to be looked at or folded?
    var isSettled: Bool { roster != nil && unseen.isEmpty }

    mutating func keep(_ steps: [Roster.Step], of author: NodeID) { acts[author] = steps }

    mutating func keep(_ hash: Digest?, of log: LogID, at seq: UInt64) {
        hashes[log, default: [:]].updateValue(hash, forKey: seq)
    }

    /// - Returns: nil where it was not asked for.
    func hash(of log: LogID, at seq: UInt64) -> Digest?? { hashes[log]?[seq] }

    // MARK: What comes

    /// An entry came that somebody may have named: what was asked of it before is not so any more.
    mutating func add(_ log: LogID, _ seq: UInt64) {
        guard let asked = hashes[log]?[seq], asked == nil else { return }
        hashes[log]?.removeValue(forKey: seq)
        roster = nil
    }

    /// The next act of its log.
    mutating func add(_ step: Roster.Step, isSigned: (Recovery) -> Bool) {
        var isNew = false
        if case .recover(let act) = step.act {
            isNew = copies.first[act] == nil && !said.contains(act)
        }
        // A copy of what is known changes nothing: who saw it there named an entry that was asked for.
        if copies.read(step, isSigned: isSigned), isNew { roster = nil }
        if acts[step.author] != nil { look(at: step, isSigned) }
    }

    private mutating func look(at step: Roster.Step, _ isSigned: (Recovery) -> Bool) {
        let (author, log) = (step.author, step.dot.log)
        guard let held = roster, held.isBeyond(author, at: (log, step.dot.seq)) else {
            acts[author, default: []].append(step)
            roster = nil
            return
        }
        guard tails[log, default: Tail()].needs(step.act, isSigned: isSigned) else {
            shorten(author, held, without: step)
            return
        }
        acts[author, default: []].append(step)
        switch step.act {
        case .nameAdministrator(let node) where node != author && acts[node] == nil:
            unseen.append(node)
        case .recover(let act) where !said.contains(act) && isSigned(act): roster = nil
        case .found: roster = nil
        default: break
        }
    }

    private mutating func shorten(
        _ author: NodeID, _ judged: Roster, without step: Roster.Step
    ) {
        if shortened[author] == nil {
            shortened[author] = Shortened(offices: judged.offices[author] ?? [])
        }
        guard case .admit(let admission) = step.act else { return }
        shortened[author]?.admitted.insert(admission.node)
        roster?.keep(admission.node)
    }

    /// Whom to look at next; nil where there is nobody, or all is to be folded.
    mutating func nextUnseen() -> NodeID? {
        while roster != nil, let node = unseen.popLast() {
            if acts[node] == nil { return node }
        }
        return nil
    }

    /// All acts of somebody whom only those name who count for nothing, each log in its order: nothing of it counts.
    mutating func look(
        at steps: [Roster.Step], of author: NodeID, isSigned: (Recovery) -> Bool
    ) {
        acts[author] = []
        for step in steps { look(at: step, isSigned) }
    }

    // MARK: What came of it

    /// - Parameter new: what all at hand comes to. Where it judges somebody otherwise of whom not all is at hand, it is not
    ///   kept, and to be folded again.
    mutating func keep(_ new: Roster, isSigned: (Recovery) -> Bool) {
        folds += 1
        unseen = []
        let changed = shortened.filter { new.offices[$0.key] ?? [] != $0.value.offices }.keys
        guard changed.isEmpty else {
            for author in changed {
                acts[author] = nil
                shortened[author] = nil
            }
            return
        }
        roster = new
        for one in shortened.values { one.admitted.forEach { roster?.keep($0) } }
        shorten(new, isSigned)
    }

    /// Of those who are no administrators what counts for nothing is let go.
    private mutating func shorten(_ judged: Roster, _ isSigned: (Recovery) -> Bool) {
        tails = [:]
        said = Set(copies.first.keys)
        for step in acts.values.joined() {
            if case .recover(let act) = step.act, !judged.isVoid(step.dot) { said.insert(act) }
        }
        for (author, steps) in acts where !judged.administrators.contains(author) {
            var kept: [Roster.Step] = []
            for step in steps.sorted(by: { $0.dot < $1.dot }) {
                let isNeeded = tails[step.dot.log, default: Tail()].needs(
                    step.act, isSigned: isSigned)
                let isBeyond =
                    judged.isVoid(step.dot)
                    && judged.isBeyond(author, at: (step.dot.log, step.dot.seq))
                if isNeeded || !isBeyond {
                    // What its author says to have seen makes nothing of it count.
                    kept.append(isBeyond ? step.unseeing : step)
                } else {
                    shorten(author, judged, without: step)
                }
            }
            acts[author] = kept
        }
        forgetHashes()
    }

    /// But of what is named by acts at hand.
    private mutating func forgetHashes() {
        var named: [LogID: Set<UInt64>] = [:]
        for step in acts.values.joined() {
            for head in step.seen { named[head.log, default: []].insert(head.seq) }
            for one in step.act.removal?.heads ?? [] {
                named[one.log, default: []].insert(one.head.seq)
            }
            guard case .recover(let act) = step.act else { continue }
            for one in act.removals.flatMap(\.heads) {
                named[one.log, default: []].insert(one.head.seq)
            }
        }
        for one in said.flatMap(\.removals).flatMap(\.heads) {
            named[one.log, default: []].insert(one.head.seq)
        }
        for (log, those) in hashes {
            let kept = those.filter { named[log]?.contains($0.key) ?? false }
            hashes[log] = kept.isEmpty ? nil : kept
        }
    }

    /// Do both hold the same, as far as both were asked and all is at hand? The order does not matter.
    func isLike(_ other: Self) -> Bool {
        func seen(_ steps: [Roster.Step]) -> [Dot: [RosterHead]] {
            Dictionary(steps.map { ($0.dot, $0.seen) }, uniquingKeysWith: { $0 + $1 })
        }
        return copies.isLike(other.copies)
            && acts.allSatisfy { author, steps in
                guard let theirs = other.acts[author].map(seen) else { return true }
                let mine = seen(steps)
                return shortened[author] == nil
                    ? mine == theirs : mine.allSatisfy { theirs[$0.key] != nil }
            }
    }
}

extension Roster.Step {
    fileprivate var unseeing: Self {
        Self(time: time, author: author, dot: dot, act: act, entry: entry)
    }
}
