import GRDB
import Testing

@testable import Books
@testable import Engine
@testable import Replica
@testable import Sodium
@testable import Store

/// One page on which everything stands that should agree and does not; empty where all is well.
@Suite struct ReconcileTests {
    /// Ten teas at 2.00 at HZ, four of them taken up by GZ.
    private func company(seed: UInt64) throws -> (TestNetwork, hz: TestNode, gz: TestNode) {
        let network = try TestNetwork.company(["gz"], seed: seed)
        let (hz, gz) = (try network["hz"], try network["gz"])
        try hz.perform(
            .addItems([ItemChange(code: "TEA", name: "Tea", price: "9.00", tax: "13")]))
        try hz.perform(.receive(Details(), tea("10", cost: "2.00"), supplier: "ACME"))
        let shipment = try hz.perform(.ship(Details(person: "Li"), tea("4"), to: "GZ")).subject
        network.settle()
        try gz.perform(.arrive(Details(), [], shipment: shipment))
        network.run(milliseconds: 120_000)
        return (network, hz, gz)
    }

    private func tea(_ quantity: String, cost: String? = nil) -> [Line] {
        [Line(item: "TEA", quantity: quantity, cost: cost)]
    }

    private func rows(_ node: TestNode, _ branch: String? = nil) throws -> [[String]] {
        try node.report(.reconcile(branch: branch)).rows.map { $0.map(\.plain) }
    }

