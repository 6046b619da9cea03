package import Books
package import Gossip
package import Replica
package import Sodium
import Store

/// A past fact that the shell reports.
package enum Input: Sendable {
    case request(RequestID, Request)
    /// Whoever asked is gone: nobody waits for the reply.
    case abandoned(RequestID)
    /// A handshake is done, whoever began it.
    case connected(Connected)
    /// One whole message of a peer.
    case received(LinkID, [UInt8])
    case closed(LinkID)
    /// `connect` came to nothing.
    case connectFailed(address: String, why: String)
    case timerFired
    /// What came of a `check` or a `lookBack`: the report of a copy, or why there is none.
    case checked(RequestID, Reply)
}

/// What the shell knows of a channel that stands.
package struct Connected: Sendable {
    package let id: LinkID
    package let isInitiator: Bool
    package let remote: AgreementPublicKey
    package let psk: PresharedKeyID
    package let handshakeHash: [UInt8]
    /// What was dialled; nil where the peer dialled.
    package let address: String?

    package init(
        id: LinkID, isInitiator: Bool, remote: AgreementPublicKey, psk: PresharedKeyID,
        handshakeHash: [UInt8], address: String?
    ) {
        self.id = id
        self.isInitiator = isInitiator
        self.remote = remote
        self.psk = psk
        self.handshakeHash = handshakeHash
        self.address = address
    }
}

/// What the shell is to do, after the batch is durable.
package enum Effect: Sendable {
    case reply(RequestID, Reply)
    case send(LinkID, [UInt8])
    /// Once what was sent is out.
    case close(LinkID)
    /// Dial; the key opens the first message.
    case connect(String, PresharedKey, BookID)
    /// Handshakes may be opened with these keys and no others.
    case accept([PresharedKey], BookID)
    /// Keep the credentials, before anything else is done.
    case save(Credentials)
    /// Keep the mark beside the database, in place of the one before; no sync is needed.
    case mark(HighWaterMark)
    /// Copy the database as it stands after this batch, verify the copy elsewhere, report `checked`.
    case check(RequestID)
    /// Copy the database as it stands after this batch, cut the copy back to a bookmark, ask it there, report
    /// `checked`.
    case lookBack(RequestID, Query, to: String)
    /// Report `timerFired` at this time, or before.
    case wake(at: Instant)
    /// The store failed in a way that repeating cannot mend: tell, and stop. The engine answers
    /// nothing more; the next one on this store is to check it.
    case stop(Refusal)
}

extension Effect {
    fileprivate var isFirst: Bool {
        switch self {
        case .save, .accept: true
        default: false
        }
    }
}

extension Engine {
    /// One batch: everything that `inputs` asks for in one SQLite transaction, each request with a
    /// savepoint of its own. The effects hold once the transaction is durable, and not before.
    package func handle(_ inputs: [Input], at now: Instant) -> [Effect] {
        if let stopped {
            return inputs.compactMap { input in
                guard case .request(let id, _) = input else { return nil }
                return .reply(id, .refused(stopped))
            }
        }
        let before = Memory(self)
        do {
            var effects: [Effect] = []
            try store.transact {
                try bookmarkDay(at: now)
                for input in inputs { effects += try take(input, at: now) }
                try keepStatements(at: now)
                try lookAfterOrders(at: now)
                try postRecurring(at: now)
                try makeRounds(at: now)
                try reconcileByItself(at: now)
                try foldWhenIdle(inputs, at: now)
                try author?.seal(in: store)
                effects += try finish(at: now)
            }
            // Keys are kept and accepted before anybody is told what rests on them.
            return effects.filter(\.isFirst) + effects.filter { !$0.isFirst }
        } catch {
            before.restore(self)
            (bookmarkedDay, roundRevision, toldDay, recurringDay) = (nil, nil, nil, nil)
            gossip.startOver(from: before.gossip, at: now)
            return failed(inputs, Self.refusal(error), at: now)
        }
    }

    /// What an engine knows beside its store: it goes back with the transaction. What gossip heard is
    /// not among it: a copy would cost every batch more than most batches do.
    private struct Memory {
        private let author: Author?
        private let standing: Standing?
        private let credentials: Credentials
        let gossip: Gossip.Lasting
        private let joining: Joining?
        private let waiting: [Waiting]
        private let verifying: Verifying?
        private let accepted: Accepted?
        private let needsSave: Bool
        private let forks: [LogName: Store.ForkRow]
        private let claims: [NodeID: Claim]
        private let believed: Set<NodeID>
        private let choseIncarnation: Bool
        private let published: [LogName: UInt64]
        private let marked: HighWaterMark?
        private let comparisons: [NodeID: Gossip.Comparison]
        private let foldAt: Instant?
        private let keeperAt: Instant?

