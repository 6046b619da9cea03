import ArgumentParser
import Foundation
import Simulator

struct RepeatCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "repeat",
        abstract: "Law 41: each seed twice, in two processes with other hash seeds.")

    @Option(help: "As in 1..20.") var seeds: PlanOptions.Range
    @OptionGroup var options: PlanOptions

    func run() throws {
        var differing = 0
        for seed in seeds.values {
            let plan = options.swarm.plan(UInt64(seed))
            let hashes = try (0..<2).map { _ in try PlanProcess().record(of: plan)?.traceHash }
            guard hashes[0] == nil || hashes[0] != hashes[1] else { continue }
            differing += 1
            print("seed \(seed): two processes, two traces")
        }
        print("\(seeds.values.count) seeds, \(differing) differ")
        if differing > 0 { throw ExitCode(1) }
    }
}
