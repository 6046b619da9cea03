import Testing

@testable import Books
@testable import Engine
@testable import Replica
@testable import Sodium
@testable import Store

/// Orders: who approves, what is placed, what comes of it; with branches apart as well.
@Suite struct OrderTests {
    /// HZ, GZ and SH with two items, and people who may approve.
    private static func company(_ seed: UInt64) throws -> TestNetwork {
        let network = try TestNetwork.company(["gz", "sh"], seed: seed)
        let hz = try network["hz"]
        try hz.perform(
            .addItems([
                ItemChange(
                    code: "TEA", name: "Tea", unit: "bag", price: "9.00",
                    packs: [PackChange(name: "box", quantity: "12")]),
                ItemChange(code: "CUP", name: "Cup", price: "3.00", tax: "10"),
            ]))
        for (name, roles) in [
            ("Wang", ["buyer"]), ("Zhao", ["buyer", "manager"]), ("Qian", ["manager"]),
        ] { try hz.perform(.setPerson(PersonChange(name: name, roles: roles))) }
        network.settle()
        return network
    }

    private static func line(_ item: String, _ quantity: String, _ figure: String? = nil) -> Line {
        Line(item: item, quantity: quantity, price: figure, cost: figure)
    }

    private static func form(
        _ kind: OrderForm.Kind, _ party: String, _ lines: Line..., submits: Bool = false
    ) -> OrderAct {
        .open(OrderForm(kind: kind, party: party, lines: lines, submits: submits))
    }

    private func state(_ node: TestNode, _ number: String) throws -> String {
        try node.report(.order(number: number)).facts.first { $0.key == "state" }?.value.plain ?? ""
    }

    private func exceptions(_ node: TestNode) throws -> [[String]] {
        try node.report(.exceptions).rows.map { $0.map(\.plain) }
            .filter {
                $0[0].contains("order") || $0[0].contains("return") || $0[0].contains("appro")
                    || $0[0].contains("version") || $0[0].contains("placed")
            }
    }

