import ArgumentParser
import Foundation
import Simulator

/// Runs every n-th seed of a range and tells each result in a line: what `sweep` starts on each core.
struct WorkerCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "worker", abstract: "One core's share of a sweep.", shouldDisplay: false)

    @Option var first: UInt64
    @Option var last: UInt64
    @Option var step: UInt64
    @OptionGroup var options: PlanOptions

    func run() throws {
        let encoder = JSONEncoder()
        for seed in stride(from: first, through: last, by: Int(step)) {
            // Whoever reads knows which seed ended the process.
            print("begin \(seed)")
            fflush(nil)
            let result = try RunResult.of(options.swarm.plan(seed), lines: 0)
            print(String(decoding: try encoder.encode(result), as: UTF8.self))
            fflush(nil)
        }
    }
}
