import Testing

@testable import Books
@testable import Engine
@testable import Replica
@testable import Store

/// What was bought, what it came to, and what lies.
@Suite struct PurchaseTests {
    private static func shop(_ seed: UInt64) throws -> TestNode {
        let node = try TestNode.founder(seed: seed)
        try node.perform(
            .addItems(
                ["TEA", "CUP", "POT"].map { ItemChange(code: $0, name: $0, price: "9.00") }))
        return node
    }

    private static func receive(
        _ node: TestNode, _ date: String, _ supplier: String, _ lines: [(String, String, String)]
    ) throws -> String {
        try node.perform(
            .receive(
                Details(date: date),
                lines.map { Line(item: $0.0, quantity: $0.1, cost: $0.2) }, supplier: supplier)
        ).subject
    }

    @Test func freightIsSharedOut() throws {
        let hz = try Self.shop(111)
        let receipt = try Self.receive(
            hz, "2026-11-01", "ACME", [("TEA", "30", "2.00"), ("CUP", "10", "4.00")])
        // Half of the teas are sold before the freight is known.
        try hz.perform(.sell(Details(), [Line(item: "TEA", quantity: "15")], tender: "cash"))
        func spread(_ amount: String, _ basis: SpreadBasis, party: String? = "Carrier") -> Command {
            .spread(Details(party: party), receipt: receipt, amount: amount, basis: basis)
        }
        // 60.00 and 40.00: of 10.01 they bear 6.01 and 4.00; of that of the teas half was sold.
        try hz.perform(spread("10.01", .value))
        let balances = try hz.balances()
        #expect(balances["payable/HZ/Carrier"] == "-10.01")
        func held(_ item: String) throws -> Int64 {
            try hz.engine.store.pool(
                try #require(BranchCode("HZ")), try #require(ItemCode(item))
            ).value
        }
        #expect(try held("CUP") == 4_400)
        #expect(try [3_300, 3_301].contains(held("TEA")))
        // By units: 30 and 10 of 4.00.
        try hz.perform(spread("4.00", .quantity))
        #expect(try held("CUP") == 4_500)
        #expect(try hz.balances()["payable/HZ/Carrier"] == "-14.01")
        let free = try Self.receive(hz, "2026-11-02", "ACME", [("POT", "5", "0")])
        for (command, code) in [
            (spread("0", .value), Refusal.Code.notPositive),
            (spread("1.00", .value, party: nil), .badOption),
            (
                .spread(
                    Details(party: "C"), receipt: free, amount: "1.00", basis: .value),
                .notPositive
            ),
            (
                .spread(
                    Details(party: "C"), receipt: "HZa-G-2026-000099", amount: "1.00",
                    basis: .value), .unknownDocument
            ),
        ] {
            #expect(hz.refusal(command) == code)
        }
        #expect(try hz.verify().isSound)
    }

