import Testing

@testable import Books
@testable import Engine
@testable import Replica
@testable import Store

/// A branch at work: commands in, books out.
@Suite struct TradingTests {
    private func shop() throws -> TestNode {
        let node = try TestNode.founder(seed: 5)
        try node.perform(
            .addItems([
                ItemChange(code: "TEA", name: "龙井", price: "12.00", tax: "13"),
                ItemChange(code: "CUP", name: "Cup", price: "5.00", shortage: "refuse"),
                ItemChange(code: "POST", name: "Postage", price: "8.00", kind: "service"),
            ]))
        return node
    }

    @Test func aDayOfTradingIsOnTheBooks() throws {
        let node = try shop()
        try node.perform(
            .receive(Details(), [Line(item: "TEA", quantity: "10", cost: "4.00")], supplier: "ACME")
        )
        let sale = try node.perform(
            .sell(Details(), [Line(item: "TEA", quantity: "3")], tender: "cash"))
        #expect(sale.subject.hasPrefix("HZa-S-"))
        #expect(sale.total == "40.68")
        try node.perform(
            .pay(
                Details(),
                Payment(direction: .paid, party: "ACME", amount: "15.00", through: "cash")))
        let balances = try node.balances()
        #expect(balances["sales/HZ"] == "-36.00")
        #expect(balances["tax/HZ"] == "-4.68")
        #expect(balances["tender/HZ/cash"] == "25.68")
        #expect(balances["payable/HZ/ACME"] == "-25.00")
        #expect(balances["inventory/HZ"] == "28.00")
        #expect(balances["cost-of-sales/HZ"] == "12.00")
        #expect(balances["via"] == nil)
    }

