package import Books
import GRDB
package import Replica

/// What till shifts are told from.
extension Store {
    /// Shifts in the order of their numbers, the last `limit` of them. Cost: the events of all shifts, and a fold of
    /// those that are told of.
    package func shifts(
        of branch: BranchCode?, openOnly: Bool, limit: Int
    ) throws -> [TillShift] {
        let entities = try access { db in
            try String.fetchAll(
                db.cachedStatement(
                    sql: """
                        SELECT entity FROM event WHERE entity >= ? AND entity < ?
                        GROUP BY entity HAVING sum(kind = ?) > 0 AND (NOT ? OR sum(kind = ?) = 0)
                        """),
                arguments: [
                    TillShift.prefix, TillShift.prefix + "\u{10ffff}", TillShift.Kind.opened,
                    openOnly, TillShift.Kind.closed,
                ])
        }
        return try entities.compactMap { TillShift.number(ofEntity: $0) }
            .filter { branch == nil || $0.series.branch == branch }.sorted().suffix(limit)
            .compactMap { TillShift($0, try events(of: TillShift.entity($0))) }
    }

    package struct Takings: Sendable {
        package let kind: DocumentKind
        package let documents: Int64
        package let amount: Int128
    }

    /// What came into a drawer and left it between the beginning of a shift and its end, by kind of document;
    /// by the time of writing. Cost: the postings of the days since it began.
    package func takings(
        _ account: Account, _ commodity: Commodity, during shift: DocumentNumber
    ) throws -> [Takings] {
        try access { db in
            let times = try Row.fetchAll(
                db.cachedStatement(
                    sql:
                        "SELECT kind, min(time), min(day) FROM event WHERE entity = ? GROUP BY kind"
                ),
                arguments: [TillShift.entity(shift)])
            var (from, to, day): (Int64?, Int64?, Int32) = (nil, nil, .min)
            for row in times {
                if try row.at(0) as String == TillShift.Kind.opened {
                    (from, day) = (try row.at(1), try row.at(2))
                } else {
                    to = try row.at(1)
                }
            }
            guard let from else { return [] }
            let rows = try Row.fetchAll(
                db.cachedStatement(
                    sql: """
                        SELECT d.kind, count(DISTINCT coalesce(d.number, d.log || ' ' || d.seq)),
                            sum(p.amount >> 32), sum(p.amount & 4294967295)
                        FROM book_day b CROSS JOIN posting p ON p.day = b.day
                            AND p.account = (SELECT id FROM name WHERE name = ?)
                            AND p.commodity = (SELECT id FROM name WHERE name = ?)
                        JOIN document d ON d.log = p.log AND d.seq = p.seq AND d.op = p.op
                        WHERE d.time > ? AND d.time < ? AND d.kind <> ?
                            -- Written in the shift, and dated back by a month at most.
                            AND b.day >= ?
                        GROUP BY d.kind ORDER BY d.kind
                        """),
                arguments: [
                    account.name, commodity.name, from, to ?? .max,
                    DocumentKind.tillShift.rawValue, Int64(day) - 31,
                ])
            return try rows.compactMap { row in
                guard let kind = DocumentKind(rawValue: try row.at(0)) else { return nil }
                return Takings(
                    kind: kind, documents: try row.at(1),
                    amount: try Int128(row: row, halvesAt: 2))
            }
        }
    }
}
