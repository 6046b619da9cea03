import Testing

@testable import Books
@testable import Engine
@testable import Replica
@testable import Sodium
@testable import Store

/// A node that asks nobody who acts: others see what its people may not do. The test's day is 18 November.
@Suite struct BreachTests {
    private func company(seed: UInt64) throws -> TestNetwork {
        let network = try TestNetwork.company(["gz"], seed: seed)
        let (hz, gz) = (try network["hz"], try network["gz"])
        try hz.perform(.addItems([ItemChange(code: "TEA", name: "Tea", price: "9.00")]))
        network.settle()
        try gz.perform(.find(Details(date: "2026-10-01"), [Line(item: "TEA", quantity: "100")]))
        for (name, role) in [
            "Cleo": "clerk", "Bo": "bookkeeper", "Mia": "manager", "Vic": "approver",
        ].sorted(by: { $0.key < $1.key }) {
            try hz.perform(.setPerson(PersonChange(name: name, roles: [role])))
        }
        network.settle()
        return network
    }

    private func rent(_ person: String?, _ date: String? = nil) -> Command {
        .journal(
            Details(date: date, person: person),
            [
                JournalLine(account: "expense/rent", amount: "5.00"),
                JournalLine(account: "bank/main", amount: "-5.00"),
            ])
    }

    private func sale(_ person: String) -> Command {
        .sell(Details(person: person), [Line(item: "TEA", quantity: "1")], tender: "cash")
    }

    private func roles(_ node: TestNode) throws -> [[String]] {
        try node.report(.exceptions).rows.map { $0.map(\.plain) }.filter { $0[0] == "role" }
    }

