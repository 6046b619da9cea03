import Testing

@testable import Books
@testable import Engine
@testable import Replica
@testable import Sodium
@testable import Store

/// The statements of a company: accounts, profit and loss, balance sheet, one account line by line, ageing.
@Suite struct StatementTests {
    /// Capital, goods on credit, sales for cash and on credit, a rent, and goods on their way to GZ; all at HZ.
    private func company(seed: UInt64) throws -> (TestNetwork, hz: TestNode, gz: TestNode) {
        let network = try TestNetwork.company(["gz"], seed: seed)
        let (hz, gz) = (try network["hz"], try network["gz"])
        try hz.perform(
            .addItems([ItemChange(code: "TEA", name: "Tea", price: "9.00", tax: "13")]))
        try hz.perform(.setParty(PartyChange(name: "Hotel", terms: "30")))
        func post(_ date: String, _ lines: [(String, String)]) throws {
            try hz.perform(
                .journal(
                    Details(date: date), lines.map { JournalLine(account: $0.0, amount: $0.1) }))
        }
        try post("2026-10-01", [("bank/main", "1000.00"), ("equity/capital", "-1000.00")])
        try hz.perform(
            .receive(
                Details(date: "2026-10-05"), [Line(item: "TEA", quantity: "10", cost: "2.00")],
                supplier: "ACME"))
        func sell(_ date: String, _ quantity: String, _ tender: String) throws {
            try hz.perform(
                .sell(
                    Details(date: date, party: "Hotel"), [Line(item: "TEA", quantity: quantity)],
                    tender: tender))
        }
        try sell("2026-10-31", "1", "cash")
        try sell("2026-11-01", "2", "credit")
        try sell("2026-11-10", "1", "card")
        try post("2026-11-11", [("expense/rent", "30.00"), ("bank/main", "-30.00")])
        try hz.perform(
            .ship(Details(date: "2026-11-12"), [Line(item: "TEA", quantity: "4")], to: "GZ"))
        network.settle()
        network.run(milliseconds: 120_000)
        return (network, hz, gz)
    }

    private func cells(_ report: Report) -> [[String]] { report.rows.map { $0.map(\.plain) } }

    private func fact(_ report: Report, _ key: String) -> String? {
        report.facts.first { $0.key == key }?.value.plain
    }

