import ArgumentParser
import Foundation
import Simulator

/// Runs small companies, each from one seed, and tells each result in a line: what the hunt for planted
/// bugs starts.
struct MutantsWorkerCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "mutants-worker", abstract: "One hunt's seeds.", shouldDisplay: false)

    @Option var first: UInt64
    @Option var last: UInt64
    @OptionGroup var options: PlanOptions
    @Option(help: "Only seeds that draw one of these faults.") var needs = ""

    func run() throws {
        let wanted = Set(needs.components(separatedBy: ",").filter { !$0.isEmpty })
        // Short, with many faults: more happens in a second.
        let swarm = Swarm(
            lane: options.lane, sites: options.nodes.values, duration: 900_000...3_600_000,
            acts: 30...70, faults: 6...20, breaksPromises: !options.gentle)
        let encoder = JSONEncoder()
        guard first <= last else { return }
        for seed in first...last {
            let plan = swarm.plan(seed)
            if !wanted.isEmpty, wanted.isDisjoint(with: plan.faults.map(\.kind.name)) { continue }
            // Whoever reads knows which seed ended the process.
            print("begin \(seed)")
            fflush(nil)
            let result = try RunResult.of(plan, lines: 0)
            print(String(decoding: try encoder.encode(result), as: UTF8.self))
            fflush(nil)
        }
    }
}

/// One process of the copy's `simulate mutants-worker`, with a mutation switched on or with none.
final class MutantsWorker {
    private let process = Process()
    private let out = Pipe()
    private let errors = Pipe()
    private var buffer = Data()
    private var seed: UInt64 = 0

    /// A script of so many operations; every fourth call of the disk in it gets each fault.
    static let diskOperations = 10
    static let diskStride = 4

    enum Event {
        case result(RunResult)
        /// A line that is no result: what a check of the disk says.
        case says(String)
        /// The process is gone: what it ended with, and the seed that it was at.
        case ended(seed: UInt64, status: Int32, signal: Bool)
        /// It has said nothing for longer than it may.
        case silent(seed: UInt64)
    }

    /// - Parameter mutant: nil for the core as it is.
    init(
        _ binary: URL, seeds: ClosedRange<UInt64>, ground: MutantsPatch.Ground,
        needs: [String] = [], nodes: String, mutant: Int?
    ) throws {
        process.executableURL = binary
        if ground == .disk {
            process.arguments = [
                "disk", "--seed", "\(seeds.lowerBound)", "--operations", "\(Self.diskOperations)",
                "--stride", "\(Self.diskStride)", "--flip-stride", "0",
            ]
        } else {
            process.arguments = [
                "mutants-worker", "--first", "\(seeds.lowerBound)", "--last",
                "\(seeds.upperBound)", "--lane", ground.lane, "--nodes", nodes, "--needs",
                needs.joined(separator: ","),
            ]
            if ground.isGentle { process.arguments?.append("--gentle") }
        }
        var environment = ProcessInfo.processInfo.environment
        environment[MutantsSource.variable] = mutant.map { "\($0)" }
        // What a trap says is enough; where it was is not worth the time.
        environment["SWIFT_BACKTRACE"] = "enable=no"
        process.environment = environment
        process.standardOutput = out
        process.standardError = errors
        seed = seeds.lowerBound
        try process.run()
    }

    /// Waits for the next thing to happen, `seconds` at most.
    func next(within seconds: Double) -> Event {
        let end = Date().addingTimeInterval(seconds)
        while true {
            while let line = takeLine() {
                if line.hasPrefix("begin ") {
                    seed = UInt64(line.dropFirst(6)) ?? seed
                } else if let result = try? JSONDecoder().decode(
                    RunResult.self, from: Data(line.utf8))
                {
                    return .result(result)
                } else {
                    return .says(line)
                }
            }
            let left = end.timeIntervalSinceNow
            guard left > 0, waitForBytes(seconds: left) else { return .silent(seed: seed) }
            let more = out.fileHandleForReading.availableData
            guard !more.isEmpty else {
                process.waitUntilExit()
                return .ended(
                    seed: seed, status: process.terminationStatus,
                    signal: process.terminationReason == .uncaughtSignal)
            }
            buffer.append(more)
        }
    }

    private func takeLine() -> String? {
        guard let end = buffer.firstIndex(of: 10) else { return nil }
        defer { buffer = Data(buffer[buffer.index(after: end)...]) }
        return String(decoding: buffer[..<end], as: UTF8.self)
    }

    private func waitForBytes(seconds: Double) -> Bool {
        var descriptor = pollfd(
            fd: out.fileHandleForReading.fileDescriptor, events: Int16(POLLIN), revents: 0)
        return poll(&descriptor, 1, Int32(min(seconds * 1_000 + 1, 1_000_000))) > 0
    }

    /// Ends the process. - Returns: whether anything ever asked for the mutation, and what a trap said.
    func finish() -> (isReached: Bool, lastWords: String?) {
        if process.isRunning { kill(process.processIdentifier, SIGKILL) }
        process.waitUntilExit()
        let text = String(
            decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        let lines = text.components(separatedBy: "\n")
        return (
            lines.contains(MutantsSource.reachedLine),
            lines.first { $0.contains("Fatal error") || $0.contains("Precondition") }
        )
    }
}
