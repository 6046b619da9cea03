import GRDB
package import Replica
import Sodium
import Wire

import struct Foundation.Data

/// Moments of which reports can be asked again: how far every log had been read.
extension Store {
    package struct Bookmark: Hashable, Sendable {
        package let name: String
        package let time: Instant
        package let entries: Int64
    }

    /// Bookmarks that are kept of days, and of printed pages; the oldest goes first.
    package static let dayBookmarksMax = 4_000, pageBookmarksMax = 4_000

    /// The first of a day that is not before `name`, where there is an older one: in between this node learnt nothing.
    package func dayBookmark(from name: String) throws -> Bookmark? {
        try access { db in
            try Row.fetchOne(
                db.cachedStatement(
                    sql: """
                        SELECT name, time, entries FROM bookmark
                        WHERE name >= ? AND name < 'a'
                            AND EXISTS (SELECT 1 FROM bookmark WHERE name < ?)
                        ORDER BY name LIMIT 1
                        """),
                arguments: [name, name]
            ).map { try Bookmark(row: $0) }
        }
    }

    /// A digest of how far every log has been read.
    package func readRoot() throws -> [UInt8] {
        Array(Blake2b.hash256(try readHeads().bytes).bytes.prefix(6))
    }

    private func readHeads() throws -> (bytes: [UInt8], entries: Int64) {
        try access { db in
            var writer = ByteWriter()
            var entries: Int64 = 0
            let rows = try Row.fetchCursor(
                db.cachedStatement(
                    sql: "SELECT log_id, applied FROM log WHERE applied > 0 ORDER BY log_id"))
            while let row = try rows.next() {
                let (id, seq) = (try row.at(0) as Data, try row.at(1) as Int64)
                writer.raw(id)
                writer.raw((0..<8).map { UInt8(truncatingIfNeeded: seq >> (56 - 8 * $0)) })
                entries += seq
            }
            return (writer.bytes, entries)
        }
    }

    package func bookmark(_ name: String) throws -> Bookmark? {
        try access { db in
            try Row.fetchOne(
                db.cachedStatement(sql: "SELECT name, time, entries FROM bookmark WHERE name = ?"),
                arguments: [name]
            ).map { try Bookmark(row: $0) }
        }
    }

    /// Notes how far every log has been read; a name that is there keeps what it stands for.
    package func keepBookmark(_ name: String, at time: Instant) throws {
        let (heads, entries) = try readHeads()
        try transact {
            try access { db in
                try db.cachedStatement(sql: "INSERT OR IGNORE INTO bookmark VALUES (?, ?, ?, ?)")
                    .execute(arguments: [name, time.milliseconds, entries, Data(copying: heads)])
                try db.cachedStatement(
                    sql: """
                        DELETE FROM bookmark WHERE name = (
                            SELECT name FROM bookmark WHERE (name < 'a') = (? < 'a')
                            ORDER BY time DESC, name DESC LIMIT 1 OFFSET ?)
                        """
                ).execute(arguments: [
                    name, Day(name) == nil ? Self.pageBookmarksMax : Self.dayBookmarksMax,
                ])
            }
        }
    }

    /// The newest first.
    package func bookmarks(limit: Int) throws -> [Bookmark] {
        try access { db in
            try Row.fetchAll(
                db.cachedStatement(
                    sql: "SELECT name, time, entries FROM bookmark ORDER BY time DESC, name LIMIT ?"
                ),
                arguments: [limit]
            ).map { try Bookmark(row: $0) }
        }
    }

    /// Removes of every log what lies above a bookmark. Of a copy of the book alone: what was removed is gone.
    /// `rebuild` is to follow in the same transaction.
    ///
    /// - Returns: whether the roster was cut.
    /// Cost: a few hashes for each entry that stays of a log that is cut.
    package func cutBack(to name: String) throws -> Bool {
        let heads = try access { db in
            try Data.fetchOne(
                db, sql: "SELECT heads FROM bookmark WHERE name = ?", arguments: [name])
        }
        guard let heads, heads.count.isMultiple(of: 40) else {
            throw StoreError.damaged("bookmark")
        }
        let bytes = Array(heads)
        var reached: [LogID: UInt64] = [:]
        for start in stride(from: 0, to: bytes.count, by: 40) {
            guard let id = Digest(bytes[start..<start + 32]) else {
                throw StoreError.damaged("bookmark")
            }
            reached[LogID(id)] = bytes[(start + 32)..<(start + 40)].reduce(0) {
                $0 << 8 | UInt64($1)
            }
        }
        let held = try access { db in
            try Row.fetchAll(db, sql: "SELECT \(LogTable.columns) FROM log ORDER BY id").map {
                try LogTable.tip($0).tip
            }
        }
        var cutsRoster = false
        for tip in held {
            let last = reached[tip.id] ?? 0
            guard tip.head.seq > last else { continue }
            if tip.name.scope == .roster { cutsRoster = true }
            let place = try position(in: tip.id) { $0.seq <= last }
            try truncate(to: place?.tip ?? LogTip(tip.name, id: tip.id))
        }
        return cutsRoster
    }
}

extension Store.Bookmark {
    fileprivate init(row: Row) throws {
        self.init(
            name: try row.at(0), time: Instant(milliseconds: try row.at(1)),
            entries: try row.at(2))
    }
}
