import GRDB
import Testing
import Wire

@testable import Books
@testable import Engine
@testable import Replica
@testable import Sodium
@testable import Store

/// What reports of long spans keep of each day: always what the postings say.
@Suite struct KeptDaysTests {
    /// The test's day is 18 November.
    private static let (from, to) = ("2026-10-20", "2026-11-30")

    private static let queries: [Query] =
        ["whole", "month", "day"].flatMap { by in
            [false, true].map { byLocation in
                Query.movement(
                    MovementFilter(from: from, to: to, by: by, byLocation: byLocation))
            }
        }
        + [
            ["item"], ["category"], ["customer"], ["day", "hour"], ["branch", "month"],
            ["item", "customer"], ["hour", "item", "day"], ["day"], ["customer", "hour"],
            ["customer", "item", "hour"], ["category", "month", "hour"],
        ].flatMap { by in
            [false, true].map {
                Query.margin(MarginFilter(by: by, from: from, to: to, withWriteOffs: $0))
            }
        }
        + [
            .margin(MarginFilter(by: ["item"], item: "TEA", from: "2026-10-25", to: "2026-11-15")),
            .margin(
                MarginFilter(
                    by: ["item", "customer"], item: "TEA", from: "2026-10-25", to: "2026-11-15")),
            .movement(MovementFilter(item: "CUP", from: "2026-11-04", to: "2026-11-12", by: "day")),
            .cash(StatementFilter(from: from, to: to, byBranch: true)),
            .cash(StatementFilter(from: "2026-11-02", to: "2026-11-14")),
            .balance(branch: nil, asAt: "2026-11-09"),
            .stockAsAt(
                branch: nil, item: nil, day: "2026-11-09", limit: 100),
        ]

    private func figures(_ node: TestNode) throws -> [[[String]]] {
        try Self.queries.map { query in
            let report = try node.report(query)
            return report.rows.map { $0.map(\.plain) } + [report.facts.map(\.value.plain)]
        }
    }

    private func kept(_ node: TestNode, _ which: String = "1") throws -> Int {
        try node.engine.store.access { db in
            try Int.fetchOne(db, sql: "SELECT count(*) FROM kept_day WHERE \(which)") ?? 0
        }
    }

    private func forget(_ node: TestNode) throws {
        try node.engine.store.access { try $0.execute(sql: "DELETE FROM kept_day") }
    }

    /// What is kept, what is made anew and what two plain sums of all postings say are one.
    private func expectRight(_ node: TestNode, _ what: String) throws {
        let currencies = try node.engine.needLedger().0.currencies
        #expect(try node.engine.store.keptDifferences(currencies) == [], "\(what)")
        let held = try figures(node)
        #expect(try node.engine.store.keptDifferences(currencies) == [], "\(what)")
        try forget(node)
        let anew = try figures(node)
        for (place, query) in Self.queries.enumerated() {
            #expect(held[place] == anew[place], "\(what): \(query)")
        }
        // The revenue of all branches, and the goods of all shelves, asked of the postings themselves.
        let (first, last) = (try #require(Day(Self.from)), try #require(Day(Self.to)))
        let (revenue, goods) = try node.engine.store.access { db in
            let sum = """
                SELECT coalesce(sum(p.amount), 0) FROM posting p JOIN name a ON a.id = p.account
                WHERE p.day >= ? AND p.day <= ? AND a.name LIKE ?
                """
            func of(_ accounts: String) throws -> Int64 {
                try Int64.fetchOne(
                    db, sql: sum, arguments: [first.number, last.number, accounts]) ?? 0
            }
            return (-(try of("sales/%")), try of("stock/%"))
        }
        let margin = try node.report(
            .margin(MarginFilter(by: ["item"], from: Self.from, to: Self.to)))
        #expect(
            margin.facts.first { $0.key == "revenue" }?.value.plain
                == Amount.text(revenue, scale: 2), "\(what)")
        let movement = try node.report(
            .movement(MovementFilter(from: Self.from, to: Self.to, limit: 1_000)))
        var moved = Int128(0)
        for row in movement.rows {
            moved += Int128(row[12].plain) ?? 0
            moved -= Int128(row[5].plain) ?? 0
        }
        #expect(moved == Int128(goods), "\(what)")
    }

