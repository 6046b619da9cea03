import GRDBSQLite
import SimulatedDisk
import Sodium
import Testing

/// One file, driven through the VFS's own methods.
@Suite struct FileTests {
    /// What a file should be, kept the simplest way there is.
    private struct Model {
        var seen: [UInt8] = []
        var durable: [UInt8] = []

        mutating func write(_ bytes: [UInt8], at offset: Int) {
            if seen.count < offset + bytes.count {
                seen += [UInt8](repeating: 0, count: offset + bytes.count - seen.count)
            }
            seen.replaceSubrange(offset..<offset + bytes.count, with: bytes)
        }

        mutating func truncate(_ size: Int) {
            if size < seen.count {
                seen.removeLast(seen.count - size)
            } else {
                seen += [UInt8](repeating: 0, count: size - seen.count)
            }
        }
    }

    @Test(arguments: 1...20 as ClosedRange<UInt64>)
    func aFileIsWhatAPlainArrayIs(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        func below(_ count: Int) -> Int { Int.random(in: 0..<count, using: &random) }
        let disk = try SimulatedDisk("model-\(seed)")
        var file = try RawFile(disk, "f")
        #expect(file.sync() == SQLITE_OK)
        var model = Model()
        for step in 0..<2_000 {
            switch below(20) {
            case 0..<11:
                let sizes = [24, 512, 4_096, below(9_000) + 1]
                let bytes = random.bytes(sizes[below(4)])
                let offset = below(2) == 0 ? below(40_000) : below(10) * 4_096
                #expect(file.write(bytes, at: Int64(offset)) == SQLITE_OK)
                model.write(bytes, at: offset)
            case 11:
                let size = below(50_000)
                #expect(file.truncate(Int64(size)) == SQLITE_OK)
                model.truncate(size)
            case 12, 13:
                #expect(file.sync() == SQLITE_OK)
                model.durable = model.seen
            case 14:
                disk.cutPower()
                #expect(file.write([1], at: 0) == IOError.write)
                let keeps = below(2) == 0
                try disk.powerOn(losing: keeps ? .keepAll : .dropAll, seed: seed)
                #expect(file.read(1, at: 0).code == IOError.read)
                if keeps { model.durable = model.seen } else { model.seen = model.durable }
                file = try RawFile(disk, "f", creates: false)
            default:
                let (offset, count) = (below(50_000), below(5_000) + 1)
                let found = file.read(count, at: Int64(offset))
                let there = max(0, min(count, model.seen.count - offset))
                let expected =
                    Array(model.seen.dropFirst(offset).prefix(there))
                    + [UInt8](repeating: 0, count: count - there)
                #expect(found.code == (there == count ? SQLITE_OK : IOError.shortRead))
                #expect(found.bytes == expected, "seed \(seed), step \(step)")
            }
            #expect(disk.size(of: "f") == model.seen.count)
        }
        #expect(disk.file("f") == model.seen)
    }

    /// After `torn` the file is what some prefix of the writes made of it, the last one cut.
    @Test func aTornFileIsAPrefixOfItsWrites() throws {
        var cuts: Set<String> = []
        for seed in 0..<400 as Range<UInt64> {
            let disk = try SimulatedDisk("torn")
            let file = try RawFile(disk, "f")
            _ = file.sync()
            for number in 1...4 as ClosedRange<UInt8> {
                let bytes = [UInt8](repeating: number, count: 2_000)
                #expect(file.write(bytes, at: Int64(number - 1) * 2_000) == SQLITE_OK)
            }
            try disk.powerOn(losing: .torn, seed: seed)
            let bytes = try #require(disk.file("f"))
            let whole = (1...4 as ClosedRange<UInt8>).flatMap {
                [UInt8](repeating: $0, count: 2_000)
            }
            #expect(bytes == Array(whole.prefix(bytes.count)), "seed \(seed)")
            if bytes.count % 2_000 == 0 {
                cuts.insert("between")
            } else {
                cuts.insert(bytes.count % 512 == 0 ? "at a sector" : "within")
            }
        }
        #expect(cuts == ["between", "at a sector", "within"])
    }

