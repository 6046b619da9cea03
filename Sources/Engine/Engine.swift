package import Books
import Gossip
package import Replica
package import Sodium
package import Store

/// One branch's whole behaviour without a socket, a thread or a clock: the same object in the daemon,
/// in a command that opens the directory itself, and in the simulator.
///
/// One call of `handle` is one batch: one SQLite transaction and one sync. Effects are for after it.
package final class Engine {
    package let store: Store
    package internal(set) var credentials: Credentials
    var random: AnyRandom
    /// Minutes that the branch's wall clock is ahead of UTC: decides what day it is.
    package let utcOffsetMinutes: Int
    /// Who acts where a command names nobody.
    let person: String

    var standing: Standing?
    var author: Author?
    let options: Options
    var gossip: Gossip
    var links: [LinkID: LinkRole] = [:]
    var joining: Joining?
    var waiting: [Waiting] = []
    var verifying: Verifying?
    /// What the keys that open a handshake were worked out from; nil before the shell was told any.
    var accepted: Accepted?
    var needsSave = false
    /// In whose name the request is that is being answered; nil where nobody is asked.
    var actor: Actor?
    /// The request that is being answered.
    var asking: RequestID?
    /// Told how far a long request is, from within `handle`; for a person's patience alone.
    package var onProgress: ((RequestID, ProgressCount) -> Void)?
    /// When pools that moved are folded, if nobody asks for anything until then.
    var foldAt: Instant?
    /// Are pools to be folded then, or sums of days made?
    var foldsPools = false
    /// Has anything moved since all sums of days were made?
    var makesDays = false
    /// The list of what the holder has to look at was longer than one batch takes.
    var hasMoreDue = false
    /// When the next round is made; what the store was after the last one, and on which day all was told.
    var roundAt: Instant?
    /// When the books are held against each other the next time; what that found last.
    var reconcileAt: Instant?
    /// The day on which the keeper last looked at what comes back every month.
    var recurringDay: Day?
    var reconciled: Reconciled?
    var roundRevision: UInt64?
    var toldDay: Day?
    /// The day at whose beginning the end of the last one was bookmarked.
    var bookmarkedDay: Day?
    /// When pools that moved are looked at for what their shipments cost.
    var keeperAt: Instant?
    /// What peers say that they hold of own logs and we do not.
    var claims: [NodeID: Claim] = [:]
    /// Peers for whose word an incarnation was begun; nothing they said was proven since.
    var believed: Set<NodeID> = []
    /// Own logs that are compared with a peer's history.
    var walks: [LogName: HistoryWalk] = [:]
    /// On which links else another history of an own log was claimed, and where.
    var rivals: [LogName: [LinkID: UInt64]] = [:]
    /// This process chose the incarnation that it writes in.
    var choseIncarnation = false
    /// How far own logs were handed to peers: in this batch, and as the store knows it.
    let publication = Publication()
    var published: [LogName: UInt64] = [:]
    /// The mark as it stands beside the database.
    var marked: HighWaterMark?
    /// Why this engine does nothing any more.
    package internal(set) var stopped: Refusal?
    /// Logs of which a peer says that they have another history.
    var forks: [LogName: Store.ForkRow] = [:]
    /// How each peer's state compared the last time.
    var comparisons: [NodeID: Gossip.Comparison] = [:]

    /// How this node talks to others.
    package struct Options: Sendable {
        /// Scopes kept for others, although they cannot be read here.
        package var relays: [Scope]
        /// Where this node can be reached, for others to know.
        package var ownAddresses: [String]
        /// Where to look for peers, beside what the store remembers.
        package var peers: [String]
        /// `verify` works on a copy of the database that the shell makes, so that it holds up nobody.
        package var verifiesInCopy: Bool
        /// False for a moment's visit: nobody is dialled, whatever `online` says.
        package var talksToPeers: Bool
        /// The level of the rules that this program writes and knows: another one only where an older
        /// or newer program is played.
        package var rulesLevel = LogWriter.rulesLevel
        package var waitingMax = Engine.waitingMax
        /// A copy that the node itself asks: whoever asked it was asked who they are.
        package var isCopy = false

        package init(
            relays: [Scope] = [], ownAddresses: [String] = [], peers: [String] = [],
            talksToPeers: Bool = true, verifiesInCopy: Bool = false
        ) {
            self.talksToPeers = talksToPeers
            self.verifiesInCopy = verifiesInCopy
            self.relays = relays
            self.ownAddresses = ownAddresses
            self.peers = peers
        }
    }

    /// - Parameters:
    ///   - mark: what stood beside the database; nil where nothing did.
    ///   - checks: the engine before this one stopped because its storage failed.
    /// - Throws: the store's errors for a book that cannot be read; `Refusal.damaged` for one that is
    ///   not what it was. Cost of the checks: a reading of the file, and of the own logs.
    package init(
        store: Store, credentials: Credentials, random: any RandomSource, person: String,
        utcOffsetMinutes: Int = 0, options: Options = Options(), mark: HighWaterMark? = nil,
        checks: Bool = false
    ) throws {
        self.store = store
        self.credentials = credentials
        var random = AnyRandom(random)
        gossip = Gossip(
            incarnation: credentials.membership?.incarnation ?? 1,
            seed: random.bytes(8).reduce(0) { $0 << 8 | UInt64($1) })
        self.random = random
        self.options = options
        self.person = person
        self.utcOffsetMinutes = utcOffsetMinutes
        try checkStorage(thoroughly: checks)
        try store.transact { try settleIncarnation(mark) }
        store.rulesLevel = options.rulesLevel
        try stand()
        try readOn()
        if try standing != nil && store.needsRebuild() {
            try store.transact {
                try reread()
                try store.isRebuilt()
            }
        }
        gossip.isOnline = try options.talksToPeers && store.setting("online") != "0"
        gossip.dialer.ownAddresses = options.ownAddresses
        for (address, node) in try store.addresses() {
            gossip.dialer.add(address, node: node.map { NodeID($0) })
        }
        for address in options.peers { gossip.dialer.add(address) }
        for fork in try store.forks() { forks[fork.log] = fork }
    }

    /// What a program before this one did not know, this one may.
    private func readOn() throws {
        guard let standing else { return }
        let waiting = try store.waiting().compactMap { Scope($0.scope) }
        guard !Set(waiting).isDisjoint(with: standing.keyring.scopes) else { return }
        try store.transact {
            try store.resume(roster: standing.roster) { standing.keyring.key($0, $1) }
        }
    }

    /// What the roster says of this node and what it can read: folded anew when the roster grows. An
    /// object, since every batch hands it around.
    final class Standing {
        let book: BookID
        /// Opens the first handshake message between members.
        let bookKey: PresharedKey
        let bookKeyID: PresharedKeyID
        let roster: Roster
        let keyring: Keyring
        let rosterHeads: [RosterHead]
        /// The book's own; `ledger(of:)` has a branch's.
        let ledger: Ledger?
        /// In which currencies branches keep their books.
        let currencies: OwnCurrencies
        let node: NodeID
        /// Scopes that are kept here, to read or for others, in order.
        let scopesKept: [Scope]

        var member: Roster.Member? { roster.nodes[node] }
        var isAdministrator: Bool { roster.administrators.contains(node) }
        var branch: BranchCode? { member?.admission.branch }
        var series: Series? { member?.admission.series }

        /// The branch whose statements of value are this node's to write; nil for others.
        private(set) lazy var keptBranch: BranchCode? = {
            guard let member, let branch, roster.isMember(node), roster.isKeeper(node, of: branch),
                member.grants.contains(.money(branch))
            else { return nil }
            return branch
        }()

        init(
            _ membership: Credentials.Membership, roster: Roster, keyring: Keyring,
            rosterHeads: [RosterHead], node: NodeID, relays: [Scope]
        ) {
            book = membership.book
            bookKey = PresharedKey(membership)
            bookKeyID = bookKey.id
            self.roster = roster
            self.keyring = keyring
            self.rosterHeads = rosterHeads
            ledger = roster.founding.map {
                Ledger(currency: $0.currency, scale: Int($0.scale))
            }
            currencies = roster.ownCurrencies ?? OwnCurrencies(book: .unknown)
            self.node = node
            scopesKept = Set(keyring.scopes + relays + [.roster]).sorted()
        }
    }

    /// Reads the roster and the own logs again.
    func stand() throws {
        guard let membership = credentials.membership else {
            (standing, author) = (nil, nil)
            return
        }
        let roster = try store.roster(of: membership.book)
        let keyring = Keyring(
            rosterKey: membership.rosterKey, roster: roster, node: credentials.node,
            box: credentials.box, book: membership.book,
            after: standing?.book == membership.book ? standing?.keyring : nil)
        store.sealers = roster.sealers
        let heads = try rosterHeads(roster)
        standing = Standing(
            membership, roster: roster, keyring: keyring, rosterHeads: heads,
            node: credentials.node, relays: options.relays)
        if author == nil { author = try Author(credentials, membership, store) }
    }

    /// - Throws: `Refusal` where the node belongs to no book.
    func needStanding() throws -> Standing {
        guard let standing else {
            throw Refusal(
                .noBook, "this directory holds no book",
                next: "found one with `branchbook init`, or join one with `branchbook join`")
        }
        return standing
    }
}

/// Randomness as the engine was given it: the system's, or a seed's.
package struct AnyRandom: RandomSource {
    private var source: any RandomSource

    package init(_ source: any RandomSource) { self.source = source }

    package mutating func bytes(_ count: Int) -> [UInt8] { source.bytes(count) }
}
