import Testing

@testable import Books
@testable import Engine
@testable import Exchange
@testable import Replica
@testable import Store

/// Debts in another currency than the branch's own that are given up. The test's day is 18 November.
@Suite struct DebtCurrencyTests {
    /// Dollars at 7.20 since October, and at 7.10 since 10 November; Acme owes HZ 100.00 USD since 1 November.
    private func company(
        _ branches: [String] = [], steps: [String] = [], seed: UInt64
    ) throws -> TestNetwork {
        let network = try TestNetwork.withDollars(branches, seed: seed)
        let hz = try network["hz"]
        if !steps.isEmpty {
            try hz.perform(.setWorkflow(WorkflowChange(kind: .debt, steps: steps)))
        }
        for (name, role) in [("Li", "bookkeeper"), ("Chen", "manager"), ("Dora", "manager")] {
            try hz.perform(.setPerson(PersonChange(name: name, roles: [role])))
        }
        try sell(hz, "10.00")
        network.settle()
        return network
    }

    /// Ten teas, on 1 November.
    private func sell(
        _ node: TestNode, _ price: String, in currency: String = "USD", rate: String? = nil
    ) throws {
        try node.perform(
            .sell(
                Details(date: "2026-11-01", party: "Acme", currency: currency, rate: rate),
                [Line(item: "TEA", quantity: "10", price: price)], tender: "credit"))
    }

    private func writeOff(
        _ amount: String, in currency: String? = "USD", date: String? = nil, rate: String? = nil
    ) -> Command {
        .debt(
            Details(
                date: date, person: "Wang", memo: "they are gone", currency: currency, rate: rate),
            .writeOff(party: "Acme", amount: amount))
    }

    private func approve(_ number: String, _ person: String) -> Command {
        .debt(Details(person: person), .approve(number: number))
    }

    private func waits(_ outcome: Outcome) -> [String] {
        outcome.notices.filter { $0.hasPrefix("waits for") }
    }

    /// What is held in other currencies on Acme's account, with what it is carried at.
    private func owed(_ node: TestNode, at branch: String = "HZ") throws -> [String] {
        try node.report(.currencies(branch: nil, asAt: nil)).rows.filter {
            $0[0].plain == "account" && $0[3].plain == "receivable/\(branch)/Acme"
        }.map { "\($0[4].plain) \($0[1].plain) = \($0[5].plain)" }
    }

    private func debts(_ node: TestNode) throws -> [[String]] {
        try node.report(.debts).rows.map { row in [0, 3, 4].map { row[$0].plain } }
    }

    private func differences(_ node: TestNode) throws -> [[String]] {
        try node.report(.reconcile(branch: nil)).rows.filter { $0[0].plain == "debt" }.map {
            [$0[1].plain, $0[2].plain]
        }
    }

    private func isBalanced(_ node: TestNode) throws -> Bool {
        let sheet = try node.report(.position(StatementFilter(to: "2026-11-30")))
        return sheet.facts.first { $0.key == "balanced" }?.value == .flag(true)
            && !sheet.rows.contains { $0[2].plain == "Currency exchange" }
    }

    // MARK: What is booked

