import Testing

@testable import Books
@testable import Engine
@testable import Replica
@testable import Store

/// Where goods stand at a branch, and what may be done with them there.
@Suite struct LocationTests {
    private func shop(costing: String = "average") throws -> TestNode {
        let node = try TestNode.founder(seed: 31)
        try node.perform(
            .addItems([ItemChange(code: "TEA", name: "Tea", price: "9.00", costing: costing)]))
        for location in [
            LocationChange(name: "back", title: "Back room"),
            LocationChange(name: "broken", status: "damaged"),
            LocationChange(name: "check", status: "quarantine"),
        ] {
            try node.perform(.setLocation(location))
        }
        try receive(node, "6", "4.00")
        try receive(node, "4", "7.00", at: "back")
        return node
    }

    private func receive(
        _ node: TestNode, _ quantity: String, _ cost: String, at location: String? = nil
    ) throws {
        try node.perform(
            .receive(
                Details(location: location), [Line(item: "TEA", quantity: quantity, cost: cost)],
                supplier: "ACME"))
    }

    private func tea(_ quantity: String) -> [Line] { [Line(item: "TEA", quantity: quantity)] }

    /// Location, quantity, value, status.
    private func stock(_ node: TestNode) throws -> [[String]] {
        try node.report(.stock(branch: nil, item: nil, limit: 100)).rows.map { row in
            [6, 3, 4, 7].map { row[$0].plain }
        }
    }

