package import Sodium

/// Who belongs to the book and may do what: a fold over all valid roster acts.
///
/// The fold does not depend on the order of arrival: the founding act comes first, then what was seen before what
/// saw it, the rest in (time, author, dot) order. Which acts count, `Authority` says.
/// Cost: linear in the acts; the roster is small and is folded anew when it grows.
package struct Roster: Equatable, Sendable {
    package private(set) var founding: Founding?
    package private(set) var founder: NodeID?
    package private(set) var administrators: Set<NodeID> = []
    /// Those that remove others and open branches: the founder's, and whom the recovery key named. That alone removes them.
    package private(set) var principals: Set<NodeID> = []
    /// Of those who are administrators or were: by what, and how far what they did counts.
    package private(set) var offices: [NodeID: [Office]] = [:]
    /// Of each act of the recovery key a log in which it stands.
    package private(set) var carriers: [LogID] = []
    /// By log, the last entry that somebody names who may remove others, or might, and that is not held.
    package private(set) var awaited: [LogID: UInt64] = [:]
    /// Acts of those that count for nothing.
    private var void: Set<Dot> = []
    /// The number of the last act of the recovery key; 0 where there is none.
    package private(set) var recoveryNumber: UInt64 = 0
    /// All nodes that somebody ever admitted who was an administrator or might have been, although it does not count: what
    /// they wrote is kept and handed on, or replicas that met them would never hold the same as others.
    package private(set) var known: Set<NodeID> = []
    package private(set) var entities: [String: CurrencyCode] = [:]
    package private(set) var branches: [BranchCode: BranchFacts] = [:]
    package private(set) var nodes: [NodeID: Member] = [:]
    package private(set) var keepers: [BranchCode: NodeID] = [:]
    /// Who alone posts to the branch's stock accounts: the first node admitted for it.
    package private(set) var holders: [BranchCode: NodeID] = [:]
    package private(set) var epochs: [Scope: [Digest]] = [:]
    package private(set) var handouts: [KeyHandout] = []
    package private(set) var invitations: [Digest: InvitationState] = [:]
    package private(set) var cuts: [NodeID: Cut] = [:]
    /// Of those: whom a principal administrator put out.
    package private(set) var cutByPrincipals: Set<NodeID> = []

    package struct Member: Hashable, Sendable {
        package let admission: Admission
        package fileprivate(set) var grants: Set<Grant>
    }

    package struct InvitationState: Hashable, Sendable {
        package let invitation: Invitation
        package fileprivate(set) var usedBy: NodeID?
        package fileprivate(set) var isWithdrawn = false
    }

    /// By what a node is an administrator, or was.
    package struct Office: Equatable, Sendable {
        /// Where it is said; nil of the founder and of whom the recovery key named, which everybody believes at once.
        package let named: Place?
        /// What ended it: what all of them reach counts.
        package let cuts: [Cut]

        package struct Place: Hashable, Sendable {
            package let log: LogID
            package let seq: UInt64
        }
    }

    /// One act with what orders it.
    package struct Step: Sendable {
        package let time: HybridTime
        package let author: NodeID
        package let dot: Dot
        package let act: RosterAct
        /// How far the author had read the roster's logs.
        package let seen: [RosterHead]
        /// Of the entry that it stands in.
        package let entry: Digest

        package init(
            time: HybridTime, author: NodeID, dot: Dot, act: RosterAct, seen: [RosterHead] = [],
            entry: Digest = .zero
        ) {
            self.entry = entry
            self.time = time
            self.author = author
            self.dot = dot
            self.act = act
            self.seen = seen
        }
    }

    package init() {}

    /// - Parameter entries: all of the roster that are held; by itself those in which the acts stand.
    package init(_ steps: some Sequence<Step>, entries: RosterEntries? = nil) {
        let steps = Array(steps)
        self.init(SteppedLogs(steps, entries ?? RosterEntries(steps)))
    }

    /// What is held of the roster's logs, folded. Cost: see `RosterReading` and `Authority`.
    package init<Logs: RosterLogs>(_ logs: Logs) throws(Logs.Failure) {
        guard let reading = try RosterReading(logs) else { return }
        let authority = Authority(reading)
        apply(reading.genesis)
        var withdrawals: [Digest: [Step]] = [:]
        for (step, isPrincipals) in authority.effective {
            switch step.act {
            case .admit(let admission): admit(admission, step, withdrawals)
            case .withdrawInvitation(let id):
                invitations[id]?.isWithdrawn = true
                withdrawals[id, default: []].append(step)
            case .revoke(let cut): revoke(cut, isPrincipals: isPrincipals)
            default: apply(step)
            }
        }
        for (place, step) in authority.steps.enumerated() where !authority.counts(place) {
            void.insert(step.dot)
        }
        known.formUnion(reading.admitted)
        recoveryNumber = reading.recoveries.last?.number ?? 0
        administrators = authority.administrators
        principals = authority.principals
        offices = authority.offices
        carriers = reading.carriers
        awaited = reading.awaited
    }

    private mutating func apply(_ step: Step) {
        if case .found(let facts) = step.act {
            guard founding == nil else { return }
            founding = facts
            founder = step.author
            known.insert(step.author)
            epochs[.roster] = [facts.rosterEpoch]
            return
        }
        switch step.act {
        case .found: break
        case .addEntity(let name, let currency): entities[name] = entities[name] ?? currency
        case .addBranch(let facts): branches[facts.code] = branches[facts.code] ?? facts
        // Nothing takes grants away: what was written by them would be void from its beginning, and of two who give some
        // beside each other one would take those of the other.
        case .changeGrants(let node, let grants): nodes[node]?.grants.formUnion(grants)
        case .nameKeeper(let branch, let node): keepers[branch] = node
        case .openEpoch(let scope, let commitment):
            // The roster's own is the one that founded it: who reads nothing else reads that.
            guard scope != .roster else { return }
            if !epochs[scope, default: []].contains(commitment) {
                epochs[scope, default: []].append(commitment)
            }
        case .handKey(let handout): handouts.append(handout)
        case .invite(let invitation):
            if invitations[invitation.id] == nil {
                invitations[invitation.id] = InvitationState(invitation: invitation)
            }
        case .admit, .withdrawInvitation, .revoke, .recover, .nameAdministrator,
            .removeAdministrator:
            break
        }
    }

    /// An invitation admits one node; the first admission of a node and of a series counts. Who withdraws an invitation
    /// undoes no admission that had not seen it.
    private mutating func admit(
        _ admission: Admission, _ step: Step, _ withdrawals: [Digest: [Step]]
    ) {
        let seriesIsTaken = nodes.values.contains { $0.admission.series == admission.series }
        guard nodes[admission.node] == nil, !seriesIsTaken else { return }
        if let used = admission.invitation {
            let isWithdrawn = withdrawals[used]?.contains(where: step.hasSeen) ?? false
            guard let state = invitations[used], state.usedBy == nil, !isWithdrawn else { return }
            invitations[used]?.usedBy = admission.node
        }
        nodes[admission.node] = Member(admission: admission, grants: Set(admission.grants))
        if admission.grants.contains(.trade(admission.branch)) {
            holders[admission.branch] = holders[admission.branch] ?? admission.node
        }
    }

    /// The highest cut wins, incarnation by incarnation; those of principal administrators stand in the place of all others.
    private mutating func revoke(_ cut: Cut, isPrincipals: Bool) {
        if isPrincipals, cutByPrincipals.insert(cut.node).inserted {
            cuts[cut.node] = cut
            return
        }
        guard isPrincipals || !cutByPrincipals.contains(cut.node) else { return }
        cuts[cut.node] = cuts[cut.node].map { $0.joined(with: cut) } ?? cut
    }
}

