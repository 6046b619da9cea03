import Gossip
import Sodium

/// Gossip among many nodes, from one seed: forms the overlay, then measures one condition after the
/// other. Virtual time only; nothing of it touches a disk or a socket.
package struct ScaleRun {
    package enum Mode: String, Codable, CaseIterable, Sendable {
        /// The product's trees, and flooding over the same overlay beside them.
        case trees
        /// Flooding alone.
        case flooding
    }

    package struct Options: Codable, Hashable, Sendable {
        package var nodes = 50
        package var seed: UInt64 = 1
        package var mode = Mode.trees
        /// How many of the nodes write; each of them has a tree.
        package var authors = 50
        package var payloadBytes = 250
        /// Entries in a thousand seconds, company-wide.
        package var quietPerThousandSeconds = 500
        package var busyPerThousandSeconds = 200_000
        package var quietSeconds = 200
        package var busySeconds = 10
        package var idleSeconds = 1_200
        /// Each is one stroke, in percent of the nodes that run.
        package var killPercent = [5, 20]
        package var killSeconds = 60
        package var churnSeconds = 300
        /// How long a node stays, on average, while there is churn; and stays away.
        package var churnStaySeconds = 600
        package var churnAwaySeconds = 60
        package var settleSeconds = 1_500

        package init() {}

        package init(nodes: Int, seed: UInt64) {
            self.nodes = nodes
            self.seed = seed
            authors = min(nodes, authors)
        }
    }

    private let options: Options
    private let network: ScaleNetwork
    private var random: SeededRandom
    private let authors: [Int]
    private let start: Int64
    private var phases: [ScaleResult.Phase] = []

    /// - Precondition: 2 to 10,000 nodes, of which at least one writes.
    package static func result(_ options: Options) throws -> ScaleResult {
        precondition(
            (2...10_000).contains(options.nodes) && (1...options.nodes).contains(options.authors),
            "2 to 10,000 nodes, and as many authors at most")
        var run = ScaleRun(options)
        return try run.result()
    }

    private init(_ options: Options) {
        self.options = options
        network = ScaleNetwork(
            book: ScaleBook(nodes: options.nodes, payloadBytes: options.payloadBytes),
            seed: options.seed)
        random = SeededRandom(seed: options.seed)
        start = network.now
        var numbers = Array(0..<options.nodes)
        for index in numbers.indices.reversed() {
            numbers.swapAt(index, Int(random.next() % UInt64(index + 1)))
        }
        authors = Array(numbers.prefix(options.authors))
    }

    private mutating func result() throws -> ScaleResult {
        try form()
        let overlay = self.overlay()
        var (flooding, later): (ScaleResult.Flooding?, ScaleResult.Flooding?)
        if options.mode == .flooding {
            flooding = flood()
        } else {
            try plant()
            flooding = flood()
            try steady()
        }
        var idle: (bytes: Double, framed: Double)?
        if options.mode == .trees {
            idle = try rest()
            for percent in options.killPercent { try strike(percent) }
            if options.churnSeconds > 0 { try churn() }
            if !options.killPercent.isEmpty || options.churnSeconds > 0 {
                later = flood()
                try mend()
            }
        }
        return ScaleResult(
            nodes: options.nodes, authors: options.authors, seed: options.seed,
            mode: options.mode.rawValue, overlay: overlay, phases: phases, flooding: flooding,
            floodingLater: later,
            idleBytesPerLinkMinute: idle?.bytes, idleFramedBytesPerLinkMinute: idle?.framed,
            events: network.events, virtualSeconds: Int((network.now - start) / 1_000),
            trace: network.trace)
    }

    // MARK: Phases

    /// Nodes join one after the other, each knowing three that came before; then they are left
    /// alone until their views stand still.
    private mutating func form() throws {
        for number in 0..<options.nodes {
            let known = number == 0 ? [] : (0..<3).map { _ in pick(number) }
            network.start(number, knowing: known)
            try network.run(until: network.now + 50)
        }
        try pass(options.settleSeconds)
    }

    /// Every author writes twice: the first entry spreads over all links and makes the tree.
    private mutating func plant() throws {
        try phase("first entries", seconds: options.authors * 2 + 10) { run in
            for _ in 0..<2 {
                for author in run.authors {
                    try run.network.publish(by: author)
                    try run.pass(1)
                }
            }
            try run.pass(10)
        }
    }

    private mutating func steady() throws {
        try publishing(
            "quiet", perThousandSeconds: options.quietPerThousandSeconds,
            seconds: options.quietSeconds, tailSeconds: 5)
        try publishing(
            "busy", perThousandSeconds: options.busyPerThousandSeconds,
            seconds: options.busySeconds, tailSeconds: 5)
    }

    private mutating func rest() throws -> (bytes: Double, framed: Double) {
        // What still waits from before is not idle.
        try pass(60)
        let links = overlay().links
        network.tally.begin()
        try pass(options.idleSeconds)
        let control = network.tally.control
        let minutes = Double(options.idleSeconds) / 60 * Double(max(links, 1))
        let framing = control.messages * Tally.framingBytes
        return (
            Double(control.bytes) / minutes, Double(control.bytes + framing) / minutes
        )
    }

    /// A share of the nodes is gone at once, right after an entry left; the others go on writing.
    private mutating func strike(_ percent: Int) throws {
        let name = "\(percent) % killed"
        let running = network.up
        var victims = running
        for index in victims.indices.reversed() {
            victims.swapAt(index, pick(index + 1))
        }
        victims = Array(victims.prefix(max(1, running.count * percent / 100)))
        try phase(name, seconds: options.killSeconds) { run in
            for _ in 0..<3 { try run.publishByAny() }
            try run.network.run(until: run.network.now + 20)
            for victim in victims.sorted() { run.network.kill(victim) }
            try run.publish(
                perThousandSeconds: run.options.quietPerThousandSeconds * 4,
                seconds: run.options.killSeconds - 10)
            try run.pass(10)
        }
    }

    /// Nodes leave and come back all the time, while others write.
    private mutating func churn() throws {
        try phase("churn", seconds: options.churnSeconds + 120) { run in
            let every =
                Int64(run.options.churnStaySeconds) * 1_000 / Int64(max(run.network.up.count, 1))
            let end = run.network.now + Int64(run.options.churnSeconds) * 1_000
            var nextLeave = run.network.now
            var nextEntry = run.network.now
            var returns: [(at: Int64, node: Int)] = []
            let gap = 1_000_000 / Int64(run.options.quietPerThousandSeconds * 2)
            while run.network.now < end {
                let back = returns.first?.at ?? .max
                try run.network.run(until: min(nextLeave, nextEntry, back, end))
                if back <= run.network.now {
                    let node = returns.removeFirst().node
                    run.network.start(node, knowing: run.acquaintances(of: node))
                } else if nextLeave <= run.network.now {
                    let running = run.network.up
                    let node = running[run.pick(running.count)]
                    run.network.kill(node)
                    let away = Int64(run.options.churnAwaySeconds) * 1_000
                    returns.append((run.network.now + away, node))
                    nextLeave += max(every, 1)
                } else if nextEntry <= run.network.now {
                    try run.publishByAny()
                    nextEntry += gap
                }
            }
            for (at, node) in returns {
                try run.network.run(until: max(at, run.network.now))
                run.network.start(node, knowing: run.acquaintances(of: node))
            }
            try run.pass(60)
        }
    }

    /// The trees as repairs left them, then as the entries that go by all links make them anew.
    private mutating func mend() throws {
        try publishing(
            "mended", perThousandSeconds: options.quietPerThousandSeconds,
            seconds: options.quietSeconds / 2, tailSeconds: 5)
        try phase("replanting", seconds: options.authors * 2 + 15) { run in
            let running = run.authors.filter { run.network.nodes[$0].isUp }
            for author in running {
                let every = Gossip.replantEvery
                let left = every - 1 - run.network.nodes[author].holdings.seqs[author] % every
                if left > 0 { try run.network.publish(by: author, entries: left) }
                try run.pass(1)
            }
            try run.pass(5)
            for author in running {
                try run.network.publish(by: author)
                try run.pass(1)
            }
            try run.pass(10)
        }
        try publishing(
            "replanted", perThousandSeconds: options.quietPerThousandSeconds,
            seconds: options.quietSeconds / 2, tailSeconds: 5)
    }

    // MARK: Steps

    private mutating func publishing(
        _ name: String, perThousandSeconds rate: Int, seconds: Int, tailSeconds: Int
    ) throws {
        try phase(name, seconds: seconds + tailSeconds) { run in
            try run.publish(perThousandSeconds: rate, seconds: seconds)
            try run.pass(tailSeconds)
        }
    }

    private mutating func publish(perThousandSeconds rate: Int, seconds: Int) throws {
        let begin = network.now
        let count = rate * seconds / 1_000
        for index in 0..<count {
            try network.run(until: begin + Int64(index) * Int64(seconds) * 1_000 / Int64(count))
            try publishByAny()
        }
        try network.run(until: begin + Int64(seconds) * 1_000)
    }

    /// A random author that runs writes an entry.
    private mutating func publishByAny() throws {
        for _ in 0..<64 {
            let author = authors[pick(authors.count)]
            guard network.nodes[author].isUp else { continue }
            try network.publish(by: author)
            return
        }
    }

    /// Whom a node that was away knows: three that its store remembers, here or not.
    private mutating func acquaintances(of node: Int) -> [Int] {
        (0..<8).map { _ in pick(options.nodes) }.filter { $0 != node }
    }

    private mutating func pick(_ count: Int) -> Int { Int(random.next() % UInt64(count)) }

    private func pass(_ seconds: Int) throws {
        try network.run(until: network.now + Int64(seconds) * 1_000)
    }

    private mutating func phase(
        _ name: String, seconds: Int, _ body: (inout ScaleRun) throws -> Void
    ) throws {
        network.tally.begin()
        let begin = network.now
        try body(&self)
        phases.append(measured(name, seconds: Int((network.now - begin) / 1_000)))
    }
}

