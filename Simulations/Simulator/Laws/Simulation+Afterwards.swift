import Books
import Engine
import Replica
import Store

/// After all is equal and quiet: how fast news travel where nothing is broken, and a dismissal.
extension Simulation {
    /// News are at every peer within so long, and a link that broke is there again.
    static let newsWithin: Milliseconds = 5_000

    /// For runs whose figures are not compared: nothing of it stands in the record but what was looked
    /// at, and what was found.
    func checkAfterwards() throws {
        let told = record
        defer {
            let (checks, markers, violation) = (record.checks, record.markers, record.violation)
            record = told
            (record.checks, record.markers, record.violation) = (checks, markers, violation)
        }
        try checkValues()
        record.checked(.valuesAreStated, at: now)
        guard !witness.anySetBack, nodes.count > 1 else { return }
        try checkPatience()
        try checkEmptying()
        try checkRefusals()
        try checkEndings()
        try checkPapers()
        try checkNews()
        record.checked(.newsTravel, .lastWriteShows, at: now)
        guard nodes.count > 2 else { return }
        if plan.seed % 2 == 0 { try checkDismissal() } else { try checkAdministrators() }
    }

    /// Keepers have said what all goods between branches are worth: once.
    private func checkValues() throws {
        for machine in nodes {
            guard let engine = machine.engine, plan.sites[machine.site].readsAll,
                try forkedLogs().isEmpty
            else { continue }
            let torn = Set(try tornScopes(engine).flatMap(\.branches))
            let unvalued = try engine.store.unvaluedArrivals(limit: 100)
            let costless = unvalued.isEmpty ? [] : try costlessArrivals(at: machine)
            if let (scope, what) = unvalued.first(where: {
                !costless.contains($0.what) && torn.isDisjoint(with: $0.between.branches)
            }) {
                throw Violation(
                    .valuesAreStated, at: now,
                    "no keeper has said what \(what) in \(scope) is worth, at \(machine.name)",
                    machines: [machine.index])
            }
            guard
                case .report(let report) = try ask(
                    .query(.balance(branch: nil, asAt: nil)), of: machine)
            else { continue }
            // What left a pool for another branch stands there until its keeper has taken it over.
            for row in report.rows where row[0].plain.hasPrefix("shipped/") {
                let branch = BranchCode(row[0].plain.dropFirst("shipped/".count))
                guard branch.map({ !torn.contains($0) }) ?? true else { continue }
                throw Violation(
                    .valuesAreStated, at: now,
                    "\(row.map(\.plain)) remains at \(machine.name)", machines: [machine.index])
            }
            try checkDebts(machine, engine, torn)
        }
    }

    /// Who waits for more peers than there are is answered when the time is over, however the clock of
    /// the node stands: one that was set back goes at half speed.
    private func checkPatience() throws {
        for machine in nodes {
            let began = now
            let reply = try ask(
                .perform(
                    .sell(
                        Details(memo: "\(People.secretMark)patience"),
                        [Line(item: "ITEM-2", quantity: "1")], tender: "cash"),
                    wait: 60, waitMilliseconds: 2_000), of: machine)
            guard case .outcome(let outcome) = reply, outcome.heldBy != nil,
                // Its clock may run five per cent fast, or at half speed where it was set back.
                (1_900...5_000).contains(now - began)
            else {
                throw Violation(
                    .commandsAnswer, at: now,
                    "\(machine.name) was to wait for 2 s and answered after \(now - began) ms",
                    machines: [machine.index])
            }
        }
    }

