import Replica

/// What is there, and what is not.
extension Planner {
    /// Items of which more is wanted than stands on the shelf, with what is left.
    func lacking(
        _ wanted: [(facts: ItemFacts, quantity: Int64)], on shelf: Account,
        sellableOn: Day? = nil, _ view: some BookView
    ) throws -> [(facts: ItemFacts, left: Int128, wanted: Int128)] {
        var lacking: [(ItemFacts, Int128, Int128)] = []
        for (facts, quantity) in Self.sums(wanted) {
            let left = try free(facts, on: shelf, sellableOn: sellableOn, view)
            if left < quantity { lacking.append((facts, left, quantity)) }
        }
        return lacking
    }

    /// Each item once, in the order of codes.
    static func sums(
        _ lines: [(facts: ItemFacts, quantity: Int64)]
    ) -> [(facts: ItemFacts, quantity: Int128)] {
        var sums: [ItemCode: (facts: ItemFacts, quantity: Int128)] = [:]
        for line in lines {
            sums[line.facts.code, default: (line.facts, 0)].quantity += Int128(line.quantity)
        }
        return sums.values.sorted { $0.facts.code < $1.facts.code }
    }

    /// Goods that leave are there, now and on every day since they left; `next` is what to do instead.
    func requireOnShelf(
        _ wanted: [(facts: ItemFacts, quantity: Int64)], on shelf: Account, day: Day,
        isDated: Bool, next: String, _ view: some BookView
    ) throws {
        if let (facts, left, wanted) = try lacking(wanted, on: shelf, view).first {
            throw Refusal(
                .notEnough,
                "\(name(of: shelf)) has \(Amount.text(left, scale: facts.scale)) \(facts.unit) of "
                    + "\(facts.code) left, not \(Amount.text(wanted, scale: facts.scale))",
                next: next)
        }
        try requireThroughout(wanted, on: shelf, day: day, isDated: isDated, view)
    }
}
