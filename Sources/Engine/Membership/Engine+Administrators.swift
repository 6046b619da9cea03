import Books
import Replica
import Sodium
import Store

/// Who may change the roster: naming and removing administrators, and what the recovery key settles.
extension Engine {
    /// What each of a book's administrators needs as a head in every entry (`EntryHeader.rosterHeadsMax`), with room for
    /// incarnations and for those that were.
    static let administratorsMax = 8
    /// Of one author: a node begins another one when it was restored.
    private static let logsMax = 2

    /// Another node may change the roster from now on.
    ///
    /// - Parameter readsAll: it gets the keys of every branch as well, those that are held here: it can hand on no others.
    func nameAdministrator(_ text: String, readsAll: Bool, at now: Instant) throws -> Outcome {
        let standing = try needAdministrator()
        let member = try member(called: text, standing)
        let node = member.admission.node
        let isNew = !standing.roster.administrators.contains(node)
        guard standing.roster.isMember(node) else {
            throw Refusal(
                .revoked, "a node that was revoked is no administrator",
                next: "see `branchbook members`")
        }
        let grants = readsAll ? completeGrants(member, standing) : member.grants
        guard isNew || grants != member.grants else {
            throw Refusal(
                .nothingChanges, "\(member.admission.name) is an administrator",
                next: "see `branchbook administrator list`")
        }
        guard !isNew || standing.roster.administrators.count < Self.administratorsMax else {
            throw Refusal(
                .tooManyLines, "a book has at most \(Self.administratorsMax) administrators",
                next: "remove one: `branchbook administrator remove`")
        }
        var plan = RosterPlan()
        if isNew { plan.acts.append(.nameAdministrator(node)) }
        if grants != member.grants {
            try requireKeys(of: grants, standing)
            plan.acts.append(.changeGrants(node: node, grants: grants.sorted()))
            try plan.handKeys(
                for: grants.subtracting(member.grants), from: standing.keyring,
                branches: Array(standing.roster.branches.keys),
                to: .init(node: node, box: member.admission.box), random: &random)
        }
        try write(plan.acts, at: now)
        try requireTaken { $0.administrators.contains(node) }
        return Outcome(
            subject: node.short,
            summary: "\(member.admission.name) is an administrator"
                + (readsAll ? ", and reads every branch" : ""))
    }

    private func completeGrants(_ member: Roster.Member, _ standing: Standing) -> Set<Grant> {
        standing.roster.branches.keys.reduce(into: member.grants) { grants, branch in
            if !grants.opens(trade: branch) { grants.insert(.readTrade(branch)) }
            if !grants.opens(money: branch) { grants.insert(.readMoney(branch)) }
        }
    }

    /// The node is no administrator any more: what it did up to what is held here counts, what lies above does not.
    /// It stays a member. Where it is none already, more of what it did counts: what is held here by now. Only a principal
    /// administrator does so, and to none of those: what the recovery key says rests on nobody's acts.
    func removeAdministrator(_ text: String, confirms: Bool, at now: Instant) throws -> Outcome {
        let standing = try needAdministrator()
        let member = try member(called: text, standing)
        let node = member.admission.node
        let isOne = standing.roster.administrators.contains(node)
        guard isOne != confirms else {
            throw Refusal(
                .badOption,
                isOne
                    ? "\(member.admission.name) is an administrator: what it does counts"
                    : "\(member.admission.name) is not an administrator",
                next: isOne
                    ? "what it did while it was none is done again: `branchbook administrator list`"
                    : "see `branchbook administrator list`")
        }
        if confirms {
            guard standing.roster.former.contains(node), node != credentials.node else {
                throw Refusal(
                    .badOption, "there is nothing of \(member.admission.name) to agree to here",
                    next: "another administrator does it, of one that was removed")
            }
        } else if standing.roster.administrators.count == 1 {
            throw Refusal(
                .lastAdministrator, "\(member.admission.name) is the only administrator",
                next: "name another one first: `branchbook administrator add`")
        }
        guard standing.roster.isPrincipal(credentials.node) else { throw Self.isNotPrincipal }
        try requireRemoving(member, standing)
        let cut = try authorityCut(of: node, standing)
        try write([.removeAdministrator(cut)], at: now)
        try requireTaken { !$0.administrators.contains(node) }
        if confirms {
            // It may have been removed by the key, or named in between.
            try requireTaken { $0.offices[node]?.contains { $0.cuts == [cut] } ?? false }
        }
        return Outcome(
            subject: node.short,
            summary: confirms
                ? "what \(member.admission.name) did as an administrator counts as far as it is held here"
                : "\(member.admission.name) is no administrator any more")
    }