    /// The sale that takes the last of it takes its whole value.
    private func checkEmptying() throws {
        let machine = nodes[Int(plan.seed % UInt64(nodes.count))]
        guard let branch = BranchCode(plan.sites[machine.site].branch), let engine = machine.engine
        else { return }
        let rows = try engine.store.stock(branch: branch, item: nil, limit: 100)
        // All of it on the shelf that is sold from.
        let alone = rows.filter { row in
            row.location == LocationFacts.main && row.onShelf > 0 && row.free == row.onShelf
                && !rows.contains { $0.item == row.item && $0.location != row.location }
        }
        guard let row = alone.first, let item = ItemCode(row.item)
        else { return }
        let reply = try ask(
            .perform(
                .sell(
                    Details(memo: "\(People.secretMark)emptied"),
                    [Line(item: row.item, quantity: "\(row.onShelf)")], tender: "cash"),
                wait: 0, waitMilliseconds: 0), of: machine)
        let pool = try engine.store.pool(branch, item)
        guard case .outcome = reply, pool.quantity == 0, pool.value == 0 else {
            throw Violation(
                .costIsAverage, at: now,
                "of \(row.onShelf) \(item) that \(machine.name) sold \(pool.quantity) are left, worth "
                    + "\(pool.value)", machines: [machine.index])
        }
    }

    /// What may not be is refused when somebody asks for it.
    private func checkRefusals() throws {
        let machine = nodes[Int(plan.seed % UInt64(nodes.count))]
        let branch = plan.sites[machine.site].branch
        let other = plan.sites[(machine.site + 1) % plan.sites.count].branch
        let details = Details(memo: "\(People.secretMark)refused")
        let many = { (item: String) in [Line(item: item, quantity: "9999999")] }
        try demandRefusal(
            .noOverdraft, .ship(details, many("ITEM-3"), to: other),
            "a shipment of what is not there", at: machine)
        try demandRefusal(
            .rightsAreKept,
            .quota(
                Details(party: "Customer", memo: details.memo),
                .sell(many("ITEM-3"), from: other, tender: "cash")),
            "a sale of what nobody granted", at: machine)
        try demandRefusal(
            .rightsAreKept, .quota(details, .grant(many("ITEM-3"), to: other)),
            "a grant of what is not there", at: machine)
        try demandRefusal(
            .noOverdraft, .sell(details, many("ITEM-1"), tender: "cash"),
            "a sale that the item's policy refuses", at: machine)
        let taken = people.shipments.first { plan.sites[$0.to].branch == branch && $0.isTaken }
        if let taken, let line = taken.lines.first {
            // What was short may turn up; more than was sent may not.
            let again = [ArrivalLine(item: line.item, accepted: "\(line.units + 1)")]
            try demandRefusal(
                .goodsInOnePlace, .arrive(details, again, shipment: taken.number),
                "a second arrival of \(taken.number)", at: machine)
        }
        let sent = people.shipments.first { plan.sites[$0.from].branch == branch && $0.isTaken }
        if let sent, let line = sent.lines.first {
            try demandRefusal(
                .goodsInOnePlace,
                .settle(details, many(line.item), shipment: sent.number, areLost: false),
                "more of \(sent.number) than is in dispute", at: machine)
        }
        let sale = (people.papers[machine.site] ?? []).first { $0.kind == .sell && !$0.isUsed }
        if let sale, let line = sale.lines.first {
            let more = [Line(item: line.item, quantity: "\(line.units + 1)")]
            try demandRefusal(
                .onceEach, .giveBack(details, more, sale: sale.number, tender: "cash"),
                "a return of more than \(sale.number) sold", at: machine)
        }
        var imported = details
        imported.external = .init(source: "till", key: "afterwards", first: 1, last: 3)
        let lines = [Line(item: "ITEM-2", quantity: "1")]
        guard
            case .outcome = try ask(
                .perform(
                    .sell(imported, lines, tender: "card"), wait: 0, waitMilliseconds: 0),
                of: machine)
        else {
            throw Violation(
                .commandsAnswer, at: now, "\(machine.name) does not import",
                machines: [machine.index])
        }
        try demandRefusal(
            .onceEach, .sell(imported, lines, tender: "card"), "the same lines a second time",
            at: machine)
    }

