import Engine
import Replica
import SimulatedDisk
import Sodium
import Store

/// What breaks, and how it mends.
extension Simulation {
    func strike(_ fault: Fault) throws {
        guard !isHealing else { return }
        trace.happened(at: now, fault.kind.sites, "fault: \(fault.kind)")
        record.faults[fault.kind.name, default: 0] += 1
        switch fault.kind {
        case .cut(let a, let b, let lasts, let manner):
            cut([(a, b)], manner, lasts, "cut", [a, b])
        case .isolate(let site, let lasts, let manner):
            let others = plan.sites.indices.filter { $0 != site }
            cut(others.map { (site, $0) }, manner, lasts, "isolated", [site])
        case .split(let side, let lasts, let manner):
            cut(pairs(across: side), manner, lasts, "split", side)
        case .bridge(let by, let side, let lasts):
            let across = pairs(across: side).filter { $0.0 != by && $0.1 != by }
            cut(across, .reset, lasts, "bridged", side)
        case .swizzle(let sites, let draw, let lasts): swizzle(sites, draw, lasts)
        case .flap(let a, let b, let times, let period):
            for turn in 0..<times {
                queue.add(
                    .mend(.cutOnce(a, b, lasts: period / 2)),
                    at: now + Milliseconds(turn) * period)
            }
            band("flapping", [a, b], lasts: Milliseconds(times) * period)
        case .drop(let a, let b):
            for connection in connected(a, b) {
                record.reached(.connectionDropped)
                reset(connection)
            }
        case .halfOpen(let a, let b):
            for connection in connected(a, b) {
                record.reached(.halfOpenLink)
                connection.isDead = true
                tellClosed(connection, ofDialler: machines[connection.dialler.machine].site == b)
            }
        case .slow(let a, let b, let speed, let lasts):
            cables.slow(a, b, to: max(speed, 1))
            queue.add(.mend(.unslow(a, b)), at: now + lasts)
            band("slow", [a, b], lasts: lasts)
        case .replay(let a, let b): try replay(from: a, to: b)
        case .stranger(let site, let draw): try stranger(at: site, draw)
        case .connect(let a, let b): cables.lay(PlanLine(a, b))
        default: try strikeMachine(fault.kind)
        }
    }

    private func strikeMachine(_ kind: Fault.Kind) throws {
        guard let site = kind.sites.first,
            let machine = machines.first(where: {
                $0.site == site
            })
        else { return }
        switch kind {
        case .powerCut(_, let loss, let down):
            guard machine.isUp else { return }
            crash(machine, "by a power cut")
            try powerOn(machine, losing: loss)
            restart(machine, after: down, "no power")
        case .powerCutAtCall(_, let calls, let loss, let down):
            guard machine.isUp else { return }
            witness.powerOnAfterCall[machine.index] = (loss, down)
            machine.disk.cutPower(atCall: machine.disk.calls + max(calls, 1))
        case .killUntold(_, let down):
            guard machine.isUp else { return }
            machine.diesUntold = true
            restart(machine, after: max(down, 1_000), "killed")
        case .restart(_, let down):
            guard machine.isUp else { return }
            stop(machine)
            restart(machine, after: down, "off")
        case .upgrade(_, let down):
            guard machine.isUp else { return }
            stop(machine)
            record.reached(.upgraded)
            machine.options.rulesLevel += 1
            restart(machine, after: down, "upgraded")
        case .diskFails(_, let failure, let calls, let forGood, let down):
            guard machine.isUp else { return }
            witness.diskFails(machine.index)
            witness.restartAfterStop[machine.index] = down
            machine.disk.fail(
                atCall: machine.disk.calls + max(calls, 1), with: failure.ofDisk, forGood: forGood)
            queue.add(.mend(.diskIsWell(machine.index)), at: now + 600_000)
            band("disk fails", [site], lasts: down)
        case .lyingDisk(_, let lasts, let loss):
            guard machine.isUp else { return }
            machine.disk.liesAboutSync = true
            witness.directoryIsDamaged(machine.index)
            queue.add(.mend(.honestAgain(machine.index, loss)), at: now + lasts)
            band("lying disk", [site], lasts: lasts)
        case .flipBit(_, let draw, let down): try flip(machine, draw, down)
        case .restoreBackup(_, let later, let down):
            backups[machine.index] = Backup(
                disk: try machine.disk.snapshot(), secret: machine.secret, mark: machine.mark)
            queue.add(.mend(.restore(machine.index, down: down)), at: now + later)
        case .clone(_, let lasts): try clone(machine, lasts)
        case .loseDisk(_, let down):
            try witnessLeaving(machine)
            crash(machine, "and its disk is lost")
            record.reached(.diskLost)
            try loseFiles(machine)
            restart(machine, after: down, "disk lost")
        case .die: try die(machine)
        default: strikeClock(kind, machine)
        }
    }

