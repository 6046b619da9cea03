import Testing

@testable import Books
@testable import Engine
@testable import Replica
@testable import Sodium
@testable import Store

/// What was earned, told by what is asked for.
@Suite struct MarginTests {
    /// HZ sells TEA that cost 2.00 at 9.00 and a service at 5.00; GZ sells CUP of unknown cost.
    private func company() throws -> (network: TestNetwork, from: String, to: String) {
        let network = try TestNetwork.company(["gz"], seed: 77)
        let (hz, gz) = (try network["hz"], try network["gz"])
        try hz.perform(
            .addItems([
                ItemChange(code: "TEA", name: "Tea", price: "9.00", category: "drinks"),
                ItemChange(code: "CUP", name: "Cup", price: "3.00", category: "china"),
                ItemChange(code: "WRAP", name: "Wrap", price: "5.00", kind: "service"),
            ]))
        try hz.perform(
            .receive(
                Details(), [Line(item: "TEA", quantity: "10", cost: "2.00")], supplier: "ACME"))
        network.settle()
        let sale = try hz.perform(
            .sell(
                Details(party: "Wang"),
                [
                    Line(item: "TEA", quantity: "1"), Line(item: "TEA", quantity: "2"),
                    Line(item: "WRAP", quantity: "1"),
                ], tender: "cash")
        ).subject
        try hz.perform(
            .giveBack(
                Details(party: "Wang"), [Line(item: "TEA", quantity: "1")], sale: sale,
                tender: "cash"))
        let mistake = try hz.perform(
            .sell(Details(party: "Li"), [Line(item: "TEA", quantity: "4")], tender: "cash")
        ).subject
        try hz.perform(.reverse(Details(), number: mistake))
        try gz.perform(.sell(Details(), [Line(item: "CUP", quantity: "2")], tender: "cash"))
        network.settle()
        let today = Day(hz.now, utcOffsetMinutes: 0)
        return (network, Day(number: today.number - 1).description, today.description)
    }

    private func rows(
        _ node: TestNode, _ by: [String], _ from: String, _ to: String, branch: String? = nil
    ) throws -> [[String]] {
        try node.report(
            .margin(MarginFilter(by: by, branch: branch, from: from, to: to))
        ).rows.map { $0.map(\.plain) }
    }

    @Test func salesAreToldByWhatIsAskedFor() throws {
        let (network, from, to) = try company()
        for name in ["hz", "gz"] {
            let node = try network[name]
            #expect(
                try rows(node, ["item"], from, to) == [
                    ["CUP", "2", "6.00", "0.00", "", "", "2"],
                    ["TEA", "2", "18.00", "4.00", "14.00", "0.7778", ""],
                    ["WRAP", "0", "5.00", "0.00", "5.00", "1.0000", ""],
                ])
            #expect(
                try rows(node, ["branch", "category"], from, to).map { Array($0.prefix(4)) } == [
                    ["GZ", "china", "", "6.00"], ["HZ", "", "", "5.00"],
                    ["HZ", "drinks", "", "18.00"],
                ])
        }
        let hz = try network["hz"]
        // What was reversed brought nothing; by customer it is nothing as well.
        #expect(
            try rows(hz, ["customer"], from, to, branch: "HZ").map { Array($0.prefix(4)) } == [
                ["", "", "-36.00", "0.00"], ["Li", "", "36.00", "0.00"],
                ["Wang", "", "23.00", "4.00"],
            ])
        let hours = try rows(hz, ["hour"], from, to)
        #expect(hours.count == 1 && hours[0][0].count == 2)
        // The cups are in the revenue, and not in the profit.
        #expect(
            try rows(hz, ["month"], from, to)[0][2...] == [
                "29.00", "4.00", "19.00", "0.8261", "yes",
            ])
        #expect(try rows(hz, ["day"], "2020-01-01", "2020-12-31").isEmpty)
        let report = try hz.report(
            .margin(MarginFilter(by: ["day"], item: "TEA", from: from, to: to)))
        #expect(report.facts.first { $0.key == "profit" }?.value.plain == "14.00")
        for by in [["week"], [], ["day", "day"]] {
            #expect(throws: Refusal.self) { try rows(hz, by, from, to) }
        }
    }

    /// However rows are put together, the lines, their order and the sums are those of a plain dictionary.
    @Test(arguments: 0..<6 as Range<UInt64>)
    func rowsArePutTogetherInAnyWay(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let dimensions: [MarginDimension] = [
            [.item, .customer], [.hour, .item], [.customer, .hour, .day], [.branch, .month],
            [.category], [.customer, .branch, .item],
        ][Int(seed)]
        var tables: [(BranchCode, SoldTable)] = []
        var expected: [[String]: [Int128]] = [:]
        for code in ["HZ", "GZ"] {
            let branch = try #require(BranchCode(code))
            var table = SoldTable()
            for _ in 0..<300 {
                let name = ["Wang", "Li", nil][Int(random.next() % 3)]
                let key = SoldTable.Key(
                    item: 0, customer: table.customer(name),
                    day: 20_400 + Int32(random.next() % 3) * 20, hour: Int8(random.next() % 24))
                var row = Store.SoldRow()
                row.quantity = Int128(random.next() % 9) - 2
                row.revenue = Int128(random.next() % 1_000)
                // Some are wider than any figure of a business, some hold units of unknown cost.
                if random.next() % 11 == 0 { row.cost = Int128(Int64.max) + 7 }
                if random.next() % 7 == 0 { row.uncosted = 1 }
                table.append(key, row)
                let day = Day(number: key.day).description
                let place = dimensions.map { dimension -> String in
                    switch dimension {
                    case .branch: code
                    case .item: ""
                    case .category: "none"
                    case .day: day
                    case .month: String(day.prefix(7))
                    case .hour: key.hour < 10 ? "0\(key.hour)" : "\(key.hour)"
                    case .customer: name ?? ""
                    }
                }
                let held = expected[place] ?? [0, 0, 0, 0]
                expected[place] = zip(
                    held, [row.quantity, row.revenue, row.cost, row.uncosted]
                ).map { $0 + $1 }
            }
            tables.append((branch, table))
        }
        let wanted = expected.sorted { $0.key.lexicographicallyPrecedes($1.key) }
        for directMax in [0, 4, 12, 40, 1 << 20] {
            var lines = MarginLines(dimensions, directMax: directMax)
            for (branch, table) in tables { lines.add(table, of: branch) { _ in "none" } }
            lines.finish(limit: 40)
            #expect(lines.count == wanted.count)
            #expect(lines.lines.map(\.place) == wanted.prefix(40).map(\.key))
            #expect(
                lines.lines.map { [$0.row.quantity, $0.row.revenue, $0.row.cost, $0.row.uncosted] }
                    == wanted.prefix(40).map(\.value))
            #expect(lines.sum.revenue == wanted.reduce(Int128(0)) { $0 + $1.value[1] })
        }
    }
}
