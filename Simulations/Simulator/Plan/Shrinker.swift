/// Makes a failing plan smaller: fewer faults, fewer acts, less time, and the same failure.
///
/// Source: Zeller and Hildebrandt, "Simplifying and Isolating Failure-Inducing Input" (2002): halves,
/// then quarters, then eighths are left out, as long as what remains still fails.
package struct Shrinker {
    private let runsMax: Int
    private let fails: (Plan) throws -> Bool
    package private(set) var runs = 0

    package init(runsMax: Int, fails: @escaping (Plan) throws -> Bool) {
        self.runsMax = runsMax
        self.fails = fails
    }

    /// - Returns: a plan that fails as `plan` does, which must fail.
    package mutating func shrink(_ plan: Plan) throws -> Plan {
        var small = plan
        var before: Int
        repeat {
            before = small.faults.count + small.acts.count
            small.faults = try fewer(small.faults) { faults in
                var plan = small
                plan.faults = faults
                return plan
            }
            small.acts = try fewer(small.acts) { acts in
                var plan = small
                plan.acts = acts
                return plan
            }
        } while small.faults.count + small.acts.count < before && runs < runsMax
        return try shorter(small)
    }

    private mutating func stillFails(_ plan: Plan) throws -> Bool {
        guard runs < runsMax else { return false }
        runs += 1
        return try fails(plan)
    }

    private mutating func fewer<Element>(
        _ all: [Element], _ plan: ([Element]) -> Plan
    ) throws -> [Element] {
        var kept = all
        if try !kept.isEmpty && stillFails(plan([])) { return [] }
        var parts = 2
        while kept.count >= 2, runs < runsMax {
            let size = max(kept.count / parts, 1)
            var start = 0
            var isSmaller = false
            while start < kept.count {
                var rest = kept
                rest.removeSubrange(start..<min(start + size, kept.count))
                if try stillFails(plan(rest)) {
                    kept = rest
                    isSmaller = true
                } else {
                    start += size
                }
            }
            if size == 1, !isSmaller { break }
            parts = isSmaller ? max(parts - 1, 2) : min(parts * 2, kept.count)
        }
        return kept
    }

    /// The healing may begin sooner.
    private mutating func shorter(_ plan: Plan) throws -> Plan {
        var small = plan
        while small.duration > 60_000 {
            var next = small
            next.duration /= 2
            guard try stillFails(next) else { break }
            small = next
        }
        return small
    }
}
