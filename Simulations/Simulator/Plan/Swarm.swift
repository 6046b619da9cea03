import Sodium

/// Draws a plan from a seed: every run has sizes, work and faults of its own, and most kinds of fault
/// are off in most runs, so that what is on happens often.
package struct Swarm: Sendable {
    package var lane: Lane
    package var sites: ClosedRange<Int>
    /// Virtual time in which things break.
    package var duration: ClosedRange<Milliseconds>
    package var acts: ClosedRange<Int>
    package var faults: ClosedRange<Int>
    /// With faults after which acknowledged work may be lost: restored backups, lying disks, clones.
    package var breaksPromises: Bool

    package init(
        lane: Lane, sites: ClosedRange<Int> = 5...5,
        duration: ClosedRange<Milliseconds> = 3_600_000...9_000_000,
        acts: ClosedRange<Int> = 25...75, faults: ClosedRange<Int> = 4...24,
        breaksPromises: Bool = true
    ) {
        self.lane = lane
        self.sites = sites
        self.duration = duration
        self.acts = acts
        self.faults = faults
        self.breaksPromises = breaksPromises
    }

    static let branches = ["HZ", "GZ", "SH", "BJ", "CD", "NJ", "WH", "XA", "SZ", "TJ", "CQ", "SU"]

    package func plan(_ seed: UInt64) -> Plan {
        var random = SeededRandom(seed: seed &* 0x2545_f491_4f6c_dd1d ^ 0x5157_4152_4d00)
        let count = min(random.within(sites), Self.branches.count)
        let length = random.within(duration)
        let allRead = random.chance(1, 2)
        let skewed = random.chance(1, 3)
        let places = (0..<count).map { site in
            Site(
                Self.branches[site], readsAll: allRead || random.chance(1, 2),
                relays: site > 0 && random.chance(1, 5),
                clockSkew: skewed ? random.signed(random.chance(1, 4) ? 400_000_000 : 30_000) : 0,
                clockDrift: skewed ? random.signed(300) : 0)
        }
        var plan = Plan(seed: seed, lane: lane, sites: places, duration: length)
        plan.acts = drawActs(count, length, &random)
        plan.faults = drawFaults(count, length, &random)
        return plan
    }

    private func drawActs(
        _ sites: Int, _ length: Milliseconds, _ random: inout SeededRandom
    ) -> [Act] {
        // Work comes in rushes, and one branch has more of it than another.
        let busy = random.below(sites)
        let weights: [(Act.Kind, Int)] = [
            (.sell, 12), (.receive, 4), (.ship, 4), (.arrive, 4), (.giveBack, 2), (.reverse, 2),
            (.sellAndWait, 2), (.sellOut, 3), (.writeOff, 1), (.find, 1), (.revalue, 1), (.pay, 1),
            (.journal, 1), (.setItem, 1), (.importSales, 1), (.report, 2), (.receiveLate, 1),
            (.sendBack, 1), (.count, 2), (.move, 2), (.settle, 2), (.repack, 1),
            (.order, 2), (.orderStep, 6), (.grant, 3), (.sellOnQuota, 3), (.deliver, 4),
            (.rights, 2), (.lots, 5), (.twins, 4), (.prices, 2), (.reorder, 1), (.close, 2),
            (.money, 10),
        ]
        let total = weights.reduce(0) { $0 + $1.1 }
        return (0..<random.within(acts)).map { _ in
            var ticket = random.below(total)
            let kind = weights.first { entry in
                defer { ticket -= entry.1 }
                return ticket < entry.1
            }
            let at =
                random.chance(1, 3)
                ? length / 4 + Milliseconds(random.below(60_000))
                : Milliseconds(random.below(Int(length)))
            return Act(
                at: at, site: random.chance(1, 3) ? busy : random.below(sites),
                kind: kind?.0 ?? .sell, draw: random.next())
        }.sorted { $0.at < $1.at }
    }

    private func drawFaults(
        _ sites: Int, _ length: Milliseconds, _ random: inout SeededRandom
    ) -> [Fault] {
        var kinds = Family.allCases.filter { breaksPromises || !$0.breaksPromises }
        kinds.shuffle(using: &random)
        // One family in three is on.
        kinds = Array(kinds.prefix(max(3, kinds.count / 3)))
        var rare = 2
        return (0..<random.within(faults)).compactMap { _ in
            let family = kinds[random.below(kinds.count)]
            if family.breaksPromises {
                guard rare > 0 else { return nil }
                rare -= 1
            }
            return Fault(
                at: Milliseconds(random.below(Int(length))),
                kind: family.draw(sites, length, &random))
        }.sorted { $0.at < $1.at }
    }
}

extension SeededRandom {
    /// 0 ..< `bound`.
    mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(max(bound, 1))) }

    mutating func within(_ range: ClosedRange<Int>) -> Int {
        range.lowerBound + below(range.count)
    }

    mutating func within(_ range: ClosedRange<Milliseconds>) -> Milliseconds {
        range.lowerBound + Milliseconds(below(range.count))
    }

    mutating func chance(_ part: Int, _ of: Int) -> Bool { below(of) < part }

    mutating func signed(_ most: Milliseconds) -> Milliseconds {
        Milliseconds(below(Int(2 * most + 1))) - most
    }
}
