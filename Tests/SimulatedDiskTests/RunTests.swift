import Foundation
import GRDB
import SimulatedDisk
import Sodium
import Testing

@testable import Store

/// A run decides SQLite's randomness for the whole process, so each test has a process of its own.
@Suite struct RunTests {
    /// What one seed makes of a disk: every byte of its files, salts of the WAL included.
    private static func run(seed: UInt64) throws -> [[UInt8]] {
        SimulatedDisk.beginRun(seed: seed)
        SimulatedDisk.milliseconds = 1_795_000_000_000
        let disk = try SimulatedDisk("run")
        var store = try Store(path: disk.databasePath)
        for number in 0..<20 {
            disk.cutPower(atCall: disk.calls + 40 + UInt64(number))
            do {
                for _ in 0..<3 {
                    try store.transact {
                        try store.access { db in
                            try db.execute(
                                sql: """
                                    INSERT OR REPLACE INTO setting
                                    VALUES (hex(randomblob(8)), datetime('now'))
                                    """)
                        }
                    }
                }
            } catch {}
            try disk.powerOn(losing: .reordered, seed: seed + UInt64(number))
            store = try Store(path: disk.databasePath)
        }
        return disk.files.map(\.bytes)
    }

    @Test func theSameSeedMakesTheSameBytes() async {
        await #expect(processExitsWith: .success) {
            try SimulatedDisk.install()
            let first = try Self.run(seed: 5)
            guard try first == Self.run(seed: 5) else { exit(1) }
            guard try first != Self.run(seed: 6) else { exit(2) }
            guard first.count == 2, first.allSatisfy({ !$0.isEmpty }) else { exit(3) }
        }
    }

    @Test func timeIsTheRunsAndDisksAreForgotten() async {
        await #expect(processExitsWith: .success) {
            let disk = try SimulatedDisk("forgotten")
            let store = try Store(path: disk.databasePath)
            SimulatedDisk.beginRun(seed: 1)
            SimulatedDisk.milliseconds = 86_400_000
            do {
                try store.set("a", "b")
                exit(1)
            } catch {}
            guard disk.isPoweredOff else { exit(2) }
            let next = try SimulatedDisk("next")
            let day = try Store(path: next.databasePath).access {
                try String.fetchOne($0, sql: "SELECT date('now')")
            }
            guard day == "1970-01-02" else { exit(3) }
        }
    }

    @Test func otherPathsAreRefusedOnlyWhenAsked() async {
        await #expect(processExitsWith: .success) {
            try SimulatedDisk.install()
            let path = FileManager.default.temporaryDirectory.appending(
                path: "branchbook-disk-\(UUID().uuidString).db"
            ).path
            _ = try DatabaseQueue(path: path)
            try FileManager.default.removeItem(atPath: path)
            SimulatedDisk.refuseOtherPaths(true)
            do {
                _ = try DatabaseQueue(path: path)
                exit(1)
            } catch {}
        }
    }
}
