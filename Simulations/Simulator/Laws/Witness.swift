import Engine
import Replica
import Sodium

/// What was seen so far: what later sights are held against.
struct Witness {
    /// A state of a scope, as its law names it.
    struct StateKey: Hashable {
        let scope: Scope
        let root: [UInt8]
        let roster: [UInt8]
    }

    /// A branch's accounts as they were when its period was closed.
    struct Closed {
        let site: Int
        let day: Day
        let figures: [String: Int128]
    }

    /// What the founding printed.
    var recoveryKey: [UInt8] = []
    /// By the numbers of the closes.
    var closed: [String: Closed] = [:]
    var wishes: [People.Asked: Wish] = [:]
    /// Machines whose replies are kept whole.
    var replies: [Int: [RequestID: Reply]] = [:]
    private(set) var states: [StateKey: (digest: Digest, machine: Int)] = [:]
    private(set) var heads: [LogID: [UInt64: Digest]] = [:]
    /// What each machine held when it was last looked at.
    var frontiers: [Int: [Scope: Frontier]] = [:]
    /// What was held by directories that are no more: a lost disk, a copy that was stopped, one that an
    /// older copy took the place of. Others may hold a part of a document alone: they were told no more,
    /// or nobody else reads the scope of the rest.
    private(set) var left: [Scope: [LogID: Head]] = [:]
    /// What a machine held of its own logs when it was last looked at.
    var ownHeads: [Int: [LogID: Head]] = [:]
    /// Machines that worked since the last look.
    var due: Set<Int> = []
    /// What a machine's store was when it was looked at; the same store would say the same again.
    var looked: [Int: Machine.Sight] = [:]
    /// How far each machine had got then.
    var lags: [Int: (sight: Machine.Sight, held: [Scope: [LogID: UInt64]])] = [:]

    /// Documents that were confirmed with the mark of a shortage.
    var marked: Set<String> = []

    /// The entry that each header belongs to.
    var bodies: [Digest: Digest] = [:]

    /// What becomes of a machine whose disk loses power in a call.
    var powerOnAfterCall: [Int: (loss: Fault.Loss, down: Milliseconds)] = [:]
    var restartAfterStop: [Int: Milliseconds] = [:]
    private var failing: Set<Int> = []
    private var damaged: Set<Int> = []
    private var setBack: [Int: Milliseconds] = [:]
    /// Machines that went on from an older copy of their directory.
    private var older: Set<Int> = []
    /// Sites whose author wrote two histories, by a copy of its disk.
    private(set) var copied: Set<Int> = []

    /// States that are remembered; older ones go.
    static let statesMax = 200_000

    /// - Returns: the machine that had another digest in the same state.
    mutating func saw(_ digest: Digest, of key: StateKey, at machine: Int) -> Int? {
        if let seen = states[key] { return seen.digest == digest ? nil : seen.machine }
        if states.count >= Self.statesMax { states = [:] }
        states[key] = (digest, machine)
        return nil
    }

    /// - Returns: false where another entry was seen at the same place.
    mutating func saw(_ head: Head, of log: LogID) -> Bool {
        if let seen = heads[log]?[head.seq] { return seen == head.hash }
        heads[log, default: [:]][head.seq] = head.hash
        return true
    }

    mutating func leaves(_ frontiers: [Scope: Frontier]) {
        for (scope, frontier) in frontiers {
            left[scope, default: [:]].merge(frontier.heads) { $0.seq < $1.seq ? $1 : $0 }
        }
    }

    // MARK: What a run may lose

    mutating func diskFails(_ machine: Int) { failing.insert(machine) }
    mutating func diskIsWell(_ machine: Int) { failing.remove(machine) }
    func isDiskFailing(_ machine: Int) -> Bool { failing.contains(machine) }

    mutating func directoryIsDamaged(_ machine: Int) { damaged.insert(machine) }
    func mayBeDamaged(_ machine: Int) -> Bool { damaged.contains(machine) }
    mutating func directoryIsSound(_ machine: Int) { damaged.remove(machine) }

    func excusesStop(_ machine: Int) -> Bool {
        failing.contains(machine) || damaged.contains(machine)
    }

    /// Its directory is not as it left it.
    ///
    /// - Parameter isLost: nothing is left of it but the keys: whoever goes on then knows that.
    mutating func directoryChanged(_ machine: Int, at now: Milliseconds, isLost: Bool = false) {
        if !isLost { older.insert(machine) }
        setBack[machine] = now
        ownHeads[machine] = nil
    }

    func wasSetBack(_ machine: Int) -> Bool { setBack[machine] != nil }
    /// An older copy may write before it learns what it wrote before.
    func mayForkItself(_ machine: Int) -> Bool { older.contains(machine) }
    var mayFork: Bool { !older.isEmpty || !copied.isEmpty }
    var anySetBack: Bool { !setBack.isEmpty || !copied.isEmpty }

    mutating func wasCopied(_ site: Int) { copied.insert(site) }
}
