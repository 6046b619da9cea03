import ArgumentParser
import Foundation
import Simulator

struct SweepCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sweep", abstract: "Runs a range of seeds on every core.")

    /// `A..B`.
    @Option(help: "As in 1..2000.") var seeds: PlanOptions.Range
    @Option(help: "Stop after so many minutes.") var minutes: Double = 600
    @Option(help: "Processes at once.") var jobs: Int = 2
    @Option(help: "Stop after so many failures.") var failures: Int = 10
    @OptionGroup var options: PlanOptions
    @Flag(help: "Every fault kind and every marker must have occurred.") var coverage = false

    func run() throws {
        let sweep = Sweep(
            seeds: seeds.values, jobs: max(1, min(jobs, 64)), seconds: minutes * 60,
            failuresMax: max(failures, 1), options: options)
        try sweep.run()
        let summary = sweep.summary
        summary.print()
        if coverage, !summary.unreached.isEmpty {
            print("never reached: \(summary.unreached.joined(separator: ", "))")
            throw ExitCode(2)
        }
        if !summary.failed.isEmpty { throw ExitCode(1) }
    }
}
