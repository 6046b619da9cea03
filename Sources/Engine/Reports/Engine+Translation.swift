import Books
import Replica
import Store

/// Branches that keep their books in another currency than the book's own, in statements of several: see
/// `docs/decisions/0018-functional-currency.md`.
extension Engine {
    /// In what a table of these branches is: what all of them keep their books in, or else the book's own.
    func tableLedger(
        _ branches: some Sequence<BranchCode>, _ standing: Standing
    ) throws -> Ledger {
        let (_, book) = try needLedger()
        let currencies = Set(branches.map { standing.currencies[$0] })
        return currencies.count == 1 ? Ledger(currencies.first ?? book.currency, in: book) : book
    }

    /// Rates as statements ask for them, one day after the other: what was said of each currency is read once.
    final class Rates {
        private let store: Store
        private let book: Ledger
        private var said: [CurrencyCode: SaidRates] = [:]

        init(_ store: Store, _ book: Ledger) {
            self.store = store
            self.book = book
        }

        func rate(of code: CurrencyCode, on day: Day) throws -> ExactRate {
            let rate = try ExactRate.rate(of: code, in: book, on: day) { code in
                if let known = said[code] { return known }
                let rates = SaidRates(
                    try store.registers(entity: CurrencyRate.entity(code)))
                said[code] = rates
                return rates
            }
            guard let rate else {
                throw Refusal(
                    .noRate,
                    "there is no rate of \(code) on \(day), to show its books in \(book.currency)",
                    next: "say it: `branchbook rate set \(code) RATE --date \(day)`")
            }
            return rate
        }
    }

    /// What moved on one day on the accounts of one branch, what is derived as well, and what of it ended a year.
    private struct MovedDay {
        var accounts: [Account: Store.Turnover] = [:]
        var yearEnd: [Account: Int128] = [:]
    }

    /// Of branches of other currencies, in the order of days. Pools are to be folded before. Cost: what is kept of every day
    /// of the span.
    private func movedDays(
        of branches: Set<BranchCode>, from: Day?, to: Day?
    ) throws -> [(day: Day, branches: [BranchCode: MovedDay])] {
        let (standing, _) = try needLedger()
        var found: [Day: [BranchCode: MovedDay]] = [:]
        try store.turnoverDays(of: standing.currencies, branches, from: from, to: to) {
            day, branch, account, turnover in
            // Its bridges come to nothing together: rounded one by one they would not.
            let account = account.root == .via ? Account.via(.money(branch)) : account
            found[day, default: [:]][branch, default: MovedDay()]
                .accounts[account, default: Store.Turnover()].add(turnover)
        }
        let (first, last) = (
            from ?? Day(number: Day.range.lowerBound), to ?? Day(number: Day.range.upperBound)
        )
        for (day, row) in try store.derivedDays(from: first, to: last) {
            guard let branch = BranchCode(row.branch), branches.contains(branch) else { continue }
            for (name, amount) in row.accounts(branch) where amount != 0 {
                guard let account = Account(name) else { continue }
                found[day, default: [:]][branch, default: MovedDay()]
                    .accounts[account, default: Store.Turnover()].add(amount)
            }
        }
        for branch in branches.sorted() {
            for (day, account, amount) in try store.yearEndDays(of: branch, from: first, to: last) {
                found[day, default: [:]][branch, default: MovedDay()]
                    .yearEnd[account, default: 0] += amount
            }
        }
        return found.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }

    /// A branch's accounts in the book's own currency.
    struct TranslatedBranch {
        var accounts: [Account: Int128] = [:]
        /// What half a document leaves, which is no difference of rates.
        var imbalance = Int128(0)
        /// Of what stands between it and branches of other currencies: what is owed itself, not what it is carried at.
        var between: [Account: Int128] = [:]

