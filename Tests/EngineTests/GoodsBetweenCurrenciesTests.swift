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
    private func company(seed: UInt64, costing: String? = nil) throws -> TestNetwork {
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
        for (name, cost) in [("hk", "2.00"), ("hz", "1.80")] {
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
}
