import Replica

/// Goods that come back of a sale in another currency, or go back of a receipt.
extension Planner {
    /// What a sale or a receipt moved of another currency on the accounts of who pays, with what all of it came to in the
    /// book's own.
    struct ForeignDocument {
        let code: CurrencyCode
        let amount: Int128
        let total: Int128

        /// The part of it that a credit is, which makes all credits come to `credited` of the total: exact over all of them.
        func share(_ credit: Int64, credited: Int128) throws -> Int64 {
            func due(_ own: Int128) throws -> Int128 {
                let (product, over) = amount.multipliedReportingOverflow(by: own)
                guard !over else { throw BooksError.overflow }
                return Int128(try Planner.divide(product, by: total))
            }
            return try Planner.narrow(due(credited) - due(credited - Int128(credit)))
        }
    }

    /// - Parameter total: what the whole document came to; nil where it is of the book's own currency.
    private func foreign(
        _ number: DocumentNumber, total: Int128, _ view: some BookView
    ) throws -> ForeignDocument? {
        var sums: [CurrencyCode: Int128] = [:]
        for posting in try view.transactions(of: number).flatMap(\.postings)
        where posting.base != nil && posting.account.place == .branch(branch)
            && posting.account.root.holdsCurrencies
        {
            guard case .currency(let code) = posting.commodity else { continue }
            sums[code, default: 0] += Int128(posting.amount)
        }
        guard total > 0, sums.count == 1, let (code, amount) = sums.first, amount != 0 else {
            return nil
        }
        return ForeignDocument(code: code, amount: amount < 0 ? -amount : amount, total: total)
    }

    /// In which currency money goes back for goods: that of the document, which has to be named, or the book's own.
    ///
    /// - Parameter isOwed: it goes to an account of what is owed, and not to a drawer.
    func returnCurrency(
        _ number: DocumentNumber, total: Int128, isOwed: Bool, _ details: Details,
        _ view: some BookView
    ) throws -> ForeignDocument? {
        let document = try foreign(number, total: total, view)
        guard let text = details.currency, text != ledger.currency.text else {
            guard let document, isOwed else { return nil }
            throw Refusal(
                .badOption, "\(number) is in \(document.code)",
                next:
                    "add --currency \(document.code); of an exchange, return it and sell the others"
            )
        }
        guard let document, document.code.text == text, details.rate == nil else {
            throw Refusal(
                .badOption,
                "\(number) is in \(document?.code ?? ledger.currency), and its rate holds",
                next: "leave --rate out, and --currency where it is another")
        }
        return document
    }

    /// The other side of a credit of `total` in the book's own currency: an amount of the document's currency comes off what
    /// is owed, or out of a drawer.
    ///
    /// - Parameter credited: of the document by now, this credit among it.
    /// - Parameter isPaid: it goes to who bought; else it comes from who sold.
    /// - Returns: the exchange account against which the total is to stand.
    func credit(
        _ total: Int64, of credited: Int128, in foreign: ForeignDocument, on account: Account,
        isPaid: Bool, _ document: inout DocumentBuilder, _ view: some BookView
    ) throws -> Account {
        let (amount, code) = (try foreign.share(total, credited: credited), foreign.code)
        guard total != .min, amount != .min, let home = account.home else {
            throw BooksError.overflow
        }
        var legs = ForeignLegs(branch, ledger)
        let (step, worth) = isPaid ? (-amount, -total) : (amount, total)
        let value = try carrying(step, on: account, code, view) { worth }
        try legs.add(account, .currency(code), step, value: value)
        let exchange = ForeignLegs.exchange(of: home, branch)
        try legs.add(exchange, -worth)
        try require(legs)
        try legs.write(to: &document)
        return exchange
    }
}
