import Foundation
import Simulator

/// A run of a scenario in a few lines.
enum RunSummary {
    private static func brief(_ time: Milliseconds) -> String { ScenarioTime.brief(time) }

    /// - Parameter seconds: that the process computed, whoever else did meanwhile.
    static func text(_ run: ScenarioRun, seconds: Double) -> String {
        let record = run.record
        let hours = Double(record.ended - record.began) / 3_600_000
        var lines = [
            run.scenario.title,
            String(
                format: "  %.1f days of %d branches in %.1f s of one core (%.0f : 1), seed %llu, "
                    + "%@ lane",
                hours / 24, record.sites.count, seconds, hours * 3_600 / max(seconds, 0.001),
                record.seed, record.lane.rawValue),
            "  \(record.acts) acts: \(record.acknowledged) documents confirmed, \(record.refused) "
                + "refused; \(record.actsSkipped) could not be asked",
            String(
                format: "  %d messages, %d bytes, %@ copies for each entry that a node needed",
                record.totalMessages, record.totalBytes,
                record.copiesPerDelivery.map(hundredths) ?? "no"),
        ]
        if let delivery = record.delivery {
            lines.append(
                "  an entry is at another node after \(brief(delivery.p50)) (half), "
                    + "\(brief(delivery.p99)) (99 in 100), \(brief(delivery.most)) (the last)")
        }
        if let worst = record.catchUps.compactMap(\.milliseconds).max() {
            lines.append("  the slowest catch-up after a fault took \(brief(worst))")
        }
        if let converged = record.converged {
            lines.append("  all equal \(brief(converged)) after the heal")
        }
        for (site, times) in run.compared.sorted(by: { $0.key < $1.key }) {
            lines.append(
                "  the others with \(record.sites[site]) slow: \(brief(times.slow.p50)) (half), "
                    + "\(brief(times.slow.p99)) (99 in 100); without: \(brief(times.quick.p50)) and "
                    + "\(brief(times.quick.p99))")
        }
        lines.append(String(format: "  trace %016llx", record.traceHash))
        if run.isHeld {
            lines.append("held: every law, and \(run.scenario.expectations.count) demands:")
            lines += run.findings.map { "  \($0.expectation.text): \($0.what)" }
        }
        return lines.joined(separator: "\n")
    }

    static func failure(_ run: ScenarioRun, again: String) -> String {
        var lines: [String] = []
        if let violation = run.record.violation {
            lines += [
                "law \(violation.law.rawValue) does not hold: \(violation.law.sentence)",
                "  at \(clockText(violation.at)) of the run, "
                    + "\(ScenarioTime.text(violation.at - run.record.began)) of the scenario",
                "  \(violation.what)",
                "  what came before:",
            ]
            lines += run.lines.map { "    \($0)" }
        }
        for unmet in run.unmet {
            let law = unmet.expectation.law.map { " (law \($0.rawValue))" } ?? ""
            lines += [
                "line \(unmet.expectation.line) does not hold: \(unmet.expectation.text)\(law)",
                "  \(unmet.what)",
            ]
        }
        return (lines + ["again: \(again)"]).joined(separator: "\n")
    }
}