    @Test func profitIsOfASpan() throws {
        let (network, hz, gz) = try company(seed: 140)
        let november = StatementFilter(
            from: "2026-11-01", to: "2026-11-30", compareFrom: "2026-10-01",
            compareTo: "2026-10-31")
        let report = try hz.report(.profit(november))
        #expect(fact(report, "days") == "2026-11-01 – 2026-11-30")
        #expect(
            cells(report) == [
                ["income", "5001", "Sales, net", "27.00", "9.00"],
                ["expense", "5401.01", "Cost of sales", "6.00", "2.00"],
                ["total", "", "Gross profit", "21.00", "7.00"],
                ["expense", "5602", "Expenses", "30.00", "0.00"],
                ["total", "", "Net profit", "-9.00", "7.00"],
            ])
        // Another replica tells the same, and another chart has other codes and the same figures.
        #expect(try gz.report(.profit(november)).rows == report.rows)
        var other = november
        other.chart = "international"
        let codes = try hz.report(.profit(other)).rows
        #expect(codes.map { $0[1].plain } == ["4000", "5000", "", "6000", ""])
        #expect(codes.map { Array($0[2...]) } == report.rows.map { Array($0[2...]) })
        // Nothing happened at GZ.
        var branches = november
        branches.byBranch = true
        branches.compareTo = nil
        branches.compareFrom = nil
        let columns = try hz.report(.profit(branches))
        #expect(columns.columns.map(\.key) == ["kind", "code", "line", "GZ", "HZ", "amount"])
        #expect(
            columns.rows.last?.map(\.plain) == [
                "total", "", "Net profit", "0.00", "-9.00", "-9.00",
            ])
        for (filter, code) in [
            (StatementFilter(), Refusal.Code.badDate),
            (StatementFilter(from: "2026-11-02", to: "2026-11-01"), .badDate),
            (
                StatementFilter(branches: ["XX"], from: "2026-11-01", to: "2026-11-02"),
                .unknownBranch
            ),
            (StatementFilter(from: "2026-11-01", to: "2026-11-02", chart: "other"), .unknownChart),
        ] {
            #expect(throws: Refusal.self) { try hz.report(.profit(filter)) }
            do { _ = try hz.report(.profit(filter)) } catch let refusal as Refusal {
                #expect(refusal.code == code)
            }
        }
        #expect(try network.verify("hz").isSound)
    }

    @Test func theBalanceSheetBalancesOnEveryDay() throws {
        let (network, hz, gz) = try company(seed: 141)
        for node in [hz, gz] {
            for day in ["2026-09-30", "2026-10-05", "2026-10-31", "2026-11-01", "2026-11-30"] {
                for branches in [[], ["HZ"], ["GZ"]] {
                    let report = try node.report(
                        .position(StatementFilter(branches: branches, to: day)))
                    #expect(fact(report, "balanced") == "true", "\(day) \(branches)")
                }
            }
        }
        let report = try hz.report(.position(StatementFilter(to: "2026-11-30", byBranch: true)))
        #expect(report.columns.map(\.key) == ["kind", "code", "line", "GZ", "HZ", "amount"])
        // What is on its way is HZ's to claim, and the company's to have.
        #expect(
            cells(report)
                == [
                    ["asset", "1002", "Bank", "0.00", "970.00", "970.00"],
                    ["asset", "1012", "Cards and other clearing", "0.00", "10.17", "10.17"],
                    ["asset", "1001", "Cash", "0.00", "10.17", "10.17"],
                    ["asset", "1122", "Receivables", "0.00", "20.34", "20.34"],
                    ["asset", "1221.01", "Due from branches", "0.00", "8.00", "0.00"],
                    ["asset", "1402.01", "Between branches, on its way", "0.00", "0.00", "8.00"],
                    ["asset", "1405", "Inventory", "0.00", "4.00", "4.00"],
                    ["total", "", "Assets", "0.00", "1022.68", "1022.68"],
                    ["liability", "2202", "Payables", "0.00", "20.00", "20.00"],
                    ["liability", "2221", "Taxes", "0.00", "4.68", "4.68"],
                    ["equity", "3001", "Capital", "0.00", "1000.00", "1000.00"],
                    ["equity", "3103", "Profit of the period", "0.00", "-2.00", "-2.00"],
                    ["total", "", "Liabilities and capital", "0.00", "1022.68", "1022.68"],
                ].sorted { a, b in
                    // As the statement has them: by code within its part.
                    let order = { (row: [String]) in
                        switch row[0] {
                        case "asset": "1" + row[1]
                        case "total": row[2] == "Assets" ? "2" : "4"
                        default: "3" + row[1]
                        }
                    }
                    return order(a) < order(b)
                })
        #expect(try network.verify("hz").isSound)
    }

    @Test func anAccountIsReadLineByLine() throws {
        let (network, hz, _) = try company(seed: 142)
        let bank = try hz.report(
            .ledger(LedgerFilter(account: "bank/HZ/main", from: "2026-11-01", to: "2026-11-30")))
        #expect(
            cells(bank).map { [$0[0], $0[2], $0[6], $0[7], $0[8]] } == [
                ["2026-11-11", "journal entry", "", "30.00", "970.00"]
            ])
        #expect(fact(bank, "opening") == "1000.00" && fact(bank, "closing") == "970.00")
        // What the fold derives is a line a day, after what was written on it.
        let goods = try hz.report(
            .ledger(LedgerFilter(account: "inventory/HZ", from: "2026-10-01", to: "2026-11-30")))
        #expect(
            cells(goods).map { [$0[0], $0[2], $0[8]] } == [
                ["2026-10-05", "receipt", "20.00"], ["2026-10-31", "derived", "18.00"],
                ["2026-11-01", "derived", "14.00"], ["2026-11-10", "derived", "12.00"],
                ["2026-11-12", "derived", "4.00"],
            ])
        // All drawers and cards together.
        let tenders = try hz.report(
            .ledger(LedgerFilter(account: "tender/HZ/", from: "2026-11-01", to: "2026-11-30")))
        #expect(fact(tenders, "opening") == "10.17" && fact(tenders, "closing") == "20.34")
        for account in ["bank", "till/HZ/x"] {
            #expect(throws: Refusal.self) {
                try hz.report(
                    .ledger(
                        LedgerFilter(account: account, from: "2026-11-01", to: "2026-11-30")))
            }
        }
        #expect(try network.verify("hz").isSound)
    }

    /// 20.34 were sold on 1 November with 30 days to pay; 5.00 of it came back on the 20th.
    @Test func ageingSettlesTheOldestFirst() throws {
        let (network, hz, _) = try company(seed: 143)
        try hz.perform(
            .sell(
                Details(date: "2026-11-18", party: "Hotel"), [Line(item: "TEA", quantity: "1")],
                tender: "credit"))
        try hz.perform(
            .pay(
                Details(date: "2026-11-18"),
                Payment(direction: .received, party: "Hotel", amount: "5.00", through: "cash")))
        func row(_ day: String) throws -> [String] {
            try #require(
                cells(try hz.report(.ageing(AgeingFilter(of: "receivable", asAt: day)))).first)
        }
        #expect(
            try row("2026-12-01")
                == ["HZ", "Hotel", "25.51", "25.51", "", "", "", "", "2026-11-01", ""])
        #expect(
            try row("2026-12-02")
                == ["HZ", "Hotel", "25.51", "10.17", "15.34", "", "", "", "2026-11-01", ""])
        #expect(
            try row("2027-02-01")
                == ["HZ", "Hotel", "25.51", "", "", "10.17", "15.34", "", "2026-11-01", ""])
        // An invoice that was a mistake and taken back makes no debt younger.
        let wrong = try hz.perform(
            .sell(
                Details(date: "2026-11-18", party: "Hotel"), [Line(item: "TEA", quantity: "1")],
                tender: "credit")
        ).subject
        try hz.perform(.reverse(Details(), number: wrong))
        #expect(try row("2026-12-02")[3...4] == ["10.17", "15.34"])
        // Before anything was paid.
        #expect(try row("2026-11-17")[2] == "20.34")
        let owed = try hz.report(.ageing(AgeingFilter(of: "payable", asAt: "2026-12-31")))
        #expect(cells(owed).map { $0[1] + " " + $0[6] } == ["ACME 20.00"])
        #expect(fact(owed, "overdue") == "20.00")
        #expect(throws: Refusal.self) { try hz.report(.ageing(AgeingFilter(of: "bank"))) }
        #expect(try network.verify("hz").isSound)
    }

    @Test func aPartysNameIsWhatStandsBehindItsBranch() {
        for name in ["Hotel", "茶", "a/b"] {
            let rest = Account("receivable/HZ/\(name)")?.rest
            #expect(rest.map { Array($0.utf8) } == Array(name.utf8))
        }
        #expect(Account("sales/HZ")?.rest == "")
    }

    /// Sums by month and by day say what the journal says, whatever the span.
    @Test(arguments: 1...12) func turnoverIsTheJournal(_ seed: Int) throws {
        var random = SeededRandom(seed: UInt64(seed))
        let hz = try TestNode.founder(seed: UInt64(1_400 + seed))
        for _ in 0..<40 {
            let date = Day(number: 20_700 + Int32(random.next() % 140)).description
            let amount = "\(1 + random.next() % 90).\(10 + random.next() % 90)"
            let accounts = ["bank/main", "expense/rent", "equity/capital", "asset/van"]
            let place = Int(random.next() % 4)
            try hz.perform(
                .journal(
                    Details(date: date),
                    [
                        JournalLine(account: accounts[place], amount: amount),
                        JournalLine(account: accounts[(place + 1) % 4], amount: "-\(amount)"),
                    ]))
        }
        for _ in 0..<20 {
            let from = Day(number: 20_690 + Int32(random.next() % 150))
            let to = Day(number: from.number + Int32(random.next() % 100))
            var expected: [String: (debit: Int64, credit: Int64)] = [:]
            let journal = try hz.report(
                .journal(
                    JournalFilter(from: from.description, to: to.description, limit: 1_000)))
            for row in journal.rows {
                let amount = try Amount.parse(row[5].plain, scale: 2)
                expected[row[3].plain, default: (0, 0)].debit += max(amount, 0)
                expected[row[3].plain, default: (0, 0)].credit -= min(amount, 0)
            }
            let accounts = try hz.report(
                .accounts(StatementFilter(from: from.description, to: to.description)))
            for row in accounts.rows {
                let sum = expected[row[2].plain] ?? (0, 0)
                let (debit, credit) = (
                    try Amount.parse(row[4].plain, scale: 2),
                    try Amount.parse(row[5].plain, scale: 2)
                )
                #expect(debit == sum.debit, "\(row[2].plain) \(from) \(to)")
                #expect(credit == sum.credit, "\(row[2].plain) \(from) \(to)")
            }
            #expect(Set(accounts.rows.map { $0[2].plain }).isSuperset(of: expected.keys))
            #expect(fact(accounts, "debit") == fact(accounts, "credit"))
        }
        #expect(try hz.verify().isSound)
    }
}
