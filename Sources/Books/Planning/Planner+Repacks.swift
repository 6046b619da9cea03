import Replica

extension Planner {
    /// Lines that one item is made of, at most: they are one op with it.
    static let componentsMax = 100

    /// Items become another item. Refused where the shelf lacks them.
    ///
    /// What they cost is not known for good: the keeper states it, and states it anew when late facts
    /// change it. What the making itself cost is owed to `party`.
    func repack(
        _ details: Details, _ lines: [Line], into line: Line, extra: String?,
        _ view: some BookView
    ) throws -> Draft {
        try requireTrade()
        try check(count: lines.count)
        guard lines.count <= Self.componentsMax else {
            throw Refusal(
                .tooManyLines, "an item is made of at most \(Self.componentsMax) lines",
                next: "make a part of it first")
        }
        let from = try shelf(details.location, for: .leaving, view)
        let to = try shelf(details.location, for: .coming, view)
        let product = try goods(line, view)
        try requireStock(product.facts)
        var document = DocumentBuilder(try header(.repack, details, view))
        let made = Account.simple(.shrinkage, branch)
        var postings: [Posting] = []
        var wanted: [(facts: ItemFacts, quantity: Int64)] = []
        for line in lines {
            let goods = try goods(line, view)
            try requireStock(goods.facts)
            guard goods.facts.code != product.facts.code else {
                throw Refusal(
                    .badOption, "\(product.facts.code) is not made of itself",
                    next: "name another item with --into")
            }
            wanted.append((goods.facts, goods.quantity))
            let commodity = Commodity.item(goods.facts.code)
            postings.append(Posting(from, commodity, -goods.quantity))
            postings.append(Posting(made, commodity, goods.quantity))
        }
        try requireOnShelf(
            wanted, on: from, day: document.header.effectiveDate, isDated: details.date != nil,
            next: "make what there is enough for, or count the shelf", view)
        let commodity = Commodity.item(product.facts.code)
        postings.append(Posting(made, commodity, -product.quantity))
        postings.append(Posting(to, commodity, product.quantity))
        document.add(.trade(branch), postings)
        var total: Int64?
        if let extra {
            let value = try Amount.parse(extra, scale: ledger.scale)
            guard value > 0 else {
                throw Refusal(.notPositive, "an extra cost of \(extra) is none")
            }
            guard let party = details.party else {
                throw Refusal(
                    .badOption, "an extra cost is owed to somebody", next: "name them with --party")
            }
            try Self.check(party, "party", DocumentHeader.partyBytesMax)
            try requireMoney("costs")
            try document.move(
                .money(branch), value, of: currency(), from: .named(.payable, branch, party),
                to: .simple(.inventory, branch), taggedTo: product.facts.code)
            total = value
        }
        return try document.draft(total: total)
    }
}
