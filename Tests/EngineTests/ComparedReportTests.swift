import Testing

@testable import Books
@testable import Engine
@testable import Replica
@testable import Store

/// Trial balance, accounts, tax and ageing beside an earlier time and of groups of branches; what customers and suppliers
/// have ahead, in the balance sheet. The test's day is 18 November.
@Suite struct ComparedReportTests {
    /// HZ and GZ. HZ has 1,000.00 of capital since October; the Hotel buys a tea of 10.17 on 5 October and two on 5 November,
    /// and GZ sells it one on 6 November.
    private func company(seed: UInt64) throws -> (TestNetwork, hz: TestNode, gz: TestNode) {
        let network = try TestNetwork.company(["gz"], seed: seed)
        let (hz, gz) = (try network["hz"], try network["gz"])
        try hz.perform(
            .addItems([ItemChange(code: "TEA", name: "Tea", price: "9.00", tax: "13")]))
        try hz.perform(.setParty(PartyChange(name: "Hotel", terms: "30")))
        network.settle()
        try post(hz, [("bank/main", "1000.00"), ("equity/capital", "-1000.00")], "2026-10-01")
        try sell(hz, "1", "2026-10-05")
        try sell(hz, "2", "2026-11-05")
        try sell(gz, "1", "2026-11-06")
        network.settle()
        return (network, hz, gz)
    }

    private func post(_ node: TestNode, _ lines: [(String, String)], _ date: String) throws {
        try node.perform(
            .journal(
                Details(date: date), lines.map { JournalLine(account: $0.0, amount: $0.1) }))
    }

    private func sell(_ node: TestNode, _ quantity: String, _ date: String) throws {
        try node.perform(
            .sell(
                Details(date: date, party: "Hotel"), [Line(item: "TEA", quantity: quantity)],
                tender: "credit"))
    }

    private func pay(
        _ node: TestNode, _ party: String, _ amount: String,
        _ direction: Payment.Direction = .received, through: String = "bank:main"
    ) throws {
        try node.perform(
            .pay(
                Details(date: "2026-11-12"),
                Payment(direction: direction, party: party, amount: amount, through: through)))
    }

    private func cells(_ report: Report, _ keys: [String]) throws -> [[String]] {
        let places = try keys.map { key in
            try #require(report.columns.firstIndex { $0.key == key }, "\(key)")
        }
        return report.rows.map { row in places.map { row[$0].plain } }
    }

    private func fact(_ report: Report, _ key: String) -> String? {
        report.facts.first { $0.key == key }?.value.plain
    }

    private let november = StatementFilter(
        from: "2026-11-01", to: "2026-11-30", compareFrom: "2026-10-01", compareTo: "2026-10-31")

    // MARK: Comparison