    /// Signs with the key that `init` printed, at any node of the book: who is an administrator from now on, and who is not.
    ///
    /// - Throws: `Refusal.badRecoveryKey` for another key.
    func recover(_ order: RecoveryOrder, at now: Instant) throws -> Outcome {
        let standing = try needStanding()
        guard let founding = standing.roster.founding, let key = order.signingKey,
            key.publicKey == founding.recovery
        else {
            throw Refusal(
                .badRecoveryKey, "this is not the recovery key of this book",
                next: "64 letters and digits, as `init` printed them")
        }
        let named = try order.names.map { try member(called: $0, standing).admission.node }
        let removed = try order.removes.map { try member(called: $0, standing).admission.node }
        guard !named.isEmpty || !removed.isEmpty, Set(named).isDisjoint(with: removed),
            named.count <= Recovery.namesMax, removed.count <= Recovery.removalsMax
        else {
            throw Refusal(
                .badOption, "the recovery key names administrators or removes them, none both",
                next: "--name NODE, --remove NODE")
        }
        guard named.allSatisfy(standing.roster.isMember) else {
            throw Refusal(
                .revoked, "a node that was revoked is no administrator",
                next: "see `branchbook members`")
        }
        let left = standing.roster.administrators.union(named).subtracting(removed)
        guard !left.isEmpty else {
            throw Refusal(
                .lastAdministrator, "nobody would be left to administer the book",
                next: "name somebody with --name")
        }
        let (number, over) = standing.roster.recoveryNumber.addingReportingOverflow(1)
        guard !over else { throw BooksError.overflow }
        let act = Recovery(
            number: number, names: Set(named),
            removals: try Set(removed).sorted().map { try authorityCut(of: $0, standing) },
            founding: founding, key: key)
        try write([.recover(act)], at: now)
        try requireTaken {
            $0.principals.isSuperset(of: named) && $0.administrators.isDisjoint(with: removed)
        }
        return Outcome(
            subject: "\(act.number)",
            summary: "administrators: "
                + names(of: self.standing ?? standing).joined(separator: ", "))
    }

    /// What is said is written, and counts: else nothing of it is kept. Whoever has no room left to name what it has seen, or
    /// has named more than a log may, begins another one.
    func requireTaken(_ isTaken: (Roster) -> Bool) throws {
        guard let roster = standing?.roster, isTaken(roster) else { throw Self.isNotTaken }
    }

    static let isNotTaken = Refusal(
        .notAdministrator,
        "this would count for nothing: of this node's acts no more are looked at",
        next: "do it at another administrator's node, or with the recovery key")

    private static let isNotPrincipal = Refusal(
        .notAdministrator,
        "only the founder's node removes administrators, and one that the recovery key named",
        next: "do it there, or `branchbook administrator recover`")

    /// - Throws: `Refusal` unless this node's word makes branches, keys and legal entities.
    func requireOpening(_ standing: Standing) throws {
        guard standing.roster.isPrincipal(credentials.node) else {
            throw Refusal(
                .notAdministrator,
                "only the founder's node opens branches and adds legal entities, and one that the recovery key named",
                next:
                    "do it there; where that machine is lost: `branchbook administrator recover --name NODE`"
            )
        }
    }

    /// - Throws: `Refusal` where the node is an administrator, and this node not one that removes it.
    func requireRemoving(_ member: Roster.Member, _ standing: Standing) throws {
        let node = member.admission.node
        guard !standing.roster.isPrincipal(node) else {
            throw Refusal(
                .notAdministrator,
                "\(member.admission.name) founded the book, or the recovery key named it: that alone removes it",
                next: "`branchbook administrator recover --remove \(member.admission.name)`")
        }
        guard
            !standing.roster.administrators.contains(node)
                || standing.roster.isPrincipal(credentials.node)
        else { throw Self.isNotPrincipal }
    }

    private func names(of standing: Standing) -> [String] {
        standing.roster.administrators.map {
            standing.roster.nodes[$0]?.admission.name ?? $0.short
        }.sorted()
    }

    /// What is held of a node's logs that an administrator's acts stand in: the roster, and seals in the catalog.
    private func authorityCut(of node: NodeID, _ standing: Standing) throws -> Cut {
        try cut(of: node, [.roster, .catalog], in: standing, only: true)
    }

    /// - Throws: `Refusal` unless one node is called so, or its key begins so.
    func member(called text: String, _ standing: Standing) throws -> Roster.Member {
        let found = standing.roster.nodes.values.filter {
            $0.admission.name == text || $0.admission.node.description.hasPrefix(text)
        }
        guard let member = found.first, found.count == 1, text.utf8.count >= 1 else {
            throw Refusal(
                .badOption, "no single node is called \(text)", next: "see `branchbook members`")
        }
        return member
    }

