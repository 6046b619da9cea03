import Replica

/// Goods that customers bring back.
extension Planner {
    func giveBack(
        _ details: Details, _ lines: [Line], sale: String?, tender: String, _ view: some BookView
    ) throws -> Draft {
        try requireTrade()
        try check(count: lines.count)
        let party = try details.party.map { try self.party($0, view) }
        let till = try account(tender: tender, party: party)
        var sale = sale
        if let text = sale, Claim.isMeant(by: text) {
            let claim = try view.claim(text)
            guard claim.number.series.branch == branch else {
                guard details.currency == nil else {
                    throw Refusal(
                        .ownCurrencyOnly, "\(claim.number) was sold at another branch",
                        next: "leave --currency out, or return it there")
                }
                return try giveBackElsewhere(
                    details, lines, claim, text: text, tender: tender, view)
            }
            sale = claim.number.description
        }
        let shelf = try shelf(details.location, for: .coming, view)
        guard let sale else {
            let document = DocumentBuilder(try header(.customerReturn, details, view))
            let pricing = try pricing(details, party: party, view)
            var priced = try lines.map { try price($0, pricing, view) }
            let taxes = try tax(&priced)
            return try refund(document, priced, taxes, from: till, to: shelf, [])
        }
        guard Set(lines.map { $0.price == nil }).count == 1 else {
            throw Refusal(
                .badOption, "some lines of the return have a price and some have none",
                next: "price all of them, or none to credit what was paid")
        }
        let sold = try soldOn(sale, view)
        let document = DocumentBuilder(
            try header(
                .customerReturn, details, link: DocumentLink(.returns, sold.number),
                notBefore: sold.day, view))
        var credits = sold
        let priced = try lines.map { try credit($0, &credits, view) }
        let foreign = try returnCurrency(
            sold.number, total: sold.total, isOwed: till.root == .receivable, details, view)
        if lines.allSatisfy({ $0.price == nil }) {
            let tax = try credits.takeTax()
            var (document, from) = (document, till)
            if let foreign {
                from = try credit(
                    try total(priced, [tax]), of: credits.creditedTotal, in: foreign, on: till,
                    isPaid: true, &document, view)
            }
            return try refund(document, priced, [tax], from: from, to: shelf, [sold.number])
        }
        guard foreign == nil else {
            throw Refusal(
                .ownCurrencyOnly, "prices of a return are in \(ledger.currency)",
                next: "leave the prices out: what was paid goes back")
        }
        var own = priced
        let taxes = try tax(&own)
        return try refund(document, own, taxes, from: till, to: shelf, [sold.number])
    }

    /// A return and a sale in one commit. Both go through one drawer, which has the difference.
    func exchange(
        _ details: Details, _ back: [Line], sale: String?, for lines: [Line], tender: String,
        _ view: some BookView
    ) throws -> Draft {
        guard !tender.contains(",") else {
            throw Refusal(
                .badOption, "an exchange is settled with one tender",
                next: "return the goods and sell the others, where it is paid in parts")
        }
        var own = details
        // The day's sale is at the day's price; what comes back is at what was paid.
        own.lots = details.lots.filter { lot in back.contains { $0.item == lot.item } }
        own.discount = nil
        let returned = try giveBack(own, back, sale: sale, tender: tender, view)
        own = details
        own.lots = details.lots.filter { lot in lines.contains { $0.item == lot.item } }
        own.location = nil
        let sold = try sell(own, lines, tender: tender, view)
        var draft = Draft(
            number: sold.number, parts: returned.parts,
            references: returned.references + sold.references,
            notices: ["what came back is on \(returned.number?.description ?? "")"]
                + returned.notices + sold.notices,
            total: try Self.narrow(Int128(sold.total ?? 0) - Int128(returned.total ?? 0)))
        for part in sold.parts { draft.add(part.ops, to: part.scope) }
        return draft
    }

    private func refund(
        _ builder: DocumentBuilder, _ lines: [PricedLine], _ taxes: [Int64], from till: Account,
        to shelf: Account, _ references: [DocumentNumber]
    ) throws -> Draft {
        var document = builder
        let scope = Scope.trade(branch)
        for line in lines {
            if !line.facts.isService {
                try document.move(
                    scope, line.quantity, of: .item(line.facts.code),
                    from: .simple(.customer, branch), to: shelf)
            }
            try document.move(
                scope, line.amount, of: currency(), from: till, to: .simple(.sales, branch),
                taggedTo: line.facts.code)
        }
        for tax in taxes {
            try document.move(
                scope, tax, of: currency(), from: till, to: .simple(.tax, branch))
        }
        return try document.draft(references: references, total: try total(lines, taxes))
    }

    /// What a sale sold and what of it came back already, per item, in money and in units.
    struct Sold {
        struct Item {
            var quantity = Int128(0)
            var net = Int128(0)
            var returned = Int128(0)
            var credited = Int128(0)
        }

