import Testing

@testable import Books
@testable import Engine
@testable import Replica
@testable import Sodium
@testable import Store

/// Where money came from and went to.
@Suite struct CashTests {
    private func cells(_ report: Report) -> [[String]] { report.rows.map { $0.map(\.plain) } }

    private func agrees(_ report: Report) -> Bool {
        report.facts.first { $0.key == "agrees" }?.value == .flag(true)
    }

    private func post(_ node: TestNode, _ date: String, _ lines: [(String, String)]) throws {
        try node.perform(
            .journal(
                Details(date: date), lines.map { JournalLine(account: $0.0, amount: $0.1) }))
    }

    private static let november = StatementFilter(
        from: "2026-11-01", to: "2026-11-30", compareFrom: "2026-10-01", compareTo: "2026-10-31",
        byBranch: true)

    /// The example of `docs/money.md`.
    private func month(seed: UInt64) throws -> (TestNetwork, hz: TestNode, gz: TestNode) {
        let network = try TestNetwork.company(["gz"], seed: seed)
        let (hz, gz) = (try network["hz"], try network["gz"])
        try hz.perform(
            .addItems([ItemChange(code: "TEA", name: "Tea", price: "9.00", tax: "13")]))
        try post(hz, "2026-10-01", [("bank/main", "1000.00"), ("equity/capital", "-1000.00")])
        try hz.perform(
            .receive(
                Details(date: "2026-11-02"), [Line(item: "TEA", quantity: "10", cost: "2.00")],
                supplier: "ACME"))
        for (quantity, tender) in [("3", "cash"), ("2", "credit")] {
            try hz.perform(
                .sell(
                    Details(date: "2026-11-03", party: "Hotel"),
                    [Line(item: "TEA", quantity: quantity)], tender: tender))
        }
        for (direction, party, amount) in [
            (Payment.Direction.received, "Hotel", "5.00"), (.paid, "ACME", "12.00"),
        ] {
            try hz.perform(
                .pay(
                    Details(date: "2026-11-04"),
                    Payment(
                        direction: direction, party: party, amount: amount, through: "bank:main")))
        }
        try post(hz, "2026-11-05", [("expense/rent", "30.00"), ("bank/main", "-30.00")])
        try post(
            hz, "2026-11-05",
            [
                ("expense/wages", "100.00"), ("liability/wage-tax", "-20.00"),
                ("bank/main", "-80.00"),
            ]
        )
        try post(hz, "2026-11-06", [("tax", "2.00"), ("bank/main", "-2.00")])
        try post(hz, "2026-11-06", [("bank/main", "20.00"), ("tender/cash", "-20.00")])
        network.settle()
        return (network, hz, gz)
    }

