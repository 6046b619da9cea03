import Foundation
import Simulator

/// A range of seeds shared among processes: a run that traps ends its process, not the sweep.
final class Sweep: @unchecked Sendable {
    private let seeds: ClosedRange<Int>
    private let jobs: Int
    private let seconds: Double
    private let failuresMax: Int
    private let options: PlanOptions
    private let executable: String
    private let lock = NSLock()
    private(set) var summary = SweepSummary()
    private let began = Date()

    init(
        seeds: ClosedRange<Int>, jobs: Int, seconds: Double, failuresMax: Int,
        options: PlanOptions, executable: String = CommandLine.arguments[0]
    ) {
        self.executable = executable
        self.seeds = seeds
        self.jobs = jobs
        self.seconds = seconds
        self.failuresMax = failuresMax
        self.options = options
    }

    func run() throws {
        let group = DispatchGroup()
        for job in 0..<jobs {
            DispatchQueue.global().async(group: group) { self.share(job) }
        }
        group.wait()
        summary.seconds = Date().timeIntervalSince(began)
        summary.jobs = jobs
        summary.lane = options.lane
    }

    /// One core's seeds: every `jobs`-th. A process that dies is followed by another.
    private func share(_ job: Int) {
        var next = seeds.lowerBound + job
        while next <= seeds.upperBound, !isOver {
            next = work(from: next)
        }
    }

    private var isOver: Bool {
        lock.lock()
        defer { lock.unlock() }
        return summary.failed.count >= failuresMax || Date().timeIntervalSince(began) > seconds
    }

    /// - Returns: the seed to go on with.
    private func work(from first: Int) -> Int {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: executable)
        process.arguments = [
            "worker", "--first", "\(first)", "--last", "\(seeds.upperBound)", "--step", "\(jobs)",
            "--lane", options.lane.rawValue,
            "--nodes", "\(options.nodes.values.lowerBound)..\(options.nodes.values.upperBound)",
        ]
        if options.gentle { process.arguments?.append("--gentle") }
        let pipe = Pipe()
        process.standardOutput = pipe
        var running = first
        do {
            try process.run()
        } catch {
            note(RunFailure(seed: UInt64(first), what: "the worker does not start: \(error)"))
            return seeds.upperBound + 1
        }
        let decoder = JSONDecoder()
        for line in Lines(pipe.fileHandleForReading) {
            if line.hasPrefix("begin ") {
                running = Int(line.dropFirst(6)) ?? running
                if isOver {
                    // It inherits this thread's signal mask, which keeps SIGTERM from it.
                    kill(process.processIdentifier, SIGKILL)
                    process.waitUntilExit()
                    return seeds.upperBound + 1
                }
            } else if let result = try? decoder.decode(RunResult.self, from: Data(line.utf8)) {
                take(result)
                running += jobs
            }
        }
        process.waitUntilExit()
        if process.terminationStatus != 0 {
            note(
                RunFailure(
                    seed: UInt64(running),
                    what: "the process ended with \(process.terminationStatus)"))
            return running + jobs
        }
        return seeds.upperBound + 1
    }

    private func take(_ result: RunResult) {
        lock.lock()
        summary.add(result)
        lock.unlock()
        if let violation = result.record.violation {
            note(
                RunFailure(
                    seed: result.record.seed,
                    what: "law \(violation.law.rawValue) at \(clockText(violation.at)): "
                        + violation.what))
        }
    }

    private func note(_ failure: RunFailure) {
        lock.lock()
        summary.failed.append(failure)
        lock.unlock()
        let nodes = options.nodes.values
        print("seed \(failure.seed): \(failure.what)")
        print(
            "  again: swift run -c release simulate replay \(failure.seed) --lane "
                + "\(options.lane.rawValue) --nodes \(nodes.lowerBound)..\(nodes.upperBound)"
                + (options.gentle ? " --gentle" : ""))
        fflush(nil)
    }
}

struct RunFailure {
    let seed: UInt64
    let what: String
}

/// Lines of a pipe until it ends.
struct Lines: Sequence, IteratorProtocol {
    private let handle: FileHandle
    private var buffer = Data()

    init(_ handle: FileHandle) { self.handle = handle }

    mutating func next() -> String? {
        while true {
            if let end = buffer.firstIndex(of: 10) {
                let line = String(decoding: buffer[..<end], as: UTF8.self)
                buffer = Data(buffer[buffer.index(after: end)...])
                return line
            }
            let more = handle.availableData
            guard !more.isEmpty else { return nil }
            buffer.append(more)
        }
    }
}
