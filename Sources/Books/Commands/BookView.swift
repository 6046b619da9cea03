package import Replica

/// What planning may ask of the books: the state that this node holds, own writes of the running
/// batch included. Plans are a function of the command, this view and the planner's settings.
package protocol BookView {
    func item(_ code: ItemCode) throws -> ItemFacts?
    /// Items that carry a barcode, each with the pack that it is of, or nil for one base unit; more than
    /// one where branches wrote concurrently.
    func items(barcode: String) throws -> [PackedItem]
    /// Of rights that this node took up: those that it may use. After a copy of its disk was put back, only
    /// those that it took up since.
    func spendable(of account: Account, _ commodity: Commodity) throws -> Int128
    /// Zero where nothing was posted.
    func balance(of account: Account, _ commodity: Commodity) throws -> Int128
    /// Have goods of this item ever moved, at any branch that is held?
    func hasMoved(_ item: ItemCode) throws -> Bool
    /// The valid transactions of a document in the scopes that are held; empty where it is unknown.
    func transactions(of number: DocumentNumber) throws -> [Transaction]
    /// The valid transactions of documents that link to this one.
    func transactions(about number: DocumentNumber) throws -> [Transaction]
    /// Line ranges that are recorded of another system's document.
    func recorded(source: String, key: String) throws -> [ClosedRange<UInt32>]
    /// What the pool of a branch holds, by the cost fold.
    func pool(_ branch: BranchCode, _ item: ItemCode) throws -> PoolState
    /// The values that show of a register, more than one where they were written beside each other.
    func values(entity: String, attribute: String) throws -> [Value]
    /// The dots that show of a register: what a new write supersedes.
    func dots(entity: String, attribute: String) throws -> [Dot]
    /// The next gapless number of this node's series.
    func nextNumber(_ kind: DocumentKind, year: UInt16) throws -> DocumentNumber
    /// What was said of an entity, in the order of time, author and entry.
    func events(of entity: String) throws -> [Event]
    /// The same with who said it where.
    func said(of entity: String) throws -> [Said]
    /// What the node wrote whose series a document's number is of: another may give its documents any number.
    func written(_ number: DocumentNumber) throws -> [Transaction]
    /// Items that are of a category, the first `limit` in order.
    func items(category: String, limit: Int) throws -> [ItemCode]
    /// Items of which an account's balance is not zero, in order.
    func items(on account: Account) throws -> [ItemCode]
    /// Accounts of what stands on a shelf, its own and those behind it, in order.
    func accounts(on shelf: Account) throws -> [Account]
    /// Nil for an account that was ever posted to; of another one those beside it, of its branch and root, that were.
    func used(beside account: Account) throws -> [Account]?
    /// What was posted to an account with a later date.
    func moved(_ account: Account, _ commodity: Commodity, after day: Day) throws -> Int128
    /// The least that an account held at the end of any day from `day` on, up to the day before
    /// `before`, or up to now.
    func leastBalance(
        of account: Account, _ commodity: Commodity, from day: Day, before: Day?
    ) throws -> Int128
    /// The counts of a shelf's item after a day that stand, the first day first.
    func counts(
        of account: Account, _ commodity: Commodity, after day: Day
    ) throws -> [CountMark]
    /// When a document was written, by its author's clock; nil where it is unknown.
    func time(of number: DocumentNumber) throws -> HybridTime?
    /// Nil where nobody named it; `main` is there always.
    func location(_ branch: BranchCode, _ name: String) throws -> LocationFacts?
    /// The locations that a branch named, in order.
    func locations(_ branch: BranchCode) throws -> [LocationFacts]
    /// Who has to approve what is of a kind.
    func workflow(_ kind: Workflow.Kind) throws -> Workflow
    /// Nil where nobody said anything of them.
    func person(_ name: String) throws -> PersonFacts?
    /// Everybody of whom something was said, in order.
    func people() throws -> [PersonFacts]
    /// Nil where nobody said anything of it.
    func party(_ name: String) throws -> PartyFacts?
    /// What is on the account of a party, and what of it is not settled.
    func openItems(_ account: Account, in currency: CurrencyCode) throws -> OpenItems
    /// Other currencies than the book's own that ever moved on an account, in order.
    func currencies(on account: Account) throws -> [CurrencyCode]
    /// Invoices of a supplier by their code, of this branch, that stand.
    func invoices(of party: String, code: String) throws -> [Invoice]
    /// Invoices of a receipt or a sale that stand.
    func invoices(about number: DocumentNumber) throws -> [Invoice]
    /// Was any line of a bank's statements ever read?
    func hasBankLines(_ bank: Account) throws -> Bool
    /// Lines of a bank's statements that stand, of all days, each with the document that was booked from it.
    func bankLines(_ bank: Account) throws -> [(line: BankLine, document: DocumentNumber?)]
    /// What documents are called, by the invoices that stand.
    func documentNames() throws -> DocumentNames
    /// What was asked to be given up of what a customer owes, by its number.
    func debt(_ number: DocumentNumber) throws -> DebtWriteOff?
    /// What is known of what takes money; nil where nobody said anything.
    func tender(_ branch: BranchCode, _ name: String) throws -> TenderRule?
    /// What a tender took on a day of the ledger, and what of it was settled.
    func taken(_ tender: Account, on day: Day) throws -> (taken: Int128, settled: Int128)
    /// What a customer owes at a branch, or at all that are held and keep their books in the same currency, under this
    /// name and its aliases; of other currencies what it is carried at.
    func receivable(of party: String, at branch: BranchCode?) throws -> Int128
    /// The same at branches that keep their books in other currencies, by these, in order.
    func receivablesElsewhere(of party: String) throws -> [(currency: CurrencyCode, owed: Int128)]
    /// In which currency a branch keeps its books: its legal entity's. Nil where that is not known.
    func currency(of branch: BranchCode) throws -> CurrencyCode?
    func priceList(_ name: String) throws -> PriceList?
    /// All prices of an item on a list.
    func prices(_ list: String, _ item: ItemCode) throws -> [PriceList.Price]
    func priceListOfBranch(_ code: BranchCode) throws -> String?
    /// Till shifts of a branch that were not closed.
    func openShifts(_ branch: BranchCode) throws -> [TillShift]
    /// Stocktakes of a branch that are neither posted nor cancelled.
    func openSheets(_ branch: BranchCode) throws -> [CountSheet]
    /// Bridges of a branch's scopes that do not cancel: a part of a document is here, and the rest is not.
    func halves(of branch: BranchCode) throws -> [String]
    /// All closes of a branch, those that were taken back as well, by the day up to which they are.
    func closes(_ branch: BranchCode) throws -> [PeriodClose]
    /// How far every log of a branch is held.
    func frontier(of branch: BranchCode) throws -> [LogID: UInt64]
    /// What the cost fold derived up to a day and no close froze: by item, on which accounts.
    func openCosts(
        of branch: BranchCode, upTo day: Day
    ) throws -> [(item: String, amounts: [(root: Account.Root, amount: Int128)])]
    /// What stands on each account of income and expense of a branch at the end of a day, what the cost fold derives as
    /// well: in order.
    func results(of branch: BranchCode, upTo day: Day) throws -> [(account: Account, net: Int128)]
    /// What a paper says that a node of this book signed, whose documents are still taken.
    ///
    /// - Throws: `Refusal.badClaim`.
    func claim(_ text: String) throws -> Claim
    /// A company's own chart; nil where nobody said anything of it.
    func chart(_ name: String) throws -> OwnChart?
    /// What has been said of a currency's rate, by days.
    func rates(of currency: CurrencyCode) throws -> SaidRates
    /// What an account's amount of another currency is carried at, in the book's own.
    func carried(_ account: Account, _ currency: CurrencyCode) throws -> Int128
    /// What a branch's accounts hold of other currencies at the end of a day, in order.
    func foreign(of branch: BranchCode, upTo day: Day) throws -> [ForeignBalance]
    /// Is any item told apart by lots?
    func tracksItems() throws -> Bool
    func branches() throws -> [BranchCode]
    /// The company's legal entities, in order.
    func entities() throws -> [String]
    /// Whose a branch is; nil for a branch that nobody knows.
    func entity(of branch: BranchCode) throws -> String?
    /// Is this node an administrator's?
    func isAdministrator() throws -> Bool
    /// Is it one that the founder or the recovery key made such?
    func isPrincipal() throws -> Bool
    /// This node.
    var node: NodeID { get throws }
    /// Does another administrator's node read a branch's books?
    func isReadByOthers(_ branch: BranchCode) throws -> Bool
    /// All that was ever sealed, in the order in which it counts.
    func seals() throws -> [Seal]
    /// Is all here that was held when a period was closed, and what the close itself posted?
    func holds(_ close: PeriodClose) throws -> Bool
    func holds(_ heads: [LogID: UInt64]) throws -> Bool
    /// How many documents of a branch are here, are dated up to a day, and stand behind the heads.
    func documents(
        of branch: BranchCode, upTo day: Day, behind heads: [LogID: UInt64]
    ) throws -> Int
    /// What a closing names of its branch's costs: by item, of the accounts of `SealedCosts.roots`. Nil where not all is here.
    func costs(of closing: Seal.Closing, on day: Day) throws -> [String: [Int64]]?
    /// Branches a node of which was heard to make something else of the same entries, and of which scopes.
    func unlike() throws -> [(branch: BranchCode, what: String)]
    /// A digest of the state of all scopes that are read here.
    func stateDigest() throws -> String
    /// Is this a branch of the book?
    func isBranch(_ code: BranchCode) throws -> Bool
}

