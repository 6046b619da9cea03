import Books
import Replica
import Store

/// Reports on goods and money.
extension Engine {
    func needLedger() throws -> (Standing, Ledger) {
        let standing = try needStanding()
        guard let ledger = standing.ledger else {
            throw Refusal(
                .noBook, "the founding entry of this book has not arrived",
                next: "run the node until it met a peer")
        }
        return (standing, ledger)
    }

    /// Folds every pool that moved: reports on value call it first.
    func foldCosts() throws {
        let total = UInt64(try store.dirtyPools())
        while case let left = try store.refreshCosts(limit: Self.poolsPerStep), left > 0 {
            guard let asking, let onProgress else { continue }
            let done = total - min(total, UInt64(left))
            onProgress(asking, ProgressCount(done: done, total: total, unit: "pools"))
        }
    }

    private static let poolsPerStep = 100
    /// A node that was asked nothing for so long folds what moved, where it is much, a few pools a
    /// batch: the next report finds little to do, and a till that comes meanwhile waits for one batch.
    private static let idleMilliseconds: Int64 = 2_000
    /// Little work lies so long: a till that sells the same items all day has their pools folded once in
    /// that time, and not after every sale.
    private static let littleMilliseconds: Int64 = 600_000
    private static let poolsPerIdleBatch = 16

    /// Folds what moved; then makes what reports keep of the days, whoever folded it.
    func foldWhenIdle(_ inputs: [Input], at now: Instant) throws {
        let dirty = try store.someDirtyPools()
        if dirty > 0 { makesDays = true }
        guard standing != nil, dirty > 0 || makesDays else {
            foldAt = nil
            return
        }
        let isIdle = inputs.allSatisfy { if case .timerFired = $0 { true } else { false } }
        let soon = now.advanced(byMilliseconds: Self.idleMilliseconds)
        // A time for the one is none for the other.
        if foldsPools != (dirty > 0) { (foldsPools, foldAt) = (dirty > 0, nil) }
        if dirty == 0 || dirty >= Store.manyPools {
            foldAt = isIdle ? min(foldAt ?? soon, soon) : soon
        } else if foldAt == nil {
            foldAt = now.advanced(byMilliseconds: Self.littleMilliseconds)
        }
        guard isIdle, let foldAt, foldAt <= now else { return }
        if dirty == 0 {
            self.foldAt = try makeDays() ? now : nil
        } else if try store.refreshCosts(limit: Self.poolsPerIdleBatch) > 0 {
            self.foldAt = now
        } else {
            (foldsPools, self.foldAt) = (false, soon)
        }
    }

    private static let daysPerIdleBatch = 64

    /// What reports of long spans sum of each day, a few at a time; see `KeptDays`.
    private func makeDays() throws -> Bool {
        guard let standing, standing.ledger != nil else {
            makesDays = false
            return false
        }
        makesDays = try store.keepDays(
            standing.roster.branches.keys.filter {
                standing.keyring.scopes.contains(.trade($0))
            }.sorted(), of: standing.currencies,
            utcOffsetMinutes: Int64(utcOffsetMinutes), limit: Self.daysPerIdleBatch)
        return makesDays
    }

    /// What the cost fold adds to the posted balances.
    func derived() throws -> Report {
        let (standing, _) = try needLedger()
        // What this node's branch enters is read in its own currency.
        let ledger = standing.ownLedger
        try foldCosts()
        let figures = ReportWriter(store, ledger)
        var report = Report(
            schema: "branchbook.derived/1", title: "Derived",
            columns: [
                .text("branch", "Branch"), .text("account", "Account"),
                .number("amount", "Amount"),
            ] + ledgerColumns(standing),
            facts: [
                .init("currency", "Currency", .text(ledger.currency.text)),
                .init("scale", "Scale", .integer(Int64(ledger.scale))),
            ])
        for row in try store.derived(upTo: nil) {
            guard let branch = BranchCode(row.branch) else { continue }
            for (account, amount) in row.accounts(branch) where amount != 0 {
                report.rows.append(
                    [
                        .text(row.branch), .text(account),
                        figures.money(amount, standing.ledger(of: branch)),
                    ] + ledgerCells(branch, standing))
            }
        }
        return report
    }

    /// Names the scopes whose accounts are left out because this node does not hold them.
    func scopesMissing(_ standing: Standing, _ only: BranchCode?) -> [String] {
        scopesMissing(
            standing, of: standing.roster.branches.keys.filter { only == nil || $0 == only })
    }

    func scopesMissing(
        _ standing: Standing, of branches: some Sequence<BranchCode>
    ) -> [String] {
        let held = Set(standing.keyring.scopes)
        let missing = branches.sorted().flatMap { [Scope.trade($0), .money($0)] }
            .filter { !held.contains($0) }
        return missing.isEmpty
            ? []
            : [
                "Not readable by this node and left out: "
                    + missing.map(\.name).joined(separator: ", ")
            ]
    }

    func itemName(_ code: ItemCode) throws -> String? {
        try store.values(entity: ItemFacts.entity(code), attribute: "name").last?.text
    }

    func items(search: String?, after: String?, limit: Int) throws -> Report {
        _ = try needStanding()
        var report = Report(
            schema: "branchbook.items/1", title: "Items",
            columns: [
                .text("code", "Code"), .text("name", "Name"), .text("unit", "Unit"),
                .number("price", "Price"), .number("tax", "Tax %"), .text("barcode", "Barcode"),
                .text("kind", "Kind"), .text("contested", "Contested"),
            ])
        let codes = try store.items(search: search, after: after, limit: bounded(limit))
        for code in codes.compactMap({ ItemCode($0) }) {
            guard let facts = try facts(code) else { continue }
            report.rows.append(Self.cells(facts))
        }
        if let last = codes.last, codes.count == bounded(limit) {
            report.facts.append(.init("next", "Next page after", .text(last)))
        }
        return report
    }

