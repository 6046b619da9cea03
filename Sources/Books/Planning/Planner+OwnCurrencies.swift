import Replica

/// Branches that keep their books in another currency than the book's own: that of their legal entity. See
/// `docs/decisions/0018-functional-currency.md`.
extension Planner {
    /// What one unit of a currency is worth on a day in the branch's own; nil where no rate is known.
    func rate(of code: CurrencyCode, on day: Day, _ view: some BookView) throws -> ExactRate? {
        try ExactRate.rate(of: code, in: ledger, on: day) { try view.rates(of: $0) }
    }

    /// What one unit of a document's currency is worth in the book's own, in which prices are said; nil where the document
    /// is in that.
    func priceRate(
        _ foreign: ForeignCurrency?, on day: Day, _ view: some BookView
    ) throws -> ExactRate? {
        let code = foreign?.code ?? ledger.currency
        guard code != ledger.book.currency else { return nil }
        // A rate that is named with the document is in the branch's own.
        if let foreign, ledger.isBook { return try foreign.rate() }
        return try bookRate(of: code, on: foreign?.day ?? day, view)
    }

    /// - Throws: `Refusal.noRate`.
    func bookRate(
        of code: CurrencyCode, on day: Day, _ view: some BookView
    ) throws -> ExactRate {
        guard let rate = try reading(ledger.book.currency).rate(of: code, on: day, view) else {
            throw Refusal(
                .noRate, "there is no rate of \(code) on \(day)",
                next: "say it: `branchbook rate set \(code) RATE --date \(day)`")
        }
        return rate
    }

    /// What an amount of the branch's own currency, or of another one, is worth on a day in the book's own.
    ///
    /// - Parameter day: today where nil.
    func inBook(
        _ amount: Int128, of code: CurrencyCode? = nil, on day: Day? = nil, _ view: some BookView
    ) throws -> Int128 {
        let code = code ?? ledger.currency
        guard code != ledger.book.currency, amount != 0 else { return amount }
        return try Amount.converted(
            amount, rate: bookRate(of: code, on: day ?? today, view),
            scale: ledger.scale(of: code), to: ledger.book.scale)
    }

    /// The same, of which a workflow's limits ask; nil where no rate is known: then every step is needed.
    func limitWorth(_ amount: Int64, on day: Day, _ view: some BookView) throws -> Int64? {
        do {
            // The day is the word of whoever asks: the dearer of that and today counts.
            let worths = try [day, today].map { try inBook(Int128(amount), on: $0, view) }
            return worths.max { $0.magnitude < $1.magnitude }.flatMap { Int64(exactly: $0) }
        } catch let refusal as Refusal where refusal.code == .noRate {
            return nil
        }
    }

    /// What a customer owes at branches of other currencies, in the book's own.
    func owedElsewhere(by party: String, _ view: some BookView) throws -> Int128 {
        try view.receivablesElsewhere(of: party).reduce(Int128(0)) { sum, one in
            let (total, over) = sum.addingReportingOverflow(
                try inBook(one.owed, of: one.currency, view))
            guard !over else { throw BooksError.overflow }
            return total
        }
    }

    /// What a customer brings back is paid back as its receipt says: in the money of the branch that sold it.
    func requireOneCurrency(with other: BranchCode, _ view: some BookView) throws {
        let theirs = try view.currency(of: other)
        guard theirs != ledger.currency else { return }
        throw Refusal(
            .twoCurrencies,
            theirs.map {
                "\(other) keeps its books in \($0), \(branch) in \(ledger.currency): what one of them "
                    + "sold does not come back at the other"
            } ?? "it is not known here in which currency \(other) keeps its books",
            next: theirs == nil
                ? "wait until the roster has come" : "return it at the branch that sold it")
    }
}

extension Ledger {
    /// Whose own currency it is.
    var ownWord: String { isBook ? "the book's" : "the branch's" }
}
