import Books
import Engine
import Foundation
import Logging
import Node

/// Two real daemons on loopback, asked by their control sockets as a clerk's commands are.
final class Daemons {
    private static let items = 4_000
    private static let batch = 1_000

    private let program: String
    private let sales: Int
    private let folder: URL
    private var processes: [Process] = []

    init(program: String, sales: Int, folder: URL) {
        self.program = program
        self.sales = sales
        self.folder = folder
    }

    deinit { stop() }

    private func stop() {
        for process in processes where process.isRunning {
            process.terminate()
            process.waitUntilExit()
        }
        processes = []
    }

    private func path(_ name: String) -> String { folder.appending(path: name).path }

    func measure() throws -> [(String, Double)] {
        var figures: [(String, Double)] = []
        try run(
            "init", "--company", "Bench", "--currency", "CNY", "--branch", "HZ", "--branch-name",
            "Hangzhou", "--name", "hz", at: "hz")
        let hz = try start("hz", port: 17_981)
        Bench.note("\(sales) sales at one branch")
        let loading = try load(hz)
        figures.append(("batchedSalesPerSecond", Double(sales) / loading))
        figures += try newcomer(hz)
        figures.append(("newcomerResidentAfterCatchUpMegabytes", peak(1)))
        let gz = try client("gz")
        figures += try reports(gz)
        figures += try single(hz)
        figures += try way(hz)
        figures += try many(hz)
        figures += try idle(gz)
        figures.append(("writerResidentMegabytes", peak(0)))
        figures.append(("newcomerResidentMegabytes", peak(1)))
        stop()
        figures += try againstPlain(figures)
        return figures
    }

    // MARK: Nodes

