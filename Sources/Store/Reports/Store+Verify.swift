import GRDB
package import Replica
package import Sodium
import Wire

/// What `verify` looks at.
extension Store {
    /// A hash of the rows of each table that follows from the logs: equal iff the tables are, in whatever
    /// order and batches entries came.
    /// Interned names count by their text. Cost: reads every projection.
    package func fingerprint() throws -> [String: Digest] {
        /// A value's description would tell how long a blob is, and not what is in it.
        func write(_ value: DatabaseValue, to writer: inout ByteWriter) {
            switch value.storage {
            case .null: writer.byte(0)
            case .int64(let number):
                writer.byte(1)
                writer.signed(number)
            case .double(let number):
                writer.byte(2)
                writer.fixed64(number.bitPattern)
            case .string(let text):
                writer.byte(3)
                writer.text(text)
            case .blob(let data):
                writer.byte(4)
                writer.blob(data)
            }
        }
        return try access { db in
            let names = "(SELECT name FROM name WHERE id = %)"
            func named(_ column: String) -> String {
                names.replacing("%", with: column)
            }
            let log = "(SELECT log_id FROM log WHERE id = t.log)"
            let queries: [String: String] = [
                "posting": """
                SELECT t.day, \(named("t.account")), \(named("t.commodity")), \(log), t.seq, t.op,
                    t.place, t.amount, \(named("t.item")), t.base FROM posting t
                """,
                "balance": """
                SELECT t.scope, \(named("t.account")), \(named("t.commodity")), t.amount,
                    t.amount_high FROM balance t
                """,
                "document": """
                SELECT \(log), seq, op, kind, number, day, person, party, relation, target, memo,
                    time, source, source_key, line_first, line_last FROM document t
                """,
                "register": "SELECT \(log), entity, attribute, seq, op, value FROM register t",
                "superseded": """
                SELECT log_id, seq, op, (SELECT log_id FROM log WHERE id = t.by_log), by_seq, by_op
                FROM superseded t
                """,
                // What the next entry of a log is read with.
                "log": """
                SELECT log_id, author, incarnation, scope, seq, hash, chapter_start, applied FROM log t
                """,
                "chapter_name": "SELECT \(log), place, name FROM chapter_name t",
                // As far as they are folded.
                "pool": """
                SELECT t.branch, \(named("t.item")), t.quantity, t.value, t.uncosted, t.cost_of_sales,
                    t.shipped, t.write_off, t.variance, t.uncosted_sold, t.fault FROM pool t
                """,
                "cost": """
                SELECT t.branch, \(named("t.item")), \(log), t.seq, t.op, t.day, t.kind, t.number,
                    t.quantity, t.cost, t.variance, t.uncosted FROM cost t
                """,
                "cost_day": """
                SELECT t.branch, \(named("t.item")), t.day, t.kind, t.place, t.cost, t.variance,
                    t.uncosted FROM cost_day t
                """,
                "branch_cost_day": "SELECT t.* FROM branch_cost_day t",
                "cost_layer": """
                SELECT t.branch, \(named("t.item")), \(log), t.seq, t.op, t.place, t.number, t.day,
                    t.quantity, t.value FROM cost_layer t
                """,
                "pool_layer": """
                SELECT t.branch, \(named("t.item")), t.place, t.day, t.quantity, t.value
                FROM pool_layer t
                """,
                "counted": """
                SELECT \(named("t.account")), \(named("t.item")), t.day, \(log), t.seq, t.op, t.place,
                    t.branch, t.number, t.quantity, t.time FROM counted t
                """,
                "count_move": """
                SELECT t.branch, \(named("t.item")), \(log), t.seq, t.op, t.place, t.number, t.amount
                FROM count_move t
                """,
                "shelf_month": """
                SELECT \(named("t.account")), \(named("t.item")), t.month, t.amount, t.amount_high
                FROM shelf_month t
                """,
                "late": "SELECT \(log), t.seq, t.op, t.day FROM late t",
                "account_month": """
                SELECT t.scope, \(named("t.account")), \(named("t.commodity")), t.month, t.side,
                    t.amount, t.amount_high FROM account_month t
                """,
                "value_month": """
                SELECT t.scope, \(named("t.account")), \(named("t.commodity")), t.month, t.side,
                    t.amount, t.amount_high FROM value_month t
                """,
                "repack": """
                SELECT t.branch, \(named("t.item")), \(log), t.seq, t.op, t.place, t.document,
                    \(named("t.product")) FROM repack t
                """,
                "board": """
                SELECT t.branch, \(named("t.item")), t.free, t.time, t.incarnation, t.seq, t.op
                FROM board t
                """,
                "early_move": """
                SELECT t.branch, t.arrival, \(named("t.item")), \(log), t.seq, t.op, t.place,
                    t.document, t.amount FROM early_move t
                """,
                "event": """
                SELECT \(log), entity, seq, op, kind, person, day, fields, time FROM event t
                """,
                "void": "SELECT \(log), seq, op, reason FROM void t",
                "roster_act": "SELECT \(log), seq, op, time, act FROM roster_act t",
                "book_day": "SELECT day FROM book_day t",
                "digest": "SELECT t.* FROM digest t",
                "counter": "SELECT t.* FROM counter t",
                "valuation": """
                SELECT t.branch, \(named("t.item")), \(log), t.seq, t.op, t.place, t.amount
                FROM valuation t
                """,
                "transfer": """
                SELECT t.branch, \(named("t.item")), \(log), t.seq, t.op, t.place, t.document,
                    t.shipment, t.amount FROM transfer t
                """,
                "statement": """
                SELECT \(named("t.account")), \(named("t.item")), t.document, \(log), t.seq, t.op,
                    t.place, t.amount FROM statement t
                """,
            ]
            var hashes: [String: Digest] = [:]
            for (table, sql) in queries {
                // A sum of hashes does not depend on the order, which local ids decide.
                var sum = Digest.zero
                let rows = try Row.fetchCursor(db, sql: sql)
                while let row = try rows.next() {
                    var writer = Domain.row.writer()
                    for value in row.databaseValues { write(value, to: &writer) }
                    sum = sum.adding(Blake2b.hash256(writer.bytes))
                }
                hashes[table] = sum
            }
            return hashes
        }
    }

