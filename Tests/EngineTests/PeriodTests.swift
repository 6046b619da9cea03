import Testing

@testable import Books
@testable import Engine
@testable import Replica
@testable import Sodium
@testable import Store

/// Closing a branch's books: what is refused, what is frozen, and what came too late. The test's day is 18 November.
@Suite struct PeriodTests {
    /// HZ with a shelf's node and another one in the office, and GZ; ten teas at 2.00 since the 1st.
    private func company(seed: UInt64) throws -> TestNetwork {
        let network = try TestNetwork.company(["gz"], seed: seed)
        let hz = try network["hz"]
        try network.joinOffice(seed: seed + 50)
        try hz.perform(
            .addItems([ItemChange(code: "TEA", name: "Tea", price: "9.00", tax: "13")]))
        try hz.perform(
            .receive(
                Details(date: "2026-11-01"), [Line(item: "TEA", quantity: "10", cost: "2.00")],
                supplier: "ACME"))
        network.settle()
        return network
    }

    private func tea(_ quantity: String) -> [Line] { [Line(item: "TEA", quantity: quantity)] }

    private func sell(_ node: TestNode, _ quantity: String, _ date: String? = nil) throws -> String
    {
        try node.perform(.sell(Details(date: date), tea(quantity), tender: "cash")).subject
    }

    private func balances(_ node: TestNode, _ day: String) throws -> [String: String] {
        var found: [String: String] = [:]
        for row in try node.report(.balance(branch: nil, asAt: day)).rows {
            found[row[0].plain] = row[1].plain.isEmpty ? "-" + row[2].plain : row[1].plain
        }
        return found
    }

    private func expectBalanced(_ node: TestNode) throws {
        for day in ["2026-11-05", "2026-11-10", "2026-11-11", "2026-11-18", "2026-12-31"] {
            let report = try node.report(.position(StatementFilter(to: day)))
            #expect(report.facts.first { $0.key == "balanced" }?.value == .flag(true), "\(day)")
        }
    }

    private func apart(_ network: TestNetwork, _ body: () throws -> Void) throws {
        for (a, b) in [("hz", "office"), ("hz", "gz")] { network.sever(a, b) }
        network.settle()
        try body()
        for (a, b) in [("hz", "office"), ("hz", "gz")] { network.mend(a, b) }
        network.run(milliseconds: 120_000)
    }

