import Testing

@testable import Books
@testable import Engine
@testable import Replica
@testable import Store

/// What a clerk can get wrong: each has its code, and leaves the books as they were.
@Suite struct RefusalTests {
    private static let edge = "9223372036854775807"
    private static func tea(_ quantity: String, price: String? = nil) -> [Line] {
        [Line(item: "TEA", quantity: quantity, price: price)]
    }
    private static func sell(_ lines: [Line], _ details: Details = Details()) -> Command {
        .sell(details, lines, tender: "cash")
    }
    private static func journal(_ lines: (String, String)...) -> Command {
        .journal(Details(), lines.map { JournalLine(account: $0.0, amount: $0.1) })
    }

    private static let cases: [(Command, Refusal.Code)] = [
        (sell(tea("x")), .badNumber), (sell(tea("1e3")), .badNumber), (sell(tea("")), .badNumber),
        (sell(tea("１")), .badNumber), (sell(tea("1,5")), .badNumber),
        (sell(tea("0.5")), .tooPrecise), (sell(tea("1", price: "0.0000001")), .tooPrecise),
        (sell(tea(edge + "0")), .overflow), (sell(tea(edge, price: edge)), .overflow),
        (sell(tea("0")), .notPositive), (sell(tea("-1")), .notPositive),
        (sell(tea("-9223372036854775808")), .notPositive),
        (sell([]), .emptyDocument), (sell([Line(item: "NONE", quantity: "1")]), .unknownItem),
        (sell([Line(item: "", quantity: "1")]), .unknownItem),
        (sell([Line(item: "FREE", quantity: "1")]), .noPrice),
        (sell([Line(item: "OLD", quantity: "1")]), .itemInactive),
        (sell([Line(item: "CUP", quantity: "1")]), .notEnough),
        (sell([Line(item: "SAME", quantity: "1")]), .ambiguousBarcode),
        (sell(tea("1"), Details(date: "2026-02-30")), .badDate),
        (sell(tea("1"), Details(date: "tomorrow")), .badDate),
        (sell(tea("1"), Details(person: "")), .badText),
        (sell(tea("1"), Details(memo: "a\u{0}b")), .badText),
        (sell(tea("1"), Details(party: String(repeating: "长", count: 200))), .badText),
        (.sell(Details(), tea("1"), tender: "a/b"), .badOption),
        (.receive(Details(), tea("1"), supplier: ""), .badText),
        (
            .receive(
                Details(), [Line(item: "TEA", quantity: "1", cost: "1", total: "1")], supplier: "A"),
            .badOption
        ),
        (
            .receive(Details(), [Line(item: "TEA", quantity: "1", cost: "-1")], supplier: "A"),
            .notPositive
        ),
        (
            .receive(Details(), [Line(item: "POST", quantity: "1")], supplier: "A"),
            .serviceHasNoStock
        ),
        (.writeOff(Details(), [Line(item: "POST", quantity: "1")]), .serviceHasNoStock),
        (.ship(Details(), tea("1"), to: "GZ"), .unknownBranch),
        (.ship(Details(), tea("1"), to: "HZ"), .notForThisBranch),
        (.ship(Details(), tea("10"), to: "SH"), .notEnough),
        (.arrive(Details(), [], shipment: "HZa-T-2026-000001"), .unknownDocument),
        (.arrive(Details(), [], shipment: "T-1"), .badDocumentNumber),
        (
            .giveBack(Details(), tea("1"), sale: "HZa-S-2026-000099", tender: "cash"),
            .unknownDocument
        ),
        (
            .giveBack(Details(), tea("2"), sale: "HZa-S-2026-000001", tender: "cash"),
            .tooMuchReturned
        ),
        (.reverse(Details(), number: "HZa-S-2026-000099"), .unknownDocument),
        (.reverse(Details(), number: "HZa-S-26-1"), .badDocumentNumber),
        (.reverse(Details(), number: "GZa-S-2026-000001"), .notForThisBranch),
        (.reverse(Details(), number: "HZa-S-2026-000002"), .alreadyReversed),
        (.revalue(Details(), item: "TEA", change: .by("0")), .emptyDocument),
        (
            .revalue(Details(), item: "TEA", change: .of(receipt: "HZa-S-2026-000001", by: "1")),
            .unknownDocument
        ),
        (.revalue(Details(), item: "CUP", change: .unitCost("1")), .notEnough),
        (
            .pay(Details(), Payment(direction: .paid, party: "A", amount: "-1", through: "cash")),
            .notPositive
        ),
        (
            .pay(Details(), Payment(direction: .paid, party: "", amount: "1", through: "cash")),
            .badText
        ),
        (journal(("expense/rent", "1.00"), ("tender/cash", "-0.99")), .unbalanced),
        (journal(("stock/main", "1.00"), ("tender/cash", "-1.00")), .badAccount),
        (journal(("expense/SH/rent", "1.00"), ("tender/cash", "-1.00")), .notForThisBranch),
        (journal(("nonsense", "1.00"), ("tender/cash", "-1.00")), .badAccount),
        (journal(("expense/rent", "92233720368547758.08"), ("tender/cash", "-1.00")), .overflow),
        (.addItems([ItemChange(code: "TEA", name: "again")]), .itemExists),
        (.addItems([ItemChange(code: "", name: "none")]), .badCode),
        (.addItems([ItemChange(code: String(repeating: "x", count: 65), name: "long")]), .badCode),
        (.addItems([ItemChange(code: "X", name: "")]), .badText),
        (.addItems([ItemChange(code: "X", name: "x", price: "-1")]), .notPositive),
        (.addItems([ItemChange(code: "X", name: "x", kind: "thing")]), .badOption),
        (.setItem(ItemChange(code: "TEA", scale: 3)), .scaleFixed),
        (.setItem(ItemChange(code: "NONE", name: "x")), .unknownItem),
    ]

