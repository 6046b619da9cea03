import Testing

@testable import Books
@testable import Engine
@testable import Replica
@testable import Store

/// Published cases of orders, reservations and inventory accounting, driven through the product's commands. What
/// the product does otherwise is named with its reason; the rest of the case runs.
@Suite struct ReferenceOrderTests {
    private typealias Value = ReferenceCase.Value

    private static func shop(_ seed: UInt64, _ quantity: String) throws -> TestNode {
        let node = try TestNode.founder(seed: seed)
        try node.perform(.addItems([ItemChange(code: "X", name: "X", price: "1.00")]))
        try node.perform(
            .receive(Details(), [Line(item: "X", quantity: quantity, cost: "1.00")], supplier: "S"))
        return node
    }

    private static func x(_ quantity: String) -> [Line] { [Line(item: "X", quantity: quantity)] }

    /// Pending and posted (H01, TigerBeetle): an order with goods kept, and what was sold of it.
    ///
    /// A timeout is a day here, not a second. Otherwise than there: a part of a reservation may be let
    /// go (`void T3 with 14`), and more than was ordered may be sold, which is noted and listed (`post T5
    /// with 8`). What stays of an order of which some was sold goes back when it is closed. An id that failed
    /// may be used again: a refusal leaves nothing behind.
    @Test func pendingPostedVoidedExpired() throws {
        guard let data = try ReferenceCase.load("H01")?.data else { return }
        let node = try Self.shop(91, "200")
        func kept() throws -> (pending: String, posted: String) {
            let shelf = try node.report(.stock(branch: "HZ", item: "X", limit: 1)).rows[0]
            let sold = try node.report(.units(item: "X")).rows[0][3].plain
            return (shelf[8].plain.isEmpty ? "0" : shelf[8].plain, sold)
        }
        var orders: [String: String] = [:]
        for row in try #require(data["phase1"]?.list).map(\.texts) {
            let (name, quantity, what) = (row[0], row[1], row[2])
            let number = try node.perform(
                .order(
                    Details(),
                    .open(OrderForm(kind: .sale, party: name, lines: Self.x(quantity))))
            ).subject
            orders[name] = number
            try node.perform(.order(Details(), .place(order: number)))
            // The one with the shortest time is kept for today alone.
            let until = what.contains("timeout 1 s") ? nil : "2027-12-31"
            let today = Day(node.now, utcOffsetMinutes: 0).description
            try node.perform(
                .order(
                    Details(due: until ?? today), .reserve(order: number, [], atMost: false)))
            if what == "posted at once" {
                try node.perform(.sell(Details(order: number), [], tender: "cash"))
            }
        }
        let first = try #require(data["balances_after_phase1"]?["A1"]?.texts)
        #expect(try kept() == (first[0], first[1]))
        node.now = node.now.advanced(byMilliseconds: 86_400_000)
        _ = try node.report(.status)
        func order(_ name: String) -> String { orders[name] ?? "" }
        func post(_ name: String, _ quantity: String?, key: String? = nil) -> Refusal.Code? {
            var details = Details(order: order(name))
            details.external = key.map { .init(source: "case", key: $0, first: 1, last: 1) }
            return node.refusal(
                .sell(details, quantity.map(Self.x) ?? [], tender: "cash"))
        }
        func void(_ name: String, _ quantity: String? = nil) -> Refusal.Code? {
            node.refusal(
                .order(Details(), .release(order: order(name), quantity.map(Self.x) ?? [])))
        }
        #expect(post("T2", "13", key: "P2") == nil)
        #expect(post("T2", "13", key: "P2") == .alreadyRecorded)
        #expect(post("T2", "14", key: "P2") == .alreadyRecorded)
        try node.perform(.order(Details(), .close(order: order("T2"))))
        #expect(void("T8") == .badDocumentNumber)
        #expect(void("T1") == .emptyDocument)
        #expect(void("T3", "16") == .notEnough)
        #expect(post("T2", "13", key: "P3") == .orderState)
        try node.perform(.order(Details(memo: "void"), .cancel(order: order("T3"))))
        #expect(post("T3", nil) == .orderState)
        #expect(void("T4") == .emptyDocument)
        #expect(post("T5", nil) == nil)
        #expect(post("T6", nil) == nil)
        try node.perform(.order(Details(), .close(order: order("T7"))))
        _ = try node.report(.status)
        let last = try #require(data["balances_after_phase2"]?["A1"]?.texts)
        #expect(try kept() == (last[0], last[1]))
        #expect(try node.verify().isSound)
    }

    /// A transfer in two steps (C04, Tryton): asked for, changed before it is sent, under way, taken up. The days
    /// are those on which it was done. Packing and assigning are no states of their own here.
    @Test func aTransferInTwoSteps() throws {
        guard let data = try ReferenceCase.load("C04")?.data else { return }
        let network = try TestNetwork.company(["gz"], seed: 92)
        let (hz, gz) = (try network["hz"], try network["gz"])
        try hz.perform(.addItems([ItemChange(code: "X", name: "X", price: "1.00")]))
        // The days before today, of which the case counts.
        func date(_ text: String?) -> String? {
            text.flatMap { Int($0.dropFirst().isEmpty ? "0" : $0.dropFirst()) }.map {
                "2026-11-\(15 + $0)"
            }
        }
        try hz.perform(
            .receive(
                Details(date: "2026-11-01"), [Line(item: "X", quantity: "9", cost: "1.00")],
                supplier: "S"))
        network.settle()
        let asked = try #require(data["created"]?["outgoing"]?["qty"]?.text)
        let begins = date(data["effective_start"]?.text)
        let number = try gz.perform(
            .order(
                Details(date: begins, due: date(data["planned_date"]?.text)),
                .open(
                    OrderForm(kind: .request, party: "HZ", lines: Self.x(asked), submits: true)))
        ).subject
        let changed = try #require(data["outgoing_qty_changed_to"]?.text)
        try gz.perform(.order(Details(date: begins), .write(order: number, Self.x(changed))))
        try gz.perform(.order(Details(date: begins), .submit(order: number)))
        network.settle()
        let shipment = try hz.perform(
            .ship(
                Details(date: date(data["after_ship"]?["outgoing_date"]?.text), order: number), [],
                to: "")
        ).subject
        network.settle()
        func transit(_ node: TestNode) throws -> String {
            try node.report(.units(item: "X")).rows[0].suffix(3).first?.plain ?? ""
        }
        #expect(try transit(gz) == data["after_ship"]?["incoming_qty"]?.text)
        let arrival = try gz.perform(
            .arrive(
                Details(date: date(data["after_do"]?["incoming_date"]?.text)), [],
                shipment: shipment)
        ).subject
        network.settle()
        for node in [hz, gz] {
            #expect(try transit(node) == "")
            #expect(try node.report(.order(number: number)).facts[0].value.plain == "done")
            func day(_ document: String) throws -> Day? {
                try node.engine.store.transactions(of: try #require(DocumentNumber(document)))
                    .first?.document.effectiveDate
            }
            #expect(try day(shipment)?.description == begins)
            #expect(
                try day(arrival)?.description == date(data["after_do"]?["incoming_date"]?.text))
        }
    }

    /// Perpetual inventory (F01 and F02, Tryton): the item at average cost. Fixed standard cost, the other item of
    /// these cases, is not built; its part is taken off the figures.
    @Test func perpetualInventory() throws {
        guard let case1 = try ReferenceCase.load("F01"), let case2 = try ReferenceCase.load("F02")
        else { return }
        /// Of a cumulative figure what is the average item's: `fixed` minor units are the other's.
        func own(_ value: Value?, _ place: Int, less fixed: Int64) throws -> Int64 {
            let text = try #require(value?.list[place].text ?? value?.text)
            return try Amount.parse(text, scale: 2) - fixed
        }
        func pool(_ node: TestNode) throws -> Int64 {
            try node.engine.store.pool(
                try #require(BranchCode("HZ")), try #require(ItemCode("A"))
            ).value
        }
        func derived(_ node: TestNode, _ account: String) throws -> Int64 {
            let row = try node.report(.derived).rows.first {
                $0.contains { $0.plain == account }
            }
            return try row.map { try Amount.parse($0[2].plain, scale: 2) } ?? 0
        }
        // F01. Cost of sales arises with the delivery, which is the invoice here; a supplier's invoice at another
        // price than the receipt goes to the goods, and not to an expense.
        let node = try TestNode.founder(seed: 93)
        try node.perform(.addItems([ItemChange(code: "A", name: "A", price: "10.00")]))
        let steps = try #require(case1.steps)
        func line(_ step: [String: Value], _ item: String) -> [String] {
            (step["lines"]?.list.map(\.texts) ?? []).first { $0.first == item } ?? []
        }
        let (received, invoiced) = (line(steps[0], "A"), line(steps[1], "A"))
        let receipt = try node.perform(
            .receive(
                Details(), [Line(item: "A", quantity: received[1], cost: received[2])],
                supplier: "S")
        ).subject
        // Four at a fixed cost of 5.
        #expect(
            try pool(node) == own(steps[0]["expect"]?["stock"], 0, less: 2_000))
        let sold = line(steps[2], "A")
        let sale = try node.perform(
            .sell(Details(), [Line(item: "A", quantity: sold[1])], tender: "cash")
        ).subject
        // Two at 5.
        let cost = try own(steps[3]["expect"]?["cogs"], 0, less: 1_000)
        #expect(try derived(node, "cost-of-sales/HZ") == cost)
        #expect(
            try node.balances()["sales/HZ"]
                == "-" + Amount.text(own(steps[3]["expect"]?["revenue"], 1, less: 2_000), scale: 2))
        try node.perform(
            .giveBack(
                Details(), [Line(item: "A", quantity: "1")], sale: sale, tender: "cash"))
        #expect(try derived(node, "cost-of-sales/HZ") == cost - 600)
        // Five at 4 instead of 6: of the ten less two thirds are on hand.
        let difference =
            try Amount.parse(invoiced[2], scale: 2) - Amount.parse(received[2], scale: 2)
        try node.perform(
            .revalue(
                Details(), item: "A",
                change: .of(
                    receipt: receipt,
                    by: Amount.text(difference * (Int64(received[1]) ?? 0), scale: 2))))
        #expect(try node.balances()["payable/HZ/S"] == "-20.00")
        #expect(try pool(node) == 1_200)
        #expect(try derived(node, "cost-of-sales/HZ") == 800)

        // F02. Metres and centimetres; what a count finds missing is written off.
        let other = try TestNode.founder(seed: 94)
        try other.perform(
            .addItems([
                ItemChange(
                    code: "A", name: "A", unit: "cm", price: "9.00",
                    packs: [PackChange(name: "m", quantity: "100")])
            ]))
        let lengths = try #require(case2.steps)
        func length(_ step: [String: Value]) -> String {
            line(step, "A")[1].replacing(" ", with: "")
        }
        try other.perform(
            .receive(
                Details(), [Line(item: "A", quantity: length(lengths[0]), cost: "600.00")],
                supplier: "S"))
        // Four metres at 5 a centimetre.
        let stock = try own(lengths[0]["expect"]?["stock"], 0, less: 200_000)
        #expect(try pool(other) == stock)
        try other.perform(
            .sell(Details(), [Line(item: "A", quantity: length(lengths[1]))], tender: "cash"))
        #expect(
            try stock - pool(other)
                == own(lengths[1]["expect"]?["stock"], 1, less: 1_000))
        try other.perform(
            .count(
                Details(),
                .now(CountOrder(), [Line(item: "A", quantity: length(lengths[2]))])))
        // 298 more of the other at 5.
        #expect(
            try stock - pool(other)
                == own(lengths[2]["expect"]?["stock"], 1, less: 1_000 + 149_000))
    }
}
