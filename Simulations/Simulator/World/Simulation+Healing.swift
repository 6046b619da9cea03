import Books
import Engine
import Replica
import SimulatedDisk
import Sodium
import Store

/// The end of a run: everything is mended, and the company has to agree.
extension Simulation {
    /// After the heal all nodes hold the same within so long: the longest anti-entropy round
    /// (5 minutes and a quarter), a link that is found dead (2.5 minutes), a dial that waits
    /// (1.5 minutes), and twice that for news that travel through others.
    package static let convergesWithin: Milliseconds = 15 * 60_000
    /// How long it must be quiet afterwards.
    static let quietFor: Milliseconds = 10 * 60_000
    /// Peers that hold the same compare every five minutes, and a quarter of that later at most.
    static let comparesWithin: Milliseconds = 375_000

    func heal() throws {
        if measures != nil { measureCatchUp(after: record.bands.count) }
        try mendEverything()
        record.healed = now
        trace.happened(at: now, [], "everything is healed")
        let limit = now + Self.convergesWithin
        var step: Milliseconds = 1_000
        while try !isConverged() {
            guard now < limit else { throw try notConverged() }
            try advance(until: min(now + step, limit))
            step = min(step * 2, 15_000)
        }
        record.converged = now - record.healed
        record.checked(.converges, .comesBack, .queuesShrink, at: now)
        try checkEnd()
        try checkQuiet()
    }

    private func mendEverything() throws {
        isHealing = true
        cables.mendAll()
        for machine in machines {
            machine.disk.heal()
            witness.diskIsWell(machine.index)
            if machine.disk.liesAboutSync { try honestAgain(machine, .drop) }
            machine.clock.unfreeze()
            machine.diesUntold = false
            // A copy that has not started yet never does.
            if machine.index >= plan.sites.count, machine.isUp || machine.boot == 0 {
                try stopClone(machine)
            }
            if machine.isRetired { continue }
            // The last ones get the new program too.
            let level = machines.map(\.options.rulesLevel).max() ?? LogWriter.rulesLevel
            if machine.options.rulesLevel < level {
                if machine.isUp { stop(machine) }
                machine.options.rulesLevel = level
            }
            if case .up = machine.state { continue }
            machine.state = .off
            queue.add(.start(machine: machine.index), at: now + 1)
        }
        for from in plan.sites.indices {
            for to in 0..<from { release(between: from, and: to) }
        }
    }

    var nodes: [Machine] { machines.filter { !$0.isRetired } }

    /// Logs of which two histories were written: they stay as they are.
    func forkedLogs() throws -> Set<LogName> {
        var forked: Set<LogName> = []
        for machine in nodes { forked.formUnion(machine.engine?.forkedLogs ?? []) }
        for log in forked.sorted() {
            let author = machines.first { machine in
                (try? machine.credentials().node) == log.author
            }
            guard let author,
                witness.mayForkItself(author.index) || witness.copied.contains(author.site)
            else {
                throw Violation(
                    .factsStay, at: now, "\(log) is said to have two histories, and never had",
                    machines: author.map { [$0.index] } ?? [])
            }
        }
        return forked
    }

    /// Is every scope the same wherever it is kept?
    private func isConverged() throws -> Bool {
        guard nodes.allSatisfy(\.isUp) else { return false }
        return try differences().isEmpty
    }

    /// Scopes of which two nodes that keep them hold other entries.
    private func differences() throws -> [(scope: Scope, machines: [Int])] {
        let forked = try forkedLogs()
        var first: [Scope: (heads: [LogID: Head], machine: Int)] = [:]
        var found: [(scope: Scope, machines: [Int])] = []
        for machine in nodes {
            guard let engine = machine.engine else { continue }
            let frontiers = try engine.store.frontiers()
            let exempt = Set(forked.compactMap { engine.logID(of: $0) })
            for scope in try engine.scopesKept() {
                let heads = (frontiers[scope]?.heads ?? [:]).filter { !exempt.contains($0.key) }
                if let (other, index) = first[scope] {
                    if other != heads { found.append((scope, [index, machine.index])) }
                } else {
                    first[scope] = (heads, machine.index)
                }
            }
        }
        return found
    }

    private func notConverged() throws -> Violation {
        let off = nodes.filter { !$0.isUp }
        if let broken = off.first {
            return Violation(
                .comesBack, at: now, "\(broken.name) does not come up: \(broken.state)",
                machines: [broken.index])
        }
        let found = try differences()
        guard let (scope, indices) = found.first else {
            return Violation(.converges, at: now, "not converged, for no scope")
        }
        let names = indices.map { machines[$0].name }
        let lacking = try indices.map { index in
            try machines[index].engine?.store.frontier(of: scope).heads.values
                .reduce(UInt64(0)) { $0 + $1.seq } ?? 0
        }
        return Violation(
            .converges, at: now,
            "\(scope) and \(found.count - 1) others differ between \(names[0]) (\(lacking[0]) "
                + "entries) and \(names[1]) (\(lacking[1])) \(Self.convergesWithin / 60_000) minutes "
                + "after the heal", machines: indices)
    }

