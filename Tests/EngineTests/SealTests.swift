import Testing

@testable import Books
@testable import Engine
@testable import Gossip
@testable import Replica
@testable import Sodium
@testable import Store

/// The company's period is sealed: nobody opens it again, whatever somebody did beside it. The test's day is 18 November.
@Suite struct SealTests {
    /// HZ with the shelf's node and another one in the office, and GZ; ten teas at 2.00 since the 1st, one sold on the 5th.
    private func company(seed: UInt64) throws -> TestNetwork {
        let network = try TestNetwork.company(["gz"], seed: seed)
        let hz = try network["hz"]
        try network.joinOffice(seed: seed + 50)
        try hz.perform(
            .addItems([ItemChange(code: "TEA", name: "Tea", price: "9.00", tax: "13")]))
        try hz.perform(
            .receive(
                Details(date: "2026-11-01"), [Line(item: "TEA", quantity: "10", cost: "2.00")],
                supplier: "Mill"))
        try sell(hz, "2026-11-05")
        network.settle()
        return network
    }

    private func sell(_ node: TestNode, _ date: String) throws {
        try node.perform(
            .sell(Details(date: date), [Line(item: "TEA", quantity: "1")], tender: "cash"))
    }

    @discardableResult
    private func close(_ node: TestNode, _ day: String) throws -> String {
        try node.perform(.close(Details(person: "Wang"), through: day, isYearEnd: false)).subject
    }

    private func seal(_ day: String, absent: [String] = [], person: String? = nil) -> Command {
        .seal(Details(person: person), .seal(through: day, absent: absent))
    }

    private func balances(_ node: TestNode, _ day: String) throws -> [String: String] {
        var found: [String: String] = [:]
        for row in try node.report(.balance(branch: nil, asAt: day)).rows {
            found[row[0].plain] = row[1].plain.isEmpty ? "-" + row[2].plain : row[1].plain
        }
        return found
    }

