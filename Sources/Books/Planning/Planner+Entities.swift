import Replica

/// What is known of the company's legal entities.
extension Planner {
    func setEntity(_ change: EntityChange, _ view: some BookView) throws -> Draft {
        try requireCatalog()
        guard try view.entities().contains(change.name) else {
            throw Refusal(
                .unknownEntity, "there is no legal entity \(change.name)",
                next: "see `branchbook entity list`; an administrator adds one with `entity add`")
        }
        let entity = EntityFacts.entity(change.name)
        typealias Attribute = EntityFacts.Attribute
        var ops: [Operation] = []
        for (attribute, text, bytesMax) in [
            (Attribute.taxNumber, change.taxNumber, 64), (Attribute.address, change.address, 200),
            (Attribute.chart, change.chart, 64),
        ] {
            guard let text else { continue }
            if text.isEmpty {
                ops.append(try set(entity, attribute, .absent, view))
            } else {
                try Self.check(text, attribute, bytesMax)
                if attribute == Attribute.chart, Chart(rawValue: text) == nil,
                    try view.chart(text) == nil
                {
                    throw Refusal(
                        .unknownChart, "there is no chart \(text)",
                        next: "see `branchbook chart list`")
                }
                ops.append(try set(entity, attribute, .text(text), view))
            }
        }
        guard !ops.isEmpty else { throw Refusal(.emptyDocument, "nothing was named to change") }
        return Draft(number: nil, parts: [Draft.Part(.catalog, ops)])
    }
}
