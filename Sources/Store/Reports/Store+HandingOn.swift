import GRDB
package import Replica

/// Documents by their numbers, for those who take all of them.
extension Store {
    package struct HandedDocument: Hashable, Sendable {
        package let number: String
        package let kind: DocumentKind
        package let day: Day
        /// Where it stands in the ledger.
        package let ledgerDay: Day
        package let person: String
        package let party: String?
        package let relation: DocumentLink.Relation?
        package let target: String?
        package let memo: String?
        package let source: String?
        package let sourceKey: String?
        /// Of one entry of it; of the first where they are one row.
        package let scope: String
        package let log: String
        package let seq: UInt64
        package let hash: String
    }

    /// The next documents after a number whose ledger days lie in a span: a row for each author of a number or, by
    /// entry, for each entry. Statements of keepers have no number, and are not among them.
    ///
    /// - Returns: the rows, and the last number that was looked at; nil at the end.
    /// Cost: a page of numbers, whatever their days.
    package func documents(
        after number: String, from: Day?, to: Day?, byEntry: Bool, numbers: Int
    ) throws -> (rows: [HandedDocument], next: String?) {
        try access { db in
            let page = try String.fetchAll(
                db.cachedStatement(
                    sql:
                        "SELECT DISTINCT number FROM document WHERE number > ? ORDER BY number LIMIT ?"
                ),
                arguments: [number, numbers])
            guard let last = page.last else { return ([], nil) }
            let rows = try Row.fetchAll(
                db.cachedStatement(
                    sql: """
                        SELECT d.number, d.kind, d.day, coalesce(t.day, d.day), d.person, d.party, d.relation,
                            d.target, d.memo, d.source, d.source_key, l.scope, lower(hex(l.log_id)), d.seq,
                            lower(hex(e.hash)), min(l.scope || hex(l.log_id) || printf('%020d', d.seq))
                        FROM document d JOIN log l ON l.id = d.log
                        JOIN entry e ON e.log = d.log AND e.seq = d.seq
                        LEFT JOIN late t ON t.log = d.log AND t.seq = d.seq AND t.op = d.op
                        WHERE d.number > ? AND d.number <= ? AND coalesce(t.day, d.day) BETWEEN ? AND ?
                        GROUP BY d.number, l.author\(byEntry ? ", l.scope, l.log_id, d.seq" : "")
                        ORDER BY d.number, l.author, l.scope, l.log_id, d.seq
                        """),
                arguments: [
                    number, last, from?.number ?? Day.range.lowerBound,
                    to?.number ?? Day.range.upperBound,
                ])
            return (try rows.map { try Self.handed($0) }, page.count < numbers ? nil : last)
        }
    }

    private static func handed(_ row: Row) throws -> HandedDocument {
        HandedDocument(
            number: try row.at(0), kind: DocumentKind(rawValue: try row.at(1)) ?? .statement,
            day: Day(number: try row.at(2)), ledgerDay: Day(number: try row.at(3)),
            person: try row.at(4), party: try row.at(5),
            relation: (try row.at(6) as UInt8?).flatMap { DocumentLink.Relation(rawValue: $0) },
            target: try row.at(7), memo: try row.at(8), source: try row.at(9),
            sourceKey: try row.at(10), scope: try row.at(11), log: try row.at(12),
            seq: natural(try row.at(13)), hash: try row.at(14))
    }
}
