import Books
package import Replica
import Store

/// Reports on rights.
extension Engine {
    /// Rights of one seller on one item of a shelf, in base units.
    package struct Rights: Sendable {
        package let shelf: BranchCode
        package let seller: BranchCode
        package let item: ItemCode
        /// All that were given and stand, as the shelf's holder says.
        package internal(set) var granted: Int128 = 0
        /// Given or given back, and not taken up.
        package internal(set) var given: Int128 = 0
        /// What the seller may sell.
        package internal(set) var quota: Int128 = 0
        /// Sold and not delivered.
        package internal(set) var committed: Int128 = 0
    }

    /// In the order of shelves, sellers and items. Accounts whose name says nothing are left out: a peer may
    /// post to any.
    package func rights() throws -> [Rights] {
        struct Key: Hashable {
            let shelf: BranchCode
            let seller: BranchCode
            let item: ItemCode
        }
        var found: [Key: Rights] = [:]
        func add(
            _ shelf: BranchCode, _ seller: BranchCode, _ commodity: String,
            _ change: (inout Rights) -> Void
        ) {
            guard case .item(let item)? = Commodity(commodity) else { return }
            let key = Key(shelf: shelf, seller: seller, item: item)
            change(&found[key, default: Rights(shelf: shelf, seller: seller, item: item)])
        }
        for prefix in ["granted/", "quota/", "grant/", "committed/"] {
            for row in try store.balances(prefix: prefix) {
                guard let account = Account(row.account) else { continue }
                switch (account.root, account.place) {
                case (.granted, .side(let shelf, let seller)):
                    add(shelf, seller, row.commodity) { $0.granted -= row.amount }
                case (.quota, .side(let seller, let shelf)):
                    add(shelf, seller, row.commodity) { $0.quota += row.amount }
                case (.committed, .pair(let pair)):
                    guard let order = Self.document(of: account), pair.contains(order.series.branch)
                    else { continue }
                    let seller = order.series.branch
                    add(pair.other(than: seller), seller, row.commodity) {
                        $0.committed += row.amount
                    }
                case (.grant, .pair(let pair)):
                    guard let number = Self.document(of: account),
                        let (shelf, seller) = try sides(number, pair)
                    else { continue }
                    add(shelf, seller, row.commodity) { $0.given += row.amount }
                default: continue
                }
            }
        }
        return found.values.sorted {
            ($0.shelf, $0.seller, $0.item) < ($1.shelf, $1.seller, $1.item)
        }
    }

    private static func document(of account: Account) -> DocumentNumber? {
        let parts = account.name.split(separator: "/", maxSplits: 2)
        return parts.count == 3 ? DocumentNumber(parts[2]) : nil
    }

    /// Whose goods rights on their way are on, and who sells: who gives them back is the seller.
    private func sides(
        _ number: DocumentNumber, _ pair: BranchPair
    ) throws -> (shelf: BranchCode, seller: BranchCode)? {
        let giver = number.series.branch
        guard pair.contains(giver) else { return nil }
        let isBack = try store.transactions(of: number).flatMap(\.postings).contains {
            $0.account.root == .quota
        }
        let taker = pair.other(than: giver)
        return isBack ? (taker, giver) : (giver, taker)
    }

    func quotas(branch text: String?) throws -> Report {
        let (standing, ledger) = try needLedger()
        let only = try text.map { try known($0, standing) }
        var figures = ReportWriter(store, ledger)
        var report = Report(
            schema: "branchbook.quotas/1", title: "Quotas",
            columns: [
                .text("shelf", "Shelf of"), .text("seller", "Sold by"), .text("item", "Item"),
                .text("name", "Name"), .number("granted", "Granted"),
                .number("given", "On its way"), .number("quota", "May be sold"),
                .number("committed", "Sold, not delivered"), .number("asked", "Asked for"),
                .text("since", "Since"),
            ])
        for row in try rights() where only == nil || row.shelf == only || row.seller == only {
            let item = row.item.text
            func cell(_ value: Int128) throws -> Report.Cell {
                value == 0 ? .empty : try figures.quantity(value, of: item)
            }
            let asked = try asked(row)
            report.rows.append([
                .text(row.shelf.text), .text(row.seller.text), .text(item),
                .optional(try itemName(row.item)), try figures.quantity(row.granted, of: item),
                try cell(row.given), try cell(row.quota), try cell(row.committed),
                try asked.map { try cell(Int128($0.quantity)) } ?? .empty,
                .optional(asked?.day.description),
            ])
        }
        return report
    }

    /// What a seller asked for last.
    private func asked(_ rights: Rights) throws -> (quantity: Int64, day: Day)? {
        let entity = QuotaNotes.entity(shelf: rights.shelf, seller: rights.seller)
        for event in try store.events(of: entity).reversed()
        where event.kind == QuotaNotes.Kind.asked {
            let field = event[Commodity.item(rights.item).name]
            if let quantity = field?.integer { return (quantity, event.effectiveDate) }
        }
        return nil
    }

    /// Rights of which there are less than nothing: a copy of a disk, or a node that lies.
    func quotaExceptions(_ figures: inout ReportWriter) throws -> [[Report.Cell]] {
        var rows: [[Report.Cell]] = []
        for row in try rights() {
            let subject = "\(row.seller) of \(row.shelf) \(row.item)"
            for (kind, amount, next) in [
                (
                    "sold beyond a quota", row.quota,
                    "\(row.seller) sold what it had no right to: tell the customers, or give it more"
                ),
                (
                    "delivered twice", row.committed,
                    "\(row.shelf) delivered more than was sold: look for the goods"
                ),
                (
                    "taken up twice", row.given,
                    "two copies of a node took up the same rights: give back what is too much"
                ),
            ] where amount < 0 {
                rows.append([
                    .text(kind), .text(subject), try figures.quantity(amount, of: row.item.text),
                    .text(next),
                ])
            }
        }
        return rows
    }
}
