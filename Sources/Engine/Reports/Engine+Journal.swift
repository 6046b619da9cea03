import Books
import Replica
import Store

/// Documents and their postings.
extension Engine {
    /// Postings day by day in the order of time. The next page begins after the fact `next`.
    func journal(_ filter: JournalFilter) throws -> Report {
        let (standing, ledger) = try needLedger()
        if let document = filter.document { return try self.document(number: document) }
        let only = try filter.branch.map { try known($0, standing) }
        let limit = bounded(filter.limit)
        let start = try filter.after.map { try Self.page($0) }
        var figures = ReportWriter(store, ledger)
        var report = Report(
            schema: "branchbook.journal/1", title: "Journal",
            columns: Self.journalColumns + ledgerColumns(standing))
        let from = try start?.day ?? filter.from.map { try Planner.day($0) }
        for day in try store.days(from: from, to: try filter.to.map { try Planner.day($0) }) {
            for (number, row) in try store.journal(on: day).enumerated() {
                if let start, day == start.day, number < start.offset { continue }
                guard matches(row, filter, only) else { continue }
                guard report.rows.count < limit else {
                    report.facts.append(
                        .init("next", "Next page after", .text("\(day):\(number)")))
                    return report
                }
                report.rows.append(try cells(row, standing, &figures))
            }
        }
        return report
    }

    private func matches(
        _ row: Store.JournalRow, _ filter: JournalFilter, _ only: BranchCode?
    ) -> Bool {
        if let only, Account(row.account)?.belongs(to: only) != true { return false }
        if let account = filter.account, !row.account.hasPrefix(account) { return false }
        if let item = filter.item, row.item != item, row.commodity != "#\(item)" { return false }
        return true
    }

    private static func page(_ text: String) throws(Refusal) -> (day: Day, offset: Int) {
        let parts = text.split(separator: ":")
        guard parts.count == 2, let day = Day(parts[0]), let offset = Int(parts[1]), offset >= 0
        else { throw Refusal(.badOption, "\(text) is not the key of a page") }
        return (day, offset)
    }

    private static let journalColumns: [Report.Column] = [
        .text("date", "Date"), .text("document", "Document"), .text("kind", "Kind"),
        .text("account", "Account"), .text("commodity", "Commodity"), .number("amount", "Amount"),
        .text("item", "Item"), .text("person", "Person"), .text("party", "Party"),
        .text("memo", "Memo"), .text("dated", "Dated"), .number("carried", "Carried at"),
    ]

    private func cells(
        _ row: Store.JournalRow, _ standing: Standing, _ figures: inout ReportWriter
    ) throws -> [Report.Cell] {
        let document = row.document
        let isMixed = !standing.currencies.others.isEmpty
        // Whose a row is is looked for only where branches differ.
        let owner: BranchCode? =
            isMixed
            ? Scope(row.scope).flatMap { scope in
                Account(row.account)?.owner(in: scope) ?? document.number?.series.branch
            } : nil
        let ledger = owner.map { standing.ledger(of: $0) } ?? figures.ledger
        return [
            .text(row.day.description), .optional(document.number?.description),
            .text(document.kind.word), .text(row.account), .text(row.commodity),
            try figures.amount(row.amount, row.commodity), .optional(row.item),
            .text(document.person), .optional(document.party), .optional(document.memo),
            // Its own date, where a close keeps it from there.
            .optional(row.day == document.effectiveDate ? nil : document.effectiveDate.description),
            // Of another currency: in the branch's own.
            row.base.map { figures.money($0, ledger) } ?? .empty,
        ] + (isMixed ? [.text(ledger.currency.text)] : [])
    }

    /// Any scope of a transaction's accounts that live in one; empty where all of it is bridges.
    private func scope(of transaction: Transaction) -> String {
        transaction.postings.lazy.compactMap { $0.account.home?.name }.first ?? ""
    }

    /// One document: its postings in every scope that is held, what links to it, what it cost.
    func document(number text: String) throws -> Report {
        let (standing, book) = try needLedger()
        guard let number = DocumentNumber(text) else {
            throw Refusal(
                .badDocumentNumber, "\(text) is not a document's number",
                next: "write it as in HZa-S-2026-000123")
        }
        let transactions = try store.transactions(of: number)
        guard let first = transactions.first else {
            if let page = try page(of: number) { return page }
            throw Refusal(.unknownDocument, "\(text) is not held here")
        }
        try foldCosts()
        let ledger = standing.ledger(of: number.series.branch)
        var figures = ReportWriter(store, book)
        var report = Report(
            schema: "branchbook.document/1", title: "Document \(number)",
            columns: Self.journalColumns + ledgerColumns(standing))
        for (place, transaction) in transactions.enumerated() {
            for posting in transaction.postings {
                report.rows.append(
                    try cells(
                        Store.JournalRow(
                            day: transaction.document.effectiveDate,
                            document: transaction.document, account: posting.account.name,
                            commodity: posting.commodity.name, amount: posting.amount,
                            item: posting.item?.text, base: posting.base,
                            transaction: Int64(place), scope: scope(of: transaction)), standing,
                        &figures))
            }
        }
        var cost = Int128(0)
        try store.costs(of: number) { cost += Int128($0.cost) }
        report.facts = [
            .init("date", "Date", .text(first.document.effectiveDate.description)),
            .init("person", "Person", .text(first.document.person)),
        ]
        if cost != 0 {
            report.facts.append(.init("cost", "Cost, derived", figures.money(cost, ledger)))
        }
        if number.kind == .invoice, let invoice = try invoice(number) {
            report.facts += try facts(of: invoice, ledger)
        }
        if let link = first.document.link {
            report.facts.append(
                .init("link", "\(link.relation)", .text(link.target.description)))
        }
        for later in try store.transactions(about: number).map(\.document) {
            let what = "\(later.link.map { "\($0.relation)" } ?? "links")"
            report.notes.append("\(later.number?.description ?? "statement") \(what) it")
        }
        return try withTalk(report, of: number)
    }
}
