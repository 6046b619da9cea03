import ArgumentParser
import Books
import Engine
import Exchange
import Foundation
import Node

struct ImportTable: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "table",
        abstract:
            "Items, parties, prices, stock, receipts, counts or a bank statement from a CSV file.",
        discussion: """
            A second run of the same file changes nothing: rows that say what is said already are passed \
            over, and documents are known by source and key. With --dry-run every rule is asked, and \
            nothing is kept.
            """)
    @OptionGroup var node: NodeOptions
    @Argument(help: "items, parties, prices, stock, receipts, counts or bank.") var kind: TableKind
    @Argument(help: "The file; - reads standard input.") var file: String
    @Option(name: .long, help: "FIELD=COLUMN; may be repeated. A field is its own column else.")
    var map: [String] = []
    @Option(name: .long, help: "A name under which what --map says is kept, and found again.")
    var mapping: String?
    @Option(name: .long, help: "Names the file in every key; its name by default.")
    var source: String?
    @Option(name: .long, help: "The price list that prices are of.") var list: String?
    @Option(name: .long, help: "The bank whose statement it is.") var bank: String?
    @Option(name: .long, help: "In which currency the statement is; the book's own by default.")
    var currency: String?
    @Option(name: .long, help: "Who acts.") var person: String?
    @Option(name: .long, help: "Where refused rows go; beside the file by default.")
    var rejects: String?
    @Flag(name: .long, help: "Ask every rule; keep nothing.") var dryRun = false
    @Flag(name: .long, help: "Answer in JSON.") var json = false

    func validate() throws {
        guard kind != .opening else {
            throw ValidationError("opening balances have a command of their own: import opening")
        }
        guard currency == nil || kind == .bank else {
            throw ValidationError("--currency is of a bank's statement")
        }
    }

    func run() throws {
        try node.withNode { access in
            let mappings = MappingFile(node.directory)
            let fields = try mappings.fields(map, named: mapping, of: kind)
            guard let input = FileHandle(forReadingAtPath: file == "-" ? "/dev/stdin" : file) else {
                throw Refusal(
                    .badFile, "\(file) cannot be read: \(String(cString: strerror(errno)))",
                    next: "check its name and permissions")
            }
            var run = TableRun(access: access, isDryRun: dryRun)
            try run.run(input) { header in
                try TableImport(
                    kind, header: header, map: fields,
                    source: source ?? URL(fileURLWithPath: file).lastPathComponent,
                    list: list ?? bank, currency: currency, person: person)
            }
            let path = rejects ?? (file == "-" ? "rejects.csv" : file + ".rejects.csv")
            try run.writeFaults(to: path)
            try print(run.report(rejects: path), as: json ? .json : .table)
        }
    }
}

extension TableKind: ExpressibleByArgument {}

/// Mappings by name, beside the database: a person's habit, and no part of the books.
struct MappingFile {
    let path: String

    init(_ directory: DataDirectory) { path = directory.path + "/mappings.json" }

    private static let bytesMax = 1 << 20

    /// What `map` says; kept under its name, or found there where it says nothing.
    func fields(
        _ map: [String], named name: String?, of kind: TableKind
    ) throws -> [String: String] {
        var fields: [String: String] = [:]
        for text in map {
            guard let equals = text.firstIndex(of: "="), equals != text.startIndex else {
                throw Refusal(
                    .badMapping, "“\(text)” has no equals sign", next: "write it as FIELD=COLUMN")
            }
            fields[String(text[..<equals])] = String(text[text.index(after: equals)...])
        }
        guard let name else { return fields }
        var kept: [String: [String: String]] = [:]
        if let data = FileManager.default.contents(atPath: path), data.count <= Self.bytesMax {
            guard let read = try? JSONDecoder().decode([String: [String: String]].self, from: data)
            else {
                throw Refusal(
                    .badMapping, "\(path) cannot be read", next: "take it away, and map anew")
            }
            kept = read
        }
        let key = "\(kind.rawValue)/\(name)"
        guard !fields.isEmpty else {
            guard let found = kept[key] else {
                throw Refusal(
                    .badMapping, "there is no mapping \(name) of \(kind.rawValue)",
                    next: "say it once with --map")
            }
            return found
        }
        kept[key] = fields
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .prettyPrinted]
        try encoder.encode(kept).write(to: URL(fileURLWithPath: path), options: .atomic)
        return fields
    }
}

/// A table on its way into the books, in bounded memory.
struct TableRun {
    let access: NodeAccess
    let isDryRun: Bool
    private var rows = 0
    private var done = 0
    private var unchanged = 0
    /// Of a cut-over: what the file comes to.
    private(set) var proof: OpeningProof?
    private var faults: [TableImport.Fault] = []

    /// What should be known although it was taken.
    private var told: Set<String> = []
    /// Refused rows that are kept to be told.
    private static let faultsMax = 10_000
    private static let chunkBytes = 256 << 10
    private static let batch = 500

    private var ordered: [TableImport.Fault] {
        faults.sorted { $0.lines.lowerBound < $1.lines.lowerBound }
    }

    init(access: NodeAccess, isDryRun: Bool) {
        self.access = access
        self.isDryRun = isDryRun
    }

