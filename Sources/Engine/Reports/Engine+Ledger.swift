import Books
import Replica
import Store

/// One account line by line, or several.
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
            let account: String
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
                day: line.day, account: line.account, number: line.number, kind: line.kind.word,
                person: line.person,
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
                lines.append(Line(day: day, account: name, kind: "derived", amount: amount))
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
            ] + (isMany ? [.text("account", "Account")] : []))
        var balance = opening
        var moved = Store.Turnover()
        for line in ordered.prefix(limit) {
            balance += line.amount
            moved.add(line.amount)
            report.rows.append(
                [
                    .text(line.day.description), .optional(line.number), .text(line.kind),
                    .optional(line.party), .optional(line.memo), .optional(line.person),
                    line.amount > 0 ? figures.money(line.amount) : .empty,
                    line.amount < 0 ? figures.money(-line.amount) : .empty, figures.money(balance),
                    .optional(line.foreign),
                ] + (isMany ? [.text(line.account)] : []))
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
}
