import Books
import Engine

/// A scenario with one seed, run: its record, the laws, and what the scenario demands beyond them.
package struct ScenarioRun {
    package let scenario: Scenario
    package let plan: Plan
    package private(set) var record: RunRecord
    package private(set) var unmet: [Unmet] = []
    /// What happened last at the nodes concerned, where a law did not hold.
    package private(set) var lines: [String] = []
    /// Of the same run without a slow line: deliveries among the others, by the site left out.
    package private(set) var compared:
        [Int: (slow: RunRecord.Delivery, quick: RunRecord.Delivery)] =
            [:]

    /// Differences below this are not told from chance: it is what a batch and a trip take.
    package static let delayAllowance: Milliseconds = 100

    package var isHeld: Bool { record.violation == nil && unmet.isEmpty }

    /// Runs it; a law that fails ends the run, and the demands are judged all the same.
    ///
    /// - Throws: what no run can go on from: a plan too large, or a simulator that cannot start.
    package init(_ scenario: Scenario, seed: UInt64, lane: Lane, lines count: Int = 40) throws {
        self.scenario = scenario
        plan = try scenario.plan(seed: seed, lane: lane)
        let simulation = try Simulation(plan, measures: true)
        do {
            try simulation.run()
            unmet += try Self.reports(scenario, simulation)
        } catch let violation as Violation {
            simulation.record.violation = violation
            lines = simulation.lastLines(count, of: violation.machines)
        } catch {
            simulation.failed(error)
            lines = simulation.lastLines(count, of: [])
        }
        record = simulation.record
        guard record.violation == nil else { return }
        for expectation in scenario.expectations {
            if case .slowDelaysAtMost(let site, let times) = expectation.kind {
                try compare(expectation, simulation, site, times)
            } else if let what = record.lacks(expectation.kind) {
                unmet.append(Unmet(expectation: expectation, what: what))
            }
        }
        unmet.sort { $0.expectation.line < $1.expectation.line }
    }

    /// Asked while the company still stands.
    private static func reports(
        _ scenario: Scenario, _ simulation: Simulation
    ) throws -> [Unmet] {
        var unmet: [Unmet] = []
        for expectation in scenario.expectations {
            guard case .reportsAgree(let day) = expectation.kind else { continue }
            let answers = try simulation.balances(asAt: day)
            guard let first = answers.first, first.rows.isEmpty == false else {
                unmet.append(
                    Unmet(expectation: expectation, what: "nobody has figures as at \(day)"))
                continue
            }
            for other in answers.dropFirst() where other.rows != first.rows {
                unmet.append(
                    Unmet(
                        expectation: expectation,
                        what: "the trial balances of \(first.node) and \(other.node) differ"))
            }
        }
        return unmet
    }

    /// Law 34: the same plan without the slow lines of one site, and what the others notice of them.
    private mutating func compare(
        _ expectation: Expectation, _ simulation: Simulation, _ site: Int, _ times: Int64
    ) throws {
        var quickPlan = plan
        quickPlan.faults.removeAll { fault in
            if case .slow(let a, let b, _, _) = fault.kind { return a == site || b == site }
            return false
        }
        let quick = try Simulation(quickPlan, measures: true)
        do {
            try quick.run()
        } catch let violation as Violation {
            unmet.append(
                Unmet(
                    expectation: expectation,
                    what: "without the slow line law \(violation.law.rawValue) does not hold"))
            return
        }
        guard let slow = simulation.deliveries(without: site),
            let usual = quick.deliveries(without: site)
        else {
            unmet.append(Unmet(expectation: expectation, what: "nothing was delivered"))
            return
        }
        compared[site] = (slow, usual)
        for (name, part) in [("half", \.p50), ("nine in ten", \.p90), ("99 in 100", \.p99)]
            as [(String, KeyPath<RunRecord.Delivery, Milliseconds>)]
        {
            let limit = usual[keyPath: part] * times / 1_000 + Self.delayAllowance
            guard slow[keyPath: part] > limit else { continue }
            unmet.append(
                Unmet(
                    expectation: expectation,
                    what: "\(name) of the others' entries take up to \(slow[keyPath: part]) ms, "
                        + "and \(usual[keyPath: part]) ms without it"))
        }
    }
}

extension Simulation {
    /// The trial balance of every complete replica as at a day.
    func balances(asAt day: String) throws -> [(node: String, rows: [[String]])] {
        var answers: [(node: String, rows: [[String]])] = []
        for machine in machines
        where machine.isUp && !machine.isRetired
            && (plan.sites[machine.site].readsAll || machine.site == 0)
        {
            let reply = try ask(.query(.balance(branch: nil, asAt: day)), of: machine)
            guard case .report(let report) = reply else {
                throw Violation(
                    .sameBooks, at: now, "\(machine.name) has no balance as at \(day): \(reply)",
                    machines: [machine.index])
            }
            answers.append((machine.name, report.rows.map { $0.map(\.plain) }))
        }
        record.checked(.sameBooks, at: now)
        return answers
    }

    /// Among all sites but one.
    func deliveries(without site: Int) -> RunRecord.Delivery? {
        measures.flatMap { RunRecord.Delivery($0.deliveries.total(without: site)) }
    }
}
