import Books
import Replica
import Store

/// Reports on what came and went (进销存).
extension Engine {
    /// Opening, what came, what left, closing: by branch and item, or by location as well.
    func movement(_ filter: MovementFilter) throws -> Report {
        let (standing, ledger) = try needLedger()
        let only = try filter.branch.map { try known($0, standing) }
        let item = try filter.item.map { try Self.itemCode($0) }
        let (from, to) = (try Planner.day(filter.from), try Planner.day(filter.to))
        guard from <= to else {
            throw Refusal(.badOption, "\(from) is after \(to)", next: "name the earlier day first")
        }
        guard let cut = Store.Cut(rawValue: filter.by) else {
            throw Refusal(
                .badOption, "rows are by `whole`, `month` or `day`, not by \(filter.by)")
        }
        var figures = ReportWriter(store, ledger)
        var report = Report(
            schema: "branchbook.movement/1", title: "Goods movement",
            columns: [
                .text("from", cut == .day ? "Day" : "From"), .text("branch", "Branch"),
                .text("item", "Item"), .text("name", "Name"), .text("location", "Location"),
                .number("opening", "Opening"), .number("bought", "Bought"),
                .number("sold", "Sold"), .number("received", "From branches"),
                .number("shipped", "To branches"), .number("adjusted", "Adjusted"),
                .number("moved", "Moved"), .number("closing", "Closing"),
            ])
        let limit = bounded(filter.limit)
        var lines = MovementLines(
            store, item: item, from: from, to: to, cut: cut, byLocation: filter.byLocation)
        for branch in try only.map({ [$0.text] }) ?? store.shelvedBranches() {
            // One more than are shown tells that there are more.
            try lines.read(branch, upTo: limit + 1)
        }
        try figures.learn(lines.lines.prefix(limit).lazy.map(\.shelf.item))
        report.rows.reserveCapacity(min(lines.lines.count, limit))
        for line in lines.lines.prefix(limit) {
            let shelf = line.shelf
            let name = try figures.name(of: shelf.item)
            func figure(_ amount: Int128) throws -> Report.Cell {
                amount == 0 ? .empty : try figures.quantity(amount, of: shelf.item)
            }
            report.rows.append([
                .text(line.day.description), .text(shelf.branch), .text(shelf.item),
                .optional(name), .text(filter.byLocation ? shelf.location : ""),
                try figures.quantity(line.opening, of: shelf.item), try figure(line.bought),
                try figure(line.sold), try figure(line.received), try figure(line.shipped),
                try figure(line.adjusted), try figure(line.moved),
                try figures.quantity(line.closing, of: shelf.item),
            ])
        }
        report.facts = [
            .init("from", "From", .text(from.description)),
            .init("to", "To", .text(to.description)),
        ]
        if lines.lines.count > limit {
            report.notes.append("Only the first \(limit) rows are shown.")
        }
        report.notes += scopesMissing(standing, only)
        return report
    }

    /// Every move of one item at a branch, with what stood there after it.
    func stockCard(_ filter: CardFilter) throws -> Report {
        let (standing, ledger) = try needLedger()
        let branch = try known(filter.branch, standing)
        let item = try Self.itemCode(filter.item)
        let (from, to) = (try Planner.day(filter.from), try Planner.day(filter.to))
        var figures = ReportWriter(store, ledger)
        var report = Report(
            schema: "branchbook.card/1", title: "Stock card \(branch) \(item)",
            columns: [
                .text("date", "Date"), .text("document", "Document"), .text("kind", "Kind"),
                .text("location", "Location"), .number("quantity", "Quantity"),
                .number("balance", "Balance"), .text("person", "Person"),
                .text("party", "Party"), .text("memo", "Memo"),
            ])
        let openings = try store.openings(branch: branch, item: item, before: from)
        func counts(_ location: String) -> Bool {
            filter.location.map { $0 == location } ?? true
        }
        var balance = openings.filter { counts($0.key.location) }.reduce(Int128(0)) {
            $0 + $1.value
        }
        report.facts = [
            .init("opening", "Opening", try figures.quantity(balance, of: item.text))
        ]
        let limit = bounded(filter.limit)
        let rows = try store.card(branch: branch, item: item, from: from, to: to, limit: limit)
        for row in rows where counts(row.location) && row.amount != 0 {
            balance += row.amount
            let document = row.document
            report.rows.append([
                .text(document.effectiveDate.description),
                .optional(document.number?.description ?? document.link?.target.description),
                .text(document.kind.word), .text(row.location),
                try figures.quantity(row.amount, of: item.text),
                try figures.quantity(balance, of: item.text), .text(document.person),
                .optional(document.party), .optional(document.memo),
            ])
        }
        if rows.count == limit {
            report.notes.append("Only the first \(limit) moves are shown: ask for fewer days.")
        } else {
            report.facts.append(
                .init("closing", "Closing", try figures.quantity(balance, of: item.text)))
        }
        report.notes += scopesMissing(standing, branch)
        return report
    }
}
