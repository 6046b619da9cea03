import GRDB
import GRDBSQLite

/// One query, stepped by hand through the C interface: for reports that read a row for every posting of a month, where
/// decoding each column as a value took longer than SQLite (`Scripts/bench`).
///
/// GRDB keeps the statement and the connection; a `HotRead` lives within one access, and is read to its end.
struct HotRead {
    private let statement: Statement
    private let handle: OpaquePointer

    init(_ db: Database, _ sql: String, arguments: StatementArguments) throws {
        statement = try db.cachedStatement(sql: sql)
        try statement.setArguments(arguments)
        handle = statement.sqliteStatement
        sqlite3_reset(handle)
    }

    /// - Returns: is there a row?
    /// - Throws: `DatabaseError` as GRDB would.
    func next() throws -> Bool {
        let code = sqlite3_step(handle)
        guard code != SQLITE_ROW else { return true }
        let message = sqlite3_errmsg(sqlite3_db_handle(handle)).map { String(cString: $0) }
        sqlite3_reset(handle)
        guard code == SQLITE_DONE else {
            throw DatabaseError(
                resultCode: ResultCode(rawValue: code & 0xff), message: message, sql: statement.sql)
        }
        return false
    }

    /// - Throws: `StoreError.damaged` for anything but an integer, as one flipped bit can make it.
    func integer(_ column: Int32) throws -> Int64 {
        guard let value = try optional(column) else { throw damaged() }
        return value
    }

    func optional(_ column: Int32) throws -> Int64? {
        switch sqlite3_column_type(handle, column) {
        case SQLITE_INTEGER: return sqlite3_column_int64(handle, column)
        case SQLITE_NULL: return nil
        default: throw damaged()
        }
    }

    func text(_ column: Int32) throws -> String? {
        switch sqlite3_column_type(handle, column) {
        case SQLITE_TEXT: return sqlite3_column_text(handle, column).map { String(cString: $0) }
        case SQLITE_NULL: return nil
        default: throw damaged()
        }
    }

    func bytes(_ column: Int32) throws -> [UInt8] {
        guard sqlite3_column_type(handle, column) == SQLITE_BLOB else { throw damaged() }
        let count = Int(sqlite3_column_bytes(handle, column))
        return Array(
            UnsafeRawBufferPointer(start: sqlite3_column_blob(handle, column), count: count))
    }

    private func damaged() -> StoreError {
        sqlite3_reset(handle)
        return .damaged("a figure of a report")
    }
}
