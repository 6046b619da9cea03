import Foundation
import Simulator

/// One plan in a process of its own: what traps there is a result here.
struct PlanProcess {
    enum Outcome: Equatable {
        case held
        case broke(Law)
        /// The process ended by itself, by this signal or exit code.
        case trapped(Int32)
    }

    /// Where the plan is put for the other process.
    private let file = FileManager.default.temporaryDirectory
        .appendingPathComponent("branchbook-plan-\(ProcessInfo.processInfo.processIdentifier).json")

    func run(_ plan: Plan) throws -> Outcome {
        try JSONEncoder().encode(plan).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: CommandLine.arguments[0])
        process.arguments = ["replay", "--plan", file.path, "--lines", "0", "--json"]
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardError = FileHandle.nullDevice
        try process.run()
        let output = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        guard process.terminationReason == .exit, [0, 1].contains(process.terminationStatus),
            let end = output.lastIndex(of: UInt8(ascii: "}"))
        else { return .trapped(process.terminationStatus) }
        let record = try JSONDecoder().decode(RunRecord.self, from: output[...end])
        return record.violation.map { .broke($0.law) } ?? .held
    }
}
