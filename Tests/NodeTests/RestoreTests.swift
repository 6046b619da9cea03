import Books
import Engine
import Foundation
import Testing

@testable import Node

/// What stands beside the database: the mark, and the flag that storage failed.
@Suite struct RestoreTests {
    private func trading() throws -> TestHost {
        let host = try TestHost.founder()
        try host.start()
        try host.perform(.addItems([ItemChange(code: "TEA", name: "Tea", price: "9.00")]))
        return host
    }

    private func sell(_ host: TestHost) throws {
        try host.perform(.sell(Details(), [Line(item: "TEA", quantity: "1")], tender: "cash"))
    }

    private func countsAreNeeded(_ host: TestHost) throws -> Bool {
        try host.report(.exceptions).rows.contains { $0[0] == .text("count needed") }
    }

    /// A database that is put back alone is found out by the mark, with nobody there to tell.
    @Test func aDatabaseThatIsPutBackBeginsAnew() throws {
        let host = try trading()
        host.stop()
        let backup = try Data(contentsOf: URL(fileURLWithPath: host.directory.database))
        try host.start()
        try sell(host)
        #expect(try !countsAreNeeded(host))
        host.stop()
        #expect(MarkFile.load(host.directory) != nil)
        for end in ["-wal", "-shm"] { unlink(host.directory.database + end) }
        try backup.write(to: URL(fileURLWithPath: host.directory.database))
        try host.start()
        try sell(host)
        #expect(try countsAreNeeded(host))
    }

    @Test(arguments: [0, 3, 200, 5_000])
    func aMarkThatIsNotWholeStopsNobody(bytes: Int) throws {
        let host = try trading()
        try sell(host)
        host.stop()
        try Data(repeating: 0x5a, count: bytes).write(
            to: URL(fileURLWithPath: host.directory.mark))
        #expect(MarkFile.load(host.directory) == nil)
        try host.start()
        try sell(host)
        #expect(try !countsAreNeeded(host))
        host.stop()
        #expect(MarkFile.load(host.directory) != nil)
    }

    @Test func theFlagIsLoweredOnceTheFileWasLookedAt() throws {
        let host = try trading()
        host.stop()
        CheckFlag.raise(in: host.directory)
        try host.start()
        #expect(!CheckFlag.isRaised(in: host.directory))
        try sell(host)
        host.stop()
        // A page of the file is lost: the flag stays until it is mended.
        CheckFlag.raise(in: host.directory)
        let file = try FileHandle(forUpdating: URL(fileURLWithPath: host.directory.database))
        try file.seek(toOffset: 4_096 * 3)
        try file.write(contentsOf: Data(repeating: 0xff, count: 4_096 * 8))
        try file.close()
        #expect(refusal { try host.start() }?.code == .damaged)
        #expect(CheckFlag.isRaised(in: host.directory))
    }
}
