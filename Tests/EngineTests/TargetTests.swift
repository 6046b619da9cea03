import Testing

@testable import Books
@testable import Engine
@testable import Replica
@testable import Sodium
@testable import Store

/// What branches are to reach, how they did, and what they tell each other of it. The test's day is 18 November.
@Suite struct TargetTests {
    private static let quarter: Int64 = 900_000

    /// HZ with 100 teas at 2.00 and 6 cups at 1.00 since October; GZ reads all, SH its own books alone.
    private func company(seed: UInt64) throws -> TestNetwork {
        let network = try TestNetwork.company(["gz"], seed: seed)
        try network.join("sh", seed: seed + 60, readsAll: false)
        let hz = try network["hz"]
        try hz.perform(
            .addItems([
                ItemChange(code: "TEA", name: "Tea", price: "9.00", tax: "13"),
                ItemChange(code: "CUP", name: "Cup", price: "3.00"),
            ]))
        network.settle()
        for (name, count) in [("hz", "100"), ("sh", "50")] {
            try network[name].perform(
                .receive(
                    Details(date: "2026-10-31"),
                    [
                        Line(item: "TEA", quantity: count, cost: "2.00"),
                        Line(item: "CUP", quantity: "6", cost: "1.00"),
                    ], supplier: "ACME"))
        }
        return network
    }

    private func sell(
        _ node: TestNode, _ quantity: String, _ tender: String, date: String = "2026-11-05"
    ) throws -> String {
        try node.perform(
            .sell(
                Details(date: date, party: tender == "credit" ? "Hotel" : nil),
                [Line(item: "TEA", quantity: quantity)], tender: tender)
        ).subject
    }

    /// The year of the docs: sales on credit and for cash, and a count.
    private func trade(_ hz: TestNode) throws {
        _ = try sell(hz, "40", "credit")
        _ = try sell(hz, "10", "cash")
        try hz.perform(
            .count(
                Details(),
                .now(
                    CountOrder(items: ["TEA", "CUP"]),
                    [Line(item: "TEA", quantity: "50"), Line(item: "CUP", quantity: "5")])))
    }

    private func set(
        _ node: TestNode, _ branch: String, _ month: String, _ figures: [(String, String)]
    ) throws {
        try node.perform(
            .setTarget(
                TargetChange(
                    branch: branch, month: month,
                    figures: figures.map { .init(measure: $0.0, value: $0.1) })))
    }

    private static let all = [
        ("revenue", "500"), ("margin", "400"), ("turn", "1.5"), ("count-accuracy", "98"),
        ("receivable-days", "30"),
    ]

    private func report(_ node: TestNode, _ month: String = "2026-11") throws -> [[String]] {
        try node.report(.targetReport(month: month, branch: nil)).rows.map { $0.map(\.plain) }
    }

    private func league(
        _ node: TestNode, _ month: String = "2026-11", _ measure: String? = nil
    ) throws -> [[String]] {
        try node.report(.league(month: month, measure: measure)).rows.map { $0.map(\.plain) }
    }

    private func said(_ node: TestNode, _ branch: String, _ month: String) throws -> Int {
        try node.engine.store.events(of: "figures/\(branch)/\(month)").count
    }

