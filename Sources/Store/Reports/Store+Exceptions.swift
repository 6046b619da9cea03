import GRDB
package import Replica
package import Sodium
import Wire

import struct Foundation.Data

/// What needs a person, as the projections tell it.
extension Store {
    /// Shelves below zero.
    package func shortages(limit: Int) throws -> [StockRow] {
        try access { db in
            let rows = try Row.fetchAll(
                db,
                sql: """
                    SELECT a.name, c.name, b.amount, b.amount_high FROM balance b
                    JOIN name a ON a.id = b.account JOIN name c ON c.id = b.commodity
                    WHERE a.name >= 'stock/' AND a.name < 'stock0' AND b.amount_high < 0
                    ORDER BY a.name, c.name LIMIT ?
                    """,
                arguments: [limit])
            return rows.map { row in
                let parts = (row[0] as String).split(separator: "/")
                return StockRow(
                    branch: parts.count > 1 ? String(parts[1]) : "",
                    item: String((row[1] as String).dropFirst()), onShelf: Int128(row: row),
                    value: nil, uncosted: 0)
            }
        }
    }

    /// Registers of which several values show, as `entity attribute`.
    package func contested(limit: Int) throws -> [String] {
        try access { db in
            let candidates = try Row.fetchAll(
                db,
                sql: """
                    SELECT entity, attribute FROM register
                    GROUP BY entity, attribute HAVING count(*) > 1
                    """)
            var found: [String] = []
            for row in candidates where found.count < limit {
                let values = try showing(db, row[0], row[1]).map(\.value)
                if Set(values).count > 1 { found.append("\(row[0] as String) \(row[1] as String)") }
            }
            return found
        }
    }

    package struct VoidRow: Hashable, Sendable {
        package let scope: String
        package let reason: String
        package let count: Int64
    }

    package func voids() throws -> [VoidRow] {
        try access { db in
            try Row.fetchAll(
                db,
                sql: """
                    SELECT l.scope, v.reason, count(*) FROM void v JOIN log l ON l.id = v.log
                    GROUP BY l.scope, v.reason ORDER BY l.scope, v.reason
                    """
            ).map { VoidRow(scope: $0[0], reason: $0[1], count: $0[2]) }
        }
    }

    /// Goods that came from another branch and of whose value no keeper has said anything that is
    /// readable here: the scope between the two, and `document item`.
    package func unvaluedArrivals(limit: Int) throws -> [(between: Scope, what: String)] {
        try access { db in
            try Row.fetchAll(
                db,
                sql: """
                    SELECT DISTINCT l.scope, t.document, n.name FROM transfer t
                    JOIN name n ON n.id = t.item JOIN log l ON l.id = t.log
                    WHERE t.document <> t.shipment AND NOT EXISTS (
                        SELECT 1 FROM statement s
                        WHERE s.item = t.item AND s.document = t.document)
                    ORDER BY t.document, n.name LIMIT ?
                    """,
                arguments: [limit]
            ).compactMap { row in
                Scope(row[0] as String).map {
                    ($0, "\(row[1] as String) \((row[2] as String).dropFirst())")
                }
            }
        }
    }

    /// Logs whose last entry is dated after `time` by its author's clock; at most 1,000.
    package func logs(laterThan time: Instant) throws -> [(log: LogName, time: HybridTime)] {
        try access { db in
            let rows = try Row.fetchAll(
                db,
                sql: """
                    SELECT author, incarnation, scope, time FROM log WHERE time > ?
                    ORDER BY author, incarnation, scope LIMIT 1000
                    """,
                arguments: [
                    integer(
                        HybridTime(milliseconds: time.milliseconds, counter: .max).raw)
                ])
            return try rows.map { row in
                guard let key = PublicKey(row[0] as Data), let scope = Scope(row[2] as String)
                else { throw StoreError.damaged("log") }
                return (
                    LogName(author: NodeID(key), incarnation: natural(row[1]), scope: scope),
                    HybridTime(raw: natural(row[3]))
                )
            }
        }
    }

    /// Pools with a move that could not be folded, as `branch item: why`.
    package func poolFaults() throws -> [String] {
        try access { db in
            try Row.fetchAll(
                db,
                sql: """
                    SELECT p.branch, n.name, p.fault FROM pool p JOIN name n ON n.id = p.item
                    WHERE p.fault IS NOT NULL ORDER BY p.branch, n.name LIMIT 1000
                    """
            ).map { "\($0[0] as String) \(($0[1] as String).dropFirst()): \($0[2] as String)" }
        }
    }
}

extension Store {
    /// A hash of each projection's rows: equal iff the tables are, in whatever
    /// order and batches entries came.
    /// Interned names count by their text. Cost: reads every projection.
    package func fingerprint() throws -> [String: Digest] {
        try access { db in
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
                "event": "SELECT \(log), entity, seq, op, kind, person, day, fields FROM event t",
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
                    for value in row.databaseValues { writer.text("\(value)") }
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
                let (branch, item): (String, String) = (row[0], row[1])
                let shelf = try Row.fetchAll(
                    db.cachedStatement(
                        sql: """
                            SELECT b.amount, b.amount_high FROM balance b
                            JOIN name a ON a.id = b.account
                            WHERE b.scope = ? AND a.name >= ? AND a.name < ?
                                AND b.commodity = (SELECT id FROM name WHERE name = ?)
                            """),
                    arguments: ["trade/\(branch)", "stock/\(branch)/", "stock/\(branch)0", item]
                ).reduce(Int128(0)) { $0 + Int128(row: $1) }
                let quantity: Int64 = row[2]
                if shelf != Int128(quantity) {
                    faults.append("\(branch) \(item.dropFirst()): pool \(quantity), shelf \(shelf)")
                }
            }
            return faults
        }
    }
}
