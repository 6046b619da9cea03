import Replica

/// When each entry was first durable at its author, and how long it took to be durable elsewhere.
///
/// It only looks: a run with it and a run without are the same run. Memory: eight bytes an entry, and
/// a histogram for each pair of sites.
struct Deliveries {
    /// When each entry of a log was first held anywhere, by place.
    private var born: [LogID: [Milliseconds]] = [:]
    private var origins: [LogID: Int] = [:]
    /// How far each machine holds each log now.
    private(set) var held: [Int: [LogID: UInt64]] = [:]
    /// How far each machine ever held it: what comes back after a loss is no delivery.
    private var reached: [Int: [LogID: UInt64]] = [:]
    private var times: [Pair: Histogram] = [:]

    /// From the site of an author to a site.
    struct Pair: Hashable {
        let from: Int
        let to: Int
    }

    /// A machine holds its logs so far, from now on.
    mutating func holds(
        _ machine: Int, at site: Int, _ heads: [LogID: UInt64], now: Milliseconds
    ) {
        for (log, seq) in heads where seq > reached[machine]?[log] ?? 0 {
            let first = Int(reached[machine]?[log] ?? 0)
            var births = born[log] ?? []
            let origin = origins[log] ?? site
            for place in first..<Int(seq) {
                if place < births.count {
                    if origin != site {
                        times[Pair(from: origin, to: site), default: Histogram()]
                            .add(now - births[place])
                    }
                } else {
                    births.append(now)
                }
            }
            born[log] = births
            origins[log] = origin
            reached[machine, default: [:]][log] = seq
        }
        held[machine] = heads
    }

    mutating func forget(_ machine: Int) { held[machine] = nil }

    /// Of all deliveries to a site; of all there were where none is named.
    func total(to site: Int? = nil, without excluded: Int? = nil) -> Histogram {
        var all = Histogram()
        // Sums do not depend on the order of their terms.
        for (pair, times) in times
        where (site == nil || pair.to == site) && pair.to != excluded && pair.from != excluded {
            all.add(times)
        }
        return all
    }
}
