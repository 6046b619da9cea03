import SimulatedDisk
import Testing

@testable import Simulator
@testable import Store

/// Faults of the product that simulations found, each as small as it became.
@Suite(.serialized, .oneAtATime) struct FoundTests {
    /// The file's first transaction has a rollback journal. Where its deletion was not durable, a
    /// power cut hours later brought it back, and SQLite rolled the whole book back to nothing.
    @Test func aJournalDoesNotComeBackAfterAPowerCut() throws {
        try SimulatedDisk.install()
        SimulatedDisk.beginRun(seed: 1)
        let disk = try SimulatedDisk("found")
        var store: Store? = try Store(path: disk.databasePath)
        try store?.transact { try store?.set("kept", "yes") }
        disk.cutPower()
        store = nil
        try disk.powerOn(losing: .dropAll, seed: 1)
        #expect(try Store(path: disk.databasePath).setting("kept") == "yes")
    }

    /// The log was moved into the database and its file stayed as long as it was, so that from the
    /// first time on every batch was followed by a checkpoint.
    @Test func aCheckpointMakesTheLogShort() throws {
        try SimulatedDisk.install()
        SimulatedDisk.beginRun(seed: 1)
        let disk = try SimulatedDisk("found")
        let store = try Store(path: disk.databasePath)
        for number in 0..<200 { try store.transact { try store.set("n\(number)", "v") } }
        #expect(disk.size(of: "book.db-wal") ?? 0 > 100_000)
        try store.checkpoint()
        #expect(disk.size(of: "book.db-wal") == 0)
        #expect(try store.setting("n199") == "v")
    }

    /// A node that keeps `money/HZ` for others and cannot read it saw half of every transfer's value.
    @Test func aRelayDoesNotTellOfHalfDocuments() throws {
        var plan = Plan(
            seed: 5, lane: .fast,
            sites: [Site("HZ"), Site("GZ", readsAll: false, relays: true), Site("SH")],
            duration: 300_000)
        plan.acts = [
            Act(at: 1_000, site: 2, kind: .ship, draw: 1),
            Act(at: 2_000, site: 2, kind: .ship, draw: 2),
            Act(at: 60_000, site: 0, kind: .arrive, draw: 3),
            Act(at: 61_000, site: 1, kind: .arrive, draw: 4),
        ]
        try Simulation(plan).run()
    }

    /// With the wall clock set back, whoever waited for a peer waited until it was there again.
    @Test func aWaitEndsAlthoughTheClockIsSetBack() throws {
        var plan = Plan(
            seed: 6, lane: .fast, sites: [Site("HZ"), Site("GZ")], duration: 120_000)
        plan.faults = [
            Fault(at: 500, kind: .isolate(0, lasts: 110_000, .reset)),
            Fault(at: 2_000, kind: .clockStep(0, -600_000)),
        ]
        plan.acts = [Act(at: 1_900, site: 0, kind: .sellAndWait, draw: 2)]
        try Simulation(plan).run()
    }
}
