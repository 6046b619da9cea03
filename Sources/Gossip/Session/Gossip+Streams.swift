package import Replica
import Sodium

// MARK: Fetching

extension Gossip {
    /// Begins streams for what the peer holds and we lack: the roster before all else, and of it the
    /// founding entry first, since it says whose acts count.
    mutating func plan(on id: LinkID, _ holdings: some Holdings, at now: Instant) throws {
        guard let link = links[id], link.peer != nil else { return }
        var missing: [LogName] = []
        for (log, seq) in link.reach where seq > 0 {
            guard fetchedBy[log] == nil, !link.forked.contains(log), holdings.accepts(log),
                seq > (try ownSeq(log, holdings))
            else { continue }
            missing.append(log)
        }
        let isReadingRoster = link.fetching.keys.contains { $0.scope == .roster }
        let roster = missing.filter { $0.scope == .roster }
            .sorted { ($0.incarnation, $0) < ($1.incarnation, $1) }
        if isReadingRoster { return }
        let next = roster.isEmpty ? missing.sorted() : Array(roster.prefix(1))
        for log in next {
            guard (links[id]?.fetching.count ?? 0) < Link.streamsMax else { return }
            try fetch(log, on: id, grafting: false, holdings, at: now)
        }
    }

    private mutating func fetch(
        _ log: LogName, on id: LinkID, grafting: Bool, _ holdings: some Holdings, at now: Instant
    ) throws {
        let want = Want(
            log: LogReference(log, in: holdings.book), from: try ownSeq(log, holdings) + 1,
            credit: Link.creditBytes)
        links[id]?.fetching[log] = Link.Fetch(lastProgress: now)
        fetchedBy[log] = id
        wanted[log] = nil
        send(grafting ? .graft(want) : .want(want), on: id)
    }

    /// Asks for one run of an own log whose history differs there: the author alone may compare.
    package mutating func askOwnHistory(
        of log: LogName, from seq: UInt64, on id: LinkID, _ holdings: some Holdings
    ) {
        send(
            .want(
                Want(
                    log: LogReference(log, in: holdings.book), from: seq,
                    credit: UInt64(Link.runBytes))), on: id)
    }

    private mutating func endFetch(_ log: LogName, on id: LinkID) {
        guard fetchedBy[log] == id else { return }
        fetchedBy[log] = nil
        links[id]?.fetching[log] = nil
    }

    mutating func received(
        _ run: RunMessage, _ scopes: [ScopeTag: Scope], on id: LinkID, _ holdings: some Holdings,
        at now: Instant
    ) throws {
        guard let log = name(run.log, scopes), let link = links[id] else { return }
        guard !link.forked.contains(log) else {
            if log.author == holdings.node { outputs.append(.ownHistory(id, log, run)) }
            return
        }
        let isFetch = link.fetching[log] != nil
        guard holdings.accepts(log) else {
            endFetch(log, on: id)
            return
        }
        let own = try ownSeq(log, holdings)
        links[id]?.knows(log, upTo: run.last)
        if run.last <= own {
            if isFetch {
                try progressed(log, run, on: id, holdings, at: now)
            } else {
                send(.prune(run.log), on: id)
            }
            return
        }
        guard run.first == own + 1 else {
            endFetch(log, on: id)
            wanted[log] = now
            return
        }
        outputs.append(.apply(id, log, run))
    }

    /// The run of this link is stored, and durable once the batch is.
    package mutating func applied(
        _ run: RunMessage, of log: LogName, on id: LinkID, _ holdings: some Holdings,
        at now: Instant
    ) throws {
        grew(log, from: run.first, to: run.last)
        links[id]?.acksDue[log] = run.last
        if links[id]?.fetching[log] != nil {
            try progressed(log, run, on: id, holdings, at: now)
        }
    }

    /// The run was not what it should be. A fork is the author's doing; anything else the peer's.
    package mutating func refused(
        _ log: LogName, isFork: Bool, why: String, on id: LinkID
    ) {
        endFetch(log, on: id)
        if isFork {
            links[id]?.forked.insert(log)
            outputs.append(.forked(log, seq: held[log] ?? 0, id))
        } else {
            close(id, .malformed, why)
        }
    }

    private mutating func progressed(
        _ log: LogName, _ run: RunMessage, on id: LinkID, _ holdings: some Holdings,
        at now: Instant
    ) throws {
        if run.isEnd {
            endFetch(log, on: id)
            try plan(on: id, holdings, at: now)
        } else {
            links[id]?.fetching[log]?.lastProgress = now
            send(.want(Want(log: run.log, from: 0, credit: UInt64(run.bytes.count))), on: id)
        }
    }

    mutating func noted(
        _ log: LogName, _ seq: UInt64, on id: LinkID, _ holdings: some Holdings, at now: Instant
    ) throws {
        guard links[id]?.forked.contains(log) == false else { return }
        links[id]?.knows(log, upTo: seq)
        let own = try ownSeq(log, holdings)
        if seq <= own {
            endFetch(log, on: id)
        } else if log.author == holdings.node {
            outputs.append(.ownLogAhead(log, id))
        }
        guard seq > own, fetchedBy[log] == nil, wanted[log] == nil else { return }
        wanted[log] = now.advanced(byMilliseconds: Self.graftMilliseconds)
    }

    /// Asks for logs that stayed behind for a while: from the first link that has more.
    mutating func graftDue(_ holdings: some Holdings, at now: Instant) throws {
        for (log, due) in wanted.sorted(by: { $0.key < $1.key }) where due <= now {
            wanted[log] = nil
            guard fetchedBy[log] == nil, holdings.accepts(log) else { continue }
            let own = try ownSeq(log, holdings)
            let source = ready.first { id in
                guard let link = links[id], !link.forked.contains(log) else { return false }
                return link.reach[log] ?? 0 > own && link.fetching.count < Link.servingMax
            }
            if let source { try fetch(log, on: source, grafting: true, holdings, at: now) }
        }
    }

