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
            guard let seal = try view.seal(day), !seal.absent.isEmpty else {
                throw Refusal(
                    .unknownDocument, "no seal of \(day) waits for somebody to agree",
                    next: "see `branchbook period seals`")
            }
            guard seal.confirmedBy == nil else {
                throw Refusal(.nothingChanges, "\(day) is sealed")
            }
            guard seal.person != person, try !view.hasSealed(day) else {
                throw Refusal(
                    .ownApproval, "\(person) or this node sealed \(day)",
                    next: "somebody else confirms it, at a node that may write a branch's money")
            }
            return Draft(
                number: nil,
                parts: [
                    Draft.Part(
                        .catalog, [.append(Seal.confirming(day, person: person, on: today))])
                ])
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
            closes += all.filter { !$0.isSealed && ($0.through <= day || $0.number == last) }
                .map(\.number)
        }
        for (branch, what) in try view.unlike() where !absent.contains(branch) {
            throw Refusal(
                .notVerified, "a node of \(branch) does not hold the same: \(what)",
                next: "wait until it has caught up, and run `branchbook verify` at both")
        }
        guard !closes.isEmpty else {
            throw Refusal(.nothingChanges, "everything up to \(day) is sealed")
        }
        guard closes.count <= Seal.closesMax, absent.count <= Seal.absentMax else {
            throw Refusal(
                .tooManyLines,
                "\(closes.count) closes, and \(absent.count) absent branches: more than one seal names",
                next: "seal an earlier day first")
        }
        let draft = Draft(
            number: nil,
            parts: [
                Draft.Part(
                    .catalog,
                    [
                        .append(
                            Seal.sealing(
                                day, closes: closes.sorted(), absent: absent.sorted(),
                                state: try view.stateDigest(), person: person, on: today))
                    ])
            ])
        guard !absent.isEmpty else { return draft }
        return draft.noting(
            "without \(absent.map(\.text).sorted().joined(separator: ", ")): somebody else has "
                + "to confirm it, at another node: `branchbook period seal \(day) --confirm`")
    }
}
