import Testing

@testable import Books
@testable import Engine
@testable import Replica
@testable import Store

/// What becomes of goods between branches that did not arrive as they were sent.
@Suite struct TransferTests {
    /// HZ holds 10 TEA at 7.00 and sends 6 of them to GZ.
    private func company(
        due: String? = nil, costing: String = "average"
    ) throws -> (network: TestNetwork, hz: TestNode, gz: TestNode, shipment: String) {
        let network = try TestNetwork.company(["gz"], seed: 41)
        let (hz, gz) = (try network["hz"], try network["gz"])
        try hz.perform(
            .addItems([ItemChange(code: "TEA", name: "Tea", price: "9.00", costing: costing)]))
        try hz.perform(
            .receive(
                Details(), [Line(item: "TEA", quantity: "10", total: "70.01")], supplier: "ACME"))
        network.settle()
        try gz.perform(.setLocation(LocationChange(name: "broken", status: "damaged")))
        let shipment = try hz.perform(.ship(Details(due: due), tea("6"), to: "GZ")).subject
        network.settle()
        return (network, hz, gz, shipment)
    }

    private func tea(_ quantity: String) -> [Line] { [Line(item: "TEA", quantity: quantity)] }

    private func line(
        _ accepted: String, short: String = "0", damaged: String? = nil, returned: String? = nil,
        surplus: String? = nil
    ) -> [ArrivalLine] {
        [
            ArrivalLine(
                item: "TEA", accepted: accepted, short: short, damaged: damaged,
                returned: returned, surplus: surplus)
        ]
    }

    private func held(
        _ node: TestNode, _ branch: String, _ location: String = "main"
    ) throws -> Int128 {
        let code: BranchCode = try #require(BranchCode(branch))
        return try node.engine.store.balance(
            of: .stock(code, location), .item(try #require(ItemCode("TEA"))))
    }

    private func kinds(_ node: TestNode) throws -> [String] {
        try node.report(.exceptions).rows.map { $0[0].plain }
    }

    @Test func aLeadTimeSaysWhenGoodsAreDue() throws {
        let (network, hz, gz, _) = try company()
        #expect(hz.refusal(.setLead(from: "HZ", to: "GZ", days: "400")) == .badOption)
        #expect(hz.refusal(.setLead(from: "HZ", to: "HZ", days: "4")) == .notForThisBranch)
        try hz.perform(.setLead(from: "HZ", to: "GZ", days: "3"))
        try hz.perform(.setParty(PartyChange(name: "ACME", lead: "10")))
        network.settle()
        try hz.perform(.ship(Details(), tea("1"), to: "GZ"))
        try hz.perform(.ship(Details(due: "2026-12-31"), tea("1"), to: "GZ"))
        let due = try hz.report(.transfers(openOnly: true)).rows.map { $0[6].plain }
        // A week where nobody said; three days after the 18th; the day that was said.
        #expect(due == ["2026-11-25", "2026-11-21", "2026-12-31"])
        func dueOf(_ order: OrderForm, at node: TestNode) throws -> String? {
            let number = try node.perform(.order(Details(), .open(order))).subject
            return try node.report(.order(number: number)).facts.first { $0.key == "due" }?.value
                .plain
        }
        #expect(
            try dueOf(OrderForm(kind: .request, party: "HZ", lines: tea("1")), at: gz)
                == "2026-11-21")
        #expect(
            try dueOf(OrderForm(kind: .purchase, party: "ACME", lines: tea("1")), at: hz)
                == "2026-11-28")
    }

