import Books
import Replica
import Store

/// What is to be ordered or moved away.
extension Engine {
    /// One item on one location, what will be there and what to do.
    private struct Proposal {
        let stocking: Stocking
        let held: Int128
        /// On its way from other branches; of the location that is sold from.
        let coming: Int128
        /// Outstanding of orders that are not over, drafts as well.
        let ordered: Int128
        let amount: Int128
    }

    /// What lies below its minimum or above its maximum; with `all` everything that is looked after.
    func reorder(branch text: String?, all: Bool) throws -> Report {
        let (standing, ledger) = try needLedger()
        let only = try text.map { try known($0, standing) }
        var figures = ReportWriter(store, ledger)
        var report = Report(
            schema: "branchbook.reorder/2", title: "To be ordered",
            columns: [
                .text("branch", "Branch"), .text("item", "Item"), .text("name", "Name"),
                .text("location", "Location"), .number("quantity", "Free"),
                .number("coming", "Coming"), .number("ordered", "On order"),
                .number("minimum", "Minimum"),
                .number("target", "Target"), .number("maximum", "Maximum"),
                .number("order", "To order"), .text("source", "From"),
                .text("next", "What to do"),
            ])
        let (open, ordered) = (try openTransfers(), orderedGoods(try orders(), ledger))
        for code in branches(standing, only) {
            let stockings = try store.stockings(of: code)
            for proposal in try proposals(of: code, stockings, open, ordered)
            where all || proposal.amount != 0 {
                report.rows.append(try cells(proposal, at: code, &figures))
            }
        }
        report.notes = scopesMissing(standing, only)
        return report
    }

    /// Branches whose trade is read here, or the one that was asked for.
    func branches(_ standing: Standing, _ only: BranchCode?) -> [BranchCode] {
        let held = Set(standing.keyring.scopes)
        return standing.roster.branches.keys.sorted().filter { code in
            only.map { $0 == code } ?? held.contains(.trade(code))
        }
    }

    /// How many items of a branch are below the minimum that somebody named; what nobody looks after and is
    /// below zero is a shortage.
    func itemsToOrder(
        at branch: BranchCode, _ open: [OpenTransfer], _ ordered: [OrderedPlace: Int128]
    ) throws -> Int {
        let stockings = try store.stockings(of: branch).filter { $0.minimum != nil }
        guard !stockings.isEmpty else { return 0 }
        return try proposals(of: branch, stockings, open, ordered).filter {
            $0.amount > 0 && $0.stocking.minimum != nil
        }.count
    }

    /// In the order of items and locations. An item that nobody looks after is there where it will be
    /// below zero.
    private func proposals(
        of branch: BranchCode, _ known: [Stocking], _ open: [OpenTransfer],
        _ ordered: [OrderedPlace: Int128]
    ) throws -> [Proposal] {
        struct Place: Hashable {
            let item: String
            let location: String
        }
        var held: [Place: Int128] = [:]
        for row in try store.stock(branch: branch, item: nil, limit: .max) {
            held[Place(item: row.item, location: row.location)] = row.free
        }
        var coming: [String: Int128] = [:]
        for line in open where line.number.series.branch != branch {
            guard let pair = BranchPair(line.pair), pair.contains(branch) else { continue }
            coming[line.item, default: 0] += line.transit
        }
        var stockings = known
        let lookedAfter = Set(known.map { Place(item: $0.item.text, location: $0.location) })
        let others = Set(held.keys).union(
            coming.keys.map { Place(item: $0, location: LocationFacts.main) })
        for place in others.subtracting(lookedAfter) {
            guard let item = ItemCode(place.item) else { continue }
            stockings.append(Stocking(item: item, location: place.location))
        }
        return stockings.sorted { ($0.item, $0.location) < ($1.item, $1.location) }.map {
            let place = Place(item: $0.item.text, location: $0.location)
            let here = held[place] ?? 0
            let more = $0.location == LocationFacts.main ? coming[$0.item.text] ?? 0 : 0
            let due =
                ordered[OrderedPlace(branch: branch, location: $0.location, item: $0.item)] ?? 0
            return Proposal(
                stocking: $0, held: here, coming: more, ordered: due,
                amount: $0.proposal(projected: here + more + due))
        }
    }

