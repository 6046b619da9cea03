import Testing

@testable import Books
@testable import Engine
@testable import Exchange
@testable import Replica
@testable import Store

/// Tables of another system: what is made of their rows, and what a second run does.
@Suite struct TableImportTests {
    private static func steps(
        _ kind: TableKind, _ text: String, map: [String: String] = [:], list: String? = nil,
        source: String = "old.csv"
    ) throws -> (steps: [TableImport.Step], faults: [TableImport.Fault]) {
        var reader = CSVReader()
        var table: TableImport?
        func take(_ record: CSVRecord) throws {
            if table == nil {
                table = try TableImport(kind, header: record, map: map, source: source, list: list)
            } else {
                table?.read(record)
            }
        }
        try reader.read(Array(text.utf8), take)
        try reader.finish(take)
        table?.finish()
        return (table?.take() ?? [], table?.takeFaults() ?? [])
    }

    /// What came of each: nil, or why not.
    private static func book(
        _ node: TestNode, _ steps: [TableImport.Step], dry: Bool = false
    ) throws -> [Refusal.Code?] {
        let commands = steps.map(\.command)
        guard
            case .outcomes(let results) = node.ask(
                dry ? .checkAll(commands) : .performAll(commands))
        else { throw Refusal(.fault, "no outcomes") }
        return results.map { if case .refused(let refusal) = $0 { refusal.code } else { nil } }
    }

    private static let items = """
        code,Name,unit,price,Tax,tracking
        TEA,Tea,bag,9.00,13,
        MILK,Milk,l,2.00,,lot
        ,Nothing,,,,
        CUP,Cup,pc,x,,

        POT,"Pot, large",pc,30.00,,
        """

