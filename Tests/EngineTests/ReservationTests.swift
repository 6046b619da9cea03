import Testing

@testable import Books
@testable import Engine
@testable import Replica
@testable import Store

/// Goods that are kept for an order.
@Suite struct ReservationTests {
    private static func company(_ seed: UInt64) throws -> (TestNetwork, TestNode) {
        let network = try TestNetwork.company(["gz"], seed: seed)
        let hz = try network["hz"]
        try stock(up: hz)
        return (network, hz)
    }

    private static func alone(_ seed: UInt64) throws -> TestNode {
        let node = try TestNode.founder(seed: seed)
        try stock(up: node)
        return node
    }

    private static func stock(up hz: TestNode) throws {
        try hz.perform(
            .addItems([ItemChange(code: "TEA", name: "Tea", unit: "bag", price: "9.00")]))
        try hz.perform(
            .receive(Details(), [Line(item: "TEA", quantity: "10", cost: "2.00")], supplier: "A"))
    }

    private static func order(
        _ node: TestNode, _ quantity: String, due: String? = nil
    ) throws -> String {
        let number = try node.perform(
            .order(
                Details(due: due),
                .open(
                    OrderForm(
                        kind: .sale, party: "Hotel", lines: [Line(item: "TEA", quantity: quantity)])
                ))
        ).subject
        try node.perform(.order(Details(), .place(order: number)))
        return number
    }

    private static func reserve(
        _ number: String, _ quantity: String? = nil, until: String? = nil, atMost: Bool = false
    ) -> Command {
        .order(
            Details(due: until),
            .reserve(
                order: number, quantity.map { [Line(item: "TEA", quantity: $0)] } ?? [],
                atMost: atMost))
    }

