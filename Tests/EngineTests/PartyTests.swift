import Testing

@testable import Books
@testable import Engine
@testable import Replica
@testable import Store

/// Customers, suppliers, price lists, discounts, and what was two and is one.
@Suite struct PartyTests {
    private static func shop(_ seed: UInt64) throws -> TestNode {
        let node = try TestNode.founder(seed: seed)
        try stock(node)
        return node
    }

    private static func stock(_ node: TestNode) throws {
        try node.perform(
            .addItems([
                ItemChange(
                    code: "TEA", name: "Tea", unit: "bag", price: "9.00",
                    packs: [PackChange(name: "box", quantity: "12", price: "100.00")]),
                ItemChange(code: "CUP", name: "Cup", price: "3.00", tax: "10"),
            ]))
        try node.perform(
            .receive(
                Details(),
                [
                    Line(item: "TEA", quantity: "100", cost: "2.00"),
                    Line(item: "CUP", quantity: "100", cost: "1.00"),
                ], supplier: "ACME"))
    }

    private static func total(
        _ node: TestNode, _ item: String, _ quantity: String, _ details: Details = Details(),
        price: String? = nil, discount: String? = nil
    ) throws -> String? {
        try node.perform(
            .sell(
                details,
                [Line(item: item, quantity: quantity, price: price, discount: discount)],
                tender: "cash")
        ).total
    }

    private static func prices(
        _ node: TestNode, _ list: String, from: String? = nil, _ prices: [String: String]
    ) throws {
        try node.perform(
            .setPrices(
                PriceListChange(
                    name: list,
                    prices: prices.sorted { $0.key < $1.key }.map {
                        .init(item: $0.key, price: $0.value, from: from)
                    })))
    }

