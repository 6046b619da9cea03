import Testing

@testable import Books
@testable import Engine
@testable import Replica
@testable import Store

/// Rates through a third currency, one other currency for another, and many of them. The test's day is 18 November.
@Suite struct CrossRateTests {
    private func usd(_ date: String? = nil, party: String? = nil) -> Details {
        Details(date: date, party: party, currency: "USD")
    }

    private func held(_ node: TestNode, _ account: String) throws -> String? {
        try node.report(.currencies(branch: nil, asAt: nil)).rows.first {
            $0[0].plain == "account" && $0[3].plain == account
        }.map { "\($0[4].plain) \($0[1].plain) = \($0[5].plain)" }
    }

    private func isBalanced(_ node: TestNode) throws -> Bool {
        let sheet = try node.report(.position(StatementFilter(to: "2026-11-30")))
        return sheet.facts.first { $0.key == "balanced" }?.value == .flag(true)
            && !sheet.rows.contains { $0[2].plain == "Currency exchange" }
    }

    /// The example of `money.md`: 0.92 EUR for a dollar, and 7.80 for a euro, are 7.176.
    @Test func aRateThroughAThirdCurrency() throws {
        let network = try TestNetwork.company([], seed: 631)
        let hz = try network["hz"]
        try hz.perform(.addItems([ItemChange(code: "TEA", name: "Tea", price: "36.00")]))
        func rate(_ code: String, _ rate: String, _ day: String, in third: String? = nil) -> Command
        {
            .setRate(currency: code, rate: rate, from: day, third: third)
        }
        #expect(hz.refusal(rate("USD", "0.92", "2026-11-01", in: "USD")) == .badOption)
        #expect(hz.refusal(rate("USD", "0.92", "2026-11-01", in: "eur")) == .badCode)
        try hz.perform(rate("USD", "0.92", "2026-11-01", in: "EUR"))
        func sold(_ quantity: String, _ price: String, _ date: String) throws -> String? {
            let before = try Amount.parse(try hz.balances()["sales/HZ"] ?? "0", scale: 2)
            try hz.perform(
                .sell(
                    usd(date, party: "Acme"),
                    [Line(item: "TEA", quantity: quantity, price: price)], tender: "credit"))
            let after = try Amount.parse(try hz.balances()["sales/HZ"] ?? "0", scale: 2)
            return Amount.text(before - after, scale: 2)
        }
        #expect(
            hz.refusal(
                .sell(
                    usd("2026-11-02", party: "Acme"),
                    [Line(item: "TEA", quantity: "1", price: "1.00")], tender: "credit")) == .noRate
        )
        try hz.perform(rate("EUR", "7.8", "2026-11-01"))
        #expect(try sold("1", "33.33", "2026-11-02") == "239.18")
        let listed = try hz.report(.currencies(branch: nil, asAt: nil)).rows.first
        #expect(listed?[6].plain == "7.176000")
        // One exact product: a rate that was rounded first would make 2592590.00 of it.
        try hz.perform(rate("USD", "0.333333", "2026-11-03", in: "EUR"))
        try hz.perform(rate("EUR", "7.777777", "2026-11-03"))
        #expect(try sold("1000", "1000.00", "2026-11-03") == "2592589.74")
        // A price of the book's own, turned the other way: 36.00 × 1000 at that rate.
        let turned = try hz.perform(
            .sell(
                usd("2026-11-03", party: "Acme"), [Line(item: "TEA", quantity: "1000")],
                tender: "credit"))
        #expect(turned.total == "13885.73")
        try hz.perform(.currency(Details(date: "2026-11-03"), .revalue))
        // What is said in the book's own counts before it, and what is taken away not at all.
        try hz.perform(rate("USD", "7", "2026-11-04"))
        #expect(try sold("1", "1.00", "2026-11-05") == "7.00")
        try hz.perform(rate("USD", "", "2026-11-06"))
        try hz.perform(rate("USD", "", "2026-11-06", in: "EUR"))
        #expect(
            hz.refusal(
                .sell(
                    usd("2026-11-06", party: "Acme"),
                    [Line(item: "TEA", quantity: "1", price: "1.00")], tender: "credit")) == .noRate
        )
        let rates = try hz.report(.rates).rows.map { row in [0, 1, 4].map { row[$0].plain } }
        #expect(rates.contains(["USD", "2026-11-01", "EUR"]))
        #expect(rates.contains(["USD", "2026-11-04", "CNY"]))
        #expect(try isBalanced(hz))
        #expect(try network.verify("hz").isSound)
    }

    /// Dollars that are carried at 715.00 become euros that are.
    @Test func oneOtherCurrencyForAnother() throws {
        let network = try TestNetwork.company([], seed: 632)
        let hz = try network["hz"]
        try hz.perform(.setRate(currency: "USD", rate: "7.2", from: "2026-10-01"))
        try hz.perform(.setRate(currency: "EUR", rate: "7.8", from: "2026-10-01"))
        try hz.perform(
            .currency(
                usd("2026-11-01"),
                .buy(amount: "100.00", cost: "715.00", from: "bank:main", to: "bank:usd")))
        func convert(
            _ amount: String, _ price: String, _ other: String, _ currency: String = "USD"
        ) -> Command {
            .currency(
                Details(date: "2026-11-02", currency: currency),
                .convert(
                    amount: amount, price: price, other: other, from: "bank:usd", to: "bank:eur"))
        }
        for (command, code) in [
            (convert("1", "1", "USD"), Refusal.Code.badOption),
            (convert("1", "1", "CNY"), .badOption), (convert("1", "1", "EUR", "CNY"), .badOption),
            (convert("0", "1", "EUR"), .notPositive), (convert("1", "1.001", "EUR"), .tooPrecise),
        ] { #expect(hz.refusal(command) == code, "\(command)") }
        try hz.perform(convert("40.00", "36.80", "EUR"))
        #expect(try held(hz, "bank/HZ/usd") == "60.00 USD = 429.00")
        #expect(try held(hz, "bank/HZ/eur") == "36.80 EUR = 286.00")
        #expect(try hz.balances()["exchange-gain/HZ"] == nil)
        // Ten more than there are: these are worth the day's rate of 7.20.
        try hz.perform(convert("70.00", "64.00", "EUR"))
        #expect(try held(hz, "bank/HZ/usd") == "-10.00 USD = -72.00")
        #expect(try held(hz, "bank/HZ/eur") == "100.80 EUR = 787.00")
        #expect(try isBalanced(hz))
        #expect(try network.verify("hz").isSound)
    }

    /// A branch's own currencies are all valued; a list of more than it shows says so.
    @Test func noCurrencyIsPassedOverInSilence() throws {
        let network = try TestNetwork.company([], seed: 633)
        let hz = try network["hz"]
        let letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ".map(String.init)
        let codes = letters.prefix(8).flatMap { a in letters.map { "Q\(a)\($0)" } }
        for code in codes.prefix(201) {
            try hz.perform(
                .setRate(
                    currency: code, rate: code == codes[200] ? "2" : "1", from: "2026-11-01"))
        }
        func post(_ codes: ArraySlice<String>) throws {
            try hz.perform(
                .journal(
                    Details(date: "2026-11-01"),
                    codes.map { JournalLine(account: "bank/main", amount: "1.00\($0)@1") }
                        + [JournalLine(account: "equity/capital", amount: "-\(codes.count).00")]))
        }
        try post(codes.prefix(200))
        func notes() throws -> [String] {
            try hz.report(.currencies(branch: nil, asAt: nil)).notes.filter {
                $0.contains("Only the first 200 currencies")
            }
        }
        #expect(try notes().isEmpty)
        try post(codes[200...200])
        #expect(try notes().count == 1)
        let valued = try hz.perform(.currency(Details(date: "2026-11-02"), .revalue))
        #expect(valued.total == "1.00")
        #expect(try hz.balances()["exchange-gain/HZ"] == "-1.00")
    }
}
