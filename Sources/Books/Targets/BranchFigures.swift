package import Replica

/// What a month's measures of a branch are made of. Amounts are minor units.
package struct BranchFigures: Hashable, Sendable {
    /// Net of tax.
    package var sales: Int128 = 0
    package var tax: Int128 = 0
    package var costOfSales: Int128 = 0
    /// What the stock was worth before the month, and at its end.
    package var opening: Int128 = 0
    package var closing: Int128 = 0
    /// What customers owe at the end.
    package var receivables: Int128 = 0
    /// Lines that were counted, and those of them on which nothing differed.
    package var counted: Int64 = 0
    package var right: Int64 = 0
    package var days: Int64 = 30

    package init() {}

    /// At the measure's scale, rounded half away from zero once; nil where there is nothing to measure by, or it does not
    /// fit.
    package func value(_ measure: Measure) -> Int64? {
        switch measure {
        case .revenue: Int64(exactly: sales)
        case .margin: Int64(exactly: sales - costOfSales)
        case .turn: Self.ratio(costOfSales, times: 200, over: opening + closing)
        case .countAccuracy: Self.ratio(Int128(right), times: 10_000, over: Int128(counted))
        case .receivableDays: Self.ratio(receivables, times: Int128(days) * 10, over: sales + tax)
        }
    }

    private static func ratio(_ value: Int128, times factor: Int128, over whole: Int128) -> Int64? {
        let (product, over) = value.multipliedReportingOverflow(by: factor)
        guard !over, whole > 0 else { return nil }
        return try? Amount.divide(product, by: whole)
    }
}

/// What a branch's node tells everybody of a month: events of `figures/<branch>/<month>` on the board. Of each measure the
/// last word counts.
package enum PublishedFigures {
    package static let kind = "said"

    package static func entity(_ branch: BranchCode, _ month: Month) -> String {
        "\(Event.figuresPrefix)\(branch)/\(month)"
    }

    package static func event(
        _ branch: BranchCode, _ month: Month, _ figures: [Measure: Int64?], person: String,
        day: Day
    ) -> Event {
        Event(
            entity: entity(branch, month), kind: kind, person: person, effectiveDate: day,
            fields: Measure.allCases.compactMap { measure in
                figures[measure].map {
                    Event.Field(measure.rawValue, $0.map { .integer($0) } ?? .absent)
                }
            })
    }

    /// A measure that was told and cannot be measured any more is nil.
    package static func read(_ events: [Event]) -> [Measure: Int64?] {
        var figures: [Measure: Int64?] = [:]
        for event in events where event.kind == kind {
            for field in event.fields {
                guard let measure = Measure(rawValue: field.name) else { continue }
                figures[measure] = .some(field.value.integer)
            }
        }
        return figures
    }
}
