import Books
import GRDB
package import Replica
import Sodium

import struct Foundation.Data

/// What needs a person, as the projections tell it.
extension Store {
    /// Registers of which several values show, as `entity attribute`.
    package func contested(limit: Int) throws -> [String] {
        try access { db in
            let candidates = try Row.fetchAll(
                db,
                sql: """
                    SELECT entity, attribute FROM register
                    GROUP BY entity, attribute HAVING count(*) > 1
                    """)
            var found: [String] = []
            for row in candidates where found.count < limit {
                let values = try showing(db, try row.at(0), try row.at(1)).map(\.value)
                if Set(values).count > 1 {
                    found.append("\(try row.at(0) as String) \(try row.at(1) as String)")
                }
            }
            return found
        }
    }

    /// A number that two documents have: two histories of one node went on from the same place.
    package struct DuplicateRow: Hashable, Sendable {
        package let number: String
        package let author: NodeID
        package let incarnations: [UInt64]
    }

    /// Numbers that stand in two logs of one scope, as they do where an author began anew.
    ///
    /// - Parameter least: the least number of an incarnation that is not a first one.
    /// Cost: a look at an index for each document of such incarnations.
    package func duplicateNumbers(from least: UInt64, limit: Int) throws -> [DuplicateRow] {
        try access { db in
            let numbers = try String.fetchAll(
                db,
                sql: """
                    SELECT DISTINCT d.number FROM log l JOIN document d ON d.log = l.id
                    WHERE l.incarnation >= ? AND EXISTS (
                        SELECT 1 FROM document o JOIN log m ON m.id = o.log
                        WHERE o.number = d.number AND m.scope = l.scope AND m.id <> l.id)
                    ORDER BY d.number LIMIT ?
                    """,
                arguments: [integer(least), limit])
            return try numbers.map { number in
                let rows = try Row.fetchAll(
                    db.cachedStatement(
                        sql: """
                            SELECT DISTINCT l.author, l.incarnation FROM document d
                            JOIN log l ON l.id = d.log WHERE d.number = ?
                            ORDER BY l.author, l.incarnation LIMIT 100
                            """),
                    arguments: [number])
                guard let first = rows.first, let author = PublicKey(try first.at(0) as Data)
                else {
                    throw StoreError.damaged("document \(number)")
                }
                return DuplicateRow(
                    number: number, author: NodeID(author),
                    incarnations: try rows.map { natural(try $0.at(1)) })
            }
        }
    }

    /// Documents that brought goods early of which some are not matched; at most `limit`.
    package func earlyDocuments(limit: Int) throws -> [DocumentHeader] {
        let numbers = try access { db in
            try String.fetchAll(
                db.cachedStatement(
                    sql: """
                        SELECT DISTINCT arrival FROM (
                            SELECT arrival FROM early_move GROUP BY branch, arrival, item
                            HAVING sum(amount >> 32) <> 0 OR sum(amount & 4294967295) <> 0)
                        ORDER BY arrival LIMIT ?
                        """),
                arguments: [limit]
            ).compactMap { DocumentNumber($0) }
        }
        return try numbers.compactMap { number in
            try transactions(of: number).first { $0.isOf(number.series.branch) }?.document
        }
    }

    /// What came to the arrival's branch with it, of goods of `sender`, and is not matched.
    package func openEarly(
        _ arrival: DocumentNumber, from sender: BranchCode
    ) throws -> [ItemCode: Int128] {
        EarlyGoods.open(
            try transactions(of: arrival) + transactions(about: arrival),
            at: arrival.series.branch, from: sender)
    }

    /// What branches paid back for others that did not send the goods, in the scope where that was said; at most
    /// `limit`, in order.
    package func refundsNotBooked(limit: Int) throws -> [DocumentNumber] {
        try access { db in
            try String.fetchAll(
                db.cachedStatement(
                    sql: """
                        SELECT DISTINCT substr(e.entity, ?) FROM event e JOIN log l ON l.id = e.log
                        WHERE e.entity >= ? AND e.entity < ? AND NOT EXISTS (
                            SELECT 1 FROM document d JOIN log m ON m.id = d.log
                            WHERE d.target = substr(e.entity, ?) AND d.kind = ? AND m.scope = l.scope)
                        ORDER BY e.entity LIMIT ?
                        """),
                arguments: [
                    Event.refundPrefix.count + 1, Event.refundPrefix,
                    Event.refundPrefix + "\u{10ffff}", Event.refundPrefix.count + 1,
                    DocumentKind.shipment.rawValue, limit,
                ]
            ).compactMap { DocumentNumber($0) }
        }
    }