    private func demandRefusal(
        _ law: Law, _ command: Command, _ what: String, at machine: Machine
    ) throws {
        let reply = try ask(.perform(command, wait: 0, waitMilliseconds: 0), of: machine)
        if case .refused = reply { return }
        throw Violation(
            law, at: now, "\(machine.name) does not refuse \(what)", machines: [machine.index])
    }

    private func checkNews() throws {
        let author = nodes[Int(plan.seed % UInt64(nodes.count))]
        let other = nodes[Int((plan.seed + 1) % UInt64(nodes.count))]
        try sell(at: author)
        try demandNews(from: author, butFor: nil)
        try hurry(at: author)
        try checkRegister()
        // Cut from its author, a node hears of it by others: whether it is told of the cut or not.
        let isHeard = try nodes.contains { third in
            guard third !== author, third !== other,
                let branch = BranchCode(plan.sites[author.site].branch)
            else { return false }
            return try third.engine?.scopesKept().contains(.trade(branch)) == true
        }
        for manner in [Fault.Manner.hold, .reset] {
            cutNow(author.site, other.site, manner)
            try sell(at: author)
            // Who is not told waits for a note before it asks.
            try advance(until: now + Self.newsWithin)
            try demandNews(from: author, butFor: isHeard ? nil : other)
            try advance(until: now + (manner == .reset ? 90_000 : 0))
            cables.mend(author.site, other.site, manner)
            release(between: author.site, and: other.site)
        }
        try advance(until: now + 180_000)
        try demandNews(from: author, butFor: nil)
        // One side alone can begin a link: what was reached and breaks once is there again at once.
        try forget(author, at: other)
        connected(author.site, other.site).forEach(reset)
        try advance(until: now + 100_000)
        try forget(author, at: other)
        connected(author.site, other.site).forEach(reset)
        try advance(until: now + Self.newsWithin)
        let isThere = connected(author.site, other.site).contains { connection in
            connection.dialler.link != nil && connection.listener?.link != nil
        }
        guard isThere else {
            throw Violation(
                .newsTravel, at: now,
                "\(author.name) and \(other.name) are not connected again",
                machines: [author.index, other.index])
        }
        try checkLinks()
    }

    /// As behind a wall that lets nobody in.
    private func forget(_ machine: Machine, at other: Machine) throws {
        _ = try ask(.removePeer(address: Self.address(machine.name)), of: other)
    }

    @discardableResult
    func sell(at machine: Machine) throws -> String {
        let reply = try ask(
            .perform(
                .sell(
                    Details(memo: "\(People.secretMark)afterwards"),
                    [Line(item: "ITEM-2", quantity: "1")], tender: "cash"),
                wait: 0, waitMilliseconds: 0), of: machine)
        guard case .outcome(let outcome) = reply else {
            throw Violation(
                .commandsAnswer, at: now, "\(machine.name) cannot sell: \(reply)",
                machines: [machine.index])
        }
        return outcome.subject
    }

    /// One sale follows another before anybody can have acknowledged the first; each waits for a peer, and
    /// is held against what the peers hold when it is answered.
    private func hurry(at machine: Machine) throws {
        let branch = plan.sites[machine.site].branch
        let patience: Milliseconds = 3_000
        for step in 0..<16 {
            let memo = "\(People.secretMark)hurry-\(step)"
            ask(
                Wish(
                    request: .perform(
                        .sell(
                            Details(memo: memo), [Line(item: "ITEM-2", quantity: "1")],
                            tender: "cash"),
                        wait: 1, waitMilliseconds: patience),
                    site: machine.site, act: -1, kind: .sellAndWait,
                    moves: [(memo, [People.Move(branch: branch, item: "ITEM-2", units: -1)])],
                    waits: patience, lines: [("ITEM-2", 1)]), of: machine)
            try advance(until: now + 1 + Milliseconds(step % 5) * 4)
        }
        try advance(until: now + 2 * patience)
    }

