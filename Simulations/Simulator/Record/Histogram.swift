/// How often a figure of so many milliseconds was met, with an error of at most one part in 32.
/// Memory is bounded: 32 buckets for each doubling.
package struct Histogram: Hashable, Sendable {
    private var buckets: [Int] = []
    package private(set) var count = 0
    package private(set) var most: Milliseconds = 0
    private var sum: Milliseconds = 0

    package init() {}

    package mutating func add(_ value: Milliseconds) {
        let value = max(value, 0)
        let place = Self.place(value)
        if place >= buckets.count {
            buckets += [Int](repeating: 0, count: place + 1 - buckets.count)
        }
        buckets[place] += 1
        count += 1
        sum += value
        most = max(most, value)
    }

    /// Law: adding A to B is adding every figure of A to B.
    package mutating func add(_ other: Histogram) {
        if other.buckets.count > buckets.count {
            buckets += [Int](repeating: 0, count: other.buckets.count - buckets.count)
        }
        for (place, number) in other.buckets.enumerated() { buckets[place] += number }
        count += other.count
        sum += other.sum
        most = max(most, other.most)
    }

    package var mean: Milliseconds { count == 0 ? 0 : sum / Milliseconds(count) }

    /// The least figure that `thousandths` of all do not exceed; nil where there are none.
    package func part(_ thousandths: Int) -> Milliseconds? {
        guard count > 0 else { return nil }
        let rank = max((count * min(max(thousandths, 0), 1_000) + 999) / 1_000, 1)
        var seen = 0
        for (place, number) in buckets.enumerated() {
            seen += number
            if seen >= rank { return min(Self.upper(place), most) }
        }
        return most
    }

    /// Below 64 each figure has its own bucket.
    private static func place(_ value: Milliseconds) -> Int {
        guard value >= 64 else { return Int(value) }
        let shift = 58 - value.leadingZeroBitCount
        return 64 + (shift - 1) * 32 + Int(value >> Milliseconds(shift)) - 32
    }

    private static func upper(_ place: Int) -> Milliseconds {
        guard place >= 64 else { return Milliseconds(place) }
        let (octave, part) = ((place - 64) / 32, (place - 64) % 32)
        return (Milliseconds(33 + part) << Milliseconds(octave + 1)) - 1
    }
}
