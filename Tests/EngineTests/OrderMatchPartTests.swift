import Testing

@testable import Books
@testable import Engine
@testable import Replica
@testable import Sodium
@testable import Store

/// Invoices of parts of receipts, and orders in other currencies, on the page of differences. The test's day is 18 November.
@Suite struct OrderMatchPartTests {
    private func company(seed: UInt64) throws -> TestNetwork {
        let network = try TestNetwork.company(["gz"], seed: seed)
        let hz = try network["hz"]
        try hz.perform(
            .addItems([
                ItemChange(code: "TEA", name: "Tea", price: "9.00"),
                ItemChange(code: "CUP", name: "Cup", price: "3.00"),
            ]))
        try hz.perform(.setRate(currency: "USD", rate: "7.2", from: "2026-10-01"))
        network.settle()
        return network
    }

    /// Ordered on 1 October, and received on 2 November.
    private func received(
        _ node: TestNode, _ ordered: [Line], _ came: [Line] = [], currency: String? = nil
    ) throws -> (order: String, receipt: String) {
        var details = Details(date: "2026-10-01", person: "Zhao")
        details.currency = currency
        let order = try node.perform(
            .order(details, .open(OrderForm(kind: .purchase, party: "Mill", lines: ordered)))
        ).subject
        try node.perform(
            .order(Details(date: "2026-10-01", person: "Zhao"), .place(order: order)))
        var receipt = Details(date: "2026-11-02", person: "Chen")
        receipt.order = order
        return (order, try node.perform(.receive(receipt, came, supplier: "")).subject)
    }

    @discardableResult
    private func invoice(
        _ node: TestNode, _ code: String, net: String, _ receipts: [String] = [],
        _ parts: [InvoiceAct.Part] = [], currency: String? = nil
    ) throws -> String {
        var details = Details(person: "Wang")
        details.currency = currency
        return try node.perform(
            .invoice(
                details,
                .enter(
                    .init(supplier: "Mill", code: code, net: net, receipts: receipts, parts: parts))
            )
        ).subject
    }

    /// Subject, amount and cause.
    private func rows(_ node: TestNode, _ check: String = "received and invoiced") throws
        -> [[String]]
    {
        try node.report(.reconcile(branch: nil)).rows.map { $0.map(\.plain) }
            .filter { $0[0] == check }.map { Array($0[1...3]) }
    }

    private let tea = [Line(item: "TEA", quantity: "10", price: "2.00", cost: "2.00")]

