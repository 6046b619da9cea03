import Replica

/// The company's period is sealed when all branches have closed, and hold the same.
extension Planner {
    func seal(_ details: Details, _ act: SealAct, _ view: some BookView) throws -> Draft {
        try requireCatalog()
        let person = try actor(details)
        switch act {
        case .seal(let text, let absent):
            guard try view.isAdministrator() else {
                throw Refusal(
                    .notAdministrator, "only an administrator seals a company's period",
                    next: "do it at an administrator's node")
            }
            return try seal(text, absent, by: person, view)
        case .confirm(let text, let prefix):
            return try confirm(text, prefix, by: person, view)
        }
    }

    private func seal(
        _ text: String, _ named: [String], by person: String, _ view: some BookView
    ) throws -> Draft {
        let day = try Self.day(text)
        guard day < today else {
            throw Refusal(.badDate, "\(day) is not over")
        }
        let branches = try view.branches()
        let absent = Set(
            try named.map { text in
                guard let code = BranchCode(text), branches.contains(code) else {
                    throw Refusal(.unknownBranch, "there is no branch \(text)")
                }
                return code
            })
        let closes = try closesToSeal(day, without: absent, view)
        let closing = try closing(absent, day, person, view)
        guard !closes.isEmpty || !closing.branches.isEmpty else {
            throw Refusal(.nothingChanges, "everything up to \(day) is sealed")
        }
        guard closes.count <= Seal.closesMax, absent.count <= Seal.absentMax else {
            throw Refusal(
                .tooManyLines,
                "\(closes.count) closes, and \(absent.count) absent branches: more than one seal names",
                next: "seal an earlier day first")
        }
        let waiting = try principalsWaiting(view)
        guard
            !waiting.contains(where: {
                $0.day == day && $0.closes == closes && $0.absent == absent
                    && $0.closings.map(\.branch) == closing.branches
            })
        else {
            throw Refusal(
                .nothingChanges, "\(day) was sealed, and waits for somebody to agree",
                next: "at another node: `branchbook period seal \(day) --confirm`")
        }
        let isPrincipal = try view.isPrincipal()
        let event = Seal.sealing(
            day, closes: closes, absent: absent.sorted(), closing: closing.fields,
            isPrincipals: isPrincipal, withdrawing: waiting.map(\.digest),
            state: try view.stateDigest(), person: person, on: today)
        guard event.fields.count <= Event.fieldsMax else {
            throw Refusal(
                .tooManyLines, "more absent branches than one seal closes",
                next: "seal an earlier day first, or wait for some of them")
        }
        let draft = Draft(
            number: nil, parts: [Draft.Part(.catalog, [.append(event)])] + closing.parts)
        let next = "`branchbook period seal \(day) --confirm`"
        let closed = closing.branches.map(\.text).joined(separator: ", ")
        switch (isPrincipal, absent.isEmpty) {
        case (true, true): return draft
        case (true, false):
            return draft.noting(
                "without \(absent.map(\.text).sorted().joined(separator: ", ")): somebody else has "
                    + "to confirm it, at another node: \(next)"
                    + (closed.isEmpty
                        ? "" : "; an administrator's, since \(closed) is closed with it"))
        case (false, _):
            return draft.noting(
                "it holds when somebody else confirms it at a principal administrator's node: \(next)"
                    + (closed.isEmpty ? "" : "; \(closed) is closed with it"))
        }
    }

    /// What principal administrators sealed, of whatever day, and nobody agreed to: what one of them says next withdraws that.
    /// Of others nothing counts without such a word.
    private func principalsWaiting(_ view: some BookView) throws -> [Seal] {
        guard try view.isPrincipal() else { return [] }
        let waiting = try view.seals().filter { $0.standing == .waits && $0.isPrincipals }
        return Array(waiting.prefix(Self.withdrawnMax))
    }

    /// Each administrator that seals withdraws what waited before: there are never so many.
    private static let withdrawnMax = 64

