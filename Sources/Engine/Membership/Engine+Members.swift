import Books
import Gossip
package import Replica
package import Sodium
import Store

/// A newcomer as it presented itself in the handshake.
package struct Newcomer: Hashable, Sendable {
    package let node: NodeID
    package let transport: AgreementPublicKey
    package let box: AgreementPublicKey
    package let name: String

    package init(
        node: NodeID, transport: AgreementPublicKey, box: AgreementPublicKey, name: String
    ) {
        self.node = node
        self.transport = transport
        self.box = box
        self.name = name
    }
}

extension Engine {
    /// Days an invitation may live at most.
    static let invitationMinutesMax: Int64 = 30 * 1_440

    /// Makes an invitation, and the branch it is for where that is new.
    ///
    /// - Throws: `Refusal`; the line is the only place where the secret stands.
    func invite(_ order: InvitationOrder, at now: Instant) throws -> Outcome {
        var standing = try needAdministrator()
        let branch = try RosterPlan.branch(order.branch)
        guard (1...Self.invitationMinutesMax).contains(order.expiresInMinutes) else {
            throw Refusal(
                .badOption, "an invitation lives 1 minute to 30 days",
                next: "choose a shorter time")
        }
        guard order.addresses.count <= InvitationLine.addressesMax else {
            throw Refusal(.badOption, "an invitation carries at most 8 addresses")
        }
        if standing.roster.branches[branch] == nil {
            guard let name = order.branchName else {
                throw Refusal(
                    .unknownBranch, "there is no branch \(branch)",
                    next: "name it with --branch-name to open it")
            }
            let entity =
                order.entity ?? standing.branch.flatMap { standing.roster.branches[$0]?.entity }
            guard let entity, standing.roster.entities[entity] != nil else {
                throw Refusal(
                    .unknownEntity, "there is no legal entity \(entity ?? "")",
                    next: "add it with `branchbook entity add`, or see `entity list`")
            }
            try open(branch, name: name, entity: entity, standing, at: now)
            standing = try needStanding()
        } else if let entity = order.entity, standing.roster.branches[branch]?.entity != entity {
            throw Refusal(
                .badOption,
                "\(branch) is of \(standing.roster.branches[branch]?.entity ?? "")",
                next: "leave --entity out: whose a branch is stays as it was opened")
        }
        var grants: Set<Grant> = [.catalog, .trade(branch), .money(branch)]
        if order.readsAll {
            for other in standing.roster.branches.keys where other != branch {
                grants.formUnion([.readTrade(other), .readMoney(other)])
            }
        }
        try requireKeys(of: grants, standing)
        let secret = random.bytes(InvitationLine.secretBytes)
        let expires = now.advanced(byMilliseconds: order.expiresInMinutes * 60_000)
        let invitation = Invitation(
            id: InvitationLine.id(of: secret, book: standing.book), branch: branch,
            grants: grants.sorted(), expiresMilliseconds: expires.milliseconds)
        try write([.invite(invitation)], at: now)
        let line = InvitationLine(
            book: standing.book, inviter: credentials.transport.publicKey,
            addresses: order.addresses, secret: secret, branch: branch,
            expiresMilliseconds: expires.milliseconds)
        try store.forgetInvitations(before: now.milliseconds)
        try store.keep(invitation: invitation.id, secret: secret, expires: expires.milliseconds)
        return Outcome(
            subject: line.text, summary: "invitation for \(branch), single use")
    }

    /// Another legal entity, whose branches keep their books in a currency: the book's own where none is named. It stays
    /// that one.
    ///
    /// - Throws: `Refusal` unless this node is a principal administrator's.
    func addEntity(_ name: String, currency text: String?, at now: Instant) throws -> Outcome {
        let standing = try needAdministrator()
        try requireOpening(standing)
        try Planner.check(name, "entity", EntityFacts.nameBytesMax)
        guard standing.roster.entities[name] == nil else {
            throw Refusal(
                .nothingChanges, "\(name) is a legal entity already",
                next: "open a branch of it with `branchbook invite --entity`")
        }
        let (_, ledger) = try needLedger()
        let currency = try text.map { try Planner.currency($0) } ?? ledger.currency
        try write([.addEntity(name: name, currency: currency)], at: now)
        try requireTaken { $0.entities[name] != nil }
        return Outcome(
            subject: name,
            summary: "legal entity \(name) added"
                + (currency == ledger.currency ? "" : ", its books are in \(currency)"))
    }

