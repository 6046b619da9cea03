@testable import Books
@testable import Replica

/// The books as a planner reads them, in memory: items, price lists, and the documents that were planned before. All else
/// is as in a book in which nothing happened.
struct MemoryBook: BookView {
    let branch: BranchCode
    var items: [ItemCode: ItemFacts] = [:]
    var lists: [String: (list: PriceList, prices: [ItemCode: [PriceList.Price]])] = [:]
    var branchList: String?
    private var documents: [DocumentNumber: [Transaction]] = [:]
    private var about: [DocumentNumber: [Transaction]] = [:]
    private var running: UInt32 = 0

    init(branch: BranchCode) { self.branch = branch }

    mutating func add(_ draft: Draft) {
        for case .post(let transaction) in draft.parts.flatMap(\.ops) {
            guard let number = transaction.document.number else { continue }
            documents[number, default: []].append(transaction)
            if let target = transaction.document.link?.target {
                about[target, default: []].append(transaction)
            }
        }
        running += 1
    }

    func item(_ code: ItemCode) -> ItemFacts? { items[code] }
    func transactions(of number: DocumentNumber) -> [Transaction] { documents[number] ?? [] }
    func transactions(about number: DocumentNumber) -> [Transaction] { about[number] ?? [] }
    func nextNumber(_ kind: DocumentKind, year: UInt16) throws -> DocumentNumber {
        let text = "\(branch)a-\(kind.letter)-2026-\(String(1_000_000 + running + 1).dropFirst())"
        guard let number = DocumentNumber(text) else { throw Refusal(.fault, text) }
        return number
    }
    func priceList(_ name: String) -> PriceList? { lists[name]?.list }
    func prices(_ list: String, _ item: ItemCode) -> [PriceList.Price] {
        lists[list]?.prices[item] ?? []
    }
    func priceListOfBranch(_ code: BranchCode) -> String? { branchList }
    func isBranch(_ code: BranchCode) -> Bool { code == branch }
    /// There is always enough.
    func balance(of account: Account, _ commodity: Commodity) -> Int128 { 1 << 80 }
    func leastBalance(
        of account: Account, _ commodity: Commodity, from day: Day, before: Day?
    ) -> Int128 { 1 << 80 }

    func items(barcode: String) -> [PackedItem] { [] }
    func spendable(of account: Account, _ commodity: Commodity) -> Int128 { 0 }
    func hasMoved(_ item: ItemCode) -> Bool { false }
    func recorded(source: String, key: String) -> [ClosedRange<UInt32>] { [] }
    func pool(_ branch: BranchCode, _ item: ItemCode) -> PoolState { PoolState() }
    func values(entity: String, attribute: String) -> [Value] { [] }
    func dots(entity: String, attribute: String) -> [Dot] { [] }
    func chart(_ name: String) -> OwnChart? { nil }
    func events(of entity: String) -> [Event] { [] }
    func items(category: String, limit: Int) -> [ItemCode] { [] }
    func items(on account: Account) -> [ItemCode] { [] }
    func accounts(on shelf: Account) -> [Account] { [] }
    func moved(_ account: Account, _ commodity: Commodity, after day: Day) -> Int128 { 0 }
    func counts(of account: Account, _ commodity: Commodity, after day: Day) -> [CountMark] { [] }
    func time(of number: DocumentNumber) -> HybridTime? { nil }
    func location(_ branch: BranchCode, _ name: String) -> LocationFacts? {
        name == LocationFacts.main ? LocationFacts(name: name, values: [:]) : nil
    }
    func locations(_ branch: BranchCode) -> [LocationFacts] { [] }
    func workflow(_ kind: Workflow.Kind) -> Workflow { Workflow(values: [:]) }
    func person(_ name: String) -> PersonFacts? { nil }
    func people() -> [PersonFacts] { [] }
    func party(_ name: String) -> PartyFacts? { nil }
    func receivable(of party: String, at branch: BranchCode?) -> Int128 { 0 }
    func receivablesElsewhere(of party: String) -> [(currency: CurrencyCode, owed: Int128)] { [] }
    func currency(of branch: BranchCode) -> CurrencyCode? { nil }
    func said(of entity: String) -> [Said] { [] }
    func written(_ number: DocumentNumber) -> [Transaction] { documents[number] ?? [] }
    func rates(of currency: CurrencyCode) -> SaidRates { SaidRates([:]) }
    func carried(_ account: Account, _ currency: CurrencyCode) -> Int128 { 0 }
    func foreign(of branch: BranchCode, upTo day: Day) -> [ForeignBalance] { [] }
    func openItems(_ account: Account, in currency: CurrencyCode) -> OpenItems {
        OpenItems([], [])
    }
    func currencies(on account: Account) -> [CurrencyCode] { [] }
    func invoices(of party: String, code: String) -> [Invoice] { [] }
    func invoices(about number: DocumentNumber) -> [Invoice] { [] }
    func hasBankLines(_ bank: Account) -> Bool { false }
    func bankLines(_ bank: Account) -> [(line: BankLine, document: DocumentNumber?)] { [] }
    func used(beside account: Account) -> [Account]? { nil }
    func documentNames() -> DocumentNames { DocumentNames() }
    func debt(_ number: DocumentNumber) -> DebtWriteOff? { nil }
    func tender(_ branch: BranchCode, _ name: String) -> TenderRule? { nil }
    func taken(_ tender: Account, on day: Day) -> (taken: Int128, settled: Int128) { (0, 0) }
    func branches() -> [BranchCode] { [] }
    func entities() -> [String] { ["Company"] }
    func entity(of branch: BranchCode) -> String? { "Company" }
    func isAdministrator() -> Bool { false }
    func isPrincipal() -> Bool { false }
    var node: NodeID { get throws { throw Refusal(.noBook, "no node") } }
    func isReadByOthers(_ branch: BranchCode) -> Bool { false }
    func seals() -> [Seal] { [] }
    func holds(_ close: PeriodClose) -> Bool { false }
    func holds(_ heads: [LogID: UInt64]) -> Bool { false }
    func documents(of branch: BranchCode, upTo day: Day, behind heads: [LogID: UInt64]) -> Int {
        0
    }
    func costs(of closing: Seal.Closing, on day: Day) -> [String: [Int64]]? { nil }
    func unlike() -> [(branch: BranchCode, what: String)] { [] }
    func stateDigest() -> String { "" }
    func openShifts(_ branch: BranchCode) -> [TillShift] { [] }
    func openSheets(_ branch: BranchCode) -> [CountSheet] { [] }
    func halves(of branch: BranchCode) -> [String] { [] }
    func closes(_ branch: BranchCode) -> [PeriodClose] { [] }
    func frontier(of branch: BranchCode) -> [LogID: UInt64] { [:] }
    func openCosts(
        of branch: BranchCode, upTo day: Day
    ) -> [(item: String, amounts: [(root: Account.Root, amount: Int128)])] { [] }
    func results(of branch: BranchCode, upTo day: Day) -> [(account: Account, net: Int128)] { [] }
    func claim(_ text: String) throws -> Claim { throw Refusal(.badClaim, text) }
    func tracksItems() -> Bool { false }
}
