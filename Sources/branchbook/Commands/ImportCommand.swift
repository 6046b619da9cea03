import ArgumentParser
import Books
import Engine
import Exchange
import Foundation
import Node
import Replica

struct ImportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import", abstract: "Bring in what another system recorded.",
        subcommands: [ImportSales.self, ImportTable.self, ImportOpening.self])
}

struct ImportSales: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sales", abstract: "Sales, returns and corrections from a CSV file.",
        discussion: """
            Lines are known by source, invoice and place in the invoice: a second run changes nothing.
            """)
    @OptionGroup var node: NodeOptions
    @Argument(help: "The file; - reads standard input.") var file: String
    @Option(name: .long, help: "FIELD=COLUMN; may be repeated. Online Retail's by default.")
    var map: [String] = []
    @Option(name: .customLong("where"), help: "COLUMN=VALUE: only such rows; may be repeated.")
    var conditions: [String] = []
    @Option(name: .long, help: "iso, mdy or dmy.") var dates: String = "iso"
    @Option(name: .long, help: "Names the file in every key; its name by default.")
    var source: String?
    @Option(name: .long, help: "What takes the money.") var tender: String = "cash"
    @Option(name: .long, help: "Percent of tax in the prices.") var tax: String = "0"
    @Option(name: .long, help: "Where refused rows go; beside the file by default.")
    var rejects: String?
    @Option(name: .long, help: "Documents in one batch.") var batch: Int = 2_000
    @Flag(name: .long, help: "Read and check the file; write nothing.") var dryRun = false
    @Flag(name: .long, help: "Answer in JSON.") var json = false

    func run() throws {
        try node.withNode { access in
            guard (1...Engine.commandsMax).contains(batch) else {
                throw Refusal(.badOption, "a batch has 1 to \(Engine.commandsMax) documents")
            }
            var mapping = SalesMapping.onlineRetail
            guard let format = SalesMapping.DateFormat(rawValue: dates) else {
                throw Refusal(.badOption, "\(dates) is not iso, mdy or dmy")
            }
            let wanted = try SalesMapping(map: map, conditions: conditions, dates: format)
            if !map.isEmpty { mapping.columns = wanted.columns }
            mapping.filters = wanted.filters
            mapping.dates = format
            var rules = SalesRules(
                source: source ?? URL(fileURLWithPath: file).lastPathComponent,
                ledger: try ledger(access))
            rules.tender = tender
            rules.tax = tax
            let path = rejects ?? (file == "-" ? "rejects.csv" : file + ".rejects.csv")
            var run = try ImportRun(
                access, file: file, mapping: mapping, rules: rules, rejects: path, batch: batch,
                isDryRun: dryRun)
            try run.run()
            let report = run.report(ledgerScale: rules.ledger.scale)
            try print(report, as: json ? .json : .table)
        }
    }

    private func ledger(_ access: NodeAccess) throws -> Ledger {
        let facts = try access.report(.derived).facts
        guard case .text(let currency)? = facts.first(where: { $0.key == "currency" })?.value,
            case .integer(let scale)? = facts.first(where: { $0.key == "scale" })?.value,
            let code = CurrencyCode(currency)
        else { throw Refusal(.fault, "the book tells no currency") }
        return Ledger(currency: code, scale: Int(scale))
    }
}

/// A file on its way into the books, in bounded memory: what was read, what was asked, what came of it.
struct ImportRun {
    private let access: NodeAccess
    private let input: FileHandle
    private let size: UInt64
    private let mapping: SalesMapping
    private let rules: SalesRules
    private let batch: Int
    private let isDryRun: Bool
    private let rejectsPath: String
    private var rejects: FileHandle?
    private var sales: SalesImport?
    private var bytesRead: UInt64 = 0
    private var documents = 0
    private var rejected = 0
    private let started = Date()

    static let chunkBytes = 256 << 10

    init(
        _ access: NodeAccess, file: String, mapping: SalesMapping, rules: SalesRules,
        rejects: String, batch: Int, isDryRun: Bool
    ) throws {
        self.access = access
        self.mapping = mapping
        self.rules = rules
        self.batch = batch
        self.isDryRun = isDryRun
        rejectsPath = rejects
        if file == "-" {
            input = .standardInput
            size = 0
        } else {
            guard let handle = FileHandle(forReadingAtPath: file) else {
                throw Refusal(
                    .badFile, "\(file) cannot be read: \(String(cString: strerror(errno)))",
                    next: "check its name and permissions")
            }
            input = handle
            let attributes = try? FileManager.default.attributesOfItem(atPath: file)
            size = (attributes?[.size] as? UInt64) ?? 0
        }
    }