    /// A branch, its keys, and reading grants for those who read everything.
    ///
    /// - Throws: `Refusal` unless this node is a principal administrator's and reads every branch.
    private func open(
        _ branch: BranchCode, name: String, entity: String, _ standing: Standing, at now: Instant
    ) throws {
        try requireOpening(standing)
        let readers = standing.completeReaders
        // Who opens a branch makes its keys, and has to be able to hand them on.
        guard readers.contains(where: { $0.admission.node == standing.node }) else {
            throw Refusal(
                .lacksKeys, "this node does not read every branch, and opens none",
                next: "do it at an administrator's node that does: `branchbook administrator list`")
        }
        var plan = RosterPlan()
        try plan.addBranch(
            branch, name: name, entity: entity, isHeadOffice: false, in: standing.book,
            to: readers.map { .init(node: $0.admission.node, box: $0.admission.box) },
            random: &random)
        for reader in readers {
            let grants = reader.grants.union([.readTrade(branch), .readMoney(branch)])
            plan.acts.append(
                .changeGrants(node: reader.admission.node, grants: grants.sorted()))
        }
        try write(plan.acts, at: now)
        try requireTaken { $0.branches[branch] != nil }
    }

    /// Admits whoever came with an invitation's secret: its grants, its keys, a series of its own.
    /// The same keys again get the same answer.
    ///
    /// - Throws: `Refusal` where the invitation is unknown, used, withdrawn or expired.
    package func admit(_ newcomer: Newcomer, with id: Digest, at now: Instant) throws
        -> Roster.Member
    {
        let standing = try needAdministrator()
        guard let state = standing.roster.invitations[id] else {
            throw Refusal(.badInvitation, "this invitation is not known here")
        }
        if state.usedBy == newcomer.node, let member = standing.roster.nodes[newcomer.node] {
            return member
        }
        guard state.usedBy == nil, !state.isWithdrawn else {
            throw Refusal(
                .invitationUsed, "this invitation was used or withdrawn",
                next: "ask for a new one")
        }
        guard now.milliseconds <= state.invitation.expiresMilliseconds else {
            throw Refusal(
                .invitationExpired, "this invitation has expired", next: "ask for a new one")
        }
        guard standing.roster.nodes[newcomer.node] == nil else {
            throw Refusal(.badInvitation, "this node is a member already")
        }
        try RosterPlan.check(name: newcomer.name)
        let branch = state.invitation.branch
        var plan = RosterPlan()
        plan.acts.append(
            .admit(
                Admission(
                    node: newcomer.node, name: newcomer.name, transport: newcomer.transport,
                    box: newcomer.box, branch: branch, grants: state.invitation.grants,
                    series: try RosterPlan.series(
                        branch, taken: Set(standing.roster.nodes.values.map(\.admission.series)),
                        by: credentials.node == standing.roster.founder ? nil : random.bytes(64)),
                    invitation: id)))
        try plan.handKeys(
            for: Set(state.invitation.grants), from: standing.keyring,
            branches: Array(standing.roster.branches.keys),
            to: .init(node: newcomer.node, box: newcomer.box), random: &random)
        if standing.roster.keepers[branch].map({ !standing.roster.isMember($0) }) ?? true {
            plan.acts.append(.nameKeeper(branch: branch, node: newcomer.node))
        }
        try write(plan.acts, at: now)
        if let holdings = holdings() {
            try gossip.announceRoots(wantsReply: false, holdings)
        }
        guard let member = self.standing?.roster.nodes[newcomer.node] else {
            throw Refusal(.fault, "the roster did not take the newcomer")
        }
        return member
    }

    func withdraw(invitation text: String, at now: Instant) throws -> Outcome {
        let standing = try needAdministrator()
        let found = standing.roster.invitations.keys.filter { $0.description.hasPrefix(text) }
        guard let id = found.first, found.count == 1, text.utf8.count >= 8 else {
            throw Refusal(
                .badInvitation, "no single invitation begins with \(text)",
                next: "see `branchbook invite list`")
        }
        try write([.withdrawInvitation(id: id)], at: now)
        return Outcome(subject: id.description, summary: "withdrawn")
    }

