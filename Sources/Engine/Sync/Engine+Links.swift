import Books
import Gossip
import Replica
import Sodium
import Store

/// What a link is for.
enum LinkRole: Hashable, Sendable {
    /// Opened with the book's key: gossip speaks.
    case member
    /// Opened with the secret of this invitation, by a newcomer.
    case guest(invitation: Digest, handshake: [UInt8], transport: AgreementPublicKey)
    /// Opened by us with the secret of an invitation.
    case joining(handshake: [UInt8])
}

extension Engine {
    func holdings() -> StoreHoldings? {
        standing.map {
            StoreHoldings(
                store: store, standing: $0,
                introducer: credentials.membership?.introducer, publication: publication)
        }
    }

    // MARK: Inputs

    func connected(_ link: Connected, at now: Instant) throws -> [Effect] {
        if let joining, link.psk == joining.line.presharedKey.id, link.isInitiator {
            return ask(on: link, joining)
        }
        guard let holdings = holdings() else { return [.close(link.id)] }
        if link.psk == holdings.standing.bookKeyID {
            links[link.id] = .member
            try gossip.connected(
                link.id, isInitiator: link.isInitiator, transport: link.remote,
                address: link.address, holdings, at: now)
            return try run(at: now)
        }
        let invitations = try store.openInvitations(at: now.milliseconds)
        let invited = invitations.first {
            PresharedKey(invitationSecret: $0.secret, book: holdings.book.digest).id == link.psk
        }
        guard let invited else { return [.close(link.id)] }
        links[link.id] = .guest(
            invitation: invited.id, handshake: link.handshakeHash, transport: link.remote)
        return []
    }

    func received(_ bytes: [UInt8], on id: LinkID, at now: Instant) throws -> [Effect] {
        switch links[id] {
        case nil: return []
        case .guest(let invitation, let handshake, let transport):
            return try admitted(
                bytes, with: invitation, handshake: handshake, transport: transport, on: id, at: now
            )
        case .joining: return try joined(bytes, on: id, at: now)
        case .member:
            guard let holdings = holdings() else { return [.close(id)] }
            try gossip.received(bytes, on: id, holdings, at: now)
            return try run(at: now)
        }
    }

    func closed(_ id: LinkID, at now: Instant) throws -> [Effect] {
        let role = links.removeValue(forKey: id)
        if case .joining = role { return nextAddress(why: "the connection was lost", at: now) }
        gossip.closed(id, at: now)
        try endWalks(on: id)
        return try run(at: now)
    }

    func connectFailed(_ address: String, _ why: String, at now: Instant) -> [Effect] {
        if let joining, joining.accepted == nil {
            return nextAddress(why: "\(address): \(why)", at: now)
        }
        gossip.connectFailed(address, at: now)
        return []
    }

    // MARK: What gossip wants done

    /// Interprets what gossip put out, until it puts out no more.
    func run(at now: Instant) throws -> [Effect] {
        var effects: [Effect] = []
        while true {
            let outputs = gossip.take()
            guard !outputs.isEmpty else { return effects }
            for output in outputs {
                switch output {
                case .send(let id, let bytes): effects.append(.send(id, bytes))
                case .close(let id): effects.append(.close(id))
                case .connect(let address):
                    if let standing {
                        effects.append(.connect(address, standing.bookKey, standing.book))
                    }
                case .apply(let id, let log, let message):
                    try apply(message, of: log, on: id, at: now)
                case .ownLogAhead(let log, let id): claimed(log, on: id, at: now)
                case .forked(let log, let seq, let id): try forked(log, at: seq, on: id)
                case .ownHistory(let id, let log, let message):
                    try compare(message, of: log, on: id, at: now)
                case .compared(let node, let comparison):
                    try liftForks(node, comparison)
                    compared(node, comparison)
                case .met(let node, _): try met(node)
                }
            }
        }
    }

    private func met(_ node: NodeID) throws {
        for (address, reached) in gossip.dialer.addresses where reached == node {
            try store.keep(address: address, node: node.key)
        }
    }

    /// Verifies a peer's run, stores and projects it: with a savepoint, so that hostile bytes undo
    /// nothing but themselves.
    private func apply(
        _ message: RunMessage, of log: LogName, on id: LinkID, at now: Instant
    ) throws {
        guard let holdings = holdings() else { return }
        // An own log that comes back is read at once: what the roster brought is told by this.
        let before = standing
        let keyring = holdings.standing.keyring
        let logID = holdings.id(of: log)
        do {
            let held = try store.state(of: logID)
            let run = try PreparedRun(
                verifying: message.bytes, after: held?.tip ?? LogTip(log, id: logID),
                chapter: held?.chapter ?? Chapter(), rulesLevel: options.rulesLevel,
                key: { keyring.key(log.scope, $0) })
            guard run.tip.head.seq == message.last else {
                throw Refusal(.badRun, "a run ends at \(run.tip.head.seq), not \(message.last)")
            }
            if log.incarnation == 0 {
                guard run.items.first?.entry.hash == holdings.book.digest, run.items.count == 1
                else { throw Refusal(.badRun, "another book's founding entry") }
            }
            try store.savepoint { try store.append([run], roster: holdings.standing.roster) }
            if log.author == holdings.node, let first = run.items.first?.entry.header.seq {
                try cameBack(log, first...message.last, isNew: held == nil)
            }
            if log.scope == .roster { try rosterGrew(from: before, at: now) }
            guard let after = self.holdings() else { return }
            try gossip.applied(message, of: log, on: id, after, at: now)
        } catch let error as EntryError {
            var isFork = false
            if case .fork = error { isFork = true }
            gossip.refused(log, isFork: isFork, why: "\(error)", on: id, holdings)
        } catch let error as Refusal where error.code == .badRun {
            gossip.refused(log, isFork: false, why: error.what, on: id, holdings)
        } catch StoreError.sqlite(code: 19, let message) {
            gossip.refused(log, isFork: false, why: message, on: id, holdings)
        } catch StoreError.notNext(let held) {
            try gossip.grew(log, from: held + 1, to: held, holdings)
            gossip.refused(log, isFork: false, why: "not next", on: id, holdings)
        }
    }

