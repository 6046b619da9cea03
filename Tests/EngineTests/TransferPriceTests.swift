import Testing

@testable import Books
@testable import Engine
@testable import Replica
@testable import Sodium
@testable import Store

/// Goods that go to another branch at a price, within a legal entity and between two: what each branch earned, and what
/// all of them did.
@Suite struct TransferPriceTests {
    private static func tea(_ quantity: String) -> [Line] {
        [Line(item: "TEA", quantity: quantity)]
    }

    /// HZ with ten teas at 2.00, and GZ; of another legal entity where `entity` says so.
    private func company(
        seed: UInt64, entity: String? = nil, costing: String? = nil
    ) throws -> TestNetwork {
        let network = try TestNetwork.company([], seed: seed)
        let hz = try network["hz"]
        if let entity { _ = hz.ask(.addEntity(name: entity)) }
        try network.join("gz", seed: seed + 1, entity: entity)
        try hz.perform(
            .addItems([
                ItemChange(code: "TEA", name: "Tea", price: "9.00", tax: "13", costing: costing)
            ]))
        try hz.perform(
            .receive(
                Details(), [Line(item: "TEA", quantity: "10", cost: "2.00")], supplier: "Mill"))
        network.settle()
        return network
    }

    private func setRule(_ node: TestNode, _ rule: String) throws {
        try node.perform(.setTransferPrice(from: "HZ", to: "GZ", rule: rule))
    }

    private static let year = StatementFilter(from: "2026-01-01", to: "2026-12-31")
    private static let byBranch = StatementFilter(
        from: "2026-01-01", to: "2026-12-31", byBranch: true)

    private func position(_ node: TestNode, _ column: String = "amount") throws -> [String: String]
    {
        var filter = Self.byBranch
        filter.byEntity = true
        let report = try node.report(.position(filter))
        #expect(report.facts.first { $0.key == "balanced" }?.value == .flag(true))
        return try node.lines(.position(filter), column)
    }

    private func profit(_ node: TestNode, _ column: String = "amount") throws -> [String: String] {
        var filter = Self.byBranch
        filter.byEntity = true
        return try node.lines(.profit(filter), column)
    }

