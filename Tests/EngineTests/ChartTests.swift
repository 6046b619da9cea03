import Testing

@testable import Books
@testable import Engine
@testable import Replica
@testable import Sodium
@testable import Store

/// A company's own chart of accounts: other codes, names and lines, and the same figures.
@Suite struct ChartTests {
    /// Capital, goods, sales, rents, wages and interest; some of the goods on their way to GZ.
    private func company(seed: UInt64) throws -> TestNetwork {
        let network = try TestNetwork.company(["gz"], seed: seed)
        let hz = try network["hz"]
        try hz.perform(
            .addItems([ItemChange(code: "TEA", name: "Tea", price: "9.00", tax: "13")]))
        for (account, amount) in [
            ("equity/capital", "-1000.00"), ("expense/rent", "30.00"), ("expense/wages", "20.00"),
            ("expense/interest", "1.50"), ("income/scrap", "-2.00"), ("asset/car", "200.00"),
            ("liability/loan", "-100.00"), ("exchange-loss", "0.25"),
        ] {
            let opposite = amount.hasPrefix("-") ? String(amount.dropFirst()) : "-" + amount
            try hz.perform(
                .journal(
                    Details(date: "2026-11-02"),
                    [
                        JournalLine(account: account, amount: amount),
                        JournalLine(account: "bank/main", amount: opposite),
                    ]))
        }
        try hz.perform(
            .receive(
                Details(date: "2026-11-03"), [Line(item: "TEA", quantity: "10", cost: "2.00")],
                supplier: "ACME"))
        for tender in ["cash", "card", "credit"] {
            try hz.perform(
                .sell(
                    Details(date: "2026-11-04", party: "Hotel"),
                    [Line(item: "TEA", quantity: "1")], tender: tender))
        }
        try hz.perform(
            .ship(Details(date: "2026-11-05"), [Line(item: "TEA", quantity: "4")], to: "GZ"))
        network.settle()
        network.run(milliseconds: 120_000)
        return network
    }

    private func code(
        _ code: String, _ title: String? = nil, line: String? = nil, _ accounts: [String] = [],
        chart: String = "MINE", base: String? = nil
    ) -> Command {
        .setChart(
            .set(
                chart: chart, code: code, title: title, line: line, accounts: accounts, base: base))
    }

    private func filter(_ chart: String? = nil) -> StatementFilter {
        StatementFilter(from: "2026-11-01", to: "2026-11-30", chart: chart)
    }

    private func rows(_ report: Report) -> [[String]] { report.rows.map { $0.map(\.plain) } }

    private func profit(_ node: TestNode, _ chart: String? = nil) throws -> [String] {
        try rows(node.report(.profit(filter(chart)))).map { "\($0[1]) \($0[2]) \($0[3])" }
    }

    /// The totals of both statements, and whether the sheet balances.
    private func totals(_ node: TestNode, _ chart: String?) throws -> [[String]] {
        var wanted = filter(chart)
        wanted.byBranch = true
        let position = try node.report(.position(wanted))
        #expect(position.facts.first { $0.key == "balanced" }?.value == .flag(true))
        return try (rows(node.report(.profit(wanted))) + rows(position)).filter {
            $0[0] == "total"
        }
    }

    private func refusal(_ node: TestNode, _ command: Command) -> Refusal.Code? {
        node.refusal(command)
    }