extension BookView {
    /// Was a document undone by its opposite?
    package func isReversed(_ number: DocumentNumber) throws -> Bool {
        try transactions(about: number).haveReversal(of: number)
    }
}

extension [Transaction] {
    /// Of those about a document: does one of its branch's undo it? Any other branch may give a number that is not
    /// its own; nobody else posts to the branch's accounts.
    package func haveReversal(of number: DocumentNumber) -> Bool {
        contains {
            $0.document.link?.relation == .reverses && $0.isOf(number.series.branch)
        }
    }
}

extension Transaction {
    /// Does it post to accounts that only writers of the branch may?
    package func isOf(_ branch: BranchCode) -> Bool {
        postings.contains { $0.account.place == .branch(branch) }
    }

    /// Does it post to what the branch is due, or owes?
    package func isSide(of branch: BranchCode) -> Bool {
        postings.contains {
            if case .side(branch, _) = $0.account.place { true } else { false }
        }
    }
}

/// An item as its registers show it.
package struct ItemFacts: Hashable, Sendable {
    package var code: ItemCode
    package var name: String
    package var unit: String
    /// Decimal places of quantities.
    package var scale: Int
    /// A base unit's price in millionths of the currency's major unit; nil where none is set.
    package var priceMillionths: Int64?
    package var barcode: String?
    /// Further units by name.
    package var packs: [String: Pack]
    package var category: String?
    /// Tax on sales in millionths: 13 % is 130,000.
    package var taxMillionths: Int64
    package var isService: Bool
    package var refusesShortage: Bool
    package var isActive: Bool
    /// How its goods are valued; frozen once any have moved.
    package var costing: CostPool.Method
    /// How its goods are told apart; frozen once any have moved.
    package var tracking = Tracking.none
    /// The item that this one turned out to be.
    package var alias: ItemCode?
    /// The day on which what is left of it becomes that one.
    package var joined: Day?
    /// Attributes for which concurrent values stand side by side.
    package var contested: [String]

    package init(
        code: ItemCode, name: String, unit: String = "pc", scale: Int = 0,
        priceMillionths: Int64? = nil, barcode: String? = nil, packs: [String: Pack] = [:],
        category: String? = nil, taxMillionths: Int64 = 0,
        isService: Bool = false, refusesShortage: Bool = false, isActive: Bool = true,
        costing: CostPool.Method = .average, alias: ItemCode? = nil, contested: [String] = []
    ) {
        self.alias = alias
        self.code = code
        self.name = name
        self.unit = unit
        self.scale = scale
        self.priceMillionths = priceMillionths
        self.barcode = barcode
        self.packs = packs
        self.category = category
        self.taxMillionths = taxMillionths
        self.isService = isService
        self.refusesShortage = refusesShortage
        self.isActive = isActive
        self.costing = costing
        self.contested = contested
    }
}

