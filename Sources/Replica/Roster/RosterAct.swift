package import Sodium

/// One act of an administrator on the roster.
package enum RosterAct: Hashable, Sendable {
    /// Genesis: the first administrator is its author.
    case found(Founding)
    case addEntity(name: String, currency: CurrencyCode)
    case addBranch(BranchFacts)
    case admit(Admission)
    case changeGrants(node: NodeID, grants: [Grant])
    case nameKeeper(branch: BranchCode, node: NodeID)
    /// The commitment names the epoch; two administrators may open epochs concurrently.
    case openEpoch(scope: Scope, commitment: Digest)
    /// A scope key or pair key, sealed to one member's box key.
    case handKey(KeyHandout)
    case invite(Invitation)
    case withdrawInvitation(id: Digest)
    case revoke(Cut)
    case nameAdministrator(NodeID)
    /// The node stays a member; of its acts those count that the cut reaches.
    case removeAdministrator(Cut)
    /// Of the key that stands above all administrators.
    case recover(Recovery)

    package static let textBytesMax = 200
    package static let grantsMax = 64
    package static let headsMax = 256
    /// A node starts another incarnation when it was restored: once in years.
    package static let limitsMax = 256
}

package struct Founding: Hashable, Sendable {
    package let name: String
    package let currency: CurrencyCode
    /// Decimal places of the book's ledger for that currency: 0 to 6.
    package let scale: UInt8
    /// Outranks every administrator, and only changes administrators.
    package let recovery: PublicKey
    package let transport: AgreementPublicKey
    package let box: AgreementPublicKey
    /// Commitment of the roster's own first epoch.
    package let rosterEpoch: Digest

    package init(
        name: String, currency: CurrencyCode, scale: UInt8, recovery: PublicKey,
        transport: AgreementPublicKey, box: AgreementPublicKey, rosterEpoch: Digest
    ) {
        self.name = name
        self.currency = currency
        self.scale = scale
        self.recovery = recovery
        self.transport = transport
        self.box = box
        self.rosterEpoch = rosterEpoch
    }
}

package struct BranchFacts: Hashable, Sendable {
    package let code: BranchCode
    package let name: String
    package let entity: String
    package let isHeadOffice: Bool
    /// From these and another branch's secrets the keys of the pair scopes follow.
    package let tradePairKey: AgreementPublicKey
    package let moneyPairKey: AgreementPublicKey

    package init(
        code: BranchCode, name: String, entity: String, isHeadOffice: Bool,
        tradePairKey: AgreementPublicKey, moneyPairKey: AgreementPublicKey
    ) {
        self.code = code
        self.name = name
        self.entity = entity
        self.isHeadOffice = isHeadOffice
        self.tradePairKey = tradePairKey
        self.moneyPairKey = moneyPairKey
    }
}

/// What a node may write, and so read; or read alone.
package enum Grant: Hashable, Comparable, Sendable {
    /// Master data and published figures: `catalog`, `board`.
    case catalog
    /// `trade/<branch>` and the `between` scopes of that branch.
    case trade(BranchCode)
    /// `money/<branch>` and the `between-money` scopes of that branch.
    case money(BranchCode)
    /// Reads `trade/<branch>` and its `between` scopes: head office, or a complete replica.
    case readTrade(BranchCode)
    /// Reads `money/<branch>` and its `between-money` scopes.
    case readMoney(BranchCode)
}

package struct Admission: Hashable, Sendable {
    package let node: NodeID
    package let name: String
    package let transport: AgreementPublicKey
    package let box: AgreementPublicKey
    package let branch: BranchCode
    package let grants: [Grant]
    package let series: Series
    /// The invitation that was used, if one was.
    package let invitation: Digest?

    package init(
        node: NodeID, name: String, transport: AgreementPublicKey, box: AgreementPublicKey,
        branch: BranchCode, grants: [Grant], series: Series, invitation: Digest?
    ) {
        self.node = node
        self.name = name
        self.transport = transport
        self.box = box
        self.branch = branch
        self.grants = grants
        self.series = series
        self.invitation = invitation
    }
}

