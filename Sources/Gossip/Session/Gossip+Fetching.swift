package import Replica
import Sodium

// MARK: Asking for what is missing

extension Gossip {
    /// Begins streams for what the peer holds and we lack: the roster before all else, and of it the
    /// founding entry first, since it says whose acts count.
    ///
    /// Cost: linear in the logs of the book.
    mutating func plan(on id: LinkID, _ holdings: some Holdings, at now: Instant) throws {
        guard links[id]?.peer != nil else { return }
        var missing: [Int] = []
        for log in links[id]?.logNumbers ?? 0..<0 {
            guard let here = links[id]?[log], here.reach > 0, !here.isForked,
                fetchedBy[log] == nil, here.reach > (try ownSeq(log, holdings)),
                holdings.accepts(logs.names[log])
            else { continue }
            missing.append(log)
        }
        let isReadingRoster =
            links[id]?.fetching.keys.contains { logs.names[$0].scope == .roster } ?? false
        if isReadingRoster || missing.isEmpty { return }
        func byName(_ logs: [Int]) -> [Int] {
            logs.sorted { self.logs.names[$0] < self.logs.names[$1] }
        }
        let roster = missing.filter { logs.names[$0].scope == .roster }
        let next: [Int]
        if roster.isEmpty {
            next = byName(missing)
        } else {
            next = Array(
                byName(roster).sorted {
                    logs.names[$0].incarnation < logs.names[$1].incarnation
                }.prefix(1))
        }
        for log in next {
            guard (links[id]?.fetching.count ?? 0) < Link.streamsMax else { return }
            try fetch(log, on: id, holdings, at: now)
        }
    }

    mutating func fetch(
        _ log: Int, on id: LinkID, _ holdings: some Holdings, at now: Instant
    ) throws {
        let want = Want(
            log: logs.references[log], from: try ownSeq(log, holdings) + 1,
            credit: Link.creditBytes)
        links[id]?.fetching[log] = Link.Fetch(lastProgress: now)
        fetchedBy[log] = id
        wanted[log] = nil
        send(.want(want), on: id)
    }

    /// Asks for one run of an own log whose history differs there: the author alone may compare.
    package mutating func askOwnHistory(
        of name: LogName, from seq: UInt64, on id: LinkID, _ holdings: some Holdings
    ) {
        guard let log = number(name, holdings.book) else { return }
        send(
            .want(
                Want(
                    log: logs.references[log], from: seq, credit: UInt64(Link.runBytes))),
            on: id)
    }

    mutating func endFetch(_ log: Int, on id: LinkID) {
        guard fetchedBy[log] == id else { return }
        fetchedBy[log] = nil
        links[id]?.fetching[log] = nil
    }

    mutating func received(
        _ run: RunMessage, on id: LinkID, _ holdings: some Holdings, at now: Instant
    ) throws {
        guard let log = number(run.log), let link = links[id] else { return }
        guard !link[log].isForked else {
            let name = logs.names[log]
            if name.author == holdings.node { outputs.append(.ownHistory(id, name, run)) }
            return
        }
        let isFetch = links[id]?.fetching[log] != nil
        guard holdings.accepts(logs.names[log]) else {
            endFetch(log, on: id)
            return
        }
        let own = try ownSeq(log, holdings)
        links[id]?.knows(log, upTo: run.last)
        if run.last <= own {
            if isFetch {
                try progressed(log, run, on: id, holdings, at: now)
            } else {
                arrivedTwice(log, on: id)
            }
            return
        }
        guard run.first == own + 1 else {
            // A gap, or an overlap: asked for again from where we are.
            endFetch(log, on: id)
            if fetchedBy[log] == nil { try fetch(log, on: id, holdings, at: now) }
            return
        }
        outputs.append(.apply(id, logs.names[log], run))
    }

