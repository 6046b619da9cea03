import Books
import Engine
import Gossip
import Replica
import SimulatedDisk
import Sodium
import Store

/// One computer with one node: its disk, its clock, and the shell's part of the product, without
/// sockets and threads.
final class Machine {
    let index: Int
    let name: String
    /// Whose node it is: a clone stands at the site of its original.
    let site: Int
    var options: Engine.Options
    let disk: SimulatedDisk
    var clock: MachineClock
    /// What `node.secret` holds: written whole and synced before anything rests on it.
    var secret: [UInt8] { didSet { read = nil } }
    private var read: Credentials?

    /// What stands in `node.mark`: written without a sync, so a power cut may bring the one before.
    var mark: HighWaterMark?
    var markBefore: HighWaterMark?
    /// The last process ended because its storage failed: the next one checks itself.
    var checksAtStart = false

    var engine: Engine?
    var state = State.off
    var boot = 0
    var inbox: [Input] = []
    var isBatchDue = false
    var wakeNumber: UInt64 = 0
    var steady = SteadyClock()
    var accepted: [PresharedKeyID: PresharedKey] = [:]
    var book: BookID?
    /// The next batch is made durable, and the process dies before it tells anybody.
    var diesUntold = false
    /// It never starts again: a copy that was found out.
    var isRetired = false
    var nextLink: UInt64 = 1
    var nextRequest: UInt64 = 1
    /// Connections that this machine has an end of.
    var connections: Set<Int> = []
    var links: [LinkID: Int] = [:]

    enum State: Hashable {
        case off
        case up
        /// The engine said that it cannot go on.
        case stopped(Refusal)
        /// The directory cannot be opened.
        case broken(String)
    }

    /// The write-ahead log is moved into the database when it is this long; much less than in the
    /// daemon, so that it happens in every run.
    static let walBytes = 256 << 10

    init(
        index: Int, name: String, site: Int, disk: SimulatedDisk, clock: MachineClock,
        secret: [UInt8], options: Engine.Options
    ) {
        self.index = index
        self.name = name
        self.site = site
        self.disk = disk
        self.clock = clock
        self.secret = secret
        self.options = options
    }

    var isUp: Bool { state == .up }

    /// What the secret file says; read once, since working out public keys takes as long as a handshake.
    func credentials() throws -> Credentials {
        let credentials = try read ?? Credentials(bytes: secret)
        read = credentials
        return credentials
    }

    /// One state of a store, of one process.
    struct Sight: Hashable {
        let boot: Int
        let revision: UInt64
    }

    var sight: Sight? { engine.map { Sight(boot: boot, revision: $0.store.revision) } }

    /// As the engine's thread reads it.
    func instant(at now: Milliseconds) -> Instant {
        steady.read(wall: clock.read(at: now), steady: now)
    }

    /// The same without moving it on.
    func ownTime(at now: Milliseconds) -> Milliseconds {
        var copy = steady
        return copy.read(wall: clock.read(at: now), steady: now).milliseconds
    }

    /// Opens the directory as the daemon does.
    func open(at now: Milliseconds, person: String, random: SeededRandom) throws {
        steady = SteadyClock()
        SimulatedDisk.milliseconds = clock.read(at: now).milliseconds
        let engine = try Engine(
            store: Store(path: disk.databasePath), credentials: credentials(),
            random: random, person: person, options: options, mark: mark,
            checks: checksAtStart)
        checksAtStart = false
        boot += 1
        self.engine = engine
        state = .up
    }

    /// The process is gone: nothing of its memory is left.
    func forget() {
        engine = nil
        inbox = []
        isBatchDue = false
        diesUntold = false
        accepted = [:]
        book = nil
        links = [:]
    }
}