    @Test func aCompanyHasItsOwnCodes() throws {
        let network = try company(seed: 400)
        let (hz, gz) = (try network["hz"], try network["gz"])
        try hz.perform(
            code("6602.01", "Rent", line: "administrative-expenses", ["expense/rent"]))
        try hz.perform(code("6602.02", "Staff", ["expense/wages"]))
        try hz.perform(code("6603", "Interest", line: "financial-expenses", ["expense/interest"]))
        network.settle()
        for node in [hz, gz] {
            #expect(
                try profit(node, "MINE") == [
                    "5001 Sales, net 27.00", "5301 Other income 2.00",
                    "5401.01 Cost of sales 6.00", " Gross profit 23.00",
                    "5603.01 Exchange losses 0.25", "6602.01 Rent 30.00", "6602.02 Staff 20.00",
                    "6603 Interest 1.50", " Net profit -28.75",
                ])
            #expect(
                try rows(node.report(.accounts(filter("MINE")))).filter { $0[0] == "6602.01" }
                    == [["6602.01", "Rent", "expense/HZ/rent", "0.00", "30.00", "0.00", "30.00"]])
            // Nobody asked for it by default.
            #expect(try profit(node).contains("5602 Expenses 51.50"))
            #expect(try node.report(.exceptions).rows.allSatisfy { $0[0] != .text("chart") })
        }
        // By default, until that is taken back; where it is named, the other one.
        try gz.perform(.setChart(.setDefault("MINE")))
        network.settle()
        #expect(try profit(hz).contains("6602.01 Rent 30.00"))
        #expect(try profit(hz, "international").contains("6000 Expenses 51.50"))
        let listed = try rows(hz.report(.charts))
        #expect(
            listed == [
                ["cn-small", "", "0", "0", ""], ["international", "", "0", "0", ""],
                ["MINE", "cn-small", "3", "3", "true"],
            ])
        // A code of several accounts; all of a root; and back to the account's own line.
        try hz.perform(code("6602.01", nil, ["expense/wages"]))
        try hz.perform(code("6700", "Other costs", line: "selling-expenses", ["expense"]))
        #expect(try profit(hz).contains("6602.01 Rent 50.00"))
        #expect(try profit(hz).contains("6603 Interest 1.50"))
        try hz.perform(code("", nil, ["expense/interest", "expense/rent"]))
        #expect(try profit(hz).contains("6700 Other costs 31.50"))
        let shown = try rows(hz.report(.chart(name: "MINE")))
        #expect(
            shown.contains(["6700", "Other costs", "selling-expenses", "expense", "expense"]))
        #expect(
            shown.contains([
                "6602.01", "Rent", "administrative-expenses", "expense", "expense/wages",
            ])
        )
        // A chart of its own that rests on the other one.
        try hz.perform(
            code("9", "Wheels", ["asset/car"], chart: "OTHER", base: "international"))
        let sheet = try rows(hz.report(.position(filter("OTHER")))).map { "\($0[1]) \($0[2])" }
        #expect(sheet.contains("9 Wheels") && sheet.contains("3000 Capital"))
        try hz.perform(.setChart(.setDefault("")))
        #expect(try profit(hz).contains("5602 Expenses 51.50"))
        for name in ["hz", "gz"] { #expect(try network.verify(name).isSound) }
    }

    /// A code and title of one's own may be those of another line: the order of rows is one and the same.
    @Test func linesOfOneCodeAndTitleAreInOneOrder() throws {
        let network = try company(seed: 404)
        let (hz, gz) = (try network["hz"], try network["gz"])
        try hz.perform(code("5602", "Expenses", line: "other-income", ["income/scrap"]))
        network.settle()
        let first = try rows(hz.report(.accounts(filter("MINE"))))
        #expect(first.filter { $0[0] == "5602" && $0[1] == "Expenses" }.count > 2)
        for _ in 0..<5 {
            for node in [hz, gz] {
                #expect(try rows(node.report(.accounts(filter("MINE")))) == first)
            }
        }
        var lines: [ChartLine] = []
        for kind in [AccountClass.expense, .income] {
            for (isCost, isOfRates) in [(false, false), (true, false), (false, true)] {
                lines.append(
                    ChartLine(
                        code: "5602", title: "Expenses", kind: kind, isCostOfSales: isCost,
                        isOfRates: isOfRates))
            }
        }
        for a in lines {
            for b in lines where a != b { #expect((a < b) != (b < a), "\(a) \(b)") }
        }
    }

    @Test func whatIsRefused() throws {
        let network = try company(seed: 402)
        let hz = try network["hz"]
        try hz.perform(code("6602", "Rent", ["expense/rent"]))
        let cases: [(Command, Refusal.Code)] = [
            (code("6602", "Rent", ["expense/rent"], chart: "mine"), .badCode),
            (code("6602", "Rent", chart: "cn-small"), .badCode),
            (code("66 02", "Rent"), .badCode), (code("6602", "a\u{0}b"), .badText),
            (code("6602", ""), .badText), (code("6603", nil, ["expense/wages"]), .badOption),
            (code("", "Rent", ["expense/rent"]), .badOption), (code(""), .badOption),
            (code("6602"), .nothingChanges), (code("6602", line: "wages"), .unknownChart),
            (code("6602", base: "mine"), .unknownChart),
            // It would move an expense to the balance sheet, or above the gross profit.
            (code("6602", line: "other-assets"), .chartLine),
            (code("6602", line: "cost-of-sales"), .chartLine),
            (code("7", "Cash", line: "cash", ["expense/wages"]), .chartLine),
            (code("7", "Loss", line: "expenses", ["exchange-loss"]), .chartLine),
            (code("7", "Tea", ["stock/main"]), .badAccount),
            (code("7", "Tea", ["tea"]), .badAccount), (code("7", "Tea", ["expense/"]), .badAccount),
            (.setChart(.setDefault("NONE")), .unknownChart),
        ]
        for (command, expected) in cases { #expect(refusal(hz, command) == expected, "\(command)") }
        #expect(throws: Refusal.self) { try hz.report(.profit(filter("NONE"))) }
        #expect(throws: Refusal.self) { try hz.report(.chart(name: "NONE")) }
    }

    /// Two who set one code beside each other: all see the same, and are told that they should agree.
    @Test func chartsThatAreSetBesideEachOtherConverge() throws {
        let network = try company(seed: 404)
        let (hz, gz) = (try network["hz"], try network["gz"])
        try hz.perform(code("6602", "Rent", ["expense/rent"]))
        network.settle()
        network.sever("hz", "gz")
        network.settle()
        try hz.perform(code("6602", "House", line: "administrative-expenses"))
        try gz.perform(code("6602", "Rooms", line: "selling-expenses", ["expense/wages"]))
        // Each is right by itself; together an income is on a line of expenses.
        try hz.perform(code("8", "Odds", line: "other-income", ["income"]))
        try gz.perform(code("8", "Ends", line: "expenses"))
        network.mend("hz", "gz")
        network.run(milliseconds: 60_000)
        #expect(try network.digests().count == 1)
        #expect(try profit(hz, "MINE") == profit(gz, "MINE"))
        #expect(try profit(hz, "MINE").contains { $0.hasPrefix("6602 ") && $0.hasSuffix(" 50.00") })
        for node in [hz, gz] {
            let kinds = try rows(node.report(.exceptions)).map { "\($0[0]) \($0[1])" }
            #expect(kinds.contains("contested chart/MINE title/6602"))
            #expect(try totals(node, "MINE") == totals(node, "cn-small"))
        }
        try hz.perform(code("6602", "Rent"))
        network.settle()
        #expect(try profit(gz, "MINE").contains("6602 Rent 50.00"))
        for name in ["hz", "gz"] { #expect(try network.verify(name).isSound) }
    }

    /// Law: whatever is written to a chart's registers, every total is that of the chart that it rests on. What makes no
    /// sense counts for nothing, and is told.
    @Test(arguments: 0..<8)
    func figuresDependOnNoChart(seed: UInt64) throws {
        let network = try company(seed: 410 + 2 * seed)
        let (hz, gz) = (try network["hz"], try network["gz"])
        var random = SeededRandom(seed: seed)
        let lines = Chart.chineseSmall.lines.map(\.name) + ["", "none", "a\u{7}"]
        let accounts =
            Account.Root.allCases.flatMap { ["\($0.rawValue)", "\($0.rawValue)/rent"] }
            + ["tender/cash", "bank/main", "asset/car", "", "/", "x", "expense//", "due-from/GZ"]
        func any(_ words: [String]) -> String { words.randomElement(using: &random) ?? "" }
        var ops: [Operation] = []
        for number in 0..<60 {
            let code = Int.random(in: 0..<10, using: &random) == 0 ? "" : "\(number % 12)"
            let (attribute, value): (String, Value) =
                switch Int.random(in: 0..<8, using: &random) {
                case 0: ("base", .text(any(["international", "cn-small", "none"])))
                case 1: ("title/\(code)", .text(any(["Rent", "Cash", "", "a\u{0}"])))
                case 2, 3: ("line/\(code)", .text(any(lines)))
                case 4: (any(["x", "", "account", "line"]), .integer(7))
                default: ("account/\(any(accounts))", .text(code))
                }
            ops.append(
                .set(
                    RegisterWrite(entity: "chart/MINE", attribute: attribute, value: value)))
        }
        // And what people may set.
        for number in 0..<20 {
            _ = refusal(
                gz,
                code("\(number)", "T\(number)", line: any(lines), [any(accounts), any(accounts)]))
        }
        try gz.engine.store.transact {
            _ = try gz.engine.commit([Draft.Part(.catalog, ops)], at: gz.now)
            try gz.engine.author?.seal(in: gz.engine.store)
        }
        network.run(milliseconds: 60_000)
        let base = try #require(try hz.report(.chart(name: "MINE")).facts.last?.value.plain)
        #expect(try totals(hz, "MINE") == totals(hz, base), "seed \(seed)")
        #expect(try totals(hz, "MINE").count == 4)
        #expect(
            try rows(hz.report(.profit(filter("MINE")))) == rows(gz.report(.profit(filter("MINE"))))
        )
        #expect(try rows(hz.report(.exceptions)).contains { $0[0] == "chart" })
        // Reports go by no such chart: they go by the currency's.
        let write = RegisterWrite(entity: "charts", attribute: "default", value: .text("GONE\u{7}"))
        try gz.engine.store.transact {
            _ = try gz.engine.commit([Draft.Part(.catalog, [.set(write)])], at: gz.now)
            try gz.engine.author?.seal(in: gz.engine.store)
        }
        network.run(milliseconds: 60_000)
        #expect(try profit(hz) == profit(hz, "cn-small"))
        #expect(try rows(hz.report(.exceptions)).contains { $0[1].contains("no such chart") })
        for name in ["hz", "gz"] { #expect(try network.verify(name).isSound) }
    }
}
