import Books
import Gossip
import Replica
import Sodium
import Store

/// A join under way at the newcomer.
struct Joining {
    let request: RequestID
    let line: InvitationLine
    let name: String
    var addresses: [String]
    var until: Instant
    /// Said yes to: what is missing is the roster.
    var accepted: JoinAccept?
}

extension Engine {
    static let joinMilliseconds: Int64 = 30_000

    // MARK: The newcomer

    func join(
        _ text: String, name: String, _ request: RequestID, at now: Instant
    ) throws -> [Effect] {
        let line = try InvitationLine(text)
        try RosterPlan.check(name: name)
        guard joining == nil else { throw Refusal(.badOption, "a join is under way") }
        if let membership = credentials.membership {
            throw membership.book == line.book
                ? Refusal(.bookExists, "this node belongs to that book already")
                : Refusal(
                    .otherBook, "this directory holds another book",
                    next: "choose another directory with --data")
        }
        guard now.milliseconds <= line.expiresMilliseconds else {
            throw Refusal(
                .invitationExpired, "this invitation has expired", next: "ask for a new one")
        }
        guard !line.addresses.isEmpty else {
            throw Refusal(
                .badInvitation, "this invitation names no address",
                next: "ask for one made with --address")
        }
        joining = Joining(
            request: request, line: line, name: name, addresses: line.addresses,
            until: now.advanced(byMilliseconds: Self.joinMilliseconds))
        return nextAddress(why: "", at: now)
    }

    func nextAddress(why: String, at now: Instant) -> [Effect] {
        guard var joining, joining.accepted == nil else { return [] }
        guard !joining.addresses.isEmpty else {
            self.joining = nil
            return [
                .reply(
                    joining.request,
                    .refused(
                        Refusal(
                            .noPeer, "the inviting node was not reached (\(why))",
                            next: "check that its node runs and that the address is right")))
            ]
        }
        let address = joining.addresses.removeFirst()
        self.joining = joining
        return [.connect(address, joining.line.presharedKey, joining.line.book)]
    }

    /// The channel stands: asks to be let in.
    func ask(on link: Connected, _ joining: Joining) -> [Effect] {
        guard link.remote == joining.line.inviter else { return [.close(link.id)] }
        links[link.id] = .joining(handshake: link.handshakeHash)
        let box = credentials.box.publicKey
        let signature = credentials.signing.sign(
            JoinRequest.signedBytes(
                handshake: link.handshakeHash, box: box, name: joining.name))
        let request = JoinRequest(
            node: credentials.node, box: box, name: joining.name, signature: signature)
        return [.send(link.id, request.bytes)]
    }

    func joined(_ bytes: [UInt8], on id: LinkID, at now: Instant) throws -> [Effect] {
        guard var joining, joining.accepted == nil else { return [.close(id)] }
        if let refusal = try? JoinRefusal(bytes) {
            self.joining = nil
            let code = Refusal.Code(rawValue: refusal.code) ?? .badInvitation
            return [
                .close(id),
                .reply(
                    joining.request,
                    .refused(Refusal(code, refusal.what, next: "ask for a new invitation"))),
            ]
        }
        guard let accept = try? JoinAccept(bytes), accept.book == joining.line.book,
            let rosterKey = SymmetricKey(accept.rosterKey)
        else { return [.close(id)] + nextAddress(why: "an answer that makes no sense", at: now) }
        credentials.membership = Credentials.Membership(
            book: accept.book, rosterKey: rosterKey, incarnation: try firstIncarnation(),
            introducer: joining.line.inviter)
        needsSave = true
        author = nil
        try stand()
        for address in joining.line.addresses {
            try store.keep(address: address, node: accept.inviter.key)
            gossip.dialer.add(address, node: accept.inviter)
        }
        joining.accepted = accept
        self.joining = joining
        links[id] = nil
        return [.close(id)]
    }

    /// Replies when the roster names us, or when it takes too long: the join itself stands.
    func joiningTimedOut(at now: Instant) -> [Effect] {
        guard let joining else { return [] }
        if let accept = joining.accepted, standing?.member != nil || joining.until <= now {
            self.joining = nil
            let isKnown = standing?.member != nil
            return [
                .reply(
                    joining.request,
                    .outcome(
                        Outcome(
                            subject: accept.branch.text,
                            summary:
                                "joined \(accept.company) as \(accept.branch), series \(accept.series)",
                            notices: isKnown
                                ? [] : ["the roster comes when `branchbook node` runs"])))
            ]
        }
        guard joining.until <= now else { return [] }
        self.joining = nil
        return [
            .reply(
                joining.request,
                .refused(
                    Refusal(
                        .noPeer, "the inviting node did not answer in time",
                        next: "check that its node runs and that the address is right")))
        ]
    }

    // MARK: The inviter

    func admitted(
        _ bytes: [UInt8], with invitation: Digest, handshake: [UInt8],
        transport: AgreementPublicKey, on id: LinkID, at now: Instant
    ) throws -> [Effect] {
        links[id] = nil
        guard let request = try? JoinRequest(bytes),
            request.node.key.verify(
                request.signature,
                of: JoinRequest.signedBytes(
                    handshake: handshake, box: request.box, name: request.name))
        else { return [.close(id)] }
        do {
            let newcomer = Newcomer(
                node: request.node, transport: transport, box: request.box, name: request.name)
            let member = try undoable { try admit(newcomer, with: invitation, at: now) }
            guard let standing, let membership = credentials.membership else {
                return [.close(id)]
            }
            let accept = JoinAccept(
                book: standing.book, rosterKey: membership.rosterKey.bytes,
                inviter: standing.node, branch: member.admission.branch,
                series: member.admission.series.description,
                company: standing.roster.founding?.name ?? "")
            return [.send(id, accept.bytes)]
        } catch let refusal as Refusal {
            let answer = JoinRefusal(code: refusal.code.rawValue, what: refusal.what)
            return [.send(id, answer.bytes)]
        }
    }
}