    // MARK: The last look

    private func checkEnd() throws {
        for machine in nodes {
            try compareStates(machine)
            if let what = try machine.engine?.store.staleMemory().first {
                throw stale("the \(what)", machine)
            }
        }
        let holders = nodes[0].engine?.shelfHolders ?? [:]
        for machine in nodes {
            guard let engine = machine.engine else { continue }
            try checkBooks(machine, engine, holders)
            try checkMarks(machine, engine)
        }
        record.checked(.zeroSums, .oneShelfOneHolder, at: now)
        if witness.anySetBack {
            for machine in nodes { try witnessNonces(machine) }
            record.checked(.noNonceTwice, at: now)
        }
        try checkRights()
        try checkReservations()
        if !witness.anySetBack, !nodes.contains(where: { $0.engine == nil }) {
            try checkEarlyGoods()
        }
        try checkActs()
        record.checked(.acknowledgedSpreads, .onceEach, .goodsInOnePlace, at: now)
        try checkReports()
        record.checked(.sameBooks, at: now)
        try checkPeriods()
        try checkLogs()
        try verifyOne()
        record.checked(.projectionIsRebuild, at: now)
        try checkSecrets()
        record.checked(.nothingReadable, at: now)
    }

    private func checkBooks(
        _ machine: Machine, _ engine: Engine, _ holders: [BranchCode: NodeID]
    ) throws {
        func demand(_ law: Law, _ faults: [String]) throws {
            guard let fault = faults.first else { return }
            throw Violation(
                law, at: now, "\(machine.name): \(fault)", machines: [machine.index])
        }
        try demand(.zeroSums, engine.store.imbalances())
        try demand(.zeroSums, engine.store.balanceDifferences())
        try demand(.oneShelfOneHolder, engine.store.strangersOnShelves(holders: holders))
        record.checked(.bridgesCancel, at: now)
        try demand(.bridgesCancel, openBridges(engine))
        if try forkedLogs().isEmpty {
            record.checked(.noOverdraft, at: now)
            try demand(
                .noOverdraft,
                engine.store.overdrafts()
                    .filter {
                        // What came back elsewhere comes onto the shelf and leaves it in one commit.
                        [.shipment, .move, .repack].contains($0.kind)
                            && $0.target?.kind != .arrival && isOfHonestDisk($0.number)
                    }
                    .map { "\($0.number ?? "?") took what was not there" })
        }
    }

    /// Scopes that a node may hold a part of a document of, and not the rest: a log has two histories (a
    /// part is of the one here, another of the other), or entries went with a directory that is no more
    /// after another part of their document was told.
    func tornScopes(_ engine: Engine) throws -> Set<Scope> {
        var torn = Set(try forkedLogs().map(\.scope))
        for (scope, heads) in witness.left where !torn.contains(scope) {
            let isLost = try heads.contains { log, head in
                try engine.store.hash(of: log, at: head.seq) != head.hash
            }
            if isLost { torn.insert(scope) }
        }
        return torn
    }

    /// Bridges that do not cancel, between scopes that are whole.
    private func openBridges(_ engine: Engine) throws -> [String] {
        let torn = Set(try tornScopes(engine).map(\.name))
        return try engine.store.unmatchedBridges().filter { line in
            line.split(separator: " ").prefix(2).allSatisfy { !torn.contains(String($0)) }
        }
    }

    /// A node that lost what it knew of its shelf may send what is not there: an exception for people.
    private func isOfHonestDisk(_ number: String?) -> Bool {
        !machines.contains { machine in
            let branch = plan.sites[machine.site].branch
            return number?.hasPrefix(branch) ?? false
                && (witness.wasSetBack(machine.index) || witness.copied.contains(machine.site))
        }
    }

    /// What `verify` says at one node, another in each run.
    private func verifyOne() throws {
        let machine = nodes[Int(plan.seed % UInt64(nodes.count))]
        guard case .report(let report) = try ask(.verify, of: machine) else {
            throw Violation(
                .projectionIsRebuild, at: now, "\(machine.name) does not verify",
                machines: [machine.index])
        }
        guard !report.saysSound else { return }
        var faults = report.rows.filter { $0.count > 2 && $0[1] == .text("FAULT") }
        if let engine = machine.engine, try openBridges(engine).isEmpty {
            faults.removeAll { $0[0].plain == "bridges between scopes" }
        }
        if !faults.isEmpty {
            let faults = faults.map { "\($0[0].plain): \($0[2].plain)" }
            throw Violation(
                .projectionIsRebuild, at: now,
                "\(machine.name) is not sound: \(faults.joined(separator: "; "))",
                machines: [machine.index])
        }
    }