        let number: DocumentNumber
        let day: Day
        var items: [ItemCode: Item] = [:]
        var tax = Int128(0)
        var taxCredited = Int128(0)
        /// What all of it came to, and what of that was credited.
        var total: Int128 { items.values.reduce(tax) { $0 + $1.net } }
        var creditedTotal: Int128 { items.values.reduce(taxCredited) { $0 + $1.credited } }

        /// The tax on all that was credited by now, less what was credited before.
        mutating func takeTax() throws -> Int64 {
            let net = items.values.reduce(Int128(0)) { $0 + $1.net }
            let credited = items.values.reduce(Int128(0)) { $0 + $1.credited }
            guard net != 0 else { return 0 }
            let (product, over) = tax.multipliedReportingOverflow(by: credited)
            guard !over else { throw BooksError.overflow }
            let due = try Planner.divide(net < 0 ? -product : product, by: net < 0 ? -net : net)
            let step = try Planner.narrow(Int128(due) - taxCredited)
            taxCredited = Int128(due)
            return step
        }
    }

    func soldOn(_ text: String, _ view: some BookView) throws -> Sold {
        let number = try Self.number(text)
        guard number.series.branch == branch else {
            throw Refusal(
                .notForThisBranch, "\(number) was sold at \(number.series.branch)",
                next: "return it there, or give what is printed on its receipt")
        }
        // Others may write a number that is this branch's, and not to its accounts.
        let transactions = try view.transactions(of: number).filter { $0.isOf(branch) }
        guard let first = transactions.first, first.document.kind == .sale else {
            throw Refusal(.unknownDocument, "there is no sale \(number)")
        }
        let later = try view.transactions(about: number).filter { $0.isOf(branch) }
        guard !later.haveReversal(of: number) else {
            throw Refusal(.alreadyReversed, "\(number) was reversed: nothing of it can come back")
        }
        var sold = Sold(number: number, day: first.document.effectiveDate)
        for posting in transactions.flatMap(\.postings)
        where posting.account.place == .branch(branch) {
            switch (posting.account.root, posting.commodity, posting.item) {
            case (.sales, .currency, let item?):
                sold.items[item, default: .init()].net -= Int128(posting.amount)
            case (.customer, .item(let item), _):
                sold.items[item, default: .init()].quantity += Int128(posting.amount)
            case (.tax, _, _): sold.tax -= Int128(posting.amount)
            default: break
            }
        }
        for posting in try standingReturns(later, view).flatMap(\.postings) {
            switch (posting.account.root, posting.commodity, posting.item) {
            case (.sales, .currency, let item?):
                sold.items[item, default: .init()].credited += Int128(posting.amount)
            case (.customer, .item(let item), _):
                sold.items[item, default: .init()].returned -= Int128(posting.amount)
            case (.tax, _, _): sold.taxCredited += Int128(posting.amount)
            default: break
            }
        }
        return sold
    }

    /// A line of a return against its sale: no more than was sold, at the sale's own price unless
    /// another is named.
    private func credit(
        _ line: Line, _ sold: inout Sold, _ view: some BookView
    ) throws -> PricedLine {
        let goods = try goods(line, view)
        let (facts, quantity) = (goods.facts, goods.quantity)
        var item = sold.items[facts.code] ?? .init()
        let left = facts.isService ? Int128(quantity) : item.quantity - item.returned
        guard Int128(quantity) <= left, sold.items[facts.code] != nil else {
            throw Refusal(
                .tooMuchReturned,
                "of \(facts.code) on \(sold.number) \(Amount.text(max(left, 0), scale: facts.scale)) can come back"
            )
        }
        item.returned += Int128(quantity)
        if line.price != nil {
            sold.items[facts.code] = item
            return try price(line, Pricing(list: nil, day: sold.day), isNew: false, view)
        }
        guard !facts.isService, item.quantity > 0 else {
            throw Refusal(.noPrice, "a refund of the service \(facts.code) needs a price")
        }
        let (product, over) = item.net.multipliedReportingOverflow(by: item.returned)
        guard !over else { throw BooksError.overflow }
        let due = Int128(try Self.divide(product, by: item.quantity))
        let amount = try Self.narrow(due - item.credited)
        item.credited = due
        sold.items[facts.code] = item
        return PricedLine(
            facts: facts, quantity: quantity, amount: amount,
            rate: TaxRate(millionths: 0, isIncluded: false))
    }

    /// Of the documents about a sale or a receipt the returns that were not reversed.
    func standingReturns(
        _ later: [Transaction], _ view: some BookView
    ) throws -> [Transaction] {
        try later.filter { transaction in
            guard transaction.document.link?.relation == .returns,
                let own = transaction.document.number
            else { return false }
            return try !view.isReversed(own)
        }
    }
}
