package import Replica
import Sodium

extension Gossip {
    /// To be called whenever `wakeAt` has come, and `flush` after it; sooner it does nothing.
    package mutating func tick(_ holdings: some Holdings, at now: Instant) throws {
        guard let due = wakeAt(), due <= now else { return }
        try refreshScopes(holdings)
        dropStalled(at: now)
        if !wanted.isEmpty { try graftDue(holdings, at: now) }
        for id in links.quiet(at: now) { keepAlive(id, at: now) }
        if let due = antiEntropyAt, due <= now {
            if !ready.isEmpty {
                let chosen = ready[Int(random.next() % UInt64(ready.count))]
                try sendRoots(
                    isComplete: false, wantsReply: false, on: chosen, holdings, at: now)
                antiEntropyMilliseconds = min(
                    antiEntropyMilliseconds * 2, Self.antiEntropyMostMilliseconds)
            }
            scheduleAntiEntropy(at: now)
        }
        try tickViews(holdings, at: now)
    }

    /// What is held has changed by more than new entries: tell every peer at once.
    package mutating func announceRoots(
        wantsReply: Bool, _ holdings: some Holdings
    ) throws {
        try refreshScopes(holdings)
        for id in ready {
            try sendRoots(isComplete: true, wantsReply: wantsReply, on: id, holdings)
        }
    }

    /// Ends the links of those that are members no more.
    package mutating func turnAway(_ holdings: some Holdings) {
        for id in links.keys {
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
        guard links[id]?.isClosing == false, let heard = links[id]?.lastReceived else { return }
        let silent = now.milliseconds - heard.milliseconds
        guard let wait = links[id]?.pingMilliseconds, silent >= wait else { return }
        let pinged = links[id]?.lastPing
        if silent >= Self.silentMilliseconds {
            close(id, .silent)
        } else if links[id]?.peer != nil,
            pinged.map({ now.milliseconds - $0.milliseconds >= wait }) ?? true
        {
            ping(id, at: now)
        }
    }

    /// The nonce tells an answer from that to the ping before; more it need not.
    mutating func ping(_ id: LinkID, at now: Instant) {
        links[id]?.lastPing = now
        send(.ping(Ping(nonce: Self.nonce(now), milliseconds: now.milliseconds)), on: id)
    }

    static func nonce(_ sent: Instant) -> UInt64 {
        UInt64(bitPattern: sent.milliseconds) & 0x7f
    }

    /// When `tick` has something to do next; to be asked after `flush`. Cost: linear in the links.
    /// Mutating in name only: what is held in an object is copied for any other call.
    package mutating func wakeAt() -> Instant? {
        guard isOnline else { return nil }
        var next = wanted.values.min()
        func take(_ time: Instant?) {
            if let time { next = min(next ?? time, time) }
        }
        take(links.wakeAt())
        if !links.isEmpty { take(antiEntropyAt) }
        take(viewsAt)
        return next
    }
}
