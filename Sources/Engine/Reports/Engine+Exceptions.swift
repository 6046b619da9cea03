import Books
import Gossip
import Replica
import Store

/// What needs a person.
extension Engine {
    /// Facts that need a person, each with what to do.
    func exceptions(at now: Instant) throws -> Report {
        let (standing, ledger) = try needLedger()
        try foldCosts()
        var figures = ReportWriter(store, ledger)
        var report = Report(
            schema: "branchbook.exceptions/1", title: "Exceptions",
            columns: [
                .text("kind", "Kind"), .text("subject", "Subject"), .number("figure", "Figure"),
                .text("next", "What to do"), .text("person", "Person"),
            ])
        for row in try store.shortages(limit: Query.limitMax) {
            report.rows.append([
                .text("shortage"),
                .text(
                    row.location == LocationFacts.main
                        ? "\(row.branch) \(row.item)"
                        : "\(row.branch) \(row.location) \(row.item)"),
                try figures.quantity(row.onShelf, of: row.item),
                .text("count the shelf, or enter the receipt that is missing"),
            ])
        }
        let today = Day(now, utcOffsetMinutes: utcOffsetMinutes)
        let open = try openTransfers()
        report.rows += try transferExceptions(open, on: today, &figures)
        report.rows += try earlyExceptions(standing, &figures)
        let orders = try orders()
        report.rows += try orderExceptions(orders, on: today, ledger)
        report.rows += try quotaExceptions(&figures)
        report.rows += try lotExceptions(on: today, &figures)
        report.rows += try partyExceptions(standing, ledger, &figures)
        report.rows += try goodsAlerts(standing, on: today, ledger, &figures)
        let ordered = orderedGoods(orders, ledger)
        for branch in branches(standing, nil) {
            let count = try itemsToOrder(at: branch, open, ordered)
            guard count > 0 else { continue }
            report.rows.append([
                .text("reorder"), .text("\(branch): items below their minimum"),
                .integer(Int64(count)), .text("`branchbook reorder --branch \(branch)`"),
            ])
        }
        for (log, fork) in forks.sorted(by: { $0.key < $1.key }) {
            let names = [log.author, fork.toldBy.map { NodeID($0) }].compactMap { $0 }
                .map { standing.roster.nodes[$0]?.admission.name ?? $0.short }
            report.rows.append([
                .text("fork"),
                .text("\(names[0]) \(log.scope.name), said by \(names.last ?? "?")"),
                .integer(Int64(clamping: fork.seq)),
                .text("if two copies of one directory write: stop one, and revoke its node"),
            ])
        }
        report.rows += try begunAnew(standing)
        report.rows += try roleExceptions(standing, on: today)
        let latest = now.advanced(byMilliseconds: HybridClock.suspectMilliseconds)
        for (log, time) in try store.logs(laterThan: latest) {
            let name = standing.roster.nodes[log.author]?.admission.name ?? log.author.short
            let minutes = (time.milliseconds - now.milliseconds) / 60_000
            report.rows.append([
                .text("clock"), .text("\(name) \(log.scope.name)"), .integer(minutes),
                .text("minutes ahead of this node: set the clock of one of the two"),
            ])
        }
        for (node, comparison) in comparisons.sorted(by: { $0.key < $1.key })
        where !comparison.differing.isEmpty {
            let name = standing.roster.nodes[node]?.admission.name ?? node.short
            let scopes = comparison.differing.map(\.name).joined(separator: ", ")
            report.rows.append([
                .text("digest"), .text("\(name): \(scopes)"), .empty,
                .text("run `branchbook verify` at both; rebuild the one that is wrong"),
            ])
        }
        for (between, line) in try store.unvaluedArrivals(limit: Query.limitMax) {
            // Who cannot read the statements cannot miss them.
            guard case .between(let pair) = between,
                standing.keyring.scopes.contains(.betweenMoney(pair))
            else { continue }
            report.rows.append([
                .text("value"), .text(line), .empty,
                .text("wait for the sender's keeper, or enter what the goods cost there"),
            ])
        }
        for entity in try store.contested(limit: Query.limitMax) {
            report.rows.append([
                .text("contested"), .text(entity), .empty,
                .text("set the attribute again to the value that holds"),
            ])
        }
        for row in try store.voids() {
            report.rows.append([
                .text("void"), .text("\(row.scope): \(row.reason)"), .integer(row.count),
                .text("ask the author; these facts count for nothing"),
            ])
        }
        for line in try store.unmatchedBridges() {
            report.rows.append([
                .text("half a document"), .text(line), .empty,
                .text("wait for the other part, or ask its author"),
            ])
        }
        for fault in try store.poolFaults() {
            report.rows.append([
                .text("cost"), .text(fault), .empty, .text("reverse the figure that is too large"),
            ])
        }
        for row in try store.waiting() {
            let holds = standing.keyring.scopes.contains { $0.name == row.scope }
            guard holds else { continue }
            report.rows.append([
                .text("unread"), .text(row.scope), .integer(row.entries),
                .text("wait for the key, or ask an administrator for it"),
            ])
        }
        var inCharge = InCharge(
            store: store, people: try store.people(), branches: Set(standing.roster.branches.keys))
        for place in report.rows.indices {
            let subject = report.rows[place][1].plain
            report.rows[place].append(.optional(try inCharge.person(for: subject)))
        }
        return report
    }

