import Replica

/// One priced line: what it takes off the shelf, its net and its tax group.
struct PricedLine {
    let facts: ItemFacts
    let quantity: Int64
    /// Net, or gross where tax is included, until tax is split off.
    var amount: Int64
    var rate: TaxRate
}

/// Lines of one rate are taxed together.
struct TaxRate: Hashable, Comparable {
    let millionths: Int64
    let isIncluded: Bool

    static func < (a: Self, b: Self) -> Bool {
        (a.millionths, a.isIncluded ? 1 : 0) < (b.millionths, b.isIncluded ? 1 : 0)
    }
}

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
        let till = try account(tender: Self.firstTender(tender), party: party)
        let shelf = try shelf(details.location ?? order?.location, for: .sale, view)
        let pricing = try pricing(details, party: party, view)
        var priced = try lines.map { try price($0, pricing, view) }
        if let order { try agree(&priced, lines, order) }
        try discount(&priced, lines, details)
        let taxes = try tax(&priced)
        var document = DocumentBuilder(
            try header(
                .sale, details, link: order.map { DocumentLink(.fulfils, $0.number) },
                notBefore: order?.opened.day, party: party, view))
        if let order {
            noteOverdone(order, priced.map { ($0.facts, $0.quantity) }, &document)
        }
        var free: [(facts: ItemFacts, quantity: Int64)] = []
        var kept: [ItemCode: Int128] = [:]
        let scope = Scope.trade(branch)
        for line in priced {
            if !line.facts.isService {
                let code = line.facts.code
                // What is kept for the order goes first.
                let left = kept[code] ?? order?.reserved(on: shelf, code) ?? 0
                let taken = try Self.narrow(min(left, Int128(line.quantity)))
                kept[code] = left - Int128(taken)
                if taken > 0 {
                    try document.move(
                        scope, taken, of: .item(code), from: .reserved(on: shelf),
                        to: .simple(.customer, branch))
                }
                if taken < line.quantity {
                    free.append((line.facts, line.quantity - taken))
                    try document.move(
                        scope, line.quantity - taken, of: .item(code), from: shelf,
                        to: .simple(.customer, branch))
                }
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
        let total = try total(priced, taxes)
        let parts = try tenders(tender, total, party: party)
        for part in parts.dropFirst() {
            try document.move(scope, part.amount, of: currency(), from: till, to: part.account)
        }
        for part in parts where part.account.root == .receivable {
            if let party { try requireCredit(party, part.amount, view) }
        }
        return try document.draft(references: order.map { [$0.number] } ?? [], total: total)
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

    /// Of `card=20.00,cash` the card.
    private static func firstTender(_ text: String) -> String {
        String(text.prefix { $0 != "," && $0 != "=" })
    }

    /// Drawers are `tender/<branch>/<name>`; `credit` is the customer's receivable.
    func account(tender: String, party: String?) throws(Refusal) -> Account {
        guard tender != "credit" else {
            guard let party, !party.isEmpty else {
                throw Refusal(
                    .badOption, "a sale on credit needs a customer", next: "name one with --party")
            }
            try Self.check(party, "party", DocumentHeader.partyBytesMax)
            return .named(.receivable, branch, party)
        }
        return .tender(branch, try Self.name(tender, "tender"))
    }

    /// Names of drawers and banks: small letters, digits and `-`.
    static func name(_ text: String, _ what: String) throws(Refusal) -> String {
        guard (1...32).contains(text.utf8.count),
            text.utf8.allSatisfy({
                (0x61...0x7a).contains($0) || (0x30...0x39).contains($0) || $0 == 0x2d
            })
        else {
            throw Refusal(
                .badOption, "\(text) is not the name of a \(what)",
                next: "use small letters, digits and `-`, as in cash")
        }
        return text
    }

    /// - Parameter isNew: business of today, and not what came back of a sale.
    private func price(
        _ line: Line, _ pricing: Pricing, isNew: Bool = true, _ view: some BookView
    ) throws -> PricedLine {
        let goods = try isNew ? newGoods(line, view) : goods(line, view)
        let (unit, per, isIncluded) = try unitPrice(line, goods, pricing, view)
        var rate = goods.facts.taxMillionths
        if let tax = line.tax { rate = try Amount.parse(tax, scale: 4) }
        guard (0...ItemFacts.taxMillionthsMax).contains(rate) else {
            throw Refusal(.badNumber, "\(line.tax ?? "") is not a rate of tax")
        }
        return PricedLine(
            facts: goods.facts, quantity: goods.quantity,
            amount: try worth(unit, goods.quantity, per: per),
            rate: TaxRate(millionths: rate, isIncluded: isIncluded))
    }

    /// The line's own price, that of the list, of its pack, or the item's: millionths for `per` base units, and
    /// whether it holds the tax.
    func unitPrice(
        _ line: Line, _ goods: Goods, _ pricing: Pricing, _ view: some BookView
    ) throws -> (millionths: Int64, per: Int64, isTaxIncluded: Bool) {
        let facts = goods.facts
        if line.price == nil, let list = pricing.list {
            let prices = try view.prices(list.name, facts.code)
            if let pack = goods.pack,
                let price = PriceList.price(prices, pack: pack, on: pricing.day)
            {
                return (price, goods.per, list.isTaxIncluded)
            }
            if let price = PriceList.price(prices, pack: "", on: pricing.day) {
                return (price, try Self.narrow(Self.power(facts.scale)), list.isTaxIncluded)
            }
        }
        var (unit, per) = (facts.priceMillionths, try Self.narrow(Self.power(facts.scale)))
        if let price = goods.pack.flatMap({ facts.packs[$0]?.priceMillionths }) {
            (unit, per) = (price, goods.per)
        }
        if let price = line.price {
            (unit, per) = (try Amount.parse(price, scale: 6), goods.per)
        }
        guard let unit else {
            throw Refusal(
                .noPrice, "item \(facts.code) has no price",
                next: "give one with the line, or set the item's")
        }
        guard unit >= 0 else {
            throw Refusal(
                .notPositive, "a price of \(line.price ?? "") is below zero",
                next: "post it as a journal entry")
        }
        return (unit, per, line.isTaxIncluded)
    }

    // MARK: Discounts

    /// Takes off each line what it says, and then off all of them what the document says: a part of each, what
    /// rounding leaves from the largest.
    private func discount(
        _ priced: inout [PricedLine], _ lines: [Line], _ details: Details
    ) throws {
        for (place, line) in lines.enumerated() {
            guard let text = line.discount else { continue }
            priced[place].amount -= try off(text, priced[place].amount)
        }
        guard let text = details.discount else { return }
        let sum = try Self.narrow(priced.reduce(Int128(0)) { $0 + Int128($1.amount) })
        let whole = try off(text, sum)
        guard sum > 0, whole > 0 else { return }
        var rest = whole
        var largest = 0
        for place in priced.indices {
            if priced[place].amount > priced[largest].amount { largest = place }
            let part = try Amount.share(whole, priced[place].amount, of: sum)
            priced[place].amount -= part
            rest -= part
        }
        priced[largest].amount -= rest
    }

    /// `5%` of an amount, or an amount of it; never more than all.
    private func off(_ text: String, _ amount: Int64) throws -> Int64 {
        let taken: Int64
        if text.hasSuffix("%") {
            let millionths = try Amount.parse(String(text.dropLast()), scale: 4)
            taken = try Self.divide(Int128(amount) * Int128(millionths), by: 1_000_000)
        } else {
            taken = try Amount.parse(text, scale: ledger.scale)
        }
        guard taken >= 0, taken <= amount else {
            throw Refusal(
                .badNumber,
                "\(text) is no discount on \(Amount.text(amount, scale: ledger.scale))",
                next: "write it as in 5% or 2.50")
        }
        return taken
    }

    /// A party that is out of use buys and sells nothing more.
    func requireActive(_ party: String?, _ view: some BookView) throws {
        guard let party, try view.party(party)?.isActive == false else { return }
        throw Refusal(
            .partyInactive, "\(party) is not active", next: "see `branchbook party show`")
    }

    /// The goods of a line of new business: of the item that this one turned out to be.
    func newGoods(_ line: Line, _ view: some BookView) throws -> Goods {
        let own = try goods(line, view)
        guard let alias = own.facts.alias, let into = try view.item(alias), into.alias == nil else {
            return own
        }
        var line = line
        line.item = alias.text
        return try goods(line, view)
    }

    /// Tax per document and rate; where it is included the lines become net, and what rounding
    /// leaves goes to the largest line.
    func tax(_ lines: inout [PricedLine]) throws -> [Int64] {
        var taxes: [Int64] = []
        for rate in Set(lines.map(\.rate)).sorted() where rate.millionths > 0 {
            let places = lines.indices.filter { lines[$0].rate == rate }
            let sum = places.reduce(Int128(0)) { $0 + Int128(lines[$1].amount) }
            let numerator = sum * Int128(rate.millionths)
            guard rate.isIncluded else {
                taxes.append(try Self.divide(numerator, by: 1_000_000))
                continue
            }
            let whole = Int128(1_000_000 + rate.millionths)
            let tax = try Self.divide(numerator, by: whole)
            var rest = sum - Int128(tax)
            var largest = places[0]
            for place in places {
                if lines[place].amount > lines[largest].amount { largest = place }
                lines[place].amount = try Self.divide(
                    Int128(lines[place].amount) * 1_000_000, by: whole)
                rest -= Int128(lines[place].amount)
            }
            lines[largest].amount = try Self.narrow(Int128(lines[largest].amount) + rest)
            taxes.append(tax)
        }
        return taxes
    }

    /// Lines at their prices, net, and the taxes on them.
    func priced(
        _ lines: [Line], _ pricing: Pricing, _ view: some BookView
    ) throws -> (lines: [PricedLine], taxes: [Int64]) {
        var priced = try lines.map { try price($0, pricing, view) }
        let taxes = try tax(&priced)
        return (priced, taxes)
    }

    func total(_ lines: [PricedLine], _ taxes: [Int64]) throws -> Int64 {
        let sum = lines.reduce(Int128(0)) { $0 + Int128($1.amount) }
        return try Self.narrow(taxes.reduce(sum) { $0 + Int128($1) })
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

    /// Items of which more is wanted than stands on the shelf, with what is left.
    func lacking(
        _ wanted: [(facts: ItemFacts, quantity: Int64)], on shelf: Account,
        sellableOn: Day? = nil, _ view: some BookView
    ) throws -> [(facts: ItemFacts, left: Int128, wanted: Int128)] {
        var lacking: [(ItemFacts, Int128, Int128)] = []
        for (facts, quantity) in Self.sums(wanted) {
            let left = try free(facts, on: shelf, sellableOn: sellableOn, view)
            if left < quantity { lacking.append((facts, left, quantity)) }
        }
        return lacking
    }

    /// Each item once, in the order of codes.
    static func sums(
        _ lines: [(facts: ItemFacts, quantity: Int64)]
    ) -> [(facts: ItemFacts, quantity: Int128)] {
        var sums: [ItemCode: (facts: ItemFacts, quantity: Int128)] = [:]
        for line in lines {
            sums[line.facts.code, default: (line.facts, 0)].quantity += Int128(line.quantity)
        }
        return sums.values.sorted { $0.facts.code < $1.facts.code }
    }

    /// Goods that leave are there, now and on every day since they left; `next` is what to do instead.
    func requireOnShelf(
        _ wanted: [(facts: ItemFacts, quantity: Int64)], on shelf: Account, day: Day,
        isDated: Bool, next: String, _ view: some BookView
    ) throws {
        if let (facts, left, wanted) = try lacking(wanted, on: shelf, view).first {
            throw Refusal(
                .notEnough,
                "\(name(of: shelf)) has \(Amount.text(left, scale: facts.scale)) \(facts.unit) of "
                    + "\(facts.code) left, not \(Amount.text(wanted, scale: facts.scale))",
                next: next)
        }
        try requireThroughout(wanted, on: shelf, day: day, isDated: isDated, view)
    }

    /// Of the documents about a sale or a receipt the returns that were not reversed.
    func standingReturns(
        _ later: [Transaction], _ view: some BookView
    ) throws -> [Transaction] {
        try later.filter { transaction in
            guard transaction.document.link?.relation == .returns,
                let own = transaction.document.number
            else { return false }
            return try !view.transactions(about: own).contains {
                $0.document.link?.relation == .reverses
            }
        }
    }
}

// MARK: Returns

extension Planner {
    func giveBack(
        _ details: Details, _ lines: [Line], sale: String?, tender: String, _ view: some BookView
    ) throws -> Draft {
        try requireTrade()
        try check(count: lines.count)
        let till = try account(tender: tender, party: details.party)
        let shelf = try shelf(details.location, for: .coming, view)
        guard let sale else {
            let document = DocumentBuilder(try header(.customerReturn, details, view))
            let pricing = try pricing(details, party: details.party, view)
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
        if lines.allSatisfy({ $0.price == nil }) {
            let tax = try credits.takeTax()
            return try refund(document, priced, [tax], from: till, to: shelf, [sold.number])
        }
        var own = priced
        let taxes = try tax(&own)
        return try refund(document, own, taxes, from: till, to: shelf, [sold.number])
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
    private struct Sold {
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

    private func soldOn(_ text: String, _ view: some BookView) throws -> Sold {
        let number = try Self.number(text)
        guard number.series.branch == branch else {
            throw Refusal(
                .notForThisBranch, "\(number) was sold at \(number.series.branch)",
                next: "return it there")
        }
        let transactions = try view.transactions(of: number)
        guard let first = transactions.first, first.document.kind == .sale else {
            throw Refusal(.unknownDocument, "there is no sale \(number)")
        }
        let later = try view.transactions(about: number)
        guard !later.contains(where: { $0.document.link?.relation == .reverses }) else {
            throw Refusal(.alreadyReversed, "\(number) was reversed: nothing of it can come back")
        }
        var sold = Sold(number: number, day: first.document.effectiveDate)
        for posting in transactions.flatMap(\.postings) {
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

    static func number(_ text: String) throws(Refusal) -> DocumentNumber {
        guard let number = DocumentNumber(text) else {
            throw Refusal(
                .badDocumentNumber, "\(text) is not a document's number",
                next: "write it as in HZa-S-2026-000123")
        }
        return number
    }
}
