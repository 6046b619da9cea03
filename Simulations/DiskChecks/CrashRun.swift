import Books
import Engine
import Replica
import SimulatedDisk
import Sodium
import Store

/// The state of a `CrashCheck` between two operations: a disk on which all went well so far.
struct CrashRun {
    let check: CrashCheck
    var result = CrashCheck.Result()
    private let disk: SimulatedDisk
    private var script: Script
    private var credentials: Credentials
    private var now = Instant(milliseconds: 1_795_000_000_000)
    private var documents: [String] = []
    private var operation = 0
    private var cases = 0
    private var probes = 0
    /// Disks that this operation left unacknowledged and from which all went well.
    private var passed: [SimulatedDisk.Snapshot] = []
    private static let passedMax = 6

    init(_ check: CrashCheck) throws {
        self.check = check
        disk = try SimulatedDisk("crash-check-\(check.seed)")
        disk.liesAboutSync = check.liesAboutSync
        script = Script(seed: check.seed, checkpointEvery: check.checkpointEvery)
        var random = SeededRandom(seed: check.seed)
        credentials = Credentials(random: &random)
    }

    /// What an operation came to, as whoever asked sees it.
    struct Ending {
        var documents: [String] = []
        /// All of it was answered as without faults.
        var isDone = false
        var refusals: [Refusal] = []
        var stop: Refusal?
        /// Not a request: nobody was promised anything, and the error ends the process.
        var error: String?
        /// A checkpoint failed: the daemon says so and goes on.
        var goesOn = false
        var credentials: Credentials?
        var machine: Machine?
    }

    /// What should come of an operation.
    struct Reference {
        let step: Step
        let before: SimulatedDisk.Snapshot
        var states: [BookState] = []
        var documents: [String] = []
        var calls: UInt64 = 0
    }

    private var engineSeed: UInt64 { check.seed &* 1_000_003 &+ UInt64(operation) }

    private func open(_ credentials: Credentials? = nil) throws -> Machine {
        try Machine(disk, credentials ?? self.credentials, seed: engineSeed)
    }

    // MARK: One operation

    mutating func operate(
        _ number: Int, only: (call: UInt64, fault: CrashCheck.Fault)?, checks: Bool
    ) throws {
        operation = number
        passed = []
        now = now.advanced(byMilliseconds: 61_000)
        let step = script.next()
        var reference = Reference(step: step, before: try disk.snapshot())
        if number > 0 { reference.states = [try open().state()] }
        try disk.restore(reference.before)

        let opened = step.opensItself ? nil : try open()
        let start = disk.calls
        var looking: UInt64 = 0
        let disk = disk
        let ending = perform(step, opened) { machine in
            let before = disk.calls
            reference.states.append(try machine.state())
            looking += disk.calls - before
        }
        reference.calls = disk.calls - start - looking
        guard ending.isDone, ending.stop == nil, ending.error == nil else {
            throw SimulatedDiskCheckError.script(
                "\(number) (\(step.name)): \(ending.error ?? "\(ending.refusals)")")
        }
        reference.documents = ending.documents
        let after = try disk.snapshot()
        disk.cutPower()
        if checks {
            result.operations += 1
            result.calls += reference.calls
            try putFaults(into: reference, ending.credentials, only: only)
        }

        try disk.restore(after)
        if let kept = ending.credentials { credentials = kept }
        documents += ending.documents.filter { $0.hasPrefix("HZa-") }
        result.documents = documents.count
        script.learn(ending.documents)
        try checkAllDocuments(step)
        try disk.restore(after)
    }

    /// Every document acknowledged so far can be read.
    private mutating func checkAllDocuments(_ step: Step) throws {
        let machine = try open()
        for document in documents where !machine.holds(document, at: now) {
            fail(step, 0, .dropAll, "document \(document) is gone without a fault")
        }
        disk.cutPower()
    }

    private mutating func putFaults(
        into reference: Reference, _ kept: Credentials?,
        only: (call: UInt64, fault: CrashCheck.Fault)?
    ) throws {
        for fault in check.faults {
            if let only, only.fault != fault { continue }
            var call = only?.call ?? 1
            while let fired = try attempt(
                reference, call, fault, isLast: call >= reference.calls)
            {
                guard only == nil else { break }
                if result.failures.count >= check.failuresMax { return }
                // A failure that applies to writes alone fired at the next write.
                call = max(call, fired) + UInt64(check.stride)
            }
        }
    }

