import GRDB
import Replica
import Wire

import struct Foundation.Data

/// What is held of the roster: the same, whenever it is read.
struct HeldRoster {
    /// In no order.
    var acts: [Roster.Step]
    var entries: RosterEntries

    /// Do both hold the same? The order does not matter.
    func isLike(_ other: Self) -> Bool {
        func seen(_ held: Self) -> [Dot: [RosterHead]] {
            Dictionary(held.acts.map { ($0.dot, $0.seen) }, uniquingKeysWith: { $0 + $1 })
        }
        return entries == other.entries && seen(self) == seen(other)
    }
}

/// What the authors of the roster had seen of it.
extension Store {
    /// The entries that are held, and by log and entry the heads that its header names. They stand in the entries and in no
    /// table. Cost: a hash for each entry of the roster, when the store is opened.
    func rosterSeen(
        _ db: Database
    ) throws -> (entries: RosterEntries, seen: [LogID: [UInt64: [RosterHead]]]) {
        let logs = try Row.fetchAll(
            db.cachedStatement(
                sql: "SELECT \(LogTable.columns) FROM log WHERE scope = ? AND incarnation > 0"),
            arguments: [Scope.roster.name])
        var hashes = RosterEntries()
        var found: [LogID: [UInt64: [RosterHead]]] = [:]
        for log in logs {
            let (row, held, _) = try LogTable.tip(log)
            var tip = LogTip(held.name, id: held.id)
            var heads: [UInt64: [RosterHead]] = [:]
            let entries = try Data.fetchCursor(
                db.cachedStatement(sql: "SELECT bytes FROM entry WHERE log = ? ORDER BY seq"),
                arguments: [row])
            while let bytes = try entries.next() {
                var reader = ByteReader(Array(bytes))
                do {
                    let entry = try RunCodec.decode(from: &reader, after: tip)
                    heads[entry.header.seq] = entry.header.rosterHeads
                    hashes.add(held.id, entry.header.seq, entry.hash)
                    tip.advance(past: entry)
                } catch {
                    throw StoreError.damaged("log \(held.id) after entry \(tip.head.seq)")
                }
            }
            found[held.id] = heads
        }
        return (hashes, found)
    }
}