        init(_ engine: Engine) {
            author = engine.author
            standing = engine.standing
            credentials = engine.credentials
            // Field by field: a property of the whole would copy it.
            gossip = Gossip.Lasting(
                dialer: engine.gossip.dialer, incarnation: engine.gossip.incarnation,
                isOnline: engine.gossip.isOnline)
            joining = engine.joining
            waiting = engine.waiting
            verifying = engine.verifying
            accepted = engine.accepted
            needsSave = engine.needsSave
            forks = engine.forks
            claims = engine.claims
            believed = engine.believed
            choseIncarnation = engine.choseIncarnation
            published = engine.published
            marked = engine.marked
            comparisons = engine.comparisons
            foldAt = engine.foldAt
            keeperAt = engine.keeperAt
        }

        /// `links`, and what is asked on them, is not among it: a batch that fails closes them all.
        func restore(_ engine: Engine) {
            engine.author = author
            engine.standing = standing
            engine.credentials = credentials
            engine.joining = joining
            engine.waiting = waiting
            engine.verifying = verifying
            engine.accepted = accepted
            engine.needsSave = needsSave
            engine.forks = forks
            engine.claims = claims
            engine.believed = believed
            engine.choseIncarnation = choseIncarnation
            engine.published = published
            engine.publication.reached = [:]
            engine.marked = marked
            engine.comparisons = comparisons
            engine.foldAt = foldAt
            engine.keeperAt = keeperAt
        }
    }

    private func take(_ input: Input, at now: Instant) throws -> [Effect] {
        switch input {
        case .request(let id, let request):
            asking = id
            defer { asking = nil }
            do {
                let request = try admitted(request, at: now)
                defer { actor = nil }
                switch request {
                case .verify: return try verify(id, at: now)
                case .lookBack(let query, let bookmark):
                    return [.lookBack(id, query, to: try needBookmark(bookmark).name)]
                case .join(let line, let name):
                    return try join(line, name: name, id, at: now)
                default: return wait(try answer(request, at: now), id, at: now)
                }
            } catch let refusal as Refusal {
                actor = nil
                noteRefused(refusal, request, at: now)
                return [.reply(id, .refused(refusal))]
            }
        case .abandoned(let id):
            waiting.removeAll { $0.request == id }
            if verifying?.request == id { verifying = nil }
            return []
        case .connected(let link): return try connected(link, at: now)
        case .received(let id, let bytes): return try received(bytes, on: id, at: now)
        case .closed(let id): return try closed(id, at: now)
        case .connectFailed(let address, let why):
            return connectFailed(address, why, at: now)
        case .timerFired: return []
        case .checked(let id, .report(let report)) where report.isVerification:
            return try compareWithPeers(report, id, at: now)
        case .checked(let id, let reply): return [.reply(id, reply)]
        }
    }

    /// Nothing of the batch was kept: everybody who asked is told.
    private func failed(
        _ inputs: [Input], _ refusal: Refusal, at now: Instant
    ) -> [Effect] {
        var effects: [Effect] = []
        // What peers said in this batch is forgotten, and they are heard anew: also those whose links came
        // with it and were not reached.
        let came = inputs.compactMap { if case .connected(let link) = $0 { link.id } else { nil } }
        for id in Set(links.keys).union(came).sorted() { effects.append(.close(id)) }
        (links, walks, rivals) = ([:], [:], [:])
        for case .request(let id, _) in inputs { effects.append(.reply(id, .refused(refusal))) }
        if Self.ends(refusal) {
            effects.append(stop(refusal))
        } else {
            // When the next thing is due was lost with the batch.
            effects.append(.wake(at: now.advanced(byMilliseconds: Self.afterFailureMilliseconds)))
        }
        return effects
    }

    private static let afterFailureMilliseconds: Int64 = 1_000

    /// Failures after which this connection is not written through again: a sync that failed once may
    /// seem to succeed the next time, with what it should have kept gone.
    private static func ends(_ refusal: Refusal) -> Bool {
        [.storage, .damaged, .fault].contains(refusal.code)
    }

    private func stop(_ refusal: Refusal) -> Effect {
        stopped = refusal
        return .stop(refusal)
    }

    /// Moves the write-ahead log into the database, between two batches. Where that fails for another
    /// reason than room, the engine stops: the log is not to be let go of after a sync that failed.
    package func checkpoint() -> [Effect] {
        guard stopped == nil else { return [] }
        do {
            try store.checkpoint()
            return []
        } catch {
            let refusal = Self.refusal(error)
            return Self.ends(refusal) ? [stop(refusal)] : []
        }
    }

    /// Any error of the engine as a person meets it.
    package static func refusal(_ error: any Error) -> Refusal {
        switch error {
        case let refusal as Refusal: refusal
        case let error as StoreError: Refusal(error)
        case let error as BooksError: Refusal(error)
        case let error as FactError: Refusal(error)
        default: Refusal(.fault, "this should not happen: \(error)", next: "report it")
        }
    }
}
