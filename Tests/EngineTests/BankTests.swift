import Testing

@testable import Books
@testable import Engine
@testable import Exchange
@testable import Replica
@testable import Sodium
@testable import Store

/// A bank's statement beside the books, and what cards took until it is there. The test's day is 18 November.
@Suite struct BankTests {
    /// HZ and GZ; the Hotel bought for 20.34 on the 1st and 10.17 on the 5th, the Inn for 10.17; the Mill is owed 20.00.
    private func company(seed: UInt64) throws -> TestNetwork {
        let network = try TestNetwork.withTea(["gz"], seed: seed, "20", at: "1.00")
        let hz = try network["hz"]
        for (party, quantity, date) in [
            ("Hotel", "2", "2026-11-01"), ("Hotel", "1", "2026-11-05"), ("Inn", "1", "2026-11-06"),
        ] {
            try sell(hz, quantity, date, tender: "credit", party: party)
        }
        network.settle()
        return network
    }

    private func sell(
        _ node: TestNode, _ quantity: String, _ date: String, tender: String, party: String? = nil
    ) throws {
        try node.perform(
            .sell(
                Details(date: date, party: party), [Line(item: "TEA", quantity: quantity)],
                tender: tender))
    }

    private let statement = """
        Datum,Soll,Haben,Text
        2026-11-10,,20.34,HZa-S-2026-000001 thank you
        2026-11-11,,10.17,transfer
        2026-11-12,20.00,,Mill AG
        2026-11-13,1.50,,fee
        2026-11-13,1.50,,fee

        """

    private func table(of text: String, _ map: [String: String]) throws -> TableImport {
        var reader = CSVReader()
        var table: TableImport?
        func take(_ record: CSVRecord) throws {
            if table == nil {
                table = try TableImport(
                    .bank, header: record, map: map, source: "a.csv", list: "main", person: "Wang")
            } else {
                table?.read(record)
            }
        }
        try reader.read(Array(text.utf8), take)
        try reader.finish(take)
        table?.finish()
        return try #require(table)
    }

    private func read(_ node: TestNode) throws -> [CommandResult] {
        var table = try table(
            of: statement, ["date": "Datum", "in": "Haben", "out": "Soll", "text": "Text"])
        guard case .outcomes(let results) = node.ask(.performAll(table.take().map(\.command)))
        else { throw Refusal(.fault, "no outcomes") }
        return results
    }