    private func company(seed: UInt64) throws -> TestNetwork {
        let network = try TestNetwork.company(["gz"], seed: seed)
        let hz = try network["hz"]
        try network.joinOffice(seed: seed + 50)
        try hz.perform(
            .addItems([
                ItemChange(
                    code: "TEA", name: "Tea", price: "9.00", tax: "13", category: "drinks"),
                ItemChange(code: "CUP", name: "Cup", price: "3.00", category: "china"),
                ItemChange(code: "WRAP", name: "Wrap", price: "5.00", kind: "service"),
            ]))
        try hz.perform(.setLocation(LocationChange(name: "back")))
        try hz.perform(
            .receive(
                Details(date: "2026-10-20"), [Line(item: "TEA", quantity: "90", cost: "2.00")],
                supplier: "ACME"))
        network.settle()
        return network
    }

    /// Something that somebody enters; what is refused has happened to nobody.
    private func act(
        _ node: TestNode, _ random: inout SeededRandom, _ sales: inout [String]
    ) throws {
        let day = Day(number: try #require(Day("2026-10-21")).number + Int32(random.next() % 28))
        let party = ["Hotel", "Wang", nil][Int(random.next() % 3)]
        let details = Details(date: day.description, party: party)
        let item = ["TEA", "CUP", "WRAP"][Int(random.next() % 3)]
        let lines = [Line(item: item, quantity: "\(1 + random.next() % 3)")]
        let command: Command
        switch random.next() % 12 {
        case 0:
            command = .receive(
                details, [Line(item: "TEA", quantity: "5", cost: "\(1 + random.next() % 5).37")],
                supplier: "ACME")
        case 1: command = .writeOff(details, [Line(item: "TEA", quantity: "1")])
        case 2:
            guard let sale = sales.popLast() else { return }
            command = .reverse(Details(date: nil), number: sale)
        case 3:
            guard let sale = sales.last else { return }
            command = .giveBack(
                details, [Line(item: item, quantity: "1")], sale: sale, tender: "cash")
        case 4: command = .move(details, [Line(item: "TEA", quantity: "2")], to: "back")
        case 5:
            command = .pay(
                details,
                Payment(
                    direction: .received, party: "Hotel", amount: "4.00", through: "bank:main"))
        case 6:
            command = .journal(
                details,
                [
                    JournalLine(account: "expense/rent", amount: "3.00"),
                    JournalLine(account: "bank/main", amount: "-3.00"),
                ])
        case 7:
            command = .ship(details, [Line(item: "TEA", quantity: "1")], to: "GZ")
        default:
            let tender = party == "Hotel" && random.next() % 2 == 0 ? "credit" : "cash"
            if let outcome = try? node.perform(.sell(details, lines, tender: tender)) {
                sales.append(outcome.subject)
            }
            return
        }
        _ = node.refusal(command)
    }

    /// A law, over random documents of all days, with the cable cut across a close, the close taken back, and a rebuild.
    @Test(arguments: 0..<4 as Range<UInt64>)
    func keptIsWhatThePostingsSay(seed: UInt64) throws {
        let network = try company(seed: 600 + seed)
        let (hz, office, gz) = (try network["hz"], try network["office"], try network["gz"])
        var random = SeededRandom(seed: seed)
        var sales: [String] = []
        for _ in 0..<25 { try act(hz, &random, &sales) }
        network.settle()
        for node in [hz, office, gz] { _ = try figures(node) }
        #expect(try kept(office) > 50)
        for _ in 0..<6 {
            try act(hz, &random, &sales)
            try expectRight(hz, "seed \(seed)")
        }
        network.settle()
        try expectRight(office, "seed \(seed), at the office")
        // The office closes what it knows of; the shop sells on days of the period meanwhile.
        network.sever("hz", "office")
        network.sever("gz", "office")
        network.settle()
        let close = try office.perform(
            .close(Details(), through: "2026-11-08", isYearEnd: false)
        ).subject
        for _ in 0..<12 { try act(hz, &random, &sales) }
        for node in [hz, office] { _ = try figures(node) }
        network.mend("hz", "office")
        network.mend("gz", "office")
        network.run(milliseconds: 120_000)
        for (name, node) in [("hz", hz), ("office", office), ("gz", gz)] {
            try expectRight(node, "seed \(seed), late, \(name)")
        }
        #expect(try figures(hz) == figures(office))
        try office.perform(.reopen(Details(memo: "the shop was cut off"), number: close))
        for node in [hz, office, gz] { _ = try figures(node) }
        network.settle()
        network.run(milliseconds: 120_000)
        for node in [hz, office] { try expectRight(node, "seed \(seed), opened again") }
        let before = try figures(gz)
        guard case .outcome = gz.ask(.rebuild) else {
            Issue.record("no rebuild")
            return
        }
        #expect(try kept(gz) == 0)
        #expect(try figures(gz) == before)
        for name in ["hz", "office", "gz"] { #expect(try network.verify(name).isSound) }
    }

    /// What a close froze of goods that turn out to have cost nothing is taken off on the days after it.
    @Test func whatWasFrozenIsTakenOffWhereNothingIsDerived() throws {
        let node = try TestNode.founder(seed: 660)
        try node.perform(.addItems([ItemChange(code: "TEA", name: "Tea", price: "9.00")]))
        let receipt = try node.perform(
            .receive(
                Details(date: "2026-10-01"), [Line(item: "TEA", quantity: "1", cost: "2.00")],
                supplier: "Mill")
        ).subject
        try node.perform(
            .sell(
                Details(date: "2026-10-05"), [Line(item: "TEA", quantity: "1")], tender: "cash"))
        try node.perform(.close(Details(), through: "2026-10-31", isYearEnd: false))
        try node.perform(
            .revalue(Details(), item: "TEA", change: .of(receipt: receipt, by: "-2.00")))
        func costs(_ day: String?) throws -> [String] {
            try node.report(.balance(branch: nil, asAt: day)).rows.map { $0.map(\.plain) }
                .filter { $0[0].hasPrefix("cost-of-sales/") }.map { $0[1] }
        }
        #expect(try costs("2026-10-31") == ["2.00"])
        for day in ["2026-11-30", "2026-12-31", nil] { #expect(try costs(day) == []) }
        #expect(try node.verify().isSound)
    }

    /// The example of `docs/money.md`: what comes later takes its own day, and costs the days that they are of.
    @Test func whatComesTakesItsDay() throws {
        let network = try company(seed: 650)
        let hz = try network["hz"]
        func sell(_ date: String, _ item: String) throws {
            try hz.perform(
                .sell(Details(date: date), [Line(item: item, quantity: "1")], tender: "cash"))
        }
        for day in ["2026-11-02", "2026-11-05", "2026-11-09"] {
            try sell(day, "TEA")
            try sell(day, "CUP")
        }
        try sell("2026-11-07", "CUP")
        try sell("2026-11-18", "CUP")
        _ = try hz.report(.margin(MarginFilter(by: ["item"], from: Self.from, to: Self.to)))
        _ = try hz.report(.movement(MovementFilter(from: Self.from, to: Self.to)))
        // The receipt's, and four days of sales; of the last day of the book nothing is kept.
        #expect(try kept(hz, "question = 'sold-item' AND branch = 'HZ'") == 5)
        #expect(try kept(hz, "question = 'moves' AND branch = 'HZ'") == 5)
        // Today's sale is of no day that is kept.
        try sell("2026-11-18", "CUP")
        #expect(try kept(hz, "branch = 'HZ'") == 10)
        // One of the 5th takes that day alone.
        try sell("2026-11-05", "CUP")
        #expect(try kept(hz, "branch = 'HZ'") == 8)
        let day = { (date: String) in try #require(Day(date)).number }
        #expect(try kept(hz, "day = \(day("2026-11-05"))") == 0)
        _ = try hz.report(.margin(MarginFilter(by: ["item"], from: Self.from, to: Self.to)))
        // What the receipt cost is said later: the teas of three days cost something else. What moved is what it was.
        try hz.perform(
            .revalue(
                Details(), item: "TEA",
                change: .of(receipt: "HZa-G-2026-000001", by: "9.00")))
        _ = try hz.balances()
        #expect(try kept(hz, "question = 'moves' AND branch = 'HZ'") == 4)
        #expect(try kept(hz, "question = 'sold-item' AND branch = 'HZ'") == 2)
        #expect(
            try kept(hz, "question = 'sold-item' AND branch = 'HZ' AND day = \(day("2026-11-07"))")
                == 1)
        try expectRight(hz, "later cost")
        #expect(try network.verify("hz").isSound)
    }

    /// A node that nobody asks makes them by itself, and then lies still.
    @Test func daysAreMadeWhileNobodyAsks() throws {
        let network = try company(seed: 660)
        let hz = try network["hz"]
        for day in ["2026-11-02", "2026-11-05", "2026-11-09", "2026-11-18"] {
            try hz.perform(
                .sell(Details(date: day), [Line(item: "TEA", quantity: "1")], tender: "cash"))
        }
        #expect(try kept(hz) == 0)
        network.run(milliseconds: 700_000)
        // Four days but the last: cash and accounts, and of two branches what moved, and what was sold, by three things
        // and line by line.
        #expect(try kept(hz) == 4 * 12)
        #expect(!hz.engine.makesDays)
        // What comes later is made as well.
        try hz.perform(
            .sell(
                Details(date: "2026-11-12"), [Line(item: "TEA", quantity: "1")], tender: "cash"))
        network.run(milliseconds: 700_000)
        let made = try kept(hz)
        #expect(made == 5 * 12)
        try expectRight(hz, "by itself")
    }

    /// What a report keeps is held against the logs: damage is found, and a rebuild mends it.
    @Test(arguments: [
        "UPDATE kept_day SET sums = x'0204060802'", "UPDATE kept_day SET sums = x''",
        "UPDATE branch_cost_day SET amount = amount + 1", "DELETE FROM branch_cost_day",
        "UPDATE cost_day SET cost = cost + 1",
    ])
    func verifySeesDamage(sql: String) throws {
        let network = try company(seed: 670)
        let hz = try network["hz"]
        for day in ["2026-11-02", "2026-11-18"] {
            try hz.perform(
                .sell(
                    Details(date: day, party: "Hotel"), [Line(item: "TEA", quantity: "1")],
                    tender: "cash"))
        }
        _ = try figures(hz)
        #expect(try network.verify("hz").isSound)
        try hz.engine.store.access { try $0.execute(sql: sql) }
        #expect(try !network.verify("hz").isSound)
        guard case .outcome = hz.ask(.rebuild) else {
            Issue.record("no rebuild")
            return
        }
        #expect(try network.verify("hz").isSound)
        try expectRight(hz, "rebuilt")
    }

    private static let edges: [Int128] = {
        var edges: [Int128] = [.max, .min]
        for power in [0, 7, 61, 62, 63, 64, 100] {
            let base = Int128(1) << power
            edges += [base, base - 1, -base, -base - 1]
        }
        return edges
    }()

    /// Sums that no business has, and nothing, come back as they went in.
    @Test(arguments: edges)
    func sumsComeBack(sum: Int128) throws {
        var writer = ByteWriter()
        writer.sum(sum)
        var reader = KeptReader(writer.bytes)
        #expect(try reader.sum() == sum)
        #expect(reader.isAtEnd)
    }

    /// Cut short, too long, spelt otherwise: all of it is refused, and nothing traps.
    @Test(
        arguments: [
            [], [0x80], [0x80, 0x00], [UInt8](repeating: 0xff, count: 10), [0x03], [0x01, 0x00],
        ] as [[UInt8]])
    func otherBytesAreRefused(bytes: [UInt8]) {
        #expect(throws: WireError.self) {
            var reader = KeptReader(bytes)
            _ = try reader.sum()
        }
    }
}
