import Testing

@testable import Books
@testable import Engine
@testable import Replica
@testable import Store

/// Published cases about reports, driven through the product's commands.
@Suite struct ReferenceReportTests {
    /// G04 (Tryton): opening, in, out, closing by day. Planned moves, which the case counts ahead, and
    /// the turnover over days with planned moves need orders; they are not built yet.
    @Test func openingInOutClosing() throws {
        guard let data = try ReferenceCase.load("G04")?.data else { return }
        let node = try TestNode.founder(seed: 61)
        try node.perform(
            .addItems([
                ItemChange(
                    code: "X", name: "X", price: "1.00",
                    packs: [
                        PackChange(name: "box of 2", quantity: "2"),
                        PackChange(name: "box of 10", quantity: "10"),
                    ].map {
                        PackChange(name: $0.name.replacing(" ", with: "-"), quantity: $0.quantity)
                    })
            ]))
        for move in (data["moves"]?.list ?? []).map(\.texts) {
            let (date, kind, amount) = (move[0], move[1], move[2])
            // `1 box of 2` as the command line has it.
            let words = amount.split(separator: " ").map(String.init)
            let quantity =
                words.count > 1 ? "\(words[0]) \(words[1...].joined(separator: "-"))" : amount
            let line = Line(item: "X", quantity: quantity, cost: kind == "in" ? "1.00" : nil)
            switch kind {
            case "in": try node.perform(.receive(Details(date: date), [line], supplier: "S"))
            case "out": try node.perform(.sell(Details(date: date), [line], tender: "cash"))
            default: break  // A draft, which the case ignores, and a plan.
            }
        }
        func rows(_ from: String, _ to: String, by: String = "day") throws -> [[String]] {
            try node.report(.movement(MovementFilter(from: from, to: to, by: by))).rows.map {
                $0.map(\.plain)
            }
        }
        let expected = (data["daily_rows"]?.list ?? []).map(\.texts).filter {
            $0[0] <= "2025-01-15"
        }
        #expect(expected.count == 2)
        let daily = try rows("2025-01-01", "2025-01-15")
        #expect(
            daily.map { row in
                [row[0], row[6].isEmpty ? "0" : row[6], row[7].isEmpty ? "0" : row[7], row[12]]
            } == expected)
        for date in ["2025-01-01", "2025-01-15"] {
            #expect(
                try rows("2024-01-01", date, by: "whole").map { $0[12] }
                    == [try #require(data["on_hand"]?[date]?.text)], "on hand at \(date)")
        }
        #expect(try rows("2023-01-01", "2024-01-01").isEmpty)
    }

    /// G05 (Tryton): gross margin by item, by day and by category, and with what was lost.
    @Test func grossMargin() throws {
        guard let data = try ReferenceCase.load("G05")?.data else { return }
        let node = try TestNode.founder(seed: 62)
        let today = Day(node.now, utcOffsetMinutes: 0)
        let days = [
            "D": today.description, "D-1": Day(number: today.number - 1).description,
        ]
        try node.perform(
            .addItems(
                ["P", "Q"].map {
                    ItemChange(code: $0, name: $0, price: "1.00", category: "root")
                }))
        // Q goes out without having come in; the case's unit cost of 20 holds for it as well.
        try node.perform(
            .receive(
                Details(date: Day(number: today.number - 2).description),
                [Line(item: "Q", quantity: "2", cost: "20")], supplier: "S"))
        for move in (data["moves"]?.list ?? []).map(\.texts) {
            let details = Details(date: days[move[0]])
            let price = move.count > 4 ? move[4] : nil
            let line = Line(item: move[1], quantity: move[3], price: price)
            switch move[2] {
            case "in":
                try node.perform(
                    .receive(
                        details, [Line(item: move[1], quantity: move[3], cost: price)],
                        supplier: "S"))
            case "out": try node.perform(.sell(details, [line], tender: "cash"))
            case "customer return":
                try node.perform(.giveBack(details, [line], sale: nil, tender: "cash"))
            case "lost":
                try node.perform(
                    .writeOff(details, [Line(item: move[1], quantity: move[3])]))
            default: Issue.record("no such move: \(move)")
            }
        }
        func rows(_ by: [String], withWriteOffs: Bool = false) throws -> [[String]] {
            try node.report(
                .margin(
                    MarginFilter(
                        by: by, from: days["D-1"]!, to: days["D"]!, withWriteOffs: withWriteOffs))
            ).rows.map { $0.map(\.plain) }
        }
        func figures(_ key: String) throws -> [String] {
            let fields = try #require(data[key])
            return ["qty", "revenue", "cost", "profit", "margin"].compactMap { fields[$0]?.text }
        }
        let items = try rows(["item"])
        #expect(items[0][1...5].map { $0 } == (try figures("P")))
        let lost = try rows(["item"], withWriteOffs: true)
        #expect(lost[0][1...5].map { $0 } == (try figures("P_including_lost")))
        // Item, day, quantity, cost, revenue, profit, margin in the case.
        let series = (data["series"]?.list ?? []).map(\.texts)
        #expect(
            try rows(["item", "day"]).map { [$0[0], $0[1], $0[2], $0[4], $0[3], $0[5], $0[6]] }
                == series.map { [$0[0], days[$0[1]] ?? ""] + $0[2...] })
        let root = try #require(data["category_root"]?.texts)
        #expect(try rows(["category"]).map { [$0[3], $0[2], $0[4], $0[5]] } == [root])
        #expect(try node.verify().isSound)
    }
}
