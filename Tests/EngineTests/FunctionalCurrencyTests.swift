import Testing

@testable import Books
@testable import Engine
@testable import Exchange
@testable import Replica
@testable import Store

/// A branch whose legal entity keeps its books in another currency than the book's own: what it does is in that, as what
/// others do is in the book's. The test's day is 18 November.
@Suite struct FunctionalCurrencyTests {
    /// HZ keeps its books in CNY, HK in HKD: 0.90 since October, 0.92 since 10 November. A dollar is 7.20.
    private func company(_ others: [String] = [], seed: UInt64) throws -> TestNetwork {
        let network = try TestNetwork.company([], seed: seed)
        let hz = try network["hz"]
        _ = hz.ask(.addEntity(name: "Company (HK)", currency: "HKD"))
        try network.join("hk", seed: seed + 1, entity: "Company (HK)")
        for (place, name) in others.enumerated() {
            try network.join(name, seed: seed + 2 + UInt64(place), entity: "Company (HK)")
        }
        for (code, rate, day) in [
            ("HKD", "0.9", "2026-10-01"), ("HKD", "0.92", "2026-11-10"),
            ("USD", "7.2", "2026-10-01"),
        ] {
            try hz.perform(.setRate(currency: code, rate: rate, from: day))
        }
        try hz.perform(
            .addItems([ItemChange(code: "TEA", name: "Tea", price: "9.00", tax: "0")]))
        network.settle()
        return network
    }

    private func journal(
        _ node: TestNode, _ lines: [(String, String)], _ date: String
    ) throws {
        try node.perform(
            .journal(
                Details(date: date), lines.map { JournalLine(account: $0.0, amount: $0.1) }))
    }

    private func tea(_ quantity: String, price: String? = nil, cost: String? = nil) -> [Line] {
        [Line(item: "TEA", quantity: quantity, price: price, cost: cost)]
    }

    /// A branch's trial balance, as account and signed text.
    private func accounts(_ node: TestNode, _ branch: String? = "HK") throws -> [String: String] {
        var found: [String: String] = [:]
        for row in try node.report(.balance(branch: branch, asAt: nil)).rows {
            guard !row[0].plain.hasPrefix("via") else { continue }
            found[row[0].plain] = row[1] == .empty ? "-" + row[2].plain : row[1].plain
        }
        return found
    }

    private func fact(_ node: TestNode, _ query: Query, _ key: String) throws -> String? {
        try node.report(query).facts.first { $0.key == key }?.value.plain
    }

    private func differences(_ node: TestNode) throws -> [[String]] {
        try node.report(.reconcile(branch: nil)).rows.map { $0.map(\.plain) }
    }

    /// 1,000.00 HKD of capital, ten teas at 2.00, four sold at the price of 9.00 CNY, which are 10.00 HKD in October.
    private func trade(_ hk: TestNode) throws {
        try journal(
            hk, [("bank/main", "1000.00"), ("equity/capital", "-1000.00")], "2026-10-01")
        try hk.perform(
            .receive(Details(date: "2026-10-02"), tea("10", cost: "2.00"), supplier: "Mill"))
        let sold = try hk.perform(
            .sell(Details(date: "2026-10-05", party: "Acme"), tea("4"), tender: "credit"))
        #expect(sold.total == "40.00")
        #expect(sold.currency == "HKD")
    }

