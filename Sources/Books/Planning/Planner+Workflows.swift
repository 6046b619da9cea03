import Replica

/// What the company says of who approves what.
extension Planner {
    func setWorkflow(_ change: WorkflowChange, _ view: some BookView) throws -> Draft {
        try requireCatalog()
        guard change.steps.count <= Workflow.stepsMax else {
            throw Refusal(.tooManyLines, "a workflow has at most \(Workflow.stepsMax) steps")
        }
        let steps = try change.steps.map { try step($0) }
        guard Set(steps.map(\.name)).count == steps.count else {
            throw Refusal(.badOption, "two steps have one name")
        }
        let workflow = Workflow(
            version: try view.workflow(change.kind).version &+ 1, steps: steps)
        let entity = Workflow.entity(change.kind)
        return Draft(
            number: nil,
            parts: [
                Draft.Part(
                    .catalog,
                    [
                        try set(entity, Workflow.Attribute.steps, .text(workflow.text), view),
                        try set(
                            entity, Workflow.Attribute.version, .integer(workflow.version), view),
                    ])
            ])
    }

    /// `release:manager>5000/2`.
    private func step(_ text: String) throws -> Workflow.Step {
        let days = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        let amount = days[0].split(separator: ">", maxSplits: 1, omittingEmptySubsequences: false)
        let names = amount[0].split(separator: ":", omittingEmptySubsequences: false)
        guard names.count == 2 else {
            throw Refusal(
                .badOption, "\(text) is not a step", next: "write it as in release:manager>5000/2")
        }
        var limit: Int32?
        if days.count == 2 {
            guard let count = Int32(days[1]), (0...365).contains(count) else {
                throw Refusal(.badOption, "\(days[1]) is not 0 to 365 days")
            }
            limit = count
        }
        var above: Int64?
        if amount.count == 2 {
            above = try Amount.parse(String(amount[1]), scale: ledger.book.scale)
            guard above ?? 0 >= 0 else { throw Refusal(.notPositive, "a limit is not below zero") }
        }
        return Workflow.Step(
            name: try Self.name(String(names[0]), "step"),
            role: try Self.name(String(names[1]), "role"), above: above, days: limit)
    }

    func setPerson(_ change: PersonChange, _ view: some BookView) throws -> Draft {
        try requireCatalog()
        try Self.check(change.name, "person", DocumentHeader.personBytesMax)
        let entity = PersonFacts.entity(change.name)
        typealias Attribute = PersonFacts.Attribute
        var ops: [Operation] = []
        if let roles = change.roles {
            guard roles.count <= 32 else {
                throw Refusal(.tooManyLines, "a person has at most 32 roles")
            }
            let text = try roles.map { try Self.name($0, "role") }.joined(separator: " ")
            ops.append(try set(entity, Attribute.roles, .text(text), view))
        }
        if let deputy = change.deputy {
            if !deputy.isEmpty {
                try Self.check(deputy, "person", DocumentHeader.personBytesMax)
                guard deputy != change.name else {
                    throw Refusal(.badOption, "nobody is their own deputy")
                }
            }
            ops.append(
                try set(entity, Attribute.deputy, deputy.isEmpty ? .absent : .text(deputy), view))
            ops.append(
                try set(
                    entity, Attribute.until,
                    try change.deputyUntil.map { .text(try Self.day($0).description) } ?? .absent,
                    view))
        }
        if let text = change.daysBack {
            var value = Value.absent
            if !text.isEmpty {
                guard let days = Int32(text), (0...36_500).contains(days) else {
                    throw Refusal(.badOption, "\(text) is not 0 to 36,500 days")
                }
                value = .integer(Int64(days))
            }
            ops.append(try set(entity, Attribute.daysBack, value, view))
        }
        if let branches = change.branches {
            let codes = try branches.map { text in
                guard let code = BranchCode(text), try view.isBranch(code) else {
                    throw Refusal(.unknownBranch, "there is no branch \(text)")
                }
                return code.text
            }
            ops.append(
                try set(
                    entity, Attribute.branches, .text(codes.joined(separator: " ")), view))
        }
        guard !ops.isEmpty else { throw Refusal(.emptyDocument, "nothing was named to change") }
        return Draft(number: nil, parts: [Draft.Part(.catalog, ops)])
    }
}