    /// Four teas that cost 2.00 go at cost and a half: GZ owes 12.00, and HZ earned 4.00 that the company has not.
    @Test func aPriceIsEarnedAndNotByTheCompany() throws {
        let network = try company(seed: 300)
        let (hz, gz) = (try network["hz"], try network["gz"])
        try setRule(hz, "cost+50%")
        let shipment = try hz.perform(.ship(Details(), Self.tea("4"), to: "GZ")).subject
        network.run(milliseconds: 60_000)
        for node in [hz, gz] {
            #expect(try node.balances()["due-from/HZ/GZ"] == "12.00")
            #expect(try node.balances()["transfer-sales/HZ/GZ"] == "-12.00")
            #expect(try node.balances()["transfer-cost/HZ/GZ"] == "8.00")
            #expect(try position(node)["Between branches, on its way"] == "8.00")
            #expect(try position(node)["Inventory"] == "12.00")
            #expect(try profit(node)["Net profit"] == "0.00")
            #expect(try profit(node, "HZ")["Net profit"] == "4.00")
        }
        try gz.perform(.arrive(Details(), [], shipment: shipment))
        network.run(milliseconds: 60_000)
        try gz.perform(.sell(Details(), Self.tea("1"), tender: "cash"))
        network.run(milliseconds: 60_000)
        for node in [hz, gz] {
            #expect(try node.balances()["due-to/GZ/HZ"] == "-12.00")
            #expect(try position(node, "GZ")["Inventory"] == "9.00")
            #expect(try position(node)["Inventory"] == "18.00")
            #expect(try position(node)["Between branches, on its way"] == nil)
            #expect(try profit(node, "HZ")["Goods sent to branches"] == "12.00")
            #expect(try profit(node, "HZ")["Cost of goods sent to branches"] == "8.00")
            #expect(try profit(node, "GZ")["Cost of sales"] == "3.00")
            #expect(try profit(node)["Cost of sales"] == "2.00")
            #expect(try profit(node)["Goods sent to branches"] == "0.00")
            #expect(try profit(node)["Net profit"] == "7.00")
            #expect(try node.report(.reconcile(branch: nil)).rows.isEmpty)
        }
        // The end of a year takes what was earned to the capital, and not what is in goods.
        let closing = Instant(milliseconds: 1_798_800_000_000)
        for node in [hz, gz] { node.now = closing }
        network.now = closing
        network.run(milliseconds: 60_000)
        for node in [hz, gz] {
            try node.perform(.close(Details(), through: "2026-12-31", isYearEnd: true))
        }
        network.run(milliseconds: 60_000)
        for node in [hz, gz] {
            #expect(try position(node)["Inventory"] == "18.00")
            #expect(try position(node)["Profit of the period"] == "-3.00")
            #expect(try profit(node)["Net profit"] == "7.00")
        }
        // The rest is sold: what was earned is earned.
        try gz.perform(.sell(Details(), Self.tea("3"), tender: "cash"))
        network.settle()
        let whole = StatementFilter(from: "2026-01-01", to: "2027-12-31")
        #expect(try hz.lines(.profit(whole))["Cost of sales"] == "8.00")
        #expect(try hz.lines(.position(whole))["Inventory"] == "12.00")
        for name in ["hz", "gz"] { #expect(try network.verify(name).isSound) }
    }

    /// GZ was sent four teas at cost and a half, and made two boxes of them by the document that is returned.
    private func boxes(seed: UInt64) throws -> (network: TestNetwork, making: String) {
        let network = try company(seed: seed)
        let (hz, gz) = (try network["hz"], try network["gz"])
        try hz.perform(.addItems([ItemChange(code: "BOX", name: "Box", price: "20.00")]))
        try setRule(hz, "cost+50%")
        let shipment = try hz.perform(.ship(Details(), Self.tea("4"), to: "GZ")).subject
        network.run(milliseconds: 60_000)
        try gz.perform(.arrive(Details(), [], shipment: shipment))
        network.run(milliseconds: 60_000)
        let making = try gz.perform(
            .repack(
                Details(), Self.tea("4"), into: Line(item: "BOX", quantity: "2"), extra: nil)
        ).subject
        network.run(milliseconds: 120_000)
        return (network, making)
    }

    /// The example of `docs/money.md`: GZ makes two boxes of the four teas, and sells one. What HZ earned goes along.
    @Test func whatIsMadeOfGoodsKeepsWhatWasEarnedOnThem() throws {
        let (network, _) = try boxes(seed: 305)
        let (hz, gz) = (try network["hz"], try network["gz"])
        for node in [hz, gz] {
            #expect(try position(node, "GZ")["Inventory"] == "12.00")
            #expect(try position(node)["Inventory"] == "20.00")
            #expect(try profit(node)["Net profit"] == "0.00")
        }
        try gz.perform(
            .sell(Details(), [Line(item: "BOX", quantity: "1")], tender: "cash"))
        network.run(milliseconds: 120_000)
        for node in [hz, gz] {
            #expect(try profit(node, "GZ")["Cost of sales"] == "6.00")
            #expect(try profit(node)["Cost of sales"] == "4.00")
            #expect(try position(node)["Inventory"] == "16.00")
        }
        // All is sold: what was earned is earned.
        try gz.perform(.sell(Details(), [Line(item: "BOX", quantity: "1")], tender: "cash"))
        network.run(milliseconds: 120_000)
        #expect(try profit(hz)["Cost of sales"] == "8.00")
        #expect(try position(hz)["Inventory"] == "12.00")
        for name in ["hz", "gz"] { #expect(try network.verify(name).isSound) }
    }

    /// A making that is taken back is tea again, with what was earned on it.
    @Test func whatIsUnmadeIsWhatItWas() throws {
        let (network, making) = try boxes(seed: 306)
        let (hz, gz) = (try network["hz"], try network["gz"])
        try gz.perform(.reverse(Details(), number: making))
        network.run(milliseconds: 120_000)
        try gz.perform(.sell(Details(), Self.tea("1"), tender: "cash"))
        network.run(milliseconds: 120_000)
        for node in [hz, gz] {
            #expect(try position(node)["Inventory"] == "18.00")
            #expect(try profit(node)["Cost of sales"] == "2.00")
        }
        for name in ["hz", "gz"] { #expect(try network.verify(name).isSound) }
    }

    /// A rule is of what leaves after it; a late cost changes what was earned, and of cost and a part what is owed.
    @Test func aRuleIsOfWhatLeaves() throws {
        let network = try company(seed: 310)
        let (hz, gz) = (try network["hz"], try network["gz"])
        try hz.perform(.ship(Details(), Self.tea("2"), to: "GZ"))
        try setRule(hz, "cost+50%")
        network.run(milliseconds: 60_000)
        #expect(try gz.balances()["due-from/HZ/GZ"] == "4.00")
        let second = try hz.perform(.ship(Details(), Self.tea("2"), to: "GZ")).subject
        try setRule(hz, "")
        network.run(milliseconds: 60_000)
        #expect(try gz.balances()["due-from/HZ/GZ"] == "10.00")
        // Ten more for the ten: each had cost 3.00.
        let receipt = try #require(
            try hz.report(.journal(JournalFilter(limit: 100))).rows.lazy.flatMap { $0 }
                .map(\.plain).first { $0.contains("-G-") })
        try hz.perform(
            .revalue(Details(), item: "TEA", change: .of(receipt: receipt, by: "10.00")))
        network.run(milliseconds: 120_000)
        #expect(try gz.balances()["due-from/HZ/GZ"] == "15.00")
        #expect(try gz.balances()["transfer-cost/HZ/GZ"] == "6.00")
        #expect(try gz.balances()["transfer-sales/HZ/GZ"] == "-9.00")
        try gz.perform(.arrive(Details(), [], shipment: second))
        network.run(milliseconds: 60_000)
        #expect(try position(gz, "GZ")["Inventory"] == "9.00")
        #expect(try position(gz)["Inventory"] == "24.00")
        for name in ["hz", "gz"] { #expect(try network.verify(name).isSound) }
    }

    /// Between two legal entities goods are sold, with tax: nothing leaves before somebody said at what.
    @Test func anotherEntityBuysTheGoods() throws {
        let network = try company(seed: 320, entity: "South Ltd")
        let (hz, gz) = (try network["hz"], try network["gz"])
        #expect(hz.refusal(.ship(Details(), Self.tea("4"), to: "GZ")) == .noTransferPrice)
        try hz.perform(
            .setPrices(
                PriceListChange(
                    name: "south", prices: [.init(item: "TEA", price: "5.00", from: "2026-01-01")]))
        )
        try setRule(hz, "list:south")
        let shipment = try hz.perform(.ship(Details(), Self.tea("4"), to: "GZ")).subject
        network.run(milliseconds: 60_000)
        // 20.00 and 2.60 of tax.
        #expect(try gz.balances()["due-from/HZ/GZ"] == "22.60")
        #expect(try gz.balances()["transfer-tax/HZ"] == "-2.60")
        // Two come, one is short, one is sent back.
        try gz.perform(
            .arrive(
                Details(), [ArrivalLine(item: "TEA", accepted: "2", short: "1", returned: "1")],
                shipment: shipment))
        network.run(milliseconds: 60_000)
        #expect(try hz.balances()["due-to/GZ/HZ"] == "-11.30")
        #expect(try hz.balances()["input-tax/GZ"] == "1.30")
        #expect(try position(hz, "GZ")["Inventory"] == "10.00")
        try hz.perform(.settle(Details(), Self.tea("1"), shipment: shipment, areLost: false))
        try hz.perform(.settle(Details(), Self.tea("1"), shipment: shipment, areLost: true))
        network.run(milliseconds: 60_000)
        for node in [hz, gz] {
            let balances = try node.balances()
            #expect(balances["due-from/HZ/GZ"] == "11.30" && balances["due-to/GZ/HZ"] == "-11.30")
            #expect(balances["transfer-tax/HZ"] == "-1.30")
            #expect(balances["transfer-sales/HZ/GZ"] == "-10.00")
            #expect(balances["transfer-cost/HZ/GZ"] == "4.00")
            #expect(balances["write-off/HZ"] == "2.00")
            #expect(try position(node, "HZ")["Inventory"] == "14.00")
            // Bought for 10.00, and of these 6.00 were earned by the other.
            #expect(try position(node)["Inventory"] == "18.00")
            #expect(try profit(node)["Net profit"] == "-2.00")
            #expect(try profit(node, "entity Company")["Net profit"] == "4.00")
            #expect(try position(node, "entity South Ltd")["Due to branches"] == "11.30")
            let taxes = try node.report(.taxes(StatementFilter(byBranch: true))).rows.map {
                $0.map(\.plain)
            }
            #expect(
                taxes == [
                    ["GZ", "0.00", "0.00", "1.30", "-1.30"],
                    ["HZ", "10.00", "1.30", "0.00", "1.30"],
                ])
            #expect(try node.report(.reconcile(branch: nil)).rows.isEmpty)
        }
        // The tax invoice is of what was left of it.
        let issued = try hz.perform(
            .invoice(Details(), .issue(sales: [shipment], code: "044001")))
        #expect(issued.total == "11.30")
        #expect(
            hz.refusal(.invoice(Details(), .issue(sales: [shipment], code: "2")))
                == .alreadyRecorded)
        let invoice = try hz.report(.invoices(party: "South Ltd", openOnly: true)).rows.map {
            $0.map(\.plain)
        }
        #expect(invoice.count == 1 && invoice[0][6...8] == ["10.00", "1.30", "11.30"])
        // Sent back later on, the invoice is of too much; another shipment has none.
        let more = try hz.perform(.ship(Details(date: "2026-11-18"), Self.tea("2"), to: "GZ"))
            .subject
        network.run(milliseconds: 60_000)
        #expect(try hz.report(.reconcile(branch: nil)).rows.isEmpty)
        let receipt = try #require(
            try hz.report(.journal(JournalFilter(limit: 100))).rows.lazy.flatMap { $0 }
                .map(\.plain).first { $0.contains("-G-") })
        try hz.perform(.setTransferPrice(from: "HZ", to: "GZ", rule: "cost+10%"))
        let third = try hz.perform(.ship(Details(), Self.tea("1"), to: "GZ")).subject
        network.run(milliseconds: 60_000)
        try hz.perform(.invoice(Details(), .issue(sales: [third], code: "044002")))
        try hz.perform(
            .revalue(Details(), item: "TEA", change: .of(receipt: receipt, by: "1.00")))
        network.run(milliseconds: 120_000)
        let changed = try hz.report(.reconcile(branch: nil)).rows.map { $0.map(\.plain) }
        #expect(changed.map { Array($0[0...2]) } == [["invoice", "044002 of \(third)", "0.12"]])
        hz.now = hz.now.advanced(byMilliseconds: 40 * 86_400_000)
        let late = try hz.report(.reconcile(branch: "HZ")).rows.map { $0.map(\.plain) }
        #expect(
            late.contains { Array($0[0...2]) == ["no invoice", "\(more) to South Ltd", "11.30"] })
        hz.now = gz.now
        try gz.perform(.arrive(Details(), [], shipment: more))
        try gz.perform(.arrive(Details(), [], shipment: third))
        // Papers name who sells.
        try gz.perform(
            .setEntity(
                EntityChange(name: "South Ltd", taxNumber: "9144", address: "1 Harbour Road")))
        let sale = try gz.perform(.sell(Details(), Self.tea("1"), tender: "cash")).subject
        let facts = try gz.report(.paper(number: sale)).facts
        #expect(facts.first { $0.key == "company" }?.value == .text("South Ltd"))
        #expect(facts.first { $0.key == "tax-number" }?.value == .text("9144"))
        network.settle()
        #expect(
            try hz.report(.entities).rows.map { $0.map(\.plain) } == [
                ["Company", "", "", "CNY", "", "HZ", ""],
                ["South Ltd", "9144", "1 Harbour Road", "CNY", "", "GZ", ""],
            ])
        #expect(
            gz.refusal(.setEntity(EntityChange(name: "North Ltd", chart: "x"))) == .unknownEntity)
        for name in ["hz", "gz"] { #expect(try network.verify(name).isSound) }
    }

    /// Layers that go along tell how old goods are, and not what they had cost.
    @Test func layersDoNotTellWhatGoodsCost() throws {
        let network = try company(seed: 330, entity: "South Ltd", costing: "fifo")
        let (hz, gz) = (try network["hz"], try network["gz"])
        try hz.perform(
            .receive(
                Details(), [Line(item: "TEA", quantity: "10", cost: "4.00")], supplier: "Mill"))
        try setRule(hz, "cost+100%")
        let shipment = try hz.perform(.ship(Details(), Self.tea("12"), to: "GZ")).subject
        network.run(milliseconds: 60_000)
        // 28.00 of cost.
        #expect(try gz.balances()["transfer-cost/HZ/GZ"] == "28.00")
        #expect(try gz.balances()["due-from/HZ/GZ"] == "63.28")
        let said = try gz.engine.store.events(of: Event.layersPrefix + shipment)
        let told = said.compactMap { $0[CostPool.Layer.layersField]?.text }
        #expect(told.count == 1 && CostPool.Layer.layers(told[0])?.map(\.value) == [4667, 933])
        try gz.perform(.arrive(Details(), [], shipment: shipment))
        network.run(milliseconds: 60_000)
        try gz.perform(.sell(Details(), Self.tea("6"), tender: "cash"))
        network.settle()
        #expect(try position(gz)["Inventory"] == "46.00")
        #expect(try profit(gz)["Cost of sales"] == "14.00")
        for name in ["hz", "gz"] { #expect(try network.verify(name).isSound) }
    }

    /// The receiver may not say what it is charged.
    @Test func thePriceIsTheSenders() throws {
        let network = try company(seed: 340)
        let (hz, gz) = (try network["hz"], try network["gz"])
        try setRule(hz, "cost+50%")
        let shipment = try hz.perform(.ship(Details(), Self.tea("4"), to: "GZ")).subject
        let number = try #require(DocumentNumber(shipment))
        network.settle()
        let pair = try #require(BranchPair(BranchCode("HZ")!, BranchCode("GZ")!))
        let event = Event(
            entity: TransferNotes.entity(number), kind: Event.pricingKind, person: "Chen",
            effectiveDate: Day("2020-01-01")!, fields: [.init("#TEA", .text("value 1 0"))])
        let log = LogName(
            author: gz.engine.credentials.node, incarnation: 1, scope: .between(pair))
        let roster = try #require(gz.engine.standing?.roster)
        #expect(
            roster.verdict(on: .success(.append(event)), log: log, commit: 1) == .void(.noGrant))
        let own = LogName(
            author: hz.engine.credentials.node, incarnation: 1, scope: .between(pair))
        #expect(roster.verdict(on: .success(.append(event)), log: own, commit: 1) == .valid)
        // What says no price is none, and of two words the first counts.
        #expect(
            TransferPrice("value -1 0") == nil
                && TransferPrice("cost+ 1 9223372036854775807") == nil)
        #expect(TransferPrice("value 1") == nil && TransferPrice("") == nil)
        let other = Event(
            entity: event.entity, kind: event.kind, person: "Chen",
            effectiveDate: event.effectiveDate, fields: [.init("#TEA", .text("value 7 0"))])
        #expect(
            TransferPrice.prices([event, other]).values.map(\.basis) == [.value(1)])
    }

    /// Each ships to the other while the line is down, by rules that both changed: afterwards all nodes have one state.
    @Test func rulesAndShipmentsBesideEachOther() throws {
        let network = try company(seed: 350)
        let (hz, gz) = (try network["hz"], try network["gz"])
        let first = try hz.perform(.ship(Details(), Self.tea("6"), to: "GZ")).subject
        network.settle()
        try gz.perform(.arrive(Details(), [], shipment: first))
        network.run(milliseconds: 60_000)
        network.sever("hz", "gz")
        network.settle()
        try setRule(hz, "cost+10%")
        try gz.perform(.setTransferPrice(from: "HZ", to: "GZ", rule: "cost+30%"))
        try gz.perform(.setTransferPrice(from: "GZ", to: "HZ", rule: "cost+100%"))
        let there = try hz.perform(.ship(Details(), Self.tea("2"), to: "GZ")).subject
        let back = try gz.perform(.ship(Details(), Self.tea("3"), to: "HZ")).subject
        network.mend("hz", "gz")
        network.run(milliseconds: 120_000)
        try gz.perform(.arrive(Details(), [], shipment: there))
        try hz.perform(.arrive(Details(), [], shipment: back))
        network.run(milliseconds: 120_000)
        #expect(try hz.balances() == gz.balances())
        #expect(try hz.balances()["due-from/GZ/HZ"] == "12.00")
        #expect(try hz.balances()["due-from/HZ/GZ"] == "16.40")
        for node in [hz, gz] {
            #expect(try position(node)["Inventory"] == "20.00")
            let rules = try node.report(.transferPrices).rows.map { $0.map(\.plain) }
            #expect(rules.count == 2 && rules[1][4] == "true")
            #expect(try node.report(.reconcile(branch: nil)).rows.isEmpty)
        }
        for name in ["hz", "gz"] { #expect(try network.verify(name).isSound) }
    }

    /// A node that reads its own branch alone sold what it sold.
    @Test func whoReadsNoOtherBranchSoldTheGoods() throws {
        let network = try TestNetwork.company([], seed: 370)
        let hz = try network["hz"]
        try network.join("gz", seed: 371, readsAll: false)
        let gz = try network["gz"]
        try hz.perform(.addItems([ItemChange(code: "TEA", name: "Tea", price: "9.00")]))
        network.settle()
        try gz.perform(
            .receive(
                Details(), [Line(item: "TEA", quantity: "10", cost: "2.00")], supplier: "Mill"))
        try gz.perform(.setTransferPrice(from: "GZ", to: "HZ", rule: "cost+50%"))
        try gz.perform(.ship(Details(), Self.tea("4"), to: "HZ"))
        network.run(milliseconds: 60_000)
        #expect(try profit(gz)["Net profit"] == "4.00")
        #expect(try profit(gz)["Goods sent to branches"] == "12.00")
        #expect(try position(gz)["Inventory"] == "12.00")
        #expect(try profit(hz)["Net profit"] == "0.00")
    }

    /// Of three units that go for 1.00 with tax one comes and two are lost: both have the same tax.
    @Test func partsHaveOneTax() throws {
        let network = try company(seed: 380, entity: "South Ltd")
        let (hz, gz) = (try network["hz"], try network["gz"])
        try hz.perform(
            .setPrices(
                PriceListChange(
                    name: "south",
                    prices: [.init(item: "TEA", price: "0.333333", from: "2026-01-01")])))
        try setRule(hz, "list:south")
        let shipment = try hz.perform(.ship(Details(), Self.tea("3"), to: "GZ")).subject
        network.run(milliseconds: 60_000)
        #expect(try gz.balances()["due-from/HZ/GZ"] == "1.13")
        try gz.perform(
            .arrive(
                Details(), [ArrivalLine(item: "TEA", accepted: "1", short: "2")],
                shipment: shipment))
        network.run(milliseconds: 60_000)
        try hz.perform(.settle(Details(), Self.tea("2"), shipment: shipment, areLost: true))
        network.run(milliseconds: 60_000)
        for node in [hz, gz] {
            let balances = try node.balances()
            #expect(balances["due-from/HZ/GZ"] == "0.38" && balances["due-to/GZ/HZ"] == "-0.38")
            #expect(balances["transfer-tax/HZ"] == "-0.04" && balances["input-tax/GZ"] == "0.04")
            #expect(balances["transfer-sales/HZ/GZ"] == "-0.34")
        }
        #expect(
            hz.refusal(
                .journal(
                    Details(),
                    [
                        JournalLine(account: "transfer-sales/GZ", amount: "-1.00"),
                        JournalLine(account: "expense/rent", amount: "1.00"),
                    ])) == .badAccount)
        for name in ["hz", "gz"] { #expect(try network.verify(name).isSound) }
    }

    /// Two companies do the same, one of them at prices: once all is sold they earned the same. On the way the balance
    /// sheets of both balance.
    @Test(arguments: [UInt64(1), 2, 3])
    func aPriceEarnsTheCompanyNothing(_ seed: UInt64) throws {
        var profits: [[String: String]] = []
        for isPriced in [false, true] {
            let network = try TestNetwork.company(["gz", "sh"], seed: 360 + seed)
            let nodes = try ["hz", "gz", "sh"].map { try network[$0] }
            let codes = ["HZ", "GZ", "SH"]
            try nodes[0].perform(
                .addItems([ItemChange(code: "TEA", name: "Tea", price: "9.00")]))
            if isPriced {
                for from in codes {
                    for to in codes where from != to {
                        try nodes[0].perform(
                            .setTransferPrice(from: from, to: to, rule: "cost+37.5%"))
                    }
                }
            }
            network.settle()
            var random = SeededRandom(seed: seed)
            var held = [0, 0, 0]
            for _ in 0..<30 {
                let bytes = random.bytes(4)
                let at = Int(bytes[0]) % 3
                let day = "2026-\(bytes[3] < 128 ? "09" : "10")-\(10 + Int(bytes[3]) % 20)"
                switch bytes[1] % 3 {
                case 0:
                    let count = 1 + Int(bytes[2]) % 9
                    try nodes[at].perform(
                        .receive(
                            Details(date: day),
                            [
                                Line(
                                    item: "TEA", quantity: "\(count)",
                                    cost: "1.\(10 + bytes[2] % 90)")
                            ],
                            supplier: "Mill"))
                    held[at] += count
                case 1 where held[at] > 0:
                    let (count, to) = (1 + Int(bytes[2]) % held[at], (at + 1) % 3)
                    let sent = try nodes[at].perform(
                        .ship(Details(), Self.tea("\(count)"), to: codes[to])
                    ).subject
                    network.run(milliseconds: 61_000)
                    try nodes[to].perform(.arrive(Details(), [], shipment: sent))
                    held[at] -= count
                    held[to] += count
                case 2 where held[at] > 0:
                    try nodes[at].perform(
                        .sell(
                            Details(), Self.tea("\(1 + Int(bytes[2]) % held[at])"), tender: "cash"))
                    held[at] -= 1 + Int(bytes[2]) % held[at]
                default: break
                }
                network.run(milliseconds: 61_000)
                _ = try position(nodes[0])
            }
            for (at, count) in held.enumerated() where count > 0 {
                try nodes[at].perform(.sell(Details(), Self.tea("\(count)"), tender: "cash"))
            }
            network.run(milliseconds: 240_000)
            for node in nodes {
                #expect(try position(node) == position(nodes[0]))
                #expect(try position(node)["Inventory"] ?? "0.00" == "0.00")
            }
            profits.append(try profit(nodes[0]).filter { $0.value != "0.00" })
            #expect(try nodes[0].report(.reconcile(branch: nil)).rows.isEmpty)
            #expect(try network.verify("hz").isSound)
        }
        #expect(profits[0] == profits[1])
    }
}
