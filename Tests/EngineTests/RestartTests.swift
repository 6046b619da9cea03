import GRDB
import Testing

@testable import Books
@testable import Engine
@testable import Gossip
@testable import Replica
@testable import Sodium
@testable import Store

/// What a node finds at its start: a mark that is ahead, keys that know more, storage that failed.
@Suite struct RestartTests {
    private func incarnation(_ node: TestNode) -> UInt64 { CopyTests.incarnation(node) }

    // MARK: The mark

    @Test func aMarkThatIsAheadBeginsAnewWithNobodyThere() throws {
        let network = try CopyTests.company()
        let gz = try network["gz"]
        let backup = try TestNode(copying: gz)
        #expect(incarnation(backup) == 1)
        try CopyTests.sell(gz, "1", 4)
        let restored = try TestNode(copying: backup, mark: gz.mark)
        #expect(Incarnation.generation(incarnation(restored)) == 1)
        try CopyTests.sell(restored, "10", 2)
        network.settle()
        CopyTests.swap("gz", for: restored, in: network)
        #expect(try network.digests().count == 1)
        #expect(try network["hz"].balances()["sales/GZ"] == "-225.00")
        // Nothing forked, so nothing was written anew.
        #expect(try !CopyTests.kinds(restored).contains("written anew"))
        #expect(try CopyTests.exceptions("duplicate number", restored).count == 2)
    }

    @Test func aMarkThatIsEqualOldMissingOrAnothersChangesNothing() throws {
        let network = try CopyTests.company()
        let gz = try network["gz"]
        let old = try #require(gz.mark)
        try CopyTests.sell(gz, "1", 4)
        let equal = try #require(gz.mark)
        #expect((equal.incarnation, equal.commit) > (old.incarnation, old.commit))
        let foreign = HighWaterMark(
            book: equal.book, node: try #require(network["hz"].engine.author?.node),
            incarnation: 9, commit: 9)
        for mark in [equal, old, nil, foreign] {
            #expect(incarnation(try TestNode(copying: gz, mark: mark)) == 1)
        }
    }

