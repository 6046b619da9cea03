import Gossip
import Replica
import Sodium

/// Many nodes in one thread: real `Gossip` values, dialled through the real views, over links with a
/// fixed delay. One seed decides everything.
final class ScaleNetwork {
    enum Event {
        case received(node: Int, LinkID, [UInt8])
        case connected(node: Int, LinkID, peer: Int, address: String?)
        case connectFailed(node: Int, life: Int, String)
        case closed(node: Int, LinkID)
        case timer(node: Int, life: Int)
    }

    struct End {
        let node: Int
        let link: LinkID
        let isInitiator: Bool
    }

    /// One node; its gossip is made anew when it comes back, what it holds stays.
    struct Node {
        var gossip: Gossip
        var holdings: ScaleHoldings
        var isUp = false
        var life = 0
        var upSince: Int64 = 0
        var wakeAt: Int64?
        /// The far end of each link.
        var ends: [LinkID: End] = [:]
    }

    let book: ScaleBook
    let seed: UInt64
    private(set) var nodes: [Node] = []
    private(set) var now: Int64 = 1_795_000_000_000
    private var queue = EventQueue<Event>()
    private var links: UInt64 = 0
    var tally: Tally
    /// A number that any difference in the course of a run changes.
    private(set) var trace: UInt64 = 0
    private(set) var events = 0

    init(book: ScaleBook, seed: UInt64) {
        self.book = book
        self.seed = seed
        tally = Tally(authors: book.nodes.count)
        nodes.reserveCapacity(book.nodes.count)
        for number in book.nodes.indices {
            nodes.append(
                Node(
                    gossip: Gossip(incarnation: 1, seed: 0),
                    holdings: ScaleHoldings(book, number: number)))
        }
    }

    private var instant: Instant { Instant(milliseconds: now) }

    /// One way between two nodes: 10 to 50 ms, the same both ways and for ever.
    func latencyMilliseconds(_ a: Int, _ b: Int) -> Int64 {
        let pair = UInt64(min(a, b)) << 32 | UInt64(max(a, b))
        return 10 + Int64(ScaleBook.mix(pair ^ ScaleBook.mix(seed)) % 41)
    }

    // MARK: Lives

    /// A node begins, knowing these addresses.
    func start(_ number: Int, knowing others: [Int]) {
        nodes[number].life += 1
        let life = UInt64(nodes[number].life)
        var gossip = Gossip(
            incarnation: 1,
            seed: ScaleBook.mix(seed ^ ScaleBook.mix(UInt64(number) << 20 | life)))
        gossip.dialer.ownAddresses = [ScaleBook.address(of: number)]
        for other in others where other != number {
            gossip.dialer.add(ScaleBook.address(of: other), node: book.nodes[other])
        }
        nodes[number].gossip = gossip
        nodes[number].isUp = true
        nodes[number].upSince = now
        nodes[number].wakeAt = nil
        finish(number)
    }

    /// A process is gone; its machine says so to those that were connected.
    func kill(_ number: Int) {
        nodes[number].isUp = false
        for (_, end) in nodes[number].ends.sorted(by: { $0.key < $1.key }) {
            queue.add(
                .closed(node: end.node, end.link),
                at: now + latencyMilliseconds(number, end.node))
        }
        nodes[number].ends = [:]
    }

    /// What an author writes is handed to its own gossip, as its engine does after a commit.
    func publish(by author: Int, entries: UInt64 = 1) throws {
        let first = nodes[author].holdings.seqs[author] + 1
        let last = first + entries - 1
        nodes[author].holdings.hold(author, upTo: last)
        for seq in first...last { tally.published(author, seq, at: now) }
        try nodes[author].gossip.grew(
            book.log(of: author), from: first, to: last, nodes[author].holdings)
        finish(author)
    }

    // MARK: Running

    /// Lets everything happen that happens before `end`, and turns the clock to it.
    func run(until end: Int64) throws {
        while let next = queue.nextMilliseconds, next < end, let event = queue.next() {
            now = event.milliseconds
            events += 1
            try handle(event.event)
        }
        now = end
    }

    private func handle(_ event: Event) throws {
        switch event {
        case .received(let number, let link, let bytes):
            guard nodes[number].ends[link] != nil else { return }
            mixTrace(number, bytes.count, Int(bytes[0]))
            if bytes[0] == MessageKind.run.rawValue { tally.arrived(bytes, book.payloadBytes) }
            try nodes[number].gossip.received(
                bytes, on: link, nodes[number].holdings, at: instant)
            finish(number)
        case .connected(let number, let link, let peer, let address):
            try connected(number, link, peer, address)
        case .connectFailed(let number, let life, let address):
            guard nodes[number].isUp, nodes[number].life == life else { return }
            nodes[number].gossip.connectFailed(address, at: instant)
            finish(number)
        case .closed(let number, let link):
            guard nodes[number].isUp else { return }
            nodes[number].ends[link] = nil
            nodes[number].gossip.closed(link, at: instant)
            finish(number)
        case .timer(let number, let life):
            guard nodes[number].isUp, nodes[number].life == life, nodes[number].wakeAt == now
            else { return }
            nodes[number].wakeAt = nil
            try nodes[number].gossip.tick(nodes[number].holdings, at: instant)
            finish(number)
        }
    }