    private func shop() throws -> TestNode {
        let node = try TestNode.founder(seed: 5)
        try node.perform(
            .addItems([
                ItemChange(code: "TEA", name: "龙井", price: "12.00"),
                ItemChange(code: "CUP", name: "Cup", price: "5.00", shortage: "refuse"),
                ItemChange(code: "FREE", name: "No price"),
                ItemChange(code: "OLD", name: "Old", price: "1.00", isActive: false),
                ItemChange(code: "POST", name: "Postage", price: "8.00", kind: "service"),
                ItemChange(code: "ONE", name: "One", price: "1.00", barcode: "SAME"),
                ItemChange(code: "TWO", name: "Two", price: "1.00", barcode: "SAME"),
            ]))
        try node.perform(
            .receive(Details(), [Line(item: "TEA", quantity: "10", cost: "4.00")], supplier: "A"))
        _ = node.ask(.invite(InvitationOrder(branch: "SH", branchName: "Shanghai")))
        try node.perform(Self.sell(Self.tea("1")))
        let second = try node.perform(Self.sell(Self.tea("1")))
        try node.perform(.reverse(Details(), number: second.subject))
        return node
    }

    @Test func eachHasItsCodeAndLeavesTheBooksAlone() throws {
        let node = try shop()
        let before = try node.report(.digests).rows
        for (command, code) in Self.cases {
            #expect(node.refusal(command) == code, "\(command)")
        }
        #expect(try node.report(.digests).rows == before)
        #expect(try node.verify().isSound)
    }

    @Test func figuresAtTheEdgeAreBooked() throws {
        let node = try shop()
        // The largest quantity, the largest amount: exact, or refused.
        try node.perform(
            .receive(
                Details(), [Line(item: "CUP", quantity: Self.edge, total: "92233720368547758.07")],
                supplier: "A"))
        #expect(try node.balances()["payable/HZ/A"] == "-92233720368547798.07")
        #expect(
            node.refusal(
                .receive(
                    Details(), [Line(item: "CUP", quantity: "1", total: "1.00")], supplier: "A"))
                == nil)
        #expect(try node.verify().isSound)
        let faults = try node.report(.exceptions).rows.filter { $0[0] == .text("cost") }
        #expect(faults.count == 1)
    }

    /// Names are bytes to the books: any script, and look-alikes stay apart.
    @Test(arguments: [
        "龙井茶", "مرحبا", "हिन्दी", "🍵👨‍👩‍👧‍👦", "e\u{301}", "é", "A\u{200b}B", "𠜎", "Ⅷ", "ﬀ",
        "a' OR 1=1 --", "%s%n", "$(rm -rf)", "\u{feff}x",
    ])
    func namesInAnyScriptAreKept(name: String) throws {
        let node = try TestNode.founder(seed: 6)
        try node.perform(.addItems([ItemChange(code: name, name: name, price: "1.00")]))
        let sale = try node.perform(
            .sell(
                Details(person: name, party: name, memo: name),
                [Line(item: name, quantity: "2")], tender: "credit"))
        let row = try #require(try node.report(.document(number: sale.subject)).rows.first)
        #expect(row.contains { Array($0.plain.utf8) == Array(name.utf8) })
        #expect(try node.balances()["receivable/HZ/\(name)"] == "2.00")
        #expect(try node.verify().isSound)
    }

    /// A second node of a branch does not hold its shelf: what would be void everywhere is refused, and not answered as if
    /// it counted.
    @Test func whatWouldBeVoidIsRefused() throws {
        let network = try TestNetwork.company([], seed: 61)
        let hz = try network["hz"]
        let office = try network.joinOffice(seed: 62)
        try hz.perform(.addItems([ItemChange(code: "TEA", name: "Tea", price: "9.00")]))
        network.settle()
        let sale = Command.sell(
            Details(), [Line(item: "TEA", quantity: "1")], tender: "cash")
        #expect(office.refusal(sale) == .noGrant)
        #expect(
            office.refusal(
                .receive(
                    Details(), [Line(item: "TEA", quantity: "1", cost: "1")], supplier: "Mill"))
                == .noGrant)
        #expect(
            office.refusal(
                .pay(
                    Details(),
                    Payment(direction: .received, party: "A", amount: "1", through: "cash"))) == nil
        )
        network.settle()
        #expect(try hz.report(.status).facts.first { $0.key == "voids" }?.value == .integer(0))
        try hz.perform(sale)
    }
}