    private func cells(
        _ proposal: Proposal, at branch: BranchCode, _ figures: inout ReportWriter
    ) throws -> [Report.Cell] {
        let stocking = proposal.stocking
        let item = stocking.item.text
        func figure(_ value: Int64?) throws -> Report.Cell {
            try value.map { try figures.quantity($0, of: item) } ?? .empty
        }
        let amount = try figures.quantity(proposal.amount, of: item)
        return [
            .text(branch.text), .text(item), .optional(try itemName(stocking.item)),
            .text(stocking.location), try figures.quantity(proposal.held, of: item),
            proposal.coming == 0 ? .empty : try figures.quantity(proposal.coming, of: item),
            proposal.ordered == 0 ? .empty : try figures.quantity(proposal.ordered, of: item),
            try figure(stocking.minimum), try figure(stocking.target),
            try figure(stocking.maximum), proposal.amount == 0 ? .empty : amount,
            .optional(stocking.source), .optional(next(proposal, at: branch, amount.plain)),
        ]
    }

    private func next(_ proposal: Proposal, at branch: BranchCode, _ amount: String) -> String? {
        let (stocking, item) = (proposal.stocking, proposal.stocking.item.text)
        if proposal.amount < 0 {
            let away = amount.drop { $0 == "-" }
            return "move \(away) away: `branchbook move` or `branchbook transfer send`"
        }
        guard proposal.amount > 0 else { return nil }
        guard let source = stocking.source else {
            return "order it, and say whence with --from: `branchbook stocking`"
        }
        guard source.hasPrefix(Stocking.branchPrefix) else {
            return "order it from \(source): `branchbook order draft`"
        }
        let other = source.dropFirst(Stocking.branchPrefix.count)
        return "at \(other): `branchbook transfer send \(item):\(amount) --to \(branch)`, "
            + "or `branchbook order draft`"
    }
}

// MARK: Orders

extension Engine {
    /// Where goods of an order are to come to.
    struct OrderedPlace: Hashable {
        let branch: BranchCode
        let location: String
        let item: ItemCode
    }

    /// Base units outstanding of purchases and requests that are not over.
    func orderedGoods(_ orders: [Order], _ ledger: Ledger) -> [OrderedPlace: Int128] {
        var goods: [OrderedPlace: Int128] = [:]
        for order in orders
        where order.kind != .sale && !order.state(ledger).isOver {
            for item in order.ordered.keys {
                let place = OrderedPlace(
                    branch: order.number.series.branch, location: order.location, item: item)
                goods[place, default: 0] += order.outstanding(item)
            }
        }
        return goods
    }

    /// One draft for each source and location of what this branch is to order.
    func reorderDrafts(_ details: Details) throws -> [Command] {
        let (standing, ledger) = try needLedger()
        guard let branch = standing.branch else { return [] }
        struct Source: Hashable, Comparable {
            let name: String
            let location: String
            static func < (a: Self, b: Self) -> Bool {
                (a.name, a.location) < (b.name, b.location)
            }
        }
        var lines: [Source: [Line]] = [:]
        var figures = ReportWriter(store, ledger)
        let found = try proposals(
            of: branch, try store.stockings(of: branch), try openTransfers(),
            orderedGoods(try orders(), ledger))
        for proposal in found where proposal.amount > 0 {
            guard let name = proposal.stocking.source else { continue }
            let item = proposal.stocking.item.text
            lines[Source(name: name, location: proposal.stocking.location), default: []].append(
                Line(item: item, quantity: try figures.quantity(proposal.amount, of: item).plain))
        }
        guard !lines.isEmpty else {
            throw Refusal(
                .emptyDocument, "nothing with a known source is to be ordered",
                next: "see `branchbook reorder`")
        }
        return lines.sorted { $0.key < $1.key }.map { source, lines in
            var details = details
            details.location = source.location == LocationFacts.main ? nil : source.location
            let isBranch = source.name.hasPrefix(Stocking.branchPrefix)
            return .order(
                details,
                .open(
                    OrderForm(
                        kind: isBranch ? .request : .purchase,
                        party: isBranch
                            ? String(source.name.dropFirst(Stocking.branchPrefix.count))
                            : source.name, lines: lines)))
        }
    }
}
