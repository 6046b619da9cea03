import Testing

@testable import Books
@testable import Engine
@testable import Replica
@testable import Sodium
@testable import Store

/// What holds of branches that keep their books in three currencies, whatever is done by whom and in which order it
/// arrives.
@Suite struct FunctionalCurrencyLawTests {
    private static let branches = ["HZ", "HK", "JP"]
    private static let days = ["2026-10-31", "2026-11-10", "2026-11-18"]

    /// HZ keeps its books in CNY, HK in HKD, JP in JPY, which has no cents.
    private func company(seed: UInt64) throws -> TestNetwork {
        let network = try TestNetwork.company([], seed: seed)
        let hz = try network["hz"]
        for (name, code) in [("hk", "HKD"), ("jp", "JPY")] {
            _ = hz.ask(.addEntity(name: "Company (\(code))", currency: code))
            try network.join(
                name, seed: seed + (code == "JPY" ? 2 : 1), entity: "Company (\(code))")
        }
        for (code, rate, day) in [
            ("HKD", "0.9", "2026-10-01"), ("HKD", "0.92345", "2026-11-05"),
            ("JPY", "0.05", "2026-10-01"), ("JPY", "0.0437", "2026-11-12"),
            ("USD", "7.2", "2026-10-01"),
        ] {
            try hz.perform(.setRate(currency: code, rate: rate, from: day))
        }
        try hz.perform(.addItems([ItemChange(code: "TEA", name: "Tea", price: "9.00")]))
        network.settle()
        for name in ["hz", "hk", "jp"] {
            try network[name].perform(
                .journal(
                    Details(date: "2026-10-01"),
                    [
                        JournalLine(account: "bank/main", amount: "10000"),
                        JournalLine(account: "equity/capital", amount: "-10000"),
                    ]))
        }
        network.settle()
        return network
    }

    /// One act of a branch; those that are refused, such as a day that is closed, are none.
    private func act(
        _ node: TestNode, _ branch: String, _ random: inout SeededRandom
    ) -> Refusal.Code? {
        let day = Day(number: 20_728 + Int32(random.next(upperBound: UInt64(48)))).description
        let other = Self.branches.filter { $0 != branch }.randomElement(using: &random) ?? "HZ"
        let amount = "\(random.next(upperBound: UInt64(900)) + 1)"
        let code: String? = [nil, nil, "USD", "CNY", "HKD"].randomElement(using: &random) ?? nil
        let details = Details(date: day, party: "Acme", currency: code)
        let line = Line(item: "TEA", quantity: "1", price: amount)
        switch random.next(upperBound: UInt64(9)) {
        case 0:
            return node.refusal(
                .receive(
                    Details(date: day, currency: code),
                    [Line(item: "TEA", quantity: "3", cost: amount)], supplier: "Mill"))
        case 1, 2: return node.refusal(.sell(details, [line], tender: "credit"))
        case 3:
            return node.refusal(
                .sell(Details(date: day), [Line(item: "TEA", quantity: "2")], tender: "cash"))
        case 4:
            return node.refusal(
                .pay(
                    Details(date: day, currency: code),
                    Payment(
                        direction: .received, party: "Acme", amount: amount, through: "bank:main")))
        case 5, 6:
            return node.refusal(
                .between(
                    Details(date: day, currency: code),
                    .charge(to: other, account: "expense/rent", amount: amount)))
        case 7:
            return node.refusal(
                .between(
                    Details(date: day), .settle(to: other, through: "bank:main", amount: amount)))
        default: return node.refusal(.currency(Details(date: day), .revalue))
        }
    }

    private func table(_ node: TestNode, _ query: Query) throws -> [[String]] {
        try node.report(query).rows.map { $0.map(\.plain) }
    }

    private func figure(
        _ node: TestNode, _ query: Query, _ column: String, _ line: String
    ) throws -> Int64 {
        let report = try node.report(query)
        let place = try #require(report.columns.firstIndex { $0.key == column })
        let row = report.rows.first { $0[2].plain == line }
        return try row.map { try Amount.parse($0[place].plain, scale: 2) } ?? 0
    }

