import ArgumentParser
import Books
import Engine
import Exchange
import Foundation
import Node
import Replica

struct ExportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export", abstract: "Take the books elsewhere.",
        subcommands: [
            ExportBooks.self, ExportHledger.self, ExportCSV.self, ExportAudit.self,
            SampleCommand.self,
        ])
}

/// The pages of the journal, one after the other.
private func pages(
    _ access: NodeAccess, _ filter: JournalFilter, each: (Report) throws -> Void
) throws {
    var filter = filter
    filter.limit = Query.limitMax
    let started = Date()
    var rows: UInt64 = 0
    defer { Terminal.endProgress() }
    while true {
        let page = try access.exported(.journal(filter), isPart: filter.after != nil)
        try each(page)
        rows += UInt64(page.rows.count)
        Terminal.progress(ProgressCount(done: rows, total: nil, unit: "postings"), since: started)
        guard case .text(let next)? = page.facts.first(where: { $0.key == "next" })?.value else {
            return
        }
        filter.after = next
    }
}

struct ExportHledger: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "hledger",
        abstract: "A journal for hledger, with the trial balance's figures.",
        discussion: """
            Of a span, what the accounts held before it is one entry of the day before: the balances of the file are those \
            at the span's end.
            """)
    @OptionGroup var node: NodeOptions
    @OptionGroup var span: SpanOptions

    func run() throws {
        try node.withNode { access in
            let (from, to) = span.days
            let derived = try access.exported(.handingOn(.derived(from: from, to: to)))
            guard
                case .text(let currency)? = derived.facts.first(where: { $0.key == "currency" })?
                    .value,
                case .integer(let scale)? = derived.facts.first(where: { $0.key == "scale" })?.value
            else { throw Refusal(.fault, "the book tells no currency") }
            var journal = HledgerJournal(currency: currency)
            let status = try access.exported(.status)
            let kept = try branches(access)
            let others = Set(kept.map(\.currency)).subtracting([currency]).sorted()
            Terminal.write(
                journal.head(
                    scale: Int(scale), company: status.title,
                    others: others.compactMap { CurrencyCode($0) }.map { ($0.text, $0.exponent) }),
                to: STDOUT_FILENO)
            if let from {
                let before = Day(number: try Planner.day(from).number - 1).description
                // Of all together where one currency is kept, else branch by branch.
                for branch in others.isEmpty ? [nil] : kept.map(Optional.some) {
                    let balance = try access.exported(.balance(branch: branch?.code, asAt: before))
                    Terminal.write(
                        journal.opening(balance, on: before, from: from, branch: branch),
                        to: STDOUT_FILENO)
                }
            }
            try pages(access, JournalFilter(from: from, to: to)) { page in
                Terminal.write(journal.add(page: page), to: STDOUT_FILENO)
            }
            Terminal.write(journal.finish(derived: derived), to: STDOUT_FILENO)
        }
    }

    /// Every branch, and in what it keeps its books.
    private func branches(_ access: NodeAccess) throws -> [(code: String, currency: String)] {
        let entities = try access.exported(.entities)
        guard let currency = entities.columns.firstIndex(where: { $0.key == "currency" }),
            let branches = entities.columns.firstIndex(where: { $0.key == "branches" })
        else { return [] }
        return entities.rows.flatMap { row in
            row[branches].plain.split(separator: ",").map {
                ($0.filter { $0 != " " }, row[currency].plain)
            }
        }
    }
}

struct ExportCSV: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "csv", abstract: "A report as CSV: journal, balance, stock, items or sales.")
    @OptionGroup var node: NodeOptions
    @Argument(help: "journal, balance, stock, items or sales.") var what: String

    func run() throws {
        try node.withNode { access in
            let writer = CSVWriter()
            func write(_ report: Report) {
                Terminal.write(writer.table(report), to: STDOUT_FILENO)
            }
            switch what {
            case "journal":
                var isFirst = true
                try pages(access, JournalFilter()) { page in
                    if isFirst { Terminal.write(writer.header(of: page), to: STDOUT_FILENO) }
                    isFirst = false
                    for row in page.rows {
                        Terminal.write(writer.row(row, of: page), to: STDOUT_FILENO)
                    }
                }
            case "balance": write(try access.exported(.balance(branch: nil, asAt: nil)))
            case "stock":
                write(
                    try access.exported(.stock(branch: nil, item: nil, limit: Query.limitMax)))
            case "items":
                write(try access.exported(.items(search: nil, after: nil, limit: Query.limitMax)))
            case "sales":
                write(
                    try access.exported(.sales(branch: nil, from: nil, to: nil, byDay: true)))
            default:
                throw Refusal(
                    .badOption, "\(what) is no report that is exported",
                    next: "choose journal, balance, stock, items or sales")
            }
        }
    }
}

/// For the demonstration and for tries: sales from a seed.
struct SampleCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sample", abstract: "Generated sales as CSV, from a seed.")
    @Option(name: .long, help: "Seed.") var seed: UInt64 = 1
    @Option(name: .long, help: "Branches, separated by commas.") var branches: String = "HZ,GZ,SH"
    @Option(name: .long, help: "Invoices of each branch.") var invoices: Int = 1_000
    @Option(name: .long, help: "Number of the first invoice.") var start: Int = 1
    @Option(name: .long, help: "First day, days since 1970-01-01.") var firstDay: Int = 20_700
    @Option(name: .long, help: "Days.") var days: Int = 60
    @Flag(name: .long, help: "The items instead: code, name, price, cost.") var items = false

    func run() throws {
        let writer = CSVWriter()
        if items {
            var bytes = writer.record(["code", "name", "price", "cost"])
            for number in 0..<SampleSales.items {
                let item = SampleSales.item(number)
                bytes += writer.record([
                    item.code, item.name, Amount.text(Int64(item.price), scale: 2),
                    Amount.text(Int64(item.cost), scale: 2),
                ])
            }
            Terminal.write(bytes, to: STDOUT_FILENO)
            return
        }
        let names = branches.split(separator: ",").map(String.init)
        var sample = SampleSales(
            seed: seed, branches: names, firstDay: firstDay, days: days)
        Terminal.write(writer.record(SampleSales.columns), to: STDOUT_FILENO)
        for branch in names {
            let rows = sample.rows(branch: branch, count: invoices, invoiceStart: start)
            Terminal.write(rows.flatMap { writer.record($0) }, to: STDOUT_FILENO)
        }
    }
}
