import ArgumentParser
import Foundation
import Simulator

struct ShrinkCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "shrink",
        abstract: "Takes faults, acts and branches away from a failing seed, and keeps the failure."
    )

    @Argument(help: "The seed; left out with --plan.") var seed: UInt64?
    @Option(help: "A plan to begin with.") var plan: String?
    @Option(help: "Where the smaller plan is written.") var output: String = "shrunk.json"
    @Option(help: "Runs at most.") var runs = 400
    @OptionGroup var options: PlanOptions

    func run() throws {
        let first: Plan
        if let plan {
            first = try JSONDecoder().decode(
                Plan.self, from: Data(contentsOf: URL(fileURLWithPath: plan)))
        } else if let seed {
            first = options.swarm.plan(seed)
        } else {
            throw ValidationError("name a seed or a --plan")
        }
        let process = PlanProcess()
        let failure = try process.run(first)
        guard failure != .held else {
            print("this plan holds: there is nothing to shrink")
            return
        }
        var shrinker = Shrinker(runsMax: runs) { try process.run($0) == failure }
        let small = try shrinker.shrink(first)
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        try encoder.encode(small).write(to: URL(fileURLWithPath: output))
        print(
            "\(failure): \(first.faults.count) faults and \(first.acts.count) acts became "
                + "\(small.faults.count) and \(small.acts.count) in \(shrinker.runs) runs")
        print("again: swift run -c release simulate replay --plan \(output)")
    }
}
