import GRDB
import GRDBSQLite

/// What a file is held to when it is opened: its log is made durable, its tables are looked at.
extension Store {
    /// Makes durable what SQLite recovered: writes the log that it found again, byte for byte, syncs it
    /// and moves it into the database. Nothing where the store was closed in order.
    ///
    /// A sync that failed leaves pages in the system's cache that count as clean and are on no disk.
    /// The process ends then, but the next one reads its log out of that cache and takes for kept what
    /// the next power cut takes away, together with all that was written behind it. Only a page that is
    /// written anew is synced anew. The same holds for the first page of a new database, which the
    /// checkpoint writes.
    ///
    /// Cost: the log, at most about 16 MB, is read, written and copied into the database once.
    static func makeDurable(_ db: Database) throws {
        var isFound = false
        try db.inTransaction(.immediate) {
            isFound = try rewriteLog(db)
            return .commit
        }
        if isFound { try db.checkpoint(.passive) }
    }

    private static let chunkBytes: Int64 = 65_536

    /// - Returns: whether there was anything in the log.
    private static func rewriteLog(_ db: Database) throws -> Bool {
        var file: UnsafeMutablePointer<sqlite3_file>?
        try check(
            sqlite3_file_control(
                db.sqliteConnection, "main", SQLITE_FCNTL_JOURNAL_POINTER, &file))
        guard let file, let methods = file.pointee.pMethods?.pointee else { return false }
        var size: Int64 = 0
        try check(methods.xFileSize(file, &size))
        guard size > 0 else { return false }
        var chunk = [UInt8](repeating: 0, count: Int(min(size, chunkBytes)))
        for offset in stride(from: Int64(0), to: size, by: Int(chunkBytes)) {
            let count = Int32(min(size - offset, chunkBytes))
            try chunk.withUnsafeMutableBytes { bytes in
                try check(methods.xRead(file, bytes.baseAddress, count, offset))
                try check(methods.xWrite(file, bytes.baseAddress, count, offset))
            }
        }
        try check(methods.xSync(file, SQLITE_SYNC_NORMAL))
        return true
    }

    private static func check(_ code: Int32) throws {
        guard code == SQLITE_OK else {
            throw DatabaseError(
                resultCode: ResultCode(rawValue: code & 0xff),
                message: "the write-ahead log could not be made durable")
        }
    }

    /// Columns are read by name, and an unknown name traps: where a bit of a table's text is wrong, the
    /// file is refused. Tables and views that somebody added are left alone.
    ///
    /// - Throws: `StoreError.damaged`.
    static func checkSchema(_ db: Database) throws {
        let found = Set(try schema(of: db))
        guard try expectedSchema.get().allSatisfy(found.contains) else {
            throw StoreError.damaged("the tables are not those that this program made")
        }
    }

    private static func schema(of db: Database) throws -> [String] {
        try String.fetchAll(
            db,
            sql: """
                SELECT coalesce(type || ' ' || name || ' ' || tbl_name || ' ' || sql, '')
                FROM sqlite_schema
                """)
    }

    /// What the migrations make of an empty file; made once in a process. Without a journal nothing is
    /// drawn from SQLite's random generator, which a simulation repeats.
    private static let expectedSchema = Result<[String], any Error> {
        try DatabaseQueue().inDatabase { db in
            try db.execute(sql: "PRAGMA journal_mode = OFF")
            for step in Schema.steps { try db.execute(sql: step.sql) }
            return try schema(of: db)
        }
    }
}
