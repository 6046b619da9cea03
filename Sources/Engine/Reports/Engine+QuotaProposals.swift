import Books
import Replica
import Store

/// What a shelf is to grant, so that others can sell from it for some days with the line cut. Granting stays a
/// person's act.
extension Engine {
    /// One seller and item of a shelf, in base units.
    private struct Need {
        let seller: BranchCode
        let item: ItemCode
        /// Sold on the quota in the days that are looked back on.
        let sold: Int128
        /// What the seller may sell, with what is on its way to it.
        let left: Int128
        /// What it will sell in the days to come, as it sold before; whole units.
        let wanted: Int128
        /// For how many whole days that is enough. Kept as a quotient: a peer may post any figures, and the product of two
        /// sums of them need not fit.
        let days: Int128
        var missing: Int128 { max(wanted - max(left, 0), 0) }
    }

    /// What was sold on each quota of a branch's shelf in the last `past` days, today included, says what is sold in the
    /// next `cover`; what a quota lacks of that is proposed, as far as it is free on the shelf. Who runs out first is
    /// served first. Cost: the postings to the quotas of those days.
    func quotaProposals(
        branch text: String?, cover: Int, past: Int, at now: Instant
    ) throws -> Report {
        let (standing, ledger) = try needLedger()
        guard let shelf = try text.map({ try known($0, standing) }) ?? standing.branch else {
            throw Refusal(
                .badOption, "this node is of no branch", next: "name the shelf's with --branch")
        }
        for days in [cover, past] where !(1...3_650).contains(days) {
            throw Refusal(.badOption, "\(days) is not 1 to 3,650 days")
        }
        let to = Day(now, utcOffsetMinutes: utcOffsetMinutes)
        let from = Day(number: to.number &- Int32(past) &+ 1)
        var report = Report(
            schema: "branchbook.quota-proposals/1", title: "Quotas to top up",
            columns: [
                .text("seller", "Sold by"), .text("item", "Item"), .text("name", "Name"),
                .number("sold", "Sold"), .number("quota", "May be sold"),
                .number("days", "Days of cover"), .number("free", "Free"),
                .number("grant", "To grant"), .text("next", "What to do"),
            ])
        var figures = ReportWriter(store, ledger)
        var free: [ItemCode: Int128] = [:]
        let needs = try needs(shelf, standing, from: from, to: to, cover: cover, past: past)
        // Of two quotas with the same cover the order of branches and items decides.
        for need in needs.sorted(by: {
            ($0.days, $0.seller, $0.item) < ($1.days, $1.seller, $1.item)
        }) {
            let item = need.item.text
            let here = try free[need.item] ?? store.balance(of: .stock(shelf), .item(need.item))
            let granted = min(need.missing, max(here, 0))
            free[need.item] = here - granted
            let amount = try figures.quantity(granted, of: item)
            report.rows.append([
                .text(need.seller.text), .text(item), .optional(try itemName(need.item)),
                try figures.quantity(need.sold, of: item),
                try figures.quantity(need.left, of: item),
                .integer(Int64(clamping: need.days)),
                try figures.quantity(here, of: item), granted == 0 ? .empty : amount,
                .optional(next(need, shelf, granted, amount.plain)),
            ])
        }
        report.facts = [
            .init("shelf", "Shelf of", .text(shelf.text)),
            .init("sold", "Sold since", .text(from.description)),
            .init("cover", "To last, days", .integer(Int64(cover))),
        ]
        report.notes = scopesMissing(standing, shelf)
        return report
    }

    private func next(
        _ need: Need, _ shelf: BranchCode, _ granted: Int128, _ amount: String
    ) -> String? {
        guard need.missing > 0 else { return nil }
        let grant =
            "at \(shelf): `branchbook quota grant \(need.item):\(amount) --to \(need.seller)`"
        guard granted < need.missing else { return grant }
        let order = "order more: `branchbook reorder --branch \(shelf)`"
        return granted == 0 ? order : "\(grant), and \(order)"
    }

    private func needs(
        _ shelf: BranchCode, _ standing: Standing, from: Day, to: Day, cover: Int, past: Int
    ) throws -> [Need] {
        let rights = try rights().filter { $0.shelf == shelf }
        var needs: [Need] = []
        for seller in standing.roster.branches.keys.sorted() where seller != shelf {
            let used = try store.taken(
                from: .quota(shelf, seller), by: .salesOrder, from: from, to: to)
            for (name, sold) in used.sorted(by: { $0.key < $1.key }) where sold > 0 {
                guard let item = Commodity(name)?.item else { continue }
                let held = rights.first { $0.seller == seller && $0.item == item }
                let scale = try facts(item)?.scale ?? 0
                let (product, over) = sold.multipliedReportingOverflow(by: Int128(cover))
                guard !over else { continue }
                // Up to whole units: half a bag is granted to nobody.
                let unit = Planner.power(scale)
                let whole = (product + Int128(past) * unit - 1) / (Int128(past) * unit) * unit
                let left = (held?.quota ?? 0) + (held?.given ?? 0)
                needs.append(
                    Need(
                        seller: seller, item: item, sold: sold, left: left, wanted: whole,
                        days: max(left, 0) * Int128(past) / sold))
            }
        }
        return needs
    }
}