    @Test func theLocationsOfABranchShareACost() throws {
        let node = try shop()
        // 6 at 4.00 and 4 at 7.00 are 10 worth 52.00.
        #expect(
            try stock(node) == [
                ["back", "4", "20.80", "available"], ["main", "6", "31.20", "available"],
            ])
        try node.perform(.move(Details(), tea("5"), to: "broken"))
        #expect(
            try stock(node) == [
                ["back", "4", "20.80", "available"], ["broken", "5", "26.00", "damaged"],
                ["main", "1", "5.20", "available"],
            ])
        try node.perform(.writeOff(Details(location: "broken"), tea("5")))
        #expect(try node.balances()["write-off/HZ"] == "26.00")
        #expect(
            try stock(node) == [
                ["back", "4", "20.80", "available"], ["main", "1", "5.20", "available"],
            ])
        #expect(try node.verify().isSound)
    }

    /// Goods that change their place keep their age and their cost.
    @Test(arguments: ["average", "fifo"])
    func aMoveCostsNothing(_ costing: String) throws {
        let node = try shop(costing: costing)
        let before = try node.engine.store.pool(try branch(), try #require(ItemCode("TEA")))
        let layers = try node.engine.store.layers(try branch(), try #require(ItemCode("TEA")))
        try node.perform(.move(Details(location: "back"), tea("3"), to: "main"))
        try node.perform(.move(Details(), tea("8"), to: "check"))
        #expect(
            try node.engine.store.pool(try branch(), try #require(ItemCode("TEA"))) == before)
        #expect(
            try node.engine.store.layers(try branch(), try #require(ItemCode("TEA"))) == layers)
        #expect(try node.report(.derived).rows.isEmpty)
        #expect(try node.verify().isSound)
    }

    private func branch() throws -> BranchCode { try #require(BranchCode("HZ")) }

    /// Goods that are not available are not sold; everything else may be done with them.
    @Test func goodsThatAreNotAvailableAreNotSold() throws {
        let node = try shop()
        try node.perform(.move(Details(), tea("5"), to: "check"))
        try node.perform(.move(Details(), tea("1"), to: "broken"))
        func sell(_ location: String?) -> Command {
            .sell(Details(location: location), tea("1"), tender: "cash")
        }
        #expect(node.refusal(sell("check")) == .notForSale)
        #expect(node.refusal(sell("broken")) == .notForSale)
        #expect(node.refusal(sell("nowhere")) == .unknownLocation)
        try node.perform(sell("back"))
        let sale = try node.perform(sell("back")).subject
        // What a customer brings back is looked at first.
        try node.perform(
            .giveBack(
                Details(location: "check"), tea("1"), sale: sale, tender: "cash"))
        try node.perform(
            .sendBack(Details(location: "broken"), tea("1"), receipt: nil, supplier: "ACME"))
        try node.perform(.move(Details(location: "check"), tea("6"), to: "main"))
        #expect(
            try stock(node).map { Array($0.prefix(2)) } == [["back", "2"], ["main", "6"]])
        try node.perform(sell(nil))
        #expect(try node.verify().isSound)
    }

    /// A clerk is told which of the places lacks the goods.
    @Test func aRefusalNamesThePlace() throws {
        let node = try shop()
        func what(_ location: String?) -> String? {
            let move = Command.move(
                Details(location: location), tea("9"), to: location == nil ? "back" : "main")
            guard
                case .refused(let refusal) = node.ask(
                    .perform(move, wait: 0, waitMilliseconds: 0))
            else { return nil }
            return refusal.what
        }
        #expect(what(nil) == "HZ has 6 pc of TEA left, not 9")
        #expect(what("back") == "HZ/back has 4 pc of TEA left, not 9")
    }

    @Test func aMoveTakesOnlyWhatIsThere() throws {
        let node = try shop()
        #expect(node.refusal(.move(Details(), tea("7"), to: "back")) == .notEnough)
        #expect(node.refusal(.move(Details(), tea("1"), to: "main")) == .badOption)
        #expect(node.refusal(.move(Details(), tea("1"), to: "Back room")) == .badOption)
        let moved = try node.perform(.move(Details(), tea("2"), to: "back")).subject
        #expect(moved == "HZa-M-2026-000001")
        #expect(node.refusal(.reverse(Details(), number: moved)) == .notReversible)
    }

    @Test func aLocationThatHoldsGoodsStaysInUse() throws {
        let node = try shop()
        let off = Command.setLocation(LocationChange(name: "back", isActive: false))
        #expect(node.refusal(off) == .locationHoldsGoods)
        try node.perform(.move(Details(location: "back"), tea("4"), to: "main"))
        try node.perform(off)
        #expect(node.refusal(.move(Details(), tea("1"), to: "back")) == .unknownLocation)
        for change in [
            LocationChange(name: "main", status: "damaged"),
            LocationChange(name: "main", isActive: false),
            LocationChange(name: "rear", status: "lost"), LocationChange(name: "a/b"),
        ] {
            #expect(node.refusal(.setLocation(change)) == .badOption)
        }
        #expect(node.refusal(.setLocation(LocationChange(name: "back"))) == .emptyDocument)
        let rows = try node.report(.locations(branch: "HZ")).rows.map { $0.map(\.plain) }
        #expect(rows.map { $0[1] } == ["back", "broken", "check", "main"])
        #expect(rows[0][2...4] == ["Back room", "available", "false"])
    }

    /// A branch's locations are its own to describe, and items are the catalog's.
    @Test func registersHaveOneHome() throws {
        let network = try TestNetwork.company(["gz"], seed: 6)
        let (hz, gz) = (try network["hz"], try network["gz"])
        let roster: Roster = try #require(hz.engine.standing?.roster)
        let (home, other) = (try branch(), try #require(BranchCode("GZ")))
        func verdict(_ author: TestNode, _ scope: Scope, _ entity: String) -> Verdict {
            roster.verdict(
                on: .success(
                    .set(
                        RegisterWrite(
                            entity: entity, attribute: "status", value: .text("available")))),
                log: LogName(
                    author: author.engine.credentials.node, incarnation: 1, scope: scope),
                commit: 1)
        }
        #expect(verdict(gz, .trade(other), "location/GZ/back") == .valid)
        #expect(verdict(hz, .trade(home), "location/HZ/back") == .valid)
        for (scope, entity) in [
            (Scope.trade(home), "location/GZ/back"), (.trade(home), "item/TEA"),
            (.catalog, "location/HZ/back"), (.trade(home), "location/HZ"),
            (.money(home), "location/HZ/back"),
        ] {
            #expect(verdict(hz, scope, entity) == .void(.noGrant))
        }
        #expect(verdict(hz, .catalog, "item/TEA") == .valid)
        // What one branch says of its shelf is shown at the other.
        try gz.perform(.setLocation(LocationChange(name: "back", status: "damaged")))
        network.settle()
        #expect(
            try hz.report(.locations(branch: "GZ")).rows[0].map(\.plain).prefix(4)
                == ["GZ", "back", "", "damaged"])
    }
}
