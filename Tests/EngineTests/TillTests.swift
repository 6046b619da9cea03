import Testing

@testable import Books
@testable import Engine
@testable import Replica
@testable import Store

/// Money at the till: tenders in parts, and shifts.
@Suite struct TillTests {
    private static func shop(_ seed: UInt64) throws -> TestNode {
        let node = try TestNode.founder(seed: seed)
        try node.perform(.addItems([ItemChange(code: "TEA", name: "Tea", price: "9.00")]))
        try node.perform(
            .receive(Details(), [Line(item: "TEA", quantity: "99", cost: "2.00")], supplier: "A"))
        return node
    }

    private static func sell(_ quantity: String, _ tender: String, party: String? = nil) -> Command
    {
        .sell(Details(party: party), [Line(item: "TEA", quantity: quantity)], tender: tender)
    }

    private static func drawers(_ amounts: [String: String]) -> [TillAct.Drawer] {
        amounts.sorted { $0.key < $1.key }.map { TillAct.Drawer(name: $0.key, amount: $0.value) }
    }

    @Test func aSaleIsPaidInParts() throws {
        let hz = try Self.shop(81)
        try hz.perform(Self.sell("3", "card=20.00,cash"))
        try hz.perform(Self.sell("1", "wechat=4.00,alipay=5.00"))
        try hz.perform(Self.sell("2", "cash,credit=10.00", party: "Hotel"))
        let balances = try hz.balances()
        for (account, amount) in [
            ("tender/HZ/card", "20.00"), ("tender/HZ/cash", "15.00"), ("tender/HZ/wechat", "4.00"),
            ("tender/HZ/alipay", "5.00"), ("receivable/HZ/Hotel", "10.00"), ("sales/HZ", "-54.00"),
        ] {
            #expect(balances[account] == amount)
        }
        for (tender, code) in [
            ("card=20.00", Refusal.Code.unbalanced), ("card=20.00,cash=1.00", .unbalanced),
            ("card=28.00,cash", .unbalanced), ("card,cash", .unbalanced),
            ("card=-1,cash", .notPositive), ("card=1,card", .badOption), ("", .badOption),
            ("card=1,credit", .badOption), ("card=x,cash", .badNumber),
        ] {
            #expect(hz.refusal(Self.sell("3", tender)) == code)
        }
        try hz.perform(.setParty(PartyChange(name: "Hotel", creditLimit: "15.00")))
        #expect(hz.refusal(Self.sell("2", "cash=5.00,credit", party: "Hotel")) == .creditLimit)
        try hz.perform(Self.sell("2", "cash=13.00,credit", party: "Hotel"))
    }

    @Test func aShiftAnswersForItsDrawers() throws {
        let hz = try Self.shop(82)
        // A float that nobody booked: it is there, and somebody found it.
        let opened = try hz.perform(
            .till(Details(person: "Li"), .open(Self.drawers(["cash": "200.00", "card": "0.00"]))))
        #expect(opened.subject.hasPrefix("HZa-H-"))
        #expect(opened.notices == ["cash: 200.00 counted, 0.00 booked"])
        #expect(
            hz.refusal(.till(Details(), .open(Self.drawers(["cash": "1.00"])))) == .shiftState)
        let sale = try hz.perform(Self.sell("3", "card=20.00,cash")).subject
        try hz.perform(Self.sell("1", "cash"))
        try hz.perform(
            .giveBack(Details(), [Line(item: "TEA", quantity: "1")], sale: sale, tender: "cash"))
        #expect(
            hz.refusal(
                .till(Details(), .close(shift: opened.subject, Self.drawers(["cash": "1.00"]))))
                == .badOption)
        let closed = try hz.perform(
            .till(
                Details(person: "Li"),
                .close(
                    shift: opened.subject, Self.drawers(["cash": "206.50", "card": "20.00"]))))
        #expect(closed.total == "-0.50")
        // What is done afterwards is another shift's.
        try hz.perform(Self.sell("1", "cash"))
        let rows = try hz.report(.shift(number: opened.subject)).rows.map { row in
            row.map(\.plain).joined(separator: " ")
        }
        #expect(
            rows == [
                "card at the beginning  0.00", "card sale 1 20.00", "card should be there  20.00",
                "card counted  20.00", "card difference  0.00",
                "cash at the beginning  200.00", "cash sale 2 16.00",
                "cash return 1 -9.00", "cash should be there  207.00",
                "cash counted  206.50", "cash difference  -0.50",
            ])
        #expect(try hz.balances()["over-short/HZ"] == "-199.50")
        #expect(try hz.balances()["tender/HZ/cash"] == "215.50")
        #expect(try hz.report(.shifts(openOnly: true)).rows.isEmpty)
        #expect(try hz.report(.shifts(openOnly: false)).rows[0][6].plain == "-0.50")
        for (act, code) in [
            (
                TillAct.close(shift: opened.subject, Self.drawers(["cash": "1.00"])),
                Refusal.Code.shiftState
            ),
            (.close(shift: "HZa-H-2026-000009", []), .unknownDocument),
            (.open([]), .emptyDocument), (.open(Self.drawers(["cash": "-1.00"])), .notPositive),
            (.open(Self.drawers(["Cash box": "1.00"])), .badOption),
        ] {
            #expect(hz.refusal(.till(Details(), act)) == code)
        }
        #expect(hz.refusal(.reverse(Details(), number: opened.subject)) == .notReversible)
        #expect(try hz.verify().isSound)
    }
}
