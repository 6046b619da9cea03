import Testing

@testable import Books
@testable import Engine
@testable import Exchange
@testable import Replica
@testable import Store

/// What was of the book's own currency alone: matches, statements, banks, orders, drawers, and what is between branches.
/// The test's day is 18 November.
@Suite struct OtherCurrencyTests {
    /// Dollars at 7.20 since October, and at 7.10 since 10 November.
    private func company(_ branches: [String] = [], seed: UInt64) throws -> TestNetwork {
        try TestNetwork.withDollars(branches, seed: seed)
    }

    private func usd(
        _ date: String? = nil, party: String? = nil, order: String? = nil, memo: String? = nil
    ) -> Details {
        Details(date: date, party: party, memo: memo, order: order, currency: "USD")
    }

    @discardableResult
    private func sell(_ node: TestNode, _ quantity: String, _ date: String) throws -> String {
        try node.perform(
            .sell(
                usd(date, party: "Acme"),
                [Line(item: "TEA", quantity: quantity, price: "10.00")], tender: "credit")
        ).subject
    }

    @discardableResult
    private func pay(
        _ node: TestNode, _ amount: String, _ date: String, settles: [String] = [],
        through: String = "bank:usd", memo: String? = nil
    ) throws -> String {
        try node.perform(
            .pay(
                usd(date, memo: memo),
                Payment(
                    direction: .received, party: "Acme", amount: amount, through: through,
                    settles: settles))
        ).subject
    }

    /// Number, what is open, its currency, what it is carried at.
    private func open(_ node: TestNode) throws -> [[String]] {
        try node.report(.openItems(.receivable, party: "Acme", branch: nil)).rows.map { row in
            [3, 6, 8, 9].map { row[$0].plain }
        }
    }

    private func held(_ node: TestNode, _ account: String) throws -> String? {
        try node.report(.currencies(branch: nil, asAt: nil)).rows.first {
            $0[0].plain == "account" && $0[3].plain == account
        }.map { "\($0[4].plain) \($0[1].plain) = \($0[5].plain)" }
    }

    private func differences(_ node: TestNode, _ check: String) throws -> [[String]] {
        try node.report(.reconcile(branch: nil)).rows.filter { $0[0].plain == check }.map {
            [$0[1].plain, $0[3].plain]
        }
    }

    private func isBalanced(_ node: TestNode) throws -> Bool {
        let sheet = try node.report(.position(StatementFilter(to: "2026-11-30")))
        return sheet.facts.first { $0.key == "balanced" }?.value == .flag(true)
            && !sheet.rows.contains { $0[2].plain == "Currency exchange" }
    }

    private static let first = "HZa-S-2026-000001", second = "HZa-S-2026-000002"

    // MARK: Matches

