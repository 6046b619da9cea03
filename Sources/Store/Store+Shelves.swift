package import Books
import GRDB
package import Replica
import Sodium

import struct Foundation.Data

/// What planning asks of shelves and of what happens to entities; see `BookView`.
extension Store {
    /// What was said of an entity, in the order of time, author and entry.
    package func events(of entity: String) throws -> [Event] {
        try access { try Self.events($0, of: entity) }
    }

    static func events(_ db: Database, of entity: String) throws -> [Event] {
        try Row.fetchAll(
            db.cachedStatement(
                sql: """
                    SELECT e.kind, e.person, e.day, e.fields FROM event e JOIN log l ON l.id = e.log
                    WHERE e.entity = ? ORDER BY e.time, l.author, l.incarnation, l.scope, e.seq, e.op
                    """),
            arguments: [entity]
        ).map { row in
            Event(
                entity: entity, kind: try row.at(0), person: try row.at(1),
                effectiveDate: Day(number: try row.at(2)),
                fields: try Event.fields(Array(try row.at(3) as Data)))
        }
    }

    /// Items of which an account's balance is not zero, in order.
    package func items(on account: Account) throws -> [ItemCode] {
        try access { db in
            try String.fetchAll(
                db.cachedStatement(
                    sql: """
                        SELECT c.name FROM balance b JOIN name c ON c.id = b.commodity
                        WHERE b.scope = ? AND b.account = (SELECT id FROM name WHERE name = ?)
                            AND (b.amount <> 0 OR b.amount_high <> 0)
                        """),
                arguments: [account.home?.name, account.name]
            ).compactMap { ItemCode($0.dropFirst()) }.sorted()
        }
    }

    /// What one incarnation of a node posted to an account. Cost: a look at every day.
    package func posted(
        _ account: Account, _ commodity: Commodity, author: NodeID, incarnation: UInt64
    ) throws -> Int128 {
        try access { db in
            let rows = try Row.fetchCursor(
                db.cachedStatement(
                    sql: """
                        SELECT p.amount FROM book_day b
                        CROSS JOIN posting p ON p.day = b.day
                            AND p.account = (SELECT id FROM name WHERE name = ?)
                            AND p.commodity = (SELECT id FROM name WHERE name = ?)
                        JOIN log l ON l.id = p.log
                        WHERE l.author = ? AND l.incarnation = ?
                        """),
                arguments: [
                    account.name, commodity.name, Data(copying: author.key.bytes),
                    integer(incarnation),
                ])
            var sum = Int128(0)
            while let row = try rows.next() { sum += Int128(try row.at(0) as Int64) }
            return sum
        }
    }

    /// Accounts of what stands on a shelf, its own and those behind it, in order.
    package func accounts(on shelf: Account) throws -> [Account] {
        try access { db in
            let behind = try String.fetchAll(
                db.cachedStatement(
                    sql: "SELECT name FROM name WHERE name > ? AND name < ? ORDER BY name"),
                // The sign after `/` is `0`.
                arguments: [shelf.name + "/", shelf.name + "0"])
            return [shelf] + behind.compactMap { Account($0) }
        }
    }

    /// What was posted to an account with a later date. Cost: a look at every later day.
    package func moved(
        _ account: Account, _ commodity: Commodity, after day: Day
    ) throws -> Int128 {
        try access { db in
            try movesByDay(db, account, commodity, after: day).reduce(0) { $0 + $1.amount }
        }
    }

