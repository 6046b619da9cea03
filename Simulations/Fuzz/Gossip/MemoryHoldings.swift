import Sodium

@testable import Gossip
@testable import Replica

/// A replica in memory: logs with real entries, of which this node holds a part and its peers more.
struct MemoryHoldings: Holdings {
    struct Log {
        let id: LogID
        let start: LogTip
        /// Every entry that its author wrote, in order, each signed.
        let written: [(bytes: [UInt8], after: LogTip)]
        /// How many of them are held here.
        var held: Int

        var tip: LogTip { held == 0 ? start : written[held - 1].after }
    }

    let book: BookID
    let node: NodeID
    let company: Company
    var logs: [LogName: Log]
    private let kept: [Scope]

    init(_ company: Company) throws {
        self.company = company
        book = company.book
        node = company.node(0)
        kept = [.roster, .catalog, .board, .trade(Company.branches[0])]
        logs = [:]
        for (author, scope, count, held) in [
            (0, Scope.roster, 3, 3), (0, .catalog, 6, 3), (1, .catalog, 6, 2), (2, .catalog, 4, 0),
            (1, .board, 3, 3), (0, .trade(Company.branches[0]), 5, 5),
        ] {
            let name = company.log(author, scope)
            logs[name] = try Self.log(name, by: author, count: count, held: held, company)
        }
    }

    private static func log(
        _ name: LogName, by author: Int, count: Int, held: Int, _ company: Company
    ) throws -> Log {
        let start = LogTip(name, in: company.book)
        var writer = LogWriter(tip: start, chapter: Chapter())
        var written: [(bytes: [UInt8], after: LogTip)] = []
        for number in 1...count {
            let before = writer.tip
            let entry = try writer.append(
                [company.operations[3]],
                at: .init(
                    commit: UInt64(number),
                    time: HybridTime(milliseconds: 1_000 + Int64(number), counter: 0)),
                key: try company.key(name.scope), signing: company.signing[author], signs: true)
            written.append((RunCodec.encode(entry, after: before), writer.tip))
        }
        return Log(id: start.id, start: start, written: written, held: held)
    }

    func scopes() -> [Scope] { kept }

    func root(of scope: Scope) -> (root: [UInt8], digest: [UInt8]) {
        let heads = logs.filter { $0.key.scope == scope && $0.value.held > 0 }
            .map { ($0.value.id, $0.value.tip.head) }
        return (
            Frontier(Dictionary(heads) { first, _ in first }).root, ScopeRoot.noDigest
        )
    }

    func heads(in scope: Scope) -> [(name: LogName, head: Head)] {
        logs.filter { $0.key.scope == scope && $0.value.held > 0 }
            .sorted { $0.key < $1.key }.map { ($0.key, $0.value.tip.head) }
    }

    func head(of log: LogName) -> Head? {
        logs[log].flatMap { $0.held > 0 ? $0.tip.head : nil }
    }

    func hash(of log: LogName, at seq: UInt64) -> Digest? {
        guard let log = logs[log], seq >= 1, seq <= UInt64(log.held) else { return nil }
        return log.written[Int(seq) - 1].after.head.hash
    }

    func run(
        of log: LogName, from seq: UInt64, bytesMax: Int
    ) -> (bytes: [UInt8], last: UInt64) {
        guard let log = logs[log], seq >= 1, seq <= UInt64(log.held) else {
            return ([], seq &- 1)
        }
        var bytes: [UInt8] = []
        var last = seq - 1
        for entry in log.written[(Int(seq) - 1)..<log.held] {
            if !bytes.isEmpty, bytes.count + entry.bytes.count > bytesMax { break }
            bytes += entry.bytes
            last += 1
        }
        return (bytes, last)
    }

    func accepts(_ log: LogName) -> Bool {
        company.signing.indices.contains { company.node($0) == log.author }
    }

    func isMember(_ node: NodeID, with transport: AgreementPublicKey) -> Bool {
        company.signing.indices.contains {
            company.node($0) == node && company.transports[$0] == transport
        }
    }

    /// Stores a run if it is what comes next; throws what the engine's reader would.
    mutating func append(_ message: RunMessage, to name: LogName) throws(EntryError) -> Bool {
        guard var log = logs[name] else { return false }
        let run = try PreparedRun(
            verifying: message.bytes, after: log.tip, chapter: Chapter(), key: { _ in nil })
        // Only entries of ours are known here: whoever has the author's key may write others.
        let held = log.held + run.items.count
        guard run.tip.head.seq == message.last, held <= log.written.count,
            log.written[held - 1].after == run.tip
        else { return false }
        log.held = held
        logs[name] = log
        return true
    }
}
