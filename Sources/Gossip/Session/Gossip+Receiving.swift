package import Replica
import Sodium
import Wire

extension Gossip {
    /// One message of a peer. Bytes that are not one end the link.
    package mutating func received(
        _ bytes: [UInt8], on id: LinkID, _ holdings: some Holdings, at now: Instant
    ) throws {
        guard var link = links[id], !link.isClosing else { return }
        let message: Message
        do throws(WireError) {
            message = try Message(bytes, &link.incoming)
        } catch {
            close(id, .malformed, "\(error)")
            return
        }
        link.lastReceived = now
        link.bytesReceived += UInt64(bytes.count)
        links[id] = link
        if case .hello(let hello) = message {
            try received(hello, on: id, holdings, at: now)
            return
        }
        if case .bye = message {
            links[id]?.isClosing = true
            outputs.append(.close(id))
            return
        }
        guard link.peer != nil else {
            close(id, .malformed, "hello comes first")
            return
        }
        let scopes = try scopesByTag(holdings)
        switch message {
        case .hello, .bye: break
        case .roots(let roots):
            try compare(roots.scopes, isComplete: roots.isComplete, on: id, holdings)
            if roots.wantsReply {
                try sendRoots(isComplete: true, wantsReply: false, on: id, holdings)
            }
        case .heads(let heads): try received(heads, scopes, on: id, holdings, at: now)
        case .want(let want): try serve(want, scopes, on: id, holdings)
        case .graft(let want):
            if let log = name(want.log, scopes) { links[id]?.lazy.remove(log) }
            try serve(want, scopes, on: id, holdings)
        case .run(let run): try received(run, scopes, on: id, holdings, at: now)
        case .note(let reaches):
            for reach in reaches {
                guard let log = name(reach.log, scopes) else { continue }
                try noted(log, reach.seq, on: id, holdings, at: now)
            }
        case .prune(let reference):
            if let log = name(reference, scopes) { links[id]?.lazy.insert(log) }
        case .ack(let reaches):
            for reach in reaches {
                guard let log = name(reach.log, scopes) else { continue }
                // More than we hold ourselves is not an acknowledgement.
                let seq = min(reach.seq, try ownSeq(log, holdings))
                links[id]?.acknowledged(log, upTo: seq)
            }
        case .ping(let ping):
            send(.pong(Ping(nonce: ping.nonce, milliseconds: now.milliseconds)), on: id)
        case .pong(let pong): received(pong, on: id, at: now)
        }
        if links[id]?.incoming.isFull == true || links[id]?.outgoing.isFull == true {
            close(id, .renew)
        }
    }

    private mutating func received(_ pong: Ping, on id: LinkID, at now: Instant) {
        guard var link = links[id], let sent = link.lastPing,
            pong.nonce == UInt64(bitPattern: sent.milliseconds)
        else { return }
        let trip = now.milliseconds - sent.milliseconds
        link.roundTripMilliseconds = trip
        let (middle, over) = pong.milliseconds.subtractingReportingOverflow(
            sent.milliseconds + trip / 2)
        link.skewMilliseconds = over ? nil : middle
        link.lastPing = nil
        links[id] = link
    }

