import Books
import Gossip
import Replica
import Sodium
import Store

/// The books as planning reads them: the store's state, own writes of the running batch included.
struct BooksNow: BookView {
    let store: Store
    let book: BookID
    let roster: Roster
    let series: Series
    /// Of what this node's branch keeps its books in.
    let ledger: Ledger
    /// In which currencies branches keep their books.
    let currencies: OwnCurrencies
    var currency: CurrencyCode { ledger.currency }
    /// Whose rights these are.
    let author: NodeID
    let incarnation: UInt64
    /// How each peer's state compared the last time.
    var comparisons: [NodeID: Gossip.Comparison] = [:]

    func item(_ code: ItemCode) throws -> ItemFacts? {
        let shown = try store.registers(entity: ItemFacts.entity(code))
        return shown.isEmpty ? nil : ItemFacts(code: code, values: shown)
    }

    func items(barcode: String) throws -> [PackedItem] {
        let single = try store.entities(barcode: barcode)
            .compactMap { ItemFacts.code(ofEntity: $0) }.map { PackedItem(item: $0) }
        let packed = try store.values(
            entity: ItemFacts.entity(barcode: barcode), attribute: ItemFacts.barcodeOf
        ).compactMap { $0.text.flatMap { PackedItem($0) } }
        return Set(single + packed).sorted()
    }

    func balance(of account: Account, _ commodity: Commodity) throws -> Int128 {
        try store.balance(of: account, commodity)
    }

    func spendable(of account: Account, _ commodity: Commodity) throws -> Int128 {
        let all = try store.balance(of: account, commodity)
        guard incarnation >= Incarnation.leastAnew else { return all }
        return min(
            all, try store.posted(account, commodity, author: author, incarnation: incarnation))
    }

    func hasMoved(_ item: ItemCode) throws -> Bool { try store.hasMoved(item) }

    func transactions(of number: DocumentNumber) throws -> [Transaction] {
        try store.transactions(of: number)
    }

    func transactions(about number: DocumentNumber) throws -> [Transaction] {
        try store.transactions(about: number)
    }

    func recorded(source: String, key: String) throws -> [ClosedRange<UInt32>] {
        // Two branches may call an entry that comes back by one name.
        try store.recorded(
            source: source, key: key,
            of: source == Planner.recurringSource ? series.branch : nil)
    }

    func pool(_ branch: BranchCode, _ item: ItemCode) throws -> PoolState {
        try store.pool(branch, item)
    }

    func values(entity: String, attribute: String) throws -> [Value] {
        try store.values(entity: entity, attribute: attribute)
    }

    func dots(entity: String, attribute: String) throws -> [Dot] {
        try store.dots(entity: entity, attribute: attribute)
    }

    func nextNumber(_ kind: DocumentKind, year: UInt16) throws -> DocumentNumber {
        try store.nextNumber(series, kind, year: year)
    }

    func events(of entity: String) throws -> [Event] { try store.events(of: entity) }

    func said(of entity: String) throws -> [Said] { try store.said(of: entity, roster) }

    func written(_ number: DocumentNumber) throws -> [Transaction] {
        guard let author = roster.author(of: number.series) else { return [] }
        return try store.transactions(of: number, by: author)
    }

    func items(category: String, limit: Int) throws -> [ItemCode] {
        try store.items(category: category, limit: limit)
    }

    func items(on account: Account) throws -> [ItemCode] { try store.items(on: account) }

    func accounts(on shelf: Account) throws -> [Account] { try store.accounts(on: shelf) }

    func moved(_ account: Account, _ commodity: Commodity, after day: Day) throws -> Int128 {
        try store.moved(account, commodity, after: day)
    }

    func leastBalance(
        of account: Account, _ commodity: Commodity, from day: Day, before: Day?
    ) throws -> Int128 {
        try store.leastBalance(of: account, commodity, from: day, before: before)
    }

    func counts(
        of account: Account, _ commodity: Commodity, after day: Day
    ) throws -> [CountMark] {
        try store.counts(of: account, commodity, after: day)
    }

    func time(of number: DocumentNumber) throws -> HybridTime? { try store.time(of: number) }

    func location(_ branch: BranchCode, _ name: String) throws -> LocationFacts? {
        let shown = try store.registers(entity: LocationFacts.entity(branch, name))
        guard !shown.isEmpty || name == LocationFacts.main else { return nil }
        return LocationFacts(name: name, values: shown)
    }

    func locations(_ branch: BranchCode) throws -> [LocationFacts] {
        try store.locations(of: branch).compactMap { try location(branch, $0) }
    }