    /// After `reordered` every sector holds what it held at some moment, and later ones may be there
    /// without earlier ones.
    @Test func reorderedSectorsAreEachAsAtSomeMoment() throws {
        var outOfOrder = 0
        for seed in 0..<100 as Range<UInt64> {
            let disk = try SimulatedDisk("reordered")
            let file = try RawFile(disk, "f")
            #expect(file.write([UInt8](repeating: 9, count: 8_192), at: 0) == SQLITE_OK)
            #expect(file.sync() == SQLITE_OK)
            for number in 1...2 as ClosedRange<UInt8> {
                #expect(
                    file.write([UInt8](repeating: number, count: 8_192), at: 0) == SQLITE_OK)
            }
            try disk.powerOn(losing: .reordered, seed: seed)
            let bytes = try #require(disk.file("f"))
            #expect(bytes.count == 8_192)
            let sectors = (0..<16).map { Array(bytes[$0 * 512..<($0 + 1) * 512]) }
            for sector in sectors {
                #expect([9, 1, 2].contains(sector[0]))
                #expect(Set(sector).count == 1)
            }
            if zip(sectors, sectors.dropFirst()).contains(where: { $0[0] == 9 && $1[0] != 9 }) {
                outOfOrder += 1
            }
        }
        #expect(outOfOrder > 50)
    }

    @Test func aRetriedSyncSucceedsAndTheWritesAreLost() throws {
        let disk = try SimulatedDisk("retry")
        let file = try RawFile(disk, "f")
        #expect(file.write([UInt8](repeating: 1, count: 64 * 512), at: 0) == SQLITE_OK)
        disk.fail(atCall: disk.calls + 1, with: .io)
        #expect(file.sync() == IOError.sync)
        #expect(disk.failedAt == disk.calls)
        #expect(file.sync() == SQLITE_OK)
        #expect(file.read(64 * 512, at: 0).bytes.allSatisfy { $0 == 1 })
        try disk.powerOn(losing: .keepAll, seed: 0)
        let survived = try #require(disk.file("f"))
        #expect(survived != [UInt8](repeating: 1, count: 64 * 512))
    }

    @Test func failuresFireOnceOrForGood() throws {
        let disk = try SimulatedDisk("failures")
        let file = try RawFile(disk, "f")
        disk.fail(atCall: disk.calls + 2, with: .full)
        #expect(file.write([1, 2, 3], at: 0) == SQLITE_OK)
        #expect(file.sync() == SQLITE_OK)
        #expect(file.write([4], at: 0) == SQLITE_FULL)
        #expect(file.write([4], at: 0) == SQLITE_OK)
        disk.fail(atCall: 1, with: .io, forGood: true)
        #expect(file.write([5], at: 0) == IOError.write)
        #expect(file.truncate(0) == IOError.truncate)
        #expect(file.read(1, at: 0).code == IOError.read)
        #expect(RawFile.delete(disk, "f", syncsDirectory: true) == IOError.delete)
        disk.heal()
        #expect(file.read(3, at: 0).bytes == [4, 2, 3])
        disk.fail(atCall: 1, with: .shortWrite)
        #expect(file.write([UInt8](repeating: 7, count: 1_000), at: 3) == SQLITE_FULL)
        let arrived = try #require(disk.size(of: "f"))
        #expect(arrived < 1_003)
        #expect(disk.counts.failures == [.io: 4, .sync: 0, .read: 0, .full: 1, .shortWrite: 1])
    }

    @Test func namesAreDurableOnceSyncedAndNotBefore() throws {
        let disk = try SimulatedDisk("names")
        let old = try RawFile(disk, "old")
        #expect(old.write([1], at: 0) == SQLITE_OK)
        #expect(old.sync() == SQLITE_OK)
        _ = try RawFile(disk, "new")
        #expect(RawFile.delete(disk, "old", syncsDirectory: false) == SQLITE_OK)
        #expect(disk.fileNames == ["new"])
        try disk.powerOn(losing: .dropAll, seed: 1)
        #expect(disk.fileNames == ["old"])
        #expect(disk.file("old") == [1])
        #expect(RawFile.delete(disk, "old", syncsDirectory: true) == SQLITE_OK)
        #expect(disk.unsyncedOperations(of: "old") == 0)
        try disk.powerOn(losing: .dropAll, seed: 1)
        #expect(disk.fileNames == [])
        #expect(RawFile.delete(disk, "old", syncsDirectory: true) == IOError.deleteOfNothing)
    }

    /// As SQLite's own VFS for Unix does with a journal or log that it created.
    @Test func theFirstSyncOfANewLogSyncsTheDirectory() throws {
        let disk = try SimulatedDisk("directory")
        try disk.write(file: "old", bytes: [1])
        let log = try RawFile(disk, "log")
        #expect(RawFile.delete(disk, "old", syncsDirectory: false) == SQLITE_OK)
        #expect(log.sync() == SQLITE_OK)
        try disk.powerOn(losing: .dropAll, seed: 1)
        #expect(disk.fileNames == ["log"])
    }

    @Test func aNewFileOfAnOldNameReplacesItOnceDurable() throws {
        for (syncs, expected) in [(false, [1]), (true, [2])] as [(Bool, [UInt8])] {
            let disk = try SimulatedDisk("replaced")
            try disk.write(file: "f", bytes: [1])
            #expect(RawFile.delete(disk, "f", syncsDirectory: false) == SQLITE_OK)
            let file = try RawFile(disk, "f")
            #expect(file.write([2], at: 0) == SQLITE_OK)
            if syncs { #expect(file.sync() == SQLITE_OK) }
            try disk.powerOn(losing: .dropAll, seed: 1)
            #expect(disk.fileNames == ["f"])
            #expect(disk.file("f") == expected)
        }
    }

    @Test func aCutAtACallLeavesTheCallUnsynced() throws {
        let disk = try SimulatedDisk("at-call")
        let file = try RawFile(disk, "f")
        #expect(file.sync() == SQLITE_OK)
        disk.cutPower(atCall: disk.calls + 2)
        #expect(file.write([1, 2], at: 0) == SQLITE_OK)
        #expect(file.sync() == IOError.sync)
        #expect(disk.isPoweredOff)
        #expect(throws: RawFile.Failure.self) { _ = try RawFile(disk, "f") }
        let dark = try disk.snapshot()
        try disk.powerOn(losing: .dropAll, seed: 0)
        #expect(disk.file("f") == [])
        try disk.restore(dark)
        try disk.powerOn(losing: .keepAll, seed: 0)
        #expect(disk.file("f") == [1, 2])
    }

    @Test func locksAreSharedAndExclusive() throws {
        let disk = try SimulatedDisk("locks")
        let (a, b) = (try RawFile(disk, "f"), try RawFile(disk, "f"))
        #expect(a.lock(SQLITE_LOCK_SHARED) == SQLITE_OK)
        #expect(b.lock(SQLITE_LOCK_SHARED) == SQLITE_OK)
        #expect(a.lock(SQLITE_LOCK_RESERVED) == SQLITE_OK)
        #expect(b.lock(SQLITE_LOCK_RESERVED) == SQLITE_BUSY)
        #expect(a.lock(SQLITE_LOCK_EXCLUSIVE) == SQLITE_BUSY)
        #expect(b.unlock(SQLITE_LOCK_NONE) == SQLITE_OK)
        #expect(b.lock(SQLITE_LOCK_SHARED) == SQLITE_BUSY)
        #expect(a.lock(SQLITE_LOCK_EXCLUSIVE) == SQLITE_OK)
        #expect(a.unlock(SQLITE_LOCK_NONE) == SQLITE_OK)
        #expect(b.lock(SQLITE_LOCK_SHARED) == SQLITE_OK)
    }

    @Test func snapshotsShareAndStay() throws {
        let disk = try SimulatedDisk("snapshots")
        try disk.write(file: "f", bytes: [1, 2, 3])
        let before = try disk.snapshot()
        #expect(disk.isUnchanged(since: before))
        let file = try RawFile(disk, "f")
        #expect(file.write([9], at: 1) == SQLITE_OK)
        #expect(!disk.isUnchanged(since: before))
        #expect(file.sync() == SQLITE_OK)
        #expect(!disk.isUnchanged(since: before))
        let clone = try disk.clone(to: "snapshots-2")
        try disk.restore(before)
        #expect(file.read(1, at: 0).code == IOError.read)
        #expect(disk.file("f") == [1, 2, 3])
        #expect(disk.isUnchanged(since: before))
        #expect(clone.file("f") == [1, 9, 3])
        try clone.flip(file: "f", offset: 2, bit: 0)
        #expect(clone.file("f") == [1, 9, 2])
        #expect(throws: SimulatedDiskError.file("f")) {
            try clone.flip(file: "f", offset: 3, bit: 0)
        }
        #expect(disk.file("f") == [1, 2, 3])
    }
}
