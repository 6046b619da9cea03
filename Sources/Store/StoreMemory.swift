import Books
import Replica
import Sodium
import Wire

/// What is in the tables, kept at hand because it is asked for in every batch or every round.
///
/// Law: whoever writes what an answer rests on forgets the answer, and all is forgotten whenever
/// anything is undone; so an answer from here is the one that the tables would give.
struct StoreMemory {
    /// Tips and chapters of logs that were written to lately.
    private(set) var states: [LogID: HeldLog] = [:]
    /// Ids of names.
    private(set) var names: [ExactText: Int64] = [:]
    /// As many as the roster has scopes.
    var logs: [Scope: [(name: LogName, log: LogID, head: Head)]] = [:]
    var roots: [Scope: [UInt8]] = [:]
    var digests: [Scope: Digest] = [:]
    /// Both as peers are told them.
    var told: [Scope: (root: [UInt8], digest: [UInt8])] = [:]
    private(set) var roster: HeldRoster?
    /// At most `Store.invitationsMax`, the newest first.
    var invitations: [Store.OpenInvitation]?
    var statements: [BranchCode: (any: Bool, urgent: Bool)] = [:]
    /// The first day on which the holder has to look at something; far away where there is nothing.
    var holderDue: Int32?
    /// At most `Store.manyPools`.
    var dirtyPools: Int?
    /// Did anybody say at what goods go to another branch?
    var hasPrices: Bool?
    /// Days on which sums are still to be made, a list that was looked up at once.
    var missingDays: [(KeptQuestion, Int32)]?
    /// Orders of which nothing happens any more, with the last day of a document of theirs. At most `Store.oldOrdersMax`.
    var oldOrders: [DocumentNumber: Day] = [:]
    /// Charges of which nothing is open. At most `Store.settledChargesMax`.
    var settledCharges: Set<DocumentNumber> = []
    /// Charges of which no more was passed on than holds. As many at most.
    var passedRight: Set<DocumentNumber> = []
    /// Of all branches; few, and looked at for every document.
    var closes: [BranchCode: [PeriodClose]]?
    /// Of which somebody may still say something that counts.
    var waitingSeals: [Seal]?
    /// All that were ever made; by account, by document, by tender and day.
    var matches: NumberedIndex<Match>?
    var invoices: NumberedIndex<Invoice>?
    var clearings: NumberedIndex<Clearing>?

    private static let statesMax = 256
    private static let namesMax = 65_536

    mutating func remember(_ log: LogID, _ state: HeldLog) {
        if states.count >= Self.statesMax { states = [:] }
        states[log] = state
    }

    mutating func remember(_ name: ExactText, _ id: Int64) {
        if names.count >= Self.namesMax { names = [:] }
        names[name] = id
    }

    mutating func remember(_ held: HeldRoster) { roster = held }

    mutating func add(_ step: Roster.Step, isSigned: (Recovery) -> Bool) {
        roster?.add(step, isSigned: isSigned)
    }

    /// An entry of the roster came.
    mutating func add(_ log: LogID, _ seq: UInt64) { roster?.add(log, seq) }

    mutating func forget(_ scope: Scope) {
        logs[scope] = nil
        roots[scope] = nil
        digests[scope] = nil
        told[scope] = nil
    }

    /// What was undone said nothing of these.
    mutating func keepNumbered(of other: Self) {
        matches = other.matches
        invoices = other.invoices
        clearings = other.clearings
    }

    /// A document was written: what it is about is not as it was.
    mutating func forget(_ document: DocumentHeader) {
        if let number = document.number { settledCharges.remove(number) }
        guard let link = document.link else { return }
        settledCharges.remove(link.target)
        // It may pass on a charge, take back what did, or take back that money came: of which charge the target says.
        if link.target.kind == .journal { passedRight = [] }
        if link.relation == .reverses, link.target.kind == .payment { settledCharges = [] }
        oldOrders[link.target] = nil
        // What did something for an order was taken back: for which one its own link says.
        if link.relation == .reverses || link.relation == .returns,
            [.goodsReceipt, .sale, .shipment].contains(link.target.kind)
        {
            oldOrders = [:]
        }
    }

    /// Something was said of what an entity is of.
    mutating func forget(entity: String) {
        if let number = Order.number(ofEntity: entity) { oldOrders[number] = nil }
        if let number = ChargeNote.number(ofEntity: entity) {
            settledCharges.remove(number)
            passedRight = []
        }
    }

    /// Goods moved, or somebody said what they are worth.
    mutating func forgetGoods() {
        statements = [:]
        dirtyPools = nil
    }
}