    /// On the shelf, reserved, free.
    private static func stock(_ node: TestNode) throws -> [String] {
        let row = try #require(
            try node.report(.stock(branch: "HZ", item: nil, limit: 9)).rows.first)
        return [row[3].plain, row[8].plain, row[10].plain]
    }

    private static func sell(
        _ node: TestNode, _ quantity: String, order: String? = nil
    ) throws -> Outcome {
        try node.perform(
            .sell(Details(order: order), [Line(item: "TEA", quantity: quantity)], tender: "cash"))
    }

    @Test func whatIsKeptIsNotFree() throws {
        let (network, hz) = try Self.company(41)
        let number = try Self.order(hz, "7")
        try hz.perform(Self.reserve(number))
        #expect(try Self.stock(hz) == ["10", "7", "3"])
        // Others get what is free; who ordered gets what is kept, and then what is free.
        #expect(
            hz.refusal(.ship(Details(), [Line(item: "TEA", quantity: "4")], to: "GZ"))
                == .notEnough)
        #expect(try Self.sell(hz, "3").notices.isEmpty)
        #expect(try Self.stock(hz) == ["7", "7", "0"])
        #expect(try Self.sell(hz, "5", order: number).notices.isEmpty)
        #expect(try Self.stock(hz) == ["2", "2", "0"])
        let rows = try hz.report(.order(number: number)).rows.map { $0.map(\.plain) }
        #expect(rows[0][6...8] == ["5", "2", "2"])
        // More than is kept is a shortage of what is free, and is said.
        let more = try Self.sell(hz, "3", order: number)
        #expect(more.notices.contains { $0.hasPrefix("shortage: TEA, 0 bag") })
        #expect(try Self.stock(hz) == ["-1", "", "-1"])
        network.settle()
        #expect(try network.verify("hz").isSound)
    }

    @Test func reservationsEnd() throws {
        let (network, hz) = try Self.company(42)
        let first = try Self.order(hz, "2")
        let second = try Self.order(hz, "3")
        let third = try Self.order(hz, "4")
        try hz.perform(Self.reserve(first, until: "2026-12-01"))
        try hz.perform(Self.reserve(second, until: "2026-12-31"))
        try hz.perform(Self.reserve(third))
        #expect(try Self.stock(hz) == ["10", "9", "1"])
        // Cancelled: free in the same step.
        try hz.perform(.order(Details(memo: "no"), .cancel(order: third)))
        _ = try hz.report(.status)
        #expect(try Self.stock(hz) == ["10", "5", "5"])
        // Closed when some of it is done: what is left of it is free again.
        _ = try Self.sell(hz, "1", order: second)
        try hz.perform(.order(Details(), .close(order: second)))
        _ = try hz.report(.status)
        #expect(try Self.stock(hz) == ["9", "2", "7"])
        // The day is over.
        let kept = try #require(Day("2026-12-01"))
        while Day(hz.now, utcOffsetMinutes: 0) <= kept {
            hz.now = hz.now.advanced(byMilliseconds: 3_600_000)
            _ = try hz.report(.status)
            if Day(hz.now, utcOffsetMinutes: 0) <= kept {
                #expect(try Self.stock(hz)[1] == "2")
            }
        }
        #expect(try Self.stock(hz) == ["9", "", "9"])
        #expect(try network.verify("hz").isSound)
    }

    /// More than one batch looks after: the node wakes itself for the rest.
    @Test func manyReservationsEndOnOneDay() throws {
        let hz = try Self.alone(47)
        try hz.perform(
            .receive(
                Details(), [Line(item: "TEA", quantity: "200", cost: "2.00")], supplier: "A"))
        for _ in 0..<150 {
            try hz.perform(Self.reserve(try Self.order(hz, "1"), until: "2026-12-01"))
        }
        #expect(try Self.stock(hz)[1] == "150")
        hz.now = hz.now.advanced(byMilliseconds: 40 * 86_400_000)
        var batches = 0
        while true {
            batches += 1
            let effects = hz.engine.handle([.timerFired], at: hz.now)
            let wakes = effects.contains {
                if case .wake(let at) = $0 { at <= hz.now } else { false }
            }
            guard wakes else { break }
        }
        // Each is looked at once more when it is over.
        #expect(batches == 5)
        #expect(try Self.stock(hz)[1] == "")
    }

    @Test func rebuiltTablesKnowWhatToLookAt() throws {
        let (network, hz) = try Self.company(43)
        let number = try Self.order(hz, "4")
        try hz.perform(Self.reserve(number))
        // Rebuilt tables know as well what is to be looked at.
        guard case .outcome = hz.ask(.rebuild) else {
            Issue.record("not rebuilt")
            return
        }
        #expect(try Self.stock(hz) == ["10", "4", "6"])
        try hz.perform(.order(Details(memo: "no"), .cancel(order: number)))
        network.settle()
        #expect(try Self.stock(hz) == ["10", "", "10"])
        for name in ["hz", "gz"] {
            let rows = try network[name].report(.stock(branch: "HZ", item: nil, limit: 9)).rows
            #expect(rows.map { $0[10].plain } == ["10"])
        }
    }

    @Test func aCountIsOfAllThatStandsThere() throws {
        let hz = try TestNode.founder(seed: 44)
        try hz.perform(
            .addItems([ItemChange(code: "TEA", name: "Tea", unit: "bag", price: "9.00")]))
        let early = "2026-11-10"
        try hz.perform(
            .receive(
                Details(date: early), [Line(item: "TEA", quantity: "10", cost: "2.00")],
                supplier: "A"))
        let number = try hz.perform(
            .order(
                Details(date: early),
                .open(
                    OrderForm(
                        kind: .sale, party: "Hotel", lines: [Line(item: "TEA", quantity: "6")])))
        ).subject
        try hz.perform(.order(Details(), .place(order: number)))
        try hz.perform(
            .order(Details(date: early), .reserve(order: number, [], atMost: false)))
        // 10 are there, 6 of them kept; 9 are counted: one is missing of what is free.
        try hz.perform(
            .count(
                Details(date: "2026-11-15"),
                .now(CountOrder(), [Line(item: "TEA", quantity: "9")])))
        #expect(try Self.stock(hz) == ["9", "6", "3"])
        // A delivery of what is kept, entered late and dated before the count, changes its difference.
        try hz.perform(
            .sell(
                Details(date: "2026-11-12", order: number), [Line(item: "TEA", quantity: "2")],
                tender: "cash"))
        #expect(try Self.stock(hz) == ["9", "4", "5"])
        // A sheet shows all that stands there, and empties of it what nobody counted.
        let sheet = try hz.perform(.count(Details(), .open(CountOrder(uncounted: "empty"))))
            .subject
        let rows = try hz.report(.count(sheet: sheet)).rows.map { $0.map(\.plain) }
        #expect(rows.map { Array($0[0...2]) } == [["TEA", "Tea", "9"]])
        try hz.perform(
            .count(
                Details(),
                .enter(sheet: sheet, [Line(item: "TEA", quantity: "8")], isRecount: false)
            ))
        try hz.perform(.count(Details(), .post(sheet: sheet)))
        #expect(try Self.stock(hz) == ["8", "4", "4"])
        #expect(try hz.verify().isSound)
    }

    @Test func whatIsRefused() throws {
        let hz = try Self.alone(45)
        let number = try Self.order(hz, "12")
        #expect(hz.refusal(Self.reserve(number)) == .notEnough)
        #expect(hz.refusal(Self.reserve(number, "13")) == .notEnough)
        #expect(hz.refusal(Self.reserve(number, "1", until: "2026-11-01")) == .badDate)
        #expect(hz.refusal(Self.reserve(number, "0")) == .notPositive)
        #expect(
            hz.refusal(.order(Details(), .release(order: number, []))) == .emptyDocument)
        let purchase = try hz.perform(
            .order(
                Details(),
                .open(
                    OrderForm(
                        kind: .purchase, party: "A", lines: [Line(item: "TEA", quantity: "1")])))
        ).subject
        #expect(hz.refusal(Self.reserve(purchase)) == .orderState)
        try hz.perform(Self.reserve(number, atMost: true))
        #expect(try Self.stock(hz) == ["10", "10", "0"])
        #expect(hz.refusal(Self.reserve(number, atMost: true)) == .emptyDocument)
        let release = Line(item: "TEA", quantity: "11")
        #expect(hz.refusal(.order(Details(), .release(order: number, [release]))) == .notEnough)
    }

    /// Published rows (H03, TigerBeetle): what is left of a limit that may not be crossed.
    @Test func takeWhatIsLeft() throws {
        guard let data = try ReferenceCase.load("H03")?.data else { return }
        for name in ["balancing_debit_A1_to_A3", "balancing_credit_A3_to_A2"] {
            let rows = try #require(data[name]?.list).compactMap { $0.list }
            #expect(rows.count == 3)
            // Both begin with what three rows take together.
            let total = rows.compactMap { $0.last?.text.flatMap { Int($0) } }.reduce(0, +)
            let hz = try Self.alone(46)
            try hz.perform(
                .count(
                    Details(), .now(CountOrder(), [Line(item: "TEA", quantity: String(total))])))
            for row in rows {
                let asked = try #require(row.first?.text)
                let moved = try #require(row.last?.text)
                let number = try Self.order(hz, asked)
                if moved == "0" {
                    #expect(hz.refusal(Self.reserve(number, atMost: true)) == .emptyDocument)
                    continue
                }
                try hz.perform(Self.reserve(number, atMost: true))
                let kept = try hz.report(.order(number: number)).rows[0][8].plain
                #expect(kept == moved)
            }
        }
    }
}
