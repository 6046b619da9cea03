import GRDB
import Testing

@testable import Books
@testable import Engine
@testable import Replica
@testable import Sodium
@testable import Store

/// Two nodes of one branch take one document back beside each other. The test's day is 18 November.
@Suite struct ReversedTwiceTests {
    private struct Shop {
        let network: TestNetwork
        let hz: TestNode
        let office: TestNode
        let gz: TestNode

        func cut() {
            for name in ["hz", "gz"] { network.sever("office", name) }
            network.settle()
        }

        func mend() {
            for name in ["hz", "gz"] { network.mend("office", name) }
            network.run(milliseconds: 200_000)
        }

        var nodes: [TestNode] { [hz, office, gz] }
    }

    private func shop(seed: UInt64) throws -> Shop {
        let network = try TestNetwork.withTea(["gz"], seed: seed, "10", on: "2026-11-02")
        let hz = try network["hz"]
        network.settle()
        let office = try network.joinOffice(seed: seed + 3)
        network.settle()
        return Shop(network: network, hz: hz, office: office, gz: try network["gz"])
    }

    private func reverse(
        _ node: TestNode, _ number: String, _ person: String = "Wang"
    ) throws -> String {
        try node.perform(.reverse(Details(person: person), number: number)).subject
    }

    private func pay(_ node: TestNode) throws -> String {
        try node.perform(
            .pay(
                Details(),
                Payment(
                    direction: .received, party: "Hotel", amount: "40.00", through: "bank:main"))
        ).subject
    }

    /// As a copy of its node would: nobody else moves the goods of a branch.
    private func reverseAgain(_ node: TestNode, _ number: String, as other: String) throws {
        let target = try #require(DocumentNumber(number))
        let written = try node.engine.store.transactions(of: target)
        let header = DocumentHeader(
            kind: .reversal, number: DocumentNumber(other),
            effectiveDate: try #require(Day("2026-11-18")), person: "Zhao",
            link: DocumentLink(.reverses, target))
        let parts = try written.map { transaction in
            let home = try #require(transaction.postings.lazy.compactMap(\.account.home).first)
            return Draft.Part(
                home,
                [
                    .post(
                        try Transaction(
                            header,
                            transaction.postings.map {
                                Posting($0.account, $0.commodity, -$0.amount, item: $0.item)
                            }))
                ])
        }
        try node.engine.store.transact {
            _ = try node.engine.commit(parts, at: node.now)
            try node.engine.author?.seal(in: node.engine.store)
        }
    }

    private func rows(_ node: TestNode) throws -> [[String]] {
        try node.report(.reconcile(branch: nil)).rows.map { $0.map(\.plain) }
    }

    private func stock(_ node: TestNode) throws -> String? {
        try node.report(.stock(branch: "HZ", item: "TEA", limit: 10)).rows.first?[3].plain
    }

