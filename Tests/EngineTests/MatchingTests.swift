import Testing

@testable import Books
@testable import Engine
@testable import Replica
@testable import Sodium
@testable import Store

/// What settles what: proposed, confirmed, undone, and said at two nodes beside each other.
@Suite struct MatchingTests {
    /// HZ and GZ; the Hotel has 30 days, and bought at HZ for 20.34 on the 1st, 10.17 on the 5th and 10.17 on the 9th.
    private func company(seed: UInt64) throws -> TestNetwork {
        let network = try TestNetwork.withTea(["gz"], seed: seed, "10")
        let hz = try network["hz"]
        try hz.perform(.setParty(PartyChange(name: "Hotel", terms: "30")))
        for (date, quantity) in [("2026-11-01", "2"), ("2026-11-05", "1"), ("2026-11-09", "1")] {
            try sell(hz, quantity, date)
        }
        network.settle()
        return network
    }

    @discardableResult
    private func sell(_ node: TestNode, _ quantity: String, _ date: String) throws -> String {
        try node.perform(
            .sell(
                Details(date: date, party: "Hotel"), [Line(item: "TEA", quantity: quantity)],
                tender: "credit")
        ).subject
    }

    @discardableResult
    private func pay(
        _ node: TestNode, _ amount: String, memo: String? = nil, settles: [String] = []
    ) throws -> String {
        try node.perform(
            .pay(
                Details(date: "2026-11-15", memo: memo),
                Payment(
                    direction: .received, party: "Hotel", amount: amount, through: "cash",
                    settles: settles))
        ).subject
    }

    private func open(_ node: TestNode) throws -> [String: String] {
        var found: [String: String] = [:]
        for row in try node.report(.openItems(.receivable, party: "Hotel", branch: nil)).rows {
            found[row[3].plain] = row[6].plain
        }
        return found
    }

    private func proposals(_ node: TestNode) throws -> [[String]] {
        try node.report(.matchProposals(.receivable, party: "Hotel")).rows.map {
            $0[1...4].map(\.plain)
        }
    }

    private static func sale(_ number: Int) -> String { "HZa-S-2026-00000\(number)" }