    @discardableResult
    private func run(_ arguments: String..., at name: String) throws -> String {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = arguments + ["--data", path(name)]
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardError = FileHandle.nullDevice
        try process.run()
        let output = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw Refusal(.fault, "\(arguments) ended with \(process.terminationStatus)")
        }
        return String(decoding: output, as: UTF8.self)
            .trimmingCharacters(in: .whitespacesAndNewlines)
    }

    private func start(_ name: String, port: Int) throws -> ControlClient {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: program)
        let address = "127.0.0.1:\(port)"
        process.arguments = [
            "node", "--data", path(name), "--listen", address, "--advertise", address,
            "--log-level", "error",
        ]
        process.standardError = FileHandle.nullDevice
        try process.run()
        processes.append(process)
        return try client(name)
    }

    private func client(_ name: String) throws -> ControlClient {
        for _ in 0..<1_000 {
            if let client = ControlClient(DataDirectory(path(name))) { return client }
            usleep(10_000)
        }
        throw Refusal(.fault, "\(name) does not answer")
    }

    /// Peak resident megabytes of a daemon.
    private func peak(_ number: Int) -> Double {
        let path = "/proc/\(processes[number].processIdentifier)/status"
        let text = (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
        let line = text.split(separator: "\n").first { $0.hasPrefix("VmHWM:") } ?? ""
        return (Double(line.filter(\.isNumber)) ?? 0) / 1_024
    }

    private func sale(_ number: Int) -> Command {
        // A fixed scatter over the items; every tenth sale is of the first forty.
        let spread = UInt64(number) &* 0x9e37_79b9_7f4a_7c15 >> 33
        let item = number % 10 == 0 ? spread % 40 : spread % UInt64(Self.items)
        return .sell(
            Details(), [Line(item: "A\(item)", quantity: "\(spread % 9 + 1)")], tender: "cash")
    }

    private func ask(_ client: ControlClient, _ commands: [Command]) throws {
        guard case .outcomes(let results) = client.ask(.performAll(commands)) else {
            throw Refusal(.fault, "no outcomes")
        }
        for case .refused(let refusal) in results { throw refusal }
    }

    private func load(_ hz: ControlClient) throws -> Double {
        for start in stride(from: 0, to: Self.items, by: 200) {
            try ask(
                hz,
                [
                    .addItems(
                        (start..<start + 200).map {
                            ItemChange(code: "A\($0)", name: "Item \($0)", price: "9.00")
                        })
                ])
        }
        return try seconds {
            for start in stride(from: 0, to: sales, by: Self.batch) {
                try ask(hz, (start..<min(sales, start + Self.batch)).map { sale($0) })
            }
        }
    }

    private func report(_ client: ControlClient, _ query: Query) throws -> Report {
        switch client.ask(.query(query)) {
        case .report(let report): return report
        case .refused(let refusal): throw refusal
        default: throw Refusal(.fault, "no report")
        }
    }

    // MARK: Figures

    /// A branch that joins now, until its state is the other's, durably.
    private func newcomer(_ hz: ControlClient) throws -> [(String, Double)] {
        Bench.note("a newcomer catches up over loopback")
        let line = try run(
            "invite", "--branch", "GZ", "--branch-name", "Guangzhou", "--reads-all", "--address",
            "127.0.0.1:17981", at: "hz")
        let target = try report(hz, .digests).rows.filter { $0[0] != .text("roster") }
        let span = try seconds {
            try run("join", line, "--name", "gz", at: "gz")
            let gz = try start("gz", port: 17_982)
            while true {
                let rows = try report(gz, .digests).rows
                if target.allSatisfy({ rows.contains($0) }) { break }
                usleep(20_000)
            }
        }
        return [
            ("newcomerSeconds", span), ("newcomerSalesPerSecond", Double(sales) / span),
        ]
    }

    private func reports(_ gz: ControlClient) throws -> [(String, Double)] {
        Bench.note("reports")
        func milliseconds(_ query: Query) throws -> Double {
            median(try (0..<9).map { _ in 1_000 * (try seconds { _ = try report(gz, query) }) })
        }
        let fold = 1_000 * (try seconds { _ = try report(gz, .balance(branch: nil, asAt: nil)) })
        return [
            ("firstTrialBalanceMilliseconds", fold),
            ("trialBalanceMilliseconds", try milliseconds(.balance(branch: "HZ", asAt: nil))),
            (
                "stockListMilliseconds",
                try milliseconds(.stock(branch: "HZ", item: nil, limit: 10_000))
            ),
        ]
    }

    private func perform(_ client: ControlClient, _ number: Int, wait: Int = 0) throws -> Double {
        try 1_000
            * seconds {
                let reply = client.ask(
                    .perform(sale(number), wait: wait, waitMilliseconds: 30_000))
                guard case .outcome = reply else { throw Refusal(.fault, "\(reply)") }
            }
    }

    private func single(_ hz: ControlClient) throws -> [(String, Double)] {
        Bench.note("one client")
        // In turns, so that both meet the same disk.
        var (ours, bare): ([Double], [Double]) = ([], [])
        for round in 0..<5 {
            ours += try (0..<100).map { try perform(hz, round * 100 + $0) }
            bare += try PlainInserts.bareCommits(100, at: path("bare\(round).db"))
        }
        return [
            ("bareCommitMilliseconds", median(bare)), ("oneClientSaleMilliseconds", median(ours)),
            ("oneClientOverBareMilliseconds", median(ours) - median(bare)),
        ]
    }

    /// From the command to the peer's word that it holds the document durably.
    private func way(_ hz: ControlClient) throws -> [(String, Double)] {
        Bench.note("the way to a peer")
        let spans = try (0..<300).map { try perform(hz, $0, wait: 1) }
        return [
            ("toPeerMedianMilliseconds", median(spans)),
            ("toPeerP99Milliseconds", quantile(spans, 0.99)),
        ]
    }

    private func many(_ hz: ControlClient) throws -> [(String, Double)] {
        Bench.note("32 clients")
        let each = 200
        let group = DispatchGroup()
        let clerks = try (0..<32).map { number in
            Clerk(
                try client("hz"), (0..<each).map { sale(number * each + $0) }, group)
        }
        let span = seconds {
            for clerk in clerks { clerk.begin() }
            group.wait()
        }
        if let refusal = clerks.lazy.compactMap(\.refusal).first { throw refusal }
        return [("manyClientsSalesPerSecond", Double(32 * each) / span)]
    }

    private func idle(_ gz: ControlClient) throws -> [(String, Double)] {
        Bench.note("an idle link, for two minutes")
        func bytes() throws -> Double {
            let peers = try report(gz, .peers)
            return peers.columns.indices.filter {
                ["received", "sent"].contains(peers.columns[$0].key)
            }.reduce(0.0) { sum, column in
                peers.rows.reduce(sum) {
                    if case .integer(let count) = $1[column] { $0 + Double(count) } else { $0 }
                }
            }
        }
        let before = try bytes()
        sleep(120)
        return [("idleBytesPerMinute", (try bytes() - before) / 2)]
    }

    /// The rows that the newcomer ended with, inserted plainly: in its batches, and in groups of 32.
    private func againstPlain(_ figures: [(String, Double)]) throws -> [(String, Double)] {
        Bench.note("plain inserts of the same rows")
        let known = Dictionary(uniqueKeysWithValues: figures)
        let floor = try PlainInserts(of: path("gz") + "/book.db", into: path("plain.db"))
        let span = try floor.insert(transactions: max(1, sales / 5_000))
        let grouped = try PlainInserts(of: path("gz") + "/book.db", into: path("grouped.db"))
        let inGroups = try grouped.insert(transactions: max(1, sales / 32))
        return [
            ("plainInsertSeconds", span),
            ("newcomerAgainstPlainInserts", span / (known["newcomerSeconds"] ?? .nan)),
            ("groupedInsertsPerSecond", Double(sales) / inGroups),
            (
                "manyClientsAgainstGroupedInserts",
                (known["manyClientsSalesPerSecond"] ?? .nan) / (Double(sales) / inGroups)
            ),
        ]
    }
}

/// Asks for one sale after the other, each once the one before was answered.
private final class Clerk: @unchecked Sendable {
    private let client: ControlClient
    private var commands: ArraySlice<Command>
    private let group: DispatchGroup
    private(set) var refusal: Refusal?

    init(_ client: ControlClient, _ commands: [Command], _ group: DispatchGroup) {
        self.client = client
        self.commands = commands[...]
        self.group = group
        group.enter()
    }

    func begin() { next() }

    private func next() {
        guard let command = commands.popFirst() else { return group.leave() }
        client.ask(.perform(command, wait: 0, waitMilliseconds: 0)) { [self] reply in
            if case .refused(let refused) = reply { refusal = refused }
            next()
        }
    }
}