    @Test func whatWasReachedOfTargets() throws {
        let network = try company(seed: 320)
        let (hz, gz, sh) = (try network["hz"], try network["gz"], try network["sh"])
        try set(hz, "HZ", "2026-11", Self.all)
        try trade(hz)
        let rows: [[String]] = [
            ["HZ", "revenue", "500.00", "450.00", "90.00"],
            ["HZ", "margin", "400.00", "350.00", "87.50"],
            ["HZ", "turn", "1.50", "0.64", "42.67"],
            ["HZ", "count-accuracy", "98.00", "50.00", "51.02"],
            ["HZ", "receivable-days", "30.0", "24.0", "125.00"],
        ]
        // By its own books before anybody was told.
        #expect(try report(hz) == rows.map { $0 + [""] })
        let listed = try hz.report(.targets(branch: nil)).rows.map { $0.map(\.plain) }
        #expect(listed.count == 5 && listed[2] == ["2026-11", "HZ", "turn", "1.50"])
        network.run(milliseconds: Self.quarter + 60_000)
        // What was told is what the books say, and the books are those of the statements.
        for node in [hz, gz, sh] {
            #expect(try report(node) == rows.map { $0 + [$0[3]] })
            #expect(
                try league(node)
                    == rows.map {
                        ["\($0[1])", "1", "HZ", $0[3], $0[4]] + Array(repeating: "", count: 6)
                    })
        }
        let profit = try hz.report(
            .profit(StatementFilter(branches: ["HZ"], from: "2026-11-01", to: "2026-11-30"))
        ).rows
        func line(_ title: String) -> String? { profit.first { $0[2].plain == title }?[3].plain }
        #expect(line("Sales, net") == "450.00" && line("Cost of sales") == "100.00")
        // SH reads what was told, and none of the books.
        #expect(try sh.balances()["sales/HZ"] == nil)
        let scopes = try #require(sh.engine.standing).keyring.scopes
        #expect(!scopes.contains(.trade(try #require(BranchCode("HZ")))))
        for name in ["hz", "gz", "sh"] { #expect(try network.verify(name).isSound) }
    }

