package import Replica
import Sodium

// What people ask.
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
        /// Entries we hold that the peer neither acknowledged nor was told of.
        package let ahead: UInt64
    }

    /// Who is at the other end, once it said so.
    package func node(of id: LinkID) -> NodeID? { links[id]?.peer }

    package var peers: [PeerState] {
        links.values.filter { !$0.isClosing }.sorted { $0.id < $1.id }.map { link in
            var (behind, ahead) = (UInt64(0), UInt64(0))
            for log in 0..<logs.count {
                let (here, held) = (link[log], logs[log].held ?? 0)
                // A peer may claim any seq of many logs: the sum stays at the greatest number.
                let missing = here.reach > held ? here.reach - held : 0
                let (sum, over) = behind.addingReportingOverflow(missing)
                behind = over ? .max : sum
                guard link.common.contains(logs.names[log].scope) else { continue }
                let known = max(here.durable, here.isLazy ? max(here.reach, here.told) : 0)
                if held > known { ahead += held - known }
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
    package func isBehind(_ name: LogName) -> Bool {
        guard let log = known(name) else { return false }
        let held = logs[log].held ?? 0
        return links.values.contains { $0[log].reach > held }
    }

    /// Peers that hold a log durably up to `seq`, as far as they said.
    package func holders(of name: LogName, upTo seq: UInt64) -> Set<NodeID> {
        guard let log = known(name) else { return [] }
        return Set(links.values.filter { $0[log].durable >= seq }.compactMap(\.peer))
    }

    private func known(_ name: LogName) -> Int? {
        guard let tag = scopes.known(name.scope) else { return nil }
        return logs.known(
            LogReference(tag: tag, author: name.author, incarnation: name.incarnation))
    }
}