    /// The example of `docs/money.md`: a payment of 40.00, taken back by the shop and by its office.
    @Test func theSecondReversalIsFoundAndTakenBack() throws {
        let shop = try shop(seed: 1_100)
        let (hz, office) = (shop.hz, shop.office)
        let before = try hz.balances()
        let payment = try pay(hz)
        shop.network.settle()
        shop.cut()
        let first = try reverse(hz, payment, "Li")
        let second = try reverse(office, payment, "Zhao")
        shop.mend()
        for node in shop.nodes {
            let found = try rows(node).filter { $0[0] == "reversed twice" }
            #expect(found.map { $0[1] } == ["\(payment) by \(first) and \(second)"])
            #expect(found[0][3] == "Li and Zhao took it back beside each other")
            #expect(found[0][4] == "Zhao" && found[0][6] == "at HZ `branchbook reverse \(second)`")
            #expect(try node.balances()["bank/HZ/main"] == "-40.00")
        }
        // The first one holds, whoever is asked.
        #expect(hz.refusal(.reverse(Details(), number: first)) == .notReversible)
        #expect(hz.refusal(.reverse(Details(), number: payment)) == .alreadyReversed)
        let third = try reverse(hz, second)
        shop.network.run(milliseconds: 200_000)
        for node in shop.nodes {
            #expect(try rows(node) == [])
            #expect(try node.balances() == before)
        }
        for number in [first, third] {
            #expect(hz.refusal(.reverse(Details(), number: number)) == .notReversible)
        }
        #expect(hz.refusal(.reverse(Details(), number: second)) == .notReversible)
        #expect(try shop.network.digests().count == 1)
        for name in ["hz", "office", "gz"] { #expect(try shop.network.verify(name).isSound) }
    }

    /// Both settle it beside each other: the same reversal is taken back twice, and that is found as well.
    @Test func whatIsSettledTwiceIsFoundAgain() throws {
        let shop = try shop(seed: 1_110)
        let (hz, office) = (shop.hz, shop.office)
        let payment = try pay(hz)
        shop.network.settle()
        let before = try hz.balances()
        #expect(before["bank/HZ/main"] == "40.00")
        shop.cut()
        _ = try reverse(hz, payment)
        let second = try reverse(office, payment)
        shop.mend()
        shop.cut()
        let third = try reverse(hz, second)
        let fourth = try reverse(office, second)
        shop.mend()
        for node in shop.nodes {
            #expect(
                try rows(node).filter { $0[0] == "reversed twice" }.map { $0[1] }
                    == ["\(second) by \(third) and \(fourth)"])
            #expect(try node.balances()["bank/HZ/main"] == "40.00")
        }
        _ = try reverse(office, fourth)
        shop.network.run(milliseconds: 200_000)
        for node in shop.nodes {
            #expect(try rows(node) == [])
            #expect(try node.balances()["bank/HZ/main"] == nil)
            #expect(try node.balances()["receivable/HZ/Hotel"] == nil)
            let open = try node.report(.openItems(.receivable, party: nil, branch: nil))
            #expect(open.rows.isEmpty, "\(open.rows)")
        }
        for name in ["hz", "office", "gz"] { #expect(try shop.network.verify(name).isSound) }
    }

    /// Goods that a copy of their node took back as well: what they cost, and what was bought, are counted once.
    @Test(arguments: [false, true])
    func goodsCostWhatTheyCost(copyFirst: Bool) throws {
        let shop = try shop(seed: 1_120)
        let hz = shop.hz
        let receipt = try hz.perform(
            .receive(
                Details(date: "2026-11-03"), [Line(item: "TEA", quantity: "5", cost: "3.00")],
                supplier: "Mill")
        ).subject
        let second = "HZa-X-2026-000002"
        if copyFirst {
            try reverseAgain(hz, receipt, as: second)
            #expect(hz.refusal(.reverse(Details(), number: receipt)) == .alreadyReversed)
            try reverseAgain(hz, receipt, as: "HZa-X-2026-000001")
        } else {
            _ = try reverse(hz, receipt)
            try reverseAgain(hz, receipt, as: second)
        }
        try hz.perform(.sell(Details(), [Line(item: "TEA", quantity: "4")], tender: "cash"))
        shop.network.run(milliseconds: 200_000)
        #expect(try rows(hz).contains { $0[0] == "reversed twice" })
        _ = try reverse(hz, second)
        shop.network.run(milliseconds: 200_000)
        for node in shop.nodes {
            #expect(try node.balances()["inventory/HZ"] == "12.00")
            #expect(try node.balances()["cost-of-sales/HZ"] == "8.00")
            #expect(try node.balances()["payable/HZ/Mill"] == "-20.00")
            #expect(try node.balances()["variance/HZ"] == nil)
            #expect(try stock(node) == "6")
            #expect(try rows(node).filter { $0[0] == "reversed twice" } == [])
            let bought = try node.report(
                .purchases(branch: "HZ", from: "2026-11-01", to: "2026-11-30")
            ).rows.map { $0.map(\.plain) }.filter { $0.contains("TEA") }
            #expect(bought.count == 1 && bought[0].contains("20.00"), "\(bought)")
        }
        for name in ["hz", "office", "gz"] { #expect(try shop.network.verify(name).isSound) }
    }

    /// A reversal that nobody repeated is final, and a second one of a stocktake is told.
    @Test func aReversalIsFinal() throws {
        let shop = try shop(seed: 1_130)
        let sale = try shop.hz.perform(
            .sell(Details(), [Line(item: "TEA", quantity: "1")], tender: "cash")
        ).subject
        let only = try reverse(shop.hz, sale)
        #expect(shop.hz.refusal(.reverse(Details(), number: only)) == .notReversible)
        #expect(try rows(shop.hz) == [])
    }

    /// From a million on numbers have seven digits: the first gap is where it is.
    @Test func theFirstGapIsNamedBeyondAMillion() throws {
        let node = try TestNode.founder(seed: 1_140)
        try node.engine.store.access { db in
            try db.execute(
                sql: """
                    WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 100001)
                    INSERT INTO document (log, seq, op, kind, number, day, person, time)
                    SELECT 999, x, 0, :kind, printf('HZa-S-2026-%06d', x), 20000, 'Li', 1 FROM n;
                    """, arguments: ["kind": DocumentKind.sale.rawValue])
            try db.execute(
                sql: """
                    INSERT INTO document (log, seq, op, kind, number, day, person, time)
                    VALUES (999, 1000000, 0, :kind, 'HZa-S-2026-1000000', 20000, 'Li', 1)
                    """, arguments: ["kind": DocumentKind.sale.rawValue])
            try db.execute(
                sql: "INSERT OR REPLACE INTO counter VALUES ('HZa', :kind, 2026, 1000000)",
                arguments: ["kind": DocumentKind.sale.rawValue])
        }
        let gaps = try node.engine.store.numberGaps()
        #expect(gaps.map(\.first.description) == ["HZa-S-2026-100002"])
        #expect(gaps.map(\.count) == [899_998])
    }

    /// A match is shown like any other document, to who may see its account.
    @Test func aMatchIsShown() throws {
        let shop = try shop(seed: 1_150)
        let hz = shop.hz
        let sale = try hz.perform(
            .sell(
                Details(party: "Hotel"), [Line(item: "TEA", quantity: "2")], tender: "credit")
        ).subject
        let payment = try hz.perform(
            .pay(
                Details(),
                Payment(
                    direction: .received, party: "Hotel", amount: "20.34", through: "cash"))
        ).subject
        let match = try hz.perform(
            .match(
                Details(person: "Wang"),
                .set(
                    .receivable, party: "Hotel",
                    [MatchPart(document: payment), MatchPart(document: sale)]))
        ).subject
        shop.network.settle()
        for node in [hz, shop.gz] {
            let page = try node.report(.document(number: match))
            #expect(
                page.rows.map { $0.map(\.plain) } == [
                    ["receivable/HZ/Hotel", sale, "20.34"],
                    ["receivable/HZ/Hotel", payment, "-20.34"],
                ])
            #expect(page.facts.first { $0.key == "state" }?.value.plain == "standing")
            #expect(page.facts.first { $0.key == "person" }?.value.plain == "Wang")
        }
        try hz.perform(.match(Details(person: "Li"), .undo(number: match)))
        let page = try hz.report(.document(number: match))
        #expect(page.facts.first { $0.key == "state" }?.value.plain == "undone")
        #expect(page.notes.contains("Li undid it."))
        #expect(throws: Refusal.self) {
            try hz.report(.document(number: "HZa-N-2026-000099"))
        }
    }
}
