package import Replica
package import Sodium

/// Everything between this node and its peers after the handshake: what each of them holds, what is
/// missing on either side, and what goes out next. A value without I/O: inputs are its methods,
/// effects come out of `take`.
///
/// Laws: entries of a log are handed to the replica in order and once; a log is fetched from one peer
/// at a time; nothing of our own logs leaves before the peer's heads of their scope were compared;
/// the same inputs give the same outputs in every process.
/// Memory: `Link` says what a link takes, `LogTable` what a log takes, `Dialer` what addresses take.
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

    var links = LinkTable()
    /// The links whose peers are known, in order.
    var ready: [LinkID] = []
    var logs = LogTable()
    var scopes = ScopeList()
    /// Which link streams a log to us.
    var fetchedBy: [Int: LinkID] = [:]
    /// Logs that somebody has more of: when to ask for them.
    var wanted: [Int: Instant] = [:]
    /// The first new entry of each log that grew in this batch.
    var grown: [Int: UInt64] = [:]
    /// Logs whose upstream is gone.
    var orphans: [Int] = []
    package var dialer = Dialer()
    var views = ViewState()
    var random: SeededRandom
    var outputs: [Output] = []
    var antiEntropyAt: Instant?
    var antiEntropyMilliseconds = Gossip.antiEntropyLeastMilliseconds
    /// Told in every hello.
    package var incarnation: UInt64
    package var isOnline = true

    static let antiEntropyLeastMilliseconds: Int64 = 30_000
    static let antiEntropyMostMilliseconds: Int64 = 300_000
    static let settledMilliseconds: Int64 = 1_000
    static let graftMilliseconds: Int64 = 300
    static let pingMilliseconds: Int64 = 60_000
    static let answeringPingMilliseconds: Int64 = 75_000
    static let silentMilliseconds: Int64 = 150_000
    static let stalledMilliseconds: Int64 = 20_000
    package static let linksMax = 64
    /// Links above `linksMax` that live for two hellos: who is turned away learns of others.
    static let refusedMax = 16

    /// - Parameter seed: of jitter and of the choice among peers: nothing secret.
    package init(incarnation: UInt64, seed: UInt64) {
        self.incarnation = incarnation
        random = SeededRandom(seed: seed)
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
        links.add(
            Link(
                id: id, isInitiator: isInitiator, transport: transport, address: address, at: now))
        guard isOnline, links.count <= Self.linksMax + Self.refusedMax else {
            close(id, isOnline ? .tooMany : .offline)
            return
        }
        try refreshScopes(holdings)
        let roots = try roots(holdings)
        links[id]?.rootsTold = Self.byTag(roots)
        links[id]?.linksTold = UInt64(ready.count)
        send(
            .hello(
                Hello(
                    features: 0, node: holdings.node, incarnation: incarnation,
                    milliseconds: now.milliseconds, links: UInt64(ready.count), scopes: roots,
                    contacts: contactsToTell(holdings.node))), on: id)
    }

    /// The connection is gone, whoever ended it.
    package mutating func closed(_ id: LinkID, at now: Instant) {
        guard let link = links.remove(id) else { return }
        ready.removeAll { $0 == id }
        views.linkEnded(isLoss: !link.isSpared)
        if let address = link.address {
            // Of two links that both sides began at once the other is still here: no rival took its place.
            let isLinked = link.peer.map(links.peers.contains) ?? false
            dialer.lost(
                address, since: link.since, toRival: link.goodbye == .duplicate && !isLinked,
                at: now, random: &random)
        }
        for log in link.fetching.keys.sorted() {
            fetchedBy[log] = nil
            wanted[log] = now
        }
        for log in 0..<logs.count where logs[log].upstream == id {
            logs[log].upstream = nil
            orphans.append(log)
        }
    }

    package mutating func connectFailed(_ address: String, at now: Instant) {
        dialer.failed(address, at: now, random: &random)
        if views.isPartial { dialer.forgetIfUseless(address) }
    }

    /// What outlives a batch that failed.
    package struct Lasting: Sendable {
        let dialer: Dialer
        let incarnation: UInt64
        let isOnline: Bool

        package init(dialer: Dialer, incarnation: UInt64, isOnline: Bool) {
            self.dialer = dialer
            self.incarnation = incarnation
            self.isOnline = isOnline
        }
    }

    /// After a batch that failed: every link is closed, and what peers said is forgotten and heard anew,
    /// as after a start.
    package mutating func startOver(from last: Lasting, at now: Instant) {
        var fresh = Gossip(incarnation: last.incarnation, seed: random.next())
        fresh.dialer = last.dialer
        fresh.isOnline = last.isOnline
        // What became of a dial may have been told in the batch.
        fresh.dialer.giveUp(at: now, random: &fresh.random)
        self = fresh
    }

    /// Says why, then ends the link.
    mutating func close(_ id: LinkID, _ reason: Bye.Reason, _ text: String = "") {
        guard links[id]?.isClosing == false else { return }
        send(.bye(Bye(reason: reason, text: String(text.prefix(100)))), on: id)
        ends(id, reason)
    }

    /// Somebody said goodbye.
    mutating func ends(_ id: LinkID, _ reason: Bye.Reason) {
        links[id]?.isClosing = true
        links[id]?.goodbye = reason
        ready.removeAll { $0 == id }
        views.isStale = true
        outputs.append(.close(id))
    }

    package mutating func closeAll(_ reason: Bye.Reason) {
        for id in links.keys { close(id, reason) }
    }

    mutating func send(_ message: Message, on id: LinkID) {
        guard links[id]?.isClosing == false, let bytes = links[id]?.write(message) else { return }
        outputs.append(.send(id, bytes))
    }

    /// A list of reaches, in as many messages as its bound asks for.
    mutating func send(
        _ reaches: [Reach], as message: ([Reach]) -> Message, on id: LinkID
    ) {
        for start in stride(from: 0, to: reaches.count, by: Message.reachesSent) {
            let page = reaches[start..<min(start + Message.reachesSent, reaches.count)]
            send(message(Array(page)), on: id)
        }
    }

    // MARK: Roots

    func roots(_ holdings: some Holdings) throws -> [ScopeRoot] {
        try scopes.byName.prefix(Message.scopesMax).map { scope in
            let (root, digest) = try holdings.root(of: scope.scope)
            return ScopeRoot(tag: scope.tag, root: root, digest: digest)
        }
    }

    static func byTag(_ roots: [ScopeRoot]) -> [ScopeTag: ScopeRoot] {
        Dictionary(roots.map { ($0.tag, $0) }, uniquingKeysWith: { first, _ in first })
    }

    /// Tells a peer every root, or those that are not as it was last told and stand still.
    mutating func sendRoots(
        isComplete: Bool, wantsReply: Bool, on id: LinkID, _ holdings: some Holdings,
        at now: Instant? = nil
    ) throws {
        let all = try roots(holdings)
        var news = all
        if !isComplete {
            let told = links[id]?.rootsTold ?? [:]
            news = all.filter { root in
                told[root.tag] != root
                    && now.map { scopes.isSettled(root.tag, at: $0) } ?? true
            }
        }
        for root in news { links[id]?.rootsTold[root.tag] = root }
        send(
            .roots(Roots(wantsReply: wantsReply, isComplete: isComplete, scopes: news)), on: id)
    }

    // MARK: Logs

    mutating func ownSeq(_ log: Int, _ holdings: some Holdings) throws -> UInt64 {
        if let seq = logs[log].held { return seq }
        let seq = try holdings.head(of: logs.names[log])?.seq ?? 0
        logs[log].held = seq
        return seq
    }

    /// Nil for a scope that is not kept here.
    mutating func number(_ reference: LogReference) -> Int? {
        guard let scope = scopes.kept[reference.tag] else { return nil }
        return logs.number(
            of: reference,
            LogName(
                author: reference.author, incarnation: reference.incarnation, scope: scope))
    }

    mutating func number(_ name: LogName, _ book: BookID) -> Int? {
        logs.number(of: reference(name, book), name)
    }

    private mutating func reference(_ name: LogName, _ book: BookID) -> LogReference {
        LogReference(
            tag: scopes.tag(of: name.scope, in: book), author: name.author,
            incarnation: name.incarnation)
    }

    mutating func refreshScopes(_ holdings: some Holdings) throws {
        try scopes.refresh(holdings.scopes(), in: holdings.book)
    }
}
