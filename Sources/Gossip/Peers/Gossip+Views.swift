import Replica
import Sodium

// Whom to talk to. Up to 8 known peers: all of them. Beyond that a partial view after Leitão, Pereira,
// Rodrigues, "HyParView" (2007), with links that both ends keep: 6 are sought, above 7 the slowest
// goes, but never one of the two farthest, which keep the company in one piece, and never one whose
// peer would be left with fewer than it seeks.

extension Gossip {
    static let meshMax = 8
    static let linksWanted = 6
    static let linksEnough = 7
    /// Above this a link may go though its peer has then to look for another.
    static let linksFarTooMany = 10
    static let seekingLinksMax = 24
    static let helloSample = 7
    static let shuffleSample = 3

    var viewsAt: Instant? { views.at }

    var connectedNodes: Set<NodeID> { Set(links.peers) }

    mutating func contactsToTell(_ me: NodeID) -> [Contact] {
        guard views.isPartial else { return dialer.contacts(self: me) }
        return dialer.sample(Self.helloSample, self: me, without: nil, random: &random)
    }

    /// Whether a link carries any of what is kept here: the roster alone makes nobody a neighbour,
    /// unless it is all there is.
    private func isUseful(_ id: LinkID) -> Bool {
        guard let common = links[id]?.common else { return false }
        return common.count > (common.contains(.roster) ? 1 : 0) || scopes.byName.count <= 1
    }

    private var usefulLinks: [LinkID] { ready.filter(isUseful) }

    /// Links that both keep a scope, at least; of the scope that has fewest.
    private func coverage(without id: LinkID? = nil) -> Int {
        scopes.byName.filter { $0.scope != .roster }.map { kept in
            ready.filter { $0 != id && links[$0]?.common.contains(kept.scope) == true }.count
        }.min() ?? .max
    }

    /// How many more links to begin now, the dials under way counted.
    private func dialsWanted(_ connected: Set<NodeID>, at now: Instant) -> Int {
        let underWay = dialer.connecting(besides: connected)
        let missing = Self.linksWanted - usefulLinks.count - underWay
        if missing > 0, links.count < Self.seekingLinksMax { return missing }
        let maySeek = underWay == 0 && links.count < Self.seekingLinksMax
        return maySeek && coverage() == 0 && views.seekAt.map { $0 <= now } ?? true ? 1 : 0
    }

    // MARK: Times

    /// Works out the times again where links or addresses changed. Cost: linear in both.
    mutating func refreshViews(_ me: NodeID, at now: Instant) {
        guard views.isStale || views.dialerChanges != dialer.changes else { return }
        let connected = connectedNodes.union([me])
        views.isPartial = dialer.count(besides: connected.subtracting([me])) > Self.meshMax
        views.dialAt = dialer.nextDue(connected: connected)
        if views.isPartial {
            let underWay = dialer.connecting(besides: connected)
            let mayDial = links.count < Self.seekingLinksMax
            let isShort = mayDial && usefulLinks.count + underWay < Self.linksWanted
            if !isShort {
                let mustSeek = mayDial && underWay == 0 && coverage() == 0
                views.dialAt = mustSeek ? views.dialAt.map { max($0, views.seekAt ?? $0) } : nil
            } else if views.dialAt == nil {
                views.hurryShuffle()
            }
            if views.trimAt == nil, usefulLinks.count > Self.linksEnough {
                scheduleTrim(at: now)
            }
            if views.tellAt == nil, ready.contains(where: isToldWrong) {
                views.tellAt = now.advanced(byMilliseconds: ViewState.tellMilliseconds)
            }
        }
        views.isStale = false
        views.dialerChanges = dialer.changes
    }

    private mutating func scheduleTrim(at now: Instant) {
        views.trimAt = now.advanced(byMilliseconds: 2_000 + Int64(random.next() % 5_000))
    }

    mutating func tickViews(_ holdings: some Holdings, at now: Instant) throws {
        guard let at = views.at, at <= now else { return }
        let connected = connectedNodes.union([holdings.node])
        dial(connected, at: now)
        guard views.isPartial else { return }
        if let at = views.tellAt, at <= now { tellLinks() }
        if let at = views.trimAt, at <= now { trim(at: now) }
        if let at = views.shuffleAt, at <= now { shuffle(holdings.node, connected, at: now) }
    }

