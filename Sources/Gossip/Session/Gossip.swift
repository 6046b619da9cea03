package import Replica
package import Sodium

/// Everything between this node and its peers after the handshake: what each of them holds, what is
/// missing on either side, and what goes out next. A value without I/O: inputs are its methods,
/// effects come out of `take`.
///
/// Laws: entries of a log are handed to the replica in order and once; a log is fetched from one peer
/// at a time; nothing of our own logs leaves before the peer's heads of their scope were compared.
package struct Gossip: Sendable {
    package enum Output: Hashable, Sendable {
        case send(LinkID, [UInt8])
        case close(LinkID)
        case connect(address: String)
        /// To be verified and stored; answered by `applied` or `refused` before anything else.
        case apply(LinkID, LogName, RunMessage)
        /// A peer holds more of our own log than we do: a backup was restored here.
        case ownLogAhead(LogName, LinkID)
        case forked(LogName, seq: UInt64, LinkID)
        /// Entries of an own log on which the peer holds another history: what `askOwnHistory` asked.
        case ownHistory(LinkID, LogName, RunMessage)
        /// How a peer's roots and digests stand against ours.
        case compared(NodeID, Comparison)
        case met(NodeID, LinkID)
    }

    package struct Comparison: Hashable, Sendable {
        /// Scopes with the same entries here and there, and the same state.
        package var equal: [Scope] = []
        /// The same entries and another state: somebody's projection is wrong.
        package var differing: [Scope] = []
        /// Other entries: sync is under way.
        package var unequal: [Scope] = []
    }

    var links: [LinkID: Link] = [:]
    /// Which link streams a log to us.
    var fetchedBy: [LogName: LinkID] = [:]
    /// Logs that somebody has more of: when to ask for them.
    var wanted: [LogName: Instant] = [:]
    /// The first new entry of each log that grew in this batch.
    var grown: [LogName: UInt64] = [:]
    var held: [LogName: UInt64] = [:]
    package var dialer: Dialer
    var random: SeededRandom
    var outputs: [Output] = []
    var antiEntropyAt: Instant?
    var antiEntropyMilliseconds = Gossip.antiEntropyLeastMilliseconds
    /// Told in every hello.
    package var incarnation: UInt64
    package var isOnline = true

    static let antiEntropyLeastMilliseconds: Int64 = 30_000
    static let antiEntropyMostMilliseconds: Int64 = 300_000
    static let graftMilliseconds: Int64 = 300
    static let pingMilliseconds: Int64 = 60_000
    static let silentMilliseconds: Int64 = 150_000
    static let stalledMilliseconds: Int64 = 20_000
    package static let linksMax = 64

    /// - Parameter seed: of jitter and of the choice among peers: nothing secret.
    package init(incarnation: UInt64, seed: UInt64) {
        self.incarnation = incarnation
        random = SeededRandom(seed: seed)
        dialer = Dialer()
    }

    /// What is to be done, in order.
    package mutating func take() -> [Output] {
        defer { outputs = [] }
        return outputs
    }

    // MARK: Links

    /// A channel with a key of the book is established.
    package mutating func connected(
        _ id: LinkID, isInitiator: Bool, transport: AgreementPublicKey, address: String?,
        _ holdings: some Holdings, at now: Instant
    ) throws {
        let link = Link(
            id: id, isInitiator: isInitiator, transport: transport, address: address, at: now)
        guard isOnline, links.count < Self.linksMax else {
            links[id] = link
            close(id, isOnline ? .tooMany : .offline)
            return
        }
        links[id] = link
        let roots = try roots(holdings)
        links[id]?.rootsTold = Self.byTag(roots)
        send(
            .hello(
                Hello(
                    features: 0, node: holdings.node, incarnation: incarnation,
                    milliseconds: now.milliseconds, scopes: roots,
                    contacts: dialer.contacts(self: holdings.node))), on: id)
    }

    /// The connection is gone, whoever ended it.
    package mutating func closed(_ id: LinkID, at now: Instant) {
        guard let link = links.removeValue(forKey: id) else { return }
        if let address = link.address { dialer.lost(address, at: now, random: &random) }
        for log in link.fetching.keys.sorted() {
            fetchedBy[log] = nil
            wanted[log] = now
        }
    }

    package mutating func connectFailed(_ address: String, at now: Instant) {
        dialer.failed(address, at: now, random: &random)
    }

    /// Says why, then ends the link.
    mutating func close(_ id: LinkID, _ reason: Bye.Reason, _ text: String = "") {
        guard links[id]?.isClosing == false else { return }
        send(.bye(Bye(reason: reason, text: String(text.prefix(100)))), on: id)
        links[id]?.isClosing = true
        outputs.append(.close(id))
    }

    package mutating func closeAll(_ reason: Bye.Reason) {
        for id in links.keys.sorted() { close(id, reason) }
    }

    mutating func send(_ message: Message, on id: LinkID) {
        guard var link = links[id], !link.isClosing else { return }
        let bytes = message.bytes(&link.outgoing)
        link.bytesSent += UInt64(bytes.count)
        links[id] = link
        outputs.append(.send(id, bytes))
    }

    /// The links whose peers are known, in order.
    var ready: [LinkID] {
        links.values.filter { $0.peer != nil && !$0.isClosing }.map(\.id).sorted()
    }

    func roots(_ holdings: some Holdings) throws -> [ScopeRoot] {
        try holdings.scopes().sorted().prefix(Message.scopesMax).map { scope in
            let (root, digest) = try holdings.root(of: scope)
            return ScopeRoot(
                tag: ScopeTag(scope, in: holdings.book), root: root, digest: digest)
        }
    }

    static func byTag(_ roots: [ScopeRoot]) -> [ScopeTag: ScopeRoot] {
        Dictionary(roots.map { ($0.tag, $0) }, uniquingKeysWith: { first, _ in first })
    }

    /// Tells a peer every root, or those that are not as it was last told.
    mutating func sendRoots(
        isComplete: Bool, wantsReply: Bool, on id: LinkID, _ holdings: some Holdings
    ) throws {
        let all = try roots(holdings)
        let told = links[id]?.rootsTold ?? [:]
        links[id]?.rootsTold = Self.byTag(all)
        let news = isComplete ? all : all.filter { told[$0.tag] != $0 }
        send(
            .roots(Roots(wantsReply: wantsReply, isComplete: isComplete, scopes: news)), on: id)
    }

    mutating func ownSeq(_ log: LogName, _ holdings: some Holdings) throws -> UInt64 {
        if let seq = held[log] { return seq }
        let seq = try holdings.head(of: log)?.seq ?? 0
        held[log] = seq
        return seq
    }

    /// Nil for a scope that is not kept here.
    func name(_ reference: LogReference, _ scopes: [ScopeTag: Scope]) -> LogName? {
        scopes[reference.tag].map {
            LogName(author: reference.author, incarnation: reference.incarnation, scope: $0)
        }
    }

    func scopesByTag(_ holdings: some Holdings) throws -> [ScopeTag: Scope] {
        Dictionary(
            try holdings.scopes().map { (ScopeTag($0, in: holdings.book), $0) },
            uniquingKeysWith: { first, _ in first })
    }
}