    @Test func aPurchaseIsPlacedAndReceivedInParts() throws {
        let network = try Self.company(31)
        let hz = try network["hz"]
        let number = try hz.perform(
            .order(
                Details(due: "2026-12-01"),
                Self.form(
                    .purchase, "ACME", Self.line("TEA", "2box", "20.00"),
                    Self.line("CUP", "3", "0.3333")))
        ).subject
        #expect(number.hasPrefix("HZa-O-"))
        #expect(try state(hz, number) == "draft")
        var receipt = Details()
        receipt.order = number
        // Nobody has told the supplier yet.
        #expect(hz.refusal(.receive(receipt, [], supplier: "")) == .orderState)
        // No step is needed: it is placed as it is.
        try hz.perform(.order(Details(), .place(order: number)))
        #expect(try state(hz, number) == "placed")
        #expect(hz.refusal(.receive(receipt, [], supplier: "Other")) == .badOption)
        try hz.perform(.receive(receipt, [Self.line("TEA", "7")], supplier: ""))
        #expect(try state(hz, number) == "part done")
        // 7 of 24 at 20.00 for 12: 11.67; the rest takes what is left of 40.00, and 1.00 for the cups.
        #expect(try hz.balances()["payable/HZ/ACME"] == "-11.67")
        #expect(hz.refusal(.order(Details(memo: "no"), .cancel(order: number))) == .orderState)
        let last = try hz.perform(.receive(receipt, [], supplier: "")).subject
        #expect(try hz.balances()["payable/HZ/ACME"] == "-41.00")
        #expect(try state(hz, number) == "done")
        #expect(try hz.report(.orders(OrderFilter())).rows.isEmpty)
        #expect(hz.refusal(.receive(receipt, [Self.line("TEA", "1")], supplier: "")) == .orderState)
        // A receipt that is undone is outstanding again.
        try hz.perform(.reverse(Details(), number: last))
        #expect(try state(hz, number) == "part done")
        let rows = try hz.report(.order(number: number)).rows.map { $0.map(\.plain) }
        #expect(
            rows == [
                ["TEA", "Tea", "24", "box", "20.000000", "40.00", "7", "17", ""],
                ["CUP", "Cup", "3", "", "0.333300", "1.00", "0", "3", ""],
            ])
        try hz.perform(.order(Details(memo: "sold out"), .close(order: number)))
        #expect(try state(hz, number) == "closed")
        network.settle()
        for name in ["gz", "sh"] {
            #expect(
                try network[name].report(.order(number: number))
                    == hz.report(.order(number: number)))
        }
        #expect(try network.verify("hz").isSound)
    }

    @Test func whoMayApproveIsData() throws {
        let network = try Self.company(32)
        let hz = try network["hz"]
        try hz.perform(
            .setWorkflow(
                WorkflowChange(kind: .purchase, steps: ["check:buyer/2", "release:manager>100/3"])))
        func open(_ cost: String, by person: String = "Li") throws -> String {
            try hz.perform(
                .order(
                    Details(person: person),
                    Self.form(.purchase, "ACME", Self.line("TEA", "10", cost), submits: true))
            ).subject
        }
        func approve(_ number: String, _ person: String) -> Refusal.Code? {
            hz.refusal(.order(Details(person: person), .approve(order: number, step: nil)))
        }
        // 100.00 needs the buyer alone, a cent more the manager as well.
        let small = try open("10.00")
        #expect(hz.refusal(.order(Details(), .place(order: small))) == .orderState)
        #expect(approve(small, "Qian") == .notThisPerson)
        #expect(approve(small, "Li") == .ownApproval)
        #expect(approve(small, "Wang") == nil)
        #expect(try state(hz, small) == "approved")
        #expect(approve(small, "Zhao") == .orderState)
        let large = try open("10.01")
        // One person takes one step, whatever roles they have.
        #expect(approve(large, "Zhao") == nil)
        #expect(try state(hz, large) == "submitted")
        #expect(approve(large, "Zhao") == .ownApproval)
        #expect(approve(large, "Wang") == .notThisPerson)
        #expect(
            hz.refusal(.order(Details(person: "Wang", memo: "dear"), .refuse(order: large)))
                == .notThisPerson)
        // A deputy acts while they are one, and not for who took a step already.
        try hz.perform(
            .setPerson(PersonChange(name: "Qian", deputy: "Sun", deputyUntil: "2026-11-01")))
        #expect(approve(large, "Sun") == .notThisPerson)
        try hz.perform(
            .setPerson(PersonChange(name: "Qian", deputy: "Sun", deputyUntil: "2026-12-31")))
        #expect(approve(large, "Sun") == nil)
        #expect(try state(hz, large) == "approved")
        let facts = try hz.report(.order(number: large)).facts
        #expect(
            facts.contains { $0.label == "release" && $0.value.plain.hasPrefix("Sun, for Qian") })
        try hz.perform(.order(Details(person: "Li"), .place(order: large)))
        // The approval is taken back after the fact: a person has to look.
        #expect(
            hz.refusal(.order(Details(person: "Wang", memo: "x"), .withdraw(order: large)))
                == .notThisPerson)
        #expect(
            hz.refusal(.order(Details(person: "Qian"), .withdraw(order: large))) == .badOption)
        try hz.perform(.order(Details(person: "Qian", memo: "too dear"), .withdraw(order: large)))
        #expect(try exceptions(hz).map { $0[0] } == ["not approved"])
        try hz.perform(.order(Details(memo: "too dear"), .cancel(order: large)))
        #expect(try exceptions(hz).isEmpty)
        // Refused, written anew, and looked at anew.
        let third = try open("11.00", by: "Wang")
        #expect(approve(third, "Wang") == .ownApproval)
        try hz.perform(.order(Details(person: "Zhao", memo: "other price"), .refuse(order: third)))
        #expect(try state(hz, third) == "refused")
        #expect(approve(third, "Zhao") == .orderState)
        try hz.perform(
            .order(
                Details(person: "Wang"), .write(order: third, [Self.line("TEA", "10", "9.00")])))
        #expect(try state(hz, third) == "draft")
        try hz.perform(.order(Details(person: "Wang"), .submit(order: third)))
        #expect(approve(third, "Zhao") == nil)
        #expect(try state(hz, third) == "approved")
        // The company changes its process: what began keeps what held.
        let fourth = try open("10.00")
        try hz.perform(.setWorkflow(WorkflowChange(kind: .purchase, steps: [])))
        #expect(try state(hz, fourth) == "submitted")
        #expect(approve(fourth, "Wang") == nil)
        let fifth = try open("1000.00")
        try hz.perform(.order(Details(), .place(order: fifth)))
        #expect(try hz.report(.workflows).rows.isEmpty)
    }

    /// Whoever hears of which first, every replica sees the same.
    @Test func whatBranchesDoBesideEachOther() throws {
        let network = try Self.company(33)
        let (hz, gz) = (try network["hz"], try network["gz"])
        try hz.perform(.receive(Details(), [Self.line("TEA", "50", "2.00")], supplier: "ACME"))
        try hz.perform(
            .setWorkflow(WorkflowChange(kind: .request, steps: ["release:manager"])))
        network.settle()
        func request() throws -> String {
            let number = try gz.perform(
                .order(
                    Details(person: "Li"),
                    Self.form(.request, "HZ", Self.line("TEA", "20"), submits: true))
            ).subject
            network.settle()
            return number
        }
        func approve(_ node: TestNode, _ number: String) throws {
            try node.perform(.order(Details(person: "Qian"), .approve(order: number, step: nil)))
        }
        let first = try request()
        #expect(hz.refusal(.ship(Details(order: first), [], to: "")) == .orderState)
        // Approved on one side and cancelled on the other: cancelled, at both.
        network.sever("hz", "gz")
        try approve(hz, first)
        try gz.perform(.order(Details(memo: "found some"), .cancel(order: first)))
        network.mend("hz", "gz")
        network.settle()
        for node in [hz, gz] {
            #expect(try state(node, first) == "cancelled")
            #expect(try exceptions(node).isEmpty)
        }
        #expect(hz.refusal(.ship(Details(order: first), [], to: "")) == .orderState)
        // Goods that left beside the cancellation have to come back.
        let second = try request()
        network.sever("hz", "gz")
        try approve(hz, second)
        let shipment = try hz.perform(.ship(Details(order: second), [], to: "")).subject
        try gz.perform(.order(Details(memo: "found some"), .cancel(order: second)))
        network.mend("hz", "gz")
        network.settle()
        for node in [hz, gz] {
            #expect(try state(node, second) == "cancelled")
            #expect(try exceptions(node).map { $0[0] } == ["required return"])
        }
        try hz.perform(.recall(Details(memo: "cancelled"), shipment: shipment))
        network.settle()
        // What was asked for, sent and taken up is done.
        let third = try request()
        try approve(hz, third)
        #expect(
            gz.refusal(.ship(Details(order: third), [], to: "")) == .notForThisBranch)
        let sent = try hz.perform(.ship(Details(order: third), [], to: "")).subject
        network.settle()
        try gz.perform(.arrive(Details(), [], shipment: sent))
        network.settle()
        for node in [hz, gz] { #expect(try state(node, third) == "done") }
    }

    /// Every order of arrival gives one state: the fold is over a set.
    @Test(arguments: 1...40) func aFoldIsFreeOfOrder(_ seed: Int) throws {
        var random = SeededRandom(seed: UInt64(seed))
        let number = try #require(DocumentNumber("HZa-O-2026-000001"))
        let ledger = Ledger(currency: try #require(CurrencyCode("CNY")), scale: 2)
        let day = try #require(Day("2026-11-01"))
        func event(_ kind: String, _ fields: [(String, Value)], _ person: String) -> Event {
            Event(
                entity: Order.entity(number), kind: kind, person: person,
                effectiveDate: Day(number: day.number + Int32.random(in: 0...3, using: &random)),
                fields: fields.map { .init($0.0, $0.1) })
        }
        let people = ["A", "B", "C", "D"]
        let steps = Workflow(
            version: 1,
            steps: [
                Workflow.Step(name: "one", role: "x", above: 500),
                Workflow.Step(name: "two", role: "y"),
            ])
        var events = [
            event(
                Order.Event.opened,
                [("party", .text("ACME")), ("workflow", .text(steps.text))], "A")
        ]
        for _ in 0..<Int.random(in: 2...14, using: &random) {
            let version = Value.text(
                "\(Int.random(in: 1...2, using: &random)) \(["a", "b"].randomElement(using: &random) ?? "a")"
            )
            let person = people.randomElement(using: &random) ?? "A"
            let kinds = [
                Order.Event.written, Order.Event.submitted, Order.Event.approved,
                Order.Event.refused, Order.Event.placed, Order.Event.priced,
                Order.Event.cancelled, Order.Event.withdrawn,
            ]
            let kind = kinds.randomElement(using: &random) ?? Order.Event.written
            var fields = [("version", version)]
            switch kind {
            case Order.Event.written:
                fields.append(("1", .text("TEA\t\(version.text?.count ?? 0)\t\t1\t")))
            case Order.Event.priced: fields.append(("1", .integer(2_000_000)))
            case Order.Event.approved:
                fields.append(("step", .text(Bool.random(using: &random) ? "one" : "two")))
            default: break
            }
            events.append(event(kind, fields, person))
        }
        let expected = try #require(Order(number, events))
        for _ in 0..<20 {
            events.shuffle(using: &random)
            let order = try #require(Order(number, events))
            #expect(order.state(ledger) == expected.state(ledger))
            #expect(order.current == expected.current)
            #expect(order.faults(ledger) == expected.faults(ledger))
            #expect(order.steps(ledger).map(\.approval) == expected.steps(ledger).map(\.approval))
            #expect(order.content == expected.content)
        }
    }

    @Test func anOfferBecomesASale() throws {
        let network = try Self.company(34)
        let hz = try network["hz"]
        try hz.perform(.receive(Details(), [Self.line("CUP", "50", "1.00")], supplier: "ACME"))
        let number = try hz.perform(
            .order(
                Details(due: "2027-01-31"),
                Self.form(.sale, "Hotel", Self.line("CUP", "10", "2.50"), Self.line("CUP", "5")))
        ).subject
        try hz.perform(.order(Details(), .quote(order: number)))
        #expect(try state(hz, number) == "quoted")
        try hz.perform(.order(Details(), .place(order: number)))
        // Afterwards the price goes up; what was agreed holds.
        try hz.perform(.setItem(ItemChange(code: "CUP", price: "4.00")))
        let first = try hz.perform(
            .sell(Details(order: number), [Line(item: "CUP", quantity: "12")], tender: "credit"))
        // 10 at 2.50 and 2 at 3.00, and a tenth of tax.
        #expect(first.total == "34.10")
        let rest = try hz.perform(.sell(Details(order: number), [], tender: "cash"))
        #expect(rest.total == "9.90")
        #expect(try state(hz, number) == "done")
        #expect(try hz.balances()["receivable/HZ/Hotel"] == "34.10")
        // A line with a price of its own, and more than was ordered.
        let other = try hz.perform(
            .order(Details(), Self.form(.sale, "Hotel", Self.line("CUP", "2", "2.00")))
        ).subject
        try hz.perform(.order(Details(), .place(order: other)))
        let sold = try hz.perform(
            .sell(
                Details(order: other), [Line(item: "CUP", quantity: "3", price: "1.00")],
                tender: "cash"))
        #expect(sold.total == "3.30")
        #expect(sold.notices.contains { $0.hasPrefix("more than ordered: CUP, 2") })
        #expect(try exceptions(hz).map { $0[0] } == ["more than ordered"])
        // The next sale with no order is at today's price.
        #expect(
            try hz.perform(.sell(Details(), [Line(item: "CUP", quantity: "1")], tender: "cash"))
                .total == "4.40")
    }

    /// What is taken off is taken off all deliveries together, to the cent.
    @Test func whatWasTakenOffIsOffAllParts() throws {
        let network = try Self.company(44)
        let hz = try network["hz"]
        try hz.perform(
            .receive(
                Details(), [Self.line("CUP", "50", "1.00"), Self.line("TEA", "50", "2.00")],
                supplier: "ACME"))
        // 3 cups at 3.33 less 5 %: 9.49; 2 boxes of 12 at 9.00: 216.00; 10.00 off all of it: 0.42 and 9.58.
        var cups = Line(item: "CUP", quantity: "3", price: "3.33", discount: "5%")
        let number = try hz.perform(
            .order(
                Details(discount: "10.00"),
                Self.form(.sale, "Hotel", cups, Line(item: "TEA", quantity: "2box")))
        ).subject
        let rows = try hz.report(.order(number: number)).rows.map { $0.map(\.plain) }
        #expect(
            rows == [
                ["CUP", "Cup", "3", "", "3.023333", "9.07", "0", "3", ""],
                ["TEA", "Tea", "24", "box", "103.210000", "206.42", "0", "24", ""],
            ])
        try hz.perform(.order(Details(), .place(order: number)))
        func deliver(_ item: String, _ quantity: String) throws -> String? {
            try hz.perform(
                .sell(
                    Details(order: number), [Line(item: item, quantity: quantity)],
                    tender: "credit")
            ).total
        }
        // A third of 9.07 and a tenth of tax on it, three times; the tax is of each document.
        #expect(try deliver("CUP", "1") == "3.32")
        #expect(try deliver("CUP", "1") == "3.33")
        #expect(try deliver("CUP", "1") == "3.32")
        #expect(try deliver("TEA", "7") == "60.21")
        #expect(try deliver("TEA", "17") == "146.21")
        #expect(try hz.balances()["sales/HZ"] == "-215.49")
        // Other lines, with a discount of their own; a supplier's discount is in its cost.
        let other = try hz.perform(
            .order(Details(), Self.form(.sale, "Hotel", Line(item: "CUP", quantity: "2")))
        ).subject
        cups.quantity = "4"
        try hz.perform(.order(Details(), .write(order: other, [cups])))
        #expect(try hz.report(.order(number: other)).rows[0][5].plain == "12.65")
        #expect(
            hz.refusal(
                .order(
                    Details(discount: "5%"),
                    Self.form(.purchase, "ACME", Self.line("CUP", "1", "1.00")))) == .badOption)
        #expect(try network.verify("hz").isSound)
    }

    @Test func proposalsBecomeDrafts() throws {
        let network = try Self.company(35)
        let gz = try network["gz"]
        func want(_ item: String, _ source: String) throws {
            try gz.perform(
                .setStocking(
                    StockingChange(item: item, minimum: "5", target: "8", source: source)))
        }
        try want("TEA", "branch:HZ")
        try want("CUP", "ACME")
        guard case .outcomes(let results) = gz.ask(.draftOrders(Details())) else {
            Issue.record("no outcomes")
            return
        }
        #expect(results.count == 2)
        // What is on order is not ordered again.
        #expect(try gz.report(.reorder(branch: "GZ", all: false)).rows.isEmpty)
        guard case .refused(let refusal) = gz.ask(.draftOrders(Details())) else {
            Issue.record("drafted twice")
            return
        }
        #expect(refusal.code == .emptyDocument)
        network.settle()
        let orders = try gz.report(.orders(OrderFilter())).rows.map { $0.map(\.plain) }
        #expect(orders.map { $0[2] } == ["purchase", "request"])
        #expect(orders.map { $0[3] } == ["ACME", "HZ"])
        // The other branch sees what it is asked for, and not what is bought elsewhere.
        #expect(
            try network["hz"].report(.orders(OrderFilter(kind: .request))).rows.count == 1)
        // Given up, they are proposed again.
        for order in orders {
            try gz.perform(.order(Details(memo: "no"), .cancel(order: order[0])))
        }
        #expect(try gz.report(.reorder(branch: "GZ", all: false)).rows.count == 2)
    }

    @Test func whatIsLateIsToldOf() throws {
        let network = try Self.company(36)
        let hz = try network["hz"]
        try hz.perform(
            .setWorkflow(WorkflowChange(kind: .purchase, steps: ["check:buyer/2"])))
        let waiting = try hz.perform(
            .order(
                Details(date: "2026-11-10", person: "Li"),
                Self.form(.purchase, "ACME", Self.line("TEA", "1", "1.00"), submits: true))
        ).subject
        let told = try exceptions(hz)
        #expect(told.map { $0[0] } == ["order waits"])
        #expect(told[0][1] == "\(waiting), step check due 2026-11-12")
        #expect(told[0][3].hasPrefix("Wang, Zhao: "))
        try hz.perform(.order(Details(person: "Wang"), .approve(order: waiting, step: "check")))
        #expect(try exceptions(hz).isEmpty)
        let late = try hz.perform(
            .order(
                Details(date: "2026-11-01", due: "2026-11-05"),
                Self.form(.sale, "Hotel", Self.line("TEA", "1")))
        ).subject
        try hz.perform(.order(Details(person: "Li"), .place(order: late)))
        #expect(try exceptions(hz).map { $0[1] } == ["\(late) Hotel, due 2026-11-05"])
    }

    @Test func whatIsRefused() throws {
        let network = try Self.company(37)
        let (hz, gz) = (try network["hz"], try network["gz"])
        let cases: [(OrderAct, Refusal.Code)] = [
            (Self.form(.purchase, "ACME"), .emptyDocument),
            (Self.form(.purchase, "", Self.line("TEA", "1")), .badText),
            (Self.form(.purchase, "ACME", Self.line("NONE", "1")), .unknownItem),
            (Self.form(.purchase, "ACME", Self.line("TEA", "0")), .notPositive),
            (Self.form(.purchase, "ACME", Self.line("TEA", "1", "-1")), .notPositive),
            (Self.form(.request, "XX", Self.line("TEA", "1")), .unknownBranch),
            (Self.form(.request, "HZ", Self.line("TEA", "1")), .notForThisBranch),
            (.submit(order: "HZa-O-2026-000099"), .unknownDocument),
            (.submit(order: "nonsense"), .badDocumentNumber),
            (.place(order: "HZa-S-2026-000001"), .unknownDocument),
        ]
        for (act, code) in cases { #expect(hz.refusal(.order(Details(), act)) == code) }
        for (steps, code) in [
            (["x"], Refusal.Code.badOption), (["a:b", "a:c"], .badOption),
            (["a:b/x"], .badOption), (["a:b>x"], .badNumber), (["a:b>-1"], .notPositive),
            (["A b:c"], .badOption), (Array(repeating: "a:b", count: 9), .tooManyLines),
        ] {
            #expect(
                hz.refusal(.setWorkflow(WorkflowChange(kind: .sale, steps: steps))) == code)
        }
        // A request is no purchase, and is not placed.
        let request = try gz.perform(
            .order(Details(), Self.form(.request, "HZ", Self.line("TEA", "1")))
        ).subject
        #expect(gz.refusal(.order(Details(), .place(order: request))) == .orderState)
        #expect(gz.refusal(.receive(Details(order: request), [], supplier: "")) == .unknownDocument)
        #expect(gz.refusal(.order(Details(), .quote(order: request))) == .orderState)
        #expect(gz.refusal(.order(Details(), .cancel(order: request))) == .badOption)
        network.settle()
        #expect(
            hz.refusal(.order(Details(memo: "x"), .cancel(order: request))) == .notForThisBranch)
    }

    /// Goods say what of an order is done: a service would never be, and be asked money for at every delivery.
    @Test func anOrderIsOfGoods() throws {
        let hz = try TestNode.founder(seed: 88)
        try hz.perform(
            .addItems([
                ItemChange(code: "TEA", name: "Tea", price: "9.00"),
                ItemChange(code: "HELP", name: "Help", price: "5.00", kind: "service"),
            ]))
        func order(_ item: String) -> Command {
            .order(
                Details(),
                .open(
                    OrderForm(
                        kind: .sale, party: "Hotel", lines: [Line(item: item, quantity: "1")])))
        }
        #expect(hz.refusal(order("HELP")) == .serviceHasNoStock)
        let number = try hz.perform(order("TEA")).subject
        try hz.perform(.order(Details(), .place(order: number)))
        try hz.perform(.receive(Details(), [Line(item: "TEA", quantity: "1")], supplier: "A"))
        // A service goes along with the delivery, and nobody is told of too much of it.
        let sale = try hz.perform(
            .sell(
                Details(order: number),
                [Line(item: "TEA", quantity: "1"), Line(item: "HELP", quantity: "1")],
                tender: "cash"))
        #expect(sale.total == "14.00")
        #expect(sale.notices.isEmpty)
    }
}
