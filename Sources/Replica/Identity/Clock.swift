/// Wall-clock time as the shell saw it: milliseconds since 1970-01-01 UTC.
package struct Instant: Hashable, Comparable, Sendable {
    package let milliseconds: Int64

    package init(milliseconds: Int64) { self.milliseconds = milliseconds }

    package static func < (a: Self, b: Self) -> Bool { a.milliseconds < b.milliseconds }

    /// Saturates: a wrong clock must not trap.
    package func advanced(byMilliseconds step: Int64) -> Instant {
        let (sum, overflow) = milliseconds.addingReportingOverflow(step)
        return Instant(milliseconds: overflow ? (step > 0 ? .max : .min) : sum)
    }
}

/// A hybrid logical clock reading: 48 bits of milliseconds, 16 of counter.
///
/// Orders what references and log order leave open; never decides who is right.
/// Source: Kulkarni et al., "Logical Physical Clocks" (2014), with the peer's influence bounded.
package struct HybridTime: Hashable, Comparable, Sendable {
    package let raw: UInt64

    package init(raw: UInt64) { self.raw = raw }

    package init(milliseconds: Int64, counter: UInt16) {
        let clamped = min(max(milliseconds, 0), Self.millisecondsMax)
        raw = UInt64(clamped) << 16 | UInt64(counter)
    }

    package static let millisecondsMax: Int64 = (1 << 48) - 1
    package static let zero = HybridTime(raw: 0)

    package var milliseconds: Int64 { Int64(raw >> 16) }
    package var counter: UInt16 { UInt16(truncatingIfNeeded: raw) }

    package static func < (a: Self, b: Self) -> Bool { a.raw < b.raw }
}

/// One author's clock. It exceeds its own previous reading and nobody else's: a clock ten years
/// ahead must not infect its readers.
package struct HybridClock: Sendable {
    package private(set) var last: HybridTime
    /// How far a peer's clock lifted ours, never beyond `adoptionMillisecondsMax` of the wall.
    private var lift: Int64 = 0

    /// A peer's clock up to this far ahead is adopted for smoothness.
    package static let adoptionMillisecondsMax: Int64 = 500
    /// An entry further ahead than this is shown as clock-suspect.
    package static let suspectMilliseconds: Int64 = 10 * 60 * 1000

    package init(last: HybridTime = .zero) { self.last = last }

    /// The next reading: greater than the last, and at least the wall clock.
    package mutating func next(at now: Instant) -> HybridTime {
        let wall = HybridTime(
            milliseconds: now.advanced(byMilliseconds: lift).milliseconds, counter: 0)
        last = wall > last ? wall : HybridTime(raw: last.raw &+ 1)
        precondition(last.raw != 0, "the hybrid clock is exhausted")
        return last
    }

    /// A peer's reading: adopted when at most half a second ahead of the wall. Returns its skew.
    package mutating func observe(_ peer: HybridTime, at now: Instant) -> Int64 {
        let skewMilliseconds =
            peer.milliseconds - min(max(now.milliseconds, 0), HybridTime.millisecondsMax)
        if skewMilliseconds > lift, skewMilliseconds <= Self.adoptionMillisecondsMax {
            lift = skewMilliseconds
        }
        return skewMilliseconds
    }
}

/// The wall clock as one process goes by it: it never stands still and never goes back, so that what
/// waits for a time gets there, whatever somebody does to the wall clock.
///
/// Laws: ahead of or at the wall clock where that goes forward; where the wall clock is set back or
/// stands still, half as fast as steady time until the wall clock is there again.
package struct SteadyClock: Sendable {
    private var last: Instant?
    private var steadyLast: Int64 = 0

    package init() {}

    /// - Parameter steady: milliseconds of a clock that nobody sets, from any beginning.
    package mutating func read(wall: Instant, steady: Int64) -> Instant {
        guard let before = last else {
            (last, steadyLast) = (wall, steady)
            return wall
        }
        let passed = max(steady - steadyLast, 0)
        let now = max(wall, before.advanced(byMilliseconds: passed / 2))
        // An odd millisecond counts when the next one comes.
        if passed > 1 || now > before { steadyLast = steady - (now == wall ? 0 : passed % 2) }
        last = now
        return now
    }
}

/// A business date: days since 1970-01-01, with no time zone.
package struct Day: Hashable, Comparable, Sendable, CustomStringConvertible {
    package let number: Int32

    package init(number: Int32) { self.number = number }

    package static func < (a: Self, b: Self) -> Bool { a.number < b.number }
    /// 0000-01-01 and 9999-12-31.
    package static let range: ClosedRange<Int32> = -719_528...2_932_896
}

extension Day {
    /// Proleptic Gregorian. Source: Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms".
    package init?(year: Int, month: Int, day: Int) {
        guard (0...9999).contains(year), (1...12).contains(month), (1...31).contains(day) else {
            return nil
        }
        let y = month <= 2 ? year - 1 : year
        let era = (y >= 0 ? y : y - 399) / 400
        let yearOfEra = y - era * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        number = Int32(era * 146_097 + dayOfEra - 719_468)
        guard civil == (year, month, day) else { return nil }
    }

    /// ISO 8601: `2026-11-24`.
    package init?(_ text: some StringProtocol) {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0].utf8.count == 4, parts[1].utf8.count == 2,
            parts[2].utf8.count == 2, parts.allSatisfy({ $0.utf8.allSatisfy { 48...57 ~= $0 } }),
            let year = Int(parts[0]), let month = Int(parts[1]), let day = Int(parts[2])
        else { return nil }
        self.init(year: year, month: month, day: day)
    }

    /// The UTC date of an instant shifted by the branch's offset from UTC.
    package init(_ now: Instant, utcOffsetMinutes: Int = 0) {
        let local = now.advanced(byMilliseconds: Int64(utcOffsetMinutes) * 60_000)
        let days =
            local.milliseconds >= 0
            ? local.milliseconds / 86_400_000 : (local.milliseconds - 86_399_999) / 86_400_000
        number = Int32(min(max(days, Int64(Self.range.lowerBound)), Int64(Self.range.upperBound)))
    }

    package var civil: (year: Int, month: Int, day: Int) {
        let z = Int(number) + 719_468
        let era = (z >= 0 ? z : z - 146_096) / 146_097
        let dayOfEra = z - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shifted = (5 * dayOfYear + 2) / 153
        let month = shifted < 10 ? shifted + 3 : shifted - 9
        return (
            yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month,
            dayOfYear - (153 * shifted + 2) / 5 + 1
        )
    }

    /// Months since year 0: December 2026 is 12 × 2026 + 11.
    package var month: Int32 {
        let (year, month, _) = civil
        return Int32(12 * year + month - 1)
    }

    /// The first day of its month.
    package var firstOfMonth: Day { Day(number: number - Int32(civil.day - 1)) }

    package var description: String {
        let (year, month, day) = civil
        return padded(year, 4) + "-" + padded(month, 2) + "-" + padded(day, 2)
    }
}

/// Decimal digits with zeros in front, as dates and document numbers are written.
func padded(_ value: some BinaryInteger, _ width: Int) -> String {
    let digits = String(value)
    return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
}