    @Test func whatIsPaidSettlesWhatItNames() throws {
        let network = try company(seed: 180)
        let hz = try network["hz"]
        // Without the word of anybody the oldest would be settled.
        let first = try pay(hz, "10.17", settles: [Self.sale(3)])
        #expect(try open(hz) == [Self.sale(1): "20.34", Self.sale(2): "10.17"])
        // In part, then all of it and the next.
        try pay(hz, "0.34", settles: [Self.sale(1)])
        try pay(hz, "25.00", settles: [Self.sale(1), Self.sale(2)])
        #expect(try open(hz) == [Self.sale(2): "5.17"])
        #expect(
            hz.refusal(
                .pay(
                    Details(),
                    Payment(
                        direction: .received, party: "Hotel", amount: "1.00", through: "cash",
                        settles: [Self.sale(3)]))) == .unknownDocument)
        let ageing = try hz.report(.ageing(AgeingFilter(of: "receivable", asAt: "2026-12-06")))
        #expect(ageing.rows[0].map(\.plain)[2...4] == ["5.17", "", "5.17"])
        // A payment that is taken back settles nothing any more; the match says so.
        try hz.perform(.reverse(Details(), number: first))
        #expect(try open(hz) == [Self.sale(2): "5.17", Self.sale(3): "10.17"])
        let differences = try hz.report(.reconcile(branch: nil)).rows.filter {
            $0[0].plain == "match"
        }
        #expect(differences.count == 1 && differences[0][6].plain.contains("HZa-N-2026-000001"))
        try hz.perform(.match(Details(), .undo(number: "HZa-N-2026-000001")))
        #expect(try !hz.report(.reconcile(branch: nil)).rows.contains { $0[0].plain == "match" })
        network.settle()
        #expect(try open(network["gz"]) == open(hz))
        #expect(try network.verify("gz").isSound)
    }

    @Test func whatMaySettleWhatIsProposed() throws {
        let network = try company(seed: 181)
        let hz = try network["hz"]
        let named = try pay(hz, "5.00", memo: "for \(Self.sale(3)), first part")
        let equal = try pay(hz, "10.17")
        let sum = try pay(hz, "25.51")
        #expect(
            try proposals(hz) == [
                ["reference", named, "\(Self.sale(3))=5.00", "5.00"],
                ["equal", equal, Self.sale(2), "10.17"],
                ["sum", sum, "\(Self.sale(1)) \(Self.sale(3))=5.17", "25.51"],
            ])
        try hz.perform(.match(Details(), .confirm(.receivable, party: "Hotel", how: [.reference])))
        #expect(try open(hz)[Self.sale(3)] == "5.17")
        #expect(try proposals(hz).map { $0[0] } == ["equal", "sum"])
        let all = try hz.perform(.match(Details(), .confirm(.receivable, party: "Hotel", how: [])))
        #expect(all.total == "35.68")
        #expect(try open(hz) == [:])
        #expect(try proposals(hz) == [])
        #expect(
            hz.refusal(.match(Details(), .confirm(.receivable, party: "Hotel", how: [])))
                == .emptyDocument)
        // Numbers have no gap.
        #expect(
            try !hz.report(.reconcile(branch: nil)).rows.contains { $0[0].plain.hasPrefix("gap") })
        #expect(try network.verify("hz").isSound)
    }

    @Test func theOldestGoesAsFarAsItGoes() throws {
        let network = try company(seed: 182)
        let hz = try network["hz"]
        let paid = try pay(hz, "22.00")
        #expect(
            try proposals(hz) == [
                ["oldest", paid, "\(Self.sale(1)) \(Self.sale(2))=1.66", "22.00"]
            ])
        // What a person names is cut to what was paid, from the end.
        let match = try hz.perform(
            .match(
                Details(person: "Wang"),
                .set(
                    .receivable, party: "Hotel",
                    [
                        MatchPart(document: paid), MatchPart(document: Self.sale(3)),
                        MatchPart(document: Self.sale(1), amount: "12.00"),
                    ])))
        #expect(match.total == "22.00")
        #expect(
            try open(hz)
                == [Self.sale(1): "8.51", Self.sale(2): "10.17"])
        try hz.perform(.match(Details(), .undo(number: match.subject)))
        #expect(try open(hz)[paid] == "-22.00")
        #expect(hz.refusal(.match(Details(), .undo(number: match.subject))) == .alreadyReversed)
        for (parts, code) in [
            ([MatchPart(document: Self.sale(1))], Refusal.Code.badOption),
            ([MatchPart(document: Self.sale(1)), MatchPart(document: Self.sale(2))], .unbalanced),
            ([MatchPart(document: paid), MatchPart(document: Self.sale(9))], .unknownDocument),
            ([MatchPart(document: paid), MatchPart(document: paid)], .badOption),
            (
                [MatchPart(document: paid), MatchPart(document: Self.sale(2), amount: "99")],
                .notEnough
            ),
        ] {
            #expect(
                hz.refusal(.match(Details(), .set(.receivable, party: "Hotel", parts))) == code)
        }
        network.settle()
        let gz = try network["gz"]
        #expect(
            gz.refusal(.match(Details(), .undo(number: match.subject))) == .notForThisBranch)
    }

    /// A return settles what is left of its sale.
    @Test func goodsThatComeBackSettleTheirSale() throws {
        let network = try company(seed: 183)
        let hz = try network["hz"]
        let back = try hz.perform(
            .giveBack(
                Details(party: "Hotel"), [Line(item: "TEA", quantity: "1")], sale: Self.sale(1),
                tender: "credit")
        ).subject
        #expect(try open(hz)[Self.sale(1)] == "10.17" && open(hz)[back] == nil)
        try pay(hz, "10.17", settles: [Self.sale(1)])
        #expect(try open(hz) == [Self.sale(2): "10.17", Self.sale(3): "10.17"])
    }

    /// Two nodes of one branch that settle the same sale with two payments: one holds, everywhere the same, and the
    /// other is named.
    @Test func twoMatchesBesideEachOther() throws {
        let network = try company(seed: 184)
        let hz = try network["hz"]
        let office = try network.joinOffice(seed: 234)
        for other in ["office", "gz"] { network.sever("hz", other) }
        network.settle()
        try pay(hz, "10.17", settles: [Self.sale(2)])
        let second = try pay(office, "10.17", settles: [Self.sale(2)])
        for other in ["office", "gz"] { network.mend("hz", other) }
        network.run(milliseconds: 120_000)
        for name in ["hz", "office", "gz"] {
            let node = try network[name]
            #expect(
                try open(node) == [
                    Self.sale(1): "20.34", Self.sale(3): "10.17", second: "-10.17",
                ])
            let rows = try node.report(.reconcile(branch: nil)).rows.filter {
                $0[0].plain == "match"
            }
            #expect(rows.map { $0[1].plain } == ["HZb-N-2026-000001 on receivable/HZ/Hotel"])
            #expect(try network.verify(name).isSound)
        }
        #expect(try network.digests().count == 1)
    }

    /// What a supplier is owed; and what is said of it where only trade is read counts for nothing.
    @Test func suppliersAreMatchedWhereMoneyIsWritten() throws {
        let network = try company(seed: 185)
        let hz = try network["hz"]
        let paid = try hz.perform(
            .pay(
                Details(),
                Payment(direction: .paid, party: "Mill", amount: "15.00", through: "bank:main"))
        ).subject
        func open() throws -> [[String]] {
            try hz.report(.openItems(.payable, party: nil, branch: "HZ")).rows.map {
                [$0[3].plain, $0[6].plain]
            }
        }
        #expect(try open() == [["HZa-G-2026-000001", "20.00"], [paid, "-15.00"]])
        let account = try #require(Account("payable/HZ/Mill"))
        let number = try #require(DocumentNumber("HZa-N-2026-000001"))
        let lines = [
            Match.Line(try #require(DocumentNumber("HZa-G-2026-000001")), -1_500),
            Match.Line(try #require(DocumentNumber(paid)), 1_500),
        ]
        let event = Match.event(
            number, account: account, lines, person: "Eve", day: try #require(Day("2026-11-18")))
        let engine = hz.engine
        try engine.store.transact {
            _ = try engine.commit(
                [Draft.Part(.trade(try #require(BranchCode("HZ"))), [.append(event)])], at: hz.now)
            try engine.author?.seal(in: engine.store)
        }
        #expect(try open().count == 2)
        try hz.perform(.match(Details(), .confirm(.payable, party: "Mill", how: [.oldest])))
        #expect(try open() == [["HZa-G-2026-000001", "5.00"]])
    }

    @Test func aPartyIsSentItsAccount() throws {
        let network = try company(seed: 186)
        let hz = try network["hz"]
        try pay(hz, "20.34", settles: [Self.sale(1)])
        let report = try hz.report(
            .partyStatement(
                .receivable, party: "Hotel", branch: nil, from: "2026-11-05", to: "2026-11-30"))
        #expect(
            report.rows.map { [$0[2], $0[4], $0[5], $0[6], $0[7], $0[8]].map(\.plain) } == [
                [Self.sale(2), "2026-12-05", "10.17", "", "10.17", "30.51"],
                [Self.sale(3), "2026-12-09", "10.17", "", "10.17", "40.68"],
                ["HZa-P-2026-000001", "", "", "20.34", "", "20.34"],
            ])
        let facts = report.facts.reduce(into: [:]) { $0[$1.key] = $1.value.plain }
        #expect(facts["opening"] == "20.34" && facts["closing"] == "20.34")
        #expect(facts["overdue"] == "0.00")
    }

    /// A limit that is split is given by each branch alone, line or no line.
    @Test func aLimitIsSplit() throws {
        let network = try company(seed: 187)
        let (hz, gz) = (try network["hz"], try network["gz"])
        let change = PartyChange(
            name: "Hotel", creditLimit: "80.00", creditShares: ["HZ": "55.00", "GZ": "25.00"])
        try hz.perform(.setParty(change))
        network.settle()
        for shares in [["GZ": "25.01"], ["XX": "1"], ["GZ": "-1"]] {
            #expect(
                [.creditLimit, .unknownBranch, .notPositive].contains(
                    hz.refusal(.setParty(PartyChange(name: "Hotel", creditShares: shares)))))
        }
        #expect(
            hz.refusal(.setParty(PartyChange(name: "Hotel", creditLimit: "79.99"))) == .creditLimit)
        network.sever("hz", "gz")
        network.settle()
        try sell(gz, "2", "2026-11-18")
        for node in [hz, gz] {
            #expect(
                node.refusal(
                    .sell(
                        Details(party: "Hotel"), [Line(item: "TEA", quantity: "2")],
                        tender: "credit")) == .creditLimit)
        }
        try sell(hz, "1", "2026-11-18")
    }

    /// What is owed in another currency counts towards a share as well.
    @Test func aShareCountsOtherCurrencies() throws {
        let network = try company(seed: 188)
        let hz = try network["hz"]
        try hz.perform(.setRate(currency: "USD", rate: "7.2", from: "2026-11-01"))
        try hz.perform(
            .setParty(
                PartyChange(
                    name: "Acme", creditLimit: "100.00", creditShares: ["HZ": "100.00"])))
        let sale = Command.sell(
            Details(party: "Acme", currency: "USD"),
            [Line(item: "TEA", quantity: "1", price: "8.00")], tender: "credit")
        try hz.perform(sale)
        #expect(hz.refusal(sale) == .creditLimit)
    }

    /// What was sent goes on from where it ended: a reversal stands in the month in which it was made.
    @Test func statementsFollowFromEachOther() throws {
        let network = try company(seed: 189)
        let hz = try network["hz"]
        func statement(_ from: String, _ to: String) throws -> (String, String, [String]) {
            let report = try hz.report(
                .partyStatement(.receivable, party: "Hotel", branch: nil, from: from, to: to))
            let facts = report.facts.reduce(into: [:]) { $0[$1.key] = $1.value.plain }
            return (facts["opening"] ?? "", facts["closing"] ?? "", report.rows.map { $0[2].plain })
        }
        let before = try statement("2026-11-01", "2026-11-08")
        #expect(before.1 == "30.51")
        try hz.perform(.reverse(Details(date: "2026-11-10"), number: Self.sale(1)))
        #expect(try statement("2026-11-01", "2026-11-08").1 == before.1)
        let after = try statement("2026-11-09", "2026-11-30")
        #expect(after.0 == before.1 && after.1 == "20.34")
        #expect(after.2 == [Self.sale(3), "HZa-X-2026-000001"])
    }

    /// Whatever a peer may write is read: a field's name as long as the wire allows stops no node.
    @Test func longNamesStopNobody() throws {
        let network = try company(seed: 230)
        let hz = try network["hz"]
        let day = try #require(Day("2026-11-18"))
        let events = [
            "match/HZa-N-2026-000009", "invoice/HZa-I-2026-000009", "clearing/HZa-P-2026-000009",
        ]
        .map {
            Event(
                entity: $0, kind: "opened", person: "Eve", effectiveDate: day,
                fields: [.init(String(repeating: "x", count: 256), .integer(1))])
        }
        let engine = hz.engine
        try engine.store.transact {
            _ = try engine.commit(
                [
                    Draft.Part(
                        .trade(try #require(BranchCode("HZ"))), events.map { .append($0) })
                ], at: hz.now)
            try engine.author?.seal(in: engine.store)
        }
        network.run(milliseconds: 60_000)
        for name in ["hz", "gz"] {
            let node = try network[name]
            #expect(try node.report(.reconcile(branch: nil)).rows.isEmpty == false)
            #expect(try open(node).count == 3)
            #expect(try network.verify(name).isSound)
        }
    }

    /// Random accounts: whatever is matched, what is open sums to the balance, and the order of facts changes nothing.
    @Test(arguments: 1...200) func foldsAreFreeOfOrder(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let series = try #require(Series("HZa"))
        let account = try #require(Account("receivable/HZ/A"))
        func number(_ kind: DocumentKind, _ running: Int) -> DocumentNumber {
            DocumentNumber(series: series, kind: kind, year: 2026, running: UInt64(running))
        }
        let day = try #require(Day("2026-11-01"))
        var lines: [OpenItem.Line] = []
        for place in 1...Int.random(in: 2...12, using: &random) {
            let isSale = Bool.random(using: &random)
            let amount = Int128(Int.random(in: 1...500, using: &random))
            lines.append(
                OpenItem.Line(
                    number: number(isSale ? .sale : .payment, place),
                    day: Day(number: day.number + Int32.random(in: 0...20, using: &random)),
                    amount: isSale ? amount : -amount,
                    link: !isSale && Bool.random(using: &random)
                        ? DocumentLink(
                            Bool.random(using: &random) ? .returns : .reverses,
                            number(.sale, Int.random(in: 1...12, using: &random))) : nil))
        }
        var matches: [Match] = []
        for place in 1...4 {
            let amount = Int64.random(in: 1...300, using: &random)
            let parts = [
                Match.Line(number(.sale, Int.random(in: 1...12, using: &random)), amount),
                Match.Line(number(.payment, Int.random(in: 1...12, using: &random)), -amount),
            ]
            let event = Match.event(
                number(.match, place), account: account, parts, person: "A", day: day)
            matches.append(try #require(Match(number(.match, place), [event])))
        }
        let items = OpenItems(lines, matches)
        #expect(
            items.items.reduce(Int128(0)) { $0 + $1.open }
                == lines.reduce(Int128(0)) { $0 + $1.amount }, "seed \(seed)")
        #expect(
            items.items.allSatisfy {
                $0.open == 0 || $0.open.signum() == $0.amount.signum()
            }, "seed \(seed)")
        let again = OpenItems(lines.shuffled(using: &random), matches.shuffled(using: &random))
        #expect(again.items == items.items && again.unfit == items.unfit, "seed \(seed)")
        // Proposals ask for no more than is open.
        let proposed = MatchProposal.all(items, .receivable)
        var taken: [DocumentNumber: Int128] = [:]
        for line in proposed.flatMap(\.lines) {
            taken[line.document, default: 0] += Int128(line.amount)
        }
        for (document, amount) in taken {
            #expect((items[document]?.open.magnitude ?? 0) >= amount.magnitude, "seed \(seed)")
        }
        #expect(proposed.allSatisfy { $0.lines.reduce(Int128(0)) { $0 + Int128($1.amount) } == 0 })
    }
}
