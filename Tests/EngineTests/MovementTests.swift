import GRDB
import Sodium
import Testing

@testable import Books
@testable import Engine
@testable import Replica
@testable import Store

/// What came and went: opening, in, out, closing, and the card of an item.
@Suite struct MovementTests {
    private func day(_ number: Int32) -> String { Day(number: 20_400 + number).description }

    private func tea(_ quantity: String) -> [Line] { [Line(item: "TEA", quantity: quantity)] }

    private func details(_ number: Int32, at location: String? = nil) -> Details {
        Details(date: day(number), location: location)
    }

    /// Day 0: 10 in, 1 out. Day 40: a box of two out, 4 to the back room.
    private func shop() throws -> TestNode {
        let node = try TestNode.founder(seed: 51)
        try node.perform(
            .addItems([
                ItemChange(
                    code: "TEA", name: "Tea", price: "9.00",
                    packs: [PackChange(name: "box", quantity: "2")])
            ]))
        try node.perform(.setLocation(LocationChange(name: "back")))
        try node.perform(
            .receive(
                details(0), [Line(item: "TEA", quantity: "10", cost: "2.00")], supplier: "ACME"))
        try node.perform(.sell(details(0), tea("1"), tender: "cash"))
        try node.perform(.sell(details(40), tea("1 box"), tender: "cash"))
        try node.perform(.move(details(40), tea("4"), to: "back"))
        return node
    }

    /// From `opening` on: opening, bought, sold, in, out, adjusted, moved, closing.
    private func rows(_ node: TestNode, _ filter: MovementFilter) throws -> [[String]] {
        try node.report(.movement(filter)).rows.map { $0.map(\.plain) }
    }