// MARK: What people ask

extension Gossip {
    package struct PeerState: Hashable, Sendable {
        package let link: LinkID
        package let node: NodeID?
        package let address: String?
        package let isInitiator: Bool
        package let since: Instant
        package let roundTripMilliseconds: Int64?
        package let skewMilliseconds: Int64?
        package let bytesReceived: UInt64
        package let bytesSent: UInt64
        /// Entries the peer is known to hold that we do not.
        package let behind: UInt64
        /// Entries we hold that the peer is not known to hold durably.
        package let ahead: UInt64
    }

    /// Who is at the other end, once it said so.
    package func node(of id: LinkID) -> NodeID? { links[id]?.peer }

    package var peers: [PeerState] {
        links.values.filter { !$0.isClosing }.sorted { $0.id < $1.id }.map { link in
            var (behind, ahead) = (UInt64(0), UInt64(0))
            // A peer may claim any seq of many logs: the sum stays at the greatest number.
            for (log, seq) in link.reach {
                let missing = seq > held[log] ?? 0 ? seq - (held[log] ?? 0) : 0
                let (sum, over) = behind.addingReportingOverflow(missing)
                behind = over ? .max : sum
            }
            for (log, seq) in held where link.common.contains(log.scope) {
                let durable = link.durable[log] ?? 0
                ahead += seq > durable ? seq - durable : 0
            }
            return PeerState(
                link: link.id, node: link.peer, address: link.address,
                isInitiator: link.isInitiator, since: link.since,
                roundTripMilliseconds: link.roundTripMilliseconds,
                skewMilliseconds: link.skewMilliseconds, bytesReceived: link.bytesReceived,
                bytesSent: link.bytesSent, behind: behind, ahead: ahead)
        }
    }

    /// Does a connected peer hold more of this log than we do?
    package func isBehind(_ log: LogName) -> Bool {
        links.values.contains { $0.reach[log] ?? 0 > held[log] ?? 0 }
    }

    /// Peers that hold a log durably up to `seq`, as far as they said.
    package func holders(of log: LogName, upTo seq: UInt64) -> Set<NodeID> {
        Set(links.values.filter { $0.durable[log] ?? 0 >= seq }.compactMap(\.peer))
    }
}
