import Books
import Replica
import Store

extension Account {
    /// Whose it is; nil for what stands between scopes, or is of two.
    fileprivate var branch: BranchCode? {
        switch place {
        case .branch(let owner), .side(let owner, _): owner
        case .pair, .bridge: nil
        }
    }
}

/// Rates, and what accounts hold of other currencies than the branch's own.
extension Engine {
    /// Every rate that was set, by currency and day.
    func rates() throws -> Report {
        let (_, ledger) = try needLedger()
        var report = Report(
            schema: "branchbook.rates/1", title: "Exchange rates",
            columns: [
                .text("currency", "Currency"), .text("from", "From"), .number("rate", "Rate"),
                .text("contested", "Contested"), .text("in", "Rate in"),
            ])
        for code in try store.described(CurrencyRate.prefix).compactMap({ CurrencyCode($0) }) {
            let said = try rates(of: code)
            let lines =
                said.own.map { ($0.from, $0.millionths, $0.isContested, ledger.currency) }
                + said.cross.map { ($0.from, $0.millionths, $0.isContested, $0.third) }
            for (from, millionths, isContested, other) in lines {
                report.rows.append([
                    .text(code.text), .text(from.description),
                    millionths.map { .decimal(Amount.text($0, scale: Amount.scaleMax)) } ?? .empty,
                    isContested ? .flag(true) : .empty, .text(other.text),
                ])
                guard report.rows.count < Query.limitMax else { return report }
            }
        }
        return report
    }

    func rates(of code: CurrencyCode) throws -> SaidRates {
        SaidRates(try store.registers(entity: CurrencyRate.entity(code)))
    }

    /// By currency and account: what there is, what it is carried at, what it is worth at the rate of the day, and the
    /// difference, which no document has booked yet.
    func currencies(branch text: String?, asAt: String?, at now: Instant) throws -> Report {
        let only = try alike(text)
        let ledger = only.ledger
        let asked = try asAt.map { try Planner.day($0) }
        let day = asked ?? Day(now, utcOffsetMinutes: utcOffsetMinutes)
        let figures = ReportWriter(store, ledger)
        var report = Report(
            schema: "branchbook.currencies/1", title: "Other currencies",
            columns: [
                .text("kind", "Kind"), .text("currency", "Currency"), .text("branch", "Branch"),
                .text("account", "Account"), .number("amount", "Amount"),
                .number("carried", "Carried at"), .number("rate", "Rate"),
                .number("worth", "Worth"), .number("difference", "Difference"),
            ])
        var all: Int128? = 0
        let rows = try store.foreign(than: ledger.currency, upTo: asked).filter { row in
            guard let account = Account(row.account), let owner = account.branch else {
                return false
            }
            return account.holdsCurrencies(of: owner) && only.contains(owner)
        }
        for (code, held) in Dictionary(grouping: rows, by: \.currency)
            .sorted(by: { $0.key.text < $1.key.text })
        {
            let rate = try knownRate(of: code, in: ledger, on: day)
            func line(
                _ kind: String, _ account: String?, _ amount: Int128, _ value: Int128,
                _ worth: Int128?
            ) {
                let owner = account.flatMap { Account($0) }.map { $0.branch?.text ?? "" }
                report.rows.append([
                    .text(kind), .text(code.text), .optional(owner), .optional(account),
                    figures.foreign(amount, code), figures.money(value),
                    rate.map { .decimal($0.text) } ?? .empty,
                    worth.map { figures.money($0) } ?? .empty,
                    worth.map { figures.money($0 - value) } ?? .empty,
                ])
            }
            var sum = (amount: Int128(0), value: Int128(0), worth: Int128?(0))
            for row in held {
                let worth = worth(row.amount, code, at: rate, ledger)
                line("account", row.account, row.amount, row.value, worth)
                sum.amount += row.amount
                sum.value += row.value
                sum.worth = worth.flatMap { worth in sum.worth.map { $0 + worth } }
            }
            line("total", nil, sum.amount, sum.value, sum.worth)
            all = sum.worth.flatMap { worth in all.map { $0 + worth - sum.value } }
            if rate == nil {
                report.notes.append(
                    "There is no rate of \(code) on \(day): `branchbook rate set \(code) RATE`.")
            }
        }
        report.facts = [
            .init("date", "Date", .text(day.description)),
            .init("currency", "Currency", .text(ledger.currency.text)),
            .init("difference", "Difference", all.map { figures.money($0) } ?? .empty),
        ]
        if try store.currencies(than: ledger.currency) > Store.currenciesMax {
            report.notes.append(
                "Only the first \(Store.currenciesMax) currencies are looked at: name a branch's with "
                    + "`branchbook ledger account`.")
        }
        report.notes += scopesMissing(only)
        return report
    }

    /// Nil where there is no rate, or the figures do not fit.
    private func worth(
        _ amount: Int128, _ code: CurrencyCode, at rate: ExactRate?, _ ledger: Ledger
    ) -> Int128? {
        guard amount != 0 else { return 0 }
        guard let rate, let amount = Int64(exactly: amount),
            let worth = try? Amount.converted(
                amount, rate: rate, scale: ledger.scale(of: code), to: ledger.scale)
        else { return nil }
        return Int128(worth)
    }

    /// An exchange account is worth nothing, whatever was exchanged: no document of this program leaves anything on it.
    func currencyDifferences(
        _ balances: [BranchCode: [Account: Store.Turnover]], _ standing: Standing,
        _ only: BranchCode?
    ) -> [Difference] {
        branches(standing, only).sorted().flatMap { branch in
            [Account.Root.tradeExchange, .moneyExchange].compactMap { root in
                let account = Account.simple(root, branch)
                guard let net = balances[branch]?[account]?.net, net != 0 else { return nil }
                return Difference(
                    check: "currency", subject: account.name, amount: net,
                    ledger: standing.ledger(of: branch),
                    cause: "a document that no program of this kind wrote posted to it",
                    next: "`branchbook ledger account \(account)`")
            }
        }
    }
}
