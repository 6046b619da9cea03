import Testing

@testable import Simulator

/// The checker can fail: what it must find is found.
@Suite(.serialized, .oneAtATime) struct CheckerTests {
    /// A disk that lies loses confirmed sales. Held to the laws of an honest disk, the run must break.
    @Test func aLyingDiskIsNoticed() throws {
        var broken = 0
        for seed in UInt64(1)...8 {
            var plan = Plan(
                seed: seed, lane: .fast, sites: [Site("HZ"), Site("GZ")], duration: 60_000)
            plan.acts = (0..<12).map {
                Act(
                    at: 1_000 + Milliseconds($0) * 500, site: 0, kind: .sell,
                    draw: seed &+ UInt64($0))
            }
            plan.faults = [
                Fault(at: 10, kind: .isolate(0, lasts: 50_000, .reset)),
                Fault(at: 8_000, kind: .powerCut(0, .drop, down: 100)),
            ]
            let simulation = try Simulation(plan)
            simulation.disksLieUnexcused = true
            do { try simulation.run() } catch is Violation { broken += 1 }
        }
        #expect(broken > 0)
    }

    @Test func aQueueGivesEventsInTheOrderOfTimeAndNumber() {
        var queue = EventQueue()
        let times: [Milliseconds] = [5, 3, 9, 3, 5, 1, 9, 3]
        for (number, time) in times.enumerated() { queue.add(.act(number), at: time) }
        var seen: [(Milliseconds, UInt64)] = []
        while let event = queue.next() { seen.append((event.at, event.number)) }
        #expect(seen.count == times.count)
        #expect(zip(seen, seen.dropFirst()).allSatisfy { $0 < $1 })
    }

    @Test(arguments: [0, 1, 7, 30])
    func aShrunkPlanKeepsWhatItFailsFor(needed: Int) throws {
        let acts = (0..<40).map {
            Act(at: Milliseconds($0), site: 0, kind: .sell, draw: UInt64($0))
        }
        let plan = Plan(
            seed: 1, lane: .fast, sites: [Site("HZ")], duration: 3_600_000, acts: acts,
            faults: [Fault(at: 1, kind: .drop(0, 0))])
        var shrinker = Shrinker(runsMax: 1_000) { plan in
            plan.acts.contains { $0.draw == UInt64(needed) }
        }
        let small = try shrinker.shrink(plan)
        #expect(small.acts.map(\.draw) == [UInt64(needed)])
        #expect(small.faults.isEmpty)
        #expect(small.duration <= 60_000)
    }
}
