/// What a run measured. Times in milliseconds of virtual time, sizes in bytes.
package struct ScaleResult: Codable, Hashable, Sendable {
    package struct Kind: Codable, Hashable, Sendable {
        package var name: String
        package var messages: Int
        package var bytes: Int
    }

    /// One stretch of time under one condition.
    package struct Phase: Codable, Hashable, Sendable {
        package var name: String
        package var seconds: Int
        package var published: Int
        package var deliveries: Int
        /// Deliveries to nodes that were away when the entry was written.
        package var caughtUp: Int
        /// Entries received for each entry delivered.
        package var copiesPerDelivery: Double
        /// Bytes of all messages but runs for each delivery; and with the channel's framing.
        package var controlPerDelivery: Double
        package var framedControlPerDelivery: Double
        /// What a run takes beside its entries, for each delivery, without framing.
        package var runHeaderPerDelivery: Double
        package var deliveryP50: Int
        package var deliveryP99: Int
        package var lastNodeP50: Int
        package var lastNodeP99: Int
        package var lastNodeMost: Int
        /// Entries that some running node has and another lacks when the phase ends.
        package var missing: Int
        package var kinds: [Kind]
    }

    /// The same entries flooded over the same links.
    package struct Flooding: Codable, Hashable, Sendable {
        package var copiesPerDelivery: Double
        package var deliveryP50: Int
        package var deliveryP99: Int
        package var lastNodeP50: Int
        package var lastNodeP99: Int
    }

    package struct Overlay: Codable, Hashable, Sendable {
        package var links: Int
        package var degreeLeast: Int
        package var degreeMean: Double
        package var degreeMost: Int
        /// Pieces the overlay is in: one is right.
        package var pieces: Int
        package var meanLatency: Double
    }

    package var nodes: Int
    package var authors: Int
    package var seed: UInt64
    package var mode: String
    package var overlay: Overlay
    package var phases: [Phase]
    package var flooding: Flooding?
    /// Over the links as they are after kills and churn.
    package var floodingLater: Flooding?
    /// Bytes a minute on a link while nobody writes: both directions, and with framing.
    package var idleBytesPerLinkMinute: Double?
    package var idleFramedBytesPerLinkMinute: Double?
    package var events: Int
    package var virtualSeconds: Int
    /// Equal for two runs exactly when their courses are.
    package var trace: UInt64

    package func phase(_ name: String) -> Phase? { phases.first { $0.name == name } }
}
