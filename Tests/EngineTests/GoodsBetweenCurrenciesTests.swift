import Testing

@testable import Books
@testable import Engine
@testable import Replica
@testable import Store

/// Goods between branches of two currencies: what each side books in its own, and what is between them. The test's day is
/// 18 November.
@Suite struct GoodsBetweenCurrenciesTests {
    /// HZ keeps its books in CNY, HK in HKD: 0.90 since October, 0.92 since 10 November. HK has ten teas at 2.00 HKD, HZ ten
    /// at 1.80 CNY; HK charges cost and a half, HZ 5.00 CNY by its list, and tax is 13 %.
    private func company(
        seed: UInt64, costing: String? = nil, stocked: [String] = ["hk", "hz"]
    ) throws -> TestNetwork {
        let network = try TestNetwork.company([], seed: seed)
        let hz = try network["hz"]
        _ = hz.ask(.addEntity(name: "Company (HK)", currency: "HKD"))
        try network.join("hk", seed: seed + 1, entity: "Company (HK)")
        for (rate, day) in [("0.9", "2026-10-01"), ("0.92", "2026-11-10")] {
            try hz.perform(.setRate(currency: "HKD", rate: rate, from: day))
        }
        try hz.perform(
            .addItems([
                ItemChange(code: "TEA", name: "Tea", price: "9.00", tax: "13", costing: costing)
            ]))
        try hz.perform(
            .setPrices(
                PriceListChange(
                    name: "hongkong",
                    prices: [.init(item: "TEA", price: "5.00", from: "2026-01-01")])))
        try hz.perform(.setTransferPrice(from: "HK", to: "HZ", rule: "cost+50%"))
        try hz.perform(.setTransferPrice(from: "HZ", to: "HK", rule: "list:hongkong"))
        network.settle()
        for (name, cost) in [("hk", "2.00"), ("hz", "1.80")] where stocked.contains(name) {
            try network[name].perform(
                .receive(
                    Details(date: "2026-11-01"),
                    [Line(item: "TEA", quantity: "10", cost: cost)], supplier: "Mill"))
        }
        network.settle()
        return network
    }

    private func tea(_ quantity: String) -> [Line] { [Line(item: "TEA", quantity: quantity)] }

    private func ship(
        _ node: TestNode, _ quantity: String, to: String, on day: String? = nil
    ) throws -> String {
        try node.perform(.ship(Details(date: day), tea(quantity), to: to)).subject
    }

    private func keep(_ network: TestNetwork) {
        network.run(milliseconds: 120_000)
        network.settle()
    }

    /// A branch's trial balance in its own currency, as account and signed text; bridges left out.
    private func accounts(_ node: TestNode, _ branch: String) throws -> [String: String] {
        var found: [String: String] = [:]
        for row in try node.report(.balance(branch: branch, asAt: nil)).rows {
            guard !row[0].plain.hasPrefix("via") else { continue }
            found[row[0].plain] = row[1] == .empty ? "-" + row[2].plain : row[1].plain
        }
        return found
    }

