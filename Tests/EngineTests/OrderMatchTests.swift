import Testing

@testable import Books
@testable import Engine
@testable import Replica
@testable import Sodium
@testable import Store

/// Ordered, received, invoiced: what does not agree is on the page of differences. The test's day is 18 November.
@Suite struct OrderMatchTests {
    private func company(seed: UInt64) throws -> TestNetwork {
        let network = try TestNetwork.company(["gz"], seed: seed)
        try network["hz"].perform(
            .addItems([
                ItemChange(code: "TEA", name: "Tea", price: "9.00"),
                ItemChange(code: "CUP", name: "Cup", price: "3.00"),
            ]))
        network.settle()
        return network
    }

    /// Placed on 1 October: ten teas at 2.00, and three cups for 1.00.
    private func order(
        _ node: TestNode, due: String? = nil, party: String = "Mill",
        _ lines: [Line] = [
            Line(item: "TEA", quantity: "10", price: "2.00", cost: "2.00"),
            Line(item: "CUP", quantity: "3", price: "0.3333", cost: "0.3333"),
        ]
    ) throws -> String {
        let number = try node.perform(
            .order(
                Details(date: "2026-10-01", person: "Zhao", due: due),
                .open(OrderForm(kind: .purchase, party: party, lines: lines)))
        ).subject
        try node.perform(
            .order(Details(date: "2026-10-01", person: "Zhao"), .place(order: number)))
        return number
    }

    private func receive(
        _ node: TestNode, _ order: String, _ lines: [Line], on date: String = "2026-11-02"
    ) throws -> String {
        var details = Details(date: date, person: "Chen")
        details.order = order
        return try node.perform(.receive(details, lines, supplier: "")).subject
    }

    private func invoice(
        _ node: TestNode, _ code: String, net: String, _ receipts: [String],
        supplier: String = "Mill", account: String? = nil
    ) throws {
        try node.perform(
            .invoice(
                Details(person: "Wang"),
                .enter(
                    .init(
                        supplier: supplier, code: code, net: net, receipts: receipts,
                        account: account))))
    }

    /// Check, subject, amount, cause and person of what is of orders.
    private func rows(_ node: TestNode) throws -> [[String]] {
        try node.report(.reconcile(branch: nil)).rows.map { $0.map(\.plain) }.filter {
            [
                "ordered and received", "received and invoiced", "order overdue",
                "delivered, no invoice",
            ].contains($0[0])
        }
    }

    @Test func whatAgreesIsNoDifference() throws {
        let network = try company(seed: 450)
        let (hz, gz) = (try network["hz"], try network["gz"])
        let number = try order(hz, due: "2026-12-01")
        let first = try receive(hz, number, [Line(item: "TEA", quantity: "7")])
        let rest = try receive(hz, number, [])
        try invoice(hz, "A-1", net: "21.00", [first, rest])
        network.settle()
        for node in [hz, gz] { #expect(try rows(node) == []) }
    }

    /// Seven at 2.00 and four at 2.50 came of ten at 2.00: a unit too many, and 2.00 too much.
    @Test func quantityAndPriceAreHeldAgainstTheOrder() throws {
        let network = try company(seed: 452)
        let (hz, gz) = (try network["hz"], try network["gz"])
        let number = try order(hz, due: "2026-11-10")
        _ = try receive(hz, number, [Line(item: "TEA", quantity: "7")])
        let second = try receive(
            hz, number, [Line(item: "TEA", quantity: "3", cost: "2.50")], on: "2026-11-03")
        network.settle()
        for node in [hz, gz] {
            #expect(
                try rows(node).map { Array($0[0...5]) } == [
                    [
                        "order overdue", "\(number) of Mill", "",
                        "it was due on 2026-11-10, and these have not come: CUP", "Zhao", "8",
                    ],
                    [
                        "ordered and received", "\(second) of \(number) TEA", "1.50",
                        "it came at 7.50, and was ordered at 6.00", "Chen", "15",
                    ],
                ])
        }
        // 25 % is within a tolerance of 25, and beyond one of 24.
        try hz.perform(.setTolerance("24.9999"))
        #expect(try rows(hz).count == 2)
        try hz.perform(.setTolerance("25"))
        #expect(try rows(hz).map { $0[0] } == ["order overdue"])
        #expect(hz.refusal(.setTolerance("101")) == .badNumber)
        #expect(hz.refusal(.setTolerance("-1")) == .badNumber)
        #expect(hz.refusal(.setTolerance("x")) == .badNumber)
        try hz.perform(.setTolerance(""))
        #expect(try rows(hz).count == 2)
        // Taken back, it is no difference any more; the order is closed.
        try hz.perform(.reverse(Details(), number: second))
        try hz.perform(.order(Details(memo: "sold out"), .close(order: number)))
        #expect(try rows(hz) == [])
        #expect(try network.verify("hz").isSound)
    }

