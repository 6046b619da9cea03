package import Books
import GRDB
package import Replica
import Sodium

import struct Foundation.Data

/// What administrators sealed.
extension Store {
    package func seals() throws -> [Seal] { try access { try Self.seals($0) } }

    static func seals(_ db: Database) throws -> [Seal] {
        let rows = try Row.fetchAll(
            db.cachedStatement(
                sql: """
                    SELECT e.entity, e.kind, e.person, e.day, e.fields, l.author FROM event e
                    JOIN log l ON l.id = e.log WHERE e.entity >= ? AND e.entity < ?
                    ORDER BY e.entity, e.time, l.author, l.incarnation, l.scope, e.seq, e.op
                    """),
            arguments: [Event.sealPrefix, Event.sealPrefix.dropLast() + "0"])
        var said: [Day: [Seal.Said]] = [:]
        for row in rows {
            guard let day = Seal.day(ofEntity: try row.at(0)),
                let key = PublicKey(try row.at(5) as Data)
            else { continue }
            let event = Event(
                entity: try row.at(0), kind: try row.at(1), person: try row.at(2),
                effectiveDate: Day(number: try row.at(3)),
                fields: try Event.fields(Array(try row.at(4) as Data)))
            said[day, default: []].append(Seal.Said(event: event, author: NodeID(key)))
        }
        return said.sorted { $0.key < $1.key }.compactMap { Seal($0.key, $0.value) }
    }

    /// Did this author seal the day?
    package func hasSealed(_ day: Day, _ author: NodeID) throws -> Bool {
        try access { db in
            try Bool.fetchOne(
                db,
                sql: """
                    SELECT EXISTS (SELECT 1 FROM event e JOIN log l ON l.id = e.log
                        WHERE e.entity = ? AND e.kind = ? AND l.author = ?)
                    """,
                arguments: [Seal.entity(day), Seal.sealedKind, Data(copying: author.key.bytes)])
                ?? false
        }
    }
}
