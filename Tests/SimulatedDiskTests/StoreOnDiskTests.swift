import GRDB
import SimulatedDisk
import Sodium
import Testing

import struct Foundation.Data

@testable import Store

/// SQLite with the product's pragmas on a simulated disk: a table of keys and values beside a plain
/// dictionary.
@Suite struct StoreOnDiskTests {
    /// A store with an empty table `kv`, as it is on a disk where all is durable.
    private static func prepare(_ name: String) throws -> (SimulatedDisk, SimulatedDisk.Snapshot) {
        let disk = try SimulatedDisk(name)
        let store = try Store(path: disk.databasePath)
        try store.access { db in
            try db.execute(sql: "CREATE TABLE kv (key INTEGER PRIMARY KEY, value BLOB) STRICT")
        }
        try store.close()
        try disk.powerOn(losing: .keepAll, seed: 0)
        return (disk, try disk.snapshot())
    }

    private static func content(_ store: Store) throws -> [Int: [UInt8]] {
        try store.access { db in
            var found: [Int: [UInt8]] = [:]
            for row in try Row.fetchAll(db, sql: "SELECT key, value FROM kv") {
                found[row[0] as Int] = Array(row[1] as Data)
            }
            return found
        }
    }

    private static func apply(_ changes: [(Int, [UInt8]?)], to store: Store) throws {
        try store.transact {
            try store.access { db in
                for (key, value) in changes {
                    if let value {
                        try db.execute(
                            sql: "INSERT OR REPLACE INTO kv VALUES (?, ?)",
                            arguments: [key, Data(value)])
                    } else {
                        try db.execute(sql: "DELETE FROM kv WHERE key = ?", arguments: [key])
                    }
                }
            }
        }
    }

    private static func changes(_ random: inout SeededRandom) -> [(Int, [UInt8]?)] {
        (0..<Int.random(in: 1...4, using: &random)).map { _ in
            let key = Int.random(in: 0..<50, using: &random)
            let count = Int.random(in: 0..<3_000, using: &random)
            return (key, Int.random(in: 0..<4, using: &random) == 0 ? nil : random.bytes(count))
        }
    }

    private static func result(
        of changes: [(Int, [UInt8]?)], in model: [Int: [UInt8]]
    ) -> [Int: [UInt8]] {
        var model = model
        for (key, value) in changes { model[key] = value }
        return model
    }

    private static func pragma(_ sql: String, of store: Store) throws -> String {
        try store.access { try String.fetchOne($0, sql: "PRAGMA \(sql)") ?? "" }
    }

    @Test func theProductsPragmasWork() throws {
        let disk = try SimulatedDisk("pragmas")
        let store = try Store(path: disk.databasePath)
        #expect(try Self.pragma("journal_mode", of: store) == "wal")
        #expect(try Self.pragma("synchronous", of: store) == "2")
        #expect(disk.counts.syncs > 0)
        #expect(disk.size(of: "book.db-wal").map { $0 > 0 } == true)
        #expect(disk.unsyncedOperations(of: "book.db-wal") == 0)
        try store.close()
        #expect(disk.fileNames == ["book.db"])
    }

    @Test(arguments: 1...6 as ClosedRange<UInt64>)
    func aTableIsWhatADictionaryIs(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let (disk, _) = try Self.prepare("dictionary-\(seed)")
        var store = try Store(path: disk.databasePath)
        var model: [Int: [UInt8]] = [:]
        for step in 0..<120 {
            let changes = Self.changes(&random)
            try Self.apply(changes, to: store)
            model = Self.result(of: changes, in: model)
            switch Int.random(in: 0..<8, using: &random) {
            case 0: try store.checkpoint()
            case 1:
                try store.close()
                store = try Store(path: disk.databasePath)
            case 2:
                let loss = SimulatedDisk.Loss.allCases.randomElement(using: &random) ?? .dropAll
                try disk.powerOn(losing: loss, seed: seed + UInt64(step))
                store = try Store(path: disk.databasePath)
            default: break
            }
            #expect(try Self.content(store) == model, "seed \(seed), step \(step)")
        }
        #expect(try Self.pragma("integrity_check", of: store) == "ok")
    }

    /// One cut at every call of a run of transactions and a checkpoint: what was committed is there,
    /// and of the transaction that was cut all or nothing.
    @Test(arguments: SimulatedDisk.Loss.allCases)
    func aCutAtAnyCallLosesNoCommit(loss: SimulatedDisk.Loss) throws {
        let (disk, empty) = try Self.prepare("cuts-\(loss)")
        var call: UInt64 = 1
        var (undone, wasReached) = (0, true)
        while wasReached {
            try disk.restore(empty)
            var random = SeededRandom(seed: 11)
            let start = disk.calls
            disk.cutPower(atCall: start + call)
            var (model, next) = ([:] as [Int: [UInt8]], [:] as [Int: [UInt8]])
            do {
                let store = try Store(path: disk.databasePath)
                for step in 0..<6 {
                    let changes = Self.changes(&random)
                    next = Self.result(of: changes, in: model)
                    try Self.apply(changes, to: store)
                    model = next
                    if step == 3 { try store.checkpoint() }
                }
            } catch {
                #expect(disk.isPoweredOff, "\(error)")
            }
            wasReached = disk.isPoweredOff
            try disk.powerOn(losing: loss, seed: call)
            let found = try Self.content(Store(path: disk.databasePath))
            #expect(found == model || found == next, "call \(call)")
            if found != next { undone += 1 }
            call += 1
        }
        #expect(call > 50)
        #expect(undone > 0)
    }

