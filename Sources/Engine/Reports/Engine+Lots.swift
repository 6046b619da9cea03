import Books
import Replica
import Store

/// Lots and serial numbers.
extension Engine {
    /// Goods that expire within so many days are told of.
    static let expiryDays: Int32 = 30

    private struct HeldLot {
        let branch: BranchCode
        let location: String
        let item: ItemCode
        let lot: Lot
        let amount: Int128
    }

    /// What expires first in front. Cost: a look at the balances of all shelves.
    private func heldLots(_ only: BranchCode?, _ item: ItemCode?) throws -> [HeldLot] {
        guard try store.tracksItems() else { return [] }
        return try store.balances(prefix: only.map { "stock/\($0)/" } ?? "stock/").compactMap {
            row in
            guard let account = Account(row.account), let lot = Lot(account),
                case .branch(let branch) = account.place, let shelf = account.shelf,
                case .item(let code)? = Commodity(row.commodity), item == nil || item == code
            else { return nil }
            return HeldLot(
                branch: branch,
                location: String(shelf.name.dropFirst("stock/\(branch)/".count)), item: code,
                lot: lot, amount: row.amount)
        }.sorted {
            if $0.lot != $1.lot { return $0.lot < $1.lot }
            return ($0.item, $0.branch, $0.location) < ($1.item, $1.branch, $1.location)
        }
    }

    func lots(
        branch: String?, item: String?, within: Int?, at now: Instant
    ) throws -> Report {
        let (standing, ledger) = try needLedger()
        let only = try branch.map { try known($0, standing) }
        var figures = ReportWriter(store, ledger)
        let today = Day(now, utcOffsetMinutes: utcOffsetMinutes)
        var report = Report(
            schema: "branchbook.lots/1", title: "Lots",
            columns: [
                .text("branch", "Branch"), .text("location", "Location"), .text("item", "Item"),
                .text("name", "Name"), .text("lot", "Lot"), .text("expires", "Expires"),
                .number("days", "Days left"), .number("quantity", "Quantity"),
            ])
        for held in try heldLots(only, try item.map { try Self.itemCode($0) }) {
            let days = held.lot.expiry.map { Int64($0.number) - Int64(today.number) }
            if let within {
                guard let days, days <= Int64(within) else { continue }
            }
            report.rows.append([
                .text(held.branch.text), .text(held.location), .text(held.item.text),
                .optional(try itemName(held.item)), .text(held.lot.code),
                .optional(held.lot.expiry?.description), days.map { .integer($0) } ?? .empty,
                try figures.quantity(held.amount, of: held.item.text),
            ])
            guard report.rows.count < Query.limitMax else { break }
        }
        report.notes = scopesMissing(standing, only)
        return report
    }

    /// What expires soon, or has; and goods of which nobody knows the lot.
    func lotExceptions(
        on today: Day, _ figures: inout ReportWriter
    ) throws -> [[Report.Cell]] {
        var rows: [[Report.Cell]] = []
        for held in try heldLots(nil, nil) where held.amount > 0 {
            guard let expiry = held.lot.expiry, expiry.number - today.number <= Self.expiryDays
            else { continue }
            let quantity = try figures.quantity(held.amount, of: held.item.text)
            let isOver = expiry < today
            rows.append([
                .text(isOver ? "expired" : "expires soon"),
                .text("\(held.branch) \(held.location) \(held.item) \(held.lot.code), \(expiry)"),
                quantity,
                .text(
                    isOver
                        ? "`branchbook writeoff \(held.item):\(quantity.plain) --lot "
                            + "\(held.item)=\(held.lot.code)`, or send it back"
                        : "sell it at a discount, or send it where it is sold"),
            ])
        }
        guard try store.tracksItems() else { return rows }
        for row in try store.balances(prefix: "stock/") where row.amount > 0 {
            guard let account = Account(row.account), account.purpose == .free,
                case .item(let code)? = Commodity(row.commodity),
                try store.values(
                    entity: ItemFacts.entity(code), attribute: ItemFacts.Attribute.tracking
                ).last.map({ $0 != .text(Tracking.none.rawValue) }) ?? false
            else { continue }
            let quantity = try figures.quantity(row.amount, of: code.text)
            rows.append([
                .text("no lot"), .text("\(row.account) \(code)"), quantity,
                .text(
                    "write it off and find it again with its lot: `branchbook find "
                        + "\(code):\(quantity.plain) --lot \(code)=CODE@EXPIRY`"),
            ])
        }
        return rows
    }
}
