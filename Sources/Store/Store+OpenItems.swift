package import Books
import GRDB
package import Replica

import struct Foundation.Data

/// What is on the accounts of customers and suppliers, and who said what settles what.
extension Store {
    /// The items of an account up to a day of the ledger, those that are settled as well. Cost: the account's postings.
    package func openItems(
        _ account: Account, _ currency: CurrencyCode, upTo day: Day?
    ) throws -> OpenItems {
        let matches = try matches()[account] ?? []
        return try access { db in
            let rows = try Row.fetchAll(
                db.cachedStatement(
                    sql: """
                        SELECT d.number, d.day, p.amount, d.relation, d.target, d.memo, d.source_key,
                            d.person
                        FROM book_day b CROSS JOIN posting p ON p.day = b.day
                            AND p.account = (SELECT id FROM name WHERE name = ?)
                            AND p.commodity = (SELECT id FROM name WHERE name = ?)
                        JOIN document d ON d.log = p.log AND d.seq = p.seq AND d.op = p.op
                        WHERE b.day <= ?
                        """),
                arguments: [account.name, currency.text, day?.number ?? Int32.max])
            let lines = try rows.map { row in
                let target = (try row.at(4) as String?).flatMap { DocumentNumber($0) }
                let relation = (try row.at(3) as UInt8?).flatMap {
                    DocumentLink.Relation(rawValue: $0)
                }
                return OpenItem.Line(
                    number: (try row.at(0) as String?).flatMap { DocumentNumber($0) },
                    day: Day(number: try row.at(1)), amount: Int128(try row.at(2) as Int64),
                    link: target.flatMap { target in
                        relation.map { DocumentLink($0, target) }
                    }, memo: try row.at(5), key: try row.at(6), person: try row.at(7))
            }
            return OpenItems(lines, matches)
        }
    }

    /// All matches by the account that they are on. Cost: their events, once after each change.
    package func matches() throws -> [Account: [Match]] {
        if let known = memory.matches { return known }
        let found = try access { db in
            var found: [Account: [Match]] = [:]
            for (entity, events) in try Self.events(db, withPrefix: Event.matchPrefix) {
                // What is said of payables where only trade is read is not heard.
                guard
                    let number = DocumentNumber(entity.dropFirst(Event.matchPrefix.count)),
                    let home = Match(number, events.map(\.event))?.account.home,
                    let match = Match(
                        number, events.filter { $0.scope == home.name }.map(\.event))
                else { continue }
                found[match.account, default: []].append(match)
            }
            return found
        }
        memory.matches = found
        return found
    }

    /// What was said, and in which scope.
    package struct Heard: Sendable {
        package let event: Event
        package let scope: String
    }

    /// What was said of all entities whose names begin so, in the order of the names; of each in the order of time,
    /// author and entry.
    static func events(
        _ db: Database, withPrefix prefix: String
    ) throws -> [(entity: String, events: [Heard])] {
        let rows = try Row.fetchCursor(
            db.cachedStatement(
                sql: """
                    SELECT e.entity, e.kind, e.person, e.day, e.fields, l.scope FROM event e
                    JOIN log l ON l.id = e.log WHERE e.entity >= ? AND e.entity < ?
                    ORDER BY e.entity, e.time, l.author, l.incarnation, l.scope, e.seq, e.op
                    """),
            arguments: [prefix, prefix + "\u{10ffff}"])
        var found: [(entity: String, events: [Heard])] = []
        while let row = try rows.next() {
            let event = Event(
                entity: try row.at(0), kind: try row.at(1), person: try row.at(2),
                effectiveDate: Day(number: try row.at(3)),
                fields: try Event.fields(Array(try row.at(4) as Data)))
            let heard = Heard(event: event, scope: try row.at(5))
            if found.last?.entity == event.entity {
                found[found.count - 1].events.append(heard)
            } else {
                found.append((event.entity, [heard]))
            }
        }
        return found
    }

    /// The same as a reading of its own.
    package func events(
        withPrefix prefix: String
    ) throws -> [(entity: String, events: [Heard])] {
        try access { try Self.events($0, withPrefix: prefix) }
    }
}