// MARK: Measuring

extension ScaleRun {
    private func measured(_ name: String, seconds: Int) -> ScaleResult.Phase {
        let tally = network.tally
        let deliveries = Double(max(tally.deliveries, 1))
        let control = tally.control
        let framing = control.messages * Tally.framingBytes
        let last: [Int] = tally.lastNodeMilliseconds()
        let kinds: [ScaleResult.Kind] = tally.byKind.sorted { $0.key < $1.key }
            .map { kind, count in
                let name = MessageKind(rawValue: kind).map { "\($0)" } ?? "\(kind)"
                return ScaleResult.Kind(
                    name: name, messages: count.messages, bytes: count.bytes)
            }
        return ScaleResult.Phase(
            name: name, seconds: seconds, published: tally.published,
            deliveries: tally.deliveries, caughtUp: tally.caughtUp,
            copiesPerDelivery: Double(tally.copies) / deliveries,
            controlPerDelivery: Double(control.bytes) / deliveries,
            framedControlPerDelivery: Double(control.bytes + framing) / deliveries,
            runHeaderPerDelivery: Double(tally.runHeaderBytes) / deliveries,
            deliveryP50: tally.latency(0.5), deliveryP99: tally.latency(0.99),
            lastNodeP50: Quantile.of(sorted: last, 0.5),
            lastNodeP99: Quantile.of(sorted: last, 0.99), lastNodeMost: last.last ?? 0,
            missing: network.missing(), kinds: kinds)
    }

