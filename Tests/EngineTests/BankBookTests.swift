import Testing

@testable import Books
@testable import Engine
@testable import Exchange
@testable import Replica
@testable import Store

/// Which documents the lines of a bank's statement settle, and what is booked of them again. The test's day is 18 November.
@Suite struct BankBookTests {
    private func bringForward(
        _ node: TestNode, _ account: String, _ document: String, _ amount: String
    ) throws {
        let party = String(account.split(separator: "/")[1])
        try node.perform(
            .bringForward(
                Details(
                    date: "2026-10-31", party: party, memo: "\(document), due 2026-11-30",
                    external: .init(source: "old", key: "\(document) 3f2a", first: 1, last: 1)),
                .balances([JournalLine(account: account, amount: amount)])))
    }

    /// The Hotel owes R-17 with 113.00 and R-21 with 20.00.
    private func company(seed: UInt64) throws -> TestNetwork {
        let network = try TestNetwork.company(["gz"], seed: seed)
        let hz = try network["hz"]
        try bringForward(hz, "receivable/Hotel", "R-17", "113.00")
        try bringForward(hz, "receivable/Hotel", "R-21", "20.00")
        network.settle()
        return network
    }

    private func line(_ node: TestNode, _ amount: String, _ text: String) throws {
        try node.perform(
            .bank(
                Details(),
                .lines(bank: "main", [BankRow(date: "2026-11-10", amount: amount, text: text)])))
    }

    private func why(_ node: TestNode) throws -> [String] {
        try node.report(.bankStatement(bank: "main", from: "2026-11-01", to: "2026-11-30")).rows
            .map { $0[4].plain }
    }

    private func book(_ node: TestNode) throws -> [String] {
        switch node.ask(.bookBank(Details(), bank: "main")) {
        case .outcomes(let results):
            try results.map { result in
                switch result {
                case .done(let outcome): outcome.subject
                case .refused(let refusal): throw refusal
                }
            }
        case .refused(let refusal): throw refusal
        default: throw Refusal(.fault, "no outcomes")
        }
    }

    /// What is left of each, the oldest first.
    private func left(_ node: TestNode, _ side: MatchSide = .receivable) throws -> [String] {
        let (standing, ledger) = try node.engine.needLedger()
        let branch = try #require(standing.branch)
        let party = side == .receivable ? "Hotel" : "ACME"
        return try node.engine.store.openItems(
            .named(side.root, branch, party), ledger.currency, own: ledger.currency, upTo: nil
        ).items.filter { $0.open != 0 }.map { "\($0.open)" }
    }

    /// Money of somebody with whom nothing is open here is nobody else's, though somebody owes that much; and whose name is in a
    /// longer one is not meant.
    @Test func nobodyPaysForAnother() throws {
        let network = try company(seed: 288)
        let (hz, gz) = (try network["hz"], try network["gz"])
        try bringForward(gz, "receivable/Hotel Bar", "R-1", "5.00")
        network.settle()
        try line(hz, "20.00", "Hotel Bar, deposit")
        #expect(try why(hz) == ["unknown"])
        try line(hz, "20.00", "Hotel")
        #expect(try why(hz).sorted() == ["name", "unknown"])
        #expect(try book(hz).count == 1)
        #expect(try left(hz) == ["11300"])
        // A document that is paid, and is paid again.
        try line(hz, "113.00", "HZa-S-2026-000999")
        #expect(try why(hz).filter { $0 == "unknown" }.count == 2)
    }

    @Test func aLineSettlesWhatItNames() throws {
        let network = try company(seed: 280)
        let hz = try network["hz"]
        try line(hz, "20.00", "Hotel, R-21")
        #expect(try why(hz) == ["reference"])
        #expect(try book(hz).count == 1)
        #expect(try left(hz) == ["11300"])
        #expect(try why(hz) == ["booked"])
        network.settle()
        #expect(try network.verify("gz").isSound)
    }

    /// Within a named party the equal amount goes before the oldest; what is neither named nor equal is for a person.
    @Test(arguments: [
        ("20.00", "Hotel thanks", "name", ["11300"]), ("133.00", "Hotel all", "name", []),
        ("50.00", "Hotel part", "unknown", ["11300", "2000"]),
        ("50.00", "Hotel R-17-2", "unknown", ["11300", "2000"]),
        ("50.00", "on R-17.", "unknown", ["11300", "2000"]),
        ("113.00", "on R-17.", "reference", ["2000"]),
        ("50.00", "Hotel on R-17.", "reference", ["6300", "2000"]),
        ("133.00", "R-21, R-17", "reference", []),
    ])
    func aPartysLineIsSureOrNot(
        amount: String, text: String, told: String, rest: [String]
    ) throws {
        let network = try company(seed: 281)
        let hz = try network["hz"]
        try line(hz, amount, text)
        #expect(try why(hz) == [told])
        if told == "unknown" {
            #expect(throws: Refusal.self) { try book(hz) }
        } else {
            #expect(try book(hz).count == 1)
        }
        #expect(try left(hz) == rest)
    }

