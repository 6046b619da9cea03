package import Replica
import Sodium
import Wire

extension Gossip {
    /// One message of a peer. Bytes that are not one end the link.
    package mutating func received(
        _ bytes: [UInt8], on id: LinkID, _ holdings: some Holdings, at now: Instant
    ) throws {
        guard links[id]?.isClosing == false else { return }
        let message: Message
        do throws(WireError) {
            guard let read = try links[id]?.read(bytes, at: now) else { return }
            message = read
        } catch {
            close(id, .malformed, "\(error)")
            return
        }
        try refreshScopes(holdings)
        switch message {
        case .hello(let hello):
            try received(hello, on: id, holdings, at: now)
        case .bye(let bye):
            received(bye, on: id, at: now)
        default:
            guard links[id]?.peer != nil else {
                close(id, .malformed, "hello comes first")
                return
            }
            try received(message, on: id, holdings, at: now)
        }
        if links[id]?.incoming.isFull == true || links[id]?.outgoing.isFull == true {
            close(id, .renew)
        }
    }

    /// What members say to each other after both said hello.
    private mutating func received(
        _ message: Message, on id: LinkID, _ holdings: some Holdings, at now: Instant
    ) throws {
        switch message {
        case .hello, .bye: break
        case .roots(let roots):
            try compare(
                roots.scopes, isComplete: roots.isComplete, on: id, holdings, at: now)
            if roots.wantsReply {
                try sendRoots(isComplete: true, wantsReply: false, on: id, holdings)
            }
        case .heads(let heads): try received(heads, on: id, holdings, at: now)
        case .want(let want): try serve(want, on: id, holdings, at: now)
        case .graft(let reaches):
            for (log, seq) in named(reaches) {
                try grafted(log, heldUpTo: seq, on: id, holdings, at: now)
            }
        case .run(let run): try received(run, on: id, holdings, at: now)
        case .note(let reaches):
            for (log, seq) in named(reaches) { try noted(log, seq, on: id, holdings, at: now) }
        case .prune(let reference):
            if let log = number(reference) { links[id]?[log].isLazy = true }
        case .ack(let reaches):
            for (log, seq) in named(reaches) {
                // More than we hold ourselves is not an acknowledgement.
                let own = try ownSeq(log, holdings)
                links[id]?.acknowledged(log, upTo: min(seq, own))
            }
        case .ping(let ping):
            send(.pong(Ping(nonce: ping.nonce, milliseconds: now.milliseconds)), on: id)
        case .pong(let pong): received(pong, on: id, at: now)
        case .view(let view): received(view, on: id, holdings, at: now)
        }
    }

    private mutating func named(_ reaches: [Reach]) -> [(log: Int, seq: UInt64)] {
        reaches.compactMap { reach in number(reach.log).map { ($0, reach.seq) } }
    }

    private mutating func received(_ pong: Ping, on id: LinkID, at now: Instant) {
        guard let sent = links[id]?.lastPing,
            pong.nonce == Self.nonce(sent)
        else { return }
        let trip = now.milliseconds - sent.milliseconds
        links[id]?.roundTripMilliseconds = trip
        let (middle, over) = pong.milliseconds.subtractingReportingOverflow(
            sent.milliseconds + trip / 2)
        links[id]?.skewMilliseconds = over ? nil : middle
        links[id]?.lastPing = nil
        if let peer = links[id]?.peer { dialer.measured(peer, roundTripMilliseconds: trip) }
    }

    private mutating func received(_ bye: Bye, on id: LinkID, at now: Instant) {
        if bye.reason == .enough || bye.reason == .tooMany {
            dialer.rest(links[id]?.peer, links[id]?.address, at: now)
        }
        ends(id, bye.reason)
    }

    private mutating func received(
        _ hello: Hello, on id: LinkID, _ holdings: some Holdings, at now: Instant
    ) throws {
        guard let link = links[id], link.peer == nil else {
            close(id, .malformed, "a second hello")
            return
        }
        guard hello.node != holdings.node,
            holdings.isMember(hello.node, with: link.transport)
        else {
            if hello.node == holdings.node, let address = link.address { dialer.remove(address) }
            close(id, .notAMember)
            return
        }
        if let address = link.address { dialer.reached(address, hello.node) }
        dialer.learn(
            hello.contacts, self: holdings.node, connected: connectedNodes, random: &random)
        guard ready.count < Self.linksMax else {
            close(id, .tooMany)
            return
        }
        links[id]?.peer = hello.node
        links[id]?.peerIncarnation = hello.incarnation
        links[id]?.peerLinks = hello.links
        let (skew, over) = hello.milliseconds.subtractingReportingOverflow(now.milliseconds)
        links[id]?.skewMilliseconds = over ? nil : skew
        ready.append(id)
        ready.sort()
        outputs.append(.met(hello.node, id))
        guard keepsOneLink(to: hello.node, newest: id, self: holdings.node) else { return }
        try compare(hello.scopes, isComplete: true, on: id, holdings, at: now)
        views.linkBegan(at: now, random: &random)
        ping(id, at: now)
        if antiEntropyAt == nil { scheduleAntiEntropy(at: now) }
    }

    /// Of two links to one node, the one stays that the lower node began; of two in one direction,
    /// the newer: the older is dead and does not know.
    private mutating func keepsOneLink(
        to peer: NodeID, newest id: LinkID, self me: NodeID
    ) -> Bool {
        let other = ready.first { $0 != id && links[$0]?.peer == peer }
        guard let other = other.flatMap({ links[$0] }), let link = links[id] else { return true }
        let initiator = min(peer, me) == me
        let keepsNew = link.isInitiator == other.isInitiator || link.isInitiator == initiator
        let loser = keepsNew ? other.id : id
        close(loser, .duplicate)
        return keepsNew
    }
}
