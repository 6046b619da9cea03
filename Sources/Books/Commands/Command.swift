/// What a person asks of the books, as it was typed: figures are decimal text, read at the scales of
/// the item and the book when the command is planned. The command line, the control socket and
/// imports all speak these.
package enum Command: Codable, Hashable, Sendable {
    /// New items; refused as a whole where one exists already.
    case addItems([ItemChange])
    case setItem(ItemChange)
    /// A new item, or what differs of one that is there.
    case putItem(ItemChange)
    case receive(Details, [Line], supplier: String)
    case sell(Details, [Line], tender: String)
    /// Goods that come back. `sale` is the number of the sale they were bought on, if known.
    case giveBack(Details, [Line], sale: String?, tender: String)
    /// Goods that come back, and others that leave for them: the drawer has the difference.
    case exchange(Details, [Line], sale: String?, for: [Line], tender: String)
    /// Goods that go back to their supplier: at what they cost on `receipt`, if it is known.
    case sendBack(Details, [Line], receipt: String?, supplier: String?)
    case ship(Details, [Line], to: String)
    /// Goods go to another location of the same branch.
    case move(Details, [Line], to: String)
    /// Items become another one; `extra` is what the making cost.
    case repack(Details, [Line], into: Line, extra: String?)
    case setLocation(LocationChange)
    /// How much of an item is wanted on a location.
    case setStocking(StockingChange)
    case arrive(Details, [ArrivalLine], shipment: String)
    /// The sender says what became of goods in dispute.
    case settle(Details, [Line], shipment: String, areLost: Bool)
    /// The sender asks for goods back that were not taken up.
    case recall(Details, shipment: String)
    case writeOff(Details, [Line])
    /// Goods that were found: the opposite of a write-off.
    case find(Details, [Line])
    /// What a branch's books begin with.
    case bringForward(Details, OpeningAct)
    case count(Details, CountAct)
    case order(Details, OrderAct)
    case quota(Details, QuotaAct)
    case till(Details, TillAct)
    /// Goods that came on the word of a signed paper.
    case claim(Details, ClaimAct)
    /// Who has to look at what is of a kind.
    case setWorkflow(WorkflowChange)
    case setPerson(PersonChange)
    /// What is known of a legal entity.
    case setEntity(EntityChange)
    case setParty(PartyChange)
    case setPrices(PriceListChange)
    /// Days that goods are on their way from one branch to another; empty: nobody says.
    case setLead(from: String, to: String, days: String)
    /// At what goods go from one branch to another; empty: at what they cost.
    case setTransferPrice(from: String, to: String, rule: String)
    /// By which list a branch sells; empty: by the items' own prices.
    case setBranchPrices(String, of: String)
    /// From now on an item is another one; empty: itself again. What is left of it becomes the other one on a day.
    case mergeItem(String, into: String, on: String?)
    case revalue(Details, item: String, change: Revaluation)
    /// Freight or duty on a receipt, spread over its goods.
    case spread(Details, receipt: String, amount: String, basis: SpreadBasis)
    case pay(Details, Payment)
    case match(Details, MatchAct)
    case invoice(Details, InvoiceAct)
    case debt(Details, DebtAct)
    case bank(Details, BankAct)
    case settleTender(Details, TenderSettlement)
    case setTender(TenderChange)
    /// A general journal entry. Positive debits, negative credits.
    case journal(Details, [JournalLine])
    /// What the branch's keeper enters every month.
    case setRecurring(RecurringChange)
    case reverse(Details, number: String)
    /// An amount between this branch and another one.
    case between(Details, BetweenAct)
    /// Two payments that look like one are two; the memo says why.
    case acceptBoth(Details, [String])
    /// The branch's books up to a day are closed; at the end of a year what was earned and spent goes to its capital.
    case close(Details, through: String, isYearEnd: Bool)
    /// The last period is open again; the memo says why.
    case reopen(Details, number: String)
    case seal(Details, SealAct)
    /// Tasks, notices, and what people say of documents.
    case work(Details, WorkAct)
    /// What a branch is to reach in a month.
    case setTarget(TargetChange)
    /// How many percent a price may be from what was ordered.
    case setTolerance(String)
    /// Codes and lines of the company's own chart of accounts.
    case setChart(ChartChange)
    /// What one unit of a currency is worth from a day on, in the book's own or in a third currency; an empty rate: nobody
    /// says any more.
    case setRate(currency: String, rate: String, from: String?, third: String? = nil)
    /// Amounts of other currencies are exchanged, or valued anew.
    case currency(Details, CurrencyAct)
}