    /// The checker can fail: where syncs lie, or are not asked for, commits are lost.
    @Test(arguments: ["lies", "normal"])
    func withoutSyncsCommitsAreLost(how: String) throws {
        let (disk, _) = try Self.prepare("lost-\(how)")
        let store = try Store(path: disk.databasePath)
        try Self.apply([(1, [1])], to: store)
        if how == "lies" {
            disk.liesAboutSync = true
        } else {
            try store.access { try $0.execute(sql: "PRAGMA synchronous = NORMAL") }
        }
        try Self.apply([(2, [2])], to: store)
        #expect(try Self.content(store) == [1: [1], 2: [2]])
        try disk.powerOn(losing: .dropAll, seed: 0)
        #expect(try Self.content(Store(path: disk.databasePath)) == [1: [1]])
        #expect((disk.counts.lies > 0) == (how == "lies"))
        #expect(disk.counts.losses == 1)
    }

    @Test func aFailedSyncIsAnErrorAndTheCommitIsNotSeen() throws {
        let (disk, _) = try Self.prepare("failed-sync")
        let store = try Store(path: disk.databasePath)
        try Self.apply([(1, [1])], to: store)
        disk.fail(atCall: 1, with: .sync)
        #expect(throws: StoreError.sqlite(code: 10, message: "disk I/O error")) {
            try Self.apply([(2, [2])], to: store)
        }
        #expect(try Self.content(store) == [1: [1]])
    }

    /// The log that a failed sync left in the page cache alone is made durable before anything is
    /// written behind it.
    @Test(arguments: 1...20 as ClosedRange<UInt64>)
    func whatARestartFindsAfterAFailedSyncIsMadeDurable(seed: UInt64) throws {
        let (disk, _) = try Self.prepare("restart-\(seed)")
        disk.seed(seed)
        let store = try Store(path: disk.databasePath)
        try Self.apply([(1, [1])], to: store)
        disk.fail(atCall: 1, with: .sync)
        #expect(throws: StoreError.self) { try Self.apply([(2, [2])], to: store) }
        // The process is killed: its handles die, the page cache stays.
        try disk.restore(disk.snapshot())
        let restarted = try Store(path: disk.databasePath)
        let found = try Self.content(restarted)
        #expect(found == [1: [1]] || found == [1: [1], 2: [2]])
        try Self.apply([(3, [3])], to: restarted)
        try disk.powerOn(losing: .dropAll, seed: 0)
        let expected = Self.result(of: [(3, [3])], in: found)
        #expect(try Self.content(Store(path: disk.databasePath)) == expected)
    }

    @Test func aCloneGoesItsOwnWay() throws {
        let (disk, _) = try Self.prepare("original")
        let store = try Store(path: disk.databasePath)
        try Self.apply([(1, [1])], to: store)
        let clone = try disk.clone(to: "clone")
        let other = try Store(path: clone.databasePath)
        try Self.apply([(2, [2])], to: store)
        try Self.apply([(3, [3])], to: other)
        #expect(try Self.content(store) == [1: [1], 2: [2]])
        #expect(try Self.content(other) == [1: [1], 3: [3]])
    }

    @Test func anOlderSnapshotIsAnOlderBook() throws {
        let (disk, empty) = try Self.prepare("restored")
        let store = try Store(path: disk.databasePath)
        try Self.apply([(1, [1])], to: store)
        try disk.restore(empty)
        #expect(throws: StoreError.self) { try Self.apply([(2, [2])], to: store) }
        #expect(try Self.content(Store(path: disk.databasePath)) == [:])
    }

    @Test func twoConnectionsWaitForEachOther() throws {
        let (disk, _) = try Self.prepare("two")
        let a = try Store(path: disk.databasePath)
        let b = try Store(path: disk.databasePath)
        try Self.apply([(1, [1])], to: a)
        #expect(try Self.content(b) == [1: [1]])
        try a.transact { () throws in
            // The transaction begins with its first question.
            #expect(try Self.content(a) == [1: [1]])
            #expect(throws: StoreError.sqlite(code: 5, message: "database is locked")) {
                try Self.apply([(2, [2])], to: b)
            }
            #expect(try Self.content(b) == [1: [1]])
        }
        try Self.apply([(3, [3])], to: b)
        #expect(try Self.content(a) == [1: [1], 3: [3]])
        try a.close()
        #expect(try Self.content(b) == [1: [1], 3: [3]])
    }
}
