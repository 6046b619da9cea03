import Books
import Engine

/// A scenario with one seed, run: its record, the laws, and what the scenario demands beyond them.
package struct ScenarioRun {
    package let scenario: Scenario
    package let plan: Plan
    package private(set) var record: RunRecord
    /// Of every demand, in the order of the file; empty where a law ended the run.
    package let findings: [Finding]
    /// What happened last at the nodes concerned, where a law did not hold.
    package private(set) var lines: [String] = []
    /// Of the same run without a slow line: deliveries among the others, by the site left out.
    package let compared: [Int: Comparison]

    /// Deliveries among all others, with the lines of one site slow and without.
    package struct Comparison: Hashable, Sendable {
        package let slow: RunRecord.Delivery
        package let quick: RunRecord.Delivery
    }

    /// Differences below this are not told from chance: it is what a batch and a trip take.
    package static let delayAllowance: Milliseconds = 100

    package var unmet: [Finding] { findings.filter { !$0.isMet } }
    package var isHeld: Bool { record.violation == nil && unmet.isEmpty }

    /// Runs it; a law that fails ends the run, and then no demand is judged.
    ///
    /// - Throws: what no run can go on from: a plan too large, or a simulator that cannot start.
    package init(_ scenario: Scenario, seed: UInt64, lane: Lane, lines count: Int = 40) throws {
        self.scenario = scenario
        plan = try scenario.plan(seed: seed, lane: lane)
        let simulation = try Simulation(plan, measures: true)
        var findings: [Finding] = []
        var compared: [Int: Comparison] = [:]
        do {
            try simulation.run()
            // The simulated disk is the process's: whatever runs another company comes last.
            let ordered =
                scenario.expectations.filter { !$0.kind.runsAnother }
                + scenario.expectations.filter(\.kind.runsAnother)
            for expectation in ordered {
                let found = try Self.finding(expectation.kind, simulation, plan, &compared)
                findings.append(
                    Finding(expectation: expectation, isMet: found.isMet, what: found.what))
            }
        } catch let violation as Violation {
            simulation.record.violation = violation
            lines = simulation.lastLines(count, of: violation.machines)
        } catch {
            simulation.failed(error)
            lines = simulation.lastLines(count, of: [])
        }
        record = simulation.record
        self.compared = compared
        self.findings = findings.sorted { $0.expectation.line < $1.expectation.line }
        if !compared.isEmpty { record.checked(.slowHurtsNobody, at: record.ended) }
    }

    /// While the company still stands: some demands ask it.
    private static func finding(
        _ demand: Expectation.Kind, _ simulation: Simulation, _ plan: Plan,
        _ compared: inout [Int: Comparison]
    ) throws -> (isMet: Bool, what: String) {
        switch demand {
        case .reportsAgree(let day): return try reports(asAt: day, simulation)
        case .slowDelaysAtMost(let site, let times):
            return try delays(of: site, times, simulation, plan, &compared)
        default: return simulation.record.finding(demand) ?? (false, "nothing was found")
        }
    }

    private static func reports(
        asAt day: String, _ simulation: Simulation
    ) throws -> (isMet: Bool, what: String) {
        let answers = try simulation.balances(asAt: day)
        guard let first = answers.first, !first.rows.isEmpty else {
            return (false, "nobody has figures as at \(day)")
        }
        for other in answers where other.rows != first.rows {
            return (false, "the trial balances of \(first.node) and \(other.node) differ")
        }
        return (true, "\(first.rows.count) rows at \(answers.count) nodes")
    }

    /// Law 34: the same plan without the slow lines of one site, and what the others notice of them.
    private static func delays(
        of site: Int, _ times: Int64, _ simulation: Simulation, _ plan: Plan,
        _ compared: inout [Int: Comparison]
    ) throws -> (isMet: Bool, what: String) {
        var quickPlan = plan
        quickPlan.faults.removeAll { fault in
            if case .slow(let a, let b, _, _) = fault.kind { return a == site || b == site }
            return false
        }
        guard quickPlan.faults != plan.faults else { return (false, "no line of it is slow") }
        let slow = simulation.deliveries(without: site)
        let twin = try Simulation(quickPlan, measures: true)
        do {
            try twin.run()
        } catch let violation as Violation {
            return (false, "without the slow line law \(violation.law.rawValue) does not hold")
        }
        guard let slow, let quick = twin.deliveries(without: site) else {
            return (false, "nothing was delivered")
        }
        compared[site] = Comparison(slow: slow, quick: quick)
        let parts: [(String, KeyPath<RunRecord.Delivery, Milliseconds>)] = [
            ("half", \.p50), ("nine in ten", \.p90), ("99 in 100", \.p99),
        ]
        for (name, part) in parts {
            let (now, usual) = (slow[keyPath: part], quick[keyPath: part])
            guard now > usual * times / 1_000 + delayAllowance else { continue }
            return (
                false,
                "\(name) within \(ScenarioTime.brief(now)), without it \(ScenarioTime.brief(usual))"
            )
        }
        return (
            true,
            "99 in 100 within \(ScenarioTime.brief(slow.p99)), without it "
                + ScenarioTime.brief(quick.p99)
        )
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
