extension Authority {
    /// Acts in the order in which they take effect: what was seen before what saw it, each log in its own order; of what is
    /// beside each other that of a principal administrator first, then the earlier. An act of another one comes no earlier than
    /// the first principal act that saw it: whoever sets his clock back comes before nothing that a principal one did, whatever
    /// else of his that had seen.
    ///
    /// - Parameter steps: of each log in its order.
    /// - Returns: places in `steps`.
    ///
    /// Cost: acts × (heads that are new to their log + log of the acts).
    static func ordered(_ steps: [Roster.Step], _ isPrincipal: (Int) -> Bool) -> [Int] {
        var logs: [LogKey: [Int]] = [:]
        var keys: [LogID: [LogKey]] = [:]
        for (place, step) in steps.enumerated() {
            let key = LogKey(log: step.dot.log, author: step.author)
            if logs[key] == nil { keys[key.log, default: []].append(key) }
            logs[key, default: []].append(place)
        }
        var later: [[Int]] = Array(repeating: [], count: steps.count)
        var missing = Array(repeating: 0, count: steps.count)
        func wait(_ place: Int, for earlier: Int) {
            later[earlier].append(place)
            missing[place] += 1
        }
        /// The last act of a log up to an entry.
        func last(_ places: [Int], upTo seq: UInt64) -> Int? {
            var (low, high) = (0, places.count)
            while low < high {
                let middle = (low + high) / 2
                if steps[places[middle]].dot.seq <= seq { low = middle + 1 } else { high = middle }
            }
            return low > 0 ? places[low - 1] : nil
        }
        for (_, places) in logs {
            var before: Int?
            for place in places {
                if let before { wait(place, for: before) }
                let seen = before.map { steps[$0].seen }
                before = place
                guard steps[place].seen != seen else { continue }
                for head in steps[place].seen where head.log != steps[place].dot.log {
                    for key in keys[head.log] ?? [] {
                        if let earlier = last(logs[key] ?? [], upTo: head.seq) {
                            wait(place, for: earlier)
                        }
                    }
                }
            }
        }
        let ranks = steps.indices.map { isPrincipal($0) ? 0 : 1 }
        let first = drained(steps, ranks, later, missing)
        // By the principal act that it is, or that saw it first; what none saw is last.
        var turns = Array(repeating: Int.max, count: steps.count)
        for (number, place) in first.filter({ ranks[$0] == 0 }).enumerated() {
            turns[place] = number
        }
        for place in first.reversed() {
            for after in later[place] { turns[place] = min(turns[place], turns[after]) }
        }
        return drained(steps, turns, later, missing)
    }

    private static func drained(
        _ steps: [Roster.Step], _ ranks: [Int], _ later: [[Int]], _ missing: [Int]
    ) -> [Int] {
        func precedes(_ a: Int, _ b: Int) -> Bool {
            (ranks[a], steps[a].time, steps[a].author, steps[a].dot)
                < (ranks[b], steps[b].time, steps[b].author, steps[b].dot)
        }
        var missing = missing
        var isDone = Array(repeating: false, count: steps.count)
        var ready = OrderedPlaces(precedes)
        for place in steps.indices where missing[place] == 0 { ready.insert(place) }
        var rest = steps.indices.sorted(by: precedes)[...]
        var ordered: [Int] = []
        while ordered.count < steps.count {
            guard let next = ready.removeFirst() ?? rest.popFirst() else { break }
            guard !isDone[next] else { continue }
            isDone[next] = true
            ordered.append(next)
            for place in later[next] where !isDone[place] {
                missing[place] -= 1
                if missing[place] == 0 { ready.insert(place) }
            }
        }
        return ordered
    }
}

/// The least first; a binary heap.
private struct OrderedPlaces {
    private var places: [Int] = []
    private let precedes: (Int, Int) -> Bool

    init(_ precedes: @escaping (Int, Int) -> Bool) { self.precedes = precedes }

    mutating func insert(_ place: Int) {
        places.append(place)
        var child = places.count - 1
        while child > 0, precedes(places[child], places[(child - 1) / 2]) {
            places.swapAt(child, (child - 1) / 2)
            child = (child - 1) / 2
        }
    }

    mutating func removeFirst() -> Int? {
        guard let first = places.first, let last = places.popLast() else { return nil }
        guard !places.isEmpty else { return first }
        places[0] = last
        var parent = 0
        while true {
            var least = parent
            for child in [2 * parent + 1, 2 * parent + 2] where child < places.count {
                if precedes(places[child], places[least]) { least = child }
            }
            guard least != parent else { return first }
            places.swapAt(parent, least)
            parent = least
        }
    }
}