extension Roster {
    /// May this node speak to us at all?
    package func isMember(_ node: NodeID) -> Bool {
        (administrators.contains(node) || nodes[node] != nil) && cuts[node] == nil
    }

    package func isPrincipal(_ node: NodeID) -> Bool { principals.contains(node) }

    /// Those who were administrators and are none.
    package var former: Set<NodeID> { Set(offices.keys).subtracting(administrators) }

    /// Does what this author wrote there count as an administrator's? What was written before it was named does not, where it
    /// is known what the entry had seen; of what was ended, what the cuts reach.
    ///
    /// - Parameter place: nil of what is not written yet.
    package func isAdministrators(
        _ author: NodeID, at place: (log: LogID, seq: UInt64)?, seen: [RosterHead]? = nil
    ) -> Bool {
        (offices[author] ?? []).contains { office in
            let isSeen =
                office.named.map { named in
                    seen?.contains { $0.log == named.log && $0.seq >= named.seq } ?? true
                } ?? true
            return isSeen
                && office.cuts.allSatisfy { cut in
                    place.map { cut.reaches($0.log, $0.seq) } ?? false
                }
        }
    }

    /// Can an act there change nothing, whatever it says? Its author is no administrator, no removal lets it count, and nobody
    /// who may remove others claims to have seen it. Not asked of what the recovery key signed.
    package func isBeyond(_ author: NodeID, at place: (log: LogID, seq: UInt64)) -> Bool {
        !administrators.contains(author) && awaited[place.log] ?? 0 < place.seq
            && (offices[author] ?? []).allSatisfy { office in
                office.cuts.contains { !$0.reaches(place.log, place.seq) }
            }
    }