    /// Of a branch of which a node holds something else nothing is sealed, no earlier close either; it may be left out.
    @Test func nothingIsSealedOfWhatIsHeldOtherwise() throws {
        let network = try company(seed: 2_320)
        let (hz, gz) = (try network["hz"], try network["gz"])
        try close(gz, "2026-11-05")
        try close(hz, "2026-11-10")
        network.run(milliseconds: 60_000)
        let trade = Scope.trade(try #require(BranchCode("GZ")))
        var other = Gossip.Comparison()
        other.differing = [trade]
        hz.engine.comparisons[gz.engine.credentials.node] = other
        #expect(hz.refusal(seal("2026-11-10")) == .notVerified)
        try hz.perform(seal("2026-11-10", absent: ["GZ"], person: "Adam"))
        let sealed = try #require(try hz.engine.store.seals().first)
        #expect(sealed.closes.map(\.number.series.branch.text) == ["HZ"])
        #expect(sealed.absent.map(\.text) == ["GZ"])
    }

    /// What was closed, opened again and closed anew before the seal asks nothing of anybody afterwards.
    @Test func whatWasOpenedBeforeTheSealIsNoDifference() throws {
        let network = try company(seed: 2_300)
        let (hz, gz) = (try network["hz"], try network["gz"])
        let first = try close(hz, "2026-11-10")
        try hz.perform(.reopen(Details(memo: "rent"), number: first))
        try close(hz, "2026-11-10")
        try close(gz, "2026-11-10")
        network.run(milliseconds: 60_000)
        try hz.perform(seal("2026-11-10"))
        network.run(milliseconds: 60_000)
        #expect(
            try !hz.report(.reconcile(branch: nil)).rows.contains {
                $0[0].plain == "closed beside a seal"
            })
        #expect(
            try hz.report(.periods(branch: "HZ")).rows.map { $0[3].plain }.sorted()
                == ["open", "sealed"])
    }

    /// Who was left out of a seal has heard of it: rates of its days stay as they are.
    @Test func whoWasLeftOutChangesNoRate() throws {
        let network = try company(seed: 2_310)
        let (hz, gz, office) = (try network["hz"], try network["gz"], try network["office"])
        try hz.perform(.setRate(currency: "USD", rate: "7.2", from: "2026-11-05"))
        try close(hz, "2026-11-10")
        network.run(milliseconds: 60_000)
        try hz.perform(seal("2026-11-10", absent: ["GZ"], person: "Adam"))
        network.run(milliseconds: 60_000)
        try office.perform(
            .seal(Details(person: "Berta"), .confirm(through: "2026-11-10", seal: nil)))
        network.run(milliseconds: 60_000)
        #expect(try gz.report(.seals).rows.map { $0[1].plain } == ["sealed"])
        #expect(
            gz.refusal(.setRate(currency: "USD", rate: "7.3", from: "2026-11-05")) == .sealed)
        #expect(gz.refusal(.setRate(currency: "USD", rate: "7.3", from: "2026-11-11")) == nil)
    }

    @Test func allBranchesCloseFirst() throws {
        let network = try company(seed: 220)
        let (hz, gz) = (try network["hz"], try network["gz"])
        #expect(hz.refusal(seal("2026-11-18")) == .badDate)
        #expect(hz.refusal(seal("2026-11-10")) == .periodUnfinished)
        let first = try close(hz, "2026-11-10")
        #expect(hz.refusal(seal("2026-11-10")) == .periodUnfinished)
        #expect(hz.refusal(seal("2026-11-10", absent: ["HZ", "GZ"])) == .badOption)
        try close(gz, "2026-11-12")
        network.run(milliseconds: 60_000)
        #expect(gz.refusal(seal("2026-11-10")) == .notAdministrator)
        try hz.perform(seal("2026-11-10", person: "Adam"))
        #expect(hz.refusal(seal("2026-11-10")) == .nothingChanges)
        network.run(milliseconds: 60_000)
        for name in ["hz", "gz", "office"] {
            let node = try network[name]
            #expect(
                try node.report(.periods(branch: nil)).rows.map { $0[3].plain } == [
                    "sealed", "sealed",
                ])
            #expect(try node.report(.seals).rows.map { $0[1].plain } == ["sealed"])
            #expect(try network.verify(name).isSound)
        }
        #expect(hz.refusal(.reopen(Details(memo: "why"), number: first)) == .sealed)
        // What comes next may be closed and opened as before.
        let second = try close(hz, "2026-11-15")
        try hz.perform(.reopen(Details(memo: "freight"), number: second))
    }

    /// The office, cut off, opened the period again, entered something and closed it once more: what was sealed stays to
    /// the cent, at every node, and what the office did stands after it.
    @Test func whatWasOpenedBesideASealIsNot() throws {
        let network = try company(seed: 221)
        let (hz, gz, office) = (try network["hz"], try network["gz"], try network["office"])
        let first = try close(hz, "2026-11-10")
        try close(gz, "2026-11-10")
        network.run(milliseconds: 60_000)
        let sealed = try balances(hz, "2026-11-10")
        for other in ["office"] {
            network.sever("hz", other)
            network.sever("gz", other)
        }
        network.settle()
        try office.perform(.reopen(Details(memo: "rent"), number: first))
        try office.perform(
            .journal(
                Details(date: "2026-11-09"),
                [
                    JournalLine(account: "expense/rent", amount: "5.00"),
                    JournalLine(account: "bank/main", amount: "-5.00"),
                ]))
        let again = try close(office, "2026-11-10")
        #expect(try balances(office, "2026-11-10")["expense/HZ/rent"] == "5.00")
        try hz.perform(seal("2026-11-10"))
        for other in ["office"] {
            network.mend("hz", other)
            network.mend("gz", other)
        }
        network.run(milliseconds: 120_000)
        let after = try balances(hz, "2026-11-18")
        #expect(after["expense/HZ/rent"] == "5.00" && after["cost-of-sales/HZ"] == "2.00")
        for name in ["hz", "gz", "office"] {
            let node = try network[name]
            #expect(try balances(node, "2026-11-10") == sealed, "\(name)")
            #expect(try balances(node, "2026-11-18") == after, "\(name)")
            for day in ["2026-11-09", "2026-11-10", "2026-11-11", "2026-11-18"] {
                let report = try node.report(.position(StatementFilter(to: day)))
                #expect(report.facts.first { $0.key == "balanced" }?.value == .flag(true))
            }
            let differences = try node.report(.reconcile(branch: nil)).rows.map { $0[0].plain }
            #expect(differences.contains("opened though sealed"), "\(name)")
            #expect(try network.verify(name).isSound)
        }
        #expect(try network.digests().count == 1)
        // Read again from the logs it is the same.
        _ = office.ask(.rebuild)
        #expect(try balances(office, "2026-11-10") == sealed)
        #expect(again != first)
    }

    /// The office, cut off since before the 8th, closes a day, and had not seen what head office entered of the 8th and closed
    /// with the 10th: nothing of the sealed days moves, at every node, nor does it with the next seal. Of sealed days its
    /// close is none; of a later one it stands, and is sealed with the next.
    @Test(arguments: ["2026-11-09", "2026-11-12"])
    func aCloseThatHadNotSeenWhatIsSealedMovesNothing(_ closed: String) throws {
        let isBeside = closed < "2026-11-10"
        let network = try company(seed: isBeside ? 228 : 229)
        let (hz, gz, office) = (try network["hz"], try network["gz"], try network["office"])
        for other in ["hz", "gz"] { network.sever("office", other) }
        network.settle()
        func rent(_ node: TestNode, _ day: String) throws {
            try node.perform(
                .journal(
                    Details(date: day),
                    [
                        JournalLine(account: "expense/rent", amount: "5.00"),
                        JournalLine(account: "bank/main", amount: "-5.00"),
                    ]))
        }
        try rent(hz, "2026-11-08")
        try close(hz, "2026-11-10")
        try close(gz, "2026-11-10")
        network.run(milliseconds: 60_000)
        try hz.perform(seal("2026-11-10"))
        let days = ["2026-11-08", "2026-11-09", "2026-11-10"]
        let sealed = try days.map { try balances(hz, $0) }
        #expect(sealed[0]["expense/HZ/rent"] == "5.00")
        try rent(office, "2026-11-07")
        let own = try close(office, closed)
        for other in ["hz", "gz"] { network.mend("office", other) }
        network.run(milliseconds: 120_000)
        for name in ["hz", "gz", "office"] {
            let node = try network[name]
            #expect(try days.map { try balances(node, $0) } == sealed, "\(name)")
            #expect(try balances(node, "2026-11-11")["expense/HZ/rent"] == "10.00", "\(name)")
        }
        #expect(
            try hz.report(.periods(branch: "HZ")).rows.map { $0[3].plain }
                == (isBeside ? ["beside a seal", "sealed"] : ["sealed", "closed"]))
        // Rates of sealed days stay as they are; one that nobody said may be said.
        for (rate, code) in [("7.2", nil), ("7.3", Refusal.Code.sealed)] {
            #expect(hz.refusal(.setRate(currency: "USD", rate: rate, from: "2026-11-05")) == code)
        }
        // Another close, made where the first sealed one's entries are known, and the next seal.
        try close(hz, "2026-11-15")
        try close(gz, "2026-11-15")
        network.run(milliseconds: 60_000)
        try hz.perform(seal("2026-11-15"))
        network.run(milliseconds: 60_000)
        for name in ["hz", "gz", "office"] {
            let node = try network[name]
            #expect(
                try node.report(.seals).rows.contains { $0[2].plain.contains(own) } != isBeside,
                "\(name)"
            )
            #expect(try days.map { try balances(node, $0) } == sealed, "\(name)")
            #expect(try network.verify(name).isSound)
            _ = node.ask(.rebuild)
            #expect(try days.map { try balances(node, $0) } == sealed, "\(name)")
        }
        #expect(try network.digests().count == 1)
    }

    /// Without a branch it takes two people at two nodes.
    @Test func aBranchThatDoesNotAnswerIsListed() throws {
        let network = try company(seed: 222)
        let hz = try network["hz"]
        let first = try close(hz, "2026-11-10")
        let made = try hz.perform(seal("2026-11-10", absent: ["GZ"], person: "Adam"))
        #expect(made.notices.contains { $0.contains("without GZ") })
        func confirm(_ person: String) -> Command {
            .seal(Details(person: person), .confirm(through: "2026-11-10"))
        }
        #expect(hz.refusal(confirm("Adam")) == .ownApproval)
        #expect(hz.refusal(confirm("Berta")) == .ownApproval)
        #expect(try hz.report(.seals).rows.map { $0[1].plain } == ["open"])
        // It does not hold: the period may be opened.
        try hz.perform(.reopen(Details(memo: "why"), number: first))
        #expect(
            hz.refusal(.seal(Details(person: "B"), .confirm(through: "2026-11-09")))
                == .unknownDocument)
    }

    /// Somebody else at another branch's books agrees: then it holds, without the branch that did not answer; what that one
    /// closes later is sealed by another seal.
    @Test func anotherAgrees() throws {
        let network = try TestNetwork.company(["gz", "sh"], seed: 223)
        let (hz, gz, sh) = (try network["hz"], try network["gz"], try network["sh"])
        let first = try close(hz, "2026-11-10")
        try close(gz, "2026-11-10")
        network.run(milliseconds: 60_000)
        try hz.perform(seal("2026-11-10", absent: ["SH"], person: "Adam"))
        network.run(milliseconds: 60_000)
        func confirm(_ person: String) -> Command {
            .seal(Details(person: person), .confirm(through: "2026-11-10"))
        }
        #expect(gz.refusal(confirm("Adam")) == .ownApproval)
        try gz.perform(confirm("Berta"))
        network.run(milliseconds: 60_000)
        for node in [hz, gz, sh] {
            let row = try #require(node.report(.seals).rows.first?.map(\.plain))
            #expect(row[1] == "sealed" && row[3] == "SH" && row[6] == "Berta")
        }
        #expect(hz.refusal(.reopen(Details(memo: "why"), number: first)) == .sealed)
        #expect(gz.refusal(confirm("Carl")) == .nothingChanges)
        #expect(hz.refusal(seal("2026-11-10", absent: ["SH"], person: "Adam")) == .nothingChanges)
        let late = try close(sh, "2026-11-12")
        network.run(milliseconds: 60_000)
        try hz.perform(seal("2026-11-10", person: "Adam"))
        network.run(milliseconds: 60_000)
        #expect(sh.refusal(.reopen(Details(memo: "why"), number: late)) == .sealed)
        for name in ["hz", "gz", "sh"] { #expect(try network.verify(name).isSound) }
    }

    /// The fold of what administrators said: a principal administrator's word alone seals, where nobody is absent; another one's
    /// counts from a principal one's word on; a word is of what was sealed; and what waited its author's next word withdraws.
    @Test func sealsFold() throws {
        let day = try #require(Day("2026-11-10"))
        func node(_ byte: UInt8) throws -> NodeID {
            NodeID(try #require(PublicKey([UInt8](repeating: byte, count: 32))))
        }
        let (founder, other, clerk) = (try node(1), try node(2), try node(3))
        let sh = try #require(BranchCode("SH"))
        func close(_ number: Int) throws -> Seal.Close {
            Seal.Close(
                number: try #require(DocumentNumber("GZa-E-2026-00000\(number)")),
                digest: [UInt8](repeating: UInt8(number), count: 32))
        }
        let (one, two) = (try close(1), try close(2))
        func sealing(
            _ closes: [Seal.Close], _ absent: [BranchCode], _ node: NodeID, claims: Bool = true,
            withdrawing: [Seal.Said] = []
        ) -> Seal.Said {
            Seal.Said(
                event: Seal.sealing(
                    day, closes: closes, absent: absent, isPrincipals: claims,
                    withdrawing: withdrawing.map { $0.event.digest(by: $0.author) }, state: "",
                    person: "A", on: day),
                author: node, isPrincipals: node == founder)
        }
        func agreeing(
            _ said: Seal.Said, _ node: NodeID, _ person: String = "B",
            withdrawing: [Seal.Said] = []
        ) -> Seal.Said {
            Seal.Said(
                event: Seal.confirming(
                    day, said.event.digest(by: said.author),
                    withdrawing: withdrawing.map { $0.event.digest(by: $0.author) },
                    person: person, on: day),
                author: node, isPrincipals: node == founder)
        }
        func standing(_ said: [Seal.Said]) -> [Seal.Standing] { Seal.all(said).map(\.standing) }
        let own = sealing([one], [], founder)
        #expect(Seal.all([own]).first?.closes == [one])
        #expect(standing([own]) == [.holds])
        // Who only says that it is a principal one is none.
        let theirs = sealing([two], [], other)
        #expect(standing([theirs]) == [.waits])
        #expect(standing([theirs, agreeing(theirs, clerk)]) == [.waits])
        #expect(standing([theirs, agreeing(theirs, founder)]) == [.holds])
        // It counts from that word on, whatever clock its author had.
        let late = Seal.all([theirs, own, agreeing(theirs, founder)])
        #expect(late.filter(\.holds).map(\.closes) == [[one], [two]])
        let without = sealing([one], [sh], founder)
        #expect(standing([without]) == [.waits])
        #expect(standing([without, agreeing(without, clerk)]) == [.holds])
        for wrong in [
            agreeing(without, founder), agreeing(without, clerk, "A"), agreeing(own, clerk),
        ] {
            #expect(standing([without, wrong]) == [.waits])
        }
        // Its author said something else in between: whoever agrees now agrees to nothing.
        let next = sealing([one, two], [], founder, withdrawing: [without])
        for order in [
            [without, next, agreeing(without, clerk)], [agreeing(without, clerk), without, next],
        ] {
            #expect(standing(order) == [.withdrawn, .holds])
        }
        // Nobody else withdraws it.
        let foreign = sealing([], [], other, withdrawing: [without])
        #expect(
            standing([without, foreign, agreeing(without, clerk)]) == [.holds, .waits])
        #expect(standing([agreeing(own, other)]).isEmpty)
        // What agrees to nothing that waits changes nothing, and is not looked at again.
        let waiting = Seal.all([without, theirs]).filter { $0.standing == .waits }
        func matters(_ said: Seal.Said) -> Bool {
            Seal.matters(
                said.event, of: said.author, isPrincipals: said.isPrincipals, to: waiting)
        }
        #expect(matters(agreeing(without, clerk)) && matters(agreeing(theirs, founder)))
        #expect(!matters(agreeing(theirs, clerk)) && !matters(agreeing(own, clerk)))
    }
}
