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
    /// From the beginning of the work on, in equal parts.
    package var traffic: [Traffic] = []
    package var trafficPart: Milliseconds
    /// Bytes a minute and link in the quiet after all was equal.
    package var quietBytesPerLinkMinute: Double?

    package var faults: [String: Int] = [:]
    package var markers: [String: Int] = [:]
    package var bands: [Band] = []
    /// When the laws were looked at.
    package var looks: [Milliseconds] = []
    /// By law.
    package var checks: [Int: Checks] = [:]
    /// By machine: what it lacks of what others hold, over time.
    package var lag: [Lag] = []
    /// By machine: what people would have seen at the end, by kind.
    package var exceptions: [String: [String: Int]] = [:]
    /// The same in words, the first of them.
    package var exceptionsSeen: [Seen] = []
    package var traceHash: UInt64 = 0
    package var violation: Violation?

    // Of a run that is measured.
    package var isMeasured = false
    package var entriesDelivered = 0
    /// Entries that came although they were held.
    package var entriesAgain = 0
    package var catchUps: [CatchUp] = []
    /// To each site, and in all.
    package var deliveries: [String: Delivery] = [:]
    package var delivery: Delivery?

    /// Bands of one run that are followed; later ones are counted and not shown.
    package static let bandsMax = 2_000

    init(_ plan: Plan) {
        seed = plan.seed
        lane = plan.lane
        sites = plan.sites.map(\.branch)
        trafficPart = max(plan.duration / Milliseconds(Traffic.parts), 1_000)
    }

    mutating func reached(_ marker: Marker) { markers[marker.rawValue, default: 0] += 1 }

    private static let names = Dictionary(
        uniqueKeysWithValues: MessageKind.allCases.map { ($0, "\($0)") })

    mutating func sent(_ message: [UInt8], at now: Milliseconds) {
        let kind = message.first.flatMap { MessageKind(rawValue: $0) }
        let name = kind.flatMap { Self.names[$0] } ?? "other"
        messages[name, default: 0] += 1
        bytes[name, default: 0] += message.count
        let part = Int((now - began) / trafficPart)
        // The set-up is before, and what follows the heal is after.
        guard began > 0, part < 2 * Traffic.parts else { return }
        while traffic.count <= part { traffic.append(Traffic()) }
        traffic[part].messages += 1
        if kind == .run {
            traffic[part].payloadBytes += message.count
        } else {
            traffic[part].controlBytes += message.count
        }
    }

    mutating func checked(_ laws: Law..., at now: Milliseconds) {
        for law in laws { checks[law.rawValue, default: Checks()].add(now) }
    }

    package var totalBytes: Int { bytes.values.reduce(0, +) }
    package var totalMessages: Int { messages.values.reduce(0, +) }

    /// Copies of an entry that came to a node for each that it needed; nil where none came.
    package var copiesPerDelivery: Double? {
        guard entriesDelivered > 0 else { return nil }
        return Double(entriesDelivered + entriesAgain) / Double(entriesDelivered)
    }
}
