import Books
import Engine
import Exchange

/// Reports as CSV files, page by page.
struct ReportFiles {
    let ask: (Query) throws -> Report
    let folder: BookFolder
    let from: String?
    let to: String?
    /// Of the codes in `accounts.csv`; the book's own where nil.
    var chart: String?

    /// - Parameter next: the query of the page after a key.
    func write(_ name: String, _ first: Query, next: ((String) -> Query)? = nil) throws {
        let writer = CSVWriter()
        try folder.write(name) { put in
            var page = try ask(first)
            try put(writer.header(of: page))
            while true {
                try put(page.rows.reduce(into: []) { $0 += writer.row($1, of: page) })
                guard let next,
                    case .text(let key)? = page.facts.first(where: { $0.key == "next" })?.value
                else { return }
                page = try ask(next(key))
            }
        }
    }

    /// Writes files, and tells when entries came meanwhile: each is whole then, and they do not agree with each other.
    ///
    /// - Throws: `Refusal.booksMoved`; what `body` throws.
    func writeUnmoved(next: String, _ body: () throws -> Void) throws {
        func state() throws -> [[Report.Cell]] { try ask(.digests).rows }
        let before = try state()
        try body()
        guard try state() == before else {
            throw Refusal(
                .booksMoved, "entries came while the files were written: they do not agree",
                next: next)
        }
    }

    private var span: StatementFilter { StatementFilter(from: from, to: to, chart: chart) }

    /// What an account book says of a span.
    func writeLedger(documentsByEntry byEntry: Bool) throws {
        try write("accounts.csv", .accounts(span))
        var journal = JournalFilter(from: from, to: to)
        journal.limit = Query.limitMax
        try write("journal.csv", .journal(journal)) { key in
            var filter = journal
            filter.after = key
            return .journal(filter)
        }
        try write("derived.csv", .handingOn(.derived(from: from, to: to)))
        func documents(_ after: String?) -> Query {
            .handingOn(.documents(from: from, to: to, after: after, byEntry: byEntry))
        }
        try write("documents.csv", documents(nil)) { documents($0) }
        try write("closes.csv", .periods(branch: nil))
        try write("late.csv", .lateEntries(limit: Query.limitMax))
    }

    /// Goods at the end of the span, and what is known of items and parties now.
    func writeGoods() throws {
        func stock(_ after: String?) -> Query {
            .handingOn(.stock(at: to ?? "9999-12-31", after: after))
        }
        try write("stock.csv", stock(nil)) { stock($0) }
        func items(_ after: String?) -> Query {
            .items(search: nil, after: after, limit: Query.limitMax)
        }
        try write("items.csv", items(nil)) { items($0) }
        try write("parties.csv", .handingOn(.parties(after: nil))) {
            .handingOn(.parties(after: $0))
        }
    }

    /// Who did what: documents by person, and what nodes noted.
    func writePeople() throws {
        try write("acts.csv", .handingOn(.acts(from: from, to: to)))
        func notes(_ after: String?) -> Query {
            .handingOn(.notes(from: from, to: to, after: after))
        }
        try write("audit-log.csv", notes(nil)) { notes($0) }
    }

    /// Who may write, and what is held.
    func writeCompany() throws {
        try write("members.csv", .members)
        try write("digests.csv", .digests)
    }
}
