extension RunRecord {
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

    /// What went over all lines in one of `Traffic.parts` equal parts of the run.
    package struct Traffic: Codable, Hashable, Sendable {
        package var messages = 0
        /// Of runs: entries on their way.
        package var payloadBytes = 0
        package var controlBytes = 0

        package static let parts = 240
    }

    /// From the end of a fault until a node held all that anybody held at that moment.
    package struct CatchUp: Codable, Hashable, Sendable {
        /// Of the bands, which one ended.
        package let band: Int
        package let site: Int
        /// Entries that it lacked.
        package let lacking: Int
        package let from: Milliseconds
        /// Nil where the run was over first, or another fault came upon it.
        package var milliseconds: Milliseconds?
    }

    /// How long entries took from their author's disk to another's.
    package struct Delivery: Codable, Hashable, Sendable {
        package let count: Int
        package let p50: Milliseconds
        package let p90: Milliseconds
        package let p99: Milliseconds
        package let most: Milliseconds

        package init?(_ times: Histogram) {
            guard let p50 = times.part(500), let p90 = times.part(900),
                let p99 = times.part(990)
            else { return nil }
            count = times.count
            most = times.most
            self.p50 = p50
            self.p90 = p90
            self.p99 = p99
        }
    }

    /// A line of the list of exceptions at a node, as people see it.
    package struct Seen: Codable, Hashable, Sendable {
        package let machine: String
        package let kind: String
        package let subject: String
        package let figure: String
        package let next: String

        package static let countMax = 200
    }

    /// When one law was looked at: how often, the last time, and a bounded choice of the times.
    package struct Checks: Codable, Hashable, Sendable {
        package private(set) var count = 0
        package private(set) var last: Milliseconds = 0
        package private(set) var times: [Milliseconds] = []
        private var stride = 1

        package static let timesMax = 128

        mutating func add(_ now: Milliseconds) {
            if count % stride == 0 {
                if times.count == Self.timesMax {
                    times = times.enumerated().filter { $0.offset % 2 == 0 }.map(\.element)
                    stride *= 2
                }
                times.append(now)
            }
            count += 1
            last = now
        }
    }
}