    /// By the supplier's own number of an invoice, and not by an old one that is a part of it.
    @Test func aSuppliersInvoiceIsNamedByItsOwnNumber() throws {
        let network = try TestNetwork.company(["gz"], seed: 282)
        let hz = try network["hz"]
        try bringForward(hz, "payable/ACME", "17", "-5.20")
        for (code, net) in [("A-17", "8.00"), ("A-17a", "9.00")] {
            try hz.perform(
                .invoice(
                    Details(date: "2026-11-02"),
                    .enter(
                        .init(
                            supplier: "ACME", code: code, net: net, tax: "0", receipts: [],
                            account: "expense/rent"))))
        }
        #expect(try left(hz, .payable) == ["-520", "-800", "-900"])
        try line(hz, "-5.20", "ACME Rechnung A-17a")
        #expect(try why(hz) == ["reference"])
        _ = try book(hz)
        #expect(try left(hz, .payable) == ["-520", "-800", "-380"])
        // A payment by hand that says the same is proposed for it.
        try hz.perform(
            .pay(
                Details(date: "2026-11-11", memo: "A-17 and A-17a"),
                Payment(direction: .paid, party: "ACME", amount: "11.80", through: "bank:main")))
        let proposed = try hz.report(.matchProposals(.payable, party: nil)).rows
        #expect(proposed.first?[1].plain == "reference")
        #expect(proposed.first?[4].plain == "11.80")
    }

    /// A quantity, a date or a year is nobody's document, whatever the old books called it.
    @Test(arguments: ["10kg", "2026", "2026-11-09", "12 pcs"])
    func whatIsInManyTextsNamesNothing(text: String) throws {
        let network = try TestNetwork.company(["gz"], seed: 285)
        let hz = try network["hz"]
        try bringForward(hz, "receivable/Hotel", text, "113.00")
        try bringForward(hz, "receivable/Hotel", "R-1", "20.00")
        try line(hz, "50.00", "Hotel \(text) of rice")
        #expect(try why(hz) == ["unknown"])
        try hz.perform(
            .pay(
                Details(date: "2026-11-11", memo: "\(text) of rice"),
                Payment(
                    direction: .received, party: "Hotel", amount: "50.00", through: "bank:main")))
        let proposed = try hz.report(.matchProposals(.receivable, party: nil)).rows
        #expect(proposed.map { $0[1].plain } == ["oldest"])
    }

    /// One entry with what two parties owe: each line settles its own part, and one that may be either is for a person.
    @Test func anEntryOfTwoPartiesIsSettledForBoth() throws {
        let network = try TestNetwork.company(["gz"], seed: 286)
        let hz = try network["hz"]
        let entry = try hz.perform(
            .journal(
                Details(date: "2026-11-02"),
                [
                    JournalLine(account: "receivable/Hotel", amount: "10.00"),
                    JournalLine(account: "receivable/Inn", amount: "20.00"),
                    JournalLine(account: "equity/capital", amount: "-30.00"),
                ])
        ).subject
        try line(hz, "30.00", entry)
        try line(hz, "10.00", "\(entry) of the Hotel")
        try line(hz, "20.00", entry)
        #expect(try why(hz).sorted() == ["reference", "reference", "unknown"])
        #expect(try book(hz).count == 2)
        let open = try hz.report(.openItems(.receivable, party: nil, branch: nil)).rows
        #expect(open.isEmpty)
        #expect(try why(hz).sorted() == ["booked", "booked", "unknown"])
    }

    /// What is proposed because of an invoice's code is confirmed for it as well.
    @Test func whatIsProposedByACodeIsConfirmed() throws {
        let network = try company(seed: 288)
        let hz = try network["hz"]
        try hz.perform(
            .pay(
                Details(date: "2026-11-11", memo: "for R-21"),
                Payment(
                    direction: .received, party: "Hotel", amount: "5.00", through: "bank:main")))
        try hz.perform(
            .match(
                Details(), .confirm(.receivable, party: "Hotel", how: [.reference])))
        #expect(try left(hz) == ["11300", "1500"])
    }

    /// What was booked from a line is taken back: the line is booked again, once.
    @Test func aLineIsBookedAgainOnceItsPaymentWasTakenBack() throws {
        let network = try company(seed: 283)
        let hz = try network["hz"]
        try line(hz, "20.00", "Hotel R-21")
        for _ in 0..<3 {
            let paid = try book(hz)
            #expect(paid.count == 1)
            #expect(try why(hz) == ["booked"])
            #expect(throws: Refusal.self) { try book(hz) }
            try hz.perform(.reverse(Details(), number: try #require(paid.first)))
            #expect(try left(hz) == ["11300", "2000"])
        }
    }

    /// Two nodes that book a line again beside each other are told of, as when they book it first.
    @Test func twoWhoBookItAgainBesideEachOtherAreToldOf() throws {
        let network = try company(seed: 284)
        let hz = try network["hz"]
        let office = try network.joinOffice(seed: 287)
        network.settle()
        try line(hz, "20.00", "Hotel R-21")
        let paid = try book(hz)
        try hz.perform(.reverse(Details(), number: try #require(paid.first)))
        network.settle()
        for name in ["hz", "gz"] { network.sever("office", name) }
        network.settle()
        let beside = try [book(hz), book(office)].flatMap { $0 }
        #expect(Set(beside).count == 2)
        for name in ["hz", "gz"] { network.mend("office", name) }
        network.run(milliseconds: 200_000)
        for node in [hz, office, try network["gz"]] {
            let twice = try node.report(.reconcile(branch: nil)).rows.filter {
                $0[0].plain == "recorded twice"
            }
            #expect(twice.count == 1)
            #expect(beside.allSatisfy { twice.first?[1].plain.contains($0) == true })
        }
        #expect(try network.verify("gz").isSound)
    }
}
