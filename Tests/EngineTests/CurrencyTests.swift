import Testing

@testable import Books
@testable import Engine
@testable import Exchange
@testable import Replica
@testable import Store

/// Trading in other currencies: what is carried at what, what is gained and lost, and what is refused.
@Suite struct CurrencyTests {
    private func shop(seed: UInt64) throws -> TestNode {
        let node = try TestNode.founder(seed: seed)
        try node.perform(
            .addItems([
                ItemChange(code: "TEA", name: "Tea", price: "36.00"),
                ItemChange(code: "CUP", name: "Cup", price: "1.00", tax: "13"),
            ]))
        for (rate, day) in [("7.2", "2026-10-01"), ("7.1", "2026-10-20"), ("7.25", "2026-10-31")] {
            try node.perform(.setRate(currency: "USD", rate: rate, from: day))
        }
        return node
    }

    /// `10:10.00`, as a line of TEA.
    private func tea(_ quantity: String, _ price: String? = nil) -> [Line] {
        [Line(item: "TEA", quantity: quantity, price: price)]
    }

    private func usd(_ date: String?, rate: String? = nil, party: String? = nil) -> Details {
        Details(date: date, party: party, currency: "USD", rate: rate)
    }

    @discardableResult
    private func pay(
        _ node: TestNode, _ direction: Payment.Direction, _ amount: String, _ details: Details,
        _ party: String = "Acme", through: String = "bank:usd"
    ) throws -> Outcome {
        try node.perform(
            .pay(
                details,
                Payment(direction: direction, party: party, amount: amount, through: through)))
    }

    /// Amount and value of each account, as `currency list` has them.
    private func held(_ node: TestNode, _ day: String? = nil) throws -> [String: String] {
        var found: [String: String] = [:]
        for row in try node.report(.currencies(branch: nil, asAt: day)).rows
        where row[0].plain == "account" {
            found[row[3].plain] = "\(row[4].plain) \(row[1].plain) = \(row[5].plain)"
        }
        return found
    }

    private func isBalanced(_ node: TestNode, _ days: [String]) throws -> Bool {
        try days.allSatisfy { day in
            let sheet = try node.report(.position(StatementFilter(to: day)))
            return sheet.facts.first { $0.key == "balanced" }?.value == .flag(true)
                && !sheet.rows.contains { $0[2].plain == "Currency exchange" }
        }
    }

    private func rows(_ node: TestNode) throws -> [[String]] {
        try node.report(.reconcile(branch: nil)).rows.map { $0.map(\.plain) }
    }

