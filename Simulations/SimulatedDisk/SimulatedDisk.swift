internal import CSimulatedDisk

/// One machine's disk, in memory, behind SQLite: what was written and what would survive a power cut
/// are kept apart, and calls fail when asked to. `Store(path: disk.databasePath)` runs on it with the
/// product's own pragmas.
///
/// SQLite's default VFS is one per process, so `install` changes it for all, and passes on every path
/// that is not on a simulated disk. Use one disk from one thread at a time.
package final class SimulatedDisk {
    package let name: String
    let disk: OpaquePointer

    /// SQLite takes no locks: for a program that uses it from one thread alone, before it does.
    package static func useOneThread() throws {
        let code = sim_one_thread()
        guard code == 0 else { throw SimulatedDiskError.install(code: code) }
    }

    /// Puts the VFS in place; does nothing the second time. Not undone in a process's life.
    package static func install() throws {
        let code = sim_install()
        guard code == 0 else { throw SimulatedDiskError.install(code: code) }
    }

    /// Begins a simulation: SQLite's randomness follows from `seed` and its time from `milliseconds`
    /// for the whole process, and every disk is forgotten. One simulation at a time in a process.
    package static func beginRun(seed: UInt64) { sim_begin(seed) }

    /// SQLite's randomness and time are the system's again.
    package static func endRun() { sim_end() }

    /// The virtual clock, since 1970: what SQLite takes for the time during a run.
    package static var milliseconds: Int64 {
        get { sim_clock() }
        set { sim_set_clock(newValue) }
    }

    /// Refuses files that are not on a simulated disk instead of passing them on.
    package static func refuseOtherPaths(_ refuses: Bool) { sim_refuse_other_paths(refuses) }

    /// An empty disk. A former one of this name is forgotten and its handles fail. It lasts as long as
    /// this object.
    ///
    /// - Parameter name: 1 to 63 bytes without a slash.
    package init(_ name: String) throws {
        try Self.install()
        guard let disk = sim_create(name) else { throw SimulatedDiskError.name(name) }
        self.disk = disk
        self.name = name
    }

    deinit { sim_release(disk) }

    package var databasePath: String { path("book.db") }

    package func path(_ file: String) -> String { "/simulated/\(name)/\(file)" }

    /// A disk with the same content, unsynced operations included.
    package func clone(to name: String) throws -> SimulatedDisk {
        let clone = try SimulatedDisk(name)
        try clone.restore(snapshot())
        return clone
    }

    // MARK: Power

    /// Calls that touched this disk: open, read, write, truncate, sync, delete. Never goes back.
    package var calls: UInt64 { sim_calls(disk) }

    package var isPoweredOff: Bool { sim_is_off(disk) }

    /// Handles are dead from here on; files cannot be opened until `powerOn`.
    package func cutPower() { sim_cut_power(disk) }

    /// Cuts the power within the first call whose number is at least `call`. What that call writes is
    /// among the unsynced operations.
    package func cutPower(atCall call: UInt64) { sim_cut_power_at(disk, call) }

    /// What becomes of operations that no sync made durable.
    package enum Loss: Hashable, Sendable, CaseIterable {
        case dropAll
        case keepAll
        /// All up to one of them, which is cut at a sector border or within a sector.
        case torn
        /// Each sector of 512 bytes is as of a moment of its own since its last sync.
        case reordered
    }

    /// Decides what survived, and turns the power on. Cuts it first where it is on. The same disk,
    /// loss and seed have the same result.
    package func powerOn(losing loss: Loss, seed: UInt64) throws {
        let kind =
            switch loss {
            case .dropAll: SIM_DROP_ALL
            case .keepAll: SIM_KEEP_ALL
            case .torn: SIM_TORN
            case .reordered: SIM_REORDERED
            }
        guard sim_power_on(disk, kind, seed) else { throw SimulatedDiskError.gone(name) }
    }

    // MARK: Failures

    package enum Failure: Hashable, Sendable, CaseIterable {
        /// EIO on any call. A sync that fails so leaves some sectors durable; the rest counts as
        /// clean and a later sync succeeds without it, as on Linux.
        case io
        /// The same on syncs alone.
        case sync
        /// EIO on reads alone.
        case read
        /// ENOSPC on writes.
        case full
        /// Some bytes of a write arrive, then ENOSPC.
        case shortWrite

        var kind: sim_failure {
            switch self {
            case .io: SIM_FAIL_IO
            case .sync: SIM_FAIL_SYNC
            case .read: SIM_FAIL_READ
            case .full: SIM_FAIL_FULL
            case .shortWrite: SIM_FAIL_SHORT_WRITE
            }
        }
    }

    /// Fails the first call that the failure applies to and whose number is at least `call`, or all
    /// of them from there on. Takes the place of what was asked for before.
    package func fail(atCall call: UInt64, with failure: Failure, forGood: Bool = false) {
        sim_fail_at(disk, call, failure.kind, forGood)
    }

    /// The last call that failed since `fail` was called; nil where none did.
    package var failedAt: UInt64? {
        let call = sim_failed_at(disk)
        return call == 0 ? nil : call
    }

    /// Nothing that was planned happens any more: no failure, no power cut.
    package func heal() { sim_heal(disk) }

    /// Syncs report success and make nothing durable.
    package var liesAboutSync: Bool {
        get { sim_lies(disk) }
        set { sim_set_lies(disk, newValue) }
    }

    /// Decides how far short writes and failed syncs get.
    package func seed(_ seed: UInt64) { sim_set_seed(disk, seed) }

    /// Inverts one bit of a file, in what programs see and in what is durable.
    package func flip(file: String, offset: UInt64, bit: UInt32) throws {
        guard sim_flip(disk, file, offset, bit) else { throw SimulatedDiskError.file(file) }
    }

    // MARK: Counts

    /// What really happened on this disk.
    package struct Counts: Equatable, Sendable {
        package var opens: UInt64 = 0
        package var reads: UInt64 = 0
        package var writes: UInt64 = 0
        package var truncates: UInt64 = 0
        package var syncs: UInt64 = 0
        package var deletes: UInt64 = 0
        package var failures: [Failure: UInt64] = [:]
        package var powerCuts: UInt64 = 0
        /// Power cuts that came while something was unsynced, and were not told to keep it.
        package var losses: UInt64 = 0
        /// Syncs of something unsynced that did nothing.
        package var lies: UInt64 = 0
        package var flips: UInt64 = 0
    }

    package var counts: Counts {
        let counts = sim_counts_of(disk)
        let (opens, reads, writes, truncates, syncs, deletes) = counts.calls
        let failed = counts.failed
        return Counts(
            opens: opens, reads: reads, writes: writes, truncates: truncates, syncs: syncs,
            deletes: deletes,
            failures: [
                .io: failed.0, .sync: failed.1, .read: failed.2, .full: failed.3,
                .shortWrite: failed.4,
            ],
            powerCuts: counts.power_cuts, losses: counts.losses, lies: counts.lies,
            flips: counts.bits_flipped)
    }
}

package enum SimulatedDiskError: Error, Equatable {
    case install(code: Int32)
    /// Too long, empty or with a slash; or there are too many disks.
    case name(String)
    /// Another disk took this one's name, or a run began after it was made; or memory ran out.
    case gone(String)
    /// No such file or offset, or no room for it.
    case file(String)
}
