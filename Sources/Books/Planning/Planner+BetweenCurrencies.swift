package import Replica

/// What is between two branches is in one currency, which both sides say: their own where it is one, else the book's. A
/// branch that keeps its books in another one carries it as it does any foreign amount.
extension Ledger {
    /// - Parameter a: in what the one keeps its books; nil where that is not known, which is then as the book's own.
    package func between(_ a: CurrencyCode?, _ b: CurrencyCode?) -> CurrencyCode {
        let (a, b) = (a ?? book.currency, b ?? book.currency)
        return a == b ? a : book.currency
    }
}

/// An amount between two branches, as one of them enters it.
struct BetweenFigure {
    /// What is between the two is in it.
    let currency: CurrencyCode
    /// Minor units of that.
    let amount: Int64
    /// What it is worth to the branch, in minor units of its own.
    let worth: Int64
}

extension ForeignLegs {
    /// `amount` comes to what stands between the branch and another one (below zero: leaves it), carried at `value`.
    ///
    /// - Parameter item: what a keeper says of goods.
    mutating func add(
        side account: Account, _ commodity: Commodity, _ amount: Int64, value: Int64,
        item: ItemCode? = nil
    ) throws {
        guard let owed = account.home, amount != .min, value != .min else {
            throw BooksError.overflow
        }
        let money = Scope.money(branch)
        let exchange = Account.simple(.moneyExchange, branch)
        add(
            owed,
            [
                Posting(account, commodity, amount, item: item, base: value),
                Posting(.via(money), commodity, -amount, base: -value),
            ])
        add(
            money,
            [
                Posting(.via(owed), commodity, amount, base: value),
                Posting(exchange, commodity, -amount, base: -value),
            ])
        try add(exchange, value)
    }
}

extension Planner {
    func betweenCurrency(
        with other: BranchCode, _ view: some BookView
    ) throws -> CurrencyCode {
        guard let theirs = try view.currency(of: other) else {
            throw Refusal(
                .twoCurrencies, "it is not known here in which currency \(other) keeps its books",
                next: "wait until the roster has come")
        }
        return ledger.between(ledger.currency, theirs)
    }

    /// A figure of a person, of the branch's own currency or of a foreign one.
    func due(
        _ figure: String, _ foreign: ForeignCurrency?, with other: BranchCode, on day: Day,
        _ view: some BookView
    ) throws -> BetweenFigure {
        let between = try betweenCurrency(with: other, view)
        let own = try worth(figure, foreign)
        var amount = own
        if foreign?.code == between {
            amount = try reading(foreign).positive(figure)
        } else if between != ledger.currency {
            amount = try Self.narrow(try inBook(Int128(own), on: day, view))
            guard amount > 0 else {
                throw Refusal(.notPositive, "\(figure) is worth nothing in \(between)")
            }
        }
        return BetweenFigure(currency: between, amount: amount, worth: own)
    }

    /// The amount of the other currency leaves an account of this branch at what it is carried at there, or an amount of its
    /// own does; and stands on what it is due, or owes less.
    func writeAcross(
        _ note: ChargeNote, _ header: DocumentHeader, from account: Account, on due: Account,
        worth: BetweenFigure, _ view: some BookView
    ) throws -> Draft {
        guard let number = header.number, let owed = due.home else { throw BooksError.overflow }
        var legs = ForeignLegs(branch, ledger)
        try carry(worth.amount, worth.worth, on: due, worth.currency, &legs, view)
        let money =
            note.kind == .charged ? ledger.currency : note.foreign?.currency ?? worth.currency
        try move(
            money, -(note.foreign?.amount ?? worth.amount), worth: -worth.worth, on: account, &legs,
            view)
        var document = try self.document(header, of: legs)
        document.append(note.event(number), to: owed)
        return try document.draft(total: note.amount).totalled(in: worth.currency)
    }

