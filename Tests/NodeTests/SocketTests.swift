import Books
import Engine
import Foundation
import Testing

@testable import Node

/// Nodes over real sockets, with strangers and bad cables.
@Suite(.serialized) struct SocketTests {
    private func pair(_ cable: TestCable) throws -> (hz: TestHost, gz: TestHost) {
        let (hz, gz) = (try TestHost.founder(), TestHost("gz"))
        try hz.start(listens: true, advertise: cable.address)
        cable.lead(to: hz.port)
        try gz.start()
        try gz.join(try hz.invite("GZ", through: cable.address), name: "gz-1")
        return (hz, gz)
    }

    private func trade(_ hz: TestHost, _ gz: TestHost, rounds: Int = 20) throws {
        try hz.perform(
            .addItems([
                ItemChange(code: "SECRET-TEA", name: "Longjing of the secret garden", price: "9.00")
            ]),
            wait: 1)
        for number in 0..<rounds {
            for host in [hz, gz] {
                try host.perform(
                    .sell(
                        Details(party: "Zhang San the customer", memo: "note \(number)"),
                        [Line(item: "SECRET-TEA", quantity: "1")], tender: "cash"),
                    wait: number == rounds - 1 ? 1 : 0)
            }
        }
    }

    @Test func twoNodesHoldOneBookAndTheWireTellsNothing() throws {
        let cable = TestCable()
        let (hz, gz) = try pair(cable)
        try trade(hz, gz)
        #expect(try hz.report(.digests).rows == gz.report(.digests).rows)
        #expect(
            try gz.report(.balance(branch: nil, asAt: nil))
                == hz.report(.balance(branch: nil, asAt: nil)))
        guard case .report(let report) = try gz.ask(.verify) else {
            Issue.record("no report")
            return
        }
        #expect(report.rows.allSatisfy { $0[1] == .text("ok") })
        let heard = Data(cable.heard)
        #expect(heard.count > 5_000)
        for word in ["SECRET-TEA", "Longjing", "secret garden", "Zhang", "stock/HZ", "cash", "Lin"]
        {
            #expect(heard.range(of: Data(word.utf8)) == nil, "\(word) is on the wire")
        }
    }

    /// Bits flip and cables break in the handshake, in the hello, and within runs: the link ends, the
    /// next one goes on, and nothing is lost or doubled.
    @Test(arguments: [
        [TestCable.Harm.none, .flipUp(20)], [.none, .flipDown(60), .flipUp(200)],
        [.none, .flipDown(700)], [.none, .cutDown(1_000), .cutDown(100)], [.dribble, .dribble],
        [.cutDown(400)], [.cutDown(900)],
    ])
    func aBadCableEndsLinksAndLosesNothing(harm: [TestCable.Harm]) throws {
        let cable = TestCable(harm)
        let (hz, gz) = try pair(cable)
        try trade(hz, gz, rounds: 10)
        _ = try gz.ask(.setOnline(false))
        try trade(hz, gz, rounds: 1, waits: false)
        _ = try gz.ask(.setOnline(true))
        // Enough connections fail first; the last command is told when the peer holds it.
        try gz.perform(
            .sell(Details(), [Line(item: "SECRET-TEA", quantity: "1")], tender: "cash"), wait: 1)
        try hz.perform(
            .sell(Details(), [Line(item: "SECRET-TEA", quantity: "1")], tender: "cash"), wait: 1)
        #expect(try hz.report(.digests).rows == gz.report(.digests).rows)
    }

    private func trade(_ hz: TestHost, _ gz: TestHost, rounds: Int, waits: Bool) throws {
        for host in [hz, gz] {
            try host.perform(
                .sell(Details(), [Line(item: "SECRET-TEA", quantity: "1")], tender: "cash"),
                wait: 0)
        }
    }

    /// A peer that stops reading costs a bounded amount, holds up nobody, and catches up afterwards.
    @Test func aPeerThatDoesNotReadCostsABoundedAmount() throws {
        let cable = TestCable([.none, .stallDown(40_000)])
        let (hz, gz) = try pair(cable)
        try hz.perform(.addItems([ItemChange(code: "SECRET-TEA", name: "Tea", price: "9.00")]))
        let memo = String(repeating: "memo ", count: 190)
        // About 7 MB of entries; under way to one peer may be what it asked for, 1 MiB of each of 4
        // logs, and 256 KiB that it did not.
        for _ in 0..<12 {
            let reply = try hz.ask(
                .performAll(
                    (0..<500).map { _ in
                        .sell(
                            Details(memo: memo), [Line(item: "SECRET-TEA", quantity: "1")],
                            tender: "cash")
                    }))
            guard case .outcomes(let results) = reply, results.count == 500 else {
                Issue.record("\(reply)")
                return
            }
        }
        let peers = try hz.report(.peers)
        let sent = try #require(peers.columns.firstIndex { $0.key == "sent" })
        let most = peers.rows.map { Int($0[sent].plain) ?? 0 }.max() ?? 0
        #expect(most < (4 << 20) + (256 << 10) + (64 << 10))
        cable.release()
        try hz.perform(
            .sell(Details(), [Line(item: "SECRET-TEA", quantity: "1")], tender: "cash"), wait: 1)
        #expect(try hz.report(.digests).rows == gz.report(.digests).rows)
        #expect(most > 0)
    }

    /// The answer to a join is lost on the way: the same node asks again with the same line.
    @Test func aJoinWhoseAnswerWasLostIsRepeated() throws {
        // As long as an answer is: of the next one, all but the end passes.
        let sample = TestCable()
        _ = try pair(sample)
        let cable = TestCable([.cutDown(sample.bytesDown(of: 0) - 10)])
        let (hz, gz) = (try TestHost.founder(), TestHost("gz"))
        try hz.start(listens: true, advertise: cable.address)
        cable.lead(to: hz.port)
        try gz.start()
        let line = try hz.invite("GZ", through: cable.address)
        #expect(refusal { try gz.join(line, name: "gz-1") }?.code == .noPeer)
        try gz.join(line, name: "gz-1")
        #expect(try hz.report(.members).rows.count == 2)
        try trade(hz, gz, rounds: 2)
    }

    /// Whoever has no key of the book is closed on, and costs the node nothing it notices.
    @Test(arguments: [
        [UInt8]("GET / HTTP/1.1\r\n\r\n".utf8), [UInt8](repeating: 0, count: 5_000),
        [UInt8](repeating: 0xff, count: 100_000),
        [UInt8]("BBK1".utf8) + [UInt8](repeating: 7, count: 4_096),
    ])
    func aStrangerIsTurnedAway(bytes: [UInt8]) throws {
        let hz = try TestHost.founder()
        try hz.start(listens: true)
        let socket = try #require(TestSocket.connect(hz.port))
        socket.send(bytes)
        var answer: [UInt8] = []
        while case let piece = socket.receive(), !piece.isEmpty { answer += piece }
        // At most a preamble: nothing that depends on the book.
        #expect(answer.count < 64)
        try hz.perform(.addItems([ItemChange(code: "A", name: "A")]))
        #expect(try hz.report(.peers).rows.isEmpty)
    }

    @Test func aMemberOfAnotherBookIsTurnedAway() throws {
        let hz = try TestHost.founder()
        try hz.start(listens: true)
        let other = try TestHost.founder("other", company: "Another company")
        let cable = TestCable()
        cable.lead(to: hz.port)
        try other.start(listens: true, advertise: cable.address)
        // An invitation to the other book, whose address leads to this one.
        let line = try other.invite("XX", through: cable.address)
        let lost = TestHost("lost")
        try lost.start()
        let answer = refusal { try lost.join(line, name: "x") }
        #expect(answer?.code == .noPeer)
        #expect(try hz.report(.members).rows.count == 1)
        // And a node that has a book joins no second one.
        #expect(refusal { try hz.join(line, name: "x") }?.code == .otherBook)
    }
}
