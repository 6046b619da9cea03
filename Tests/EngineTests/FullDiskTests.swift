import GRDB
import Gossip
import Replica
import Sodium
import Testing

@testable import Books
@testable import Engine
@testable import Store

/// SQLite has no room left.
@Suite struct FullDiskTests {
    @Test func theCommandIsRefusedAndNothingIsHalfDone() throws {
        let node = try TestNode.founder(seed: 7)
        try node.perform(.addItems([ItemChange(code: "TEA", name: "Tea", price: "9.00")]))
        func limit(_ pages: Int) throws {
            try node.engine.store.access { db in
                _ = try Int.fetchOne(db, sql: "PRAGMA max_page_count = \(pages)")
            }
        }
        let pages = try node.engine.store.access { try Int.fetchOne($0, sql: "PRAGMA page_count") }
        try limit(try #require(pages) + 3)
        var acknowledged: [String] = []
        var refused: Refusal?
        var before = try node.report(.digests).rows
        for number in 0..<400 where refused == nil {
            let reply = node.ask(
                .perform(
                    .sell(
                        Details(memo: String(repeating: "\(number) ", count: 30)),
                        [Line(item: "TEA", quantity: "1")], tender: "cash"), wait: 0,
                    waitMilliseconds: 0))
            switch reply {
            case .outcome(let outcome):
                acknowledged.append(outcome.subject)
                before = try node.report(.digests).rows
            case .refused(let refusal): refused = refusal
            default: Issue.record("another reply")
            }
        }
        #expect(refused?.code == .diskFull)
        #expect(acknowledged.count > 0)
        #expect(try node.report(.digests).rows == before)
        // There is room again: the next number follows, none is lost.
        try limit(1 << 30)
        let next = try node.perform(
            .sell(Details(), [Line(item: "TEA", quantity: "1")], tender: "cash"))
        let number = String(acknowledged.count + 1)
        #expect(next.subject.hasSuffix(String(repeating: "0", count: 6 - number.count) + number))
        for document in acknowledged {
            #expect(try !node.report(.document(number: document)).rows.isEmpty)
        }
        #expect(try node.verify().isSound)
    }

    /// What became of a dial is told once. A batch that fails forgets it, so the address is tried again.
    @Test func anAddressIsDialledAgainWhenTheBatchThatToldOfItFailed() throws {
        let node = try TestNode.founder(seed: 8, options: .init(peers: ["gz:7700"]))
        func dials(_ inputs: [Input], after milliseconds: Int64) -> Int {
            node.now = node.now.advanced(byMilliseconds: milliseconds)
            return node.engine.handle(inputs, at: node.now).filter {
                if case .connect = $0 { true } else { false }
            }.count
        }
        #expect(dials([], after: 0) + dials([.timerFired], after: 1) == 1)
        #expect(dials([.timerFired], after: 600_000) == 0, "the dial is under way")
        let pages = try node.engine.store.access { db in
            try Int.fetchOne(db, sql: "PRAGMA page_count")
        }
        func limit(_ pages: Int) throws {
            try node.engine.store.access { db in
                _ = try Int.fetchOne(db, sql: "PRAGMA max_page_count = \(pages)")
            }
        }
        try limit(try #require(pages))
        let bookKey = try #require(node.engine.standing?.bookKey)
        let items = (0..<300).map {
            ItemChange(code: "I\($0)", name: String(repeating: "n", count: 60), price: "9.00")
        }
        let batch = node.engine.handle(
            [
                .connectFailed(address: "gz:7700", why: "refused"),
                .request(
                    RequestID(1), .perform(.addItems(items), wait: 0, waitMilliseconds: 0)),
                // Not reached, and never heard of again.
                .connected(
                    Connected(
                        id: LinkID(9), isInitiator: false,
                        remote: node.engine.credentials.transport.publicKey, psk: bookKey.id,
                        handshakeHash: [], address: nil)),
            ], at: node.now)
        let isClosed = batch.contains { if case .close(LinkID(9)) = $0 { true } else { false } }
        #expect(isClosed, "a peer would wait on a link that nobody reads")
        let refused = batch.contains {
            if case .reply(_, .refused(let refusal)) = $0 {
                refusal.code == .diskFull
            } else {
                false
            }
        }
        #expect(refused)
        let isWoken = batch.contains { if case .wake = $0 { true } else { false } }
        #expect(isWoken, "nothing else would rouse a node whose links are closed")
        try limit(1 << 30)
        #expect(dials([.timerFired], after: 0) == 0, "not at once")
        #expect(dials([.timerFired], after: 2_000) == 1)
    }
}
