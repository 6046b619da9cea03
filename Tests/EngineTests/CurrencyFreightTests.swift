import Testing

@testable import Books
@testable import Engine
@testable import Replica
@testable import Store

/// Freight and duty in another currency than the book's own. The test's day is 18 November; dollars are at 7.20, and at 7.10
/// since 10 November.
@Suite struct CurrencyFreightTests {
    private func usd(_ date: String, party: String? = nil, rate: String? = nil) -> Details {
        var details = Details(date: date, party: party)
        (details.currency, details.rate) = ("USD", rate)
        return details
    }

    private func receive(_ node: TestNode) throws -> String {
        try node.perform(
            .receive(
                usd("2026-11-02"), [Line(item: "TEA", quantity: "10", cost: "2.00")],
                supplier: "Mill")
        ).subject
    }

    private func freight(_ details: Details, _ receipt: String, _ amount: String = "10.00")
        -> Command
    {
        .spread(details, receipt: receipt, amount: amount, basis: .value)
    }

    /// The example of `docs/money.md`: 144.00 of teas, half of them sold, and 10.00 USD of freight at 7.10.
    @Test func freightIsWorthTheRateOfItsDay() throws {
        let network = try TestNetwork.withDollars(["gz"], seed: 1_200)
        let (hz, gz) = (try network["hz"], try network["gz"])
        let receipt = try receive(hz)
        try hz.perform(
            .sell(
                Details(date: "2026-11-05"), [Line(item: "TEA", quantity: "5")], tender: "cash"))
        network.settle()
        network.sever("hz", "gz")
        network.settle()
        let outcome = try hz.perform(freight(usd("2026-11-11", party: "Carrier"), receipt))
        #expect(outcome.total == "10.00" && outcome.currency == "USD")
        network.mend("hz", "gz")
        network.run(milliseconds: 120_000)
        for node in [hz, gz] {
            let balances = try node.balances()
            #expect(balances["payable/HZ/Carrier"] == "-71.00")
            #expect(balances["inventory/HZ"] == "107.50")
            #expect(balances["cost-of-sales/HZ"] == "107.50")
            #expect(balances["payable/HZ/Mill"] == "-144.00")
            #expect(try node.report(.reconcile(branch: nil)).rows.isEmpty)
        }
        let owed = try gz.report(.openItems(.payable, party: "Carrier", branch: "HZ")).rows
        #expect(
            owed.map { [$0[6].plain, $0[8].plain, $0[9].plain] } == [["10.00", "USD", "71.00"]])
        // It is paid at 7.30: 2.00 are lost, and no good costs more.
        try hz.perform(
            .pay(
                usd("2026-11-15", rate: "7.3"),
                Payment(
                    direction: .paid, party: "Carrier", amount: "10.00", through: "bank:usd")))
        #expect(try hz.balances()["exchange-loss/HZ"] == "2.00")
        #expect(try hz.balances()["payable/HZ/Carrier"] == nil)
        #expect(try hz.balances()["inventory/HZ"] == "107.50")
        network.settle()
        for name in ["hz", "gz"] { #expect(try network.verify(name).isSound) }
    }

    /// On goods of the book's own currency as well; what is taken back was never there.
    @Test func itIsTakenBackAtItsOwnRate() throws {
        let network = try TestNetwork.withDollars([], seed: 1_210)
        let hz = try network["hz"]
        let receipt = try hz.perform(
            .receive(
                Details(date: "2026-11-02"),
                [
                    Line(item: "TEA", quantity: "3", cost: "1.00"),
                    Line(item: "CUP", quantity: "3", cost: "1.00"),
                ], supplier: "Mill")
        ).subject
        let before = try hz.balances()
        let number = try hz.perform(
            freight(usd("2026-11-03", party: "Carrier", rate: "7.123"), receipt, "0.01")
        ).subject
        // Seven cents over two items: all of it.
        #expect(try hz.balances()["inventory/HZ"] == "6.07")
        try hz.perform(.reverse(Details(), number: number))
        #expect(try hz.balances() == before)
        #expect(try hz.verify().isSound)
    }

    /// Charges of the goods' own supplier are on its invoice, in its currency.
    @Test func theSuppliersOwnFreightIsOnItsInvoice() throws {
        let network = try TestNetwork.withDollars([], seed: 1_220)
        let hz = try network["hz"]
        let receipt = try receive(hz)
        try hz.perform(freight(usd("2026-11-03", party: "Mill"), receipt, "4.00"))
        var details = Details()
        details.currency = "USD"
        try hz.perform(
            .invoice(
                details,
                .enter(.init(supplier: "Mill", code: "A-1", net: "24.00", receipts: [receipt]))))
        #expect(try hz.balances()["inventory/HZ"] == "172.80")
        #expect(try hz.balances()["payable/HZ/Mill"] == "-172.80")
        #expect(try hz.verify().isSound)
    }

    @Test func whatHasNoRateIsRefused() throws {
        let network = try TestNetwork.withDollars([], seed: 1_230)
        let hz = try network["hz"]
        let receipt = try receive(hz)
        var euros = Details(date: "2026-11-03", party: "Carrier")
        euros.currency = "EUR"
        #expect(hz.refusal(freight(euros, receipt)) == .noRate)
        #expect(hz.refusal(freight(usd("2026-11-03"), receipt)) == .badOption)
        #expect(
            hz.refusal(freight(usd("2026-11-03", party: "Carrier"), receipt, "0.001"))
                == .tooPrecise
        )
        #expect(
            hz.refusal(freight(usd("2026-11-03", party: "Carrier"), receipt, "-1")) == .notPositive)
        #expect(
            hz.refusal(
                freight(usd("2026-11-03", party: "Carrier", rate: "0.001"), receipt, "0.01"))
                == .notPositive)
        #expect(try hz.balances()["payable/HZ/Carrier"] == nil)
    }
}
