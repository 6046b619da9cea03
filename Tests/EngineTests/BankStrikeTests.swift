import Testing

@testable import Books
@testable import Engine
@testable import Replica
@testable import Sodium
@testable import Store

/// Lines that were read under the wrong bank. The test's day is 18 November.
@Suite struct BankStrikeTests {
    /// HZ has 5.00 at the bank main; the Hotel owes 20.00.
    private func company(seed: UInt64) throws -> TestNetwork {
        let network = try TestNetwork.company(["gz"], seed: seed)
        let hz = try network["hz"]
        try hz.perform(
            .journal(
                Details(date: "2026-10-01"),
                [
                    JournalLine(account: "receivable/Hotel", amount: "20.00"),
                    JournalLine(account: "bank/main", amount: "5.00"),
                    JournalLine(account: "equity/capital", amount: "-25.00"),
                ]))
        network.settle()
        return network
    }

    private let statement = [
        BankRow(date: "2026-11-10", amount: "20.00", text: "Hotel", reference: "77"),
        BankRow(date: "2026-11-10", amount: "-1.50", text: "fee"),
        BankRow(date: "2026-11-10", amount: "-1.50", text: "fee", ordinal: 2),
    ]

    @discardableResult
    private func read(_ node: TestNode, _ bank: String) throws -> Outcome {
        try node.perform(.bank(Details(person: "Wang"), .lines(bank: bank, statement)))
    }

    private func rows(_ node: TestNode, _ bank: String) throws -> [[String]] {
        try node.report(.bankStatement(bank: bank, from: "2026-11-01", to: "2026-11-30")).rows
            .map { $0.map(\.plain) }
    }

    private func names(_ node: TestNode, _ bank: String) throws -> [String] {
        try rows(node, bank).filter { $0[4] != "struck" }.compactMap { $0.last }.filter {
            !$0.isEmpty
        }
    }

    private func strike(_ bank: String, _ lines: [String], _ memo: String? = "wrong bank")
        -> Command
    {
        .bank(Details(person: "Li", memo: memo), .strike(bank: bank, lines: lines))
    }

    private func differences(_ node: TestNode) throws -> [String] {
        try node.report(.reconcile(branch: nil)).rows.filter { $0[0].plain == "bank" }.map {
            $0[1].plain
        }
    }

