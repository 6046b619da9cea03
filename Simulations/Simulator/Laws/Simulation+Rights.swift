import Engine
import Replica
import Sodium
import Store

/// Who may write and read what, held against the rules themselves.
extension Simulation {
    /// What one node wrote, judged as if another had written it, or in another log: it counts nowhere.
    func checkRights(
        _ logs: [ReadLog], _ keyring: Keyring, _ roster: Roster, _ machine: Machine
    ) throws {
        let members = roster.nodes.keys.sorted()
        for log in logs {
            guard case .trade(let branch) = log.name.scope else { continue }
            for item in log.items.suffix(8) {
                for case .success(.post(let transaction)) in item.ops ?? [] {
                    let op = Operation.post(transaction)
                    for other in members where other != log.name.author {
                        let name = LogName(author: other, incarnation: 1, scope: log.name.scope)
                        try demandVoid(op, name, roster, machine)
                    }
                    let money = LogName(
                        author: log.name.author, incarnation: 1, scope: .money(branch))
                    try demandVoid(op, money, roster, machine)
                }
            }
        }
        // What is free on a shelf its holder alone says.
        for log in logs where log.name.scope == .board {
            for item in log.items.suffix(8) {
                for case .success(.append(let event)) in item.ops ?? [] {
                    guard case .shelf = event.matter else { continue }
                    for other in members where other != log.name.author {
                        let name = LogName(author: other, incarnation: 1, scope: .board)
                        try demandVoid(.append(event), name, roster, machine)
                    }
                }
            }
        }
        for scope in keyring.scopes {
            for epoch in roster.epochs[scope] ?? [] {
                for other in keyring.scopes where other != scope {
                    guard keyring.key(other, epoch) == nil else {
                        throw Violation(
                            .rightsHold, at: now,
                            "the key of \(scope) opens \(other) at \(machine.name)",
                            machines: [machine.index])
                    }
                }
            }
        }
    }

    private func demandVoid(
        _ op: Operation, _ log: LogName, _ roster: Roster, _ machine: Machine
    ) throws {
        guard case .valid = roster.verdict(on: .success(op), log: log, commit: 1) else { return }
        throw Violation(
            .rightsHold, at: now,
            "\(machine.name) lets \(log.author.short) post to \(log.scope) what is not its to post",
            machines: [machine.index])
    }

    /// The roster is what was said, in whatever order it came; and what an administrator might add to it
    /// goes no further than it may.
    func checkRoster(_ logs: [ReadLog], _ keyring: Keyring, _ machine: Machine) throws {
        var steps: [Roster.Step] = []
        for log in logs where log.name.scope == .roster {
            for item in log.items {
                for (index, op) in (item.ops ?? []).enumerated() {
                    guard case .success(.roster(let act)) = op else { continue }
                    let dot = Dot(
                        log: log.id, seq: item.entry.header.seq, index: UInt32(index))
                    steps.append(
                        Roster.Step(
                            time: item.entry.header.time, author: log.name.author, dot: dot,
                            act: act, seen: item.entry.header.rosterHeads,
                            entry: item.entry.hash))
                }
            }
        }
        guard let last = steps.max(by: { $0.time < $1.time }),
            case let roster = Roster(steps),
            let subject = roster.nodes.keys.filter({ !roster.administrators.contains($0) }).min()
        else { return }
        func later(_ count: UInt64, _ act: RosterAct) -> Roster.Step {
            Roster.Step(
                time: HybridTime(raw: last.time.raw + count), author: last.author,
                dot: Dot(log: last.dot.log, seq: last.dot.seq + count, index: 0), act: act)
        }
        func cut(_ commits: [UInt64: UInt64]) -> Cut {
            Cut(
                node: subject,
                limits: commits.map { .init(incarnation: $0.key, commit: $0.value) }, heads: [])
        }
        let more =
            steps + [
                later(1, .revoke(cut([1: 9, 2: 3]))), later(2, .revoke(cut([1: 4, 2: 5]))),
            ]
        let (forwards, backwards) = (Roster(more), Roster(more.reversed()))
        guard forwards.isLike(backwards), forwards.cuts[subject] == cut([1: 9, 2: 5]),
            !forwards.isAbove(9, incarnation: 1, cutOf: subject),
            forwards.isAbove(6, incarnation: 2, cutOf: subject),
            forwards.isAbove(1, incarnation: 3, cutOf: subject)
        else {
            throw Violation(
                .rosterIsItsActs, at: now,
                "the roster of \(machine.name) depends on the order of its acts",
                machines: [machine.index])
        }
        try checkHolder(steps, later, machine)
        try checkHandout(steps, later, machine)
    }

    /// A second node of a branch may trade there and has nothing to do with the shelf.
    private func checkHolder(
        _ steps: [Roster.Step], _ later: (UInt64, RosterAct) -> Roster.Step, _ machine: Machine
    ) throws {
        guard let (branch, holder) = Roster(steps).holders.min(by: { $0.key < $1.key }),
            let series = Series(branch: branch, letters: "zz"), let code = ItemCode("ITEM")
        else { return }
        let second = Credentials(random: &keys)
        let admission = Admission(
            node: second.node, name: "second", transport: second.transport.publicKey,
            box: second.box.publicKey, branch: branch, grants: [.trade(branch)], series: series,
            invitation: nil)
        let roster = Roster(steps + [later(1, .admit(admission))])
        let document = DocumentHeader(
            kind: .writeOff, number: nil, effectiveDate: Day(number: 0), person: "Nobody",
            party: nil, link: nil, memo: nil, external: nil)
        let op = Operation.post(
            try Transaction(
                document,
                [
                    Posting(.stock(branch), .item(code), -1),
                    Posting(.simple(.shrinkage, branch), .item(code), 1),
                ]))
        let scope = Scope.trade(branch)
        try demandVoid(
            op, LogName(author: second.node, incarnation: 1, scope: scope), roster, machine)
        let own = LogName(author: holder, incarnation: 1, scope: scope)
        guard case .valid = roster.verdict(on: .success(op), log: own, commit: 1) else {
            throw Violation(
                .rightsHold, at: now, "\(machine.name) does not let the holder post to its shelf",
                machines: [machine.index])
        }
    }

    /// A key that the roster does not name is no key, whoever hands it out.
    private func checkHandout(
        _ steps: [Roster.Step], _ later: (UInt64, RosterAct) -> Roster.Step, _ machine: Machine
    ) throws {
        let credentials = try machine.credentials()
        guard let membership = credentials.membership, let key = SymmetricKey(keys.bytes(32))
        else { return }
        let sealed = try SealedBox.seal(
            key.bytes, to: credentials.box.publicKey, random: &keys)
        let handout = KeyHandout(subject: .scope(.catalog), to: credentials.node, sealed: sealed)
        let keyring = Keyring(
            rosterKey: membership.rosterKey, roster: Roster(steps + [later(1, .handKey(handout))]),
            node: credentials.node, box: credentials.box, book: membership.book)
        let foreign = ScopeKey(scope: .catalog, key: key, book: membership.book)
        guard keyring.key(.catalog, foreign.epoch) == nil else {
            throw Violation(
                .rightsHold, at: now,
                "\(machine.name) takes a key of the catalog that the roster does not name",
                machines: [machine.index])
        }
    }
}

extension Roster {
    /// The same in all that a fold decides.
    fileprivate func isLike(_ other: Roster) -> Bool {
        founding == other.founding && administrators == other.administrators
            && branches == other.branches && nodes == other.nodes && keepers == other.keepers
            && holders == other.holders && epochs == other.epochs && cuts == other.cuts
            && invitations == other.invitations
    }
}
