package import Replica

/// A month of the calendar, as in `2026-11`.
package struct Month: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// Months since year 0, as `Day.month` has them.
    package let number: Int32

    private static let range: ClosedRange<Int32> = 0...119_999

    /// Of a number beyond the calendar its first or last month.
    package init(number: Int32) {
        self.number = min(max(number, Self.range.lowerBound), Self.range.upperBound)
    }

    package init(_ day: Day) { self.init(number: day.month) }

    package init?(_ text: some StringProtocol) {
        guard let day = Day("\(text)-01") else { return nil }
        self.init(day)
    }

    /// So many months later, or before it; no further than the calendar goes.
    package func advanced(by months: Int32) -> Month {
        let (sum, over) = number.addingReportingOverflow(months)
        return Month(number: over ? (months < 0 ? 0 : .max) : sum)
    }

    package var first: Day {
        Day(year: Int(number) / 12, month: Int(number) % 12 + 1, day: 1) ?? Day(number: 0)
    }

    package var last: Day {
        guard number < Self.range.upperBound else { return Day(number: Day.range.upperBound) }
        return Day(number: advanced(by: 1).first.number - 1)
    }

    package var days: Int { Int(last.number - first.number) + 1 }

    package static func < (a: Self, b: Self) -> Bool { a.number < b.number }
    package var description: String { String(first.description.dropLast(3)) }
}