    /// Stands on the greater roster: reads what a new key opens, judges again where a verdict may
    /// change, and turns away who is no member any more.
    func rosterGrew(from before: Standing?, at now: Instant) throws {
        try stand()
        guard let after = standing else { return }
        // What nobody judges otherwise for it is not read again: a member may write as much there as it likes.
        let isSame = before?.roster.judges(as: after.roster) ?? false
        if try !isSame
            && (before.map { narrowed($0.roster, after.roster) } ?? false
                || before.map { $0.roster.sealers != after.roster.sealers } ?? false
                || store.hasRosterVoids())
        {
            try reread()
        } else if before?.keyring.scopes != after.keyring.scopes {
            try author?.seal(in: store)
            try store.resume(roster: after.roster) { after.keyring.key($0, $1) }
        }
        guard let holdings = holdings() else { return }
        gossip.turnAway(holdings)
        if before?.keyring.scopes != after.keyring.scopes {
            try gossip.announceRoots(wantsReply: true, holdings)
        }
        if before?.member == nil, after.member != nil {
            credentials.membership?.introducer = nil
            needsSave = true
        }
    }

    /// Reads every log again, own entries of this batch included.
    func reread() throws {
        let standing = try needStanding()
        try author?.seal(in: store)
        if let asking, let onProgress {
            let total = UInt64(clamping: try store.extent().entries)
            var done: UInt64 = 0
            store.onRead = { count in
                done += UInt64(count)
                onProgress(asking, ProgressCount(done: done, total: total, unit: "entries"))
            }
        }
        defer { store.onRead = nil }
        try store.rebuild(roster: standing.roster) { standing.keyring.key($0, $1) }
    }

    /// Can an op that was valid be void now?
    private func narrowed(_ old: Roster, _ new: Roster) -> Bool {
        if old.cuts != new.cuts { return true }
        if old.offices.contains(where: { node, those in
            !those.allSatisfy { new.offices[node]?.contains($0) ?? false }
        }) {
            return true
        }
        if old.holders.contains(where: { new.holders[$0.key] != $0.value }) { return true }
        return old.nodes.contains { node, member in
            !(new.nodes[node]?.grants.isSuperset(of: member.grants) ?? false)
                || new.nodes[node]?.admission != member.admission
        }
    }

    // MARK: The end of a batch

    /// After the last input and the signing: pushes what was written here, sends what is due, and
    /// answers who waited.
    func finish(at now: Instant) throws -> [Effect] {
        var effects: [Effect] = []
        if let holdings = holdings() {
            for written in author?.takeWritten() ?? [] {
                try gossip.grew(
                    written.name, from: written.first, to: written.last, holdings)
            }
            try gossip.tick(holdings, at: now)
            effects += try run(at: now)
            try gossip.flush(holdings, at: now)
            effects += try run(at: now)
            try keepPublished()
        }
        effects += waited(at: now)
        effects += try verified(at: now)
        effects += joiningTimedOut(at: now)
        if needsSave {
            needsSave = false
            effects.append(.save(credentials))
        }
        if let mark = movedMark() { effects.append(.mark(mark)) }
        try effects.append(contentsOf: acceptedKeys(at: now))
        let times = [
            gossip.wakeAt(), waiting.map(\.until).min(), verifying?.until, joining?.until,
            try keeperWake(at: now), hasMoreDue ? now : nil, foldAt, roundAt,
            reconcileAt,
        ]
        if let wake = times.compactMap({ standing == nil && joining == nil ? nil : $0 }).min() {
            effects.append(.wake(at: wake))
        }
        return effects
    }

    /// Tells the shell which keys open a handshake, when they changed.
    private func acceptedKeys(at now: Instant) throws -> [Effect] {
        guard let standing else { return [] }
        let invitations =
            standing.isAdministrator ? try store.openInvitations(at: now.milliseconds) : []
        let known = Accepted(book: standing.bookKeyID, invitations: invitations.map(\.id))
        guard known != accepted else { return [] }
        accepted = known
        let keys = invitations.map {
            PresharedKey(invitationSecret: $0.secret, book: standing.book.digest)
        }
        return [.accept([standing.bookKey] + keys, standing.book)]
    }

    /// The book's key and the invitations that are open.
    struct Accepted: Equatable {
        let book: PresharedKeyID
        let invitations: [Digest]
    }
}

extension PresharedKey {
    /// Opens the first handshake message between members; follows from the key of the roster.
    init(_ membership: Credentials.Membership) {
        self.init(
            Blake2b.hash(
                Array("branchbook book key v1".utf8) + membership.book.digest.bytes,
                count: PresharedKey.count, key: membership.rosterKey.bytes))!
    }
}