    /// What the documents say: Cleo is a clerk, and wrote a journal entry at GZ, which asks nobody.
    @Test func whatARoleDoesNotAllowIsTold() throws {
        let network = try company(seed: 900)
        let (hz, gz) = (try network["hz"], try network["gz"])
        let number = try gz.perform(rent("Cleo")).subject
        for command in [
            sale("Cleo"), sale("Mia"), rent("Bo"), rent("Mia"),
            // Of these nobody said a role of the program's.
            rent("Vic"), rent("Nobody"), rent(nil),
        ] { try gz.perform(command) }
        network.settle()
        let row = try #require(try roles(hz).first)
        #expect(row[1] == "\(number): Cleo is no bookkeeper or manager" && row[2] == "1")
        #expect(
            row[3].hasPrefix(
                "Mia: `branchbook reverse \(number)` at GZ, or `branchbook person set Cleo --role bookkeeper`"
            ))
        #expect(row[4] == "Cleo")
        #expect(try roles(hz).count == 1)
        #expect(try roles(gz).isEmpty, "who wrote it was there")
        // More of the same is one row, another kind another.
        try gz.perform(rent("Cleo"))
        try gz.perform(.writeOff(Details(person: "Cleo"), [Line(item: "TEA", quantity: "1")]))
        try gz.perform(sale("Bo"))
        network.settle()
        #expect(try roles(hz).map { $0[2] }.sorted() == ["1", "1", "2"])
        #expect(try roles(hz).contains { $0[1].hasPrefix("\(number) and 1 more: Cleo is no") })
        // Taken back, or allowed from now on: nothing is left of it.
        try gz.perform(.reverse(Details(person: "Mia"), number: number))
        network.settle()
        #expect(try roles(hz).map { $0[2] } == ["1", "1", "1"])
        try hz.perform(.setPerson(PersonChange(name: "Cleo", roles: ["manager"])))
        #expect(
            try roles(hz).map {
                $0[1].hasSuffix("Bo is no clerk or storekeeper or buyer or manager")
            } == [true])
        // Back to what she was: what she did as a manager she did as one.
        try hz.perform(.setPerson(PersonChange(name: "Cleo", roles: ["clerk"])))
        #expect(try roles(hz).count == 1)
    }

    /// Of days that are closed nobody is told any more, nor of what is long past.
    @Test func ofOpenDaysAlone() throws {
        let network = try company(seed: 910)
        let (hz, gz) = (try network["hz"], try network["gz"])
        // By when it was written, whatever its date says.
        try gz.perform(rent("Cleo", "2026-10-10"))
        try gz.perform(rent("Cleo", "2026-11-05"))
        try gz.perform(rent("Cleo", "2026-11-12"))
        network.settle()
        #expect(try roles(hz).map { $0[2] } == ["3"])
        try gz.perform(.close(Details(person: "Bo"), through: "2026-11-10", isYearEnd: false))
        network.settle()
        #expect(try roles(hz).map { $0[2] } == ["1"])
    }

    /// What a role of the program's may do, and a document or an act of each kind that it makes.
    private struct Act {
        let role: Role
        let kind: DocumentKind
        let perform: (TestNode, String) throws -> String
    }

    private func act(
        _ role: Role, _ kind: DocumentKind, _ command: @escaping (Details) -> Command
    ) -> Act {
        Act(role: role, kind: kind) { node, person in
            try node.perform(command(Details(person: person))).subject
        }
    }

    private static func tea(_ quantity: String, cost: String? = nil) -> [Line] {
        [Line(item: "TEA", quantity: quantity, cost: cost)]
    }

    /// Every kind of document, by the least role that may: those with the fewest rights that a command for it asks for.
    private func acts(shipment: String) -> [Act] {
        func form(_ kind: OrderForm.Kind, _ party: String) -> OrderForm {
            OrderForm(
                kind: kind, party: party,
                lines: [Line(item: "TEA", quantity: "1", price: "9.00", cost: "2.00")])
        }
        return [
            act(.clerk, .sale) { .sell($0, Self.tea("1"), tender: "cash") },
            act(.clerk, .customerReturn) {
                .giveBack($0, Self.tea("1"), sale: nil, tender: "cash")
            },
            act(.clerk, .salesOrder) { .order($0, .open(form(.sale, "Hotel"))) },
            act(.clerk, .tillShift) { .till($0, .open([.init(name: "cash", amount: "1.00")])) },
            act(.clerk, .task) { .work($0, .open(TaskForm(text: "Look at it"))) },
            act(.clerk, .notice) { .work($0, .post(text: "Closed on Monday", branches: [])) },
            act(.storekeeper, .goodsReceipt) {
                .receive($0, Self.tea("3", cost: "2.00"), supplier: "Mill")
            },
            act(.storekeeper, .arrival) { .arrive($0, [], shipment: shipment) },
            act(.storekeeper, .shipment) { .ship($0, Self.tea("1"), to: "HZ") },
            act(.storekeeper, .move) { .move($0, Self.tea("1"), to: "back") },
            act(.storekeeper, .writeOff) { .writeOff($0, Self.tea("1")) },
            act(.storekeeper, .found) { .find($0, Self.tea("1")) },
            act(.storekeeper, .repack) {
                .repack(
                    $0, Self.tea("1"), into: Line(item: "CUP", quantity: "1"), extra: nil)
            },
            act(.storekeeper, .count) { .count($0, .open(CountOrder(items: ["CUP"]))) },
            act(.storekeeper, .quota) { .quota($0, .grant(Self.tea("1"), to: "HZ")) },
            act(.buyer, .purchaseOrder) { .order($0, .open(form(.purchase, "Mill"))) },
            act(.buyer, .transferRequest) { .order($0, .open(form(.request, "HZ"))) },
            act(.buyer, .supplierReturn) {
                .sendBack($0, Self.tea("1"), receipt: nil, supplier: "Mill")
            },
            act(.bookkeeper, .payment) {
                .pay(
                    $0,
                    Payment(
                        direction: .received, party: "Hotel", amount: "1.00", through: "cash"))
            },
            act(.bookkeeper, .journal) { self.rent($0.person) },
            act(.bookkeeper, .revaluation) { .revalue($0, item: "TEA", change: .by("1.00")) },
            act(.bookkeeper, .invoice) {
                .invoice(
                    $0,
                    .enter(
                        .init(
                            supplier: "Mill", code: "I-\($0.person ?? "")", net: "1.00",
                            account: "expense/rent")))
            },
            Act(role: .bookkeeper, kind: .match) { node, person in
                let parts = try ["1.00", "-1.00"].map { amount in
                    MatchPart(
                        document: try node.perform(
                            .journal(
                                Details(person: "Mia"),
                                [
                                    JournalLine(account: "receivable/Inn", amount: amount),
                                    JournalLine(
                                        account: "equity/capital",
                                        amount: amount == "1.00" ? "-1.00" : "1.00"),
                                ])
                        ).subject)
                }
                return try node.perform(
                    .match(Details(person: person), .set(.receivable, party: "Inn", parts))
                ).subject
            },
            Act(role: .bookkeeper, kind: .reversal) { node, person in
                let mistake = try node.perform(self.rent("Mia")).subject
                return try node.perform(
                    .reverse(Details(person: person), number: mistake)
                ).subject
            },
            act(.bookkeeper, .close) { .close($0, through: "2026-10-10", isYearEnd: false) },
        ]
    }

    /// What GZ can do all of these with.
    private func everything(seed: UInt64) throws -> (TestNetwork, acts: [Act]) {
        let network = try company(seed: seed)
        let (hz, gz) = (try network["hz"], try network["gz"])
        try hz.perform(
            .addItems([ItemChange(code: "CUP", name: "Cup", price: "3.00")]))
        try hz.perform(.find(Details(), Self.tea("50")))
        for (name, role) in [
            ("clerk", Role.clerk), ("storekeeper", .storekeeper), ("buyer", .buyer),
            ("bookkeeper", .bookkeeper), ("Audrey", .auditor),
        ] { try hz.perform(.setPerson(PersonChange(name: name, roles: [role.rawValue]))) }
        network.settle()
        try gz.perform(.setLocation(LocationChange(name: "back")))
        let shipment = try hz.perform(.ship(Details(person: "Mia"), Self.tea("2"), to: "GZ"))
            .subject
        network.run(milliseconds: 60_000)
        return (network, acts(shipment: shipment))
    }

    /// Whoever may by a command's own right is told of nowhere, whatever kind of document the command makes.
    @Test func theLeastRoleThatMayIsNotTold() throws {
        let (network, acts) = try everything(seed: 920)
        let (hz, gz) = (try network["hz"], try network["gz"])
        var kinds: Set<DocumentKind> = []
        for act in acts {
            let subject = try act.perform(gz, act.role.rawValue)
            let number = try #require(DocumentNumber(subject), "\(act.kind): \(subject)")
            #expect(number.kind == act.kind)
            kinds.insert(number.kind)
        }
        #expect(Set(DocumentKind.allCases).subtracting(kinds) == [.statement])
        network.run(milliseconds: 200_000)
        #expect(try roles(hz) == [])
        #expect(try network.verify("hz").isSound)
    }

    /// An auditor enters nothing: whatever kind it is, others see it. A match and an open sheet post nothing, and are looked
    /// at where they are settled.
    @Test func whatAnAuditorEntersIsTold() throws {
        let (network, acts) = try everything(seed: 930)
        let (hz, gz) = (try network["hz"], try network["gz"])
        var expected: Set<String> = []
        for act in acts where act.kind != .close {
            let number = try act.perform(gz, "Audrey")
            if ![.match, .count].contains(act.kind) { expected.insert(number) }
        }
        network.run(milliseconds: 200_000)
        let told = Set(
            try roles(hz).map { String($0[1].prefix { $0 != ":" && $0 != " " }) })
        #expect(told == expected, "\(expected.symmetricDifference(told).sorted())")
        #expect(try roles(hz).allSatisfy { $0[4] == "Audrey" })
        #expect(try roles(gz).isEmpty)
    }

    /// An order of somebody who may not is told until it is over, and a task until it is done.
    @Test func ordersAndTasksAreTold() throws {
        let network = try company(seed: 940)
        let (hz, gz) = (try network["hz"], try network["gz"])
        try hz.perform(.setPerson(PersonChange(name: "Audrey", roles: ["auditor"])))
        network.settle()
        let line = [Line(item: "TEA", quantity: "1", price: "9.00", cost: "2.00")]
        let order = try gz.perform(
            .order(
                Details(person: "Cleo"),
                .open(OrderForm(kind: .purchase, party: "Mill", lines: line)))
        ).subject
        // Orders of customers are hers.
        let own = try gz.perform(
            .order(
                Details(person: "Cleo"), .open(OrderForm(kind: .sale, party: "Hotel", lines: line)))
        ).subject
        let task = try gz.perform(
            .work(Details(person: "Audrey"), .open(TaskForm(text: "Look at it")))
        ).subject
        // Whoever reads a notice may say so, and a workflow asks for its own roles.
        let notice = try gz.perform(
            .work(Details(person: "Mia"), .post(text: "Closed on Monday", branches: []))
        ).subject
        try gz.perform(.work(Details(person: "Audrey"), .read(notice: notice)))
        network.settle()
        let found = try roles(hz)
        #expect(found.map { $0[4] }.sorted() == ["Audrey", "Cleo"])
        #expect(
            found.map { $0[1] }.sorted()
                == [
                    "\(order): Cleo is no storekeeper or buyer or manager",
                    "\(task): Audrey is no clerk or storekeeper or buyer or bookkeeper or manager or administrator",
                ].sorted())
        #expect(
            found.contains {
                $0[3].hasPrefix("Mia: `branchbook order cancel \(order)` at GZ, or ")
            })
        #expect(found.contains { $0[3].contains("`branchbook task cancel \(task)`") })
        #expect(try roles(gz).isEmpty)
        // Placed by who may, it is still of who opened it; cancelled, nobody has to undo it.
        try gz.perform(.order(Details(person: "Mia"), .place(order: order)))
        network.settle()
        #expect(try roles(hz).count == 2)
        try gz.perform(.order(Details(person: "Mia", memo: "not needed"), .cancel(order: order)))
        try gz.perform(.work(Details(person: "Mia"), .finish(task: task)))
        try gz.perform(.order(Details(person: "Cleo"), .place(order: own)))
        network.settle()
        #expect(try roles(hz) == [])
        #expect(try network.verify("hz").isSound)
    }

    private func backDated(_ node: TestNode) throws -> [[String]] {
        try node.report(.exceptions).rows.map { $0.map(\.plain) }.filter { $0[0] == "back-dated" }
    }

    /// A clerk dates sales of today, a storekeeper three days back, and a day more is let through for clocks elsewhere.
    @Test func daysThatArePeoplesOwnAreHeld() throws {
        let network = try company(seed: 950)
        let (hz, gz) = (try network["hz"], try network["gz"])
        for (name, role) in [("Cora", "clerk"), ("Stan", "storekeeper")] {
            try hz.perform(.setPerson(PersonChange(name: name, roles: [role])))
        }
        network.settle()
        func sell(_ person: String, _ date: String?) throws -> String {
            try gz.perform(
                .sell(
                    Details(date: date, person: person), [Line(item: "TEA", quantity: "1")],
                    tender: "cash")
            ).subject
        }
        func lose(_ date: String) throws -> String {
            try gz.perform(
                .writeOff(
                    Details(date: date, person: "Stan"), [Line(item: "TEA", quantity: "1")])
            ).subject
        }
        _ = try sell("Cleo", nil)
        _ = try sell("Cleo", "2026-11-17")
        let old = try sell("Cleo", "2026-11-16")
        _ = try sell("Cleo", "2026-11-12")
        _ = try sell("Mia", "2026-10-12")
        _ = try lose("2026-11-14")
        let lost = try lose("2026-11-13")
        network.settle()
        let found = try backDated(hz)
        #expect(
            found.map { [$0[1], $0[2], $0[4]] } == [
                [
                    "\(old) and 1 more: Cleo dates documents up to 0 days back, and it is of 2026-11-16",
                    "2", "Cleo",
                ],
                [
                    "\(lost): Stan dates documents up to 3 days back, and it is of 2026-11-13", "1",
                    "Stan",
                ],
            ])
        #expect(
            found[0][3] == "Mia: `branchbook reverse \(old)` at GZ, or "
                + "`branchbook person set Cleo --days-back DAYS`")
        #expect(try roles(hz) == [] && backDated(gz).isEmpty)
        // Another bound is one's own from then on; who is bookkeeper as well has none.
        try hz.perform(.setPerson(PersonChange(name: "Cleo", daysBack: "3")))
        network.settle()
        #expect(try backDated(hz).map { $0[2] } == ["1", "1"])
        try hz.perform(.setPerson(PersonChange(name: "Cleo", roles: ["clerk", "bookkeeper"])))
        try gz.perform(.reverse(Details(person: "Mia"), number: lost))
        network.settle()
        #expect(try backDated(hz) == [])
        #expect(try network.verify("hz").isSound)
    }

    /// A keeper makes up for months in the name of nobody in particular; charges are booked when they are heard of.
    @Test func whatANodeDoesByItselfIsNobodysDate() throws {
        let network = try company(seed: 960)
        let (hz, gz) = (try network["hz"], try network["gz"])
        // The node's own person is a clerk.
        try hz.perform(.setPerson(PersonChange(name: "Lin", roles: ["clerk"])))
        network.settle()
        try gz.perform(
            .setRecurring(
                RecurringChange(
                    name: "rent", day: 1, from: "2026-09-01",
                    lines: [
                        JournalLine(account: "expense/rent", amount: "100.00"),
                        JournalLine(account: "bank/main", amount: "-100.00"),
                    ])))
        gz.now = gz.now.advanced(byMilliseconds: 86_400_000)
        _ = try gz.report(.status)
        network.now = gz.now
        network.settle()
        #expect(try hz.balances()["expense/GZ/rent"] == "300.00")
        #expect(try backDated(hz) == [])
        #expect(try roles(hz).allSatisfy { !$0[1].contains("-J-") })
    }

    /// No kind of document asks for a right that no role has.
    @Test func everyKindHasItsRoles() {
        for kind in DocumentKind.allCases where kind != .statement {
            #expect(!Role.writing(kind).isEmpty && Role.writing(kind).contains(.manager))
            #expect(!Role.writing(kind).contains(.auditor))
        }
        #expect(DocumentKind.statement.rights.isEmpty)
    }
}