    private func connected(
        _ number: Int, _ link: LinkID, _ peer: Int, _ address: String?
    ) throws {
        guard nodes[number].isUp else { return }
        guard nodes[number].ends[link] != nil else {
            // The other end went meanwhile.
            if let address {
                nodes[number].gossip.connectFailed(address, at: instant)
                finish(number)
            }
            return
        }
        mixTrace(number, peer, 0)
        try nodes[number].gossip.connected(
            link, isInitiator: address != nil, transport: book.transports[peer], address: address,
            nodes[number].holdings, at: instant)
        finish(number)
    }

    private func mixTrace(_ number: Int, _ a: Int, _ b: Int) {
        trace = ScaleBook.mix(
            trace ^ UInt64(now) &* 31 ^ UInt64(number) << 40 ^ UInt64(a) << 8 ^ UInt64(b))
    }

    /// The end of a batch, as the engine ends one: outputs, flush, outputs, the next wake.
    private func finish(_ number: Int) {
        do {
            try interpret(number)
            try nodes[number].gossip.flush(nodes[number].holdings, at: instant)
            try interpret(number)
        } catch {
            preconditionFailure("holdings in memory throw nothing: \(error)")
        }
        guard nodes[number].isUp, let wake = nodes[number].gossip.wakeAt() else { return }
        let at = max(wake.milliseconds, now)
        if let scheduled = nodes[number].wakeAt, scheduled <= at { return }
        nodes[number].wakeAt = at
        queue.add(.timer(node: number, life: nodes[number].life), at: at)
    }

    private func interpret(_ number: Int) throws {
        while true {
            let outputs = nodes[number].gossip.take()
            if outputs.isEmpty { return }
            for output in outputs {
                switch output {
                case .send(let link, let bytes): send(bytes, number, link)
                case .close(let link): close(number, link)
                case .connect(let address): dial(number, address)
                case .apply(let link, let log, let run):
                    try apply(run, of: log, number, link)
                case .forked, .ownLogAhead, .ownHistory:
                    preconditionFailure("nobody forks here")
                case .compared, .met: break
                }
            }
        }
    }

    private func apply(
        _ run: RunMessage, of log: LogName, _ number: Int, _ link: LinkID
    ) throws {
        guard let author = book.number(of: log.author) else { return }
        let held = nodes[number].holdings.seqs[author]
        precondition(run.first == held + 1, "gossip hands over \(run.first) after \(held)")
        nodes[number].holdings.hold(author, upTo: run.last)
        for seq in run.first...run.last {
            tally.delivered(author, seq, at: now, upSince: nodes[number].upSince)
        }
        try nodes[number].gossip.applied(
            run, of: log, on: link, nodes[number].holdings, at: instant)
    }

    // MARK: Links

    private func send(_ bytes: [UInt8], _ number: Int, _ link: LinkID) {
        tally.sent(bytes, payloadBytes: book.payloadBytes)
        guard let end = nodes[number].ends[link] else { return }
        queue.add(
            .received(node: end.node, end.link, bytes),
            at: now + latencyMilliseconds(number, end.node))
    }

    private func close(_ number: Int, _ link: LinkID) {
        guard let end = nodes[number].ends.removeValue(forKey: link) else { return }
        queue.add(.closed(node: number, link), at: now)
        queue.add(
            .closed(node: end.node, end.link), at: now + latencyMilliseconds(number, end.node))
    }

    /// TCP and the handshake: two round trips until the one that dials may speak.
    private func dial(_ number: Int, _ address: String) {
        let life = nodes[number].life
        guard let other = ScaleBook.number(at: address), nodes.indices.contains(other),
            other != number, nodes[other].isUp
        else {
            queue.add(.connectFailed(node: number, life: life, address), at: now + 100)
            return
        }
        links += 1
        let (mine, its) = (LinkID(links * 2), LinkID(links * 2 + 1))
        nodes[number].ends[mine] = End(node: other, link: its, isInitiator: true)
        nodes[other].ends[its] = End(node: number, link: mine, isInitiator: false)
        let latency = latencyMilliseconds(number, other)
        queue.add(
            .connected(node: number, mine, peer: other, address: address), at: now + 4 * latency)
        queue.add(.connected(node: other, its, peer: number, address: nil), at: now + 5 * latency)
    }

    // MARK: Looking

    /// The nodes that run.
    var up: [Int] { nodes.indices.filter { nodes[$0].isUp } }

    /// For each node the nodes at the far ends of its links, in order.
    func overlay() -> [[Int]] {
        nodes.map { node in
            node.isUp
                ? node.ends.sorted { $0.key < $1.key }.map(\.value.node)
                    .filter { nodes[$0].isUp } : []
        }
    }

    /// Entries that some running node has and another lacks.
    func missing() -> Int {
        let running = up
        guard let first = running.first else { return 0 }
        var most = nodes[first].holdings.seqs
        for number in running {
            for (author, seq) in nodes[number].holdings.seqs.enumerated() {
                most[author] = max(most[author], seq)
            }
        }
        var lacking: UInt64 = 0
        for number in running {
            for (author, seq) in nodes[number].holdings.seqs.enumerated() {
                lacking += most[author] - seq
            }
        }
        return Int(lacking)
    }
}
