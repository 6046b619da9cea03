import Replica

extension Planner {
    package static func month(_ text: String) throws(Refusal) -> Month {
        guard let month = Month(text) else {
            throw Refusal(.badDate, "\(text) is no month", next: "write it as in 2026-11")
        }
        return month
    }

    package static func measure(_ text: String) throws(Refusal) -> Measure {
        guard let measure = Measure(rawValue: text) else {
            throw Refusal(
                .badOption, "\(text) is no measure",
                next: "use " + Measure.allCases.map(\.rawValue).joined(separator: ", "))
        }
        return measure
    }

    /// Everybody reads what a branch is to reach, and what it did: so only who reads its money says so.
    func setTarget(_ change: TargetChange, _ view: some BookView) throws -> Draft {
        try requireCatalog()
        guard let code = BranchCode(change.branch), try view.isBranch(code) else {
            throw Refusal(.unknownBranch, "there is no branch \(change.branch)")
        }
        guard grants.opens(money: code) else {
            throw Refusal(
                .noGrant, "this node may not read the money of \(code), and sets it no targets",
                next: "set them at \(code), or at a node that reads its books")
        }
        let entity = Targets.entity(code, try Self.month(change.month))
        guard !change.figures.isEmpty else {
            throw Refusal(
                .emptyDocument, "no measure was named", next: "name one, as in revenue=100000")
        }
        let measures = try change.figures.map { try Self.measure($0.measure) }
        guard Set(measures).count == measures.count else {
            throw Refusal(.badOption, "a measure is named twice")
        }
        let ops = try zip(measures, change.figures).map { measure, figure in
            guard !figure.value.isEmpty else {
                return try set(entity, measure.rawValue, .absent, view)
            }
            // In what the branch keeps its books in.
            let own = try view.currency(of: code).map { ledger.reading($0) } ?? ledger.book
            let value = try Amount.parse(figure.value, scale: measure.scale(own))
            guard value > 0 else {
                throw Refusal(
                    .notPositive, "a target of \(figure.value) is not above zero",
                    next: "leave it empty to take it away, as in \(measure.rawValue)=")
            }
            return try set(entity, measure.rawValue, .integer(value), view)
        }
        return Draft(number: nil, parts: [Draft.Part(.catalog, ops)])
    }
}