    /// The example of `money.md`: Acme owes 100.00 and 50.00 USD; 40.00 settle the first in part.
    @Test func whatSettlesWhatInAnotherCurrency() throws {
        let network = try company(["gz"], seed: 620)
        let hz = try network["hz"]
        try sell(hz, "10", "2026-11-01")
        try sell(hz, "5", "2026-11-05")
        try hz.perform(
            .sell(
                Details(date: "2026-11-06", party: "Acme"), [Line(item: "TEA", quantity: "1")],
                tender: "credit"))
        try pay(hz, "40.00", "2026-11-10", settles: [Self.first])
        #expect(
            try open(hz) == [
                ["HZa-S-2026-000003", "36.00", "CNY", ""], [Self.first, "60.00", "USD", "432.00"],
                [Self.second, "50.00", "USD", "360.00"],
            ])
        let paid = try pay(hz, "50.00", "2026-11-11")
        let proposed = try hz.report(.matchProposals(.receivable, party: "Acme")).rows
        #expect(
            proposed.map { row in [1, 2, 3, 4, 6].map { row[$0].plain } } == [
                ["equal", paid, Self.second, "50.00", "USD"]
            ])
        #expect(proposed.first?[5].plain.hasSuffix(" --currency USD`") == true)
        // Of two currencies nothing settles anything.
        func set(_ documents: [String], currency: String? = nil) -> Command {
            .match(
                Details(currency: currency),
                .set(.receivable, party: "Acme", documents.map { MatchPart(document: $0) }))
        }
        #expect(hz.refusal(set([paid, "HZa-S-2026-000003"])) == .twoCurrencies)
        #expect(hz.refusal(set([paid, Self.second], currency: "CNY")) == .unknownDocument)
        #expect(hz.refusal(set([paid, Self.second], currency: "usd")) == .badCode)
        #expect(
            hz.refusal(
                .pay(
                    Details(),
                    Payment(
                        direction: .received, party: "Acme", amount: "9.00", through: "cash",
                        settles: [Self.second]))) == .unknownDocument)
        let match = try hz.perform(set([paid, Self.second]))
        #expect(match.total == "50.00" && match.currency == "USD")
        // 60.00 USD of debt are carried at their share.
        #expect(try open(hz).last == [Self.first, "60.00", "USD", "432.00"])
        try hz.perform(.match(Details(), .undo(number: match.subject)))
        #expect(try open(hz).count == 4)
        try hz.perform(.match(Details(), .confirm(.receivable, party: "Acme", how: [])))
        #expect(try open(hz).count == 2)
        network.settle()
        #expect(try open(network["gz"]) == open(hz))
        #expect(try isBalanced(hz))
        for name in ["hz", "gz"] { #expect(try network.verify(name).isSound) }
    }

    /// A customer is sent an account in the currency of what they bought.
    @Test func aStatementOfAccountInAnotherCurrency() throws {
        let network = try company(seed: 621)
        let hz = try network["hz"]
        try sell(hz, "10", "2026-10-20")
        try sell(hz, "5", "2026-11-05")
        try pay(hz, "50.00", "2026-11-10", settles: [Self.second])
        func statement(_ currency: String?) throws -> Report {
            try hz.report(
                .partyStatement(
                    .receivable, party: "Acme", branch: nil, from: "2026-11-01", to: "2026-11-30",
                    currency: currency))
        }
        let sent = try statement("USD")
        #expect(
            sent.rows.map { row in [2, 5, 6, 7, 8].map { row[$0].plain } } == [
                [Self.second, "50.00", "", "", "150.00"],
                ["HZa-P-2026-000001", "", "50.00", "", "100.00"],
            ])
        func fact(_ key: String) -> String? { sent.facts.first { $0.key == key }?.value.plain }
        #expect(
            [fact("currency"), fact("opening"), fact("closing"), fact("overdue")] == [
                "USD", "100.00", "100.00", "100.00",
            ])
        #expect(sent.notes.isEmpty)
        let own = try statement(nil)
        #expect(own.rows.isEmpty && own.notes.contains { $0.contains("USD") })
        // What is matched is not the oldest, and it is not what is due: of 720.00 all is older than 30 days.
        let aged = try hz.report(
            .ageing(AgeingFilter(of: "receivable", asAt: "2026-12-02")))
        let row = try #require(aged.rows.first)
        #expect([2, 4, 5, 9].map { row[$0].plain } == ["720.00", "", "720.00", "100.00 USD"])
    }

    /// Two who settle one sale with two payments beside each other: the lower number holds, at every node.
    @Test func twoWhoMatchBesideEachOther() throws {
        let network = try company(["gz"], seed: 622)
        let hz = try network["hz"]
        let office = try network.joinOffice(seed: 650)
        try sell(hz, "10", "2026-11-01")
        let paid = [
            try pay(hz, "100.00", "2026-11-02"), try pay(hz, "100.00", "2026-11-03"),
        ]
        network.settle()
        network.sever("hz", "office")
        network.sever("gz", "office")
        func set(_ payment: String) -> Command {
            .match(
                Details(),
                .set(
                    .receivable, party: "Acme",
                    [MatchPart(document: payment), MatchPart(document: Self.first)]))
        }
        try hz.perform(set(paid[1]))
        try office.perform(set(paid[0]))
        network.mend("hz", "office")
        network.mend("gz", "office")
        network.settle()
        for name in ["hz", "gz", "office"] {
            let node = try network[name]
            #expect(try open(node).map { $0[0] } == [paid[0]])
            #expect(
                try differences(node, "match").map { $0[0] } == [
                    "HZb-N-2026-000001 on receivable/HZ/Acme"
                ])
            #expect(try network.verify(name).isSound)
        }
        #expect(try network.digests().count == 1)
    }

    @Test func whatNamesNoCurrencyIsNoMatch() throws {
        let number = try #require(DocumentNumber("HZa-N-2026-000001"))
        let day = try #require(Day("2026-11-18"))
        func read(_ currency: Value?) -> Match? {
            Match(
                number,
                [
                    Event(
                        entity: Match.entity(number), kind: Event.openingKind, person: "Eve",
                        effectiveDate: day,
                        fields: [
                            .init("account", .text("receivable/HZ/Acme")),
                            .init("HZa-S-2026-000001", .integer(5)),
                            .init("HZa-P-2026-000001", .integer(-5)),
                        ] + (currency.map { [.init("currency", $0)] } ?? []))
                ])
        }
        #expect(read(nil) != nil && read(.text("USD"))?.currency?.text == "USD")
        #expect(read(.text("usd")) == nil && read(.integer(7)) == nil)
    }

    /// A tax invoice of a sale in another currency is of what the books have: of the book's own.
    @Test func aTaxInvoiceOfASaleInAnotherCurrency() throws {
        let network = try company(seed: 623)
        let hz = try network["hz"]
        let sold = try hz.perform(
            .sell(
                usd("2026-11-01", party: "Acme"),
                [Line(item: "TEA", quantity: "10", price: "10.00", tax: "13")], tender: "credit")
        ).subject
        let issued = try hz.perform(.invoice(Details(), .issue(sales: [sold], code: "044")))
        #expect(issued.total == "813.60")
        #expect(
            try hz.report(.invoices(party: "Acme", openOnly: true)).rows.map { row in
                [6, 7, 8, 12].map { row[$0].plain }
            } == [["720.00", "93.60", "813.60", "CNY"]])
    }

    // MARK: Banks

    /// The example of `money.md`: a statement of the dollars at a bank.
    @Test func aBanksStatementInAnotherCurrency() throws {
        let network = try company(["gz"], seed: 624)
        let hz = try network["hz"]
        try sell(hz, "10", "2026-11-01")
        try pay(hz, "40.00", "2026-11-10")
        let statement =
            "date,amount,text\n2026-11-10,40.00,ACME\n2026-11-12,60.00,for \(Self.first)\n"
        func read(_ currency: String?) throws -> [CommandResult] {
            var table: TableImport?
            func take(_ record: CSVRecord) throws {
                if table == nil {
                    table = try TableImport(
                        .bank, header: record, map: [:], source: "nov.csv", list: "usd",
                        currency: currency)
                } else {
                    table?.read(record)
                }
            }
            var reader = CSVReader()
            try reader.read(Array(statement.utf8), take)
            try reader.finish(take)
            table?.finish()
            let commands = table?.take().map(\.command) ?? []
            guard case .outcomes(let results) = hz.ask(.performAll(commands)) else {
                throw Refusal(.fault, "no outcomes")
            }
            return results
        }
        guard case .refused(let refusal) = try read(nil).first else {
            Issue.record("read as of the book's own currency")
            return
        }
        #expect(refusal.code == .twoCurrencies)
        guard case .done = try read("USD").first else {
            Issue.record("not read")
            return
        }
        func rows() throws -> [[String]] {
            try hz.report(
                .bankStatement(bank: "usd", from: "2026-11-01", to: "2026-11-30")
            ).rows.map { row in [2, 3, 4].map { row[$0].plain } }
        }
        #expect(
            try rows() == [["40.00", "HZa-P-2026-000001", "booked"], ["60.00", "", "reference"]])
        #expect(
            try differences(hz, "bank") == [
                [
                    "bank/HZ/usd: for \(Self.first)",
                    "60.00 USD: on the statement, and not in the books",
                ]
            ])
        try hz.perform(.bank(usd("2026-11-30"), .balance(bank: "usd", amount: "100.00")))
        network.settle()
        #expect(
            try differences(network["gz"], "bank").first == [
                "bank/HZ/usd on 2026-11-30", "the statement says 100.00, the books 40.00 USD",
            ])
        guard case .outcomes(let booked) = hz.ask(.bookBank(Details(), bank: "usd")) else {
            Issue.record("nothing booked")
            return
        }
        #expect(booked.count == 1)
        #expect(try rows().map { $0[2] } == ["booked", "booked"])
        #expect(try held(hz, "bank/HZ/usd") == "100.00 USD = 710.00")
        #expect(try open(hz).map { $0[0] } == ["HZa-S-2026-000001", "HZa-P-2026-000001"])
        network.settle()
        for name in ["hz", "gz"] {
            #expect(try differences(network[name], "bank").isEmpty)
            #expect(try network.verify(name).isSound)
        }
        // The book's own at the same bank is a statement of its own.
        try hz.perform(
            .bank(
                Details(date: "2026-11-20", currency: "CNY"), .balance(bank: "usd", amount: "1.00"))
        )
        #expect(
            try differences(hz, "bank") == [
                ["bank/HZ/usd on 2026-11-20", "the statement says 1.00, the books 0.00"]
            ])
    }

    // MARK: Orders

    private func order(
        _ node: TestNode, _ kind: OrderForm.Kind, _ party: String, _ lines: [Line],
        _ details: Details
    ) throws -> String {
        let number = try node.perform(
            .order(details, .open(OrderForm(kind: kind, party: party, lines: lines, submits: true)))
        ).subject
        try node.perform(.order(Details(), .place(order: number)))
        return number
    }

    /// The example of `money.md`: 100.00 USD are ordered, 30.00 paid ahead at 7.20, and delivered at 7.10 in two parts.
    @Test func anOrderInAnotherCurrency() throws {
        let network = try company(["gz"], seed: 625)
        let hz = try network["hz"]
        let ordered = try order(
            hz, .sale, "Acme", [Line(item: "TEA", quantity: "10", price: "10.00")],
            usd("2026-11-01"))
        try pay(hz, "30.00", "2026-11-02")
        let delivered = try hz.perform(
            .sell(
                Details(date: "2026-11-10", order: ordered), [Line(item: "TEA", quantity: "4")],
                tender: "credit"))
        #expect(delivered.total == "40.00" && delivered.currency == "USD")
        // 40.00 at 7.10 are sold; 30.00 of them were paid at 7.20, which is 3.00 more.
        #expect(try hz.balances()["sales/HZ"] == "-284.00")
        #expect(try hz.balances()["exchange-gain/HZ"] == "-3.00")
        #expect(try held(hz, "receivable/HZ/Acme") == "10.00 USD = 71.00")
        #expect(
            hz.refusal(
                .sell(
                    Details(order: ordered, currency: "CNY"), [Line(item: "TEA", quantity: "4")],
                    tender: "credit")) == .twoCurrencies)
        let rest = try hz.perform(
            .sell(usd("2026-11-10", order: ordered), [], tender: "credit"))
        #expect(rest.total == "60.00")
        network.settle()
        let shown = try network["gz"].report(.order(number: ordered))
        #expect(
            shown.rows.first.map { row in [4, 5].map { row[$0].plain } } == ["10.000000", "100.00"])
        #expect(shown.facts.contains { $0.key == "currency" && $0.value.plain == "USD" })
        let listed = try network["gz"].report(.orders(OrderFilter(openOnly: false))).rows.first
        #expect(
            listed.map { row in [4, 6, 9].map { row[$0].plain } } == ["done", "100.00", "USD"])
        #expect(try isBalanced(hz))
        for name in ["hz", "gz"] { #expect(try network.verify(name).isSound) }
    }

    /// A price of the book's own is turned once for a line: three cups of 1.00 are 0.42 USD, and so are all deliveries of them.
    @Test func pricesOfAnOrderAreTurnedOnceForALine() throws {
        let network = try company(seed: 626)
        let hz = try network["hz"]
        let ordered = try order(
            hz, .sale, "Acme", [Line(item: "CUP", quantity: "3")], usd("2026-11-01"))
        var sum = Int64(0)
        for quantity in ["1", "2"] {
            let part = try hz.perform(
                .sell(
                    Details(date: "2026-11-02", order: ordered),
                    [Line(item: "CUP", quantity: quantity)], tender: "credit"))
            sum += try Amount.parse(try #require(part.total), scale: 2)
        }
        #expect(sum == 42)
        #expect(
            hz.refusal(
                .order(
                    Details(currency: "EUR"),
                    .open(
                        OrderForm(
                            kind: .sale, party: "Acme", lines: [Line(item: "CUP", quantity: "1")])))
            )
                == .noRate)
        _ = network
    }

    /// Goods of an order cost the rate of the day on which they come; limits of the workflow are asked of what the order was
    /// worth.
    @Test func aPurchaseInAnotherCurrency() throws {
        let network = try company(["gz"], seed: 627)
        let hz = try network["hz"]
        try hz.perform(
            .setWorkflow(WorkflowChange(kind: .purchase, steps: ["release:manager>150"])))
        try hz.perform(.setPerson(PersonChange(name: "Chen", roles: ["manager"])))
        func open(_ quantity: String) throws -> String {
            try hz.perform(
                .order(
                    usd("2026-11-01"),
                    .open(
                        OrderForm(
                            kind: .purchase, party: "Mill",
                            lines: [Line(item: "TEA", quantity: quantity, cost: "2.00")],
                            submits: true)))
            ).subject
        }
        // 20.00 USD are 144.00, and 22.00 are 158.40.
        let (small, large) = (try open("10"), try open("11"))
        try hz.perform(.order(Details(), .place(order: small)))
        #expect(hz.refusal(.order(Details(), .place(order: large))) == .orderState)
        let received = try hz.perform(
            .receive(
                Details(date: "2026-11-12", order: small), [Line(item: "TEA", quantity: "10")],
                supplier: ""))
        #expect(received.total == "20.00" && received.currency == "USD")
        #expect(try hz.balances()["inventory/HZ"] == "142.00")
        #expect(try held(hz, "payable/HZ/Mill") == "-20.00 USD = -142.00")
        // It came as it was ordered: 142.00 beside 20.00 of dollars is no difference of prices.
        #expect(
            try hz.report(.reconcile(branch: nil)).rows.map { $0[0].plain }
                .filter { $0.contains("received") } == [])
        #expect(
            hz.refusal(
                .order(
                    usd(),
                    .open(
                        OrderForm(
                            kind: .request, party: "GZ", lines: [Line(item: "TEA", quantity: "1")]))
                ))
                == .ownCurrencyOnly)
        #expect(try isBalanced(hz))
        _ = network
    }

    // MARK: Drawers

    /// The example of `money.md`: a drawer took 40.00 USD at 7.20, and 35.00 are counted.
    @Test func dollarsOfADrawerAreCounted() throws {
        let network = try company(["gz"], seed: 628)
        let hz = try network["hz"]
        func drawers(_ own: String, _ dollars: String) -> [TillAct.Drawer] {
            [
                .init(name: "cash", amount: own),
                .init(name: "cash", amount: dollars, currency: "USD"),
            ]
        }
        let shift = try hz.perform(.till(Details(date: "2026-11-01"), .open(drawers("0", "0"))))
            .subject
        try hz.perform(
            .sell(
                usd("2026-11-01"), [Line(item: "TEA", quantity: "4", price: "10.00")],
                tender: "cash"))
        for (drawers, code) in [
            ([TillAct.Drawer(name: "cash", amount: "0")], Refusal.Code.badOption),
            (drawers("0", "-1"), .notPositive), (drawers("0", "1.001"), .tooPrecise),
            (drawers("0", "1") + drawers("0", "1"), .badOption),
            ([.init(name: "cash", amount: "0", currency: "CNY")] + drawers("0", "0"), .badOption),
        ] {
            #expect(
                hz.refusal(.till(Details(date: "2026-11-01"), .close(shift: shift, drawers)))
                    == code
            )
        }
        let closed = try hz.perform(
            .till(Details(date: "2026-11-01"), .close(shift: shift, drawers("0", "35.00"))))
        #expect(closed.total == "-36.00")
        #expect(try hz.balances()["over-short/HZ"] == "36.00")
        #expect(try held(hz, "tender/HZ/cash") == "35.00 USD = 252.00")
        network.settle()
        let gz = try network["gz"]
        let shown = try gz.report(.shift(number: shift)).rows.map { row in
            [0, 1, 3].map { row[$0].plain }
        }
        #expect(shown.contains(["cash USD", "sale", "40.00"]))
        #expect(shown.last == ["cash USD", "difference", "-5.00"])
        let listed = try gz.report(.shifts(openOnly: false)).rows.first
        #expect(listed.map { row in [6, 7].map { row[$0].plain } } == ["0.00", "-5.00 USD"])
        #expect(try differences(gz, "drawer").map { $0[0] } == ["\(shift) cash USD"])
        #expect(try isBalanced(hz))
        for name in ["hz", "gz"] { #expect(try network.verify(name).isSound) }
    }

    /// A drawer is called what any peer says it is.
    @Test func whatIsNoDrawerStopsNobody() throws {
        let network = try company(["gz"], seed: 629)
        let hz = try network["hz"]
        let number = try #require(DocumentNumber("HZa-H-2026-000001"))
        let day = try #require(Day("2026-11-18"))
        func say(_ kind: String) throws {
            let names = [
                "", "cash usd", "a b c", "x/y", String(repeating: "x", count: 195), "cash",
            ]
            let event = Event(
                entity: TillShift.entity(number), kind: kind, person: "Eve", effectiveDate: day,
                fields: names.flatMap { name in
                    [
                        Event.Field("counted:\(name)", .integer(.max)),
                        Event.Field("booked:\(name)", .integer(.min)),
                    ]
                })
            try hz.engine.store.transact {
                _ = try hz.engine.commit(
                    [Draft.Part(.trade(try #require(BranchCode("HZ"))), [.append(event)])],
                    at: hz.now)
                try hz.engine.author?.seal(in: hz.engine.store)
            }
        }
        try say(Event.openingKind)
        try say(Event.closingKind)
        network.run(milliseconds: 120_000)
        for name in ["hz", "gz"] {
            let node = try network[name]
            #expect(try node.report(.shift(number: number.description)).rows.isEmpty == false)
            #expect(try node.report(.shifts(openOnly: false)).rows.count == 1)
            _ = try node.report(.reconcile(branch: nil))
        }
    }

    // MARK: Between branches

    /// The example of `money.md`: GZ is charged 100.00 USD, and sends 60.00 that it has at 7.00.
    @Test func dollarsBetweenBranches() throws {
        let network = try company(["gz"], seed: 630)
        let (hz, gz) = (try network["hz"], try network["gz"])
        try hz.perform(
            .between(
                usd("2026-11-05"), .charge(to: "GZ", account: "expense/rent", amount: "100.00")))
        network.settle()
        #expect(try gz.balances()["due-to/GZ/HZ"] == "-720.00")
        try gz.perform(
            .currency(
                usd("2026-11-06"),
                .buy(amount: "100.00", cost: "700.00", from: "bank:main", to: "bank:usd")))
        let sent = try gz.perform(
            .between(
                usd("2026-11-07"), .settle(to: "HZ", through: "bank:usd", amount: "60.00"))
        ).subject
        #expect(try gz.balances()["due-to/GZ/HZ"] == "-288.00")
        #expect(try gz.balances()["exchange-gain/GZ"] == "-12.00")
        #expect(try held(gz, "bank/GZ/usd") == "40.00 USD = 280.00")
        network.settle()
        let onItsWay = try hz.report(.reconcile(branch: nil)).rows.filter {
            $0[0].plain == "money on its way"
        }
        #expect(
            onItsWay.map { row in [3, 6].map { row[$0].plain } } == [
                [
                    "GZ sent 60.00 USD, and HZ has not said that it came",
                    "at HZ: `branchbook between accept \(sent) --through bank:… --currency USD`",
                ]
            ])
        func accept(_ details: Details, _ through: String) -> Command {
            .between(details, .accept(number: sent, through: through))
        }
        #expect(hz.refusal(accept(Details(currency: "CNY"), "bank:main")) == .twoCurrencies)
        // No account of HZ has held dollars: nobody takes them for the book's own.
        for through in ["bank:main", "bank:usd"] {
            #expect(hz.refusal(accept(Details(), through)) == .twoCurrencies)
        }
        let accepted = try hz.perform(accept(usd("2026-11-12"), "bank:usd"))
        #expect(accepted.notices == ["60.00 USD: worth 432.00 CNY when it was sent"])
        #expect(try held(hz, "bank/HZ/usd") == "60.00 USD = 432.00")
        #expect(try hz.balances()["due-from/HZ/GZ"] == "288.00")
        #expect(hz.refusal(accept(Details(), "bank:usd")) == .alreadyRecorded)
        // Where dollars were before, they are known.
        let more = try gz.perform(
            .between(
                usd("2026-11-08"), .settle(to: "HZ", through: "bank:usd", amount: "10.00"))
        ).subject
        network.settle()
        try hz.perform(.between(Details(), .accept(number: more, through: "bank:usd")))
        #expect(try held(hz, "bank/HZ/usd") == "70.00 USD = 504.00")
        network.settle()
        for node in [hz, gz] {
            #expect(try differences(node, "money on its way").isEmpty)
            #expect(try differences(node, "due").isEmpty)
            #expect(try isBalanced(node))
        }
        for name in ["hz", "gz"] { #expect(try network.verify(name).isSound) }
        #expect(try network.digests().count == 1)
    }
}
