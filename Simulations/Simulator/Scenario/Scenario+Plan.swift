import Sodium

/// From a scenario and a seed to a plan.
extension Scenario {
    /// - Throws: `ScenarioError` where it comes to more than a run may hold.
    package func plan(seed: UInt64, lane: Lane) throws(ScenarioError) -> Plan {
        var plan = Plan(seed: seed, lane: lane, sites: sites, duration: lasts)
        plan.begins = begins
        // Some five thousand looks, but no more than one every half minute.
        plan.lookEvery = max(30_000, lasts / 5_000 / 1_000 * 1_000)
        plan.lines = allLines
        plan.acts = try acts(seed)
        plan.faults = try faults(seed)
        return plan
    }

    /// What a line of its own says comes after what is said of all.
    private var allLines: [PlanLine] {
        guard let latency else { return lines }
        var all: [PlanLine] = []
        for first in sites.indices {
            for second in 0..<first {
                all.append(
                    PlanLine(first, second, latency: latency, bytesPerSecond: bytesPerSecond))
            }
        }
        return all + lines
    }

    // MARK: Work

    private func acts(_ seed: UInt64) throws(ScenarioError) -> [Act] {
        var acts: [Act] = []
        for work in work {
            for site in work.sites {
                for (place, rate) in work.rates.enumerated() {
                    // A stream for each, so that one line more changes nothing in the others.
                    var random = Self.stream(seed, work.line, site, place)
                    add(rate, of: work, at: site, to: &acts, &random)
                    guard acts.count <= Self.actsMax else {
                        throw ScenarioError(
                            line: work.line, "there is too much to do",
                            why: "the scenario comes to more than \(Self.actsMax) acts",
                            next: "lower rates, or a shorter time")
                    }
                }
            }
        }
        // Stable by (time, branch, draw), whatever the order of the lines was.
        return acts.sorted { ($0.at, $0.site, $0.draw) < ($1.at, $1.site, $1.draw) }
    }

    /// Minute by minute: as many acts as the rate makes, the rest of one by lot.
    private func add(
        _ rate: Rate, of work: Work, at site: Int, to acts: inout [Act],
        _ random: inout SeededRandom
    ) {
        let hour = 60_000_000
        for day in 0...Int(lasts / 86_400_000) {
            for minute in work.opens..<work.closes {
                let from = Milliseconds(day) * 86_400_000 + Milliseconds(minute) * 60_000
                guard from < lasts, acts.count <= Self.actsMax else { return }
                let share = rate.thousandths * times(from, site)
                var number = share / hour
                if random.chance(share % hour, hour) { number += 1 }
                for _ in 0..<number {
                    let at = from + Milliseconds(random.below(60_000))
                    guard at < lasts else { continue }
                    acts.append(
                        Act(at: at, site: site, kind: rate.kind, draw: random.next(), to: rate.to))
                }
            }
        }
    }

    /// Thousandths of the usual at this time; of two rushes the greater counts.
    private func times(_ at: Milliseconds, _ site: Int) -> Int {
        rushes.filter {
            $0.from <= at && at < $0.until && ($0.sites.isEmpty || $0.sites.contains(site))
        }.map(\.times).max() ?? 1_000
    }

    private static func stream(_ seed: UInt64, _ parts: Int...) -> SeededRandom {
        var state = seed &* 0x9e37_79b9_7f4a_7c15
        for part in parts {
            state = (state ^ UInt64(bitPattern: Int64(part))) &* 0x2545_f491_4f6c_dd1d
            state ^= state >> 29
        }
        return SeededRandom(seed: state)
    }

    // MARK: Calendar

    private func faults(_ seed: UInt64) throws(ScenarioError) -> [Fault] {
        var faults: [Fault] = []
        for event in events {
            guard event.at >= 0 else {
                throw ScenarioError(
                    line: event.line, "this is before the beginning",
                    why: "the scenario begins at 0d 00:00", next: "a later time")
            }
            faults += Self.faults(of: event, sites: sites.count, seed)
        }
        guard faults.count <= Self.faultsMax else {
            throw ScenarioError(
                line: events.last?.line ?? 0, "there are too many faults",
                why: "a scenario comes to at most \(Self.faultsMax)", next: "fewer events")
        }
        return faults.enumerated().sorted {
            ($0.element.at, $0.offset) < ($1.element.at, $1.offset)
        }
        .map(\.element)
    }

    private static func faults(of event: Event, sites: Int, _ seed: UInt64) -> [Fault] {
        switch event.kind {
        case .fault(let kind): return [Fault(at: event.at, kind: kind)]
        case .rolling(let sites, let down, let apart, let isUpgrade):
            return sites.enumerated().map { turn, site in
                Fault(
                    at: event.at + Milliseconds(turn) * apart,
                    kind: isUpgrade ? .upgrade(site, down: down) : .restart(site, down: down))
            }
        case .disk(let site, let failure, let forGood, let down):
            var random = stream(seed, event.line, site)
            return [
                Fault(
                    at: event.at,
                    kind: .diskFails(
                        site, failure, calls: UInt64(1 + random.below(60)), forGood: forGood,
                        down: down))
            ]
        case .slowLines(let site, let speed, let lasts):
            return (0..<sites).filter { $0 != site }.map { other in
                Fault(
                    at: event.at, kind: .slow(site, other, bytesPerSecond: speed, lasts: lasts))
            }
        case .connect(let lines):
            return lines.map { Fault(at: event.at, kind: .connect($0.from, $0.to)) }
        }
    }
}
