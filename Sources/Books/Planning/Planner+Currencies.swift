package import Replica

/// Documents in another currency than the book's own; see `docs/decisions/0012-currencies.md`.
extension Planner {
    /// The currency that a document is in, with its rate; nil for the book's own.
    ///
    /// - Parameter day: the document's own, where that may be another than the one that is asked for.
    func foreign(
        _ details: Details, on day: Day? = nil, _ view: some BookView
    ) throws -> ForeignCurrency? {
        guard let text = details.currency else {
            guard details.rate == nil else {
                throw Refusal(
                    .badOption, "a rate is of a currency", next: "name it with --currency")
            }
            return nil
        }
        let day = try day ?? details.date.map { try Self.day($0) } ?? openToday(view)
        guard let foreign = try foreign(text, rate: details.rate, on: day, view) else {
            guard details.rate == nil else {
                throw Refusal(
                    .badOption, "\(text) is \(ledger.ownWord) own currency: it has no rate")
            }
            return nil
        }
        return foreign
    }

    func foreign(
        _ text: String, rate: String?, on day: Day, _ view: some BookView
    ) throws -> ForeignCurrency? {
        let code = try Self.currency(text)
        guard code != ledger.currency else { return nil }
        let known =
            try rate.map { ExactRate(millionths: try Self.rate($0)) }
            ?? self.rate(of: code, on: day, view)
        return ForeignCurrency(code: code, known: known, day: day, ledger: ledger)
    }

    package static func currency(_ text: String) throws(Refusal) -> CurrencyCode {
        guard let code = CurrencyCode(text) else {
            throw Refusal(.badCode, "\(text) is no currency", next: "use three letters, as in USD")
        }
        return code
    }

    private static func rate(_ text: String) throws -> Int64 {
        let millionths = try Amount.parse(text, scale: Amount.scaleMax)
        guard millionths > 0 else {
            throw Refusal(.notPositive, "a rate of \(text) is not above zero")
        }
        return millionths
    }

    /// What takes figures of another currency; all else is of the book's own alone.
    func requireCurrencyFits(_ command: Command) throws(Refusal) {
        guard let details = command.details, details.currency != nil || details.rate != nil else {
            return
        }
        switch command {
        case .sell, .receive, .pay, .currency, .spread, .invoice(_, .enter): return
        case .between(_, .charge), .between(_, .settle): return
        case .between(_, .accept) where details.rate == nil: return
        case .order(_, .open), .order(_, .write), .debt(_, .writeOff): return
        case .match where details.rate == nil, .bank where details.rate == nil: return
        case .giveBack(_, _, .some, _), .sendBack(_, _, .some, _): return
        default:
            throw Refusal(
                .ownCurrencyOnly, "this is written in \(ledger.currency) alone",
                next: "leave --currency out")
        }
    }

    /// This planner, for figures of another currency.
    func reading(_ foreign: ForeignCurrency?) -> Planner { reading(foreign?.code) }

    func reading(_ code: CurrencyCode?) -> Planner {
        guard let code, code != ledger.currency else { return self }
        return Planner(
            branch: branch, ledger: ledger.reading(code), grants: grants, today: today,
            person: person)
    }

    /// The currency that is named, the book's own as well, where no rate is needed.
    func named(_ details: Details) throws(Refusal) -> CurrencyCode? {
        guard let text = details.currency else { return nil }
        return try Self.currency(text)
    }

    func require(_ legs: ForeignLegs) throws {
        for scope in legs.scopes.sorted() {
            if scope == .trade(branch) {
                try requireTrade()
            } else {
                try requireMoney("banks and payables")
            }
        }
    }

