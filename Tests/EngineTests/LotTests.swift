import Testing

@testable import Books
@testable import Engine
@testable import Replica
@testable import Store

/// Goods that are told apart: lots with a last day, and serial numbers.
@Suite struct LotTests {
    /// Milk by lots: six until the 25th, four until the end of the year. The test's day is the 18th.
    private static func stock(_ node: TestNode) throws {
        try node.perform(
            .addItems([
                ItemChange(code: "MILK", name: "Milk", unit: "l", price: "2.00", tracking: "lot"),
                ItemChange(code: "PHONE", name: "Phone", price: "99.00", tracking: "serial"),
                ItemChange(code: "TEA", name: "Tea", price: "9.00"),
            ]))
        try receive(node, "6", lot: "L2", expiry: "2026-12-31")
        try receive(node, "4", lot: "L1", expiry: "2026-11-25")
    }

    private static func receive(
        _ node: TestNode, _ quantity: String, lot: String, expiry: String?
    ) throws {
        try node.perform(
            .receive(
                Details(lots: [LotChoice(item: "MILK", code: lot, expiry: expiry)]),
                [Line(item: "MILK", quantity: quantity, cost: "1.00")], supplier: "Farm"))
    }

    private static func milk(_ quantity: String) -> [Line] {
        [Line(item: "MILK", quantity: quantity)]
    }

    /// `HZ main L1 4`, what expires first in front.
    private static func lots(_ node: TestNode, _ item: String = "MILK") throws -> [String] {
        try node.report(.lots(branch: nil, item: item, within: nil)).rows.map { row in
            [0, 1, 4, 7].map { row[$0].plain }.joined(separator: " ")
        }
    }

    private static func named(_ code: String, _ quantity: String? = nil) -> Details {
        Details(lots: [LotChoice(item: "MILK", code: code, quantity: quantity)])
    }

