package import Books
import GRDB
package import Replica
import Sodium

import struct Foundation.Data

/// Documents of other nodes by people whose roles do not allow them.
extension Store {
    package struct BreachRow: Hashable, Sendable {
        package let number: DocumentNumber
        package let person: String
        package let day: Day
    }

    /// Of each person's roles all that were ever said, together: who was moved to another role did what they did as what they
    /// were. Those of whom no role of the program's was ever said are left out: a company may name people for its workflows
    /// alone.
    package func rightsEverHad() throws -> [String: Set<Right>] {
        try access { db in
            let rows = try Row.fetchAll(
                db.cachedStatement(
                    sql: """
                        SELECT entity, value FROM register
                        WHERE entity >= ? AND entity < ? AND attribute = ?
                        """),
                arguments: [
                    PersonFacts.prefix, PersonFacts.prefix.dropLast() + "0",
                    PersonFacts.Attribute.roles,
                ])
            var found: [String: Set<Right>] = [:]
            for row in rows {
                let name = String(
                    decoding: (try row.at(0) as String).utf8.dropFirst(
                        PersonFacts.prefix.utf8.count),
                    as: UTF8.self)
                let value = try Value(bytes: Array(try row.at(1) as Data))
                let roles = (value.text ?? "").split(separator: " ").compactMap {
                    Role(rawValue: String($0))
                }
                for role in roles { found[name, default: []].formUnion(role.rights) }
            }
            return found
        }
    }

    /// Among the last `count` documents of every log of other nodes: those since `from`, by people of whom `rights` tells and
    /// whom it does not allow them, and that nobody took back. By number.
    ///
    /// Cost: a look at `count` rows for each log, whatever the history.
    package func breaches(
        of rights: [String: Set<Right>], notBy node: NodeID, since from: Day, last count: Int
    ) throws -> [BreachRow] {
        guard !rights.isEmpty else { return [] }
        return try access { db in
            let logs = try Int64.fetchAll(
                db.cachedStatement(sql: "SELECT id FROM log WHERE author <> ? ORDER BY id"),
                arguments: [Data(copying: node.key.bytes)])
            var found: [DocumentNumber: BreachRow] = [:]
            for log in logs {
                let rows = try Row.fetchCursor(
                    db.cachedStatement(
                        sql: """
                            SELECT number, kind, person, day FROM document WHERE log = ?
                            ORDER BY seq DESC, op DESC LIMIT ?
                            """),
                    arguments: [log, count])
                while let row = try rows.next() {
                    let day = Day(number: try row.at(3))
                    guard day >= from, let allowed = rights[try row.at(2) as String],
                        let kind = DocumentKind(rawValue: try row.at(1)), !kind.rights.isEmpty,
                        allowed.isDisjoint(with: kind.rights),
                        let number = (try row.at(0) as String?).flatMap({ DocumentNumber($0) }),
                        number.kind == kind
                    else { continue }
                    found[number] = BreachRow(number: number, person: try row.at(2), day: day)
                }
            }
            let isTakenBack = try db.cachedStatement(
                sql: "SELECT EXISTS (SELECT 1 FROM document WHERE target = ? AND relation = ?)")
            return try found.values.filter { row in
                try Bool.fetchOne(
                    isTakenBack,
                    arguments: [
                        row.number.description, DocumentLink.Relation.reverses.rawValue,
                    ]) == false
            }.sorted { $0.number < $1.number }
        }
    }
}
