package import Books
package import Replica
import Sodium
package import Store

/// This node as a writer: its own logs of one incarnation, its clock and the number of its last
/// commit. A value, so that a command that fails leaves nothing behind.
package struct Author: Sendable {
    package let node: NodeID
    package let incarnation: UInt64
    private let book: BookID
    private let signing: SigningKey
    private var clock: HybridClock
    private var commit: UInt64
    private var writers: [Scope: LogWriter]
    /// The last entry of each log that this batch wrote, not yet signed, and the tip before it.
    private var unsigned: [Scope: (entry: Entry, before: LogTip)] = [:]
    /// What was written since it was last taken, for the peers.
    private var written: [Scope: Written] = [:]

    struct Written {
        let name: LogName
        let first: UInt64
        var last: UInt64
    }

    mutating func takeWritten() -> [Written] {
        defer { written = [:] }
        return written.sorted { $0.key < $1.key }.map(\.value)
    }

    /// Reads the tips of the node's own logs.
    package init(_ credentials: Credentials, _ membership: Credentials.Membership, _ store: Store)
        throws
    {
        node = credentials.node
        incarnation = membership.incarnation
        book = membership.book
        signing = credentials.signing
        writers = [:]
        commit = 0
        var last = HybridTime.zero
        for (tip, chapter) in try store.logs(of: node) {
            last = max(last, tip.time)
            guard tip.name.incarnation == incarnation else { continue }
            commit = max(commit, tip.commit)
            writers[tip.name.scope] = LogWriter(tip: tip, chapter: chapter)
        }
        clock = HybridClock(last: last)
    }

    /// What a commit wrote: the new head of each of its logs.
    package struct Receipt: Hashable, Sendable {
        package let commit: UInt64
        package let heads: [LogHead]
        /// Its entries in the order of their ops.
        package let entries: [Written]

        package struct Written: Hashable, Sendable {
            package let log: LogID
            package let seq: UInt64
            package let ops: Int
        }

        package struct LogHead: Hashable, Sendable {
            package let name: LogName
            package let log: LogID
            package let head: Head
        }
    }

    package var lastCommit: UInt64 { commit }

    /// What a commit is written against.
    package struct Surroundings {
        package let roster: Roster
        package let keyring: Keyring
        package let rosterHeads: [RosterHead]
        package let now: Instant
        package let rulesLevel: UInt64

        package init(
            roster: Roster, keyring: Keyring, rosterHeads: [RosterHead], now: Instant,
            rulesLevel: UInt64 = LogWriter.rulesLevel
        ) {
            self.rulesLevel = rulesLevel
            self.roster = roster
            self.keyring = keyring
            self.rosterHeads = rosterHeads
            self.now = now
        }
    }

    /// Writes the parts as one commit and projects them, within the store's running transaction.
    /// The entries are signed by `seal`.
    ///
    /// - Throws: `Refusal` where a scope is not ours to write; the store's errors.
    package mutating func write(
        _ parts: [Draft.Part], references: [[UInt8]] = [], in around: Surroundings, to store: Store
    ) throws -> Receipt {
        var opsMax = Payload.opsMax
        while true {
            let saved = self
            do {
                return try attempt(parts, opsMax, references, around, store)
            } catch EntryError.tooLarge where opsMax > 1 {
                self = saved
                opsMax /= 2
            }
        }
    }

    private mutating func attempt(
        _ parts: [Draft.Part], _ opsMax: Int, _ references: [[UInt8]], _ around: Surroundings,
        _ store: Store
    ) throws -> Receipt {
        let chunks = parts.flatMap { part in
            pack(part.ops, opsMax).map { (scope: part.scope, ops: $0) }
        }
        guard !chunks.isEmpty, chunks.count <= Int(EntryHeader.partsMax) else {
            throw Refusal(.tooManyLines, "the document is larger than one commit can be")
        }
        commit += 1
        var runs: [PreparedRun] = []
        var heads: [Receipt.LogHead] = []
        var entries: [Receipt.Written] = []
        for (number, chunk) in chunks.enumerated() {
            guard let key = around.keyring.writingKey(chunk.scope) else {
                throw Refusal(
                    .noGrant, "this node has no key of \(chunk.scope)",
                    next: "ask an administrator for the grant, or work at a node that has it")
            }
            let name = LogName(author: node, incarnation: incarnation, scope: chunk.scope)
            var writer =
                writers[chunk.scope]
                ?? LogWriter(tip: LogTip(name, in: book), chapter: Chapter())
            let before = writer.tip
            let entry = try writer.append(
                chunk.ops,
                at: .init(
                    commit: commit, part: UInt32(number), parts: UInt32(chunks.count),
                    time: clock.next(at: around.now),
                    rosterHeads: self.heads(
                        around.rosterHeads, in: chunk.scope, around.roster,
                        after: before.rosterHeads),
                    references: references, rulesLevel: around.rulesLevel),
                key: key, signing: signing, signs: false)
            writers[chunk.scope] = writer
            unsigned[chunk.scope] = entry.signature == nil ? (entry, before) : nil
            let run = PreparedRun(
                written: [(entry, chunk.ops)], after: before, chapter: writer.chapter)
            runs.append(run)
            let seq = run.tip.head.seq
            written[chunk.scope, default: Written(name: name, first: seq, last: seq)].last = seq
            entries.append(
                Receipt.Written(log: run.tip.id, seq: seq, ops: chunk.ops.count))
            heads.removeAll { $0.log == run.tip.id }
            heads.append(Receipt.LogHead(name: name, log: run.tip.id, head: run.tip.head))
        }
        try store.append(runs, roster: around.roster, isWrittenHere: true)
        return Receipt(commit: commit, heads: heads, entries: entries)
    }

    /// The heads of the roster that the next entry of a log names.
    func heads(_ standing: Engine.Standing, in scope: Scope) -> [RosterHead] {
        heads(
            standing.rosterHeads, in: scope, standing.roster,
            after: writers[scope]?.tip.rosterHeads ?? [])
    }

    /// Once named in a log, a head is named in all its later entries. Others as far as there is room, of which some is
    /// left for those that make this node an administrator, since without them nothing that it does counts.
    private func heads(
        _ known: [RosterHead], in scope: Scope, _ roster: Roster, after tip: [RosterHead]
    ) -> [RosterHead] {
        let kept = tip.map { old in
            known.first { $0.log == old.log && $0.seq > old.seq } ?? old
        }
        let own = Set((roster.offices[node] ?? []).compactMap(\.named?.log))
        let more = known.filter { new in !kept.contains { $0.log == new.log } }
        let needed = more.filter { own.contains($0.log) }
            .prefix(EntryHeader.rosterHeadsMax - min(kept.count, EntryHeader.rosterHeadsMax))
        let most = EntryHeader.rosterHeadsMax - (scope == .roster ? 4 : 8)
        let room = max(most - kept.count - needed.count, 0)
        return kept + needed + more.filter { !own.contains($0.log) }.prefix(room)
    }

    /// Ops in order, as many in an entry as it takes.
    private func pack(_ ops: [Operation], _ opsMax: Int) -> [[Operation]] {
        var packed: [[Operation]] = []
        var rest = ops[...]
        while !rest.isEmpty {
            var count = min(rest.count, opsMax)
            while count > 1, Payload.encode(Array(rest.prefix(count)), chapter: Chapter()) == nil {
                count = (count + 1) / 2
            }
            packed.append(Array(rest.prefix(count)))
            rest = rest.dropFirst(count)
        }
        return packed
    }

    /// Signs the last entry of every log of this batch: to be called once, before the transaction
    /// ends. An entry that a later one vouches for stays without.
    package mutating func seal(in store: Store) throws {
        for (_, last) in unsigned.sorted(by: { $0.key < $1.key }) {
            let signature = signing.sign(Entry.signedBytes(last.entry.hash))
            let signed = last.entry.signed(signature)
            try store.sign(
                log: last.before.id, seq: signed.header.seq,
                bytes: RunCodec.encode(signed, after: last.before))
        }
        unsigned = [:]
    }

    /// Writes the first entry of a book, which names it.
    package static func genesis(
        _ act: RosterAct, _ credentials: Credentials, at now: Instant, to store: Store
    ) throws -> BookID {
        let name = LogName(author: credentials.node, incarnation: 0, scope: .roster)
        var writer = LogWriter(tip: LogTip(name, in: .genesis), chapter: Chapter())
        let before = writer.tip
        var clock = HybridClock()
        let entry = try writer.append(
            [.roster(act)], at: .init(commit: 1, time: clock.next(at: now)), key: nil,
            signing: credentials.signing, signs: true)
        let run = PreparedRun(
            written: [(entry, [.roster(act)])], after: before, chapter: writer.chapter)
        try store.append([run], roster: Roster())
        return BookID(entry.hash)
    }
}