    @Test func theLeagueIsOneTableForAll() throws {
        let network = try company(seed: 321)
        let (hz, gz, sh) = (try network["hz"], try network["gz"], try network["sh"])
        for branch in ["HZ", "SH", "GZ"] {
            for month in ["2026-10", "2026-11"] {
                try set(
                    hz, branch, month, [("revenue", "100"), ("receivable-days", "30")])
            }
        }
        network.settle()
        _ = try sell(hz, "10", "credit", date: "2026-10-31")
        _ = try sell(hz, "20", "cash")
        _ = try sell(sh, "30", "cash")
        network.run(milliseconds: Self.quarter + 60_000)
        for node in [hz, gz, sh] {
            #expect(
                try league(node, "2026-11", "revenue") == [
                    ["revenue", "1", "SH", "270.00", "270.00", "", "", "", "", "", "0.00"],
                    ["revenue", "2", "HZ", "180.00", "180.00", "", "", "", "", "", "90.00"],
                    ["revenue", "3", "GZ", "0.00", "0.00", "", "", "", "", "", "0.00"],
                ])
            // Fewer days are better; who sold nothing has none.
            #expect(
                try league(node, "2026-11", "receivable-days") == [
                    ["receivable-days", "1", "SH", "0.0", "", "", "", "", "", "", ""],
                    ["receivable-days", "2", "HZ", "15.0", "200.00", "", "", "", "", "", "31.0"],
                ])
        }
        // A quiet company tells nothing twice.
        let entries = try hz.engine.store.extent().entries
        network.run(milliseconds: 4 * Self.quarter)
        #expect(try hz.engine.store.extent().entries == entries)
        // Equals share a rank.
        _ = try sell(hz, "10", "cash")
        network.run(milliseconds: 2 * Self.quarter)
        for node in [hz, gz, sh] {
            #expect(
                try league(node, "2026-11", "revenue").map { $0[1] + $0[2] } == [
                    "1HZ", "1SH", "3GZ",
                ])
        }
        for name in ["hz", "gz", "sh"] { #expect(try network.verify(name).isSound) }
    }

    /// Only what somebody set a target for is told, and it follows what is entered late, also with the cable cut.
    @Test func onlyWhatHasATargetIsTold() throws {
        let network = try company(seed: 322)
        let (hz, sh) = (try network["hz"], try network["sh"])
        try trade(hz)
        network.run(milliseconds: 4 * Self.quarter)
        for month in ["2026-10", "2026-11"] { #expect(try said(hz, "HZ", month) == 0) }
        try set(hz, "HZ", "2026-11", [("revenue", "500")])
        // Long ago, and far ahead: nobody is told.
        try set(hz, "HZ", "2026-04", [("revenue", "500")])
        try set(hz, "HZ", "2026-12", [("revenue", "500")])
        network.run(milliseconds: 2 * Self.quarter)
        #expect(try said(hz, "HZ", "2026-11") == 1)
        #expect(try said(hz, "HZ", "2026-04") == 0 && said(hz, "HZ", "2026-12") == 0)
        #expect(try league(sh).map { $0[0] } == ["revenue"])
        for other in ["hz", "gz"] { network.sever(other, "sh") }
        network.settle()
        _ = try sell(hz, "1", "cash")
        network.run(milliseconds: 2 * Self.quarter)
        #expect(try said(hz, "HZ", "2026-11") == 2)
        #expect(try league(sh)[0][3] == "450.00")
        for other in ["hz", "gz"] { network.mend(other, "sh") }
        network.run(milliseconds: 2 * Self.quarter)
        #expect(try league(sh)[0][3] == "459.00")
        // Without a target nothing more is said; what was said stays said.
        try set(hz, "HZ", "2026-11", [("revenue", "")])
        _ = try sell(hz, "1", "cash")
        network.run(milliseconds: 2 * Self.quarter)
        #expect(try said(hz, "HZ", "2026-11") == 2)
        #expect(try report(hz).isEmpty && hz.report(.targets(branch: "HZ")).rows.count == 2)
        #expect(try league(sh)[0][3] == "459.00")
        // December is another month, and November is told on.
        try set(hz, "HZ", "2026-11", [("revenue", "500")])
        network.run(milliseconds: 15 * 86_400_000)
        _ = try sell(hz, "1", "cash", date: "2026-11-30")
        network.run(milliseconds: 2 * Self.quarter)
        #expect(try league(sh)[0][3] == "477.00")
        #expect(try league(sh, "2026-12").map { $0[3] } == ["0.00"])
        for name in ["hz", "gz", "sh"] { #expect(try network.verify(name).isSound) }
    }

    /// What is entered two months back, or in a period that was opened again, is told again: of every month that a league
    /// shows, and of no other measure than what changed.
    @Test func olderMonthsAreToldAgain() throws {
        let network = try company(seed: 328)
        let (hz, sh) = (try network["hz"], try network["sh"])
        try hz.perform(
            .addItems([ItemChange(code: "POST", name: "Post", price: "5.00", kind: "service")]))
        func post(_ count: String, _ date: String) throws {
            try hz.perform(
                .sell(
                    Details(date: date), [Line(item: "POST", quantity: count)], tender: "cash"))
        }
        for month in ["2026-05", "2026-09", "2026-11"] {
            try set(hz, "HZ", month, [("revenue", "100"), ("margin", "100")])
        }
        try post("2", "2026-09-15")
        network.run(milliseconds: 2 * Self.quarter)
        #expect(try league(sh, "2026-09").map { $0[3] } == ["10.00", "10.00"])
        let before = try ["2026-05", "2026-09", "2026-11"].map { try said(hz, "HZ", $0) }
        #expect(before == [1, 1, 1])
        try post("1", "2026-09-16")
        network.run(milliseconds: 2 * Self.quarter)
        #expect(try league(sh, "2026-09").map { $0[3] } == ["15.00", "15.00"])
        // The trend beside November has it as well: September is the last but two columns before it.
        #expect(try league(sh, "2026-11", "revenue").map { $0[$0.count - 2] } == ["15.00"])
        #expect(try ["2026-05", "2026-09", "2026-11"].map { try said(hz, "HZ", $0) } == [1, 2, 1])
        // A closed period that is opened again, and closed with more in it.
        let close = try hz.perform(
            .close(Details(), through: "2026-09-30", isYearEnd: false)
        ).subject
        try hz.perform(.reopen(Details(memo: "forgotten"), number: close))
        try post("1", "2026-09-17")
        network.run(milliseconds: 2 * Self.quarter)
        #expect(try league(sh, "2026-09").map { $0[3] } == ["20.00", "20.00"])
        let entries = try hz.engine.store.extent().entries
        network.run(milliseconds: 4 * Self.quarter)
        #expect(try hz.engine.store.extent().entries == entries)
    }

    @Test func whatCannotBeMeasuredAnyMoreIsTaken() throws {
        let network = try company(seed: 323)
        let (hz, sh) = (try network["hz"], try network["sh"])
        try set(hz, "HZ", "2026-11", [("count-accuracy", "98")])
        try trade(hz)
        network.run(milliseconds: 2 * Self.quarter)
        #expect(try league(sh).map { $0[3] } == ["50.00"])
        try hz.perform(.reverse(Details(), number: "HZa-C-2026-000001"))
        network.run(milliseconds: 2 * Self.quarter)
        #expect(try league(sh).isEmpty)
        #expect(try report(sh) == [["HZ", "count-accuracy", "98.00", "", "", ""]])
        #expect(try report(hz) == [["HZ", "count-accuracy", "98.00", "", "", ""]])
    }

    /// Where much has to be folded first, what rests on costs is told in the next piece.
    @Test func costsAreFoldedBeforeTheyAreTold() throws {
        let hz = try TestNode.founder(seed: 329)
        let codes = (0..<Store.manyPools).map { "ITEM\($0)" }
        try hz.perform(
            .addItems(codes.map { ItemChange(code: $0, name: $0, price: "3.00") }))
        try set(hz, "HZ", "2026-11", [("revenue", "100"), ("margin", "100")])
        try hz.perform(
            .receive(
                Details(), codes.map { Line(item: $0, quantity: "2", cost: "1.00") },
                supplier: "ACME"))
        try hz.perform(
            .sell(Details(), codes.map { Line(item: $0, quantity: "1") }, tender: "cash"))
        let (engine, code) = (hz.engine, try #require(BranchCode("HZ")))
        let day = try #require(Day("2026-11-18"))
        let month = Month(day)
        func publish() throws -> Bool {
            try engine.store.transact {
                let isWhole = try engine.publishFigures(code, on: day, at: hz.now)
                try engine.author?.seal(in: engine.store)
                return isWhole
            }
        }
        #expect(try !publish())
        #expect(try engine.published(code, month) == [.revenue: 9_600])
        try engine.foldCosts()
        #expect(try publish())
        #expect(try engine.published(code, month) == [.revenue: 9_600, .margin: 6_400])
        #expect(try publish() && said(hz, "HZ", "2026-11") == 2)
    }

    @Test func theEndOfAYearEarnsNothing() throws {
        let hz = try TestNode.founder(seed: 324)
        try hz.perform(.addItems([ItemChange(code: "TEA", name: "Tea", price: "9.00")]))
        try hz.perform(
            .receive(
                Details(date: "2026-10-30"), [Line(item: "TEA", quantity: "10", cost: "2.00")],
                supplier: "ACME"))
        _ = try sell(hz, "4", "cash", date: "2026-10-31")
        try set(hz, "HZ", "2026-10", [("revenue", "36"), ("margin", "28"), ("turn", "1")])
        let before = try report(hz, "2026-10")
        #expect(before.map { $0[3] } == ["36.00", "28.00", "1.33"])
        try hz.perform(.close(Details(), through: "2026-10-31", isYearEnd: true))
        #expect(try report(hz, "2026-10") == before)
    }

    @Test func whatIsRefused() throws {
        let network = try company(seed: 325)
        let hz = try network["hz"]
        func refusal(
            _ branch: String, _ month: String, _ figures: [(String, String)]
        ) -> Refusal.Code? {
            do {
                try set(hz, branch, month, figures)
                return nil
            } catch { return (error as? Refusal)?.code }
        }
        #expect(refusal("XX", "2026-11", [("revenue", "1")]) == .unknownBranch)
        #expect(refusal("HZ", "2026-13", [("revenue", "1")]) == .badDate)
        #expect(refusal("HZ", "2026-11", []) == .emptyDocument)
        #expect(refusal("HZ", "2026-11", [("profit", "1")]) == .badOption)
        #expect(refusal("HZ", "2026-11", [("turn", "1"), ("turn", "2")]) == .badOption)
        #expect(refusal("HZ", "2026-11", [("revenue", "0")]) == .notPositive)
        #expect(refusal("HZ", "2026-11", [("revenue", "-1")]) == .notPositive)
        #expect(refusal("HZ", "2026-11", [("turn", "1.555")]) == .tooPrecise)
        #expect(refusal("HZ", "2026-11", [("revenue", "many")]) == .badNumber)
        #expect(throws: Refusal.self) { try league(hz, "November") }
        #expect(throws: Refusal.self) { try league(hz, "2026-11", "profit") }
        #expect(throws: Refusal.self) {
            try hz.report(.targetReport(month: "2026-11", branch: "XX"))
        }
    }

    /// Two who set one target beside each other: all see the same of them.
    @Test func targetsThatAreSetBesideEachOtherConverge() throws {
        let network = try company(seed: 326)
        let (hz, gz) = (try network["hz"], try network["gz"])
        network.settle()
        network.sever("hz", "gz")
        network.settle()
        try set(hz, "HZ", "2026-11", [("revenue", "100")])
        try set(gz, "HZ", "2026-11", [("revenue", "200"), ("turn", "2")])
        network.mend("hz", "gz")
        network.run(milliseconds: 120_000)
        let listed = try hz.report(.targets(branch: nil)).rows
        #expect(listed.count == 2)
        for name in ["gz", "sh"] {
            #expect(try network[name].report(.targets(branch: nil)).rows == listed)
        }
    }

    /// A target brings a branch's figures before everybody: who may not read them cannot ask for them.
    @Test func whoMayNotReadSetsNoTarget() throws {
        let network = try company(seed: 328)
        let (hz, sh) = (try network["hz"], try network["sh"])
        try trade(hz)
        let change = TargetChange(
            branch: "HZ", month: "2026-11", figures: [.init(measure: "margin", value: "1")])
        #expect(sh.refusal(.setTarget(change)) == .noGrant)
        // As a program writes that keeps no rules.
        let engine = sh.engine
        let writes = ["target/HZ/2026-11", "target/HZ", "target/hz/2026-11"].map {
            Operation.set(RegisterWrite(entity: $0, attribute: "margin", value: .integer(1)))
        }
        try engine.store.transact {
            _ = try engine.commit([Draft.Part(.catalog, writes)], at: sh.now)
            try engine.author?.seal(in: engine.store)
        }
        network.run(milliseconds: 2 * Self.quarter)
        #expect(try hz.report(.targets(branch: nil)).rows.isEmpty)
        #expect(try said(hz, "HZ", "2026-11") == 0 && league(sh).isEmpty)
        let void = try hz.report(.exceptions).rows.filter { $0[0].plain == "void" }
        #expect(void.count == 1)
        // Of its own it may.
        try set(sh, "SH", "2026-11", [("margin", "1")])
        network.run(milliseconds: 2 * Self.quarter)
        #expect(try league(hz).map { $0[0] + $0[2] } == ["marginSH"])
        for name in ["hz", "gz", "sh"] { #expect(try network.verify(name).isSound) }
    }

    /// Nobody speaks for another branch, and no figure of a peer stops a report.
    @Test func whoLiesIsNotHeard() throws {
        let network = try company(seed: 327)
        let (hz, gz, sh) = (try network["hz"], try network["gz"], try network["sh"])
        try set(hz, "SH", "2026-11", [("revenue", "0.01"), ("turn", "1")])
        try set(hz, "HZ", "2026-11", [("revenue", "100")])
        network.run(milliseconds: 2 * Self.quarter)
        func write(_ node: TestNode, _ scope: Scope, _ entity: String, _ fields: [(String, Value)])
            throws
        {
            let event = Event(
                entity: entity, kind: "said", person: "Liar",
                effectiveDate: try #require(Day("2026-11-18")),
                fields: fields.map { .init($0.0, $0.1) })
            let engine = node.engine
            try engine.store.transact {
                _ = try engine.commit([Draft.Part(scope, [.append(event)])], at: node.now)
                try engine.author?.seal(in: engine.store)
            }
        }
        let (ours, theirs) = (try #require(BranchCode("HZ")), try #require(BranchCode("SH")))
        let between = Scope.between(try #require(BranchPair(ours, theirs)))
        // Of another branch; of one's own where nobody looks; under names that are none.
        try write(sh, .board, "figures/HZ/2026-11", [("revenue", .integer(1))])
        try write(sh, between, "figures/SH/2026-11", [("revenue", .integer(1))])
        try write(sh, .board, "figures/SH", [("revenue", .integer(1))])
        try write(sh, .board, "figures/SH/2026-99", [("revenue", .integer(1))])
        // Of one's own, what does not fit.
        try write(
            sh, .board, "figures/SH/2026-11",
            [("revenue", .integer(.max)), ("turn", .text("x")), ("luck", .integer(7))])
        network.run(milliseconds: 60_000)
        for node in [hz, gz, sh] {
            #expect(
                try league(node).map { Array($0[0...4]) } == [
                    ["revenue", "1", "SH", "92233720368547758.07", ""],
                    ["revenue", "2", "HZ", "0.00", "0.00"],
                ])
        }
        // Its books say otherwise where they are read.
        #expect(try report(hz).contains { $0[0] == "SH" && $0[1] == "revenue" && $0[3] == "0.00" })
        // And once its own node makes its rounds again it says so itself.
        _ = try sell(sh, "1", "cash")
        network.run(milliseconds: 2 * Self.quarter)
        #expect(try league(gz, "2026-11", "revenue")[0][3] == "9.00")
    }

    @Test func figuresAreExact() throws {
        var figures = BranchFigures()
        #expect(Measure.allCases.map { figures.value($0) } == [0, 0, nil, nil, nil])
        (figures.costOfSales, figures.opening, figures.closing) = (1, 100, 300)
        // 0.005 is rounded away from zero, below it as well.
        #expect(figures.value(.turn) == 1)
        figures.costOfSales = -1
        #expect(figures.value(.turn) == -1)
        (figures.opening, figures.closing) = (-100, 100)
        #expect(figures.value(.turn) == nil)
        (figures.sales, figures.tax, figures.receivables) = (100, 13, 226)
        figures.days = 31
        #expect(figures.value(.receivableDays) == 620)
        (figures.counted, figures.right) = (3, 2)
        #expect(figures.value(.countAccuracy) == 6_667)
        figures.sales = Int128(Int64.max) + 1
        #expect(figures.value(.revenue) == nil)
        figures.receivables = .max
        #expect(figures.value(.receivableDays) == nil)
        #expect(Measure.revenue.reached(.max, of: 1) == nil)
        #expect(Measure.revenue.reached(-1, of: 3) == -3_333)
        #expect(Measure.receivableDays.reached(0, of: 300) == nil)
    }

    @Test func monthsAreThoseOfTheCalendar() throws {
        let month = try #require(Month("2026-02"))
        #expect(month.days == 28 && "\(month.first) \(month.last)" == "2026-02-01 2026-02-28")
        #expect(
            "\(month.advanced(by: -2))" == "2025-12" && "\(month.advanced(by: 11))" == "2027-01")
        #expect(Month("2024-02")?.days == 29)
        #expect(Month("2026-2") == nil && Month("2026-13") == nil && Month("2026-02-01") == nil)
        #expect(Month("9999-12")?.advanced(by: .max).last.description == "9999-12-31")
        #expect(Month("0000-01")?.advanced(by: .min).description == "0000-01")
    }
}
