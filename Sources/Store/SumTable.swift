import GRDB

/// A table of sums that do not wrap: its last two columns are `amount` and `amount_high`. No row stands for
/// zero, or the table would depend on how entries were batched.
struct SumTable {
    private let read: Statement
    private let write: Statement
    private let drop: Statement

    init(_ db: Database, _ table: String, key: [String]) throws {
        let place = key.map { "\($0) = ?" }.joined(separator: " AND ")
        let marks = Array(repeating: "?", count: key.count + 2).joined(separator: ", ")
        read = try db.cachedStatement(
            sql: "SELECT amount, amount_high FROM \(table) WHERE \(place)")
        write = try db.cachedStatement(sql: "INSERT OR REPLACE INTO \(table) VALUES (\(marks))")
        drop = try db.cachedStatement(sql: "DELETE FROM \(table) WHERE \(place)")
    }

    func add(_ delta: Int128, at key: [any DatabaseValueConvertible]) throws {
        guard delta != 0 else { return }
        let row = try Row.fetchOne(read, arguments: StatementArguments(key))
        let sum = (try row.map { try Int128(row: $0) } ?? 0) + delta
        guard sum != 0 else { return try drop.execute(arguments: StatementArguments(key)) }
        try write.execute(
            arguments: StatementArguments(
                key + [Int64(truncatingIfNeeded: sum), Int64(truncatingIfNeeded: sum >> 64)]))
    }
}

extension Int128 {
    /// From the two columns of a balance: `amount`, `amount_high`.
    init(row: Row) throws {
        let low: Int64 = try row.at("amount")
        let high: Int64 = try row.at("amount_high")
        self = Int128(high) << 64 | Int128(UInt64(bitPattern: low))
    }

    /// From `sum(amount >> 32), sum(amount & 4294967295)`, from a column on: SQLite's own sum of amounts would
    /// overflow. Nothing where there were no rows.
    init(row: Row, halvesAt column: Int) throws {
        let high: Int64? = try row.at(column)
        let low: Int64? = try row.at(column + 1)
        self = Int128(high ?? 0) << 32 + Int128(low ?? 0)
    }
}
