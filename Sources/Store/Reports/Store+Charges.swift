import Books
import GRDB
package import Replica
import Sodium

import struct Foundation.Data

/// Amounts that one branch charged or sent to another one.
extension Store {
    /// Those of which something may be open: all that were not booked exactly once, and nothing else. At most `limit`, in
    /// order. Cost: a look at every one, by index.
    package func openCharges(limit: Int) throws -> [DocumentNumber] {
        try charges(
            limit: limit,
            where: """
                (SELECT count(*) FROM document d JOIN log m ON m.id = d.log
                    JOIN log l ON l.id = e.log AND l.scope = m.scope
                    WHERE d.target = substr(e.entity, :start) AND d.relation IN (:settles, :reverses)
                ) <> 1
                """,
            [
                "settles": DocumentLink.Relation.settles.rawValue,
                "reverses": DocumentLink.Relation.reverses.rawValue,
            ])
    }

    /// Charges that were passed on, by the document that did so. At most `limit`, in order. Cost: as above.
    package func passedCharges(limit: Int) throws -> [DocumentNumber] {
        try access { db in
            try String.fetchAll(
                db.cachedStatement(
                    sql: """
                        SELECT DISTINCT d.target FROM event e
                        JOIN document d ON d.number = substr(e.entity, :start)
                            AND d.relation = :adjusts AND d.target IS NOT NULL
                        WHERE e.entity >= :prefix AND e.entity < :end
                        ORDER BY d.target LIMIT :limit
                        """),
                arguments: Self.span + [
                    "adjusts": DocumentLink.Relation.adjusts.rawValue, "limit": limit,
                ]
            ).compactMap { DocumentNumber($0) }
        }
    }

    /// The newest ones, by when they were written; at most `limit`.
    package func charges(limit: Int) throws -> [DocumentNumber] {
        try access { db in
            try String.fetchAll(
                db.cachedStatement(
                    sql: """
                        SELECT substr(e.entity, :start) FROM event e
                        WHERE e.entity >= :prefix AND e.entity < :end
                        GROUP BY e.entity ORDER BY min(e.time) DESC, e.entity LIMIT :limit
                        """),
                arguments: Self.span + ["limit": limit]
            ).compactMap { DocumentNumber($0) }
        }
    }

    private func charges(
        limit: Int, where condition: String, _ arguments: StatementArguments
    ) throws -> [DocumentNumber] {
        try access { db in
            try String.fetchAll(
                db.cachedStatement(
                    sql: """
                        SELECT DISTINCT substr(e.entity, :start) FROM event e
                        WHERE e.entity >= :prefix AND e.entity < :end AND \(condition)
                        ORDER BY e.entity LIMIT :limit
                        """),
                arguments: Self.span + arguments + ["limit": limit]
            ).compactMap { DocumentNumber($0) }
        }
    }

    private static var span: StatementArguments {
        [
            "start": Event.chargePrefix.utf8.count + 1, "prefix": Event.chargePrefix,
            "end": Event.chargePrefix.dropLast() + "0",
        ]
    }

    /// The last incarnation of a node that wrote about a document; nil where none did.
    package func lastIncarnation(
        of author: NodeID, about number: DocumentNumber
    ) throws -> UInt64? {
        try access { db in
            let last = try Int64.fetchOne(
                db.cachedStatement(
                    sql: """
                        SELECT max(l.incarnation) FROM document d JOIN log l ON l.id = d.log
                        WHERE d.target = ? AND l.author = ?
                        """),
                arguments: [number.description, Data(copying: author.key.bytes)])
            return last.map { natural($0) }
        }
    }
}
