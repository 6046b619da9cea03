import GRDB
package import Replica
import Sodium

import struct Foundation.Data

/// Which incarnation this node writes in, and how far its own logs are known to others.
extension Store {
    /// Why an incarnation was begun.
    package enum Beginning: String, CaseIterable, Sendable {
        /// The book was founded or joined.
        case first
        /// The database is there, and older than this table.
        case adopted
        /// The keys are there and the database is empty.
        case diskLost = "disk lost"
        /// The mark beside the database, or the keys, tell of more than the database holds.
        case olderCopy = "older copy"
        /// Own entries that were not held came from a peer.
        case cameBack = "entries came back"
        /// A peer says that it holds another history.
        case fork
    }

    package struct IncarnationRow: Hashable, Sendable {
        package let number: UInt64
        package let beginning: Beginning
        /// Commits of an older incarnation that were written anew in this one.
        package let rewritten: Int64
    }

    /// The incarnation that was chosen last; nil where none ever was.
    package func incarnation() throws -> UInt64? {
        try access { db in
            try Int64.fetchOne(db, sql: "SELECT max(number) FROM incarnation").map { natural($0) }
        }
    }

    /// The newest first; at most 1,000.
    package func incarnations() throws -> [IncarnationRow] {
        try access { db in
            try Row.fetchAll(
                db,
                sql: """
                    SELECT number, reason, rewritten FROM incarnation
                    ORDER BY number DESC LIMIT 1000
                    """
            ).map { row in
                guard let beginning = Beginning(rawValue: try row.at(1)) else {
                    throw StoreError.damaged("incarnation")
                }
                return IncarnationRow(
                    number: natural(try row.at(0)), beginning: beginning, rewritten: try row.at(2))
            }
        }
    }

    /// Repeating it changes nothing. Durable with the transaction, and so before anything is written
    /// in the incarnation.
    package func begin(incarnation number: UInt64, _ beginning: Beginning) throws {
        try access { db in
            try db.execute(
                sql: "INSERT OR IGNORE INTO incarnation VALUES (?, ?, 0)",
                arguments: [integer(number), beginning.rawValue])
        }
    }

    package func count(rewritten commits: Int, in incarnation: UInt64) throws {
        try access { db in
            try db.execute(
                sql: "UPDATE incarnation SET rewritten = rewritten + ? WHERE number = ?",
                arguments: [commits, integer(incarnation)])
        }
    }

    /// Authors that have begun anew, each with its latest incarnation, in the order of their keys; at
    /// most 1,000.
    ///
    /// - Parameter least: the least number of an incarnation that is not a first one.
    package func authorsBegunAnew(
        from least: UInt64
    ) throws -> [(author: NodeID, incarnation: UInt64)] {
        try access { db in
            try Row.fetchAll(
                db,
                sql: """
                    SELECT author, max(incarnation) FROM log WHERE incarnation >= ?
                    GROUP BY author ORDER BY author LIMIT 1000
                    """,
                arguments: [integer(least)]
            ).map { row in
                guard let author = PublicKey(try row.at(0) as Data) else {
                    throw StoreError.damaged("log")
                }
                return (NodeID(author), natural(try row.at(1)))
            }
        }
    }

    // MARK: What others may hold

    /// The last entry of an own log that a peer may hold; 0 where none does.
    package func published(_ log: LogID) throws -> UInt64 {
        try access { db in
            try Int64.fetchOne(
                db.cachedStatement(
                    sql: """
                        SELECT seq FROM published
                        WHERE log = (SELECT id FROM log WHERE log_id = ?)
                        """),
                arguments: [blob(log.digest)]
            ).map { natural($0) } ?? 0
        }
    }

    /// The first entry of an own log that was not written here; nil where all were.
    package func returned(_ log: LogID) throws -> UInt64? {
        try access { db in
            try Int64.fetchOne(
                db.cachedStatement(
                    sql: """
                        SELECT returned FROM published
                        WHERE log = (SELECT id FROM log WHERE log_id = ?) AND returned NOT NULL
                        """),
                arguments: [blob(log.digest)]
            ).map { natural($0) }
        }
    }

    /// Never lowers how far a log may be held, nor moves where another copy's entries begin.
    package func publish(_ log: LogID, upTo seq: UInt64, returnedFrom first: UInt64? = nil) throws {
        try access { db in
            try db.cachedStatement(
                sql: """
                    INSERT INTO published SELECT id, ?, ? FROM log WHERE log_id = ?
                    ON CONFLICT DO UPDATE SET seq = max(seq, excluded.seq),
                        returned = coalesce(returned, excluded.returned)
                    """
            ).execute(arguments: [integer(seq), first.map { integer($0) }, blob(log.digest)])
        }
    }
}