    private mutating func dial(_ connected: Set<NodeID>, at now: Instant) {
        guard let at = views.dialAt, at <= now else { return }
        views.isStale = true
        guard views.isPartial else {
            for address in dialer.due(connected: connected, at: now) { dial(address) }
            return
        }
        let wanted = dialsWanted(connected, at: now)
        if wanted == 1, usefulLinks.count >= Self.linksWanted { views.sought(at: now) }
        for _ in 0..<wanted { dialOne(connected, at: now) }
    }

    private mutating func dialOne(_ connected: Set<NodeID>, at now: Instant) {
        let due = dialer.due(connected: connected, at: now)
        let isAny = random.next() % 3 == 0
        if let address = dialer.choice(of: due, isAny: isAny, random: &random) { dial(address) }
    }

    private mutating func dial(_ address: String) {
        dialer.dials(address)
        outputs.append(.connect(address: address))
    }
}

// MARK: Keeping the view

extension Gossip {
    /// Below what is sought, just that, or more: all that a peer's decisions rest on.
    private static func grade(_ links: UInt64) -> UInt64 {
        min(max(links, UInt64(linksWanted) - 2), UInt64(linksWanted))
    }

    private func isToldWrong(_ id: LinkID) -> Bool {
        let others = UInt64(max(ready.count - 1, 0))
        return links[id].map { Self.grade($0.linksTold) != Self.grade(others) } ?? false
    }

    private mutating func tellLinks() {
        views.tellAt = nil
        let others = UInt64(max(ready.count - 1, 0))
        for id in ready where isToldWrong(id) {
            links[id]?.linksTold = others
            send(.view(View(wantsReply: false, links: others, contacts: [])), on: id)
        }
    }

    /// Lets go of the slowest link that both can spare.
    private mutating func trim(at now: Instant) {
        views.trimAt = nil
        let useful = usefulLinks
        guard useful.count > Self.linksEnough else { return }
        scheduleTrim(at: now)
        let spare = UInt64(Self.linksWanted) - (useful.count > Self.linksFarTooMany ? 1 : 0)
        let slowestFirst = useful.sorted { a, b in
            (links[a]?.roundTripMilliseconds ?? 0, a) > (links[b]?.roundTripMilliseconds ?? 0, b)
        }
        let chosen = slowestFirst.dropFirst(2).first { id in
            guard let link = links[id], link.peerLinks >= spare,
                link.roundTripMilliseconds != nil, link.fetching.isEmpty, link.serving.isEmpty
            else { return false }
            return coverage(without: id) >= 2
        }
        if let chosen {
            dialer.rest(links[chosen]?.peer, links[chosen]?.address, at: now)
            close(chosen, .enough)
        }
    }

    private mutating func shuffle(
        _ me: NodeID, _ connected: Set<NodeID>, at now: Instant
    ) {
        views.scheduleShuffle(at: now, random: &random)
        guard !ready.isEmpty else { return }
        let id = ready[Int(random.next() % UInt64(ready.count))]
        sendView(wantsReply: true, on: id, me)
        // One more for a while: the slowest goes, which may be the new one.
        // Trials end with the first shuffles, used or not: views stand still after that.
        if views.takeTrial(), (Self.linksWanted...Self.linksEnough).contains(usefulLinks.count),
            dialer.connecting(besides: connected) == 0
        {
            dialOne(connected, at: now)
            if usefulLinks.count == Self.linksWanted { dialOne(connected, at: now) }
        }
    }

    private mutating func sendView(wantsReply: Bool, on id: LinkID, _ me: NodeID) {
        let others = UInt64(max(ready.count - 1, 0))
        links[id]?.linksTold = others
        let contacts = dialer.sample(
            Self.shuffleSample, self: me, without: links[id]?.peer, random: &random)
        send(.view(View(wantsReply: wantsReply, links: others, contacts: contacts)), on: id)
    }

    mutating func received(
        _ view: View, on id: LinkID, _ holdings: some Holdings, at now: Instant
    ) {
        links[id]?.peerLinks = view.links
        if !view.contacts.isEmpty {
            dialer.learn(
                view.contacts, self: holdings.node, connected: connectedNodes, random: &random)
        }
        if view.wantsReply { sendView(wantsReply: false, on: id, holdings.node) }
    }
}