    @Test func everyLineIsForWhatItWas() throws {
        let (network, hz, gz) = try month(seed: 310)
        let sent = try hz.perform(
            .between(
                Details(date: "2026-11-07"),
                .settle(to: "GZ", through: "bank:main", amount: "60.00"))
        ).subject
        network.settle()
        var expected = [
            ["total", "", "Cash at the beginning", "0.00", "1000.00", "1000.00", "0.00"],
            ["cash", "", "Received from customers", "0.00", "35.51", "35.51", "0.00"],
            ["cash", "", "Paid to suppliers", "0.00", "-12.00", "-12.00", "0.00"],
            ["cash", "", "Paid for expenses", "0.00", "-110.00", "-110.00", "0.00"],
            ["cash", "", "Paid in taxes", "0.00", "-2.00", "-2.00", "0.00"],
            ["cash", "", "Cash between branches", "0.00", "-60.00", "-60.00", "0.00"],
            ["cash", "", "Cash of capital", "0.00", "0.00", "0.00", "1000.00"],
            ["total", "", "Cash at the end", "0.00", "851.51", "851.51", "1000.00"],
        ]
        for node in [hz, gz] {
            let report = try node.report(.cash(Self.november))
            #expect(cells(report) == expected)
            #expect(agrees(report))
        }
        // Money that came at the other branch was never the company's to lose.
        try gz.perform(
            .between(
                Details(date: "2026-11-08"), .accept(number: sent, through: "bank:main")))
        network.settle()
        expected[5] = ["cash", "", "Cash between branches", "60.00", "-60.00", "0.00", "0.00"]
        expected[7] = ["total", "", "Cash at the end", "60.00", "851.51", "911.51", "1000.00"]
        for node in [hz, gz] {
            let report = try node.report(.cash(Self.november))
            #expect(cells(report) == expected)
            #expect(agrees(report))
        }
        for filter in [StatementFilter(), StatementFilter(to: "2026-11-30")] {
            #expect(throws: Refusal.self) { try hz.report(.cash(filter)) }
        }
        for name in ["hz", "gz"] { #expect(try network.verify(name).isSound) }
    }

    /// A close that did not know of a sale moves its money to the first open day; both replicas say the same whichever
    /// came first.
    @Test func lateMoneyIsOfTheOpenDay() throws {
        let (network, hz, gz) = try month(seed: 311)
        network.sever("hz", "gz")
        try hz.perform(.close(Details(), through: "2026-11-10", isYearEnd: false))
        try post(gz, "2026-11-09", [("bank/main", "7.00"), ("equity/capital", "-7.00")])
        try gz.perform(.close(Details(), through: "2026-11-10", isYearEnd: false))
        network.mend("hz", "gz")
        network.run(milliseconds: 400_000)
        for to in ["2026-11-10", "2026-11-30"] {
            let filter = StatementFilter(from: "2026-11-01", to: to, byBranch: true)
            #expect(try hz.report(.cash(filter)) == gz.report(.cash(filter)))
            #expect(agrees(try hz.report(.cash(filter))))
        }
        #expect(try network.digests().count == 1)
        for name in ["hz", "gz"] { #expect(try network.verify(name).isSound) }
    }

    /// Money of another currency counts what it is carried at; what it came to be worth is no customer's.
    @Test func foreignMoneyCountsWhatItIsCarriedAt() throws {
        let network = try TestNetwork.company([], seed: 312)
        let hz = try network["hz"]
        try hz.perform(.addItems([ItemChange(code: "TEA", name: "Tea", price: "9.00")]))
        try hz.perform(.setRate(currency: "USD", rate: "7.2", from: "2026-10-01"))
        try hz.perform(
            .sell(
                Details(date: "2026-11-03", party: "Acme", currency: "USD"),
                [Line(item: "TEA", quantity: "2", price: "10.00")], tender: "credit"))
        try hz.perform(
            .pay(
                Details(date: "2026-11-05", currency: "USD", rate: "7.1"),
                Payment(
                    direction: .received, party: "Acme", amount: "20.00", through: "bank:usd")))
        try hz.perform(.setRate(currency: "USD", rate: "7.25", from: "2026-11-17"))
        try hz.perform(.currency(Details(date: "2026-11-17"), .revalue))
        let report = try hz.report(
            .cash(StatementFilter(from: "2026-11-01", to: "2026-11-30")))
        #expect(agrees(report))
        let lines = report.rows.reduce(into: [:]) { $0[$1[2].plain] = $1[3].plain }
        #expect(lines["Received from customers"] == "142.00")
        #expect(lines["Change of rates"] == "3.00" && lines["Cash at the end"] == "145.00")
    }

    /// A bank that is valued in a month in which nothing moved on it, beside debts in that currency: nobody paid anything.
    @Test func aValuationIsNobodysMoney() throws {
        let network = try TestNetwork.company([], seed: 313)
        let hz = try network["hz"]
        try hz.perform(.setRate(currency: "USD", rate: "7.1", from: "2026-10-01"))
        try hz.perform(
            .journal(
                Details(date: "2026-10-05"),
                [
                    JournalLine(account: "bank/usd", amount: "40.00USD"),
                    JournalLine(account: "payable/Mill", amount: "-100.00USD"),
                    JournalLine(account: "expense/rent", amount: "426.00"),
                ]))
        try hz.perform(.setRate(currency: "USD", rate: "7.25", from: "2026-11-17"))
        try hz.perform(.currency(Details(date: "2026-11-17"), .revalue))
        let report = try hz.report(
            .cash(StatementFilter(from: "2026-11-01", to: "2026-11-30")))
        #expect(agrees(report))
        #expect(
            report.rows.map { $0[2...3].map(\.plain) } == [
                ["Cash at the beginning", "284.00"], ["Change of rates", "6.00"],
                ["Cash at the end", "290.00"],
            ])
    }

    /// Law: what was there, and what came and went, is what is there, on any span, of a branch and of all.
    @Test(arguments: 1...6) func openingAndLinesAreClosing(_ seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let network = try TestNetwork.company(["gz"], seed: 320 + seed)
        let nodes = [try network["hz"], try network["gz"]]
        let accounts = [
            "bank/main", "bank/other", "tender/cash", "expense/rent", "equity/capital",
            "liability/loan", "tax", "sales", "receivable/X", "payable/Y", "income/other",
        ]
        func day() -> String { Day(number: 20_760 + Int32(random.next() % 70)).description }
        for _ in 0..<60 {
            let node = nodes[Int(random.next() % 2)]
            var (lines, rest) = ([JournalLine](), Int64(0))
            for _ in 0..<(1 + random.next() % 4) {
                let amount = Int64(random.next() % 20_000) - 10_000
                guard amount != 0 else { continue }
                rest += amount
                lines.append(
                    JournalLine(
                        account: accounts[Int(random.next() % UInt64(accounts.count))],
                        amount: Amount.text(amount, scale: 2)))
            }
            guard rest != 0 else { continue }
            lines.append(
                JournalLine(
                    account: accounts[Int(random.next() % UInt64(accounts.count))],
                    amount: Amount.text(-rest, scale: 2)))
            try node.perform(.journal(Details(date: day()), lines))
        }
        network.settle()
        for _ in 0..<10 {
            let from = Day(number: 20_755 + Int32(random.next() % 70))
            let to = Day(number: from.number + Int32(random.next() % 40))
            let filter = StatementFilter(
                from: from.description, to: to.description, byBranch: true)
            let report = try nodes[0].report(.cash(filter))
            #expect(agrees(report), "seed \(seed)")
            #expect(try nodes[1].report(.cash(filter)) == report)
            // What the trial balance says of the same accounts.
            for (place, branches) in [["GZ"], ["HZ"], []].enumerated() {
                let held = try nodes[0].report(
                    .accounts(StatementFilter(branches: branches, to: to.description))
                ).rows.filter {
                    $0[2].plain.hasPrefix("bank/") || $0[2].plain.hasPrefix("tender/")
                }.reduce(Int64(0)) { $0 + (try Amount.parse($1[6].plain, scale: 2)) }
                #expect(report.rows.last?[3 + place].plain == Amount.text(held, scale: 2))
            }
        }
    }
}