    private mutating func fail(
        _ step: Step, _ call: UInt64, _ fault: CrashCheck.Fault, _ what: String
    ) {
        result.failures.append(
            .init(
                seed: check.seed, operation: operation, step: step.name, call: call, fault: fault,
                what: what))
    }

    // MARK: One fault

    /// - Returns: the call at which the fault fired, from 1; nil where there was none left.
    private mutating func attempt(
        _ reference: Reference, _ call: UInt64, _ fault: CrashCheck.Fault, isLast: Bool
    ) throws -> UInt64? {
        try disk.restore(reference.before)
        disk.seed(check.seed &+ call)
        let opened = reference.step.opensItself ? nil : try open()
        let start = disk.calls
        if fault.loss != nil {
            disk.cutPower(atCall: start + call)
        } else {
            disk.fail(
                atCall: start + call, with: fault.failure, forGood: fault == .ioForGood)
        }
        var ending = perform(reference.step, opened, onState: nil)
        let fired: UInt64
        if fault.loss != nil {
            guard disk.isPoweredOff else {
                disk.heal()
                return nil
            }
            fired = call
        } else {
            let failedAt = disk.failedAt
            disk.heal()
            guard let failedAt else { return nil }
            fired = max(call, fault == .ioForGood ? call : failedAt - start)
        }
        cases += 1
        result.cases[fault, default: 0] += 1
        if ending.isDone { result.acknowledged += 1 }
        if !ending.refusals.isEmpty { result.refused += 1 }
        if ending.stop != nil { result.stopped += 1 }
        let verifies = isLast || cases % check.verifyEvery == 0
        do {
            if let what = try judge(reference, &ending, fault, fired, verifies: verifies) {
                fail(reference.step, fired, fault, what)
            }
        } catch {
            fail(reference.step, fired, fault, "\(error)")
        }
        // Connections that are let go find a dead disk, and do not tidy up.
        withExtendedLifetime(ending) { disk.cutPower() }
        return fired
    }

    /// - Returns: what is wrong; nil where all is well.
    private mutating func judge(
        _ reference: Reference, _ ending: inout Ending, _ fault: CrashCheck.Fault, _ call: UInt64,
        verifies: Bool
    ) throws -> String? {
        if let wrong = wrongAnswer(ending, reference, fault) { return wrong }
        let keys = ending.credentials ?? credentials
        var allowed = ending.isDone ? reference.states.suffix(1) : reference.states[...]
        // A founding's keys are outside of the disk.
        var mayRepeat = !ending.isDone && operation > 1 && !verifies
        if let loss = fault.loss {
            ending.machine = nil
            try disk.powerOn(losing: loss, seed: check.seed &+ call)
        } else if let machine = ending.machine, ending.stop == nil, ending.error == nil {
            // It goes on as if nothing had been: what it believes must be what is on the disk.
            let live = try machine.state()
            guard allowed.contains(live) else { return "the running book is another" }
            guard next(machine, keys) != nil else { return "the next command is not done" }
            allowed = [try machine.state()]
            mayRepeat = false
            ending.machine = nil
            try disk.powerOn(losing: .dropAll, seed: 0)
        } else {
            try end(&ending, killing: call % 2 == 0)
        }
        if mayRepeat, passed.contains(where: disk.isUnchanged(since:)) {
            result.repeated += 1
            return nil
        }
        let found = try disk.snapshot()
        let machine = try open(keys)
        let state = try machine.state()
        guard allowed.contains(state) || (operation == 0 && state.heads.isEmpty) else {
            return "the book is neither as before nor as after"
        }
        if !ending.isDone, state == reference.states.last, reference.states.count > 1 {
            result.keptUnasked += 1
        }
        if let wrong = try goOn(machine, keys, verifies: verifies) { return wrong }
        if mayRepeat, passed.count < Self.passedMax { passed.append(found) }
        return nil
    }

    private func wrongAnswer(
        _ ending: Ending, _ reference: Reference, _ fault: CrashCheck.Fault
    ) -> String? {
        guard !ending.isDone else {
            return ending.documents == reference.documents ? nil : "another answer"
        }
        guard ending.error == nil, !ending.goesOn else { return nil }
        guard !ending.refusals.isEmpty || ending.stop != nil else { return "nobody was answered" }
        if !ending.documents.isEmpty { return "some were acknowledged, some not" }
        let isFull = ending.refusals.allSatisfy { $0.code == .diskFull }
        if ending.stop == nil, !isFull { return "the engine goes on: \(ending.refusals)" }
        if ending.stop == nil, fault.failure == .io, fault.loss == nil {
            return "the engine goes on after EIO"
        }
        return nil
    }

