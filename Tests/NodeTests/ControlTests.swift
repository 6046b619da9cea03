import Books
import Engine
import Foundation
import NIOCore
import Testing

@testable import Node

/// The control socket, and settings.
@Suite struct ControlTests {
    private func unix(_ path: String) -> TestSocket? {
        #if os(Linux)
            let socket = TestSocket(socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0))
        #else
            let socket = TestSocket(socket(AF_UNIX, SOCK_STREAM, 0))
        #endif
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { bytes in
            for (place, byte) in path.utf8.enumerated() { bytes[place] = byte }
        }
        let done = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(socket.descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        return done == 0 ? socket : nil
    }

    @Test func aCommandAsksTheRunningNode() throws {
        let host = try TestHost.founder()
        try host.start()
        let server = try ControlServer(try #require(host.runtime), logger: TestHost.logger)
        defer { server.stop() }
        let access = try NodeAccess(
            host.directory, try TestHost.settings(), logger: TestHost.logger)
        #expect(access.isDaemon)
        let answer = access.ask(
            .perform(
                .addItems([ItemChange(code: "A", name: "A")]), wait: 0, waitMilliseconds: 0))
        guard case .outcome = answer else {
            Issue.record("\(answer)")
            return
        }
        #expect(try host.report(.items(search: nil, after: nil, limit: 9)).rows.count == 1)
    }

    @Test(arguments: [
        [UInt8](repeating: 0, count: 64), [UInt8](repeating: 0xff, count: 64),
        [0, 0, 0, 12, 0, 0, 0, 0, 0, 0, 0, 1] + [UInt8]("{{{{".utf8),
        [0, 0, 0, 7] + [UInt8](repeating: 1, count: 7),
    ])
    func nonsenseAtTheControlSocketIsAnsweredOrClosedOn(bytes: [UInt8]) throws {
        let host = try TestHost.founder()
        try host.start()
        let server = try ControlServer(try #require(host.runtime), logger: TestHost.logger)
        defer { server.stop() }
        let socket = try #require(unix(host.directory.socket))
        socket.send(bytes)
        let answer = socket.receive()
        // Closed on, or told what was wrong with it.
        #expect(answer.isEmpty || String(decoding: answer, as: UTF8.self).contains("refused"))
        let access = try NodeAccess(
            host.directory, try TestHost.settings(), logger: TestHost.logger)
        guard case .report = access.ask(.query(.status)) else {
            Issue.record("the node does not answer any more")
            return
        }
    }

    @Test func aFrameInPiecesIsOneFrame() throws {
        let frame = try ControlFrame.encode(Request.query(.status), id: 7).buffer
        let bytes = Array(frame.readableBytesView)
        var buffer = ByteBuffer()
        for (place, byte) in bytes.enumerated() {
            buffer.writeInteger(byte)
            let taken = try ControlFrame.take(from: &buffer)
            #expect((taken != nil) == (place == bytes.count - 1))
            if let taken { #expect(taken.id == 7) }
        }
    }

    @Test func settingsTellWhereTheyCameFrom() throws {
        let settings = try Settings(
            flags: [.listen: "127.0.0.1:1"],
            environment: ["BRANCHBOOK_LISTEN": "127.0.0.1:2", "BRANCHBOOK_PERSON": "Env"],
            file: "person = File\nutc-offset = 480 # China\n")
        let found = settings.report.rows.map { row in row.prefix(3).map(\.plain) }
        #expect(found.contains(["listen", "127.0.0.1:1", "flag"]))
        #expect(found.contains(["person", "Env", "environment"]))
        #expect(found.contains(["utc-offset", "480", "file"]))
        #expect(found.contains(["log-level", "info", "default"]))
    }

    @Test(arguments: ["nonsense", "listne = 1", "= 1", "listen"])
    func aBadLineOfTheFileIsNamed(line: String) {
        let refused = refusal {
            _ = try Settings(flags: [:], environment: [:], file: "# head\n\(line)\n")
        }
        #expect(refused?.code == .badOption)
        #expect(refused?.what.contains("line 2") == true)
    }

    @Test(arguments: [
        (Settings.Key.utcOffset, "900"), (.utcOffset, "x"), (.relay, "trade/"),
        (.peers, "host"), (.advertise, "host:0x"),
    ])
    func aBadValueIsNamed(key: Settings.Key, value: String) throws {
        let settings = try Settings(flags: [key: value], environment: [:], file: nil)
        let refused = refusal {
            _ = try settings.options()
            _ = try settings.utcOffsetMinutes()
        }
        #expect(refused?.code == .badOption)
        #expect(refused?.what.contains(key.rawValue) == true)
    }
}
