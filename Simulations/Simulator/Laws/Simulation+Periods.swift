import Books
import Engine
import Replica
import Store

/// What a branch's closed books said when they were closed, against what every replica says at the end.
extension Simulation {
    func witnessClose(_ number: String, through text: String, at machine: Machine) throws {
        guard let engine = machine.engine, let day = Day(text),
            let branch = BranchCode(plan.sites[machine.site].branch)
        else { return }
        witness.closed[number] = Witness.Closed(
            site: machine.site, day: day, figures: try figures(of: branch, upTo: day, engine))
    }

    /// The branch's own accounts at the end of a day: what is posted, and what is derived.
    private func figures(
        of branch: BranchCode, upTo day: Day, _ engine: Engine
    ) throws -> [String: Int128] {
        guard let currency = CurrencyCode("CNY") else { return [:] }
        var sums: [String: Int128] = [:]
        for (key, turnover) in try engine.store.turnover(of: currency, to: day) {
            guard let account = Account(key.account) else { continue }
            switch account.place {
            case .branch(branch), .side(branch, _): sums[account.name, default: 0] += turnover.net
            default: continue
            }
        }
        for row in try engine.store.derived(upTo: day) where row.branch == branch.text {
            sums["derived", default: 0] += row.taken
        }
        return sums.filter { $0.value != 0 }
    }

    func checkPeriods() throws {
        for (number, closed) in witness.closed.sorted(by: { $0.key < $1.key }) {
            let site = plan.sites[closed.site].branch
            guard let branch = BranchCode(site), !witness.copied.contains(closed.site),
                !machines.contains(where: {
                    $0.site == closed.site && witness.wasSetBack($0.index)
                })
            else { continue }
            for machine in nodes
            where plan.sites[machine.site].readsAll || machine.site == closed.site {
                guard let engine = machine.engine,
                    try engine.store.closes(of: branch).contains(where: {
                        $0.stands && $0.number.description == number
                    }),
                    try !tornScopes(engine).flatMap(\.branches).contains(branch)
                else { continue }
                record.checked(.closedStays, at: now)
                while try engine.store.refreshCosts(limit: 100) > 0 {}
                let figures = try figures(of: branch, upTo: closed.day, engine)
                guard figures != closed.figures else { continue }
                let account =
                    Set(figures.keys).union(closed.figures.keys).sorted().first {
                        figures[$0] != closed.figures[$0]
                    } ?? "?"
                throw Violation(
                    .closedStays, at: now,
                    "\(account) up to \(closed.day) was \(closed.figures[account] ?? 0) when "
                        + "\(site) closed by \(number), and is \(figures[account] ?? 0) at "
                        + machine.name, machines: [machine.index])
            }
        }
    }
}