    /// Banks write `0.00` in the column that they do not use; an amount in both, or in none, is nobody's guess.
    @Test func aZeroIsNoAmount() throws {
        let text = """
            date,in,out,text
            2026-11-18,"0,00",42.00,electricity
            2026-11-18,3.00,0.00,interest
            2026-11-18,3.00,4.00,both
            2026-11-18,0.00,0.00,neither
            2026-11-18,,,none
            2026-11-18,,-7.00,fee that came back

            """
        var table = try table(
            of: text, ["date": "date", "in": "in", "out": "out", "text": "text"])
        let lines = table.take().flatMap { line -> [BankRow] in
            guard case .bank(_, .lines(bank: _, let rows)) = line.command else { return [] }
            return rows
        }
        #expect(lines.map(\.amount) == ["-42.00", "3.00", "7.00"])
        #expect(
            table.faults.map(\.reason) == [
                "3.00 came and 4.00 went in one row", "nothing came or went",
                "there is no amount",
            ])
    }

    private func rows(_ node: TestNode) throws -> [[String]] {
        try node.report(.bankStatement(bank: "main", from: "2026-11-01", to: "2026-11-30")).rows
            .map { $0[2...4].map(\.plain) }
    }

    private func differences(_ node: TestNode, _ check: String) throws -> [[String]] {
        try node.report(.reconcile(branch: nil)).rows.filter { $0[0].plain == check }.map {
            $0[1...2].map(\.plain)
        }
    }

    /// A line has the same document whichever month is asked for, also when a line of the month before comes later.
    @Test func aMonthsEdgeDividesNoPair() throws {
        let network = try company(seed: 206)
        let hz = try network["hz"]
        func fee(_ date: String) throws -> String {
            try hz.perform(
                .journal(
                    Details(date: date),
                    [
                        JournalLine(account: "expense/bank", amount: "5.00"),
                        JournalLine(account: "bank/main", amount: "-5.00"),
                    ])
            ).subject
        }
        func line(_ date: String) throws {
            try hz.perform(
                .bank(
                    Details(),
                    .lines(bank: "main", [BankRow(date: date, amount: "-5.00", text: "fee")])))
        }
        func rows(_ from: String, _ to: String) throws -> [String] {
            try hz.report(.bankStatement(bank: "main", from: from, to: to)).rows.map {
                "\($0[0].plain) \($0[3].plain) \($0[4].plain)"
            }
        }
        let october = ("2026-10-01", "2026-10-31"), november = ("2026-11-01", "2026-11-30")
        let last = try fee("2026-10-31")
        try line("2026-11-01")
        #expect(try rows(november.0, november.1) == ["2026-11-01 \(last) booked"])
        // October's line came late: the document is its own, and November's has none.
        try line("2026-10-25")
        #expect(try rows(november.0, november.1) == ["2026-11-01  unknown"])
        #expect(try rows(october.0, october.1) == ["2026-10-25 \(last) booked"])
        // Until one is entered that is nearer to October's, and beyond the days that November looks at.
        let first = try fee("2026-10-20")
        #expect(try rows(november.0, november.1) == ["2026-11-01 \(last) booked"])
        #expect(try rows(october.0, october.1) == ["2026-10-25 \(first) booked"])
    }

    @Test func aStatementIsHeldAgainstTheBooks() throws {
        let network = try company(seed: 200)
        let hz = try network["hz"]
        #expect(try read(hz).count == 1)
        // The 10.17 may be the Hotel's or the Inn's: that is for a person to say.
        #expect(
            try rows(hz) == [
                ["20.34", "", "reference"], ["10.17", "", "unknown"], ["-20.00", "", "name"],
                ["-1.50", "", "unknown"], ["-1.50", "", "unknown"],
            ])
        #expect(try differences(hz, "bank").count == 5)
        guard case .outcomes(let booked) = hz.ask(.bookBank(Details(), bank: "main")) else {
            Issue.record("no outcomes")
            return
        }
        #expect(booked.count == 2)
        #expect(try hz.balances()["bank/HZ/main"] == "0.34")
        let open = try hz.report(.openItems(.receivable, party: nil, branch: nil)).rows
        #expect(open.map { $0[3].plain } == ["HZa-S-2026-000002", "HZa-S-2026-000003"])
        // Entered by hand, a day earlier: the line finds it. One of two fees as well.
        try hz.perform(
            .pay(
                Details(date: "2026-11-10"),
                Payment(
                    direction: .received, party: "Inn", amount: "10.17", through: "bank:main")))
        try hz.perform(
            .journal(
                Details(date: "2026-11-13"),
                [
                    JournalLine(account: "expense/bank", amount: "1.50"),
                    JournalLine(account: "bank/main", amount: "-1.50"),
                ]))
        #expect(
            try rows(hz).map { $0[2] } == ["booked", "booked", "booked", "booked", "unknown"])
        // Read again, everything is known; booked again, nothing is.
        guard case .refused(let refusal) = try read(hz)[0] else {
            Issue.record("read twice")
            return
        }
        #expect(refusal.code == .nothingChanges)
        guard case .refused(let again) = hz.ask(.bookBank(Details(), bank: "main")) else {
            Issue.record("booked twice")
            return
        }
        #expect(again.code == .nothingChanges)
        try hz.perform(
            .bank(Details(date: "2026-11-13"), .balance(bank: "main", amount: "7.51")))
        #expect(
            try differences(hz, "bank") == [
                ["bank/HZ/main on 2026-11-13", "-1.50"], ["bank/HZ/main: fee", "-1.50"],
            ])
        try hz.perform(
            .journal(
                Details(date: "2026-11-13"),
                [
                    JournalLine(account: "expense/bank", amount: "1.50"),
                    JournalLine(account: "bank/main", amount: "-1.50"),
                ]))
        #expect(try differences(hz, "bank") == [])
        network.settle()
        #expect(try differences(network["gz"], "bank") == [])
        #expect(try network.verify("gz").isSound)
    }

    /// Two who read one statement beside each other read it once.
    @Test func aLineIsThereOnce() throws {
        let day = try #require(Day("2026-11-10"))
        let bank = try #require(Account("bank/HZ/main"))
        let line = BankLine(key: "k", day: day, amount: 100, text: "a")
        let events = [line.event(bank, person: "A"), line.event(bank, person: "B")]
        #expect(BankLine.lines(events) == [line])
        #expect(events[0].matter == .bank(try #require(BranchCode("HZ"))))
        #expect(
            Event(entity: "bank/x", kind: "line", person: "A", effectiveDate: day).matter
                == .nothing)
    }

    /// Pairs are free of the order in which lines and documents are given; nothing is paired twice.
    @Test(arguments: 1...100) func pairsAreFreeOfOrder(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let day = try #require(Day("2026-11-10"))
        let series = try #require(Series("HZa"))
        let lines = (0..<8).map {
            BankLine(
                key: "\($0)",
                day: Day(number: day.number + Int32.random(in: 0...12, using: &random)),
                amount: Int64.random(in: 1...3, using: &random), text: "")
        }
        let booked = (1...8).map { place in
            BankMatching.Booked(
                number: DocumentNumber(
                    series: series, kind: .payment, year: 2026, running: UInt64(place)),
                day: Day(number: day.number + Int32.random(in: 0...12, using: &random)),
                amount: Int128(Int64.random(in: 1...3, using: &random)),
                key: Bool.random(using: &random)
                    ? "\(Int.random(in: 0..<8, using: &random))" : nil)
        }
        let matching = BankMatching(lines, booked)
        let again = BankMatching(
            lines.shuffled(using: &random), booked.shuffled(using: &random))
        #expect(matching.pairs.map(\.document) == again.pairs.map(\.document), "seed \(seed)")
        let paired = matching.pairs.compactMap(\.document)
        #expect(Set(paired + matching.unpaired) == Set(booked), "seed \(seed)")
        #expect(paired.count + matching.unpaired.count == booked.count, "seed \(seed)")
        #expect(
            matching.pairs.allSatisfy { pair in
                pair.document.map { $0.amount == Int128(pair.line.amount) } ?? true
            }, "seed \(seed)")
    }

    /// Cards took 33.90 on the 10th; the next day 0.20 of fee are kept, and the rest is at the bank.
    @Test func aTenderIsSettled() throws {
        let network = try company(seed: 201)
        let hz = try network["hz"]
        try hz.perform(.setTender(TenderChange(name: "card", fee: "0.6", days: "1", bank: "main")))
        try sell(hz, "2", "2026-11-10", tender: "card")
        try sell(hz, "1", "2026-11-10", tender: "card=5.00,cash")
        #expect(try differences(hz, "clearing") == [["card of HZ, 2026-11-10", "25.34"]])
        func settle(_ day: String, gross: String? = nil, fee: String? = nil) -> Command {
            .settleTender(
                Details(date: "2026-11-11"),
                TenderSettlement(tender: "card", day: day, gross: gross, fee: fee))
        }
        #expect(hz.refusal(settle("2026-11-09")) == .notEnough)
        #expect(hz.refusal(settle("2026-11-10", gross: "25.35")) == .notEnough)
        #expect(hz.refusal(settle("2026-11-10", fee: "-1")) == .badOption)
        let first = try hz.perform(settle("2026-11-10", gross: "20.00"))
        #expect(first.total == "19.88")
        let second = try hz.perform(settle("2026-11-10"))
        #expect(second.total == "5.31")
        let balances = try hz.balances()
        #expect(balances["tender/HZ/card"] == nil && balances["bank/HZ/main"] == "25.19")
        #expect(balances["expense/HZ/tender-fees"] == "0.15")
        #expect(try differences(hz, "clearing") == [])
        #expect(hz.refusal(settle("2026-11-10")) == .notEnough)
        // Taken back, it is open again.
        try hz.perform(.reverse(Details(), number: first.subject))
        network.settle()
        for node in [hz, try network["gz"]] {
            let row = try node.report(
                .tenders(branch: nil, from: "2026-11-01", to: "2026-11-30")
            ).rows.map { $0[2...6].map(\.plain) }
            #expect(row == [["2026-11-10", "25.34", "5.34", "0.03", "20.00"]])
            #expect(try differences(node, "clearing") == [["card of HZ, 2026-11-10", "20.00"]])
        }
        #expect(try network.verify("gz").isSound)
    }

    /// A bank numbers its lines anew each month, and writes the same long text twice: all are lines.
    @Test func linesAreToldApart() throws {
        let network = try company(seed: 202)
        let hz = try network["hz"]
        let long = String(repeating: "支付宝（中国）网络技术有限公司", count: 3)
        try hz.perform(
            .bank(
                Details(),
                .lines(
                    bank: "main",
                    [
                        BankRow(date: "2026-10-10", amount: "20.34", text: "Hotel", reference: "1"),
                        BankRow(date: "2026-11-10", amount: "10.17", text: "Inn", reference: "1"),
                        BankRow(date: "2026-11-11", amount: "5.00", text: long + "A"),
                        BankRow(date: "2026-11-11", amount: "5.00", text: long + "B"),
                        // A name within a word is no name.
                        BankRow(date: "2026-11-12", amount: "1.00", text: "Hotelier"),
                    ])))
        #expect(try rows(hz).count == 4)
        #expect(try rows(hz).last?[2] == "unknown")
        guard case .outcomes(let booked) = hz.ask(.bookBank(Details(), bank: "main")) else {
            Issue.record("no outcomes")
            return
        }
        #expect(booked.count == 2)
        let lines = try hz.report(
            .ledger(
                LedgerFilter(account: "bank/HZ/main", from: "2026-10-01", to: "2026-11-30"))
        ).rows.map { "\($0[0].plain) \($0[6].plain)" }
        #expect(lines == ["2026-10-10 20.34", "2026-11-10 10.17"])
        // Of a day the last word on its balance counts.
        for amount in ["7.15", "30.51"] {
            try hz.perform(
                .bank(Details(date: "2026-11-13"), .balance(bank: "main", amount: amount)))
        }
        #expect(try !differences(hz, "bank").contains { $0[0].contains(" on ") })
        // A statement of a bank of dollars says of what it is.
        try hz.perform(
            .journal(
                Details(),
                [
                    JournalLine(account: "bank/usd", amount: "1.00USD@7"),
                    JournalLine(account: "equity/capital", amount: "-7.00"),
                ]))
        #expect(
            hz.refusal(.bank(Details(), .balance(bank: "usd", amount: "1"))) == .twoCurrencies)
    }

    /// Chinese is written without blanks: a name is found in it, and an equal amount of somebody else is not taken for it.
    @Test func aChineseNameIsFound() throws {
        let network = try company(seed: 204)
        let hz = try network["hz"]
        try sell(hz, "5", "2026-11-07", tender: "credit", party: "大同饭店")
        try sell(hz, "3", "2026-11-08", tender: "credit", party: "Palace")
        try hz.perform(
            .bank(
                Details(),
                .lines(
                    bank: "main",
                    [
                        BankRow(date: "2026-11-10", amount: "30.51", text: "收大同饭店货款"),
                        BankRow(date: "2026-11-11", amount: "50.85", text: "收大同饭店货款"),
                    ])))
        let rows = try hz.report(
            .bankStatement(bank: "main", from: "2026-11-01", to: "2026-11-30")
        ).rows.map { $0.map(\.plain) }
        // A part of what is owed is for a person, though the Palace owes just that.
        #expect(rows.map { $0[4] } == ["unknown", "name"])
        #expect(rows.last?[5].contains("大同饭店") == true)
        for (text, name, isFound) in [
            ("收大同饭店货款", "大同饭店", true), ("货款HZa-S-2026-000001", "HZa-S-2026-000001", true),
            ("Lieferung", "Li", false), ("Li, thanks", "Li", true),
            ("HZa-S-2026-0000012", "HZa-S-2026-000001", false),
        ] { #expect(text.names(name) == isFound, "\(text)") }
    }

    /// That something was settled is asked of the books, and not of who says so.
    @Test func aSettlementThatIsOnlySaidSettlesNothing() throws {
        let network = try company(seed: 203)
        let hz = try network["hz"]
        try hz.perform(.setTender(TenderChange(name: "card", days: "1", bank: "main")))
        try sell(hz, "1", "2026-11-10", tender: "card")
        let number = try #require(DocumentNumber("HZa-P-2026-000077"))
        let day = try #require(Day("2026-11-10"))
        let event = Clearing.event(
            number, tender: .tender(try #require(BranchCode("HZ")), "card"), day: day, gross: 1_017,
            fee: 0, person: "Eve", on: day)
        let engine = hz.engine
        try engine.store.transact {
            _ = try engine.commit(
                [Draft.Part(.trade(try #require(BranchCode("HZ"))), [.append(event)])], at: hz.now)
            try engine.author?.seal(in: engine.store)
        }
        #expect(try differences(hz, "clearing") == [["card of HZ, 2026-11-10", "10.17"]])
        try hz.perform(
            .settleTender(
                Details(), TenderSettlement(tender: "card", day: "2026-11-10")))
        #expect(try differences(hz, "clearing") == [])
    }
}