    mutating func run() throws {
        var reader = CSVReader()
        while true {
            guard let data = try input.read(upToCount: Self.chunkBytes), !data.isEmpty else {
                break
            }
            bytesRead += UInt64(data.count)
            try reader.read(Array(data)) { try take($0) }
            progress()
        }
        try reader.finish { try take($0) }
        guard sales != nil else {
            throw Refusal(.badFile, "the file is empty", next: "it needs a line with column names")
        }
        sales?.finish()
        try drain()
        Terminal.endProgress()
        try rejects?.close()
    }

    private mutating func take(_ record: CSVRecord) throws {
        guard sales != nil else {
            sales = try SalesImport(mapping, rules: rules, header: record)
            return
        }
        try sales?.read(record)
        if sales?.isFull == true { try drain() }
    }

    /// Books everything that was read.
    private mutating func drain() throws {
        while let steps = sales?.take(batch), !steps.isEmpty {
            if isDryRun {
                for step in steps { sales?.settle(step.id, .recorded(number: nil)) }
            } else {
                try book(steps)
            }
            documents += steps.count
            progress()
        }
        try writeRejects()
    }

    private mutating func book(_ steps: [SalesImport.Step]) throws {
        switch access.ask(.performAll(steps.map(\.command))) {
        case .outcomes(let results):
            guard results.count == steps.count else { throw Refusal(.fault, "results are missing") }
            for (step, result) in zip(steps, results) {
                let outcome = outcome(result)
                sales?.settle(step.id, outcome)
            }
        case .refused(let refusal): throw refusal
        default: throw Refusal(.fault, "an answer of another kind")
        }
    }

    private func outcome(_ result: CommandResult) -> SalesImport.Outcome {
        switch result {
        case .done(let outcome): .recorded(number: outcome.subject)
        case .refused(let refusal):
            if refusal.code == .alreadyRecorded, let recorded = refusal.recorded {
                .alreadyRecorded(recorded.filter { $0.first <= $0.last }.map { $0.first...$0.last })
            } else {
                .refused(refusal)
            }
        }
    }

    private mutating func writeRejects() throws {
        guard let rows = sales?.takeRejects(), !rows.isEmpty else { return }
        let writer = CSVWriter()
        if rejects == nil {
            guard FileManager.default.createFile(atPath: rejectsPath, contents: nil),
                let handle = FileHandle(forWritingAtPath: rejectsPath)
            else {
                throw Refusal(
                    .readOnly, "\(rejectsPath) cannot be written",
                    next: "name another file with --rejects")
            }
            rejects = handle
            try handle.write(contentsOf: Data(writer.record(ImportReject.columns)))
        }
        rejected += rows.count
        try rejects?.write(contentsOf: Data(rows.flatMap { writer.record($0.fields) }))
    }

    private func progress() {
        let seconds = Date().timeIntervalSince(started)
        guard seconds > 1, let rows = sales?.rowsRead else { return }
        var text = "\(rows) rows, \(Int(Double(rows) / seconds)) a second"
        if size > 0, bytesRead > 0 {
            let left = seconds * (Double(size) / Double(bytesRead) - 1)
            text += ", \(bytesRead * 100 / size) %, \(Int(left)) s left"
        }
        Terminal.progress(text)
    }

    func report(ledgerScale scale: Int) -> Report {
        var report = Report(
            schema: "branchbook.import/1",
            title: isDryRun ? "Import, dry run: nothing was written" : "Import",
            columns: [
                .init("what", "What"), .init("lines", "Lines", isNumeric: true),
                .init("amount", "Amount", isNumeric: true),
            ])
        guard let totals = sales?.totals else { return report }
        func row(_ name: String, _ tally: Tally) {
            report.rows.append([
                .text(name), .integer(Int64(tally.lines)),
                .decimal(Amount.text(tally.amount, scale: scale)),
            ])
        }
        row("file", totals.file)
        row("booked", totals.booked)
        row("adjusted", totals.adjusted)
        row("rejected", totals.rejected)
        row("of these: recorded before", totals.repeated)
        row("of these: returns linked to their sale", totals.linked)
        for kind in SalesKind.allCases { row("  \(kind.rawValue)", totals.kinds[kind] ?? Tally()) }
        report.facts = [
            .init("rows", "Rows read", .integer(Int64(sales?.rowsRead ?? 0))),
            .init("leftOut", "Left out by --where", .integer(Int64(totals.leftOutLines))),
            .init("commands", "Documents and item batches", .integer(Int64(documents))),
            .init("balanced", "file = booked + adjusted + rejected", .flag(totals.isBalanced)),
        ]
        if rejected > 0 { report.notes.append("Refused rows are in \(rejectsPath).") }
        return report
    }
}
