import Books
import Engine
import Foundation
import Testing

@testable import Node

/// What a node finds in its directory, and says about it.
@Suite struct DirectoryTests {
    private func code(_ host: TestHost) -> Refusal? {
        defer { host.stop() }
        return refusal { try host.start() }
    }

    @Test func theLockNamesItsHolder() throws {
        let host = try TestHost.founder()
        try host.start()
        let second = refusal {
            _ = try NodeRuntime(
                host.directory, try TestHost.settings(), holder: "second",
                logger: TestHost.logger)
        }
        #expect(second?.code == .locked)
        #expect(second?.what.contains("test host, process \(getpid())") == true)
        host.stop()
        #expect(code(host) == nil)
    }

    @Test func aNewerFileIsRefusedAndLeftAsItIs() throws {
        let host = try TestHost.founder()
        // The version stands at byte 60 of a SQLite file.
        let file = try FileHandle(
            forUpdating: URL(fileURLWithPath: host.directory.database))
        try file.seek(toOffset: 60)
        try file.write(contentsOf: Data([0, 0, 0, 99]))
        try file.close()
        let before = try Data(contentsOf: URL(fileURLWithPath: host.directory.database))
        let refused = code(host)
        #expect(refused?.code == .newerBook)
        #expect(refused?.what.contains("99") == true)
        #expect(try Data(contentsOf: URL(fileURLWithPath: host.directory.database)) == before)
    }

    @Test func keysThatOthersCanReadAreRefused() throws {
        let host = try TestHost.founder()
        chmod(host.directory.secret, 0o640)
        #expect(code(host)?.code == .secretExposed)
        chmod(host.directory.secret, 0o600)
        #expect(code(host) == nil)
    }

    @Test func aBookWithoutItsKeysIsRefused() throws {
        let host = try TestHost.founder()
        unlink(host.directory.secret)
        #expect(code(host)?.code == .damaged)
        #expect(!FileManager.default.fileExists(atPath: host.directory.secret))
    }

    @Test(arguments: [0, 1, 40, 4_000])
    func damagedKeysAreRefused(bytes: Int) throws {
        let host = try TestHost.founder()
        try Data(repeating: 0x5a, count: bytes).write(
            to: URL(fileURLWithPath: host.directory.secret))
        chmod(host.directory.secret, 0o600)
        #expect(code(host)?.code == .damaged)
    }

    @Test func aFileThatIsNoDatabaseIsRefused() throws {
        let host = try TestHost.founder()
        try Data("not a database, whatever its name says".utf8).write(
            to: URL(fileURLWithPath: host.directory.database))
        for end in ["-wal", "-shm"] { unlink(host.directory.database + end) }
        #expect(code(host)?.code == .damaged)
    }

    @Test func aPlaceThatCannotBeWrittenIsRefused() throws {
        let refused = refusal {
            _ = try NodeRuntime(
                DataDirectory("/proc/branchbook"), try TestHost.settings(), holder: "x",
                logger: TestHost.logger)
        }
        #expect(refused?.code == .readOnly)
        #expect(refused?.next.isEmpty == false)
    }

    @Test func whatIsMadeIsForTheOwnerAlone() throws {
        let host = try TestHost.founder()
        try host.start()
        let server = try ControlServer(try #require(host.runtime), logger: TestHost.logger)
        defer { server.stop() }
        func mode(_ path: String) -> UInt32 {
            var status = stat()
            return stat(path, &status) == 0 ? UInt32(status.st_mode & 0o777) : 0
        }
        #expect(mode(host.directory.path) == 0o700)
        #expect(mode(host.directory.secret) == 0o600)
        #expect(mode(host.directory.database) == 0o600)
        #expect(mode(host.directory.socket) == 0o660)
    }

    @Test func documentsAreThereAfterARestart() throws {
        let host = try TestHost.founder()
        try host.start()
        try host.perform(
            .addItems([ItemChange(code: "茶", name: "龙井 🍵 \u{202e}abc", price: "9.00")]))
        let sale = try host.perform(
            .sell(Details(), [Line(item: "茶", quantity: "1")], tender: "cash"))
        let digests = try host.report(.digests)
        host.stop()
        try host.start()
        #expect(try host.report(.digests) == digests)
        #expect(try !host.report(.document(number: sale.subject)).rows.isEmpty)
        let next = try host.perform(
            .sell(Details(), [Line(item: "茶", quantity: "1")], tender: "cash"))
        #expect(next.subject.hasSuffix("000002"))
    }
}
