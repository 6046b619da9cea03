import Books

/// What a document is to move between two branches, or was said to.
struct TransferValue: Hashable {
    /// Tax and all. What of it is neither price nor tax is what the goods had cost.
    var amount: Int128 = 0
    /// What the sender charges for them, beside tax.
    var net: Int128 = 0
    var tax: Int128 = 0
    /// What they had cost the sender, where it charges a price.
    var cost: Int128 = 0

    /// Nil for a figure that does not fit.
    func narrow(_ figure: KeyPath<TransferValue, Int128>) -> Int64? {
        Int64(exactly: self[keyPath: figure]).flatMap { $0 == .min ? nil : $0 }
    }

    func less(_ other: TransferValue) -> TransferValue {
        TransferValue(
            amount: amount - other.amount, net: net - other.net, tax: tax - other.tax,
            cost: cost - other.cost)
    }

    /// Nil for figures that do not fit.
    func share(_ units: Int128, of all: Int128) -> TransferValue? {
        guard all > 0, let units = Int64(exactly: units), let all = Int64(exactly: all) else {
            return nil
        }
        func part(_ value: Int128) -> Int128? {
            Int64(exactly: value).flatMap { try? Amount.share($0, units, of: all) }
                .map { Int128($0) }
        }
        guard let amount = part(amount), let net = part(net), let cost = part(cost),
            let all = part(self.net + tax)
        else { return nil }
        // Of a price the parts make the whole, and the rest of the amount is what goods had cost.
        return TransferValue(amount: amount, net: net, tax: all - net, cost: cost)
    }
}