    private func strikeClock(_ kind: Fault.Kind, _ machine: Machine) {
        switch kind {
        case .clockStep(_, let step):
            record.reached(.clockMoved)
            machine.clock.step(by: step)
        case .clockFreeze(_, let lasts):
            record.reached(.clockFrozen)
            machine.clock.freeze(at: now)
            queue.add(.mend(.unfreeze(machine.index)), at: now + lasts)
            band("clock stands", [machine.site], lasts: lasts)
        case .clockDrift(_, let millionths, let lasts):
            record.reached(.clockMoved)
            machine.clock.setDrift(millionths, at: now)
            queue.add(.mend(.undrift(machine.index)), at: now + lasts)
        case .bootBackwards(_, let earlier, let down):
            guard machine.isUp else { return }
            record.reached(.clockMoved)
            crash(machine, "and its clock is lost")
            machine.clock.step(by: -earlier)
            restart(machine, after: down, "off")
        default: preconditionFailure("\(kind) is no fault of a clock")
        }
    }

    // MARK: Pieces

    private func cut(
        _ pairs: [(Int, Int)], _ manner: Fault.Manner, _ lasts: Milliseconds, _ kind: String,
        _ sites: [Int]
    ) {
        for (a, b) in pairs {
            cutNow(a, b, manner)
            queue.add(.mend(.uncut(a, b, manner)), at: now + lasts)
        }
        band(kind, sites, lasts: lasts)
    }

    func cutNow(_ a: Int, _ b: Int, _ manner: Fault.Manner) {
        cables.cut(a, b, manner)
        if manner == .reset { connected(a, b).forEach(reset) } else { record.reached(.heldBytes) }
    }

    private func swizzle(_ sites: [Int], _ draw: UInt64, _ lasts: Milliseconds) {
        var random = SeededRandom(seed: draw)
        let order = sites.shuffled(using: &random)
        let back = sites.shuffled(using: &random)
        let step = max(lasts / Milliseconds(2 * max(sites.count, 1)), 1)
        for (turn, site) in order.enumerated() {
            let cutAt = Milliseconds(turn) * step
            let mendAt = lasts / 2 + Milliseconds(back.firstIndex(of: site) ?? 0) * step
            queue.add(.mend(.isolate(site, lasts: max(mendAt - cutAt, 1))), at: now + cutAt)
        }
        band("swizzled", sites, lasts: lasts)
    }

    func restart(_ machine: Machine, after down: Milliseconds, _ kind: String) {
        queue.add(.start(machine: machine.index), at: now + max(down, 1))
        band(kind, [machine.site], lasts: down)
    }

    private func flip(_ machine: Machine, _ draw: UInt64, _ down: Milliseconds) throws {
        crash(machine, "and a bit of its disk flips")
        record.reached(.bitFlipped)
        try machine.disk.powerOn(losing: .keepAll, seed: 0)
        var random = SeededRandom(seed: draw)
        let files = machine.disk.files.filter { !$0.bytes.isEmpty }
        guard let file = files.randomElement(using: &random) else { return }
        try machine.disk.flip(
            file: file.name, offset: random.next() % UInt64(file.bytes.count),
            bit: UInt32(random.next() % 8))
        witness.directoryIsDamaged(machine.index)
        // A log that ends at the flipped bit is an older copy; the mark and the peers tell.
        witness.directoryChanged(machine.index, at: now)
        if try !doubt(machine) { record.reached(.flipFound) }
        restart(machine, after: down, "bit flipped")
    }

    /// Whoever doubts a disk lets the node check itself before it works; what is not sound is set aside.
    func doubt(_ machine: Machine) throws -> Bool {
        let isSound = soundness(of: machine)
        if !isSound { try loseFiles(machine) }
        witness.directoryIsSound(machine.index)
        return isSound
    }