    @Test func aPriceHoldsFromADayOn() throws {
        let hz = try Self.shop(61)
        try Self.prices(hz, "retail", from: "2026-11-01", ["TEA": "8.00", "TEA/box": "90.00"])
        try Self.prices(hz, "retail", from: "2026-11-15", ["TEA": "7.50"])
        // Nobody sells by it yet.
        #expect(try Self.total(hz, "TEA", "1") == "9.00")
        try hz.perform(.setBranchPrices("retail", of: "HZ"))
        // The business day decides, and not when it is typed.
        for (day, total) in [
            ("2026-10-31", "9.00"), ("2026-11-01", "8.00"), ("2026-11-14", "8.00"),
            ("2026-11-15", "7.50"),
        ] {
            #expect(try Self.total(hz, "TEA", "1", Details(date: day)) == total)
        }
        // A pack by its own price on the list; before the list by the item's.
        #expect(try Self.total(hz, "TEA", "2box") == "180.00")
        #expect(try Self.total(hz, "TEA", "2box", Details(date: "2026-10-01")) == "200.00")
        // What is not on the list is at its own price, and so is a price that was named.
        #expect(try Self.total(hz, "CUP", "1") == "3.30")
        #expect(try Self.total(hz, "TEA", "1", price: "5.00") == "5.00")
        // Taken off the list.
        try Self.prices(hz, "retail", from: "2026-11-16", ["TEA": ""])
        #expect(try Self.total(hz, "TEA", "1") == "9.00")
        let shown = try hz.report(.prices(list: "retail", asAt: "2026-11-15")).rows
            .map { $0.map(\.plain) }
        #expect(
            shown.map { $0[0...4].joined(separator: " ") } == [
                "TEA Tea  2026-11-15 7.500000", "TEA Tea box 2026-11-01 90.000000",
            ])
        #expect(try hz.report(.prices(list: "retail", asAt: nil)).rows.count == 4)
        #expect(
            try hz.report(.priceLists).rows[0].map(\.plain) == ["retail", "", "false", "HZ", "HZ"])
        try hz.perform(.setBranchPrices("", of: "HZ"))
        #expect(try Self.total(hz, "TEA", "2box") == "200.00")
    }

    /// One branch writes a list; two that made it beside each other are told of, until one hands it over.
    @Test func aListHasOneOwner() throws {
        let network = try TestNetwork.company(["gz"], seed: 65)
        let (hz, gz) = (try network["hz"], try network["gz"])
        try hz.perform(.addItems([ItemChange(code: "TEA", name: "Tea", price: "9.00")]))
        network.settle()
        try Self.prices(hz, "retail", ["TEA": "8.00"])
        network.settle()
        let price = Command.setPrices(
            PriceListChange(name: "retail", prices: [.init(item: "TEA", price: "7.00")]))
        #expect(gz.refusal(price) == .notForThisBranch)
        #expect(
            gz.refusal(.setPrices(PriceListChange(name: "retail", owner: "GZ")))
                == .notForThisBranch)
        #expect(
            hz.refusal(.setPrices(PriceListChange(name: "retail", owner: "XX"))) == .unknownBranch)
        try hz.perform(.setPrices(PriceListChange(name: "retail", owner: "GZ")))
        network.settle()
        #expect(hz.refusal(price) == .notForThisBranch)
        try gz.perform(price)
        // Anybody sells by it.
        try hz.perform(.setBranchPrices("retail", of: "HZ"))

        network.sever("hz", "gz")
        for node in [hz, gz] { try Self.prices(node, "members", ["TEA": "6.00"]) }
        network.mend("hz", "gz")
        network.settle()
        let contested = try gz.report(.exceptions).rows.filter {
            $0[0].plain == "contested" && $0[1].plain == "price-list/members owner"
        }
        #expect(contested.count == 1)
        try gz.perform(.setPrices(PriceListChange(name: "members", owner: "HZ")))
        network.settle()
        let lists = try gz.report(.priceLists).rows.map { [$0[0].plain, $0[3].plain] }
        #expect(lists == [["members", "HZ"], ["retail", "GZ"]])
    }

    @Test func aCustomerHasAListOfTheirOwn() throws {
        let hz = try Self.shop(62)
        try hz.perform(
            .setPrices(
                PriceListChange(
                    name: "members", isTaxIncluded: true,
                    prices: [.init(item: "CUP", price: "2.20", from: "2026-01-01")])))
        try hz.perform(.setParty(PartyChange(name: "Hotel", priceList: "members")))
        // Held in it: 2.20 for a cup, of which 0.20 are tax.
        #expect(try Self.total(hz, "CUP", "10", Details(party: "Hotel")) == "22.00")
        #expect(try hz.balances()["tax/HZ"] == "-2.00")
        // An order keeps what was agreed, whatever the list says later.
        let order = try hz.perform(
            .order(
                Details(),
                .open(
                    OrderForm(
                        kind: .sale, party: "Hotel", lines: [Line(item: "CUP", quantity: "10")])))
        ).subject
        try hz.perform(.order(Details(), .place(order: order)))
        try Self.prices(hz, "members", from: "2026-01-02", ["CUP": "9.90"])
        let sale = try hz.perform(.sell(Details(order: order), [], tender: "cash"))
        #expect(sale.total == "22.00")
        #expect(try Self.total(hz, "CUP", "1", Details(party: "Hotel")) == "9.90")
    }

    @Test func discounts() throws {
        let hz = try Self.shop(63)
        #expect(try Self.total(hz, "TEA", "3", discount: "10%") == "24.30")
        #expect(try Self.total(hz, "TEA", "3", discount: "2.00") == "25.00")
        #expect(try Self.total(hz, "TEA", "3", Details(discount: "5%")) == "25.65")
        // Before tax, and to the cent over all lines: 9.00 and 30.00 less 10.00.
        let sale = try hz.perform(
            .sell(
                Details(discount: "10.00"),
                [Line(item: "TEA", quantity: "1"), Line(item: "CUP", quantity: "10")],
                tender: "card"))
        // 9.00 − 2.31 and 30.00 − 7.69, and a tenth of 22.31.
        #expect(sale.total == "31.23")
        for (line, whole) in [
            ("101%", nil), ("-1", nil), ("x", nil), (nil, "101%"), (nil, "9.01"),
        ] as [(String?, String?)] {
            let command = Command.sell(
                Details(discount: whole), [Line(item: "TEA", quantity: "1", discount: line)],
                tender: "cash")
            #expect(hz.refusal(command) == .badNumber)
        }
        #expect(try Self.total(hz, "TEA", "1", discount: "100%") == "0.00")
    }

    /// Found by reading: what is largest was asked of lines of which the first were less already.
    @Test func whatRoundingLeavesIsTheLargestLines() throws {
        let hz = try Self.shop(69)
        // A third each of 1.00 leaves a cent: 3.34 − 0.33 − 0.01, and 3.33 − 0.33 twice.
        try hz.perform(
            .sell(
                Details(discount: "1.00"),
                [
                    Line(item: "TEA", quantity: "1", price: "3.34"),
                    Line(item: "CUP", quantity: "1", price: "3.33"),
                    Line(item: "CUP", quantity: "1", price: "3.33"),
                ], tender: "card"))
        let rows = try hz.report(
            .margin(MarginFilter(by: ["item"], branch: "HZ", from: "2026-11-01", to: "2026-11-30"))
        ).rows
        #expect(rows.map { [$0[0].plain, $0[2].plain] } == [["CUP", "6.00"], ["TEA", "3.00"]])
    }

    @Test func creditHasALimit() throws {
        let network = try TestNetwork.company(["gz"], seed: 64)
        let (hz, gz) = (try network["hz"], try network["gz"])
        try Self.stock(hz)
        try hz.perform(.setParty(PartyChange(name: "Hotel", terms: "30", creditLimit: "50.00")))
        network.settle()
        func onCredit(_ node: TestNode, _ quantity: String, as name: String = "Hotel") -> Refusal
            .Code?
        {
            node.refusal(
                .sell(
                    Details(party: name), [Line(item: "TEA", quantity: quantity)], tender: "credit")
            )
        }
        #expect(onCredit(hz, "6") == .creditLimit)
        #expect(onCredit(hz, "3") == nil)
        network.settle()
        // 27.00 are owed at Hangzhou: Guangzhou knows, and lets 18.00 more pass and no 27.00.
        #expect(onCredit(gz, "3") == .creditLimit)
        #expect(onCredit(gz, "2") == nil)
        #expect(onCredit(hz, "6", as: "Others") == nil)
        // Apart each lets pass what it knows of; together it is too much, and somebody is told.
        network.sever("hz", "gz")
        try hz.perform(
            .pay(
                Details(),
                Payment(direction: .received, party: "Hotel", amount: "27.00", through: "cash")))
        #expect(onCredit(hz, "5") == nil)
        network.mend("hz", "gz")
        network.settle()
        for node in [hz, gz] {
            let told = try node.report(.exceptions).rows.first { $0[0].plain == "credit limit" }
            #expect(told?.map(\.plain)[1...2] == ["Hotel", "13.00"])
            let row = try node.report(.parties(search: "Hot")).rows[0].map(\.plain)
            #expect(row[4...6] == ["30", "50.00", "63.00"])
        }
    }

    /// Two branches that were apart gave one customer two names, and one thing two codes.
    @Test func whatWasTwoIsOne() throws {
        let network = try TestNetwork.company(["gz"], seed: 65)
        let (hz, gz) = (try network["hz"], try network["gz"])
        try Self.stock(hz)
        try hz.perform(
            .addItems([
                ItemChange(code: "TEE", name: "Tee", unit: "bag", price: "8.00", barcode: "690"),
                ItemChange(code: "MUG", name: "Mug", scale: 1, price: "8.00"),
            ]))
        try hz.perform(.setItem(ItemChange(code: "TEA", barcode: "690")))
        network.settle()
        try gz.perform(
            .receive(Details(), [Line(item: "TEE", quantity: "10", cost: "3.00")], supplier: "B"))
        let sale = try gz.perform(
            .sell(Details(party: "hotel"), [Line(item: "TEE", quantity: "2")], tender: "credit"))
        #expect(
            gz.refusal(.sell(Details(), [Line(item: "690", quantity: "1")], tender: "cash"))
                == .ambiguousBarcode)
        for (item, into) in [("TEA", "TEA"), ("TEE", "MUG")] {
            #expect(hz.refusal(.mergeItem(item, into: into, on: nil)) == .badOption)
        }
        try hz.perform(.mergeItem("TEE", into: "TEA", on: nil))
        #expect(hz.refusal(.mergeItem("CUP", into: "TEE", on: nil)) == .badOption)
        try hz.perform(.setParty(PartyChange(name: "hotel", alias: "Hotel")))
        #expect(
            hz.refusal(.setParty(PartyChange(name: "Hotel", alias: "hotel"))) == .badOption)
        network.settle()
        // New business is of the one that stays; what is left of the other has a line and a command.
        try gz.perform(
            .sell(Details(party: "hotel"), [Line(item: "TEE", quantity: "1")], tender: "credit"))
        try gz.perform(.sell(Details(), [Line(item: "690", quantity: "1")], tender: "cash"))
        let told = try gz.report(.exceptions).rows.first { $0[0].plain == "merged item" }
        #expect(
            told?.map(\.plain) == [
                "merged item", "GZ TEE, now TEA", "8",
                "its node makes them TEA on the day of the merge; "
                    + "or at GZ: `branchbook repack TEE:8 --into TEA:8`", "Lin",
            ])
        // What was sold before comes back as what it was.
        try gz.perform(
            .giveBack(
                Details(), [Line(item: "TEE", quantity: "1")], sale: sale.subject, tender: "cash"))
        try gz.perform(
            .repack(
                Details(), [Line(item: "TEE", quantity: "9")],
                into: Line(item: "TEA", quantity: "9"), extra: nil))
        network.settle()
        let stock = try gz.report(.stock(branch: "GZ", item: nil, limit: 9)).rows
            .map { $0.map(\.plain) }
        // Of 9 at 3.00 two were sold before they came.
        #expect(stock.first { $0[1] == "TEA" }?[3] == "7")
        #expect(try gz.report(.exceptions).rows.allSatisfy { $0[0].plain != "merged item" })
        // Both names owe together.
        let owed = try gz.report(.parties(search: "Hotel")).rows.first?[6].plain
        #expect(owed == nil)
        try gz.perform(.setParty(PartyChange(name: "Hotel", creditLimit: "30.00")))
        #expect(try gz.report(.parties(search: "Hotel")).rows[0][6].plain == "25.00")
        #expect(
            gz.refusal(
                .sell(Details(party: "hotel"), [Line(item: "TEA", quantity: "1")], tender: "credit")
            ) == .creditLimit)
        #expect(try network.verify("gz").isSound)
    }

    /// On the day that was named each branch's node makes what is left the other item, at what it cost.
    @Test func mergedItemsAreJoinedOnTheirDay() throws {
        let network = try TestNetwork.company(["gz"], seed: 66)
        let (hz, gz) = (try network["hz"], try network["gz"])
        try hz.perform(
            .addItems(
                ["TEA", "TEE"].map { ItemChange(code: $0, name: $0, unit: "bag", price: "8.00") }))
        network.settle()
        try gz.perform(.setLocation(LocationChange(name: "back")))
        for (item, cost) in [("TEE", "3.00"), ("TEA", "2.00")] {
            try gz.perform(
                .receive(
                    Details(), [Line(item: item, quantity: "10", cost: cost)], supplier: "B"))
        }
        try gz.perform(.move(Details(), [Line(item: "TEE", quantity: "4")], to: "back"))
        let tomorrow = Day(number: Day(hz.now, utcOffsetMinutes: 0).number + 1)
        try hz.perform(.mergeItem("TEE", into: "TEA", on: tomorrow.description))
        network.run(milliseconds: 3_600_000)
        func held() throws -> [[String]] {
            try gz.report(.stock(branch: "GZ", item: nil, limit: 9)).rows.map {
                [$0[1], $0[6], $0[3], $0[4]].map(\.plain)
            }
        }
        #expect(try held().count == 3)
        network.run(milliseconds: 90_000_000)
        try gz.perform(.sell(Details(), [Line(item: "TEA", quantity: "1")], tender: "cash"))
        // 20 worth 50.00, less one.
        #expect(try held() == [["TEA", "back", "4", "10.00"], ["TEA", "main", "15", "37.50"]])
        #expect(try gz.report(.exceptions).rows.allSatisfy { $0[0].plain != "merged item" })
        for name in ["hz", "gz"] { #expect(try network.verify(name).isSound) }
    }

    /// Two who are apart merge each into the other: nothing goes to and fro.
    @Test func oppositeMergesRest() throws {
        let network = try TestNetwork.company(["gz"], seed: 67)
        let (hz, gz) = (try network["hz"], try network["gz"])
        try hz.perform(
            .addItems(
                ["TEA", "TEE"].map { ItemChange(code: $0, name: $0, unit: "bag", price: "8.00") }))
        try hz.perform(
            .receive(Details(), [Line(item: "TEE", quantity: "10", cost: "3.00")], supplier: "B"))
        network.settle()
        // As the two would have written it beside each other.
        for (item, other) in [("TEA", "TEE"), ("TEE", "TEA")] {
            let engine = hz.engine
            try engine.store.transact {
                _ = try engine.commit(
                    [
                        Draft.Part(
                            .catalog,
                            [
                                .set(
                                    RegisterWrite(
                                        entity: "item/\(item)", attribute: "is", value: .text(other)
                                    )),
                                .set(
                                    RegisterWrite(
                                        entity: "item/\(item)", attribute: "joined",
                                        value: .text("2026-11-01"))),
                            ])
                    ], at: hz.now)
                try engine.author?.seal(in: engine.store)
            }
        }
        network.run(milliseconds: 3_600_000)
        let entries = try hz.engine.store.extent().entries
        network.run(milliseconds: 4 * 3_600_000)
        #expect(try hz.engine.store.extent().entries == entries)
        #expect(try gz.report(.exceptions).rows.contains { $0[0].plain == "merged item" })
        #expect(try network.verify("hz").isSound)
    }

    @Test func whatIsRefused() throws {
        let hz = try Self.shop(66)
        for (change, code) in [
            (PartyChange(name: ""), Refusal.Code.badText), (PartyChange(name: "A"), .emptyDocument),
            (PartyChange(name: "A", terms: "x"), .badNumber),
            (PartyChange(name: "A", creditLimit: "-1"), .notPositive),
            (PartyChange(name: "A", priceList: "none"), .unknownPriceList),
        ] {
            #expect(hz.refusal(.setParty(change)) == code)
        }
        #expect(hz.refusal(.setBranchPrices("none", of: "HZ")) == .unknownPriceList)
        #expect(hz.refusal(.setBranchPrices("", of: "XX")) == .unknownBranch)
        #expect(hz.refusal(.setPrices(PriceListChange(name: "A B"))) == .badOption)
        for (item, price, from, code) in [
            ("NONE", "1", nil, Refusal.Code.unknownItem), ("TEA", "-1", nil, .notPositive),
            ("TEA/case", "1", nil, .unknownUnit), ("TEA", "1", "x", .badDate),
        ] as [(String, String, String?, Refusal.Code)] {
            #expect(
                hz.refusal(
                    .setPrices(
                        PriceListChange(
                            name: "retail", prices: [.init(item: item, price: price, from: from)])))
                    == code)
        }
        try hz.perform(.setParty(PartyChange(name: "Closed", isActive: false)))
        #expect(
            hz.refusal(
                .sell(
                    Details(party: "Closed"), [Line(item: "TEA", quantity: "1")], tender: "cash"))
                == .partyInactive)
        #expect(
            hz.refusal(
                .receive(
                    Details(), [Line(item: "TEA", quantity: "1")], supplier: "Closed"))
                == .partyInactive)
        for kind in [OrderForm.Kind.sale, .purchase] {
            let form = OrderForm(
                kind: kind, party: "Closed", lines: [Line(item: "TEA", quantity: "1")])
            #expect(hz.refusal(.order(Details(), .open(form))) == .partyInactive)
        }
    }
}
