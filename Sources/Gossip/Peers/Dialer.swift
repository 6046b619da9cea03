package import Replica
import Sodium

/// The addresses that are known, and when each may be dialled again.
///
/// Bounds: 256 addresses, of which at most 30 learned from peers are not linked (HyParView's passive
/// view); a second after the first failure, doubled up to a minute, or to five minutes where another node
/// with our name takes our place, with jitter.
package struct Dialer: Sendable {
    struct Known: Sendable {
        var node: NodeID?
        /// From the configuration, an invitation or the store: never forgotten by itself.
        var isPinned = false
        var failures = 0
        var nextAt: Instant?
        var isConnecting = false
        var roundTripMilliseconds: Int64?
    }

    private var known: [String: Known] = [:] { didSet { changes &+= 1 } }
    /// Other than before whenever an address came, went or has another time.
    private(set) var changes: UInt64 = 0
    /// Where this node itself can be reached, as its operator says.
    package var ownAddresses: [String] = []

    package static let contactsMax = 256
    static let passiveMax = 30
    static let failuresMax = 3
    static let backoffLeastMilliseconds: Int64 = 1_000
    static let backoffMostMilliseconds: Int64 = 60_000
    static let rivalBackoffMostMilliseconds: Int64 = 300_000
    static let stoodMilliseconds: Int64 = 30_000

    package init() {}

    // MARK: Knowing

    /// An address from the configuration, an invitation or the store.
    package mutating func add(_ address: String, node: NodeID? = nil) {
        if known[address] != nil {
            known[address]?.isPinned = true
            return
        }
        insert(address, Known(node: node, isPinned: true))
    }

    @discardableResult
    private mutating func insert(_ address: String, _ entry: Known) -> Bool {
        guard known.count < Self.contactsMax, !ownAddresses.contains(address),
            (1...Message.addressBytesMax).contains(address.utf8.count)
        else { return false }
        known[address] = entry
        return true
    }

    package mutating func remove(_ address: String) { known[address] = nil }

    /// Every address with the node that was last reached there, in order.
    package var addresses: [(address: String, node: NodeID?)] {
        known.sorted { $0.key < $1.key }.map { ($0.key, $0.value.node) }
    }

    /// How many other nodes an address is known of; an address nobody answered at counts as one.
    func count(besides connected: Set<NodeID>) -> Int {
        var nodes: Set<NodeID> = connected
        var nameless = 0
        for entry in known.values {
            if let node = entry.node { nodes.insert(node) } else { nameless += 1 }
        }
        return nodes.count + nameless
    }

    /// Where nodes listen, by node; at most `addressesMax` each.
    private func contacts(where isTold: (NodeID) -> Bool) -> [Contact] {
        var byNode: [NodeID: [String]] = [:]
        for (address, entry) in known.sorted(by: { $0.key < $1.key }) {
            guard let node = entry.node, isTold(node),
                byNode[node, default: []].count < Message.addressesMax
            else { continue }
            byNode[node, default: []].append(address)
        }
        return byNode.sorted { $0.key < $1.key }
            .map { Contact(node: $0.key, addresses: $0.value) }
    }

    private func own(_ me: NodeID) -> [Contact] {
        ownAddresses.isEmpty
            ? []
            : [Contact(node: me, addresses: Array(ownAddresses.prefix(Message.addressesMax)))]
    }

    /// What a small company tells in a hello: everybody.
    func contacts(self me: NodeID) -> [Contact] {
        Array((own(me) + contacts { $0 != me }).prefix(Message.contactsMax))
    }

    /// The sender, and `count` others.
    func sample(
        _ count: Int, self me: NodeID, without reader: NodeID?, random: inout SeededRandom
    ) -> [Contact] {
        var others = contacts { $0 != me && $0 != reader }
        var chosen: [Contact] = []
        while chosen.count < count, !others.isEmpty {
            let index = Int(random.next() % UInt64(others.count))
            chosen.append(others[index])
            others.swapAt(index, others.count - 1)
            others.removeLast()
        }
        return own(me) + chosen
    }

    /// Takes up addresses a peer told; those that are too many take the place of others.
    mutating func learn(
        _ heard: [Contact], self me: NodeID, connected: Set<NodeID>, random: inout SeededRandom
    ) {
        for contact in heard where contact.node != me {
            for address in contact.addresses where known[address] == nil {
                insert(address, Known(node: contact.node))
            }
        }
        var passive = known.filter { _, entry in
            !entry.isPinned && !entry.isConnecting
                && entry.node.map { !connected.contains($0) } ?? true
        }.map { (address: $0.key, failures: $0.value.failures) }
        guard passive.count > Self.passiveMax else { return }
        // Those that failed go first, then any.
        passive.sort { ($1.failures, $0.address) < ($0.failures, $1.address) }
        while passive.count > Self.passiveMax {
            let failed = passive.prefix { $0.failures > 0 }.count
            let index = failed > 0 ? 0 : Int(random.next() % UInt64(passive.count))
            known[passive.remove(at: index).address] = nil
        }
    }

    // MARK: Dialling

    private func isEligible(_ entry: Known, _ connected: Set<NodeID>) -> Bool {
        !entry.isConnecting && entry.node.map { !connected.contains($0) } ?? true
    }

    /// Dials under way to nodes that are not linked yet.
    func connecting(besides connected: Set<NodeID>) -> Int {
        known.values.filter {
            $0.isConnecting && $0.node.map { !connected.contains($0) } ?? true
        }.count
    }

    /// The addresses that may be dialled now, in order.
    func due(connected: Set<NodeID>, at now: Instant) -> [String] {
        known.filter { _, entry in
            isEligible(entry, connected) && entry.nextAt.map { $0 <= now } ?? true
        }.keys.sorted()
    }

    /// One of them: any for variety, else the nearest of three.
    func choice(
        of due: [String], isAny: Bool, random: inout SeededRandom
    ) -> String? {
        guard !due.isEmpty else { return nil }
        var best: String?
        for _ in 0..<(isAny ? 1 : 3) {
            let address = due[Int(random.next() % UInt64(due.count))]
            func trip(_ address: String) -> Int64 {
                known[address]?.roundTripMilliseconds ?? Self.unknownTripMilliseconds
            }
            if best.map({ trip(address) < trip($0) }) ?? true { best = address }
        }
        return best
    }

    /// What is not measured is taken to be in between.
    private static let unknownTripMilliseconds: Int64 = 50

    mutating func dials(_ address: String) { known[address]?.isConnecting = true }

    func nextDue(connected: Set<NodeID>) -> Instant? {
        known.values.filter { isEligible($0, connected) }
            .map { $0.nextAt ?? Instant(milliseconds: 0) }.min()
    }

    mutating func reached(_ address: String, _ node: NodeID) {
        known[address]?.node = node
    }

    mutating func measured(_ node: NodeID, roundTripMilliseconds trip: Int64) {
        for (address, entry) in known
        where entry.node == node && entry.roundTripMilliseconds != trip {
            known[address]?.roundTripMilliseconds = trip
        }
    }

    mutating func failed(_ address: String, at now: Instant, random: inout SeededRandom) {
        failed(address, most: Self.backoffMostMilliseconds, at: now, random: &random)
    }

    private mutating func failed(
        _ address: String, most: Int64, at now: Instant, random: inout SeededRandom
    ) {
        guard var entry = known[address] else { return }
        entry.isConnecting = false
        entry.failures = min(entry.failures + 1, 16)
        let backoff = min(
            Self.backoffLeastMilliseconds << Int64(entry.failures - 1), most)
        let next = now.advanced(
            byMilliseconds: backoff / 2 + Int64(random.next() % UInt64(backoff)))
        entry.nextAt = max(next, entry.nextAt ?? next)
        known[address] = entry
    }

    /// Nothing is known any more of the dials under way, nor of the links that came of any.
    mutating func giveUp(at now: Instant, random: inout SeededRandom) {
        for address in known.filter(\.value.isConnecting).keys.sorted() {
            failed(address, at: now, random: &random)
        }
    }

    /// A link that we began has ended. Only one that stood for a while makes up for failures before it:
    /// a peer that lets us in and turns us away is not asked again every second. Nor does one whose
    /// place another node with our name took: two copies of a disk would throw each other out for ever.
    mutating func lost(
        _ address: String, since: Instant, toRival: Bool, at now: Instant,
        random: inout SeededRandom
    ) {
        if !toRival, now.milliseconds - since.milliseconds >= Self.stoodMilliseconds {
            known[address]?.failures = 0
        }
        failed(
            address,
            most: toRival ? Self.rivalBackoffMostMilliseconds : Self.backoffMostMilliseconds,
            at: now, random: &random)
    }

    /// Where others are known, an address that failed again and again is not kept.
    mutating func forgetIfUseless(_ address: String) {
        guard let entry = known[address], !entry.isPinned, entry.failures >= Self.failuresMax
        else { return }
        known[address] = nil
    }

    /// A peer that has links enough is not dialled for a while.
    mutating func rest(_ node: NodeID?, _ address: String?, at now: Instant) {
        let until = now.advanced(byMilliseconds: Self.backoffMostMilliseconds)
        for (other, entry) in known where other == address || (node != nil && entry.node == node) {
            known[other]?.nextAt = until
        }
    }

    /// Forgets the backoff: after `online`, or when the network is back.
    package mutating func retryNow() {
        for address in known.keys { known[address]?.nextAt = nil }
    }
}
