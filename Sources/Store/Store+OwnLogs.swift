import GRDB
package import Replica
import Sodium
import Wire

import struct Foundation.Data

/// Own logs read over and cut back: what a restored copy needs.
extension Store {
    /// A place in a log: the state after an entry, that entry, and the state before it.
    package struct Position {
        package fileprivate(set) var tip: LogTip
        package fileprivate(set) var last: Entry?
        package fileprivate(set) var before: LogTip
    }

    /// The place after the last of the entries, from the first on, for which `holds` is true; nil
    /// where nothing is held of the log. Needs no key.
    ///
    /// - Throws: `StoreError.damaged` where the bytes are not the log's.
    /// Cost: a few hashes for each entry up to there.
    package func position(
        in log: LogID, while holds: (EntryHeader) -> Bool
    ) throws -> Position? {
        try access { db in
            guard let state = try LogTable(db: db).state(of: log) else { return nil }
            let start = LogTip(state.tip.name, id: log)
            var place = Position(tip: start, last: nil, before: start)
            let rows = try Data.fetchCursor(
                db, sql: "SELECT bytes FROM entry WHERE log = ? ORDER BY seq",
                arguments: [state.row])
            while let bytes = try rows.next() {
                var reader = ByteReader(Array(bytes))
                let entry: Entry
                do {
                    entry = try RunCodec.decode(from: &reader, after: place.tip)
                } catch {
                    throw StoreError.damaged(
                        "log \(log) after entry \(place.tip.head.seq): \(error)")
                }
                guard holds(entry.header) else { break }
                place.before = place.tip
                place.last = entry
                place.tip.advance(past: entry)
            }
            return place
        }
    }

    /// Removes what a log holds above `tip`. The projections still tell of it: `rebuild` is to follow
    /// in the same transaction.
    package func truncate(to tip: LogTip) throws {
        try transact {
            try access { db in
                let table = LogTable(db: db)
                guard let row = try table.state(of: tip.id)?.row else { return }
                try db.execute(
                    sql: "DELETE FROM entry WHERE log = ? AND seq > ?",
                    arguments: [row, integer(tip.head.seq)])
                if tip.head.seq == 0 {
                    for table in ["chapter_name", "published"] {
                        try db.execute(sql: "DELETE FROM \(table) WHERE log = ?", arguments: [row])
                    }
                    try db.execute(sql: "DELETE FROM log WHERE id = ?", arguments: [row])
                } else {
                    try db.execute(
                        sql: "UPDATE published SET seq = min(seq, ?) WHERE log = ?",
                        arguments: [integer(tip.head.seq), row])
                    _ = try table.save(
                        tip, chapter: Chapter(), applied: 0, row: row, namesHeld: nil)
                }
            }
        }
        forgetAll()
    }

    // MARK: Checks at the start

    /// Does the table of logs tell of the entries that are there? What differs, as a line each.
    /// Cost: two rows for each of the author's logs.
    package func faultyHeads(of author: NodeID) throws -> [String] {
        try access { db in
            try String.fetchAll(
                db,
                sql: """
                    SELECT l.scope || ' ' || l.incarnation || ' at entry ' || l.seq FROM log l
                    WHERE l.author = ? AND l.seq <> 0 AND (
                        l.time < 0 OR l.commit_number < 0 OR NOT EXISTS (
                            SELECT 1 FROM entry e
                            WHERE e.log = l.id AND e.seq = l.seq AND e.hash = l.hash)
                        OR EXISTS (SELECT 1 FROM entry e WHERE e.log = l.id AND e.seq > l.seq))
                    ORDER BY l.scope, l.incarnation LIMIT 100
                    """,
                arguments: [Data(copying: author.key.bytes)])
        }
    }

    /// SQLite's check of the file without the indices' contents; `ok` when all is well.
    /// Cost: reads the file once.
    package func quickCheck() throws -> String {
        try access { db in try String.fetchOne(db, sql: "PRAGMA quick_check(1)") ?? "no answer" }
    }
}
