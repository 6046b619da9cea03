import Books
import Replica
import Store

/// Reports on where goods stand.
extension Engine {
    func stock(branch: String?, item: String?, limit: Int) throws -> Report {
        let (standing, ledger) = try needLedger()
        let only = try branch.map { try known($0, standing) }
        let code = try item.map { try Self.itemCode($0) }
        try foldCosts()
        var figures = ReportWriter(store, ledger)
        var report = Report(
            schema: "branchbook.stock/1", title: "Stock",
            columns: [
                .text("branch", "Branch"), .text("item", "Item"), .text("name", "Name"),
                .number("quantity", "On shelf"), .number("value", "Value"),
                .number("uncosted", "Uncosted"), .text("location", "Location"),
                .text("status", "Status"), .number("reserved", "Reserved"),
                .number("promised", "Promised"), .number("free", "Free"),
            ] + ledgerColumns(standing))
        var statuses: [String: GoodsStatus] = [:]
        func status(_ row: Store.StockRow) throws -> GoodsStatus {
            let key = "\(row.branch)/\(row.location)"
            if let known = statuses[key] { return known }
            let status = try BranchCode(row.branch).map { try location($0, row.location).status }
            statuses[key] = status ?? .available
            return status ?? .available
        }
        let rows = try store.stock(branch: only, item: code, limit: bounded(limit))
        try figures.learn(rows.lazy.map(\.item))
        for row in rows {
            let name = try figures.name(of: row.item)
            let mayShow =
                BranchCode(row.branch).map { standing.keyring.scopes.contains(.money($0)) } ?? false
            let status = try status(row)
            let own = BranchCode(row.branch).map { standing.ledger(of: $0) } ?? ledger
            report.rows.append(
                [
                    .text(row.branch), .text(row.item), .optional(name),
                    try figures.quantity(row.onShelf, of: row.item),
                    mayShow ? (row.value.map { figures.money($0, own) } ?? .empty) : .empty,
                    row.uncosted == 0 ? .empty : try figures.quantity(row.uncosted, of: row.item),
                    .text(row.location), .text(status.rawValue),
                    row.reserved == 0 ? .empty : try figures.quantity(row.reserved, of: row.item),
                    row.promised == 0 ? .empty : try figures.quantity(row.promised, of: row.item),
                    status == .available ? try figures.quantity(row.free, of: row.item) : .empty,
                ] + (BranchCode(row.branch).map { ledgerCells($0, standing) } ?? []))
        }
        if rows.count == bounded(limit) {
            report.notes.append("Only the first \(rows.count) rows are shown.")
        }
        report.notes += currencyNotes(standing, ledger, only) + scopesMissing(standing, only)
        return report
    }

    /// What stood at branches at the end of a day, all locations together, and what it was worth, by what is known now:
    /// a document that comes later and is dated before changes it.
    func stock(
        branch: String?, item: String?, asAt text: String, limit: Int
    ) throws -> Report {
        let only = try alike(branch)
        let (standing, ledger) = (only.standing, only.ledger)
        let code = try item.map { try Self.itemCode($0) }
        let day = try Planner.day(text)
        try foldCosts()
        var figures = ReportWriter(store, ledger)
        var report = Report(
            schema: "branchbook.stock-as-at/1", title: "Stock as at",
            columns: [
                .text("branch", "Branch"), .text("item", "Item"), .text("name", "Name"),
                .number("quantity", "On shelf"), .number("value", "Value"),
            ])
        let limit = bounded(limit)
        var sum = Int128(0)
        for branch in branches(only) {
            let mayShow = standing.keyring.scopes.contains(.money(branch))
            let values =
                mayShow ? try store.inventoryValues(of: branch, item: code, upTo: day) : [:]
            var held: [String: Int128] = [:]
            for (shelf, amount) in try store.openings(
                branch: branch, item: code, before: Day(number: day.number &+ 1))
            {
                held[shelf.item, default: 0] += amount
            }
            let items = Set(held.keys).union(values.keys).sorted()
            try figures.learn(items.prefix(limit))
            for item in items {
                sum += values[item] ?? 0
                guard report.rows.count < limit else { continue }
                report.rows.append([
                    .text(branch.text), .text(item), .optional(try figures.name(of: item)),
                    try figures.quantity(held[item] ?? 0, of: item),
                    mayShow ? figures.money(values[item] ?? 0) : .empty,
                ])
            }
        }
        report.facts = [
            .init("day", "Day", .text(day.description)),
            .init("value", "Value", figures.money(sum)),
        ]
        if report.rows.count == limit {
            report.notes.append("Only the first \(limit) rows are shown; the value is of all.")
        }
        report.notes += scopesMissing(only)
        return report
    }

    /// Where goods may stand, of one branch or of all that are read here.
    func locations(branch: String?) throws -> Report {
        let (standing, _) = try needLedger()
        let only = try branch.map { try known($0, standing) }
        var report = Report(
            schema: "branchbook.locations/1", title: "Locations",
            columns: [
                .text("branch", "Branch"), .text("location", "Location"), .text("title", "Name"),
                .text("status", "Status"), .text("active", "Active"), .number("items", "Items"),
                .text("contested", "Contested"),
            ])
        for code in branches(standing, only) {
            let named = try store.locations(of: code)
            for name in Set(named + [LocationFacts.main]).sorted() {
                let facts = try location(code, name)
                report.rows.append([
                    .text(code.text), .text(name), .optional(facts.title),
                    .text(facts.status.rawValue), .flag(facts.isActive),
                    .integer(Int64(try items(on: code, name))),
                    facts.contested.isEmpty
                        ? .empty : .text(facts.contested.joined(separator: ", ")),
                ])
            }
        }
        report.notes = scopesMissing(standing, only)
        return report
    }

    func location(_ branch: BranchCode, _ name: String) throws -> LocationFacts {
        LocationFacts(
            name: name,
            values: try store.registers(entity: LocationFacts.entity(branch, name)))
    }

    /// A peer may have written anything as a name.
    private func items(on branch: BranchCode, _ location: String) throws -> Int {
        guard let shelf = Account("stock/\(branch)/\(location)") else { return 0 }
        return Set(try store.accounts(on: shelf).flatMap { try store.items(on: $0) }).count
    }
}