    /// What an amount that comes to an account (below zero: leaves it) is carried at: as far as it takes the account
    /// towards zero, the part of what that is carried at, all of it with the last; beyond that, what it is worth.
    ///
    /// - Parameter worth: of the whole amount, with its sign; asked only where something of it is needed.
    func carrying(
        _ amount: Int64, on account: Account, _ currency: CurrencyCode, _ view: some BookView,
        worth: () throws -> Int64
    ) throws -> Int64 {
        let held = try view.balance(of: account, .currency(currency))
        guard amount != 0, held != 0, (held < 0) != (amount < 0) else { return try worth() }
        let (size, all) = (Int128(amount.magnitude), held < 0 ? -held : held)
        let closed = min(size, all)
        let carried = try view.carried(account, currency)
        var value = -carried
        if closed < all {
            let (product, over) = (-carried).multipliedReportingOverflow(by: closed)
            guard !over else { throw BooksError.overflow }
            value = Int128(try Self.divide(product, by: all))
        }
        if closed < size {
            value += Int128(
                try Self.divide(Int128(try worth()) * (size - closed), by: size))
        }
        return try Self.narrow(value)
    }

    // MARK: Sales and receipts

    /// Figures of a sale in the book's own currency: its total, and each tax and line, rounded once each; what that leaves
    /// of the total is the largest line's.
    func converted(
        _ lines: inout [PricedLine], _ taxes: inout [Int64], _ total: Int64,
        _ foreign: ForeignCurrency
    ) throws -> Int64 {
        let whole = try foreign.value(total)
        taxes = try taxes.map { try foreign.value($0) }
        for place in lines.indices { lines[place].amount = try foreign.value(lines[place].amount) }
        let rest = Int128(whole) - Int128(try self.total(lines, taxes))
        let largest = Self.largest(of: lines, among: Array(lines.indices))
        lines[largest].amount = try Self.narrow(Int128(lines[largest].amount) + rest)
        return whole
    }

    /// What takes the money of a sale in another currency, against `total` of the book's own, which stands on the exchange
    /// account: the largest part takes what rounding leaves.
    func take(
        _ parts: [(account: Account, amount: Int64)], worth total: Int64,
        _ foreign: ForeignCurrency, _ document: inout DocumentBuilder, _ view: some BookView
    ) throws {
        var legs = ForeignLegs(branch, ledger)
        var values = try parts.map { try foreign.value($0.amount) }
        let sum = values.reduce(Int128(0)) { $0 + Int128($1) }
        let largest = values.indices.max { (values[$0], -$0) < (values[$1], -$1) } ?? 0
        values[largest] = try Self.narrow(Int128(values[largest]) + Int128(total) - sum)
        for (part, worth) in zip(parts, values) {
            let value = try carrying(part.amount, on: part.account, foreign.code, view) { worth }
            try legs.add(part.account, foreign.commodity, part.amount, value: value)
        }
        guard total != .min else { throw BooksError.overflow }
        try legs.add(ForeignLegs.exchange(of: .trade(branch), branch), -total)
        try require(legs)
        try legs.write(to: &document)
    }

    /// Costs of a receipt in the book's own currency, and what they come to in both: each line is rounded once, and what
    /// that leaves of the total is the largest line's.
    func convert(
        _ values: inout [Int64?], _ foreign: ForeignCurrency
    ) throws -> (foreign: Int64, own: Int64) {
        let sum = try Self.narrow(values.reduce(Int128(0)) { $0 + Int128($1 ?? 0) })
        let whole = try foreign.value(sum)
        values = try values.map { try $0.map { try foreign.value($0) } }
        let rest = Int128(whole) - values.reduce(Int128(0)) { $0 + Int128($1 ?? 0) }
        let largest = values.indices.max { (values[$0] ?? -1, -$0) < (values[$1] ?? -1, -$1) }
        if let largest, let value = values[largest] {
            values[largest] = try Self.narrow(Int128(value) + rest)
        }
        return (sum, whole)
    }

    /// What is owed for a receipt in another currency, against `total` of the book's own on the exchange account.
    func owe(
        _ amount: Int64, worth total: Int64, to account: Account, _ foreign: ForeignCurrency,
        _ document: inout DocumentBuilder, _ view: some BookView
    ) throws {
        var legs = ForeignLegs(branch, ledger)
        let value = try carrying(-amount, on: account, foreign.code, view) { -total }
        try legs.add(account, foreign.commodity, -amount, value: value)
        try legs.add(ForeignLegs.exchange(of: .money(branch), branch), total)
        try require(legs)
        try legs.write(to: &document)
    }

