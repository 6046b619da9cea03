import Books
import Replica
import Store

/// Every account with what moved on it, and the taxes.
extension Engine {
    /// One account of a branch in a span, and in the one that is shown beside it.
    private struct AccountRow {
        let branch: BranchCode
        let account: Account
        var opening = Int128(0)
        var moved = Store.Turnover()
        var openingBefore = Int128(0)
        var movedBefore = Store.Turnover()

        var closing: Int128 { opening + moved.net }
        var closingBefore: Int128 { openingBefore + movedBefore.net }

        /// What goes through an exchange account is no business of its own.
        var isShown: Bool { isShown(opening, moved) || isShown(openingBefore, movedBefore) }

        private func isShown(_ held: Int128, _ moved: Store.Turnover) -> Bool {
            if held != 0 || moved.net != 0 { return true }
            return !account.root.isExchange && moved.debit != 0
        }
    }

    /// Every account with what it held, what was debited and credited, and what it holds (科目余额表). An account is on the
    /// line of the balance sheet that what it holds is on.
    func accounts(_ filter: StatementFilter) throws -> Report {
        let (standing, book) = try needLedger()
        let only = try branches(filter, standing)
        // Each account is in what its branch keeps its books in: nothing of two currencies is added up.
        let ledger = try tableLedger(only, standing)
        let chart = try self.chart(filter, book)
        let (from, to) = try span(filter)
        let compared = try compared(filter, beside: from)
        try foldCosts()
        let figures = ReportWriter(store, ledger)
        var report = Report(
            schema: "branchbook.accounts/1", title: "Accounts",
            columns: [
                .text("code", "Code"), .text("line", "Heading"), .text("account", "Account"),
                .number("opening", "Opening"), .number("debit", "Debit"),
                .number("credit", "Credit"), .number("closing", "Closing"),
            ]
                + (compared == nil
                    ? []
                    : [
                        .number("debitBefore", "Debit before"),
                        .number("creditBefore", "Credit before"),
                        .number("closingBefore", "Closing before"),
                    ]) + ledgerColumns(standing))
        let rows = try accountRows(of: only, from: from, to: to, compared).compactMap { row in
            chart.line(of: row.account, holding: row.closing).map { ($0, row) }
        }
        var sums: [CurrencyCode: (now: Store.Turnover, before: Store.Turnover)] = [:]
        for (line, row) in rows.sorted(by: {
            ($0.0, $0.1.account.name) < ($1.0, $1.1.account.name)
        }) {
            let own = standing.ledger(of: row.branch)
            var sum = sums[own.currency] ?? (Store.Turnover(), Store.Turnover())
            sum.now.add(row.moved)
            sum.before.add(row.movedBefore)
            sums[own.currency] = sum
            report.rows.append(
                [
                    .text(line.code), .text(line.title), .text(row.account.name),
                    figures.money(row.opening, own), figures.money(row.moved.debit, own),
                    figures.money(row.moved.credit, own), figures.money(row.closing, own),
                ]
                    + (compared == nil
                        ? []
                        : [
                            figures.money(row.movedBefore.debit, own),
                            figures.money(row.movedBefore.credit, own),
                            figures.money(row.closingBefore, own),
                        ]) + ledgerCells(row.branch, standing))
        }
        report.facts = [.init("currency", "Currency", .text(ledger.currency.text))]
        let own = sums.removeValue(forKey: ledger.currency) ?? (Store.Turnover(), Store.Turnover())
        let others = sums.sorted { $0.key.text < $1.key.text }
        for (code, sum) in [(nil, own)] + others.map({ (Optional($0.key), $0.value) }) {
            let (key, label) = (code?.text ?? "", code.map { " \($0)" } ?? "")
            func fact(_ name: String, _ title: String, _ amount: Int128) -> Report.Fact {
                .init(
                    name + key, title + label,
                    figures.foreign(amount, code ?? ledger.currency))
            }
            report.facts += [
                fact("debit", "Debit", sum.now.debit), fact("credit", "Credit", sum.now.credit),
            ]
            guard compared != nil else { continue }
            report.facts += [
                fact("debitBefore", "Debit before", sum.before.debit),
                fact("creditBefore", "Credit before", sum.before.credit),
            ]
        }
        report.notes = scopesMissing(standing, of: only)
        return report
    }