    private func checkSecrets() throws {
        if let found = wire.found {
            throw Violation(.nothingReadable, at: now, found)
        }
        for machine in nodes where plan.sites[machine.site].relays {
            record.reached(.relayHeld)
            guard !plan.sites[machine.site].readsAll else { continue }
            for file in machine.disk.files {
                guard let found = wire.foreignMemo(in: file.bytes, of: plan, site: machine.site)
                else { continue }
                throw Violation(
                    .nothingReadable, at: now,
                    "\(found) stands in \(file.name) of \(machine.name), which only relays it",
                    machines: [machine.index])
            }
        }
    }

    /// Converged nodes hardly speak.
    private func checkQuiet() throws {
        try advance(until: now + 120_000)
        let before = record.totalBytes
        let compared = record.messages["roots"] ?? 0
        let links = max(connections.count, 1)
        let began = nodes.map { $0.ownTime(at: now) }
        try advance(until: now + Self.quietFor)
        let minutes = Double(Self.quietFor) / 60_000
        let rate = Double(record.totalBytes - before) / minutes / Double(links) / 2
        record.quietBytesPerLinkMinute = rate
        try checkLinks()
        // By its own time: that of a clock that was set back goes at half speed.
        let due = zip(nodes, began).reduce(0) { sum, pair in
            sum + (pair.0.ownTime(at: now) - pair.1) / Self.comparesWithin
        }
        guard nodes.count < 2 || record.messages["roots"] ?? 0 >= compared + Int(due) else {
            throw Violation(
                .peersCompare, at: now,
                "\((record.messages["roots"] ?? 0) - compared) comparisons among \(nodes.count) nodes "
                    + "in \(Self.quietFor / 60_000) minutes, and \(due) were due")
        }
        record.checked(.quietWhenEqual, .peersCompare, at: now)
        guard rate <= 100 else {
            throw Violation(
                .quietWhenEqual, at: now,
                "\(Int(rate)) bytes a minute and link in each direction although all is equal")
        }
    }

    // MARK: Lag and the record

    /// What each machine lacks of what others hold.
    func sampleLag() {
        guard record.looks.count % 4 == 1 || isHealing else { return }
        var most: [Scope: [LogID: UInt64]] = [:]
        var held: [[Scope: [LogID: UInt64]]?] = []
        for machine in machines {
            guard machine.isUp, let own = heldSeqs(machine) else {
                held.append(nil)
                continue
            }
            for (scope, heads) in own { most[scope, default: [:]].merge(heads) { max($0, $1) } }
            held.append(own)
        }
        let lacking = held.map { own in
            own.map { own in
                own.reduce(0) { sum, scope in
                    (most[scope.key] ?? [:]).reduce(sum) {
                        $0 + Int($1.value - (scope.value[$1.key] ?? 0))
                    }
                }
            }
        }
        record.lag.append(.init(at: now, lacking: lacking))
        record.entries = most.values.reduce(0) { $0 + $1.values.reduce(0, +) }
    }

    private func heldSeqs(_ machine: Machine) -> [Scope: [LogID: UInt64]]? {
        guard let engine = machine.engine, let sight = machine.sight else { return nil }
        if let known = witness.lags[machine.index], known.sight == sight { return known.held }
        guard let frontiers = try? engine.store.frontiers(), let kept = try? engine.scopesKept()
        else { return nil }
        var own: [Scope: [LogID: UInt64]] = [:]
        for scope in kept { own[scope] = (frontiers[scope]?.heads ?? [:]).mapValues(\.seq) }
        witness.lags[machine.index] = (sight, own)
        return own
    }

    func finishRecord() {
        record.ended = now
        record.traceHash = trace.hash
        sampleLag()
        finishMeasures()
        for machine in nodes where machine.isUp {
            guard let engine = machine.engine else { continue }
            let id = RequestID(.max - 1)
            let effects = engine.handle(
                [.request(id, .query(.exceptions))], at: machine.instant(at: now))
            for case .reply(id, .report(let report)) in effects {
                for row in report.rows {
                    record.exceptions[machine.name, default: [:]][row[0].plain, default: 0] += 1
                    guard record.exceptionsSeen.count < RunRecord.Seen.countMax, row.count > 3
                    else { continue }
                    record.exceptionsSeen.append(
                        .init(
                            machine: machine.name, kind: row[0].plain, subject: row[1].plain,
                            figure: row[2].plain, next: row[3].plain))
                }
            }
        }
    }
}

extension Report {
    /// What `verify` found.
    var saysSound: Bool { facts.contains { $0.key == "sound" && $0.value == .flag(true) } }
}

extension Scope {
    /// Whose scope it is: one branch's, or two's.
    var branches: [BranchCode] {
        switch self {
        case .roster, .catalog, .board: []
        case .trade(let branch), .money(let branch): [branch]
        case .between(let pair), .betweenMoney(let pair): [pair.first, pair.second]
        }
    }
}
