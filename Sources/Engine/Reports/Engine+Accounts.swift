import Books
import Replica
import Store

/// Every account with what moved on it, and the taxes.
extension Engine {
    /// Every account with what it held, what was debited and credited, and what it holds (科目余额表).
    func accounts(_ filter: StatementFilter) throws -> Report {
        let (standing, book) = try needLedger()
        let only = try branches(filter, standing)
        // Each account is in what its branch keeps its books in: nothing of two currencies is added up.
        let ledger = try tableLedger(only, standing)
        let chart = try self.chart(filter, book)
        let (from, to) = try span(filter)
        try foldCosts()
        let figures = ReportWriter(store, ledger)
        var report = Report(
            schema: "branchbook.accounts/1", title: "Accounts",
            columns: [
                .text("code", "Code"), .text("line", "Heading"), .text("account", "Account"),
                .number("opening", "Opening"), .number("debit", "Debit"),
                .number("credit", "Credit"), .number("closing", "Closing"),
            ] + ledgerColumns(standing))
        let opening = try from.map { try turnovers(from: nil, to: Day(number: $0.number &- 1)) }
        let moved = try turnovers(from: from, to: to)
        var rows:
            [(
                line: ChartLine, account: String, opening: Int128, moved: Store.Turnover,
                branch: BranchCode
            )] = []
        for branch in only.sorted() {
            let (before, within) = (opening?[branch] ?? [:], moved[branch] ?? [:])
            for account in Set(before.keys).union(within.keys) {
                guard let line = chart.line(of: account) else { continue }
                let turnover = within[account] ?? Store.Turnover()
                let held = before[account]?.net ?? 0
                guard held != 0 || turnover.debit != 0 || turnover.credit != 0,
                    // What goes through an exchange account is no business of its own.
                    held != 0 || turnover.net != 0 || !account.root.isExchange
                else { continue }
                rows.append((line, account.name, held, turnover, branch))
            }
        }
        var sums: [CurrencyCode: Store.Turnover] = [:]
        for row in rows.sorted(by: { ($0.line, $0.account) < ($1.line, $1.account) }) {
            let own = standing.ledger(of: row.branch)
            sums[own.currency, default: Store.Turnover()].add(row.moved)
            report.rows.append(
                [
                    .text(row.line.code), .text(row.line.title), .text(row.account),
                    figures.money(row.opening, own), figures.money(row.moved.debit, own),
                    figures.money(row.moved.credit, own),
                    figures.money(row.opening + row.moved.net, own),
                ] + ledgerCells(row.branch, standing))
        }
        let sum = sums.removeValue(forKey: ledger.currency) ?? Store.Turnover()
        report.facts = [
            .init("currency", "Currency", .text(ledger.currency.text)),
            .init("debit", "Debit", figures.money(sum.debit)),
            .init("credit", "Credit", figures.money(sum.credit)),
        ]
        for (code, sum) in sums.sorted(by: { $0.key.text < $1.key.text }) {
            report.facts += [
                .init("debit\(code)", "Debit \(code)", figures.foreign(sum.debit, code)),
                .init("credit\(code)", "Credit \(code)", figures.foreign(sum.credit, code)),
            ]
        }
        report.notes = scopesMissing(standing, of: only)
        return report
    }

    /// Tax on sales, tax on purchases, and what is owed, of a span (by branch).
    func taxes(_ filter: StatementFilter) throws -> Report {
        let (standing, _) = try needLedger()
        let only = try branches(filter, standing)
        let ledger = try tableLedger(only, standing)
        let (from, to) = try span(filter)
        let figures = ReportWriter(store, ledger)
        var report = Report(
            schema: "branchbook.taxes/1", title: "Taxes",
            columns: [
                .text("branch", "Branch"), .number("revenue", "Sales, net"),
                .number("output", "Tax on sales"), .number("input", "Tax on purchases"),
                .number("owed", "To be paid"),
            ])
        let turnovers = try turnovers(from: from, to: to)
        let translated =
            ledger.isBook ? try translatedMoves(only, from: from, to: to) : [:]
        var sum = (revenue: Int128(0), output: Int128(0), input: Int128(0))
        for branch in only.sorted() {
            var accounts = translated[branch] ?? turnovers[branch] ?? [:]
            // The end of a year earns nothing.
            for (account, amount) in try store.yearEnds(of: branch, from: from, to: to)
            where translated[branch] == nil {
                accounts[account, default: Store.Turnover()].add(-Int128(amount))
            }
            func net(_ root: Account.Root) -> Int128 {
                accounts[.simple(root, branch)]?.net ?? 0
            }
            var (revenue, output, input) = (-net(.sales), -net(.tax), net(.inputTax))
            // Goods for another legal entity are sold to it, with tax.
            output -= net(.transferTax)
            for (account, turnover) in accounts where account.root == .transferSales {
                guard let other = BranchCode(account.rest),
                    standing.roster.branches[other]?.entity
                        != standing.roster.branches[branch]?.entity
                else { continue }
                revenue -= turnover.net
            }
            guard revenue != 0 || output != 0 || input != 0 else { continue }
            sum = (sum.revenue + revenue, sum.output + output, sum.input + input)
            report.rows.append([
                .text(branch.text), figures.money(revenue), figures.money(output),
                figures.money(input), figures.money(output - input),
            ])
        }
        report.facts = [
            .init("currency", "Currency", .text(ledger.currency.text)),
            .init("revenue", "Sales, net", figures.money(sum.revenue)),
            .init("owed", "To be paid", figures.money(sum.output - sum.input)),
        ]
        report.notes = scopesMissing(standing, of: only)
        return report
    }
}
