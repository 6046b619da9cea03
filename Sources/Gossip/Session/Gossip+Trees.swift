package import Replica
import Sodium

// The eager trees, one for each log. Source: Leitão, Pereira, Rodrigues, "Epidemic Broadcast Trees"
// (2007), with one tree per author, notes that wait and carry how far a log reaches.
//
// Laws: a peer that sent an entry, or said that it has it, is not sent it; a log has one upstream at
// most; a link that delivered second carries notes of that log until it is grafted.

// MARK: Growing

extension Gossip {
    /// A log grew in this batch, here or by a peer's run.
    package mutating func grew(
        _ name: LogName, from first: UInt64, to last: UInt64, _ holdings: some Holdings
    ) throws {
        try refreshScopes(holdings)
        guard let log = number(name, holdings.book) else { return }
        grew(log, from: first, to: last)
    }

    mutating func grew(_ log: Int, from first: UInt64, to last: UInt64) {
        logs[log].held = last
        grown[log] = min(grown[log] ?? first, first)
        wanted[log] = nil
    }

    /// At the end of every batch, once its entries are signed: pushes what grew, and sends what is due.
    package mutating func flush(_ holdings: some Holdings, at now: Instant) throws {
        try refreshScopes(holdings)
        adoptOrphans(holdings)
        if !grown.isEmpty {
            // A revocation overtakes data.
            let order = grown.map { ($0.key, $0.value, logs.names[$0.key]) }.sorted {
                ($0.2.scope.urgency, $0.2) < ($1.2.scope.urgency, $1.2)
            }
            grown = [:]
            for (log, first, name) in order {
                scopes.grew(name.scope, at: now)
                for id in ready { try push(log, name, from: first, on: id, holdings, at: now) }
            }
        }
        for id in links.due(at: now) { sendDue(on: id, at: now) }
        refreshViews(holdings.node, at: now)
    }

    /// One entry in so many of a log spreads by all links. It costs about two copies more.
    package static let replantEvery: UInt64 = 256

    private mutating func push(
        _ log: Int, _ name: LogName, from first: UInt64, on id: LinkID, _ holdings: some Holdings,
        at now: Instant
    ) throws {
        guard links[id]?.compared.contains(name.scope) == true,
            links[id]?.common.contains(name.scope) == true,
            let here = links[id]?[log], !here.isForked
        else { return }
        // Who wrote it counts the peers that hold it, whichever way it came to them.
        if links[id]?.peer == name.author { links[id]?.acknowledgeNow(log, at: now) }
        let head = try ownSeq(log, holdings)
        guard here.reach < head else { return }
        if links[id]?.serving[log] != nil {
            try pump(log, on: id, holdings, at: now)
            return
        }
        // Every so often an entry goes by all links again: whichever is the first now is the upstream,
        // so trees that were mended link by link find the short ways again. What a peer with another
        // upstream holds is not known here; it is in the tree, so it has what came before.
        let isReplanting =
            first >= 1 && first <= head && head - first < Self.replantEvery
            && (first - 1) / Self.replantEvery != head / Self.replantEvery
        if here.isLazy, isReplanting {
            links[id]?[log].isLazy = false
            links[id]?.knows(log, upTo: first - 1)
        }
        // A peer that lacks what came before fetches it, and this with it.
        guard let there = links[id]?[log], !there.isLazy, there.reach + 1 >= first else {
            links[id]?.noteLater(log, at: now)
            return
        }
        try pushRest(log, name, on: id, holdings, at: now)
    }

    /// Everything the peer lacks of a log, while its window is open; then a note.
    private mutating func pushRest(
        _ log: Int, _ name: LogName, on id: LinkID, _ holdings: some Holdings, at now: Instant
    ) throws {
        let head = try ownSeq(log, holdings)
        var known = links[id]?[log].reach ?? head
        while known < head, links[id]?.pushedBytes ?? 0 < Link.pushedBytesMax {
            let (bytes, last) = try holdings.run(
                of: name, from: known + 1, bytesMax: Link.runBytes)
            guard last > known else { break }
            send(
                .run(
                    RunMessage(
                        log: logs.references[log], first: known + 1, last: last, isEnd: false,
                        bytes: bytes)), on: id)
            links[id]?.push(log, upTo: last, bytes: bytes.count)
            known = last
        }
        if known < head { links[id]?.noteNow(log, at: now) }
    }

    private mutating func sendDue(on id: LinkID, at now: Instant) {
        if let at = links[id]?.acksAt, at <= now {
            let acks = (links[id]?.takeAcks(at: now) ?? []).sorted().compactMap { log in
                logs[log].held.map { Reach(log: logs.references[log], seq: $0) }
            }
            send(acks, as: Message.ack, on: id)
        }
        if let at = links[id]?.notesAt, at <= now {
            let logs = self.logs
            let notes = links[id]?.takeNotes(at: now) { logs[$0].held ?? 0 } ?? []
            send(
                notes.map { Reach(log: logs.references[$0.log], seq: $0.seq) },
                as: Message.note, on: id)
        }
    }
}

// MARK: Branches

