import Testing

@testable import Books
@testable import Engine
@testable import Replica
@testable import Store

/// Amounts between branches beside goods: each side is booked by its own branch, and the page is empty once both are.
@Suite struct BetweenTests {
    private func journal(_ node: TestNode, _ lines: [(String, String)]) throws {
        try node.perform(
            .journal(Details(), lines.map { JournalLine(account: $0.0, amount: $0.1) }))
    }

    private func charge(
        _ node: TestNode, to branch: String, _ amount: String, _ account: String = "expense/rent"
    ) throws -> String {
        try node.perform(
            .between(
                Details(person: "Wang", memo: "rent of the quarter"),
                .charge(to: branch, account: account, amount: amount))
        ).subject
    }

    private func rows(_ node: TestNode) throws -> [[String]] {
        try node.report(.reconcile(branch: nil)).rows.map { $0.map(\.plain) }
    }

    /// Of 200.00 that HZ paid for both, 100.00 are GZ's: every branch's entries balance by themselves.
    @Test func aChargeIsBookedByBothSides() throws {
        let network = try TestNetwork.company(["gz"], seed: 170)
        let (hz, gz) = (try network["hz"], try network["gz"])
        try journal(hz, [("expense/rent", "200.00"), ("bank/main", "-200.00")])
        let number = try charge(hz, to: "GZ", "100.00")
        #expect(try hz.balances()["expense/HZ/rent"] == "100.00")
        #expect(try hz.balances()["due-from/HZ/GZ"] == "100.00")
        network.settle()
        for node in [hz, gz] {
            #expect(try node.balances()["expense/GZ/rent"] == "100.00")
            #expect(try node.balances()["due-to/GZ/HZ"] == "-100.00")
            #expect(try rows(node) == [])
        }
        // Once, whoever asks again.
        #expect(gz.refusal(.between(Details(), .book(number: number))) == .alreadyRecorded)
        #expect(hz.refusal(.between(Details(), .book(number: number))) != nil)
        // Together nobody owes anybody.
        for branches in [[], ["HZ"], ["GZ"]] {
            let sheet = try hz.report(
                .position(StatementFilter(branches: branches, to: "2026-12-31")))
            #expect(sheet.facts.first { $0.key == "balanced" }?.value == .flag(true))
            #expect(
                sheet.rows.contains { $0[2].plain == "Due from branches" } == (branches == ["HZ"]))
        }
        for name in ["hz", "gz"] { #expect(try network.verify(name).isSound) }
    }

