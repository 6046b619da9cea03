import Replica

/// Where people are spoken to, and documents spoken of: nobody reads of what they may not read.
extension Planner {
    /// What is for everybody stands on the board; what is for one branch where it is read there and here.
    func home(for branches: Set<BranchCode>) throws -> Scope {
        let others = branches.subtracting([branch])
        let scope: Scope
        switch (branches.isEmpty, others.count) {
        case (true, _): scope = .board
        case (false, 0): scope = .trade(branch)
        case (false, 1):
            scope = others.first.flatMap { BranchPair(branch, $0) }.map { .between($0) } ?? .board
        default: scope = .board
        }
        try requireWriting(scope)
        return scope
    }

    /// The scope of a document, or the one between its branch and this one. What stands in a branch's money alone, or in
    /// that of two branches, is spoken of there.
    ///
    /// - Throws: `.unknownDocument`; `.noGrant` where this node may not write there.
    func home(of number: DocumentNumber, _ view: some BookView) throws -> Scope {
        let scope: Scope?
        switch number.kind {
        case .task: scope = TaskFacts(number, try view.said(of: TaskFacts.entity(number)))?.scope
        case .notice: scope = Notice(number, try view.said(of: Notice.entity(number)))?.scope
        case .purchaseOrder, .salesOrder, .transferRequest:
            scope = try Order(number, try view.events(of: Order.entity(number))).map {
                try home(number, party: $0.party, shelf: $0.shelf)
            }
        case .count:
            scope = CountSheet(number, try view.events(of: CountSheet.entity(number))).map { _ in
                near(number.series.branch, isMoney: false)
            }
        case .tillShift:
            scope = TillShift(number, try view.events(of: TillShift.entity(number))).map { _ in
                near(number.series.branch, isMoney: false)
            }
        default: scope = try homeOfPosted(number, view)
        }
        guard let scope else {
            throw Refusal(
                .unknownDocument, "\(number) is not held here",
                next: "wait until it has arrived, and check the number")
        }
        try requireWriting(scope)
        return scope
    }

    /// By the accounts that it is on, as the node of its series wrote it: another may give its own documents the
    /// number.
    private func homeOfPosted(
        _ number: DocumentNumber, _ view: some BookView
    ) throws -> Scope? {
        let postings = try view.written(number).flatMap(\.postings)
        guard !postings.isEmpty else { return nil }
        let homes = Set(postings.compactMap(\.account.home))
        let owner = number.series.branch
        let shared = homes.filter { !$0.isOfOneBranch && $0.isRead(at: branch) }.sorted()
        if let between = shared.first(where: { !$0.holdsCost }) { return between }
        if homes.contains(where: { !$0.holdsCost }) { return near(owner, isMoney: false) }
        return shared.first ?? near(owner, isMoney: true)
    }

    private func near(_ owner: BranchCode, isMoney: Bool) -> Scope {
        guard let pair = BranchPair(owner, branch) else {
            return isMoney ? .money(branch) : .trade(branch)
        }
        return isMoney ? .betweenMoney(pair) : .between(pair)
    }

    func requireWriting(_ scope: Scope) throws(Refusal) {
        let may: Bool =
            switch scope {
            case .board: true
            case .roster: false
            case .catalog: grants.contains(.catalog)
            case .trade(let owner): grants.contains(.trade(owner))
            case .money(let owner): grants.contains(.money(owner))
            case .between(let pair):
                grants.contains(.trade(pair.first)) || grants.contains(.trade(pair.second))
            case .betweenMoney(let pair):
                grants.contains(.money(pair.first)) || grants.contains(.money(pair.second))
            }
        guard !may else { return }
        throw Refusal(
            .noGrant, "this node may not write where that is read",
            next: "work at a node that may")
    }
}

extension Scope {
    fileprivate var isOfOneBranch: Bool {
        switch self {
        case .between, .betweenMoney: false
        case .roster, .catalog, .board, .trade, .money: true
        }
    }

    /// Is it a branch's own, or between it and another?
    func isRead(at branch: BranchCode) -> Bool {
        switch self {
        case .roster, .catalog, .board: true
        case .trade(let owner), .money(let owner): owner == branch
        case .between(let pair), .betweenMoney(let pair): pair.contains(branch)
        }
    }
}
