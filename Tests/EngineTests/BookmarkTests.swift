import Testing

@testable import Books
@testable import Engine
@testable import Replica
@testable import Store

/// Reports as they were known: what came since is left out, whatever day it is of.
@Suite struct BookmarkTests {
    private static let day: Int64 = 86_400_000

    /// What a reader may ask of goods and money, of any day.
    private static let queries: [Query] = [
        .stock(branch: nil, item: nil, limit: 100), .balance(branch: nil, asAt: nil),
        .units(item: nil), .document(number: "HZa-S-2026-000001"), .exceptions, .derived,
        .margin(MarginFilter(by: ["item"], from: "2026-11-01", to: "2026-12-31")),
        .movement(MovementFilter(from: "2026-11-01", to: "2026-12-31")),
        .card(CardFilter(branch: "HZ", item: "TEA", from: "2026-11-01", to: "2026-12-31")),
        .journal(JournalFilter()), .members, .transfers(openOnly: false),
        .items(search: nil, after: nil, limit: 100), .digests,
    ]

    private func answers(_ node: TestNode) throws -> [Report] {
        try Self.queries.map { try node.report($0) }
    }

    private func answers(_ node: TestNode, knownAt mark: String) throws -> [Report] {
        try Self.queries.map { query in
            let copy = try TestNode(copying: node)
            var report = try copy.engine.answer(query, knownAt: mark)
            #expect(report.facts.removeLast().value == .text(mark))
            return report
        }
    }

    private func tea(_ quantity: String, cost: String? = nil) -> [Line] {
        [Line(item: "TEA", quantity: quantity, cost: cost)]
    }

    private func mark(_ node: TestNode) throws -> String {
        guard case .report(let report) = node.ask(.record(.exceptions)) else {
            throw Refusal(.fault, "no report")
        }
        return try #require(report.facts.last).value.plain
    }

    @Test func lateEntriesAreLeftOut() throws {
        let network = try TestNetwork.company(["gz"], seed: 91)
        let (hz, gz) = (try network["hz"], try network["gz"])
        try hz.perform(.addItems([ItemChange(code: "TEA", name: "Tea", price: "9.00")]))
        try hz.perform(
            .receive(Details(date: "2026-11-18"), tea("10", cost: "2.00"), supplier: "ACME"))
        try hz.perform(.sell(Details(), tea("4"), tender: "cash"))
        let shipment = try hz.perform(.ship(Details(), tea("2"), to: "GZ")).subject
        network.settle()
        let mark = try mark(hz)
        let before = try answers(hz)

        // A receipt of an earlier day, another branch's answer, a newcomer.
        try hz.perform(
            .receive(Details(date: "2026-11-01"), tea("10", cost: "4.00"), supplier: "ACME"))
        try gz.perform(.arrive(Details(), [], shipment: shipment))
        try gz.perform(.sell(Details(), tea("1"), tender: "cash"))
        try hz.perform(.setItem(ItemChange(code: "TEA", name: "Green tea")))
        network.settle()
        let after = try answers(hz)
        #expect(zip(before, after).filter { $0 != $1 }.count > 8)
        #expect(try answers(hz, knownAt: mark) == before)
        // Nothing was taken from the book itself.
        #expect(try answers(hz) == after)
    }

    /// A page that is printed between two sales of one batch can be had again.
    @Test func aPageInTheMiddleOfABatch() throws {
        let node = try TestNode.founder(seed: 94)
        try node.perform(.addItems([ItemChange(code: "TEA", name: "Tea", price: "9.00")]))
        let sell = Request.perform(
            .sell(Details(), [Line(item: "TEA", quantity: "1")], tender: "cash"), wait: 0,
            waitMilliseconds: 0)
        let stock = Query.stock(branch: nil, item: nil, limit: 9)
        node.now = node.now.advanced(byMilliseconds: 1_000)
        let effects = node.engine.handle(
            [(sell, 901), (.record(stock), 902), (sell, 903)].map {
                Input.request(RequestID($0.1), $0.0)
            }, at: node.now)
        var page: Report?
        for case .reply(RequestID(902), .report(let report)) in effects { page = report }
        let printed = try #require(page)
        #expect(printed.rows[0][3].plain == "-1")
        #expect(try node.report(stock).rows[0][3].plain == "-2")
        let copy = try TestNode(copying: node)
        let known = try copy.engine.answer(
            stock, knownAt: try #require(printed.facts.last).value.plain)
        #expect(known.rows == printed.rows)
    }

    @Test func theRosterOfThenCounts() throws {
        let network = try TestNetwork.company(["gz"], seed: 92)
        let hz = try network["hz"]
        try hz.perform(.addItems([ItemChange(code: "TEA", name: "Tea", price: "9.00")]))
        let mark = try mark(hz)
        let before = try hz.report(.members)
        guard case .outcome = hz.ask(.revoke(node: "gz-1")) else {
            Issue.record("gz is not out")
            return
        }
        network.settle()
        #expect(try hz.report(.members) != before)
        let copy = try TestNode(copying: hz)
        #expect(try copy.engine.answer(.members, knownAt: mark).rows == before.rows)
    }

    /// The oldest page goes when there are too many, and no day for it.
    @Test func theyAreBounded() throws {
        let store = try TestNode.founder(seed: 95).engine.store
        let most = Store.pageBookmarksMax
        try store.transact {
            try store.keepBookmark("2026-11-01", at: Instant(milliseconds: 1))
            for number in 0...most {
                try store.keepBookmark("k\(number)", at: Instant(milliseconds: Int64(number) + 2))
            }
        }
        #expect(try store.bookmark("k0") == nil)
        #expect(try store.bookmark("k1") != nil && store.bookmark("k\(most)") != nil)
        #expect(try store.bookmark("2026-11-01") != nil)
        #expect(try store.bookmarks(limit: .max).count == most + 1)
    }

    @Test func everyDaysEndIsMarked() throws {
        let node = try TestNode.founder(seed: 93)
        try node.perform(.addItems([ItemChange(code: "TEA", name: "Tea", price: "9.00")]))
        try node.perform(.receive(Details(), tea("10", cost: "2.00"), supplier: "ACME"))
        let before = try node.report(.stock(branch: nil, item: nil, limit: 10))
        let today = Day(node.now, utcOffsetMinutes: 0)
        node.now = node.now.advanced(byMilliseconds: Self.day)
        // The first thing of the new day is not in it, though it is of an earlier day.
        try node.perform(
            .receive(
                Details(date: today.description), tea("1", cost: "2.00"), supplier: "ACME"))
        let marks = try node.report(.bookmarks(limit: 10)).rows.map { $0[0].plain }
        #expect(marks.contains(today.description))
        let copy = try TestNode(copying: node)
        let known = try copy.engine.answer(
            .stock(branch: nil, item: nil, limit: 10), knownAt: today.description)
        #expect(known.rows == before.rows)
        // One frontier has one name.
        #expect(try mark(node) == mark(node))
        #expect(throws: Refusal.self) {
            try copy.engine.answer(.exceptions, knownAt: "2020-01-01")
        }
    }
}
