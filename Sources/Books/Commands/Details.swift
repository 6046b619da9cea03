/// What any document may say. `date` defaults to the branch's today, `person` to the node's user.
package struct Details: Codable, Hashable, Sendable {
    package var date: String?
    package var person: String?
    package var party: String?
    package var memo: String?
    /// Where the goods of the document stand, or leave; `main` by default.
    package var location: String?
    /// Of a shipment: the day by which it should be taken up. Of an order: the day that goods are
    /// expected, or up to which an offer holds.
    package var due: String?
    /// The order that the goods of a document are of.
    package var order: String?
    /// Of a sale: what is taken off all of it, `5%` or an amount.
    package var discount: String?
    /// Of items that are told apart: which lots.
    package var lots: [LotChoice]
    package var external: External?
    /// The currency of a sale's, receipt's or payment's figures; the book's own where nil.
    package var currency: String?
    /// Units of the book's currency for one of that; by the rates of the catalog where nil.
    package var rate: String?

    package init(
        date: String? = nil, person: String? = nil, party: String? = nil, memo: String? = nil,
        location: String? = nil, due: String? = nil, order: String? = nil,
        discount: String? = nil, lots: [LotChoice] = [], external: External? = nil,
        currency: String? = nil, rate: String? = nil
    ) {
        self.currency = currency
        self.rate = rate
        self.order = order
        self.discount = discount
        self.lots = lots
        self.due = due
        self.location = location
        self.date = date
        self.person = person
        self.party = party
        self.memo = memo
        self.external = external
    }

    /// The lines `first...last` of another system's document: recorded once, whoever repeats it.
    package struct External: Codable, Hashable, Sendable {
        package var source: String
        package var key: String
        package var first: UInt32
        package var last: UInt32

        package init(source: String, key: String, first: UInt32, last: UInt32) {
            self.source = source
            self.key = key
            self.first = first
            self.last = last
        }
    }
}

/// One line of goods or service. A quantity may name one of the item's packs, `3 box`; then a price or
/// cost is that of one pack. Which of the figures a command reads:
/// a sale or return: `price` (a unit; the item's price where absent), `tax` percent (the item's where
/// absent), `isTaxIncluded`; a receipt, found goods or goods sent back: `cost` a unit, or `total` for
/// the line.
package struct Line: Codable, Hashable, Sendable {
    package var item: String
    package var quantity: String
    package var price: String?
    package var tax: String?
    package var isTaxIncluded: Bool
    package var cost: String?
    package var total: String?
    /// What is taken off a price: `5%` or an amount of the line.
    package var discount: String?

    package init(
        item: String, quantity: String, price: String? = nil, tax: String? = nil,
        isTaxIncluded: Bool = false, cost: String? = nil, total: String? = nil,
        discount: String? = nil
    ) {
        self.discount = discount
        self.item = item
        self.quantity = quantity
        self.price = price
        self.tax = tax
        self.isTaxIncluded = isTaxIncluded
        self.cost = cost
        self.total = total
    }
}
