import Replica

extension Planner {
    func sell(
        _ details: Details, _ lines: [Line], tender: String, _ view: some BookView
    ) throws -> Draft {
        try requireTrade()
        let order = try fulfilled(details, .sale, view)
        var lines = lines
        if let order, lines.isEmpty { lines = try rest(of: order, view) }
        try check(count: lines.count)
        let party = try (details.party ?? order?.party).map { try self.party($0, view) }
        try requireActive(party, view)
        let shelf = try shelf(details.location ?? order?.location, for: .sale, view)
        let header = try header(
            .sale, details, link: order.map { DocumentLink(.fulfils, $0.number) },
            notBefore: order?.opened.day, party: party, view)
        let foreign = try foreign(details, of: order, on: header.effectiveDate, view)
        let pricing = try pricing(details, party: party, view)
        var priced = try lines.map { try price($0, pricing, in: foreign, view) }
        if let order { try agree(&priced, lines, order) }
        try reading(foreign).discount(&priced, lines, details)
        var taxes = try tax(&priced)
        let total = try total(priced, taxes)
        let parts = try tenders(tender, total, party: party, in: foreign, view)
        let worth = try foreign.map { try converted(&priced, &taxes, total, $0) }
        let till =
            foreign == nil ? parts[0].account : ForeignLegs.exchange(of: .trade(branch), branch)
        var document = DocumentBuilder(header)
        if let order {
            noteOverdone(order, priced.map { ($0.facts, $0.quantity) }, &document)
        }
        var free: [(facts: ItemFacts, quantity: Int64)] = []
        var kept: [ItemCode: Int128] = [:]
        let scope = Scope.trade(branch)
        for line in priced {
            if !line.facts.isService {
                let rest = try handOver(line, of: order, from: shelf, &kept, &document)
                if rest > 0 { free.append((line.facts, rest)) }
            }
            try document.move(
                scope, line.amount, of: currency(), from: .simple(.sales, branch), to: till,
                taggedFrom: line.facts.code)
        }
        for tax in taxes {
            try document.move(
                scope, tax, of: currency(), from: .simple(.tax, branch), to: till)
        }
        try checkShelf(shelf, free, &document, view)
        if let foreign, let worth {
            try take(parts, worth: worth, foreign, &document, view)
        } else {
            for part in parts.dropFirst() {
                try document.move(scope, part.amount, of: currency(), from: till, to: part.account)
            }
        }
        return try document.draft(references: order.map { [$0.number] } ?? [], total: total)
            .totalled(in: foreign?.code)
    }

    /// The goods of a line leave the shelf: those that are kept for the order go first. `kept` has what is left of these.
    /// - Returns: how many were kept for nobody.
    private func handOver(
        _ line: PricedLine, of order: Order?, from shelf: Account,
        _ kept: inout [ItemCode: Int128], _ document: inout DocumentBuilder
    ) throws -> Int64 {
        let code = line.facts.code
        let left = kept[code] ?? order?.reserved(on: shelf, code) ?? 0
        let taken = try Self.narrow(min(left, Int128(line.quantity)))
        kept[code] = left - Int128(taken)
        for (amount, place) in [
            (taken, Account.reserved(on: shelf)), (line.quantity - taken, shelf),
        ] where amount > 0 {
            try document.move(
                .trade(branch), amount, of: .item(code), from: place,
                to: .simple(.customer, branch))
        }
        return line.quantity - taken
    }

    /// Lines without a price of their own are worth what the order says.
    private func agree(
        _ priced: inout [PricedLine], _ lines: [Line], _ order: Order
    ) throws {
        var order = order
        for place in priced.indices where lines[place].price == nil {
            let line = priced[place]
            if let worth = try order.take(line.quantity, of: line.facts.code, ledger) {
                priced[place].amount = worth
            }
            priced[place].rate = TaxRate(
                millionths: line.rate.millionths, isIncluded: order.isTaxIncluded)
        }
    }

    /// What the shelf lacks is refused where the item says so, and noted elsewhere.
    private func checkShelf(
        _ shelf: Account, _ wanted: [(facts: ItemFacts, quantity: Int64)],
        _ document: inout DocumentBuilder, _ view: some BookView
    ) throws {
        for (facts, left, _) in try lacking(
            wanted, on: shelf, sellableOn: document.header.effectiveDate, view)
        {
            let text = Amount.text(left, scale: facts.scale)
            if facts.refusesShortage {
                throw Refusal(
                    .notEnough,
                    "\(name(of: shelf)) has \(text) \(facts.unit) of \(facts.code) left",
                    next: "sell what is left, or count the shelf")
            }
            document.note("shortage: \(facts.code), \(text) \(facts.unit) were left")
        }
    }
}
