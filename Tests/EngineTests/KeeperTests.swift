import Testing

@testable import Books
@testable import Engine
@testable import Replica
@testable import Sodium
@testable import Store

/// Value follows goods between branches, by the keepers' own statements.
@Suite struct KeeperTests {
    private func company(seed: UInt64 = 61) throws -> TestNetwork {
        let network = try TestNetwork.company(["gz"], seed: seed)
        try network["hz"].perform(
            .addItems([
                ItemChange(code: "TEA", name: "Tea", price: "9.00"),
                ItemChange(code: "CUP", name: "Cup", price: "5.00"),
            ]))
        network.settle()
        return network
    }

    private func receive(
        _ node: TestNode, _ item: String, _ quantity: String, total: String, on date: String? = nil
    ) throws {
        try node.perform(
            .receive(
                Details(date: date), [Line(item: item, quantity: quantity, total: total)],
                supplier: "ACME"))
    }

    @Test func valueIsInTransitUntilTheGoodsAreTaken() throws {
        let network = try company()
        let (hz, gz) = (try network["hz"], try network["gz"])
        // 10.00 over 3: no unit cost is exact.
        try receive(hz, "TEA", "3", total: "10.00")
        let shipment = try hz.perform(
            .ship(Details(), [Line(item: "TEA", quantity: "2")], to: "GZ")
        ).subject
        var balances = try hz.balances()
        #expect(balances["inventory/HZ"] == "3.33")
        #expect(balances["shipped/HZ"] == nil)
        #expect(balances["due-from/HZ/GZ"] == "6.67")
        network.settle()
        #expect(try gz.balances() == balances)

        try gz.perform(
            .arrive(
                Details(), [ArrivalLine(item: "TEA", accepted: "1", short: "0")],
                shipment: shipment))
        balances = try gz.balances()
        #expect(balances["inventory/GZ"] == "3.34")
        #expect(balances["due-to/GZ/HZ"] == "-3.34")
        try gz.perform(
            .arrive(
                Details(), [ArrivalLine(item: "TEA", accepted: "1", short: "0")],
                shipment: shipment))
        balances = try gz.balances()
        // The last one takes the exact remainder: nothing of 6.67 is left in transit.
        #expect(balances["inventory/GZ"] == "6.67")
        #expect(balances["due-to/GZ/HZ"] == "-6.67")
        network.settle()
        #expect(try hz.balances() == balances)
        #expect(try hz.report(.exceptions).rows.isEmpty)
        for name in ["hz", "gz"] { #expect(try network.verify(name).isSound) }
    }

    /// A late receipt at the same price changes how old the goods are that were shipped, and no value.
    @Test func layersAreStatedAnewWhereTheirValueStays() throws {
        let network = try company()
        let (hz, gz) = (try network["hz"], try network["gz"])
        try hz.perform(.addItems([ItemChange(code: "POT", costing: "fifo")]))
        network.settle()
        try receive(hz, "POT", "5", total: "50.00", on: "2026-11-10")
        let shipment = try hz.perform(
            .ship(
                Details(date: "2026-11-12"), [Line(item: "POT", quantity: "5")], to: "GZ")
        ).subject
        network.settle()
        try gz.perform(.arrive(Details(date: "2026-11-13"), [], shipment: shipment))
        network.settle()
        func days(_ node: TestNode) throws -> [String] {
            let branch: BranchCode = try #require(BranchCode("GZ"))
            let item: ItemCode = try #require(ItemCode("POT"))
            return try node.engine.store.layers(branch, item).map(\.day.description)
        }
        #expect(try days(gz) == ["2026-11-10"])
        try receive(hz, "POT", "5", total: "50.00", on: "2026-11-08")
        network.run(milliseconds: Engine.keeperPauseMilliseconds + 5_000)
        network.settle()
        #expect(try days(gz) == ["2026-11-08"])
        #expect(try days(hz) == ["2026-11-08"])
        for name in ["hz", "gz"] { #expect(try network.verify(name).isSound) }
    }

    @Test func shortGoodsKeepTheirValueInDispute() throws {
        let network = try company()
        let (hz, gz) = (try network["hz"], try network["gz"])
        try receive(hz, "TEA", "10", total: "40.00")
        try receive(hz, "CUP", "4", total: "4.00")
        let shipment = try hz.perform(
            .ship(
                Details(),
                [Line(item: "TEA", quantity: "5"), Line(item: "CUP", quantity: "4")], to: "GZ")
        ).subject
        network.settle()
        try gz.perform(
            .arrive(
                Details(),
                [
                    ArrivalLine(item: "TEA", accepted: "4", short: "1"),
                    ArrivalLine(item: "CUP", accepted: "4", short: "0"),
                ], shipment: shipment))
        network.settle()
        let balances = try hz.balances()
        #expect(balances["due-from/HZ/GZ"] == "24.00")
        #expect(balances["due-to/GZ/HZ"] == "-20.00")
        #expect(try gz.balances() == balances)
        #expect(try hz.report(.exceptions).rows.map(\.first) == [.text("dispute")])
    }

    @Test func aLateReceiptRestatesWhatWasShippedAndTaken() throws {
        let network = try company()
        let (hz, gz) = (try network["hz"], try network["gz"])
        try receive(hz, "TEA", "10", total: "100.00", on: "2026-11-02")
        let shipment = try hz.perform(
            .ship(Details(date: "2026-11-10"), [Line(item: "TEA", quantity: "5")], to: "GZ")
        ).subject
        network.settle()
        try gz.perform(.arrive(Details(date: "2026-11-11"), [], shipment: shipment))
        try gz.perform(
            .sell(
                Details(date: "2026-11-12"), [Line(item: "TEA", quantity: "2")], tender: "cash"))
        network.settle()
        #expect(try gz.balances()["cost-of-sales/GZ"] == "20.00")
        // Dated before the shipment, entered after it: the average was 15, not 10.
        try receive(hz, "TEA", "10", total: "200.00", on: "2026-11-03")
        network.run(milliseconds: Engine.keeperPauseMilliseconds + 5_000)
        network.settle()
        for node in [hz, gz] {
            let balances = try node.balances()
            #expect(balances["due-from/HZ/GZ"] == "75.00")
            #expect(balances["due-to/GZ/HZ"] == "-75.00")
            #expect(balances["cost-of-sales/GZ"] == "30.00")
            #expect(balances["inventory/GZ"] == "45.00")
            #expect(balances["inventory/HZ"] == "225.00")
        }
        // Nothing more is said once all is said.
        let before = try hz.report(.digests).rows
        network.run(milliseconds: 3 * Engine.keeperPauseMilliseconds)
        #expect(try hz.report(.digests).rows == before)
    }

    @Test func goodsOfUnknownCostAreValuedWhenItIsKnown() throws {
        let network = try company()
        let (hz, gz) = (try network["hz"], try network["gz"])
        let receipt = try hz.perform(
            .receive(Details(), [Line(item: "TEA", quantity: "4")], supplier: "ACME")
        ).subject
        let shipment = try hz.perform(
            .ship(Details(), [Line(item: "TEA", quantity: "4")], to: "GZ")
        ).subject
        network.settle()
        try gz.perform(.arrive(Details(), [], shipment: shipment))
        #expect(try gz.report(.exceptions).rows.map(\.first) == [.text("value")])
        try hz.perform(
            .revalue(Details(), item: "TEA", change: .of(receipt: receipt, by: "8.00")))
        network.run(milliseconds: Engine.keeperPauseMilliseconds + 5_000)
        network.settle()
        #expect(try gz.balances()["inventory/GZ"] == "8.00")
        #expect(try hz.balances()["inventory/HZ"] == nil)
        #expect(try gz.report(.exceptions).rows.isEmpty)
    }

    /// Law: due-from less due-to is the value of what is in transit and in dispute, and the value of
    /// all goods is neither made nor lost on the way.
    @Test(arguments: 0..<6)
    func valueIsNeitherMadeNorLost(seed: UInt64) throws {
        let network = try company(seed: 100 + seed)
        var random = SeededRandom(seed: seed)
        var bought: Int64 = 0
        var open: [(to: String, number: String, left: Int)] = []
        for _ in 0..<40 {
            let name = Bool.random(using: &random) ? "hz" : "gz"
            let other = name == "hz" ? "gz" : "hz"
            let day = "2026-11-\(Int.random(in: 10...20, using: &random))"
            switch Int.random(in: 0..<4, using: &random) {
            case 0:
                let cents = Int64.random(in: 1...9_999, using: &random)
                bought += cents
                try receive(
                    try network[name], "TEA", "\(Int.random(in: 1...9, using: &random))",
                    total: Amount.text(cents, scale: 2), on: day)
            case 1:
                let count = Int.random(in: 1...4, using: &random)
                let shipped = try? network[name].perform(
                    .ship(
                        Details(date: day), [Line(item: "TEA", quantity: "\(count)")],
                        to: other.uppercased()))
                if let shipped { open.append((other, shipped.subject, count)) }
            case 2:
                guard !open.isEmpty else { continue }
                let place = Int.random(in: 0..<open.count, using: &random)
                let count = Int.random(in: 1...open[place].left, using: &random)
                network.settle()
                try network[open[place].to].perform(
                    .arrive(
                        Details(),
                        [ArrivalLine(item: "TEA", accepted: "\(count)", short: "0")],
                        shipment: open[place].number))
                open[place].left -= count
                if open[place].left == 0 { open.remove(at: place) }
            default:
                try network[name].perform(
                    .sell(
                        Details(date: day), [Line(item: "TEA", quantity: "1")], tender: "cash"))
            }
        }
        for shipment in open {
            network.settle()
            try network[shipment.to].perform(.arrive(Details(), [], shipment: shipment.number))
        }
        // One restatement may ripple along a chain of shipments, there and back.
        for _ in 0..<8 { network.run(milliseconds: Engine.keeperPauseMilliseconds + 5_000) }
        network.settle()
        let balances = try network["hz"].balances()
        #expect(try network["gz"].balances() == balances)
        func cents(_ account: String) throws -> Int64 {
            try Amount.parse(balances[account] ?? "0", scale: 2)
        }
        #expect(try cents("due-from/HZ/GZ") == -cents("due-to/GZ/HZ"), "seed \(seed)")
        #expect(try cents("due-from/GZ/HZ") == -cents("due-to/HZ/GZ"), "seed \(seed)")
        var value: Int64 = 0
        for branch in ["HZ", "GZ"] {
            for root in ["inventory", "cost-of-sales", "variance", "shipped"] {
                value += try cents("\(root)/\(branch)")
            }
        }
        #expect(value == bought, "seed \(seed)")
        #expect(try cents("shipped/HZ") == 0 && cents("shipped/GZ") == 0, "seed \(seed)")
        for name in ["hz", "gz"] { #expect(try network.verify(name).isSound) }
    }
}