    @Test func whatWasReadUnderTheWrongBankIsStruck() throws {
        let network = try company(seed: 300)
        let (hz, gz) = (try network["hz"], try network["gz"])
        // A bank that nobody used before is a slip, as often as not.
        let told = try read(hz, "giro")
        #expect(told.notices.contains { $0.contains("never used before; there are main") })
        let lines = try names(hz, "giro")
        #expect(Set(lines).count == 3)
        #expect(try differences(hz).count == 3)
        #expect(hz.refusal(strike("giro", lines, nil)) == .badOption)
        #expect(hz.refusal(strike("giro", ["00000000"])) == .unknownDocument)
        #expect(hz.refusal(strike("main", lines)) == .unknownDocument)
        #expect(hz.refusal(strike("giro", [lines[0], lines[0]])) == .badOption)
        #expect(hz.refusal(strike("giro", [])) == .tooManyLines)
        try hz.perform(strike("giro", lines))
        network.settle()
        for node in [hz, gz] { #expect(try differences(node) == []) }
        #expect(try rows(hz, "giro").map { $0[4] } == ["struck", "struck", "struck"])
        #expect(try rows(hz, "giro").allSatisfy { $0[5] == "by Li on 2026-11-18: wrong bank" })
        guard case .refused(let nothing) = hz.ask(.bookBank(Details(), bank: "giro")) else {
            Issue.record("a struck line was booked")
            return
        }
        #expect(nothing.code == .nothingChanges)
        #expect(hz.refusal(strike("giro", lines)) == .unknownDocument)
        // The same file under the right bank; and under the wrong one once more.
        try read(hz, "main")
        #expect(try rows(hz, "main").map { $0[4] }.sorted() == ["name", "unknown", "unknown"])
        try read(hz, "giro")
        #expect(try names(hz, "giro").count == 3)
        #expect(hz.refusal(.bank(Details(), .lines(bank: "giro", statement))) == .nothingChanges)
        try hz.perform(strike("giro", try names(hz, "giro"), "again"))
        #expect(try rows(hz, "giro").allSatisfy { $0[5].hasSuffix("again") })
        network.settle()
        #expect(try network.verify("gz").isSound)
    }

    /// A document was booked from it: that is taken back first.
    @Test func aLineThatIsBookedIsNotStruck() throws {
        let network = try company(seed: 301)
        let hz = try network["hz"]
        try read(hz, "main")
        let line = try #require(try rows(hz, "main").first { $0[1] == "Hotel" }?.last)
        guard case .outcomes(let booked) = hz.ask(.bookBank(Details(), bank: "main")),
            case .done(let paid)? = booked.first
        else {
            Issue.record("not booked")
            return
        }
        #expect(hz.refusal(strike("main", [line])) == .notReversible)
        try hz.perform(.reverse(Details(), number: paid.subject))
        try hz.perform(strike("main", [line]))
        #expect(try rows(hz, "main").map { $0[4] } == ["unknown", "unknown", "struck"])
    }

    /// One strikes a line and reads it anew, the other, cut off, books it and strikes a second one: all nodes agree, and a
    /// payment of what was struck is named.
    @Test func whoStrikesAndWhoBooksBesideEachOtherAgree() throws {
        let network = try company(seed: 302)
        let hz = try network["hz"]
        let office = try network.joinOffice(seed: 309)
        network.settle()
        try read(hz, "main")
        network.run(milliseconds: 120_000)
        let lines = try rows(hz, "main")
        let hotel = try #require(lines.first { $0[1] == "Hotel" }?.last)
        let fees = lines.filter { $0[1] == "fee" }.compactMap(\.last)
        for name in ["hz", "gz"] { network.sever("office", name) }
        network.settle()
        try hz.perform(strike("main", [hotel, fees[0]]))
        try hz.perform(
            .bank(Details(), .lines(bank: "main", [statement[1], statement[2]])))
        guard case .outcomes(let booked) = office.ask(.bookBank(Details(), bank: "main")),
            case .done(let paid)? = booked.first
        else {
            Issue.record("not booked: \(office.ask(.bookBank(Details(), bank: "main")))")
            return
        }
        try office.perform(strike("main", [fees[0], fees[1]], "of another company"))
        for name in ["hz", "gz"] { network.mend("office", name) }
        network.run(milliseconds: 200_000)
        let first = try rows(hz, "main")
        // The fee that HZ read anew stands; the other one that both knew is struck.
        #expect(
            first.map { $0[4] }.sorted() == ["not on the statement", "struck", "struck", "unknown"])
        #expect(try rows(office, "main") == first)
        for node in [hz, office, try network["gz"]] {
            let told = try differences(node)
            #expect(told.contains { $0.hasPrefix(paid.subject) }, "\(told)")
            #expect(told.count == 2)
        }
        // Read again, the line has its payment.
        try hz.perform(.bank(Details(), .lines(bank: "main", [statement[0]])))
        network.settle()
        for node in [hz, office] {
            #expect(try rows(node, "main").first { $0[1] == "Hotel" }?[4] == "booked")
            #expect(try differences(node).count == 1)
        }
        for name in ["hz", "gz"] { #expect(try network.verify(name).isSound) }
    }

    /// In whatever order lines and strikes are heard, and whatever a peer says of rounds.
    @Test(arguments: 1...50) func linesAreFreeOfOrder(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let day = try #require(Day("2026-11-10"))
        let bank = try #require(Account("bank/HZ/main"))
        let lines = (0..<3).map {
            BankLine(key: "k", day: day, amount: 100, text: "a", round: $0)
        }
        var events = lines.map { $0.event(bank, person: "A") }
        events += lines.prefix(2).flatMap { line in
            ["B", "C"].map { line.strike(bank, reason: "r", person: $0, on: day) }
        }
        let far = Event(
            entity: events[0].entity, kind: "line", person: "Eve", effectiveDate: day,
            fields: [
                .init("key", .text("k")), .init("amount", .integer(999)), .init("text", .text("")),
                .init("round", .integer(.max)),
            ])
        let shuffled = (events + [far]).shuffled(using: &random)
        #expect(BankLine.lines(shuffled) == [lines[2]], "seed \(seed)")
        #expect(BankLine.struck(shuffled).isEmpty)
        let all = shuffled + [lines[2].strike(bank, reason: "r", person: "A", on: day)]
        #expect(BankLine.lines(all).isEmpty && BankLine.struck(all).map(\.line) == [lines[2]])
        #expect(BankLine.currencies(all).isEmpty)
    }
}
