import Books
import Replica
import Store

/// Reports on what was bought, and on what lies.
extension Engine {
    /// By supplier and item: units, what they were put on the books for, and what that is a unit.
    func purchases(branch text: String?, from: String, to: String) throws -> Report {
        let only = try alike(text)
        let ledger = only.ledger
        let (first, last) = (try Planner.day(from), try Planner.day(to))
        var figures = ReportWriter(store, ledger)
        var report = Report(
            schema: "branchbook.purchases/1", title: "Purchases",
            columns: [
                .text("supplier", "Supplier"), .text("item", "Item"), .text("name", "Name"),
                .number("quantity", "Quantity"), .number("value", "Value"),
                .number("unit", "Unit cost"),
            ])
        var sums: [Store.PurchaseKey: Store.PurchaseRow] = [:]
        for code in branches(only) {
            for (key, row) in try store.purchases(of: code, from: first, to: last) {
                sums[key, default: .init()].quantity += row.quantity
                sums[key, default: .init()].value += row.value
            }
        }
        var total = Int128(0)
        let lines = sums.filter { $0.value.quantity != 0 || $0.value.value != 0 }
            .sorted { ($0.key.supplier, $0.key.item) < ($1.key.supplier, $1.key.item) }
        for (key, row) in lines.prefix(Query.limitMax) {
            total += row.value
            let name = try ItemCode(key.item).flatMap { try itemName($0) }
            report.rows.append([
                .text(key.supplier), .text(key.item), .optional(name),
                try figures.quantity(row.quantity, of: key.item), figures.money(row.value),
                try unitCost(row, key.item, ledger, &figures),
            ])
        }
        report.facts = [.init("total", "Total", figures.money(total))]
        report.notes = scopesMissing(only)
        return report
    }

    /// Shown, never kept: rounded to the ledger's own places.
    private func unitCost(
        _ row: Store.PurchaseRow, _ item: String, _ ledger: Ledger,
        _ figures: inout ReportWriter
    ) throws -> Report.Cell {
        guard row.quantity > 0 else { return .empty }
        let units = (0..<(try figures.scale(of: item))).reduce(Int128(1)) { product, _ in
            product * 10
        }
        let cost = try Amount.divide(row.value * units, by: row.quantity)
        return .decimal(Amount.text(cost, scale: ledger.scale))
    }

    /// Goods of which none was sold for so many days.
    func slowStock(
        branch text: String?, days: Int, asAt: String?, at now: Instant
    ) throws -> Report {
        let only = try alike(text)
        let (standing, ledger) = (only.standing, only.ledger)
        guard (1...36_500).contains(days) else {
            throw Refusal(.badOption, "\(days) is not 1 to 36,500 days")
        }
        try foldCosts()
        let asked = try asAt.map { try Planner.day($0) }
        let today = asked ?? Day(now, utcOffsetMinutes: utcOffsetMinutes)
        var figures = ReportWriter(store, ledger)
        var report = Report(
            schema: "branchbook.slow/1", title: "Slow stock",
            columns: [
                .text("branch", "Branch"), .text("item", "Item"), .text("name", "Name"),
                .number("quantity", "On shelf"), .number("value", "Value"),
                .text("sold", "Last sold"), .number("days", "Days ago"),
            ])
        var value = Int128(0)
        for code in branches(only) {
            let last = try store.lastSales(of: code, upTo: asked)
            let mayShow = standing.keyring.scopes.contains(.money(code))
            for (item, goods) in try held(at: code, on: asked) where goods.units > 0 {
                let ago = last[item].map { Int64(today.number) - Int64($0.number) }
                guard ago ?? .max >= Int64(days) else { continue }
                value += goods.value
                report.rows.append([
                    .text(code.text), .text(item),
                    .optional(try ItemCode(item).flatMap { try itemName($0) }),
                    try figures.quantity(goods.units, of: item),
                    mayShow ? figures.money(goods.value) : .empty,
                    .optional(last[item]?.description), ago.map { .integer($0) } ?? .empty,
                ])
            }
        }
        report.facts = [.init("value", "Value", figures.money(value))]
        report.notes = scopesMissing(only)
        return report
    }
}
