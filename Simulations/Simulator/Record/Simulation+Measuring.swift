import Engine
import Gossip
import Replica
import Sodium
import Store

/// What a report tells beside the laws: copies, deliveries and catching up.
///
/// Law: measuring changes nothing. It draws from no stream, plans no event that anything depends on,
/// and writes nothing into the trace.
struct Measures {
    var deliveries = Deliveries()
    var watches: [Watch] = []
    fileprivate var aliases: [Ear: LogAliases] = [:]
    fileprivate var tags: [Int: [ScopeTag: Scope]] = [:]
    /// What each log is part of.
    fileprivate var scopes: [LogID: Scope] = [:]

    fileprivate struct Ear: Hashable {
        let machine: Int
        let boot: Int
        let link: LinkID
    }

    /// A node that a fault left behind, until it holds what there was when the fault ended.
    struct Watch {
        /// In the record.
        let place: Int
        let machine: Int
        let goal: [LogID: UInt64]
    }

    /// Nodes that are watched at once; further ones are not.
    static let watchesMax = 512
    static let catchUpsMax = 5_000
}

extension Simulation {
    /// Messages that a machine takes now: which entries of them it holds already.
    func measureReceived(_ batch: [Input], _ machine: Machine) {
        guard measures != nil else { return }
        for input in batch {
            switch input {
            case .received(let link, let bytes): measure(bytes, link, machine)
            case .closed(let link):
                measures?.aliases[
                    .init(machine: machine.index, boot: machine.boot, link: link)] = nil
            default: continue
            }
        }
    }

    private func measure(_ bytes: [UInt8], _ link: LinkID, _ machine: Machine) {
        let ear = Measures.Ear(machine: machine.index, boot: machine.boot, link: link)
        var aliases = measures?.aliases.removeValue(forKey: ear) ?? LogAliases()
        guard let message = try? Message(bytes, &aliases) else { return }
        measures?.aliases[ear] = aliases
        guard case .run(let run) = message, run.first <= run.last,
            let log = logID(of: run.log, at: machine)
        else { return }
        let held = measures?.deliveries.held[machine.index]?[log] ?? 0
        let again = run.first <= held ? min(run.last, held) - run.first + 1 : 0
        record.entriesAgain += Int(again)
        record.entriesDelivered += Int(run.last - run.first + 1 - again)
    }

    private func logID(of log: LogReference, at machine: Machine) -> LogID? {
        guard let engine = machine.engine, let book = machine.book else { return nil }
        if measures?.tags[machine.index]?[log.tag] == nil {
            var tags: [ScopeTag: Scope] = [:]
            for scope in (try? engine.scopesKept()) ?? [] {
                tags[ScopeTag(scope, in: book)] = scope
            }
            measures?.tags[machine.index] = tags
        }
        guard let scope = measures?.tags[machine.index]?[log.tag] else { return nil }
        return engine.logID(
            of: LogName(author: log.author, incarnation: log.incarnation, scope: scope))
    }

    /// After a batch in which entries may have come or been written: most batches are idle ones.
    func measureHeld(_ batch: [Input], _ effects: [Effect], _ machine: Machine) {
        guard measures != nil, machine.isUp else { return }
        let mayHaveGrown = batch.contains { input in
            switch input {
            case .request: true
            case .received(_, let bytes): bytes.first == MessageKind.run.rawValue
            default: false
            }
        }
        // What a keeper writes by itself is sent at once.
        let mayHaveWritten = effects.contains { effect in
            guard case .send(_, let bytes) = effect, let kind = bytes.first else { return false }
            return [MessageKind.run.rawValue, MessageKind.note.rawValue].contains(kind)
        }
        if mayHaveGrown || mayHaveWritten { measureHeld(machine) }
    }

    func measureHeld(_ machine: Machine) {
        guard measures != nil, machine.isUp, let engine = machine.engine,
            let frontiers = try? engine.store.frontiers()
        else { return }
        var heads: [LogID: UInt64] = [:]
        for (scope, frontier) in frontiers {
            for (log, head) in frontier.heads {
                heads[log] = head.seq
                if measures?.scopes[log] == nil { measures?.scopes[log] = scope }
            }
        }
        if heads == measures?.deliveries.held[machine.index] { return }
        measures?.deliveries.holds(machine.index, at: machine.site, heads, now: now)
        for watch in measures?.watches ?? [] where watch.machine == machine.index {
            guard watch.goal.allSatisfy({ heads[$0.key] ?? 0 >= $0.value }) else { continue }
            record.catchUps[watch.place].milliseconds = now - record.catchUps[watch.place].from
        }
        measures?.watches.removeAll { watch in
            watch.machine == machine.index
                && record.catchUps[watch.place].milliseconds != nil
        }
    }

    /// A fault is over: whoever lacks something of what anybody holds now is watched. Branches that
    /// another fault still concerns neither have to give nor to take.
    func measureCatchUp(after band: Int) {
        guard let deliveries = measures?.deliveries, !isHealing else { return }
        let troubled = Set(
            record.bands.enumerated().filter {
                $0.offset != band && $0.element.from <= now && $0.element.to > now
            }.flatMap(\.element.sites))
        let well = machines.filter {
            $0.isUp && !$0.isRetired && !troubled.contains($0.site)
        }
        var most: [LogID: UInt64] = [:]
        for machine in well {
            for (log, seq) in deliveries.held[machine.index] ?? [:] {
                most[log] = max(most[log] ?? 0, seq)
            }
        }
        for machine in well {
            guard let watches = measures?.watches.count, watches < Measures.watchesMax,
                record.catchUps.count < Measures.catchUpsMax
            else { return }
            let goal = goal(of: machine, among: most)
            let held = deliveries.held[machine.index] ?? [:]
            let lacking = goal.reduce(0) { $0 + Int($1.value - min($1.value, held[$1.key] ?? 0)) }
            guard lacking > 0 else { continue }
            measures?.watches.append(
                .init(place: record.catchUps.count, machine: machine.index, goal: goal))
            record.catchUps.append(
                .init(
                    band: band, site: machine.site, lacking: lacking, from: now,
                    milliseconds: nil))
        }
    }

    /// Of these logs those that the machine keeps.
    private func goal(of machine: Machine, among most: [LogID: UInt64]) -> [LogID: UInt64] {
        guard let engine = machine.engine, let kept = try? Set(engine.scopesKept()) else {
            return [:]
        }
        let scopes = measures?.scopes ?? [:]
        return most.filter { log, _ in scopes[log].map { kept.contains($0) } ?? false }
    }

    func finishMeasures() {
        guard let measures else { return }
        record.isMeasured = true
        record.delivery = .init(measures.deliveries.total())
        for (site, place) in plan.sites.enumerated() {
            record.deliveries[place.branch] = .init(measures.deliveries.total(to: site))
        }
    }
}
