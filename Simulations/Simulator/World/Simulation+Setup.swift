import Books
import Engine
import Gossip
import Replica
import SimulatedDisk
import Sodium
import Store

/// A company before its first day: founded, joined by every branch, with goods on the shelves.
extension Simulation {
    /// Joining takes at most so long where nothing breaks.
    private static let joinWithin: Milliseconds = 60_000

    func setUp() throws {
        for from in plan.sites.indices {
            for to in 0..<from { cables.lay(from: from, to: to, random: &network) }
        }
        for line in plan.lines ?? [] where !line.isAbsent { cables.lay(line) }
        try found()
        if secondEntitysSite != nil {
            _ = try ask(.addEntity(name: Self.secondEntity), of: machines[0])
        }
        for site in plan.sites.indices.dropFirst() { try join(site) }
        // A clock that is days ahead finds its invitation expired, and rightly so: they go wrong later.
        for machine in machines {
            machine.clock.step(by: plan.sites[machine.site].clockSkew)
            machine.clock.setDrift(plan.sites[machine.site].clockDrift, at: now)
        }
        try stockShelves()
        try advance(until: now + 30_000)
        for line in plan.lines ?? [] where line.isAbsent {
            cables.lay(line)
            connected(line.from, line.to).forEach(reset)
        }
        guard plan.begins != nil else { return }
        guard now <= Self.setUpTakes else {
            throw Violation(.converges, at: now, "setting up takes longer than an hour")
        }
        try advance(until: Self.setUpTakes)
    }

    /// Where the plan names the hour at which work begins, this is how much earlier the run does.
    static let setUpTakes: Milliseconds = 3_600_000

    /// What a right clock shows when the run begins.
    private var epoch: Milliseconds {
        plan.begins.map { $0 - Self.setUpTakes } ?? MachineClock.usualEpoch
    }

    private func found() throws {
        let machine = try makeMachine(site: 0)
        try machine.open(
            at: now, person: people.name(at: 0), random: SeededRandom(seed: keys.next()))
        let site = plan.sites[0]
        let founded = try machine.engine?.found(
            FoundingOrder(
                company: "Company", currency: "CNY", scale: 2, branch: site.branch,
                branchName: site.branch, nodeName: machine.name), at: machine.instant(at: now),
            save: { credentials in
                machine.secret = credentials.bytes
                self.wire.learn(credentials)
            })
        witness.recoveryKey = founded?.recoveryKey ?? []
        submit(.timerFired, to: machine)
    }

    /// - Parameter copying: whose disk and keys it begins with.
    func makeMachine(site: Int, copying original: Machine? = nil) throws -> Machine {
        let index = machines.count
        let name = plan.sites[site].branch.lowercased() + (original == nil ? "" : "-\(index)")
        let secret: [UInt8]
        if let original {
            secret = original.secret
        } else {
            let credentials = Credentials(random: &keys)
            wire.learn(credentials)
            secret = credentials.bytes
        }
        let machine = Machine(
            index: index, name: name, site: site,
            disk: try original.map { try $0.disk.clone(to: "m\(index)") }
                ?? SimulatedDisk("m\(index)"),
            clock: original?.clock ?? MachineClock(epoch: epoch),
            secret: secret,
            options: Engine.Options(
                relays: plan.sites[site].relays ? relayScopes() : [],
                ownAddresses: [Self.address(name)]))
        machine.mark = original?.mark
        machines.append(machine)
        return machine
    }

    private func relayScopes() -> [Scope] {
        let branches = plan.sites.compactMap { BranchCode($0.branch) }
        var scopes: [Scope] = []
        for branch in branches {
            scopes += [.trade(branch), .money(branch)]
            for other in branches where branch < other {
                guard let pair = BranchPair(branch, other) else { continue }
                scopes += [.between(pair), .betweenMoney(pair)]
            }
        }
        return scopes
    }

    private func join(_ site: Int) throws {
        let facts = plan.sites[site]
        let order = InvitationOrder(
            branch: facts.branch, branchName: facts.branch,
            entity: site == secondEntitysSite ? Self.secondEntity : nil, readsAll: facts.readsAll,
            addresses: [Self.address(machines[0].name)])
        guard case .outcome(let invitation) = try ask(.invite(order), of: machines[0]) else {
            throw Violation(.commandsAnswer, at: now, "no invitation for \(facts.branch)")
        }
        let machine = try makeMachine(site: site)
        try machine.open(
            at: now, person: people.name(at: site), random: SeededRandom(seed: keys.next()))
        submit(.timerFired, to: machine)
        let reply = try ask(
            .join(line: invitation.subject, name: "\(machine.name)-till"), of: machine)
        guard case .outcome = reply else {
            throw Violation(
                .commandsAnswer, at: now, "\(machine.name) cannot join: \(reply)",
                machines: [0, machine.index])
        }
        // The roster follows on the next connection.
        let limit = now + Self.joinWithin
        while machine.engine?.isAdmitted == false, now < limit { try advance(until: now + 200) }
        guard machine.engine?.isAdmitted == true else {
            throw Violation(
                .converges, at: now, "\(machine.name) was let in and never got its roster",
                machines: [0, machine.index])
        }
    }

