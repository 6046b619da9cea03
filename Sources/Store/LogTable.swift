import GRDB
import Replica
import Sodium
import Wire

import struct Foundation.Data

/// `log`, `entry` and `chapter_name`: what was said, as it was signed.
struct LogTable {
    let db: Database

    /// A log's row, its tip and its chapter; nil where nothing is held.
    func state(of id: LogID) throws -> HeldLog? {
        guard
            let row = try Row.fetchOne(
                db.cachedStatement(sql: "SELECT \(Self.columns) FROM log WHERE log_id = ?"),
                arguments: [blob(id.digest)])
        else { return nil }
        let (number, tip, start) = try Self.tip(row)
        let names = try String.fetchAll(
            db.cachedStatement(
                sql: "SELECT name FROM chapter_name WHERE log = ? ORDER BY place"),
            arguments: [number])
        return HeldLog(
            row: number, tip: tip, chapter: Chapter(start: start, names: names),
            applied: try Self.applied(row))
    }

    /// Inserts or updates a log after a run. Only names that are new are written.
    ///
    /// - Parameter applied: the last entry that was read, with its key; nil leaves it where it is.
    func save(
        _ tip: LogTip, chapter: Chapter, applied: UInt64?, row held: Int64?, namesHeld: Chapter?
    ) throws -> Int64 {
        let values: StatementArguments = [
            integer(tip.head.seq), blob(tip.head.hash), integer(tip.commit), Int64(tip.part),
            Int64(tip.parts), integer(tip.time.raw), integer(tip.rulesLevel),
            Data(copying: RosterHead.list(tip.rosterHeads)), blob(tip.epoch),
            tip.entriesSinceCheckpoint, tip.bytesSinceCheckpoint, integer(chapter.start),
            applied.map { integer($0) },
        ]
        let row: Int64
        if let held {
            row = held
            try db.cachedStatement(
                sql: """
                    UPDATE log SET seq = ?, hash = ?, commit_number = ?, part = ?, parts = ?, time = ?,
                        rules_level = ?, roster_heads = ?, epoch = ?, entries_since_checkpoint = ?,
                        bytes_since_checkpoint = ?, chapter_start = ?,
                        applied = coalesce(?, applied) WHERE id = ?
                    """
            ).execute(arguments: values + [held])
        } else {
            try db.cachedStatement(
                sql: """
                    INSERT INTO log (seq, hash, commit_number, part, parts, time, rules_level,
                        roster_heads, epoch, entries_since_checkpoint, bytes_since_checkpoint,
                        chapter_start, applied, log_id, author, incarnation, scope)
                    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, coalesce(?, 0), ?, ?, ?, ?)
                    """
            ).execute(
                arguments: values + [
                    blob(tip.id.digest), Data(copying: tip.name.author.key.bytes),
                    integer(tip.name.incarnation), tip.name.scope.name,
                ])
            row = db.lastInsertedRowID
        }
        var known = namesHeld?.names.count ?? 0
        if namesHeld?.start != chapter.start {
            try db.cachedStatement(sql: "DELETE FROM chapter_name WHERE log = ?")
                .execute(arguments: [row])
            known = 0
        }
        let insert = try db.cachedStatement(sql: "INSERT INTO chapter_name VALUES (?, ?, ?)")
        for place in known..<max(known, chapter.names.count) {
            try insert.execute(arguments: [row, place, chapter.names[place]])
        }
        return row
    }

    func insert(_ items: [PreparedRun.Item], log: Int64) throws {
        let insert = try HotInsert(db, "INSERT INTO entry VALUES (?, ?, ?, ?, ?)")
        insert.bind(1, log)
        for item in items {
            insert.bind(2, integer(item.entry.header.seq))
            insert.bind(3, item.entry.hash.bytes)
            insert.bind(4, item.entry.signature == nil ? 0 : 1)
            insert.bind(5, item.bytes)
            try insert.run()
        }
    }

    /// The entries from `seq` on, as many as fit in `bytesMax` and end on a signature; empty where
    /// nothing is held. At least one signed stretch is sent whatever its size: a stretch is bounded
    /// by the checkpoint rule.
    ///
    /// - Parameter through: the last entry that is wanted.
    /// - Returns: the bytes, and the seq of the last entry in them.
    func run(
        log: Int64, from seq: UInt64, through: UInt64 = UInt64(Int64.max), bytesMax: Int
    ) throws -> (bytes: [UInt8], last: UInt64) {
        var bytes: [UInt8] = []
        var sendable = 0
        var last = seq &- 1
        let rows = try Row.fetchCursor(
            db.cachedStatement(
                sql: """
                    SELECT bytes, is_signed FROM entry WHERE log = ? AND seq >= ? AND seq <= ?
                    ORDER BY seq
                    """),
            arguments: [log, integer(seq), integer(through)])
        var entries = 0
        while entries < PreparedRun.entriesMax, let row = try rows.next() {
            let next: Data = try row.at(0)
            if sendable > 0, bytes.count + next.count > bytesMax { break }
            bytes += next
            entries += 1
            if try row.at(1) as Bool {
                sendable = bytes.count
                last = seq + UInt64(entries) - 1
            }
        }
        return (Array(bytes.prefix(sendable)), last)
    }

    /// Columns in the order in which `tip` reads them, and what the caller reads of the row itself.
    static let columns = """
        id, log_id, author, incarnation, scope, seq, hash, commit_number, part, parts, time,
        rules_level, roster_heads, epoch, entries_since_checkpoint, bytes_since_checkpoint,
        chapter_start, applied
        """

    static func applied(_ row: Row) throws -> UInt64 { natural(try row.at(17)) }

    static func tip(_ row: Row) throws -> (row: Int64, tip: LogTip, start: UInt64) {
        guard let id = Digest(try row.at(1) as Data), let author = PublicKey(try row.at(2) as Data),
            let scope = Scope(try row.at(4) as String), let hash = Digest(try row.at(6) as Data),
            let epoch = Digest(try row.at(13) as Data)
        else { throw StoreError.damaged("log") }
        // No log is that long: one flipped bit makes a short one so.
        guard (try row.at(5) as Int64) >= 0 else { throw StoreError.damaged("head of a log") }
        let name = LogName(
            author: NodeID(author), incarnation: natural(try row.at(3)), scope: scope)
        var tip = LogTip(name, id: LogID(id))
        tip.head = Head(seq: natural(try row.at(5)), hash: hash)
        tip.commit = natural(try row.at(7))
        tip.part = try row.at(8)
        tip.parts = try row.at(9)
        tip.time = HybridTime(raw: natural(try row.at(10)))
        tip.rulesLevel = natural(try row.at(11))
        tip.rosterHeads = try RosterHead.list(Array(try row.at(12) as Data))
        tip.epoch = epoch
        tip.entriesSinceCheckpoint = try row.at(14)
        tip.bytesSinceCheckpoint = try row.at(15)
        return (try row.at(0), tip, natural(try row.at(16)))
    }
}

/// A log as far as it is held.
struct HeldLog {
    let row: Int64
    let tip: LogTip
    let chapter: Chapter
    /// The last entry that was read; below the head where a key is missing.
    let applied: UInt64
}

func blob(_ digest: Digest) -> Data { Data(copying: digest.bytes) }

/// SQLite has signed integers only: the bits are kept.
func integer(_ value: UInt64) -> Int64 { Int64(bitPattern: value) }
func natural(_ value: Int64) -> UInt64 { UInt64(bitPattern: value) }

/// Ids for `json_each`.
func jsonList(_ ids: some Sequence<Int64>) -> String {
    "[" + ids.map { String($0) }.joined(separator: ",") + "]"
}