    func workflow(_ kind: Workflow.Kind) throws -> Workflow {
        Workflow(values: try store.registers(entity: Workflow.entity(kind)))
    }

    func person(_ name: String) throws -> PersonFacts? {
        let shown = try store.registers(entity: PersonFacts.entity(name))
        return shown.isEmpty ? nil : PersonFacts(name: name, values: shown)
    }

    func party(_ name: String) throws -> PartyFacts? {
        let shown = try store.registers(entity: PartyFacts.entity(name))
        return shown.isEmpty ? nil : PartyFacts(name: name, values: shown)
    }

    func priceList(_ name: String) throws -> PriceList? {
        let shown = try store.registers(entity: PriceList.entity(name))
        return shown.isEmpty ? nil : PriceList(name: name, values: shown)
    }

    func prices(_ list: String, _ item: ItemCode) throws -> [PriceList.Price] {
        PriceList.prices(try store.registers(entity: PriceList.entity(list, item)))
    }

    func priceListOfBranch(_ code: BranchCode) throws -> String? {
        try store.priceList(ofBranch: code)
    }

    func openShifts(_ branch: BranchCode) throws -> [TillShift] {
        try store.shifts(of: branch, openOnly: true, limit: Query.limitMax)
    }

    func openSheets(_ branch: BranchCode) throws -> [CountSheet] {
        try store.entities(prefix: Event.countPrefix, limit: Query.limitMax)
            .compactMap { CountSheet.number(ofEntity: $0) }
            .filter { $0.series.branch == branch }.sorted()
            .compactMap {
                CountSheet($0, try store.events(of: CountSheet.entity($0)))
            }.filter { $0.state == .open }
    }

    func claim(_ text: String) throws -> Claim {
        let unverified: Claim.Unverified
        do {
            unverified = try Claim.Unverified(text)
        } catch {
            throw Refusal(
                .badClaim, "this is not the whole text of a receipt or a delivery note",
                next: "scan it again, or type all of it")
        }
        let claim = unverified.claim
        guard claim.isOf(book) else {
            throw Refusal(.badClaim, "\(claim.number) is a paper of another company")
        }
        guard let author = roster.author(of: claim.number.series),
            unverified.isSigned(by: author.key)
        else {
            throw Refusal(
                .badClaim, "\(claim.number) was not signed by a node of this company",
                next: "ask \(claim.number.series.branch) whether it wrote that")
        }
        guard roster.isMember(author) else {
            throw Refusal(
                .badClaim, "the node that signed \(claim.number) was revoked",
                next: "ask \(claim.number.series.branch) whether it wrote that")
        }
        return claim
    }

    func tracksItems() throws -> Bool { try store.tracksItems() }

    func people() throws -> [PersonFacts] { try store.people() }

    func isBranch(_ code: BranchCode) throws -> Bool { roster.branches[code] != nil }

    func entities() throws -> [String] { roster.entities.keys.sorted() }

    func entity(of branch: BranchCode) throws -> String? { roster.branches[branch]?.entity }

    func branches() throws -> [BranchCode] { roster.branches.keys.sorted() }

    func isAdministrator() throws -> Bool { roster.administrators.contains(author) }

    func isPrincipal() throws -> Bool { roster.isPrincipal(author) }

    var node: NodeID { author }
}

extension Store {
    /// What a settlement took off its tender: what it says of itself counts as far as it is posted, and stands.
    func gross(of clearing: Clearing) throws -> Int128 {
        guard try !isReversed(clearing.number) else { return 0 }
        return try transactions(of: clearing.number).flatMap(\.postings).reduce(0) {
            if $1.account == clearing.tender, $1.base == nil, case .currency = $1.commodity {
                $0 - Int128($1.amount)
            } else {
                $0
            }
        }
    }

    /// What of a tender's day was settled by documents that stand.
    func settled(_ tender: Account, on day: Day) throws -> Int128 {
        try clearings(of: tender, on: day).reduce(0) { try $0 + gross(of: $1) }
    }

    /// The name of the list that a branch sells by.
    func priceList(ofBranch code: BranchCode) throws -> String? {
        try values(
            entity: PriceList.entity(ofBranch: code), attribute: PriceList.Attribute.list
        ).last?.text
    }

    /// What a list says of one base unit on a day, in millionths.
    func price(of code: ItemCode, on list: String, _ day: Day) throws -> Int64? {
        PriceList.price(
            PriceList.prices(try registers(entity: PriceList.entity(list, code))), pack: "",
            on: day)
    }
}
