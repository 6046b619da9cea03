package import Replica

/// What the books of one branch come to in the currency in which the company shows them. Source: IAS 21, 39 and 40: what is
/// held and owed is worth the rate of the statement's day; what was earned and spent, and the capital, the rates of their
/// own days.
///
/// Law: a function of what moved on which day, of the ends of years, and of the rates; the order of accounts within a
/// day changes nothing. What an account of income or expense came to leaves it at the end of a year as it was translated,
/// so that no year earns on an earlier one.
package struct Translation: Sendable {
    private let ledger: Ledger
    private let book: Ledger
    private let retained: Account
    /// At the rates of their own days.
    private var moved: [Account: Moved] = [:]
    /// Minor units of the branch's own.
    private var held: [Account: Int128] = [:]

    private struct Moved {
        var own = Int128(0)
        var worth = Int128(0)
    }

    /// - Parameter ledger: of what the branch keeps its books in.
    package init(of branch: BranchCode, _ ledger: Ledger) {
        self.ledger = ledger
        book = ledger.book
        retained = .named(.equity, branch, Planner.retained)
    }

    /// What a day moved on accounts, of which the end of a year is a part, after all else.
    package mutating func add(
        _ accounts: [Account: Int128], yearEnd: [Account: Int128], at rate: () throws -> ExactRate
    ) throws {
        let ends = yearEnd.filter { Self.isEarned($0.key) && $0.value != 0 }
        let closed = ends.values.reduce(Int128(0), +)
        // Each is looked at, whatever a peer posted beside it.
        var accounts = accounts
        for account in ends.keys { accounts[account, default: 0] += 0 }
        if closed != 0 { accounts[retained, default: 0] += 0 }
        for (account, amount) in accounts {
            guard Self.isOfDays(account) else {
                held[account, default: 0] += amount
                continue
            }
            var amount = amount
            if let end = ends[account] { amount -= end }
            if account == retained { amount += closed }
            guard amount != 0 else { continue }
            moved[account, default: Moved()].own += amount
            moved[account, default: Moved()].worth += try worth(amount, rate())
        }
        for (account, amount) in ends {
            let before = moved[account] ?? Moved()
            // As it was translated: all of it with all of it, a part with its part.
            let share: Int128
            let isPart =
                before.own != 0 && (amount < 0) != (before.own < 0)
                && amount.magnitude <= before.own.magnitude
            if !isPart {
                share = try worth(amount, rate())
            } else {
                let (product, over) = before.worth.multipliedReportingOverflow(by: amount)
                guard !over else { throw BooksError.overflow }
                share =
                    before.own > 0
                    ? Amount.rounded(product, by: before.own)
                    : -Amount.rounded(product, by: -before.own)
                try Self.requireSummable(share)
            }
            moved[account] = Moved(own: before.own + amount, worth: before.worth + share)
            moved[retained, default: Moved()].own -= amount
            moved[retained, default: Moved()].worth -= share
        }
    }

    /// What stands on each account by now, at the rate of the statement's day.
    package func balances(at rate: ExactRate) throws -> [Account: Int128] {
        var found = moved.mapValues(\.worth)
        for (account, amount) in held { found[account] = try worth(amount, rate) }
        return found.filter { $0.value != 0 }
    }

    /// What all accounts sum to in the branch's own currency, at a rate: nothing, but for half a document.
    package func imbalance(at rate: ExactRate) throws -> Int128 {
        try worth(held.values.reduce(0, +) + moved.values.reduce(0) { $0 + $1.own }, rate)
    }

    package func worth(_ amount: Int128, _ rate: ExactRate) throws -> Int128 {
        let worth = try Amount.converted(amount, rate: rate, scale: ledger.scale, to: book.scale)
        try Self.requireSummable(worth)
        return worth
    }

    /// Rates and amounts are peers' words: 2^31 of what is added up fit, and a statement has fewer.
    private static func requireSummable(_ worth: Int128) throws {
        guard worth.magnitude < 1 << 96 else { throw BooksError.overflow }
    }

    private static func isOfDays(_ account: Account) -> Bool {
        Chart.international.line(of: account).map { $0.kind == .equity || !$0.kind.isOfPosition }
            ?? false
    }

    private static func isEarned(_ account: Account) -> Bool {
        Chart.international.line(of: account).map { !$0.kind.isOfPosition } ?? false
    }
}
