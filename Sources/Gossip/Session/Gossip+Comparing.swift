import Replica
import Sodium

// MARK: What both hold

extension Gossip {
    /// Compares what a peer says it holds of each scope; sends our heads of those that differ.
    mutating func compare(
        _ peerRoots: [ScopeRoot], isComplete: Bool, on id: LinkID, _ holdings: some Holdings,
        at now: Instant
    ) throws {
        guard let peer = links[id]?.peer else { return }
        var theirs = isComplete ? [:] : links[id]?.rootsHeard ?? [:]
        theirs.merge(Self.byTag(peerRoots)) { _, latest in latest }
        guard theirs.count <= Message.scopesMax else {
            close(id, .malformed, "too many scopes")
            return
        }
        links[id]?.rootsHeard = theirs
        let said = Set(peerRoots.map(\.tag))
        var comparison = Comparison()
        links[id]?.common = Set(
            scopes.byUrgency.filter { theirs[$0.tag] != nil }.map(\.scope))
        for kept in scopes.byUrgency {
            guard let their = theirs[kept.tag] else { continue }
            let (root, digest) = try holdings.root(of: kept.scope)
            guard root == their.root else {
                comparison.unequal.append(kept.scope)
                // What was said long ago, or is under way, is no difference.
                if isComplete || (said.contains(kept.tag) && scopes.isSettled(kept.tag, at: now)) {
                    scopes.compared(kept.tag, at: now)
                    try sendHeads(of: kept.scope, kept.tag, on: id, holdings)
                    antiEntropyMilliseconds = Self.antiEntropyLeastMilliseconds
                }
                continue
            }
            scopes.compared(kept.tag, at: now)
            for (name, head) in try holdings.heads(in: kept.scope) {
                guard let log = number(name, holdings.book) else { continue }
                logs[log].held = head.seq
                links[id]?.acknowledged(log, upTo: head.seq)
            }
            try begin(kept.scope, on: id, holdings)
            let isKnown = their.digest != ScopeRoot.noDigest && digest != ScopeRoot.noDigest
            if isKnown, digest != their.digest {
                comparison.differing.append(kept.scope)
            } else {
                comparison.equal.append(kept.scope)
            }
        }
        outputs.append(.compared(peer, comparison))
    }

    private mutating func sendHeads(
        of scope: Scope, _ tag: ScopeTag, on id: LinkID, _ holdings: some Holdings
    ) throws {
        links[id]?.told.insert(scope)
        let heads = try holdings.heads(in: scope).map { log in
            PeerHead(
                log: LogReference(
                    tag: tag, author: log.name.author, incarnation: log.name.incarnation),
                first: 1, last: log.head.seq,
                hash: Array(log.head.hash.bytes.prefix(PeerHead.hashBytes)))
        }.sorted {
            ($0.log.author, $0.log.incarnation) < ($1.log.author, $1.log.incarnation)
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

    mutating func received(
        _ heads: Heads, on id: LinkID, _ holdings: some Holdings, at now: Instant
    ) throws {
        guard let scope = scopes.kept[heads.tag] else { return }
        if heads.isFirst { links[id]?.paging[scope] = [] }
        for head in heads.heads {
            guard let log = number(head.log) else { continue }
            links[id]?.paging[scope]?.insert(log)
            try compare(head, log, on: id, holdings)
        }
        guard heads.isLast, let named = links[id]?.paging.removeValue(forKey: scope) else { return }
        links[id]?.common.insert(scope)
        // Our roots were equal when the peer's were not, or we did not keep the scope: tell ours too.
        if links[id]?.told.contains(scope) == false {
            try sendHeads(of: scope, heads.tag, on: id, holdings)
        }
        let wasCompared = links[id]?.compared.contains(scope) == true
        for (name, head) in try holdings.heads(in: scope) {
            guard let log = number(name, holdings.book) else { continue }
            logs[log].held = head.seq
            let here = links[id]?[log] ?? LogOnLink()
            let isBehind = here.reach < head.seq && !here.isForked
            // In a later round only one side told its heads: the other hears of more by notes.
            if wasCompared, isBehind, links[id]?.serving[log] == nil {
                links[id]?.noteNow(log, at: now)
            }
        }
        try begin(scope, named: named, on: id, holdings)
        for log in (links[id]?.serving.keys.sorted() ?? [])
        where logs.names[log].scope == scope {
            try pump(log, on: id, holdings, at: now)
        }
        try plan(on: id, holdings, at: now)
    }

    /// The heads of a scope are compared: from here on its entries may pass.
    ///
    /// Logs that exist by now have their trees, and this link is in none of them: it carries notes,
    /// except for what its author writes. Logs that come later begin eagerly. A log that nobody
    /// pushes to us (we have just begun) is asked for here, and on the next link: the faster stays.
    private mutating func begin(
        _ scope: Scope, named: Set<Int> = [], on id: LinkID, _ holdings: some Holdings
    ) throws {
        guard links[id]?.compared.insert(scope).inserted == true, let peer = links[id]?.peer
        else { return }
        var lazy = named
        for (name, _) in try holdings.heads(in: scope) {
            if let log = number(name, holdings.book) { lazy.insert(log) }
        }
        var grafts: [Reach] = []
        for log in lazy.sorted() {
            let author = logs.names[log].author
            guard author != holdings.node else { continue }
            links[id]?[log].isLazy = true
            let own = try ownSeq(log, holdings)
            let isUntried = 1..<LogState.graftsMax ~= logs[log].grafts
            guard let here = links[id]?[log], own > 0, here.reach <= own, !here.isForked,
                logs[log].upstream == nil || isUntried, fetchedBy[log] == nil
            else { continue }
            if logs[log].upstream == nil { logs[log].upstream = id }
            // An author pushes its own log on every link unasked.
            if author == peer {
                logs[log].grafts = LogState.graftsMax
            } else {
                logs[log].grafts += 1
                grafts.append(Reach(log: logs.references[log], seq: own))
            }
        }
        send(grafts, as: Message.graft, on: id)
    }

    /// A peer whose history is shorter cannot see the fork by our head: it is told ours at its own.
    private mutating func tellFork(
        of log: Int, at seq: UInt64, _ hash: Digest, on id: LinkID
    ) {
        let reference = logs.references[log]
        let head = PeerHead(
            log: reference, first: 1, last: seq,
            hash: Array(hash.bytes.prefix(PeerHead.hashBytes)))
        send(
            .heads(Heads(tag: reference.tag, isFirst: false, isLast: false, heads: [head])),
            on: id)
    }

    /// One log as the peer holds it against what we hold.
    private mutating func compare(
        _ head: PeerHead, _ log: Int, on id: LinkID, _ holdings: some Holdings
    ) throws {
        let own = try ownSeq(log, holdings)
        let name = logs.names[log]
        if head.last <= own {
            let ours = try holdings.hash(of: name, at: head.last)
            if let ours, Array(ours.bytes.prefix(PeerHead.hashBytes)) != head.hash {
                if links[id]?[log].isForked == false {
                    links[id]?[log].isForked = true
                    outputs.append(.forked(name, seq: head.last, id))
                    tellFork(of: log, at: head.last, ours, on: id)
                }
                return
            }
        } else if name.author == holdings.node {
            outputs.append(.ownLogAhead(name, id))
        }
        links[id]?.knows(log, upTo: head.last)
        links[id]?.acknowledged(log, upTo: min(head.last, own))
    }
}
