import Books
import Replica
import Store

/// How old what is owed is (账龄).
extension Engine {
    /// The last day of each span but the open one, in days after it fell due.
    private static let overdueDays: [Int32] = [0, 30, 60, 90]

    /// What a party owes one branch, or is owed by it, in the currency of the table.
    private struct Owed {
        let branch: BranchCode
        let account: Account
        let amount: Int128
        /// By how long it is overdue; what is not due comes first.
        let parts: [Int128]
        let oldest: Day?
        /// `100.00 USD, 5000 JPY`.
        let foreign: String?

        var overdue: Int128 { parts.dropFirst().reduce(0, +) }
    }

    /// What customers owe, or what is owed to suppliers, by how long ago it fell due: what was paid settles what it is matched
    /// with, and else the oldest. Of branches that keep their books in several currencies it is in the book's own, at the
    /// rate of the day, as in the balance sheet.
    ///
    /// - Throws: `.noRate`.
    func ageing(_ filter: AgeingFilter, at now: Instant) throws -> Report {
        let (standing, _) = try needLedger()
        guard let root = Account.Root(rawValue: filter.of), [.receivable, .payable].contains(root)
        else {
            throw Refusal(
                .badOption, "\(filter.of) has no age", next: "use receivable or payable")
        }
        let only = try branches(filter.branches, ofEntity: filter.entity, standing)
        let ledger = try tableLedger(only, standing)
        let day =
            try filter.asAt.map { try Planner.day($0) }
            ?? Day(now, utcOffsetMinutes: utcOffsetMinutes)
        let compared = try filter.compareTo.map { try Planner.day($0) }
        let figures = ReportWriter(store, ledger)
        var report = Report(
            schema: "branchbook.ageing/1", title: "Ageing",
            columns: [
                .text("branch", "Branch"), .text("party", "Party"), .number("amount", "Amount"),
                .number("notDue", "Not due"), .number("to30", "1–30 days"),
                .number("to60", "31–60 days"), .number("to90", "61–90 days"),
                .number("older", "Older"), .text("oldest", "Oldest"),
                .text("foreign", "In another currency"),
            ]
                + (compared == nil
                    ? []
                    : [
                        .number("before", "Before"),
                        .number("overdueBefore", "Overdue before"),
                    ]))
        let found = try owed(on: root, of: only, upTo: day, ledger, standing)
        let before = try compared.map { try owed(on: root, of: only, upTo: $0, ledger, standing) }
        let rows = Dictionary(uniqueKeysWithValues: found.map { ($0.account, $0) })
        let earlier = Dictionary(
            uniqueKeysWithValues: (before ?? []).map { ($0.account, $0) })
        // Who owed something then and owes nothing now has a row as well.
        let accounts = (found + (before ?? []).filter { rows[$0.account] == nil })
            .map { ($0.branch, $0.account) }.sorted { ($0.0, $0.1.name) < ($1.0, $1.1.name) }
        for (branch, account) in accounts {
            let row = rows[account]
            report.rows.append(
                [.text(branch.text), .text(account.rest), figures.money(row?.amount ?? 0)]
                    + (row?.parts ?? Self.noParts).map { $0 == 0 ? .empty : figures.money($0) }
                    + [.optional(row?.oldest?.description), .optional(row?.foreign)]
                    + (compared == nil
                        ? []
                        : [
                            figures.money(earlier[account]?.amount ?? 0),
                            figures.money(earlier[account]?.overdue ?? 0),
                        ]))
        }
        func sum(_ rows: [Owed], _ figure: (Owed) -> Int128) -> Report.Cell {
            figures.money(rows.reduce(Int128(0)) { $0 + figure($1) })
        }
        report.facts = [
            .init("date", "Date", .text(day.description)),
            .init("currency", "Currency", .text(ledger.currency.text)),
            .init("amount", "Amount", sum(found) { $0.amount }),
            .init("notDue", "Not due", sum(found) { $0.parts[0] }),
            .init("overdue", "Overdue", sum(found) { $0.overdue }),
        ]
        if let before, let compared {
            report.facts += [
                .init("compared", "Beside", .text(compared.description)),
                .init("before", "Before", sum(before) { $0.amount }),
                .init("overdueBefore", "Overdue before", sum(before) { $0.overdue }),
            ]
        }
        report.notes = scopesMissing(standing, of: only)
        return report
    }

    private static var noParts: [Int128] {
        [Int128](repeating: 0, count: overdueDays.count + 1)
    }

