import Testing

@testable import Books
@testable import Engine
@testable import Replica
@testable import Store

/// Goods that stand at a branch by the word of a paper, before the entries of the branch they are of.
@Suite struct EarlyTests {
    /// HZ holds 10 TEA at 2.00; both know the item; then they are cut off from each other.
    private func company(
        seed: UInt64, costing: String = "average"
    ) throws -> (network: TestNetwork, hz: TestNode, gz: TestNode) {
        let network = try TestNetwork.company(["gz"], seed: seed)
        let (hz, gz) = (try network["hz"], try network["gz"])
        try hz.perform(
            .addItems([
                ItemChange(
                    code: "TEA", name: "Tea", price: "9.00", barcode: "6900000000013", tax: "13",
                    costing: costing),
                ItemChange(code: "CUP", name: "Cup", price: "4.00"),
            ]))
        try hz.perform(
            .receive(
                Details(),
                [
                    Line(item: "TEA", quantity: "10", cost: "2.00"),
                    Line(item: "CUP", quantity: "10", cost: "1.00"),
                ], supplier: "ACME"))
        network.settle()
        network.sever("hz", "gz")
        network.settle()
        return (network, hz, gz)
    }

    private func tea(_ quantity: String) -> [Line] { [Line(item: "TEA", quantity: quantity)] }
    private func came(_ quantity: String, damaged: String? = nil) -> [ArrivalLine] {
        [ArrivalLine(item: "TEA", accepted: quantity, damaged: damaged)]
    }

    private func claim(_ node: TestNode, _ number: String) throws -> String {
        let facts = try node.report(.paper(number: number)).facts
        return try #require(facts.first { $0.key == "claim" }).value.plain
    }

    private func heal(_ network: TestNetwork) {
        network.mend("hz", "gz")
        network.run(milliseconds: 120_000)
    }

