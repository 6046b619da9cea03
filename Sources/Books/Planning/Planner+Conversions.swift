import Replica

/// One other currency for another one.
extension Planner {
    /// What is given leaves at what it is carried at, as whatever leaves an account does, and what comes for it is carried at
    /// that: what it cost.
    func convert(
        _ details: Details, _ amountText: String, for priceText: String, _ otherText: String,
        from source: String, to target: String, _ view: some BookView
    ) throws -> Draft {
        let day = try details.date.map { try Self.day($0) } ?? openToday(view)
        guard let given = try foreign(details, view),
            let other = try foreign(otherText, rate: nil, on: day, view)
        else {
            throw Refusal(
                .badOption, "one of these is \(ledger.currency)",
                next: "use `branchbook currency buy` or `branchbook currency sell`")
        }
        guard given.code != other.code else {
            throw Refusal(.badOption, "\(given.code) for \(given.code) is no exchange")
        }
        let amount = try Amount.parse(amountText, scale: given.scale)
        let price = try Amount.parse(priceText, scale: other.scale)
        guard amount > 0, price > 0 else {
            throw Refusal(.notPositive, "\(amountText) for \(priceText) is not above zero")
        }
        let (from, to) = (try purse(source), try purse(target))
        var legs = ForeignLegs(branch, ledger)
        let value = try carrying(-amount, on: from, given.code, view) { try given.value(-amount) }
        guard value != .min else { throw BooksError.overflow }
        try legs.add(from, given.commodity, -amount, value: value)
        let came = try carrying(price, on: to, other.code, view) { -value }
        try legs.add(to, other.commodity, price, value: came)
        try require(legs)
        var document = DocumentBuilder(try header(.journal, details, view))
        note(try legs.write(to: &document), &document)
        return try document.draft(total: amount).totalled(in: given.code)
    }
}
