import Testing

@testable import Books
@testable import Engine
@testable import Replica
@testable import Sodium
@testable import Store

/// Invoices of suppliers and of own sales, and debts that are given up. The test's day is 18 November.
@Suite struct InvoiceTests {
    /// HZ and GZ; ten teas from the Mill at 2.00 on the 1st, four of which were sold on the 5th to the Hotel on credit.
    private func company(seed: UInt64) throws -> TestNetwork {
        let network = try TestNetwork.company(["gz"], seed: seed)
        let hz = try network["hz"]
        try hz.perform(
            .addItems([ItemChange(code: "TEA", name: "Tea", price: "9.00", tax: "13")]))
        try receive(hz, "10", "2026-11-01")
        try sell(hz, "4", "2026-11-05")
        network.settle()
        return network
    }

    @discardableResult
    private func receive(_ node: TestNode, _ quantity: String, _ date: String) throws -> String {
        try node.perform(
            .receive(
                Details(date: date), [Line(item: "TEA", quantity: quantity, cost: "2.00")],
                supplier: "Mill")
        ).subject
    }

    @discardableResult
    private func sell(
        _ node: TestNode, _ quantity: String, _ date: String, party: String = "Hotel"
    ) throws -> String {
        try node.perform(
            .sell(
                Details(date: date, party: party), [Line(item: "TEA", quantity: quantity)],
                tender: "credit")
        ).subject
    }

    private func invoice(
        _ code: String, net: String, tax: String = "0", receipts: [String] = [],
        account: String? = nil
    ) -> Command {
        .invoice(
            Details(person: "Wang"),
            .enter(
                .init(
                    supplier: "Mill", code: code, net: net, tax: tax, receipts: receipts,
                    account: account)))
    }

    private func value(_ node: TestNode) throws -> String? {
        try node.report(.stock(branch: "HZ", item: "TEA", limit: 10)).rows.first.flatMap { row in
            row.last { if case .decimal = $0 { true } else { false } }?.plain
        }
    }

    private func differences(_ node: TestNode, _ check: String) throws -> [String] {
        try node.report(.reconcile(branch: nil)).rows.filter { $0[0].plain == check }.map {
            $0[1].plain
        }
    }

    private static let receipt = "HZa-G-2026-000001", sale = "HZa-S-2026-000001"

