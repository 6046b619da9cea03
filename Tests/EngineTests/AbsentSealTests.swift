import Testing

@testable import Books
@testable import Engine
@testable import Replica
@testable import Sodium
@testable import Store

/// Two administrators close for a branch that does not answer. The test's day is 18 November.
@Suite struct AbsentSealTests {
    /// HZ and GZ are administrators' and have closed up to the 10th; SH had ten teas at 2.00 on the 1st and sold two on the 5th,
    /// then it was cut off and sold three on the 8th and one on the 12th.
    private func company(
        seed: UInt64, second: Bool = true, apart: (TestNode) throws -> Void = { _ in }
    ) throws -> TestNetwork {
        let network = try TestNetwork.company(["gz", "sh"], seed: seed)
        let (hz, gz, sh) = (try network["hz"], try network["gz"], try network["sh"])
        if second {
            guard case .outcome = hz.ask(.nameAdministrator(node: "gz-1", readsAll: true)) else {
                throw Refusal(.fault, "not named")
            }
        }
        network.settle()
        try sh.perform(
            .addItems([ItemChange(code: "TEA", name: "Tea", price: "9.00", tax: "13")]))
        try sh.perform(
            .receive(
                Details(date: "2026-11-01"), [Line(item: "TEA", quantity: "10", cost: "2.00")],
                supplier: "Mill"))
        try sell(sh, "2", "2026-11-05")
        network.settle()
        for other in ["hz", "gz"] { network.sever("sh", other) }
        network.settle()
        try sell(sh, "3", "2026-11-08")
        try sell(sh, "1", "2026-11-12")
        try apart(sh)
        for node in [hz, gz] { try close(node, "2026-11-10") }
        network.run(milliseconds: 60_000)
        return network
    }

    private func mend(_ network: TestNetwork) {
        for other in ["hz", "gz"] { network.mend("sh", other) }
        network.run(milliseconds: 120_000)
    }

    private func sell(_ node: TestNode, _ quantity: String, _ date: String) throws {
        try node.perform(
            .sell(Details(date: date), [Line(item: "TEA", quantity: quantity)], tender: "cash"))
    }

    @discardableResult
    private func close(_ node: TestNode, _ day: String) throws -> String {
        try node.perform(.close(Details(person: "Wang"), through: day, isYearEnd: false)).subject
    }

    private func seal(_ absent: [String], _ person: String, _ day: String = "2026-11-10") -> Command
    {
        .seal(Details(person: person), .seal(through: day, absent: absent))
    }

    private func confirm(_ person: String, _ day: String = "2026-11-10") -> Command {
        .seal(Details(person: person), .confirm(through: day))
    }

    private func balances(_ node: TestNode, _ day: String) throws -> [String: String] {
        var found: [String: String] = [:]
        for row in try node.report(.balance(branch: nil, asAt: day)).rows {
            found[row[0].plain] = row[1].plain.isEmpty ? "-" + row[2].plain : row[1].plain
        }
        return found
    }