extension Command {
    /// Nil for master data.
    package var details: Details? {
        switch self {
        case .addItems, .setItem, .putItem, .setLocation, .setStocking, .setWorkflow, .setPerson,
            .setParty, .setTender, .setEntity, .setTransferPrice,
            .setPrices, .setLead, .setBranchPrices, .mergeItem, .setTarget,
            .setRate, .setRecurring, .setChart, .setTolerance:
            nil
        case .exchange(let details, _, _, _, _), .receive(let details, _, _),
            .sell(let details, _, _), .giveBack(let details, _, _, _),
            .sendBack(let details, _, _, _), .ship(let details, _, _), .move(let details, _, _),
            .repack(let details, _, _, _),
            .arrive(let details, _, _), .settle(let details, _, _, _), .recall(let details, _),
            .writeOff(let details, _), .find(let details, _), .bringForward(let details, _),
            .count(let details, _),
            .order(let details, _), .quota(let details, _), .till(let details, _),
            .claim(let details, _),
            .revalue(let details, _, _), .spread(let details, _, _, _),
            .pay(let details, _), .match(let details, _), .invoice(let details, _),
            .debt(let details, _),
            .bank(let details, _), .settleTender(let details, _),
            .journal(let details, _),
            .reverse(let details, _), .close(let details, _, _), .reopen(let details, _),
            .seal(let details, _),
            .between(let details, _), .work(let details, _), .acceptBoth(let details, _),
            .currency(let details, _):
            details
        }
    }

    /// A sheet's differences are those of the day that it was opened for.
    var postsSheet: Bool { if case .count(_, .post) = self { true } else { false } }

    /// What an import says: of that only what is not said already is written.
    var mayRepeat: Bool {
        switch self {
        case .putItem, .setParty, .setPrices: true
        default: false
        }
    }

    /// What two nodes beside each other would book twice.
    package var isKeepers: Bool {
        switch self {
        case .debt(_, .book), .between(_, .book): true
        default: false
        }
    }

    var isReversal: Bool { if case .reverse = self { true } else { false } }
}

/// What came of one shipped line. An arrival without lines accepts everything still in transit.
package struct ArrivalLine: Codable, Hashable, Sendable {
    package var item: String
    package var accepted: String
    /// Did not arrive: goes into dispute, the sender's until settled.
    package var short: String
    /// Came, and is broken: stands on the location `damagedTo`, or the only one for damaged goods.
    package var damaged: String?
    package var damagedTo: String?
    /// Came, and is not taken: goes back, in dispute until the sender has it.
    package var returned: String?
    /// Came beside what was sent.
    package var surplus: String?

    package init(
        item: String, accepted: String, short: String = "0", damaged: String? = nil,
        damagedTo: String? = nil, returned: String? = nil, surplus: String? = nil
    ) {
        self.item = item
        self.accepted = accepted
        self.short = short
        self.damaged = damaged
        self.damagedTo = damagedTo
        self.returned = returned
        self.surplus = surplus
    }
}

package enum Revaluation: Codable, Hashable, Sendable {
    /// Adds this much value (or takes it, when negative).
    case by(String)
    /// Makes the unit cost this.
    case unitCost(String)
    /// Adds to the value of an earlier receipt: freight, duty, an invoice's difference.
    case of(receipt: String, by: String)
}

/// By what a charge is shared out.
package enum SpreadBasis: String, Codable, CaseIterable, Sendable {
    case value, quantity
}