    func item(code: String) throws -> Report {
        _ = try needStanding()
        guard let facts = try facts(try Self.itemCode(code)) else {
            throw Refusal(
                .unknownItem, "there is no item \(code)", next: "see `branchbook item list`")
        }
        return Report(
            schema: "branchbook.item/1", title: "Item \(code)",
            columns: [
                .text("code", "Code"), .text("name", "Name"), .text("unit", "Unit"),
                .number("price", "Price"), .number("tax", "Tax %"), .text("barcode", "Barcode"),
                .text("kind", "Kind"), .text("contested", "Contested"),
            ],
            rows: [Self.cells(facts)],
            facts: [
                .init("scale", "Decimal places", .integer(Int64(facts.scale))),
                .init("active", "Active", .flag(facts.isActive)),
                .init("refusesShortage", "Refuses a shortage", .flag(facts.refusesShortage)),
                .init("costing", "Costing", .text(facts.costing.rawValue)),
                .init("category", "Category", .optional(facts.category)),
                .init(
                    "packs", "Packs",
                    .optional(
                        facts.packs.isEmpty
                            ? nil
                            : facts.packs.sorted { $0.key < $1.key }.map { name, pack in
                                "\(name) = \(Amount.text(pack.quantity, scale: facts.scale)) \(facts.unit)"
                            }.joined(separator: ", "))),
            ])
    }

    func facts(_ code: ItemCode) throws -> ItemFacts? {
        let shown = try store.registers(entity: ItemFacts.entity(code))
        return shown.isEmpty ? nil : ItemFacts(code: code, values: shown)
    }

    private static func cells(_ facts: ItemFacts) -> [Report.Cell] {
        [
            .text(facts.code.text), .text(facts.name), .text(facts.unit),
            facts.priceMillionths.map { .decimal(trimmed(Amount.text($0, scale: 6))) } ?? .empty,
            .decimal(trimmed(Amount.text(facts.taxMillionths, scale: 4))),
            .optional(facts.barcode), .text(facts.isService ? "service" : "goods"),
            facts.contested.isEmpty
                ? .empty : .text(facts.contested.sorted().joined(separator: ", ")),
        ]
    }

    /// Without zeros at the end that say nothing.
    static func trimmed(_ text: String) -> String {
        guard text.contains(".") else { return text }
        var text = text
        while text.last == "0" { text.removeLast() }
        if text.last == "." { text.removeLast() }
        return text
    }

    func sales(branch: String?, from: String?, to: String?, byDay: Bool) throws -> Report {
        let only = try alike(branch)
        let ledger = only.ledger
        try foldCosts()
        let figures = ReportWriter(store, ledger)
        var report = Report(
            schema: "branchbook.sales/1", title: "Sales",
            columns: [
                .text("branch", "Branch"), .text("day", byDay ? "Day" : "To"),
                .number("documents", "Documents"), .number("revenue", "Revenue, net"),
            ])
        var sums: [String: Store.SalesRow] = [:]
        let rows = try store.sales(
            from: try from.map { try Planner.day($0) }, to: try to.map { try Planner.day($0) })
        for row in rows where BranchCode(row.branch).map(only.contains) ?? false {
            let key = byDay ? "\(row.day) \(row.branch)" : row.branch
            var sum = row
            sum.revenue += sums[key]?.revenue ?? 0
            sum.documents += sums[key]?.documents ?? 0
            sums[key] = sum
        }
        for (_, row) in sums.sorted(by: { $0.key < $1.key }) {
            report.rows.append([
                .text(row.branch), .text(row.day.description), .integer(row.documents),
                figures.money(row.revenue),
            ])
        }
        report.notes = only.notes
        report.facts.append(.init("currency", "Currency", .text(ledger.currency.text)))
        return report
    }

    func bounded(_ limit: Int) -> Int { min(max(limit, 1), Query.limitMax) }

    func known(_ branch: String, _ standing: Standing) throws -> BranchCode {
        let code = try RosterPlan.branch(branch)
        guard standing.roster.branches[code] != nil else {
            throw Refusal(.unknownBranch, "there is no branch \(code)")
        }
        return code
    }

    static func itemCode(_ text: String) throws(Refusal) -> ItemCode {
        guard let code = ItemCode(text) else {
            throw Refusal(
                .badCode, "this is not an item's code",
                next: "use 1 to 64 bytes without control characters")
        }
        return code
    }
}

extension Store.DerivedRow {
    /// The derived rows of a branch as postings: they sum to zero.
    func accounts(_ branch: BranchCode) -> [(String, Int128)] {
        [
            (Account.simple(.costOfSales, branch).name, costOfSales),
            (Account.simple(.shipped, branch).name, shipped),
            (Account.simple(.writeOff, branch).name, writeOff),
            (Account.simple(.variance, branch).name, variance),
            (
                Account.simple(.inventory, branch).name,
                -(costOfSales + shipped + writeOff + variance)
            ),
        ]
    }
}

extension Account {
    /// Is it one of this branch's own accounts, or one that stands between it and another?
    func belongs(to branch: BranchCode) -> Bool {
        switch place {
        case .branch(let owner): owner == branch
        case .pair(let pair): pair.contains(branch)
        case .side(let owner, _): owner == branch
        case .bridge(let scope):
            switch scope {
            case .trade(let owner), .money(let owner): owner == branch
            case .between(let pair), .betweenMoney(let pair): pair.contains(branch)
            case .roster, .catalog, .board: false
            }
        }
    }
}
