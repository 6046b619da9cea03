import GRDB
import Replica
import Wire

import struct Foundation.Data

/// What the authors of the roster had seen of it.
extension Store {
    /// By log and entry, the heads that its header names: where the roster has one log alone there is nothing to tell.
    /// They stand in the entries and in no table. Cost: a hash for each entry of the roster, when the store is opened.
    func rosterSeen(_ db: Database) throws -> [LogID: [UInt64: [RosterHead]]] {
        let logs = try Row.fetchAll(
            db.cachedStatement(
                sql: "SELECT \(LogTable.columns) FROM log WHERE scope = ? AND incarnation > 0"),
            arguments: [Scope.roster.name])
        guard logs.count > 1 else { return [:] }
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
                    tip.advance(past: entry)
                } catch {
                    throw StoreError.damaged("log \(held.id) after entry \(tip.head.seq)")
                }
            }
            found[held.id] = heads
        }
        return found
    }
}
