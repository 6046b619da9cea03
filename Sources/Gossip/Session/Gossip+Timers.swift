package import Replica
import Sodium

extension Gossip {
    /// To be called whenever `wakeAt` has come; more often does no harm.
    package mutating func tick(_ holdings: some Holdings, at now: Instant) throws {
        guard isOnline else { return }
        dropStalled(at: now)
        try graftDue(holdings, at: now)
        for id in links.keys.sorted() { keepAlive(id, at: now) }
        if let due = antiEntropyAt, due <= now {
            let peers = ready
            if !peers.isEmpty {
                let chosen = peers[Int(random.next() % UInt64(peers.count))]
                try sendRoots(isComplete: false, wantsReply: false, on: chosen, holdings)
                antiEntropyMilliseconds = min(
                    antiEntropyMilliseconds * 2, Self.antiEntropyMostMilliseconds)
            }
            scheduleAntiEntropy(at: now)
        }
        let connected = Set(links.values.compactMap(\.peer)).union([holdings.node])
        for address in dialer.due(connected: connected, at: now) {
            outputs.append(.connect(address: address))
        }
    }

    /// What is held has changed by more than new entries: tell every peer at once.
    package mutating func announceRoots(
        wantsReply: Bool, _ holdings: some Holdings
    ) throws {
        for id in ready {
            try sendRoots(isComplete: true, wantsReply: wantsReply, on: id, holdings)
        }
    }

    /// Ends the links of those that are members no more.
    package mutating func turnAway(_ holdings: some Holdings) {
        for id in links.keys.sorted() {
            guard let link = links[id], let peer = link.peer,
                !holdings.isMember(peer, with: link.transport)
            else { continue }
            close(id, .notAMember)
        }
    }

    mutating func scheduleAntiEntropy(at now: Instant) {
        let jitter = Int64(random.next() % UInt64(antiEntropyMilliseconds / 4))
        antiEntropyAt = now.advanced(byMilliseconds: antiEntropyMilliseconds + jitter)
    }

    private mutating func keepAlive(_ id: LinkID, at now: Instant) {
        guard let link = links[id], !link.isClosing else { return }
        let silent = now.milliseconds - link.lastReceived.milliseconds
        if silent >= Self.silentMilliseconds {
            close(id, .silent)
        } else if link.peer != nil, silent >= Self.pingMilliseconds,
            link.lastPing.map({ now.milliseconds - $0.milliseconds >= Self.pingMilliseconds })
                ?? true
        {
            links[id]?.lastPing = now
            send(
                .ping(
                    Ping(
                        nonce: UInt64(bitPattern: now.milliseconds),
                        milliseconds: now.milliseconds)), on: id)
        }
    }

    /// When `tick` has something to do next.
    package func wakeAt() -> Instant? {
        guard isOnline else { return nil }
        var times = wanted.values.map { $0 }
        for link in links.values where !link.isClosing {
            // A ping that waits for its answer is not sent again at once.
            let quietSince = max(link.lastReceived, link.lastPing ?? link.lastReceived)
            times.append(link.lastReceived.advanced(byMilliseconds: Self.silentMilliseconds))
            if link.peer != nil {
                times.append(quietSince.advanced(byMilliseconds: Self.pingMilliseconds))
            }
            times += link.fetching.values.map {
                $0.lastProgress.advanced(byMilliseconds: Self.stalledMilliseconds)
            }
        }
        if let antiEntropyAt, !links.isEmpty { times.append(antiEntropyAt) }
        let connected = Set(links.values.compactMap(\.peer))
        if let dial = dialer.nextDue(connected: connected) { times.append(dial) }
        return times.min()
    }
}