    /// Ten teas that were booked at 20.00 are invoiced at 21.00 and 2.73 of tax: the four that were sold cost 0.40 more.
    @Test func aSuppliersInvoiceMendsWhatGoodsCost() throws {
        let network = try company(seed: 190)
        let hz = try network["hz"]
        let entered = try hz.perform(
            invoice("A-17", net: "21.00", tax: "2.73", receipts: [Self.receipt]))
        #expect(entered.subject == "HZa-I-2026-000001" && entered.total == "23.73")
        var balances = try hz.balances()
        #expect(balances["payable/HZ/Mill"] == "-23.73")
        #expect(balances["input-tax/HZ"] == "2.73")
        #expect(balances["cost-of-sales/HZ"] == "8.40" && balances["inventory/HZ"] == "12.60")
        #expect(
            hz.refusal(invoice("A-17", net: "1", account: "expense/rent")) == .alreadyRecorded)
        #expect(
            hz.refusal(invoice("A-18", net: "20", receipts: [Self.receipt])) == .alreadyRecorded)
        // Taken back, the goods cost what they did; then it may be entered anew.
        try hz.perform(.reverse(Details(), number: entered.subject))
        balances = try hz.balances()
        #expect(balances["payable/HZ/Mill"] == "-20.00" && balances["input-tax/HZ"] == nil)
        #expect(balances["cost-of-sales/HZ"] == "8.00" && balances["inventory/HZ"] == "12.00")
        try hz.perform(invoice("A-17", net: "20.00", tax: "2.60", receipts: [Self.receipt]))
        #expect(try hz.balances()["payable/HZ/Mill"] == "-22.60")
        network.settle()
        let rows = try network["gz"].report(.invoices(party: nil, openOnly: true)).rows
        #expect(
            rows.map { [$0[0], $0[2], $0[8], $0[9]].map(\.plain) } == [
                ["HZa-I-2026-000002", "A-17", "22.60", Self.receipt]
            ])
        for name in ["hz", "gz"] { #expect(try network.verify(name).isSound) }
    }

    @Test func anInvoiceIsOfSeveralReceiptsOrOfAnAccount() throws {
        let network = try company(seed: 191)
        let hz = try network["hz"]
        let second = try receive(hz, "5", "2026-11-02")
        #expect(
            hz.refusal(invoice("B-1", net: "30.01", receipts: [Self.receipt, second]))
                == .unbalanced)
        try hz.perform(invoice("B-1", net: "30.00", tax: "3.90", receipts: [Self.receipt, second]))
        try hz.perform(invoice("B-2", net: "100.00", tax: "6.00", account: "expense/rent"))
        // A credit note.
        try hz.perform(invoice("B-3", net: "-10.00", tax: "-0.60", account: "expense/rent"))
        let balances = try hz.balances()
        #expect(balances["expense/HZ/rent"] == "90.00" && balances["input-tax/HZ"] == "9.30")
        #expect(balances["payable/HZ/Mill"] == "-129.30")
        for (command, code) in [
            (invoice("B-4", net: "0"), Refusal.Code.emptyDocument),
            (invoice("B-4", net: "1"), .badOption),
            (invoice("B-4", net: "1", tax: "-1", account: "expense/rent"), .notPositive),
            (invoice("B-4", net: "1", account: "cash"), .badAccount),
            (invoice("", net: "1", account: "expense/rent"), .badText),
            (invoice("B-4", net: "1", receipts: [Self.sale]), .unknownDocument),
            (invoice("B-4", net: "1", receipts: ["HZa-G-2026-000009"]), .unknownDocument),
        ] { #expect(hz.refusal(command) == code, "\(command)") }
        let gz = try network["gz"]
        network.settle()
        #expect(gz.refusal(invoice("B-4", net: "1", receipts: [Self.receipt])) == .unknownDocument)
    }

    /// What was said of a receipt's value since, and what went back, was booked already.
    @Test func anInvoiceAsksBeyondAllThatWasBooked() throws {
        let network = try company(seed: 196)
        let hz = try network["hz"]
        try hz.perform(
            .revalue(
                Details(), item: "TEA", change: .of(receipt: Self.receipt, by: "1.00")))
        try hz.perform(
            .sendBack(
                Details(), [Line(item: "TEA", quantity: "2")], receipt: Self.receipt,
                supplier: nil))
        let owed = try #require(hz.balances()["payable/HZ/Mill"])
        let inventory = try hz.balances()["inventory/HZ"]
        try hz.perform(
            invoice("D-1", net: String(owed.dropFirst()), tax: "2.00", receipts: [Self.receipt]))
        #expect(try hz.balances()["inventory/HZ"] == inventory)
        #expect(try hz.balances()["input-tax/HZ"] == "2.00")
        let another = try receive(hz, "1", "2026-11-03")
        #expect(hz.refusal(invoice("D-2", net: "-1", receipts: [another])) == .notPositive)
        // Goods that came in another currency are invoiced in it.
        try hz.perform(.setRate(currency: "USD", rate: "7", from: "2026-11-01"))
        let dollars = try hz.perform(
            .receive(
                Details(date: "2026-11-03", currency: "USD"),
                [Line(item: "TEA", quantity: "10", cost: "20.00")], supplier: "Mill")
        ).subject
        #expect(
            hz.refusal(invoice("D-3", net: "1400.00", receipts: [dollars])) == .twoCurrencies)
    }

    /// Goods came under one name, and the invoice under the one it turned out to be; freight of the same supplier has its own
    /// bill.
    @Test func anInvoiceIsOfAnAliasToo() throws {
        let network = try company(seed: 199)
        let hz = try network["hz"]
        let received = try hz.perform(
            .receive(
                Details(date: "2026-11-03"), [Line(item: "TEA", quantity: "10", cost: "20.00")],
                supplier: "Mil")
        ).subject
        try hz.perform(.setParty(PartyChange(name: "Mil", alias: "Mill")))
        let before = try hz.balances()
        try hz.perform(invoice("F-1", net: "200.00", receipts: [received]))
        #expect(try hz.balances() == before)
        let other = try receive(hz, "10", "2026-11-04")
        try hz.perform(
            .spread(Details(party: "Mill"), receipt: other, amount: "5.00", basis: .value))
        #expect(hz.refusal(invoice("F-2", net: "20.00", receipts: [other])) == .unbalanced)
        try hz.perform(invoice("F-2", net: "25.00", receipts: [other]))
    }

    /// An invoice that asked for what was booked posts nothing, and is taken back by saying so.
    @Test func anInvoiceThatPostedNothingIsTakenBack() throws {
        let network = try company(seed: 197)
        let hz = try network["hz"]
        let entered = try hz.perform(
            invoice("E-1", net: "20.00", receipts: [Self.receipt])
        ).subject
        #expect(
            hz.refusal(invoice("E-2", net: "20.00", receipts: [Self.receipt])) == .alreadyRecorded)
        try hz.perform(
            .invoice(Details(memo: "another number"), .redden(number: entered, code: "E-1")))
        let again = try hz.perform(
            invoice("E-2", net: "21.00", receipts: [Self.receipt])
        ).subject
        #expect(
            hz.refusal(.invoice(Details(memo: "x"), .redden(number: again, code: "E-2")))
                == .notReversible)
        network.settle()
        #expect(try network.verify("gz").isSound)
    }

    /// Of goods that come from a supplier who sends invoices, one is missed after 31 days.
    @Test func aMissingInvoiceIsNamed() throws {
        let network = try TestNetwork.company([], seed: 192)
        let hz = try network["hz"]
        try hz.perform(.addItems([ItemChange(code: "TEA", name: "Tea", price: "9.00")]))
        let old = try receive(hz, "1", "2026-10-10")
        try receive(hz, "1", "2026-10-20")
        #expect(try differences(hz, "no invoice") == [])
        try hz.perform(invoice("C-1", net: "9.00", account: "expense/rent"))
        #expect(try differences(hz, "no invoice") == ["\(old) of Mill"])
        try hz.perform(invoice("C-2", net: "2.00", receipts: [old]))
        #expect(try differences(hz, "no invoice") == [])
    }

    @Test func aTaxInvoiceIsOfSales() throws {
        let network = try company(seed: 193)
        let hz = try network["hz"]
        let second = try sell(hz, "1", "2026-11-06")
        let other = try sell(hz, "1", "2026-11-06", party: "Inn")
        func issue(_ sales: [String], _ code: String) -> Command {
            .invoice(Details(), .issue(sales: sales, code: code))
        }
        #expect(hz.refusal(issue([second, other], "044")) == .badOption)
        let issued = try hz.perform(issue([Self.sale, second], "044001"))
        #expect(issued.total == "50.85")
        #expect(hz.refusal(issue([second], "044002")) == .alreadyRecorded)
        #expect(try hz.balances()["tax/HZ"] == "-7.02")
        // Goods come back: the invoice has to be taken back by a red-letter one.
        try hz.perform(
            .giveBack(
                Details(party: "Hotel"), [Line(item: "TEA", quantity: "1")], sale: second,
                tender: "credit"))
        #expect(try differences(hz, "invoice") == ["044001 of \(second)"])
        func redden(_ memo: String?) -> Command {
            .invoice(Details(memo: memo), .redden(number: issued.subject, code: "044R"))
        }
        #expect(hz.refusal(redden(nil)) == .badOption)
        try hz.perform(redden("one came back"))
        #expect(hz.refusal(redden("again")) == .alreadyReversed)
        #expect(try differences(hz, "invoice") == [])
        try hz.perform(issue([Self.sale], "044003"))
        network.settle()
        let states = try network["gz"].report(.invoices(party: "Hotel", openOnly: false)).rows.map {
            $0[10].plain
        }
        #expect(states == ["red-letter 044R", "issued"])
        #expect(
            try network["gz"].refusal(
                .invoice(Details(memo: "x"), .redden(number: issued.subject, code: "1")))
                == .notForThisBranch)
        // The next one is of what is left, and nothing is found about it; of nothing there is none.
        #expect(hz.refusal(issue([second], "044004")) == .notPositive)
        let third = try sell(hz, "3", "2026-11-06")
        try hz.perform(
            .giveBack(
                Details(party: "Hotel"), [Line(item: "TEA", quantity: "1")], sale: third,
                tender: "credit"))
        #expect(try hz.perform(issue([third], "044005")).total == "20.34")
        #expect(try differences(hz, "invoice") == [])
        try hz.perform(
            .giveBack(
                Details(party: "Hotel"), [Line(item: "TEA", quantity: "1")], sale: third,
                tender: "credit"))
        #expect(try differences(hz, "invoice") == ["044005 of \(third)"])
    }

    // MARK: Debts

    @Test func aDebtIsGivenUp() throws {
        let network = try company(seed: 194)
        let (hz, gz) = (try network["hz"], try network["gz"])
        try hz.perform(
            .setWorkflow(
                WorkflowChange(kind: .debt, steps: ["check:bookkeeper", "release:manager>20"])))
        for (name, role) in [("Li", "bookkeeper"), ("Chen", "manager")] {
            try hz.perform(.setPerson(PersonChange(name: name, roles: [role])))
        }
        func writeOff(_ amount: String, memo: String? = "they are gone") -> Command {
            .debt(Details(person: "Wang", memo: memo), .writeOff(party: "Hotel", amount: amount))
        }
        #expect(hz.refusal(writeOff("10", memo: nil)) == .badOption)
        #expect(hz.refusal(writeOff("40.69")) == .notEnough)
        let asked = try hz.perform(writeOff("30.00"))
        #expect(asked.subject == "HZa-J-2026-000001" && asked.notices.count == 1)
        func approve(_ person: String) -> Command {
            .debt(Details(person: person), .approve(number: asked.subject))
        }
        #expect(hz.refusal(approve("Wang")) == .ownApproval)
        #expect(hz.refusal(approve("Chen")) == .notThisPerson)
        try hz.perform(approve("Li"))
        #expect(hz.refusal(approve("Li")) == .ownApproval)
        #expect(try hz.balances()["expense/HZ/bad-debts"] == nil)
        network.settle()
        #expect(gz.refusal(approve("Chen")) == .notForThisBranch)
        try hz.perform(approve("Chen"))
        network.run(milliseconds: 60_000)
        for node in [hz, gz] {
            #expect(try node.balances()["expense/HZ/bad-debts"] == "30.00")
            #expect(try node.balances()["receivable/HZ/Hotel"] == "10.68")
            #expect(try node.report(.debts).rows.map { $0[4].plain } == ["booked"])
        }
        #expect(hz.refusal(approve("Chen")) == .orderState)
        // Less than the last step's limit, and refused.
        let small = try hz.perform(writeOff("5.00")).subject
        #expect(
            hz.refusal(.debt(Details(person: "Li"), .refuse(number: small))) == .badOption)
        try hz.perform(.debt(Details(person: "Li", memo: "they pay"), .refuse(number: small)))
        #expect(
            hz.refusal(.debt(Details(person: "Li"), .approve(number: small))) == .orderState)
        #expect(
            try hz.report(.reconcile(branch: nil)).rows.allSatisfy {
                $0[0].plain != "gap in numbers"
            })
        for name in ["hz", "gz"] { #expect(try network.verify(name).isSound) }
    }

    /// Who approved may not any more when the keeper hears of it: it is not booked, is named, and may be refused.
    @Test func whatIsApprovedAndNotBookedIsNamed() throws {
        let network = try company(seed: 231)
        let (hz, gz) = (try network["hz"], try network["gz"])
        try hz.perform(
            .setWorkflow(WorkflowChange(kind: .debt, steps: ["release:manager"])))
        for name in ["Chen", "Dora"] {
            try hz.perform(.setPerson(PersonChange(name: name, roles: ["manager"])))
        }
        let asked = try hz.perform(
            .debt(
                Details(person: "Wang", memo: "gone"),
                .writeOff(party: "Hotel", amount: "5.00"))
        ).subject
        // As it may come together from two nodes: approved here, and the role taken there.
        guard
            case .outcomes(let results) = hz.ask(
                .performAll([
                    .debt(Details(person: "Chen"), .approve(number: asked)),
                    .setPerson(PersonChange(name: "Chen", roles: [])),
                ]))
        else { throw Refusal(.fault, "no outcomes") }
        #expect(results.count == 2)
        network.run(milliseconds: 60_000)
        #expect(try hz.balances()["expense/HZ/bad-debts"] == nil)
        for node in [hz, gz] {
            #expect(try differences(node, "debt") == ["\(asked) of Hotel"])
        }
        try hz.perform(.debt(Details(person: "Dora", memo: "anew"), .refuse(number: asked)))
        #expect(try differences(hz, "debt") == [])
        #expect(try hz.report(.debts).rows.map { $0[4].plain } == ["refused"])
    }

    /// A step is for those who work at the branch that is owed, and for their deputies.
    @Test func aDebtWaitsForItsBranch() throws {
        let network = try company(seed: 232)
        let (hz, gz) = (try network["hz"], try network["gz"])
        try hz.perform(
            .setWorkflow(WorkflowChange(kind: .debt, steps: ["release:manager"])))
        for (name, branches, deputy) in [
            ("Chen", ["HZ"], "Xu"), ("Sun", ["GZ"], "Yu"), ("Dora", [], ""),
        ] {
            try hz.perform(
                .setPerson(
                    PersonChange(
                        name: name, roles: ["manager"], deputy: deputy, branches: branches)))
        }
        let asked = try hz.perform(
            .debt(Details(person: "Wang", memo: "gone"), .writeOff(party: "Hotel", amount: "5.00"))
        ).subject
        network.settle()
        func waits(_ node: TestNode, _ person: String) throws -> (count: Int, notes: [String]) {
            let report = try node.report(.todo(TodoFilter(person: person)))
            return (report.rows.filter { $0[1].plain == "write-off waits" }.count, report.notes)
        }
        for (person, count) in [("Chen", 1), ("Xu", 1), ("Sun", 0), ("Yu", 0), ("Dora", 1)] {
            for node in [hz, gz] { #expect(try waits(node, person).count == count, "\(person)") }
        }
        #expect(
            try waits(gz, "Dora").notes.contains(
                "write-off waits: at HZ `branchbook debt approve NUMBER`"))
        func approve(_ person: String) -> Command {
            .debt(Details(person: person), .approve(number: asked))
        }
        #expect(hz.refusal(approve("Sun")) == .notThisPerson)
        #expect(hz.refusal(approve("Yu")) == .notThisPerson)
        #expect(
            hz.refusal(.debt(Details(person: "Sun", memo: "no"), .refuse(number: asked)))
                == .notThisPerson)
        try hz.perform(approve("Xu"))
        network.run(milliseconds: 60_000)
        #expect(try hz.balances()["expense/HZ/bad-debts"] == "5.00")
        // What Chen asks is not decided by who stands in for Chen.
        try hz.perform(
            .debt(
                Details(person: "Chen", memo: "gone"), .writeOff(party: "Hotel", amount: "1.00")))
        #expect(try waits(hz, "Xu").count == 0)
        #expect(try waits(hz, "Dora").count == 1)
    }

    /// Where nobody has to approve it is booked at once; and once, whatever anybody says of it.
    @Test func withoutAWorkflowTheKeeperBooksAtOnce() throws {
        let network = try company(seed: 195)
        let hz = try network["hz"]
        let asked = try hz.perform(
            .debt(Details(memo: "cents"), .writeOff(party: "Hotel", amount: "0.68"))
        ).subject
        network.run(milliseconds: 60_000)
        #expect(try hz.balances()["receivable/HZ/Hotel"] == "40.00")
        #expect(hz.refusal(.debt(Details(), .book(number: asked))) == .alreadyRecorded)
        try hz.perform(.reverse(Details(), number: asked))
        network.run(milliseconds: 60_000)
        #expect(try hz.balances()["receivable/HZ/Hotel"] == "40.68")
    }

    /// What a writer of the branch's trade says of itself gives nothing up: not by leaving the company's steps out, nor in the
    /// name of another node's series. A name that begins with a mark stops nobody.
    @Test func whatIsOnlySaidGivesNothingUp() throws {
        let network = try company(seed: 198)
        let (hz, gz) = (try network["hz"], try network["gz"])
        try hz.perform(
            .setWorkflow(WorkflowChange(kind: .debt, steps: ["release:manager"])))
        let day = try #require(Day("2026-11-18"))
        func say(_ text: String, party: String, at node: TestNode, steps: [Workflow.Step] = [])
            throws
        {
            let number = try #require(DocumentNumber(text))
            let event = DebtWriteOff.asking(
                number, party: party, amount: 100, reason: "gone", steps: steps, person: "Eve",
                day: day)
            let engine = node.engine
            try engine.store.transact {
                _ = try engine.commit(
                    [Draft.Part(.trade(try #require(BranchCode("HZ"))), [.append(event)])],
                    at: node.now)
                try engine.author?.seal(in: engine.store)
            }
        }
        try say("HZa-J-2026-000001", party: "Hotel", at: hz)
        try say("HZb-J-2026-000001", party: "Hotel", at: hz)
        try say("HZa-J-2026-000002", party: "\u{301}x", at: hz)
        network.run(milliseconds: 120_000)
        hz.now = hz.now.advanced(byMilliseconds: 2 * 86_400_000)
        network.now = hz.now
        network.run(milliseconds: 60_000)
        #expect(try hz.balances()["expense/HZ/bad-debts"] == nil)
        #expect(
            try gz.report(.debts).rows.map { $0[0].plain } == [
                "HZa-J-2026-000001", "HZa-J-2026-000002",
            ])
        #expect(
            hz.refusal(.match(Details(), .confirm(.receivable, party: "\u{301}x", how: [])))
                == .emptyDocument)
        #expect(
            hz.refusal(.debt(Details(memo: "m"), .writeOff(party: "\u{301}x", amount: "1")))
                == .notEnough)
        // Another branch's document of the number books nothing here.
        #expect(
            gz.refusal(.debt(Details(), .book(number: "HZa-J-2026-000001"))) != nil)
        #expect(try network.verify("hz").isSound)
    }
}
