import Testing

@testable import Books
@testable import Engine
@testable import Replica
@testable import Store

/// Suppliers' invoices of parts of receipts, and in other currencies. The test's day is 18 November.
@Suite struct PartInvoiceTests {
    private static let receipt = "HZa-G-2026-000001"

    /// Ten teas and ten cups from the Mill at 2.00 and 1.00 on the 1st; four teas were sold on the 5th.
    private func company(_ branches: [String] = [], seed: UInt64) throws -> TestNetwork {
        let network = try TestNetwork.company(branches, seed: seed)
        let hz = try network["hz"]
        try hz.perform(
            .addItems([
                ItemChange(code: "TEA", name: "Tea", price: "9.00"),
                ItemChange(
                    code: "CUP", name: "Cup", price: "4.00",
                    packs: [PackChange(name: "box", quantity: "5")]),
            ]))
        try hz.perform(
            .receive(
                Details(date: "2026-11-01"),
                [
                    Line(item: "TEA", quantity: "10", cost: "2.00"),
                    Line(item: "CUP", quantity: "10", cost: "1.00"),
                ], supplier: "Mill"))
        try hz.perform(
            .sell(Details(date: "2026-11-05"), [Line(item: "TEA", quantity: "4")], tender: "cash"))
        network.settle()
        return network
    }

    private func invoice(
        _ code: String, net: String, tax: String = "0", _ parts: [(String, String)] = [],
        of receipt: String = receipt, whole: [String] = [], currency: String? = nil,
        date: String? = nil, rate: String? = nil, person: String = "Wang"
    ) -> Command {
        .invoice(
            Details(date: date, person: person, currency: currency, rate: rate),
            .enter(
                .init(
                    supplier: "Mill", code: code, net: net, tax: tax, receipts: whole,
                    parts: parts.map { .init(receipt: receipt, item: $0.0, quantity: $0.1) })))
    }

    private func rows(_ node: TestNode, _ check: String) throws -> [[String]] {
        try node.report(.reconcile(branch: nil)).rows.filter { $0[0].plain == check }.map {
            [$0[1].plain, $0[3].plain]
        }
    }

    private func isBalanced(_ node: TestNode) throws -> Bool {
        let sheet = try node.report(.position(StatementFilter(to: "2026-11-30")))
        return sheet.facts.first { $0.key == "balanced" }?.value == .flag(true)
    }

