import GRDB
package import Replica
package import Sodium

import struct Foundation.Data

/// What this node alone remembers: no part of the replicated book.
extension Store {
    package func keep(address: String, node: PublicKey?) throws {
        try access { db in
            try db.cachedStatement(sql: "INSERT OR REPLACE INTO peer_address VALUES (?, ?)")
                .execute(
                    arguments: [address, node.map { Data(copying: $0.bytes) }])
        }
    }

    package func forget(address: String) throws {
        try access { db in
            try db.execute(
                sql: "DELETE FROM peer_address WHERE address = ?", arguments: [address])
        }
    }

    /// Where peers were found, in order; at most 256.
    package func addresses() throws -> [(address: String, node: PublicKey?)] {
        try access { db in
            try Row.fetchAll(
                db, sql: "SELECT address, node FROM peer_address ORDER BY address LIMIT 256"
            ).map { (try $0.at(0), (try $0.at(1) as Data?).flatMap { PublicKey($0) }) }
        }
    }

    package func setting(_ name: String) throws -> String? {
        try access { db in
            try String.fetchOne(
                db, sql: "SELECT value FROM setting WHERE name = ?", arguments: [name])
        }
    }

    package func set(_ name: String, _ value: String) throws {
        try access { db in
            try db.execute(
                sql: "INSERT OR REPLACE INTO setting VALUES (?, ?)", arguments: [name, value])
        }
    }

    /// Names and values of those that begin so, in order; at most `limit`.
    package func settings(prefix: String, limit: Int) throws -> [(name: String, value: String)] {
        try access { db in
            try Row.fetchAll(
                db,
                sql: """
                    SELECT name, value FROM setting WHERE name >= ? AND name < ?
                    ORDER BY name LIMIT ?
                    """, arguments: [prefix, prefix + "\u{10ffff}", limit]
            ).map { (try $0.at(0), try $0.at(1)) }
        }
    }

    package func unset(_ name: String) throws {
        try access { db in
            try db.execute(sql: "DELETE FROM setting WHERE name = ?", arguments: [name])
        }
    }

    /// What a peer says of a log: another history from `seq` on, or from before.
    package struct ForkRow: Hashable, Sendable {
        package let log: LogName
        package let seq: UInt64
        package let toldBy: PublicKey?

        package init(log: LogName, seq: UInt64, toldBy: PublicKey?) {
            self.log = log
            self.seq = seq
            self.toldBy = toldBy
        }
    }

    /// The lowest entry counts.
    package func keep(_ fork: ForkRow) throws {
        try access { db in
            try db.cachedStatement(
                sql: """
                    INSERT INTO fork VALUES (?, ?, ?, ?, ?)
                    ON CONFLICT DO UPDATE SET seq = excluded.seq, told_by = excluded.told_by
                    WHERE excluded.seq < seq
                    """
            ).execute(arguments: [
                Data(copying: fork.log.author.key.bytes), integer(fork.log.incarnation),
                fork.log.scope.name, integer(fork.seq), fork.toldBy.map { Data(copying: $0.bytes) },
            ])
        }
    }

    /// The peer that said so holds the same history now.
    package func forget(fork log: LogName) throws {
        try access { db in
            try db.cachedStatement(
                sql: "DELETE FROM fork WHERE author = ? AND incarnation = ? AND scope = ?"
            ).execute(arguments: [
                Data(copying: log.author.key.bytes), integer(log.incarnation), log.scope.name,
            ])
        }
    }

    /// At most 1,000, in order.
    package func forks() throws -> [ForkRow] {
        try access { db in
            try Row.fetchAll(
                db,
                sql: """
                    SELECT author, incarnation, scope, seq, told_by FROM fork
                    ORDER BY author, incarnation, scope LIMIT 1000
                    """
            ).map { row in
                guard let key = PublicKey(try row.at(0) as Data),
                    let scope = Scope(try row.at(2) as String)
                else { throw StoreError.damaged("fork") }
                return ForkRow(
                    log: LogName(
                        author: NodeID(key), incarnation: natural(try row.at(1)), scope: scope),
                    seq: natural(try row.at(3)),
                    toldBy: (try row.at(4) as Data?).flatMap { PublicKey($0) })
            }
        }
    }
}
