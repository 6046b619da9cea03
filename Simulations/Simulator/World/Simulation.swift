import Engine
import Replica
import SimulatedDisk
import Sodium
import Store

/// One run: a company, its lines and its people in one thread and one time.
///
/// The engines, their stores and, in the full lane, their channels are the product's own; only the
/// shell around them is other. Law: a plan decides the run, to the last byte.
package final class Simulation {
    package let plan: Plan
    package internal(set) var now: Milliseconds = 0
    var queue = EventQueue()
    var machines: [Machine] = []
    var cables = Cables()
    var connections: [Int: Connection] = [:]
    var connectionCount = 0
    var people: People
    var trace = Trace()
    var record: RunRecord
    var witness = Witness()
    var wire: Wiretap
    var measures: Measures?

    /// Streams of their own, so that one more fault does not change what people do.
    var network: SeededRandom
    var disks: SeededRandom
    var keys: SeededRandom

    /// Copies of directories, as operators keep them.
    var backups: [Int: Backup] = [:]
    var isHealing = false
    /// Every disk lies from the first day on, and is held to the laws of an honest one: only to see
    /// that the laws can fail.
    var disksLieUnexcused = false

    struct Backup {
        let disk: SimulatedDisk.Snapshot
        let secret: [UInt8]
        let mark: HighWaterMark?
    }

    /// Looks at the laws that cost more than an event.
    var lookEvery: Milliseconds { max(plan.lookEvery ?? 30_000, 1_000) }
    /// Bytes that wait on one connection before it is given up: the daemon's 8 MiB, scaled down so that
    /// a slow line reaches it.
    static let outgoingBytesMax = 1 << 20
    /// Before a peer that reads a few bytes a second: a company of five never fills a buffer of the
    /// usual size.
    static let slowBytesMax = 4 << 10

    /// - Parameter measures: with deliveries, copies and catching up: a tenth more time.
    package init(_ plan: Plan, measures: Bool = false) throws {
        self.measures = measures ? Measures() : nil
        precondition((1...64).contains(plan.sites.count), "1 to 64 sites, not \(plan.sites.count)")
        self.plan = plan
        func stream(_ name: UInt64) -> SeededRandom {
            SeededRandom(seed: plan.seed &* 0x9e37_79b9_7f4a_7c15 ^ name)
        }
        network = stream(1)
        disks = stream(2)
        keys = stream(3)
        let first = Day(Instant(milliseconds: plan.begins ?? MachineClock.usualEpoch))
        people = People(
            sites: plan.sites, seed: stream(4).seed,
            yesterday: Day(number: first.number - 1).description)
        record = RunRecord(plan)
        wire = Wiretap()
        try SimulatedDisk.install()
        SimulatedDisk.beginRun(seed: plan.seed)
    }

    /// Runs the plan: setting up, working, healing, and a last look at every law.
    ///
    /// - Throws: the `Violation` that ended it; anything else is a fault of the simulator.
    package func run() throws {
        do {
            try setUp()
            for (number, act) in plan.acts.enumerated() {
                queue.add(.act(number), at: now + act.at)
            }
            for (number, fault) in plan.faults.enumerated() {
                queue.add(.fault(number), at: now + fault.at)
            }
            queue.add(.look, at: now + lookEvery)
            record.began = now
            if disksLieUnexcused { machines.forEach { $0.disk.liesAboutSync = true } }
            try advance(until: now + plan.duration)
            try heal()
            finishRecord()
            if measures == nil { try checkAfterwards() }
        } catch let violation as Violation {
            record.violation = violation
            finishRecord()
            throw violation
        }
    }

    package var currentRecord: RunRecord { record }

    package func lastLines(_ count: Int, of machines: [Int]) -> [String] {
        trace.tail(count, of: machines).map { "\(clockText($0.at))  \($0.what)" }
    }

    /// Something that is no violation ended the run: a fault of the product that throws, or ours.
    package func failed(_ error: any Error) {
        record.violation = Violation(.survivesFaults, at: now, "the run ended with \(error)")
        finishRecord()
    }

    /// Lets everything happen that is due until then.
    func advance(until end: Milliseconds) throws {
        while let next = queue.nextAt, next <= end, let event = queue.next() {
            now = max(now, event.at)
            try happen(event.what)
        }
        now = max(now, end)
    }

    private func happen(_ what: Happening) throws {
        switch what {
        case .batch(let machine, let boot):
            guard machines[machine].boot == boot else { return }
            try runBatch(machines[machine])
        case .wake(let machine, let boot, let number):
            let machine = machines[machine]
            guard machine.boot == boot, machine.wakeNumber == number else { return }
            submit(.timerFired, to: machine)
        case .start(let machine): try start(machines[machine])
        case .arrive(let connection, let toDialler):
            try arrive(connection, toDialler: toDialler)
        case .dialled(let connection): try dialled(connection)
        case .handshakeDue(let connection): handshakeDue(connection)
        case .act(let number): act(plan.acts[number], number)
        case .fault(let number): try strike(plan.faults[number])
        case .mend(let mending): try mend(mending)
        case .bandEnds(let band): measureCatchUp(after: band)
        case .look:
            try look()
            queue.add(.look, at: now + lookEvery)
        }
    }
}

/// `1d 02:03:04.567` of virtual time.
package func clockText(_ time: Milliseconds) -> String {
    func two(_ value: Int64) -> String { value < 10 ? "0\(value)" : "\(value)" }
    let (days, rest) = (time / 86_400_000, time % 86_400_000)
    let clock =
        "\(two(rest / 3_600_000)):\(two(rest / 60_000 % 60)):\(two(rest / 1_000 % 60))"
    let fraction = String(1_000 + rest % 1_000).dropFirst()
    return (days > 0 ? "\(days)d " : "") + clock + "." + fraction
}