        /// What all accounts are short of nothing, where the sides that are eliminated count as what is owed.
        func difference(_ eliminates: (Account) -> Bool) -> Int128 {
            var sum = accounts.reduce(Int128(0)) { sum, row in
                eliminates(row.key) && between[row.key] != nil ? sum : sum + row.value
            }
            for (account, amount) in between where eliminates(account) { sum += amount }
            return imbalance - sum
        }
    }

    /// What stands on the accounts of branches of other currencies at the end of each of some days, in the book's own; no day
    /// is all that is known. What moved is read once for all of them.
    ///
    /// - Parameter today: whose rates count where no day is asked for.
    /// - Throws: `.noRate`.
    func translated(
        _ branches: Set<BranchCode>, upTo days: [Day?], on today: Day?
    ) throws -> [Day?: [BranchCode: TranslatedBranch]] {
        let (standing, book) = try needLedger()
        let others = branches.filter { standing.currencies.others[$0] != nil }
        guard !others.isEmpty else { return [:] }
        let rates = Rates(store, book)
        let ends =
            Set(days.compactMap { $0 }).sorted().map(Optional.some)
            + (days.contains(nil) ? [nil] : [])
        let moved = try movedDays(of: others, from: nil, to: ends.last ?? nil)
        var found: [Day?: [BranchCode: TranslatedBranch]] = [:]
        for branch in others.sorted() {
            let ledger = standing.ledger(of: branch)
            var translation = Translation(of: branch, ledger)
            var (place, isNothing) = (moved.startIndex, true)
            for end in ends {
                while place < moved.endIndex, end.map({ moved[place].day <= $0 }) ?? true {
                    let (day, rows) = moved[place]
                    place += 1
                    guard let row = rows[branch] else { continue }
                    isNothing = false
                    try translation.add(row.accounts.mapValues(\.net), yearEnd: row.yearEnd) {
                        try rates.rate(of: ledger.currency, on: day)
                    }
                }
                // Nothing needs no rate.
                guard !isNothing, let rateDay = end ?? today else { continue }
                let rate = try rates.rate(of: ledger.currency, on: rateDay)
                found[end, default: [:]][branch] = TranslatedBranch(
                    accounts: try translation.balances(at: rate),
                    imbalance: try translation.imbalance(at: rate),
                    between: try owedInBook(of: branch, upTo: end, ledger, standing))
            }
        }
        return found
    }

    /// What a branch of another currency is due from others, and owes them, in the book's own.
    private func owedInBook(
        of branch: BranchCode, upTo day: Day?, _ ledger: Ledger, _ standing: Standing
    ) throws -> [Account: Int128] {
        var owed: [Account: Int128] = [:]
        for held in try store.foreign(
            than: ledger.currency, of: branch, among: standing.roster.branches.keys.sorted(),
            only: ledger.book.currency, upTo: day)
        {
            guard let account = Account(held.account), account.root.isDue,
                case .side(branch, _) = account.place
            else { continue }
            owed[account] = held.amount
        }
        return owed
    }

    /// What moved on the accounts of branches of other currencies in a span without the ends of years: the net of each day
    /// at its rate.
    ///
    /// - Throws: `.noRate`.
    func translatedMoves(
        _ branches: Set<BranchCode>, from: Day?, to: Day?
    ) throws -> [BranchCode: [Account: Store.Turnover]] {
        let (standing, book) = try needLedger()
        let others = branches.filter { standing.currencies.others[$0] != nil }
        guard !others.isEmpty else { return [:] }
        let rates = Rates(store, book)
        var found: [BranchCode: [Account: Store.Turnover]] = [:]
        for (day, rows) in try movedDays(of: others, from: from, to: to) {
            for (branch, row) in rows {
                let ledger = standing.ledger(of: branch)
                let translation = Translation(of: branch, ledger)
                for (account, turnover) in row.accounts {
                    var own = turnover
                    if let end = row.yearEnd[account] { own.add(-end) }
                    guard own.net != 0 else { continue }
                    let rate = try rates.rate(of: ledger.currency, on: day)
                    found[branch, default: [:]][account, default: Store.Turnover()].add(
                        try translation.worth(own.net, rate))
                }
            }
        }
        return found
    }