    @Test func openingAndMovesMakeTheClosing() throws {
        let node = try shop()
        let whole = MovementFilter(from: day(0), to: day(50))
        #expect(
            try rows(node, whole) == [
                [day(0), "HZ", "TEA", "Tea", "", "0", "10", "3", "", "", "", "", "7"]
            ])
        var daily = whole
        daily.by = "day"
        #expect(
            try rows(node, daily).map { [$0[0]] + $0[5...] } == [
                [day(0), "0", "10", "1", "", "", "", "", "9"],
                [day(40), "9", "", "2", "", "", "", "", "7"],
            ])
        var located = whole
        located.byLocation = true
        #expect(
            try rows(node, located).map { Array($0[4...]) } == [
                ["back", "0", "", "", "", "", "", "4", "4"],
                ["main", "0", "10", "3", "", "", "", "-4", "3"],
            ])
        // Between two days on which nothing moved, and from within a month.
        #expect(
            try rows(node, MovementFilter(from: day(1), to: day(39))).map { Array($0[5...]) } == [
                ["9", "", "", "", "", "", "", "9"]
            ])
        #expect(
            try rows(node, MovementFilter(from: day(40), to: day(40))).map { Array($0[5...]) } == [
                ["9", "", "2", "", "", "", "", "7"]
            ])
        #expect(try rows(node, MovementFilter(from: day(-9), to: day(-1))).isEmpty)
    }

    /// A reversal takes away what its document added, wherever it is dated; a return is no purchase.
    @Test func everyDocumentHasItsColumn() throws {
        let network = try TestNetwork.company(["gz"], seed: 9)
        let (hz, gz) = (try network["hz"], try network["gz"])
        try hz.perform(.addItems([ItemChange(code: "TEA", name: "Tea", price: "9.00")]))
        func receive(_ quantity: String) throws -> String {
            try hz.perform(
                .receive(
                    Details(), [Line(item: "TEA", quantity: quantity, cost: "2.00")],
                    supplier: "ACME")
            ).subject
        }
        let receipt = try receive("20")
        try hz.perform(.reverse(Details(), number: try receive("5")))
        try hz.perform(
            .sendBack(Details(), tea("3"), receipt: receipt, supplier: nil))
        let sale = try hz.perform(.sell(Details(), tea("4"), tender: "cash")).subject
        try hz.perform(.giveBack(Details(), tea("1"), sale: sale, tender: "cash"))
        let other = try hz.perform(.sell(Details(), tea("6"), tender: "cash")).subject
        try hz.perform(.reverse(Details(), number: other))
        try hz.perform(.writeOff(Details(), tea("2")))
        try hz.perform(.find(Details(), tea("1")))
        network.settle()
        let shipment = try hz.perform(.ship(Details(), tea("5"), to: "GZ")).subject
        network.settle()
        try gz.perform(
            .arrive(
                Details(), [ArrivalLine(item: "TEA", accepted: "4", short: "1")],
                shipment: shipment))
        network.settle()
        try hz.perform(.settle(Details(), tea("1"), shipment: shipment, areLost: false))
        try hz.perform(.count(Details(), .now(CountOrder(), tea("10"))))
        network.settle()
        let today = Day(hz.now, utcOffsetMinutes: 0).description
        for node in [hz, gz] {
            let found = try rows(node, MovementFilter(from: today, to: today))
            #expect(
                found.map { [$0[1]] + $0[5...] } == [
                    ["GZ", "0", "", "", "4", "", "", "", "4"],
                    ["HZ", "0", "17", "3", "1", "5", "", "", "10"],
                ])
        }
    }

    @Test func theCardRunsToTheBalance() throws {
        let node = try shop()
        let card = try node.report(
            .card(CardFilter(branch: "HZ", item: "TEA", from: day(1), to: day(50))))
        #expect(
            card.rows.map { row in [0, 2, 3, 4, 5].map { row[$0].plain } } == [
                [day(40), "sale", "main", "-2", "7"], [day(40), "move", "main", "-4", "3"],
                [day(40), "move", "back", "4", "7"],
            ])
        #expect(card.facts.map(\.value.plain) == ["9", "7"])
        let back = try node.report(
            .card(
                CardFilter(
                    branch: "HZ", item: "TEA", from: day(0), to: day(50), location: "back")))
        #expect(back.rows.map { $0[5].plain } == ["4"])
        #expect(try node.verify().isSound)
    }

    @Test func badSpansAreRefused() throws {
        let node = try shop()
        for filter in [
            MovementFilter(from: day(2), to: day(1)),
            MovementFilter(from: day(1), to: day(2), by: "week"),
        ] {
            #expect(throws: Refusal.self) { try node.report(.movement(filter)) }
        }
        #expect(throws: Refusal.self) {
            try node.report(.movement(MovementFilter(from: "soon", to: day(2))))
        }
    }

    /// What stood on a shelf before any day, against a sum of all postings, over seeds: late documents
    /// and shelves that empty.
    @Test(arguments: 0..<6 as Range<UInt64>)
    func openingsAreSums(seed: UInt64) throws {
        let node = try shop()
        var random = SeededRandom(seed: seed)
        for _ in 0..<40 {
            let on = details(Int32(random.next() % 200), at: random.next() % 2 == 0 ? "back" : nil)
            let quantity = "\(1 + random.next() % 5)"
            if random.next() % 2 == 0 {
                try node.perform(.find(on, tea(quantity)))
            } else {
                try node.perform(.sell(on, tea(quantity), tender: "cash"))
            }
        }
        let branch = try #require(BranchCode("HZ"))
        let item = try #require(ItemCode("TEA"))
        let store = node.engine.store
        for number in stride(from: Int32(-1), to: 210, by: 7) {
            let before = Day(number: 20_400 + number)
            let opening = try store.openings(branch: branch, item: item, before: before)
            for location in ["main", "back"] {
                let all = try store.balance(of: .stock(branch, location), .item(item))
                let later = try store.moved(
                    .stock(branch, location), .item(item), after: Day(number: before.number - 1))
                let shelf = Store.ShelfItem(branch: "HZ", item: "TEA", location: location)
                #expect(opening[shelf] ?? 0 == all - later, "seed \(seed), \(before)")
            }
        }
        #expect(try node.verify().isSound)
    }

    /// What a report rests on is held against the logs: damage to any of it is found.
    @Test(arguments: [
        "UPDATE shelf_month SET amount = amount + 1", "DELETE FROM shelf_month",
        "UPDATE repack SET document = 'HZa-U-2026-000009'", "DELETE FROM repack",
    ])
    func verifySeesDamage(sql: String) throws {
        let node = try shop()
        try node.perform(.addItems([ItemChange(code: "GIFT", price: "9.00")]))
        try node.perform(
            .repack(Details(), tea("2"), into: Line(item: "GIFT", quantity: "1"), extra: nil))
        #expect(try node.verify().isSound)
        try node.engine.store.access { try $0.execute(sql: sql) }
        #expect(try !node.verify().isSound)
    }

    @Test func everyProjectionIsCompared() throws {
        let compared = try shop().engine.store.fingerprint().keys
        #expect(Set(Schema.projections).subtracting(Schema.workLists).subtracting(compared).isEmpty)
    }

    /// What stood and what it was worth, with a late receipt, a return, a write-off and goods of no known cost; today it
    /// is what the pools say.
    @Test func stockAtTheEndOfADay() throws {
        let hz = try TestNode.founder(seed: 131)
        try hz.perform(
            .addItems(
                ["TEA", "CUP"].map { ItemChange(code: $0, name: $0, price: "9.00") }))
        try hz.perform(.setLocation(LocationChange(name: "back")))
        func line(_ item: String, _ quantity: String, _ cost: String? = nil) -> [Line] {
            [Line(item: item, quantity: quantity, cost: cost)]
        }
        func asAt(_ day: String) throws -> [String] {
            let report = try hz.report(
                .stockAsAt(branch: nil, item: nil, day: day, limit: 100))
            return report.rows.map { row in [1, 3, 4].map { row[$0].plain }.joined(separator: " ") }
                + ["\(report.facts[1].value.plain)"]
        }
        try hz.perform(
            .receive(Details(date: "2026-10-10"), line("TEA", "10", "2.00"), supplier: "A"))
        let sale = try hz.perform(
            .sell(Details(date: "2026-10-31"), line("TEA", "4"), tender: "cash")
        ).subject
        try hz.perform(.find(Details(date: "2026-11-02"), line("CUP", "3")))
        try hz.perform(
            .move(Details(date: "2026-11-02"), line("TEA", "1"), to: "back"))
        #expect(try asAt("2026-10-09") == ["0.00"])
        #expect(try asAt("2026-10-30") == ["TEA 10 20.00", "20.00"])
        #expect(try asAt("2026-10-31") == ["TEA 6 12.00", "12.00"])
        #expect(try asAt("2026-11-02") == ["CUP 3 0.00", "TEA 6 12.00", "12.00"])
        // A receipt that comes late, and dated before the sale, changes what is known of then.
        try hz.perform(
            .receive(Details(date: "2026-10-20"), line("TEA", "10", "4.00"), supplier: "A"))
        #expect(try asAt("2026-10-15") == ["TEA 10 20.00", "20.00"])
        #expect(try asAt("2026-10-31") == ["TEA 16 48.00", "48.00"])
        try hz.perform(.writeOff(Details(date: "2026-11-03"), line("TEA", "2")))
        try hz.perform(
            .giveBack(Details(date: "2026-11-04"), line("TEA", "1"), sale: sale, tender: "cash"))
        #expect(try asAt("2026-11-03") == ["CUP 3 0.00", "TEA 14 42.00", "42.00"])
        #expect(try asAt("2026-11-18") == ["CUP 3 0.00", "TEA 15 45.00", "45.00"])
        let branch = try #require(BranchCode("HZ"))
        let tea = try hz.engine.store.pool(branch, try #require(ItemCode("TEA")))
        #expect((tea.quantity, tea.value) == (15, 4_500))
        #expect(
            hz.ask(.query(.stockAsAt(branch: nil, item: nil, day: "soon", limit: 1)))
                .refusalCode == .badDate)
    }
}

extension Reply {
    fileprivate var refusalCode: Refusal.Code? {
        if case .refused(let refusal) = self { refusal.code } else { nil }
    }
}