    /// The example of `money.md`: five of ten teas that were booked at 20.00 are invoiced at 10.50, then the rest.
    @Test func aReceiptIsInvoicedInParts() throws {
        let network = try company(["gz"], seed: 610)
        let hz = try network["hz"]
        let first = try hz.perform(invoice("A-17", net: "10.50", tax: "1.36", [("TEA", "5")]))
        #expect(first.total == "11.86")
        var balances = try hz.balances()
        #expect(balances["payable/HZ/Mill"] == "-31.86" && balances["input-tax/HZ"] == "1.36")
        #expect(balances["cost-of-sales/HZ"] == "8.20" && balances["inventory/HZ"] == "22.30")
        for (command, code) in [
            (invoice("A-18", net: "12.00", [("TEA", "6")]), Refusal.Code.notEnough),
            (invoice("A-18", net: "12.00", [("TEA", "0")]), .notPositive),
            (invoice("A-18", net: "12.00", [("TEA", "1"), ("TEA", "1")]), .badOption),
            (invoice("A-18", net: "12.00", [("TEA", "1")], whole: [Self.receipt]), .badOption),
            (invoice("A-18", net: "9.99", [("PEN", "1")]), .unknownItem),
            (invoice("A-18", net: "-1", [("TEA", "1")]), .notPositive),
        ] { #expect(hz.refusal(command) == code, "\(command)") }
        // Two teas go back, and one box of cups is invoiced: what is left is three teas and five cups.
        try hz.perform(
            .sendBack(
                Details(), [Line(item: "TEA", quantity: "2")], receipt: Self.receipt,
                supplier: nil))
        try hz.perform(invoice("A-18", net: "5.00", [("CUP", "1 box")]))
        #expect(hz.refusal(invoice("A-19", net: "8.00", [("TEA", "4")])) == .notEnough)
        let before = try hz.balances()
        // Booked: 20.00 less 4.00 that went back less 10.00 of A-17, and 5.00 of cups.
        let last = try hz.perform(invoice("A-19", net: "11.00", whole: [Self.receipt])).subject
        balances = try hz.balances()
        #expect(balances == before)
        // It posted nothing, and is shown all the same; one that posted is shown with its postings.
        let page = try hz.report(.document(number: last))
        #expect(
            page.rows.map { $0.map(\.plain) } == [
                [Self.receipt, "CUP", "5", "5.00"], [Self.receipt, "TEA", "3", "6.00"],
            ])
        #expect(page.facts.first { $0.key == "total" }?.value.plain == "11.00")
        let posted = try hz.report(.document(number: first.subject))
        #expect(posted.facts.first { $0.key == "total" }?.value.plain == "11.86")
        #expect(posted.rows.contains { $0.contains(.text("input-tax/HZ")) })
        #expect(
            hz.refusal(invoice("A-20", net: "1.00", whole: [Self.receipt])) == .alreadyRecorded)
        #expect(hz.refusal(invoice("A-20", net: "1.00", [("CUP", "1")])) == .notEnough)
        network.settle()
        let shown = try network["gz"].report(.invoices(party: nil, openOnly: true)).rows
        #expect(
            shown.map { [$0[2], $0[9]].map(\.plain) } == [
                ["A-17", "\(Self.receipt)=TEA:5"], ["A-18", "\(Self.receipt)=CUP:5"],
                ["A-19", "\(Self.receipt)=CUP:5 \(Self.receipt)=TEA:3"],
            ])
        #expect(try rows(network["gz"], "invoiced twice").isEmpty)
        // Taken back, its goods are on no invoice again.
        try hz.perform(.invoice(Details(memo: "wrong"), .redden(number: last, code: "A-19")))
        try hz.perform(invoice("A-19", net: "6.30", [("TEA", "3")]))
        #expect(try hz.balances()["payable/HZ/Mill"] == "-28.16")
        #expect(try isBalanced(hz))
        for name in ["hz", "gz"] { #expect(try network.verify(name).isSound) }
    }

    /// What is said of the value of goods between two invoices is asked of the second, once.
    @Test func whatIsSaidOfTheValueSinceIsCountedOnce() throws {
        let network = try company(seed: 611)
        let hz = try network["hz"]
        try hz.perform(invoice("B-1", net: "10.50", [("TEA", "5")]))
        try hz.perform(
            .revalue(Details(), item: "TEA", change: .of(receipt: Self.receipt, by: "1.00")))
        let before = try hz.balances()
        #expect(hz.refusal(invoice("B-2", net: "10.99", [("TEA", "5")])) == .unbalanced)
        try hz.perform(invoice("B-2", net: "11.00", [("TEA", "5")]))
        #expect(try hz.balances() == before)
        // An odd count: three parts of ten cups at 10.00, to the cent.
        for (code, count, net) in [
            ("B-3", "3", "3.00"), ("B-4", "3", "3.00"), ("B-5", "4", "4.00"),
        ] { try hz.perform(invoice(code, net: net, [("CUP", count)])) }
        #expect(try hz.balances() == before)
        _ = network
    }

    @Test func anInvoiceIsOfPartsOfSeveralReceipts() throws {
        let network = try company(seed: 612)
        let hz = try network["hz"]
        let other = try hz.perform(
            .receive(
                Details(date: "2026-11-02"), [Line(item: "TEA", quantity: "3", cost: "2.10")],
                supplier: "Mill")
        ).subject
        func both(_ net: String) -> Command {
            .invoice(
                Details(),
                .enter(
                    .init(
                        supplier: "Mill", code: "C-1", net: net, receipts: [other],
                        parts: [.init(receipt: Self.receipt, item: "TEA", quantity: "2")])))
        }
        #expect(hz.refusal(both("10.31")) == .unbalanced)
        let before = try hz.balances()
        try hz.perform(both("10.30"))
        #expect(try hz.balances() == before)
        #expect(hz.refusal(invoice("C-2", net: "6.30", whole: [other])) == .alreadyRecorded)
        _ = network
    }

    /// Two of one branch invoice the same goods while they are cut off from each other: both stand at every node, and the
    /// page names them. Two who invoice different ones are no difference.
    @Test func twoWhoInvoiceTheSameGoodsAreNamed() throws {
        let network = try company(["gz"], seed: 613)
        let hz = try network["hz"]
        let office = try network.joinOffice(seed: 640)
        network.settle()
        network.sever("hz", "office")
        network.sever("gz", "office")
        try hz.perform(invoice("D-1", net: "14.00", [("TEA", "7")]))
        try hz.perform(invoice("D-2", net: "5.00", [("CUP", "5")]))
        try office.perform(invoice("D-3", net: "8.00", [("TEA", "4")], person: "Li"))
        try office.perform(invoice("D-4", net: "5.00", [("CUP", "5")], person: "Li"))
        network.mend("hz", "office")
        network.mend("gz", "office")
        network.settle()
        for name in ["hz", "gz", "office"] {
            #expect(
                try rows(network[name], "invoiced twice") == [
                    [
                        "\(Self.receipt) on HZb-I-2026-000001 and HZa-I-2026-000001",
                        "more TEA than came: Wang and Li wrote beside each other",
                    ]
                ])
            #expect(try network.verify(name).isSound)
        }
        #expect(try network.digests().count == 1)
        // A whole invoice beside one of a part.
        let second = try hz.perform(
            .receive(
                Details(date: "2026-11-02"), [Line(item: "TEA", quantity: "4", cost: "2.00")],
                supplier: "Mill")
        ).subject
        network.settle()
        network.sever("hz", "office")
        network.sever("gz", "office")
        try hz.perform(invoice("D-5", net: "8.00", whole: [second]))
        try office.perform(invoice("D-6", net: "2.00", [("TEA", "1")], of: second, person: "Li"))
        network.mend("hz", "office")
        network.mend("gz", "office")
        network.settle()
        #expect(try rows(office, "invoiced twice").count == 2)
        #expect(try rows(hz, "invoiced twice") == rows(office, "invoiced twice"))
    }

    /// What was invoiced before goods went back hides nothing of what is invoiced twice after it: of ten teas four are
    /// invoiced and three go back, and two invoice the three that are left.
    @Test func twoWhoInvoiceWhatIsLeftAreNamed() throws {
        let network = try company(["gz"], seed: 617)
        let hz = try network["hz"]
        let office = try network.joinOffice(seed: 641)
        try hz.perform(invoice("H-1", net: "8.00", [("TEA", "4")]))
        func back(_ quantity: String) -> Command {
            .sendBack(
                Details(), [Line(item: "TEA", quantity: quantity)], receipt: Self.receipt,
                supplier: nil)
        }
        try hz.perform(back("3"))
        network.settle()
        network.sever("hz", "office")
        network.sever("gz", "office")
        try hz.perform(invoice("H-2", net: "6.00", [("TEA", "3")]))
        #expect(try rows(hz, "invoiced twice").isEmpty)
        try office.perform(invoice("H-3", net: "6.00", [("TEA", "3")], person: "Li"))
        network.mend("hz", "office")
        network.mend("gz", "office")
        network.settle()
        for name in ["hz", "gz", "office"] {
            #expect(
                try rows(network[name], "invoiced twice").map { $0[0] } == [
                    "\(Self.receipt) on HZb-I-2026-000001 and HZa-I-2026-000001, HZa-I-2026-000002"
                ])
        }
        #expect(try network.digests().count == 1)
        // One of them is taken back: what is left is what came, and what goes back later makes it no more.
        try office.perform(
            .invoice(
                Details(person: "Li", memo: "twice"),
                .redden(number: "HZb-I-2026-000001", code: "H-3")))
        try hz.perform(back("1"))
        network.settle()
        for name in ["hz", "gz", "office"] {
            #expect(try rows(network[name], "invoiced twice").isEmpty)
            #expect(try network.verify(name).isSound)
        }
    }

    /// Of goods of which a part is invoiced, the rest is missed after 31 days.
    @Test func whatIsOnNoInvoiceIsNamed() throws {
        let network = try TestNetwork.company([], seed: 614)
        let hz = try network["hz"]
        try hz.perform(.addItems([ItemChange(code: "TEA", name: "Tea", price: "9.00")]))
        try hz.perform(
            .receive(
                Details(date: "2026-10-10"), [Line(item: "TEA", quantity: "10", cost: "2.00")],
                supplier: "Mill"))
        try hz.perform(invoice("E-1", net: "14.00", [("TEA", "7")]))
        #expect(
            try rows(hz, "no invoice") == [
                ["\(Self.receipt) of Mill", "3 TEA of it are on no invoice"]
            ])
        try hz.perform(
            .sendBack(
                Details(), [Line(item: "TEA", quantity: "1")], receipt: Self.receipt, supplier: nil)
        )
        #expect(try rows(hz, "no invoice").map { $0[1] } == ["2 TEA of it are on no invoice"])
        try hz.perform(invoice("E-2", net: "4.00", whole: [Self.receipt]))
        #expect(try rows(hz, "no invoice").isEmpty)
    }

    /// What a peer may say of parts of an invoice: no text of it stops anybody.
    @Test func whatMakesNoSenseIsNoPart() throws {
        let network = try company(["gz"], seed: 615)
        let hz = try network["hz"]
        let number = try #require(DocumentNumber("HZa-I-2026-000001"))
        let day = try #require(Day("2026-11-18"))
        let most = Int64.max
        let event = Event(
            entity: Invoice.entity(number), kind: Event.openingKind, person: "Eve",
            effectiveDate: day,
            fields: [
                .init("side", .text("received")), .init("code", .text("X")),
                .init("net", .integer(.min)), .init("tax", .integer(.min)),
                .init("party", .text("Mill")),
                .init("of:\(Self.receipt)", .integer(1)),
                .init(
                    "goods:1",
                    .text(
                        [
                            "\(Self.receipt)\tTEA\t\(most)\t\(Int64.min)\t\(Int64.min)",
                            "\(Self.receipt)\tTEA\t\(most)\t\(most)\t\(most)", "\t\t\t\t", "x",
                            "\(Self.receipt)\tTEA\t-1\t0\t0", "\(Self.receipt)\tTEA\t1\t0",
                        ].joined(separator: "\n"))),
            ])
        let read = try #require(Invoice(number, [event]))
        #expect(read.parts.map(\.units) == [most, most] && read.currency == nil)
        // Whoever names a currency that is none wrote no invoice.
        for (currency, isInvoice) in [
            (Value.text("USD"), true), (.text("usd"), false), (.integer(7), false),
        ] {
            let other = Event(
                entity: event.entity, kind: event.kind, person: event.person,
                effectiveDate: event.effectiveDate,
                fields: event.fields + [.init("currency", currency)])
            #expect((Invoice(number, [other]) != nil) == isInvoice, "\(currency)")
        }
        try hz.engine.store.transact {
            _ = try hz.engine.commit(
                [Draft.Part(.money(try #require(BranchCode("HZ"))), [.append(event)])],
                at: hz.now)
            try hz.engine.author?.seal(in: hz.engine.store)
        }
        network.settle()
        for name in ["hz", "gz"] {
            let node = try network[name]
            #expect(try node.report(.invoices(party: nil, openOnly: false)).rows.count == 1)
            _ = try node.report(.reconcile(branch: nil))
            #expect(try network.verify(name).isSound)
        }
        #expect(hz.refusal(invoice("F-1", net: "2.00", [("TEA", "1")])) == .notEnough)
        // Of the cups nobody said anything: they are what is left.
        try hz.perform(invoice("F-1", net: "10.00", whole: [Self.receipt]))
    }

    // MARK: In another currency

    /// The example of `money.md`: ten teas for 20.00 USD at 7.20; the invoice says 21.00 and 2.00 of tax on a day at 7.30.
    @Test func aSuppliersInvoiceInAnotherCurrency() throws {
        let network = try company(seed: 616)
        let hz = try network["hz"]
        for (rate, day) in [("7.2", "2026-11-01"), ("7.3", "2026-11-10")] {
            try hz.perform(.setRate(currency: "USD", rate: rate, from: day))
        }
        let dollars = try hz.perform(
            .receive(
                Details(date: "2026-11-06", currency: "USD"),
                [Line(item: "TEA", quantity: "10", cost: "2.00")], supplier: "Mill")
        ).subject
        let before = try hz.balances()
        #expect(before["inventory/HZ"] == "166.00")
        #expect(hz.refusal(invoice("G-1", net: "144.00", whole: [dollars])) == .twoCurrencies)
        #expect(
            hz.refusal(invoice("G-1", net: "30.00", whole: [Self.receipt], currency: "USD"))
                == .twoCurrencies)
        let entered = try hz.perform(
            invoice("G-1", net: "21.00", tax: "2.00", whole: [dollars], currency: "USD"))
        #expect(entered.total == "23.00" && entered.currency == "USD")
        var balances = try hz.balances()
        #expect(balances["inventory/HZ"] == "173.20" && balances["input-tax/HZ"] == "14.60")
        #expect(try held(hz, "payable/HZ/Mill") == "-23.00 USD = -165.80")
        #expect(
            try hz.report(.invoices(party: nil, openOnly: true)).rows.map {
                [$0[6], $0[7], $0[12]].map(\.plain)
            } == [["21.00", "2.00", "USD"]])
        #expect(try isBalanced(hz))
        try hz.perform(.reverse(Details(), number: entered.subject))
        #expect(try hz.balances() == before)
        // In parts; less than was booked: what is owed leaves at what it is carried at.
        try hz.perform(invoice("G-2", net: "6.50", [("TEA", "3")], of: dollars, currency: "USD"))
        try hz.perform(
            invoice("G-3", net: "13.00", tax: "1.00", whole: [dollars], currency: "USD"))
        balances = try hz.balances()
        // 0.50 more and 1.00 less at 7.20; 1.00 of tax at 7.30.
        #expect(balances["inventory/HZ"] == "162.40" && balances["input-tax/HZ"] == "7.30")
        #expect(try held(hz, "payable/HZ/Mill")?.hasPrefix("-20.50 USD") == true)
        #expect(try isBalanced(hz))
        // An account takes its part at the invoice's own rate.
        try hz.perform(
            .invoice(
                Details(currency: "USD", rate: "7.5"),
                .enter(
                    .init(supplier: "Mill", code: "G-4", net: "10.00", account: "expense/rent"))))
        #expect(try hz.balances()["expense/HZ/rent"] == "75.00")
        #expect(try isBalanced(hz))
        #expect(try network.verify("hz").isSound)
    }

    private func held(_ node: TestNode, _ account: String) throws -> String? {
        try node.report(.currencies(branch: nil, asAt: nil)).rows.first {
            $0[0].plain == "account" && $0[3].plain == account
        }.map { "\($0[4].plain) \($0[1].plain) = \($0[5].plain)" }
    }
}
