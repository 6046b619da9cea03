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

    func openItems(_ account: Account, in code: CurrencyCode) throws -> OpenItems {
        try store.openItems(account, code, own: currency, upTo: nil)
    }

    func currencies(on account: Account) throws -> [CurrencyCode] {
        try store.values(of: account).map(\.currency).filter { $0 != currency }
    }

    func invoices(of party: String, code: String) throws -> [Invoice] {
        try standing(try store.invoices(of: party, code: code)).filter {
            $0.number.series.branch == series.branch
        }
    }

    func invoices(about number: DocumentNumber) throws -> [Invoice] {
        try standing(try store.invoices(about: number))
    }

    func bankLines(_ bank: Account) throws -> [(line: BankLine, document: DocumentNumber?)] {
        let lines = try store.bankLines(bank)
        guard let first = lines.map(\.day).min(), let last = lines.map(\.day).max() else {
            return []
        }
        let codes = Set(lines.map { $0.currency ?? currency }).sorted { $0.text < $1.text }
        return try codes.flatMap { code in
            let booked = try store.booked(on: bank, code, from: first, to: last).filter {
                $0.key != nil
            }
            let some = lines.filter { ($0.currency ?? currency) == code }
            return BankMatching(some, booked).pairs.map { ($0.line, $0.document?.number) }
        }
    }

    func used(beside account: Account) throws -> [Account]? { try store.used(beside: account) }

    func documentNames() throws -> DocumentNames {
        DocumentNames(try standing(try store.invoices()))
    }

    private func standing(_ invoices: [Invoice]) throws -> [Invoice] {
        try invoices.filter { try $0.stands && !isReversed($0.number) }
    }

    func debt(_ number: DocumentNumber) throws -> DebtWriteOff? {
        DebtWriteOff(number, try store.events(of: DebtWriteOff.entity(number)))
    }

    func tender(_ branch: BranchCode, _ name: String) throws -> TenderRule? {
        let entity = TenderRule.entity(branch, name)
        return TenderRule(entity: entity, values: try store.registers(entity: entity))
    }

    func taken(_ tender: Account, on day: Day) throws -> (taken: Int128, settled: Int128) {
        let taken = try store.taken(by: tender, currency, from: day, to: day)[day] ?? 0
        return (taken, try store.settled(tender, on: day))
    }

    func receivable(of party: String, at branch: BranchCode?) throws -> Int128 {
        try store.receivable(
            of: party,
            at: branch.map { [$0] } ?? roster.branches.keys.filter { currencies[$0] == currency },
            .currency(currency))
    }

    func receivablesElsewhere(of party: String) throws -> [(currency: CurrencyCode, owed: Int128)] {
        try currencies.all.filter { $0 != currency }.map { code in
            (
                code,
                try store.receivable(
                    of: party, at: roster.branches.keys.filter { currencies[$0] == code },
                    .currency(code))
            )
        }
    }

    func currency(of branch: BranchCode) throws -> CurrencyCode? { roster.currency(of: branch) }

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

    func halves(of branch: BranchCode) throws -> [String] {
        try store.unmatchedBridges().filter { line in
            line.split(separator: " ").prefix(2).contains {
                switch Scope($0) {
                case .trade(branch), .money(branch): true
                default: false
                }
            }
        }
    }

    func closes(_ branch: BranchCode) throws -> [PeriodClose] { try store.closes(of: branch) }

    func frontier(of branch: BranchCode) throws -> [LogID: UInt64] {
        try store.frontier(of: branch, roster)
    }

    func openCosts(
        of branch: BranchCode, upTo day: Day
    ) throws -> [(item: String, amounts: [(root: Account.Root, amount: Int128)])] {
        while try store.refreshCosts(limit: 100) > 0 {}
        return try store.openCosts(of: branch, upTo: day).map { item, row in
            (
                item,
                [
                    (.costOfSales, row.costOfSales), (.shipped, row.shipped),
                    (.writeOff, row.writeOff), (.variance, row.variance),
                ]
            )
        }
    }

    func results(
        of branch: BranchCode, upTo day: Day
    ) throws -> [(account: Account, net: Int128)] {
        var sums: [Account: Int128] = [:]
        for (key, turnover) in try store.turnover(of: currency, to: day) {
            guard let account = Account(key.account), account.place == .branch(branch) else {
                continue
            }
            sums[account, default: 0] += turnover.net
        }
        for (_, amounts) in try openCosts(of: branch, upTo: day) {
            for (root, amount) in amounts { sums[.simple(root, branch), default: 0] += amount }
        }
        return sums.filter {
            Chart.international.line(of: $0.key).map { !$0.kind.isOfPosition } ?? false
        }.sorted { $0.key.name < $1.key.name }.map { ($0.key, $0.value) }
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

    func chart(_ name: String) throws -> OwnChart? {
        let shown = try store.registers(entity: OwnChart.entity(name))
        return shown.isEmpty ? nil : OwnChart(name: name, values: shown, currency: currencies.book)
    }

    func rates(of currency: CurrencyCode) throws -> SaidRates {
        SaidRates(try store.registers(entity: CurrencyRate.entity(currency)))
    }

    func carried(_ account: Account, _ currency: CurrencyCode) throws -> Int128 {
        try store.values(of: account).first { $0.currency == currency }?.value ?? 0
    }

    func foreign(of branch: BranchCode, upTo day: Day) throws -> [ForeignBalance] {
        try store.foreign(
            than: currency, of: branch, among: roster.branches.keys.sorted(), upTo: day
        ).compactMap { row in
            guard let account = Account(row.account), account.holdsCurrencies(of: branch) else {
                return nil
            }
            return ForeignBalance(
                account: account, currency: row.currency, amount: row.amount, value: row.value)
        }
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

    func isReadByOthers(_ branch: BranchCode) throws -> Bool {
        roster.administrators.contains { node in
            guard node != author, let grants = roster.nodes[node]?.grants else { return false }
            return grants.opens(trade: branch) && grants.opens(money: branch)
        }
    }

    func seals() throws -> [Seal] { try store.seals() }

    func holds(_ close: PeriodClose) throws -> Bool { try store.holds(close) }

    func holds(_ heads: [LogID: UInt64]) throws -> Bool { try store.holds(heads) }

    func documents(
        of branch: BranchCode, upTo day: Day, behind heads: [LogID: UInt64]
    ) throws -> Int {
        try store.documents(of: branch, upTo: day, behind: heads, roster)
    }

    func costs(of closing: Seal.Closing, on day: Day) throws -> [String: [Int64]]? {
        try store.costs(of: closing, on: day)
    }

    func unlike() throws -> [(branch: BranchCode, what: String)] {
        comparisons.sorted { $0.key < $1.key }.compactMap { node, comparison in
            // Entries that are on their way are no alarm: a seal names closes, and these are here.
            let scopes = comparison.differing.filter(\.holdsAccounts)
            guard !scopes.isEmpty, let branch = roster.nodes[node]?.admission.branch else {
                return nil
            }
            return (branch, scopes.map(\.name).sorted().joined(separator: ", "))
        }
    }

    func stateDigest() throws -> String {
        var state = Blake2b.State()
        for (scope, digest) in try store.digests().sorted(by: { $0.key < $1.key }) {
            state.update(Array("\(scope) \(Hex.text(digest.bytes))\n".utf8))
        }
        return Hex.text(state.finish256().bytes)
    }
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
