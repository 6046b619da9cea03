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

/// What lines are worth: by their own figure, by a list, less discounts, and the tax on that.
extension Planner {
    /// By what a sale is priced: the customer's list, or else the branch's, on a day.
    struct Pricing {
        let list: PriceList?
        let day: Day
    }

    func pricing(_ details: Details, party: String?, _ view: some BookView) throws -> Pricing {
        let day = try details.date.map { try Self.day($0) } ?? today
        let own = try party.flatMap { try view.party($0)?.priceList }
        let name = try own ?? view.priceListOfBranch(branch)
        // A list that nobody described any more prices nothing.
        return Pricing(list: try name.flatMap { try view.priceList($0) }, day: day)
    }

    /// - Parameter isNew: business of today, and not what came back of a sale.
    /// - Parameter foreign: what a line's own price is in; other prices are of the book's own, and turned into it.
    func price(
        _ line: Line, _ pricing: Pricing, isNew: Bool = true, in foreign: ForeignCurrency? = nil,
        _ view: some BookView
    ) throws -> PricedLine {
        let goods = try isNew ? newGoods(line, view) : goods(line, view)
        let (unit, per, isIncluded) = try unitPrice(line, goods, pricing, view)
        var rate = goods.facts.taxMillionths
        if let tax = line.tax { rate = try Amount.parse(tax, scale: 4) }
        guard (0...ItemFacts.taxMillionthsMax).contains(rate) else {
            throw Refusal(.badNumber, "\(line.tax ?? "") is not a rate of tax")
        }
        let scale = foreign?.scale ?? ledger.scale
        let amount: Int64 =
            if line.price == nil, let rate = try priceRate(foreign, on: pricing.day, view) {
                try Amount.worth(unit, goods.quantity, per: per, rate: rate, scale: scale)
            } else {
                try Amount.worth(unit, goods.quantity, per: per, scale: scale)
            }
        return PricedLine(
            facts: goods.facts, quantity: goods.quantity, amount: amount,
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

    // MARK: Discounts

    /// Takes off each line what it says, and then off all of them what the document says: a part of each, what
    /// rounding leaves from the largest.
    func discount(
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
        let largest = Self.largest(of: priced, among: Array(priced.indices))
        for place in priced.indices {
            let part = try Amount.share(whole, priced[place].amount, of: sum)
            priced[place].amount -= part
            rest -= part
        }
        priced[largest].amount -= rest
    }

    /// What lines of an order are worth where something was taken off, as prices of whole lines: all deliveries of a
    /// line are then worth what was agreed, to the cent. Nil for those at their price.
    ///
    /// - Parameter always: lines that are so in any case.
    func agreedPrices(
        _ priced: [PricedLine], _ lines: [Line], _ details: Details, always: [Bool] = []
    ) throws -> [(millionths: Int64, per: Int64)?] {
        var less = priced
        try discount(&less, lines, details)
        return try priced.indices.map { place in
            let (line, less) = (priced[place], less[place])
            guard less.amount != line.amount || always.indices.contains(place) && always[place]
            else { return nil }
            let unit = Self.power(6) / Self.power(ledger.scale)
            return (try Self.narrow(Int128(less.amount) * unit), line.quantity)
        }
    }

    /// The first of those that are worth most: what rounding leaves is its.
    static func largest(of lines: [PricedLine], among places: [Int]) -> Int {
        places.reduce(places[0]) { lines[$1].amount > lines[$0].amount ? $1 : $0 }
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

    // MARK: Tax

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
            let largest = Self.largest(of: lines, among: places)
            for place in places {
                lines[place].amount = try Self.divide(
                    Int128(lines[place].amount) * 1_000_000, by: whole)
                rest -= Int128(lines[place].amount)
            }
            lines[largest].amount = try Self.narrow(Int128(lines[largest].amount) + rest)
            taxes.append(tax)
        }
        return taxes
    }

    func total(_ lines: [PricedLine], _ taxes: [Int64]) throws -> Int64 {
        let sum = lines.reduce(Int128(0)) { $0 + Int128($1.amount) }
        return try Self.narrow(taxes.reduce(sum) { $0 + Int128($1) })
    }
}
