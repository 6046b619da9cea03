import GRDB
package import Replica
package import Sodium

import struct Foundation.Data

/// The logs themselves: whose they are, how far they reach, what they are named by.
extension Store {
    /// The tips and chapters of one author's logs, in the order of their scopes.
    package func logs(of author: NodeID) throws -> [(tip: LogTip, chapter: Chapter)] {
        try access { db in
            let ids = try Data.fetchAll(
                db.cachedStatement(
                    sql: "SELECT log_id FROM log WHERE author = ? ORDER BY scope, incarnation"),
                arguments: [Data(copying: author.key.bytes)])
            let table = LogTable(db: db)
            return try ids.compactMap { bytes in
                guard let id = Digest(bytes) else { throw StoreError.damaged("log") }
                return try table.state(of: LogID(id)).map { ($0.tip, $0.chapter) }
            }
        }
    }

    /// The tips of one author's logs, in the order in which they came here.
    package func logsAsTheyCame(of author: NodeID) throws -> [LogTip] {
        try access { db in
            try Row.fetchAll(
                db.cachedStatement(
                    sql: "SELECT \(LogTable.columns) FROM log WHERE author = ? ORDER BY id"),
                arguments: [Data(copying: author.key.bytes)]
            ).map { try LogTable.tip($0).1 }
        }
    }

    /// The names and heads of the logs of a scope, in the order of their ids.
    package func logs(
        in scope: Scope
    ) throws -> [(name: LogName, log: LogID, head: Head)] {
        if let logs = memory.logs[scope] { return logs }
        let logs = try logsAsTheyCame(in: scope).sorted { $0.log < $1.log }
        memory.logs[scope] = logs
        return logs
    }

    /// The same, in the order in which they came here.
    package func logsAsTheyCame(
        in scope: Scope
    ) throws -> [(name: LogName, log: LogID, head: Head)] {
        try access { db in
            let rows = try Row.fetchAll(
                db.cachedStatement(
                    sql: """
                        SELECT log_id, author, incarnation, seq, hash FROM log WHERE scope = ?
                        ORDER BY id
                        """),
                arguments: [scope.name])
            return try rows.map { row in
                guard let id = Digest(try row.at(0) as Data),
                    let author = PublicKey(try row.at(1) as Data),
                    let hash = Digest(try row.at(4) as Data)
                else { throw StoreError.damaged("log") }
                let name = LogName(
                    author: NodeID(author), incarnation: natural(try row.at(2)), scope: scope)
                return (name, LogID(id), Head(seq: natural(try row.at(3)), hash: hash))
            }
        }
    }

    /// How far a log is held.
    package func head(of log: LogID) throws -> Head? {
        try access { db in
            let row = try Row.fetchOne(
                db.cachedStatement(sql: "SELECT seq, hash FROM log WHERE log_id = ?"),
                arguments: [blob(log.digest)])
            return try row.map { row in
                guard let hash = Digest(try row.at(1) as Data) else {
                    throw StoreError.damaged("log")
                }
                return Head(seq: natural(try row.at(0)), hash: hash)
            }
        }
    }

    /// The hash of one entry; nil where it is not held.
    package func hash(of log: LogID, at seq: UInt64) throws -> Digest? {
        try access { db in
            let bytes = try Data.fetchOne(
                db.cachedStatement(
                    sql: """
                        SELECT hash FROM entry
                        WHERE log = (SELECT id FROM log WHERE log_id = ?) AND seq = ?
                        """),
                arguments: [blob(log.digest), integer(seq)])
            return bytes.flatMap { Digest($0) }
        }
    }

    /// Replaces the stored form of the last entry of an own log by the same with its signature.
    package func sign(log: LogID, seq: UInt64, bytes: [UInt8]) throws {
        try access { db in
            try db.cachedStatement(
                sql: """
                    UPDATE entry SET is_signed = 1, bytes = ?
                    WHERE log = (SELECT id FROM log WHERE log_id = ?) AND seq = ?
                    """
            ).execute(arguments: [Data(copying: bytes), blob(log.digest), integer(seq)])
            guard db.changesCount == 1 else { throw StoreError.damaged("entry \(seq)") }
        }
    }

    /// What an entry names to lean on documents: 16 bytes of the hash of each entry that carries a
    /// part of them and is not in a log of `author`; at most 64.
    package func references(
        to numbers: [DocumentNumber], otherThan author: NodeID
    ) throws -> [[UInt8]] {
        try access { db in
            var found: [[UInt8]] = []
            for number in numbers {
                let hashes = try Data.fetchAll(
                    db.cachedStatement(
                        sql: """
                            SELECT DISTINCT e.hash FROM document d
                            JOIN entry e ON e.log = d.log AND e.seq = d.seq
                            JOIN log l ON l.id = d.log
                            WHERE d.number = ? AND l.author <> ? ORDER BY e.hash LIMIT 64
                            """),
                    arguments: [number.description, Data(copying: author.key.bytes)])
                found += hashes.map { Array($0.prefix(EntryHeader.referenceBytes)) }
            }
            return Array(found.prefix(EntryHeader.referencesMax))
        }
    }

    /// Logs that hold entries which were not read, and how many.
    package func waiting() throws -> [(scope: String, entries: Int64)] {
        try access { db in
            try Row.fetchAll(
                db.cachedStatement(
                    sql: """
                        SELECT scope, sum(seq - applied) FROM log WHERE applied < seq
                        GROUP BY scope ORDER BY scope
                        """)
            ).map { (try $0.at(0), try $0.at(1)) }
        }
    }

    /// Ops that count for nothing for a reason that a greater roster could lift or bring about.
    package func hasRosterVoids() throws -> Bool {
        try access { db in
            try Bool.fetchOne(
                db,
                sql: """
                    SELECT EXISTS (SELECT 1 FROM void WHERE reason IN ('grant', 'account', 'cut'))
                    """) ?? false
        }
    }

    package struct Extent: Hashable, Sendable {
        package var entries: Int64
        package var documents: Int64
        package var postings: Int64
        package var voids: Int64
    }

    /// How much is held. Cost: entries are counted by the logs' heads, documents by a scan of an
    /// index.
    package func extent() throws -> Extent {
        try access { db in
            func count(_ sql: String) throws -> Int64 { try Int64.fetchOne(db, sql: sql) ?? 0 }
            return Extent(
                entries: try count("SELECT coalesce(sum(seq), 0) FROM log"),
                documents: try count("SELECT count(*) FROM document"),
                postings: try count("SELECT count(*) FROM posting"),
                voids: try count("SELECT count(*) FROM void"))
        }
    }
}
