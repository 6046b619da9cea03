/// What a branch is measured by in a month.
package enum Measure: String, Codable, CaseIterable, Sendable {
    /// Sales, net of tax.
    case revenue
    /// Revenue less what the goods cost that were sold.
    case margin
    /// Cost of sales of the month over the mean of what the stock was worth before it and at its end.
    case turn
    /// Of the lines that stocktakes of the month counted, those on which nothing differed.
    case countAccuracy = "count-accuracy"
    /// What customers owe at the month's end, in days of its sales.
    case receivableDays = "receivable-days"

    /// Decimal places of its figures.
    package func scale(_ ledger: Ledger) -> Int {
        switch self {
        case .revenue, .margin: ledger.scale
        case .turn, .countAccuracy: 2
        case .receivableDays: 1
        }
    }

    /// Does it rest on what goods cost?
    package var needsCosts: Bool { self == .margin || self == .turn }

    /// Is less of it better?
    package var isBetterBelow: Bool { self == .receivableDays }

    /// How much of a target is reached, in hundredths of a percent, half away from zero: the figure over the target, or
    /// the other way round where less is better. Nil where it is of nothing, or does not fit.
    package func reached(_ actual: Int64, of target: Int64) -> Int64? {
        let (part, whole) = isBetterBelow ? (target, actual) : (actual, target)
        guard whole > 0 else { return nil }
        return try? Amount.divide(Int128(part) * 10_000, by: Int128(whole))
    }
}