    private func movesByDay(
        _ db: Database, _ account: Account, _ commodity: Commodity, after day: Day
    ) throws -> [(day: Int32, amount: Int128)] {
        let rows = try Row.fetchCursor(
            db.cachedStatement(
                sql: """
                    SELECT p.day, p.amount FROM book_day b
                    CROSS JOIN posting p ON p.day = b.day
                        AND p.account = (SELECT id FROM name WHERE name = ?)
                        AND p.commodity = (SELECT id FROM name WHERE name = ?)
                    WHERE b.day > ? ORDER BY b.day
                    """),
            arguments: [account.name, commodity.name, day.number])
        var moves: [(day: Int32, amount: Int128)] = []
        while let row = try rows.next() {
            let (day, amount) = (try row.at(0) as Int32, Int128(try row.at(1) as Int64))
            if moves.last?.day == day {
                moves[moves.count - 1].amount += amount
            } else {
                moves.append((day, amount))
            }
        }
        return moves
    }

    /// The least that an account held at the end of any day from `day` on, up to the day before
    /// `before`, or up to now. Cost: a look at every later day.
    package func leastBalance(
        of account: Account, _ commodity: Commodity, from day: Day, before: Day?
    ) throws -> Int128 {
        let now = try balance(of: account, commodity)
        return try access { db in
            let moves = try movesByDay(db, account, commodity, after: day)
            var held = now - moves.reduce(0) { $0 + $1.amount }
            var least = held
            for move in moves where before.map({ move.day < $0.number }) ?? true {
                held += move.amount
                least = min(least, held)
            }
            return least
        }
    }

    /// The counts of a shelf's item after a day that stand, the first day first; at most 1,000.
    package func counts(
        of account: Account, _ commodity: Commodity, after day: Day
    ) throws -> [CountMark] {
        try access { db in
            let rows = try Row.fetchAll(
                db.cachedStatement(
                    sql: """
                        SELECT c.number, c.day, c.time FROM counted c
                        WHERE c.account = (SELECT id FROM name WHERE name = ?)
                            AND c.item = (SELECT id FROM name WHERE name = ?) AND c.day > ?
                            AND NOT EXISTS (SELECT 1 FROM event e
                                WHERE e.entity = 'count/' || c.number AND e.kind = 'reversed')
                        ORDER BY c.day, c.time, c.number LIMIT 1000
                        """),
                arguments: [account.name, commodity.name, day.number])
            return try rows.map { row in
                guard let number = DocumentNumber(try row.at(0) as String) else {
                    throw StoreError.damaged("counted")
                }
                return CountMark(
                    number: number, day: Day(number: try row.at(1)),
                    time: HybridTime(raw: natural(try row.at(2))))
            }
        }
    }

    /// When a document was written, by its author's clock; nil where it is unknown.
    package func time(of number: DocumentNumber) throws -> HybridTime? {
        try access { db in
            try Int64.fetchOne(
                db.cachedStatement(sql: "SELECT min(time) FROM document WHERE number = ?"),
                arguments: [number.description]
            ).map { HybridTime(raw: natural($0)) }
        }
    }

    /// What counting moved of each item, late facts included.
    package func countDifferences(_ number: DocumentNumber) throws -> [ItemCode: Int128] {
        try access { db in
            var sums: [ItemCode: Int128] = [:]
            let rows = try Row.fetchAll(
                db.cachedStatement(
                    sql: """
                        SELECT n.name, m.amount FROM count_move m JOIN name n ON n.id = m.item
                        WHERE m.branch = ? AND m.number = ?
                        """),
                arguments: [number.series.branch.text, number.description])
            for row in rows {
                guard let item = ItemCode((try row.at(0) as String).dropFirst()) else { continue }
                sums[item, default: 0] += Int128(try row.at(1) as Int64)
            }
            return sums
        }
    }

    /// Entities of this beginning that were opened, in order.
    package func entities(prefix: String, limit: Int) throws -> [String] {
        try access { db in
            try String.fetchAll(
                db.cachedStatement(
                    sql: """
                        SELECT DISTINCT entity FROM event
                        WHERE entity >= ? AND entity < ? AND kind = ? ORDER BY entity LIMIT ?
                        """),
                arguments: [prefix, prefix + "\u{10ffff}", Event.openingKind, limit])
        }
    }
}
