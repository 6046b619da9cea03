package import Replica
import Sodium

/// Whom to connect to and when: every known address whose node is not connected, with backoff.
///
/// Bounds: 256 addresses; a second after the first failure, doubled up to a minute, with jitter.
package struct Dialer: Sendable {
    struct Contact: Sendable {
        var node: NodeID?
        var failures = 0
        var nextAt: Instant?
        var isConnecting = false
    }

    var contacts: [String: Contact] = [:]
    /// Where this node itself can be reached, as its operator says.
    package var ownAddresses: [String] = []

    package static let contactsMax = 256
    static let backoffLeastMilliseconds: Int64 = 1_000
    static let backoffMostMilliseconds: Int64 = 60_000

    /// An address from the configuration, an invitation or the store.
    package mutating func add(_ address: String, node: NodeID? = nil) {
        guard contacts[address] == nil, contacts.count < Self.contactsMax,
            !ownAddresses.contains(address),
            (1...Message.addressBytesMax).contains(address.utf8.count)
        else { return }
        contacts[address] = Contact(node: node)
    }

    package mutating func remove(_ address: String) { contacts[address] = nil }

    /// Every address with the node that was last reached there, in order.
    package var addresses: [(address: String, node: NodeID?)] {
        contacts.sorted { $0.key < $1.key }.map { ($0.key, $0.value.node) }
    }

    /// What a hello tells of addresses.
    func contacts(self me: NodeID) -> [Hello.Contact] {
        var byNode: [NodeID: [String]] = [me: Array(ownAddresses.prefix(Message.addressesMax))]
        for (address, contact) in contacts.sorted(by: { $0.key < $1.key }) {
            guard let node = contact.node, byNode[node, default: []].count < Message.addressesMax
            else { continue }
            byNode[node, default: []].append(address)
        }
        return byNode.filter { !$0.value.isEmpty }
            .sorted { ($0.key == me ? 0 : 1, $0.key) < ($1.key == me ? 0 : 1, $1.key) }
            .prefix(Message.contactsMax)
            .map { Hello.Contact(node: $0.key, addresses: $0.value) }
    }

    mutating func learn(_ heard: [Hello.Contact], self me: NodeID) {
        for contact in heard where contact.node != me {
            for address in contact.addresses { add(address, node: contact.node) }
        }
    }

    /// The addresses to dial now; they count as under way from here on.
    mutating func due(connected: Set<NodeID>, at now: Instant) -> [String] {
        let due = contacts.filter { _, contact in
            !contact.isConnecting && contact.node.map { !connected.contains($0) } ?? true
                && contact.nextAt.map { $0 <= now } ?? true
        }.keys.sorted()
        for address in due { contacts[address]?.isConnecting = true }
        return due
    }

    func nextDue(connected: Set<NodeID>) -> Instant? {
        contacts.values.filter {
            !$0.isConnecting && $0.node.map { !connected.contains($0) } ?? true
        }.map { $0.nextAt ?? Instant(milliseconds: 0) }.min()
    }

    mutating func reached(_ address: String, _ node: NodeID) {
        contacts[address]?.node = node
        contacts[address]?.failures = 0
    }

    mutating func failed(_ address: String, at now: Instant, random: inout SeededRandom) {
        guard var contact = contacts[address] else { return }
        contact.isConnecting = false
        contact.failures = min(contact.failures + 1, 16)
        let backoff = min(
            Self.backoffLeastMilliseconds << Int64(contact.failures - 1),
            Self.backoffMostMilliseconds)
        contact.nextAt = now.advanced(
            byMilliseconds: backoff / 2 + Int64(random.next() % UInt64(backoff)))
        contacts[address] = contact
    }

    /// A link that we began has ended.
    mutating func lost(_ address: String, at now: Instant, random: inout SeededRandom) {
        failed(address, at: now, random: &random)
    }

    /// Forgets the backoff: after `online`, or when the network is back.
    package mutating func retryNow() {
        for address in contacts.keys { contacts[address]?.nextAt = nil }
    }
}