package struct KeyHandout: Hashable, Sendable {
    package enum Subject: Hashable, Sendable {
        case scope(Scope)
        case tradePair(BranchCode)
        case moneyPair(BranchCode)
    }

    package let subject: Subject
    package let to: NodeID
    package let sealed: [UInt8]

    package init(subject: Subject, to: NodeID, sealed: [UInt8]) {
        self.subject = subject
        self.to = to
        self.sealed = sealed
    }

    /// A 32-byte key and the box around it.
    package static let sealedBytes = 32 + SealedBox.overheadBytes
}

package struct Invitation: Hashable, Sendable {
    /// Hash of the one-time secret.
    package let id: Digest
    package let branch: BranchCode
    package let grants: [Grant]
    package let expiresMilliseconds: Int64

    package init(id: Digest, branch: BranchCode, grants: [Grant], expiresMilliseconds: Int64) {
        self.id = id
        self.branch = branch
        self.grants = grants
        self.expiresMilliseconds = expiresMilliseconds
    }
}

/// What of an author's logs counts. What lies above is void.
///
/// - Of a log that is named: what its head reaches.
/// - Of another log: the commits up to the limit of its incarnation.
/// - Of an incarnation that is not named: nothing. A lower one can be written on as well as the highest.
///
/// The heads are the stronger bound, since an author chooses the numbers of its commits. Logs that are
/// not there yet are named at entry 0; what remains are those of scopes that the administrator does not
/// keep.
package struct Cut: Hashable, Sendable {
    package let node: NodeID
    /// By incarnation, ascending, each once.
    package let limits: [Limit]
    package let heads: [LogHead]
    private let reach: [LogID: UInt64]

    package struct Limit: Hashable, Comparable, Sendable {
        package let incarnation: UInt64
        package let commit: UInt64

        package init(incarnation: UInt64, commit: UInt64) {
            self.incarnation = incarnation
            self.commit = commit
        }

        package static func < (a: Self, b: Self) -> Bool {
            (a.incarnation, a.commit) < (b.incarnation, b.commit)
        }
    }

    package struct LogHead: Hashable, Sendable {
        package let log: LogID
        package let head: Head

        package init(log: LogID, head: Head) {
            self.log = log
            self.head = head
        }
    }

    /// - Parameter limits: of one incarnation the highest counts.
    package init(node: NodeID, limits: some Sequence<Limit>, heads: [LogHead]) {
        self.node = node
        self.limits = Dictionary(
            limits.map { ($0.incarnation, $0) }, uniquingKeysWith: { max($0, $1) }
        ).values.sorted()
        self.heads = heads
        reach = Dictionary(
            heads.map { ($0.log, $0.head.seq) }, uniquingKeysWith: { max($0, $1) })
    }

    /// Does a commit of this author lie above the cut? Cost: the number of its incarnations.
    ///
    /// - Parameter place: of the entry; nil where the commit alone is asked about.
    package func isBelow(
        _ commit: UInt64, incarnation: UInt64, at place: (log: LogID, seq: UInt64)? = nil
    ) -> Bool {
        if let place, let last = reach[place.log] { return place.seq > last }
        guard let limit = limits.last(where: { $0.incarnation == incarnation }) else { return true }
        return commit > limit.commit
    }

    /// Does it name this log, and this place in it or a later one?
    package func reaches(_ log: LogID, _ seq: UInt64) -> Bool {
        reach[log].map { $0 >= seq } ?? false
    }

    /// Of two cuts what either lets count, counts: the highest of each incarnation, and of each log that
    /// both name. The order does not matter.
    package func joined(with other: Cut) -> Cut {
        let theirs = Dictionary(
            other.heads.map { ($0.log, $0.head) }, uniquingKeysWith: { first, _ in first })
        let heads = heads.compactMap { mine -> LogHead? in
            guard let their = theirs[mine.log] else { return nil }
            let isLess = (mine.head.seq, mine.head.hash) < (their.seq, their.hash)
            return isLess ? LogHead(log: mine.log, head: their) : mine
        }
        return Cut(
            node: node, limits: limits + other.limits,
            heads: heads.sorted { $0.log.digest < $1.log.digest })
    }
}
