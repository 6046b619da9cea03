import Gossip

/// What is counted while a phase lasts.
struct Tally {
    struct Count: Codable, Hashable {
        var messages = 0
        var bytes = 0
    }

    struct Entry {
        let publishedAt: Int64
        var lastAt: Int64
    }

    /// By author, by seq from 1: every entry of the whole run.
    private var entries: [[Entry]]
    /// Those of this phase, as (author, place).
    private var fresh: [(author: Int, place: Int)] = []

    private(set) var byKind: [UInt8: Count] = [:]
    /// Entries that came in runs, first copies and others.
    private(set) var copies = 0
    private(set) var deliveries = 0
    /// First copies for nodes that were not running when the entry was written.
    private(set) var caughtUp = 0
    /// What runs take beside the entries in them.
    private(set) var runHeaderBytes = 0
    private(set) var runs = 0
    /// By milliseconds from the author's commit to ours; the last slot is for more.
    private var latencies = [Int](repeating: 0, count: Tally.latencyMax + 1)

    static let latencyMax = 60_000
    /// What the channel adds to a message: four bytes of length, two of the record's, a tag of 16.
    static let framingBytes = 22

    init(authors: Int) { entries = Array(repeating: [], count: authors) }

    /// Forgets what was counted, not which entries there are.
    mutating func begin() {
        byKind = [:]
        (copies, deliveries, caughtUp, runHeaderBytes, runs) = (0, 0, 0, 0, 0)
        fresh = []
        latencies = [Int](repeating: 0, count: Self.latencyMax + 1)
    }

    mutating func published(_ author: Int, _ seq: UInt64, at now: Int64) {
        fresh.append((author, entries[author].count))
        entries[author].append(Entry(publishedAt: now, lastAt: now))
    }

    mutating func sent(_ bytes: [UInt8], payloadBytes: Int) {
        byKind[bytes[0], default: Count()].messages += 1
        byKind[bytes[0], default: Count()].bytes += bytes.count
    }

    /// A run arrived at a running node. Entries have one length, so their number shows.
    mutating func arrived(_ bytes: [UInt8], _ payloadBytes: Int) {
        let count = bytes.count / payloadBytes
        copies += count
        runs += 1
        runHeaderBytes += bytes.count - count * payloadBytes
    }

    mutating func delivered(_ author: Int, _ seq: UInt64, at now: Int64, upSince: Int64) {
        deliveries += 1
        let place = Int(seq) - 1
        guard upSince <= entries[author][place].publishedAt else {
            caughtUp += 1
            return
        }
        let latency = Int(now - entries[author][place].publishedAt)
        latencies[min(latency, Self.latencyMax)] += 1
        entries[author][place].lastAt = max(entries[author][place].lastAt, now)
    }

    var published: Int { fresh.count }

    /// The share `q` of deliveries took at most so many milliseconds.
    func latency(_ q: Double) -> Int { Quantile.of(latencies, q) }

    /// How long each entry of this phase took to its last node, in milliseconds, sorted.
    func lastNodeMilliseconds() -> [Int] {
        fresh.map { entry in
            let entry = entries[entry.author][entry.place]
            return Int(entry.lastAt - entry.publishedAt)
        }.sorted()
    }

    /// When the last delivery was, of the entries of this phase.
    func lastDeliveryAt() -> Int64? {
        fresh.map { entries[$0.author][$0.place].lastAt }.max()
    }

    /// Messages that are not entries on their way.
    var control: Count {
        byKind.filter { $0.key != MessageKind.run.rawValue }.values.reduce(into: Count()) {
            $0.messages += $1.messages
            $0.bytes += $1.bytes
        }
    }
}

enum Quantile {
    /// Of a histogram: the least index below which lies the share `q`.
    static func of(_ histogram: [Int], _ q: Double) -> Int {
        let total = histogram.reduce(0, +)
        var seen = 0
        for (index, count) in histogram.enumerated() {
            seen += count
            if Double(seen) >= q * Double(total), seen > 0 { return index }
        }
        return 0
    }

    /// Of sorted values: nearest rank.
    static func of(sorted values: [Int], _ q: Double) -> Int {
        guard !values.isEmpty else { return 0 }
        let rank = Int((q * Double(values.count)).rounded(.up))
        return values[min(max(rank, 1), values.count) - 1]
    }
}