    /// Puts a node out: what it wrote up to what is held here counts, what lies above does not.
    ///
    /// - Parameter confirms: of a node that was put out before: more of what it wrote counts, what is held here by now. Who
    ///   put it out may have held less, or was a thief.
    func revoke(node text: String, confirms: Bool, at now: Instant) throws -> Outcome {
        let standing = try needAdministrator()
        let member = try member(called: text, standing)
        let node = member.admission.node
        guard node != credentials.node else {
            throw Refusal(.badOption, "a node cannot revoke itself")
        }
        let before = standing.roster.cuts[node]
        let isPrincipal = standing.roster.isPrincipal(credentials.node)
        // A principal one's word stands in the place of what others said.
        let isFirst = !standing.roster.cutByPrincipals.contains(node)
        let replaces = before != nil && isPrincipal && isFirst
        guard (before != nil) == confirms else {
            throw Refusal(
                .badOption,
                confirms
                    ? "\(member.admission.name) is a member: what it writes counts"
                    : "\(member.admission.name) was revoked before",
                next: confirms
                    ? "see `branchbook members`"
                    : "where more of what it wrote is to count, what is held here: "
                        + "`branchbook revoke \(member.admission.name) --confirm`")
        }
        try requireRemoving(member, standing)
        let cut = try cut(of: node, standing.scopesKept, in: standing)
        guard before == nil || isPrincipal || isFirst else {
            throw Refusal(
                .notAdministrator,
                "\(member.admission.name) was put out by a principal administrator: what it wrote counts as that one says",
                next:
                    "`branchbook revoke \(member.admission.name) --confirm` at the founder's node, or one that the recovery key named"
            )
        }
        let keepers = standing.roster.keepersInstead(of: node)
        if let before, !replaces {
            let joined = before.joined(with: cut)
            let isMore = try store.logs(of: node).map(\.tip).contains { tip in
                let place = (tip.id, tip.head.seq)
                return before.isBelow(tip.commit, incarnation: tip.name.incarnation, at: place)
                    && !joined.isBelow(tip.commit, incarnation: tip.name.incarnation, at: place)
            }
            guard isMore || !keepers.isEmpty else {
                throw Refusal(
                    .nothingChanges, "all that is held here of \(member.admission.name) counts",
                    next: "see `branchbook members`")
            }
        }
        try write([.revoke(cut)] + keepers, at: now)
        try requireTaken { roster in
            replaces
                ? roster.cutByPrincipals.contains(node)
                : before == nil
                    ? roster.cuts[node] != nil
                    : roster.cuts[node] != before || roster.keepersInstead(of: node).isEmpty
        }
        return Outcome(
            subject: node.short,
            summary: confirms
                ? "what \(member.admission.name) wrote counts as far as it is held here"
                : "revoked \(member.admission.name) above commit \(cut.limits.last?.commit ?? 0)"
        )
    }

    func needAdministrator() throws -> Standing {
        let standing = try needStanding()
        guard standing.isAdministrator else {
            throw Refusal(
                .notAdministrator, "this node is not an administrator",
                next: "do it at an administrator's node: `branchbook administrator list`")
        }
        return standing
    }
}

extension Engine.Standing {
    /// Members that read every branch: a new branch's keys go to them too.
    var completeReaders: [Roster.Member] {
        roster.nodes.values.filter { member in
            roster.isMember(member.admission.node)
                && roster.branches.keys.allSatisfy { member.grants.opens(money: $0) }
        }.sorted { $0.admission.node < $1.admission.node }
    }
}

extension Roster {
    /// Where a keeper is put out another node of its branch that may write its money keeps its books; where there is none,
    /// the next that is admitted.
    fileprivate func keepersInstead(of node: NodeID) -> [RosterAct] {
        keepers.filter { $0.value == node }.keys.sorted().compactMap { branch in
            nodes.values.filter {
                $0.admission.node != node && $0.admission.branch == branch
                    && isMember($0.admission.node) && $0.grants.contains(.money(branch))
            }.map(\.admission.node).min().map { .nameKeeper(branch: branch, node: $0) }
        }
    }
}