    // MARK: Payments

    /// What was owed leaves its account at what it is carried at, and money too; what comes beyond that is worth the
    /// rate. The difference is a gain or a loss.
    func pay(
        _ details: Details, _ payment: Payment, in foreign: ForeignCurrency, _ view: some BookView
    ) throws -> Draft {
        let amount = try Amount.parse(payment.amount, scale: foreign.scale)
        guard amount > 0 else { throw Refusal(.notPositive, "\(payment.amount) is not positive") }
        let isReceived = payment.direction == .received
        let party = Account.named(isReceived ? .receivable : .payable, branch, payment.party)
        let purse = try purse(payment.through)
        var legs = ForeignLegs(branch, ledger)
        for (account, step) in [
            (party, isReceived ? -amount : amount), (purse, isReceived ? amount : -amount),
        ] {
            let value = try carrying(step, on: account, foreign.code, view) {
                try foreign.value(step)
            }
            try legs.add(account, foreign.commodity, step, value: value)
        }
        try require(legs)
        var document = DocumentBuilder(
            try header(.payment, details, party: payment.party, view))
        note(try legs.write(to: &document), &document)
        try settling(&document, payment.settles, party, in: foreign.code, view)
        return try document.draft(total: amount).totalled(in: foreign.code)
    }

    func note(_ gain: Int64, _ document: inout DocumentBuilder) {
        guard gain != 0 else { return }
        let text = Amount.text(
            gain.magnitude == 0 ? 0 : Int128(gain.magnitude), scale: ledger.scale)
        document.note("exchange \(gain > 0 ? "gain" : "loss"): \(text) \(ledger.currency)")
    }

    // MARK: Rates, exchange and valuation

    func setRate(
        _ currency: String, _ rate: String, from day: String?, in other: String?,
        _ view: some BookView
    ) throws -> Draft {
        try requireCatalog()
        let code = try Self.currency(currency)
        // Whoever says it: rates are in the book's own.
        guard code != ledger.book.currency else {
            throw Refusal(.badOption, "\(code) is the book's own currency: it has no rate")
        }
        let from = try day.map { try Self.day($0) } ?? today
        let value: Value = rate.isEmpty ? .absent : .integer(try Self.rate(rate))
        var attribute = from.description
        if let third = try other.map({ try Self.currency($0) }), third != ledger.book.currency {
            guard third != code else {
                throw Refusal(.badOption, "\(code) has no rate in itself")
            }
            attribute = CrossRate.attribute(from, third)
        }
        // Statements of several are turned at the rates of their days.
        let sealed =
            try
            ([view.closes(branch).filter(\.isSealed).through].compactMap { $0 }
            + view.seals().filter(\.holds).map(\.day)).max()
        if let sealed, from <= sealed,
            try isThird(code, upTo: sealed, view)
                || reading(ledger.book.currency).rate(of: code, on: from, view) != nil
        {
            throw Refusal(
                .sealed,
                "a rate of \(code), or one said in it, holds on \(from), and the company's books are sealed up to \(sealed)",
                next: "say it from a later day on with --date")
        }
        return Draft(
            number: nil,
            parts: [
                Draft.Part(
                    .catalog,
                    [try set(CurrencyRate.entity(code), attribute, value, view)])
            ])
    }

    /// Is a rate of what a branch keeps its books in said in this currency, of days that are sealed? Its first rate would change
    /// that.
    private func isThird(
        _ code: CurrencyCode, upTo sealed: Day, _ view: some BookView
    ) throws -> Bool {
        try view.branches().contains { branch in
            guard let own = try view.currency(of: branch), own != code else { return false }
            return try view.rates(of: own).cross.contains {
                $0.third == code && $0.from <= sealed
            }
        }
    }

    func currency(_ details: Details, _ act: CurrencyAct, _ view: some BookView) throws -> Draft {
        switch act {
        case .buy(let amount, let cost, let from, let to):
            return try exchange(details, amount, cost, foreign: to, own: from, isBought: true, view)
        case .sell(let amount, let proceeds, let from, let to):
            return try exchange(
                details, amount, proceeds, foreign: from, own: to, isBought: false, view)
        case .convert(let amount, let price, let other, let from, let to):
            return try convert(details, amount, for: price, other, from: from, to: to, view)
        case .revalue: return try revalueCurrencies(details, view)
        }
    }

