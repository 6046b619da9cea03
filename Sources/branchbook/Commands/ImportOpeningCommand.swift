import ArgumentParser
import Books
import Engine
import Exchange
import Foundation
import Node
import Replica

struct ImportOpening: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "opening",
        abstract: "What this branch's books begin with, as another system ends; and a proof of it.",
        discussion: """
            A row for each item (account stock, with its quantity and value), each document that a customer or a supplier \
            has open (receivable or payable, with party and document), and each other account. Debits are above zero. \
            An amount of another currency has that currency, and its value in the book's own. \
            A second run of the same file changes nothing. Afterwards every account and item is held against the file.
            """)
    @OptionGroup var node: NodeOptions
    @Argument(help: "The file.") var file: String
    @Option(name: .long, help: "The last day of the old books.") var date: String
    @Option(name: .long, help: "FIELD=COLUMN; may be repeated. A field is its own column else.")
    var map: [String] = []
    @Option(name: .long, help: "Names the file in every key; its name by default.")
    var source: String?
    @Option(name: .long, help: "Who acts.") var person: String?
    @Option(name: .long, help: "Where refused rows go; beside the file by default.")
    var rejects: String?
    @Flag(name: .long, help: "Ask every rule; keep nothing.") var dryRun = false
    @Flag(name: .long, help: "Answer in JSON.") var json = false

    func run() throws {
        try node.withNode { access in
            let day = try Planner.day(date)
            let fields = try MappingFile(node.directory).fields(map, named: nil, of: .opening)
            guard let input = FileHandle(forReadingAtPath: file) else {
                throw Refusal(
                    .badFile, "\(file) cannot be read: \(String(cString: strerror(errno)))",
                    next: "check its name and permissions")
            }
            let branch = try Self.fact(access.report(.status), "branch").plain
            let ledger = try Self.ledger(access)
            var run = TableRun(access: access, isDryRun: dryRun)
            try run.run(input) { header in
                try TableImport(
                    .opening, header: header, map: fields,
                    source: source ?? URL(fileURLWithPath: file).lastPathComponent,
                    person: person, date: day.description,
                    proof: OpeningProof(branch: branch, ledger: ledger))
            }
            let path = rejects ?? file + ".rejects.csv"
            try run.writeFaults(to: path)
            let imported = run.report(rejects: path)
            let form: ReportForm = json ? .json : .table
            guard !dryRun, let proof = run.proof else { return try print(imported, as: form) }
            var report = try Self.prove(proof, access, branch, day)
            report.facts += imported.facts
            report.notes += imported.notes
            try print(report, as: form)
            guard report.facts.first?.value == .flag(true) else {
                throw Refusal(
                    .notVerified, "the books do not hold what the file says",
                    next: "look at the rows that were refused, and at what was in the books before")
            }
        }
    }

    private static func fact(_ report: Report, _ key: String) -> Report.Cell {
        report.facts.first { $0.key == key }?.value ?? .empty
    }

    private static func ledger(_ access: NodeAccess) throws -> Ledger {
        let derived = try access.report(.derived)
        guard let currency = CurrencyCode(fact(derived, "currency").plain),
            case .integer(let scale) = fact(derived, "scale")
        else { throw Refusal(.fault, "the book tells no currency") }
        return Ledger(currency: currency, scale: Int(scale))
    }

    private static func prove(
        _ proof: OpeningProof, _ access: NodeAccess, _ branch: String, _ day: Day
    ) throws -> Report {
        var stock: [[Report.Cell]] = []
        var after: String? = "\(branch)/"
        while let key = after {
            let page = try access.report(
                .handingOn(.stock(at: day.description, after: key)))
            stock += page.rows.filter { $0[0].plain == branch }
            after = page.rows.last?[0].plain == branch ? fact(page, "next").plain : nil
            if after?.isEmpty == true { after = nil }
        }
        return try proof.report(
            books: try access.report(
                .accounts(StatementFilter(branches: [branch], to: day.description))),
            stock: stock,
            currencies: try access.report(.currencies(branch: branch, asAt: day.description)))
    }
}
