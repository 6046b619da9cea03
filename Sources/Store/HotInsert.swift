import GRDB
import GRDBSQLite

/// One statement, bound and stepped by hand through the C interface: for the few that run for every
/// posting of a catch-up, where GRDB's argument values took longer than SQLite (`Scripts/bench`).
///
/// GRDB keeps the statement and the connection; a `HotInsert` lives within one transaction.
struct HotInsert {
    private let statement: Statement
    private let handle: OpaquePointer

    /// SQLite copies what is bound.
    private static let copies = unsafeBitCast(-1, to: sqlite3_destructor_type.self)

    init(_ db: Database, _ sql: String) throws {
        statement = try db.cachedStatement(sql: sql)
        handle = statement.sqliteStatement
    }

    func bind(_ place: Int32, _ value: Int64) { sqlite3_bind_int64(handle, place, value) }

    func bind(_ place: Int32, _ value: Int64?) {
        if let value { bind(place, value) } else { sqlite3_bind_null(handle, place) }
    }

    func bind(_ place: Int32, _ text: String?) {
        guard var text else {
            sqlite3_bind_null(handle, place)
            return
        }
        text.withUTF8 { bytes in
            _ = bytes.withMemoryRebound(to: CChar.self) {
                // No pointer would be NULL; an empty text has one.
                sqlite3_bind_text(
                    handle, place, $0.baseAddress ?? UnsafePointer(Self.empty), Int32($0.count),
                    Self.copies)
            }
        }
    }

    func bind(_ place: Int32, _ bytes: [UInt8]) {
        _ = bytes.withUnsafeBytes {
            $0.isEmpty
                ? sqlite3_bind_zeroblob(handle, place, 0)
                : sqlite3_bind_blob(handle, place, $0.baseAddress, Int32($0.count), Self.copies)
        }
    }

    private nonisolated(unsafe) static let empty: UnsafeMutablePointer<CChar> = {
        let byte = UnsafeMutablePointer<CChar>.allocate(capacity: 1)
        byte.initialize(to: 0)
        return byte
    }()

    /// - Throws: `DatabaseError` as GRDB would.
    func run() throws {
        let code = sqlite3_step(handle)
        let connection = sqlite3_db_handle(handle)
        guard code != SQLITE_DONE else {
            sqlite3_reset(handle)
            return
        }
        let message = sqlite3_errmsg(connection).map { String(cString: $0) }
        sqlite3_reset(handle)
        throw DatabaseError(
            resultCode: ResultCode(rawValue: code & 0xff), message: message, sql: statement.sql)
    }
}
