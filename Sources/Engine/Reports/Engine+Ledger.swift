import Books
import Replica
import Store

/// One account line by line, and how old what is owed is.
extension Engine {
    /// An account, or all whose names begin with one that ends on `/`: what it held, what moved, what it holds. What the
    /// cost fold derives is one line a day.
    func ledger(_ filter: LedgerFilter) throws -> Report {
        let (standing, book) = try needLedger()
        let (from, to) = (try Planner.day(filter.from), try Planner.day(filter.to))
        guard from <= to else { throw Refusal(.badDate, "\(from) is after \(to)") }
        let isMany = filter.account.hasSuffix("/")
        guard isMany || Account(filter.account) != nil else {
            throw Refusal(
                .badAccount, "\(filter.account) is no account",
                next: "see `branchbook ledger accounts`")
        }
        try foldCosts()
        func belongs(_ account: Account) -> Bool {
            isMany ? account.name.hasPrefix(filter.account) : account.name == filter.account
        }
        var opening = Int128(0)
        for accounts in try turnovers(from: nil, to: Day(number: from.number &- 1)).values {
            for (account, turnover) in accounts where belongs(account) { opening += turnover.net }
        }
        let ledger = try oneLedger(of: belongs, named: filter.account, upTo: to, standing, book)
        struct Line {
            let day: Day
            var number: String?
            let kind: String
            var person: String?
            var party: String?
            var memo: String?
            let amount: Int128
            /// `100.00 USD`, where it was posted in another currency.
            var foreign: String?
        }
        let figures = ReportWriter(store, ledger)
        let limit = bounded(filter.limit)
        var lines = try store.lines(
            of: filter.account, ledger.currency, from: from, to: to, limit: limit + 1
        ).map { line in
            Line(
                day: line.day, number: line.number, kind: line.kind.word, person: line.person,
                party: line.party, memo: line.memo, amount: Int128(line.amount),
                foreign: line.foreign.flatMap { foreign in
                    CurrencyCode(foreign.currency).map {
                        "\(figures.foreign(foreign.amount, $0).plain) \($0)"
                    }
                })
        }
        for (day, row) in try store.derivedDays(from: from, to: to) {
            guard let branch = BranchCode(row.branch) else { continue }
            for (name, amount) in row.accounts(branch) where amount != 0 {
                guard let account = Account(name), belongs(account) else { continue }
                lines.append(Line(day: day, kind: "derived", amount: amount))
            }
        }
        // What is derived of a day comes after what was written on it.
        let ordered = lines.enumerated().sorted {
            ($0.element.day, $0.offset) < ($1.element.day, $1.offset)
        }.map(\.element)
        var report = Report(
            schema: "branchbook.ledger/1", title: "Ledger",
            columns: [
                .text("date", "Date"), .text("document", "Document"), .text("kind", "Kind"),
                .text("party", "Party"), .text("memo", "Memo"), .text("person", "Person"),
                .number("debit", "Debit"), .number("credit", "Credit"),
                .number("balance", "Balance"), .text("foreign", "In another currency"),
            ])
        var balance = opening
        var moved = Store.Turnover()
        for line in ordered.prefix(limit) {
            balance += line.amount
            moved.add(line.amount)
            report.rows.append([
                .text(line.day.description), .optional(line.number), .text(line.kind),
                .optional(line.party), .optional(line.memo), .optional(line.person),
                line.amount > 0 ? figures.money(line.amount) : .empty,
                line.amount < 0 ? figures.money(-line.amount) : .empty, figures.money(balance),
                .optional(line.foreign),
            ])
        }
        report.facts = [
            .init("account", "Account", .text(filter.account)),
            .init("currency", "Currency", .text(ledger.currency.text)),
            .init("opening", "Opening", figures.money(opening)),
            .init("debit", "Debit", figures.money(moved.debit)),
            .init("credit", "Credit", figures.money(moved.credit)),
            .init("closing", "Closing", figures.money(balance)),
        ]
        if ordered.count > limit {
            report.notes.append("Only the first \(limit) rows are shown.")
        }
        report.notes += scopesMissing(standing, nil)
        return report
    }