    @Test func anExchangeIsOneCommit() throws {
        let node = try shop()
        try node.perform(
            .receive(
                Details(),
                [
                    Line(item: "TEA", quantity: "10", cost: "4.00"),
                    Line(item: "CUP", quantity: "10", cost: "2.00"),
                ], supplier: "ACME"))
        let sale = try node.perform(
            .sell(Details(), [Line(item: "TEA", quantity: "2")], tender: "cash")
        ).subject
        let exchange = try node.perform(
            .exchange(
                Details(), [Line(item: "TEA", quantity: "1")], sale: sale,
                for: [Line(item: "CUP", quantity: "3")], tender: "cash"))
        // 15.00 for the cups, 13.56 back for the tea.
        #expect(exchange.total == "1.44")
        #expect(exchange.notices == ["what came back is on HZa-R-2026-000001"])
        #expect(try node.balances()["tender/HZ/cash"] == "28.56")
        #expect(try node.balances()["inventory/HZ"] == "50.00")
        // All or nothing: there are not so many cups.
        #expect(
            node.refusal(
                .exchange(
                    Details(), [Line(item: "TEA", quantity: "1")], sale: sale,
                    for: [Line(item: "CUP", quantity: "8")], tender: "cash")) == .notEnough)
        #expect(try node.balances()["tender/HZ/cash"] == "28.56")
        #expect(
            node.refusal(
                .exchange(
                    Details(), [Line(item: "TEA", quantity: "1")], sale: sale,
                    for: [Line(item: "CUP", quantity: "1")], tender: "card=1,cash")) == .badOption)
        #expect(try node.verify().isSound)
    }

    @Test func aShortageIsRecordedOrRefusedAsTheItemSays() throws {
        let node = try shop()
        let sale = try node.perform(
            .sell(Details(), [Line(item: "TEA", quantity: "2")], tender: "cash"))
        #expect(sale.notices == ["shortage: TEA, 0 pc were left"])
        #expect(
            node.refusal(
                .sell(Details(), [Line(item: "CUP", quantity: "1")], tender: "cash")) == .notEnough)
        let exceptions = try node.report(.exceptions)
        #expect(exceptions.rows.map(\.first) == [.text("shortage")])
        #expect(try node.balances()["cost-of-sales/HZ"] == nil)
        // Goods at 4.00 square the shortage: its cost is variance.
        try node.perform(
            .receive(Details(), [Line(item: "TEA", quantity: "5", cost: "4.00")], supplier: "ACME"))
        let balances = try node.balances()
        #expect(balances["variance/HZ"] == "8.00")
        #expect(balances["inventory/HZ"] == "12.00")
    }

    @Test func aReturnCarriesItsSalesOwnCostAndPrice() throws {
        let node = try shop()
        func receive(_ cost: String) throws {
            try node.perform(
                .receive(Details(), [Line(item: "TEA", quantity: "3", cost: cost)], supplier: "A"))
        }
        try receive("4.00")
        let sale = try node.perform(
            .sell(Details(), [Line(item: "TEA", quantity: "3")], tender: "cash"))
        try receive("7.00")
        for _ in 0..<3 {
            try node.perform(
                .giveBack(
                    Details(), [Line(item: "TEA", quantity: "1")], sale: sale.subject,
                    tender: "cash"))
        }
        let balances = try node.balances()
        #expect(balances["sales/HZ"] == nil)
        #expect(balances["tax/HZ"] == nil)
        #expect(balances["tender/HZ/cash"] == nil)
        #expect(balances["cost-of-sales/HZ"] == nil)
        #expect(balances["inventory/HZ"] == "33.00")
        #expect(
            node.refusal(
                .giveBack(
                    Details(), [Line(item: "TEA", quantity: "1")], sale: sale.subject,
                    tender: "cash"))
                == .tooMuchReturned)
    }

    @Test func aDocumentIsReversedOnce() throws {
        let node = try shop()
        let receipt = try node.perform(
            .receive(Details(), [Line(item: "TEA", quantity: "10", cost: "4.00")], supplier: "ACME")
        )
        let sale = try node.perform(
            .sell(Details(), [Line(item: "TEA", quantity: "3")], tender: "cash"))
        try node.perform(.reverse(Details(), number: sale.subject))
        #expect(node.refusal(.reverse(Details(), number: sale.subject)) == .alreadyReversed)
        #expect(try node.balances() == ["inventory/HZ": "40.00", "payable/HZ/ACME": "-40.00"])
        try node.perform(.reverse(Details(), number: receipt.subject))
        #expect(try node.balances() == [:])
        let verified = try node.verify()
        #expect(verified.isSound, "\(verified.rows)")
    }

    /// A late receipt is folded at its own date: the sale after it costs what it would have.
    @Test func aLateFactActsAtItsPlace() throws {
        let node = try shop()
        func at(_ date: String) -> Details { Details(date: date) }
        try node.perform(
            .receive(
                at("2026-11-01"), [Line(item: "TEA", quantity: "10", cost: "4")], supplier: "A"))
        try node.perform(
            .sell(at("2026-11-10"), [Line(item: "TEA", quantity: "10")], tender: "cash"))
        #expect(try node.balances()["cost-of-sales/HZ"] == "40.00")
        try node.perform(
            .receive(
                at("2026-11-05"), [Line(item: "TEA", quantity: "10", cost: "6")], supplier: "A"))
        let balances = try node.balances()
        #expect(balances["cost-of-sales/HZ"] == "50.00")
        #expect(balances["inventory/HZ"] == "50.00")
    }

    @Test func aCommandThatFailsLeavesNothing() throws {
        let node = try shop()
        let before = try node.report(.digests)
        #expect(
            node.refusal(
                .sell(
                    Details(),
                    [Line(item: "TEA", quantity: "1"), Line(item: "NONE", quantity: "1")],
                    tender: "cash")) == .unknownItem)
        #expect(try node.report(.digests) == before)
        let next = try node.perform(
            .sell(Details(), [Line(item: "TEA", quantity: "1")], tender: "cash"))
        #expect(next.subject.hasSuffix("-000001"))
    }

    /// Nobody asks: what moved is folded in small pieces, and a request puts it off.
    @Test func costsAreFoldedWhileNobodyAsks() throws {
        let node = try TestNode.founder(seed: 8)
        try node.perform(
            .addItems((0..<50).map { ItemChange(code: "I\($0)", name: "Item", price: "1.00") }))
        for number in 0..<50 {
            try node.perform(
                .sell(Details(), [Line(item: "I\(number)", quantity: "1")], tender: "cash"))
        }
        let store = node.engine.store
        #expect(try store.dirtyPools() == 50)
        func idle(_ milliseconds: Int64) {
            node.now = node.now.advanced(byMilliseconds: milliseconds)
            _ = node.engine.handle([.timerFired], at: node.now)
        }
        idle(1_000)
        #expect(try store.dirtyPools() == 50)
        idle(1_500)
        let left = try store.dirtyPools()
        #expect(left < 50 && left > 0)
        try node.perform(
            .sell(Details(), [Line(item: "I0", quantity: "1")], tender: "cash"))
        idle(1_000)
        #expect(try store.dirtyPools() > left - 1)
        for _ in 0..<8 { idle(2_100) }
        #expect(try store.dirtyPools() == 0)
        #expect(try node.verify().isSound)
    }

    /// A till that sells the same few items does not have them folded after every sale.
    @Test func littleToFoldLiesForTenMinutes() throws {
        let node = try shop()
        let store = node.engine.store
        func idle(_ milliseconds: Int64) {
            node.now = node.now.advanced(byMilliseconds: milliseconds)
            _ = node.engine.handle([.timerFired], at: node.now)
        }
        idle(600_000)
        idle(600_000)
        #expect(try store.dirtyPools() == 0)
        for _ in 0..<10 {
            try node.perform(
                .sell(Details(), [Line(item: "TEA", quantity: "1")], tender: "cash"))
            idle(30_000)
            #expect(try store.dirtyPools() == 1)
        }
        idle(301_000)
        #expect(try store.dirtyPools() == 0)
    }

    @Test func aLargeDocumentSpansEntriesOfOneCommit() throws {
        let node = try shop()
        let lines = (0..<1_200).map { Line(item: "TEA", quantity: "\($0 % 7 + 1)") }
        let sale = try node.perform(.sell(Details(), lines, tender: "cash"))
        let report = try node.report(.document(number: sale.subject))
        #expect(report.rows.count > 3_600)
        #expect(try node.verify().isSound)
    }
}

extension Report {
    var isSound: Bool { facts.first { $0.key == "sound" }?.value == .flag(true) }
}
