import Books
import Engine
import Replica
import Sodium
import Store

/// Several administrators beside each other: one is removed while it is cut off and goes on, and all agree afterwards on
/// who is one, and on what counts.
extension Simulation {
    /// What becomes of the one that was cut off.
    private enum End: UInt64 {
        case removed
        case confirmed
        /// The founder removed it, and the recovery key the founder.
        case recovered
    }

    private struct Company {
        let founder: Machine
        let second: Machine
        /// An administrator too, and who carries what the key says.
        let third: Machine
    }

    func checkAdministrators() throws {
        let places = nodes.dropFirst().shuffled(using: &keys)
        guard let second = places.first, let third = places.last, second !== third,
            nodes.allSatisfy({ $0.engine != nil }), let end = End(rawValue: plan.seed / 2 % 3)
        else { return }
        let company = Company(founder: nodes[0], second: second, third: third)
        for machine in [second, third] {
            try order(.nameAdministrator(node: try key(of: machine), readsAll: false), nodes[0])
        }
        try settle("administrators were named")
        try expect(administrators: [nodes[0], second, third])
        let across = nodes.filter { $0 !== second }.map { ($0.site, second.site) }
        for (a, b) in across { cutNow(a, b, .reset) }
        let (mine, sold) = try actBesides(company, end)
        for (a, b) in across { cables.mend(a, b, .reset) }
        try settle("the cable was mended")
        switch end {
        case .removed, .confirmed: try expect(administrators: [nodes[0], third])
        case .recovered: try expect(administrators: [second, third])
        }
        // Whom the key names had not seen that when it was cut off.
        try expect([mine], count: false)
        if end == .confirmed {
            try order(.removeAdministrator(node: try key(of: second), confirms: true), nodes[0])
            try settle("somebody agreed")
            try expect([mine], count: true)
            try expect(administrators: [nodes[0], third])
        }
        for machine in nodes {
            guard let engine = machine.engine,
                let branch = BranchCode(plan.sites[second.site].branch),
                engine.scopesRead.contains(.trade(branch))
            else { continue }
            guard try engine.store.hasDocument(sold) else {
                throw Violation(
                    .acknowledgedSpreads, at: now,
                    "\(sold) of a removed administrator is not at \(machine.name)",
                    machines: [machine.index, second.index])
            }
        }
        record.checked(.rosterIsItsActs, at: now)
        switch end {
        case .removed: record.reached(.removedBeside)
        case .confirmed: record.reached(.agreedAfterwards)
        case .recovered: record.reached(.recoveredByKey)
        }
    }

    /// What is done on both sides of the cut.
    ///
    /// - Returns: the invitation that the one made which was cut off, and the sale.
    private func actBesides(
        _ company: Company, _ end: End
    ) throws -> (invitation: String, sold: String) {
        let (founder, second, third) = (company.founder, company.second, company.third)
        try order(.removeAdministrator(node: try key(of: second), confirms: false), founder)
        if end == .recovered {
            try advance(until: now + Self.newsWithin)
            try order(
                .recover(
                    RecoveryOrder(
                        key: Hex.text(witness.recoveryKey),
                        names: [try key(of: second)], removes: [try key(of: founder)])), third)
        }
        let branch = plan.sites[second.site].branch
        let before = Set(try invitations(second))
        try order(.invite(InvitationOrder(branch: branch, branchName: branch)), second)
        // Beside what the founder did, it removes nobody, and names who is one.
        let refused = try ask(
            .removeAdministrator(node: try key(of: founder), confirms: false), of: second)
        guard case .refused = refused,
            let mine = try invitations(second).first(where: { !before.contains($0) })
        else {
            throw Violation(
                .commandsAnswer, at: now, "\(second.name) removed the founder: \(refused)",
                machines: [second.index])
        }
        return (mine, try sell(at: second))
    }

    private func key(of machine: Machine) throws -> String {
        try machine.credentials().node.description
    }

    private func order(_ request: Request, _ machine: Machine) throws {
        let reply = try ask(request, of: machine)
        guard case .outcome = reply else {
            throw Violation(
                .commandsAnswer, at: now, "\(machine.name) refuses: \(reply)",
                machines: [machine.index])
        }
    }

    /// The cells of a report, as they are printed.
    private func rows(_ query: Query, _ machine: Machine) throws -> [[String]] {
        guard case .report(let report) = try ask(.query(query), of: machine) else {
            throw Violation(
                .commandsAnswer, at: now, "\(machine.name) does not say \(query)",
                machines: [machine.index])
        }
        return report.rows.map { $0.map(\.plain) }
    }

    private func invitations(_ machine: Machine) throws -> [String] {
        try rows(.invitations, machine).map { $0[0] }
    }

    private func expect(administrators: [Machine]) throws {
        let wanted = try administrators.map { try key(of: $0) }.sorted()
        for machine in nodes {
            let found = try rows(.administrators, machine)
                .filter { $0[3] == "administrator" }.map { $0[0] }.sorted()
            guard found != wanted else { continue }
            throw Violation(
                .rosterIsItsActs, at: now,
                "\(found.count) administrators at \(machine.name), and \(wanted.count) there are",
                machines: [machine.index])
        }
    }

    private func expect(_ invitations: [String], count: Bool) throws {
        for machine in nodes {
            let known = Set(try self.invitations(machine))
            guard invitations.contains(where: { known.contains($0) != count }) else { continue }
            throw Violation(
                .rosterIsItsActs, at: now,
                "what a removed administrator did \(count ? "does not count" : "counts") at \(machine.name)",
                machines: [machine.index])
        }
    }

    /// All hold the same roster, and nothing in memory that the disk does not say.
    private func settle(_ why: String) throws {
        let limit = now + Self.convergesWithin
        try advance(until: now + Self.newsWithin)
        func isSame() throws -> Bool {
            let first = try nodes[0].engine?.store.frontier(of: .roster)
            return try nodes.allSatisfy { try $0.engine?.store.frontier(of: .roster) == first }
        }
        while try !isSame(), now < limit { try advance(until: now + 5_000) }
        guard try isSame() else {
            throw Violation(.converges, at: now, "after \(why) rosters differ")
        }
        for machine in nodes {
            let stale = try machine.engine?.store.staleMemory() ?? []
            guard stale.isEmpty else {
                throw Violation(
                    .rosterIsItsActs, at: now, "\(stale) at \(machine.name) after \(why)",
                    machines: [machine.index])
            }
            try compareStates(machine)
        }
    }
}