    /// In no order.
    private func accountRows(
        of only: Set<BranchCode>, from: Day?, to: Day?, _ compared: (from: Day?, to: Day)?
    ) throws -> [AccountRow] {
        var rows: [BranchCode: [Account: AccountRow]] = [:]
        func read(
            _ from: Day?, _ to: Day?, _ change: (inout AccountRow, Store.Turnover) -> Void
        ) throws {
            for (branch, accounts) in try turnovers(from: from, to: to)
            where only.contains(branch) {
                for (account, turnover) in accounts {
                    change(
                        &rows[branch, default: [:]][
                            account, default: AccountRow(branch: branch, account: account)],
                        turnover)
                }
            }
        }
        func before(_ day: Day) -> Day { Day(number: day.number &- 1) }
        if let from { try read(nil, before(from)) { $0.opening = $1.net } }
        try read(from, to) { $0.moved = $1 }
        if let compared {
            if let from = compared.from {
                try read(nil, before(from)) { $0.openingBefore = $1.net }
            }
            try read(compared.from, compared.to) { $0.movedBefore = $1 }
        }
        return rows.values.flatMap(\.values).filter(\.isShown)
    }

    /// Tax of a branch in a span.
    private struct Taxes {
        var revenue = Int128(0)
        var output = Int128(0)
        var input = Int128(0)

        var owed: Int128 { output - input }
        var isNothing: Bool { revenue == 0 && output == 0 && input == 0 }

        mutating func add(_ other: Taxes) {
            revenue += other.revenue
            output += other.output
            input += other.input
        }
    }

    /// Tax on sales, tax on purchases, and what is owed, of a span (by branch).
    func taxes(_ filter: StatementFilter) throws -> Report {
        let (standing, _) = try needLedger()
        let only = try branches(filter, standing)
        let ledger = try tableLedger(only, standing)
        let (from, to) = try span(filter)
        let compared = try compared(filter, beside: from)
        let figures = ReportWriter(store, ledger)
        var report = Report(
            schema: "branchbook.taxes/1", title: "Taxes",
            columns: [
                .text("branch", "Branch"), .number("revenue", "Sales, net"),
                .number("output", "Tax on sales"), .number("input", "Tax on purchases"),
                .number("owed", "To be paid"),
            ]
                + (compared == nil
                    ? []
                    : [
                        .number("revenueBefore", "Sales before"),
                        .number("outputBefore", "Tax on sales before"),
                        .number("inputBefore", "Tax on purchases before"),
                        .number("owedBefore", "To be paid before"),
                    ]))
        let found = try taxes(of: only, from: from, to: to, ledger, standing)
        let before = try compared.map {
            try taxes(of: only, from: $0.from, to: $0.to, ledger, standing)
        }
        func cells(_ taxes: Taxes) -> [Report.Cell] {
            [taxes.revenue, taxes.output, taxes.input, taxes.owed].map { figures.money($0) }
        }
        var (sum, sumBefore) = (Taxes(), Taxes())
        for branch in only.sorted() {
            let (own, earlier) = (found[branch] ?? Taxes(), before?[branch] ?? Taxes())
            guard !own.isNothing || !earlier.isNothing else { continue }
            sum.add(own)
            sumBefore.add(earlier)
            report.rows.append(
                [.text(branch.text)] + cells(own) + (before == nil ? [] : cells(earlier)))
        }
        report.facts = [
            .init("currency", "Currency", .text(ledger.currency.text)),
            .init("revenue", "Sales, net", figures.money(sum.revenue)),
            .init("owed", "To be paid", figures.money(sum.owed)),
        ]
        if before != nil {
            report.facts += [
                .init("revenueBefore", "Sales before", figures.money(sumBefore.revenue)),
                .init("owedBefore", "To be paid before", figures.money(sumBefore.owed)),
            ]
        }
        report.notes = scopesMissing(standing, of: only)
        return report
    }

    private func taxes(
        of only: Set<BranchCode>, from: Day?, to: Day?, _ ledger: Ledger, _ standing: Standing
    ) throws -> [BranchCode: Taxes] {
        let turnovers = try turnovers(from: from, to: to)
        let translated = ledger.isBook ? try translatedMoves(only, from: from, to: to) : [:]
        var found: [BranchCode: Taxes] = [:]
        for branch in only {
            var accounts = translated[branch] ?? turnovers[branch] ?? [:]
            // The end of a year earns nothing.
            for (account, amount) in try store.yearEnds(of: branch, from: from, to: to)
            where translated[branch] == nil {
                accounts[account, default: Store.Turnover()].add(-Int128(amount))
            }
            func net(_ root: Account.Root) -> Int128 {
                accounts[.simple(root, branch)]?.net ?? 0
            }
            // Goods for another legal entity are sold to it, with tax.
            var taxes = Taxes(
                revenue: -net(.sales), output: -net(.tax) - net(.transferTax),
                input: net(.inputTax))
            for (account, turnover) in accounts where account.root == .transferSales {
                guard let other = BranchCode(account.rest),
                    standing.roster.branches[other]?.entity
                        != standing.roster.branches[branch]?.entity
                else { continue }
                taxes.revenue -= turnover.net
            }
            found[branch] = taxes
        }
        return found
    }
}
