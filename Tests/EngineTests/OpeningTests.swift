import Testing

@testable import Books
@testable import Engine
@testable import Exchange
@testable import Replica
@testable import Store

/// A branch begins with what another system ended with, and proves it.
@Suite struct OpeningTests {
    /// The example of `docs/handing-on.md`.
    private static let file = """
        account,amount,item,quantity,party,document,date,due
        stock,20.00,TEA,10,,,,
        stock,7.77,CUP,7,,,,
        bank/main,1000.00,,,,,,
        tender/cash,50.00,,,,,,
        receivable,113.00,,,Hotel,R-17,2026-10-05,2026-11-04
        receivable,20.00,,,Hotel,R-21,2026-10-20,
        payable,-40.00,,,ACME,17,2026-10-11,
        tax,-13.00,,,,,,
        equity/capital,-1000.00,,,,,,
        """

    private struct Result {
        var faults: [String] = []
        var codes: [Refusal.Code?] = []
        var proof: Report
        var agrees: Bool { proof.facts.first?.value == .flag(true) }
        var differing: [String] {
            proof.rows.filter { $0[4].plain.contains { "123456789".contains($0) } }
                .map { $0[1].plain }
        }
    }

    private func bring(
        _ text: String, into node: TestNode, branch: String = "HZ", source: String = "old.csv",
        dry: Bool = false
    ) throws -> Result {
        var reader = CSVReader()
        var table: TableImport?
        let ledger = Ledger(currency: try #require(CurrencyCode("CNY")), scale: 2)
        func take(_ record: CSVRecord) throws {
            if table == nil {
                table = try TableImport(
                    .opening, header: record, map: [:], source: source, date: "2026-10-31",
                    proof: OpeningProof(branch: branch, ledger: ledger))
            } else {
                table?.read(record)
            }
        }
        try reader.read(Array(text.utf8), take)
        try reader.finish(take)
        table?.finish()
        let commands = (table?.take() ?? []).map(\.command)
        guard
            case .outcomes(let results) = node.ask(
                dry ? .checkAll(commands) : .performAll(commands))
        else { throw Refusal(.fault, "no outcomes") }
        let proof = try #require(table?.proof)
        return Result(
            faults: table?.takeFaults().map(\.reason) ?? [],
            codes: results.map { if case .refused(let refusal) = $0 { refusal.code } else { nil } },
            proof: try proof.report(
                books: try node.report(
                    .accounts(StatementFilter(branches: [branch], to: "2026-10-31"))),
                stock: try node.report(
                    .handingOn(.stock(at: "2026-10-31", after: nil))
                ).rows,
                currencies: try node.report(.currencies(branch: branch, asAt: "2026-10-31"))))
    }

    private func items(_ node: TestNode) throws {
        try node.perform(
            .addItems([
                ItemChange(code: "TEA", name: "Tea", price: "9.00"),
                ItemChange(code: "CUP", name: "Cup", price: "5.00"),
            ]))
        try node.perform(.setParty(PartyChange(name: "Hotel", terms: "30")))
    }

    @Test func theBooksBeginWithWhatTheFileSays() throws {
        let network = try TestNetwork.company(["gz"], seed: 340)
        let (hz, gz) = (try network["hz"], try network["gz"])
        try items(hz)
        let dry = try bring(Self.file, into: hz, dry: true)
        #expect(dry.codes.allSatisfy { $0 == nil } && !dry.agrees)
        #expect(try hz.balances().isEmpty)
        let done = try bring(Self.file, into: hz)
        #expect(done.faults.isEmpty && done.codes.count == 9 && done.codes.allSatisfy { $0 == nil })
        #expect(done.agrees, "\(done.proof.rows)")
        let balances = [
            "bank/HZ/main": "1000.00", "equity/HZ/capital": "-1000.00",
            "equity/HZ/opening": "-157.77", "inventory/HZ": "27.77", "payable/HZ/ACME": "-40.00",
            "receivable/HZ/Hotel": "133.00", "tax/HZ": "-13.00", "tender/HZ/cash": "50.00",
        ]
        #expect(try hz.balances() == balances)
        // A second run changes nothing, and proves the same.
        let again = try bring(Self.file, into: hz)
        #expect(again.codes.allSatisfy { $0 == .alreadyRecorded } && again.agrees)
        #expect(again.proof == done.proof)
        // What is open has its own date: the first is due on 4 November, after 30 days.
        let ageing = try hz.report(.ageing(AgeingFilter(of: "receivable", asAt: "2026-11-05")))
        #expect(
            ageing.rows.map { $0.map(\.plain) } == [
                ["HZ", "Hotel", "133.00", "20.00", "113.00", "", "", "", "2026-10-05", ""]
            ])
        // Goods go at what they were brought forward at, and nothing of it was earned.
        try hz.perform(
            .sell(
                Details(date: "2026-11-02"), [Line(item: "TEA", quantity: "4")], tender: "cash"))
        #expect(try hz.balances()["cost-of-sales/HZ"] == "8.00")
        let profit = try hz.report(.profit(StatementFilter(from: "2026-10-01", to: "2026-10-31")))
        #expect(profit.rows.last?[3].plain == "0.00")
        let sheet = try hz.report(.position(StatementFilter(to: "2026-10-31")))
        #expect(sheet.facts.contains { $0.key == "balanced" && $0.value == .flag(true) })
        network.settle()
        #expect(try gz.balances() == hz.balances())
        for name in ["hz", "gz"] { #expect(try network.verify(name).isSound) }
    }

    /// Each branch begins by itself, cut off from the other; afterwards both hold both.
    @Test func branchesBeginBesideEachOther() throws {
        let network = try TestNetwork.company(["gz"], seed: 341)
        let (hz, gz) = (try network["hz"], try network["gz"])
        try items(hz)
        network.settle()
        network.sever("hz", "gz")
        #expect(try bring(Self.file, into: hz).agrees)
        // The same file name, and the same numbers of documents, at another branch.
        let other = try bring(Self.file, into: gz, branch: "GZ")
        #expect(other.agrees, "\(other.proof.rows)")
        network.mend("hz", "gz")
        network.settle()
        network.run(milliseconds: 400_000)
        #expect(try network.digests().count == 1)
        for node in [hz, gz] {
            #expect(try node.balances()["receivable/GZ/Hotel"] == "133.00")
            #expect(try node.balances()["inventory/HZ"] == "27.77")
        }
        for name in ["hz", "gz"] { #expect(try network.verify(name).isSound) }
    }

    /// The usual repair: what was refused is put right or taken out, rows change their places, and the file is read
    /// again. Nothing is entered twice.
    @Test func aRepairedFileIsReadAgain() throws {
        let hz = try TestNode.founder(seed: 346)
        try items(hz)
        var lines = Self.file.split(separator: "\n").map(String.init)
        let good = lines
        // Between goods and between balances, and where rows are of the same.
        lines.insert("stock,5.00,NONE,1,,,,", at: 2)
        lines.insert("bank/main,x,,,,,,", at: 4)
        lines.insert("nonsense,1.00,,,,,,", at: 5)
        lines.insert("receivable,9.00,,,Hotel,R-17,2026-02-30,", at: 8)
        let first = try bring(lines.joined(separator: "\n"), into: hz)
        #expect(
            Set(first.codes.compactMap { $0 }) == [
                .badNumber, .badDate, .unknownItem, .badAccount,
            ])
        // What is of the same as a row that is wrong waits for it.
        #expect(!first.agrees && first.faults.contains { $0.hasPrefix("put line") })
        let repaired = try bring(good.joined(separator: "\n"), into: hz)
        #expect(repaired.codes.allSatisfy { $0 == nil || $0 == .alreadyRecorded })
        #expect(repaired.agrees)
        // In another order as well.
        let turned = [good[0]] + Array(good.dropFirst().reversed())
        let again = try bring(turned.joined(separator: "\n"), into: hz)
        #expect(again.codes.allSatisfy { $0 == .alreadyRecorded } && again.agrees)
        #expect(try hz.balances()["bank/HZ/main"] == "1000.00")
        #expect(try hz.verify().isSound)
    }

    /// A row that is put right where it stands enters no other one again.
    @Test func aRowIsPutRightWhereItStands() throws {
        let hz = try TestNode.founder(seed: 348)
        let head = "account,amount,party,document,date,lot,expiry"
        func file(_ day: String, _ expiry: String) -> String {
            [
                head, "receivable,113.00,Hotel,R-17,\(day),,",
                "receivable,20.00,Hotel,R-17,2026-10-20,,",
                "bank/main,1000.00,,,,,\(expiry)",
            ].joined(separator: "\n")
        }
        let first = try bring(file("2026-02-30", "n/a"), into: hz)
        #expect(!first.agrees)
        #expect(try hz.balances()["bank/HZ/main"] == "1000.00")
        let second = try bring(file("2026-10-02", ""), into: hz)
        #expect(second.agrees)
        let third = try bring(file("2026-10-02", ""), into: hz)
        #expect(third.agrees && third.codes.allSatisfy { $0 == .alreadyRecorded })
        #expect(try hz.balances()["receivable/HZ/Hotel"] == "133.00")
        #expect(try hz.balances()["bank/HZ/main"] == "1000.00")
    }

    /// Two parts of one document, of one item and of one account are two: each is entered, and once.
    @Test func rowsOfTheSameAreToldApart() throws {
        let hz = try TestNode.founder(seed: 347)
        try items(hz)
        let text = """
            account,amount,item,quantity,party,document,date,due
            receivable,113.00,,,Hotel,R-17,2026-10-05,
            receivable,20.00,,,Hotel,R-17,2026-10-20,
            receivable,7.00,,,Inn,R-17,2026-10-20,
            payable,-7.00,,,Hotel,R-17,2026-10-20,
            stock,20.00,TEA,10,,,,
            stock,2.00,TEA,1,,,,
            bank/main,1000.00,,,,,,
            bank/HZ/main,1.00,,,,,,
            """
        for isFirst in [true, false] {
            let result = try bring(text, into: hz)
            #expect(result.faults.isEmpty && result.codes.count == 8)
            let expected: Refusal.Code? = isFirst ? nil : .alreadyRecorded
            #expect(result.codes.allSatisfy { $0 == expected })
            #expect(result.agrees, "\(result.proof.rows)")
        }
        let balances = try hz.balances()
        #expect(balances["receivable/HZ/Hotel"] == "133.00")
        #expect(balances["receivable/HZ/Inn"] == "7.00" && balances["bank/HZ/main"] == "1001.00")
        // Two branches may name their files alike: see `branchesBeginBesideEachOther`.
        let stock = try hz.report(.stock(branch: "HZ", item: "TEA", limit: 10)).rows
        #expect(stock.first?[3].plain == "11")
    }

    /// The example of `docs/handing-on.md`: dollars in the bank and owed by Acme, at what the old books carried them at.
    @Test func otherCurrenciesAreCarriedAtWhatTheyWere() throws {
        let network = try TestNetwork.company(["gz"], seed: 349)
        let (hz, gz) = (try network["hz"], try network["gz"])
        let text = """
            account,amount,currency,value,party,document,date
            bank/usd,1000.00,USD,7100.00,,,
            bank/usd,50.00,,,,,
            receivable,100.00,USD,720.00,Acme,R-9,2026-10-05
            payable,-2000,JPY,-94.00,Mill,17,2026-10-11
            """
        for isFirst in [true, false] {
            let result = try bring(text, into: hz)
            #expect(result.faults.isEmpty && result.codes.count == 4)
            #expect(result.codes.allSatisfy { $0 == (isFirst ? nil : .alreadyRecorded) })
            #expect(result.agrees, "\(result.proof.rows)")
            #expect(
                result.proof.rows.map { $0.map(\.plain) }.filter { $0[0] == "currency" } == [
                    ["currency", "bank/HZ/usd USD", "1000.00", "1000.00", "0.00"],
                    ["currency", "payable/HZ/Mill JPY", "-2000", "-2000", "0"],
                    ["currency", "receivable/HZ/Acme USD", "100.00", "100.00", "0.00"],
                ])
        }
        network.settle()
        for node in [hz, gz] {
            #expect(
                try node.balances() == [
                    "bank/HZ/usd": "7150.00", "equity/HZ/opening": "-7776.00",
                    "payable/HZ/Mill": "-94.00", "receivable/HZ/Acme": "720.00",
                ])
        }
        // What is open is in its own currency, with its old number, and is paid at what it is carried at.
        let open = try hz.report(.openItems(.receivable, party: "Acme", branch: nil)).rows
        #expect(
            open.map { $0.map(\.plain) }.map { [$0[2], $0[6], $0[8], $0[9]] } == [
                ["2026-10-05", "100.00", "USD", "720.00"]
            ])
        var paying = Details(date: "2026-11-05")
        (paying.currency, paying.rate) = ("USD", "7.3")
        try hz.perform(
            .pay(
                paying,
                Payment(
                    direction: .received, party: "Acme", amount: "100.00", through: "bank:usd")))
        #expect(try hz.balances()["exchange-gain/HZ"] == "-10.00")
        #expect(try hz.balances()["receivable/HZ/Acme"] == nil)
        for name in ["hz", "gz"] { #expect(try network.verify(name).isSound) }
    }

    /// One dollar more in the file than in the books is found, though it is worth nothing.
    @Test func theProofHoldsAmountsOfOtherCurrencies() throws {
        let hz = try TestNode.founder(seed: 350)
        let head = "account,amount,currency,value\n"
        #expect(try bring(head + "bank/usd,10.00,USD,72.00", into: hz).agrees)
        let more = try bring(head + "bank/usd,10.01,USD,72.00", into: hz)
        #expect(!more.agrees && more.differing == ["bank/HZ/usd USD"])
        for (row, reason) in [
            ("bank/usd,10.00,USD,", "has its value"), ("bank/usd,10.00,,72.00", "a value is that"),
            ("bank/usd,10.00USD,,", "a column of its own"), ("stock,1.00,USD,7.20", "book's own"),
        ] {
            let result = try bring(head + row, into: hz)
            #expect(result.faults.count == 1 && result.faults[0].contains(reason), "\(row)")
            #expect(!result.agrees)
        }
        for (row, code) in [
            ("bank/usd,10.00,CNY,10.00", Refusal.Code.badOption),
            ("bank/usd,10.00,dollars,72.00", .badNumber),
            ("expense/rent,10.00,USD,72.00", .ownCurrencyOnly),
            ("bank/eur,10.001,EUR,72.00", .tooPrecise),
        ] {
            let result = try bring(head + row, into: hz)
            #expect(result.codes == [code], "\(row) \(result.codes)")
        }
        #expect(try hz.balances()["bank/HZ/usd"] == "72.00")
        #expect(try hz.verify().isSound)
    }

    @Test func theProofFindsWhatIsNotThere() throws {
        let hz = try TestNode.founder(seed: 342)
        try items(hz)
        // An item that nobody knows: its row is refused, and the file is not what the books hold.
        let some = try bring(Self.file + "\nstock,5.00,NONE,1,,,,", into: hz)
        #expect(some.codes.contains(.unknownItem) && !some.agrees)
        #expect(
            some.differing == ["equity/HZ/opening", "inventory/HZ", "NONE", "NONE"])
        // What was in the books before is told as well.
        let full = try TestNode.founder(seed: 343)
        try items(full)
        try full.perform(
            .journal(
                Details(date: "2026-10-30"),
                [
                    JournalLine(account: "expense/rent", amount: "0.01"),
                    JournalLine(account: "bank/main", amount: "-0.01"),
                ]))
        let more = try bring(Self.file, into: full)
        #expect(more.differing == ["bank/HZ/main", "expense/HZ/rent"])
        // One unit, of the same value.
        let unit = try TestNode.founder(seed: 344)
        try items(unit)
        _ = try bring(Self.file.replacing("TEA,10", with: "TEA,9"), into: unit)
        let other = try bring(Self.file, into: unit)
        #expect(!other.agrees && other.differing == ["TEA"])
    }

    @Test func whatIsNoOpeningBalanceIsRefused() throws {
        let hz = try TestNode.founder(seed: 345)
        try items(hz)
        let rows = [
            ("stock,1.00,,1,,,,", "goods have"), ("stock,1.00,TEA,,,,,", "goods have"),
            ("bank/main,1.00,TEA,1,,,,", "on the account stock"),
            ("inventory,1.00,,,,,,", "by item"), ("receivable,1.00,,,Hotel,,,", "its document"),
            ("receivable,1.00,,,,R-1,,", "has a party"),
            ("receivable/Hotel,1.00,,,,,,", "in a column"),
            ("payable,-1.00,,,ACME,1,2026-11-01,", "after the last day"),
        ]
        for (row, reason) in rows {
            let result = try bring(
                "account,amount,item,quantity,party,document,date,due\n" + row, into: hz)
            #expect(result.faults.count == 1 && result.faults[0].contains(reason), "\(row)")
            #expect(result.codes.isEmpty && !result.agrees)
        }
        func code(_ row: String) throws -> Refusal.Code? {
            try bring("account,amount,item,quantity,party,document,date,due\n" + row, into: hz)
                .codes.first ?? nil
        }
        #expect(try code("bank/main,x,,,,,,") == .badNumber)
        #expect(try code("due-from/GZ,1.00,,,,,,") == .badAccount)
        #expect(try code("shipped,1.00,,,,,,") == .badAccount)
        #expect(try code("stock,-1.00,TEA,1,,,,") == .notPositive)
        #expect(try code("payable,-1.00,,,ACME,1,2026-02-30,") == .badDate)
        #expect(try hz.balances().isEmpty)
    }
}