    private func held(_ node: TestNode, _ account: String) throws -> String {
        let amount = try node.engine.store.balance(
            of: try #require(Account(account)), .currency(try #require(CurrencyCode("CNY"))))
        return Amount.text(amount, scale: 2)
    }

    private func differences(_ node: TestNode) throws -> [[String]] {
        try node.report(.reconcile(branch: nil)).rows.map { $0.map(\.plain) }
    }

    /// The law of pairs, at a node that reads both sides: what is due less what is owed is on its way or in dispute.
    private func onItsWay(_ node: TestNode, from: String, to: String) throws -> String {
        let due = try Amount.parse(held(node, "due-from/\(from)/\(to)"), scale: 2)
        let owed = try Amount.parse(held(node, "due-to/\(to)/\(from)"), scale: 2)
        return Amount.text(due + owed, scale: 2)
    }

    // MARK: One shipment

    /// The example of `docs/money.md`: four teas that cost 2.00 HKD go at cost and a half, at 0.90. Three come.
    @Test func theSenderKeepsItsBooksInAnotherCurrency() throws {
        let network = try company(seed: 1_200)
        let (hz, hk) = (try network["hz"], try network["hk"])
        let outcome = try hk.perform(.ship(Details(date: "2026-11-05"), tea("4"), to: "HZ"))
        #expect(outcome.notices == ["HKD at 0.900000 CNY"])
        let shipment = outcome.subject
        keep(network)
        for node in [hz, hk] {
            let own = try accounts(node, "HK")
            // 12.00 HKD are 10.80 CNY, and 1.40 of tax: 12.20 CNY, carried at 13.56 HKD.
            #expect(own["transfer-sales/HK/HZ"] == "-12.00")
            #expect(own["transfer-tax/HK"] == "-1.56")
            #expect(own["transfer-cost/HK/HZ"] == "8.00")
            #expect(own["due-from/HK/HZ"] == "13.56")
            #expect(own["inventory/HK"] == "12.00")
            #expect(try held(node, "due-from/HK/HZ") == "12.20")
            #expect(try onItsWay(node, from: "HK", to: "HZ") == "12.20")
            // It is late by now: what it is worth is told in what is between the two.
            #expect(try differences(node).map { [$0[0], $0[2]] } == [["transit", "12.20"]])
        }
        try hz.perform(
            .arrive(
                Details(), [ArrivalLine(item: "TEA", accepted: "3", short: "1")],
                shipment: shipment))
        keep(network)
        // Three of four: 9.15 CNY, of which 1.05 are tax.
        for node in [hz, hk] {
            let own = try accounts(node, "HZ")
            #expect(own["due-to/HZ/HK"] == "-9.15")
            #expect(own["input-tax/HZ"] == "1.05")
            #expect(own["inventory/HZ"] == "26.10")
            #expect(try onItsWay(node, from: "HK", to: "HZ") == "3.05")
            #expect(try differences(node).map { [$0[0], $0[2]] } == [["transit", "3.05"]])
        }
        // 12.20 CNY at 0.92.
        try hk.perform(.currency(Details(date: "2026-11-17"), .revalue))
        #expect(try accounts(hk, "HK")["due-from/HK/HZ"] == "13.26")
        #expect(try accounts(hk, "HK")["exchange-loss/HK"] == "0.30")
        // The fourth is lost: a quarter of what is carried leaves, and of what was earned.
        try hk.perform(.settle(Details(), tea("1"), shipment: shipment, areLost: true))
        keep(network)
        for node in [hz, hk] {
            let own = try accounts(node, "HK")
            #expect(own["transfer-sales/HK/HZ"] == "-9.00")
            #expect(own["transfer-tax/HK"] == "-1.17")
            #expect(own["transfer-cost/HK/HZ"] == "6.00")
            #expect(own["write-off/HK"] == "2.00")
            #expect(own["due-from/HK/HZ"] == "9.94")
            #expect(own["exchange-gain/HK"] == "-0.07")
            #expect(try held(node, "due-from/HK/HZ") == "9.15")
            #expect(try onItsWay(node, from: "HK", to: "HZ") == "0.00")
            #expect(try differences(node) == [])
        }
        // HZ pays in CNY: 9.15 that are carried at 9.94 are worth 9.95.
        let paid = try hz.perform(
            .between(Details(), .settle(to: "HK", through: "bank:main", amount: "9.15"))
        ).subject
        network.settle()
        try hk.perform(
            .between(Details(currency: "CNY"), .accept(number: paid, through: "bank:cny")))
        network.settle()
        #expect(try accounts(hk, "HK")["bank/HK/cny"] == "9.95")
        #expect(try accounts(hk, "HK")["exchange-gain/HK"] == "-0.08")
        #expect(try accounts(hk, "HK")["due-from/HK/HZ"] == nil)
        #expect(try accounts(hz, "HZ")["due-to/HZ/HK"] == nil)
        for name in ["hz", "hk"] { #expect(try network.verify(name).isSound) }
    }

    /// By a list that says 5.00 CNY four teas are 20.00 CNY, and 2.60 of tax; they come in two parts.
    @Test func theReceiverKeepsItsBooksInAnotherCurrency() throws {
        let network = try company(seed: 1_210)
        let (hz, hk) = (try network["hz"], try network["hk"])
        let shipment = try ship(hz, "4", to: "HK")
        keep(network)
        #expect(try accounts(hk, "HZ")["due-from/HZ/HK"] == "22.60")
        #expect(try accounts(hk, "HZ")["transfer-sales/HZ/HK"] == "-20.00")
        #expect(try accounts(hk, "HZ")["transfer-cost/HZ/HK"] == "7.20")
        try hk.perform(
            .arrive(Details(), [ArrivalLine(item: "TEA", accepted: "1")], shipment: shipment))
        keep(network)
        // 5.65 CNY at 0.92 are 6.14 HKD, of which 0.65 and 0.71 are tax.
        #expect(try held(hz, "due-to/HK/HZ") == "-5.65")
        #expect(try accounts(hz, "HK")["due-to/HK/HZ"] == "-6.14")
        #expect(try accounts(hz, "HK")["input-tax/HK"] == "0.71")
        #expect(try accounts(hz, "HK")["inventory/HK"] == "25.43")
        #expect(try onItsWay(hz, from: "HZ", to: "HK") == "16.95")
        // Another rate of the day changes nothing of what is on its way.
        try hz.perform(.setRate(currency: "HKD", rate: "0.5", from: "2026-11-18"))
        network.settle()
        try hk.perform(.arrive(Details(), [], shipment: shipment))
        keep(network)
        for node in [hz, hk] {
            #expect(try held(node, "due-to/HK/HZ") == "-22.60")
            let own = try accounts(node, "HK")
            #expect(own["due-to/HK/HZ"] == "-24.57")
            #expect(own["input-tax/HK"] == "2.83")
            #expect(own["inventory/HK"] == "41.74")
            #expect(try onItsWay(node, from: "HZ", to: "HK") == "0.00")
            #expect(try differences(node) == [])
        }
        // The month's end: 22.60 CNY are 45.20 HKD by now.
        try hk.perform(.currency(Details(), .revalue))
        #expect(try accounts(hk, "HK")["due-to/HK/HZ"] == "-45.20")
        #expect(try accounts(hk, "HK")["exchange-loss/HK"] == "20.63")
        let paid = try hk.perform(
            .between(Details(), .settle(to: "HZ", through: "bank:main", amount: "45.20"))
        )
        #expect(paid.total == "22.60")
        network.settle()
        try hz.perform(
            .between(
                Details(currency: "HKD"), .accept(number: paid.subject, through: "bank:hkd")))
        network.settle()
        #expect(try accounts(hk, "HK")["due-to/HK/HZ"] == nil)
        #expect(try accounts(hz, "HZ")["due-from/HZ/HK"] == nil)
        for name in ["hz", "hk"] { #expect(try network.verify(name).isSound) }
    }

    /// A cost that comes late changes what was charged, at the rate of the shipment; what comes back is what it was.
    @Test func lateCostsAndReturnsHaveTheShipmentsRate() throws {
        let network = try company(seed: 1_220)
        let (hz, hk) = (try network["hz"], try network["hk"])
        let shipment = try ship(hk, "4", to: "HZ", on: "2026-11-05")
        keep(network)
        let receipt = try #require(
            try hk.report(.journal(JournalFilter(branch: "HK", limit: 100))).rows.lazy
                .flatMap { $0 }.map(\.plain).first { $0.hasPrefix("HKa-G-") })
        try hk.perform(
            .revalue(
                Details(date: "2026-11-17"), item: "TEA", change: .of(receipt: receipt, by: "10.00")
            ))
        keep(network)
        // Four cost 12.00 HKD: 18.00 are 16.20 CNY, and 2.11 of tax.
        #expect(try held(hz, "due-from/HK/HZ") == "18.31")
        #expect(try accounts(hz, "HK")["transfer-cost/HK/HZ"] == "12.00")
        #expect(try accounts(hz, "HK")["transfer-sales/HK/HZ"] == "-18.00")
        #expect(try accounts(hz, "HK")["transfer-tax/HK"] == "-2.34")
        #expect(try accounts(hz, "HK")["due-from/HK/HZ"] == "20.34")
        // HZ takes one, and sends three back; what it finds beside them is worth nothing yet.
        try hz.perform(
            .arrive(
                Details(),
                [ArrivalLine(item: "TEA", accepted: "1", returned: "3", surplus: "1")],
                shipment: shipment))
        network.settle()
        try hk.perform(.settle(Details(), tea("3"), shipment: shipment, areLost: false))
        keep(network)
        for node in [hz, hk] {
            #expect(try held(node, "due-from/HK/HZ") == "4.58")
            #expect(try accounts(node, "HZ")["due-to/HZ/HK"] == "-4.58")
            #expect(try accounts(node, "HZ")["input-tax/HZ"] == "0.53")
            #expect(try accounts(node, "HZ")["inventory/HZ"] == "22.05")
            #expect(try accounts(node, "HK")["inventory/HK"] == "27.00")
            #expect(try accounts(node, "HK")["transfer-sales/HK/HZ"] == "-4.50")
            #expect(try accounts(node, "HK")["transfer-cost/HK/HZ"] == "3.00")
            #expect(try accounts(node, "HK")["exchange-gain/HK"] == nil)
            #expect(try accounts(node, "HK")["exchange-loss/HK"] == nil)
            #expect(try differences(node) == [])
        }
        for name in ["hz", "hk"] { #expect(try network.verify(name).isSound) }
    }

    /// First in, first out: layers go along, and tell the age of goods, whatever money they cost.
    @Test func layersGoAlong() throws {
        let network = try company(seed: 1_230, costing: "fifo", stocked: ["hk"])
        let (hz, hk) = (try network["hz"], try network["hk"])
        try hk.perform(
            .receive(
                Details(date: "2026-11-02"), [Line(item: "TEA", quantity: "10", cost: "4.00")],
                supplier: "Mill"))
        let shipment = try ship(hk, "12", to: "HZ", on: "2026-11-05")
        keep(network)
        try hz.perform(.arrive(Details(), [], shipment: shipment))
        keep(network)
        // 28.00 HKD of cost: 42.00, which are 37.80 CNY; ten of the twelve are 31.50.
        #expect(try accounts(hk, "HZ")["inventory/HZ"] == "37.80")
        try hz.perform(.sell(Details(), tea("10"), tender: "cash"))
        keep(network)
        #expect(try accounts(hk, "HZ")["cost-of-sales/HZ"] == "31.50")
        for name in ["hz", "hk"] { #expect(try network.verify(name).isSound) }
    }

    // MARK: Apart

    /// Both send and say rates while they are cut off from each other: afterwards both have one state, and each shipment the
    /// rates that its author knew.
    @Test func bothSidesActApart() throws {
        let network = try company(seed: 1_240)
        let (hz, hk) = (try network["hz"], try network["hk"])
        let early = try ship(hk, "2", to: "HZ", on: "2026-11-05")
        keep(network)
        network.sever("hz", "hk")
        network.settle()
        try hz.perform(.setRate(currency: "HKD", rate: "0.95", from: "2026-11-18"))
        let there = try ship(hz, "3", to: "HK")
        try hz.perform(
            .arrive(
                Details(), [ArrivalLine(item: "TEA", accepted: "1", short: "1")], shipment: early))
        try hk.perform(.setTransferPrice(from: "HZ", to: "HK", rule: "cost+10%"))
        try hk.perform(.currency(Details(date: "2026-11-17"), .revalue))
        let back = try ship(hk, "4", to: "HZ")
        try hk.perform(
            .receive(
                Details(date: "2026-11-01"), [Line(item: "TEA", quantity: "10", cost: "3.00")],
                supplier: "Mill"))
        network.run(milliseconds: 120_000)
        network.mend("hz", "hk")
        keep(network)
        try hk.perform(.arrive(Details(), [], shipment: there))
        try hz.perform(.arrive(Details(), [], shipment: back))
        try hk.perform(.settle(Details(), tea("1"), shipment: early, areLost: false))
        keep(network)
        // 15.00 CNY by the list and 1.95 of tax, at 0.95: 17.84 HKD. Teas of HK cost 2.50 each by now: the four go for 15.00
        // HKD, 15.59 CNY with tax at 0.92, and the two of November for 7.63 at 0.90, of which HZ has the half.
        for node in [hz, hk] {
            #expect(try held(node, "due-to/HK/HZ") == "-16.95")
            #expect(try accounts(node, "HK")["due-to/HK/HZ"] == "-17.84")
            #expect(try held(node, "due-to/HZ/HK") == "-19.41")
            #expect(try onItsWay(node, from: "HK", to: "HZ") == "0.00")
            #expect(try onItsWay(node, from: "HZ", to: "HK") == "0.00")
            #expect(try differences(node) == [])
            for branch in ["HZ", "HK"] {
                #expect(try accounts(node, branch) == accounts(hz, branch))
            }
        }
        let before = try ["HZ", "HK"].map { try accounts(hz, $0) }
        _ = hz.ask(.rebuild)
        #expect(try ["HZ", "HK"].map { try accounts(hz, $0) } == before)
        for name in ["hz", "hk"] { #expect(try network.verify(name).isSound) }
    }

    /// HK receives by the delivery note while it has not heard of the shipment; its value comes afterwards.
    @Test func goodsComeBeforeTheirEntries() throws {
        let network = try company(seed: 1_250, stocked: ["hz"])
        let (hz, hk) = (try network["hz"], try network["hk"])
        network.sever("hz", "hk")
        network.settle()
        let shipment = try ship(hz, "4", to: "HK")
        let paper = try hz.report(.paper(number: shipment)).facts
        let note = try #require(paper.first { $0.key == "claim" }).value.plain
        try hk.perform(
            .arrive(Details(), [ArrivalLine(item: "TEA", accepted: "4")], shipment: note))
        try hk.perform(.sell(Details(), tea("1"), tender: "cash"))
        network.mend("hz", "hk")
        keep(network)
        for node in [hz, hk] {
            let own = try accounts(node, "HK")
            #expect(own["due-to/HK/HZ"] == "-24.57")
            // 21.74 for four: one of them was sold.
            #expect(own["inventory/HK"] == "16.30" && own["cost-of-sales/HK"] == "5.44")
            #expect(try onItsWay(node, from: "HZ", to: "HK") == "0.00")
            #expect(try differences(node) == [])
        }
        // What HZ sold is paid back there, in its own money.
        let sale = try hz.perform(.sell(Details(), tea("1"), tender: "cash")).subject
        let receipt = try #require(
            try hz.report(.paper(number: sale)).facts.first { $0.key == "claim" }
        ).value.plain
        network.settle()
        #expect(
            hk.refusal(.giveBack(Details(), tea("1"), sale: receipt, tender: "cash"))
                == .twoCurrencies)
        for name in ["hz", "hk"] { #expect(try network.verify(name).isSound) }
    }

    // MARK: Requests and quotas

    @Test func requestsAndQuotasLeadToShipments() throws {
        let network = try company(seed: 1_260, stocked: ["hz"])
        let (hz, hk) = (try network["hz"], try network["hk"])
        try hk.perform(
            .setStocking(StockingChange(item: "TEA", minimum: "1", source: "branch:HZ")))
        let request = try hk.perform(
            .order(
                Details(),
                .open(OrderForm(kind: .request, party: "HZ", lines: tea("2"), submits: true)))
        ).subject
        try hz.perform(.quota(Details(), .grant(tea("3"), to: "HK")))
        keep(network)
        let shipment = try hz.perform(.ship(Details(order: request), [], to: "HK")).subject
        // HK sells two that stand at HZ: 18.00 CNY are 19.57 HKD, and 13 % of tax.
        let sold = try hk.perform(
            .quota(Details(party: "Acme"), .sell(tea("2"), from: "HZ", tender: "cash")))
        #expect(sold.total == "22.11")
        keep(network)
        try hz.perform(.quota(Details(), .deliver(order: sold.subject, [])))
        try hk.perform(.arrive(Details(), [], shipment: shipment))
        keep(network)
        for node in [hz, hk] {
            // Twice 10.00 CNY, and 1.30 of tax.
            #expect(try accounts(node, "HZ")["due-from/HZ/HK"] == "22.60")
            #expect(try held(node, "due-to/HK/HZ") == "-22.60")
            let own = try accounts(node, "HK")
            #expect(own["sales/HK"] == "-19.57" && own["tender/HK/cash"] == "22.11")
            #expect(own["cost-of-sales/HK"] == "10.87" && own["inventory/HK"] == "10.87")
            #expect(own["prepaid/HK"] == nil && own["rounding/HK"] == nil)
            #expect(try differences(node) == [])
            let order = try node.report(.order(number: sold.subject)).facts
            #expect(order.first { $0.key == "currency" }?.value.plain == "HKD")
        }
        for name in ["hz", "hk"] { #expect(try network.verify(name).isSound) }
    }

    // MARK: Together

    private func profit(_ node: TestNode, _ column: String = "amount") throws -> [String: String] {
        try node.lines(
            .profit(StatementFilter(from: "2026-11-01", to: "2026-11-18", byBranch: true)), column)
    }

    private func position(_ node: TestNode, _ column: String = "amount") throws -> [String: String]
    {
        let query = Query.position(StatementFilter(to: "2026-11-18", byBranch: true))
        let report = try node.report(query)
        #expect(report.facts.first { $0.key == "balanced" }?.value == .flag(true))
        return try node.lines(query, column)
    }

    /// The second example of `docs/money.md`: HK earned 4.00 HKD on four teas, 3.60 CNY; HZ sells one of them.
    @Test func whatIsInGoodsIsNotEarned() throws {
        let network = try company(seed: 1_270, stocked: ["hk"])
        let (hz, hk) = (try network["hz"], try network["hk"])
        let shipment = try ship(hk, "4", to: "HZ", on: "2026-11-05")
        keep(network)
        for node in [hz, hk] {
            #expect(try profit(node)["Net profit"] == "0.00")
            // 12.20 CNY less what HK earned.
            #expect(try position(node)["Between branches, on its way"] == "8.60")
        }
        try hz.perform(.arrive(Details(date: "2026-11-06"), [], shipment: shipment))
        keep(network)
        try hz.perform(.sell(Details(), tea("1"), tender: "cash"))
        keep(network)
        for node in [hz, hk] {
            #expect(try profit(node, "HK")["Goods sent to branches"] == "10.80")
            #expect(try profit(node, "HK")["Net profit"] == "3.60")
            #expect(try profit(node, "HZ")["Cost of sales"] == "2.70")
            #expect(try profit(node)["Goods sent to branches"] == "0.00")
            #expect(try profit(node)["Cost of sales"] == "1.80")
            #expect(try profit(node)["Net profit"] == "7.20")
            // Six teas at HK, 12.00 HKD at 0.92, and three at HZ for 8.10, of which 2.70 were earned by HK.
            #expect(try position(node)["Inventory"] == "16.44")
            #expect(try position(node)["Profit of the period"] == "7.20")
            #expect(try position(node)["Between branches, on its way"] == nil)
        }
        // All is sold: what was earned is earned.
        try hz.perform(.sell(Details(), tea("3"), tender: "cash"))
        keep(network)
        #expect(try profit(hk)["Cost of sales"] == "7.20")
        #expect(try position(hk)["Inventory"] == "11.04")
        for name in ["hz", "hk"] { #expect(try network.verify(name).isSound) }
    }

    // MARK: What a changed program says

    /// Prices and rates that fit nothing: nobody traps, all nodes agree, and what says no rate has no value.
    @Test func absurdRatesTrapNowhere() throws {
        let network = try company(seed: 1_280)
        let (hz, hk) = (try network["hz"], try network["hk"])
        let (hzCode, hkCode) = (try #require(BranchCode("HZ")), try #require(BranchCode("HK")))
        let pair = try #require(BranchPair(hzCode, hkCode))
        let (item, day) = (try #require(ItemCode("TEA")), try #require(Day("2026-11-18")))
        let tea = Commodity.item(item)
        let huge = "170141183460469231731687303715884105727 12"
        let said = [
            ("value 9223372036854775807 130000", "1 12"), ("cost+ 99000000 130000", huge),
            ("value 2000 130000", huge), ("cost+ 99000000 0", "1 12"), ("value 2000 0", "0 6"),
            ("value 2000 0", "x"),
        ]
        for (place, (price, rate)) in said.enumerated() {
            let number = try #require(DocumentNumber("HKa-T-2026-00009\(place)"))
            let header = DocumentHeader(
                kind: .shipment, number: number, effectiveDate: day, person: "Eve")
            let parts = [
                Draft.Part(
                    .trade(hkCode),
                    [
                        .post(
                            try Transaction(
                                header,
                                [
                                    Posting(.stock(hkCode), tea, -1),
                                    Posting(.via(.between(pair)), tea, 1),
                                ]))
                    ]),
                Draft.Part(
                    .between(pair),
                    [
                        .post(
                            try Transaction(
                                header,
                                [
                                    Posting(.via(.trade(hkCode)), tea, -1),
                                    Posting(.transit(pair, number.description), tea, 1),
                                ])),
                        .append(
                            Event(
                                entity: TransferNotes.entity(number), kind: Event.pricingKind,
                                person: "Eve", effectiveDate: day,
                                fields: [
                                    .init("sender-rate", .text(rate)), .init("#TEA", .text(price)),
                                ])),
                    ]),
            ]
            try hk.engine.store.transact {
                _ = try hk.engine.commit(parts, at: hk.now)
                try hk.engine.author?.seal(in: hk.engine.store)
            }
            keep(network)
            try hz.perform(.arrive(Details(), [], shipment: number.description))
            keep(network)
        }
        let filter = StatementFilter(from: "2026-11-01", to: "2026-11-18", byBranch: true)
        for node in [hz, hk] {
            for query: Query in [
                .reconcile(branch: nil), .exceptions, .profit(filter), .cash(filter),
                .position(filter), .currencies(branch: nil, asAt: nil), .taxes(filter),
            ] { _ = node.ask(.query(query)) }
            for branch in ["HZ", "HK"] {
                #expect(try accounts(node, branch) == accounts(hz, branch))
            }
            for owned in try node.engine.turnovers(from: nil, to: nil).values {
                #expect(owned.values.reduce(Int128(0)) { $0 + $1.net } == 0)
            }
            let unvalued = try node.report(.exceptions).rows.filter { $0[0].plain == "value" }
            #expect(unvalued.count >= 2)
        }
        for name in ["hz", "hk"] { #expect(try network.verify(name).isSound) }
    }

    @Test func ratesOfPeersAreReadOrNot() throws {
        for text in [
            "", "1", "0 6", "-1 6", "1 7", "1 6 ", " 1 6", "1  6", "x 6", "1 x",
            "999999999999999999999999999999999999999999 6",
        ] {
            #expect(ExactRate(said: text) == nil, "\(text)")
        }
        for rate in [
            ExactRate(millionths: 920_000), ExactRate(millionths: .max, through: .max),
        ] {
            #expect(ExactRate(said: rate.said) == rate)
        }
        let (cny, hkd) = (
            try #require(CurrencyCode("CNY")), try #require(CurrencyCode("HKD"))
        )
        let book = Ledger(currency: cny, scale: 2)
        let price = TransferPrice(.value(2_000), taxMillionths: 130_000)
        func money(_ rate: ExactRate?) -> TransferMoney? {
            TransferMoney(
                sender: book.reading(hkd), receiver: book, between: cny,
                TransferRates(sender: rate, receiver: nil))
        }
        #expect(money(nil) == nil)
        // Dearest and cheapest: what does not fit throws.
        for rate in [ExactRate(millionths: .max, through: .max), ExactRate(millionths: 1)] {
            _ = try? money(rate)?.charged(price, cost: Int128(Int64.max))
            _ = try? money(rate)?.charged(
                TransferPrice(.costAnd(99_000_000), taxMillionths: 0), cost: Int128(Int64.max))
            _ = try? money(rate)?.toSender(.max)
            _ = try? money(rate)?.toReceiver(.max)
        }
        let charged = try #require(money(ExactRate(millionths: 920_000))).charged(
            price, cost: 0)
        #expect(charged == .init(amount: 2_260, net: 2_174, tax: 283))
    }
}
