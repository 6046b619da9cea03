import Foundation
import GRDB

/// The floor: the rows of a database inserted row by row into the same tables of another, in the order
/// of their keys, with the same WAL and sync settings but foreign keys off, through GRDB's cached
/// statements. Reading them is not timed. Memory: one transaction's rows.
final class PlainInserts {
    private let full: DatabaseQueue
    private let queue: DatabaseQueue
    private let tables: [(name: String, rows: Int)]

    var rows: Int { tables.reduce(0) { $0 + $1.rows } }

    init(of path: String, into plain: String) throws {
        full = try DatabaseQueue(path: path)
        let schema: [String]
        (schema, tables) = try full.read { db in
            let schema = try String.fetchAll(
                db, sql: "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND type <> 'view'")
            let names = try String.fetchAll(
                db, sql: "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY rowid")
            return (
                schema,
                try names.map {
                    ($0, try Int.fetchOne(db, sql: "SELECT count(*) FROM \"\($0)\"") ?? 0)
                }
            )
        }
        queue = try DatabaseQueue(path: plain)
        try queue.inDatabase { db in
            try db.execute(sql: "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL")
            try db.execute(sql: "PRAGMA wal_autocheckpoint = 0; PRAGMA cache_size = -8000")
            try db.execute(sql: "PRAGMA foreign_keys = OFF")
            for statement in schema { try db.execute(sql: statement) }
        }
    }

    /// Seconds. Checkpoints as the product does: after about 16 MiB of write-ahead log.
    func insert(transactions: Int) throws -> Double {
        var span = 0.0
        try full.read { source in
            let cursors = try tables.map { table in
                try Row.fetchCursor(source, sql: "SELECT * FROM \"\(table.name)\"")
            }
            for part in 0..<transactions {
                var pieces: [(name: String, rows: [[DatabaseValue]])] = []
                for (table, cursor) in zip(tables, cursors) {
                    let count =
                        table.rows * (part + 1) / transactions - table.rows * part / transactions
                    var rows: [[DatabaseValue]] = []
                    rows.reserveCapacity(count)
                    for _ in 0..<count {
                        guard let row = try cursor.next() else { break }
                        rows.append(Array(row.databaseValues))
                    }
                    pieces.append((table.name, rows))
                }
                span += try seconds { try insert(pieces) }
                if part % 8 == 7 || part == transactions - 1 {
                    span += try seconds {
                        try queue.inDatabase { _ = try $0.checkpoint(.passive) }
                    }
                }
            }
        }
        return span
    }

    private func insert(_ pieces: [(name: String, rows: [[DatabaseValue]])]) throws {
        try queue.inTransaction { db in
            for (name, rows) in pieces {
                guard let width = rows.first?.count else { continue }
                let marks = Array(repeating: "?", count: width).joined(separator: ",")
                let insert = try db.cachedStatement(
                    sql: "INSERT INTO \"\(name)\" VALUES (\(marks))")
                for row in rows { try insert.execute(arguments: StatementArguments(row)) }
            }
            return .commit
        }
    }

    /// Milliseconds of durable commits of one small row each.
    static func bareCommits(_ count: Int, at path: String) throws -> [Double] {
        let queue = try DatabaseQueue(path: path)
        try queue.inDatabase { db in
            try db.execute(sql: "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL")
            try db.execute(sql: "CREATE TABLE row (id INTEGER PRIMARY KEY, body BLOB)")
        }
        let body = Data(repeating: 7, count: 200)
        return try (0..<count).map { _ in
            try 1_000
                * seconds {
                    try queue.inTransaction { db in
                        try db.cachedStatement(sql: "INSERT INTO row (body) VALUES (?)")
                            .execute(arguments: [body])
                        return .commit
                    }
                }
        }
    }
}