    /// The example of `docs/money.md`: 11.00 are asked for five of ten teas that came for 20.00.
    @Test func aPartIsHeldAgainstItsPart() throws {
        let network = try company(seed: 480)
        let (hz, gz) = (try network["hz"], try network["gz"])
        let (order, receipt) = try received(hz, tea)
        let five = InvoiceAct.Part(receipt: receipt, item: "TEA", quantity: "5")
        let first = try invoice(hz, "A-1", net: "11.00", [], [five])
        network.settle()
        for node in [hz, gz] {
            #expect(
                try rows(node) == [
                    [
                        "A-1 of \(order)", "1.00",
                        "11.00 are invoiced of what came for 10.00 at the order's prices",
                    ]
                ])
        }
        // The rest for what is left of it: together they are what came.
        try invoice(hz, "A-2", net: "9.00", [receipt])
        #expect(try rows(hz) == [])
        try hz.perform(.reverse(Details(), number: first))
        #expect(try rows(hz) == [])
        #expect(try network.verify("hz").isSound)
    }

    /// Seven of ten went back: of five that are invoiced three are worth something.
    @Test func ofAPartThatWentBackNothingIsOwed() throws {
        let network = try company(seed: 482)
        let (hz, gz) = (try network["hz"], try network["gz"])
        let (order, receipt) = try received(hz, tea)
        let five = InvoiceAct.Part(receipt: receipt, item: "TEA", quantity: "5")
        try invoice(hz, "A-1", net: "10.00", [], [five])
        #expect(try rows(hz) == [])
        let back = try hz.perform(
            .sendBack(
                Details(), [Line(item: "TEA", quantity: "7")], receipt: receipt, supplier: nil)
        ).subject
        network.settle()
        for node in [hz, gz] {
            #expect(
                try rows(node) == [
                    [
                        "A-1 of \(order)", "4.00",
                        "10.00 are invoiced of what came for 6.00 at the order's prices",
                    ]
                ])
        }
        try hz.perform(.reverse(Details(), number: back))
        #expect(try rows(hz) == [])
    }

    /// Two invoice one part beside each other: 20.00 are asked for five teas that two say.
    @Test func twoPartsOfTwoNodesMeet() throws {
        let network = try company(seed: 484)
        let hz = try network["hz"]
        let office = try network.joinOffice(seed: 487)
        let (order, receipt) = try received(hz, tea)
        network.settle()
        let eight = InvoiceAct.Part(receipt: receipt, item: "TEA", quantity: "8")
        for name in ["hz", "gz"] { network.sever("office", name) }
        network.settle()
        try invoice(hz, "A-1", net: "16.00", [], [eight])
        try invoice(office, "A-2", net: "16.00", [], [eight])
        for name in ["hz", "gz"] { network.mend("office", name) }
        network.run(milliseconds: 120_000)
        let found = try rows(hz)
        #expect(found.count == 1 && found[0][1] == "12.00")
        #expect(found[0][2] == "32.00 are invoiced of what came for 20.00 at the order's prices")
        #expect(found[0][0].hasSuffix(" of \(order)"))
        for name in ["office", "gz"] { #expect(try rows(network[name]) == found) }
        #expect(try rows(hz, "invoiced twice").count == 1)
        for name in ["hz", "office", "gz"] { #expect(try network.verify(name).isSound) }
    }

    /// Thirds of a receipt are worth thirds, in favour of who asks.
    @Test func partsOfWhatDoesNotDivideAreNoDifference() throws {
        let network = try company(seed: 486)
        let hz = try network["hz"]
        let (_, receipt) = try received(
            hz,
            [
                Line(item: "TEA", quantity: "3", price: "0.3333", cost: "0.3333"),
                Line(item: "CUP", quantity: "3", price: "0.3333", cost: "0.3333"),
            ])
        let parts = ["TEA", "CUP"].map {
            InvoiceAct.Part(receipt: receipt, item: $0, quantity: "1")
        }
        try invoice(hz, "A-1", net: "0.67", [], parts)
        #expect(try rows(hz) == [])
    }

    /// Ten teas ordered at 10.00 USD come for 105.00, and 106.00 are asked for them.
    @Test func anOrderInAnotherCurrencyIsHeldAgainstItsReceiptAndInvoice() throws {
        let network = try company(seed: 488)
        let (hz, gz) = (try network["hz"], try network["gz"])
        let ordered = [Line(item: "TEA", quantity: "10", price: "10.00", cost: "10.00")]
        let (order, receipt) = try received(
            hz, ordered, [Line(item: "TEA", quantity: "10", cost: "10.50")], currency: "USD")
        network.settle()
        for node in [hz, gz] {
            #expect(
                try rows(node, "ordered and received") == [
                    [
                        "\(receipt) of \(order) TEA", "",
                        "it came at 105.00 USD, and was ordered at 100.00 USD",
                    ]
                ])
        }
        let asked = try invoice(hz, "A-1", net: "106.00", [receipt], currency: "USD")
        #expect(
            try rows(hz) == [
                [
                    "A-1 of \(order)", "",
                    "106.00 USD are invoiced of what came for 100.00 USD at the order's prices",
                ]
            ])
        try hz.perform(.setTolerance("6"))
        #expect(try rows(hz) == [] && rows(hz, "ordered and received") == [])
        try hz.perform(.setTolerance("0"))
        try hz.perform(.reverse(Details(), number: asked))
        let five = InvoiceAct.Part(receipt: receipt, item: "TEA", quantity: "5")
        try invoice(hz, "A-2", net: "52.00", [], [five], currency: "USD")
        #expect(
            try rows(hz).map { $0[2] } == [
                "52.00 USD are invoiced of what came for 50.00 USD at the order's prices"
            ])
        #expect(try network.verify("hz").isSound)
    }

    /// What agrees in yen agrees, though goods are worth cents of the book's own.
    @Test func sharesOfACoarseCurrencyAreNoDifference() throws {
        let network = try company(seed: 490)
        let hz = try network["hz"]
        try hz.perform(.setRate(currency: "JPY", rate: "0.047", from: "2026-10-01"))
        let ordered = [
            Line(item: "TEA", quantity: "3", cost: "333"),
            Line(item: "CUP", quantity: "7", cost: "17"),
        ]
        let (order, receipt) = try received(hz, ordered, currency: "JPY")
        #expect(try rows(hz, "ordered and received") == [])
        try invoice(hz, "J-1", net: "1118", [receipt], currency: "JPY")
        #expect(try rows(hz) == [])
        // 30 yen more are seen.
        let (other, second) = try received(
            hz, ordered,
            [
                Line(item: "TEA", quantity: "3", cost: "343"),
                Line(item: "CUP", quantity: "7", cost: "17"),
            ], currency: "JPY")
        #expect(other != order)
        let found = try rows(hz, "ordered and received")
        #expect(found.map { $0[0] } == ["\(second) of \(other) TEA"], "\(found)")
    }
}
