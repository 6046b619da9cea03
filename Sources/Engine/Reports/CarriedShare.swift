import Books

/// What is open of documents in another currency, at its share of what their account is carried at.
struct CarriedShare {
    private let open: Int128
    private let carried: Int128

    init(_ items: OpenItems, _ carried: Int128) {
        open = items.items.reduce(Int128(0)) { $0 + $1.open }
        self.carried = carried
    }

    /// Nil where what is open on both sides comes to nothing, or the figures do not fit.
    func value(of amount: Int128) -> Int128? {
        let (product, over) = carried.multipliedReportingOverflow(by: amount)
        guard open != 0, !over, product != .min else { return nil }
        let sign: Int128 = open < 0 ? -1 : 1
        return (try? Amount.divide(product * sign, by: open * sign)).map { Int128($0) }
    }
}