    /// What restored copies left for people to look at.
    private func begunAnew(_ standing: Standing) throws -> [[Report.Cell]] {
        var rows: [[Report.Cell]] = []
        func name(_ node: NodeID) -> String {
            standing.roster.nodes[node]?.admission.name ?? node.short
        }
        for (author, incarnation) in try store.authorsBegunAnew(from: Incarnation.leastAnew) {
            let shelves = standing.roster.holders.filter { $0.value == author }.keys.sorted()
            for branch in shelves {
                rows.append([
                    .text("count needed"),
                    .text("\(branch) shelf, \(name(author)) incarnation \(incarnation)"),
                    .integer(Int64(clamping: Incarnation.generation(incarnation))),
                    .text("an older copy of its disk was put back: count what is on the shelf"),
                ])
            }
        }
        for row in try store.incarnations() where row.rewritten > 0 {
            rows.append([
                .text("written anew"), .text("\(name(standing.node)) incarnation \(row.number)"),
                .integer(row.rewritten),
                .text("commits written anew after a restore: look through them"),
            ])
        }
        for row in try store.duplicateNumbers(
            from: Incarnation.leastAnew, limit: Query.limitMax)
        {
            let incarnations = row.incarnations.map(String.init).joined(separator: ", ")
            rows.append([
                .text("duplicate number"),
                .text("\(row.number) of \(name(row.author)), incarnations \(incarnations)"),
                .integer(Int64(row.incarnations.count)),
                .text("two documents have this number: reverse what is there twice"),
            ])
        }
        return rows
    }
}

/// Whom to ask about a matter: who wrote the document that it begins with, or who looks after the goods of the
/// branch.
private struct InCharge {
    let store: Store
    let people: [PersonFacts]
    let branches: Set<BranchCode>
    private var known: [BranchCode: String?] = [:]

    init(store: Store, people: [PersonFacts], branches: Set<BranchCode>) {
        self.store = store
        self.people = people
        self.branches = branches
    }

    mutating func person(for subject: String) throws -> String? {
        let first = subject.prefix { !" ,:".contains($0) }
        if let number = DocumentNumber(first) {
            return try store.person(on: number) ?? atWork(number.series.branch)
        }
        guard let branch = BranchCode(first), branches.contains(branch) else { return nil }
        return try atWork(branch)
    }

    /// Those whose role is `stock-<branch>`, or else `stock`; or who wrote there last.
    private mutating func atWork(_ branch: BranchCode) throws -> String? {
        if let found = known[branch] { return found }
        let roles = ["stock-\(branch.text.lowercased())", "stock"]
        let those = roles.map { role in
            people.filter { $0.roles.contains(role) }.map(\.name)
        }.first { !$0.isEmpty }
        let found = try those?.joined(separator: ", ") ?? store.lastAtWork(in: .trade(branch))
        known[branch] = found
        return found
    }
}