    mutating func run(
        _ input: FileHandle, opening: (CSVRecord) throws -> TableImport
    ) throws {
        var reader = CSVReader()
        var table: TableImport?
        var waiting: [TableImport.Step] = []
        func take(_ record: CSVRecord) throws {
            if table == nil {
                table = try opening(record)
            } else {
                table?.read(record)
            }
        }
        while let data = try input.read(upToCount: Self.chunkBytes), !data.isEmpty {
            try reader.read(Array(data), take)
            waiting += table?.take() ?? []
            keep(table?.takeFaults() ?? [])
            while waiting.count >= Self.batch {
                try book(Array(waiting.prefix(Self.batch)))
                waiting.removeFirst(Self.batch)
            }
        }
        try reader.finish(take)
        guard table != nil else {
            throw Refusal(.badFile, "the file is empty", next: "it needs a line with column names")
        }
        table?.finish()
        waiting += table?.take() ?? []
        keep(table?.takeFaults() ?? [])
        if !waiting.isEmpty { try book(waiting) }
        rows = table?.rowsRead ?? 0
        proof = table?.proof
    }

    private mutating func keep(_ more: [TableImport.Fault]) {
        faults += more.prefix(max(Self.faultsMax - faults.count, 0))
    }

    /// Of a bank's statement each row is asked for by itself, so that the bad ones are named and keep no good one out; the
    /// new ones go in together. Nil where none is left.
    private mutating func sifted(_ step: TableImport.Step) throws -> TableImport.Step? {
        guard case .bank(let details, .lines(let bank, let rows)) = step.command,
            rows.count == step.rows.count
        else { return step }
        let singles = rows.map { Command.bank(details, .lines(bank: bank, [$0])) }
        switch access.ask(.checkAll(singles)) {
        case .outcomes(let results):
            guard results.count == rows.count else { throw Refusal(.fault, "results are missing") }
            var fresh: [(row: BankRow, line: Int)] = []
            for (place, result) in results.enumerated() {
                let line = step.rows[place]
                switch result {
                case .done: fresh.append((rows[place], line))
                case .refused(let refusal) where refusal.code == .nothingChanges: unchanged += 1
                case .refused(let refusal): keep([TableImport.Fault(lines: line...line, refusal)])
                }
            }
            guard let first = fresh.first, let last = fresh.last else { return nil }
            return TableImport.Step(
                command: .bank(details, .lines(bank: bank, fresh.map(\.row))),
                lines: first.line...last.line, rows: fresh.map(\.line))
        case .refused(let refusal): throw refusal
        default: throw Refusal(.fault, "an answer of another kind")
        }
    }

    private mutating func book(_ all: [TableImport.Step]) throws {
        var steps: [TableImport.Step] = []
        for step in all {
            if let some = try sifted(step) { steps.append(some) }
        }
        guard !steps.isEmpty else { return }
        let commands = steps.map(\.command)
        switch access.ask(isDryRun ? .checkAll(commands) : .performAll(commands)) {
        case .outcomes(let results):
            guard results.count == steps.count else { throw Refusal(.fault, "results are missing") }
            for (step, result) in zip(steps, results) {
                switch result {
                case .done(let outcome):
                    done += step.rows.count
                    // How many of them are new is told of all together.
                    if case .bank = step.command { told.formUnion(outcome.notices.dropFirst()) }
                case .refused(let refusal)
                where [.alreadyRecorded, .nothingChanges].contains(refusal.code):
                    unchanged += step.rows.count
                case .refused(let refusal):
                    keep([TableImport.Fault(lines: step.lines, refusal)])
                }
            }
        case .refused(let refusal): throw refusal
        default: throw Refusal(.fault, "an answer of another kind")
        }
    }

    func writeFaults(to path: String) throws {
        guard !faults.isEmpty else { return }
        let writer = CSVWriter()
        var bytes = writer.record(["first line", "last line", "code", "reason", "what to do"])
        for fault in ordered {
            bytes += writer.record([
                String(fault.lines.lowerBound), String(fault.lines.upperBound), fault.code,
                fault.reason, fault.next,
            ])
        }
        do {
            try Data(bytes).write(to: URL(fileURLWithPath: path), options: .atomic)
        } catch {
            throw Refusal(
                .readOnly, "\(path) cannot be written", next: "name another file with --rejects")
        }
    }

    func report(rejects path: String) -> Report {
        let refused = faults.reduce(0) { $0 + $1.lines.count }
        var report = Report(
            schema: "branchbook.import-table/1",
            title: isDryRun ? "Import, dry run: nothing was written" : "Import",
            columns: [
                .init("first", "Line", isNumeric: true), .init("code", "Code"),
                .init("reason", "Reason"),
            ],
            facts: [
                .init("rows", "Rows read", .integer(Int64(rows))),
                .init("done", "Brought in", .integer(Int64(done))),
                .init("unchanged", "Known before", .integer(Int64(unchanged))),
                .init("refused", "Refused", .integer(Int64(refused))),
            ])
        report.rows = ordered.prefix(20).map {
            [.integer(Int64($0.lines.lowerBound)), .text($0.code), .text($0.reason)]
        }
        report.notes += told.sorted().prefix(5)
        if !faults.isEmpty { report.notes.append("Refused rows are in \(path).") }
        return report
    }
}
