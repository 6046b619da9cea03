package import Books

/// Everything that can be asked of a node, by the control socket or in the process itself: one value,
/// one reply.
package enum Request: Codable, Sendable {
    /// One command, one commit. With `wait`, the reply comes when that many peers hold the document
    /// durably, or when `waitMilliseconds` are over.
    case perform(Command, wait: Int, waitMilliseconds: Int64)
    /// Several commands of one import, each a commit of its own, all in one SQLite transaction.
    /// A refused command leaves the others standing.
    case performAll([Command])
    /// The same, and nothing of it is kept: what would come of it.
    case checkAll([Command])
    case query(Query)
    /// The same for a report that is printed: what it rests on is bookmarked, and named in it.
    case record(Query)
    /// The same by what was known at a bookmark.
    case lookBack(Query, to: String)
    case invite(InvitationOrder)
    /// Another legal entity of the company.
    case addEntity(name: String, currency: String? = nil)
    case withdrawInvitation(id: String)
    /// With `confirms` it was put out before, and more of what it wrote counts.
    case revoke(node: String, confirms: Bool = false)
    /// With `readsAll` it gets the keys of every branch too.
    case nameAdministrator(node: String, readsAll: Bool)
    /// With `confirms` it is none any more, and more of what it did counts.
    case removeAdministrator(node: String, confirms: Bool)
    /// What the founding's recovery key says of administrators.
    case recover(RecoveryOrder)
    /// Stop and resume talking to peers.
    case setOnline(Bool)
    case addPeer(address: String)
    case removePeer(address: String)
    /// Become a node of the book whose invitation this is.
    case join(line: String, name: String)
    /// Check everything that can be checked, here and against the peers that are connected.
    case verify
    /// Orders of what lies below its minimum, a draft for each supplier and branch that it comes from.
    case draftOrders(Details)
    /// Payments for lines of a bank's statement of which it is sure what they are: a document for each.
    case bookBank(Details, bank: String)
    /// Read every log again into the projections.
    case rebuild
    /// In somebody's name.
    indirect case signed(Access, Request)
    /// A token for some hours in return for a PIN.
    case signIn(person: String, pin: String)
    /// From now on the person is asked for it at this node.
    case setPIN(person: String, pin: String)
    /// A token for a till or a program, for so many days.
    case makeToken(person: String, days: Int)
    /// The person does not sign in here any more.
    case dropSecrets(person: String)
    /// Nobody is asked who they are any more: only where nothing runs at the directory.
    case resetAccess
    /// A page of something that is taken elsewhere. A part of what was noted with its first page is not noted again.
    case export(Query, isPart: Bool = false)
}

/// Who asks, and their PIN or token.
package struct Access: Codable, Hashable, Sendable {
    package var person: String
    package var secret: String

    package init(person: String, secret: String) {
        self.person = person
        self.secret = secret
    }
}

/// Whom an invitation lets in.
package struct InvitationOrder: Codable, Hashable, Sendable {
    /// An existing branch, or a new one together with `branchName`.
    package var branch: String
    package var branchName: String?
    /// Whose a new branch is; that of the administrator's branch where nil.
    package var entity: String?
    /// Lets the node read every branch's books: a complete replica.
    package var readsAll: Bool
    package var expiresInMinutes: Int64
    /// Where the newcomer finds a node of the book: `host:port`.
    package var addresses: [String]

    package init(
        branch: String, branchName: String? = nil, entity: String? = nil, readsAll: Bool = false,
        expiresInMinutes: Int64 = 1_440, addresses: [String] = []
    ) {
        self.branch = branch
        self.branchName = branchName
        self.entity = entity
        self.readsAll = readsAll
        self.expiresInMinutes = expiresInMinutes
        self.addresses = addresses
    }
}

