import Replica

/// Amounts between two branches beside goods: each books its own side, and what one has and the other has not is shown.
extension Planner {
    func between(_ details: Details, _ act: BetweenAct, _ view: some BookView) throws -> Draft {
        switch act {
        case .charge(let to, let account, let amount):
            return try charge(details, to: to, account, amount, view)
        case .settle(let to, let through, let amount):
            return try send(details, to: to, through: through, amount, view)
        case .accept(let number, let through):
            return try take(details, number, through: through, view)
        case .pass(let number, let to, let amount):
            return try pass(details, number, to: to, amount, view)
        case .object(let number): return try object(details, number, withdraws: false, view)
        case .withdraw(let number): return try object(details, number, withdraws: true, view)
        case .book(let number): return try bookCharge(details, number, view)
        }
    }

    /// What one branch may pass on to another: none of its money, its goods or its capital.
    func chargeable(_ name: String, _ view: some BookView) throws -> Account {
        let account = try account(name, view)
        guard [.expense, .income, .asset, .liability].contains(account.root) else {
            throw Refusal(
                .badAccount, "\(account) is not passed on to another branch",
                next: "charge an account such as expense/rent")
        }
        return account
    }

    private func charge(
        _ details: Details, to text: String, _ name: String, _ figure: String,
        _ view: some BookView
    ) throws -> Draft {
        try requireMoney("what other branches owe")
        let (other, pair) = try other(text, view)
        let account = try chargeable(name, view)
        let foreign = try foreign(details, view)
        let header = try header(.journal, details, view)
        let due = try due(figure, foreign, with: other, on: header.effectiveDate, view)
        return try write(
            ChargeNote(
                .charged, to: other, amount: due.amount,
                account: "\(account.root.rawValue)/\(account.rest)",
                person: header.person, day: header.effectiveDate, memo: details.memo),
            header, pair, from: account, on: .dueFrom(branch, other), worth: due, view)
    }

    private func send(
        _ details: Details, to text: String, through: String, _ figure: String,
        _ view: some BookView
    ) throws -> Draft {
        try requireMoney("what it owes")
        let (other, pair) = try other(text, view)
        let foreign = try foreign(details, view)
        let header = try header(.payment, details, view)
        let due = try due(figure, foreign, with: other, on: header.effectiveDate, view)
        let money = foreign?.code ?? ledger.currency
        let owed = -(try view.balance(of: .dueTo(branch, other), .currency(due.currency)))
        let draft = try write(
            ChargeNote(
                .sent, to: other, amount: due.amount, account: nil, person: header.person,
                day: header.effectiveDate, memo: details.memo,
                foreign: money == due.currency
                    ? nil
                    : .init(currency: money, amount: try reading(foreign).positive(figure))),
            header, pair, from: try purse(through), on: .dueTo(branch, other), worth: due, view)
        guard Int128(due.amount) > owed else { return draft }
        let scale = ledger.scale(of: due.currency)
        let (sent, left) = (
            Amount.text(due.amount, scale: scale), Amount.text(max(owed, 0), scale: scale)
        )
        return draft.noting(
            "\(branch) owes \(other) \(left), and \(sent) is sent: where that is wrong, reverse it")
    }

    /// The amount leaves an account of this branch and stands on what it is due, or owes less.
    func write(
        _ note: ChargeNote, _ header: DocumentHeader, _ pair: BranchPair, from account: Account,
        on due: Account, worth: BetweenFigure, _ view: some BookView
    ) throws -> Draft {
        guard worth.currency == ledger.currency else {
            return try writeAcross(note, header, from: account, on: due, worth: worth, view)
        }
        guard let number = header.number, let home = account.home else { throw BooksError.overflow }
        var document = DocumentBuilder(header)
        let owed = Scope.betweenMoney(pair)
        let from = try note.foreign.map {
            try pass($0, worth: note.amount, isComing: false, at: account, &document, view)
        }
        try document.move(
            home, note.amount, of: currency(), from: from ?? account, to: .via(owed))
        try document.move(owed, note.amount, of: currency(), from: .via(home), to: due)
        document.append(note.event(number), to: owed)
        return try document.draft(
            references: note.of.map { [$0] } ?? [], total: note.amount)
    }