extension Gossip {
    /// An entry came a second time: this link carries notes of the log from here on.
    mutating func arrivedTwice(_ log: Int, on id: LinkID) {
        guard logs[log].upstream != id else { return }
        send(.prune(logs.references[log]), on: id)
    }

    mutating func noted(
        _ log: Int, _ seq: UInt64, on id: LinkID, _ holdings: some Holdings, at now: Instant
    ) throws {
        guard links[id]?[log].isForked == false else { return }
        links[id]?.knows(log, upTo: seq)
        let own = try ownSeq(log, holdings)
        if seq <= own {
            if fetchedBy[log] == id {
                endFetch(log, on: id)
                try follow(log, on: id, holdings)
                try plan(on: id, holdings, at: now)
            }
            return
        }
        if logs.names[log].author == holdings.node {
            outputs.append(.ownLogAhead(logs.names[log], id))
        }
        guard fetchedBy[log] == nil, wanted[log] == nil else { return }
        wanted[log] = now.advanced(byMilliseconds: Self.graftMilliseconds)
    }

    /// Asks for logs that stayed behind for a while. Where the upstream itself has more, it dropped
    /// entries: they are pulled. Else the nearest link that has more becomes the upstream.
    mutating func graftDue(_ holdings: some Holdings, at now: Instant) throws {
        let due = wanted.filter { $0.value <= now }.map(\.key).sorted()
        var grafts: [LinkID: [Reach]] = [:]
        for log in due {
            wanted[log] = nil
            guard fetchedBy[log] == nil, holdings.accepts(logs.names[log]) else { continue }
            let own = try ownSeq(log, holdings)
            let sources = ready.filter { id in
                guard let here = links[id]?[log], !here.isForked, here.reach > own else {
                    return false
                }
                return links[id]?.fetching.count ?? 0 < Link.servingMax
            }
            if let upstream = logs[log].upstream, sources.contains(upstream) {
                try fetch(log, on: upstream, holdings, at: now)
            } else if logs.names[log].author == holdings.node, let source = sources.first {
                // Our own log comes back from whoever has it, as it is.
                try fetch(log, on: source, holdings, at: now)
            } else if let source = nearest(sources) {
                logs[log].upstream = source
                wanted[log] = now.advanced(byMilliseconds: Self.graftMilliseconds)
                grafts[source, default: []].append(Reach(log: logs.references[log], seq: own))
            }
        }
        for (id, reaches) in grafts.sorted(by: { $0.key < $1.key }) {
            send(reaches, as: Message.graft, on: id)
        }
    }

    /// The peer wants this log pushed from here on.
    mutating func grafted(
        _ log: Int, heldUpTo seq: UInt64, on id: LinkID, _ holdings: some Holdings, at now: Instant
    ) throws {
        links[id]?[log].isLazy = false
        let own = try ownSeq(log, holdings)
        links[id]?.knows(log, upTo: min(seq, own))
        let name = logs.names[log]
        guard links[id]?.compared.contains(name.scope) == true,
            links[id]?[log].isForked == false, links[id]?.serving[log] == nil
        else { return }
        try pushRest(log, name, on: id, holdings, at: now)
    }

    /// What was fetched on a link is pushed on it from here on, where nobody else pushes it.
    mutating func follow(_ log: Int, on id: LinkID, _ holdings: some Holdings) throws {
        let name = logs.names[log]
        guard logs[log].upstream == nil, name.author != holdings.node,
            links[id]?.isReady == true
        else { return }
        logs[log].upstream = id
        if links[id]?.peer != name.author {
            let reach = Reach(log: logs.references[log], seq: try ownSeq(log, holdings))
            send([reach], as: Message.graft, on: id)
        }
    }

    /// Gives logs whose upstream is gone another one: the two nearest that do not take them from us are
    /// grafted, and the one that delivers second is pruned again.
    ///
    /// Where all take them from us nothing is done: below us is somebody with a link to the rest of
    /// the tree, whose notes will tell.
    private mutating func adoptOrphans(_ holdings: some Holdings) {
        guard !orphans.isEmpty else { return }
        var grafts: [LinkID: [Reach]] = [:]
        for log in orphans where logs[log].upstream == nil {
            let name = logs.names[log]
            guard name.author != holdings.node, let held = logs[log].held else { continue }
            let able = ready.filter { id in
                guard let here = links[id]?[log], here.isLazy, !here.isForked else { return false }
                return links[id]?.compared.contains(name.scope) == true
                    && links[id]?.common.contains(name.scope) == true
            }
            guard let source = nearest(able) else { continue }
            logs[log].upstream = source
            // Either may take the log from us by ways unknown here: two are less often wrong.
            let second = nearest(able.filter { $0 != source })
            for chosen in [source, second].compactMap({ $0 }) {
                logs[log].grafts += 1
                grafts[chosen, default: []].append(Reach(log: logs.references[log], seq: held))
            }
        }
        orphans = []
        for (id, reaches) in grafts.sorted(by: { $0.key < $1.key }) {
            send(reaches, as: Message.graft, on: id)
        }
    }

    private func nearest(_ ids: [LinkID]) -> LinkID? {
        ids.min { a, b in
            (links[a]?.roundTripMilliseconds ?? .max, a)
                < (links[b]?.roundTripMilliseconds ?? .max, b)
        }
    }
}