    @Test func itemsAreNewOrChanged() throws {
        let node = try TestNode.founder(seed: 101)
        let (steps, faults) = try Self.steps(.items, Self.items)
        #expect(faults.map(\.lines.lowerBound) == [4])
        #expect(faults.first?.reason == "there is no code")
        // Every rule is asked, and nothing is kept.
        let expected: [Refusal.Code?] = [nil, nil, .badNumber, nil]
        #expect(try Self.book(node, steps, dry: true) == expected)
        #expect(try node.report(.items(search: nil, after: nil, limit: 9)).rows.isEmpty)
        #expect(try Self.book(node, steps) == expected)
        // A second run changes nothing; what differs is written, and nothing else.
        #expect(
            try Self.book(node, steps) == [
                .nothingChanges, .nothingChanges, .badNumber, .nothingChanges,
            ])
        let entries = try node.engine.store.extent().entries
        let other = try Self.steps(.items, Self.items.replacing("9.00", with: "9.50")).steps
        #expect(
            try Self.book(node, other) == [nil, .nothingChanges, .badNumber, .nothingChanges])
        #expect(try node.engine.store.extent().entries == entries + 1)
        let row = try node.report(.item(code: "TEA")).rows[0].map(\.plain)
        #expect(row[0...4] == ["TEA", "Tea", "bag", "9.5", "13"])
    }

    @Test func documentsAreKnownByTheirKeys() throws {
        let node = try TestNode.founder(seed: 102)
        _ = try Self.book(node, try Self.steps(.items, Self.items).steps)
        let receipts = """
            no,from,item,quantity,cost,date,lot,expiry
            R1,Farm,MILK,6,1.00,2026-11-01,L2,2026-12-31
            R1,Farm,TEA,10,2.00,2026-11-01,,
            R2,Farm,TEA,5,3.00,2026-11-02,,
            R3,Farm,NONE,5,3.00,2026-11-02,,
            """
        let map = ["document": "no", "supplier": "from"]
        let (steps, _) = try Self.steps(.receipts, receipts, map: map)
        #expect(steps.map(\.lines) == [2...3, 4...4, 5...5])
        #expect(try Self.book(node, steps, dry: true) == [nil, nil, .unknownItem])
        #expect(try Self.book(node, steps) == [nil, nil, .unknownItem])
        #expect(
            try Self.book(node, steps) == [.alreadyRecorded, .alreadyRecorded, .unknownItem])
        #expect(try node.balances()["payable/HZ/Farm"] == "-41.00")
        #expect(
            try node.report(.lots(branch: nil, item: nil, within: nil)).rows[0][4].plain == "L2")
        // Another file of the same document is another document.
        let again = try Self.steps(.receipts, receipts, map: map, source: "new.csv").steps
        #expect(try Self.book(node, Array(again.prefix(2))) == [nil, nil])
    }

    @Test func stockCountsPartiesAndPrices() throws {
        let node = try TestNode.founder(seed: 103)
        _ = try Self.book(node, try Self.steps(.items, Self.items).steps)
        try node.perform(.setLocation(LocationChange(name: "back")))
        let stock = try Self.steps(
            .stock, "item,quantity,cost,location\nTEA,10,2.00,\nPOT,3,20.00,\nTEA,4,2.50,back\n"
        ).steps
        #expect(stock.map(\.lines) == [2...3, 4...4])
        #expect(try Self.book(node, stock) == [nil, nil])
        #expect(try Self.book(node, stock) == [.alreadyRecorded, .alreadyRecorded])
        let counts = try Self.steps(.counts, "item,quantity\nTEA,9\nPOT,3\n").steps
        #expect(try Self.book(node, counts) == [nil])
        #expect(try Self.book(node, counts) == [.alreadyRecorded])
        let held = try node.report(.stock(branch: "HZ", item: nil, limit: 9)).rows.map {
            [$0[1], $0[3], $0[4], $0[6]].map(\.plain).joined(separator: " ")
        }
        #expect(held == ["POT 3 60.00 main", "TEA 4 8.57 back", "TEA 9 19.29 main"])
        let parties = try Self.steps(.parties, "name,terms,credit-limit\nHotel,30,500.00\nShop,,\n")
            .steps
        #expect(try Self.book(node, parties) == [nil, nil])
        #expect(try Self.book(node, parties) == [.nothingChanges, .nothingChanges])
        #expect(try node.report(.parties(search: nil)).rows.count == 2)
        let prices = try Self.steps(
            .prices, "item,price,from\nTEA,8.00,2026-12-01\nPOT,,2026-12-01\n", list: "retail")
        // Without a price a row says nothing; to take an item off a list is a command.
        #expect(prices.faults.map(\.lines.lowerBound) == [3])
        #expect(try Self.book(node, prices.steps) == [nil])
        #expect(try Self.book(node, prices.steps) == [.nothingChanges])
        #expect(try node.report(.prices(list: "retail", asAt: nil)).rows.count == 1)
    }

    /// The column that is not used may be empty or zero; a bad row is named, and keeps no other out.
    @Test func rowsOfABankComeOrGo() throws {
        let (steps, faults) = try Self.steps(
            .bank,
            """
            date,in,out,text
            2026-11-18,0.00,42.00,electricity
            2026-11-18,3.00,4.00,both
            2026-11-18,0.00,0.00,nothing
            2026-11-18,"1,234.50",,much
            2026-11-18,,,none
            18.11.2026,5.00,,when

            2026-11-18,7.00,0,sale

            """, list: "main")
        let rows = steps.flatMap { step -> [BankRow] in
            guard case .bank(_, .lines(_, let rows)) = step.command else { return [] }
            return rows
        }
        #expect(rows.map(\.amount) == ["-42.00", "7.00"])
        #expect(steps.flatMap(\.rows) == [2, 9])
        #expect(
            faults.map { "\($0.lines.lowerBound) \($0.code)" } == [
                "3 B0601", "4 B0601", "5 B0101", "6 B0601", "7 B0104",
            ])
        #expect(faults.dropFirst(2).first?.next.contains("1234.50") == true)
    }

    @Test func whatIsNoTableIsRefused() throws {
        for (kind, text, map, list) in [
            (TableKind.items, "name\nTea\n", [:], nil), (.items, "code\nT\n", ["colour": "x"], nil),
            (.items, "code\nT\n", ["name": "Bezeichnung"], nil),
            (.prices, "item,price\n", [:], nil),
        ] as [(TableKind, String, [String: String], String?)] {
            #expect(throws: Refusal.self) {
                try Self.steps(kind, text, map: map, list: list)
            }
        }
        let (steps, faults) = try Self.steps(.items, "code,name\nT,\"open\nnever closed")
        #expect(steps.isEmpty)
        #expect(faults.count == 1)
    }
}
