import Books
import Engine
import Gossip
import Replica
import SimulatedDisk
import Sodium
import Store

/// What the daemon's shell does, for one machine after another.
extension Simulation {
    /// Puts an input into the machine's inbox; a batch takes what came together.
    func submit(_ input: Input, to machine: Machine) {
        guard machine.isUp else { return }
        machine.inbox.append(input)
        guard !machine.isBatchDue else { return }
        machine.isBatchDue = true
        let delay = Milliseconds(network.next() % 3)
        queue.add(.batch(machine: machine.index, boot: machine.boot), at: now + delay)
    }

    func runBatch(_ machine: Machine) throws {
        guard machine.isUp, let engine = machine.engine else { return }
        machine.isBatchDue = false
        let batch = machine.inbox
        machine.inbox = []
        SimulatedDisk.milliseconds = machine.clock.read(at: now).milliseconds
        measureReceived(batch, machine)
        let effects = engine.handle(batch, at: machine.instant(at: now))
        // As in the daemon: who wants to be woken says so after every batch.
        machine.wakeNumber += 1
        record.batches += 1
        if machine.disk.isPoweredOff {
            try powerLost(machine, "in a batch of \(batch.count)")
            return
        }
        if machine.diesUntold, effects.contains(where: \.tellsSomebody) {
            crash(machine, "after a batch was durable and before anybody was told")
            record.reached(.diedUntold)
            return
        }
        for effect in effects {
            // A close or a stop may have ended the machine.
            guard machine.isUp else { return }
            try perform(effect, of: machine)
        }
        measureHeld(batch, effects, machine)
        witnessBatch(machine)
        try checkpointWhenDue(machine)
    }

