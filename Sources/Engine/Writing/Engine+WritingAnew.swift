import Books
import Replica
import Sodium
import Store

/// Commits of one incarnation written again in the present one: the same ops, with the same numbers
/// and dates, in the same order.
extension Engine {
    /// Reads the logs side by side, a run of each in memory at a time.
    ///
    /// - Parameter logs: ends of own logs of one incarnation; no commit lies on both sides of where
    ///   they begin.
    /// - Returns: how many commits were written.
    /// - Throws: `Refusal` where a scope is not ours to write any more; `EntryError.tooLarge`; the
    ///   store's errors. Cost: that of reading the logs from their beginning, and of the writing.
    func writeAnew(
        _ logs: [OwnHistory], _ standing: Standing, at now: Instant
    ) throws -> Int {
        var readers = logs.map { OwnLogReader($0) }
        var dots: [Dot: Dot] = [:]
        var commits = 0
        while true {
            for place in readers.indices { try readers[place].fill(store, standing.keyring) }
            guard let next = readers.compactMap(\.commit).min() else { return commits }
            var entries: [OwnLogReader.Old] = []
            for place in readers.indices {
                while readers[place].commit == next {
                    entries.append(try readers[place].take())
                    try readers[place].fill(store, standing.keyring)
                }
            }
            entries.sort { $0.header.part < $1.header.part }
            let receipt = try commit(
                try entries.map { Draft.Part($0.scope, try $0.ops(with: dots)) },
                references: entries.first?.header.references ?? [], at: now)
            note(receipt, of: entries, in: &dots)
            for place in waiting.indices where waiting[place].receipt.isOf(logs, commit: next) {
                waiting[place].receipt = receipt
            }
            commits += 1
        }
    }

    /// Where register writes stand now: later ones name those that they supersede.
    private func note(
        _ receipt: Author.Receipt, of entries: [OwnLogReader.Old], in dots: inout [Dot: Dot]
    ) {
        var places = receipt.entries.flatMap { entry in
            (0..<entry.ops).map { Dot(log: entry.log, seq: entry.seq, index: UInt32($0)) }
        }[...]
        for entry in entries {
            for (index, op) in entry.items.enumerated() {
                guard let new = places.popFirst() else { return }
                guard case .success(.set) = op else { continue }
                let old = Dot(
                    log: entry.header.log, seq: entry.header.seq, index: UInt32(index))
                dots[old] = new
            }
        }
    }
}

extension Author.Receipt {
    fileprivate func isOf(_ logs: [OwnHistory], commit: UInt64) -> Bool {
        self.commit == commit && heads.contains { head in logs.contains { $0.end.id == head.log } }
    }
}

/// The end of an own log that is to be written anew.
struct OwnHistory {
    /// The log as it is.
    let end: LogTip
    /// The last entry that stays.
    let after: UInt64
}

/// One own log, read from its beginning for the sake of its names, and handed out from an entry on.
private struct OwnLogReader {
    struct Old {
        let scope: Scope
        let header: EntryHeader
        let items: [Result<Operation, VoidReason>]

        /// - Throws: `StoreError.damaged`: what we wrote ourselves we can read.
        func ops(with dots: [Dot: Dot]) throws -> [Operation] {
            try items.map { item in
                guard case .success(let op) = item else {
                    throw StoreError.damaged("entry \(header.seq) of \(header.log)")
                }
                guard case .set(let write) = op else { return op }
                return .set(
                    RegisterWrite(
                        entity: write.entity, attribute: write.attribute, value: write.value,
                        supersedes: write.supersedes.map { dots[$0] ?? $0 }))
            }
        }
    }

    private let end: LogTip
    private let after: UInt64
    private var tip: LogTip
    private var chapter = Chapter()
    private var items: ArraySlice<PreparedRun.Item> = []

    private static let runBytes = 64 << 10

    init(_ history: OwnHistory) {
        end = history.end
        after = history.after
        tip = LogTip(end.name, id: end.id)
    }

    /// The commit of the next entry.
    var commit: UInt64? { items.first?.entry.header.commit }

    /// Reads on until there is an entry to hand out, or the log ends.
    mutating func fill(_ store: Store, _ keyring: Keyring) throws {
        let scope = end.name.scope
        while items.isEmpty, tip.head.seq < end.head.seq {
            let (bytes, _) = try store.run(
                of: end.id, from: tip.head.seq + 1, bytesMax: Self.runBytes)
            let run: PreparedRun
            do throws(EntryError) {
                run = try PreparedRun(
                    verifying: bytes, after: tip, chapter: chapter,
                    key: { keyring.key(scope, $0) })
            } catch {
                throw StoreError.damaged("log \(end.id) after entry \(tip.head.seq): \(error)")
            }
            tip = run.tip
            chapter = run.chapter
            items = run.items.drop { $0.entry.header.seq <= after }
        }
    }

    /// - Throws: `StoreError.damaged` where no entry is at hand, `Refusal.noGrant` where its key is not.
    mutating func take() throws -> Old {
        guard let item = items.popFirst() else { throw StoreError.damaged("log \(end.id)") }
        guard let ops = item.ops else {
            throw Refusal(.noGrant, "this node has no key of \(end.name.scope)")
        }
        return Old(scope: end.name.scope, header: item.entry.header, items: ops)
    }
}
