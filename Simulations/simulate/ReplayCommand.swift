import ArgumentParser
import Foundation
import Simulator

struct ReplayCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replay", abstract: "Runs one seed, or one plan, again.")

    @Argument(help: "The seed; left out with --plan.") var seed: UInt64?
    @Option(help: "A plan, as `shrink` writes it.") var plan: String?
    @OptionGroup var options: PlanOptions
    @Flag(help: "Print the plan and do not run it.") var showPlan = false
    @Flag(help: "Print the record as JSON.") var json = false
    @Option(help: "Lines to show of what came before a failure.") var lines = 40
    @Flag(help: "Show those of all nodes, not only of those concerned.") var all = false
    @Option(help: "Write every node's files to this folder, as they are at the end.")
    var disks: String?

    func run() throws {
        let chosen: Plan
        if let plan {
            chosen = try JSONDecoder().decode(
                Plan.self, from: Data(contentsOf: URL(fileURLWithPath: plan)))
        } else if let seed {
            chosen = options.swarm.plan(seed)
        } else {
            throw ValidationError("name a seed or a --plan")
        }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        if showPlan {
            print(String(decoding: try encoder.encode(chosen), as: UTF8.self))
            return
        }
        let result = try RunResult.of(chosen, lines: lines, ofAll: all, disks: disks)
        if json { print(String(decoding: try encoder.encode(result.record), as: UTF8.self)) }
        if !json {
            for line in result.lines { print(line) }
            Verdict.print(result)
        }
        if result.record.violation != nil { throw ExitCode(1) }
    }
}

/// One run in a few lines.
enum Verdict {
    static func print(_ result: RunResult) {
        let record = result.record
        let hours = Double(record.ended) / 3_600_000
        Swift.print(
            String(
                format: "seed %llu %@: %.1f virtual hours in %.2f s (%.0f : 1), %d acts, "
                    + "%d confirmed, %d refused, %d batches, trace %016llx",
                record.seed, record.lane.rawValue, hours, result.seconds,
                hours * 3_600 / max(result.seconds, 0.001), record.acts, record.acknowledged,
                record.refused, record.batches, record.traceHash))
        if let converged = record.converged {
            Swift.print("  all equal \(clockText(converged)) after the heal")
        }
        guard let violation = record.violation else { return }
        Swift.print("  law \(violation.law.rawValue): \(violation.law.sentence)")
        Swift.print("  at \(clockText(violation.at)): \(violation.what)")
    }
}