    private func perform(_ effect: Effect, of machine: Machine) throws {
        switch effect {
        case .reply(let id, let reply): try replied(machine, id, reply)
        case .send(let link, let bytes): send(bytes, on: link, of: machine)
        case .close(let link):
            guard let connection = machine.links[link] else { return }
            closeEnd(connection, of: machine)
        case .connect(let address, let key, let book):
            dial(address, key, book, from: machine)
        case .accept(let keys, let book):
            machine.accepted = Dictionary(
                keys.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
            machine.book = book
        case .save(let credentials):
            machine.secret = credentials.bytes
            wire.learn(credentials)
        case .mark(let mark):
            machine.markBefore = machine.mark
            machine.mark = mark
        case .check, .lookBack: preconditionFailure("the simulator makes no copies")
        case .wake(let instant):
            // As the engine's thread waits: so long as the clock lacks of it now.
            let lacks = instant.milliseconds - machine.instant(at: now).milliseconds
            machine.wakeNumber += 1
            queue.add(
                .wake(machine: machine.index, boot: machine.boot, number: machine.wakeNumber),
                at: now + min(max(lacks, 0), 400 * 86_400_000) + 1)
        case .stop(let refusal): try stopped(machine, refusal)
        }
    }

    private func checkpointWhenDue(_ machine: Machine) throws {
        guard machine.isUp, machine.disk.size(of: "book.db-wal") ?? 0 > Machine.walBytes else {
            return
        }
        record.reached(.checkpoint)
        let effects = machine.engine?.checkpoint() ?? []
        if machine.disk.isPoweredOff {
            try powerLost(machine, "in a checkpoint")
            return
        }
        for effect in effects where machine.isUp { try perform(effect, of: machine) }
    }

    // MARK: Starting and stopping

    func start(_ machine: Machine) throws {
        guard machine.state == .off, !machine.isRetired else { return }
        if machine.disk.isPoweredOff { try machine.disk.powerOn(losing: .keepAll, seed: 0) }
        let seed = keys.next() ^ UInt64(machine.index) << 32 ^ UInt64(machine.boot)
        do {
            try machine.open(
                at: now, person: people.name(at: machine.site), random: SeededRandom(seed: seed))
            // Reads the disk as well, which may fail there as anywhere.
            try witnessStart(machine)
        } catch let violation as Violation {
            throw violation
        } catch {
            machine.forget()
            machine.state = .off
            if machine.disk.isPoweredOff {
                machine.state = .off
                try powerLost(machine, "while it started")
                return
            }
            try cannotOpen(machine, error)
            return
        }
        trace.happened(at: now, [machine.index], "\(machine.name) starts")
        record.reached(.restart)
        measureHeld(machine)
        submit(.timerFired, to: machine)
    }

    /// The disk lost power while the engine worked: nothing of the batch is told.
    func powerLost(_ machine: Machine, _ when: String) throws {
        trace.happened(at: now, [machine.index], "\(machine.name) loses power \(when)")
        record.reached(.powerLostInCall)
        down(machine)
        guard let due = witness.powerOnAfterCall.removeValue(forKey: machine.index) else { return }
        try powerOn(machine, losing: due.loss)
        queue.add(.start(machine: machine.index), at: now + due.down)
    }

    /// The process is gone at once. Its disk stands still until it is powered on: with all that was
    /// written where only the process died.
    func crash(_ machine: Machine, _ how: String) {
        trace.happened(at: now, [machine.index], "\(machine.name) is killed \(how)")
        machine.disk.cutPower()
        down(machine)
    }

    func powerOn(_ machine: Machine, losing loss: Fault.Loss) throws {
        // What it said it had synced is gone as well.
        if machine.disk.liesAboutSync, !disksLieUnexcused {
            witness.directoryChanged(machine.index, at: now)
        }
        try machine.disk.powerOn(losing: loss.ofDisk, seed: disks.next())
        if loss != .keep, disks.next() % 2 == 0 { machine.mark = machine.markBefore }
    }

    /// The daemon ends as its operator asks.
    func stop(_ machine: Machine) {
        trace.happened(at: now, [machine.index], "\(machine.name) is stopped")
        // What the write-ahead log holds is durable whether this succeeds or not.
        try? machine.engine?.store.close()
        down(machine)
    }

    /// Ends the process without a word: its connections break, its memory is gone.
    func down(_ machine: Machine) {
        people.died(machine.index)
        let held = machine.connections.sorted()
        machine.forget()
        machine.state = .off
        measures?.deliveries.forget(machine.index)
        for number in held { breakConnection(number, without: machine.index) }
        machine.connections = []
    }

    /// The engine asked to be stopped.
    private func stopped(_ machine: Machine, _ refusal: Refusal) throws {
        trace.happened(
            at: now, [machine.index],
            "\(machine.name) stops: \(refusal.code.rawValue) \(refusal.what)")
        record.reached(.stoppedForStorage)
        guard witness.excusesStop(machine.index) else {
            throw Violation(
                .survivesFaults, at: now,
                "\(machine.name) stops without a failing disk: \(refusal)",
                machines: [machine.index])
        }
        machine.checksAtStart = true
        // The store is let go of as it is: to close it would write through the same connection.
        machine.disk.cutPower()
        down(machine)
        try machine.disk.powerOn(losing: .keepAll, seed: 0)
        machine.disk.heal()
        witness.diskIsWell(machine.index)
        queue.add(
            .start(machine: machine.index),
            at: now + (witness.restartAfterStop[machine.index] ?? 60_000))
    }

    private func cannotOpen(_ machine: Machine, _ error: any Error) throws {
        trace.happened(at: now, [machine.index], "\(machine.name) cannot open: \(error)")
        if witness.isDiskFailing(machine.index) {
            // The disk still fails: somebody replaces the cable and starts again.
            machine.disk.heal()
            witness.diskIsWell(machine.index)
            queue.add(.start(machine: machine.index), at: now + 60_000)
            return
        }
        guard witness.mayBeDamaged(machine.index) else {
            throw Violation(
                .survivesFaults, at: now, "\(machine.name) cannot open its directory: \(error)",
                machines: [machine.index])
        }
        // The files are set aside; the keys are there, and the peers have the rest.
        record.reached(.setAside)
        try loseFiles(machine)
        queue.add(.start(machine: machine.index), at: now + 60_000)
    }

    func loseFiles(_ machine: Machine) throws {
        if machine.disk.isPoweredOff { try machine.disk.powerOn(losing: .keepAll, seed: 0) }
        machine.mark = nil
        for file in machine.disk.fileNames { machine.disk.remove(file: file) }
        witness.leaves(witness.frontiers[machine.index] ?? [:])
        witness.directoryChanged(machine.index, at: now, isLost: true)
    }
}

extension Effect {
    /// Does anybody beside this process learn of it?
    fileprivate var tellsSomebody: Bool {
        switch self {
        case .reply, .send: true
        case .close, .connect, .accept, .save, .mark, .check, .lookBack, .wake, .stop: false
        }
    }
}

extension Fault.Loss {
    var ofDisk: SimulatedDisk.Loss {
        switch self {
        case .drop: .dropAll
        case .keep: .keepAll
        case .tear: .torn
        case .reorder: .reordered
        }
    }
}