    /// All of a branch's own work is in its own currency.
    @Test func aBranchKeepsItsBooksInItsOwnCurrency() throws {
        let network = try company(seed: 900)
        let hk = try network["hk"]
        try trade(hk)
        #expect(
            try accounts(hk) == [
                "bank/HK/main": "1000.00", "equity/HK/capital": "-1000.00",
                "inventory/HK": "12.00", "cost-of-sales/HK": "8.00", "payable/HK/Mill": "-20.00",
                "receivable/HK/Acme": "40.00", "sales/HK": "-40.00",
            ])
        #expect(try fact(hk, .balance(branch: "HK", asAt: nil), "currency") == "HKD")
        // The dollar is 7.20 / 0.90 = 8.00, and the book's own currency a foreign one.
        try hk.perform(
            .sell(
                Details(date: "2026-10-06", party: "Acme", currency: "USD"),
                tea("1", price: "5.00"), tender: "credit"))
        try hk.perform(
            .sell(
                Details(date: "2026-10-06", party: "Acme", currency: "CNY"), tea("1"),
                tender: "credit"))
        #expect(try accounts(hk)["receivable/HK/Acme"] == "90.00")
        let open = try hk.report(.openItems(.receivable, party: "Acme", branch: nil)).rows.map {
            row in [6, 8, 9].map { row[$0].plain }
        }
        #expect(
            open == [["40.00", "HKD", ""], ["9.00", "CNY", "10.00"], ["5.00", "USD", "40.00"]])
        // It pays 9.00 CNY at 0.92: 9.78 HKD for what is carried at 10.00.
        let paid = try hk.perform(
            .pay(
                Details(date: "2026-11-12", currency: "CNY"),
                Payment(
                    direction: .received, party: "Acme", amount: "9.00", through: "bank:cny")))
        #expect(paid.notices.first == "exchange loss: 0.22 HKD")
        try hk.perform(.currency(Details(date: "2026-11-17"), .revalue))
        // 5.00 USD at 7.20 / 0.92 are 39.13 HKD.
        #expect(try accounts(hk)["exchange-loss/HK"] == "1.09")
        let sheet = StatementFilter(branches: ["HK"], to: "2026-11-17")
        #expect(try fact(hk, .position(sheet), "currency") == "HKD")
        #expect(try fact(hk, .position(sheet), "balanced") == "true")
        #expect(try hk.lines(.position(sheet))["Receivables"] == "79.13")
        let month = StatementFilter(branches: ["HK"], from: "2026-10-01", to: "2026-10-31")
        #expect(try hk.lines(.profit(month))["Sales, net"] == "90.00")
        #expect(try hk.lines(.profit(month))["Net profit"] == "78.00")
        try hk.perform(.close(Details(), through: "2026-11-17", isYearEnd: true))
        #expect(try accounts(hk)["equity/HK/retained"] == "-76.91")
        network.settle()
        #expect(try accounts(network["hz"]) == accounts(hk))
        #expect(try differences(network["hz"]) == [])
        for name in ["hz", "hk"] { #expect(try network.verify(name).isSound) }
    }

    // MARK: Prices, limits, what is refused

    /// A rate in a third currency that nobody rates yet changes nothing; nor does the first rate of that one, once the days are
    /// sealed.
    @Test func aThirdCurrencysFirstRateChangesNothingSealed() throws {
        let network = try company(seed: 3_900)
        let (hz, hk) = (try network["hz"], try network["hk"])
        try hz.perform(
            .setRate(currency: "HKD", rate: "0.115", from: "2026-10-05", third: "EUR"))
        for node in [hz, hk] {
            try node.perform(
                .close(Details(person: "Wang"), through: "2026-10-31", isYearEnd: false))
        }
        network.run(milliseconds: 60_000)
        try hz.perform(.seal(Details(person: "Adam"), .seal(through: "2026-10-31", absent: [])))
        for (day, code) in [("2026-10-06", Refusal.Code.sealed), ("2026-11-01", nil)] {
            #expect(hz.refusal(.setRate(currency: "EUR", rate: "7.8", from: day)) == code)
        }
    }

    /// Credit limits and those of workflows are of the book's own currency, and what is owed elsewhere counts.
    @Test func limitsAreOfTheBooksCurrency() throws {
        let network = try company(seed: 910)
        let (hz, hk) = (try network["hz"], try network["hk"])
        try trade(hk)
        try hz.perform(.setParty(PartyChange(name: "Acme", creditLimit: "100.00")))
        network.settle()
        func sell(_ node: TestNode, _ price: String) -> Refusal.Code? {
            node.refusal(
                .sell(Details(party: "Acme"), tea("1", price: price), tender: "credit"))
        }
        // 40.00 HKD are 36.80 CNY: 63.20 are left, which are 68.69 HKD.
        #expect(sell(hk, "68.71") == .creditLimit)
        #expect(sell(hz, "63.21") == .creditLimit)
        #expect(sell(hk, "68.69") == nil)
        network.settle()
        #expect(sell(hz, "0.02") == .creditLimit)

        try hz.perform(.setPerson(PersonChange(name: "Wang", roles: ["manager"])))
        try hz.perform(
            .setWorkflow(WorkflowChange(kind: .purchase, steps: ["release:manager>100.00"])))
        network.settle()
        func order(_ cost: String) throws -> String {
            try hk.perform(
                .order(
                    Details(),
                    .open(
                        OrderForm(
                            kind: .purchase, party: "Mill", lines: tea("1", cost: cost),
                            submits: true)))
            ).subject
        }
        // 108.69 HKD are 99.99 CNY, 108.71 are 100.01.
        let (small, large) = (try order("108.69"), try order("108.71"))
        network.settle()
        for node in [hz, hk] {
            #expect(try fact(node, .order(number: small), "state") == "approved")
            #expect(try fact(node, .order(number: large), "state") == "submitted")
            #expect(try fact(node, .order(number: large), "total") == "108.71")
        }
        // A sale on an order: the item's 9.00 CNY are 9.78 HKD at 0.92.
        let sale = try hk.perform(
            .order(Details(), .open(OrderForm(kind: .sale, party: "Best", lines: tea("1")))))
        #expect(try fact(hk, .order(number: sale.subject), "total") == "9.78")
        #expect(try hk.report(.labels(items: ["TEA"])).rows[0][3].plain == "9.78")
        #expect(try hz.report(.labels(items: ["TEA"])).rows[0][3].plain == "9.00")
        for name in ["hz", "hk"] { #expect(try network.verify(name).isSound) }
    }

    /// To a branch of another currency goods are sold: nothing leaves before somebody said at what, and at what rate. A currency
    /// stays what it was.
    @Test func goodsAreSoldToAnotherCurrency() throws {
        let network = try company(["hq"], seed: 920)
        let (hz, hk, hq) = (try network["hz"], try network["hk"], try network["hq"])
        try trade(hk)
        #expect(hk.refusal(.ship(Details(), tea("1"), to: "HZ")) == .noTransferPrice)
        try hz.perform(.setTransferPrice(from: "HK", to: "HZ", rule: "cost+10%"))
        network.settle()
        #expect(hk.refusal(.ship(Details(date: "2026-09-30"), tea("1"), to: "HZ")) == .noRate)
        // Two branches of one currency trade as any two: teas that cost 2.00 HKD.
        try hk.perform(.ship(Details(), tea("2"), to: "HQ"))
        network.settle()
        let number = try #require(
            try hq.report(.transfers(openOnly: true)).rows.first?[0].plain)
        try hq.perform(
            .arrive(Details(), [ArrivalLine(item: "TEA", accepted: "2")], shipment: number))
        network.run(milliseconds: 120_000)
        network.settle()
        #expect(try accounts(hq, "HQ")["due-to/HQ/HK"] == "-4.00")
        #expect(try accounts(hz)["due-from/HK/HQ"] == "4.00")
        #expect(try differences(hz) == [])

        guard case .refused(let twice) = hz.ask(.addEntity(name: "Company (HK)", currency: "USD"))
        else {
            Issue.record("an entity was added twice")
            return
        }
        #expect(twice.code == .nothingChanges)
        guard case .refused(let bad) = hz.ask(.addEntity(name: "Other", currency: "dollars")) else {
            Issue.record("dollars are no code")
            return
        }
        #expect(bad.code == .badCode)
        #expect(hz.refusal(.setRate(currency: "CNY", rate: "1.1", from: nil)) == .badOption)
        #expect(hk.refusal(.setRate(currency: "CNY", rate: "1.1", from: nil)) == .badOption)
        // Where no rate is known nothing is guessed.
        #expect(
            hk.refusal(
                .sell(Details(date: "2026-09-30"), tea("1"), tender: "cash")) == .noRate)
        for name in ["hz", "hk", "hq"] { #expect(try network.verify(name).isSound) }
    }

    // MARK: Between branches

    /// What is between branches of two currencies is in the book's; the one carries it as a foreign amount.
    @Test func amountsBetweenTwoCurrenciesAreInTheBooks() throws {
        let network = try company(seed: 930)
        let (hz, hk) = (try network["hz"], try network["hk"])
        try journal(hk, [("expense/rent", "100.00"), ("bank/main", "-100.00")], "2026-10-10")
        let charge = try hk.perform(
            .between(
                Details(date: "2026-10-10"),
                .charge(to: "HZ", account: "expense/rent", amount: "100.00")))
        #expect(charge.total == "90.00")
        #expect(charge.currency == "CNY")
        network.settle()
        #expect(try accounts(hk)["due-from/HK/HZ"] == "100.00")
        #expect(try accounts(hk)["expense/HK/rent"] == nil)
        #expect(try accounts(hz, "HZ") == ["expense/HZ/rent": "90.00", "due-to/HZ/HK": "-90.00"])
        #expect(try differences(hz) == [])
        #expect(
            hk.refusal(.close(Details(), through: "2026-11-17", isYearEnd: false))
                == .periodUnfinished)
        try hk.perform(.currency(Details(date: "2026-11-17"), .revalue))
        // 90.00 CNY at 0.92.
        #expect(try accounts(hk)["due-from/HK/HZ"] == "97.83")
        #expect(try accounts(hk)["exchange-loss/HK"] == "2.17")
        let held = try hk.report(.currencies(branch: "HK", asAt: nil)).rows[0].map(\.plain)
        #expect(
            held == [
                "account", "CNY", "HK", "due-from/HK/HZ", "90.00", "97.83", "1.0869565217", "97.83",
                "0.00",
            ])

        // HZ pays 60.00 CNY to a bank of HK that holds CNY, and 30.00 to one of HKD.
        let paid = try hz.perform(
            .between(Details(), .settle(to: "HK", through: "bank:main", amount: "60.00"))
        ).subject
        network.settle()
        #expect(try differences(hk).map { [$0[0], $0[2]] } == [["money on its way", "60.00"]])
        #expect(
            hk.refusal(.between(Details(), .accept(number: paid, through: "bank:main")))
                == .twoCurrencies)
        try hk.perform(
            .between(Details(currency: "CNY"), .accept(number: paid, through: "bank:cny")))
        // 60 of 90 parts of 97.83.
        #expect(try accounts(hk)["bank/HK/cny"] == "65.22")
        #expect(try accounts(hk)["due-from/HK/HZ"] == "32.61")
        network.settle()
        #expect(try differences(hz) == [])

        // HZ charges 50.00; HK owes 54.35 HKD at 0.92, and pays them from its own bank: 50.00 CNY.
        try hz.perform(
            .between(Details(), .charge(to: "HK", account: "expense/fees", amount: "50.00")))
        network.settle()
        #expect(try accounts(hk)["expense/HK/fees"] == "54.35")
        #expect(try accounts(hk)["due-to/HK/HZ"] == "-54.35")
        let sent = try hk.perform(
            .between(Details(), .settle(to: "HZ", through: "bank:main", amount: "54.35"))
        )
        #expect(sent.total == "50.00")
        network.settle()
        #expect(
            hz.refusal(.between(Details(), .accept(number: sent.subject, through: "bank:main")))
                == .twoCurrencies)
        try hz.perform(
            .between(Details(currency: "HKD"), .accept(number: sent.subject, through: "bank:hkd")))
        network.settle()
        #expect(try accounts(hk)["due-to/HK/HZ"] == nil)
        #expect(try accounts(hz, "HZ")["due-from/HZ/HK"] == nil)
        #expect(try accounts(hz, "HZ")["bank/HZ/hkd"] == "50.00")
        for node in [hz, hk] { #expect(try differences(node) == []) }
        for name in ["hz", "hk"] { #expect(try network.verify(name).isSound) }
    }

    /// Both act while they are cut off; a charge is taken back; all nodes agree, whatever came first.
    @Test func bothSidesActApart() throws {
        let network = try company(["hq"], seed: 940)
        let (hz, hk, hq) = (try network["hz"], try network["hk"], try network["hq"])
        let first = try hz.perform(
            .between(Details(), .charge(to: "HK", account: "expense/fees", amount: "50.00"))
        ).subject
        try hz.perform(.setRate(currency: "HKD", rate: "0.95", from: "2026-11-18"))
        network.settle()
        network.sever("hz", "hk")
        network.sever("hk", "hq")
        network.sever("hz", "hq")
        try hz.perform(.reverse(Details(), number: first))
        try hk.perform(
            .between(Details(), .charge(to: "HZ", account: "expense/rent", amount: "10.00")))
        try hq.perform(
            .between(Details(), .charge(to: "HK", account: "expense/rent", amount: "7.00")))
        try hk.perform(.currency(Details(), .revalue))
        network.run(milliseconds: 60_000)
        for (a, b) in [("hz", "hk"), ("hk", "hq"), ("hz", "hq")] { network.mend(a, b) }
        network.settle()
        network.run(milliseconds: 120_000)
        network.settle()
        // Between two branches of HKD it is HKD.
        #expect(try accounts(hk)["due-to/HK/HQ"] == "-7.00")
        #expect(try accounts(hk)["due-to/HK/HZ"] == nil)
        #expect(try accounts(hk)["expense/HK/fees"] == nil)
        #expect(try accounts(hk)["due-from/HK/HZ"] == "10.00")
        #expect(try accounts(hz, "HZ")["due-to/HZ/HK"] == "-9.50")
        for node in [hz, hk, hq] {
            for branch in ["HZ", "HK", "HQ"] {
                #expect(try accounts(node, branch) == accounts(hz, branch))
            }
            #expect(try differences(node) == [])
            #expect(
                try node.report(.position(StatementFilter(to: "2026-11-18", byBranch: true))).rows
                    == hz.report(.position(StatementFilter(to: "2026-11-18", byBranch: true))).rows)
        }
        for name in ["hz", "hk", "hq"] { #expect(try network.verify(name).isSound) }
    }

    // MARK: Statements of several

    /// The example of `docs/money.md`: at 0.90 when it was earned, at 0.92 when it is shown.
    @Test func statementsOfSeveralAreTranslated() throws {
        let network = try company(seed: 950)
        let (hz, hk) = (try network["hz"], try network["hk"])
        try trade(hk)
        try journal(hz, [("bank/main", "500.00"), ("equity/capital", "-500.00")], "2026-10-01")
        network.settle()
        let day = StatementFilter(to: "2026-11-18", byBranch: true)
        let expected = [
            "Bank": "920.00", "Inventory": "11.04", "Receivables": "36.80", "Payables": "18.40",
            "Assets": "967.84", "Capital": "900.00", "Profit of the period": "28.80",
            "Translation difference": "20.64", "Liabilities and capital": "967.84",
        ]
        for node in [hz, hk] {
            #expect(try node.lines(.position(day), "HK") == expected)
            #expect(try node.lines(.position(day))["Bank"] == "1420.00")
            #expect(try node.lines(.position(day))["Translation difference"] == "20.64")
            #expect(try fact(node, .position(day), "balanced") == "true")
            #expect(try fact(node, .position(day), "currency") == "CNY")
            let span = StatementFilter(from: "2026-10-01", to: "2026-11-18")
            #expect(try node.lines(.profit(span))["Sales, net"] == "36.00")
            #expect(try node.lines(.profit(span))["Net profit"] == "28.80")
            #expect(try node.lines(.cash(span))["Cash of capital"] == "1400.00")
            #expect(try node.lines(.cash(span))["Change of rates"] == "20.00")
            #expect(try node.lines(.cash(span))["Cash at the end"] == "1420.00")
            #expect(try fact(node, .cash(span), "agrees") == "true")
        }
        let all = try accounts(hz, nil)
        #expect(all["bank/HK/main"] == "920.00")
        #expect(all["translation-difference/HK"] == "-20.64")
        #expect(all["bank/HZ/main"] == "500.00")
        #expect(
            try fact(hz, .balance(branch: nil, asAt: nil), "debit")
                == fact(hz, .balance(branch: nil, asAt: nil), "credit"))

        // The end of a year takes what was earned to the capital as it was translated: nothing is earned by it.
        try hk.perform(.close(Details(), through: "2026-11-17", isYearEnd: true))
        network.settle()
        let after = try hz.lines(.position(day), "HK")
        #expect(after["Capital"] == "900.00")
        #expect(after["Retained earnings"] == "28.80")
        #expect(after["Profit of the period"] == nil)
        #expect(after["Translation difference"] == "20.64")
        let span = StatementFilter(from: "2026-10-01", to: "2026-11-18")
        #expect(try hz.lines(.profit(span))["Net profit"] == "28.80")
        // It is open again, and closed once more: as before.
        let close = try #require(try hk.report(.periods(branch: "HK")).rows.first?[2].plain)
        try hk.perform(.reopen(Details(memo: "an invoice came"), number: close))
        network.settle()
        #expect(try hz.lines(.position(day), "HK") == expected)
        try hz.perform(.setRate(currency: "HKD", rate: "0.95", from: "2026-11-18"))
        #expect(try hz.lines(.position(day), "HK")["Bank"] == "950.00")
        #expect(try hz.lines(.position(day), "HK")["Profit of the period"] == "28.80")
        #expect(try fact(hz, .position(day), "balanced") == "true")
        for name in ["hz", "hk"] { #expect(try network.verify(name).isSound) }
    }

    /// What branches of two currencies owe each other cancels by what is owed, whatever it is carried at.
    @Test func whatTheyOweEachOtherCancelsExactly() throws {
        let network = try company(seed: 960)
        let (hz, hk) = (try network["hz"], try network["hk"])
        try hk.perform(
            .between(
                Details(date: "2026-10-10"),
                .charge(to: "HZ", account: "expense/rent", amount: "33.33")))
        network.settle()
        for day in ["2026-11-10", "2026-11-18"] {
            let filter = StatementFilter(to: day, byBranch: true)
            let sheet = try hz.report(.position(filter))
            #expect(sheet.facts.first { $0.key == "balanced" }?.value == .flag(true))
            // Of the whole company nothing is due or on its way: both sides are of the charge's own day.
            #expect(try hz.lines(.position(filter))["Between branches, on its way"] == nil)
        }
        // Of HK alone in its own currency it is an asset.
        let own = StatementFilter(branches: ["HK"], to: "2026-11-18")
        #expect(try hk.lines(.position(own))["Due from branches"] == "33.33")
        #expect(try fact(hk, .position(own), "currency") == "HKD")
    }

    /// A match that names no currency is of its branch's own, also on its page.
    @Test func aMatchIsOfTheBranchsOwn() throws {
        let network = try company(seed: 965)
        let hk = try network["hk"]
        try trade(hk)
        let payment = try hk.perform(
            .pay(
                Details(),
                Payment(direction: .received, party: "Acme", amount: "40.00", through: "cash"))
        ).subject
        let match = try hk.perform(
            .match(
                Details(),
                .set(
                    .receivable, party: "Acme",
                    [MatchPart(document: payment), MatchPart(document: "HKa-S-2026-000001")]))
        ).subject
        #expect(try fact(hk, .document(number: match), "currency") == "HKD")
        #expect(try fact(hk, .document(number: match), "state") == "standing")
    }

    /// Rates and amounts that nobody means are refused, and trap nowhere.
    @Test func absurdFiguresTrapNowhere() throws {
        let network = try company(seed: 970)
        let (hz, hk) = (try network["hz"], try network["hk"])
        try trade(hk)
        try journal(
            hk,
            [("bank/main", "90000000000000000.00"), ("equity/capital", "-90000000000000000.00")],
            "2026-10-05")
        let span = StatementFilter(from: "2026-10-01", to: "2026-11-18", byBranch: true)
        for rate in ["9223372036854.775807", "0.000001"] {
            try hz.perform(.setRate(currency: "HKD", rate: rate, from: "2026-10-05"))
            try hz.perform(.setRate(currency: "USD", rate: "9223372036854.775807", from: nil))
            network.settle()
            for node in [hz, hk] {
                for query: Query in [
                    .position(span), .profit(span), .cash(span), .balance(branch: nil, asAt: nil),
                    .currencies(branch: nil, asAt: nil), .parties(search: nil), .taxes(span),
                    .reconcile(branch: nil), .exceptions,
                ] { _ = node.ask(.query(query)) }
            }
            _ = hk.refusal(.sell(Details(party: "Acme"), tea("1"), tender: "credit"))
            _ = hk.refusal(
                .sell(
                    Details(party: "Acme", currency: "USD"), tea("1", price: "90000000000.00"),
                    tender: "credit"))
            _ = hk.refusal(
                .between(
                    Details(), .charge(to: "HZ", account: "expense/rent", amount: "900000.00")))
        }
        // Of one branch alone no rate is asked.
        let own = StatementFilter(branches: ["HK"], to: "2026-11-18")
        #expect(try fact(hk, .position(own), "balanced") == "true")
        #expect(try hk.lines(.position(own))["Capital"] == "90000000000001000.00")
    }

    /// hledger's balances at cost are each branch's own, in its own currency.
    @Test func theJournalHasEachBranchInItsOwn() throws {
        let network = try company(seed: 980)
        let (hz, hk) = (try network["hz"], try network["hk"])
        try trade(hk)
        try hk.perform(
            .sell(
                Details(date: "2026-10-06", party: "Acme", currency: "USD"),
                tea("1", price: "5.00"), tender: "credit"))
        try hk.perform(
            .between(
                Details(date: "2026-10-10"),
                .charge(to: "HZ", account: "expense/rent", amount: "100.00")))
        // Goods there, of which one is lost, and goods back.
        for (from, to) in [("HK", "HZ"), ("HZ", "HK")] {
            try hz.perform(.setTransferPrice(from: from, to: to, rule: "cost+50%"))
        }
        network.settle()
        let there = try hk.perform(
            .ship(Details(date: "2026-10-12"), tea("3"), to: "HZ")
        ).subject
        network.run(milliseconds: 60_000)
        try hz.perform(
            .arrive(
                Details(), [ArrivalLine(item: "TEA", accepted: "2", short: "1")], shipment: there))
        network.run(milliseconds: 60_000)
        try hk.perform(.currency(Details(date: "2026-11-17"), .revalue))
        try hk.perform(.settle(Details(), tea("1"), shipment: there, areLost: true))
        let back = try hz.perform(.ship(Details(), tea("1"), to: "HK")).subject
        network.run(milliseconds: 60_000)
        try hk.perform(.arrive(Details(), [], shipment: back))
        network.run(milliseconds: 60_000)
        #expect(try accounts(hk)["due-to/HK/HZ"] != nil)
        #expect(try accounts(hk)["exchange-gain/HK"] != nil)
        for from in [nil, "2026-11-01"] {
            try hledgerAgrees(hz, from: from)
        }
    }

    private func hledgerAgrees(_ hz: TestNode, from: String?) throws {
        var journal = HledgerJournal(currency: "CNY")
        var filter = JournalFilter(from: from)
        filter.limit = Query.limitMax
        var text = ""
        for branch in ["HZ", "HK"] {
            guard let from else { continue }
            text += journal.opening(
                try hz.report(.balance(branch: branch, asAt: "2026-10-31")), on: "2026-10-31",
                from: from, branch: (branch, branch == "HK" ? "HKD" : "CNY"))
        }
        text += journal.add(page: try hz.report(.journal(filter)))
        text += journal.finish(derived: try hz.report(.handingOn(.derived(from: from, to: nil))))
        // At cost, by account and currency.
        var sums: [String: Int64] = [:]
        for line in text.split(separator: "\n") where line.hasPrefix("    ") {
            let parts = line.drop { $0 == " " }.split(separator: ";")[0].replacing("@@", with: "  ")
                .split(separator: " ", omittingEmptySubsequences: true).map(String.init)
            let amount = try Amount.parse(parts[2], scale: 2)
            let isForeign = parts.count > 4
            let code = isForeign ? parts[3] : parts[1]
            let worth = isForeign ? try Amount.parse(parts[4], scale: 2) : amount
            sums["\(parts[0]) \(code)", default: 0] += isForeign && amount < 0 ? -worth : worth
        }
        for (branch, code) in [("HZ", "CNY"), ("HK", "HKD")] {
            for (account, figure) in try accounts(hz, branch) {
                #expect(
                    sums["\(HledgerJournal.account(account)) \(code)"]
                        == (try Amount.parse(figure, scale: 2)), "\(account)")
            }
        }
        var totals: [Substring: Int64] = [:]
        for (key, sum) in sums { totals[key.suffix(3), default: 0] += sum }
        #expect(totals.allSatisfy { $0.value == 0 })
        #expect(Set(totals.keys) == ["CNY", "HKD"])
    }
}
