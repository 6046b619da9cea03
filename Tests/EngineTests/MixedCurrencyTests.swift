import Testing

@testable import Books
@testable import Engine
@testable import Replica
@testable import Store

/// What keeps amounts of two currencies apart, and rates to their days. The test's day is 18 November.
@Suite struct MixedCurrencyTests {
    /// Dollars at 7.20 since October, and at 7.10 since 10 November.
    private func company(_ branches: [String] = [], seed: UInt64) throws -> TestNetwork {
        try TestNetwork.withDollars(branches, seed: seed)
    }

    private func receive(
        _ node: TestNode, _ lines: [Line], _ date: String, in currency: String? = nil
    ) throws -> String {
        try node.perform(
            .receive(Details(date: date, currency: currency), lines, supplier: "Mill")
        ).subject
    }

    /// Of parts of receipts; of all of them where none are named.
    private func invoice(
        _ code: String, net: String, tax: String = "0", of receipts: [String],
        _ parts: [(String, String)] = [], in currency: String? = nil, date: String? = nil
    ) -> Command {
        .invoice(
            Details(date: date, person: "Wang", currency: currency),
            .enter(
                .init(
                    supplier: "Mill", code: code, net: net, tax: tax,
                    receipts: parts.isEmpty ? receipts : [],
                    parts: receipts.flatMap { receipt in
                        parts.map { .init(receipt: receipt, item: $0.0, quantity: $0.1) }
                    })))
    }

    private func held(_ node: TestNode, _ account: String) throws -> String? {
        try node.report(.currencies(branch: nil, asAt: nil)).rows.first {
            $0[0].plain == "account" && $0[3].plain == account
        }.map { "\($0[4].plain) \($0[1].plain)" }
    }

    private func isBalanced(_ node: TestNode) throws -> Bool {
        let sheet = try node.report(.position(StatementFilter(to: "2026-11-30")))
        return sheet.facts.first { $0.key == "balanced" }?.value == .flag(true)
            && !sheet.rows.contains { $0[2].plain == "Currency exchange" }
    }

    private func refusal(_ body: () throws -> Void) -> Refusal.Code? {
        do {
            try body()
            return nil
        } catch {
            return (error as? Refusal)?.code
        }
    }

    // MARK: Orders

    /// A rate that is named with an order does not say what its limits are asked of: the catalog's does.
    @Test func limitsAreAskedOfTheCatalogsRate() throws {
        let network = try company(seed: 660)
        let hz = try network["hz"]
        try hz.perform(
            .setWorkflow(WorkflowChange(kind: .purchase, steps: ["release:manager>150"])))
        try hz.perform(.setPerson(PersonChange(name: "Chen", roles: ["manager"])))
        func open(_ quantity: String, _ currency: String, _ rate: String?) throws -> String {
            try hz.perform(
                .order(
                    Details(
                        date: "2026-11-01", person: "Wang", currency: currency, rate: rate),
                    .open(
                        OrderForm(
                            kind: .purchase, party: "Mill",
                            lines: [Line(item: "TEA", quantity: quantity, cost: "2.00")],
                            submits: true)))
            ).subject
        }
        func place(_ order: String) -> Command { .order(Details(), .place(order: order)) }
        // 22.00 USD are 158.40, and 20.00 are 144.00, whatever whoever opens it says.
        #expect(hz.refusal(place(try open("11", "USD", "0.000001"))) == .orderState)
        #expect(hz.refusal(place(try open("10", "USD", "1000"))) == nil)
        // Of euros nobody knows a rate: every step is needed.
        let euros = try open("1", "EUR", "0.000001")
        #expect(hz.refusal(place(euros)) == .orderState)
        #expect(hz.refusal(place(try open("1", "EUR", nil))) == .orderState)
        try hz.perform(.order(Details(person: "Chen"), .approve(order: euros, step: nil)))
        try hz.perform(place(euros))
        // What comes of it may have a rate of its own.
        func come(_ rate: String?) -> Command {
            .receive(Details(order: euros, rate: rate), [], supplier: "")
        }
        #expect(hz.refusal(come(nil)) == .noRate)
        try hz.perform(come("8"))
        #expect(try hz.balances()["inventory/HZ"] == "16.00")
        _ = network
    }

    // MARK: Invoices

