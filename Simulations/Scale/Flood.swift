/// Flooding, to compare with: whoever hears of an entry sends it on at once to all its links but the
/// one it came by. On the same overlay, with the same delays; the product has nothing of it.
struct Flood {
    let overlay: [[Int]]
    let latency: (Int, Int) -> Int64

    struct Outcome {
        var copies = 0
        var deliveries = 0
        var latencies = [Int](repeating: 0, count: Tally.latencyMax + 1)
        var lastNode: [Int] = []
    }

    /// Adds what one entry of `author` does.
    func spread(from author: Int, into outcome: inout Outcome) {
        var queue = EventQueue<(node: Int, from: Int)>()
        var heard: Set<Int> = [author]
        var last: Int64 = 0
        func send(_ node: Int, _ from: Int, _ now: Int64) {
            for other in overlay[node] where other != from {
                queue.add((other, node), at: now + latency(node, other))
            }
        }
        send(author, author, 0)
        while let (now, (node, from)) = queue.next() {
            outcome.copies += 1
            guard heard.insert(node).inserted else { continue }
            outcome.deliveries += 1
            outcome.latencies[min(Int(now), Tally.latencyMax)] += 1
            last = now
            send(node, from, now)
        }
        outcome.lastNode.append(Int(last))
    }
}