    /// Keeps what a node writes whom such an act admits.
    package mutating func keep(_ node: NodeID) { known.insert(node) }

    /// Does an act that is held count for nothing?
    package func isVoid(_ dot: Dot) -> Bool { void.contains(dot) }

    /// Would both judge everything alike?
    package func judges(as other: Roster) -> Bool {
        var (mine, theirs) = (self, other)
        (mine.void, theirs.void) = ([], [])
        (mine.known, theirs.known) = ([], [])
        (mine.carriers, theirs.carriers) = ([], [])
        (mine.awaited, theirs.awaited) = ([:], [:])
        (mine.recoveryNumber, theirs.recoveryNumber) = (0, 0)
        return mine == theirs
    }

    package func isKeeper(_ node: NodeID, of branch: BranchCode) -> Bool {
        keepers[branch] == node
    }

    /// Does a grant of this node open the scope? The roster, the catalog and the board are every
    /// member's; head office reads all but money of every branch; who writes can read; the rest is by
    /// reading grants.
    package func mayRead(_ scope: Scope, _ node: NodeID) -> Bool {
        guard isMember(node) else { return false }
        guard let member = nodes[node] else { return !scope.holdsAccounts }
        if branches[member.admission.branch]?.isHeadOffice == true, !scope.holdsCost { return true }
        let grants = member.grants
        switch scope {
        case .roster, .catalog, .board: return true
        case .trade(let branch): return grants.opens(trade: branch)
        case .money(let branch): return grants.opens(money: branch)
        case .between(let pair):
            return grants.opens(trade: pair.first) || grants.opens(trade: pair.second)
        case .betweenMoney(let pair):
            return grants.opens(money: pair.first) || grants.opens(money: pair.second)
        }
    }

    /// May this node write the scope at all? Which accounts is the verdict's question.
    package func mayWrite(_ scope: Scope, _ node: NodeID) -> Bool {
        if scope == .roster { return administrators.contains(node) }
        guard let grants = nodes[node]?.grants else { return false }
        switch scope {
        case .roster: return false
        case .catalog: return grants.contains(.catalog)
        case .board: return true
        case .trade(let branch): return grants.contains(.trade(branch))
        case .money(let branch): return grants.contains(.money(branch))
        case .between(let pair):
            return grants.contains(.trade(pair.first)) || grants.contains(.trade(pair.second))
        case .betweenMoney(let pair):
            return grants.contains(.money(pair.first)) || grants.contains(.money(pair.second))
        }
    }

    package func isAbove(
        _ commit: UInt64, incarnation: UInt64, cutOf node: NodeID,
        at place: (log: LogID, seq: UInt64)? = nil
    ) -> Bool {
        cuts[node]?.isBelow(commit, incarnation: incarnation, at: place) ?? false
    }
}

extension Set<Grant> {
    package func opens(trade branch: BranchCode) -> Bool {
        contains(.trade(branch)) || contains(.readTrade(branch))
    }

    package func opens(money branch: BranchCode) -> Bool {
        contains(.money(branch)) || contains(.readMoney(branch))
    }
}