    /// Of a trial balance, by account, in the currency of the table: branches that keep their books in it as they are, the
    /// others translated, with what rates did of each branch as if it were an account.
    ///
    /// - Parameter only: nil for all; then what remains of all bridges is one row.
    func balancesInBook(
        _ only: Set<BranchCode>?, upTo day: Day?, on today: Day, _ ledger: Ledger,
        _ standing: Standing
    ) throws -> [String: Int128] {
        var sums: [String: Int128] = [:]
        func add(_ account: Account, _ amount: Int128) {
            sums[account.root == .via && only == nil ? "via" : account.name, default: 0] += amount
        }
        let branches = only ?? Set(standing.roster.branches.keys)
        let others = branches.filter { standing.currencies[$0] != ledger.currency }
        for (branch, accounts) in try turnovers(from: nil, to: day)
        where branches.contains(branch) && !others.contains(branch) {
            for (account, turnover) in accounts { add(account, turnover.net) }
        }
        for (branch, row) in try translated(others, upTo: [day], on: today)[day] ?? [:] {
            // Mirrored bridges are told apart by their scopes alone: what remains of them is one row.
            for (account, amount) in row.accounts {
                sums[account.root == .via ? "via" : account.name, default: 0] += amount
            }
            sums["translation-difference/\(branch)", default: 0] += row.difference { _ in false }
        }
        return sums
    }

    /// A balance sheet's part of branches of other currencies: what two branches of the column owe each other cancels by what
    /// is owed, and what rates did is a line of the capital.
    func addTranslated(
        _ translated: [BranchCode: TranslatedBranch], to column: inout Column, _ chart: OwnChart
    ) {
        for (branch, row) in translated where column.branches.contains(branch) {
            func isEliminated(_ account: Account) -> Bool {
                guard account.root.isDue, case .side(_, let other) = account.place else {
                    return false
                }
                return column.branches.contains(other)
            }
            var accounts = row.accounts
            for (account, amount) in row.between where isEliminated(account) {
                accounts[account] = amount
            }
            for (account, amount) in accounts {
                guard
                    let line = Self.line(
                        of: account, chart, in: column.branches, holding: amount)
                else { continue }
                column.sums[line, default: 0] += amount
            }
            column.sums[chart.translation, default: 0] += row.difference(isEliminated)
        }
    }

    /// Their part of profit and loss, but for what these branches sold each other.
    ///
    /// - Returns: what was earned by that, as it was translated.
    func addTranslatedMoves(
        _ moved: [BranchCode: [Account: Store.Turnover]], within: Set<BranchCode>,
        to column: inout Column, _ chart: OwnChart
    ) -> Int128 {
        var earned = Int128(0)
        for (branch, accounts) in moved where column.branches.contains(branch) {
            for (account, turnover) in accounts {
                guard !account.isSold(within: within) else {
                    earned -= turnover.net
                    continue
                }
                guard let line = chart.line(of: account) else { continue }
                column.sums[line, default: 0] += turnover.net
            }
        }
        return earned
    }

    /// What came and went on the accounts of money of branches of other currencies, at the rates of its days.
    func translatedCash(
        from: Day, to: Day
    ) throws -> [BranchCode: CashFlow.Lines] {
        let (standing, book) = try needLedger()
        let currencies = standing.currencies
        let rates = Rates(store, book)
        var found: [BranchCode: CashFlow.Lines] = [:]
        for (day, flows) in try store.cashFlowDays(of: currencies, from: from, to: to) {
            for (branch, lines) in flows where currencies.others[branch] != nil {
                let ledger = standing.ledger(of: branch)
                let translation = Translation(of: branch, ledger)
                for (line, amount) in lines {
                    found[branch, default: [:]][line, default: 0] += try translation.worth(
                        amount, rates.rate(of: ledger.currency, on: day))
                }
            }
        }
        return found
    }
}