    @Test func accountsStandBesideTheMonthBefore() throws {
        let (network, hz, gz) = try company(seed: 1_300)
        let report = try hz.report(.accounts(november))
        let keys = [
            "account", "opening", "debit", "credit", "closing", "debitBefore", "creditBefore",
            "closingBefore",
        ]
        let rows = try cells(report, keys)
        #expect(
            rows.first { $0[0] == "receivable/HZ/Hotel" } == [
                "receivable/HZ/Hotel", "10.17", "20.34", "0.00", "30.51", "10.17", "0.00", "10.17",
            ])
        // Nothing moved on it in November; what October moved is there.
        #expect(
            rows.first { $0[0] == "bank/HZ/main" } == [
                "bank/HZ/main", "1000.00", "0.00", "0.00", "1000.00", "1000.00", "0.00", "1000.00",
            ])
        #expect(fact(report, "debit") == "30.51" && fact(report, "debitBefore") == "1010.17")
        #expect(fact(report, "credit") == "30.51" && fact(report, "creditBefore") == "1010.17")
        #expect(try gz.report(.accounts(november)) == report)
        // Of a span without a beginning there is none of the same kind.
        var wrong = november
        wrong.compareFrom = nil
        for query in [Query.accounts(wrong), .taxes(wrong)] {
            #expect(throws: Refusal.self) { try hz.report(query) }
        }
        let plain = try hz.report(.accounts(StatementFilter(from: "2026-11-01", to: "2026-11-30")))
        #expect(!plain.columns.contains { $0.key == "debitBefore" })
        #expect(try network.verify("hz").isSound)
    }

    @Test func taxStandsBesideTheMonthBefore() throws {
        let (network, hz, _) = try company(seed: 1_310)
        let report = try hz.report(.taxes(november))
        let keys = [
            "branch", "revenue", "output", "owed", "revenueBefore", "outputBefore", "owedBefore",
        ]
        #expect(
            try cells(report, keys) == [
                ["GZ", "9.00", "1.17", "1.17", "0.00", "0.00", "0.00"],
                ["HZ", "18.00", "2.34", "2.34", "9.00", "1.17", "1.17"],
            ])
        #expect(fact(report, "owed") == "3.51" && fact(report, "owedBefore") == "1.17")
        var only = november
        only.branches = ["GZ"]
        #expect(try cells(hz.report(.taxes(only)), ["branch"]) == [["GZ"]])
        #expect(try network.verify("hz").isSound)
    }

    @Test func theTrialBalanceIsOfAGroupAndBesideADay() throws {
        let (network, hz, gz) = try company(seed: 1_320)
        func balance(_ group: BalanceGroup, _ day: String? = "2026-11-18") throws -> Report {
            try hz.report(.balance(branch: nil, asAt: day, of: group))
        }
        let compared = try balance(BalanceGroup(compareTo: "2026-10-31"))
        #expect(
            try cells(compared, ["account", "debit", "debitBefore", "creditBefore"]).first {
                $0[0] == "receivable/HZ/Hotel"
            } == ["receivable/HZ/Hotel", "30.51", "10.17", ""])
        #expect(fact(compared, "debitBefore") == "1010.17")
        #expect(fact(compared, "debitBefore") == fact(compared, "creditBefore"))
        #expect(fact(compared, "debit") == fact(compared, "credit"))
        let both = try balance(BalanceGroup(branches: ["HZ", "GZ"]), nil)
        #expect(both.rows == (try hz.report(.balance(branch: nil, asAt: nil))).rows)
        let one = try balance(BalanceGroup(branches: ["GZ"]), nil)
        #expect(one == (try gz.report(.balance(branch: "GZ", asAt: nil))))
        #expect(try cells(one, ["account"]).allSatisfy { $0[0].contains("/GZ") })
        let entity = try #require(try hz.report(.entities).rows.first?.first?.plain)
        #expect(try balance(BalanceGroup(entity: entity), nil).rows == both.rows)
        for group in [BalanceGroup(branches: ["XX"]), BalanceGroup(entity: "Nobody")] {
            #expect(throws: Refusal.self) { try balance(group) }
        }
        #expect(try network.verify("gz").isSound)
    }

    @Test func ageingIsOfAGroupAndBesideADay() throws {
        let (network, hz, _) = try company(seed: 1_330)
        let keys = ["branch", "party", "amount", "notDue", "to30", "before", "overdueBefore"]
        func ageing(_ filter: AgeingFilter) throws -> Report { try hz.report(.ageing(filter)) }
        // The tea of October was due on 4 November.
        let report = try ageing(
            AgeingFilter(of: "receivable", asAt: "2026-11-30", compareTo: "2026-11-05"))
        #expect(
            try cells(report, keys) == [
                ["GZ", "Hotel", "10.17", "10.17", "", "0.00", "0.00"],
                ["HZ", "Hotel", "30.51", "20.34", "10.17", "30.51", "10.17"],
            ])
        #expect(
            ["amount", "overdue", "before", "overdueBefore"].map { fact(report, $0) }
                == ["40.68", "10.17", "30.51", "10.17"])
        // Who has paid since then has a row still.
        try pay(hz, "Hotel", "30.51")
        let paid = try ageing(
            AgeingFilter(
                of: "receivable", branches: ["HZ"], asAt: "2026-11-30", compareTo: "2026-11-05"))
        #expect(
            try cells(paid, keys) == [["HZ", "Hotel", "0.00", "", "", "30.51", "10.17"]])
        #expect(fact(paid, "amount") == "0.00")
        #expect(
            try cells(ageing(AgeingFilter(of: "receivable", branches: ["GZ"])), ["party"]).count
                == 1)
        #expect(throws: Refusal.self) {
            try ageing(AgeingFilter(of: "receivable", branches: ["XX"]))
        }
        #expect(try network.verify("hz").isSound)
    }

    /// Both sides of a cut line sell; once it is mended every node tells the same, then and now.
    @Test func comparisonsConverge() throws {
        let (network, hz, gz) = try company(seed: 1_340)
        network.sever("hz", "gz")
        try sell(hz, "1", "2026-10-20")
        try sell(gz, "2", "2026-10-21")
        let queries: [Query] = [
            .accounts(november), .taxes(november),
            .balance(branch: nil, asAt: "2026-11-18", of: .init(compareTo: "2026-10-31")),
            .ageing(.init(of: "receivable", asAt: "2026-11-30", compareTo: "2026-10-31")),
        ]
        for query in queries { #expect(try hz.report(query).rows != gz.report(query).rows) }
        network.mend("hz", "gz")
        network.run(milliseconds: 120_000)
        for query in queries { #expect(try hz.report(query) == gz.report(query)) }
        #expect(fact(try gz.report(.taxes(november)), "owedBefore") == "4.68")
        for name in ["hz", "gz"] { #expect(try network.verify(name).isSound) }
    }

    /// HK keeps its books in HKD, at 0.90 in October and 0.92 since 10 November. What it is owed is in the company's ageing what it
    /// is in the balance sheet.
    @Test func amountsOfTwoCurrenciesAreTranslated() throws {
        let network = try TestNetwork.company([], seed: 1_345)
        let hz = try network["hz"]
        _ = hz.ask(.addEntity(name: "Company (HK)", currency: "HKD"))
        try network.join("hk", seed: 1_346, entity: "Company (HK)")
        let hk = try network["hk"]
        for (rate, day) in [("0.9", "2026-10-01"), ("0.92", "2026-11-10")] {
            try hz.perform(.setRate(currency: "HKD", rate: rate, from: day))
        }
        try hz.perform(
            .addItems([ItemChange(code: "TEA", name: "Tea", price: "9.00", tax: "0")]))
        network.settle()
        try sell(hk, "4", "2026-10-05")
        try sell(hz, "1", "2026-11-05")
        try pay(hk, "Bakery", "10.00")
        network.settle()
        func ageing(_ branches: [String]) throws -> Report {
            try hz.report(
                .ageing(
                    AgeingFilter(
                        of: "receivable", branches: branches, asAt: "2026-11-18",
                        compareTo: "2026-10-31")))
        }
        let keys = ["branch", "party", "amount", "to60", "before"]
        let all = try ageing([])
        #expect(fact(all, "currency") == "CNY")
        #expect(
            try cells(all, keys) == [
                ["HK", "Bakery", "-9.20", "", "0.00"], ["HK", "Hotel", "36.80", "36.80", "36.00"],
                ["HZ", "Hotel", "9.00", "", "0.00"],
            ])
        #expect(fact(all, "amount") == "36.60" && fact(all, "before") == "36.00")
        #expect(try cells(ageing(["HZ", "HK"]), keys) == cells(all, keys))
        let own = try ageing(["HK"])
        #expect(fact(own, "currency") == "HKD" && fact(own, "amount") == "30.00")
        // Beside each other every column is what it is alone.
        var filter = StatementFilter(to: "2026-11-18", compareTo: "2026-10-31", byBranch: true)
        let position = Query.position(filter)
        #expect(try hz.lines(position)["Receivables"] == "45.80")
        #expect(try hz.lines(position)["Customers' prepayments"] == "9.20")
        #expect(fact(try hz.report(position), "balanced") == "true")
        for (column, branches, day) in [
            ("HK", ["HK", "HZ"], "2026-11-18"), ("amount", [], "2026-11-18"),
            ("before", [], "2026-10-31"),
        ] {
            filter = StatementFilter(branches: branches, to: day, byBranch: column == "HK")
            let alone = try hz.lines(
                .position(filter), column == "before" ? "amount" : column)
            for (line, amount) in try hz.lines(position, column) where amount != "0.00" {
                #expect(alone[line] == amount, "\(line) \(column)")
            }
        }
        // The trial balance of a group: in its own currency where it has one.
        func balance(_ branches: [String]) throws -> Report {
            try hz.report(
                .balance(
                    branch: nil, asAt: "2026-11-18",
                    of: BalanceGroup(branches: branches, compareTo: "2026-10-31")))
        }
        let both = try balance(["HZ", "HK"])
        #expect(fact(both, "currency") == "CNY" && fact(both, "debit") == fact(both, "credit"))
        #expect(fact(both, "debitBefore") == "36.00" && fact(both, "creditBefore") == "36.00")
        #expect(try cells(both, ["account"]).contains(["translation-difference/HK"]))
        #expect(try both.rows == balance([]).rows)
        #expect(fact(try balance(["HK"]), "currency") == "HKD")
        let tax = try hz.report(.taxes(november))
        #expect(
            try cells(tax, ["branch", "revenue", "revenueBefore"]) == [
                ["HK", "0.00", "36.00"], ["HZ", "9.00", "0.00"],
            ])
        // Where no rate is known nothing is guessed.
        try post(hk, [("receivable/Hotel", "1.00"), ("income/other", "-1.00")], "2026-09-01")
        #expect(throws: Refusal.self) {
            try hk.report(.ageing(AgeingFilter(of: "receivable", asAt: "2026-09-30")))
        }
        for name in ["hz", "hk"] { #expect(try network.verify(name).isSound) }
    }

    // MARK: The general ledger of several accounts

    @Test func severalAccountsAreNamedLineByLine() throws {
        let (network, hz, _) = try company(seed: 1_350)
        let report = try hz.report(
            .ledger(LedgerFilter(account: "receivable/", from: "2026-11-01", to: "2026-11-30")))
        #expect(
            try cells(report, ["account", "debit", "balance"]) == [
                ["receivable/HZ/Hotel", "20.34", "30.51"],
                ["receivable/GZ/Hotel", "10.17", "40.68"],
            ])
        let goods = try hz.report(
            .ledger(LedgerFilter(account: "bank/HZ/main", from: "2026-10-01", to: "2026-10-31")))
        #expect(!goods.columns.contains { $0.key == "account" })
        #expect(try network.verify("hz").isSound)
    }

    // MARK: What is ahead

    /// The worked example of `docs/money.md`: a customer in credit is owed to, a supplier in debit owes.
    @Test func whoIsAheadStandsOnTheOtherSide() throws {
        let (network, hz, gz) = try company(seed: 1_360)
        try pay(hz, "Bakery", "50.00")
        try pay(hz, "Mill", "20.00", .paid)
        network.settle()
        let sheet = StatementFilter(to: "2026-11-18")
        for node in [hz, gz] {
            let lines = try node.lines(.position(sheet))
            #expect(lines["Receivables"] == "40.68")
            #expect(lines["Customers' prepayments"] == "50.00")
            #expect(lines["Prepayments to suppliers"] == "20.00")
            #expect(lines["Payables"] == nil)
            #expect(fact(try node.report(.position(sheet)), "balanced") == "true")
        }
        // The figure's accounts stand under its heading, and the ledger is what it was.
        let accounts = try cells(
            hz.report(.accounts(sheet)), ["code", "line", "account", "closing"])
        #expect(
            accounts.filter { $0[1].contains("repayments") } == [
                ["1123", "Prepayments to suppliers", "payable/HZ/Mill", "20.00"],
                ["2203", "Customers' prepayments", "receivable/HZ/Bakery", "-50.00"],
            ])
        #expect(try hz.balances()["receivable/HZ/Bakery"] == "-50.00")
        // Before it was paid ahead, and when it has bought for more, it owes.
        #expect(
            try hz.lines(.position(StatementFilter(to: "2026-11-11")))["Customers' prepayments"]
                == nil)
        try hz.perform(
            .sell(
                Details(party: "Bakery"), [Line(item: "TEA", quantity: "6")], tender: "credit"))
        let later = try hz.lines(.position(sheet))
        #expect(later["Customers' prepayments"] == nil && later["Receivables"] == "51.70")
        // A company's own chart says where prepayments stand.
        try hz.perform(
            .setChart(
                .set(
                    chart: "MINE", code: "2203.9", title: "Ahead", line: nil,
                    accounts: ["prepaid"], base: nil)))
        var own = StatementFilter(to: "2026-11-12")
        own.chart = "MINE"
        #expect(try hz.lines(.position(own))["Ahead"] == "50.00")
        own.chart = "international"
        #expect(try hz.lines(.position(own))["Customers' prepayments"] == "50.00")
        #expect(try network.verify("hz").isSound)
    }

    // MARK: What a party is told

    /// A debt that was given up is an adjustment, and why is nobody's business.
    @Test func aPartyIsToldNothingInternal() throws {
        let (network, hz, _) = try company(seed: 1_370)
        try hz.perform(
            .debt(
                Details(person: "Wang", memo: "they are crooks"),
                .writeOff(party: "Hotel", amount: "5.00")))
        network.run(milliseconds: 120_000)
        try hz.perform(
            .pay(
                Details(date: "2026-11-18", memo: "for tea"),
                Payment(
                    direction: .received, party: "Hotel", amount: "1.00", through: "bank:main")))
        func statement() throws -> [[String]] {
            try cells(
                hz.report(
                    .partyStatement(
                        .receivable, party: "Hotel", branch: "HZ", from: "2026-11-06",
                        to: "2026-11-30")), ["kind", "paid", "charged", "memo"])
        }
        #expect(
            try statement() == [
                ["adjustment", "5.00", "", ""], ["payment", "1.00", "", "for tea"],
            ])
        let given = try #require(
            try hz.report(.debts).rows.first?.first?.plain)
        try hz.perform(.reverse(Details(memo: "they paid after all"), number: given))
        #expect(try statement().contains(["adjustment", "", "5.00", ""]))
        #expect(!(try statement().contains { $0[3].contains("paid") }))
        #expect(try network.verify("hz").isSound)
    }

    // MARK: What follows from documents

    @Test(arguments: [
        ("inventory", "revalue"), ("inventory/HZ", "revalue"), ("shipped", "transfer"),
        ("stock/main", "find"), ("customer", "find"),
        ("transit/GZ+HZ/HZa-T-2026-000001", "transfer"),
        ("due-from/GZ", "between"), ("due-to/HZ/GZ", "between"), ("receivable", "receivable/NAME"),
        ("payable", "payable/NAME"), ("payable/", "payable/NAME"), ("quota/HZ/GZ", "quota"),
        ("transfer-tax", "transfer"), ("trade-exchange", "expense"),
    ])
    func noEntryNamesIt(_ account: String, _ next: String) throws {
        let hz = try TestNode.founder(seed: 1_380)
        do {
            try post(hz, [(account, "5.00"), ("equity/capital", "-5.00")], "2026-11-01")
            Issue.record("\(account) was posted to")
        } catch let refusal as Refusal {
            #expect(refusal.code == .badAccount)
            #expect(refusal.next.contains(next), "\(refusal.next)")
        }
        // Nor comes it back every month, and no invoice is for it.
        for command in [
            Command.setRecurring(
                RecurringChange(
                    name: "x", day: 1,
                    lines: [
                        JournalLine(account: account, amount: "5.00"),
                        JournalLine(account: "equity/capital", amount: "-5.00"),
                    ])),
            .invoice(
                Details(),
                .enter(
                    .init(
                        supplier: "Mill", code: "A", net: "5.00", tax: "0", receipts: [],
                        account: account))),
        ] { #expect(hz.refusal(command) == .badAccount) }
    }

    // MARK: Half a document

    /// Money goes from the drawer to the bank: two parts that cancel stand in no report, and where one is missing it is
    /// told once, with the document.
    @Test func onlyWhatIsMissingStands() throws {
        let (network, hz, gz) = try company(seed: 1_390)
        try post(hz, [("tender/cash", "-40.00"), ("bank/main", "40.00")], "2026-11-12")
        network.settle()
        func bridges(_ node: TestNode) throws -> [[String]] {
            let accounts = try cells(
                node.report(.accounts(StatementFilter(to: "2026-11-30"))),
                ["line", "account", "closing"]
            ).filter { $0[1].hasPrefix("via") }
            let balance = try cells(
                node.report(.balance(branch: "HZ", asAt: nil)), ["account", "debit", "credit"]
            ).filter { $0[0].hasPrefix("via") }
            return accounts + balance
        }
        #expect(try bridges(hz) == [] && bridges(gz) == [])
        // A node of HZ's says one part alone.
        let branch = try #require(BranchCode("HZ"))
        let currency = Commodity.currency(try #require(CurrencyCode("CNY")))
        let half = try Transaction(
            DocumentHeader(
                kind: .journal, number: DocumentNumber("HZa-J-2026-000003"),
                effectiveDate: try #require(Day("2026-11-13")), person: "Wang"),
            [
                Posting(.tender(branch, "cash"), currency, -700),
                Posting(.via(.money(branch)), currency, 700),
            ])
        _ = try hz.engine.commit([Draft.Part(.trade(branch), [.post(half)])], at: hz.now)
        network.deliver(.timerFired, to: "hz")
        network.run(milliseconds: 120_000)
        for node in [hz, gz] {
            #expect(
                try bridges(node) == [
                    ["Half a document", "via/money/HZ", "7.00"], ["via/money/HZ", "7.00", ""],
                ])
            let told = try cells(
                node.report(.reconcile(branch: nil)), ["check", "subject", "cause", "person"])
            #expect(
                told == [
                    [
                        "half a document", "HZa-J-2026-000003",
                        "its part in money/HZ has not come: 7.00 CNY", "Wang",
                    ]
                ])
        }
    }
}