    @Test func aClosedDayIsRefused() throws {
        let network = try company(seed: 150)
        let hz = try network["hz"]
        let sale = try sell(hz, "1", "2026-11-10")
        #expect(hz.refusal(.close(Details(), through: "2026-11-18", isYearEnd: false)) == .badDate)
        let close = try hz.perform(
            .close(Details(person: "Wang"), through: "2026-11-10", isYearEnd: false))
        #expect(close.subject == "HZa-E-2026-000001" && close.summary.hasPrefix("close "))
        for command in [
            Command.sell(Details(date: "2026-11-10"), tea("1"), tender: "cash"),
            .receive(Details(date: "2026-11-01"), tea("1"), supplier: "ACME"),
            .journal(
                Details(date: "2026-10-31"),
                [
                    JournalLine(account: "expense/rent", amount: "1.00"),
                    JournalLine(account: "bank/main", amount: "-1.00"),
                ]),
            .close(Details(), through: "2026-11-10", isYearEnd: false),
            .close(Details(), through: "2026-11-09", isYearEnd: false),
            .reopen(Details(memo: "why"), number: "HZa-E-2026-000002"),
        ] { #expect(hz.refusal(command) == .periodClosed) }
        #expect(hz.refusal(.reverse(Details(), number: close.subject)) == .notReversible)
        #expect(hz.refusal(.reopen(Details(), number: close.subject)) == .badOption)
        // An order is no document of the ledger; today is open; an older sale is undone today.
        try hz.perform(
            .order(
                Details(date: "2026-11-09"),
                .open(OrderForm(kind: .sale, party: "Hotel", lines: tea("1")))))
        _ = try sell(hz, "1", "2026-11-11")
        try hz.perform(.reverse(Details(), number: sale))
        #expect(try balances(hz, "2026-11-10")["sales/HZ"] == "-9.00")
        #expect(try balances(hz, "2026-11-18")["sales/HZ"] == "-9.00")
        let periods = try hz.report(.periods(branch: nil)).rows.map { $0.map(\.plain) }
        #expect(
            periods == [
                ["HZ", "2026-11-10", close.subject, "closed", "2026-11-18", "Wang", ""]
            ])
        network.settle()
        // GZ is another branch, and goes on.
        let gz = try network["gz"]
        #expect(gz.refusal(.find(Details(date: "2026-11-05"), tea("1"))) == nil)
        for name in ["hz", "gz", "office"] { #expect(try network.verify(name).isSound) }
    }

    /// A tea turns out to have cost 3.00: of the four that were sold in the closed days 4.00 stand on the first open one.
    @Test func costsAreFrozen() throws {
        let network = try company(seed: 151)
        let hz = try network["hz"]
        _ = try sell(hz, "4", "2026-11-02")
        let receipt = try #require(
            try hz.report(.journal(JournalFilter(to: "2026-11-01"))).rows.first)[1].plain
        let close = try hz.perform(.close(Details(), through: "2026-11-10", isYearEnd: false))
            .subject
        #expect(try balances(hz, "2026-11-10")["cost-of-sales/HZ"] == "8.00")
        #expect(try hz.balances()["cost-of-sales/HZ"] == "8.00")
        _ = try sell(hz, "1", "2026-11-12")
        try hz.perform(.revalue(Details(), item: "TEA", change: .of(receipt: receipt, by: "10.00")))
        let before = StatementFilter(from: "2026-11-01", to: "2026-11-10")
        let after = StatementFilter(from: "2026-11-11", to: "2026-11-30")
        func cost(_ filter: StatementFilter, _ node: TestNode) throws -> String? {
            try node.report(.profit(filter)).rows.first { $0[2].plain == "Cost of sales" }?[3].plain
        }
        network.settle()
        for name in ["hz", "gz", "office"] {
            let node = try network[name]
            #expect(try balances(node, "2026-11-10")["cost-of-sales/HZ"] == "8.00")
            #expect(try balances(node, "2026-11-10")["inventory/HZ"] == "12.00")
            #expect(try balances(node, "2026-11-11")["cost-of-sales/HZ"] == "12.00")
            #expect(try node.balances()["cost-of-sales/HZ"] == "15.00")
            #expect(try cost(before, node) == "8.00")
            #expect(try cost(after, node) == "7.00")
            try expectBalanced(node)
            #expect(try network.verify(name).isSound)
            // Line by line: what is derived while the days were open, then the close's own.
            let ledger = try node.report(
                .ledger(
                    LedgerFilter(
                        account: "cost-of-sales/HZ", from: "2026-11-01", to: "2026-11-18")))
            #expect(
                ledger.rows.map { [$0[0], $0[2], $0[8]].map(\.plain) } == [
                    ["2026-11-02", "derived", "12.00"], ["2026-11-10", "close", "20.00"],
                    ["2026-11-10", "derived", "8.00"], ["2026-11-11", "derived", "12.00"],
                    ["2026-11-12", "derived", "15.00"],
                ])
        }
        // Stock as at a day goes with the ledger.
        let held = try hz.report(
            .stockAsAt(branch: "HZ", item: nil, day: "2026-11-10", limit: 9)
        ).rows.map { $0.map(\.plain) }
        #expect(held.contains { $0.contains("12.00") })
        // Open again: the days have what is known now.
        try hz.perform(.reopen(Details(memo: "freight was forgotten"), number: close))
        #expect(try balances(hz, "2026-11-10")["cost-of-sales/HZ"] == "12.00")
        #expect(try hz.balances()["cost-of-sales/HZ"] == "15.00")
        try expectBalanced(hz)
        _ = try sell(hz, "1", "2026-11-09")
        let again = try hz.perform(.close(Details(), through: "2026-11-10", isYearEnd: false))
            .subject
        #expect(try balances(hz, "2026-11-10")["cost-of-sales/HZ"] == "15.00")
        #expect(hz.refusal(.reopen(Details(memo: "x"), number: close)) == .periodClosed)
        _ = try hz.perform(.close(Details(), through: "2026-11-12", isYearEnd: false))
        #expect(hz.refusal(.reopen(Details(memo: "x"), number: again)) == .periodClosed)
        #expect(try hz.balances()["cost-of-sales/HZ"] == "18.00")
        network.settle()
        for name in ["hz", "gz", "office"] {
            #expect(try network.verify(name).isSound)
            #expect(try network[name].balances() == hz.balances())
            try expectBalanced(try network[name])
        }
    }

    /// The office closes while the shop is cut off, and sells. What it sold stands on the first open day, everywhere.
    @Test func whatIsNotKnownIsLate() throws {
        let network = try company(seed: 152)
        let (hz, office) = (try network["hz"], try network["office"])
        _ = try sell(hz, "1", "2026-11-02")
        network.settle()
        var (late, close) = ("", "")
        try apart(network) {
            late = try sell(hz, "2", "2026-11-09")
            _ = try sell(hz, "1")
            close = try office.perform(.close(Details(), through: "2026-11-10", isYearEnd: false))
                .subject
            #expect(try balances(office, "2026-11-10")["sales/HZ"] == "-9.00")
        }
        #expect(try network.digests().count == 1)
        for name in ["hz", "gz", "office"] {
            let node = try network[name]
            #expect(try balances(node, "2026-11-10")["sales/HZ"] == "-9.00")
            #expect(try balances(node, "2026-11-10")["cost-of-sales/HZ"] == "2.00")
            #expect(try balances(node, "2026-11-11")["sales/HZ"] == "-27.00")
            #expect(try balances(node, "2026-11-11")["cost-of-sales/HZ"] == "6.00")
            let rows = try node.report(.lateEntries(limit: 9)).rows.map { $0.map(\.plain) }
            #expect(
                rows.map { Array($0[0...3]) } == [[late, "sale", "2026-11-09", "2026-11-11"]])
            // Goods moved when they moved, and stand in the ledger's months where it has them.
            let moves = try node.report(
                .movement(MovementFilter(branch: "HZ", from: "2026-11-11", to: "2026-11-18")))
            #expect(moves.rows.count == 1)
            #expect(try node.report(.document(number: late)).rows.count > 2)
            try expectBalanced(node)
            #expect(try network.verify(name).isSound)
        }
        #expect(
            hz.refusal(.sell(Details(date: "2026-11-10"), tea("1"), tender: "cash"))
                == .periodClosed)
        try office.perform(.reopen(Details(memo: "the shop was cut off"), number: close))
        network.run(milliseconds: 120_000)
        for name in ["hz", "gz", "office"] {
            let node = try network[name]
            #expect(try node.report(.lateEntries(limit: 9)).rows.isEmpty)
            #expect(try balances(node, "2026-11-10")["sales/HZ"] == "-27.00")
            #expect(try balances(node, "2026-11-10")["cost-of-sales/HZ"] == "6.00")
            try expectBalanced(node)
            #expect(try network.verify(name).isSound)
        }
    }

    /// Found by the simulator (seeds 110 and 116): a clock that was set back behind a close kept a till from selling.
    @Test func aClockThatGoesBackSellsOnTheFirstOpenDay() throws {
        let network = try company(seed: 154)
        let hz = try network["hz"]
        try hz.perform(.close(Details(), through: "2026-11-17", isYearEnd: false))
        hz.now = hz.now.advanced(byMilliseconds: -30 * 86_400_000)
        let told = try hz.perform(.sell(Details(), tea("1"), tender: "cash"))
        #expect(told.notices.contains { $0.hasPrefix("dated 2026-11-18, the first open day") })
        let sale = told.subject
        let date = try hz.report(.document(number: sale)).facts.first { $0.key == "date" }?.value
        #expect(date == .text("2026-11-18"))
        #expect(
            hz.refusal(.sell(Details(date: "2026-11-15"), tea("1"), tender: "cash"))
                == .periodClosed)
        #expect(try network.verify("hz").isSound)
    }

    /// Found by reading: the days between two closes lost what was late for the first one.
    @Test func aLaterCloseChangesNothingBefore() throws {
        let network = try company(seed: 155)
        let hz = try network["hz"]
        _ = try sell(hz, "4", "2026-11-02")
        let receipt = try #require(
            try hz.report(.journal(JournalFilter(to: "2026-11-01"))).rows.first)[1].plain
        try hz.perform(.close(Details(), through: "2026-11-05", isYearEnd: false))
        try hz.perform(.revalue(Details(), item: "TEA", change: .of(receipt: receipt, by: "10.00")))
        _ = try sell(hz, "1", "2026-11-07")
        let days = [
            "2026-11-04", "2026-11-05", "2026-11-06", "2026-11-07", "2026-11-09", "2026-11-18",
        ]
        let before = try days.map { try balances(hz, $0) }
        #expect(
            before.map { $0["cost-of-sales/HZ"] } == [
                "12.00", "8.00", "12.00", "15.00", "15.00", "15.00",
            ])
        try hz.perform(.close(Details(), through: "2026-11-10", isYearEnd: false))
        #expect(try days.map { try balances(hz, $0) } == before)
        let ledger = try hz.report(
            .ledger(
                LedgerFilter(account: "inventory/HZ", from: "2026-11-01", to: "2026-11-18")))
        // A line's balance is the balance of its day, whichever days are asked.
        for row in ledger.rows.dropLast() where row[2].plain == "derived" {
            #expect(try balances(hz, row[0].plain)["inventory/HZ"] == row[8].plain)
        }
        #expect(try network.verify("hz").isSound)
    }

    /// Found by reading: two who close, or open again, beside each other freeze or take back the same costs twice. All
    /// together stays right, and the page says so.
    @Test func twoCloseBesideEachOther() throws {
        let network = try company(seed: 156)
        let (hz, office) = (try network["hz"], try network["office"])
        _ = try sell(hz, "4", "2026-11-02")
        network.settle()
        var numbers: [String] = []
        try apart(network) {
            for node in [hz, office] {
                numbers.append(
                    try node.perform(
                        .close(Details(), through: "2026-11-10", isYearEnd: false)
                    ).subject)
            }
        }
        func checks(_ node: TestNode) throws -> [String] {
            try node.report(.reconcile(branch: nil)).rows.map { $0[0].plain }
        }
        for name in ["hz", "gz", "office"] {
            let node = try network[name]
            #expect(try node.balances()["cost-of-sales/HZ"] == "8.00")
            #expect(try checks(node) == ["closed twice"])
            try expectBalanced(node)
            #expect(try network.verify(name).isSound)
        }
        // Both are opened again, each by two people who do not hear of each other.
        for number in numbers.sorted().reversed() {
            try apart(network) {
                for node in [hz, office] {
                    _ = node.refusal(.reopen(Details(memo: "twice"), number: number))
                }
            }
        }
        for name in ["hz", "gz", "office"] {
            let node = try network[name]
            #expect(
                try node.report(.periods(branch: "HZ")).rows.allSatisfy { $0[3].plain == "open" })
            #expect(try node.balances()["cost-of-sales/HZ"] == "8.00")
            #expect(try checks(node).contains("opened twice"))
            try expectBalanced(node)
            #expect(try network.verify(name).isSound)
        }
        // Closed once, it is as it should be.
        try hz.perform(.close(Details(), through: "2026-11-10", isYearEnd: false))
        network.settle()
        #expect(try balances(office, "2026-11-10")["cost-of-sales/HZ"] == "8.00")
        #expect(try balances(office, "2026-11-11")["cost-of-sales/HZ"] == "8.00")
    }

    /// A document of a close comes from who may write the branch's money, and a number is not its author.
    @Test func othersNumbersMoveNothing() throws {
        let network = try company(seed: 157)
        let (hz, gz) = (try network["hz"], try network["gz"])
        _ = try sell(hz, "4", "2026-11-02")
        let close = try hz.perform(.close(Details(), through: "2026-11-10", isYearEnd: false))
            .subject
        network.settle()
        let gzCode = try #require(BranchCode("GZ"))
        let cash = Account.tender(gzCode, "cash")
        let currency = Commodity.currency(try #require(CurrencyCode("CNY")))
        let header = DocumentHeader(
            kind: .close, number: DocumentNumber(close),
            effectiveDate: try #require(Day("2026-11-05")), person: "Sun")
        let transaction = try Transaction(
            header,
            [
                Posting(cash, currency, 500),
                Posting(.simple(.sales, gzCode), currency, -500),
            ])
        let engine = gz.engine
        try engine.store.transact {
            _ = try engine.commit([Draft.Part(.trade(gzCode), [.post(transaction)])], at: gz.now)
            try engine.author?.seal(in: engine.store)
        }
        network.settle()
        for node in [hz, gz] {
            #expect(try node.balances()["sales/GZ"] == nil)
            let profit = StatementFilter(from: "2026-11-01", to: "2026-11-30")
            #expect(try node.report(.profit(profit)).rows[0][3].plain == "36.00")
        }
        try hz.perform(.reopen(Details(memo: "still possible"), number: close))
        #expect(try network.verify("hz").isSound)
    }

    @Test func whatHasToEndBefore() throws {
        let network = try company(seed: 153)
        let hz = try network["hz"]
        let close = Command.close(Details(), through: "2026-11-17", isYearEnd: false)
        let shift = try hz.perform(
            .till(Details(date: "2026-11-16"), .open([.init(name: "cash", amount: "0.00")]))
        ).subject
        #expect(hz.refusal(close) == .periodUnfinished)
        try hz.perform(
            .till(Details(), .close(shift: shift, [.init(name: "cash", amount: "0.00")])))
        let sheet = try hz.perform(
            .count(Details(date: "2026-11-16"), .open(CountOrder()))
        ).subject
        #expect(hz.refusal(close) == .periodUnfinished)
        try hz.perform(.count(Details(), .cancel(sheet: sheet)))
        let order = try hz.perform(
            .order(
                Details(date: "2026-11-16"),
                .open(OrderForm(kind: .sale, party: "Hotel", lines: tea("2"))))
        ).subject
        try hz.perform(
            .order(
                Details(date: "2026-11-16"), .reserve(order: order, [], atMost: false)))
        #expect(hz.refusal(close) == .periodUnfinished)
        try hz.perform(.order(Details(), .release(order: order, [])))
        try hz.perform(close)
        // Work of today hinders nobody.
        _ = try hz.perform(.till(Details(), .open([.init(name: "cash", amount: "0.00")])))
        #expect(try network.verify("hz").isSound)
    }

    /// Who may trade for a branch and not write its money closes nothing, whatever it says.
    @Test func onlyMoneyCloses() throws {
        let number = try #require(DocumentNumber("HZa-E-2026-000001"))
        let day = try #require(Day("2026-11-10"))
        let event = try #require(
            PeriodClose.event(number, through: day, heads: [:], person: "Li", day: day))
        let hz = try #require(BranchCode("HZ"))
        #expect(event.matter == .period(hz))
        let other = try #require(DocumentNumber("HZa-S-2026-000001"))
        let wrong = PeriodClose.reopening(other, reason: "", person: "Li", day: day)
        #expect(wrong.matter == .nothing)
        // What cannot be read closes nothing.
        let fields = [Event.Field("through", .text("2026-11-10")), .init("heads:1", .bytes([1]))]
        let broken = Event(
            entity: event.entity, kind: event.kind, person: "Li", effectiveDate: day,
            fields: fields)
        #expect(PeriodClose(number, [.init(event: broken, place: nil)]) == nil)
        #expect(PeriodClose(number, [.init(event: event, place: nil)])?.through == day)
    }

    /// Whatever comes late, and in whatever order replicas hear of it: the figures of a closed period stay, the ledger
    /// balances, and every replica tells the same as one that reads its logs anew.
    @Test(arguments: 1...10) func aClosedPeriodStays(_ seed: Int) throws {
        var random = SeededRandom(seed: UInt64(seed))
        let network = try company(seed: UInt64(1_600 + 100 * seed))
        let (hz, office) = (try network["hz"], try network["office"])
        func day() -> String { "2026-11-\(2 + random.next() % 16)".padded }
        func work(_ node: TestNode) {
            let date = day()
            let amount = "\(1 + random.next() % 40).\(10 + random.next() % 90)"
            let command: Command
            switch random.next() % 6 {
            case 0,
                1 where node === hz:
                command = .sell(Details(date: date), tea("1"), tender: "cash")
            case 2 where node === hz:
                command = .find(Details(date: date), tea("\(1 + random.next() % 3)"))
            case 3:
                command = .revalue(Details(date: date), item: "TEA", change: .by(amount))
            case 4:
                command = .pay(
                    Details(date: date),
                    Payment(direction: .received, party: "Hotel", amount: amount, through: "cash"))
            default:
                command = .journal(
                    Details(date: date),
                    [
                        JournalLine(account: "expense/rent", amount: amount),
                        JournalLine(account: "bank/main", amount: "-\(amount)"),
                    ])
            }
            _ = node.refusal(command)
        }
        var closed: [(day: String, rows: [[Report.Cell]])] = []
        for round in 0..<3 {
            network.sever("hz", "office")
            for _ in 0..<4 { work(random.next() % 2 == 0 ? hz : office) }
            let through = "2026-11-\(5 + 4 * round)".padded
            if office.refusal(.close(Details(), through: through, isYearEnd: false)) == nil {
                closed.append(
                    (through, try office.report(.balance(branch: nil, asAt: through)).rows))
            }
            for _ in 0..<4 { work(random.next() % 2 == 0 ? hz : office) }
            network.mend("hz", "office")
            network.run(milliseconds: 60_000)
        }
        #expect(closed.count == 3)
        for name in ["hz", "gz", "office"] {
            let node = try network[name]
            for (day, rows) in closed {
                #expect(
                    try node.report(.balance(branch: nil, asAt: day)).rows == rows,
                    "\(name) \(day)")
            }
            try expectBalanced(node)
            #expect(try network.verify(name).isSound, "\(name)")
        }
        #expect(try network.digests().count == 1)
    }
}

extension String {
    /// `2026-11-5` as a date is written.
    fileprivate var padded: String {
        let parts = split(separator: "-")
        return parts.count == 3 && parts[2].count == 1
            ? "\(parts[0])-\(parts[1])-0\(parts[2])" : self
    }
}
