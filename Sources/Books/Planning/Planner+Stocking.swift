import Replica

extension Planner {
    /// Says how much of an item is wanted on a location. Figures that are nil stay; empty ones are taken
    /// away.
    func setStocking(_ change: StockingChange, _ view: some BookView) throws -> Draft {
        try requireTrade()
        let facts = try item(change.item, view)
        try requireStock(facts)
        let location = change.location ?? LocationFacts.main
        _ = try shelf(location, for: .coming, view)
        typealias Attribute = Stocking.Attribute
        let entity = Stocking.entity(branch, location, facts.code)
        guard entity.utf8.count <= RegisterWrite.nameBytesMax else {
            throw Refusal(.badCode, "the code of \(facts.code) is too long to be stocked")
        }
        var ops: [Operation] = []
        func write(_ attribute: String, _ value: Value) throws {
            ops.append(try set(entity, attribute, value, view))
        }
        var figures: [String: Int64] = [:]
        for (attribute, text) in [
            (Attribute.minimum, change.minimum), (Attribute.target, change.target),
            (Attribute.maximum, change.maximum),
        ] {
            guard let text else { continue }
            guard !text.isEmpty else {
                try write(attribute, .absent)
                continue
            }
            let figure = try Amount.parse(text, scale: facts.scale)
            figures[attribute] = figure
            try write(attribute, .integer(figure))
        }
        try requireOrder(figures)
        if let source = change.source {
            if source.isEmpty {
                try write(Attribute.source, .absent)
            } else {
                try write(Attribute.source, .text(try self.source(source, view)))
            }
        }
        guard !ops.isEmpty else { throw Refusal(.emptyDocument, "nothing was named to change") }
        return Draft(number: nil, parts: [Draft.Part(.trade(branch), ops)])
    }

    /// Of the figures that are named together.
    private func requireOrder(_ figures: [String: Int64]) throws(Refusal) {
        typealias Attribute = Stocking.Attribute
        let named = [Attribute.minimum, Attribute.target, Attribute.maximum].compactMap {
            figures[$0]
        }
        guard zip(named, named.dropFirst()).allSatisfy({ $0 <= $1 }) else {
            throw Refusal(
                .badOption, "the figures do not go up from minimum over target to maximum")
        }
    }

    private func source(_ text: String, _ view: some BookView) throws -> String {
        guard text.hasPrefix(Stocking.branchPrefix) else {
            try Self.check(text, "supplier", DocumentHeader.partyBytesMax)
            return text
        }
        let name = text.dropFirst(Stocking.branchPrefix.count)
        guard let other = BranchCode(name), try view.isBranch(other) else {
            throw Refusal(.unknownBranch, "there is no branch \(name)")
        }
        guard other != branch else {
            throw Refusal(.notForThisBranch, "\(branch) has its goods from somewhere else")
        }
        return text
    }
}