    /// Reciprocal balances of three branches cancel: 380.00 on both sides.
    @Test func threeBranchesCancel() throws {
        let network = try TestNetwork.company(["gz", "sh"], seed: 171)
        let (hz, gz, sh) = (try network["hz"], try network["gz"], try network["sh"])
        _ = try charge(hz, to: "GZ", "100.00")
        _ = try charge(gz, to: "SH", "200.00")
        _ = try charge(sh, to: "HZ", "80.00")
        network.run(milliseconds: 60_000)
        let balances = try sh.balances()
        #expect(
            ["due-from/HZ/GZ", "due-from/GZ/SH", "due-from/SH/HZ"].map { balances[$0] }
                == ["100.00", "200.00", "80.00"])
        #expect(
            ["due-to/GZ/HZ", "due-to/SH/GZ", "due-to/HZ/SH"].map { balances[$0] }
                == ["-100.00", "-200.00", "-80.00"])
        let sheet = try sh.report(.position(StatementFilter(to: "2026-12-31")))
        #expect(!sheet.rows.contains { $0[2].plain.contains("ranches") })
        for node in [hz, gz, sh] { #expect(try rows(node) == []) }
        for name in ["hz", "gz", "sh"] { #expect(try network.verify(name).isSound) }
    }

    /// What the other has not heard of is a difference, with who wrote it; it goes when it is booked.
    @Test func whatWasNotBookedIsTold() throws {
        let network = try TestNetwork.company(["gz"], seed: 172)
        let (hz, gz) = (try network["hz"], try network["gz"])
        network.settle()
        network.sever("hz", "gz")
        network.settle()
        let number = try charge(hz, to: "GZ", "100.00")
        let found = try rows(hz)
        #expect(
            found.map { Array($0[0...2]) } == [["due", "\(number) expense/rent", "100.00"]])
        #expect(found[0][3].hasPrefix("GZ has not seen \(number)") && found[0][4] == "Wang")
        network.mend("hz", "gz")
        network.run(milliseconds: 60_000)
        for node in [hz, gz] { #expect(try rows(node) == []) }
        #expect(try gz.balances()["due-to/GZ/HZ"] == "-100.00")
        #expect(try network.verify("gz").isSound)
    }

    @Test func moneyIsOnItsWay() throws {
        let (network, sent) = try TestNetwork.withMoneyOnItsWay(seed: 173)
        let (hz, gz) = (try network["hz"], try network["gz"])
        for node in [hz, gz] {
            let found = try rows(node)
            #expect(
                found.map { Array($0[0...2]) } == [["money on its way", "\(sent) to HZ", "60.00"]])
            #expect(found[0][4] == "Chen")
            #expect(try node.balances()["due-to/GZ/HZ"] == "-40.00")
            #expect(try node.balances()["due-from/HZ/GZ"] == "100.00")
        }
        try hz.perform(
            .between(Details(), .accept(number: sent, through: "bank:main")))
        #expect(
            hz.refusal(.between(Details(), .accept(number: sent, through: "cash")))
                == .alreadyRecorded)
        network.run(milliseconds: 60_000)
        for node in [hz, gz] {
            #expect(try rows(node) == [])
            #expect(try node.balances()["due-from/HZ/GZ"] == "40.00")
            #expect(try node.balances()["bank/HZ/main"] == "60.00")
        }
        for name in ["hz", "gz"] { #expect(try network.verify(name).isSound) }
    }

    @Test func whatIsRefused() throws {
        let network = try TestNetwork.company(["gz"], seed: 174)
        let hz = try network["hz"]
        func refusal(_ act: BetweenAct) -> Refusal.Code? { hz.refusal(.between(Details(), act)) }
        for (act, code) in [
            (
                BetweenAct.charge(to: "XX", account: "expense/rent", amount: "1"),
                Refusal.Code.unknownBranch
            ),
            (.charge(to: "GZ", account: "bank/main", amount: "1"), .badAccount),
            (.charge(to: "GZ", account: "expense/rent", amount: "0"), .notPositive),
            (.charge(to: "GZ", account: "expense/rent", amount: "-1"), .notPositive),
            (.settle(to: "GZ", through: "bank:main", amount: "x"), .badNumber),
            (.accept(number: "GZa-P-2026-000001", through: "cash"), .unknownDocument),
            (.book(number: "GZa-J-2026-000001"), .unknownDocument),
        ] { #expect(refusal(act) == code, "\(act)") }
        // A peer's word alone moves nothing: the amount has to stand in its books.
        let gz = try network["gz"]
        let pair = try #require(BranchPair(BranchCode("HZ")!, BranchCode("GZ")!))
        let number = try #require(DocumentNumber("GZa-J-2026-000009"))
        let note = ChargeNote(
            .charged, to: try #require(BranchCode("HZ")), amount: 5_000, account: "expense/rent",
            person: "Chen", day: try #require(Day("2026-11-18")), memo: nil)
        let engine = gz.engine
        try engine.store.transact {
            _ = try engine.commit(
                [Draft.Part(.betweenMoney(pair), [.append(note.event(number))])], at: gz.now)
            try engine.author?.seal(in: engine.store)
        }
        network.run(milliseconds: 60_000)
        #expect(refusal(.book(number: number.description)) == .unknownDocument)
        #expect(try hz.balances()["due-to/HZ/GZ"] == nil)
        #expect(try network.verify("hz").isSound)
    }
}