    /// Every account of customers, or of suppliers, on which something stands at the end of a day.
    private func owed(
        on root: Account.Root, of only: Set<BranchCode>, upTo day: Day, _ ledger: Ledger,
        _ standing: Standing
    ) throws -> [Owed] {
        let sign: Int128 = root == .receivable ? 1 : -1
        let matched = Set(try store.matchedAccounts())
        var held: [CurrencyCode: [String: [Store.ForeignRow]]] = [:]
        var rates: [CurrencyCode: ExactRate] = [:]
        var rows: [Owed] = []
        for (branch, accounts) in try turnovers(from: nil, to: day).sorted(by: { $0.key < $1.key })
        where only.contains(branch) {
            let own = standing.ledger(of: branch)
            let figures = ReportWriter(store, own)
            if held[own.currency] == nil {
                held[own.currency] = Dictionary(
                    grouping: try store.foreign(than: own.currency, upTo: day), by: \.account)
            }
            for (account, turnover) in accounts.sorted(by: { $0.key.name < $1.key.name })
            where account.root == root && turnover.net != 0 {
                let owed = turnover.net * sign
                let terms = try terms(of: account.rest)
                var parts = Self.noParts
                var oldest: Day?
                let others = held[own.currency]?[account.name] ?? []
                for item in try open(
                    owed, of: account, others, own, upTo: day, isMatched: matched.contains(account))
                {
                    // What was paid ahead is of no day.
                    let late = item.day.map { day.number - $0.number - terms } ?? 0
                    let place = Self.overdueDays.firstIndex { late <= $0 }
                    parts[place ?? Self.overdueDays.count] += item.amount
                    oldest = [oldest, item.day].compactMap { $0 }.min()
                }
                if own.currency != ledger.currency, rates[own.currency] == nil {
                    rates[own.currency] = try rate(of: own.currency, in: ledger, on: day)
                }
                let rate = rates[own.currency]
                rows.append(
                    Owed(
                        branch: branch, account: account,
                        amount: try Self.shown(owed, own, ledger, rate),
                        parts: try Self.shown(parts, own, ledger, rate), oldest: oldest,
                        foreign: told(others, figures, sign)))
            }
        }
        return rows
    }

    /// What a branch's own amount is in the currency of the table; without a rate it is the same one.
    private static func shown(
        _ amount: Int128, _ own: Ledger, _ table: Ledger, _ rate: ExactRate?
    ) throws -> Int128 {
        guard let rate else { return amount }
        return try Amount.converted(amount, rate: rate, scale: own.scale, to: table.scale)
    }

    /// The same of parts: they sum to what their sum is worth.
    private static func shown(
        _ parts: [Int128], _ own: Ledger, _ table: Ledger, _ rate: ExactRate?
    ) throws -> [Int128] {
        var (sum, given) = (Int128(0), Int128(0))
        return try parts.map { part in
            sum += part
            let upTo = try shown(sum, own, table, rate)
            defer { given = upTo }
            return upTo - given
        }
    }

    /// What an account owes by the days that it is of, in the book's own currency: each currency's oldest is settled first,
    /// and what is open of it shares what all of it is carried at. No day: paid ahead.
    private func open(
        _ owed: Int128, of account: Account, _ others: [Store.ForeignRow], _ ledger: Ledger,
        upTo day: Day, isMatched: Bool
    ) throws -> [(day: Day?, amount: Int128)] {
        let sign: Int128 = account.root == .receivable ? 1 : -1
        let carried = others.reduce(Int128(0)) { $0 + $1.value * sign }
        var found: [(day: Day?, amount: Int128)] = []
        for (currency, amount, value) in [(ledger.currency, owed - carried, owed - carried)]
            + others.map({ ($0.currency, $0.amount * sign, $0.value * sign) })
        {
            guard amount > 0 else {
                if value != 0 { found.append((nil, value)) }
                continue
            }
            // Matches say what was paid; without any the last that was charged is open.
            let left =
                isMatched
                ? try store.openItems(account, currency, own: ledger.currency, upTo: day)
                    .owed(sign).map { (day: $0.item.day, amount: $0.amount) }
                : try store.open(
                    amount, of: account, isDebit: account.root == .receivable, currency, upTo: day
                ).map { (day: $0.day, amount: $0.amount) }
            var (seen, given) = (Int128(0), Int128(0))
            for item in left {
                seen += item.amount
                let (product, over) = value.multipliedReportingOverflow(by: seen)
                guard !over, let due = try? Amount.divide(product, by: amount) else { continue }
                found.append((item.day, Int128(due) - given))
                given = Int128(due)
            }
            if given != value { found.append((nil, value - given)) }
        }
        return found
    }

    /// `100.00 USD, 5000 JPY`.
    private func told(
        _ others: [Store.ForeignRow], _ figures: ReportWriter, _ sign: Int128
    ) -> String? {
        let texts = others.filter { $0.amount != 0 }.map {
            "\(figures.foreign($0.amount * sign, $0.currency).plain) \($0.currency)"
        }
        return texts.isEmpty ? nil : texts.joined(separator: ", ")
    }
}