    private func flood() -> ScaleResult.Flooding {
        let flood = Flood(overlay: network.overlay(), latency: network.latencyMilliseconds)
        var outcome = Flood.Outcome()
        for author in authors { flood.spread(from: author, into: &outcome) }
        let last = outcome.lastNode.sorted()
        return ScaleResult.Flooding(
            copiesPerDelivery: Double(outcome.copies) / Double(max(outcome.deliveries, 1)),
            deliveryP50: Quantile.of(outcome.latencies, 0.5),
            deliveryP99: Quantile.of(outcome.latencies, 0.99),
            lastNodeP50: Quantile.of(sorted: last, 0.5),
            lastNodeP99: Quantile.of(sorted: last, 0.99))
    }

    private func overlay() -> ScaleResult.Overlay {
        let links = network.overlay()
        let running = network.up
        let degrees = running.map { links[$0].count }
        var (total, latency) = (0, Int64(0))
        for node in running {
            for other in links[node] {
                total += 1
                latency += network.latencyMilliseconds(node, other)
            }
        }
        var (pieces, seen) = (0, Set<Int>())
        for node in running where !seen.contains(node) {
            pieces += 1
            var edge = [node]
            seen.insert(node)
            while let next = edge.popLast() {
                for other in links[next] where seen.insert(other).inserted { edge.append(other) }
            }
        }
        return ScaleResult.Overlay(
            links: total / 2, degreeLeast: degrees.min() ?? 0,
            degreeMean: Double(total) / Double(max(running.count, 1)),
            degreeMost: degrees.max() ?? 0, pieces: pieces,
            meanLatency: Double(latency) / Double(max(total, 1)))
    }
}
