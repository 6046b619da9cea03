import Books
import Replica
import Store

/// Lots and serial numbers.
extension Engine {
    /// Goods that expire within so many days are told of.
    static let expiryDays: Int32 = 30

    private struct Held {
        let branch: BranchCode
        let location: String
        let item: ItemCode
        /// Nil where nobody said it.
        let lot: Lot?
        let amount: Int128
    }

    /// Goods of items that are told apart, what expires first in front and what is of no lot at the end. Cost: a look
    /// at the balances of all shelves.
    private func toldApart(_ only: BranchCode?, _ item: ItemCode?) throws -> [Held] {
        let tracked = try store.entities(
            prefix: ItemFacts.prefix, with: ItemFacts.Attribute.tracking)
        let codes = try Set(
            tracked.compactMap { ItemCode($0) }.filter {
                try store.values(
                    entity: ItemFacts.entity($0), attribute: ItemFacts.Attribute.tracking
                ).last.map { $0 != .text(Tracking.none.rawValue) } ?? false
            })
        guard !codes.isEmpty else { return [] }
        return try store.balances(prefix: only.map { "stock/\($0)/" } ?? "stock/").compactMap {
            row -> Held? in
            guard let account = Account(row.account), case .branch(let branch) = account.place,
                let shelf = account.shelf, let code = Commodity(row.commodity)?.item,
                codes.contains(code), item == nil || item == code
            else { return nil }
            let lot = Lot(account)
            guard lot != nil || account.purpose == .free else { return nil }
            return Held(
                branch: branch,
                location: String(shelf.name.dropFirst("stock/\(branch)/".count)), item: code,
                lot: lot, amount: row.amount)
        }.sorted {
            switch ($0.lot, $1.lot) {
            case (let a?, let b?) where a != b: return a < b
            case (.some, nil): return true
            case (nil, .some): return false
            default: return ($0.item, $0.branch, $0.location) < ($1.item, $1.branch, $1.location)
            }
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
        for held in try toldApart(only, try item.map { try Self.itemCode($0) }) {
            guard let lot = held.lot else { continue }
            let days = lot.expiry.map { Int64($0.number) - Int64(today.number) }
            if let within {
                guard let days, days <= Int64(within) else { continue }
            }
            report.rows.append([
                .text(held.branch.text), .text(held.location), .text(held.item.text),
                .optional(try itemName(held.item)), .text(lot.code),
                .optional(lot.expiry?.description), days.map { .integer($0) } ?? .empty,
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
        for held in try toldApart(nil, nil) where held.amount > 0 {
            let (item, location) = (held.item, held.location)
            let quantity = try figures.quantity(held.amount, of: item.text)
            guard let lot = held.lot else {
                let place = location == LocationFacts.main ? "" : " --location \(location)"
                rows.append([
                    .text("no lot"), .text("\(held.branch) \(location) \(item)"), quantity,
                    .text(
                        "`branchbook move \(item):\(quantity.plain)\(place) --to \(location) "
                            + "--lot \(item)=CODE@EXPIRY`"),
                ])
                continue
            }
            guard let expiry = lot.expiry, expiry.number - today.number <= Self.expiryDays
            else { continue }
            let isOver = expiry < today
            rows.append([
                .text(isOver ? "expired" : "expires soon"),
                .text("\(held.branch) \(location) \(item) \(lot.code), \(expiry)"), quantity,
                .text(
                    isOver
                        ? "`branchbook writeoff \(item):\(quantity.plain) --lot "
                            + "\(item)=\(lot.code)`, or send it back"
                        : "sell it at a discount, or send it where it is sold"),
            ])
        }
        return rows
    }
}
