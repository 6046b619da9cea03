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
        case .confirm(let text):
            if try !view.isAdministrator() { try requireMoney("what its books are sealed with") }
            let day = try Self.day(text)
            let closes = try view.isAdministrator()
            guard let seal = try view.seal(day), !seal.absent.isEmpty else {
                throw Refusal(
                    .unknownDocument, "no seal of \(day) waits for somebody to agree",
                    next: "see `branchbook period seals`")
            }
            // Somebody else may have agreed that a branch is left out; that it is closed an administrator says.
            let open = seal.waiting.filter { !$0.isAgreed || closes && !$0.closings.isEmpty }
            guard !open.isEmpty else { throw Refusal(.nothingChanges, "\(day) is sealed") }
            let waiting = open.filter { $0.person != person }.prefix(Seal.agreedMax)
            guard !waiting.isEmpty, try !view.hasSealed(day) else {
                throw Refusal(
                    .ownApproval, "\(person) or this node sealed \(day)",
                    next: "somebody else confirms it, at a node that may write a branch's money")
            }
            let offered = waiting.flatMap(\.closings)
            if closes {
                for closing in offered where grants.opens(money: closing.branch) {
                    guard try view.holdsCosts(of: closing, on: day) else {
                        throw Refusal(
                            .notVerified,
                            "what \(closing.person) said of the costs of \(closing.branch) is not here, or not as it is sealed",
                            next: "wait until it has come: `branchbook peers`")
                    }
                }
            }
            let agreement = Seal.confirming(
                day, waiting.map(\.digest), closes: closes && !offered.isEmpty, person: person,
                on: today)
            let draft = Draft(number: nil, parts: [Draft.Part(.catalog, [.append(agreement)])])
            let closed = Set(offered.map(\.branch)).sorted().map(\.text)
            guard closes, !closed.isEmpty else { return draft }
            return draft.noting(
                "\(closed.joined(separator: ", ")) is closed up to \(day): what it wrote and "
                    + "whoever sealed had not seen stands on the day after")
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
        let absent = try named.map { text in
            guard let code = BranchCode(text), branches.contains(code) else {
                throw Refusal(.unknownBranch, "there is no branch \(text)")
            }
            return code
        }
        var closes: [DocumentNumber] = []
        for branch in branches {
            let all = try view.closes(branch).filter(\.stands)
            let isClosed = (all.through ?? Day(number: .min)) >= day
            guard isClosed != absent.contains(branch) else {
                throw isClosed
                    ? Refusal(.badOption, "\(branch) has closed, and is not absent")
                    : Refusal(
                        .periodUnfinished,
                        "\(branch) has closed up to \(all.through.map(\.description) ?? "no day")",
                        next: "wait for its close, or leave it out with --absent \(branch)")
            }
            // The one that covers the day is not to be opened either.
            let last = all.first { $0.through >= day }?.number
            closes += all.filter {
                $0.closing == nil && !$0.isSealed && ($0.through <= day || $0.number == last)
            }.map(\.number)
        }
        for (branch, what) in try view.unlike() where !absent.contains(branch) {
            throw Refusal(
                .notVerified, "a node of \(branch) does not hold the same: \(what)",
                next: "wait until it has caught up, and run `branchbook verify` at both")
        }
        if try !absent.isEmpty && view.hasSealed(day), let seal = try view.seal(day),
            !seal.offered.isEmpty, !seal.holds
        {
            throw Refusal(
                .nothingChanges, "\(day) was sealed, and waits for somebody to agree",
                next: "at another administrator's node: `branchbook period seal \(day) --confirm`")
        }
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
        let event = Seal.sealing(
            day, closes: closes.sorted(), absent: absent.sorted(), closing: closing.fields,
            state: try view.stateDigest(), person: person, on: today)
        guard event.fields.count <= Event.fieldsMax else {
            throw Refusal(
                .tooManyLines, "more absent branches than one seal closes",
                next: "seal an earlier day first, or wait for some of them")
        }
        let draft = Draft(
            number: nil, parts: [Draft.Part(.catalog, [.append(event)])] + closing.parts)
        guard !absent.isEmpty else { return draft }
        let closed = closing.branches.map(\.text).joined(separator: ", ")
        return draft.noting(
            "without \(absent.map(\.text).sorted().joined(separator: ", ")): somebody else has "
                + "to confirm it, at another node: `branchbook period seal \(day) --confirm`"
                + (closed.isEmpty ? "" : "; where it is an administrator's, \(closed) is closed"))
    }

    /// What is said of branches that are closed with a seal: how far this node held them, and what their goods had cost.
    private struct AbsentBranches {
        var branches: [BranchCode] = []
        var fields: [Event.Field] = []
        var parts: [Draft.Part] = []
    }

    /// Of those whose books are read here: nobody freezes costs that they do not know. The others are left out alone.
    private func closing(
        _ absent: [BranchCode], _ day: Day, _ person: String, _ view: some BookView
    ) throws -> AbsentBranches {
        var found = AbsentBranches()
        var (heads, told) = (0, 0)
        guard grants.contains(.money(branch)) else { return found }
        for code in Set(absent).sorted() where grants.opens(trade: code) {
            guard grants.opens(money: code), let pair = BranchPair(branch, code) else { continue }
            let frontier = try view.frontier(of: code)
            // What it closed itself is held: else what it had entered by then would be late.
            for close in try view.closes(code) where close.stands {
                guard close.heads.allSatisfy({ frontier[$0.key] ?? 0 >= $0.value }) else {
                    throw Refusal(
                        .notVerified,
                        "not all is here that \(code) had when it was closed up to \(close.through)",
                        next: "wait until it has come: `branchbook peers`")
                }
            }
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
}
