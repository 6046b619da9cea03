import Replica

/// Debts in another currency than the branch's own that nobody will pay; see `docs/decisions/0012-currencies.md`.
extension Planner {
    /// The currency in which somebody asks to give a debt up, with the catalog's rate of the day; nil for the branch's own.
    ///
    /// - Throws: `Refusal.noRate`; `.badOption` for a rate that is named: nobody is to choose what a loss comes to, nor
    ///   by which rate the limits of those who approve it go.
    func givenUp(
        _ details: Details, on day: Day, _ view: some BookView
    ) throws -> ForeignCurrency? {
        guard details.rate == nil else {
            throw Refusal(
                .badOption, "a debt is given up at the rate of its day", next: "leave --rate out")
        }
        let foreign = try foreign(details, on: day, view)
        _ = try foreign?.rate(mayBeNamed: false)
        return foreign
    }

    /// The same of what was asked, on the day on which it is booked.
    func givenUp(
        _ debt: DebtWriteOff, on day: Day, _ view: some BookView
    ) throws -> ForeignCurrency? {
        try givenUp(Details(currency: debt.currency?.text), on: day, view)
    }

    /// The debt leaves at its share of what is carried there, and the expense is what it is worth on the document's day,
    /// each rounded once. The difference is a gain or a loss, so that nothing is left over.
    func expense(
        _ debt: DebtWriteOff, _ foreign: ForeignCurrency, _ header: DocumentHeader,
        _ view: some BookView
    ) throws -> Draft {
        let owed = Account.named(.receivable, branch, debt.party)
        let worth = try foreign.value(debt.amount)
        let value = try carrying(-debt.amount, on: owed, foreign.code, view) { -worth }
        var legs = ForeignLegs(branch, ledger)
        try legs.add(owed, foreign.commodity, -debt.amount, value: value)
        try legs.add(.named(.expense, branch, Self.badDebts), worth)
        return try document(header, of: legs).draft(total: debt.amount).totalled(in: foreign.code)
    }

    /// `40.00 USD`.
    func told(_ amount: Int128) -> String {
        "\(Amount.text(amount, scale: ledger.scale)) \(ledger.currency)"
    }
}