    /// The example of `docs/money.md`: 100.00 USD are sold at 7.20, 40.00 of them paid at 7.10, the rest valued at 7.25 and
    /// paid at 7.30.
    @Test func theExampleOfTheDocument() throws {
        let node = try shop(seed: 260)
        let sale = try node.perform(
            .sell(usd("2026-10-05", party: "Acme"), tea("10", "10.00"), tender: "credit"))
        #expect(sale.summary.hasSuffix("100.00 USD"))
        #expect(try held(node) == ["receivable/HZ/Acme": "100.00 USD = 720.00"])
        #expect(try node.balances()["sales/HZ"] == "-720.00")

        let paid = try pay(node, .received, "40.00", usd("2026-10-20"))
        #expect(paid.notices == ["exchange loss: 4.00 CNY"])
        #expect(
            try held(node) == [
                "receivable/HZ/Acme": "60.00 USD = 432.00", "bank/HZ/usd": "40.00 USD = 284.00",
            ])
        // Valued at the end of the month.
        #expect(
            try node.perform(.currency(Details(date: "2026-10-31"), .revalue)).notices
                == ["exchange gain: 9.00 CNY"])
        #expect(
            try held(node) == [
                "receivable/HZ/Acme": "60.00 USD = 435.00", "bank/HZ/usd": "40.00 USD = 290.00",
            ])
        #expect(
            node.refusal(.currency(Details(date: "2026-10-31"), .revalue)) == .nothingChanges)
        // The days before are as they were.
        #expect(try held(node, "2026-10-30")["receivable/HZ/Acme"] == "60.00 USD = 432.00")

        #expect(
            try pay(node, .received, "60.00", usd("2026-11-05", rate: "7.3")).notices
                == ["exchange gain: 3.00 CNY"])
        #expect(try held(node) == ["bank/HZ/usd": "100.00 USD = 728.00"])
        #expect(try node.balances()["exchange-gain/HZ"] == "-12.00")
        #expect(try node.balances()["exchange-loss/HZ"] == "4.00")
        #expect(try node.balances()["trade-exchange/HZ"] == nil)

        let october = try node.report(
            .profit(StatementFilter(from: "2026-10-01", to: "2026-10-31"))
        ).rows.map { [$0[1].plain, $0[2].plain, $0[3].plain] }
        #expect(
            october == [
                ["5001", "Sales, net", "720.00"], ["", "Gross profit", "720.00"],
                ["5301.01", "Exchange gains", "9.00"], ["5603.01", "Exchange losses", "4.00"],
                ["", "Net profit", "725.00"],
            ])
        let account = try node.report(
            .ledger(
                LedgerFilter(account: "receivable/HZ/Acme", from: "2026-10-01", to: "2026-11-30")))
        #expect(
            account.rows.map { [$0[6].plain, $0[7].plain, $0[8].plain, $0[9].plain] } == [
                ["720.00", "", "720.00", "100.00 USD"], ["", "288.00", "432.00", "-40.00 USD"],
                ["3.00", "", "435.00", "0.00 USD"], ["", "435.00", "0.00", "-60.00 USD"],
            ])
        #expect(
            try isBalanced(
                node, ["2026-10-04", "2026-10-05", "2026-10-20", "2026-10-31", "2026-11-30"]))
        #expect(try rows(node) == [])
        #expect(try node.verify().isSound)
    }

    /// Payments of parts: each releases its share of what is carried, and the last one exactly the rest.
    @Test(arguments: [
        // Sold, rate, paid in parts at a rate, what stays carried after each.
        ("0.10", "7.215", "7.215", ["0.03", "0.03", "0.04"], ["0.50", "0.29", "0.00"]),
        ("100.00", "7.1999", "7.0", ["33.33", "33.33", "33.34"], ["480.02", "240.05", "0.00"]),
        ("0.01", "0.004", "7.0", ["0.01"], ["0.00"]),
    ]) func partsAreExact(
        _ sold: String, _ rate: String, _ later: String, _ parts: [String], _ carried: [String]
    ) throws {
        let node = try shop(seed: 261)
        try node.perform(
            .sell(
                usd("2026-11-01", rate: rate, party: "Acme"), tea("1", sold), tender: "credit"))
        for (part, left) in zip(parts, carried) {
            try pay(node, .received, part, usd("2026-11-02", rate: later))
            let value = try held(node)["receivable/HZ/Acme"]?.split(separator: " ").last
            #expect(String(value ?? "0.00") == left, "\(part)")
        }
        #expect(try held(node)["receivable/HZ/Acme"] == nil)
        #expect(try isBalanced(node, ["2026-11-01", "2026-11-30"]))
        // Payments that look alike are told, in whatever currency.
        let told = try rows(node)
        #expect(told.allSatisfy { $0[0] == "payment twice" } && told.isEmpty == (parts.count == 1))
        #expect(try node.verify().isSound)
    }

    /// A price of the book is turned once for each line; of the total each line and each tax is rounded once, and the
    /// largest line has the rest.
    @Test func linesAndTaxesSumToTheTotal() throws {
        let node = try shop(seed: 262)
        let sale = try node.perform(
            .sell(
                usd("2026-10-02", rate: "7.2", party: "Acme"),
                // 36.00 is 5.00 USD; 7 cups are 0.97 USD; tax on them 0.13 USD.
                [Line(item: "TEA", quantity: "1"), Line(item: "CUP", quantity: "7")],
                tender: "cash=1.00,credit"))
        #expect(sale.total == "6.10")
        // 6.10 USD are 43.92; the tax 0.94, the cups 6.98, the tea 36.00.
        let balances = try node.balances()
        #expect(balances["sales/HZ"] == "-42.98" && balances["tax/HZ"] == "-0.94")
        #expect(
            try held(node) == [
                "receivable/HZ/Acme": "5.10 USD = 36.72", "tender/HZ/cash": "1.00 USD = 7.20",
            ])
        // What is printed names what was paid, and lines as the books have them.
        let paper = try node.report(.paper(number: sale.subject))
        #expect(
            paper.facts.filter { $0.key == "tender" }.map(\.value.plain) == [
                "1.00 USD", "5.10 USD",
            ])
        #expect(paper.facts.first { $0.key == "total" }?.value.plain == "43.92")
        // Three lines of 0.01 USD at 1.50: 0.03 USD are 0.05, and each line would be 0.02.
        let odd = try node.perform(
            .sell(
                usd("2026-10-02", rate: "1.5", party: "Acme"),
                tea("1", "0.01") + tea("1", "0.01") + tea("1", "0.01"), tender: "cash"))
        let lines = try node.report(.document(number: odd.subject)).rows.filter {
            $0[3].plain == "sales/HZ"
        }.map { $0[5].plain }
        #expect(lines == ["-0.01", "-0.02", "-0.02"])
        #expect(try node.verify().isSound)
    }

    /// Goods for dollars: inventory at the rate of the receipt; the supplier is paid out of a bank that was filled at
    /// another, and in advance.
    @Test func suppliersAreOwedInTheirCurrency() throws {
        let node = try shop(seed: 263)
        try node.perform(
            .currency(
                usd("2026-10-02"),
                .buy(amount: "100.00", cost: "715.00", from: "bank:main", to: "bank:usd")))
        #expect(try held(node) == ["bank/HZ/usd": "100.00 USD = 715.00"])
        try node.perform(
            .receive(
                usd("2026-10-05"),
                [
                    Line(item: "TEA", quantity: "3", cost: "10.00"),
                    Line(item: "CUP", quantity: "3", total: "20.01"),
                ], supplier: "ACME"))
        // 50.01 USD are 360.07 (360.072): tea 216.00, cups 144.07.
        #expect(try held(node)["payable/HZ/ACME"] == "-50.01 USD = -360.07")
        #expect(try node.balances()["inventory/HZ"] == "360.07")
        let stock = try node.report(.stock(branch: "HZ", item: "TEA", limit: 9)).rows
        #expect(stock.contains { $0.map(\.plain).contains("216.00") })
        // Paid at what both are carried at, and 9.99 beyond that at what the bank's were: 357.58 leave it for 50.01.
        let paid = try pay(node, .paid, "60.00", usd("2026-10-06"), "ACME")
        #expect(paid.notices == ["exchange gain: 3.00 CNY"])
        #expect(
            try held(node) == [
                "bank/HZ/usd": "40.00 USD = 286.00", "payable/HZ/ACME": "9.99 USD = 71.93",
            ])
        // The next goods take the advance at what it was carried at.
        try node.perform(
            .receive(
                usd("2026-10-21"), [Line(item: "TEA", quantity: "1", cost: "9.99")],
                supplier: "ACME"))
        #expect(try held(node)["payable/HZ/ACME"] == nil)
        #expect(try node.balances()["inventory/HZ"] == "431.00")
        #expect(try node.balances()["exchange-loss/HZ"] == "1.00")
        // Sold: 40.00 for 280.00, of which 286.00 was carried.
        #expect(
            try node.perform(
                .currency(
                    usd("2026-11-02"),
                    .sell(amount: "40.00", proceeds: "280.00", from: "bank:usd", to: "bank:main"))
            ).notices == ["exchange loss: 6.00 CNY"])
        #expect(try held(node) == [:])
        #expect(try node.balances()["bank/HZ/usd"] == nil)
        #expect(try node.balances()["bank/HZ/main"] == "-435.00")
        #expect(
            try isBalanced(
                node, ["2026-10-02", "2026-10-05", "2026-10-06", "2026-10-21", "2026-11-02"]))
        #expect(try rows(node) == [])
        #expect(try node.verify().isSound)
    }

    /// Yen have no decimals, dinars three.
    @Test(arguments: [
        ("JPY", "0.048211", "5000", "241.06"), ("KWD", "23.45", "1.005", "23.57"),
        ("EUR", "7.9", "0.05", "0.40"),
    ]) func everyCurrencyHasItsOwnDecimals(
        _ code: String, _ rate: String, _ amount: String, _ value: String
    ) throws {
        let node = try shop(seed: 264)
        try node.perform(.setRate(currency: code, rate: rate, from: "2026-11-01"))
        let details = Details(date: "2026-11-02", party: "Acme", currency: code)
        try node.perform(.sell(details, tea("1", amount), tender: "credit"))
        #expect(try held(node) == ["receivable/HZ/Acme": "\(amount) \(code) = \(value)"])
        try pay(node, .received, amount, details, through: "cash")
        #expect(try held(node) == ["tender/HZ/cash": "\(amount) \(code) = \(value)"])
        #expect(
            node.refusal(.sell(details, tea("1"), tender: "credit=0.0001,cash")) == .tooPrecise)
        #expect(try node.verify().isSound)
    }

    @Test func aReversalIsTheExactOpposite() throws {
        let node = try shop(seed: 265)
        let sale = try node.perform(
            .sell(usd("2026-10-05", party: "Acme"), tea("10", "10.00"), tender: "credit")
        ).subject
        let paid = try pay(node, .received, "40.00", usd("2026-10-20")).subject
        try node.perform(.reverse(Details(), number: paid))
        #expect(try held(node) == ["receivable/HZ/Acme": "100.00 USD = 720.00"])
        #expect(try node.balances()["exchange-loss/HZ"] == nil)
        try node.perform(.reverse(Details(), number: sale))
        #expect(try held(node) == [:])
        #expect(try node.verify().isSound)
    }

    /// What a valuation added stays behind, is named, and goes with the next one.
    @Test func aReversalAfterAValuationLeavesIt() throws {
        let node = try shop(seed: 271)
        let sale = try node.perform(
            .sell(usd("2026-10-05", party: "Acme"), tea("10", "10.00"), tender: "credit")
        ).subject
        let valued = try node.perform(.currency(Details(date: "2026-10-31"), .revalue)).subject
        try node.perform(.reverse(Details(date: "2026-11-02"), number: sale))
        #expect(try held(node) == ["receivable/HZ/Acme": "0.00 USD = 5.00"])
        let list = try node.report(.currencies(branch: nil, asAt: nil))
        #expect(list.facts.first { $0.key == "difference" }?.value == .decimal("-5.00"))
        try node.perform(.currency(Details(date: "2026-11-17"), .revalue))
        #expect(try held(node) == [:])
        #expect(try rows(node) == [])
        // A valuation is a document like others.
        try node.perform(.reverse(Details(), number: valued))
        #expect(try held(node) == ["receivable/HZ/Acme": "0.00 USD = -5.00"])
        #expect(try node.verify().isSound)
    }

    /// What comes back is credited in the sale's currency, exact over all returns, whatever the rate is by then.
    @Test func goodsComeBackAtTheirOwnRate() throws {
        let node = try shop(seed: 266)
        let sale = try node.perform(
            .sell(
                usd("2026-10-05", rate: "7.1999", party: "Acme"), tea("3", "33.3333"),
                tender: "credit")
        ).subject
        #expect(try held(node) == ["receivable/HZ/Acme": "100.00 USD = 719.99"])
        func back(_ currency: String?, _ tender: String = "credit", rate: String? = nil) -> Command
        {
            .giveBack(
                Details(date: "2026-11-02", party: "Acme", currency: currency, rate: rate),
                tea("1"), sale: sale, tender: tender)
        }
        #expect(node.refusal(back(nil)) == .badOption)
        #expect(node.refusal(back("EUR")) == .badOption)
        #expect(node.refusal(back("USD", rate: "7")) == .badOption)
        var left: [String?] = []
        for _ in 0..<3 {
            try node.perform(back("USD"))
            left.append(try held(node)["receivable/HZ/Acme"])
        }
        #expect(left == ["66.67 USD = 480.02", "33.33 USD = 239.97", nil])
        #expect(try node.balances()["sales/HZ"] == nil)
        // The same of goods that go back to who sold them.
        let receipt = try node.perform(
            .receive(
                usd("2026-10-05"), [Line(item: "TEA", quantity: "3", total: "100.00")],
                supplier: "ACME")
        ).subject
        func away(_ currency: String?) -> Command {
            .sendBack(
                Details(date: "2026-11-02", currency: currency), tea("1"), receipt: receipt,
                supplier: nil)
        }
        #expect(node.refusal(away(nil)) == .badOption)
        for _ in 0..<3 { try node.perform(away("USD")) }
        #expect(try held(node) == [:])
        #expect(try isBalanced(node, ["2026-10-05", "2026-11-02"]))
        #expect(try node.verify().isSound)
    }

    /// Opening amounts, and whatever else is entered by hand.
    @Test func journalLinesNameTheirCurrency() throws {
        let node = try shop(seed: 267)
        func post(_ lines: (String, String)..., date: String = "2026-10-02") -> Command {
            .journal(Details(date: date), lines.map { JournalLine(account: $0.0, amount: $0.1) })
        }
        try node.perform(
            post(
                ("bank/usd", "1000.00USD@7.1"), ("receivable/Acme", "50.00USD@@361.23"),
                ("equity/capital", "-7461.23")))
        #expect(
            try held(node) == [
                "bank/HZ/usd": "1000.00 USD = 7100.00", "receivable/HZ/Acme": "50.00 USD = 361.23",
            ])
        // What leaves an account leaves it at what it is carried at.
        try node.perform(post(("bank/usd", "-100.00USD"), ("expense/fees", "710.00")))
        #expect(try held(node)["bank/HZ/usd"] == "900.00 USD = 6390.00")
        // Dollars of debt, paid in the book's own currency: 10 of 50 parts of 361.23.
        try node.perform(
            post(
                ("receivable/Acme", "-10.00USD"), ("bank/main", "71.00"),
                ("exchange-loss", "1.25")))
        #expect(try held(node)["receivable/HZ/Acme"] == "40.00 USD = 288.98")
        for (command, code) in [
            (post(("bank/usd", "-100.00USD"), ("expense/fees", "720.00")), Refusal.Code.unbalanced),
            (post(("expense/fees", "1.00USD@7"), ("bank/main", "-7.00")), .ownCurrencyOnly),
            (post(("sales", "-1.00USD@7"), ("bank/main", "7.00")), .ownCurrencyOnly),
            (post(("bank/usd", "1.00USD@0"), ("bank/main", "0.00")), .notPositive),
            (post(("bank/usd", "1.00USD@@-7"), ("bank/main", "7.00")), .notPositive),
            (post(("bank/usd", "1.00US@7"), ("bank/main", "-7.00")), .badCode),
            (post(("bank/usd", "1.00CNY@7"), ("bank/main", "-7.00")), .badOption),
            (post(("bank/eur", "1.00EUR"), ("bank/main", "-7.00")), .noRate),
            (
                post(("bank/usd", "1.00USD@7"), ("bank/usd", "1.00USD@7"), ("bank/main", "-14.00")),
                .badOption
            ),
            (post(("trade-exchange", "1.00"), ("bank/main", "-1.00")), .badAccount),
        ] { #expect(node.refusal(command) == code, "\(command)") }
        #expect(try node.verify().isSound)
    }

    @Test func whatIsRefused() throws {
        let node = try shop(seed: 268)
        func sell(_ details: Details) -> Command {
            .sell(details, tea("1", "1.00"), tender: "cash")
        }
        for (command, code) in [
            (Command.setRate(currency: "USD", rate: "0", from: nil), Refusal.Code.notPositive),
            (.setRate(currency: "USD", rate: "-7", from: nil), .notPositive),
            (.setRate(currency: "USD", rate: "7.1234567", from: nil), .tooPrecise),
            (.setRate(currency: "usd", rate: "7", from: nil), .badCode),
            (.setRate(currency: "CNY", rate: "1", from: nil), .badOption),
            (.setRate(currency: "USD", rate: "7", from: "x"), .badDate),
            (sell(usd("2026-09-30")), .noRate),
            (sell(Details(currency: "EUR")), .noRate),
            (sell(Details(currency: "dollar")), .badCode),
            (sell(usd(nil, rate: "0")), .notPositive), (sell(usd(nil, rate: "-1")), .notPositive),
            (sell(Details(rate: "7")), .badOption),
            (sell(Details(currency: "CNY", rate: "1")), .badOption),
            (sell(usd(nil, rate: "9223372036854.775807")), nil),
            (
                .sell(
                    usd(nil, rate: "9223372036854.775807"), tea("1000000", "9000000000"),
                    tender: "cash"), .overflow
            ),
            (.writeOff(usd(nil), tea("1")), .ownCurrencyOnly),
            (
                .exchange(usd(nil), tea("1"), sale: nil, for: tea("1"), tender: "cash"),
                .ownCurrencyOnly
            ),
            (.giveBack(usd(nil), tea("1"), sale: nil, tender: "cash"), .ownCurrencyOnly),
            (
                .currency(Details(), .buy(amount: "1", cost: "7", from: "cash", to: "bank:usd")),
                .badOption
            ),
            (
                .currency(usd(nil), .buy(amount: "0", cost: "7", from: "cash", to: "bank:usd")),
                .notPositive
            ),
            (.currency(Details(date: "2027-01-01"), .revalue), .badDate),
            (.currency(Details(rate: "7"), .revalue), .badOption),
            (.currency(Details(currency: "JPY"), .revalue), .nothingChanges),
        ] as [(Command, Refusal.Code?)] { #expect(node.refusal(command) == code, "\(command)") }
        // Taken away, a rate is none from its day on.
        try node.perform(.setRate(currency: "USD", rate: "", from: "2026-11-10"))
        #expect(node.refusal(sell(usd("2026-11-11"))) == .noRate)
        #expect(node.refusal(sell(usd("2026-11-09"))) == nil)
        let rates = try node.report(.rates).rows.map { $0.map(\.plain) }
        #expect(
            rates.map { $0[1] + " " + $0[2] } == [
                "2026-10-01 7.200000", "2026-10-20 7.100000", "2026-10-31 7.250000", "2026-11-10 ",
            ])
        // A payment of what is owed needs no rate where both sides have one already.
        try node.perform(.setParty(PartyChange(name: "Acme", creditLimit: "50.00")))
        #expect(
            node.refusal(
                .sell(usd("2026-10-05", party: "Acme"), tea("1", "10.00"), tender: "credit"))
                == .creditLimit)
        try node.perform(
            .sell(usd("2026-10-05", party: "Acme"), tea("1", "6.00"), tender: "credit"))
        #expect(
            node.refusal(.sell(Details(party: "Acme"), tea("1", "6.81"), tender: "credit"))
                == .creditLimit)
        #expect(
            node.refusal(.sell(Details(party: "Acme"), tea("1", "6.80"), tender: "credit")) == nil)
        #expect(try node.verify().isSound)
    }

    /// A period is closed once its amounts are carried at the rates of its last day, and a year ends with nothing on the
    /// accounts of gains and losses.
    @Test func theEndOfAPeriodAndOfAYear() throws {
        let node = try shop(seed: 269)
        try node.perform(
            .sell(usd("2026-10-05", party: "Acme"), tea("10", "10.00"), tender: "credit"))
        try pay(node, .received, "40.00", usd("2026-10-20"))
        let close = Command.close(Details(), through: "2026-10-31", isYearEnd: true)
        #expect(node.refusal(close) == .periodUnfinished)
        try node.perform(.currency(Details(date: "2026-10-31"), .revalue))
        let profit = try node.report(.profit(StatementFilter(from: "2026-10-01", to: "2026-10-31")))
            .rows
        let number = try node.perform(close).subject
        #expect(try node.balances()["exchange-gain/HZ"] == nil)
        #expect(try node.balances()["exchange-loss/HZ"] == nil)
        #expect(try node.balances()["equity/HZ/retained"] == "-725.00")
        #expect(
            try node.report(.profit(StatementFilter(from: "2026-10-01", to: "2026-10-31"))).rows
                == profit)
        #expect(node.refusal(.currency(Details(date: "2026-10-31"), .revalue)) == .periodClosed)
        #expect(try isBalanced(node, ["2026-10-30", "2026-10-31", "2026-11-30"]))
        try node.perform(.reopen(Details(memo: "a rate was wrong"), number: number))
        #expect(try node.balances()["exchange-gain/HZ"] == "-9.00")
        #expect(try node.verify().isSound)
    }

    /// October is valued after November was paid: each month has its own gains and losses.
    @Test func monthsHaveTheirOwnDifferences() throws {
        let node = try shop(seed: 272)
        try node.perform(
            .sell(usd("2026-10-05", party: "Acme"), tea("10", "10.00"), tender: "credit"))
        #expect(
            try pay(node, .received, "100.00", usd("2026-11-05", rate: "7.3")).notices
                == ["exchange gain: 10.00 CNY"])
        try node.perform(.currency(Details(date: "2026-10-31"), .revalue))
        try node.perform(.close(Details(), through: "2026-10-31", isYearEnd: false))
        try node.perform(.setRate(currency: "USD", rate: "7.4", from: "2026-11-10"))
        try node.perform(.currency(Details(date: "2026-11-10"), .revalue))
        // Of 7.20 to 7.25 in October, to 7.30 in November; and the bank's to 7.40.
        for (from, to, profit) in [
            ("2026-10-01", "2026-10-31", "725.00"), ("2026-11-01", "2026-11-30", "15.00"),
        ] {
            let rows = try node.report(.profit(StatementFilter(from: from, to: to))).rows
            #expect(rows.last?[3].plain == profit)
        }
        #expect(try held(node) == ["bank/HZ/usd": "100.00 USD = 740.00"])
        #expect(try rows(node) == [])
        // Exchange accounts are no business of their own.
        let accounts = try node.report(.accounts(StatementFilter())).rows.map { $0[2].plain }
        #expect(
            !accounts.contains { $0.hasSuffix("-exchange/HZ") } && accounts.contains("sales/HZ"))
        #expect(try node.verify().isSound)
    }

    /// What is owed in dollars is as old as its sale, and worth what it is carried at.
    @Test func ageingIsByCurrency() throws {
        let node = try shop(seed: 270)
        for (date, price) in [("2026-09-01", "10.00"), ("2026-10-05", "30.00")] {
            try node.perform(
                .sell(usd(date, rate: "7.2", party: "Acme"), tea("1", price), tender: "credit"))
        }
        try node.perform(
            .sell(Details(date: "2026-11-17", party: "Acme"), tea("1", "5.00"), tender: "credit"))
        try pay(node, .received, "4.00", usd("2026-10-20"))
        let row = try node.report(.ageing(AgeingFilter(of: "receivable", asAt: "2026-11-18"))).rows
            .map { $0.map(\.plain) }
        // 6.00 and 30.00 USD are carried at 259.20: 43.20 and 216.00.
        #expect(
            row == [
                [
                    "HZ", "Acme", "264.20", "", "5.00", "216.00", "43.20", "", "2026-09-01",
                    "36.00 USD",
                ]
            ])
        #expect(try node.report(.parties(search: nil)).rows.isEmpty)
        #expect(try node.verify().isSound)
    }
}