    /// The process ends: in order, as the daemon closes its store after a stop, or killed.
    private func end(_ ending: inout Ending, killing: Bool) throws {
        if killing {
            // Handles die, the page cache stays.
            try disk.restore(try disk.snapshot())
        } else if let machine = ending.machine {
            // What the log holds is durable whether this succeeds or not.
            try? machine.engine.store.close()
        }
        ending.machine = nil
    }

    /// The author's chain goes on: a command is done and survives a power cut.
    private mutating func goOn(
        _ machine: Machine, _ keys: Credentials, verifies: Bool
    ) throws -> String? {
        guard let kept = next(machine, keys) else { return "the next command is not done" }
        let after = try machine.state()
        try disk.powerOn(losing: .dropAll, seed: 0)
        let last = try open(kept)
        guard try last.state() == after else {
            return "what was acknowledged after the restart is lost"
        }
        return verifies ? verified(last) : nil
    }

    private mutating func verified(_ machine: Machine) -> String? {
        result.verified += 1
        let faults = machine.faults(at: now)
        return faults.isEmpty ? nil : faults.joined(separator: "; ")
    }

    /// One more command, or the founding where there is no book yet; the keys that it is kept under.
    private mutating func next(_ machine: Machine, _ keys: Credentials) -> Credentials? {
        let later = now.advanced(byMilliseconds: 1_000)
        guard operation > 1 || (try? machine.engine.store.extent().entries) ?? 0 > 0 else {
            var kept: Credentials?
            try? found(machine, at: later, keeping: &kept)
            return kept
        }
        probes += 1
        let item = ItemChange(code: "NEXT\(probes)", name: "Next", price: "1.00")
        let answer = machine.handle(
            [.perform(.addItems([item]), wait: 0, waitMilliseconds: 0)], at: later)
        return answer.replies.first?.acknowledged.isEmpty == false ? keys : nil
    }

    // MARK: Running a step

    private func found(
        _ machine: Machine, at now: Instant, keeping kept: inout Credentials?
    ) throws {
        _ = try machine.engine.found(
            FoundingOrder(
                company: "Company", currency: "CNY", scale: 2, branch: "HZ",
                branchName: "Hangzhou", nodeName: "hz-1"), at: now, save: { kept = $0 })
    }

    /// - Parameter onState: called after each transaction.
    private func perform(
        _ step: Step, _ opened: Machine?, onState: ((Machine) throws -> Void)?
    ) -> Ending {
        var ending = Ending(machine: opened)
        do {
            switch step {
            case .batch(let requests):
                guard let opened else { break }
                take(opened.handle(requests, at: now), requests.count, into: &ending)
                try onState?(opened)
            case .idle:
                guard let opened else { break }
                for wait in [0, 600_500] as [Int64] {
                    let later = now.advanced(byMilliseconds: wait)
                    take(opened.handle([], at: later), 0, into: &ending)
                    guard ending.stop == nil else { break }
                    try onState?(opened)
                }
            case .found:
                guard let opened else { break }
                try found(opened, at: now, keeping: &ending.credentials)
                try onState?(opened)
            case .open:
                ending.machine = try open()
                if let machine = ending.machine { try onState?(machine) }
            case .close:
                ending.machine = nil
                try opened?.engine.store.close()
                ending.machine = try open()
                if let machine = ending.machine { try onState?(machine) }
            case .checkpoint:
                ending.goesOn = true
                try opened?.engine.store.checkpoint()
            }
            ending.isDone = ending.refusals.isEmpty && ending.stop == nil
        } catch {
            if !ending.goesOn || onState != nil { ending.error = "\(error)" }
        }
        return ending
    }

    /// A command that the books refuse is refused with and without faults.
    private func take(_ answer: Machine.Answer, _ count: Int, into ending: inout Ending) {
        ending.stop = answer.stop
        ending.documents += answer.replies.flatMap(\.acknowledged)
        ending.refusals += answer.replies.compactMap(\.refusal)
            .filter { [.diskFull, .storage, .damaged, .fault].contains($0.code) }
    }
}

extension Step {
    /// The faults are put into the opening.
    var opensItself: Bool {
        if case .open = self { true } else { false }
    }
}

/// The check itself could not be made.
package enum SimulatedDiskCheckError: Error, Equatable {
    /// An operation failed without any fault.
    case script(String)
}
