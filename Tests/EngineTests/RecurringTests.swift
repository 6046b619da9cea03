import Testing

@testable import Books
@testable import Engine
@testable import Replica
@testable import Sodium
@testable import Store

/// Entries that come back every month, posted by the keeper, once. The test's day is 18 November 2026.
@Suite struct RecurringTests {
    private static let lines = [
        JournalLine(account: "expense/rent", amount: "100.00"),
        JournalLine(account: "bank/main", amount: "-100.00"),
    ]

    private func rent(_ node: TestNode) throws -> [String] {
        try node.report(
            .ledger(
                LedgerFilter(account: "expense/HZ/rent", from: "2020-01-01", to: "2099-12-31"))
        ).rows.map { "\($0[0].plain) \($0[6].plain)" }
    }

    @Test func itComesBack() throws {
        let network = try TestNetwork.company(["gz"], seed: 240)
        let (hz, gz) = (try network["hz"], try network["gz"])
        try hz.perform(
            .setRecurring(
                RecurringChange(
                    name: "rent", day: 31, from: "2026-09-01", until: "2026-12-31",
                    lines: Self.lines, memo: "the shop")))
        #expect(try hz.report(.recurring).rows.map { $0[1].plain } == ["rent"])
        // The months that are over are made up for; this one is not yet due.
        try nextDay(hz)
        #expect(try rent(hz) == ["2026-09-30 100.00", "2026-10-31 100.00"])
        for _ in 0..<3 { try nextDay(hz) }
        #expect(try rent(hz).count == 2)
        hz.now = hz.now.advanced(byMilliseconds: 20 * 86_400_000)
        try nextDay(hz)
        #expect(try rent(hz).last == "2026-11-30 100.00")
        // It ends, and may be stopped before.
        hz.now = hz.now.advanced(byMilliseconds: 70 * 86_400_000)
        try nextDay(hz)
        #expect(try rent(hz).count == 4)
        try hz.perform(.setRecurring(RecurringChange(name: "rent", until: "")))
        try hz.perform(.setRecurring(RecurringChange(name: "rent", stops: true)))
        hz.now = hz.now.advanced(byMilliseconds: 40 * 86_400_000)
        try nextDay(hz)
        #expect(try rent(hz).count == 4)
        #expect(
            hz.refusal(.setRecurring(RecurringChange(name: "rent", stops: true)))
                == .unknownDocument)
        // Nobody else posts it, and everybody reads it.
        network.now = hz.now
        network.settle()
        #expect(try rent(gz) == rent(hz))
        #expect(try network.verify("gz").isSound)
    }

    private func nextDay(_ node: TestNode) throws {
        node.now = node.now.advanced(byMilliseconds: 86_400_000)
        _ = try node.report(.status)
    }

    /// Two branches each have a rent of their own: both are posted, whichever came first, and nothing is recorded twice.
    @Test func twoBranchesHaveOneName() throws {
        let network = try TestNetwork.company(["gz"], seed: 243)
        let (hz, gz) = (try network["hz"], try network["gz"])
        for node in [hz, gz] {
            try node.perform(
                .setRecurring(
                    RecurringChange(
                        name: "rent", day: 10, from: "2026-11-01", until: "2026-11-30",
                        lines: Self.lines)))
        }
        try nextDay(gz)
        network.now = gz.now
        network.settle()
        try nextDay(hz)
        network.now = hz.now
        network.run(milliseconds: 60_000)
        for node in [hz, gz] {
            let balances = try node.balances()
            #expect(balances["expense/HZ/rent"] == "100.00")
            #expect(balances["expense/GZ/rent"] == "100.00")
            #expect(try node.report(.reconcile(branch: nil)).rows == [])
        }
    }

    /// Where its day is closed it stands on the first open one.
    @Test func aClosedDayIsNotItsDay() throws {
        let network = try TestNetwork.company([], seed: 241)
        let hz = try network["hz"]
        try hz.perform(.close(Details(), through: "2026-11-10", isYearEnd: false))
        try hz.perform(
            .setRecurring(
                RecurringChange(name: "rent", day: 5, from: "2026-11-01", lines: Self.lines)))
        try nextDay(hz)
        #expect(try rent(hz) == ["2026-11-19 100.00"])
        try nextDay(hz)
        #expect(try rent(hz).count == 1)
    }

    @Test func whatIsRefused() throws {
        let network = try TestNetwork.company([], seed: 242)
        let hz = try network["hz"]
        for (change, code) in [
            (RecurringChange(name: "rent", lines: Self.lines), Refusal.Code.badOption),
            (RecurringChange(name: "rent", day: 32, lines: Self.lines), .badOption),
            (RecurringChange(name: "Rent!", day: 1, lines: Self.lines), .badOption),
            (
                RecurringChange(
                    name: "rent", day: 1,
                    lines: [Self.lines[0], JournalLine(account: "bank/main", amount: "-1")]),
                .unbalanced
            ),
            (
                RecurringChange(
                    name: "rent", day: 1,
                    lines: [Self.lines[0], JournalLine(account: "stock/main", amount: "-100")]),
                .badAccount
            ),
            (RecurringChange(name: "rent", day: 1, lines: [Self.lines[0]]), .tooManyLines),
        ] { #expect(hz.refusal(.setRecurring(change)) == code, "\(change)") }
    }

    /// Any peer may have written anything: what cannot be read is none.
    @Test func nonsenseIsNone() throws {
        typealias Attribute = RecurringEntry.Attribute
        let good: [String: [Value]] = [
            Attribute.day: [.integer(31)], Attribute.from: [.text("2026-01-31")],
            Attribute.lines: [.text("expense/rent=1\nbank/main=-1")],
        ]
        let entity = "recurring/HZ/rent"
        let entry = try #require(RecurringEntry(entity: entity, values: good))
        #expect(
            entry.due(by: try #require(Day("2026-03-31")), months: 12).map(\.description) == [
                "2026-01-31", "2026-02-28", "2026-03-31",
            ])
        for (attribute, value) in [
            (Attribute.day, Value.integer(0)), (Attribute.day, .integer(.max)),
            (Attribute.day, .text("1")), (Attribute.from, .text("x")), (Attribute.lines, .absent),
            (Attribute.lines, .text("expense/rent")),
        ] {
            var values = good
            values[attribute] = [value]
            #expect(RecurringEntry(entity: entity, values: values) == nil)
        }
        #expect(RecurringEntry(entity: "recurring/rent", values: good) == nil)
        let write = RegisterWrite(entity: entity, attribute: "day", value: .integer(1))
        #expect(write.home == .money(try #require(BranchCode("HZ"))))
    }
}
