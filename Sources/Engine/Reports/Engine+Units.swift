import Books
import Replica
import Store

/// The branches side by side.
extension Engine {
    /// Of each item: what came from suppliers less what went back, what customers have, what was found or
    /// lost or became something else; and where the rest is. What is left over is in a scope that is not
    /// read here, or on its way between two entries of one document.
    func units(item text: String?, asAt: String?) throws -> Report {
        let (standing, ledger) = try needLedger()
        let only = try text.map { try Self.itemCode($0) }
        let day = try asAt.map { try Planner.day($0) }
        var figures = ReportWriter(store, ledger)
        let codes = branches(standing, nil)
        var report = Report(
            schema: "branchbook.units/1", title: "Where every unit is",
            columns: [
                .text("item", "Item"), .text("name", "Name"), .number("bought", "Came in"),
                .number("sold", "Went out"), .number("adjusted", "Adjusted"),
            ] + codes.map { .number($0.text, $0.text) } + [
                .number("transit", "In transit"), .number("dispute", "In dispute"),
                .number("unaccounted", "Unaccounted"),
            ])
        var items: [ItemCode: Units] = [:]
        for row in try store.goods(of: only, upTo: day) {
            guard let account = Account(row.account),
                case .item(let item)? = Commodity(row.commodity)
            else { continue }
            items[item, default: Units()].add(row.amount, on: account)
        }
        for (item, units) in items.sorted(by: { $0.key < $1.key }) where !units.isNothing {
            func cell(_ value: Int128) throws -> Report.Cell {
                value == 0 ? .empty : try figures.quantity(value, of: item.text)
            }
            report.rows.append(
                [
                    .text(item.text), .optional(try itemName(item)), try cell(units.bought),
                    try cell(units.sold), try cell(units.adjusted),
                ] + (try codes.map { try cell(units.shelves[$0] ?? 0) }) + [
                    try cell(units.transit), try cell(units.dispute), try cell(units.unaccounted),
                ])
        }
        let missing = items.filter { $0.value.unaccounted != 0 }.count
        report.facts = [
            .init("items", "Items", .integer(Int64(report.rows.count))),
            .init("unaccounted", "Unaccounted", .integer(Int64(missing))),
        ]
        report.notes = scopesMissing(standing, nil)
        return report
    }

    private struct Units {
        var bought = Int128(0)
        var sold = Int128(0)
        var adjusted = Int128(0)
        var shelves: [BranchCode: Int128] = [:]
        var transit = Int128(0)
        var dispute = Int128(0)

        mutating func add(_ amount: Int128, on account: Account) {
            switch (account.root, account.place) {
            case (.supplier, _): bought -= amount
            case (.customer, _): sold += amount
            case (.stock, .branch(let branch)): shelves[branch, default: 0] += amount
            // What stands on a shelf and is in transit by the entries: below zero here.
            case (.transit, _), (.early, _): transit += amount
            case (.dispute, _): dispute += amount
            // Between two scopes, and rights, which are no goods.
            case (.via, _), (.granted, _), (.grant, _), (.quota, _), (.committed, _): break
            default: adjusted -= amount
            }
        }

        var unaccounted: Int128 {
            bought - sold + adjusted - shelves.values.reduce(0, +) - transit - dispute
        }

        var isNothing: Bool {
            [bought, sold, adjusted, transit, dispute].allSatisfy { $0 == 0 }
                && shelves.values.allSatisfy { $0 == 0 }
        }
    }
}