    /// A stream that stands still is taken up with another peer.
    mutating func dropStalled(at now: Instant) {
        for id in ready {
            for (log, fetch) in (links[id]?.fetching ?? [:]).sorted(by: { $0.key < $1.key })
            where fetch.lastProgress.milliseconds + Self.stalledMilliseconds <= now.milliseconds {
                endFetch(log, on: id)
                // What it said it has, it may say again.
                links[id]?.reach[log] = held[log] ?? 0
                wanted[log] = now
            }
        }
    }
}

// MARK: Serving

extension Gossip {
    mutating func serve(
        _ want: Want, _ scopes: [ScopeTag: Scope], on id: LinkID, _ holdings: some Holdings
    ) throws {
        guard let log = name(want.log, scopes), let link = links[id] else { return }
        if want.from == 0 {
            guard var serving = link.serving[log] else { return }
            serving.credit = min(
                serving.credit + min(want.credit, Link.creditBytes), Link.creditBytes)
            links[id]?.serving[log] = serving
        } else {
            guard link.serving[log] != nil || link.serving.count < Link.servingMax else { return }
            links[id]?.serving[log] = Link.Serving(
                next: want.from, credit: min(want.credit, Link.creditBytes))
        }
        try pump(log, on: id, holdings)
    }

    /// Sends as much of a log as the peer's credit allows.
    mutating func pump(_ log: LogName, on id: LinkID, _ holdings: some Holdings) throws {
        // Own entries leave only when the peer's knowledge of us was compared with ours.
        guard let link = links[id],
            link.compared.contains(log.scope) || log.author != holdings.node,
            !link.forked.contains(log) || log.author == link.peer, var serving = link.serving[log]
        else { return }
        let head = try ownSeq(log, holdings)
        while serving.credit > 0, serving.next <= head {
            let (bytes, last) = try holdings.run(
                of: log, from: serving.next, bytesMax: min(Link.runBytes, Int(serving.credit)))
            guard last >= serving.next else { break }
            let isEnd = last >= head
            send(
                .run(
                    RunMessage(
                        log: LogReference(log, in: holdings.book), first: serving.next, last: last,
                        isEnd: isEnd, bytes: bytes)), on: id)
            links[id]?.knows(log, upTo: last)
            serving.next = last + 1
            serving.credit -= min(serving.credit, UInt64(bytes.count))
        }
        if serving.next > head {
            if link.serving[log]?.next == serving.next { links[id]?.notesDue[log] = head }
            links[id]?.serving[log] = nil
        } else {
            links[id]?.serving[log] = serving
        }
    }
}

// MARK: Live

extension Gossip {
    /// A log grew in this batch, here or by a peer's run.
    package mutating func grew(_ log: LogName, from first: UInt64, to last: UInt64) {
        held[log] = last
        grown[log] = min(grown[log] ?? first, first)
        wanted[log] = nil
    }

    /// At the end of every batch, once its entries are signed: pushes what grew, and sends what is due.
    package mutating func flush(_ holdings: some Holdings, at now: Instant) throws {
        if !grown.isEmpty { antiEntropyMilliseconds = Self.antiEntropyLeastMilliseconds }
        // A revocation overtakes data.
        let logs = grown.sorted {
            ($0.key.scope.urgency, $0.key) < ($1.key.scope.urgency, $1.key)
        }
        grown = [:]
        for id in ready {
            for (log, first) in logs { try push(log, from: first, on: id, holdings) }
            sendDue(on: id, holdings)
        }
    }

    private mutating func push(
        _ log: LogName, from first: UInt64, on id: LinkID, _ holdings: some Holdings
    ) throws {
        guard let link = links[id], link.common.contains(log.scope),
            link.compared.contains(log.scope), !link.forked.contains(log)
        else { return }
        let head = try ownSeq(log, holdings)
        var known = link.reach[log] ?? 0
        guard known < head else { return }
        if link.serving[log] != nil {
            try pump(log, on: id, holdings)
            return
        }
        // A peer that lacks what came before fetches it, and this with it.
        if known + 1 >= first, !link.lazy.contains(log) {
            while known < head, links[id]?.pushedBytes ?? 0 < Link.pushedBytesMax {
                let (bytes, last) = try holdings.run(
                    of: log, from: known + 1, bytesMax: Link.runBytes)
                guard last > known else { break }
                send(
                    .run(
                        RunMessage(
                            log: LogReference(log, in: holdings.book), first: known + 1,
                            last: last, isEnd: false, bytes: bytes)), on: id)
                links[id]?.knows(log, upTo: last)
                links[id]?.pushed.append(
                    Link.Pushed(log: log, last: last, bytes: bytes.count))
                links[id]?.pushedBytes += bytes.count
                known = last
            }
        }
        if known < head { links[id]?.notesDue[log] = head }
    }

    private mutating func sendDue(on id: LinkID, _ holdings: some Holdings) {
        guard let link = links[id] else { return }
        func pages(_ due: [LogName: UInt64]) -> [[Reach]] {
            let all = due.sorted { $0.key < $1.key }.map {
                Reach(log: LogReference($0.key, in: holdings.book), seq: $0.value)
            }
            return stride(from: 0, to: all.count, by: Message.reachesMax).map {
                Array(all[$0..<min($0 + Message.reachesMax, all.count)])
            }
        }
        links[id]?.notesDue = [:]
        links[id]?.acksDue = [:]
        for page in pages(link.acksDue) { send(.ack(page), on: id) }
        for page in pages(link.notesDue) { send(.note(page), on: id) }
    }
}