    @Test func moreThanWasOrderedIsTold() throws {
        let network = try company(seed: 454)
        let (hz, gz) = (try network["hz"], try network["gz"])
        // The shop places it and takes all of it up; its office, cut off, writes it down to eight teas.
        let office = try network.joinOffice(seed: 457)
        let number = try hz.perform(
            .order(
                Details(date: "2026-10-01"),
                .open(
                    OrderForm(
                        kind: .purchase, party: "Mill",
                        lines: [
                            Line(item: "TEA", quantity: "10", cost: "2.00"),
                            Line(item: "CUP", quantity: "3", cost: "0.50"),
                        ])))
        ).subject
        network.settle()
        for name in ["hz", "gz"] { network.sever("office", name) }
        network.settle()
        try hz.perform(.order(Details(), .place(order: number)))
        let first = try receive(hz, number, [])
        try office.perform(
            .order(
                Details(),
                .write(order: number, [Line(item: "TEA", quantity: "8", cost: "2.00")])))
        for name in ["hz", "gz"] { network.mend("office", name) }
        network.run(milliseconds: 120_000)
        for node in [hz, gz, office] {
            let found = try rows(node).map { Array($0[0...4]) }
            #expect(
                found.contains([
                    "ordered and received", "\(first) of \(number) TEA", "",
                    "10 came of 8 that were ordered", "Chen",
                ]), "\(found)")
        }
        let back = try hz.perform(
            .sendBack(
                Details(), [Line(item: "TEA", quantity: "2"), Line(item: "CUP", quantity: "3")],
                receipt: first, supplier: nil))
        #expect(back.subject.hasPrefix("HZa-B-"))
        network.settle()
        #expect(try rows(gz).allSatisfy { !$0[3].contains("that were ordered") })
    }

    /// 20.00 came for what the order says; 22.00 are asked for it. Of another supplier nothing is asked at all.
    @Test func invoicesAreHeldAgainstReceipts() throws {
        let network = try company(seed: 458)
        let (hz, gz) = (try network["hz"], try network["gz"])
        let tea = [Line(item: "TEA", quantity: "10", price: "2.00", cost: "2.00")]
        let number = try order(hz, tea)
        let receipt = try receive(hz, number, [])
        let silent = try order(hz, party: "Potter", tea)
        let forgotten = try receive(hz, silent, [], on: "2026-10-10")
        // A company that enters no invoices misses none.
        #expect(try rows(hz) == [])
        try invoice(hz, "A-1", net: "22.00", [receipt])
        network.settle()
        for node in [hz, gz] {
            #expect(
                try rows(node).map { Array($0[0...5]) } == [
                    [
                        "received and invoiced", "A-1 of \(number)", "2.00",
                        "22.00 are invoiced of what came for 20.00 at the order's prices", "Wang",
                        "0",
                    ],
                    [
                        "received and invoiced", "\(forgotten) of \(silent)", "20.00",
                        "goods of the order came, and their invoice did not", "Chen", "39",
                    ],
                ])
        }
        try hz.perform(.setTolerance("10"))
        #expect(try rows(hz).count == 1)
        try invoice(hz, "P-1", net: "20.00", [forgotten], supplier: "Potter")
        #expect(try rows(hz) == [])
        try hz.perform(.setTolerance("0"))
        try hz.perform(.reverse(Details(), number: "HZa-I-2026-000001"))
        #expect(try rows(hz) == [])
        #expect(try network.verify("hz").isSound)
    }

    /// Lines are taken up in the order of entry, whatever days the receipts bear.
    @Test func linesAreTakenUpAsReceiptsWereEntered() throws {
        let network = try company(seed: 464)
        let hz = try network["hz"]
        let number = try order(
            hz,
            [
                Line(item: "TEA", quantity: "5", price: "2.00", cost: "2.00"),
                Line(item: "TEA", quantity: "5", price: "3.00", cost: "3.00"),
            ])
        let five = [Line(item: "TEA", quantity: "5")]
        _ = try receive(hz, number, five, on: "2026-11-05")
        _ = try receive(hz, number, five, on: "2026-11-02")
        #expect(try rows(hz) == [])
    }

    /// 20.00 are invoiced of ten teas, of which two went back.
    @Test func whatWentBackIsNotWorthItsInvoice() throws {
        let network = try company(seed: 466)
        let (hz, gz) = (try network["hz"], try network["gz"])
        let number = try order(
            hz, [Line(item: "TEA", quantity: "10", price: "2.00", cost: "2.00")])
        let receipt = try receive(hz, number, [])
        try invoice(hz, "A-1", net: "20.00", [receipt])
        #expect(try rows(hz) == [])
        let back = try hz.perform(
            .sendBack(
                Details(), [Line(item: "TEA", quantity: "2")], receipt: receipt, supplier: nil))
        network.settle()
        for node in [hz, gz] {
            #expect(
                try rows(node).filter { $0[0] == "received and invoiced" }.map { Array($0[1...3]) }
                    == [
                        [
                            "A-1 of \(number)", "4.00",
                            "20.00 are invoiced of what came for 16.00 at the order's prices",
                        ]
                    ])
        }
        try hz.perform(.reverse(Details(), number: back.subject))
        #expect(try rows(hz).filter { $0[0] == "received and invoiced" } == [])
    }

    /// Who may not book money receives goods without a price: none is held against the order.
    @Test func whatHasNoPriceIsNoOtherPrice() throws {
        let money = CurrencyCode("CNY")!
        let (tea, branch) = (ItemCode("TEA")!, BranchCode("HZ")!)
        let header = DocumentHeader(
            kind: .goodsReceipt, number: DocumentNumber("HZa-G-2026-000001"),
            effectiveDate: Day("2026-11-02")!, person: "Chen")
        let transaction = try Transaction(
            header,
            [
                Posting(.simple(.supplier, branch), .item(tea), -10),
                Posting(.stock(branch), .item(tea), 10),
            ])
        let own = try #require(header.number)
        let receipt = try #require(
            OrderMatch.Receipt(
                own, [transaction], returns: [], entered: HybridTime(raw: 1), in: money,
                own: money))
        let network = try company(seed: 468)
        let hz = try network["hz"]
        let number = try order(
            hz, [Line(item: "TEA", quantity: "10", price: "2.00", cost: "2.00")])
        let placed = try #require(DocumentNumber(number))
        let known = try #require(try hz.engine.order(placed))
        let match = OrderMatch(
            known, [receipt], tolerance: 0, try #require(hz.engine.standing?.ledger))
        let invoice = Invoice(
            try #require(DocumentNumber("HZa-I-2026-000001")), .received, code: "A-1",
            party: "Mill", net: 1, tax: 0, due: nil, documents: [own], day: header.effectiveDate,
            person: "Wang")
        #expect(match.prices.isEmpty && match.worth(of: receipt, on: [invoice]) == 2_000)
        #expect(OrderMatch.booked(of: receipt, on: [invoice]) == nil)
    }

    /// What is over and old is not read again, until something is written of it; a bound that is reached is told.
    @Test func whatIsOldIsLookedAtOnceAndABoundIsTold() throws {
        let network = try company(seed: 470)
        let hz = try network["hz"]
        let number = try order(
            hz, due: "2026-10-05",
            [Line(item: "TEA", quantity: "10", price: "2.00", cost: "2.00")])
        let receipt = try receive(hz, number, [], on: "2026-10-02")
        #expect(try rows(hz) == [])
        let (store, own) = (hz.engine.store, try #require(DocumentNumber(number)))
        #expect(!store.isOld(own, before: try #require(Day("2026-10-02"))))
        // Half a year later.
        hz.now = hz.now.advanced(byMilliseconds: 180 * 86_400_000)
        #expect(try rows(hz) == [])
        #expect(store.isOld(own, before: try #require(Day("2026-10-03"))))
        #expect(!store.isOld(own, before: try #require(Day("2026-10-02"))))
        try hz.perform(.reverse(Details(), number: receipt))
        #expect(!store.isOld(own, before: try #require(Day("2026-10-03"))))
        #expect(try rows(hz).map { $0[0] } == ["order overdue"])
        let second = try order(hz, due: "2026-10-05")
        let standing = try #require(hz.engine.standing)
        let today = try #require(Day("2027-05-20"))
        let all = try hz.engine.orderDifferences(standing, nil, today)
        #expect(all.differences.count == 2 && all.notes == [])
        let some = try hz.engine.orderDifferences(standing, nil, today, limit: 1)
        #expect(some.differences.count == 1)
        #expect(some.notes.count == 1 && some.notes[0].hasPrefix("orders from \(second) on"))
    }

    @Test func whatWasDeliveredHasItsTaxInvoice() throws {
        let network = try company(seed: 462)
        let hz = try network["hz"]
        try hz.perform(
            .receive(
                Details(date: "2026-10-01"), [Line(item: "TEA", quantity: "50", cost: "2.00")],
                supplier: "Mill"))
        func sale(_ party: String, _ date: String) throws -> String {
            let number = try hz.perform(
                .order(
                    Details(date: "2026-10-01"),
                    .open(
                        OrderForm(
                            kind: .sale, party: party,
                            lines: [Line(item: "TEA", quantity: "1", price: "9.00")])))
            ).subject
            try hz.perform(.order(Details(), .place(order: number)))
            var details = Details(date: date)
            details.order = number
            return try hz.perform(.sell(details, [], tender: "credit")).subject
        }
        let first = try sale("Hotel", "2026-10-05")
        let second = try sale("Hotel", "2026-10-06")
        _ = try sale("Inn", "2026-10-06")
        _ = try sale("Hotel", "2026-11-10")
        #expect(try rows(hz) == [])
        try hz.perform(.invoice(Details(), .issue(sales: [first], code: "1")))
        #expect(try rows(hz).map { $0[1].prefix(second.count) } == [second[...]])
        try hz.perform(.invoice(Details(), .issue(sales: [second], code: "2")))
        #expect(try rows(hz) == [])
    }
}
