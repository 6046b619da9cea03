import ArgumentParser
import Foundation
import Simulator

struct BaselineCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "baseline",
        abstract: "Compares what the present build makes of a fixed set of runs with what was kept."
    )

    @Flag(help: "Keep the present results.") var write = false
    @Flag(help: "Every figure, not only those that changed.") var all = false
    @Option(help: "Only runs whose name begins so.") var only = ""
    @Option(help: "Where the results are kept.") var folder = "Simulations/Baselines"

    func run() throws {
        var differs = false
        for set in BaselineSet.all {
            let runs = try set.runs().filter { $0.name.hasPrefix(only) }
            guard !runs.isEmpty else { continue }
            let url = URL(fileURLWithPath: "\(folder)/\(set.rawValue).json")
            let before = try Baseline.read(url)
            var now: [Baseline] = []
            for run in runs {
                now.append(try run.result())
                FileHandle.standardError.write(Data("\(run.name) \(set.rawValue)\n".utf8))
            }
            let table = BaselineTable(before: before, now: now)
            print(table.text(all: all))
            differs = differs || table.differs
            if write { try Baseline.write(now, over: before, to: url) }
        }
        // A difference is to be looked at, and may be what was wanted.
        if differs, !write { throw ExitCode(3) }
    }
}

/// A set of runs that is always the same.
enum BaselineSet: String {
    case scenarios, seeds

    static let all: [BaselineSet] = [.scenarios, .seeds]
    static let seedRange: ClosedRange<UInt64> = 1...20
    /// Those that take seconds, and between them every kind of message.
    static let scenarioNames = [
        "dying-head-office", "flapping-line", "full-disk", "month-end-split", "restored-backup",
    ]

    /// One run of a set.
    struct Run {
        let name: String
        let result: () throws -> Baseline
    }

    func runs() throws -> [Run] {
        switch self {
        case .scenarios:
            return try Self.scenarioNames.map { name in
                let scenario = try ScenarioFile.read(name)
                return Run(name: name) {
                    let run = try ScenarioRun(scenario, seed: 1, lane: .fast, lines: 0)
                    return Baseline(name, run.record, isHeld: run.isHeld)
                }
            }
        case .seeds:
            return Self.seedRange.map { seed in
                let plan = Swarm(lane: .fast).plan(seed)
                return Run(name: "seed-\(seed)") {
                    let result = try RunResult.of(plan, lines: 0, measures: true)
                    return Baseline(
                        "seed-\(seed)", result.record, isHeld: result.record.violation == nil)
                }
            }
        }
    }
}

/// What one run of the set came to. The same build gives the same figures, on any machine.
struct Baseline: Codable, Equatable {
    var name: String
    var isHeld: Bool
    /// By name: see `figures`.
    var figures: [String: Int]

    /// In the order of the table.
    static let names = [
        "bytes", "messages", "batches", "entries", "copies ‰", "converged ms", "half ms", "99 % ms",
        "catch-up ms",
    ]

    init(_ name: String, _ record: RunRecord, isHeld: Bool) {
        self.name = name
        self.isHeld = isHeld
        figures = [
            "bytes": record.totalBytes, "messages": record.totalMessages,
            "batches": record.batches, "entries": Int(clamping: record.entries),
            "copies ‰": Int((record.copiesPerDelivery ?? 0) * 1_000),
            "converged ms": Int(record.converged ?? -1),
            "half ms": Int(record.delivery?.p50 ?? -1), "99 % ms": Int(record.delivery?.p99 ?? -1),
            "catch-up ms": Int(record.catchUps.compactMap(\.milliseconds).max() ?? 0),
        ]
    }

    static func read(_ url: URL) throws -> [Baseline] {
        guard FileManager.default.fileExists(atPath: url.path) else { return [] }
        return try JSONDecoder().decode([Baseline].self, from: Data(contentsOf: url))
    }

    /// Rows that were not run this time stay.
    static func write(_ now: [Baseline], over before: [Baseline], to url: URL) throws {
        let kept = before.filter { row in !now.contains { $0.name == row.name } }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        let rows = (kept + now).sorted {
            ($0.name.count, $0.name) < ($1.name.count, $1.name)
        }
        try (encoder.encode(rows) + Data("\n".utf8)).write(to: url)
    }
}

/// Before, now, and the difference.
struct BaselineTable {
    let before: [Baseline]
    let now: [Baseline]

    private struct Line {
        let cells: [String]
        let differs: Bool
    }

    var differs: Bool { lines.contains(where: \.differs) }

    private var lines: [Line] {
        var lines: [Line] = []
        for row in now {
            let old = before.first { $0.name == row.name }
            if old?.isHeld != row.isHeld {
                lines.append(
                    Line(
                        cells: [
                            row.name, "held", old.map { $0.isHeld ? "yes" : "no" } ?? "–",
                            row.isHeld ? "yes" : "no", "",
                        ], differs: old != nil))
            }
            for name in Baseline.names {
                let (was, present) = (old?.figures[name], row.figures[name] ?? 0)
                lines.append(
                    Line(
                        cells: [
                            row.name, name, was.map(String.init) ?? "–", "\(present)",
                            Self.change(was, present),
                        ], differs: was.map { $0 != present } ?? false))
            }
        }
        return lines
    }

    private static func change(_ before: Int?, _ now: Int) -> String {
        guard let before else { return "new" }
        if before == now { return "=" }
        guard before > 0 else { return "\(now > before ? "+" : "")\(now - before)" }
        return String(format: "%+.1f %%", Double(now - before) * 100 / Double(before))
    }

    func text(all: Bool) -> String {
        let shown = lines.filter { all || $0.differs || $0.cells[2] == "–" }
        guard !shown.isEmpty else { return "\(now.count) runs, every figure as before" }
        let heads = ["run", "figure", "before", "now", "difference"]
        let rows = [heads] + shown.map(\.cells)
        let widths = heads.indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
        return rows.map { row in
            row.enumerated().map { column, cell in
                let space = String(repeating: " ", count: widths[column] - cell.count)
                return column < 2 ? cell + space : space + cell
            }.joined(separator: "  ")
        }.joined(separator: "\n")
    }
}
