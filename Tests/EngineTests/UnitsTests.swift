import Testing

@testable import Books
@testable import Engine
@testable import Replica
@testable import Store

/// One page on which every unit is accounted for.
@Suite struct UnitsTests {
    @Test func everyUnitIsSomewhere() throws {
        let network = try TestNetwork.company(["gz"], seed: 71)
        let (hz, gz) = (try network["hz"], try network["gz"])
        try hz.perform(
            .addItems(
                ["TEA", "SET"].map { ItemChange(code: $0, name: $0, unit: "bag", price: "9.00") }))
        func tea(_ quantity: String) -> [Line] { [Line(item: "TEA", quantity: quantity)] }
        let receipt = try hz.perform(
            .receive(
                Details(), [Line(item: "TEA", quantity: "40", cost: "2.00")], supplier: "ACME")
        ).subject
        try hz.perform(.sendBack(Details(), tea("2"), receipt: receipt, supplier: nil))
        let sale = try hz.perform(.sell(Details(), tea("5"), tender: "cash")).subject
        try hz.perform(.giveBack(Details(), tea("1"), sale: sale, tender: "cash"))
        try hz.perform(.writeOff(Details(), tea("1")))
        try hz.perform(
            .repack(Details(), tea("4"), into: Line(item: "SET", quantity: "2"), extra: nil))
        let shipment = try hz.perform(.ship(Details(), tea("10"), to: "GZ")).subject
        try hz.perform(.ship(Details(), tea("3"), to: "GZ"))
        try hz.perform(.quota(Details(), .grant(tea("2"), to: "GZ")))
        network.settle()
        try gz.perform(
            .arrive(
                Details(), [ArrivalLine(item: "TEA", accepted: "7", short: "1", returned: "2")],
                shipment: shipment))
        try gz.perform(
            .quota(Details(party: "Sun"), .sell(tea("1"), from: "HZ", tender: "cash")))
        network.settle()
        for node in [hz, gz] {
            let report = try node.report(.units(item: nil))
            #expect(
                report.rows.map { $0.map(\.plain) } == [
                    ["SET", "SET", "", "", "2", "", "2", "", "", ""],
                    // 38 came, 4 went, 5 were adjusted: 16 and 7 on shelves, 3 on the road, 3 in dispute.
                    ["TEA", "TEA", "38", "4", "-5", "7", "16", "3", "3", ""],
                ])
            #expect(report.facts.last?.value == .integer(0))
        }
        #expect(try hz.report(.units(item: "SET")).rows.count == 1)
        #expect(hz.ask(.query(.units(item: ""))).isRefused)
    }
}

extension Reply {
    fileprivate var isRefused: Bool { if case .refused = self { true } else { false } }
}
