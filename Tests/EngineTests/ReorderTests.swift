import Testing

@testable import Books
@testable import Engine
@testable import Replica
@testable import Store

/// How much a branch wants, and what it is told to do.
@Suite struct ReorderTests {
    /// Published rows (G07, Tryton): orders and what is moved away. Demand by day needs orders.
    @Test func publishedOrderPoints() throws {
        guard let cases = try ReferenceCase.load("G07")?.data?.list else { return }
        let item = try #require(ItemCode("X"))
        func figure(_ text: String?) -> Int64? { text.flatMap { Int64($0) } }
        var looked = 0
        for row in cases {
            let stocking = Stocking(
                item: item, location: "main", minimum: figure(row["min"]?.text),
                target: figure(row["target"]?.text), maximum: figure(row["max"]?.text))
            if let on = figure(row["on_hand"]?.text), let away = figure(row["move_away"]?.text) {
                #expect(stocking.proposal(projected: Int128(on)) == Int128(-away))
            } else if let projected = figure(row["projected"]?.text) {
                let order = figure(row["order"]?.text) ?? 0
                #expect(stocking.proposal(projected: Int128(projected)) == Int128(order))
            } else {
                continue
            }
            looked += 1
        }
        #expect(looked == 6)
    }

    @Test func whatIsBelowItsMinimumIsToBeOrdered() throws {
        let network = try TestNetwork.company(["gz"], seed: 19)
        let (hz, gz) = (try network["hz"], try network["gz"])
        try hz.perform(
            .addItems(
                ["TEA", "CUP", "POT"].map { ItemChange(code: $0, name: $0, price: "9.00") }))
        func lines(_ item: String, _ quantity: String) -> [Line] {
            [Line(item: item, quantity: quantity, cost: "2.00")]
        }
        try hz.perform(.receive(Details(), lines("TEA", "40"), supplier: "ACME"))
        network.settle()
        func want(_ change: StockingChange) throws { try gz.perform(.setStocking(change)) }
        try want(
            StockingChange(item: "TEA", minimum: "10", target: "25", source: "branch:HZ"))
        try want(StockingChange(item: "CUP", minimum: "2", target: "6", source: "ACME"))
        try gz.perform(.receive(Details(), lines("CUP", "5"), supplier: "ACME"))
        func rows(_ node: TestNode, all: Bool = false) throws -> [[String]] {
            try node.report(.reorder(branch: "GZ", all: all)).rows.map { row in
                [1, 4, 5, 10, 12].map { row[$0].plain }
            }
        }
        #expect(
            try rows(gz) == [
                [
                    "TEA", "0", "", "25",
                    "at HZ: `branchbook transfer send TEA:25 --to GZ`, or `branchbook order draft`",
                ]
            ])
        #expect(try rows(gz, all: true).map { $0[0] } == ["CUP", "TEA"])
        // What is on its way counts, there and at head office.
        try hz.perform(.ship(Details(), lines("TEA", "9"), to: "GZ"))
        network.settle()
        for node in [hz, gz] {
            #expect(try rows(node).map { Array($0[1...3]) } == [["0", "9", "16"]])
        }
        try hz.perform(.ship(Details(), lines("TEA", "1"), to: "GZ"))
        // Sold without anybody having asked for it to be looked after.
        try gz.perform(.sell(Details(), [Line(item: "POT", quantity: "3")], tender: "cash"))
        try gz.perform(.sell(Details(), [Line(item: "CUP", quantity: "4")], tender: "cash"))
        network.settle()
        #expect(
            try rows(gz) == [
                ["CUP", "1", "", "5", "order it from ACME: `branchbook order draft`"],
                [
                    "POT", "-3", "", "3",
                    "order it, and say whence with --from: `branchbook stocking`",
                ],
            ])
        let told = try hz.report(.exceptions).rows.first { $0[0].plain == "reorder" }
        #expect(told?.map(\.plain)[1...2] == ["GZ: items below their minimum", "1"])
        // Nobody wants it any more.
        try want(StockingChange(item: "CUP", minimum: "", target: "0", source: ""))
        #expect(try rows(gz).map { $0[0] } == ["POT"])
        try want(StockingChange(item: "CUP", maximum: "0"))
        #expect(try rows(gz)[0][3] == "-1")
        for (change, code) in [
            (StockingChange(item: "NONE", minimum: "1"), Refusal.Code.unknownItem),
            (StockingChange(item: "CUP", minimum: "3", target: "1"), .badOption),
            (StockingChange(item: "CUP", location: "attic", minimum: "3"), .unknownLocation),
            (StockingChange(item: "CUP", source: "branch:XX"), .unknownBranch),
            (StockingChange(item: "CUP", source: "branch:GZ"), .notForThisBranch),
            (StockingChange(item: "CUP"), .emptyDocument),
        ] {
            #expect(gz.refusal(.setStocking(change)) == code)
        }
        #expect(try network.verify("gz").isSound)
    }
}