    /// Money that another branch sent has come.
    private func take(
        _ details: Details, _ text: String, through: String, _ view: some BookView
    ) throws -> Draft {
        try requireMoney("what other branches are owed")
        let number = try Self.number(text)
        let (other, pair) = try other(number.series.branch.text, view)
        let between = try betweenCurrency(with: other, view)
        guard
            let note = ChargeNote(
                try view.said(of: ChargeNote.entity(number)), by: other, to: branch),
            note.kind == .sent
        else {
            throw Refusal(
                .unknownDocument, "\(number) is nothing that \(branch) has to book",
                next: "see `branchbook reconcile`")
        }
        let booked = try note.acceptances(
            view.transactions(about: number), from: other, isReversed: view.isReversed)
        if let booked = booked.first {
            throw Refusal(
                .alreadyRecorded, "\(number) is booked already: \(booked)",
                next: "where that was wrong: `branchbook reverse \(booked)`")
        }
        guard try !view.isReversed(number) else {
            throw Refusal(
                .chargeState, "\(other) took \(number) back", next: "see `branchbook reconcile`")
        }
        let stated = Account.dueTo(other, branch)
        let posted = try view.transactions(of: number).flatMap(\.postings).reduce(Int128(0)) {
            $1.account == stated && $1.commodity == .currency(between)
                ? $0 + Int128($1.amount) : $0
        }
        guard posted == note.amount else {
            throw Refusal(
                .unknownDocument, "\(other) has not booked what it says of \(number)",
                next: "wait until its entries have come")
        }
        var who = details
        if who.memo == nil { who.memo = fit(memo: note.memo) ?? "\(other) \(number)" }
        let header = try header(
            .payment, who, link: DocumentLink(.settles, number),
            notBefore: min(note.day, today), view)
        let account = try purse(through)
        try requireCurrency(
            details, of: number, note.foreign, between: between, at: account, view)
        guard between == ledger.currency else {
            return try takeAcross(note, number, header, between, into: account, view)
        }
        guard let home = account.home else { throw BooksError.overflow }
        var document = DocumentBuilder(header)
        let owed = Scope.betweenMoney(pair)
        try document.move(
            owed, note.amount, of: currency(), from: .dueFrom(branch, other), to: .via(home))
        if let foreign = note.foreign {
            let worth = Amount.text(note.amount, scale: ledger.scale)
            document.note(
                "\(foreign.text(ledger)): worth \(worth) \(ledger.currency) when it was sent")
        }
        let into = try note.foreign.map {
            try pass($0, worth: note.amount, isComing: true, at: account, &document, view)
        }
        try document.move(
            home, note.amount, of: currency(), from: .via(owed), to: into ?? account)
        return try document.draft(references: [number], total: note.amount)
    }
}

extension Planner {
    /// A figure in the branch's own currency.
    func worth(_ figure: String, _ foreign: ForeignCurrency?) throws -> Int64 {
        guard let foreign else { return try positive(figure) }
        let worth = try foreign.value(try reading(foreign).positive(figure))
        guard worth > 0 else {
            throw Refusal(.notPositive, "\(figure) \(foreign.code) is worth nothing")
        }
        return worth
    }

    /// Money in another currency comes to an account that has held it; else whoever accepts it says which it is, so that
    /// nobody takes it for the book's own.
    private func requireCurrency(
        _ details: Details, of number: DocumentNumber, _ foreign: ChargeNote.Foreign?,
        between: CurrencyCode, at account: Account, _ view: some BookView
    ) throws {
        let code = foreign?.currency ?? between
        if let named = try named(details) {
            guard named != code else { return }
        } else {
            guard code != ledger.currency, try !view.currencies(on: account).contains(code)
            else { return }
        }
        throw Refusal(
            .twoCurrencies,
            foreign.map { "\(number) is \($0.text(ledger))" } ?? "\(number) was sent in \(code)",
            next: code == ledger.currency
                ? "leave --currency out"
                : "take it as that with --currency \(code), and change it then: `branchbook currency`"
        )
    }

    /// Money in another currency leaves its account at what it is carried at, and comes to one at what it was worth when it was
    /// sent.
    /// - Returns: the exchange account against which that worth stands.
    private func pass(
        _ foreign: ChargeNote.Foreign, worth: Int64, isComing: Bool, at account: Account,
        _ document: inout DocumentBuilder, _ view: some BookView
    ) throws -> Account {
        guard account.root.holdsCurrencies, let home = account.home else {
            throw Refusal(.ownCurrencyOnly, "\(account) holds \(ledger.currency) alone")
        }
        let (amount, value) =
            isComing ? (foreign.amount, worth) : (-foreign.amount, -worth)
        let exchange = ForeignLegs.exchange(of: home, branch)
        var legs = ForeignLegs(branch, ledger)
        let carried = try carrying(amount, on: account, foreign.currency, view) { value }
        try legs.add(account, .currency(foreign.currency), amount, value: carried)
        try legs.add(exchange, -value)
        try require(legs)
        try legs.write(to: &document)
        return exchange
    }
}
