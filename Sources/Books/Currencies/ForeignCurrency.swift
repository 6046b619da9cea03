import Replica

/// Another currency than the branch's own, as one document has it.
struct ForeignCurrency {
    let code: CurrencyCode
    /// What one unit is worth; nil where nobody said, which is told once somebody asks.
    let known: ExactRate?
    let day: Day
    let ledger: Ledger

    var scale: Int { ledger.scale(of: code) }
    var commodity: Commodity { .currency(code) }

    /// - Parameter mayBeNamed: the command takes one.
    func rate(mayBeNamed: Bool = true) throws(Refusal) -> ExactRate {
        guard let known else {
            throw Refusal(
                .noRate, "there is no rate of \(code) on \(day)",
                next: (mayBeNamed ? "name one with --rate, or " : "")
                    + (ledger.isBook
                        ? "say it: `branchbook rate set \(code) RATE --date \(day)`"
                        : "say what \(code) and \(ledger.currency) are worth in "
                            + "\(ledger.book.currency): `branchbook rate set`"))
        }
        return known
    }

    /// What an amount is worth in the branch's own currency at the rate, rounded once.
    func value(_ amount: Int64) throws -> Int64 {
        try Amount.converted(amount, rate: rate(), scale: scale, to: ledger.scale)
    }
}

/// The postings of a document to accounts that hold other currencies, with what stands against them in the branch's own.
///
/// An amount of another currency goes to its account against the exchange account of its scope, both carried at the
/// same value with opposite signs; the exchange account has that value back in the branch's own currency, and is worth
/// nothing. What the two sides of the document differ by in value is a gain or a loss.
struct ForeignLegs {
    let branch: BranchCode
    let currency: Commodity
    private var legs: [(scope: Scope, postings: [Posting])] = []
    private var own: [Scope: [(account: Account, amount: Int64)]] = [:]

    init(_ branch: BranchCode, _ ledger: Ledger) {
        self.branch = branch
        currency = .currency(ledger.currency)
    }

    private var trade: Scope { .trade(branch) }
    private var money: Scope { .money(branch) }

    static func exchange(of scope: Scope, _ branch: BranchCode) -> Account {
        .simple(scope == .trade(branch) ? .tradeExchange : .moneyExchange, branch)
    }

    /// `amount` comes to an account (below zero: leaves it), carried at `value`.
    mutating func add(
        _ account: Account, _ commodity: Commodity, _ amount: Int64, value: Int64
    ) throws {
        guard let home = account.home, amount != .min, value != .min else {
            throw BooksError.overflow
        }
        let exchange = Self.exchange(of: home, branch)
        legs.append(
            (
                home,
                [
                    Posting(account, commodity, amount, base: value),
                    Posting(exchange, commodity, -amount, base: -value),
                ]
            ))
        own[home, default: []].append((exchange, value))
    }

    /// Postings of one scope that sum to zero, as they are.
    mutating func add(_ scope: Scope, _ postings: [Posting]) { legs.append((scope, postings)) }

    /// `amount` of the branch's own currency comes to an account.
    mutating func add(_ account: Account, _ amount: Int64) throws {
        guard let home = account.home else { throw BooksError.overflow }
        own[home, default: []].append((account, amount))
    }

    /// What all sides come to.
    private func sum(_ scope: Scope) -> Int128 {
        (own[scope] ?? []).reduce(Int128(0)) { $0 + Int128($1.amount) }
    }

    /// The scopes that are written.
    var scopes: Set<Scope> {
        let isEven = sum(trade) + sum(money) == 0
        return Set(own.keys).union(isEven && sum(trade) == 0 ? [] : [trade])
    }

    /// Writes it all: the difference as a gain or a loss, and what goes from scope to scope over bridges.
    /// - Returns: the gain; a loss is below zero.
    @discardableResult
    mutating func write(to document: inout DocumentBuilder) throws -> Int64 {
        for leg in legs { document.add(leg.scope, leg.postings) }
        let gain = try Planner.narrow(sum(trade) + sum(money))
        if gain != 0 {
            guard gain != .min else { throw BooksError.overflow }
            let account = Account.simple(gain > 0 ? .exchangeGain : .exchangeLoss, branch)
            own[trade, default: []].append((account, -gain))
        }
        let across = try Planner.narrow(sum(trade))
        if across != 0 {
            guard across != .min else { throw BooksError.overflow }
            own[trade, default: []].append((.via(money), -across))
            own[money, default: []].append((.via(trade), across))
        }
        for scope in [trade, money] {
            document.add(
                scope,
                (own[scope] ?? []).map { Posting($0.account, currency, $0.amount) })
        }
        return gain
    }
}