package struct Payment: Codable, Hashable, Sendable {
    package enum Direction: String, Codable, Sendable {
        /// A customer pays us.
        case received
        /// We pay a supplier.
        case paid
    }

    package var direction: Direction
    package var party: String
    package var amount: String
    /// A drawer such as `cash` (`tender/…`), or `bank:NAME` (`bank/…`).
    package var through: String
    /// Numbers of what it settles.
    package var settles: [String]

    package init(
        direction: Direction, party: String, amount: String, through: String,
        settles: [String] = []
    ) {
        self.settles = settles
        self.direction = direction
        self.party = party
        self.amount = amount
        self.through = through
    }
}

package struct JournalLine: Codable, Hashable, Sendable {
    /// Without the branch: `expense/rent`, `bank/main`, `equity/capital`; or in full.
    package var account: String
    package var amount: String
    package var item: String?

    package init(account: String, amount: String, item: String? = nil) {
        self.account = account
        self.amount = amount
        self.item = item
    }
}

/// Attributes that are nil stay as they are, or take their default where the location is new.
package struct LocationChange: Codable, Hashable, Sendable {
    /// Small letters, digits and `-`.
    package var name: String
    /// `available`, `quarantine` or `damaged`.
    package var status: String?
    package var title: String?
    package var isActive: Bool?

    package init(
        name: String, status: String? = nil, title: String? = nil, isActive: Bool? = nil
    ) {
        self.name = name
        self.status = status
        self.title = title
        self.isActive = isActive
    }
}

/// Figures that are nil stay as they are; empty ones are taken away.
package struct StockingChange: Codable, Hashable, Sendable {
    package var item: String
    package var location: String?
    package var minimum: String?
    package var target: String?
    package var maximum: String?
    /// A supplier, or `branch:CODE`.
    package var source: String?

    package init(
        item: String, location: String? = nil, minimum: String? = nil, target: String? = nil,
        maximum: String? = nil, source: String? = nil
    ) {
        self.item = item
        self.location = location
        self.minimum = minimum
        self.target = target
        self.maximum = maximum
        self.source = source
    }
}

/// A further unit of an item: `quantity` base units are one of it; zero takes the unit away.
package struct PackChange: Codable, Hashable, Sendable {
    package var name: String
    package var quantity: String
    /// Of one pack; where it has none, so many times the base unit's.
    package var price: String?
    package var barcode: String?

    package init(name: String, quantity: String, price: String? = nil, barcode: String? = nil) {
        self.name = name
        self.quantity = quantity
        self.price = price
        self.barcode = barcode
    }
}

/// Attributes that are nil stay as they are (`setItem`) or take their default (`addItems`).
package struct ItemChange: Codable, Hashable, Sendable {
    package var code: String
    package var name: String?
    /// What one base unit is called: `pc`, `kg`.
    package var unit: String?
    /// Decimal places of quantities, 0 to 6; fixed once goods have moved.
    package var scale: Int?
    /// Sale price a unit, up to six decimal places.
    package var price: String?
    package var barcode: String?
    /// Percent of tax on sales.
    package var tax: String?
    /// `goods` or `service`.
    package var kind: String?
    /// On a shortage at the till: `record` or `refuse`.
    package var shortage: String?
    package var isActive: Bool?
    /// `average` or `fifo`; fixed once goods have moved.
    package var costing: String?
    /// `none`, `lot` or `serial`; fixed once goods have moved.
    package var tracking: String?
    package var category: String?
    /// Further units, such as a box of 12.
    package var packs: [PackChange]?

    package init(
        code: String, name: String? = nil, unit: String? = nil, scale: Int? = nil,
        price: String? = nil, barcode: String? = nil, tax: String? = nil, kind: String? = nil,
        shortage: String? = nil, isActive: Bool? = nil, costing: String? = nil,
        category: String? = nil, tracking: String? = nil, packs: [PackChange]? = nil
    ) {
        self.tracking = tracking
        self.code = code
        self.name = name
        self.unit = unit
        self.scale = scale
        self.price = price
        self.barcode = barcode
        self.tax = tax
        self.kind = kind
        self.shortage = shortage
        self.isActive = isActive
        self.costing = costing
        self.category = category
        self.packs = packs
    }
}
