import Books
import GRDB
package import Replica

/// When the goods that are there came.
extension Store {
    /// Units of each item that came to a branch, by day, the newest day first: from suppliers, from other branches, found,
    /// counted, made, or brought back. What only changed its place did not come. Cost: the postings to the
    /// branch's shelves since `day`.
    package func coming(
        to branch: BranchCode, since day: Day, upTo last: Day? = nil
    ) throws -> [String: [(day: Day, units: Int128)]] {
        let kinds: [DocumentKind] = [
            .goodsReceipt, .arrival, .found, .customerReturn, .repack, .count,
        ]
        return try access { db in
            let accounts = try Int64.fetchAll(
                db.cachedStatement(
                    sql: "SELECT id FROM name WHERE name >= ? AND name < ? ORDER BY id"),
                arguments: ["stock/\(branch)/", "stock/\(branch)0"])
            guard !accounts.isEmpty else { return [:] }
            let marks = accounts.map { _ in "?" }.joined(separator: ",")
            let rows = try Row.fetchCursor(
                db.cachedStatement(
                    sql: """
                        SELECT n.name, b.day, sum(p.amount >> 32), sum(p.amount & 4294967295)
                        FROM book_day b
                        CROSS JOIN posting p ON p.day = b.day AND p.account IN (\(marks))
                        JOIN document d ON d.log = p.log AND d.seq = p.seq AND d.op = p.op
                        JOIN name n ON n.id = p.commodity
                        WHERE b.day >= ? AND b.day <= ? AND p.amount > 0
                            AND d.kind IN (\(kinds.map { "\($0.rawValue)" }.joined(separator: ",")))
                        GROUP BY p.commodity, b.day ORDER BY b.day DESC
                        """),
                arguments: StatementArguments(
                    accounts + [Int64(day.number), Int64(last?.number ?? .max)]))
            var found: [String: [(day: Day, units: Int128)]] = [:]
            while let row = try rows.next() {
                let item = String((try row.at(0) as String).dropFirst())
                found[item, default: []].append(
                    (Day(number: try row.at(1)), try Int128(row: row, halvesAt: 2)))
            }
            return found
        }
    }

    /// Of pools at first in, first out: what lies in each layer, by its day. Pools are to be folded before.
    package func layers(
        of branch: BranchCode
    ) throws -> [String: [(day: Day, units: Int64, value: Int64)]] {
        try access { db in
            var found: [String: [(day: Day, units: Int64, value: Int64)]] = [:]
            let rows = try Row.fetchCursor(
                db.cachedStatement(
                    sql: """
                        SELECT n.name, l.day, l.quantity, l.value FROM pool_layer l
                        JOIN name n ON n.id = l.item WHERE l.branch = ? ORDER BY n.name, l.place
                        """),
                arguments: [branch.text])
            while let row = try rows.next() {
                found[String((try row.at(0) as String).dropFirst()), default: []].append(
                    (Day(number: try row.at(1)), try row.at(2), try row.at(3)))
            }
            return found
        }
    }
}