    /// Runs `body` in a transaction that is always undone.
    package func dryRun(_ body: () throws -> Void) throws {
        do {
            try savepoint {
                try body()
                throw Undone()
            }
        } catch is Undone {}
    }

    private struct Undone: Error {}

    /// Logs whose author, incarnation and scope are not those that their id is the hash of, and rows that
    /// cannot be read.
    /// Cost: a row and a hash for each log.
    package func misnamedLogs(in book: BookID) throws -> [String] {
        try access { db in
            let rows = try Row.fetchAll(db, sql: "SELECT \(LogTable.columns) FROM log ORDER BY id")
            return rows.enumerated().compactMap { place, row in
                guard let tip = try? LogTable.tip(row).tip else { return "row \(place + 1) of log" }
                return tip.name.id(in: book) == tip.id ? nil : "\(tip.name)"
            }
        }
    }

    /// Folded pools whose quantity differs from the shelf's balance.
    package func poolDifferences() throws -> [String] {
        try access { db in
            let pools = try Row.fetchAll(
                db,
                sql: """
                    SELECT p.branch, n.name, p.quantity FROM pool p JOIN name n ON n.id = p.item
                    WHERE p.fault IS NULL ORDER BY p.branch, n.name
                    """)
            var faults: [String] = []
            for row in pools {
                let (branch, item): (String, String) = (try row.at(0), try row.at(1))
                let shelf = try Row.fetchAll(
                    db.cachedStatement(
                        sql: """
                            SELECT b.amount, b.amount_high FROM balance b
                            JOIN name a ON a.id = b.account
                            WHERE b.scope = ? AND a.name >= ? AND a.name < ?
                                AND b.commodity = (SELECT id FROM name WHERE name = ?)
                            """),
                    arguments: ["trade/\(branch)", "stock/\(branch)/", "stock/\(branch)0", item]
                ).reduce(Int128(0)) { $0 + (try Int128(row: $1)) }
                let quantity: Int64 = try row.at(2)
                if shelf != Int128(quantity) {
                    faults.append("\(branch) \(item.dropFirst()): pool \(quantity), shelf \(shelf)")
                }
            }
            return faults
        }
    }

    /// SQLite's own check of the file; `ok` when all is well.
    package func integrity() throws -> String {
        try access { db in
            try String.fetchOne(db, sql: "PRAGMA integrity_check") ?? "no answer"
        }
    }
}
