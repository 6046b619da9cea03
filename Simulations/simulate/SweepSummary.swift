import Foundation
import Simulator

/// What a sweep came to.
struct SweepSummary {
    var lane = Lane.full
    var runs = 0
    var failed: [RunFailure] = []
    var seconds = 0.0
    var jobs = 1
    private(set) var coreSeconds = 0.0
    private(set) var virtual: Milliseconds = 0
    private(set) var acts = 0
    private(set) var confirmed = 0
    private(set) var entries: UInt64 = 0
    private(set) var faults: [String: Int] = [:]
    private(set) var markers: [String: Int] = [:]
    private(set) var converged: [Milliseconds] = []

    mutating func add(_ result: RunResult) {
        let record = result.record
        runs += 1
        coreSeconds += result.seconds
        virtual += record.ended
        acts += record.acts
        confirmed += record.acknowledged
        entries += record.entries
        faults.merge(record.faults, uniquingKeysWith: +)
        markers.merge(record.markers.mapValues { _ in 1 }, uniquingKeysWith: +)
        if let time = record.converged { converged.append(time) }
    }

    /// Fault kinds and markers that no run came to.
    var unreached: [String] {
        let kinds = Fault.Kind.names.filter { faults[$0] == nil }
        let markers = Marker.allCases.map(\.rawValue).filter { self.markers[$0] == nil }
        return kinds + markers
    }

    func print() {
        let sorted = converged.sorted()
        func part(_ share: Double) -> String {
            sorted.isEmpty
                ? "-" : clockText(sorted[min(sorted.count - 1, Int(Double(sorted.count) * share))])
        }
        let ratio = Double(virtual) / 1_000 / max(coreSeconds, 0.001)
        Swift.print(
            String(
                format: """
                    %d runs (%@ lane), %d failed; %.0f s on %d processes, %.0f seeds per core-hour
                    virtual to real %.0f : 1; %d acts, %d confirmed, %llu entries
                    """, runs, lane.rawValue, failed.count, seconds, jobs,
                Double(runs) / max(coreSeconds, 0.001) * 3_600, ratio, acts, confirmed, entries))
        Swift.print("equal after the heal: median \(part(0.5)), p99 \(part(0.99)), most \(part(1))")
        let kinds = faults.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
        Swift.print("faults: \(kinds.joined(separator: ", "))")
        let places = markers.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
        Swift.print("reached in runs: \(places.joined(separator: ", "))")
        if !failed.isEmpty {
            Swift.print("failed: \(failed.map { "\($0.seed)" }.joined(separator: " "))")
        }
    }
}