    /// What a seal of a day names: of each branch all that closes something, of which all is here that it closed.
    ///
    /// - Throws: `.periodUnfinished` where a branch has not closed and is not left out.
    private func closesToSeal(
        _ day: Day, without absent: Set<BranchCode>, _ view: some BookView
    ) throws -> [Seal.Close] {
        var found: [Seal.Close] = []
        let unlike = try view.unlike()
        for branch in try view.branches() {
            let (closes, isClosed) = try closes(of: branch, upTo: day, view)
            if let what = unlike.first(where: { $0.branch == branch })?.what {
                // What it closed is not sealed; it keeps nobody from sealing without it.
                guard absent.contains(branch) else {
                    throw Refusal(
                        .notVerified, "a node of \(branch) does not hold the same: \(what)",
                        next: "wait until it has caught up, and run `branchbook verify` at both; "
                            + "or leave it out with --absent \(branch)")
                }
                continue
            }
            guard isClosed != absent.contains(branch) else {
                if isClosed {
                    throw Refusal(.badOption, "\(branch) has closed, and is not absent")
                }
                let all = try view.closes(branch)
                let through = all.through.map(\.description) ?? "no day"
                throw Refusal(
                    .periodUnfinished,
                    all.through.map { $0 >= day } ?? false
                        ? "not all is here, and may be written, that \(branch) named when it closed up to \(through)"
                        : "\(branch) has closed up to \(through)",
                    next: "wait for it, or leave it out with --absent \(branch)")
            }
            found += closes
        }
        return found.sorted()
    }

    /// What of a branch's own closes is to be sealed, and whether it has closed up to the day by what may be sealed.
    private func closes(
        of branch: BranchCode, upTo day: Day, _ view: some BookView
    ) throws -> (closes: [Seal.Close], isClosed: Bool) {
        let all = try view.closes(branch).filter { close in
            guard close.stands else { return false }
            return try close.isSealed || view.holds(close) && names(close.heads, of: branch, view)
        }
        // The one that covers the day is not to be opened either.
        let last = all.first { $0.through >= day }
        let closes = all.filter {
            !$0.isSealed && ($0.through <= day || $0.number == last?.number)
        }
        return (closes.map { Seal.Close(number: $0.number, digest: $0.digest) }, last != nil)
    }

    /// Does it name nothing but what this node would name? What its author may not write yet would stand within the sealed
    /// days as soon as somebody lets it.
    private func names(
        _ heads: [LogID: UInt64], of branch: BranchCode, _ view: some BookView
    ) throws -> Bool {
        let frontier = try view.frontier(of: branch)
        return heads.allSatisfy { $0.value <= frontier[$0.key, default: 0] }
    }

    /// What is said of branches that are closed with a seal: how far this node held them, and what their goods had cost.
    private struct AbsentBranches {
        var branches: [BranchCode] = []
        var fields: [Event.Field] = []
        var parts: [Draft.Part] = []
    }

    /// Of those whose books are read here, and at another administrator's node that may agree: nobody freezes costs that they
    /// do not know. The others are left out alone.
    private func closing(
        _ absent: Set<BranchCode>, _ day: Day, _ person: String, _ view: some BookView
    ) throws -> AbsentBranches {
        var found = AbsentBranches()
        var (heads, told) = (0, 0)
        guard grants.contains(.money(branch)) else { return found }
        for code in absent.sorted()
        where try readsAll(of: code) && view.isReadByOthers(code) {
            guard let pair = BranchPair(branch, code),
                try !closes(of: code, upTo: day, view).isClosed
            else { continue }
            let frontier = try view.frontier(of: code)
            heads += frontier.count
            guard heads <= Seal.headsMax else {
                throw Refusal(
                    .tooManyLines, "the absent branches have more logs than a seal can name",
                    next: "seal an earlier day first")
            }
            let costs = try view.openCosts(of: code, upTo: day)
            let events = try SealedCosts.events(day, code, costs, person: person, on: today)
            found.branches.append(code)
            found.fields += Seal.fields(
                closing: code, heads: frontier, costs: events.map { $0.digest(by: nil) })
            told += events.count
            guard told <= Seal.costsMax else {
                throw Refusal(
                    .tooManyLines, "the absent branches have more items than a seal can name",
                    next: "seal an earlier day first")
            }
            if !events.isEmpty {
                found.parts.append(
                    Draft.Part(.betweenMoney(pair), events.map { .append($0) }))
            }
        }
        return found
    }

    private func readsAll(of branch: BranchCode) -> Bool {
        grants.opens(trade: branch) && grants.opens(money: branch)
    }
}

