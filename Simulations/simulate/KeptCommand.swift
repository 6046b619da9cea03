import ArgumentParser
import Foundation
import Simulator

struct KeptCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "kept",
        abstract: "Runs every plan that ever failed: Simulations/Kept/*.json.")

    @Option(help: "Where they are kept.") var folder = "Simulations/Kept"

    func run() throws {
        let names = try FileManager.default.contentsOfDirectory(atPath: folder)
            .filter { $0.hasSuffix(".json") }.sorted()
        var failed = 0
        for name in names {
            let path = "\(folder)/\(name)"
            let plan = try JSONDecoder().decode(
                Plan.self, from: Data(contentsOf: URL(fileURLWithPath: path)))
            let outcome = try PlanProcess().run(plan)
            guard outcome != .held else { continue }
            failed += 1
            print("\(name): \(outcome)")
            print("  again: swift run -c release simulate replay --plan \(path)")
        }
        print("\(names.count) kept plans, \(failed) failed")
        if failed > 0 { throw ExitCode(1) }
    }
}
