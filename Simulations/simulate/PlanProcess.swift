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
        let (output, status) = try output(of: plan)
        guard let record = try decode(output), [0, 1].contains(status) else {
            return .trapped(status)
        }
        return record.violation.map { .broke($0.law) } ?? .held
    }

    /// Nil where the process came to no end of its own.
    func record(of plan: Plan) throws -> RunRecord? { try decode(try output(of: plan).bytes) }

    private func decode(_ output: Data) throws -> RunRecord? {
        guard let end = output.lastIndex(of: UInt8(ascii: "}")) else { return nil }
        return try JSONDecoder().decode(RunRecord.self, from: output[...end])
    }

    private func output(of plan: Plan) throws -> (bytes: Data, status: Int32) {
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
        return (
            output,
            process.terminationReason == .exit
                ? process.terminationStatus : -process.terminationStatus
        )
    }
}