    /// What the branches of some accounts keep their books in.
    ///
    /// - Throws: `.twoCurrencies` where these are several.
    private func oneLedger(
        of belongs: (Account) -> Bool, named name: String, upTo day: Day, _ standing: Standing,
        _ book: Ledger
    ) throws -> Ledger {
        guard !standing.currencies.others.isEmpty else { return book }
        var owners = try turnovers(from: nil, to: day).filter {
            $0.value.keys.contains(where: belongs)
        }.map(\.key).sorted()
        if owners.isEmpty, case .branch(let owner)? = Account(name)?.place { owners = [owner] }
        let found = Set(owners.map { standing.currencies[$0] })
        guard found.count < 2 else {
            throw Refusal(
                .twoCurrencies,
                "\(name) are of branches that keep their books in several currencies: "
                    + owners.map { "\($0) in \(standing.currencies[$0])" }
                    .joined(separator: ", "),
                next: "name those of one branch, as in bank/\(owners[0])/")
        }
        return found.first.map { Ledger($0, in: book) } ?? book
    }

    /// What customers owe, or what is owed to suppliers, by how long ago it fell due: what was paid settles what it is matched
    /// with, and else the oldest.
    func ageing(_ filter: AgeingFilter, at now: Instant) throws -> Report {
        let only = try alike(filter.branch)
        let ledger = only.ledger
        guard let root = Account.Root(rawValue: filter.of), [.receivable, .payable].contains(root)
        else {
            throw Refusal(
                .badOption, "\(filter.of) has no age", next: "use receivable or payable")
        }
        let day =
            try filter.asAt.map { try Planner.day($0) }
            ?? Day(now, utcOffsetMinutes: utcOffsetMinutes)
        let figures = ReportWriter(store, ledger)
        let bounds: [Int32] = [0, 30, 60, 90]
        var report = Report(
            schema: "branchbook.ageing/1", title: "Ageing",
            columns: [
                .text("branch", "Branch"), .text("party", "Party"), .number("amount", "Amount"),
                .number("notDue", "Not due"), .number("to30", "1–30 days"),
                .number("to60", "31–60 days"), .number("to90", "61–90 days"),
                .number("older", "Older"), .text("oldest", "Oldest"),
                .text("foreign", "In another currency"),
            ])
        let held = Dictionary(
            grouping: try store.foreign(than: ledger.currency, upTo: day), by: \.account)
        var sums = [Int128](repeating: 0, count: bounds.count + 2)
        let matched = Set(try store.matchedAccounts())
        for (branch, accounts) in try turnovers(from: nil, to: day).sorted(by: { $0.key < $1.key })
        where only.contains(branch) {
            for (account, turnover) in accounts.sorted(by: { $0.key.name < $1.key.name })
            where account.root == root && turnover.net != 0 {
                let party = account.rest
                let sign: Int128 = root == .receivable ? 1 : -1
                let owed = turnover.net * sign
                let terms = try terms(of: party)
                var parts = [Int128](repeating: 0, count: bounds.count + 1)
                var oldest: Day?
                let others = held[account.name] ?? []
                for item in try open(
                    owed, of: account, others, ledger, upTo: day,
                    isMatched: matched.contains(account))
                {
                    // What was paid ahead is of no day.
                    let late = item.day.map { day.number - $0.number - terms } ?? 0
                    let place = bounds.firstIndex { late <= $0 } ?? bounds.count
                    parts[place] += item.amount
                    oldest = [oldest, item.day].compactMap { $0 }.min()
                }
                sums[0] += owed
                for place in parts.indices { sums[place + 1] += parts[place] }
                report.rows.append(
                    [.text(branch.text), .text(party), figures.money(owed)]
                        + parts.map { $0 == 0 ? .empty : figures.money($0) }
                        + [.optional(oldest?.description), .optional(told(others, figures, sign))])
            }
        }
        report.facts = [
            .init("date", "Date", .text(day.description)),
            .init("currency", "Currency", .text(ledger.currency.text)),
        ]
        for (key, label, sum) in [
            ("amount", "Amount", sums[0]), ("notDue", "Not due", sums[1]),
            ("overdue", "Overdue", sums[2...].reduce(0, +)),
        ] { report.facts.append(.init(key, label, figures.money(sum))) }
        report.notes = scopesMissing(only)
        return report
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
