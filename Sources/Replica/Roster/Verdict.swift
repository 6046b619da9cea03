/// The deterministic judgement on an op: a function of the entry and the whole roster, never of
/// arrival. Void comes only from what stands in `VoidReason`; all else is an exception on a valid
/// fact.
package enum Verdict: Hashable, Sendable {
    case valid
    case void(VoidReason)
}

extension Roster {
    /// Judges one op of an entry of `log`.
    ///
    /// The genesis op is judged by its place: it founds the roster that judges all else.
    ///
    /// - Parameters:
    ///   - place: of the entry; nil where it is only asked what its author may write.
    ///   - seen: the roster heads of the entry.
    package func verdict(
        on op: Result<Operation, VoidReason>, log: LogName, commit: UInt64,
        at place: (log: LogID, seq: UInt64)? = nil, seen: [RosterHead]? = nil
    ) -> Verdict {
        let operation: Operation
        switch op {
        case .failure(let reason): return .void(reason)
        case .success(let value): operation = value
        }
        guard !isAbove(commit, incarnation: log.incarnation, cutOf: log.author, at: place) else {
            return .void(.cut)
        }
        switch operation {
        case .roster(let act):
            guard log.scope == .roster else { return .void(.noGrant) }
            if case .found = act { return .valid }
            if case .recover(let recovery) = act {
                return founding.map(recovery.isSigned) ?? false ? .valid : .void(.noGrant)
            }
            return isAdministrators(log.author, at: place) ? .valid : .void(.noGrant)
        case .post(let transaction):
            guard mayWrite(log.scope, log.author) else { return .void(.noGrant) }
            if transaction.document.kind == .close || transaction.document.close != nil {
                guard let branch = transaction.document.close?.series.branch,
                    log.scope == .trade(branch) || log.scope == .money(branch),
                    nodes[log.author]?.grants.contains(.money(branch)) == true
                else { return .void(.noGrant) }
            }
            let isOurs = transaction.postings.allSatisfy { mayPost(to: $0.account, in: log) }
            return isOurs ? .valid : .void(.account)
        case .append(let event):
            guard mayWrite(log.scope, log.author), mayState(event, in: log, at: place, seen) else {
                return .void(.noGrant)
            }
            return .valid
        case .set(let write):
            guard mayWrite(log.scope, log.author), write.home == log.scope,
                maySet(write, log.author)
            else { return .void(.noGrant) }
            return .valid
        case .unknown:
            return mayWrite(log.scope, log.author) ? .valid : .void(.noGrant)
        }
    }

    private func mayState(
        _ event: Event, in log: LogName, at place: (log: LogID, seq: UInt64)?,
        _ seen: [RosterHead]?
    ) -> Bool {
        if let matter = event.matter, !maySay(matter, in: log, at: place, seen) { return false }
        guard let branch = event.statingBranch else { return true }
        guard case .betweenMoney(let pair) = log.scope, pair.contains(branch) else { return false }
        return nodes[log.author]?.grants.contains(.money(branch)) == true
    }

    /// What is said of a branch's document stands where that branch reads it, and comes from who may say it.
    private func maySay(
        _ matter: Event.Matter, in log: LogName, at place: (log: LogID, seq: UInt64)?,
        _ seen: [RosterHead]?
    ) -> Bool {
        func isOf(_ branch: BranchCode) -> Bool {
            nodes[log.author]?.grants.contains(.trade(branch)) == true
        }
        func isAmong(_ branch: BranchCode) -> Bool {
            if case .between(let pair) = log.scope { pair.contains(branch) } else { false }
        }
        func isAmongMoney(_ branch: BranchCode) -> Bool {
            if case .betweenMoney(let pair) = log.scope { pair.contains(branch) } else { false }
        }
        func isHome(_ branch: BranchCode) -> Bool {
            log.scope == .trade(branch) || log.scope == .money(branch)
        }
        switch matter {
        case .ownWork(let branch): return isHome(branch)
        case .ownPaper(let series, let begins):
            return isHome(series.branch)
                && (!begins || nodes[log.author]?.admission.series == series)
        case .order(let branch, let isStep):
            return isHome(branch) || isAmong(branch) && (isStep || isOf(branch))
        case .asked(let branch): return isAmong(branch) && isOf(branch)
        case .transfer(let branch): return isAmong(branch)
        case .shelf(let branch): return log.scope == .board && holders[branch] == log.author
        case .charged(let branch):
            guard case .betweenMoney(let pair) = log.scope, pair.contains(branch) else {
                return false
            }
            return nodes[log.author]?.grants.contains(.money(branch)) == true
        case .objected(let branch): return isAmongMoney(branch)
        case .period(let branch):
            return log.scope == .trade(branch)
                && nodes[log.author]?.grants.contains(.money(branch)) == true
        case .bank(let branch): return log.scope == .money(branch)
        case .audit(let branch): return log.scope == .trade(branch)
        case .seal(let agrees):
            guard log.scope == .catalog else { return false }
            if isAdministrators(log.author, at: place, seen: seen) { return true }
            guard agrees, let member = nodes[log.author] else { return false }
            return member.grants.contains(.money(member.admission.branch))
        case .work(let series, let begins):
            let branch = series.branch
            let isThere = log.scope == .board || isHome(branch) || isAmong(branch)
            let isOwn = nodes[log.author]?.admission.series == series
            return (isThere || isAmongMoney(branch)) && (!begins || isOwn)
        case .talk(let branch, let isOfWork):
            let isThere = isHome(branch) || isAmong(branch) || isAmongMoney(branch)
            return isThere || isOfWork && log.scope == .board
        case .nothing: return false
        }
    }

    /// A target brings what a branch did before everybody: who may not read its money sets it none.
    private func maySet(_ write: RegisterWrite, _ author: NodeID) -> Bool {
        guard write.isTarget else { return true }
        guard let branch = write.targetBranch else { return false }
        return nodes[author]?.grants.opens(money: branch) == true
    }

    /// One account, one home scope, one writer.
    private func mayPost(to account: Account, in log: LogName) -> Bool {
        if case .bridge(let far) = account.place {
            return far != log.scope && log.scope.holdsAccounts && far.holdsAccounts
        }
        guard account.home == log.scope else { return false }
        switch account.place {
        case .branch(let branch):
            return !account.root.isHeld || holders[branch] == log.author
        case .pair: return true
        case .side(let owner, _):
            return account.root.isHeld
                ? holders[owner] == log.author
                : nodes[log.author]?.grants.contains(.money(owner)) == true
        case .bridge: return true
        }
    }
}

extension Scope {
    /// Do accounts live here?
    package var holdsAccounts: Bool {
        switch self {
        case .roster, .catalog, .board: false
        case .trade, .money, .between, .betweenMoney: true
        }
    }
}