    private func alike(
        _ network: TestNetwork, sealed: [String: String],
        _ place: SourceLocation = #_sourceLocation
    ) throws {
        let after = try balances(network["hz"], "2026-11-18")
        for name in ["hz", "gz", "sh"] {
            let node = try network[name]
            for again in [false, true] {
                if again { _ = node.ask(.rebuild) }
                #expect(
                    try balances(node, "2026-11-10") == sealed, "\(name)", sourceLocation: place)
                #expect(
                    try balances(node, "2026-11-18") == after, "\(name)", sourceLocation: place)
            }
            for day in ["2026-11-05", "2026-11-10", "2026-11-11", "2026-11-18"] {
                let report = try node.report(.position(StatementFilter(to: day)))
                #expect(
                    report.facts.first { $0.key == "balanced" }?.value == .flag(true),
                    "\(name) \(day)", sourceLocation: place)
            }
            #expect(try network.verify(name).isSound, "\(name)", sourceLocation: place)
        }
        #expect(try network.digests().count == 1, sourceLocation: place)
    }

    /// What the documents say: the sealed days stay, what SH had sold unseen stands on the 11th, with both dates.
    @Test func twoAdministratorsCloseForIt() throws {
        let network = try company(seed: 830)
        let (hz, gz, sh) = (try network["hz"], try network["gz"], try network["sh"])
        let made = try hz.perform(seal(["SH"], "Adam"))
        #expect(made.notices.contains { $0.contains("SH is closed") })
        #expect(hz.refusal(seal(["SH"], "Adam")) == .nothingChanges)
        network.settle()
        // Until somebody agrees nothing is closed.
        #expect(try hz.report(.periods(branch: "SH")).rows.isEmpty)
        #expect(gz.refusal(confirm("Adam")) == .ownApproval)
        let agreed = try gz.perform(confirm("Berta"))
        #expect(agreed.notices.contains { $0.contains("SH is closed up to 2026-11-10") })
        #expect(gz.refusal(confirm("Carl")) == .nothingChanges)
        network.run(milliseconds: 60_000)
        let sealed = try balances(hz, "2026-11-10")
        #expect(sealed["cost-of-sales/SH"] == "4.00" && sealed["inventory/SH"] == "16.00")
        #expect(sealed["sales/SH"] == "-18.00")
        let row = try #require(gz.report(.seals).rows.first?.map(\.plain))
        #expect(row[1] == "sealed" && row[3] == "SH" && row[6] == "Berta" && row[8] == "SH")
        #expect(
            try gz.report(.periods(branch: "SH")).rows.map { $0.map(\.plain) } == [
                ["SH", "2026-11-10", "", "closed by a seal", "2026-11-18", "Adam", ""]
            ])
        mend(network)
        try alike(network, sealed: sealed)
        for node in [hz, gz, sh] {
            let next = try balances(node, "2026-11-11")
            #expect(next["cost-of-sales/SH"] == "10.00" && next["sales/SH"] == "-45.00")
            let late = try node.report(.lateEntries(limit: 10)).rows.map { $0.map(\.plain) }
            #expect(late.map { [$0[2], $0[3]] } == [["2026-11-08", "2026-11-11"]])
        }
        // It is back: the sealed days are closed for it too, and a cost that it learns of stands after them.
        #expect(
            sh.refusal(.find(Details(date: "2026-11-09"), [Line(item: "TEA", quantity: "1")]))
                == .periodClosed)
        #expect(
            sh.refusal(.close(Details(), through: "2026-11-10", isYearEnd: false)) == .periodClosed)
        let receipt = try #require(
            try sh.report(.journal(JournalFilter(to: "2026-11-01"))).rows.first)[1].plain
        try sh.perform(.revalue(Details(), item: "TEA", change: .of(receipt: receipt, by: "10.00")))
        network.run(milliseconds: 60_000)
        try alike(network, sealed: sealed)
        #expect(try balances(gz, "2026-11-11")["cost-of-sales/SH"] == "15.00")
        // It closes for itself for later days, and that is sealed with all else.
        let own = try close(sh, "2026-11-15")
        for node in [hz, gz] { try close(node, "2026-11-15") }
        network.run(milliseconds: 60_000)
        try hz.perform(seal([], "Adam", "2026-11-15"))
        network.run(milliseconds: 60_000)
        try alike(network, sealed: sealed)
        #expect(try balances(hz, "2026-11-15")["cost-of-sales/SH"] == "18.00")
        #expect(sh.refusal(.reopen(Details(memo: "why"), number: own)) == .sealed)
    }

    /// It closed by itself beside that, for the same day: listed, and what it froze stands after the sealed days.
    @Test func itsOwnCloseBesideTheSeal() throws {
        var own = ""
        let network = try company(seed: 840) { own = try close($0, "2026-11-10") }
        let (hz, gz, sh) = (try network["hz"], try network["gz"], try network["sh"])
        #expect(try balances(sh, "2026-11-10")["cost-of-sales/SH"] == "10.00")
        try hz.perform(seal(["SH"], "Adam"))
        network.settle()
        try gz.perform(confirm("Berta"))
        network.run(milliseconds: 60_000)
        let sealed = try balances(hz, "2026-11-10")
        #expect(sealed["cost-of-sales/SH"] == "4.00")
        mend(network)
        try alike(network, sealed: sealed)
        for node in [hz, gz, sh] {
            #expect(try balances(node, "2026-11-11")["cost-of-sales/SH"] == "10.00")
            #expect(try balances(node, "2026-11-18")["cost-of-sales/SH"] == "12.00")
            #expect(
                try node.report(.periods(branch: "SH")).rows.map { $0[3].plain }.sorted() == [
                    "beside a seal", "closed by a seal",
                ])
            let found = try node.report(.reconcile(branch: "SH")).rows.map { $0[0].plain }
            #expect(found.contains("closed beside a seal") && !found.contains("closed twice"))
        }
        #expect(sh.refusal(.reopen(Details(memo: "why"), number: own)) == .periodClosed)
        // The rest of the month is its own.
        try close(sh, "2026-11-15")
        network.run(milliseconds: 60_000)
        try alike(network, sealed: sealed)
        #expect(try balances(hz, "2026-11-15")["cost-of-sales/SH"] == "12.00")
    }

    /// It closed for a later day, not knowing of the seal: that stands, and the sealed days stay.
    @Test func itsOwnCloseOfALaterDay() throws {
        let network = try company(seed: 850) { try close($0, "2026-11-14") }
        let (hz, gz) = (try network["hz"], try network["gz"])
        try hz.perform(seal(["SH"], "Adam"))
        network.settle()
        try gz.perform(confirm("Berta"))
        network.run(milliseconds: 60_000)
        let sealed = try balances(hz, "2026-11-10")
        mend(network)
        try alike(network, sealed: sealed)
        #expect(try balances(gz, "2026-11-14")["cost-of-sales/SH"] == "12.00")
        #expect(try balances(gz, "2026-11-11")["cost-of-sales/SH"] == "10.00")
    }

    /// With one administrator it stays as it was: somebody else agrees, the branch is listed, and nothing is closed for it.
    @Test func withOneAdministratorItIsLeftOut() throws {
        let network = try company(seed: 860, second: false)
        let (hz, gz, sh) = (try network["hz"], try network["gz"], try network["sh"])
        try hz.perform(seal(["SH"], "Adam"))
        network.settle()
        try gz.perform(confirm("Berta"))
        mend(network)
        let row = try #require(gz.report(.seals).rows.first?.map(\.plain))
        #expect(row[1] == "sealed" && row[3] == "SH" && row[8] == "")
        for node in [hz, gz, sh] {
            #expect(try node.report(.periods(branch: "SH")).rows.isEmpty)
            #expect(try node.report(.lateEntries(limit: 10)).rows.isEmpty)
            #expect(try balances(node, "2026-11-10")["cost-of-sales/SH"] == "10.00")
        }
        try close(sh, "2026-11-10")
        #expect(gz.refusal(confirm("Berta")) == .nothingChanges)
        for name in ["hz", "gz", "sh"] { #expect(try network.verify(name).isSound) }
    }

    /// Who does not read every branch knows nobody's closes but their own, and seals nothing.
    @Test func whoReadsOneBranchSealsNothing() throws {
        let network = try TestNetwork.company(["sh"], seed: 870)
        try network.join("gz", seed: 875, readsAll: false)
        let (hz, gz) = (try network["hz"], try network["gz"])
        guard case .outcome = hz.ask(.nameAdministrator(node: "gz-1", readsAll: false)) else {
            Issue.record("not named")
            return
        }
        network.settle()
        for node in [hz, gz] { try close(node, "2026-11-10") }
        network.run(milliseconds: 60_000)
        #expect(gz.refusal(seal(["SH"], "Berta")) == .periodUnfinished)
        // Agreeing asks for no books: it is the word of another administrator.
        try hz.perform(seal(["SH"], "Adam"))
        network.run(milliseconds: 60_000)
        try gz.perform(confirm("Berta"))
        network.run(milliseconds: 60_000)
        let row = try #require(hz.report(.seals).rows.first?.map(\.plain))
        #expect(row[1] == "sealed" && row[8] == "SH")
    }

    /// A branch that has closed an earlier month is absent all the same: its earlier closes make nobody agree.
    @Test func anEarlierCloseIsNoAnswer() throws {
        let network = try TestNetwork.company(["gz"], seed: 880)
        let (hz, gz) = (try network["hz"], try network["gz"])
        try close(gz, "2026-10-31")
        network.settle()
        try close(hz, "2026-11-10")
        try hz.perform(seal(["GZ"], "Adam"))
        let row = try #require(hz.report(.seals).rows.first?.map(\.plain))
        #expect(row[1] == "open" && row[3] == "GZ")
    }

    /// The fold of what administrators said, in any order; who agrees as anybody closes nothing, and a word is of what was
    /// sealed and of nothing else.
    @Test func closingsFoldAlike() throws {
        let day = try #require(Day("2026-11-10"))
        func node(_ byte: UInt8) throws -> NodeID {
            NodeID(try #require(PublicKey([UInt8](repeating: byte, count: 32))))
        }
        let (a, b) = (try node(1), try node(2))
        let sh = try #require(BranchCode("SH"))
        let log = LogID(try #require(Digest([UInt8](repeating: 9, count: 32))))
        func sealing(_ author: NodeID, _ person: String, _ seq: UInt64) -> Seal.Said {
            Seal.Said(
                event: Seal.sealing(
                    day, closes: [], absent: [sh],
                    closing: Seal.fields(closing: sh, heads: [log: seq], costs: []), state: "",
                    person: person, on: day),
                author: author)
        }
        func agreeing(
            _ author: NodeID, _ person: String, _ all: [Seal.Said], closes: Bool = true
        ) -> Seal.Said {
            Seal.Said(
                event: Seal.confirming(
                    day, all.map { $0.event.digest(by: $0.author) }, closes: closes,
                    person: person, on: day),
                author: author)
        }
        let (one, two) = (sealing(a, "A", 7), sealing(b, "B", 5))
        let agreed = agreeing(b, "B", [one])
        for order in [[one, agreed], [agreed, one]] {
            let seal = try #require(Seal(day, order))
            #expect(seal.closings.map(\.heads) == [[log: 7]] && seal.offered.isEmpty && seal.holds)
        }
        for other in [
            agreeing(b, "B", [one], closes: false), agreeing(a, "B", [one]),
            agreeing(b, "A", [one]), agreeing(b, "B", []), agreeing(b, "B", [two]),
        ] {
            let seal = try #require(Seal(day, [one, other]))
            #expect(seal.closings.isEmpty && seal.offered.count == 1)
        }
        // What the first one says after the second agreed is another thing: nobody agreed to that.
        let more = sealing(a, "A", 3)
        for order in [[one, agreed, more], [more, agreed, one]] {
            let seal = try #require(Seal(day, order))
            #expect(seal.closings.map(\.heads) == [[log: 7]] && seal.offered.count == 1)
        }
        #expect(Seal(day, [more, agreed])?.closings.isEmpty == true)
        // Two sealed beside each other, and each agreed to the other's: one counts.
        let both = [one, two, agreed, agreeing(a, "A", [two])]
        for order in [both, both.reversed()] {
            let seal = try #require(Seal(day, order))
            #expect(seal.closings.map(\.heads) == [[log: 7]] && seal.absent == [sh])
            let closes = seal.closings.compactMap { PeriodClose($0, through: day) }
            let after = Day(number: day.number + 1)
            #expect(closes.ledgerDay(day, in: log, 7) == day)
            #expect(closes.ledgerDay(day, in: log, 8) == after)
        }
        // Bytes that are no heads close nothing.
        let broken = Seal.Said(
            event: Event(
                entity: Seal.entity(day), kind: "sealed", person: "A", effectiveDate: day,
                fields: [
                    .init("absent:SH", .integer(1)), .init("costs:SH", .integer(0)),
                    .init("heads:SH:1", .bytes([1, 2])),
                ]), author: a)
        #expect(Seal(day, [broken, agreeing(b, "B", [broken])])?.closings.isEmpty == true)
        #expect(
            PeriodClose(Seal.closings(one)[0], through: Day(number: Day.range.upperBound)) == nil)
    }

    /// What a closing names of its costs counts, and nothing else that its author says of them.
    @Test func costsAreThoseThatWereSealed() throws {
        let day = try #require(Day("2026-11-10"))
        let sh = try #require(BranchCode("SH"))
        let author = NodeID(try #require(PublicKey([UInt8](repeating: 1, count: 32))))
        func told(_ fields: [Event.Field]) -> Event {
            Event(
                entity: SealedCosts.entity(day, sh), kind: "told", person: "A", effectiveDate: day,
                fields: fields)
        }
        let sealed = told([
            .init("#TEA", .text("1 -2 3 4")), .init("#TEA", .text("9 9 9 9")),
            .init("#CUP", .text("1 2 3")), .init("#", .text("1 2 3 4")),
            .init("#POT", .text("99999999999999999999 0 0 0")), .init("#MUG", .integer(1)),
        ])
        let closing = Seal.Closing(
            branch: sh, author: author, person: "A", on: day, heads: [:],
            costs: [sealed.digest(by: nil)])
        let other = told([.init("#TEA", .text("7 7 7 7")), .init("#INK", .text("1 1 1 1"))])
        for events in [[sealed], [other, sealed], [sealed, other]] {
            #expect(SealedCosts.costs(of: events, in: closing) == ["TEA": [1, -2, 3, 4]])
        }
        #expect(SealedCosts.costs(of: [other], in: closing) == nil)
    }

    /// A close that was sealed stands as it was, whatever a seal of a later day had not seen.
    @Test func anEarlierSealStays() throws {
        let (october, november) = (
            try #require(Day("2026-10-31")), try #require(Day("2026-11-10"))
        )
        let sh = try #require(BranchCode("SH"))
        let log = LogID(try #require(Digest([UInt8](repeating: 9, count: 32))))
        let author = NodeID(try #require(PublicKey([UInt8](repeating: 1, count: 32))))
        let number = try #require(DocumentNumber("SHa-E-2026-000001"))
        let event = try #require(
            PeriodClose.event(
                number, through: october, heads: [log: 50], person: "A", day: november))
        let own = try #require(PeriodClose(number, [event]))
        let behind = try #require(
            PeriodClose(
                Seal.Closing(
                    branch: sh, author: author, person: "A", on: november, heads: [log: 40],
                    costs: []), through: november))
        let after = Day(number: november.number + 1)
        let closes = [own.sealed(), behind]
        #expect(closes.ledgerDay(october, in: log, 45) == october)
        #expect(closes.ledgerDay(october, of: number, isClose: true, in: log, 51) == october)
        #expect(closes.ledgerDay(october, of: number, isClose: false, in: log, 52) == after)
        #expect(closes.ledgerDay(november, in: log, 45) == after)
        #expect([own, behind].ledgerDay(october, in: log, 45) == after, "nobody had sealed it")
    }

    /// Whoever does not hold what the branch had when it closed seals nothing without it.
    @Test func whoHoldsLessThanItsCloseSealsNothing() throws {
        let network = try company(seed: 885)
        let (hz, sh) = (try network["hz"], try network["sh"])
        let branch = try #require(BranchCode("SH"))
        let day = try #require(Day("2026-11-05"))
        let log = LogID(try #require(Digest([UInt8](repeating: 9, count: 32))))
        let number = try #require(DocumentNumber("SHa-E-2026-000009"))
        let event = try #require(
            PeriodClose.event(
                number, through: day, heads: [log: 5],
                person: "Wang", day: day))
        try sh.engine.store.transact {
            _ = try sh.engine.commit([Draft.Part(.trade(branch), [.append(event)])], at: sh.now)
        }
        try sh.perform(.addItems([ItemChange(code: "CUP", name: "Cup", price: "9.00")]))
        mend(network)
        #expect(try hz.report(.periods(branch: "SH")).rows.count == 1)
        #expect(hz.refusal(seal(["SH"], "Adam")) == .notVerified)
    }

    /// Whoever sealed tells other costs afterwards: no replica's figures change.
    @Test func costsToldLaterChangeNothing() throws {
        let network = try company(seed: 890)
        let (hz, gz) = (try network["hz"], try network["gz"])
        try hz.perform(seal(["SH"], "Adam"))
        network.settle()
        try gz.perform(confirm("Berta"))
        network.run(milliseconds: 60_000)
        let sealed = try balances(gz, "2026-11-10")
        #expect(sealed["cost-of-sales/SH"] == "4.00")
        let day = try #require(Day("2026-11-10"))
        let (home, sh) = (try #require(BranchCode("HZ")), try #require(BranchCode("SH")))
        let pair = try #require(BranchPair(home, sh))
        try hz.engine.store.transact {
            _ = try hz.engine.commit(
                [
                    Draft.Part(
                        .betweenMoney(pair),
                        [
                            .append(
                                Event(
                                    entity: SealedCosts.entity(day, sh), kind: "told",
                                    person: "Adam", effectiveDate: day,
                                    fields: [.init("#TEA", .text("99 0 0 0"))]))
                        ])
                ], at: hz.now)
        }
        try hz.perform(.addItems([ItemChange(code: "CUP", name: "Cup", price: "9.00")]))
        network.run(milliseconds: 60_000)
        mend(network)
        try alike(network, sealed: sealed)
    }

    /// Costs that are not here, or are not those that are sealed, nobody agrees to who reads them.
    @Test func nobodyAgreesToOtherCosts() throws {
        let network = try company(seed: 895)
        let (hz, gz) = (try network["hz"], try network["gz"])
        let day = try #require(Day("2026-11-10"))
        let sh = try #require(BranchCode("SH"))
        let made = Seal.sealing(
            day, closes: [], absent: [sh],
            closing: Seal.fields(
                closing: sh, heads: [:],
                costs: [[UInt8](repeating: 9, count: 32)]),
            state: "", person: "Adam", on: day)
        try hz.engine.store.transact {
            _ = try hz.engine.commit([Draft.Part(.catalog, [.append(made)])], at: hz.now)
        }
        try hz.perform(.addItems([ItemChange(code: "CUP", name: "Cup", price: "9.00")]))
        network.run(milliseconds: 60_000)
        #expect(gz.refusal(confirm("Berta")) == .notVerified)
    }
}