    private func checkLaws(_ node: TestNode, _ what: Comment) throws {
        for (branch, accounts) in try node.engine.turnovers(from: nil, to: nil) {
            #expect(accounts.values.reduce(Int128(0)) { $0 + $1.net } == 0, what)
            for root in [Account.Root.tradeExchange, .moneyExchange] {
                #expect(accounts[.simple(root, branch)]?.net ?? 0 == 0, what)
            }
        }
        for day in Self.days {
            for entity in [nil, "Company (HKD)", "Company (JPY)"] {
                var filter = StatementFilter(to: day, byBranch: true)
                filter.entity = entity
                let sheet = try node.report(.position(filter))
                #expect(sheet.facts.first { $0.key == "balanced" }?.value == .flag(true), what)
                filter.from = "2026-10-10"
                let cash = try node.report(.cash(filter))
                #expect(cash.facts.first { $0.key == "agrees" }?.value == .flag(true), what)
            }
        }
        let balance = try node.report(.balance(branch: nil, asAt: nil)).facts
        #expect(
            balance.first { $0.key == "debit" }?.value
                == balance.first { $0.key == "credit" }?.value, what)
        // What was ever earned is in the capital, as it was translated: 10,000.00 were paid in at the first rates.
        let (all, last) = (
            StatementFilter(from: "2026-01-01", to: "2026-11-18", byBranch: true),
            StatementFilter(to: "2026-11-18", byBranch: true)
        )
        for (branch, paid) in [("HZ", Int64(1_000_000)), ("HK", 900_000), ("JP", 50_000)] {
            let earned = try figure(node, .profit(all), branch, "Profit")
            let held =
                try figure(node, .position(last), branch, "Capital")
                + figure(node, .position(last), branch, "Profit of the period")
            #expect(held - paid == earned, "\(branch) \(what)")
        }
    }

    private static let queries: [Query] =
        branches.flatMap { branch -> [Query] in
            [
                .balance(branch: branch, asAt: nil), .currencies(branch: branch, asAt: nil),
                .profit(
                    StatementFilter(
                        branches: [branch], from: "2026-10-01", to: "2026-11-18")),
            ]
        }
        + days.flatMap { day -> [Query] in
            [
                .position(StatementFilter(to: day, byBranch: true)),
                .profit(StatementFilter(from: "2026-10-10", to: day, byBranch: true)),
                .cash(StatementFilter(from: "2026-10-10", to: day, byBranch: true)),
                .taxes(StatementFilter(from: "2026-10-10", to: day)),
            ]
        } + [
            .accounts(StatementFilter(from: "2026-10-10", to: "2026-11-18")),
            .reconcile(branch: nil),
        ]

    /// Branches act with the cables cut; closes of years fall between them.
    @Test(arguments: [UInt64(1), 2]) func randomActs(_ seed: UInt64) throws {
        let network = try company(seed: 1_000 + seed * 10)
        var random = SeededRandom(seed: seed)
        let names = ["hz", "hk", "jp"]
        let cables = [("hz", "hk"), ("hz", "jp"), ("hk", "jp")]
        var (done, closed) = (0, 0)
        for round in 0..<4 {
            for (a, b) in cables where random.next(upperBound: UInt64(3)) > 0 {
                network.sever(a, b)
            }
            for (name, branch) in zip(names, Self.branches) {
                let node = try network[name]
                for _ in 0..<12 where act(node, branch, &random) == nil { done += 1 }
                if round == 1 || round == 2, random.next(upperBound: UInt64(2)) == 0 {
                    let day = round == 1 ? "2026-10-20" : "2026-11-08"
                    _ = node.refusal(.currency(Details(date: day), .revalue))
                    if node.refusal(.close(Details(), through: day, isYearEnd: true)) == nil {
                        closed += 1
                    }
                }
                try checkLaws(node, "seed \(seed), round \(round), \(name) alone")
            }
            for (a, b) in cables { network.mend(a, b) }
            network.settle()
            network.run(milliseconds: 120_000)
        }
        network.settle()
        #expect(done > 72 && closed > 0, "\(done) acts, \(closed) closes")
        let hz = try network["hz"]
        for name in names {
            let node = try network[name]
            try checkLaws(node, "seed \(seed), \(name)")
            for query in Self.queries {
                #expect(try table(node, query) == table(hz, query), "seed \(seed), \(name)")
            }
            #expect(try network.verify(name).isSound)
        }
        let before = try Self.queries.map { try table(hz, $0) }
        _ = hz.ask(.rebuild)
        #expect(try Self.queries.map { try table(hz, $0) } == before, "seed \(seed), read anew")
    }
}
