import Books
import Replica
import Store

/// Customers, suppliers, and price lists.
extension Engine {
    private func party(_ name: String) throws -> PartyFacts {
        PartyFacts(name: name, values: try store.registers(entity: PartyFacts.entity(name)))
    }

    func parties(search: String?, after: String? = nil) throws -> Report {
        // Limits are of the book's own currency.
        let alike = try alike(nil, inBook: true)
        let ledger = alike.ledger
        let figures = ReportWriter(store, ledger)
        let codes = branches(alike)
        var report = Report(
            schema: "branchbook.parties/1", title: "Parties",
            columns: [
                .text("name", "Name"), .text("title", "Title"), .text("contact", "Contact"),
                .text("taxNumber", "Tax number"), .number("terms", "Terms, days"),
                .number("limit", "Credit limit"), .number("owed", "Owes"),
                .text("list", "Price list"), .text("active", "Active"), .text("is", "Is now"),
                .text("contested", "Contested"), .number("lead", "Lead, days"),
            ])
        for name in try store.described(PartyFacts.prefix) where name > after ?? "" {
            let facts = try party(name)
            guard search.map({ name.contains($0) || facts.title?.contains($0) == true }) ?? true
            else { continue }
            let owed = try store.receivable(of: name, at: codes, .currency(ledger.currency))
            report.rows.append([
                .text(name), .optional(facts.title), .optional(facts.contact),
                .optional(facts.taxNumber), facts.terms.map { .integer($0) } ?? .empty,
                facts.creditLimit.map { figures.money($0) } ?? .empty,
                owed == 0 ? .empty : figures.money(owed), .optional(facts.priceList),
                .flag(facts.isActive), .optional(facts.alias),
                facts.contested.isEmpty
                    ? .empty : .text(facts.contested.joined(separator: ", ")),
                facts.lead.map { .integer($0) } ?? .empty,
            ])
            guard report.rows.count < Query.limitMax else {
                report.facts.append(.init("next", "Next page after", .text(name)))
                break
            }
        }
        report.notes = scopesMissing(alike)
        return report
    }

    /// The prices of a list, or those of one day.
    func prices(list name: String, at text: String?) throws -> Report {
        _ = try needLedger()
        let shown = try store.registers(entity: PriceList.entity(name))
        guard !shown.isEmpty else {
            throw Refusal(
                .unknownPriceList, "there is no price list \(name)",
                next: "see `branchbook prices list`")
        }
        let list = PriceList(name: name, values: shown)
        let day = try text.map { try Planner.day($0) }
        var report = Report(
            schema: "branchbook.prices/1", title: "Price list \(name)",
            columns: [
                .text("item", "Item"), .text("name", "Name"), .text("unit", "Unit"),
                .text("from", "From"), .number("price", "Price"), .text("contested", "Contested"),
            ],
            facts: [.init("taxIncluded", "Tax included", .flag(list.isTaxIncluded))])
        for code in try store.described(PriceList.prices(name)).compactMap({ ItemCode($0) }) {
            let prices = PriceList.prices(
                try store.registers(entity: PriceList.entity(name, code)))
            for (place, price) in prices.enumerated() {
                let isLast = place + 1 == prices.count || prices[place + 1].pack != price.pack
                if let day {
                    // The one that holds on that day.
                    guard price.from <= day, isLast || prices[place + 1].from > day else {
                        continue
                    }
                }
                report.rows.append([
                    .text(code.text), .optional(try itemName(code)),
                    .optional(price.pack.isEmpty ? nil : price.pack),
                    .text(price.from.description),
                    price.millionths.map { .decimal(Amount.text($0, scale: 6)) } ?? .empty,
                    price.isContested ? .flag(true) : .empty,
                ])
            }
            guard report.rows.count < Query.limitMax else { break }
        }
        return report
    }

    func priceLists() throws -> Report {
        let (standing, _) = try needLedger()
        var report = Report(
            schema: "branchbook.price-lists/2", title: "Price lists",
            columns: [
                .text("list", "Price list"), .text("title", "Title"),
                .text("taxIncluded", "Tax included"), .text("owner", "Kept by"),
                .text("branches", "Branches"),
            ])
        var users: [String: [String]] = [:]
        for branch in standing.roster.branches.keys.sorted() {
            let list = try store.values(
                entity: PriceList.entity(ofBranch: branch), attribute: PriceList.Attribute.list
            ).last?.text
            if let list { users[list, default: []].append(branch.text) }
        }
        for name in try store.described(PriceList.prefix) {
            let list = PriceList(
                name: name, values: try store.registers(entity: PriceList.entity(name)))
            report.rows.append([
                .text(name), .optional(list.title), .flag(list.isTaxIncluded),
                .text(list.owners.map(\.text).joined(separator: ", ")),
                .text((users[name] ?? []).joined(separator: ", ")),
            ])
        }
        return report
    }

    /// Customers who owe more than they may, and goods of items that became others.
    func partyExceptions(
        _ standing: Standing, _ ledger: Ledger, on today: Day, _ figures: inout ReportWriter
    ) throws -> [[Report.Cell]] {
        var rows: [[Report.Cell]] = []
        let codes = branches(standing, nil)
        for name in try store.entities(
            prefix: PartyFacts.prefix, with: PartyFacts.Attribute.creditLimit)
        {
            guard let limit = try party(name).creditLimit else { continue }
            // Of a currency of which no rate is known nothing can be said.
            let owed = try standing.currencies.all.reduce(Int128(0)) { sum, code in
                let part = try store.receivable(
                    of: name, at: codes.filter { standing.currencies[$0] == code }, .currency(code))
                return sum &+ (try inBook(part, of: code, on: today) ?? 0)
            }
            guard owed > Int128(limit) else { continue }
            rows.append([
                .text("credit limit"), .text(name), figures.money(owed - Int128(limit)),
                .text("more than they may owe: ask for a payment, or raise the limit"),
            ])
        }
        for item in try store.entities(
            prefix: ItemFacts.prefix, with: ItemFacts.Attribute.alias)
        {
            guard let code = ItemCode(item),
                let alias = try store.values(
                    entity: ItemFacts.entity(code), attribute: ItemFacts.Attribute.alias
                ).last?.text
            else { continue }
            for row in try store.stock(branch: nil, item: code, limit: Query.limitMax)
            where row.onShelf > 0 {
                let left = try figures.quantity(row.onShelf, of: row.item)
                rows.append([
                    .text("merged item"), .text("\(row.branch) \(row.item), now \(alias)"), left,
                    .text(
                        "its node makes them \(alias) on the day of the merge; or at \(row.branch): "
                            + "`branchbook repack \(row.item):\(left.plain) --into "
                            + "\(alias):\(left.plain)`"),
                ])
            }
        }
        return rows
    }
}
