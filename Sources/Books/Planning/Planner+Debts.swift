import Replica

/// Debts that nobody will pay.
extension Planner {
    /// Where what was given up stands.
    static let badDebts = "bad-debts"

    func debt(_ details: Details, _ act: DebtAct, _ view: some BookView) throws -> Draft {
        switch act {
        case .writeOff(let party, let amount):
            return try askToWriteOff(details, party, amount, view)
        case .approve(let text): return try approveDebt(details, text, view)
        case .refuse(let text):
            let debt = try openDebt(text, view)
            guard let reason = details.memo, !reason.isEmpty else {
                throw Refusal(.badOption, "say why with --memo")
            }
            try Self.check(reason, "memo", DocumentHeader.memoBytesMax)
            let person = try actor(details)
            // One that all have approved and nobody books is taken back by whoever may take one of its steps.
            guard
                try (debt.nextStep.map { [$0] } ?? debt.steps).contains(where: {
                    try mayDecide($0, person, debt, view)
                })
            else { throw notTheirs(debt, person) }
            return saying(
                debt,
                DebtWriteOff.refusal(debt.number, reason: reason, person: person, day: today))
        case .book(let text): return try bookDebt(text, view)
        }
    }

    /// Where the workflow asks nobody the keeper books it in the same breath.
    private func askToWriteOff(
        _ details: Details, _ name: String, _ figure: String, _ view: some BookView
    ) throws -> Draft {
        try requireTrade()
        try Self.check(name, "party", DocumentHeader.partyBytesMax)
        let figures = try reading(named(details))
        let amount = try figures.positive(figure)
        guard let reason = details.memo, !reason.isEmpty else {
            throw Refusal(.badOption, "say why with --memo")
        }
        let owed = try view.balance(of: .named(.receivable, branch, name), figures.currency())
        guard Int128(amount) <= owed else {
            throw Refusal(
                .notEnough, "\(name) owes \(branch) \(figures.told(owed))",
                next: "see `branchbook match list '\(name)'`; --currency names another currency")
        }
        let header = try header(.journal, details, view)
        guard let number = header.number else { throw BooksError.overflow }
        let foreign = try givenUp(details, on: header.effectiveDate, view)
        let worth = try figures.limitWorth(amount, on: header.effectiveDate, view)
        let steps = try view.workflow(.debt).steps.filter { $0.isNeeded(of: worth) }
        let event = DebtWriteOff.asking(
            number, party: name, amount: amount, in: foreign?.code, reason: reason, steps: steps,
            person: header.person, day: header.effectiveDate)
        let draft = Draft(
            number: number, parts: [Draft.Part(.trade(branch), [.append(event)])], total: amount
        ).totalled(in: foreign?.code)
        guard let step = steps.first else { return draft }
        return draft.noting("waits for \(step.name) by a \(step.role)")
    }

    private func openDebt(_ text: String, _ view: some BookView) throws -> DebtWriteOff {
        try requireTrade()
        let number = try Self.number(text)
        guard number.series.branch == branch else {
            throw Refusal(
                .notForThisBranch, "\(number) is of \(number.series.branch)", next: "do it there")
        }
        guard let debt = try view.debt(number) else {
            throw Refusal(
                .unknownDocument, "there is no write-off \(number)",
                next: "see `branchbook debt list`")
        }
        guard debt.refusedBy == nil, try !debt.isBooked(view.transactions(of: number)) else {
            throw Refusal(
                .orderState,
                "\(number) is "
                    + (debt.refusedBy.map { "refused by \($0)" } ?? "booked already"))
        }
        return debt
    }

    private func approveDebt(
        _ details: Details, _ text: String, _ view: some BookView
    ) throws -> Draft {
        let debt = try openDebt(text, view)
        let person = try actor(details)
        guard person != debt.askedBy, !debt.approvals.values.contains(person) else {
            throw Refusal(
                .ownApproval, "\(person) asked for \(debt.number) or approved it already",
                next: "somebody else has to")
        }
        guard let step = debt.nextStep, try mayDecide(step, person, debt, view) else {
            throw notTheirs(debt, person)
        }
        return saying(
            debt,
            DebtWriteOff.approval(debt.number, step: step.name, person: person, day: today))
    }

