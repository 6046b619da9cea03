import Books
import GRDB
package import Replica

/// Who entered documents, summed up.
extension Store {
    package struct ActRow: Hashable, Sendable {
        package let person: String
        /// As the number has it; where no branch is called so, as it stands there.
        package let branch: String
        package let kind: DocumentKind
        package let count: Int64
        package let first: Day
        package let last: Day
    }

    /// Documents that stand in the ledger in a span, by who entered them, branch and kind, in order. Statements of keepers
    /// have no number, and are not among them. Cost: a look at all documents.
    package func documentsByPerson(from: Day?, to: Day?) throws -> [ActRow] {
        try access { db in
            try Row.fetchAll(
                db.cachedStatement(
                    sql: """
                        SELECT d.person,
                            rtrim(substr(d.number, 1, instr(d.number, '-') - 1),
                                'abcdefghijklmnopqrstuvwxyz') AS branch,
                            d.kind, count(DISTINCT d.number), min(coalesce(t.day, d.day)),
                            max(coalesce(t.day, d.day))
                        FROM document d
                        LEFT JOIN late t ON t.log = d.log AND t.seq = d.seq AND t.op = d.op
                        WHERE d.number IS NOT NULL AND coalesce(t.day, d.day) BETWEEN ? AND ?
                        GROUP BY d.person, branch, d.kind ORDER BY d.person, branch, d.kind
                        """),
                arguments: [
                    from?.number ?? Day.range.lowerBound, to?.number ?? Day.range.upperBound,
                ]
            ).map { row in
                ActRow(
                    person: try row.at(0), branch: try row.at(1),
                    kind: DocumentKind(rawValue: try row.at(2)) ?? .statement,
                    count: try row.at(3), first: Day(number: try row.at(4)),
                    last: Day(number: try row.at(5)))
            }
        }
    }
}
