package import Books
import GRDB
package import Replica
import Sodium

import struct Foundation.Data

/// What was said, with who said it where.
extension Store {
    /// In the order of `events(of:)`.
    package func said(of entity: String, _ roster: Roster) throws -> [Said] {
        try access { db in
            try Row.fetchAll(
                db.cachedStatement(
                    sql: """
                        SELECT e.kind, e.person, e.day, e.fields, l.scope, l.author
                        FROM event e JOIN log l ON l.id = e.log
                        WHERE e.entity = ?
                        ORDER BY e.time, l.author, l.incarnation, l.scope, e.seq, e.op
                        """),
                arguments: [entity]
            ).map { row in
                guard let scope = Scope(try row.at(4) as String),
                    let author = PublicKey(try row.at(5) as Data)
                else { throw StoreError.damaged("event") }
                return Said(
                    event: Event(
                        entity: entity, kind: try row.at(0), person: try row.at(1),
                        effectiveDate: Day(number: try row.at(2)),
                        fields: try Event.fields(Array(try row.at(3) as Data))),
                    scope: scope, branch: roster.nodes[NodeID(author)]?.admission.branch)
            }
        }
    }

    /// Names of entities that begin so and of which anything was said, in order.
    package func entities(withPrefix prefix: String) throws -> [String] {
        try access { db in
            try String.fetchAll(
                db.cachedStatement(
                    sql: """
                        SELECT DISTINCT entity FROM event WHERE entity >= ? AND entity < ?
                        ORDER BY entity
                        """),
                arguments: [prefix, prefix + "\u{10ffff}"])
        }
    }
}
