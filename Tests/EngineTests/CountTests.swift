import Testing

@testable import Books
@testable import Engine
@testable import Replica
@testable import Store

/// Stocktakes beyond the published cases: who may, what is shown, what late documents and clocks do.
@Suite struct CountTests {
    private func shop() throws -> TestNode {
        let node = try TestNode.founder(seed: 17)
        try node.perform(
            .addItems([
                ItemChange(code: "TEA", name: "Tea", price: "9.00"),
                ItemChange(code: "CUP", name: "Cup", price: "5.00", shortage: "record"),
            ]))
        try node.perform(
            .receive(
                Details(),
                [
                    Line(item: "TEA", quantity: "10", cost: "4.00"),
                    Line(item: "CUP", quantity: "6", cost: "2.00"),
                ], supplier: "ACME"))
        return node
    }

    private func line(_ item: String, _ quantity: String) -> Line {
        Line(item: item, quantity: quantity)
    }

    private func held(
        _ node: TestNode, _ item: String, on location: String = "main"
    ) throws -> Int128 {
        let branch: BranchCode = try #require(BranchCode("HZ"))
        let code: ItemCode = try #require(ItemCode(item))
        return try node.engine.store.balance(of: .stock(branch, location), .item(code))
    }

    private func open(_ node: TestNode, _ order: CountOrder) throws -> String {
        try node.perform(.count(Details(), .open(order))).subject
    }