/// Questions. Lists take a page: `limit` rows (at most `Query.limitMax`).
package enum Query: Codable, Hashable, Sendable {
    case status
    case peers
    /// The newest entries of the logs, with author, scope, size and who holds them.
    case log(scope: String?, limit: Int)
    case items(search: String?, after: String?, limit: Int)
    case item(code: String)
    case transfers(openOnly: Bool)
    case journal(JournalFilter)
    /// The trial balance: of one branch, of a group of them, or of all.
    case balance(branch: String?, asAt: String?, of: BalanceGroup = BalanceGroup())
    case stock(branch: String?, item: String?, limit: Int)
    case locations(branch: String?)
    /// What is free at every branch, as they tell everybody.
    case board(item: String?)
    /// Opening, what came, what left, closing.
    case movement(MovementFilter)
    /// One item's moves at a branch.
    case card(CardFilter)
    /// What lies below its minimum or above its maximum; or all that is looked after.
    case reorder(branch: String?, all: Bool)
    /// What was earned on what was sold.
    case margin(MarginFilter)
    /// Facts that need a person, with a suggested action.
    case exceptions
    /// Moments of which reports can be asked again.
    case bookmarks(limit: Int)
    case digests
    case invitations
    case members
    case administrators
    case document(number: String)
    /// What is printed for who gets the goods: a receipt, or a delivery note, with its signed claim.
    case paper(number: String)
    /// What is printed for shelves: name, price, barcode.
    case labels(items: [String])
    /// What each branch sold, by day or in all: revenue, units, cost and margin where known.
    case sales(branch: String?, from: String?, to: String?, byDay: Bool)
    /// What the cost fold put on the accounts, and is not posted.
    case derived
    /// One stocktake.
    case count(sheet: String)
    case counts(openOnly: Bool)
    case order(number: String)
    case orders(OrderFilter)
    /// Where every unit is that ever came.
    case units(item: String?, asAt: String? = nil)
    /// Lots on the shelves; those that expire within so many days.
    case lots(branch: String?, item: String?, within: Int?)
    /// What came from suppliers.
    case purchases(branch: String?, from: String, to: String)
    /// Goods of which none was sold for so many days.
    case slowStock(branch: String?, days: Int, asAt: String? = nil)
    /// How long ago goods came that are there.
    case stockAge(branch: String?, asAt: String? = nil)
    case stockAsAt(branch: String?, item: String?, day: String, limit: Int)
    case quotas(branch: String?)
    case quotaProposals(branch: String?, cover: Int, past: Int)
    case parties(search: String?)
    case prices(list: String, asAt: String?)
    case priceLists
    case entities
    /// At what goods go from branch to branch.
    case transferPrices
    case shift(number: String)
    case shifts(openOnly: Bool)
    case workflows
    case people
    /// Every account with what moved on it.
    case accounts(StatementFilter)
    case profit(StatementFilter)
    /// The balance sheet.
    case position(StatementFilter)
    case taxes(StatementFilter)
    /// One account line by line.
    case ledger(LedgerFilter)
    case ageing(AgeingFilter)
    /// What is not settled of a party, document by document; of all parties where none is named.
    case openItems(MatchSide, party: String?, branch: String?)
    /// What looks as if it settled each other.
    case matchProposals(MatchSide, party: String?)
    /// What a party is sent of its account (对账单).
    /// In one currency; the book's own where none is named.
    case partyStatement(
        MatchSide, party: String, branch: String?, from: String, to: String,
        currency: String? = nil)
    case invoices(party: String?, openOnly: Bool)
    case debts
    /// What cards and the like took by day, and what of it came.
    case tenders(branch: String?, from: String, to: String)
    /// A bank's statement beside what is booked.
    case bankStatement(bank: String, from: String, to: String, currency: String? = nil)
    /// Who was refused, took something along, or changed who may.
    case auditLog(branch: String?, limit: Int)
    /// Two sides of everything that should agree.
    case reconcile(branch: String?)
    /// Charts of accounts.
    case charts
    case chart(name: String)
    /// What branches charged each other, and what became of it.
    case charges(branch: String?, openOnly: Bool, limit: Int)
    case periods(branch: String?)
    /// What this node's branch has to end before it is closed up to a day.
    case closeCheck(through: String)
    case seals
    case recurring
    /// What other currencies are worth, by days.
    case rates
    /// What accounts hold of other currencies.
    case currencies(branch: String?, asAt: String?)
    /// What came too late for its period.
    case lateEntries(limit: Int)
    case tasks(TaskFilter)
    case task(number: String)
    case notices
    case notice(number: String)
    /// What waits for a person, or at a branch.
    case todo(TodoFilter)
    case targets(branch: String?)
    /// Targets of a month, and what was reached.
    case targetReport(month: String, branch: String?)
    /// How all branches did in a month, and in those before it.
    case league(month: String, measure: String?)
    /// Where money came from and went to.
    case cash(StatementFilter)
    /// The entries that a document stands in, with their signatures.
    case entries(number: String)
    /// What an export or an auditor's package is made of.
    case handingOn(HandingOnQuery)

    package static let limitMax = 10_000
}