    /// The example of `money.md`: of 100.00 USD that are carried at 720.00, 60.00 are given up at 7.10.
    @Test func aDebtInDollarsIsGivenUp() throws {
        let network = try company(
            ["gz"], steps: ["check:bookkeeper", "release:manager>400"], seed: 2_700)
        let (hz, gz) = (try network["hz"], try network["gz"])
        let asked = try hz.perform(writeOff("60.00"))
        #expect(asked.total == "60.00" && asked.currency == "USD")
        #expect(waits(asked) == ["waits for check by a bookkeeper"])
        func todo(_ node: TestNode, _ person: String) throws -> [String] {
            try node.report(.todo(TodoFilter(person: person))).rows.filter {
                $0[1].plain == "write-off waits"
            }.map { $0[3].plain }
        }
        #expect(try todo(hz, "Li") == ["check, Acme 60.00 USD"])
        #expect(
            hz.refusal(
                .debt(Details(person: "Li", currency: "USD"), .approve(number: asked.subject)))
                == .ownCurrencyOnly)
        try hz.perform(approve(asked.subject, "Li"))
        network.settle()
        #expect(try todo(gz, "Chen") == ["release, Acme 60.00 USD"])
        #expect(try debts(gz) == [[asked.subject, "60.00 USD", "open"]])
        #expect(try owed(hz) == ["100.00 USD = 720.00"])
        try hz.perform(approve(asked.subject, "Chen"))
        network.run(milliseconds: 60_000)
        for node in [hz, gz] {
            let balances = try node.balances()
            #expect(balances["expense/HZ/bad-debts"] == "426.00")
            #expect(balances["exchange-loss/HZ"] == "6.00")
            #expect(balances["exchange-gain/HZ"] == nil)
            #expect(balances["receivable/HZ/Acme"] == "288.00")
            #expect(try owed(node) == ["40.00 USD = 288.00"])
            #expect(try debts(node) == [[asked.subject, "60.00 USD", "booked"]])
            #expect(try differences(node) == [])
            #expect(try isBalanced(node))
        }
        // It settles the sale as any document in dollars does, and the customer is told an adjustment.
        try hz.perform(
            .match(
                Details(currency: "USD"),
                .set(
                    .receivable, party: "Acme",
                    [
                        MatchPart(document: asked.subject),
                        MatchPart(document: "HZa-S-2026-000001"),
                    ])))
        let open = try hz.report(.openItems(.receivable, party: "Acme", branch: nil)).rows
        #expect(
            open.map { row in [3, 6, 8, 9].map { row[$0].plain } } == [
                ["HZa-S-2026-000001", "40.00", "USD", "288.00"]
            ])
        let sent = try hz.report(
            .partyStatement(
                .receivable, party: "Acme", branch: nil, from: "2026-11-10", to: "2026-11-30",
                currency: "USD"))
        #expect(
            sent.rows.map { row in [2, 3, 6, 8, 9].map { row[$0].plain } } == [
                [asked.subject, "adjustment", "60.00", "40.00", ""]
            ])
        for name in ["hz", "gz"] { #expect(try network.verify(name).isSound) }
    }

    /// What was booked is taken back as it was, and not booked again.
    @Test func whatWasGivenUpIsTakenBackExactly() throws {
        let network = try company(seed: 2_701)
        let hz = try network["hz"]
        let asked = try hz.perform(writeOff("60.00")).subject
        network.run(milliseconds: 60_000)
        #expect(try owed(hz) == ["40.00 USD = 288.00"])
        // A rate that changes in between changes nothing of it.
        try hz.perform(.setRate(currency: "USD", rate: "7.5", from: "2026-11-18"))
        try hz.perform(.reverse(Details(memo: "they are back"), number: asked))
        network.run(milliseconds: 60_000)
        let balances = try hz.balances()
        #expect(try owed(hz) == ["100.00 USD = 720.00"])
        #expect(balances["receivable/HZ/Acme"] == "720.00")
        for account in ["expense/HZ/bad-debts", "exchange-loss/HZ", "exchange-gain/HZ"] {
            #expect(balances[account] == nil, "\(account)")
        }
        #expect(hz.refusal(.debt(Details(), .book(number: asked))) == .alreadyRecorded)
        #expect(try isBalanced(hz))
        #expect(try network.verify("hz").isSound)
    }

    /// The share and the expense are rounded once each; the last part takes exactly the rest, and nothing is left over.
    @Test func roundingLeavesNothing() throws {
        let network = try TestNetwork.withDollars([], seed: 2_702)
        let hz = try network["hz"]
        try sell(hz, "10.00", rate: "7.1999")
        try hz.perform(writeOff("33.33"))
        network.run(milliseconds: 60_000)
        // 239.97 of 719.99 leave, and are worth 236.643.
        #expect(try owed(hz) == ["66.67 USD = 480.02"])
        #expect(try hz.balances()["expense/HZ/bad-debts"] == "236.64")
        #expect(try hz.balances()["exchange-loss/HZ"] == "3.33")
        // 480.02 leave, and are worth 486.691.
        try hz.perform(.setRate(currency: "USD", rate: "7.3", from: "2026-11-18"))
        try hz.perform(writeOff("66.67"))
        network.run(milliseconds: 60_000)
        #expect(try owed(hz) == [])
        let balances = try hz.balances()
        #expect(balances["receivable/HZ/Acme"] == nil)
        #expect(balances["expense/HZ/bad-debts"] == "723.33")
        #expect(balances["exchange-loss/HZ"] == "3.33")
        #expect(balances["exchange-gain/HZ"] == "-6.67")
        #expect(try isBalanced(hz))
        #expect(try network.verify("hz").isSound)
    }

    /// Where its day was closed before all approved it stands on the first open day, at that day's rate, and what was
    /// valued until then is no loss twice.
    @Test func aClosedDayTakesTheNextOnesRate() throws {
        let network = try company(steps: ["release:manager"], seed: 2_703)
        let hz = try network["hz"]
        let asked = try hz.perform(writeOff("60.00", date: "2026-11-05")).subject
        try hz.perform(.currency(Details(date: "2026-11-12"), .revalue))
        try hz.perform(.close(Details(), through: "2026-11-12", isYearEnd: false))
        try hz.perform(.setRate(currency: "USD", rate: "7.0", from: "2026-11-13"))
        try hz.perform(approve(asked, "Chen"))
        network.run(milliseconds: 60_000)
        // 710.00 since the 12th: 426.00 leave, and are worth 420.00 on the 13th.
        #expect(try hz.balances()["expense/HZ/bad-debts"] == "420.00")
        #expect(try hz.balances()["exchange-loss/HZ"] == "16.00")
        #expect(try owed(hz) == ["40.00 USD = 284.00"])
        let lines = try hz.report(
            .ledger(
                LedgerFilter(
                    account: "expense/HZ/bad-debts", from: "2026-11-01", to: "2026-11-30"))
        ).rows
        #expect(lines.map { [$0[0].plain, $0[6].plain] } == [["2026-11-13", "420.00"]])
        #expect(try network.verify("hz").isSound)
    }

    // MARK: Limits and refusals

    /// Limits are of the book's own currency: what the dollars are worth on the day, or today where that is more.
    @Test func limitsGoByTheWorth() throws {
        let network = try company(steps: ["release:manager>400"], seed: 2_704)
        let hz = try network["hz"]
        try sell(hz, "10.00")
        // 399.94 and 400.01 at 7.10; 405.58 at 7.20.
        for (amount, date, isNeeded) in [
            ("56.33", nil, false), ("56.34", nil, true), ("56.33", "2026-11-05", true),
        ] as [(String, String?, Bool)] {
            let asked = try hz.perform(writeOff(amount, date: date))
            #expect(
                waits(asked) == (isNeeded ? ["waits for release by a manager"] : []), "\(amount)")
        }
        network.run(milliseconds: 60_000)
        #expect(try hz.balances()["expense/HZ/bad-debts"] == "399.94")
        #expect(try network.verify("hz").isSound)
    }

    @Test func whatIsRefused() throws {
        let network = try company(seed: 2_705)
        let hz = try network["hz"]
        try sell(hz, "1.00", in: "EUR", rate: "7.8")
        for (command, code) in [
            (writeOff("100.01"), .notEnough), (writeOff("1.00", in: nil), .notEnough),
            (writeOff("1.00", in: "CNY"), .notEnough), (writeOff("1.50", in: "JPY"), .tooPrecise),
            (writeOff("1", in: "JPY"), .notEnough), (writeOff("1.00", in: "usd"), .badCode),
            (writeOff("1.001"), .tooPrecise), (writeOff("0"), .notPositive),
            (writeOff("-1"), .notPositive), (writeOff("1.00", rate: "7"), .badOption),
            (writeOff("1.00", in: "EUR"), .noRate),
            (writeOff("1.00", date: "2026-09-30"), .noRate),
        ] as [(Command, Refusal.Code)] { #expect(hz.refusal(command) == code, "\(command)") }
        #expect(try hz.report(.debts).rows.isEmpty)
        // A rate that is said is known from then on.
        try hz.perform(.setRate(currency: "EUR", rate: "7.8", from: "2026-11-18"))
        #expect(hz.refusal(writeOff("1.00", in: "EUR")) == nil)
        network.run(milliseconds: 60_000)
        #expect(try hz.balances()["expense/HZ/bad-debts"] == "7.80")
    }

    /// A rate that is taken away before it is booked: it waits on the page of differences, and is booked once there is one.
    @Test func whatHasNoRateAnyMoreWaits() throws {
        let network = try company(steps: ["release:manager"], seed: 2_706)
        let hz = try network["hz"]
        let asked = try hz.perform(writeOff("60.00")).subject
        for day in ["2026-10-01", "2026-11-10"] {
            try hz.perform(.setRate(currency: "USD", rate: "", from: day))
        }
        try hz.perform(approve(asked, "Chen"))
        network.run(milliseconds: 60_000)
        #expect(hz.refusal(.debt(Details(), .book(number: asked))) == .noRate)
        #expect(try differences(hz) == [["\(asked) of Acme", "60.00 USD"]])
        #expect(try owed(hz) == ["100.00 USD = 720.00"])
        try hz.perform(.setRate(currency: "USD", rate: "7.1", from: "2026-11-10"))
        hz.now = hz.now.advanced(byMilliseconds: 2 * 86_400_000)
        network.now = hz.now
        network.run(milliseconds: 60_000)
        #expect(try differences(hz) == [])
        #expect(try hz.balances()["expense/HZ/bad-debts"] == "426.00")
        #expect(try network.verify("hz").isSound)
    }

    // MARK: Beside each other

    /// Two approve one write-off beside each other, and Acme pays there as well: it is booked once, and all nodes hold the same.
    @Test func twoApproveBesideEachOther() throws {
        let network = try company(["gz"], steps: ["release:manager"], seed: 2_707)
        let hz = try network["hz"]
        let office = try network.joinOffice(seed: 2_750)
        let asked = try hz.perform(writeOff("60.00")).subject
        network.settle()
        for other in ["hz", "gz"] { network.sever("office", other) }
        try hz.perform(approve(asked, "Chen"))
        try office.perform(approve(asked, "Dora"))
        try office.perform(
            .pay(
                Details(currency: "USD"),
                Payment(
                    direction: .received, party: "Acme", amount: "60.00", through: "bank:usd")))
        network.run(milliseconds: 60_000)
        for other in ["hz", "gz"] { network.mend("office", other) }
        network.run(milliseconds: 120_000)
        #expect(try network.digests().count == 1)
        for name in ["hz", "gz", "office"] {
            let node = try network[name]
            #expect(try debts(node) == [[asked, "60.00 USD", "booked"]])
            #expect(try node.balances()["expense/HZ/bad-debts"] == "426.00")
            #expect(try node.balances()["exchange-loss/HZ"] == "12.00")
            // Of 720.00 both took 432.00.
            #expect(try owed(node) == ["-20.00 USD = -144.00"])
            #expect(try isBalanced(node))
            #expect(try network.verify(name).isSound)
        }
    }

    /// Two ask for all of one debt beside each other: one is booked, the other is named, with its currency, and refused.
    @Test func twoAskBesideEachOther() throws {
        let network = try company(["gz"], steps: ["release:manager"], seed: 2_708)
        let hz = try network["hz"]
        let office = try network.joinOffice(seed: 2_751)
        for other in ["hz", "gz"] { network.sever("office", other) }
        for (node, person) in [(hz, "Chen"), (office, "Dora")] {
            try node.perform(approve(try node.perform(writeOff("100.00")).subject, person))
        }
        network.run(milliseconds: 60_000)
        for other in ["hz", "gz"] { network.mend("office", other) }
        network.run(milliseconds: 120_000)
        #expect(try network.digests().count == 1)
        for name in ["hz", "gz", "office"] {
            let node = try network[name]
            #expect(try differences(node) == [["HZb-J-2026-000001 of Acme", "100.00 USD"]])
            #expect(try node.balances()["expense/HZ/bad-debts"] == "710.00")
            #expect(try owed(node) == [])
        }
        try office.perform(
            .debt(Details(person: "Chen", memo: "twice"), .refuse(number: "HZb-J-2026-000001")))
        network.run(milliseconds: 60_000)
        #expect(try differences(hz) == [])
        for name in ["hz", "gz", "office"] { #expect(try network.verify(name).isSound) }
    }

    // MARK: Another own currency, and what others write

    /// A branch that keeps its books in HKD gives up CNY, which is a currency like any other there; limits are of the book's own.
    @Test func aBranchOfAnotherCurrencyGivesUpTheBooks() throws {
        let network = try TestNetwork.company([], seed: 2_709)
        let hz = try network["hz"]
        _ = hz.ask(.addEntity(name: "Company (HK)", currency: "HKD"))
        try network.join("hk", seed: 2_760, entity: "Company (HK)")
        for (rate, day) in [("0.9", "2026-10-01"), ("0.92", "2026-11-10")] {
            try hz.perform(.setRate(currency: "HKD", rate: rate, from: day))
        }
        try hz.perform(
            .addItems([ItemChange(code: "TEA", name: "Tea", price: "9.00", tax: "0")]))
        try hz.perform(
            .setWorkflow(WorkflowChange(kind: .debt, steps: ["release:manager>9"])))
        network.settle()
        let hk = try network["hk"]
        for currency in ["CNY", nil] {
            try hk.perform(
                .sell(
                    Details(date: "2026-10-06", party: "Acme", currency: currency),
                    [Line(item: "TEA", quantity: "1")], tender: "credit"))
        }
        /// In HKD.
        func balances(_ node: TestNode) throws -> [String: String] {
            let rows = try node.report(.balance(branch: "HK", asAt: nil)).rows
            return Dictionary(
                rows.map { ($0[0].plain, $0[1] == .empty ? "-" + $0[2].plain : $0[1].plain) },
                uniquingKeysWith: { $1 })
        }
        #expect(try balances(hk)["receivable/HK/Acme"] == "20.00")
        // 9.00 CNY are not above nine, though 9.78 HKD at 0.92; 10.00 HKD are 9.20 CNY.
        let own = try hk.perform(writeOff("10.00", in: "HKD"))
        #expect(waits(own).count == 1)
        let asked = try hk.perform(writeOff("9.00", in: "CNY"))
        #expect(waits(asked) == [])
        network.run(milliseconds: 60_000)
        for node in [hz, hk] {
            #expect(try balances(node)["expense/HK/bad-debts"] == "9.78")
            #expect(try balances(node)["exchange-loss/HK"] == "0.22")
            #expect(try balances(node)["receivable/HK/Acme"] == "10.00")
            #expect(try owed(node, at: "HK") == [])
        }
        for name in ["hz", "hk"] { #expect(try network.verify(name).isSound) }
    }

    /// A request as a changed program writes it.
    private func say(
        _ text: String, at node: TestNode, amount: Int64, _ currency: Value?
    ) throws {
        let number = try #require(DocumentNumber(text))
        var fields = [
            Event.Field("party", .text("Acme")), .init("amount", .integer(amount)),
            .init("reason", .text("gone")), .init("steps", .text("")),
        ]
        if let currency { fields.append(.init("currency", currency)) }
        let event = Event(
            entity: DebtWriteOff.entity(number), kind: Event.openingKind, person: "Eve",
            effectiveDate: try #require(Day("2026-11-18")), fields: fields)
        let engine = node.engine
        try engine.store.transact {
            _ = try engine.commit(
                [Draft.Part(.trade(try #require(BranchCode("HZ"))), [.append(event)])],
                at: node.now)
            try engine.author?.seal(in: engine.store)
        }
    }

    /// What names no currency is no write-off, and is not taken for the branch's own; more than is owed stays unbooked.
    @Test func whatOthersWriteOfCurrencies() throws {
        let network = try company(["gz"], seed: 2_710)
        let (hz, gz) = (try network["hz"], try network["gz"])
        try hz.perform(
            .sell(
                Details(date: "2026-11-02", party: "Acme"), [Line(item: "TEA", quantity: "1")],
                tender: "credit"))
        let values: [Value] = [
            .text("usd"), .text(""), .text("US"), .text(String(repeating: "USD", count: 40)),
            .integer(7), .bytes([0x55, 0x53, 0x44]), .absent,
        ]
        for (place, value) in values.enumerated() {
            try say("HZa-J-2026-00000\(place + 1)", at: hz, amount: 100, value)
        }
        try say("HZa-J-2026-000008", at: hz, amount: .max, .text("USD"))
        try say("HZa-J-2026-000009", at: hz, amount: 100, .text("ZZZ"))
        network.run(milliseconds: 120_000)
        #expect(try hz.balances()["expense/HZ/bad-debts"] == nil)
        #expect(
            try debts(gz) == [
                ["HZa-J-2026-000008", "92233720368547758.07 USD", "approved"],
                ["HZa-J-2026-000009", "1.00 ZZZ", "approved"],
            ])
        // The branch's own, named or not.
        try say("HZa-J-2026-000010", at: hz, amount: 100, .text("CNY"))
        try say("HZa-J-2026-000011", at: hz, amount: 200, nil)
        network.run(milliseconds: 120_000)
        #expect(try hz.balances()["expense/HZ/bad-debts"] == "3.00")
        #expect(
            try debts(gz).suffix(2) == [
                ["HZa-J-2026-000010", "1.00", "booked"], ["HZa-J-2026-000011", "2.00", "booked"],
            ])
        #expect(try owed(hz) == ["100.00 USD = 720.00"])
        for name in ["hz", "gz"] { #expect(try network.verify(name).isSound) }
    }

    /// What names no currency is written as it always was, and read as the branch's own.
    @Test func whatNamesNoCurrencyIsTheBranchsOwn() throws {
        let number = try #require(DocumentNumber("HZa-J-2026-000001"))
        let day = try #require(Day("2026-11-18"))
        func asking(_ currency: CurrencyCode?) -> Event {
            DebtWriteOff.asking(
                number, party: "Acme", amount: 100, in: currency, reason: "gone", steps: [],
                person: "Wang", day: day)
        }
        let own = asking(nil)
        #expect(own.fields.map(\.name).sorted() == ["amount", "party", "reason", "steps"])
        let read = try #require(DebtWriteOff(number, [own]))
        #expect(read.currency == nil)
        let dollars = try #require(CurrencyCode("USD"))
        let other = try #require(DebtWriteOff(number, [asking(dollars)]))
        #expect(other.currency == dollars && other.amount == 100)
        let ledger = Ledger(currency: try #require(CurrencyCode("CNY")), scale: 2)
        #expect(other.figures(ledger).currency == dollars && read.figures(ledger) == ledger)
        // Only its own currency books it, whatever else bears the number.
        let branch = try #require(BranchCode("HZ"))
        func booking(_ commodity: Commodity) throws -> Transaction {
            try Transaction(
                DocumentHeader(
                    kind: .journal, number: number, effectiveDate: day, person: "Wang"),
                [
                    Posting(.named(.receivable, branch, "Acme"), commodity, -100),
                    Posting(.simple(.tradeExchange, branch), commodity, 100),
                ])
        }
        #expect(other.isBooked([try booking(.currency(dollars))]))
        #expect(!other.isBooked([try booking(.currency(ledger.currency))]))
        #expect(read.isBooked([try booking(.currency(ledger.currency))]))
    }
}
