import Testing

@testable import Books
@testable import Engine
@testable import Replica
@testable import Store

/// Units, barcodes and categories of items.
@Suite struct ItemTests {
    private func shop() throws -> TestNode {
        let node = try TestNode.founder(seed: 23)
        try node.perform(
            .addItems([
                ItemChange(
                    code: "TEA", name: "Tea", unit: "bag", price: "1.50", barcode: "690000000001",
                    category: "drinks",
                    packs: [
                        PackChange(
                            name: "box", quantity: "12", price: "16.00", barcode: "690000000002"),
                        PackChange(name: "pallet", quantity: "480"),
                    ]),
                ItemChange(
                    code: "ROPE", unit: "cm", price: "0.05",
                    packs: [PackChange(name: "m", quantity: "100")]),
                ItemChange(
                    code: "OIL", unit: "l", scale: 3,
                    packs: [PackChange(name: "can", quantity: "0.75")]),
            ]))
        return node
    }

    private func held(_ node: TestNode, _ item: String) throws -> Int128 {
        let branch: BranchCode = try #require(BranchCode("HZ"))
        let code: ItemCode = try #require(ItemCode(item))
        return try node.engine.store.balance(of: .stock(branch), .item(code))
    }

    private func receive(_ item: String, _ quantity: String, cost: String) -> Command {
        .receive(
            Details(), [Line(item: item, quantity: quantity, cost: cost)], supplier: "ACME")
    }

    private func sell(_ item: String, _ quantity: String, price: String? = nil) -> Command {
        .sell(
            Details(), [Line(item: item, quantity: quantity, price: price)], tender: "cash")
    }

    /// A cost or a price is that of what the line counts in.
    @Test(arguments: [
        ("TEA", "2 box", "12.00", 24, "24.00"), ("TEA", "2box", "12.00", 24, "24.00"),
        ("TEA", "1.5 box", "12.00", 18, "18.00"), ("TEA", "3", "1.00", 3, "3.00"),
        ("TEA", "3 bag", "1.00", 3, "3.00"), ("690000000002", "2", "12.00", 24, "24.00"),
        ("690000000002", "5 bag", "1.00", 5, "5.00"), ("690000000001", "5", "1.00", 5, "5.00"),
        // Tryton, account_stock_continental (F02): 5 m at 600 a metre.
        ("ROPE", "5 m", "600.00", 500, "3000.00"), ("ROPE", "0.03 m", "600.00", 3, "18.00"),
        ("OIL", "2 can", "9.00", 1_500, "18.00"),
    ])
    func quantitiesInPacks(
        item: String, quantity: String, cost: String, units: Int128, total: String
    ) throws {
        let node = try shop()
        let outcome = try node.perform(receive(item, quantity, cost: cost))
        let code = item.hasPrefix("69") ? "TEA" : item
        #expect(try held(node, code) == units)
        #expect(outcome.total == total)
    }

    @Test func aPackHasAPriceOfItsOwnOrThatOfItsUnits() throws {
        let node = try shop()
        try node.perform(receive("TEA", "1 pallet", cost: "480.00"))
        #expect(try node.perform(sell("TEA", "1 box")).total == "16.00")
        #expect(try node.perform(sell("690000000002", "2")).total == "32.00")
        #expect(try node.perform(sell("TEA", "12")).total == "18.00")
        #expect(try node.perform(sell("TEA", "1 pallet")).total == "720.00")
        #expect(try node.perform(sell("TEA", "1 box", price: "15.00")).total == "15.00")
        let sale = try node.perform(sell("TEA", "2 box")).subject
        let back = Command.giveBack(
            Details(), [Line(item: "TEA", quantity: "1 box")], sale: sale, tender: "cash")
        #expect(try node.perform(back).total == "16.00")
        try node.perform(
            .count(Details(), .now(CountOrder(), [Line(item: "TEA", quantity: "3 box")])))
        #expect(try held(node, "TEA") == 36)
        #expect(try node.verify().isSound)
    }

    @Test func whatIsNoUnitIsRefused() throws {
        let node = try shop()
        #expect(node.refusal(receive("TEA", "2 crate", cost: "1")) == .unknownUnit)
        #expect(node.refusal(receive("TEA", "box", cost: "1")) == .badNumber)
        #expect(node.refusal(receive("TEA", "0.1 box", cost: "1")) == .tooPrecise)
        #expect(node.refusal(receive("TEA", "-1 box", cost: "1")) == .notPositive)
        for name in ["", "1box", "a box", "-", "averyverylongname"] {
            let change = ItemChange(
                code: "TEA", packs: [PackChange(name: name, quantity: "2")])
            #expect(node.refusal(.setItem(change)) != nil, "\(name)")
        }
        // Zero takes a pack away.
        try node.perform(
            .setItem(ItemChange(code: "TEA", packs: [PackChange(name: "box", quantity: "0")])))
        #expect(node.refusal(receive("TEA", "2 box", cost: "1")) == .unknownUnit)
        let facts = try node.report(.item(code: "TEA")).facts
        #expect(facts.contains { $0.key == "packs" && $0.value == .text("pallet = 480 bag") })
        #expect(facts.contains { $0.key == "category" && $0.value == .text("drinks") })
    }

    /// Two branches give one barcode to two items while they are apart.
    @Test func aBarcodeOfTwoItemsIsAmbiguousUntilSomebodyChooses() throws {
        let network = try TestNetwork.company(["gz"], seed: 29)
        let (hz, gz) = (try network["hz"], try network["gz"])
        for (node, code) in [(hz, "TEA"), (gz, "CUP")] {
            try node.perform(
                .addItems([
                    ItemChange(
                        code: code,
                        packs: [PackChange(name: "box", quantity: "6", barcode: "6900")])
                ]))
        }
        network.settle()
        for node in [hz, gz] {
            #expect(node.refusal(receive("6900", "1", cost: "1")) == .ambiguousBarcode)
            let rows = try node.report(.exceptions).rows
            #expect(rows.map { $0[1].plain } == ["barcode/6900 of"])
        }
        try hz.perform(
            .setItem(
                ItemChange(
                    code: "CUP",
                    packs: [PackChange(name: "box", quantity: "6", barcode: "6900")])))
        network.settle()
        try hz.perform(receive("6900", "1", cost: "1"))
        #expect(try held(hz, "CUP") == 6)
        #expect(try gz.report(.exceptions).rows.isEmpty)
    }
}