    @Test func itIsEmptyWhereAllIsWell() throws {
        let (network, hz, gz) = try company(seed: 160)
        try gz.perform(.sell(Details(), tea("1"), tender: "cash"))
        try hz.perform(
            .pay(
                Details(),
                Payment(direction: .paid, party: "ACME", amount: "20.00", through: "bank:main")))
        network.run(milliseconds: 120_000)
        for node in [hz, gz] {
            let report = try node.report(.reconcile(branch: nil))
            #expect(report.rows.isEmpty && report.notes.isEmpty)
        }
        // Goods that are on their way are no difference: the page says how the two sides stand.
        try hz.perform(.ship(Details(), tea("3"), to: "GZ"))
        network.run(milliseconds: 120_000)
        for node in [hz, gz] {
            let report = try node.report(.reconcile(branch: nil))
            #expect(report.rows.isEmpty)
            #expect(
                report.notes == [
                    "HZ is due 14.00 from GZ, which owes 8.00: 6.00 is on its way or not stated yet"
                ])
        }
        #expect(try network.verify("hz").isSound)
    }

    /// A transfer that came short, a payment that was entered at two branches, a sale of a closed day.
    @Test func whatIsWrongIsNamed() throws {
        let (network, hz, gz) = try company(seed: 161)
        let short = try hz.perform(.ship(Details(person: "Li"), tea("3"), to: "GZ")).subject
        network.settle()
        try gz.perform(
            .arrive(
                Details(person: "Sun"), [ArrivalLine(item: "TEA", accepted: "2", short: "1")],
                shipment: short))
        func pay(_ node: TestNode, _ person: String) throws -> String {
            try node.perform(
                .pay(
                    Details(person: person),
                    Payment(
                        direction: .received, party: "Hotel", amount: "50.00", through: "cash"))
            ).subject
        }
        let first = try pay(hz, "Wang")
        let second = try pay(gz, "Zhao")
        network.run(milliseconds: 120_000)
        for node in [hz, gz] {
            let found = try rows(node)
            #expect(found.map { $0[0] } == ["transit", "payment twice"])
            #expect(found[0][1...2] == ["\(short) TEA", "2.00"])
            #expect(found[0][4] == "Li" && found[0][6].contains("transfer settle \(short)"))
            #expect(
                Set(found[1][1].split(separator: " ").map(String.init)).isSuperset(of: [
                    first, second,
                ]))
            #expect(found[1][2] == "50.00" && found[1][3].contains("Hotel"))
            #expect(try rows(node, "HZ").count >= 1)
        }
        // Settled, and taken back: the page is empty again.
        try hz.perform(.settle(Details(), tea("1"), shipment: short, areLost: true))
        try gz.perform(.reverse(Details(), number: second))
        network.run(milliseconds: 120_000)
        for node in [hz, gz] { #expect(try rows(node) == []) }
        #expect(try network.verify("gz").isSound)
    }

    /// What a branch paid back for another one that has not heard of it.
    @Test func aBranchThatDoesNotKnow() throws {
        let (network, hz, gz) = try company(seed: 162)
        let sale = try hz.perform(.sell(Details(), tea("1"), tender: "cash")).subject
        let claim = try #require(
            try hz.report(.paper(number: sale)).facts.first { $0.key == "claim" }
        ).value.plain
        network.sever("hz", "gz")
        network.settle()
        let refund = try gz.perform(
            .giveBack(Details(person: "Sun"), tea("1"), sale: claim, tender: "cash")
        ).subject
        let found = try rows(gz)
        #expect(found.map { Array($0[0...2]) } == [["due", "\(refund), of \(sale)", "10.17"]])
        #expect(found[0][3].hasPrefix("HZ may not have seen \(refund): last heard of 2026-11-"))
        #expect(found[0][4] == "Sun")
        network.mend("hz", "gz")
        network.run(milliseconds: 120_000)
        for node in [hz, gz] { #expect(try rows(node).isEmpty) }
    }

    /// What is begun by an event has a number like any document; where one has none, it is told of.
    @Test func numbersHaveNoGap() throws {
        let (network, hz, gz) = try company(seed: 164)
        for _ in 0..<2 {
            try hz.perform(
                .order(
                    Details(), .open(OrderForm(kind: .sale, party: "Hotel", lines: tea("1")))))
            try gz.perform(
                .order(Details(), .open(OrderForm(kind: .request, party: "HZ", lines: tea("1")))))
            try hz.perform(.quota(Details(), .grant(tea("1"), to: "GZ")))
            network.settle()
            try hz.perform(.quota(Details(), .reclaim([], of: "GZ")))
            let sheet = try hz.perform(.count(Details(), .open(CountOrder()))).subject
            try hz.perform(.count(Details(), .cancel(sheet: sheet)))
            let shift = try hz.perform(
                .till(Details(), .open([.init(name: "cash", amount: "0.00")]))
            ).subject
            try hz.perform(
                .till(Details(), .close(shift: shift, [.init(name: "cash", amount: "0.00")])))
            let close = try hz.perform(.close(Details(), through: "2026-11-10", isYearEnd: false))
                .subject
            try hz.perform(.reopen(Details(memo: "once more"), number: close))
            network.run(milliseconds: 60_000)
        }
        for node in [hz, gz] { #expect(try rows(node) == []) }
        let number = try hz.perform(.find(Details(), tea("1"))).subject
        try hz.perform(.find(Details(), tea("1")))
        try hz.engine.store.access { db in
            try db.execute(sql: "DELETE FROM document WHERE number = ?", arguments: [number])
        }
        #expect(try rows(hz).map { Array($0[0...1]) } == [["gap in numbers", number]])
    }

    @Test func drawersAndPeriods() throws {
        let (network, hz, _) = try company(seed: 163)
        let shift = try hz.perform(
            .till(Details(), .open([.init(name: "cash", amount: "0.00")]))
        ).subject
        try hz.perform(.sell(Details(), tea("1"), tender: "cash"))
        try hz.perform(
            .till(
                Details(person: "Wang"),
                .close(shift: shift, [.init(name: "cash", amount: "10.00")])))
        let found = try rows(hz)
        #expect(found.map { Array($0[0...2]) } == [["drawer", "\(shift) cash", "-0.17"]])
        #expect(found[0][4] == "Wang")
        // Read from a file twice, at two branches.
        for node in [hz, try network["gz"]] {
            try node.perform(
                .find(
                    Details(external: .init(source: "till", key: "F1", first: 1, last: 2)),
                    tea("1")))
        }
        network.run(milliseconds: 120_000)
        #expect(try rows(hz).map { $0[0] } == ["drawer", "recorded twice"])
        #expect(try network.verify("hz").isSound)
    }

    /// It runs by itself once things have come, and `status` tells what it found.
    @Test func itRunsByItself() throws {
        let network = try TestNetwork.company(["gz"], seed: 168)
        let hz = try network["hz"]
        func found(_ node: TestNode) throws -> String? {
            try node.report(.status).facts.first { $0.key == "differences" }?.value.plain
        }
        #expect(try found(hz) == nil)
        network.run(milliseconds: 1_000_000)
        #expect(try found(hz) == "0")
        for _ in 0..<2 {
            try hz.perform(
                .pay(
                    Details(),
                    Payment(direction: .paid, party: "ACME", amount: "5", through: "bank:main")))
        }
        #expect(try found(hz) == "0")
        network.run(milliseconds: 1_000_000)
        #expect(try found(hz) == "1")
        // What is of another branch alone is told there.
        #expect(try found(network["gz"]) == "0")
    }
}