    /// What is bought comes at what it cost; what is sold leaves at what it is carried at, and the difference to what came
    /// for it is a gain or a loss.
    private func exchange(
        _ details: Details, _ amountText: String, _ priceText: String, foreign purseText: String,
        own ownText: String, isBought: Bool, _ view: some BookView
    ) throws -> Draft {
        guard let foreign = try foreign(details, view) else {
            throw Refusal(.badOption, "say which currency", next: "name it with --currency")
        }
        let amount = try Amount.parse(amountText, scale: foreign.scale)
        let price = try Amount.parse(priceText, scale: ledger.scale)
        guard amount > 0, price > 0 else {
            throw Refusal(.notPositive, "\(amountText) for \(priceText) is not above zero")
        }
        let (purse, own) = (try purse(purseText), try purse(ownText))
        let (step, worth) = isBought ? (amount, price) : (-amount, -price)
        var legs = ForeignLegs(branch, ledger)
        let value = try carrying(step, on: purse, foreign.code, view) { worth }
        try legs.add(purse, foreign.commodity, step, value: value)
        try legs.add(own, -worth)
        try require(legs)
        var document = DocumentBuilder(try header(.journal, details, view))
        note(try legs.write(to: &document), &document)
        return try document.draft(total: amount).totalled(in: foreign.code)
    }

    /// What every account of the branch holds of other currencies at the end of a day is carried, from then on, at what
    /// it is worth at that day's rate; what that changes is one gain or loss.
    private func revalueCurrencies(_ details: Details, _ view: some BookView) throws -> Draft {
        var details = details
        let day = try details.date.map { try Self.day($0) } ?? today
        guard day <= today else { throw Refusal(.badDate, "\(day) has not come") }
        if details.memo == nil { details.memo = "valued at the rates of \(day)" }
        let only = try details.currency.map { try Self.currency($0) }
        guard only != nil || details.rate == nil else {
            throw Refusal(.badOption, "a rate is of a currency", next: "name it with --currency")
        }
        let header = try header(.journal, details, view)
        var legs = ForeignLegs(branch, ledger)
        var count = 0
        for held in try view.foreign(of: branch, upTo: day)
        where only.map({ $0 == held.currency }) ?? true {
            let change = try change(held, rate: details.rate, on: day, view)
            guard change != 0 else { continue }
            count += 1
            let commodity = Commodity.currency(held.currency)
            if held.account.root.isDue {
                try legs.add(side: held.account, commodity, 0, value: change)
            } else {
                try legs.add(held.account, commodity, 0, value: change)
            }
        }
        guard count > 0 else {
            throw Refusal(.nothingChanges, "all of it is carried at the rates of \(day)")
        }
        try check(count: count)
        try require(legs)
        var document = DocumentBuilder(header)
        let gain = try legs.write(to: &document)
        note(gain, &document)
        return try document.draft(total: gain)
    }

    /// What an account's amount is worth at a day's rate, less what it is carried at.
    private func change(
        _ held: ForeignBalance, rate: String?, on day: Day, _ view: some BookView
    ) throws -> Int64 {
        var worth = Int128(0)
        if held.amount != 0,
            let foreign = try foreign(held.currency.text, rate: rate, on: day, view)
        {
            worth = Int128(try foreign.value(try Self.narrow(held.amount)))
        }
        return try Self.narrow(worth - held.value)
    }

    /// What is not carried at the rates of a period's last day has to be before it is closed.
    func currenciesUnfinished(_ through: Day, _ view: some BookView) throws -> Refusal? {
        for held in try view.foreign(of: branch, upTo: through)
        where try change(held, rate: nil, on: through, view) != 0 {
            return Refusal(
                .periodUnfinished,
                "\(held.account) is not carried at the rate of \(held.currency) on \(through)",
                next: "`branchbook currency revalue \(through)`")
        }
        return nil
    }
}