    @Test func aMarkThatAPowerCutLeftUnfinishedSaysNothing() throws {
        let mark = HighWaterMark(
            book: .genesis, node: try TestNode(seed: 3).engine.credentials.node,
            incarnation: 1 << 32 | 7, commit: 300)
        #expect(try HighWaterMark(bytes: mark.bytes) == mark)
        for count in 0..<mark.bytes.count {
            #expect(throws: (any Error).self) {
                try HighWaterMark(bytes: Array(mark.bytes.prefix(count)))
            }
            var flipped = mark.bytes
            flipped[count] ^= 1
            #expect(throws: (any Error).self) { try HighWaterMark(bytes: flipped) }
        }
    }

    // MARK: Crashes and old keys

    /// The choice is in the database before anything is written in it; keys and mark follow.
    @Test func aCrashAfterTheChoiceLosesAndDoublesNothing() throws {
        let network = try CopyTests.company()
        let gz = try network["gz"]
        let keys = gz.engine.credentials
        let backup = try TestNode(copying: gz)
        try CopyTests.sell(gz, "1", 4)
        let first = try TestNode(copying: backup, mark: gz.mark)
        let chosen = incarnation(first)
        // It stops before anything was written in it and before the keys were saved.
        let second = try TestNode(copying: first, seed: 4, credentials: keys, mark: gz.mark)
        #expect(incarnation(second) == chosen)
        #expect(second.engine.credentials.membership?.incarnation == chosen)
        let effects = second.engine.handle([.timerFired], at: second.now)
        #expect(
            effects.contains {
                guard case .save(let saved) = $0 else { return false }
                return saved.membership?.incarnation == chosen
            })
        // It stops after the first commit in it, with the old keys.
        try CopyTests.sell(second)
        let third = try TestNode(copying: second, seed: 6, credentials: keys, mark: second.mark)
        #expect(incarnation(third) == chosen)
        #expect(third.engine.author?.lastCommit == 1)
    }

    /// An older database under newer keys is an older copy, with no mark and nobody there.
    @Test func keysThatKnowMoreBeginAnew() throws {
        let network = try CopyTests.company()
        let gz = try network["gz"]
        let backup = try TestNode(copying: gz)
        var keys = gz.engine.credentials
        keys.membership?.incarnation = 3 << 32 | 5
        let restored = try TestNode(copying: backup, credentials: keys)
        #expect(Incarnation.generation(incarnation(restored)) == 4)
    }

    // MARK: Storage that failed

    @Test func afterStorageFailedNothingIsAnsweredAnyMore() throws {
        let node = try TestNode.founder(seed: 8)
        try node.perform(.addItems([ItemChange(code: "TEA", name: "Tea", price: "9.00")]))
        // Of this connection alone: the file stays as it is.
        try node.engine.store.access { db in
            try db.execute(
                sql: """
                    CREATE TEMP TRIGGER fails BEFORE INSERT ON main.entry
                    BEGIN SELECT RAISE(FAIL, 'no'); END
                    """)
        }
        let first = node.engine.handle(
            [
                .request(
                    RequestID(1),
                    .perform(
                        .sell(Details(), [Line(item: "TEA", quantity: "1")], tender: "cash"),
                        wait: 0, waitMilliseconds: 0))
            ], at: node.now)
        #expect(first.contains { if case .stop = $0 { true } else { false } })
        try node.engine.store.access { try $0.execute(sql: "DROP TRIGGER temp.fails") }
        #expect(throws: Refusal.self) { try CopyTests.sell(node) }
        #expect(throws: Refusal.self) { try node.report(.status) }
        #expect(node.engine.handle([.timerFired], at: node.now).isEmpty)
        #expect(node.engine.checkpoint().isEmpty)
        // The next one on the same files looks at them, and goes on.
        let next = try TestNode(copying: node, checks: true)
        #expect(try CopyTests.sell(next).hasSuffix("000001"))
        #expect(incarnation(next) == 1)
    }

    @Test(arguments: [false, true])
    func anOwnLogThatLostItsEndIsFoundAtTheStart(thoroughly: Bool) throws {
        let node = try TestNode.founder(seed: 9)
        try node.perform(.addItems([ItemChange(code: "TEA", name: "Tea", price: "9.00")]))
        try CopyTests.sell(node, "1", 3)
        #expect {
            try TestNode(
                copying: node, checks: thoroughly,
                preparing: { path in
                    try Store(path: path).access { db in
                        // The thorough check finds what is wrong in the middle.
                        try db.execute(
                            sql: thoroughly
                                ? "UPDATE entry SET bytes = zeroblob(40) WHERE seq = 2"
                                : "DELETE FROM entry WHERE seq = (SELECT max(seq) FROM entry)")
                    }
                })
        } throws: { Engine.refusal($0).code == .damaged }
        #expect(incarnation(try TestNode(copying: node, checks: true)) == 1)
    }

    /// Bit 0 of byte 7206 of the flipped database, and what no flip could show while a fingerprint left
    /// it out: what the next entry of a log is read and written with, and what goods cost.
    @Test(arguments: [
        ("UPDATE log SET incarnation = 0 WHERE scope = 'trade/HZ'", true),
        ("UPDATE log SET scope = 'board' WHERE scope = 'catalog'", true),
        ("UPDATE log SET author = zeroblob(32) WHERE scope = 'trade/HZ'", true),
        ("UPDATE log SET author = zeroblob(3) WHERE scope = 'trade/HZ'", true),
        ("UPDATE log SET chapter_start = chapter_start + 1 WHERE scope = 'trade/HZ'", false),
        ("UPDATE chapter_name SET name = 'stock/HZ/x' WHERE name LIKE 'stock/HZ/%'", false),
        ("UPDATE pool SET value = value + 1", false),
        ("UPDATE cost SET cost = cost + 1", false),
    ])
    func aDamagedRowIsFound(_ damage: String, atTheStart: Bool) throws {
        let node = try TestNode.founder(seed: 10)
        try node.perform(.addItems([ItemChange(code: "TEA", name: "Tea", price: "9.00")]))
        try node.perform(
            .receive(Details(), [Line(item: "TEA", quantity: "5", cost: "4.00")], supplier: "A"))
        try CopyTests.sell(node, "1", 3)
        #expect(try node.verify().isSound)
        let changed = try node.engine.store.access { db in
            try db.execute(sql: damage)
            return db.changesCount
        }
        #expect(changed > 0)
        #expect(try !node.verify().isSound)
        if atTheStart {
            #expect {
                _ = try TestNode(copying: node)
            } throws: { Engine.refusal($0).code == .damaged }
        }
    }
}
