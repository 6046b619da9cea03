import ArgumentParser
import Foundation
import Simulator

struct RunCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "Runs a scenario, and tells whether all held.")

    @Argument(help: "A name in Simulations/Scenarios, or a file.") var scenario: String
    @Option(help: "What else the run is drawn from.") var seed: UInt64 = 1
    @Option(help: "full: the real channel; fast: messages pass in the clear.")
    var lane: Lane = .full
    @Option(help: "Write a page about the run.") var report: String?
    @Flag(help: "Print the record as JSON.") var json = false
    @Flag(help: "Print the plan and do not run it.") var showPlan = false
    @Option(help: "Lines to show of what came before a failure.") var lines = 40

    func run() throws {
        let scenario = try ScenarioFile.read(self.scenario)
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        if showPlan {
            let plan = try scenario.plan(seed: seed, lane: lane)
            print(String(decoding: try encoder.encode(plan), as: UTF8.self))
            return
        }
        let began = clock()
        let run = try ScenarioRun(scenario, seed: seed, lane: lane, lines: lines)
        // POSIX fixes the unit at a millionth.
        let seconds = Double(clock() - began) / 1_000_000
        if let report {
            let page = ReportPage(run, command: again)
            try Data(page.html.utf8).write(to: URL(fileURLWithPath: report))
        }
        if json {
            print(String(decoding: try encoder.encode(run.record), as: UTF8.self))
        } else {
            print(RunSummary.text(run, seconds: seconds))
        }
        guard !run.isHeld else { return }
        print(RunSummary.failure(run, again: again))
        throw ExitCode(1)
    }

    /// The one command that repeats it.
    private var again: String {
        "swift run -c release simulate run \(scenario) --seed \(seed) --lane \(lane.rawValue)"
    }
}

/// Where scenarios are.
enum ScenarioFile {
    static let folder = "Simulations/Scenarios"

    /// - Throws: `ValidationError` in words.
    static func read(_ name: String) throws -> Scenario {
        let paths = [name, "\(folder)/\(name)", "\(folder)/\(name).scenario"]
        guard let path = paths.first(where: { isFile($0) }) else {
            throw ValidationError(
                """
                there is no scenario \(name)
                  why: neither the file nor \(folder)/\(name).scenario is there
                  try: one of \(names().joined(separator: ", "))
                """)
        }
        let text = try String(contentsOf: URL(fileURLWithPath: path), encoding: .utf8)
        do {
            return try ScenarioReader.read(text)
        } catch {
            throw ValidationError("\(path), \(error)")
        }
    }

    private static func isFile(_ path: String) -> Bool {
        var isFolder: ObjCBool = false
        return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
            && !isFolder.boolValue
    }

    /// All of the folder, in order.
    static func names() -> [String] {
        let files = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return files.filter { $0.hasSuffix(".scenario") }.map { String($0.dropLast(9)) }.sorted()
    }
}
