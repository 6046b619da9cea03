import Foundation
import Testing

@testable import Simulator

/// Runs share the process's disks: one at a time.
@Suite(.serialized, .oneAtATime) struct SwarmTests {
    /// What the everyday suite takes of the swarm; `Scripts/simulate` takes thousands.
    static let seeds: [UInt64] = Array(1...6)

    @Test(arguments: Lane.allCases, seeds)
    func aCompanyAgreesAfterEveryFault(lane: Lane, seed: UInt64) throws {
        let plan = Swarm(lane: lane, duration: 600_000...1_200_000, acts: 20...40).plan(seed)
        let simulation = try Simulation(plan)
        do {
            try simulation.run()
        } catch let violation as Violation {
            Issue.record(
                """
                seed \(seed), \(lane) lane: law \(violation.law.rawValue), \(violation.law.sentence)
                \(violation.what)
                \(simulation.lastLines(20, of: violation.machines).joined(separator: "\n"))
                """)
        }
        #expect(simulation.currentRecord.converged != nil)
    }

    /// In every other run administrators act beside each other at the end: each of the three ends.
    @Test(
        arguments: zip(
            [1, 3, 5] as [UInt64],
            [Marker.removedBeside, .agreedAfterwards, .recoveredByKey]))
    func administratorsAgree(seed: UInt64, end: Marker) throws {
        let swarm = Swarm(
            lane: .fast, duration: 600_000...1_200_000, acts: 20...40, breaksPromises: false)
        let simulation = try Simulation(swarm.plan(seed))
        try simulation.run()
        #expect(simulation.currentRecord.markers[end.rawValue] == 1)
    }

    @Test func aPlanIsDrawnFromItsSeedAlone() {
        let swarm = Swarm(lane: .full)
        #expect(swarm.plan(7) == swarm.plan(7))
        #expect(swarm.plan(7) != swarm.plan(8))
    }

    @Test func theSamePlanHasTheSameTrace() throws {
        let plan = Swarm(lane: .full, duration: 300_000...300_000, acts: 15...15).plan(11)
        let hashes = try (0..<2).map { _ in
            let simulation = try Simulation(plan)
            try simulation.run()
            return simulation.currentRecord.traceHash
        }
        #expect(hashes[0] == hashes[1])
    }

    @Test func aPlanSurvivesItsFile() throws {
        let plan = Swarm(lane: .fast).plan(3)
        let copy = try JSONDecoder().decode(Plan.self, from: JSONEncoder().encode(plan))
        #expect(copy == plan)
    }

    @Test func everyKindOfFaultIsDrawn() {
        let swarm = Swarm(lane: .full)
        let drawn = Set((1...300).flatMap { swarm.plan($0).faults.map(\.kind.name) })
        #expect(drawn == Set(Fault.Kind.names))
    }
}