    private func expectSound(_ network: TestNetwork) throws {
        for name in ["hz", "gz"] { #expect(try network.verify(name).isSound) }
    }

    private func kinds(_ node: TestNode) throws -> Set<String> {
        Set(try node.report(.exceptions).rows.map { $0[0].plain })
    }

    private func units(_ node: TestNode) throws -> [[String]] {
        try node.report(.units(item: nil)).rows.map { $0.map(\.plain) }
    }

    @Test(arguments: ["average", "fifo"])
    func aCutOffBranchReceivesByTheNote(costing: String) throws {
        let (network, hz, gz) = try company(seed: 95, costing: costing)
        let shipment = try hz.perform(.ship(Details(), tea("6"), to: "GZ")).subject
        let note = try claim(hz, shipment)
        let arrival = try gz.perform(.arrive(Details(), came("5"), shipment: note))
        #expect(arrival.notices == ["HZ's entries are awaited: what they cost is known then"])
        // They may be sold at once; what they cost is not known.
        try gz.perform(.sell(Details(), tea("2"), tender: "cash"))
        #expect(try gz.report(.stock(branch: "GZ", item: nil, limit: 9)).rows[0][3].plain == "3")
        #expect(try kinds(gz).contains("early"))
        // Outside of a batch as well.
        #expect(
            try gz.engine.store.earlyDocuments(limit: 9).map(\.number?.description) == [
                arrival.subject
            ])
        try expectSound(network)
        // No more than is on the note, and no unit of it twice.
        #expect(gz.refusal(.arrive(Details(), came("2"), shipment: note)) == .notEnough)
        try gz.perform(.arrive(Details(), [], shipment: note.lowercased()))
        #expect(gz.refusal(.arrive(Details(), came("1"), shipment: note)) == .notEnough)

        heal(network)
        try expectSound(network)
        for node in [hz, gz] {
            #expect(try node.report(.transfers(openOnly: true)).rows.isEmpty)
            #expect(
                try kinds(node).isDisjoint(with: [
                    "early", "overdue", "shortage", "half a document",
                ]))
            #expect(try units(node)[1] == ["TEA", "Tea", "10", "2", "", "4", "4", "", "", ""])
        }
        // As if the entries had been there first: 6 came at 2.00, 2 of them were sold.
        let balances = try gz.balances()
        #expect(balances["inventory/GZ"] == "8.00" && balances["cost-of-sales/GZ"] == "4.00")
        #expect(balances["due-to/GZ/HZ"] == "-12.00")
        #expect(try hz.balances()["due-from/HZ/GZ"] == "12.00")
        let margin = try gz.report(
            .margin(MarginFilter(by: ["branch"], from: "2026-11-01", to: "2026-12-31")))
        #expect(margin.rows[0].map(\.plain).contains("4.00"))
        // The paper says the same as the entries now.
        #expect(gz.refusal(.arrive(Details(), came("1"), shipment: note)) == .notEnough)
    }

    @Test func whatWasNotTakenEarlyIsTakenAsUsual() throws {
        let (network, hz, gz) = try company(seed: 96)
        try gz.perform(.setLocation(LocationChange(name: "broken", status: "damaged")))
        let shipment = try hz.perform(.ship(Details(), tea("6"), to: "GZ")).subject
        let note = try claim(hz, shipment)
        try gz.perform(.arrive(Details(), came("3", damaged: "1"), shipment: note))
        #expect(
            gz.refusal(
                .arrive(
                    Details(), [ArrivalLine(item: "TEA", accepted: "1", short: "1")],
                    shipment: note)) == .badOption)
        heal(network)
        let open = try gz.report(.transfers(openOnly: true)).rows.map { $0.map(\.plain) }
        #expect(open.map { Array($0[3...5]) } == [["TEA", "2", "0"]])
        // By the paper or by the number: it is the same shipment.
        try gz.perform(
            .arrive(
                Details(), [ArrivalLine(item: "TEA", accepted: "1", short: "1")], shipment: note))
        heal(network)
        try expectSound(network)
        for node in [hz, gz] {
            #expect(try kinds(node).contains("dispute"))
        }
        #expect(try gz.balances()["inventory/GZ"] == "10.00")
    }

    @Test func nobodyElsesPaperIsBelieved() throws {
        let (network, hz, gz) = try company(seed: 97)
        let shipment = try hz.perform(.ship(Details(), tea("6"), to: "GZ")).subject
        let note = try claim(hz, shipment)
        let stranger = try TestNode.founder(seed: 98)
        try stranger.perform(.addItems([ItemChange(code: "TEA", name: "Tea", price: "9.00")]))
        #expect(stranger.refusal(.arrive(Details(), [], shipment: note)) == .badClaim)
        #expect(gz.refusal(.arrive(Details(), [], shipment: String(note.dropLast(2)))) == .badClaim)
        #expect(gz.refusal(.giveBack(Details(), tea("1"), sale: note, tender: "cash")) == .badClaim)
        // Of another branch.
        #expect(hz.refusal(.arrive(Details(), [], shipment: note)) == .notForThisBranch)
        let sale = try hz.perform(.sell(Details(), tea("1"), tender: "cash")).subject
        let receipt = try claim(hz, sale)
        #expect(gz.refusal(.arrive(Details(), [], shipment: receipt)) == .badClaim)
        // A document that has no paper, and one of another node.
        #expect(hz.ask(.query(.paper(number: "HZa-G-2026-000001"))).isRefused)
        try expectSound(network)
    }

    @Test func aReturnAtAnotherBranch() throws {
        let (network, hz, gz) = try company(seed: 99)
        let sale = try hz.perform(
            .sell(
                Details(),
                [Line(item: "TEA", quantity: "3"), Line(item: "CUP", quantity: "1")],
                tender: "cash")
        ).subject
        let paper = try hz.report(.paper(number: sale))
        #expect(
            paper.rows.map { $0.map(\.plain) } == [
                ["TEA", "Tea", "3", "pc", "9.00", "27.00"],
                ["CUP", "Cup", "1", "pc", "4.00", "4.00"],
            ])
        let receipt = try claim(hz, sale)
        let refund = try gz.perform(
            .giveBack(Details(), tea("1"), sale: receipt, tender: "cash"))
        // 9.00 and its share of 3.51: the tax of 27.00 at 13 %, by what all lines came to.
        #expect(refund.total == "10.02")
        let slip = try gz.report(.paper(number: refund.subject))
        #expect(slip.rows[0].map(\.plain) == ["TEA", "Tea", "-1", "pc", "", "-9.00"])
        #expect(slip.facts.first { $0.key == "total" }?.value.plain == "-10.02")
        #expect(try gz.balances()["due-from/GZ/HZ"] == "10.02")
        #expect(try gz.balances()["tender/GZ/cash"] == "-10.02")
        #expect(try gz.report(.stock(branch: "GZ", item: nil, limit: 9)).rows[0][3].plain == "1")
        // Not more than was sold, and at no other price.
        #expect(
            gz.refusal(.giveBack(Details(), tea("3"), sale: receipt, tender: "cash"))
                == .tooMuchReturned)
        #expect(
            gz.refusal(
                .giveBack(
                    Details(), [Line(item: "TEA", quantity: "1", price: "8.00")], sale: receipt,
                    tender: "cash")) == .badOption)
        heal(network)
        try expectSound(network)
        for node in [hz, gz] {
            #expect(try node.report(.transfers(openOnly: true)).rows.isEmpty)
            #expect(
                try kinds(node).isDisjoint(with: ["early", "return not booked", "half a document"]))
            // Two teas are the customer's; seven are left at HZ and one stands at GZ.
            #expect(try units(node)[1] == ["TEA", "Tea", "10", "2", "", "1", "7", "", "", ""])
        }
        // Revenue, tax and cost are HZ's; the goods are worth at GZ what they cost.
        #expect(try hz.balances()["sales/HZ"] == "-22.00")
        #expect(try hz.balances()["tax/HZ"] == "-2.49")
        #expect(try hz.balances()["due-to/HZ/GZ"] == "-10.02")
        #expect(try hz.balances()["due-from/HZ/GZ"] == "2.00")
        #expect(try gz.balances()["inventory/GZ"] == "2.00")
        // The rest comes back at home: no more than is left.
        #expect(
            hz.refusal(.giveBack(Details(), tea("3"), sale: sale, tender: "cash"))
                == .tooMuchReturned)
        try hz.perform(.giveBack(Details(), tea("2"), sale: receipt, tender: "cash"))
        #expect(hz.refusal(.reverse(Details(), number: "HZa-R-2026-000001")) == .notReversible)
    }

    @Test func aSecondReturnIsAnException() throws {
        let (network, hz, gz) = try company(seed: 100)
        let sale = try hz.perform(.sell(Details(), tea("2"), tender: "cash")).subject
        let receipt = try claim(hz, sale)
        try hz.perform(.giveBack(Details(), tea("2"), sale: sale, tender: "cash"))
        let refund = try gz.perform(
            .giveBack(Details(person: "Sun"), tea("1"), sale: receipt, tender: "cash")
        ).subject
        heal(network)
        try expectSound(network)
        for node in [hz, gz] {
            let rows = try node.report(.exceptions).rows.filter {
                $0[0] == .text("return not booked")
            }
            #expect(rows.count == 1 && rows[0][2].plain == "10.17")
            #expect(rows[0][3].plain.hasPrefix("Sun gave it back at GZ."))
        }
        #expect(gz.refusal(.claim(Details(), .accept(arrival: refund))) != nil)
        #expect(hz.refusal(.claim(Details(), .book(arrival: refund))) == .tooMuchReturned)
        try hz.perform(.claim(Details(person: "Lin"), .accept(arrival: refund)))
        #expect(hz.refusal(.claim(Details(), .accept(arrival: refund))) == .alreadyRecorded)
        heal(network)
        try expectSound(network)
        for node in [hz, gz] {
            #expect(try kinds(node).isDisjoint(with: ["early", "return not booked"]))
        }
        #expect(try hz.balances()["due-to/HZ/GZ"] == "-10.17")
        #expect(try gz.balances()["due-from/GZ/HZ"] == "10.17")
    }

    /// Of a receipt with a service on it the goods' share of the tax comes back.
    @Test func aServiceDoesNotComeBack() throws {
        let (network, hz, gz) = try company(seed: 103)
        try hz.perform(
            .addItems([
                ItemChange(code: "WORK", name: "Work", price: "91.00", tax: "13", kind: "service")
            ]))
        let sale = try hz.perform(
            .sell(
                Details(),
                [Line(item: "TEA", quantity: "1"), Line(item: "WORK", quantity: "1")],
                tender: "cash")
        ).subject
        // 9.00 and 91.00, and 13.00 of tax.
        let refund = try gz.perform(
            .giveBack(Details(), tea("1"), sale: try claim(hz, sale), tender: "cash"))
        #expect(refund.total == "10.17")
        heal(network)
        try expectSound(network)
        #expect(try hz.balances()["tax/HZ"] == "-11.83")
    }

    /// What a branch says and did not do is not booked, whatever number it gives to it.
    @Test func wordsAloneMoveNothing() throws {
        let (network, hz, gz) = try company(seed: 104)
        let sale = try hz.perform(.sell(Details(), tea("2"), tender: "cash")).subject
        let receipt = try claim(hz, sale)
        let code: (String) throws -> ItemCode = { try #require(ItemCode($0)) }
        let pair = try #require(BranchPair(BranchCode("HZ")!, BranchCode("GZ")!))
        func say(_ number: String, _ claim: String, _ quantity: Int64, _ net: Int64) throws {
            let note = RefundNote(
                sale: try #require(DocumentNumber(sale)), claim: claim,
                lines: [try code("TEA"): .init(quantity: quantity, net: net)], tax: 0,
                person: "Sun", day: try #require(Day("2026-11-18")))
            let event = note.event(try #require(DocumentNumber(number)))
            let engine = gz.engine
            try engine.store.transact {
                _ = try engine.commit([Draft.Part(.between(pair), [.append(event)])], at: gz.now)
                try engine.author?.seal(in: engine.store)
            }
        }
        // No money was laid out.
        try say("GZa-A-2026-000007", receipt, 1, 900)
        // A real return, for which more is asked than the receipt says; and one with no receipt at all.
        let refund = try gz.perform(.giveBack(Details(), tea("1"), sale: receipt, tender: "cash"))
        try say("GZa-A-2026-000008", receipt, 3, 900)
        try say("GZa-A-2026-000009", "BB1AAAA", 1, 900)
        heal(network)
        try expectSound(network)
        #expect(try hz.balances()["due-to/HZ/GZ"] == "-\(refund.total ?? "")")
        for number in 7...9 {
            let name = "GZa-A-2026-00000\(number)"
            #expect(hz.refusal(.claim(Details(), .book(arrival: name))) != nil)
            #expect(hz.refusal(.claim(Details(), .accept(arrival: name))) != nil)
        }
        let open = try hz.report(.exceptions).rows.filter { $0[0].plain == "return not booked" }
        #expect(open.count == 3)
    }

    /// Goods that are told apart come early on the lot that the clerk reads off the box, and what comes back
    /// elsewhere was of the lots that were sold: the same ones leave the seller's shelf again.
    @Test func lotsComeEarlyAndComeBack() throws {
        let (network, hz, gz) = try company(seed: 105)
        network.mend("hz", "gz")
        try hz.perform(
            .addItems([ItemChange(code: "MILK", name: "Milk", price: "2.00", tracking: "lot")]))
        func milk(_ quantity: String) -> [Line] { [Line(item: "MILK", quantity: quantity)] }
        func lot(_ code: String, _ expiry: String, _ quantity: String? = nil) -> LotChoice {
            LotChoice(item: "MILK", code: code, expiry: expiry, quantity: quantity)
        }
        func lots(_ node: TestNode, _ branch: String) throws -> [String] {
            try node.report(.lots(branch: branch, item: "MILK", within: nil)).rows.map { row in
                [1, 4, 7].map { row[$0].plain }.joined(separator: " ")
            }
        }
        try hz.perform(
            .receive(
                Details(lots: [lot("L1", "2026-12-01", "4"), lot("L2", "2026-12-31")]),
                [Line(item: "MILK", quantity: "10", cost: "1.00")], supplier: "Farm"))
        network.settle()
        network.sever("hz", "gz")
        network.settle()
        let shipment = try hz.perform(.ship(Details(), milk("6"), to: "GZ")).subject
        let note = try claim(hz, shipment)
        let all = [ArrivalLine(item: "MILK", accepted: "6")]
        // Nothing on the paper says the lot, and nothing is guessed.
        #expect(gz.refusal(.arrive(Details(), all, shipment: note)) == .lotNeeded)
        try gz.perform(
            .arrive(
                Details(lots: [lot("L1", "2026-12-01", "4"), lot("L2", "2026-12-31")]), all,
                shipment: note))
        #expect(try lots(gz, "GZ") == ["main L1 4", "main L2 2"])
        try gz.perform(.sell(Details(), milk("5"), tender: "cash"))
        #expect(try lots(gz, "GZ") == ["main L2 1"])

        // Sold of L2 at HZ, and brought back at GZ.
        let sale = try hz.perform(.sell(Details(), milk("3"), tender: "cash")).subject
        #expect(try lots(hz, "HZ") == ["main L2 1"])
        let receipt = try claim(hz, sale)
        #expect(
            gz.refusal(.giveBack(Details(), milk("2"), sale: receipt, tender: "cash"))
                == .lotNeeded)
        try gz.perform(
            .giveBack(
                Details(lots: [lot("L2", "2026-12-31")]), milk("2"), sale: receipt,
                tender: "cash"))
        #expect(try lots(gz, "GZ") == ["main L2 3"])
        // The last of it is gone when the return is booked.
        try hz.perform(.sell(Details(), milk("1"), tender: "cash"))
        heal(network)
        try expectSound(network)
        for node in [hz, gz] {
            #expect(try lots(node, "HZ").isEmpty)
            #expect(try lots(node, "GZ") == ["main L2 3"])
            #expect(
                try kinds(node).isDisjoint(with: ["early", "return not booked", "shortage", "lot"]))
        }
        #expect(try gz.balances()["inventory/GZ"] == "3.00")
    }

    @Test func creditGoesBackWhereItWasGiven() throws {
        let (network, hz, gz) = try company(seed: 101)
        let sale = try hz.perform(
            .sell(Details(party: "Hotel"), tea("2"), tender: "credit")
        ).subject
        #expect(
            gz.refusal(
                .giveBack(Details(), tea("1"), sale: try claim(hz, sale), tender: "cash"))
                == .notForThisBranch)
        try expectSound(network)
    }

    @Test func labelsNameThePriceOfToday() throws {
        let (network, hz, _) = try company(seed: 102)
        try hz.perform(
            .setPrices(
                PriceListChange(
                    name: "retail", prices: [.init(item: "TEA", price: "8.50", from: "2026-11-01")])
            ))
        try hz.perform(.setBranchPrices("retail", of: "HZ"))
        let labels = try hz.report(.labels(items: ["TEA", "CUP"]))
        #expect(
            labels.rows.map { $0.map(\.plain) } == [
                ["TEA", "Tea", "pc", "8.50", "6900000000013"], ["CUP", "Cup", "pc", "4.00", "CUP"],
            ])
        #expect(hz.ask(.query(.labels(items: []))).isRefused)
        try expectSound(network)
    }
}

extension Reply {
    fileprivate var isRefused: Bool { if case .refused = self { true } else { false } }
}
