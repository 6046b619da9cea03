import Books
import Gossip
import Replica
import Sodium
import Store

/// What people ask and say about peers.
extension Engine {
    var isOnline: Bool { gossip.isOnline }
    var peersConnected: Int { Set(gossip.peers.compactMap(\.node)).count }

    func peers(at now: Instant) throws -> Report {
        let standing = try needStanding()
        var report = Report(
            schema: "branchbook.peers/1", title: "Peers",
            columns: [
                .text("name", "Name"), .text("branch", "Branch"), .text("state", "State"),
                .text("address", "Address"), .number("seconds", "Since, s"),
                .number("behind", "We lack"), .number("ahead", "It lacks"),
                .number("received", "Received, B"), .number("sent", "Sent, B"),
                .number("roundTrip", "Round trip, ms"), .number("skew", "Clock, ms"),
            ])
        var met: Set<NodeID> = []
        for peer in gossip.peers {
            let member = peer.node.flatMap { standing.roster.nodes[$0]?.admission }
            if let node = peer.node { met.insert(node) }
            report.rows.append([
                .text(member?.name ?? peer.node?.short ?? "?"), .optional(member?.branch.text),
                .text(peer.node == nil ? "greeting" : "connected"), .optional(peer.address),
                .integer((now.milliseconds - peer.since.milliseconds) / 1_000),
                .integer(Int64(clamping: peer.behind)), .integer(Int64(clamping: peer.ahead)),
                .integer(Int64(clamping: peer.bytesReceived)),
                .integer(Int64(clamping: peer.bytesSent)),
                peer.roundTripMilliseconds.map { .integer($0) } ?? .empty,
                peer.skewMilliseconds.map { .integer($0) } ?? .empty,
            ])
        }
        let others = standing.roster.nodes.values.map(\.admission)
            .filter { $0.node != standing.node && !met.contains($0.node) }
            .sorted { $0.name < $1.name }
        let addresses = gossip.dialer.addresses
        for member in others {
            let known = addresses.first { $0.node == member.node }?.address
            let state = standing.roster.isMember(member.node) ? "away" : "revoked"
            report.rows.append(
                [.text(member.name), .text(member.branch.text), .text(state), .optional(known)]
                    + Array(repeating: .empty, count: 7))
        }
        for (address, node) in addresses where node == nil {
            report.rows.append(
                [.text("?"), .empty, .text("not reached"), .text(address)]
                    + Array(repeating: .empty, count: 7))
        }
        report.facts.append(.init("online", "Talks to peers", .flag(isOnline)))
        return report
    }

    /// Stops or resumes talking to peers; remembered over a restart.
    func setOnline(_ isOnline: Bool, at now: Instant) throws -> Outcome {
        try store.set("online", isOnline ? "1" : "0")
        gossip.isOnline = isOnline && options.talksToPeers
        if isOnline { gossip.dialer.retryNow() } else { gossip.closeAll(.offline) }
        return Outcome(
            subject: isOnline ? "online" : "offline",
            summary: isOnline ? "talks to peers again" : "talks to nobody until `online`")
    }

    func addPeer(_ address: String) throws -> Outcome {
        guard Self.isAddress(address) else {
            throw Refusal(
                .badOption, "\(address) is not an address", next: "write it as host:port")
        }
        try store.keep(address: address, node: nil)
        gossip.dialer.add(address)
        return Outcome(subject: address, summary: "will be dialled")
    }

    func removePeer(_ address: String) throws -> Outcome {
        try store.forget(address: address)
        gossip.dialer.remove(address)
        return Outcome(subject: address, summary: "forgotten")
    }

    /// `host:port`, at most 255 bytes.
    package static func isAddress(_ text: String) -> Bool {
        guard (3...255).contains(text.utf8.count), let colon = text.lastIndex(of: ":"),
            colon != text.startIndex, let port = UInt16(text[text.index(after: colon)...])
        else { return false }
        return port > 0
    }

    func holders(of log: LogID, seq: UInt64, in scope: String) throws -> Int {
        guard let scope = Scope(scope),
            let name = try store.logs(in: scope).first(where: { $0.log == log })?.name
        else { return 0 }
        return gossip.holders(of: name, upTo: seq).count
    }
}
