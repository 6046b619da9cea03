import Gossip

/// What a run came to: for reports, baselines and coverage. Figures are of the whole company.
package struct RunRecord: Codable, Sendable {
    package var seed: UInt64
    package var lane: Lane
    package var sites: [String]
    package var began: Milliseconds = 0
    package var healed: Milliseconds = 0
    /// From the heal until all nodes held the same; nil where they never did.
    package var converged: Milliseconds?
    package var ended: Milliseconds = 0

    package var acts = 0
    package var actsSkipped = 0
    package var acknowledged = 0
    package var refused = 0
    package var refusals: [String: Int] = [:]
    package var batches = 0
    package var entries: UInt64 = 0

    package var messages: [String: Int] = [:]
    package var bytes: [String: Int] = [:]
    /// Bytes a minute and link in the quiet after all was equal.
    package var quietBytesPerLinkMinute: Double?

    package var faults: [String: Int] = [:]
    package var markers: [String: Int] = [:]
    package var bands: [Band] = []
    /// When the laws were looked at.
    package var looks: [Milliseconds] = []
    /// By machine: what it lacks of what others hold, over time.
    package var lag: [Lag] = []
    /// By machine: what people would have seen at the end, by kind.
    package var exceptions: [String: [String: Int]] = [:]
    package var traceHash: UInt64 = 0
    package var violation: Violation?

    /// A time in which something was broken.
    package struct Band: Codable, Hashable, Sendable {
        package let kind: String
        package let sites: [Int]
        package let from: Milliseconds
        package let to: Milliseconds
    }

    package struct Lag: Codable, Hashable, Sendable {
        package let at: Milliseconds
        /// Entries lacking, by machine; nil while it is off.
        package let lacking: [Int?]
    }

    init(_ plan: Plan) {
        seed = plan.seed
        lane = plan.lane
        sites = plan.sites.map(\.branch)
    }

    mutating func reached(_ marker: Marker) { markers[marker.rawValue, default: 0] += 1 }

    mutating func sent(_ message: [UInt8]) {
        let kind = message.first.flatMap { MessageKind(rawValue: $0) }
        let name = kind.map { "\($0)" } ?? "other"
        messages[name, default: 0] += 1
        bytes[name, default: 0] += message.count
    }

    package var totalBytes: Int { bytes.values.reduce(0, +) }
}