    /// The person on a document, wherever it is held.
    package func person(on number: DocumentNumber) throws -> String? {
        try access { db in
            try String.fetchOne(
                db.cachedStatement(
                    sql:
                        "SELECT person FROM document WHERE number = ? ORDER BY log, seq, op LIMIT 1"
                ),
                arguments: [number.description])
        }
    }

    /// Who wrote the last document of a scope, by the clocks of its authors.
    package func lastAtWork(in scope: Scope) throws -> String? {
        try access { db in
            try Row.fetchAll(
                db.cachedStatement(
                    sql: """
                        SELECT d.person, d.time FROM log l JOIN document d ON d.log = l.id
                            AND d.seq = (SELECT max(seq) FROM document WHERE log = l.id)
                        WHERE l.scope = ? ORDER BY d.time DESC, d.person LIMIT 1
                        """),
                arguments: [scope.name]
            ).first.map { try $0.at(0) }
        }
    }

    package struct VoidRow: Hashable, Sendable {
        package let scope: String
        package let reason: String
        package let count: Int64
    }

    package func voids() throws -> [VoidRow] {
        try access { db in
            try Row.fetchAll(
                db,
                sql: """
                    SELECT l.scope, v.reason, count(*) FROM void v JOIN log l ON l.id = v.log
                    GROUP BY l.scope, v.reason ORDER BY l.scope, v.reason
                    """
            ).map { VoidRow(scope: try $0.at(0), reason: try $0.at(1), count: try $0.at(2)) }
        }
    }

    /// Goods that came from another branch and of whose value no keeper has said anything that is
    /// readable here: the scope between the two, and `document item`.
    package func unvaluedArrivals(limit: Int) throws -> [(between: Scope, what: String)] {
        try access { db in
            try Row.fetchAll(
                db,
                sql: """
                    SELECT DISTINCT l.scope, t.document, n.name FROM transfer t
                    JOIN name n ON n.id = t.item JOIN log l ON l.id = t.log
                    WHERE t.document <> t.shipment AND NOT EXISTS (
                        SELECT 1 FROM statement s
                        WHERE s.item = t.item AND s.document = t.document)
                    ORDER BY t.document, n.name LIMIT ?
                    """,
                arguments: [limit]
            ).compactMap { row in
                let (document, item): (String, String) = (try row.at(1), try row.at(2))
                return Scope(try row.at(0) as String).map {
                    ($0, "\(document) \(item.dropFirst())")
                }
            }
        }
    }

    /// Logs whose last entry is dated after `time` by its author's clock; at most 1,000.
    package func logs(laterThan time: Instant) throws -> [(log: LogName, time: HybridTime)] {
        try access { db in
            let rows = try Row.fetchAll(
                db,
                sql: """
                    SELECT author, incarnation, scope, time FROM log WHERE time > ?
                    ORDER BY author, incarnation, scope LIMIT 1000
                    """,
                arguments: [
                    integer(
                        HybridTime(milliseconds: time.milliseconds, counter: .max).raw)
                ])
            return try rows.map { row in
                guard let key = PublicKey(try row.at(0) as Data),
                    let scope = Scope(try row.at(2) as String)
                else { throw StoreError.damaged("log") }
                return (
                    LogName(author: NodeID(key), incarnation: natural(try row.at(1)), scope: scope),
                    HybridTime(raw: natural(try row.at(3)))
                )
            }
        }
    }

    /// Pools with a move that could not be folded, as `branch item: why`.
    package func poolFaults() throws -> [String] {
        try access { db in
            try Row.fetchAll(
                db,
                sql: """
                    SELECT p.branch, n.name, p.fault FROM pool p JOIN name n ON n.id = p.item
                    WHERE p.fault IS NOT NULL ORDER BY p.branch, n.name LIMIT 1000
                    """
            ).map {
                "\(try $0.at(0) as String) \((try $0.at(1) as String).dropFirst()): \(try $0.at(2) as String)"
            }
        }
    }
}
