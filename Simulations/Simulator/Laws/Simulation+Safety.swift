import Books
import Engine
import Replica
import Sodium
import Store

/// The laws that are looked at while a run goes on.
extension Simulation {
    /// After a batch: one in eight is looked at.
    func witnessBatch(_ machine: Machine) {
        guard machine.isUp, network.next() % 8 == 0 else { return }
        witness.due.insert(machine.index)
    }

    /// Every look: machines that worked since, questions that wait, and the bounds.
    func look() throws {
        record.looks.append(now)
        for index in witness.due.sorted() where machines[index].isUp {
            let machine = machines[index]
            guard let sight = machine.sight, witness.looked[index] != sight else { continue }
            try compareStates(machine)
            witness.looked[index] = sight
        }
        witness.due = []
        if let (asked, pending) = people.overdue(at: now) {
            throw Violation(
                .commandsAnswer, at: now,
                "\(machines[asked.machine].name) has not answered \(pending.kind) since "
                    + clockText(pending.at), machines: [asked.machine])
        }
        try checkBounds()
        record.checked(
            .equalStates, .factsStay, .ownFrontierStays, .nothingWaits, .commandsAnswer, .bounded,
            at: now)
        sampleLag()
    }

    /// Equal states, and facts that stay.
    func compareStates(_ machine: Machine) throws {
        guard let engine = machine.engine else { return }
        let frontiers = try engine.store.frontiers()
        witness.frontiers[machine.index] = frontiers
        if let sight = machine.sight {
            witness.lags[machine.index] = (
                sight,
                try engine.scopesKept().reduce(into: [:]) { held, scope in
                    held[scope] = (frontiers[scope]?.heads ?? [:]).mapValues(\.seq)
                }
            )
        }
        let digests = try engine.store.digests()
        let roster = frontiers[.roster]?.root ?? []
        let waiting = Set(try engine.store.waiting().map(\.scope))
        let readable = Set(engine.scopesRead)
        for (scope, frontier) in frontiers.sorted(by: { $0.key < $1.key }) {
            for (log, head) in frontier.heads.sorted(by: { $0.key < $1.key }) {
                guard witness.saw(head, of: log) else {
                    try twoHistories(log, head, scope, machine)
                    continue
                }
            }
            let root = frontier.root
            guard engine.store.remembers(scope, root, digests[scope] ?? .zero) else {
                throw stale("the state of \(scope)", machine)
            }
            guard readable.contains(scope), !waiting.contains(scope.name) else { continue }
            let key = Witness.StateKey(scope: scope, root: root, roster: roster)
            if let other = witness.saw(digests[scope] ?? .zero, of: key, at: machine.index) {
                throw Violation(
                    .equalStates, at: now,
                    "\(scope) at \(machine.name) and \(machines[other].name): the same entries, "
                        + "another digest", machines: [machine.index, other])
            }
        }
        try checkOwnFrontier(machine, frontiers)
        try checkWaiting(machine, waiting)
    }

    func stale(_ what: String, _ machine: Machine) -> Violation {
        Violation(
            .projectionIsRebuild, at: now,
            "\(what) in the memory of \(machine.name) is not what its tables say",
            machines: [machine.index])
    }

    /// Two entries at one place of a log: only an older or second copy of a directory may bring that
    /// about; one that lost everything begins its logs anew.
    private func twoHistories(
        _ log: LogID, _ head: Head, _ scope: Scope, _ machine: Machine
    ) throws {
        record.reached(.twoHistories)
        guard !witness.mayFork else { return }
        throw Violation(
            .factsStay, at: now,
            "entry \(head.seq) of a log of \(scope) is another at \(machine.name) than it was seen",
            machines: [machine.index])
    }

    private func checkOwnFrontier(
        _ machine: Machine, _ frontiers: [Scope: Frontier]
    ) throws {
        let own = try ownHeads(of: machine)
        for (log, before) in (witness.ownHeads[machine.index] ?? [:]).sorted(by: {
            $0.key < $1.key
        })
        where (own[log]?.seq ?? 0) < before.seq && !witness.wasSetBack(machine.index)
            && !witness.copied.contains(machine.site)
        {
            throw Violation(
                .ownFrontierStays, at: now,
                "\(machine.name) held \(before.seq) entries of its own log and holds "
                    + "\(own[log]?.seq ?? 0)", machines: [machine.index])
        }
        witness.ownHeads[machine.index] = own
    }

    /// Its directory is about to go, with what nobody else may have.
    func witnessLeaving(_ machine: Machine) throws {
        guard machine.isUp, let engine = machine.engine else { return }
        witness.leaves(try engine.store.frontiers())
    }

    func ownHeads(of machine: Machine) throws -> [LogID: Head] {
        guard let engine = machine.engine else { return [:] }
        return try engine.store.heads(of: engine.credentials.node)
    }

    private func checkWaiting(_ machine: Machine, _ waiting: Set<String>) throws {
        guard let engine = machine.engine else { return }
        // Entries of a newer program wait for it.
        guard machines.allSatisfy({ $0.options.rulesLevel <= machine.options.rulesLevel }) else {
            return
        }
        for scope in engine.scopesRead where waiting.contains(scope.name) && scope != .roster {
            throw Violation(
                .nothingWaits, at: now, "\(scope) waits at \(machine.name), which has its key",
                machines: [machine.index])
        }
    }

    /// After a start: what was confirmed is there, and nobody knows more of us than we do.
    func witnessStart(_ machine: Machine) throws {
        guard let engine = machine.engine else { return }
        record.checked(.acknowledgedStays, .durableBeforePublished, .survivesFaults, at: now)
        let isSetBack = witness.wasSetBack(machine.index)
        for (memo, confirmed) in people.acknowledged.sorted(by: { $0.key < $1.key })
        where confirmed.machine == machine.index && !confirmed.isExcused {
            guard try !engine.store.hasDocument(confirmed.number) else { continue }
            if isSetBack {
                people.excuse(memo)
            } else if confirmed.number != "catalog" {
                throw Violation(
                    .acknowledgedStays, at: now,
                    "\(confirmed.number) was confirmed by \(machine.name) at "
                        + "\(clockText(confirmed.at)) and is gone", machines: [machine.index])
            }
        }
        guard !isSetBack, !witness.copied.contains(machine.site) else { return }
        let own = try ownHeads(of: machine)
        for other in machines where other.isUp && other !== machine {
            guard let theirs = other.engine else { continue }
            for (log, head) in try theirs.store.heads(of: engine.credentials.node)
            where (own[log]?.seq ?? 0) < head.seq {
                throw Violation(
                    .durableBeforePublished, at: now,
                    "\(other.name) holds entry \(head.seq) of \(machine.name), which has lost it",
                    machines: [machine.index, other.index])
            }
        }
        try checkOwnFrontier(machine, [:])
    }
}
