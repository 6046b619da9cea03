package import Books
import GRDB
import Replica
import Sodium

import struct Foundation.Data

/// What administrators sealed.
extension Store {
    /// All that was ever sealed, in the order in which it counts.
    package func seals() throws -> [Seal] { try access { try seals($0) } }

    func seals(_ db: Database) throws -> [Seal] {
        let rows = try Row.fetchAll(
            db.cachedStatement(
                sql: """
                    SELECT e.entity, e.kind, e.person, e.day, e.fields, l.author, l.log_id, e.seq
                    FROM event e JOIN log l ON l.id = e.log WHERE e.entity >= ? AND e.entity < ?
                    ORDER BY e.time, l.author, l.incarnation, l.scope, e.seq, e.op
                    """),
            arguments: [Event.sealPrefix, Event.sealPrefix.dropLast() + "0"])
        return Seal.all(
            try rows.compactMap { row in
                guard let key = PublicKey(try row.at(5) as Data),
                    let log = Digest(try row.at(6) as Data)
                else { return nil }
                let event = Event(
                    entity: try row.at(0), kind: try row.at(1), person: try row.at(2),
                    effectiveDate: Day(number: try row.at(3)),
                    fields: try Event.fields(Array(try row.at(4) as Data)))
                return Seal.Said(
                    event: event, author: NodeID(key),
                    isPrincipals: isPrincipals(NodeID(key), LogID(log), natural(try row.at(7))))
            })
    }

    /// Does what was written there count as a principal administrator's?
    func isPrincipals(_ author: NodeID, _ log: LogID, _ seq: UInt64) -> Bool {
        (sealers[author] ?? []).contains { cuts in cuts.allSatisfy { $0.reaches(log, seq) } }
    }

    /// Of which somebody may still say something that counts: those that wait may hold by it; what others than principal
    /// administrators sealed may come earlier by it.
    func waitingSeals(_ db: Database) throws -> [Seal] {
        if let known = memory.waitingSeals { return known }
        let waiting = try seals(db).filter {
            $0.standing == .waits || $0.holds && !$0.isPrincipals
        }
        memory.waitingSeals = waiting
        return waiting
    }

    /// Can this event of a seal change which closes are sealed?
    func matters(
        _ db: Database, _ event: Event, _ author: NodeID, _ log: LogID, _ seq: UInt64
    ) throws -> Bool {
        Seal.matters(
            event, of: author, isPrincipals: isPrincipals(author, log, seq),
            to: try waitingSeals(db))
    }
}