    /// An administrator hands on the keys that it holds, and no others.
    func requireKeys(of grants: Set<Grant>, _ standing: Standing) throws {
        let missing = standing.roster.branches.keys.sorted().filter { branch in
            let lacksTrade =
                !standing.keyring.opens(.trade(branch))
                || standing.keyring.tradePairs[branch] == nil
            let lacksMoney =
                !standing.keyring.opens(.money(branch))
                || standing.keyring.moneyPairs[branch] == nil
            return grants.opens(trade: branch) && lacksTrade
                || grants.opens(money: branch) && lacksMoney
        }
        guard missing.isEmpty else {
            throw Refusal(
                .lacksKeys,
                "this node does not hold the keys of \(missing.map(\.text).joined(separator: ", ")), and cannot hand them on",
                next:
                    "do it at an administrator's node that reads every branch, or let it hand this "
                    + "one the keys: `branchbook administrator add NODE --reads-all`")
        }
    }

    /// Heads of the roster that an entry may name: first of the logs that made this node an administrator, then of principal
    /// administrators, then what the recovery key signed, then of all others, and last of those who were some, as far as
    /// that counts; of one author at most two logs, the newest.
    func rosterHeads(_ roster: Roster) throws -> [RosterHead] {
        let own = Set(
            (roster.offices[credentials.node] ?? []).filter(\.cuts.isEmpty)
                .compactMap(\.named?.log))
        let carrying = Set(roster.carriers)
        let logs = try store.logsAsTheyCame(in: .roster).filter { $0.name.incarnation > 0 }
        // As they came: nobody puts another one before what an entry names already.
        let mine = logs.filter { own.contains($0.log) }.prefix(Self.logsMax)
        // Nobody fills an entry's room with logs of his own.
        let newest = Dictionary(
            grouping: logs.filter { one in
                !own.contains(one.log) && !carrying.contains(one.log)
                    && roster.isAdministrators(one.name.author, at: (one.log, 1))
            }, by: \.name.author
        ).mapValues { those in
            Set(
                those.sorted { $0.name.incarnation > $1.name.incarnation }
                    .prefix(Self.logsMax).map(\.log))
        }
        func rank(_ one: (name: LogName, log: LogID, head: Head)) -> Int? {
            let author = one.name.author
            if own.contains(one.log) { return nil }
            if carrying.contains(one.log) { return 1 }
            guard newest[author]?.contains(one.log) ?? false else { return nil }
            if roster.principals.contains(author) { return 0 }
            return roster.administrators.contains(author) ? 2 : 3
        }
        let others = (0...3).map { wanted in logs.filter { rank($0) == wanted } }.joined()
        return (Array(mine) + others).map {
            RosterHead(
                log: $0.log, seq: $0.head.seq,
                hash: Array($0.head.hash.bytes.prefix(EntryHeader.referenceBytes)))
        }
    }

    /// Who may change the roster, and who might.
    func administrators() throws -> Report {
        let standing = try needStanding()
        let roster = standing.roster
        var report = Report(
            schema: "branchbook.administrators/1", title: "Administrators",
            columns: [
                .text("node", "Node"), .text("name", "Name"), .text("branch", "Branch"),
                .text("state", "State"), .text("reads", "Reads every branch"),
                .text("removes", "Removes others"),
            ])
        let complete = Set(standing.completeReaders.map(\.admission.node))
        let all = roster.administrators.union(roster.former)
        for node in all.sorted() {
            let member = roster.nodes[node]
            let isOne = roster.administrators.contains(node)
            report.rows.append([
                .text(node.description), .optional(member?.admission.name),
                .optional(member?.admission.branch.text),
                .text(isOne ? "administrator" : roster.isMember(node) ? "removed" : "revoked"),
                .flag(complete.contains(node)), .flag(roster.isPrincipal(node)),
            ])
        }
        if roster.administrators.isEmpty {
            report.notes.append(
                "Nobody is an administrator: the recovery key names one, "
                    + "`branchbook administrator recover --name NODE`.")
        }
        return report
    }
}

/// What the recovery key is to say.
package struct RecoveryOrder: Codable, Hashable, Sendable {
    /// 64 hexadecimal digits, as `init` printed them.
    package var key: String
    package var names: [String]
    package var removes: [String]

    package init(key: String, names: [String], removes: [String]) {
        self.key = key
        self.names = names
        self.removes = removes
    }

    /// Nil for what is no key at all.
    var signingKey: SigningKey? {
        let digits = key.utf8.filter { $0 != UInt8(ascii: " ") }
        guard digits.count == 64 else { return nil }
        return Hex.bytes(String(decoding: digits, as: UTF8.self).lowercased()).flatMap {
            SigningKey($0)
        }
    }
}
