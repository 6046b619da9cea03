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
        try hz.perform(
            .addItems([ItemChange(code: "TEA", name: "Tea", price: "9.00", tax: "13")]))
        for from in Self.branches {
            for to in Self.branches where from != to {
                try hz.perform(
                    .setTransferPrice(from: from, to: to, rule: "cost+\(from == "HK" ? 37 : 0)%"))
            }
        }
        network.settle()
        for name in ["hz", "hk", "jp"] {
            try network[name].perform(
                .journal(
                    Details(date: "2026-10-01"),
                    [
                        JournalLine(account: "bank/main", amount: "10000"),
                        JournalLine(account: "equity/capital", amount: "-10000"),
                    ]))
            try network[name].perform(
                .receive(
                    Details(date: "2026-10-01"),
                    [Line(item: "TEA", quantity: "40", cost: "20")], supplier: "Mill"))
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
        switch random.next(upperBound: UInt64(14)) {
        case 9, 10:
            return node.refusal(
                .ship(
                    Details(date: day), [Line(item: "TEA", quantity: "\(amount.utf8.count)")],
                    to: other))
        case 11, 12, 13: return take(node, branch, &random)
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

    /// The first goods on their way to a branch come, or half of them do; the first of its own in dispute are here again, or lost.
    private func take(
        _ node: TestNode, _ branch: String, _ random: inout SeededRandom
    ) -> Refusal.Code? {
        let rows = (try? table(node, .transfers(openOnly: true))) ?? []
        let isHalf = random.next(upperBound: UInt64(3)) == 0
        if let row = rows.first(where: { $0[0].hasPrefix(branch) && $0[5] != "0" }) {
            return node.refusal(
                .settle(
                    Details(), [Line(item: "TEA", quantity: row[5])], shipment: row[0],
                    areLost: isHalf))
        }
        guard
            let row = rows.first(where: {
                !$0[0].hasPrefix(branch) && $0[2].contains(branch) && $0[4] != "0"
            })
        else { return .emptyDocument }
        let lines =
            isHalf && row[4] != "1"
            ? [ArrivalLine(item: "TEA", accepted: "1", short: "1")] : []
        return node.refusal(.arrive(Details(), lines, shipment: row[0]))
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

    /// What all nodes are to agree on: of the page of differences not the likely cause, which is each node's own guess.
    private func agreed(_ node: TestNode, _ query: Query) throws -> [[String]] {
        let rows = try table(node, query)
        guard case .reconcile = query else { return rows }
        return rows.map { Array($0[0...2]) }
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
        for (branch, paid) in [
            ("HZ", Int64(1_000_000)), ("HK", 900_000), ("JP", 50_000), ("amount", 1_950_000),
        ] {
            let earned = try figure(node, .profit(all), branch, "Net profit")
            let held =
                try figure(node, .position(last), branch, "Capital")
                + figure(node, .position(last), branch, "Retained earnings")
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
        let sent = try network["hz"].report(.transfers(openOnly: false)).rows.count
        #expect(
            done > 60 && closed > 0 && sent > 5, "\(done) acts, \(closed) closes, \(sent) sent")
        let hz = try network["hz"]
        for name in names {
            let node = try network[name]
            try checkLaws(node, "seed \(seed), \(name)")
            // What is due and not owed is on its way, in dispute, or a charge.
            let unexplained = try table(node, .reconcile(branch: nil)).filter { $0[0] == "due" }
            #expect(unexplained == [], "seed \(seed), \(name)")
            for query in Self.queries {
                #expect(
                    try agreed(node, query) == agreed(hz, query), "seed \(seed), \(name), \(query)")
            }
            #expect(try network.verify(name).isSound)
        }
        let before = try Self.queries.map { try table(hz, $0) }
        _ = hz.ask(.rebuild)
        #expect(try Self.queries.map { try table(hz, $0) } == before, "seed \(seed), read anew")
    }

    private func write(_ node: TestNode, _ scope: Scope, _ ops: [Replica.Operation]) throws {
        try node.engine.store.transact {
            _ = try node.engine.commit([Draft.Part(scope, ops)], at: node.now)
            try node.engine.author?.seal(in: node.engine.store)
        }
    }

    /// Entries of a changed program: amounts of the other's currency without what they are carried at, goods that are sent
    /// to a branch of another currency, and figures that fit nothing.
    @Test func aHostilePeerMixesNothing() throws {
        let network = try company(seed: 1_100)
        let (hz, hk) = (try network["hz"], try network["hk"])
        let (hzCode, hkCode) = (try #require(BranchCode("HZ")), try #require(BranchCode("HK")))
        let pair = try #require(BranchPair(hzCode, hkCode))
        func currency(_ text: String) throws -> Commodity {
            .currency(try #require(CurrencyCode(text)))
        }
        func post(_ number: String, _ kind: DocumentKind, _ postings: [Posting]) throws
            -> Replica.Operation
        {
            .post(
                try Transaction(
                    DocumentHeader(
                        kind: kind, number: DocumentNumber(number),
                        effectiveDate: try #require(Day("2026-11-18")), person: "Eve"), postings))
        }
        try hz.perform(
            .receive(Details(), [Line(item: "TEA", quantity: "5", cost: "2.00")], supplier: "Mill"))
        network.settle()
        let before = try table(hz, .balance(branch: "HK", asAt: nil))

        // CNY without a value are no HKD, nor are yen what HZ is due.
        let (cny, jpy, hkd) = (try currency("CNY"), try currency("JPY"), try currency("HKD"))
        try write(
            hk, .trade(hkCode),
            [
                try post(
                    "HKa-J-2026-000090", .journal,
                    [
                        Posting(.named(.receivable, hkCode, "Acme"), cny, 7_700),
                        Posting(.simple(.sales, hkCode), cny, -7_700),
                    ])
            ])
        try write(
            hz, .betweenMoney(pair),
            [
                try post(
                    "HZa-J-2026-000090", .journal,
                    [
                        Posting(.dueFrom(hzCode, hkCode), jpy, 5_000),
                        Posting(.via(.money(hzCode)), jpy, -5_000),
                    ]),
                try post(
                    "HZa-J-2026-000091", .journal,
                    [
                        Posting(.dueFrom(hzCode, hkCode), cny, 1, base: .max),
                        Posting(.via(.money(hzCode)), cny, -1, base: -.max),
                    ]),
                .append(
                    ChargeNote(
                        .charged, to: hkCode, amount: .max, account: "expense/rent", person: "Eve",
                        day: try #require(Day("2026-11-18")), memo: nil
                    ).event(try #require(DocumentNumber("HZa-J-2026-000091")))),
            ])
        // Two teas on their way to HK, by which nobody there owes anything.
        let tea = Commodity.item(try #require(ItemCode("TEA")))
        try write(
            hz, .trade(hzCode),
            [
                try post(
                    "HZa-T-2026-000090", .shipment,
                    [
                        Posting(.stock(hzCode), tea, -2),
                        Posting(.via(.between(pair)), tea, 2),
                    ])
            ])
        try write(
            hz, .between(pair),
            [
                try post(
                    "HZa-T-2026-000090", .shipment,
                    [
                        Posting(.via(.trade(hzCode)), tea, -2),
                        Posting(.transit(pair, "HZa-T-2026-000090"), tea, 2),
                    ])
            ])
        network.settle()
        _ = hk.refusal(
            .arrive(
                Details(), [ArrivalLine(item: "TEA", accepted: "2")], shipment: "HZa-T-2026-000090")
        )
        network.run(milliseconds: 120_000)
        network.settle()
        for node in [hz, hk] {
            let report = try node.report(.balance(branch: "HK", asAt: nil)).rows.map {
                $0.map(\.plain)
            }
            #expect(report.filter { !$0[0].hasPrefix("via") } == before)
            for accounts in try node.engine.turnovers(from: nil, to: nil).values {
                #expect(!accounts.keys.contains { $0 == .dueTo(hkCode, hzCode) })
            }
            for query in Self.queries { _ = node.ask(.query(query)) }
            #expect(
                try node.report(.position(StatementFilter(branches: ["HK"], to: "2026-11-18")))
                    .facts.first { $0.key == "balanced" }?.value == .flag(true))
        }
        // A figure that fits nothing is refused where somebody plans with it.
        try write(
            hk, .trade(hkCode),
            [
                try post(
                    "HKa-J-2026-000091", .journal,
                    [
                        Posting(.named(.receivable, hkCode, "Acme"), hkd, .max),
                        Posting(.simple(.sales, hkCode), hkd, -.max),
                    ])
            ])
        try hz.perform(
            .setRate(currency: "HKD", rate: "9223372036854.775807", from: "2026-11-18"))
        try hz.perform(.setParty(PartyChange(name: "Acme", creditLimit: "5.00")))
        network.settle()
        for node in [hz, hk] {
            for query in Self.queries + [.exceptions, .parties(search: nil)] {
                _ = node.ask(.query(query))
            }
            #expect(
                node.refusal(
                    .sell(
                        Details(party: "Acme"), [Line(item: "TEA", quantity: "1", price: "1.00")],
                        tender: "credit")) != nil)
        }
        // Half of two documents was written, and verification names that alone.
        for name in ["hz", "hk", "jp"] {
            let faults = try network.verify(name).rows.filter { $0[1].plain == "FAULT" }
            #expect(faults.map { $0[0].plain } == ["bridges between scopes"])
        }
    }
}
