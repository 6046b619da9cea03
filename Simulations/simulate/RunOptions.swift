import ArgumentParser
import Foundation
import Simulator

extension Lane: ExpressibleByArgument {}

/// Which plan: a seed of the swarm, or a file.
struct PlanOptions: ParsableArguments {
    @Option(help: "full: the real channel; fast: messages pass in the clear.")
    var lane: Lane = .full

    @Option(help: "How many branches a run has, as in 5 or 3..8.")
    var nodes: Range = Range(5...5)

    @Flag(help: "Without faults after which confirmed work may be lost: clones, lying disks.")
    var gentle = false

    /// `3`, or `3..8`.
    struct Range: ExpressibleByArgument {
        let values: ClosedRange<Int>

        init(_ values: ClosedRange<Int>) { self.values = values }

        init?(argument: String) {
            let parts = argument.components(separatedBy: "..").compactMap { Int($0) }
            guard let first = parts.first, let last = parts.last, parts.count <= 2, first <= last
            else { return nil }
            values = first...last
        }
    }

    var swarm: Swarm { Swarm(lane: lane, sites: nodes.values, breaksPromises: !gentle) }
}

/// What became of one plan.
struct RunResult: Codable, Sendable {
    var record: RunRecord
    var seconds: Double
    var lines: [String]

    static func of(
        _ plan: Plan, lines count: Int, ofAll: Bool = false, measures: Bool = false,
        disks: String? = nil
    ) throws -> RunResult {
        let began = ContinuousClock.now
        let simulation = try Simulation(plan, measures: measures)
        var lines: [String] = []
        do {
            try simulation.run()
        } catch let violation as Violation {
            lines = simulation.lastLines(count, of: ofAll ? [] : violation.machines)
        } catch {
            simulation.failed(error)
            lines = simulation.lastLines(count, of: [])
        }
        let took = ContinuousClock.now - began
        if let disks { try write(simulation.files, to: disks) }
        let seconds = Double(took.components.seconds) + Double(took.components.attoseconds) / 1e18
        return RunResult(record: simulation.currentRecord, seconds: seconds, lines: lines)
    }

    private static func write(
        _ files: [(machine: String, name: String, bytes: [UInt8])], to folder: String
    ) throws {
        for file in files {
            let place = URL(fileURLWithPath: folder).appendingPathComponent(file.machine)
            try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
            let name = URL(fileURLWithPath: file.name).lastPathComponent
            try Data(file.bytes).write(to: place.appendingPathComponent(name))
        }
    }
}
