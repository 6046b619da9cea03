import Gossip
import Replica
import Sodium

/// What all nodes of a run share: names, and the bytes of entries, which nobody looks into.
final class ScaleBook {
    let id: BookID
    let nodes: [NodeID]
    let transports: [AgreementPublicKey]
    private let numbers: [NodeID: Int]
    /// One entry, two, three …: runs are never copied.
    private let runs: [[UInt8]]
    let payloadBytes: Int

    static let runEntriesMax = 64
    static let scope = Scope.catalog

    init(nodes count: Int, payloadBytes: Int) {
        id = BookID(Digest(words: (1, 2, 3, 4)))
        nodes = (0..<count).map { number in
            // Spread over all 256 bits, so that the order of keys is not that of numbers.
            let word = Self.mix(UInt64(number))
            return NodeID(
                PublicKey(Digest(words: (word, Self.mix(word), UInt64(number), 0))))
        }
        transports = nodes.compactMap { AgreementPublicKey($0.key.bytes) }
        precondition(transports.count == count, "32 bytes are a key")
        numbers = Dictionary(
            nodes.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
        self.payloadBytes = payloadBytes
        runs = (0...Self.runEntriesMax).map { [UInt8](repeating: 7, count: $0 * payloadBytes) }
    }

    func number(of node: NodeID) -> Int? { numbers[node] }

    func log(of author: Int) -> LogName {
        LogName(author: nodes[author], incarnation: 1, scope: Self.scope)
    }

    func entries(_ count: Int) -> [UInt8] { runs[count] }

    static func address(of number: Int) -> String { "n\(number):1" }

    static func number(at address: String) -> Int? {
        Int(address.dropFirst().prefix { $0 != ":" })
    }

    /// The finaliser of splitmix64.
    static func mix(_ word: UInt64) -> UInt64 {
        var z = word &+ 0x9e37_79b9_7f4a_7c15
        z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
        return z ^ (z >> 31)
    }
}

/// What one node holds, in memory: one scope, for each author how far. It survives a restart of its
/// node, as a disk does.
struct ScaleHoldings: Holdings {
    let shared: ScaleBook
    let number: Int
    /// By author; zero where nothing is held.
    private(set) var seqs: [UInt64]
    /// Authors of whom something is held, as they came.
    private var authors: [Int] = []
    private var rootWords: (UInt64, UInt64) = (0, 0)

    init(_ book: ScaleBook, number: Int) {
        shared = book
        self.number = number
        seqs = Array(repeating: 0, count: book.nodes.count)
    }

    var book: BookID { shared.id }
    var node: NodeID { shared.nodes[number] }
    func scopes() -> [Scope] { [ScaleBook.scope, .roster] }

    func root(of scope: Scope) -> (root: [UInt8], digest: [UInt8]) {
        guard scope == ScaleBook.scope else {
            return (ScopeRoot.noDigest, ScopeRoot.noDigest)
        }
        let digest = Digest(words: (rootWords.0, rootWords.1, 0, 0))
        return (digest.prefix(ScopeRoot.partBytes), ScopeRoot.noDigest)
    }

    func heads(in scope: Scope) -> [(name: LogName, head: Head)] {
        guard scope == ScaleBook.scope else { return [] }
        return authors.map { author in
            (
                shared.log(of: author),
                Head(seq: seqs[author], hash: Self.hash(author, seqs[author]))
            )
        }
    }

    func head(of log: LogName) -> Head? {
        guard let author = shared.number(of: log.author), seqs[author] > 0 else { return nil }
        return Head(seq: seqs[author], hash: Self.hash(author, seqs[author]))
    }

    func hash(of log: LogName, at seq: UInt64) -> Digest? {
        guard let author = shared.number(of: log.author), (1...seqs[author]).contains(seq) else {
            return nil
        }
        return Self.hash(author, seq)
    }

    func run(
        of log: LogName, from seq: UInt64, bytesMax: Int
    ) -> (bytes: [UInt8], last: UInt64) {
        guard let author = shared.number(of: log.author), seqs[author] >= seq else {
            return ([], seq - 1)
        }
        let most = max(1, min(ScaleBook.runEntriesMax, bytesMax / shared.payloadBytes))
        let count = min(most, Int(seqs[author] - seq + 1))
        return (shared.entries(count), seq + UInt64(count) - 1)
    }

    func accepts(_ log: LogName) -> Bool { shared.number(of: log.author) != nil }
    func isMember(_ node: NodeID, with transport: AgreementPublicKey) -> Bool {
        shared.number(of: node).map { shared.transports[$0] == transport } ?? false
    }

    private static func hash(_ author: Int, _ seq: UInt64) -> Digest {
        let word = ScaleBook.mix(UInt64(author) << 32 ^ seq)
        return Digest(words: (word, ScaleBook.mix(word), 0, 0))
    }

    /// Sets how far an author's log is held.
    mutating func hold(_ author: Int, upTo seq: UInt64) {
        precondition(seq > seqs[author], "\(seq) comes after \(seqs[author])")
        if seqs[author] == 0 {
            authors.append(author)
        } else {
            fold(Self.hash(author, seqs[author]))
        }
        fold(Self.hash(author, seq))
        seqs[author] = seq
    }

    private mutating func fold(_ digest: Digest) {
        rootWords = (rootWords.0 ^ digest.words.0, rootWords.1 ^ digest.words.1)
    }
}
