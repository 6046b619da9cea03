import ArgumentParser
import Books
import Engine
import Node

struct ExportBooks: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "books",
        abstract: "All of the books as CSV files, into a new or an empty directory.")
    @OptionGroup var node: NodeOptions
    @OptionGroup var span: SpanOptions
    @Option(name: .long, help: "Of the codes of accounts.csv; see `chart list`.") var chart: String?
    @Argument(help: "The directory.") var directory: String

    func run() throws {
        try node.withNode { access in
            let folder = try BookFolder(new: directory)
            // Who takes the books along is noted once: an entry, which has to stand before the books are looked at.
            _ = try access.exported(.handingOn(.books))
            let files = ReportFiles(
                ask: { try access.exported($0, isPart: true) }, folder: folder,
                from: span.days.from, to: span.days.to, chart: chart)
            try files.writeUnmoved(
                next: "write them anew, into an empty directory; or say `branchbook offline` first"
            ) {
                try files.writeLedger(documentsByEntry: false)
                try files.writeGoods()
            }
            Terminal.talk(Phrases.translate("written") + ": \(directory)")
        }
    }
}

struct ExportAudit: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit",
        abstract: "A package that an outsider checks by its files alone.",
        discussion: """
            It holds the raw entries of every scope that this node reads, and the keys that open them: whoever has the \
            package reads the books.
            """)
    @OptionGroup var node: NodeOptions
    @OptionGroup var span: SpanOptions
    @Argument(help: "A new or an empty directory.") var directory: String

    func run() throws {
        try node.withNode { access in
            let folder = try BookFolder(new: directory)
            try AuditFiles.write(access, folder, from: span.days.from, to: span.days.to)
            Terminal.talk(Phrases.translate("written") + ": \(directory)")
            Terminal.talk(
                Phrases.translate(
                    "whoever has this package reads the books: keep it as you keep a key"))
        }
    }
}

struct AuditCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit", abstract: "An auditor's package.",
        subcommands: [AuditCheckCommand.self])
}

struct AuditCheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Check a package by its files alone: no node and no network is needed.")
    @OptionGroup var reading: ReadOptions
    @Option(name: .long, help: "en or zh: the language of headings and messages.")
    var lang: Phrases.Language?
    @Argument(help: "The package's directory.") var directory: String

    func run() throws {
        try answering {
            var check = AuditCheck(directory)
            let report = try check.run()
            try print(report, as: reading.form)
            guard report.facts.first?.value == .flag(true) else {
                throw Refusal(
                    .notVerified, "the package does not agree with itself",
                    next: "ask who gave it to you for another, from another node of the book")
            }
        }
    }
}