    /// At the average what came last is taken to be there; at first in, first out it is what the layers say.
    @Test(arguments: ["average", "fifo"])
    func goodsHaveAnAge(costing: String) throws {
        let hz = try TestNode.founder(seed: 115)
        try hz.perform(
            .addItems([ItemChange(code: "TEA", name: "Tea", price: "9.00", costing: costing)]))
        for (day, cost) in [
            ("2026-02-01", "1.00"), ("2026-08-25", "2.00"), ("2026-11-01", "3.00"),
        ] { _ = try Self.receive(hz, day, "ACME", [("TEA", "10", cost)]) }
        func age() throws -> [String] {
            try hz.report(.stockAge(branch: nil)).rows[0].map(\.plain)
        }
        #expect(try age() == ["HZ", "TEA", "Tea", "30", "60.00", "10", "", "10", "", "10"])
        // The oldest left first: 5 of it are there, and what is 85 days old.
        try hz.perform(.sell(Details(), [Line(item: "TEA", quantity: "5")], tender: "cash"))
        #expect(try Array(age()[5...]) == ["10", "", "10", "", "5"])
        try hz.perform(.setLocation(LocationChange(name: "back")))
        // A place is no age.
        try hz.perform(.move(Details(), [Line(item: "TEA", quantity: "20")], to: "back"))
        #expect(try Array(age()[5...]) == ["10", "", "10", "", "5"])
        let values = try hz.report(.stockAge(branch: nil)).facts.map { $0.value.plain }
        #expect(
            values
                == (costing == "fifo"
                    ? ["30.00", "0.00", "20.00", "0.00", "5.00"]
                    : ["20.00", "0.00", "20.00", "0.00", "10.00"]))
        try hz.perform(.writeOff(Details(location: "back"), [Line(item: "TEA", quantity: "16")]))
        #expect(try age()[3...].map(\.self)[0] == "9" && age()[5] == "9")
        // On an earlier day there was what had come by then.
        let then = try hz.report(.stockAge(branch: nil, asAt: "2026-09-24")).rows[0].map(\.plain)
        #expect(then == ["HZ", "TEA", "Tea", "20", "30.00", "10", "", "", "", "10"])
        let slow = try hz.report(.slowStock(branch: nil, days: 60, asAt: "2026-09-24")).rows
        #expect(slow.map { $0[3].plain } == ["20"])
        let units = try hz.report(.units(item: nil, asAt: "2026-09-24")).rows[0].map(\.plain)
        #expect(units[2...5] == ["20", "", "", "20"])
        #expect(try hz.verify().isSound)
    }

    @Test func purchasesBySupplier() throws {
        let hz = try Self.shop(112)
        let first = try Self.receive(
            hz, "2026-11-01", "ACME", [("TEA", "30", "2.00"), ("CUP", "10", "4.00")])
        _ = try Self.receive(hz, "2026-11-05", "ACME", [("TEA", "10", "2.60")])
        let wrong = try Self.receive(hz, "2026-11-06", "Best", [("POT", "5", "20.00")])
        _ = try Self.receive(hz, "2026-12-01", "Best", [("POT", "1", "20.00")])
        try hz.perform(
            .sendBack(
                Details(date: "2026-11-07"), [Line(item: "CUP", quantity: "4")], receipt: first,
                supplier: nil))
        func rows(_ to: String) throws -> [String] {
            try hz.report(.purchases(branch: nil, from: "2026-11-01", to: to)).rows.map { row in
                [0, 1, 3, 4, 5].map { row[$0].plain }.joined(separator: " ")
            }
        }
        #expect(
            try rows("2026-11-10") == [
                "ACME CUP 6 24.00 4.00", "ACME TEA 40 86.00 2.15", "Best POT 5 100.00 20.00",
            ])
        try hz.perform(.reverse(Details(), number: wrong))
        #expect(try rows("2026-12-01").last == "Best POT 1 20.00 20.00")
        #expect(
            try hz.report(.purchases(branch: "HZ", from: "2026-11-01", to: "2026-12-01")).facts
                .first?.value == .decimal("130.00"))
    }

    @Test func whatLiesIsListed() throws {
        let hz = try Self.shop(113)
        _ = try Self.receive(
            hz, "2026-08-01", "ACME",
            [("TEA", "30", "2.00"), ("CUP", "10", "4.00"), ("POT", "1", "20.00")])
        func sell(_ item: String, _ date: String) throws {
            try hz.perform(
                .sell(
                    Details(date: date), [Line(item: item, quantity: "1")], tender: "cash"))
        }
        try sell("TEA", "2026-11-10")
        try sell("CUP", "2026-09-01")
        try sell("POT", "2026-09-01")
        func slow(_ days: Int) throws -> [String] {
            try hz.report(.slowStock(branch: nil, days: days)).rows.map { row in
                [1, 3, 4, 5].map { row[$0].plain }.joined(separator: " ")
            }
        }
        // Of the pot there is none.
        #expect(try slow(60) == ["CUP 9 36.00 2026-09-01"])
        #expect(try slow(5) == ["CUP 9 36.00 2026-09-01", "TEA 29 58.00 2026-11-10"])
        #expect(try slow(365).isEmpty)
        #expect(hz.ask(.query(.slowStock(branch: nil, days: 0))).isRefusal)
    }

    /// Each alert with its figure and what to do.
    private static func alerts(_ node: TestNode) throws -> [String] {
        try node.report(.exceptions).rows
            .filter { ["price below cost", "dead stock"].contains($0[0].plain) }
            .map { row in row.map(\.plain).joined(separator: " | ") }
    }

    @Test func aPriceBelowCostIsToldOf() throws {
        let hz = try Self.shop(114)
        // 9.00 is asked for each: ten that cost 9.00, ten that cost 9.01, and one of no known cost.
        _ = try Self.receive(
            hz, "2026-11-01", "ACME", [("TEA", "10", "9.00"), ("CUP", "10", "9.01")])
        try hz.perform(.find(Details(), [Line(item: "POT", quantity: "1")]))
        let cup = "price below cost | HZ CUP | -0.10 | set another price: "
        #expect(try Self.alerts(hz) == [cup + "`branchbook item set CUP --price …` | Lin"])
        // By the branch's list, and without the tax that it holds: 10.17 at 13 % are 9.00, 10.16 are not.
        try hz.perform(.setItem(ItemChange(code: "TEA", tax: "13")))
        func ask(_ price: String) throws {
            try hz.perform(
                .setPrices(
                    PriceListChange(
                        name: "shops", isTaxIncluded: true,
                        prices: [
                            .init(item: "TEA", price: price, from: "2026-11-18"),
                            .init(item: "CUP", price: "12.00", from: "2026-11-01"),
                        ])))
        }
        try ask("10.17")
        try hz.perform(.setBranchPrices("shops", of: "HZ"))
        #expect(try Self.alerts(hz).isEmpty)
        try ask("10.16")
        // Who looks after the goods of the branch, or else of any.
        for (name, role) in [("Sun", "stock"), ("Wang", "stock-hz"), ("Zhao", "stock-gz")] {
            try hz.perform(.setPerson(PersonChange(name: name, roles: [role])))
        }
        #expect(
            try Self.alerts(hz) == [
                "price below cost | HZ TEA | -0.09 | set another price: "
                    + "`branchbook prices set shops TEA=…` | Wang"
            ])
    }

    @Test func deadStockIsToldOf() throws {
        let hz = try Self.shop(115)
        // The test's day is 2026-11-18: 180 days before it is 2026-05-22.
        _ = try Self.receive(
            hz, "2026-05-01", "ACME",
            [("TEA", "9", "1.00"), ("CUP", "9", "1.00"), ("POT", "1", "1.00")])
        try hz.perform(.addItems([ItemChange(code: "JAR", name: "Jar", price: "9.00")]))
        // Of the jars none was ever sold.
        _ = try Self.receive(hz, "2026-05-01", "ACME", [("JAR", "1", "1.00")])
        func sell(_ item: String, _ date: String) throws {
            try hz.perform(
                .sell(
                    Details(date: date), [Line(item: item, quantity: "1")], tender: "cash"))
        }
        // One sold on that day is none; of the pot nothing is left.
        try sell("TEA", "2026-05-21")
        try sell("CUP", "2026-05-22")
        try sell("POT", "2026-05-02")
        #expect(
            try Self.alerts(hz) == [
                "dead stock | HZ: items that neither came nor were sold in 180 days | 2 | "
                    + "`branchbook slow --branch HZ --days 180` | Lin"
            ])
        // What came again lately is not dead, and what was found neither.
        _ = try Self.receive(hz, "2026-05-22", "ACME", [("TEA", "1", "1.00")])
        try hz.perform(.find(Details(), [Line(item: "JAR", quantity: "1")]))
        #expect(try Self.alerts(hz).isEmpty)
    }
}

extension Reply {
    fileprivate var isRefusal: Bool { if case .refused = self { true } else { false } }
}
