import Testing

@testable import Books
@testable import Engine
@testable import Replica
@testable import Store

/// What is free at every branch, as its node tells everybody.
@Suite struct BoardTests {
    private static let quarter: Int64 = 900_000

    private func company() throws -> TestNetwork {
        let network = try TestNetwork.company(["gz", "sh"], seed: 111)
        let hz = try network["hz"]
        try hz.perform(
            .addItems(
                ["TEA", "CUP"].map { ItemChange(code: $0, name: $0, unit: "pc", price: "9.00") }))
        network.settle()
        return network
    }

    private func receive(_ node: TestNode, _ item: String, _ quantity: String) throws {
        try node.perform(
            .receive(
                Details(), [Line(item: item, quantity: quantity, cost: "2.00")], supplier: "A"))
    }

    private func board(_ node: TestNode) throws -> [[String]] {
        try node.report(.board(item: nil)).rows.map { $0.map(\.plain) }
    }

    private func said(_ node: TestNode) throws -> Int {
        try node.engine.store.events(of: "free/HZ").count
    }

    @Test func everybodyKnowsWhatIsFree() throws {
        let network = try company()
        let (hz, gz, sh) = (try network["hz"], try network["gz"], try network["sh"])
        try hz.perform(.setLocation(LocationChange(name: "broken", status: "damaged")))
        try receive(hz, "TEA", "100")
        try receive(gz, "TEA", "7")
        try hz.perform(.move(Details(), [Line(item: "TEA", quantity: "5")], to: "broken"))
        try hz.perform(.quota(Details(), .grant([Line(item: "TEA", quantity: "20")], to: "GZ")))
        #expect(try board(sh).isEmpty)
        network.run(milliseconds: Self.quarter + 60_000)
        // Neither what is broken nor what is another's to sell.
        for node in [hz, gz, sh] {
            #expect(try board(node) == [["TEA", "TEA", "7", "75"]])
        }
        // The last of a shelf, and a tenth of what was said, are news; a single bag is not.
        let before = try said(sh)
        try hz.perform(.sell(Details(), [Line(item: "TEA", quantity: "1")], tender: "cash"))
        network.run(milliseconds: 2 * Self.quarter)
        #expect(try said(sh) == before && board(sh)[0][3] == "75")
        try gz.perform(.sell(Details(), [Line(item: "TEA", quantity: "7")], tender: "cash"))
        try hz.perform(.sell(Details(), [Line(item: "TEA", quantity: "7")], tender: "cash"))
        network.run(milliseconds: 2 * Self.quarter)
        #expect(try board(sh) == [["TEA", "TEA", "", "67"]])
        #expect(try said(sh) == before + 1)
        // Nothing is said twice: a quiet company writes nothing.
        let entries = try hz.engine.store.extent().entries
        network.run(milliseconds: 8 * Self.quarter)
        #expect(try hz.engine.store.extent().entries == entries)
        for name in ["hz", "gz", "sh"] { #expect(try network.verify(name).isSound) }
    }

    /// Once a day all is told, whatever it changed by.
    @Test func aDayBringsTheRest() throws {
        let network = try company()
        let (hz, sh) = (try network["hz"], try network["sh"])
        try receive(hz, "TEA", "100")
        network.run(milliseconds: 2 * Self.quarter)
        try hz.perform(.sell(Details(), [Line(item: "TEA", quantity: "1")], tender: "cash"))
        network.run(milliseconds: 2 * Self.quarter)
        #expect(try board(sh)[0][2] == "100")
        network.run(milliseconds: 86_400_000)
        // What moves anything wakes it.
        try receive(hz, "CUP", "1")
        network.run(milliseconds: 2 * Self.quarter)
        #expect(try board(sh) == [["CUP", "CUP", "1"], ["TEA", "TEA", "99"]])
    }

    /// Nobody speaks for another's shelf, and on no other scope.
    @Test(arguments: [
        (true, Scope.board, true), (false, .board, false), (true, .catalog, false),
    ])
    func onlyTheHolderSaysIt(isHolder: Bool, scope: Scope, counts: Bool) throws {
        let network = try company()
        let (hz, gz) = (try network["hz"], try network["gz"])
        let code = try #require(BranchCode("HZ"))
        let events = FreeGoods.events(
            code, [try #require(ItemCode("TEA")): 5], person: "Lin",
            day: try #require(Day("2026-11-18")))
        let author = (isHolder ? hz : gz).engine.credentials.node
        let roster = try #require(hz.engine.standing).roster
        let verdict = roster.verdict(
            on: .success(.append(events[0])),
            log: LogName(author: author, incarnation: 1, scope: scope), commit: 1)
        #expect((verdict == .valid) == counts)
        let garbled = Event(
            entity: "free/hz", kind: "said", person: "Lin", effectiveDate: events[0].effectiveDate)
        #expect(
            roster.verdict(
                on: .success(.append(garbled)),
                log: LogName(author: author, incarnation: 1, scope: scope), commit: 1) != .valid)
    }

    @Test func whatIsNews() {
        #expect(FreeGoods.isNews(0, 1) && FreeGoods.isNews(1, 0) && FreeGoods.isNews(-3, 2))
        #expect(FreeGoods.isNews(-3, 0) && FreeGoods.isNews(-3, -2) && !FreeGoods.isNews(-30, -29))
        #expect(FreeGoods.isNews(100, 90) && !FreeGoods.isNews(100, 91))
        #expect(FreeGoods.isNews(.min, .max) && !FreeGoods.isNews(7, 7))
    }
}
