import Replica
import Sodium
import Testing

@testable import Gossip

/// What a node of these tests holds: for each log how far, and entries of one length.
struct TestHoldings: Holdings {
    let book = BookID(Blake2b.hash256([1]))
    let node: NodeID
    var kept: [Scope] = [.roster, .catalog]
    var seqs: [LogName: UInt64] = [:]
    static let entryBytes = 2_000

    static func id(_ number: Int) -> NodeID {
        NodeID(PublicKey(Digest(words: (UInt64(number + 1), 0, 0, 0))))
    }

    static func log(_ author: Int, _ scope: Scope = .catalog) -> LogName {
        LogName(author: id(author), incarnation: 1, scope: scope)
    }

    static func hash(_ log: LogName, _ seq: UInt64) -> Digest {
        let author = log.author.key.digest.words.0
        return Digest(words: (author, seq, UInt64(log.scope.name.utf8.count), 9))
    }

    func scopes() -> [Scope] { kept }

    func root(of scope: Scope) -> (root: [UInt8], digest: [UInt8]) {
        var text: [UInt8] = []
        for (log, seq) in seqs.sorted(by: { $0.key < $1.key }) where log.scope == scope {
            text += Self.hash(log, seq).bytes
        }
        return (Blake2b.hash(text, count: 16), ScopeRoot.noDigest)
    }

    func heads(in scope: Scope) -> [(name: LogName, head: Head)] {
        seqs.filter { $0.key.scope == scope }.map { log, seq in
            (log, Head(seq: seq, hash: Self.hash(log, seq)))
        }
    }

    func head(of log: LogName) -> Head? {
        seqs[log].map { Head(seq: $0, hash: Self.hash(log, $0)) }
    }

    func hash(of log: LogName, at seq: UInt64) -> Digest? { Self.hash(log, seq) }

    func run(
        of log: LogName, from seq: UInt64, bytesMax: Int
    ) -> (bytes: [UInt8], last: UInt64) {
        let count = min(
            UInt64(max(1, bytesMax / Self.entryBytes)), (seqs[log] ?? 0) + 1 - seq)
        return (
            [UInt8](repeating: 7, count: Int(count) * Self.entryBytes), seq + count - 1
        )
    }

    func accepts(_ log: LogName) -> Bool { true }
    func isMember(_ node: NodeID, with transport: AgreementPublicKey) -> Bool { true }
}

/// A few gossips, and the wires between them in the hands of the test: what is sent waits until it is
/// delivered, and a wire can hold back or lose.
final class TestPeers {
    struct Wire: Hashable {
        let from: Int
        let to: Int
    }

    struct Sent: Equatable {
        let from: Int
        let to: Int
        let kind: MessageKind
        let bytes: Int
    }

    var gossips: [Gossip]
    var holdings: [TestHoldings]
    var now = Instant(milliseconds: 1_795_000_000_000)
    var sent: [Sent] = []
    var dialled: [(node: Int, address: String)] = []
    /// Wires that keep what they carry, and those that lose it.
    var held: Set<Wire> = []
    var lost: Set<Wire> = []
    private var waiting: [(wire: Wire, bytes: [UInt8])] = []
    private var ends: [Int: [LinkID: Int]] = [:]
    private var links: UInt64 = 0

    init(_ count: Int, keeping scopes: [Scope] = [.roster, .catalog]) {
        gossips = (0..<count).map { Gossip(incarnation: 1, seed: UInt64($0)) }
        holdings = (0..<count).map { TestHoldings(node: TestHoldings.id($0), kept: scopes) }
    }

    static func transport(_ node: Int) throws -> AgreementPublicKey {
        try #require(AgreementPublicKey([UInt8](repeating: UInt8(node + 1), count: 32)))
    }

    /// `a` dials `b`; both say hello once their wires deliver.
    func connect(_ a: Int, _ b: Int) throws {
        links += 1
        for (node, peer, initiates) in [(a, b, true), (b, a, false)] {
            let id = LinkID(links * 2 + (initiates ? 0 : 1))
            ends[node, default: [:]][id] = peer
            try gossips[node].connected(
                id, isInitiator: initiates, transport: Self.transport(peer),
                address: initiates ? "n\(peer):1" : nil, holdings[node], at: now)
            try finish(node)
        }
    }

    func disconnect(_ a: Int, _ b: Int) throws {
        for (node, peer) in [(a, b), (b, a)] {
            guard let link = link(node, peer) else { continue }
            ends[node]?[link] = nil
            gossips[node].closed(link, at: now)
            try finish(node)
        }
        waiting.removeAll { Set([$0.wire.from, $0.wire.to]) == [a, b] }
    }

    func link(_ node: Int, _ peer: Int) -> LinkID? {
        ends[node]?.sorted { $0.key < $1.key }.last { $0.value == peer }?.key
    }

    /// The author writes so many entries, one batch each.
    func write(_ author: Int, _ count: Int = 1, _ scope: Scope = .catalog) throws {
        let log = TestHoldings.log(author, scope)
        for _ in 0..<count {
            let seq = (holdings[author].seqs[log] ?? 0) + 1
            holdings[author].seqs[log] = seq
            try gossips[author].grew(log, from: seq, to: seq, holdings[author])
            try finish(author)
        }
    }

    /// Delivers everything that is on the wires and not held.
    func deliver() throws {
        while let index = waiting.firstIndex(where: { !held.contains($0.wire) }) {
            let (wire, bytes) = waiting.remove(at: index)
            guard !lost.contains(wire), let link = link(wire.to, wire.from) else { continue }
            try gossips[wire.to].received(bytes, on: link, holdings[wire.to], at: now)
            try finish(wire.to)
        }
    }

    /// Delivers, and lets timers come that are due within so many milliseconds.
    func pass(_ milliseconds: Int64) throws {
        let end = now.advanced(byMilliseconds: milliseconds)
        for _ in 0..<100_000 {
            try deliver()
            let due = gossips.indices.compactMap { node in
                gossips[node].wakeAt().map { (max($0, now), node) }
            }.min { $0 < $1 }
            guard let (at, node) = due, at <= end else { break }
            now = at
            try gossips[node].tick(holdings[node], at: now)
            try finish(node)
        }
        now = end
    }

    func count(_ kind: MessageKind, from: Int? = nil, to: Int? = nil) -> Int {
        sent.filter { message in
            message.kind == kind && from.map { $0 == message.from } ?? true
                && to.map { $0 == message.to } ?? true
        }.count
    }

    private func finish(_ node: Int) throws {
        try interpret(node)
        try gossips[node].flush(holdings[node], at: now)
        try interpret(node)
    }

    private func interpret(_ node: Int) throws {
        while true {
            let outputs = gossips[node].take()
            if outputs.isEmpty { return }
            for output in outputs {
                switch output {
                case .send(let link, let bytes):
                    guard let peer = ends[node]?[link],
                        let kind = MessageKind(rawValue: bytes[0])
                    else { continue }
                    sent.append(Sent(from: node, to: peer, kind: kind, bytes: bytes.count))
                    waiting.append((Wire(from: node, to: peer), bytes))
                case .apply(let link, let log, let run):
                    holdings[node].seqs[log] = run.last
                    try gossips[node].applied(run, of: log, on: link, holdings[node], at: now)
                case .connect(let address):
                    dialled.append((node, address))
                    gossips[node].connectFailed(address, at: now)
                case .close(let link):
                    ends[node]?[link] = nil
                    gossips[node].closed(link, at: now)
                case .forked, .ownLogAhead, .ownHistory, .compared, .met: break
                }
            }
        }
    }
}