    @Test func aSheetIsOfACategory() throws {
        let node = try shop()
        func set(_ item: String, _ category: String) throws {
            try node.perform(.setItem(ItemChange(code: item, category: category)))
        }
        try node.perform(
            .addItems([
                ItemChange(code: "POT", name: "Pot", category: "kitchen"),
                ItemChange(code: "JAR", name: "Jar", category: "kitchen"),
                ItemChange(code: "HELP", name: "Help", kind: "service", category: "kitchen"),
            ]))
        try set("CUP", "kitchen")
        // Was of it, and is not.
        try set("JAR", "drinks")
        let sheet = try open(
            node, CountOrder(items: ["CUP"], categories: ["kitchen"], uncounted: "empty"))
        let rows = try node.report(.count(sheet: sheet)).rows
        #expect(rows.map { $0[0].plain } == ["CUP", "POT"])
        // What is uncounted is empty; what is of another category is left alone.
        try node.perform(
            .count(Details(), .enter(sheet: sheet, [line("POT", "1")], isRecount: false)))
        try node.perform(.count(Details(memo: "year"), .post(sheet: sheet)))
        #expect(
            try [held(node, "TEA"), held(node, "CUP"), held(node, "POT")] == [10, 0, 1])
        #expect(
            node.refusal(.count(Details(), .open(CountOrder(categories: ["none"]))))
                == .unknownItem)
    }

    @Test func aDifferenceBeyondTheToleranceIsApprovedByAnother() throws {
        let node = try shop()
        let sheet = try open(node, CountOrder(tolerance: "1"))
        func enter(_ quantity: String, again: Bool) throws {
            try node.perform(
                .count(
                    Details(person: "Lin"),
                    .enter(sheet: sheet, [line("TEA", quantity)], isRecount: again)))
        }
        try enter("7", again: false)
        #expect(node.refusal(.count(Details(), .post(sheet: sheet))) == .beyondTolerance)
        #expect(try held(node, "TEA") == 10)
        let own = Command.count(
            Details(person: "Lin", memo: "broken"), .approve(sheet: sheet, items: ["TEA"]))
        #expect(node.refusal(own) == .ownApproval)
        let silent = Command.count(
            Details(person: "Wang"), .approve(sheet: sheet, items: ["TEA"]))
        #expect(node.refusal(silent) == .badOption)
        let approval = Command.count(
            Details(person: "Wang", memo: "broken"), .approve(sheet: sheet, items: ["TEA"]))
        #expect(node.refusal(approval) == nil)
        // A recount is another figure, which nobody approved.
        try enter("6", again: true)
        #expect(node.refusal(.count(Details(), .post(sheet: sheet))) == .beyondTolerance)
        #expect(node.refusal(approval) == nil)
        try node.perform(.count(Details(), .post(sheet: sheet)))
        #expect(try held(node, "TEA") == 6)
        let rows = try node.report(.count(sheet: sheet)).rows
        #expect(rows.first?.map(\.plain) == ["TEA", "Tea", "10", "6", "-4", "Lin", "1", "Wang"])
        #expect(try node.balances()["write-off/HZ"] == "16.00")
        #expect(try node.verify().isSound)
    }

    @Test func theToleranceOfValueIsThatOfTheDifference() throws {
        let node = try shop()
        let sheet = try open(node, CountOrder(toleranceValue: "8.00"))
        try node.perform(
            .count(
                Details(),
                .enter(sheet: sheet, [line("TEA", "8"), line("CUP", "1")], isRecount: false)))
        do {
            try node.perform(.count(Details(), .post(sheet: sheet)))
            Issue.record("posted")
        } catch let refusal as Refusal {
            // Two of 4.00 are within it, five of 2.00 are not.
            #expect(refusal.code == .beyondTolerance && refusal.what.hasSuffix(": CUP"))
        }
    }

    @Test func aBlindSheetShowsNothingBeforeItIsPosted() throws {
        let node = try shop()
        let sheet = try open(node, CountOrder(items: ["TEA"], isBlind: true))
        #expect(try node.report(.count(sheet: sheet)).rows[0][2] == .empty)
        #expect(
            node.refusal(
                .count(
                    Details(), .enter(sheet: sheet, [line("CUP", "1")], isRecount: false)))
                == .unknownItem)
        try node.perform(
            .count(Details(), .enter(sheet: sheet, [line("TEA", "9")], isRecount: false)))
        #expect(try node.report(.count(sheet: sheet)).rows[0][4] == .empty)
        try node.perform(.count(Details(), .post(sheet: sheet)))
        #expect(
            try node.report(.count(sheet: sheet)).rows[0][2...4].map(\.plain) == ["10", "9", "-1"])
    }

    @Test func aSheetEndsOnce() throws {
        let node = try shop()
        let sheet = try open(node, CountOrder())
        #expect(node.refusal(.count(Details(), .post(sheet: sheet))) == .emptyDocument)
        try node.perform(.count(Details(), .cancel(sheet: sheet)))
        for act in [CountAct.post(sheet: sheet), .cancel(sheet: sheet)] {
            #expect(node.refusal(.count(Details(), act)) == .sheetClosed)
        }
        #expect(node.refusal(.reverse(Details(), number: sheet)) == .notReversible)
        // The number is taken: the next sheet has another.
        #expect(try open(node, CountOrder()) != sheet)
        #expect(try node.report(.counts(openOnly: true)).rows.count == 1)
        #expect(try node.report(.counts(openOnly: false)).rows.count == 2)
        #expect(
            node.refusal(.count(Details(), .post(sheet: "HZa-C-2026-000077")))
                == .unknownDocument)
    }

    /// A clock that was set back puts no sale of today below yesterday's count.
    @Test func whatHasNoDateHappensNow() throws {
        let node = try shop()
        try node.perform(.count(Details(), .now(CountOrder(), [line("TEA", "8")])))
        node.now = node.now.advanced(byMilliseconds: -3 * 86_400_000)
        try node.perform(.sell(Details(), [line("TEA", "3")], tender: "cash"))
        #expect(try held(node, "TEA") == 5)
        // Nor does a count at once look at dates.
        try node.perform(.count(Details(), .now(CountOrder(), [line("TEA", "9")])))
        #expect(try held(node, "TEA") == 9)
        // What was written after the count and lies before it by its date alone is undone as it was done.
        let sale = try node.perform(.sell(Details(), [line("TEA", "2")], tender: "cash")).subject
        node.now = node.now.advanced(byMilliseconds: 3 * 86_400_000)
        try node.perform(.reverse(Details(), number: sale))
        #expect(try held(node, "TEA") == 9)
        #expect(try node.verify().isSound)
    }

    @Test func aLateSaleChangesTheDifferenceOfTheCount() throws {
        let node = try shop()
        let sheet = try node.perform(
            .count(Details(), .now(CountOrder(), [line("TEA", "7")]))
        ).subject
        #expect(try node.balances()["write-off/HZ"] == "12.00")
        // The three that were missing were sold the day before, and nobody had entered it.
        let text = try node.report(.count(sheet: sheet)).facts[1].value.plain
        let day: Day = try #require(Day(text))
        try node.perform(
            .receive(
                Details(date: Day(number: day.number - 2).description),
                [Line(item: "TEA", quantity: "10", cost: "4.00")], supplier: "ACME"))
        let sale = try node.perform(
            .sell(
                Details(date: Day(number: day.number - 1).description), [line("TEA", "13")],
                tender: "cash")
        ).subject
        #expect(try held(node, "TEA") == 7)
        #expect(
            try node.report(.count(sheet: sheet)).rows[0][2...4].map(\.plain) == ["7", "7", "0"])
        #expect(try node.balances()["write-off/HZ"] == nil)
        #expect(try node.balances()["cost-of-sales/HZ"] == "52.00")
        // It did not happen: three are missing again, and ten more.
        try node.perform(.reverse(Details(), number: sale))
        #expect(try held(node, "TEA") == 7)
        #expect(try node.balances()["write-off/HZ"] == "52.00")
        #expect(try node.verify().isSound)
    }

    @Test func itemsAreValuedAsTheyWereWhenTheyMoved() throws {
        let node = try shop()
        #expect(
            node.refusal(.setItem(ItemChange(code: "TEA", costing: "fifo"))) == .costingFixed)
        try node.perform(.addItems([ItemChange(code: "POT")]))
        #expect(node.refusal(.setItem(ItemChange(code: "POT", costing: "lifo"))) == .badOption)
        try node.perform(.setItem(ItemChange(code: "POT", costing: "fifo")))
        let facts = try node.report(.item(code: "POT")).facts
        #expect(facts.contains { $0.key == "costing" && $0.value == .text("fifo") })
    }

    @Test func nothingGoesBackToASupplierThatIsNotThere() throws {
        let node = try shop()
        let receipt = try node.perform(
            .receive(
                Details(), [Line(item: "CUP", quantity: "4", total: "10.00")], supplier: "ACME")
        ).subject
        func back(_ quantity: String, credit: String? = nil) -> Command {
            .sendBack(
                Details(), [Line(item: "CUP", quantity: quantity, total: credit)],
                receipt: receipt, supplier: nil)
        }
        #expect(node.refusal(back("5")) == .tooMuchReturned)
        #expect(
            node.refusal(.sendBack(Details(), [line("CUP", "1")], receipt: nil, supplier: nil))
                == .badOption)
        #expect(
            node.refusal(.sendBack(Details(), [line("TEA", "99")], receipt: nil, supplier: "ACME"))
                == .notEnough)
        // Thirds of 10.00: the last return takes the exact remainder.
        try node.perform(back("1"))
        try node.perform(back("1"))
        try node.perform(back("2"))
        let balances = try node.balances()
        #expect(balances["payable/HZ/ACME"] == "-52.00")
        #expect(node.refusal(back("1")) == .tooMuchReturned)
        #expect(balances["inventory/HZ"] == "52.00")
        #expect(balances["variance/HZ"] == nil)
        #expect(try node.verify().isSound)
    }

    /// An approval is of the figure that was looked at, and not of what somebody counts beside it.
    @Test func anApprovalIsOfOneFigure() throws {
        let number: DocumentNumber = try #require(DocumentNumber("HZa-C-2026-000001"))
        let tea: ItemCode = try #require(ItemCode("TEA"))
        func event(_ kind: String, _ count: Int64?) -> Event {
            Event(
                entity: CountSheet.entity(number), kind: kind, person: kind,
                effectiveDate: Day(number: 20_000),
                fields: count.map { [.init("#TEA", .integer($0))] } ?? [])
        }
        func approver(_ seen: Int64) -> String? {
            CountSheet(
                number,
                [
                    event("opened", nil), event("counted", 7), event("counted", 2),
                    event("approved", seen),
                ])?.lines[tea]?.approvers.last
        }
        #expect(approver(9) == "approved")
        #expect(approver(7) == nil)
    }

    /// Above a limit somebody of a role has to accept every difference, whatever the tolerance says.
    @Test func aboveALimitARoleAccepts() throws {
        let node = try shop()
        try node.perform(
            .setWorkflow(WorkflowChange(kind: .count, steps: ["release:manager>50"])))
        try node.perform(.setPerson(PersonChange(name: "Zhao", roles: ["manager"])))
        try node.perform(
            .receive(Details(), [Line(item: "CUP", quantity: "100", cost: "1.00")], supplier: "A"))
        func post(_ tea: String, _ cups: String, by approver: String?) -> Refusal.Code? {
            do {
                let sheet = try open(node, CountOrder())
                try node.perform(
                    .count(
                        Details(person: "Sun"),
                        .enter(
                            sheet: sheet, [line("TEA", tea), line("CUP", cups)], isRecount: false)))
                if let approver {
                    try node.perform(
                        .count(
                            Details(person: approver, memo: "seen"),
                            .approve(sheet: sheet, items: ["TEA", "CUP"])))
                }
                return node.refusal(.count(Details(), .post(sheet: sheet)))
            } catch { return (error as? Refusal)?.code }
        }
        let cups = try held(node, "CUP")
        let tea = try held(node, "TEA")
        // Worth 4.00 and 45.43: not above 50.00.
        #expect(post("\(tea - 1)", "\(cups - 43)", by: nil) == nil)
        // Worth more: by nobody, by somebody without the role, by who has it.
        #expect(post("\(tea - 2)", "\(cups - 100)", by: nil) == .beyondTolerance)
        #expect(post("\(tea - 2)", "\(cups - 100)", by: "Lin") == .beyondTolerance)
        #expect(
            node.refusal(.count(Details(), .now(CountOrder(), [line("CUP", "0")])))
                == .beyondTolerance)
        #expect(post("\(tea - 2)", "\(cups - 100)", by: "Zhao") == nil)
        #expect(try held(node, "CUP") == cups - 100)
        #expect(try node.verify().isSound)
    }

    /// A count of one location leaves the others alone, and is a barrier there alone.
    @Test func everyLocationIsCountedByItself() throws {
        let node = try shop()
        let back = CountOrder(location: "back")
        #expect(node.refusal(.count(Details(), .open(back))) == .unknownLocation)
        try node.perform(.setLocation(LocationChange(name: "back")))
        let start = Day(node.now, utcOffsetMinutes: 0)
        node.now = node.now.advanced(byMilliseconds: 2 * 86_400_000)
        try node.perform(.count(Details(), .now(CountOrder(), [line("TEA", "10")])))
        let sheet = try open(node, back)
        try node.perform(
            .count(Details(), .enter(sheet: sheet, [line("TEA", "4")], isRecount: false)))
        try node.perform(.count(Details(), .post(sheet: sheet)))
        #expect(try held(node, "TEA") == 10)
        #expect(try held(node, "TEA", on: "back") == 4)
        // Two were moved before both counts, and nobody had entered it: both stand.
        try node.perform(
            .move(Details(date: start.description), [line("TEA", "2")], to: "back"))
        #expect(try held(node, "TEA") == 10)
        #expect(try held(node, "TEA", on: "back") == 4)
        #expect(
            try node.report(.count(sheet: sheet)).rows[0][2...4].map(\.plain) == ["2", "4", "2"])
        try node.perform(.move(Details(), [line("TEA", "2")], to: "back"))
        #expect(try held(node, "TEA") == 8)
        #expect(try held(node, "TEA", on: "back") == 6)
        #expect(try node.verify().isSound)
    }

    @Test func aReturnThatWasReversedCanBeMadeAgain() throws {
        let node = try shop()
        let receipt = try node.perform(
            .receive(
                Details(), [Line(item: "CUP", quantity: "3", total: "10.00")], supplier: "ACME")
        ).subject
        let sale = try node.perform(.sell(Details(), [line("CUP", "3")], tender: "cash")).subject
        for command in [
            Command.giveBack(Details(), [line("CUP", "3")], sale: sale, tender: "cash"),
            .sendBack(Details(), [line("CUP", "3")], receipt: receipt, supplier: nil),
        ] {
            let first = try node.perform(command)
            #expect(node.refusal(command) == .tooMuchReturned)
            try node.perform(.reverse(Details(), number: first.subject))
            #expect(try node.perform(command).total == first.total)
        }
        #expect(try node.verify().isSound)
    }

    /// Only a keeper of the branch that shipped goods says how they lay.
    @Test func aStrangersLayersAreVoid() throws {
        let network = try TestNetwork.company(["gz"], seed: 5)
        let (hz, gz) = (try network["hz"], try network["gz"])
        let roster: Roster = try #require(hz.engine.standing?.roster)
        let home: BranchCode = try #require(BranchCode("HZ"))
        let other: BranchCode = try #require(BranchCode("GZ"))
        let pair: BranchPair = try #require(BranchPair(home, other))
        func verdict(_ author: TestNode, _ scope: Scope) -> Verdict {
            roster.verdict(
                on: .success(
                    .append(
                        Event(
                            entity: "layers/HZa-T-2026-000001", kind: "layers", person: "Lin",
                            effectiveDate: Day(number: 20_000)))),
                log: LogName(
                    author: author.engine.credentials.node, incarnation: 1, scope: scope),
                commit: 1)
        }
        #expect(verdict(hz, .betweenMoney(pair)) == .valid)
        #expect(verdict(gz, .betweenMoney(pair)) == .void(.noGrant))
        #expect(verdict(hz, .trade(home)) == .void(.noGrant))
    }
}