    /// What was booked in one currency is taken off nothing in another one.
    @Test func aReceiptIsInvoicedInOneCurrency() throws {
        let network = try company(seed: 661)
        let hz = try network["hz"]
        let teas = [Line(item: "TEA", quantity: "10")]
        func say(_ amount: String, of receipt: String) throws -> String {
            try hz.perform(
                .revalue(Details(), item: "TEA", change: .of(receipt: receipt, by: amount))
            ).subject
        }
        // Without a cost of its own, and costed in the book's own since.
        let first = try receive(hz, teas, "2026-11-01")
        _ = try say("20.00", of: first)
        #expect(hz.refusal(invoice("A-0", net: "2.80", of: [first], in: "USD")) == .twoCurrencies)
        try hz.perform(invoice("A-1", net: "10.00", of: [first], [("TEA", "5")]))
        let before = try hz.balances()
        #expect(
            hz.refusal(invoice("A-2", net: "1.40", of: [first], [("TEA", "5")], in: "USD"))
                == .twoCurrencies)
        #expect(try hz.balances() == before)
        try hz.perform(invoice("A-2", net: "10.00", of: [first]))
        // What was said taken back, it is of no currency until an invoice is.
        let second = try receive(hz, teas, "2026-11-01")
        try hz.perform(.reverse(Details(), number: try say("20.00", of: second)))
        try hz.perform(invoice("B-1", net: "7.00", of: [second], [("TEA", "5")], in: "USD"))
        #expect(try held(hz, "payable/HZ/Mill") == "-7.00 USD")
        #expect(hz.refusal(invoice("B-2", net: "50.00", of: [second])) == .twoCurrencies)
        try hz.perform(invoice("B-2", net: "7.00", of: [second], in: "USD"))
        // Charges in the book's own on goods that cost dollars stand beside that.
        let third = try receive(
            hz, [Line(item: "TEA", quantity: "10", cost: "2.00")], "2026-11-01", in: "USD")
        _ = try say("5.00", of: third)
        let owed = try hz.balances()["payable/HZ/Mill"]
        try hz.perform(invoice("C-1", net: "10.00", of: [third], [("TEA", "5")], in: "USD"))
        #expect(hz.refusal(invoice("C-2", net: "10.00", of: [third])) == .twoCurrencies)
        try hz.perform(invoice("C-2", net: "10.00", of: [third], in: "USD"))
        #expect(try hz.balances()["payable/HZ/Mill"] == owed)
        #expect(try isBalanced(hz))
        #expect(try network.verify("hz").isSound)
    }

    /// Ten teas for 1010 VND and ten cups for 2000, at 0.0003, are 0.30 and 0.60: their shares of 3010 are 1003 and 2007.
    @Test func whatIsWorthNothingIsNoDifference() throws {
        let network = try company(seed: 662)
        let hz = try network["hz"]
        try hz.perform(.setRate(currency: "VND", rate: "0.0003", from: "2026-10-01"))
        let receipts = try (0..<3).map { _ in
            try receive(
                hz,
                [
                    Line(item: "TEA", quantity: "10", total: "1010"),
                    Line(item: "CUP", quantity: "10", total: "2000"),
                ], "2026-11-01", in: "VND")
        }
        #expect(try held(hz, "payable/HZ/Mill") == "-9030 VND")
        try hz.perform(
            .sendBack(
                Details(currency: "VND"), [Line(item: "TEA", quantity: "1")],
                receipt: receipts[0], supplier: nil))
        #expect(try held(hz, "payable/HZ/Mill") == "-8930 VND")
        let before = try hz.balances()["inventory/HZ"]
        func cups(_ net: String) -> Command {
            invoice("D-1", net: net, of: [receipts[0]], [("CUP", "10")], in: "VND")
        }
        #expect(hz.refusal(cups("1900")) == .unbalanced)
        try hz.perform(cups("2000"))
        #expect(try held(hz, "payable/HZ/Mill") == "-8923 VND")
        func teas(_ net: String) -> Command {
            invoice("D-2", net: net, of: Array(receipts[1...]), [("TEA", "10")], in: "VND")
        }
        #expect(hz.refusal(teas("2200")) == .unbalanced)
        try hz.perform(teas("2020"))
        #expect(try held(hz, "payable/HZ/Mill") == "-8937 VND")
        #expect(try hz.balances()["inventory/HZ"] == before)
        #expect(try isBalanced(hz))
        #expect(try network.verify("hz").isSound)
    }

    // MARK: Days

    /// What is asked for the 5th, and is of an order or a receipt of a later day, has that day, and its rate.
    @Test func aDocumentHasTheRateOfItsOwnDay() throws {
        let network = try company(seed: 663)
        let hz = try network["hz"]
        func order(_ kind: OrderForm.Kind, _ party: String, _ line: Line) throws -> String {
            let number = try hz.perform(
                .order(
                    Details(date: "2026-11-10", currency: "USD"),
                    .open(OrderForm(kind: kind, party: party, lines: [line], submits: true)))
            ).subject
            try hz.perform(.order(Details(), .place(order: number)))
            return number
        }
        let bought = try order(.purchase, "Mill", Line(item: "TEA", quantity: "10", cost: "2.00"))
        let received = try hz.perform(
            .receive(Details(date: "2026-11-05", order: bought), [], supplier: "")
        ).subject
        #expect(try hz.balances()["inventory/HZ"] == "142.00")
        let sold = try order(.sale, "Acme", Line(item: "TEA", quantity: "1", price: "10.00"))
        try hz.perform(
            .sell(Details(date: "2026-11-05", order: sold), [], tender: "credit"))
        #expect(try hz.balances()["sales/HZ"] == "-71.00")
        try hz.perform(
            invoice(
                "E-1", net: "20.00", tax: "1.00", of: [received], in: "USD", date: "2026-11-05"))
        #expect(try hz.balances()["input-tax/HZ"] == "7.10")
        #expect(try isBalanced(hz))
        _ = network
    }

    // MARK: Banks and statements

    /// A bank that is empty of dollars has held them all the same.
    @Test func aBankThatHeldDollarsIsAsked() throws {
        let network = try company(seed: 664)
        let hz = try network["hz"]
        let usd = Details(date: "2026-11-01", currency: "USD")
        try hz.perform(
            .currency(
                usd, .buy(amount: "10.00", cost: "72.00", from: "bank:main", to: "bank:usd")))
        try hz.perform(
            .currency(
                usd, .sell(amount: "10.00", proceeds: "72.00", from: "bank:usd", to: "bank:main")))
        let rows = [BankRow(date: "2026-11-02", amount: "5.00", text: "Acme")]
        for act in [
            BankAct.lines(bank: "usd", rows), .balance(bank: "usd", amount: "0.00"),
        ] {
            #expect(hz.refusal(.bank(Details(), act)) == .twoCurrencies)
            #expect(hz.refusal(.bank(Details(currency: "USD"), act)) == nil)
        }
        #expect(hz.refusal(.bank(Details(), .lines(bank: "main", rows))) == nil)
        _ = network
    }

    /// Of a bank of which statements of several currencies were read, and none of the book's own, one is named.
    @Test func ofSeveralCurrenciesOneIsNamed() throws {
        let network = try company(seed: 665)
        let hz = try network["hz"]
        func statement(_ currency: String?) throws -> Report {
            try hz.report(
                .bankStatement(
                    bank: "abroad", from: "2026-11-01", to: "2026-11-30", currency: currency))
        }
        for (currency, known) in [("USD", nil), ("EUR", .twoCurrencies), ("CNY", nil)]
            as [(String, Refusal.Code?)]
        {
            try hz.perform(
                .bank(
                    Details(currency: currency),
                    .lines(
                        bank: "abroad",
                        [BankRow(date: "2026-11-02", amount: "5.00", text: "Acme")])))
            #expect(refusal { _ = try statement(nil) } == known)
            if known != nil {
                guard
                    case .refused(let refusal) = hz.ask(.bookBank(Details(), bank: "abroad"))
                else {
                    Issue.record("booked of one of them")
                    return
                }
                #expect(refusal.code == .twoCurrencies)
            }
            #expect(try statement(currency).rows.count == 1)
        }
        _ = network
    }

    /// An account in dollars says that something is owed in the book's own as well.
    @Test func aStatementOfDollarsTellsOfTheRest() throws {
        let network = try company(seed: 666)
        let hz = try network["hz"]
        for currency in ["USD", nil] {
            try hz.perform(
                .sell(
                    Details(date: "2026-11-01", party: "Acme", currency: currency),
                    [Line(item: "TEA", quantity: "1", price: "10.00")], tender: "credit"))
        }
        for (currency, other) in [("USD", "CNY"), ("CNY", "USD")] {
            let sent = try hz.report(
                .partyStatement(
                    .receivable, party: "Acme", branch: nil, from: "2026-11-01", to: "2026-11-30",
                    currency: currency))
            #expect(sent.rows.count == 1)
            #expect(
                sent.notes == ["Amounts in \(other) are not on it: name one with --currency."])
        }
        _ = network
    }

    /// Figures that do not fit are no share.
    @Test func aShareThatDoesNotFitIsNone() throws {
        let day = try #require(Day("2026-11-18"))
        let items = OpenItems(
            [.init(number: DocumentNumber("HZa-S-2026-000001"), day: day, amount: -1)], [])
        #expect(CarriedShare(items, -720).value(of: -1) == -720)
        #expect(CarriedShare(items, .max).value(of: 2) == nil)
        #expect(CarriedShare(items, .min).value(of: 1) == nil)
    }
}