    /// The run of this link is stored, and durable once the batch is.
    package mutating func applied(
        _ run: RunMessage, of name: LogName, on id: LinkID, _ holdings: some Holdings,
        at now: Instant
    ) throws {
        try refreshScopes(holdings)
        guard let log = number(name, holdings.book) else { return }
        grew(log, from: run.first, to: run.last)
        if links[id]?.peer == name.author {
            links[id]?.acknowledgeNow(log, at: now)
        } else {
            links[id]?.acknowledgeLater(log, bytes: run.bytes.count, at: now)
        }
        if links[id]?.fetching[log] != nil {
            try progressed(log, run, on: id, holdings, at: now)
        } else if name.author != holdings.node {
            logs[log].upstream = id
            logs[log].grafts = 0
        }
    }

    /// The run was not what it should be. A fork is the author's doing; anything else the peer's.
    package mutating func refused(
        _ name: LogName, isFork: Bool, why: String, on id: LinkID, _ holdings: some Holdings
    ) {
        guard let log = number(name, holdings.book) else { return }
        endFetch(log, on: id)
        if isFork {
            links[id]?[log].isForked = true
            if logs[log].upstream == id { logs[log].upstream = nil }
            outputs.append(.forked(name, seq: logs[log].held ?? 0, id))
        } else {
            close(id, .malformed, why)
        }
    }

    private mutating func progressed(
        _ log: Int, _ run: RunMessage, on id: LinkID, _ holdings: some Holdings,
        at now: Instant
    ) throws {
        if run.isEnd {
            endFetch(log, on: id)
            try follow(log, on: id, holdings)
            try plan(on: id, holdings, at: now)
        } else {
            links[id]?.fetching[log]?.lastProgress = now
            send(.want(Want(log: run.log, from: 0, credit: UInt64(run.bytes.count))), on: id)
        }
    }

    /// A stream that stands still is taken up with another peer.
    mutating func dropStalled(at now: Instant) {
        guard !fetchedBy.isEmpty else { return }
        for id in ready {
            for (log, fetch) in (links[id]?.fetching ?? [:]).sorted(by: { $0.key < $1.key })
            where fetch.lastProgress.milliseconds + Self.stalledMilliseconds <= now.milliseconds {
                endFetch(log, on: id)
                // What it said it has, it may say again.
                links[id]?[log].reach = logs[log].held ?? 0
                wanted[log] = now
            }
        }
    }
}

// MARK: Answering

extension Gossip {
    mutating func serve(
        _ want: Want, on id: LinkID, _ holdings: some Holdings, at now: Instant
    ) throws {
        guard let log = number(want.log), let link = links[id] else { return }
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
        try pump(log, on: id, holdings, at: now)
    }

    /// Sends as much of a log as the peer's credit allows.
    mutating func pump(
        _ log: Int, on id: LinkID, _ holdings: some Holdings, at now: Instant
    ) throws {
        let name = logs.names[log]
        // Own entries leave only when the peer's knowledge of us was compared with ours.
        guard let wasCompared = links[id]?.compared.contains(name.scope),
            wasCompared || name.author != holdings.node,
            links[id]?[log].isForked == false || name.author == links[id]?.peer,
            var serving = links[id]?.serving[log]
        else { return }
        let start = serving.next
        let head = try ownSeq(log, holdings)
        while serving.credit > 0, serving.next <= head {
            let (bytes, last) = try holdings.run(
                of: name, from: serving.next, bytesMax: min(Link.runBytes, Int(serving.credit)))
            guard last >= serving.next else { break }
            send(
                .run(
                    RunMessage(
                        log: logs.references[log], first: serving.next, last: last,
                        isEnd: last >= head, bytes: bytes)), on: id)
            links[id]?.knows(log, upTo: last)
            serving.next = last + 1
            serving.credit -= min(serving.credit, UInt64(bytes.count))
        }
        if serving.next > head {
            // Nothing to send is an answer, too.
            if start == serving.next { links[id]?.noteNow(log, at: now) }
            links[id]?.serving[log] = nil
        } else {
            links[id]?.serving[log] = serving
        }
    }
}