    /// Opens the directory, verifies, and closes it again.
    private func soundness(of machine: Machine) -> Bool {
        do {
            try machine.open(at: now, person: "Operator", random: SeededRandom(seed: keys.next()))
            defer {
                machine.forget()
                machine.state = .off
            }
            guard let engine = machine.engine else { return false }
            let id = RequestID(.max)
            let effects = engine.handle([.request(id, .verify)], at: machine.instant(at: now))
            for case .reply(id, .report(let report)) in effects { return report.saysSound }
            return false
        } catch {
            machine.forget()
            machine.state = .off
            return false
        }
    }

    private func clone(_ original: Machine, _ lasts: Milliseconds) throws {
        guard original.isUp, machines.count < plan.sites.count + 4 else { return }
        let copy = try makeMachine(site: original.site, copying: original)
        record.reached(.cloned)
        witness.wasCopied(original.site)
        queue.add(.start(machine: copy.index), at: now + 1_000)
        queue.add(.mend(.stopClone(copy.index)), at: now + lasts)
        band("cloned", [original.site], lasts: lasts)
    }

    /// What only this machine holds is lost with it, however it was confirmed.
    private func die(_ machine: Machine) throws {
        guard !machine.isRetired else { return }
        crash(machine, "for good")
        machine.isRetired = true
        band("gone", [machine.site], lasts: plan.duration + record.began - now)
        let others = machines.filter { $0 !== machine && $0.isUp }.compactMap(\.engine)
        for (memo, confirmed) in people.acknowledged.sorted(by: { $0.key < $1.key })
        where confirmed.machine == machine.index && !confirmed.isExcused {
            let isHeld = try others.contains { try $0.store.hasDocument(confirmed.number) }
            if !isHeld { people.excuse(memo) }
        }
    }

    /// A recorded session is played again, byte for byte: nobody may be let in by it.
    private func replay(from a: Int, to b: Int) throws {
        guard plan.lane == .full, let machine = machines.first(where: { $0.site == b && $0.isUp }),
            let recording = wire.recorded.last.flatMap({ wire.recording(of: $0) })
        else { return }
        record.reached(.replayed)
        try expectNoAnswer(to: recording, at: machine, "a recorded session")
    }

    private func stranger(at site: Int, _ draw: UInt64) throws {
        guard plan.lane == .full,
            let machine = machines.first(where: { $0.site == site && $0.isUp })
        else { return }
        record.reached(.stranger)
        var random = SeededRandom(seed: draw)
        let count = 1 + Int(random.next() % 512)
        try expectNoAnswer(to: random.bytes(count), at: machine, "a stranger's bytes")
    }

    private func expectNoAnswer(
        to bytes: [UInt8], at machine: Machine, _ whose: String
    ) throws {
        guard let book = machine.book else { return }
        record.checked(.noStranger, at: now)
        let accepted = machine.accepted
        var channel = Channel.responder(
            local: try machine.credentials().transport, book: book.digest,
            psks: { accepted[$0] }, limit: { _ in 1_024 }, random: &keys)
        guard let outcome = try? channel.receive(bytes) else { return }
        guard outcome.events.isEmpty, !channel.isEstablished else {
            throw Violation(
                .noStranger, at: now, "\(whose) opened a channel at \(machine.name)",
                machines: [machine.index])
        }
    }

    func connected(_ a: Int, _ b: Int) -> [Connection] {
        connections.keys.sorted().compactMap { connections[$0] }.filter { connection in
            guard let listener = connection.listener else { return false }
            let sites = [
                machines[connection.dialler.machine].site, machines[listener.machine].site,
            ]
            return sites == [a, b] || sites == [b, a]
        }
    }

    private func pairs(across side: [Int]) -> [(Int, Int)] {
        let far = plan.sites.indices.filter { !side.contains($0) }
        return side.flatMap { near in far.map { (near, $0) } }
    }

    func band(_ kind: String, _ sites: [Int], lasts: Milliseconds) {
        guard record.bands.count < RunRecord.bandsMax else { return }
        if measures != nil { queue.add(.bandEnds(record.bands.count), at: now + max(lasts, 1)) }
        record.bands.append(.init(kind: kind, sites: sites, from: now, to: now + lasts))
    }
}

extension Fault.DiskFailure {
    var ofDisk: SimulatedDisk.Failure {
        switch self {
        case .read: .read
        case .write: .io
        case .sync: .sync
        case .full: .full
        case .short: .shortWrite
        }
    }
}