/// A further unit of an item: a box of 12.
package struct Pack: Hashable, Sendable {
    /// Base units in one, at the item's scale; positive.
    package var quantity: Int64
    /// The price of one in millionths; nil where it is so many times the base unit's.
    package var priceMillionths: Int64?

    package init(quantity: Int64, priceMillionths: Int64? = nil) {
        self.quantity = quantity
        self.priceMillionths = priceMillionths
    }
}

package struct PackedItem: Hashable, Comparable, Sendable {
    package let item: ItemCode
    /// Nil for one base unit.
    package let pack: String?

    package init(item: ItemCode, pack: String? = nil) {
        self.item = item
        self.pack = pack
    }

    /// As a register holds it: the pack, a blank, the item's code.
    package var text: String { "\(pack ?? "") \(item)" }

    package init?(_ text: String) {
        guard let blank = text.firstIndex(of: " "),
            let item = ItemCode(text[text.index(after: blank)...])
        else { return nil }
        let pack = text[..<blank]
        self.init(item: item, pack: pack.isEmpty ? nil : String(pack))
    }

    package static func < (a: Self, b: Self) -> Bool {
        (a.item, a.pack ?? "") < (b.item, b.pack ?? "")
    }
}

/// A stocktake that stands, as a barrier on one shelf.
package struct CountMark: Hashable, Sendable {
    package let number: DocumentNumber
    package let day: Day
    /// When its differences were booked.
    package let time: HybridTime

    package init(number: DocumentNumber, day: Day, time: HybridTime) {
        self.number = number
        self.day = day
        self.time = time
    }
}

/// A pool at its end: base units, minor units, and units for which no cost is known.
package struct PoolState: Hashable, Sendable {
    package var quantity: Int64
    package var value: Int64
    package var uncosted: Int64

    package init(quantity: Int64 = 0, value: Int64 = 0, uncosted: Int64 = 0) {
        self.quantity = quantity
        self.value = value
        self.uncosted = uncosted
    }
}
