import Books
import Engine
import Replica
import Store

/// Goods that are kept for others: for branches that may sell them, and for orders.
extension Simulation {
    /// What a branch granted is what it keeps for others, and no right is used twice.
    func checkRights() throws {
        guard try forkedLogs().isEmpty else { return }
        for machine in nodes {
            guard let engine = machine.engine else { continue }
            let torn = Set(try tornScopes(engine).flatMap(\.branches))
            let read = Set(engine.scopesRead)
            for rights in try engine.rights()
            where !torn.contains(rights.shelf) && !torn.contains(rights.seller) {
                guard let pair = BranchPair(rights.shelf, rights.seller),
                    read.contains(.between(pair))
                else { continue }
                func fail(_ what: String) -> Violation {
                    Violation(
                        .rightsAreKept, at: now,
                        "\(rights.seller) on \(rights.item) of \(rights.shelf): \(what), at "
                            + "\(machine.name)", machines: [machine.index])
                }
                let all = rights.given + rights.quota + rights.committed
                // A lost disk's numbers are given again, and a right may be told by the wrong one of two documents.
                guard all == rights.granted || !isOfHonestDisks([rights.shelf, rights.seller])
                else {
                    throw fail("\(rights.granted) were granted, and there are \(all)")
                }
                if read.contains(.trade(rights.shelf)) {
                    let kept = try engine.store.balance(
                        of: .promised(on: .stock(rights.shelf), to: rights.seller),
                        .item(rights.item))
                    guard kept == rights.granted else {
                        throw fail("\(rights.granted) were granted, and \(kept) are kept for it")
                    }
                }
                // A copy of a disk may do once more what the lost one did.
                guard isOfHonestDisks([rights.shelf, rights.seller]) else { continue }
                guard min(rights.given, rights.quota, rights.committed) >= 0 else {
                    throw fail(
                        "\(rights.given) on its way, \(rights.quota) to sell, "
                            + "\(rights.committed) to deliver")
                }
                // Everybody is there: what was given is taken up.
                guard rights.given == 0 || nodes.contains(where: { $0.engine == nil }) else {
                    throw fail("\(rights.given) were not taken up")
                }
            }
        }
        record.checked(.rightsAreKept, at: now)
    }

    func isOfHonestDisks(_ branches: [BranchCode]) -> Bool {
        !machines.contains { machine in
            branches.contains { $0.text == plan.sites[machine.site].branch }
                && (witness.wasSetBack(machine.index) || witness.copied.contains(machine.site))
        }
    }

    /// Goods are kept for orders that want them, and for nobody else.
    func checkReservations() throws {
        guard try forkedLogs().isEmpty else { return }
        for machine in nodes {
            guard let engine = machine.engine,
                let branch = BranchCode(plan.sites[machine.site].branch),
                isOfHonestDisks([branch])
            else { continue }
            var kept: [ItemCode: Int128] = [:]
            for order in try engine.orders(of: .sale) where order.number.series.branch == branch {
                let held = Set(order.reserved.values.flatMap(\.keys))
                for item in held { kept[item, default: 0] += order.reserved(item) }
                guard engine.isOver(order), order.isReserving else { continue }
                throw Violation(
                    .reservationsEnd, at: now,
                    "goods are kept for \(order.number), which is over, at \(machine.name)",
                    machines: [machine.index])
            }
            try checkCommitted(machine, engine, branch)
            for item in People.items.compactMap({ ItemCode($0) }) {
                let held = try engine.store.balance(
                    of: .reserved(on: .stock(branch)), .item(item))
                guard held != kept[item] ?? 0 else { continue }
                throw Violation(
                    .reservationsEnd, at: now,
                    "\(held) \(item) are kept at \(branch), and orders want \(kept[item] ?? 0), at "
                        + "\(machine.name)", machines: [machine.index])
            }
        }
        record.checked(.reservationsEnd, at: now)
    }

    /// What was sold from a branch's shelf and given up is not to be delivered any more.
    private func checkCommitted(
        _ machine: Machine, _ engine: Engine, _ branch: BranchCode
    ) throws {
        for order in try engine.orders(of: .sale)
        where order.shelf == branch && (order.cancelled != nil || order.closed != nil) {
            guard let pair = BranchPair(branch, order.number.series.branch),
                let item = try engine.store.items(
                    on: .committed(pair, order.number.description)
                ).first
            else { continue }
            throw Violation(
                .reservationsEnd, at: now,
                "\(item) is kept for \(order.number), which was given up, at \(machine.name)",
                machines: [machine.index])
        }
    }

    // MARK: Afterwards

    /// What is kept for an order, and what was sold on a right, is free again when the order is given up.
    func checkEndings() throws {
        let shelf = nodes[Int(plan.seed % UInt64(nodes.count))]
        let seller = nodes[Int((plan.seed + 1) % UInt64(nodes.count))]
        let memo = "\(People.secretMark)endings"
        let line = [Line(item: "ITEM-4", quantity: "2", cost: "1.20")]
        // More than any shelf is short of.
        let many = [Line(item: "ITEM-4", quantity: "500", cost: "1.20")]
        _ = try say(.find(Details(memo: memo), many), at: shelf)
        let order = try say(
            .order(
                Details(), .open(OrderForm(kind: .sale, party: "Customer", lines: line))),
            at: shelf)
        _ = try say(
            .order(Details(memo: memo), .reserve(order: order, line, atMost: false)), at: shelf)
        _ = try say(.order(Details(memo: memo), .cancel(order: order)), at: shelf)
        try checkReservations()
        _ = try say(
            .quota(
                Details(memo: memo), .grant(line, to: plan.sites[seller.site].branch)), at: shelf)
        try advance(until: now + Self.newsWithin)
        let sold = try say(
            .quota(
                Details(party: "Customer", memo: memo),
                .sell(line, from: plan.sites[shelf.site].branch, tender: "cash")), at: seller)
        _ = try say(.order(Details(memo: memo), .cancel(order: sold)), at: seller)
        try advance(until: now + Self.newsWithin)
        try checkReservations()
        try checkRights()
    }

    /// The subject of a command that has to be done.
    func say(_ command: Command, at machine: Machine) throws -> String {
        let reply = try ask(.perform(command, wait: 0, waitMilliseconds: 0), of: machine)
        if case .outcome(let outcome) = reply { return outcome.subject }
        throw Violation(
            .commandsAnswer, at: now, "\(machine.name) does not do what it should: \(reply)",
            machines: [machine.index])
    }
}
