import Books
import GRDB
package import Replica
import Sodium

import struct Foundation.Data

/// Amounts that one branch charged or sent to another one.
extension Store {
    static let settledChargesMax = 100_000

    /// Those of which something may be open: all that were not booked exactly once, and nothing else, the ones after `last`.
    /// At most `limit`, in order. Cost: a look at every one, by index.
    package func openCharges(
        after last: DocumentNumber?, limit: Int
    ) throws -> [DocumentNumber] {
        try charges(
            limit: limit,
            where: """
                e.entity > :last AND ((SELECT count(*) FROM document d JOIN log m ON m.id = d.log
                    JOIN log l ON l.id = e.log AND l.scope = m.scope
                    WHERE d.target = substr(e.entity, :start) AND d.relation IN (:settles, :reverses)
                ) <> 1 OR EXISTS (SELECT 1 FROM document d
                    JOIN document r ON r.target = d.number AND r.relation = :reverses
                    WHERE d.target = substr(e.entity, :start) AND d.relation = :settles))
                """,
            [
                "last": last.map { Event.chargePrefix + $0.description } ?? "",
                "settles": DocumentLink.Relation.settles.rawValue,
                "reverses": DocumentLink.Relation.reverses.rawValue,
            ])
    }

    /// Charges of which nothing was open when they were looked at, and of which nothing was written since.
    package func isSettled(_ number: DocumentNumber) -> Bool {
        memory.settledCharges.contains(number)
    }

    package func rememberSettled(_ number: DocumentNumber) {
        guard memory.settledCharges.count < Self.settledChargesMax else { return }
        memory.settledCharges.insert(number)
    }

    /// Charges that somebody said something against, those of which it was said last first; at most `limit`. What is no
    /// charge is none of them. Cost: all that was said against one, by index.
    package func objections(limit: Int) throws -> [DocumentNumber] {
        try access { db in
            try String.fetchAll(
                db.cachedStatement(
                    sql: """
                        SELECT substr(o.entity, :start) FROM event o
                        WHERE o.entity >= :prefix AND o.entity < :end AND EXISTS (
                            SELECT 1 FROM event e WHERE e.entity = :charge || substr(o.entity, :start))
                        GROUP BY o.entity ORDER BY max(o.time) DESC, o.entity LIMIT :limit
                        """),
                arguments: [
                    "start": Event.objectionPrefix.utf8.count + 1, "prefix": Event.objectionPrefix,
                    "end": Event.objectionPrefix.dropLast() + "0", "charge": Event.chargePrefix,
                    "limit": limit,
                ]
            ).compactMap { DocumentNumber($0) }
        }
    }

    /// Charges of which no more was passed on than holds, and of which nothing was written since.
    package func isPassedRight(_ number: DocumentNumber) -> Bool {
        memory.passedRight.contains(number)
    }

    package func rememberPassedRight(_ number: DocumentNumber) {
        guard memory.passedRight.count < Self.settledChargesMax else { return }
        memory.passedRight.insert(number)
    }

    /// Charges of a pair that are booked or taken back, and of which nobody's word that counts says anything: at most
    /// `limit`, in order. Cost: a look at every document of the pair's money.
    package func chargesWithoutWord(of pair: BranchPair, limit: Int) throws -> [DocumentNumber] {
        try access { db in
            try String.fetchAll(
                db.cachedStatement(
                    sql: """
                        SELECT DISTINCT d.target FROM document d
                        WHERE d.log IN (SELECT id FROM log WHERE scope = :scope)
                            AND d.relation IN (:settles, :reverses) AND d.target IS NOT NULL
                            AND NOT EXISTS (
                                SELECT 1 FROM event e WHERE e.entity = :charge || d.target)
                        ORDER BY d.target LIMIT :limit
                        """),
                arguments: [
                    "scope": Scope.betweenMoney(pair).name, "charge": Event.chargePrefix,
                    "settles": DocumentLink.Relation.settles.rawValue,
                    "reverses": DocumentLink.Relation.reverses.rawValue, "limit": limit,
                ]
            ).compactMap { DocumentNumber($0) }.filter { $0.kind == .journal }
        }
    }

    /// Charges that were passed on, by the document that did so: those after `last`. At most `limit`, in order. Cost: as
    /// above.
    package func passedCharges(
        after last: DocumentNumber?, limit: Int
    ) throws -> [DocumentNumber] {
        try access { db in
            try String.fetchAll(
                db.cachedStatement(
                    sql: """
                        SELECT DISTINCT d.target FROM event e
                        JOIN document d ON d.number = substr(e.entity, :start)
                            AND d.relation = :adjusts AND d.target IS NOT NULL
                        WHERE e.entity >= :prefix AND e.entity < :end AND d.target > :last
                        ORDER BY d.target LIMIT :limit
                        """),
                arguments: Self.span + [
                    "adjusts": DocumentLink.Relation.adjusts.rawValue,
                    "last": last?.description ?? "", "limit": limit,
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