/// The second word.
extension Planner {
    private func confirm(
        _ text: String, _ prefix: String?, by person: String, _ view: some BookView
    ) throws -> Draft {
        if try !view.isAdministrator() { try requireMoney("what its books are sealed with") }
        let day = try Self.day(text)
        let seal = try waiting(day, prefix, person, view)
        if !seal.isPrincipals {
            // By a principal administrator's word it counts: it is what this node would have sealed.
            guard try closesToSeal(day, without: seal.absent, view) == seal.closes else {
                throw Refusal(
                    .notVerified, "\(seal.person) sealed other closes than are to be sealed here",
                    next: "wait until all has come, or seal \(day) here")
            }
        }
        for closing in seal.closings { try requireSame(closing, day, view) }
        let agreement = Seal.confirming(
            day, seal.digest, closes: !seal.closings.isEmpty,
            withdrawing: try principalsWaiting(view).map(\.digest).filter { $0 != seal.digest },
            person: person, on: today)
        let draft = Draft(number: nil, parts: [Draft.Part(.catalog, [.append(agreement)])])
        let absent = seal.absent.map(\.text).sorted().joined(separator: ", ")
        let shown = draft.noting(
            "agreed to \(seal.word), which \(seal.person) sealed on \(seal.sealedOn): "
                + "\(seal.closes.count) closes" + (absent.isEmpty ? "" : ", without \(absent)"))
        let closed = seal.closings.map(\.branch.text).joined(separator: ", ")
        guard !closed.isEmpty else { return shown }
        return shown.noting(
            "\(closed) is closed up to \(day): what it wrote and whoever sealed had not seen "
                + "stands on the day after")
    }

    /// The one that is meant of those that wait for this node's word.
    private func waiting(
        _ day: Day, _ prefix: String?, _ person: String, _ view: some BookView
    ) throws -> Seal {
        let all = try view.seals().filter { $0.day == day }
        let open = all.filter { $0.standing == .waits }
        guard !open.isEmpty else {
            guard all.contains(where: \.holds) else {
                throw Refusal(
                    .unknownDocument, "no seal of \(day) waits for somebody to agree",
                    next: "see `branchbook period seals`")
            }
            throw Refusal(.nothingChanges, "\(day) is sealed")
        }
        let others = try open.filter { try $0.person != person && $0.author != view.node }
        guard !others.isEmpty else {
            throw Refusal(
                .ownApproval, "\(person) or this node sealed \(day)",
                next: "somebody else confirms it, at a node that may write a branch's money")
        }
        let (isAdministrator, isPrincipal) = (try view.isAdministrator(), try view.isPrincipal())
        let able = others.filter {
            (isPrincipal || $0.isPrincipals) && (isAdministrator || $0.closings.isEmpty)
        }
        guard !able.isEmpty else {
            throw Refusal(
                .notAdministrator,
                others.contains { $0.isPrincipals }
                    ? "branches are closed with it: that an administrator confirms"
                    : "what other administrators seal a principal one confirms",
                next: "confirm it at an administrator's node: `branchbook members`")
        }
        let meant = prefix.map { prefix in able.filter { $0.digest.hex.hasPrefix(prefix) } } ?? able
        guard let seal = meant.first else {
            throw Refusal(
                .unknownDocument, "no seal of \(day) that waits begins with \(prefix ?? "")",
                next: "see `branchbook period seals`")
        }
        guard meant.count == 1 else {
            let those = meant.prefix(Self.shownMax).map { "\($0.word) of \($0.person)" }
            throw Refusal(
                .badOption, "more than one waits: \(those.joined(separator: ", "))",
                next: "say which: `branchbook period seal \(day) --confirm --seal \(seal.word)`")
        }
        return seal
    }

    private static let shownMax = 8

    /// What a seal closes is what this node would close: nobody agrees to figures that they cannot compare.
    private func requireSame(
        _ closing: Seal.Closing, _ day: Day, _ view: some BookView
    ) throws {
        let branch = closing.branch
        func other(_ what: String) -> Refusal {
            Refusal(
                .notVerified, what,
                next: "wait until all has come: `branchbook peers`; then seal \(day) anew")
        }
        guard readsAll(of: branch) else {
            throw Refusal(
                .notVerified, "this node does not read the books of \(branch)",
                next: "an administrator confirms it at a node that reads them")
        }
        guard try !closes(of: branch, upTo: day, view).isClosed else {
            throw other("\(branch) has closed up to \(day)")
        }
        guard try view.holds(closing.heads), try names(closing.heads, of: branch, view) else {
            throw other("not all is here that \(closing.person) had of \(branch)")
        }
        let late = try view.documents(of: branch, upTo: day, behind: closing.heads)
        guard late == 0 else {
            throw other(
                "\(late) documents of \(branch) up to \(day) are here that \(closing.person) had not seen"
            )
        }
        guard let told = try view.costs(of: closing, on: day),
            told == (try SealedCosts.amounts(view.openCosts(of: branch, upTo: day)))
        else {
            throw other(
                "what \(closing.person) said of the costs of \(branch) is not here, or not what they are here"
            )
        }
    }
}

extension Seal {
    /// As people name it: the beginning of its digest.
    package var word: String { String(digest.hex.prefix(Self.wordCharacters)) }

    private static let wordCharacters = 12
}
