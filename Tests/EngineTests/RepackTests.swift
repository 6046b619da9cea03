import Testing

@testable import Books
@testable import Engine
@testable import Replica
@testable import Store

/// Items that become another item, and what it costs.
@Suite struct RepackTests {
    /// 10 TEA at 2.00, 4 CUP at 1.50; GIFT and SET are made of them.
    private func shop(costing: String = "average") throws -> TestNode {
        let node = try TestNode.founder(seed: 37)
        try node.perform(
            .addItems(
                ["TEA", "CUP", "GIFT", "SET"].map {
                    ItemChange(code: $0, name: $0, price: "9.00", costing: costing)
                } + [ItemChange(code: "WRAP", kind: "service")]))
        try node.perform(
            .receive(
                Details(),
                [
                    Line(item: "TEA", quantity: "10", cost: "2.00"),
                    Line(item: "CUP", quantity: "4", cost: "1.50"),
                ], supplier: "ACME"))
        return node
    }

    private func line(_ item: String, _ quantity: String) -> Line {
        Line(item: item, quantity: quantity)
    }

    private func gift(
        _ tea: String, _ cup: String, _ gifts: String, extra: String? = nil, party: String? = nil
    ) -> Command {
        .repack(
            Details(party: party), [line("TEA", tea), line("CUP", cup)],
            into: line("GIFT", gifts), extra: extra)
    }

    private func pool(_ node: TestNode, _ item: String) throws -> [Int64] {
        let state = try node.engine.store.pool(
            try #require(BranchCode("HZ")), try #require(ItemCode(item)))
        return [state.quantity, state.value]
    }

    /// Keepers look again within a minute.
    private func wait(_ node: TestNode) {
        for _ in 0..<4 {
            node.now = node.now.advanced(byMilliseconds: Engine.keeperPauseMilliseconds + 1_000)
            _ = node.engine.handle([.timerFired], at: node.now)
        }
    }

    @Test(arguments: ["average", "fifo"])
    func itCostsWhatItIsMadeOf(costing: String) throws {
        let node = try shop(costing: costing)
        let made = try node.perform(gift("4", "2", "2", extra: "0.60", party: "Packer"))
        #expect(made.subject == "HZa-U-2026-000001" && made.total == "0.60")
        #expect(try pool(node, "TEA") == [6, 1_200])
        #expect(try pool(node, "CUP") == [2, 300])
        #expect(try pool(node, "GIFT") == [2, 1_160])
        let balances = try node.balances()
        #expect(balances["inventory/HZ"] == "26.60")
        #expect(balances["payable/HZ/Packer"] == "-0.60")
        #expect(balances["shipped/HZ"] == nil && balances["write-off/HZ"] == nil)
        // A late freight on the tea goes to where the tea went.
        try node.perform(
            .revalue(
                Details(), item: "TEA", change: .of(receipt: "HZa-G-2026-000001", by: "5.00")))
        wait(node)
        #expect(try pool(node, "TEA") == [6, 1_500])
        #expect(try pool(node, "GIFT") == [2, 1_360])
        #expect(try node.balances()["shipped/HZ"] == nil)
        #expect(try node.verify().isSound)
    }

    /// What is made of what was made: a late cost goes through both, and a sale of it.
    @Test func aLateCostGoesThroughEveryStep() throws {
        let node = try shop()
        try node.perform(gift("4", "2", "2"))
        try node.perform(
            .repack(
                Details(), [line("GIFT", "1"), line("TEA", "2")], into: line("SET", "4"), extra: nil
            ))
        try node.perform(.sell(Details(), [line("SET", "1")], tender: "cash"))
        #expect(try pool(node, "SET") == [3, 712])
        #expect(try node.balances()["cost-of-sales/HZ"] == "2.38")
        try node.perform(
            .revalue(
                Details(), item: "TEA", change: .of(receipt: "HZa-G-2026-000001", by: "10.00")))
        wait(node)
        // 1.00 more a bag: 4 in two gifts, 2 in the set.
        #expect(try pool(node, "GIFT") == [1, 750])
        #expect(try pool(node, "SET") == [3, 1_012])
        #expect(try node.balances()["cost-of-sales/HZ"] == "3.38")
        #expect(try node.verify().isSound)
    }

    @Test func itIsUndoneWhole() throws {
        let node = try shop()
        let made = try node.perform(gift("4", "2", "2")).subject
        try node.perform(.reverse(Details(), number: made))
        wait(node)
        #expect(try pool(node, "TEA") == [10, 2_000])
        #expect(try pool(node, "CUP") == [4, 600])
        #expect(try pool(node, "GIFT") == [0, 0])
        let balances = try node.balances()
        #expect(balances["inventory/HZ"] == "26.00" && balances["shipped/HZ"] == nil)
        #expect(balances["variance/HZ"] == nil)
        #expect(try node.verify().isSound)
    }

    @Test func whatCannotBeMadeIsRefused() throws {
        let node = try shop()
        for (command, code) in [
            (gift("11", "1", "1"), Refusal.Code.notEnough), (gift("1", "5", "1"), .notEnough),
            (gift("0", "1", "1"), .notPositive), (gift("1", "1", "0"), .notPositive),
            (gift("1", "1", "1", extra: "1.00"), .badOption),
            (gift("1", "1", "1", extra: "0", party: "P"), .notPositive),
            (
                .repack(Details(), [line("TEA", "1")], into: line("TEA", "1"), extra: nil),
                .badOption
            ),
            (
                .repack(Details(), [line("WRAP", "1")], into: line("GIFT", "1"), extra: nil),
                .serviceHasNoStock
            ),
            (.repack(Details(), [], into: line("GIFT", "1"), extra: nil), .emptyDocument),
            (
                .repack(
                    Details(), (0..<101).map { _ in line("TEA", "1") }, into: line("GIFT", "1"),
                    extra: nil), .tooManyLines
            ),
        ] {
            #expect(node.refusal(command) == code)
        }
    }
}