    private func mayDecide(
        _ step: Workflow.Step, _ person: String, _ debt: DebtWriteOff, _ view: some BookView
    ) throws -> Bool {
        debt.isDecided(step, by: person, of: try view.people(), on: today)
    }

    private func notTheirs(_ debt: DebtWriteOff, _ person: String) -> Refusal {
        let role = debt.nextStep?.role ?? ""
        return Refusal(
            .notThisPerson,
            "step \(debt.nextStep?.name ?? "") is for a \(role) of \(branch), which \(person) is not",
            next: "ask one, or name somebody: `branchbook person set NAME --role \(role)`")
    }

    private func saying(_ debt: DebtWriteOff, _ event: Event) -> Draft {
        Draft(
            number: debt.number, parts: [Draft.Part(.trade(branch), [.append(event)])],
            references: [debt.number])
    }

    /// The keeper alone books it, so that it is booked once.
    private func bookDebt(_ text: String, _ view: some BookView) throws -> Draft {
        try requireTrade()
        try requireMoney("write-offs")
        let number = try Self.number(text)
        guard let debt = try view.debt(number), debt.isApproved, number.series.branch == branch
        else { throw Refusal(.orderState, "\(number) is not approved") }
        guard try !debt.isBooked(view.transactions(of: number)) else {
            throw Refusal(.alreadyRecorded, "\(number) is booked")
        }
        try requireApproved(debt, view)
        let figures = reading(debt.currency)
        let owed = try view.balance(
            of: .named(.receivable, branch, debt.party), figures.currency())
        guard Int128(debt.amount) <= owed else {
            throw Refusal(.notEnough, "\(debt.party) owes \(figures.told(owed)) by now")
        }
        let people = debt.steps.compactMap { debt.approvals[$0.name] }
        let day = try max(debt.day, openDay(of: debt.day, view))
        let header = DocumentHeader(
            kind: .journal, number: number, effectiveDate: day, person: debt.askedBy,
            party: debt.party,
            memo: Self.cut(
                Self.cut(debt.reason, 500)
                    + (people.isEmpty ? "" : " (\(people.joined(separator: ", ")))"),
                DocumentHeader.memoBytesMax))
        if let foreign = try givenUp(debt, on: day, view) {
            return try expense(debt, foreign, header, view)
        }
        var document = DocumentBuilder(header)
        let (trade, money) = (Scope.trade(branch), Scope.money(branch))
        try document.move(
            trade, debt.amount, of: currency(), from: .named(.receivable, branch, debt.party),
            to: .via(money))
        try document.move(
            money, debt.amount, of: currency(), from: .via(trade),
            to: .named(.expense, branch, Self.badDebts))
        return try document.draft(total: debt.amount)
    }

    /// What the company asks now, of people who may: what the request says of itself is nobody's word but its author's.
    private func requireApproved(_ debt: DebtWriteOff, _ view: some BookView) throws {
        let worth = try reading(debt.currency).limitWorth(debt.amount, on: debt.day, view)
        for step in try view.workflow(.debt).steps.filter({ $0.isNeeded(of: worth) }) {
            guard let person = debt.approvals[step.name],
                try mayDecide(step, person, debt, view)
            else {
                throw Refusal(
                    .notThisPerson, "\(debt.number) lacks \(step.name) by a \(step.role)",
                    next: "ask for it anew: `branchbook debt write-off`")
            }
        }
    }

    /// A day, or the first open one where it is closed by now.
    private func openDay(of day: Day, _ view: some BookView) throws -> Day {
        guard let last = try view.closes(branch).through, day <= last else { return day }
        return Day(number: last.number &+ 1)
    }
}
