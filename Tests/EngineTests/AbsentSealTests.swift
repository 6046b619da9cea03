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
        try hz.perform(seal(["SH"], "Adam"))
        network.run(milliseconds: 60_000)
        try gz.perform(confirm("Berta"))
        network.run(milliseconds: 60_000)
        let row = try #require(hz.report(.seals).rows.first?.map(\.plain))
        // Nobody else reads the books of SH: it is left out, and not closed.
        #expect(row[1] == "sealed" && row[3] == "SH" && row[8] == "")
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

    /// The fold of what administrators said: where branches are closed with a seal, it takes an administrator's word.
    @Test func closingsFold() throws {
        let day = try #require(Day("2026-11-10"))
        func node(_ byte: UInt8) throws -> NodeID {
            NodeID(try #require(PublicKey([UInt8](repeating: byte, count: 32))))
        }
        let (a, b) = (try node(1), try node(2))
        let (sh, gz) = (try #require(BranchCode("SH")), try #require(BranchCode("GZ")))
        let log = LogID(try #require(Digest([UInt8](repeating: 9, count: 32))))
        func sealing(_ seq: UInt64, absent: [BranchCode]) -> Seal.Said {
            Seal.Said(
                event: Seal.sealing(
                    day, closes: [], absent: absent,
                    closing: Seal.fields(closing: sh, heads: [log: seq], costs: []),
                    isPrincipals: true, state: "", person: "A", on: day),
                author: a, isPrincipals: true)
        }
        func agreeing(_ one: Seal.Said, closes: Bool = true) -> Seal.Said {
            Seal.Said(
                event: Seal.confirming(
                    day, one.event.digest(by: one.author), closes: closes, person: "B", on: day),
                author: b, isPrincipals: false)
        }
        let one = sealing(7, absent: [sh])
        for order in [[one, agreeing(one)], [agreeing(one), one]] {
            let seal = try #require(Seal.all(order).first)
            #expect(seal.closings.map(\.heads) == [[log: 7]] && seal.holds)
            let close = try #require(PeriodClose(seal.closings[0], through: day))
            let after = Day(number: day.number + 1)
            #expect([close].ledgerDay(day, in: log, 7) == day)
            #expect([close].ledgerDay(day, in: log, 8) == after)
        }
        #expect(Seal.all([one, agreeing(one, closes: false)]).first?.holds == false)
        // A branch that is not absent is not closed.
        #expect(Seal.all([sealing(7, absent: [gz])]).first?.closings.isEmpty == true)
        // Bytes that are no heads close nothing.
        let broken = Seal.Said(
            event: Event(
                entity: Seal.entity(day), kind: "sealed", person: "A", effectiveDate: day,
                fields: [
                    .init("absent:SH", .integer(1)), .init("costs:SH", .integer(0)),
                    .init("heads:SH:1", .bytes([1, 2])),
                ]), author: a, isPrincipals: true)
        #expect(Seal.all([broken]).first?.closings.isEmpty == true)
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

    /// Days that were sealed stand as they were, whatever a seal of later days, or a close that nobody sealed, had not seen.
    @Test func anEarlierSealStays() throws {
        let (october, november) = (
            try #require(Day("2026-10-31")), try #require(Day("2026-11-10"))
        )
        let sh = try #require(BranchCode("SH"))
        let log = LogID(try #require(Digest([UInt8](repeating: 9, count: 32))))
        let author = NodeID(try #require(PublicKey([UInt8](repeating: 1, count: 32))))
        func close(_ running: Int, _ day: Day, _ seq: UInt64) throws -> PeriodClose {
            let number = try #require(DocumentNumber("SHa-E-2026-00000\(running)"))
            let event = try #require(
                PeriodClose.event(
                    number, through: day, heads: [log: seq],
                    documents: .init(trade: 0, money: 1), person: "A", day: november))
            return try #require(
                PeriodClose(
                    number,
                    [
                        .init(
                            event: event,
                            place: .init(author: author, incarnation: 1, log: log, seq: seq + 1))
                    ]))
        }
        let own = try close(1, october, 50)
        let behind = try #require(
            PeriodClose(
                Seal.Closing(
                    branch: sh, author: author, person: "A", on: november, heads: [log: 40],
                    costs: []), through: november)?.sealed(in: 1))
        func part(_ rank: Int64, isClose: Bool = true, incarnation: UInt64 = 1) -> ClosePart {
            ClosePart(
                number: own.number, isClose: isClose,
                in: LogName(author: author, incarnation: incarnation, scope: .money(sh)),
                rank: rank)
        }
        let first = Day(number: october.number + 1), after = Day(number: november.number + 1)
        let closes = [own.sealed(in: 0), behind]
        #expect(closes.ledgerDay(october, in: log, 45) == october)
        #expect(closes.ledgerDay(october, in: log, 60, of: part(0)) == october)
        // What is added under its number is of the close no more than anything else, nor is what takes it back.
        for late in [part(1), part(0, isClose: false), part(0, incarnation: 0)] {
            #expect(closes.ledgerDay(october, in: log, 60, of: late) == after)
        }
        #expect(closes.ledgerDay(november, in: log, 45) == after)
        // A close that nobody sealed, of an earlier or a later day, moves nothing of sealed days.
        let (early, late) = (
            try close(2, Day(number: october.number - 9), 0), try close(3, first, 0)
        )
        let mixed = [early.beside(), own.sealed(in: 0), late]
        let early1 = Day(number: october.number - 20)
        #expect(mixed.ledgerDay(early1, in: log, 45) == early1)
        #expect(mixed.ledgerDay(early1, in: log, 60) == Day(number: first.number + 1))
        #expect(mixed.ledgerDay(first, in: log, 45) == Day(number: first.number + 1))
    }

    /// A close that names more than there is, by a branch that is lost or means harm, keeps nobody from sealing.
    @Test func aCloseThatNamesMoreThanThereIsSealsNothing() throws {
        let network = try company(seed: 885)
        let (hz, gz, sh) = (try network["hz"], try network["gz"], try network["sh"])
        let branch = try #require(BranchCode("SH"))
        let day = try #require(Day("2026-11-11"))
        let log = LogID(try #require(Digest([UInt8](repeating: 9, count: 32))))
        let number = try #require(DocumentNumber("SHa-E-2026-000009"))
        let event = try #require(
            PeriodClose.event(number, through: day, heads: [log: 5], person: "Wang", day: day))
        try sh.engine.store.transact {
            _ = try sh.engine.commit([Draft.Part(.trade(branch), [.append(event)])], at: sh.now)
        }
        try sh.perform(.addItems([ItemChange(code: "CUP", name: "Cup", price: "9.00")]))
        mend(network)
        #expect(try hz.report(.periods(branch: "SH")).rows.count == 1)
        // It closed up to the 11th, and not all is here that it says it had.
        #expect(hz.refusal(seal([], "Adam")) == .periodUnfinished)
        try hz.perform(seal(["SH"], "Adam"))
        network.run(milliseconds: 60_000)
        try gz.perform(confirm("Berta"))
        network.run(milliseconds: 60_000)
        let sealed = try balances(hz, "2026-11-10")
        #expect(sealed["cost-of-sales/SH"] == "10.00")
        try alike(network, sealed: sealed)
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
            isPrincipals: true, state: "", person: "Adam", on: day)
        try hz.engine.store.transact {
            _ = try hz.engine.commit([Draft.Part(.catalog, [.append(made)])], at: hz.now)
        }
        try hz.perform(.addItems([ItemChange(code: "CUP", name: "Cup", price: "9.00")]))
        network.run(milliseconds: 60_000)
        #expect(gz.refusal(confirm("Berta")) == .notVerified)
    }
}