    @Test func whatExpiresFirstGoesFirst() throws {
        let hz = try TestNode.founder(seed: 95)
        try Self.stock(hz)
        #expect(try Self.lots(hz) == ["HZ main L1 4", "HZ main L2 6"])
        let sale = try hz.perform(.sell(Details(), Self.milk("5"), tender: "cash"))
        #expect(sale.notices.isEmpty)
        #expect(try Self.lots(hz) == ["HZ main L2 5"])
        // What comes back is of the lots that it was sold of.
        try hz.perform(.giveBack(Details(), Self.milk("2"), sale: sale.subject, tender: "cash"))
        #expect(try Self.lots(hz) == ["HZ main L1 2", "HZ main L2 5"])
        try hz.perform(.giveBack(Details(), Self.milk("3"), sale: sale.subject, tender: "cash"))
        #expect(try Self.lots(hz) == ["HZ main L1 4", "HZ main L2 6"])
        // A lot that is named, whole or in part.
        try hz.perform(.sell(Self.named("L2", "2"), Self.milk("3"), tender: "cash"))
        #expect(try Self.lots(hz) == ["HZ main L1 3", "HZ main L2 4"])
        #expect(
            hz.refusal(.sell(Self.named("L2", "5"), Self.milk("5"), tender: "cash")) == .notEnough)
        #expect(hz.refusal(.sell(Self.named("L9"), Self.milk("1"), tender: "cash")) == .notEnough)
        // A reversal takes each lot back.
        let other = try hz.perform(.sell(Details(), Self.milk("4"), tender: "cash"))
        try hz.perform(.reverse(Details(), number: other.subject))
        #expect(try Self.lots(hz) == ["HZ main L1 3", "HZ main L2 4"])
        // The pool is one: lots share a cost.
        #expect(try hz.report(.stock(branch: "HZ", item: "MILK", limit: 1)).rows[0][3].plain == "7")
        #expect(try hz.verify().isSound)
    }

    @Test func whatIsOverIsNotSold() throws {
        let hz = try TestNode.founder(seed: 96)
        try Self.stock(hz)
        #expect(
            try hz.report(.exceptions).rows.map { $0[0].plain } == ["expires soon"])
        hz.now = hz.now.advanced(byMilliseconds: 10 * 86_400_000)
        let told = try hz.report(.exceptions).rows.map { $0.map(\.plain) }
        #expect(told.map { $0[0] } == ["expired"])
        #expect(told[0][3].hasPrefix("`branchbook writeoff MILK:4 --lot MILK=L1`"))
        #expect(try hz.report(.lots(branch: nil, item: nil, within: 0)).rows.count == 1)
        let sale = try hz.perform(.sell(Details(), Self.milk("7"), tender: "cash"))
        #expect(sale.notices == ["shortage: MILK, 6 l were left"])
        #expect(try Self.lots(hz) == ["HZ main L1 4"])
        #expect(
            hz.refusal(.sell(Self.named("L1"), Self.milk("1"), tender: "cash")) == .notEnough)
        try hz.perform(.writeOff(Self.named("L1"), Self.milk("4")))
        #expect(try Self.lots(hz).isEmpty)
    }

    @Test func lotsGoAlongWithGoods() throws {
        let network = try TestNetwork.company(["gz"], seed: 97)
        let (hz, gz) = (try network["hz"], try network["gz"])
        try Self.stock(hz)
        try hz.perform(.setLocation(LocationChange(name: "cold")))
        try gz.perform(.setLocation(LocationChange(name: "broken", status: "damaged")))
        // To another location, and from there to another branch.
        try hz.perform(.move(Details(), Self.milk("5"), to: "cold"))
        #expect(try Self.lots(hz) == ["HZ cold L1 4", "HZ cold L2 1", "HZ main L2 5"])
        #expect(
            hz.refusal(.ship(Details(location: "cold"), Self.milk("6"), to: "GZ")) == .notEnough)
        let shipment = try hz.perform(
            .ship(Details(location: "cold"), Self.milk("5"), to: "GZ")
        ).subject
        network.settle()
        try gz.perform(
            .arrive(
                Details(), [ArrivalLine(item: "MILK", accepted: "2", damaged: "1")],
                shipment: shipment))
        #expect(
            try Self.lots(gz).filter { $0.hasPrefix("GZ") } == ["GZ broken L1 1", "GZ main L1 2"])
        try gz.perform(.arrive(Details(), [], shipment: shipment))
        #expect(
            try Self.lots(gz).filter { $0.hasPrefix("GZ") }
                == ["GZ broken L1 1", "GZ main L1 3", "GZ main L2 1"])
        network.settle()
        #expect(try Self.lots(hz) == Self.lots(gz))
        for name in ["hz", "gz"] { #expect(try network.verify(name).isSound) }
    }

    @Test func aPieceHasANumberOfItsOwn() throws {
        let hz = try TestNode.founder(seed: 98)
        try Self.stock(hz)
        func receive(_ codes: [String], _ quantity: String) -> Command {
            .receive(
                Details(lots: codes.map { LotChoice(item: "PHONE", code: $0) }),
                [Line(item: "PHONE", quantity: quantity, cost: "50.00")], supplier: "Works")
        }
        #expect(hz.refusal(receive([], "1")) == .lotNeeded)
        #expect(hz.refusal(receive(["A1"], "2")) == .lotNeeded)
        #expect(hz.refusal(receive(["A1", "A1"], "2")) == .lotNeeded)
        #expect(hz.refusal(receive(["A/1"], "1")) == .badCode)
        try hz.perform(receive(["A1", "A2", "A3"], "3"))
        #expect(hz.refusal(receive(["A2"], "1")) == .lotNeeded)
        try hz.perform(
            .sell(
                Details(lots: [LotChoice(item: "PHONE", code: "A2")]),
                [Line(item: "PHONE", quantity: "1")], tender: "card"))
        #expect(try Self.lots(hz, "PHONE") == ["HZ main A1 1", "HZ main A3 1"])
        // Gone once, it may come again.
        try hz.perform(receive(["A2"], "1"))
    }

    @Test func whatIsRefused() throws {
        let hz = try TestNode.founder(seed: 99)
        try Self.stock(hz)
        #expect(
            hz.refusal(
                .receive(Details(), Self.milk("1"), supplier: "Farm")) == .lotNeeded)
        #expect(
            hz.refusal(
                .receive(
                    Details(lots: [LotChoice(item: "TEA", code: "L")]),
                    [Line(item: "TEA", quantity: "1")], supplier: "A")) == .lotNeeded)
        #expect(
            hz.refusal(
                .receive(
                    Details(lots: [LotChoice(item: "MILK", code: "L", expiry: "soon")]),
                    Self.milk("1"), supplier: "Farm")) == .badDate)
        #expect(hz.refusal(.setItem(ItemChange(code: "MILK", tracking: "none"))) == .lotNeeded)
        #expect(hz.refusal(.setItem(ItemChange(code: "TEA", tracking: "batch"))) == .badOption)
        let order = try hz.perform(
            .order(
                Details(),
                .open(OrderForm(kind: .sale, party: "Hotel", lines: Self.milk("1"))))
        ).subject
        #expect(
            hz.refusal(.order(Details(), .reserve(order: order, [], atMost: false))) == .lotNeeded)
        // Found without a lot: it is there, and somebody is told.
        try hz.perform(.find(Details(), Self.milk("1")))
        #expect(try hz.report(.exceptions).rows.map { $0[0].plain }.contains("no lot"))
        #expect(
            try hz.report(.stock(branch: "HZ", item: "MILK", limit: 1)).rows[0][3].plain == "11")
    }

    @Test func whatHasNoLotIsGivenOne() throws {
        let hz = try TestNode.founder(seed: 94)
        try Self.stock(hz)
        try hz.perform(.find(Details(), Self.milk("3")))
        func told() throws -> [String] {
            try hz.report(.exceptions).rows.filter { $0[0].plain == "no lot" }
                .map { "\($0[1].plain) \($0[2].plain): \($0[3].plain)" }
        }
        #expect(
            try told() == [
                "HZ main MILK 3: `branchbook move MILK:3 --to main --lot MILK=CODE@EXPIRY`"
            ])
        func label(_ quantity: String, _ item: String = "MILK") -> Command {
            .move(
                Details(lots: [LotChoice(item: "MILK", code: "L3", expiry: "2026-12-01")]),
                [Line(item: item, quantity: quantity)], to: "main")
        }
        // No more than is of no lot; goods that have none; and no move from a place to itself otherwise.
        #expect(hz.refusal(label("4")) == .notEnough)
        #expect(hz.refusal(label("1", "TEA")) == .lotNeeded)
        #expect(hz.refusal(.move(Details(), Self.milk("1"), to: "main")) == .badOption)
        try hz.perform(label("2"))
        #expect(try Self.lots(hz) == ["HZ main L1 4", "HZ main L3 2", "HZ main L2 6"])
        #expect(
            try told() == [
                "HZ main MILK 1: `branchbook move MILK:1 --to main --lot MILK=CODE@EXPIRY`"
            ])
        try hz.perform(label("1"))
        #expect(try told().isEmpty)
        #expect(
            try hz.report(.stock(branch: "HZ", item: "MILK", limit: 1)).rows[0][3].plain == "13")
        #expect(try hz.verify().isSound)
    }
}
