package import Sodium

/// Who belongs to the book and may do what: a fold over all valid roster acts.
///
/// The fold does not depend on the order of arrival: the founding act comes first, the others in
/// (time, author, dot) order.
/// Cost: linear in the acts; the roster is small and is folded anew when it grows.
package struct Roster: Sendable {
    package private(set) var founding: Founding?
    package private(set) var administrators: Set<NodeID> = []
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

    package struct Member: Hashable, Sendable {
        package let admission: Admission
        package fileprivate(set) var grants: Set<Grant>
    }

    package struct InvitationState: Hashable, Sendable {
        package let invitation: Invitation
        package fileprivate(set) var usedBy: NodeID?
        package fileprivate(set) var isWithdrawn = false
    }

    /// One act with what orders it.
    package struct Step: Sendable {
        package let time: HybridTime
        package let author: NodeID
        package let dot: Dot
        package let act: RosterAct

        package init(time: HybridTime, author: NodeID, dot: Dot, act: RosterAct) {
            self.time = time
            self.author = author
            self.dot = dot
            self.act = act
        }
    }

    package init() {}

    package init(_ steps: some Sequence<Step>) {
        let ordered = steps.sorted {
            ($0.act.rank, $0.time, $0.author, $0.dot) < ($1.act.rank, $1.time, $1.author, $1.dot)
        }
        for step in ordered { apply(step) }
    }

    private mutating func apply(_ step: Step) {
        if case .found(let facts) = step.act {
            guard founding == nil else { return }
            founding = facts
            administrators = [step.author]
            epochs[.roster] = [facts.rosterEpoch]
            return
        }
        guard administrators.contains(step.author) else { return }
        switch step.act {
        case .found: break
        case .addEntity(let name, let currency): entities[name] = entities[name] ?? currency
        case .addBranch(let facts): branches[facts.code] = branches[facts.code] ?? facts
        case .admit(let admission): admit(admission)
        case .changeGrants(let node, let grants): nodes[node]?.grants = Set(grants)
        case .nameKeeper(let branch, let node): keepers[branch] = node
        case .openEpoch(let scope, let commitment):
            if !epochs[scope, default: []].contains(commitment) {
                epochs[scope, default: []].append(commitment)
            }
        case .handKey(let handout): handouts.append(handout)
        case .invite(let invitation):
            if invitations[invitation.id] == nil {
                invitations[invitation.id] = InvitationState(invitation: invitation)
            }
        case .withdrawInvitation(let id): invitations[id]?.isWithdrawn = true
        case .revoke(let cut): revoke(cut)
        }
    }

    /// An invitation admits one node; the first admission of a node and of a series counts.
    private mutating func admit(_ admission: Admission) {
        let seriesIsTaken = nodes.values.contains { $0.admission.series == admission.series }
        guard nodes[admission.node] == nil, !seriesIsTaken else { return }
        if let used = admission.invitation {
            guard let state = invitations[used], state.usedBy == nil, !state.isWithdrawn else {
                return
            }
            invitations[used]?.usedBy = admission.node
        }
        nodes[admission.node] = Member(admission: admission, grants: Set(admission.grants))
        if admission.grants.contains(.trade(admission.branch)) {
            holders[admission.branch] = holders[admission.branch] ?? admission.node
        }
    }

    /// The highest cut wins, incarnation by incarnation.
    private mutating func revoke(_ cut: Cut) {
        cuts[cut.node] = cuts[cut.node].map { $0.joined(with: cut) } ?? cut
    }
}

extension RosterAct {
    /// Nothing counts before the founding act, whatever a clock says.
    fileprivate var rank: Int { if case .found = self { 0 } else { 1 } }
}

extension Roster {
    /// May this node speak to us at all?
    package func isMember(_ node: NodeID) -> Bool {
        (administrators.contains(node) || nodes[node] != nil) && cuts[node] == nil
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
