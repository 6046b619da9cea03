package import Replica

/// The figure of a line of a journal entry: `100.00` of the book's own currency; `100.00USD` of another one, at what it
/// takes off the account or at the latest rate, `100.00USD@7.2` at a rate, `100.00USD@@720.00` for an amount of the
/// book's own.
struct JournalFigure {
    enum Price: Equatable {
        case latest
        case rate(String)
        case total(String)
    }

    let amount: String
    /// Nil for the book's own.
    let currency: String?
    let price: Price

    init(_ text: String) {
        let figure = text.prefix { !("A"..."Z").contains($0) }
        let rest = text.dropFirst(figure.count)
        guard !rest.isEmpty else {
            (amount, currency, price) = (text, nil, .latest)
            return
        }
        amount = String(figure)
        currency = String(rest.prefix { $0 != "@" })
        let behind = rest.dropFirst(currency?.count ?? 0)
        if behind.hasPrefix("@@") {
            price = .total(String(behind.dropFirst(2)))
        } else {
            price = behind.isEmpty ? .latest : .rate(String(behind.dropFirst()))
        }
    }
}

extension Planner {
    /// A line in another currency: the amount, what it is carried at, and its exchange account.
    func foreignLine(
        _ figure: JournalFigure, _ currency: String, on account: Account, _ details: Details,
        _ view: some BookView
    ) throws -> (foreign: [Posting], own: Posting)? {
        var rate: String?
        if case .rate(let text) = figure.price { rate = text }
        let day = try details.date.map { try Self.day($0) } ?? openToday(view)
        guard let foreign = try foreign(currency, rate: rate, on: day, view) else {
            guard figure.price == .latest else {
                throw Refusal(
                    .badOption, "\(currency) is \(ledger.ownWord) own currency: it has no rate")
            }
            return nil
        }
        guard let home = account.home, account.root.holdsCurrencies else {
            throw Refusal(
                .ownCurrencyOnly, "\(account) holds \(ledger.currency) alone",
                next: "name what it is worth in \(ledger.currency)")
        }
        let amount = try Amount.parse(figure.amount, scale: foreign.scale)
        guard amount != 0, amount != .min else {
            throw Refusal(.badNumber, "a line of \(account) moves nothing")
        }
        let value: Int64 =
            switch figure.price {
            case .latest:
                try carrying(amount, on: account, foreign.code, view) { try foreign.value(amount) }
            case .rate: try foreign.value(amount)
            case .total(let text): try signed(text, amount)
            }
        guard value != .min else { throw BooksError.overflow }
        let exchange = ForeignLegs.exchange(of: home, branch)
        return (
            [
                Posting(account, foreign.commodity, amount, base: value),
                Posting(exchange, foreign.commodity, -amount, base: -value),
            ], Posting(exchange, self.currency(), value)
        )
    }

    /// A total goes the way of its amount.
    private func signed(_ text: String, _ amount: Int64) throws -> Int64 {
        let total = try Amount.parse(text, scale: ledger.scale)
        guard total >= 0 else { throw Refusal(.notPositive, "\(text) is below zero") }
        return amount < 0 ? -total : total
    }
}

extension Account.Root {
    /// May an account hold amounts of other currencies than the book's own? What is earned, spent, owed in tax or kept in
    /// stock never does.
    package var holdsCurrencies: Bool {
        switch self {
        case .tender, .bank, .receivable, .payable, .asset, .liability: true
        default: false
        }
    }
}

extension Account.Root {
    /// Of amounts of other currencies, and what they came to be worth, alone.
    var isOfRates: Bool { isExchange || self == .exchangeGain || self == .exchangeLoss }

    /// What branches owe each other. Between two that keep their books in two currencies: what is owed is a foreign amount to one of them.
    package var isDue: Bool { self == .dueFrom || self == .dueTo }
}

extension Account {
    /// May it hold amounts of other currencies than the branch's own: one of its accounts, or what it is due or owes?
    package func holdsCurrencies(of branch: BranchCode) -> Bool {
        switch place {
        case .branch(branch): root.holdsCurrencies
        case .side(branch, _): root.isDue
        default: false
        }
    }
}

extension Posting {
    /// Does it go to the same account, in the same currency?
    func hasPlace(of other: Posting) -> Bool {
        account == other.account && commodity == other.commodity
    }
}
