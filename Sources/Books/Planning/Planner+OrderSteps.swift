import Replica

/// Steps in the life of an order: who may take each, and when.
extension Planner {
    func step(_ details: Details, _ act: OrderAct, _ view: some BookView) throws -> Draft {
        let order = try held(act.order ?? "", view)
        let header = try stepHeader(order, details)
        let kind: String
        var fields: [Event.Field] = []
        switch act {
        case .open, .write, .reserve, .release:
            throw Refusal(.badOption, "an order is written otherwise")
        case .quote:
            guard order.kind == .sale else {
                throw Refusal(.orderState, "only a customer is made an offer")
            }
            try require(order, .draft)
            kind = Order.Event.quoted
        case .submit:
            try require(order, .draft, .quoted)
            kind = Order.Event.submitted
        case .approve(_, let name):
            kind = Order.Event.approved
            fields = try approval(order, name, header.person, view)
        case .refuse:
            try require(order, .submitted)
            try requireReason(header, "a refusal")
            let roles = Set(order.openSteps(ledger).map(\.role))
            guard try roles.contains(where: { try authority($0, header.person, [], view) != nil })
            else { throw try notThisPerson(order.openSteps(ledger).first, header.person, view) }
            kind = Order.Event.refused
        case .withdraw:
            try require(order, .submitted, .approved, .placed, .partDone)
            try requireReason(header, "a withdrawal")
            guard order.content.approvals.contains(where: { $0.people.contains(header.person) })
            else {
                throw Refusal(
                    .notThisPerson, "\(header.person) did not approve \(order.number)",
                    next: "who approved it may take that back")
            }
            kind = Order.Event.withdrawn
        case .place:
            guard order.kind != .request else {
                throw Refusal(
                    .orderState, "\(order.party) sends the goods of \(order.number)",
                    next: "at \(order.party): `branchbook transfer send --order \(order.number)`")
            }
            try requireOwn(order)
            try requireApproved(order)
            kind = Order.Event.placed
        case .cancel:
            try requireOwn(order)
            if order.state(ledger) == .partDone {
                throw Refusal(
                    .orderState, "goods of \(order.number) moved already",
                    next: "say that no more are expected: `branchbook order close \(order.number)`")
            }
            try require(order, .draft, .quoted, .submitted, .refused, .approved, .placed)
            try requireReason(header, "a cancellation")
            kind = Order.Event.cancelled
        case .close:
            if order.kind != .request { try requireOwn(order) }
            try require(order, .placed, .partDone, .approved)
            kind = Order.Event.closed
        }
        if let memo = header.memo { fields.append(.init(Order.Field.reason, .text(memo))) }
        if kind != Order.Event.cancelled, kind != Order.Event.closed, let version = order.current {
            fields.append(Self.field(version))
        }
        return Draft(
            number: order.number,
            parts: [
                Draft.Part(
                    try home(order.number, party: order.party, shelf: order.shelf),
                    [.append(event(kind, order.number, header, fields))])
            ])
    }

    func requireOwn(_ order: Order) throws(Refusal) {
        guard order.number.series.branch != branch else { return }
        throw Refusal(
            .notForThisBranch, "\(order.number) is an order of \(order.number.series.branch)",
            next: "do it there")
    }

    private func requireReason(_ header: DocumentHeader, _ what: String) throws(Refusal) {
        guard header.memo == nil else { return }
        throw Refusal(.badOption, "\(what) has a reason", next: "give it with --memo")
    }

    /// An order that needs nobody may be placed as soon as it is written.
    private func requireApproved(_ order: Order) throws(Refusal) {
        let open = order.openSteps(ledger)
        if open.isEmpty {
            try require(order, .draft, .quoted, .submitted, .approved)
        } else if order.state(ledger) == .draft || order.state(ledger) == .quoted {
            throw Refusal(
                .orderState, "\(order.number) has to be approved: \(Self.text(open))",
                next: "`branchbook order submit \(order.number)`")
        } else {
            try require(order, .approved)
        }
    }

    private static func text(_ steps: [Workflow.Step]) -> String {
        steps.map { "\($0.name) by a \($0.role)" }.joined(separator: ", ")
    }

    // MARK: Who may

    /// - Returns: what an approval says beside its version.
    private func approval(
        _ order: Order, _ name: String?, _ person: String, _ view: some BookView
    ) throws -> [Event.Field] {
        try require(order, .submitted)
        let steps = order.steps(ledger)
        guard
            let step = steps.first(where: {
                $0.approval == nil && (name == nil || $0.step.name == name)
            })?.step
        else {
            throw Refusal(
                .orderState, "\(order.number) has no open step \(name ?? "")",
                next: "see `branchbook order show \(order.number)`")
        }
        // Who wrote the order, or took another of its steps.
        var others = steps.reduce(into: Set<String>()) { $0.formUnion($1.approval?.people ?? []) }
        let content = order.content
        others.formUnion([content.writer?.person, content.submitted?.person].compactMap { $0 })
        guard !others.contains(person) else {
            throw Refusal(
                .ownApproval, "\(person) wrote \(order.number) or approved it already",
                next: "somebody else has to")
        }
        guard let authority = try authority(step.role, person, others, view) else {
            throw try notThisPerson(step, person, view)
        }
        var fields = [Event.Field(Order.Field.step, .text(step.name))]
        if authority != person { fields.append(.init(Order.Field.behalf, .text(authority))) }
        return fields
    }

    /// For whom somebody acts: for themselves where they have the role, or for one who has it and named
    /// them. Nil where neither is so.
    func authority(
        _ role: String, _ person: String, _ excluded: Set<String>, _ view: some BookView
    ) throws -> String? {
        if try view.person(person)?.roles.contains(role) == true { return person }
        return try view.people().first {
            $0.roles.contains(role) && $0.isDeputy(person, on: today)
                && !excluded.contains($0.name)
        }?.name
    }

    private func notThisPerson(
        _ step: Workflow.Step?, _ person: String, _ view: some BookView
    ) throws -> Refusal {
        let role = step?.role ?? ""
        let those = try view.people().filter { $0.roles.contains(role) }.map(\.name)
        return Refusal(
            .notThisPerson, "step \(step?.name ?? "") is for a \(role), which \(person) is not",
            next: those.isEmpty
                ? "name somebody: `branchbook person set NAME --role \(role)`"
                : "ask \(those.prefix(5).joined(separator: ", "))")
    }
}