    private func pricesOfTransfers() -> [Command] {
        guard let place = secondEntitysSite else { return [] }
        let (south, others) = (plan.sites[place].branch, plan.sites.dropLast().map(\.branch))
        return others.flatMap {
            [
                .setTransferPrice(from: $0, to: south, rule: "cost+20%"),
                .setTransferPrice(from: south, to: $0, rule: "cost+5%"),
            ]
        }
    }

    private static let secondEntity = "South Ltd"

    /// In one company of three the last branch is another legal entity's, which buys and sells the goods of transfers.
    private var secondEntitysSite: Int? {
        plan.seed % 3 == 0 && plan.sites.count > 2 ? plan.sites.count - 1 : nil
    }

    private func stockShelves() throws {
        let items =
            People.items.enumerated().map { place, code in
                ItemChange(
                    code: code, name: "Goods \(place)", price: "\(place + 2).50", tax: "13",
                    shortage: place == 1 ? "refuse" : "record",
                    costing: place % 3 == 2 ? "fifo" : "average")
            } + [
                ItemChange(code: People.lotItem, name: "Lots", price: "3.50", tracking: "lot")
            ] + People.twins.map { ItemChange(code: $0, name: "Twin", price: "4.50") }
        _ = try ask(.perform(.addItems(items), wait: 0, waitMilliseconds: 0), of: machines[0])
        for command in [
            Command.setWorkflow(WorkflowChange(kind: .purchase, steps: ["check:buyer"])),
            .setPerson(PersonChange(name: People.buyer, roles: ["buyer"])),
        ] + pricesOfTransfers() {
            _ = try ask(.perform(command, wait: 0, waitMilliseconds: 0), of: machines[0])
        }
        let limit = now + Self.joinWithin
        for machine in machines {
            while try machine.engine?.store.items(search: nil, after: nil, limit: 99).count
                != items.count, now < limit
            {
                try advance(until: now + 200)
            }
            let branch = plan.sites[machine.site].branch
            for location in [
                LocationChange(name: People.backRoom, title: "Back"),
                LocationChange(name: People.brokenRoom, status: "damaged"),
            ] {
                _ = try ask(
                    .perform(.setLocation(location), wait: 0, waitMilliseconds: 0), of: machine)
            }
            // What is to be had from a supplier, and from another branch.
            let other = plan.sites[(machine.site + 1) % plan.sites.count].branch
            for (item, source) in [("ITEM-0", "Supplier"), ("ITEM-3", "branch:\(other)")]
            where other != branch {
                let stocking = StockingChange(
                    item: item, minimum: "30", target: "60", source: source)
                _ = try ask(
                    .perform(.setStocking(stocking), wait: 0, waitMilliseconds: 0), of: machine)
            }
            let memo = "\(People.secretMark)stock-\(branch)"
            let stock = plan.sites[machine.site].stock ?? 40
            let lines = People.items.map { Line(item: $0, quantity: "\(stock)", cost: "1.20") }
            ask(
                Wish(
                    request: .perform(
                        .receive(Details(memo: memo), lines, supplier: "Supplier"), wait: 0,
                        waitMilliseconds: 0),
                    site: machine.site, act: -1, kind: .receive,
                    moves: [
                        (
                            memo,
                            People.items.map {
                                People.Move(branch: branch, item: $0, units: stock)
                            }
                        )
                    ], waits: 0, lines: People.items.map { ($0, stock) }), of: machine)
        }
    }

    /// Asks and lets time go on until the reply is there.
    func ask(_ request: Request, of machine: Machine) throws -> Reply {
        let id = RequestID(machine.nextRequest)
        machine.nextRequest += 1
        witness.replies[machine.index] = [:]
        defer { witness.replies[machine.index] = nil }
        submit(.request(id, request), to: machine)
        let limit = now + Self.joinWithin
        while now < limit {
            if let reply = witness.replies[machine.index]?[id] { return reply }
            try advance(until: now + 1)
        }
        throw Violation(
            .commandsAnswer, at: now, "\(machine.name) gives no answer to \(request)",
            machines: [machine.index])
    }
}