    /// Money that another branch sent has come: what it was due leaves at what it is carried at.
    func takeAcross(
        _ note: ChargeNote, _ number: DocumentNumber, _ header: DocumentHeader,
        _ between: CurrencyCode, into account: Account, _ view: some BookView
    ) throws -> Draft {
        let money = note.foreign?.currency ?? between
        let amount = note.foreign?.amount ?? note.amount
        let worth = try self.worth(amount, of: money, on: header.effectiveDate, view)
        var legs = ForeignLegs(branch, ledger)
        try carry(
            -note.amount, -worth, on: .dueFrom(branch, number.series.branch), between, &legs, view)
        try move(money, amount, worth: worth, on: account, &legs, view)
        let document = try self.document(header, of: legs)
        return try document.draft(references: [number], total: note.amount).totalled(in: between)
    }

    /// This branch's side of what another one charged, or took back.
    ///
    /// - Parameter amount: what is to be booked; below zero: to be taken off again.
    func bookAcross(
        _ charge: ChargeState, _ amount: Int64, _ header: DocumentHeader,
        _ between: CurrencyCode, _ owner: BranchCode, _ references: [DocumentNumber],
        _ view: some BookView
    ) throws -> Draft {
        let worth = try self.worth(amount, of: between, on: header.effectiveDate, view)
        var legs = ForeignLegs(branch, ledger)
        guard amount != .min, worth != .min else { throw BooksError.overflow }
        try carry(-amount, -worth, on: .dueTo(branch, owner), between, &legs, view)
        if charge.stands == 0, !charge.places.isEmpty {
            // What is taken off altogether leaves its accounts at what it was booked at.
            for place in charge.places { try legs.add(place.account, Self.narrow(-place.amount)) }
        } else {
            try legs.add(try chargeable(charge.note.account ?? "", view), worth)
        }
        let document = try self.document(header, of: legs)
        return try document.draft(
            references: references, total: Int64(clamping: amount.magnitude)
        ).totalled(in: between)
    }

    /// This branch's own charge is due the whole, or nothing: `amount` is what that adds.
    func squareAcross(
        _ charge: ChargeState, _ amount: Int64, _ header: DocumentHeader,
        _ between: CurrencyCode, _ account: Account, _ view: some BookView
    ) throws -> Draft {
        let worth = try self.worth(amount, of: between, on: header.effectiveDate, view)
        guard worth != .min else { throw BooksError.overflow }
        var legs = ForeignLegs(branch, ledger)
        try carry(amount, worth, on: .dueFrom(branch, charge.note.to), between, &legs, view)
        try legs.add(account, -worth)
        let document = try self.document(header, of: legs)
        return try document.draft(
            references: [charge.number] + charge.reversals.compactMap(\.number),
            total: Int64(clamping: amount.magnitude)
        ).totalled(in: between)
    }

    /// What an amount of a currency is worth on a day in the branch's own.
    private func worth(
        _ amount: Int64, of code: CurrencyCode, on day: Day, _ view: some BookView
    ) throws -> Int64 {
        try foreign(code.text, rate: nil, on: day, view)?.value(amount) ?? amount
    }

    func document(
        _ header: DocumentHeader, of legs: ForeignLegs
    ) throws -> DocumentBuilder {
        try require(legs)
        var (legs, document) = (legs, DocumentBuilder(header))
        note(try legs.write(to: &document), &document)
        return document
    }

    private func carry(
        _ amount: Int64, _ worth: Int64, on side: Account, _ currency: CurrencyCode,
        _ legs: inout ForeignLegs, _ view: some BookView
    ) throws {
        let value = try carrying(amount, on: side, currency, view) { worth }
        try legs.add(side: side, .currency(currency), amount, value: value)
    }

    /// Money of the branch's own, or of another one, which comes to its account (below zero: leaves it).
    private func move(
        _ money: CurrencyCode, _ amount: Int64, worth: Int64, on account: Account,
        _ legs: inout ForeignLegs, _ view: some BookView
    ) throws {
        guard money != ledger.currency else { return try legs.add(account, worth) }
        guard account.root.holdsCurrencies else {
            throw Refusal(.ownCurrencyOnly, "\(account) holds \(ledger.currency) alone")
        }
        let value = try carrying(amount, on: account, money, view) { worth }
        try legs.add(account, .currency(money), amount, value: value)
    }
}