    private mutating func received(
        _ hello: Hello, on id: LinkID, _ holdings: some Holdings, at now: Instant
    ) throws {
        guard var link = links[id], link.peer == nil else {
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
        link.peer = hello.node
        link.peerIncarnation = hello.incarnation
        let (skew, over) = hello.milliseconds.subtractingReportingOverflow(now.milliseconds)
        link.skewMilliseconds = over ? nil : skew
        links[id] = link
        if let address = link.address { dialer.reached(address, hello.node) }
        dialer.learn(hello.contacts, self: holdings.node)
        outputs.append(.met(hello.node, id))
        guard keepsOneLink(to: hello.node, newest: id, self: holdings.node) else { return }
        try compare(hello.scopes, isComplete: true, on: id, holdings)
        send(
            .ping(
                Ping(nonce: UInt64(bitPattern: now.milliseconds), milliseconds: now.milliseconds)),
            on: id)
        links[id]?.lastPing = now
        if antiEntropyAt == nil { scheduleAntiEntropy(at: now) }
    }

    /// Of two links to one node, the one stays that the lower node began; of two in one direction,
    /// the newer: the older is dead and does not know.
    private mutating func keepsOneLink(
        to peer: NodeID, newest id: LinkID, self me: NodeID
    ) -> Bool {
        let others = links.values.filter {
            $0.peer == peer && $0.id != id && !$0.isClosing
        }.sorted { $0.id < $1.id }
        guard let other = others.first, let link = links[id] else { return true }
        let initiator = min(peer, me) == me
        let keepsNew = link.isInitiator == other.isInitiator || link.isInitiator == initiator
        let loser = keepsNew ? other.id : id
        close(loser, .duplicate)
        return keepsNew
    }

    // MARK: Comparing

    /// Compares what a peer says it holds of each scope; sends our heads of those that differ.
    private mutating func compare(
        _ peerRoots: [ScopeRoot], isComplete: Bool, on id: LinkID, _ holdings: some Holdings
    ) throws {
        guard let peer = links[id]?.peer else { return }
        var theirs = isComplete ? [:] : links[id]?.rootsHeard ?? [:]
        theirs.merge(Self.byTag(peerRoots)) { _, latest in latest }
        guard theirs.count <= Message.scopesMax else {
            close(id, .malformed, "too many scopes")
            return
        }
        links[id]?.rootsHeard = theirs
        var comparison = Comparison()
        let scopes = try holdings.scopes().sorted { ($0.urgency, $0) < ($1.urgency, $1) }
        links[id]?.common = Set(
            scopes.filter { theirs[ScopeTag($0, in: holdings.book)] != nil })
        for scope in scopes {
            let tag = ScopeTag(scope, in: holdings.book)
            guard let their = theirs[tag] else { continue }
            let (root, digest) = try holdings.root(of: scope)
            if root == their.root {
                for (name, head) in try holdings.heads(in: scope) {
                    held[name] = head.seq
                    links[id]?.acknowledged(name, upTo: head.seq)
                }
                links[id]?.compared.insert(scope)
                let isKnown = their.digest != ScopeRoot.noDigest && digest != ScopeRoot.noDigest
                if isKnown, digest != their.digest {
                    comparison.differing.append(scope)
                } else {
                    comparison.equal.append(scope)
                }
            } else {
                comparison.unequal.append(scope)
                try sendHeads(of: scope, tag, on: id, holdings)
            }
        }
        if !comparison.unequal.isEmpty {
            antiEntropyMilliseconds = Self.antiEntropyLeastMilliseconds
        }
        outputs.append(.compared(peer, comparison))
    }

    private mutating func sendHeads(
        of scope: Scope, _ tag: ScopeTag, on id: LinkID, _ holdings: some Holdings
    ) throws {
        links[id]?.told.insert(scope)
        let heads = try holdings.heads(in: scope).sorted { $0.name < $1.name }.map { log in
            PeerHead(
                log: LogReference(log.name, in: holdings.book), first: 1, last: log.head.seq,
                hash: Array(log.head.hash.bytes.prefix(PeerHead.hashBytes)))
        }
        var rest = heads[...]
        var isFirst = true
        repeat {
            let page = Array(rest.prefix(Message.headsMax))
            rest = rest.dropFirst(page.count)
            send(
                .heads(Heads(tag: tag, isFirst: isFirst, isLast: rest.isEmpty, heads: page)),
                on: id)
            isFirst = false
        } while !rest.isEmpty
    }

    private mutating func received(
        _ heads: Heads, _ scopes: [ScopeTag: Scope], on id: LinkID, _ holdings: some Holdings,
        at now: Instant
    ) throws {
        guard let scope = scopes[heads.tag] else { return }
        if heads.isFirst { links[id]?.paging[scope] = [] }
        for head in heads.heads {
            guard let log = name(head.log, scopes) else { continue }
            links[id]?.paging[scope]?.insert(log)
            try compare(head, log, on: id, holdings)
        }
        guard heads.isLast, let named = links[id]?.paging.removeValue(forKey: scope) else { return }
        links[id]?.common.insert(scope)
        // Our roots were equal when the peer's were not, or we did not keep the scope: tell ours too.
        if links[id]?.told.contains(scope) == false {
            try sendHeads(of: scope, heads.tag, on: id, holdings)
        }
        let wasCompared = links[id]?.compared.insert(scope).inserted == false
        for (log, head) in try holdings.heads(in: scope) {
            held[log] = head.seq
            if !named.contains(log), links[id]?.reach[log] == nil { links[id]?.reach[log] = 0 }
            let isBehind = links[id]?.reach[log] ?? 0 < head.seq
            // In a later round only one side told its heads: the other hears of more by notes.
            if wasCompared, isBehind, links[id]?.serving[log] == nil {
                links[id]?.notesDue[log] = head.seq
            }
            if links[id]?.serving[log] != nil { try pump(log, on: id, holdings) }
        }
        try plan(on: id, holdings, at: now)
    }

    /// A peer whose history is shorter cannot see the fork by our head: it is told ours at its own.
    private mutating func tellFork(
        of log: LogName, at seq: UInt64, _ hash: Digest, on id: LinkID, _ holdings: some Holdings
    ) throws {
        let head = PeerHead(
            log: LogReference(log, in: holdings.book), first: 1, last: seq,
            hash: Array(hash.bytes.prefix(PeerHead.hashBytes)))
        let tag = ScopeTag(log.scope, in: holdings.book)
        send(.heads(Heads(tag: tag, isFirst: false, isLast: false, heads: [head])), on: id)
    }

    /// One log as the peer holds it against what we hold.
    private mutating func compare(
        _ head: PeerHead, _ log: LogName, on id: LinkID, _ holdings: some Holdings
    ) throws {
        let own = try ownSeq(log, holdings)
        if head.last <= own {
            let ours = try holdings.hash(of: log, at: head.last)
            if let ours, Array(ours.bytes.prefix(PeerHead.hashBytes)) != head.hash {
                if links[id]?.forked.insert(log).inserted == true {
                    outputs.append(.forked(log, seq: head.last, id))
                    try tellFork(of: log, at: head.last, ours, on: id, holdings)
                }
                return
            }
        } else if log.author == holdings.node {
            outputs.append(.ownLogAhead(log, id))
        }
        links[id]?.knows(log, upTo: head.last)
        links[id]?.acknowledged(log, upTo: min(head.last, own))
    }
}