    @Test func everyLineEndsInOnePlace() throws {
        let (network, hz, gz, shipment) = try company()
        let arrival = try gz.perform(
            .arrive(
                Details(), line("2", short: "1", damaged: "1", returned: "2", surplus: "1"),
                shipment: shipment))
        network.settle()
        // Two accepted and one beside what was sent; one is broken; three are the sender's to settle.
        #expect(try held(gz, "GZ") == 3)
        #expect(try held(gz, "GZ", "broken") == 1)
        #expect(arrival.notices == ["what came beside it is on GZa-F-2026-000001"])
        for node in [hz, gz] {
            let rows = try node.report(.transfers(openOnly: true)).rows.map { $0.map(\.plain) }
            #expect(rows.map { Array($0[3...5]) } == [["TEA", "0", "3"]])
            #expect(rows[0][7] == "short 1, damaged 1, returned 2, surplus 1")
            #expect(try kinds(node).contains("dispute"))
        }
        // 42.01 left; three of six came, worth 21.01, and three are still the sender's.
        #expect(try hz.balances()["due-from/HZ/GZ"] == "42.01")
        #expect(try hz.balances()["due-to/GZ/HZ"] == "-21.01")
        #expect(try gz.balances()["inventory/GZ"] == "21.01")
        // Two came back, one is gone.
        try hz.perform(.settle(Details(), tea("2"), shipment: shipment, areLost: false))
        try hz.perform(.settle(Details(), tea("1"), shipment: shipment, areLost: true))
        network.settle()
        #expect(try held(hz, "HZ") == 6)
        for node in [hz, gz] {
            #expect(try node.report(.transfers(openOnly: true)).rows.isEmpty)
            #expect(try !kinds(node).contains("dispute"))
            #expect(try node.balances()["due-from/HZ/GZ"] == "21.01")
        }
        for name in ["hz", "gz"] { #expect(try network.verify(name).isSound) }
        #expect(try hz.balances()["write-off/HZ"] == "7.00")
        #expect(try hz.balances()["inventory/HZ"] == "42.00")
        #expect(try network.digests().count == 1)
    }

    /// Whatever is taken in whatever parts, the value is the shipment's, and a late cost follows.
    @Test(arguments: ["average", "fifo"])
    func valueIsConservedToTheCent(costing: String) throws {
        let (network, hz, gz, shipment) = try company(costing: costing)
        try gz.perform(.arrive(Details(), line("1", short: "4"), shipment: shipment))
        network.settle()
        try hz.perform(.settle(Details(), tea("1"), shipment: shipment, areLost: false))
        network.settle()
        try hz.perform(.settle(Details(), tea("1"), shipment: shipment, areLost: true))
        // One of those that were short turned up at the receiver.
        try gz.perform(.arrive(Details(), line("2"), shipment: shipment))
        network.settle()
        try hz.perform(.settle(Details(), tea("1"), shipment: shipment, areLost: true))
        network.settle()
        #expect(try hz.report(.transfers(openOnly: true)).rows.isEmpty)
        func worth() throws -> [String] {
            let all = try hz.balances()
            return ["inventory/HZ", "inventory/GZ", "write-off/HZ"].map { all[$0] ?? "0" }
        }
        #expect(try worth() == ["35.00", "21.01", "14.00"])
        let due = try hz.balances()
        #expect(due["due-from/HZ/GZ"] == "21.01")
        #expect(due["due-to/GZ/HZ"] == "-21.01")
        // The receipt cost 3.01 more: it is spread over all ten, wherever they are.
        try hz.perform(
            .revalue(
                Details(), item: "TEA", change: .of(receipt: "HZa-G-2026-000001", by: "3.01")))
        network.settle()
        network.run(milliseconds: 70_000)
        network.settle()
        #expect(try worth() == ["36.51", "21.91", "14.60"])
        for name in ["hz", "gz"] { #expect(try network.verify(name).isSound) }
    }

    @Test func onlyTheSenderSettlesAndNoMoreThanIsMissing() throws {
        let (network, hz, gz, shipment) = try company()
        try gz.perform(.arrive(Details(), line("4", short: "1"), shipment: shipment))
        network.settle()
        func settle(_ quantity: String, _ areLost: Bool) -> Command {
            .settle(Details(), tea(quantity), shipment: shipment, areLost: areLost)
        }
        #expect(gz.refusal(settle("1", true)) == .notForThisBranch)
        #expect(hz.refusal(settle("2", true)) == .notEnough)
        #expect(hz.refusal(settle("0", false)) == .notPositive)
        #expect(
            hz.refusal(.arrive(Details(), line("1"), shipment: shipment)) == .notForThisBranch)
        // One is in transit and one in dispute: two may come, three may not.
        #expect(gz.refusal(.arrive(Details(), line("3"), shipment: shipment)) == .notEnough)
        #expect(
            gz.refusal(.arrive(Details(), line("1", short: "1"), shipment: shipment)) == nil)
        #expect(
            gz.refusal(.arrive(Details(), line("0", short: "1"), shipment: shipment)) == .notEnough)
        #expect(
            gz.refusal(.arrive(Details(), line("0", surplus: "-1"), shipment: shipment))
                == .notPositive)
        network.settle()
        try hz.perform(settle("1", true))
        #expect(hz.refusal(settle("1", true)) == .notEnough)
    }

    /// Cut off from each other, one finds what the other gives up.
    @Test func whatIsSettledTwiceIsTold() throws {
        let (network, hz, gz, shipment) = try company()
        try gz.perform(.arrive(Details(), line("5", short: "1"), shipment: shipment))
        network.settle()
        network.sever("hz", "gz")
        try hz.perform(.settle(Details(), tea("1"), shipment: shipment, areLost: true))
        try gz.perform(.arrive(Details(), line("1"), shipment: shipment))
        network.mend("hz", "gz")
        network.run(milliseconds: 120_000)
        network.settle()
        for name in ["hz", "gz"] {
            let node = try network[name]
            let row = try #require(
                try node.report(.exceptions).rows.first { $0[0].plain == "settled twice" })
            #expect(row[1].plain == "\(shipment) TEA" && row[2].plain == "-1")
            #expect(try network.verify(name).isSound)
        }
        #expect(try held(gz, "GZ") == 6)
        #expect(try network.digests().count == 1)
    }

    @Test func damagedGoodsNeedAPlace() throws {
        let (network, _, gz, shipment) = try company()
        try gz.perform(.setLocation(LocationChange(name: "bin", status: "damaged")))
        let broken = line("0", damaged: "1")
        #expect(gz.refusal(.arrive(Details(), broken, shipment: shipment)) == .unknownLocation)
        var named = broken
        named[0].damagedTo = "bin"
        try gz.perform(.arrive(Details(), named, shipment: shipment))
        #expect(try held(gz, "GZ", "bin") == 1)
        network.settle()
    }

    @Test func goodsThatAreAskedBackGoBack() throws {
        let (network, hz, gz, shipment) = try company()
        let recall = Command.recall(Details(person: "Lin", memo: "wrong shop"), shipment: shipment)
        #expect(gz.refusal(recall) == .notForThisBranch)
        #expect(hz.refusal(.recall(Details(), shipment: shipment)) == .badOption)
        try hz.perform(recall)
        network.settle()
        #expect(gz.refusal(.arrive(Details(), [], shipment: shipment)) == .recalled)
        let row = try #require(
            try gz.report(.exceptions).rows.first { $0[0].plain == "recalled" })
        #expect(row[3].plain.contains("Lin of HZ wants it back (wrong shop)"))
        // One was sold from the van already.
        try gz.perform(.arrive(Details(), line("1", returned: "5"), shipment: shipment))
        network.settle()
        #expect(hz.refusal(recall) == .notEnough)
        try hz.perform(.settle(Details(), tea("5"), shipment: shipment, areLost: false))
        network.settle()
        #expect(try held(hz, "HZ") == 9)
        #expect(try kinds(gz).isEmpty)
    }

    @Test func goodsThatDoNotComeAreOverdue() throws {
        let (network, hz, gz, shipment) = try company()
        #expect(try !kinds(gz).contains("overdue"))
        for _ in 0..<8 { network.run(milliseconds: 86_400_000) }
        let row = try #require(
            try gz.report(.exceptions).rows.first { $0[0].plain == "overdue" })
        #expect(row[1].plain.hasPrefix("\(shipment) TEA, due "))
        #expect(row[3].plain.contains("ask "))
        // One with a day of its own is due then.
        let today = Day(hz.now, utcOffsetMinutes: 0)
        let next = try hz.perform(
            .ship(
                Details(due: Day(number: today.number + 1).description), tea("1"), to: "GZ")
        ).subject
        #expect(
            hz.refusal(
                .ship(
                    Details(due: Day(number: today.number - 1).description), tea("1"), to: "GZ"))
                == .badDate)
        network.settle()
        let rows = try gz.report(.transfers(openOnly: true)).rows
        let own = try #require(rows.first { $0[0].plain == next })
        #expect(own[6].plain == Day(number: today.number + 1).description)
        try gz.perform(.arrive(Details(), [], shipment: shipment))
        try gz.perform(.arrive(Details(), [], shipment: next))
        #expect(try !kinds(gz).contains("overdue"))
    }
}
