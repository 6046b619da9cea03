import Books
import Replica
import Store

/// The trial balance, of one branch, of several or of all (试算平衡表).
extension Engine {
    /// Posted balances, and rows that the cost fold derived. Of branches that keep their books in several currencies it is in
    /// the book's own, with what rates did as if it were an account.
    ///
    /// - Throws: `.noRate`.
    func balance(
        branch: String?, asAt: String?, of group: BalanceGroup, at now: Instant
    ) throws -> Report {
        let (standing, _) = try needLedger()
        let named = group.branches + (branch.map { [$0] } ?? [])
        let only =
            named.isEmpty && group.entity == nil
            ? nil : try branches(named, ofEntity: group.entity, standing)
        let ledger = try tableLedger(only ?? Set(standing.roster.branches.keys), standing)
        let day = try asAt.map { try Planner.day($0) }
        let compared = try group.compareTo.map { try Planner.day($0) }
        try foldCosts()
        let figures = ReportWriter(store, ledger)
        let today = Day(now, utcOffsetMinutes: utcOffsetMinutes)
        func sums(upTo day: Day?) throws -> [String: Int128] {
            standing.currencies.others.isEmpty
                ? try balances(ledger.currency, only, upTo: day, standing)
                : try balancesInBook(only, upTo: day, on: today, ledger, standing)
        }
        let found = try sums(upTo: day)
        let before = try compared.map { try sums(upTo: $0) }
        var report = Report(
            schema: "branchbook.balance/1",
            title: "Trial balance" + (asAt.map { " at \($0)" } ?? ""),
            columns: [
                .text("account", "Account"), .number("debit", "Debit"),
                .number("credit", "Credit"),
            ]
                + (before == nil
                    ? []
                    : [
                        .number("debitBefore", "Debit before"),
                        .number("creditBefore", "Credit before"),
                    ]))
        func sides(_ sum: Int128) -> [Report.Cell] {
            [sum > 0 ? figures.money(sum) : .empty, sum < 0 ? figures.money(-sum) : .empty]
        }
        var total = Store.Turnover()
        var totalBefore = Store.Turnover()
        for account in Set(found.keys).union(before?.keys.map { $0 } ?? []).sorted() {
            let (sum, earlier) = (found[account] ?? 0, before?[account] ?? 0)
            guard sum != 0 || earlier != 0 else { continue }
            report.rows.append(
                [.text(account)] + sides(sum) + (before == nil ? [] : sides(earlier)))
            total.add(sum)
            totalBefore.add(earlier)
        }
        report.facts = [
            .init("currency", "Currency", .text(ledger.currency.text)),
            .init("debit", "Debit", figures.money(total.debit)),
            .init("credit", "Credit", figures.money(total.credit)),
        ]
        if let compared {
            report.facts += [
                .init("compared", "Beside", .text(compared.description)),
                .init("debitBefore", "Debit before", figures.money(totalBefore.debit)),
                .init("creditBefore", "Credit before", figures.money(totalBefore.credit)),
            ]
        }
        report.notes = scopesMissing(standing, of: only ?? Set(standing.roster.branches.keys))
        return report
    }

    /// Where all branches keep their books in one currency.
    private func balances(
        _ currency: CurrencyCode, _ only: Set<BranchCode>?, upTo day: Day?, _ standing: Standing
    ) throws -> [String: Int128] {
        let read = Set(standing.keyring.scopes)
        var sums: [String: Int128] = [:]
        for row in try store.balances(of: currency, upTo: day) {
            guard let only else {
                // What remains of all bridges is half a document.
                sums[row.account.hasPrefix("via/") ? "via" : row.account, default: 0] += row.amount
                continue
            }
            guard let account = Account(row.account), let scope = Scope(row.scope) else { continue }
            let shown = account.bridge(in: scope, of: read) ?? account
            guard only.contains(where: { shown.belongs(to: $0) }) else { continue }
            sums[shown.name, default: 0] += row.amount
        }
        for row in try store.derived(upTo: day) {
            guard let branch = BranchCode(row.branch), only?.contains(branch) ?? true else {
                continue
            }
            for (account, amount) in row.accounts(branch) { sums[account, default: 0] += amount }
        }
        return sums
    }
}

extension Account {
    /// A bridge between two scopes that are both read stands once, on the side of the scope that is first by name: where both
    /// parts of a document are here nothing is on it, and what remains is half a document. Nil for any other account.
    func bridge(in scope: Scope, of read: Set<Scope>) -> Account? {
        guard case .bridge(let far) = place, far != scope, read.contains(scope),
            read.contains(far)
        else { return nil }
        return .via(min(scope, far))
    }
}