    private func demandNews(from author: Machine, butFor except: Machine?) throws {
        guard let branch = BranchCode(plan.sites[author.site].branch) else { return }
        try advance(until: now + Self.newsWithin)
        let own = try author.engine?.store.frontier(of: .trade(branch))
        for machine in nodes where machine !== author && machine !== except {
            guard let engine = machine.engine,
                try engine.scopesKept().contains(.trade(branch)),
                try engine.store.frontier(of: .trade(branch)) != own
            else { continue }
            throw Violation(
                .newsTravel, at: now,
                "\(machine.name) has not heard within \(Self.newsWithin) ms of what "
                    + "\(author.name) wrote",
                machines: [author.index, machine.index])
        }
    }

    /// A value that is written where nobody else writes replaces the one before, everywhere.
    private func checkRegister() throws {
        let item = "ITEM-4"
        guard let code = ItemCode(item) else { return }
        for price in ["7.77", "8.88"] {
            _ = try ask(
                .perform(
                    .setItem(ItemChange(code: item, price: price)), wait: 0, waitMilliseconds: 0),
                of: nodes[0])
        }
        try advance(until: now + Self.newsWithin)
        for machine in nodes {
            let values =
                try machine.engine?.store.values(
                    entity: ItemFacts.entity(code), attribute: ItemFacts.Attribute.price) ?? []
            guard values == [.integer(8_880_000)] else {
                throw Violation(
                    .lastWriteShows, at: now,
                    "the price of \(item) is \(values) at \(machine.name)",
                    machines: [machine.index])
            }
        }
    }

    // MARK: A dismissal

    /// A node is revoked while it and one that does not know are cut off from the others: what it wrote
    /// above its cut counts nowhere afterwards, and it hears nothing any more.
    private func checkDismissal() throws {
        let out = nodes[nodes.count - 1]
        let witnessing = nodes[nodes.count - 2]
        let inside = nodes.filter { $0 !== out && $0 !== witnessing }
        record.reached(.dismissed)
        let across = [out.site, witnessing.site].flatMap { near in
            inside.map { (near, $0.site) }
        }
        for (a, b) in across { cutNow(a, b, .reset) }
        let node = try out.credentials().node
        guard case .outcome = try ask(.revoke(node: node.description), of: nodes[0]) else {
            throw Violation(.commandsAnswer, at: now, "\(out.name) cannot be revoked")
        }
        let above = try sell(at: out)
        try advance(until: now + Self.newsWithin)
        for (a, b) in across { cables.mend(a, b, .reset) }
        let limit = now + Self.convergesWithin
        // Everybody has met everybody, and what differs has been fetched.
        try advance(until: now + 360_000)
        _ = try ask(
            .perform(
                .setItem(ItemChange(code: "ITEM-5", price: "9.99")), wait: 0, waitMilliseconds: 0),
            of: nodes[0])
        while try !hasSpread(butFor: out), now < limit { try advance(until: now + 5_000) }
        for machine in nodes where machine !== out {
            guard let engine = machine.engine else { continue }
            guard try !engine.store.hasDocument(above) else {
                throw Violation(
                    .dismissedIsOut, at: now,
                    "\(above), written above a cut, counts at \(machine.name)",
                    machines: [machine.index, out.index])
            }
            try compareStates(machine)
        }
        record.checked(.dismissedIsOut, at: now)
        let inner = try nodes[0].engine?.store.frontier(of: .catalog)
        guard try out.engine?.store.frontier(of: .catalog) != inner else {
            throw Violation(
                .dismissedIsOut, at: now, "\(out.name) was revoked and still hears the news",
                machines: [out.index])
        }
    }

    private func hasSpread(butFor out: Machine) throws -> Bool {
        let inner = try nodes[0].engine?.store.frontier(of: .catalog)
        return try nodes.allSatisfy { machine in
            try machine === out || machine.engine?.store.frontier(of: .catalog) == inner
        }
    }
}
