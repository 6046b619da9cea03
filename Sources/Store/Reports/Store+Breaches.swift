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
        /// In the ledger; of what stands in none, when it was written.
        package let day: Day
        /// Of a document of a day that its author may not date back to: that day.
        package var backTo: Day?
    }

    /// What somebody was ever allowed.
    package struct EverHad: Hashable, Sendable {
        package fileprivate(set) var rights: Set<Right> = []
        /// The widest bound; nil where there ever was none.
        package fileprivate(set) var daysBack: Int32? = 0
    }

    /// Of each person all roles and bounds that were ever said, together: who was moved to another role did what they did as what
    /// they were. Those of whom no role of the program's was ever said are left out: a company may name people for its workflows
    /// alone.
    package func everHad() throws -> [String: EverHad] {
        try access { db in
            let rows = try Row.fetchAll(
                db.cachedStatement(
                    sql: """
                        SELECT entity, attribute, value FROM register
                        WHERE entity >= ? AND entity < ? AND attribute IN (?, ?)
                        """),
                arguments: [
                    PersonFacts.prefix, PersonFacts.prefix.dropLast() + "0",
                    PersonFacts.Attribute.roles, PersonFacts.Attribute.daysBack,
                ])
            var found: [String: EverHad] = [:]
            var bounds: [String: Int32] = [:]
            for row in rows {
                let name = String(
                    decoding: (try row.at(0) as String).utf8.dropFirst(
                        PersonFacts.prefix.utf8.count),
                    as: UTF8.self)
                let attribute: String = try row.at(1)
                let value = try Value(bytes: Array(try row.at(2) as Data))
                let person = PersonFacts(name: name, values: [attribute: [value]])
                if let own = person.ownDaysBack { bounds[name] = max(bounds[name] ?? 0, own) }
                guard !person.rights.isEmpty else { continue }
                var had = found[name] ?? EverHad()
                had.rights.formUnion(person.rights)
                had.daysBack = had.daysBack.flatMap { held in
                    person.daysBack.map { max(held, $0) }
                }
                found[name] = had
            }
            for (name, bound) in bounds {
                if let held = found[name]?.daysBack { found[name]?.daysBack = max(held, bound) }
            }
            return found
        }
    }

    /// What nodes post by themselves, or follow another branch in, is nobody's act.
    private static func isByItself(
        _ kind: DocumentKind, _ relation: UInt8?, source: String?
    ) -> Bool {
        kind == .journal
            && (relation == DocumentLink.Relation.settles.rawValue
                || source == Planner.recurringSource)
    }

    /// By when it was written: its own date its author chose.
    private static func written(_ time: Int64) -> Day {
        Day(
            Instant(milliseconds: HybridTime(raw: natural(time)).milliseconds), utcOffsetMinutes: 0)
    }

    /// A node may be in another time zone than this one, where it is another day.
    private static let zonesDays: Int64 = 1

    /// Among the last `count` documents of every log of other nodes: those written since `from`, by people of whom `people` tells and
    /// whom it does not allow them, or not so far back, and that nobody took back. By number.
    ///
    /// Cost: a look at `count` rows for each log, whatever the history.
    package func breaches(
        of people: [String: EverHad], notBy node: NodeID, since from: Day, last count: Int
    ) throws -> [BreachRow] {
        guard !people.isEmpty else { return [] }
        return try access { db in
            let logs = try Int64.fetchAll(
                db.cachedStatement(sql: "SELECT id FROM log WHERE author <> ? ORDER BY id"),
                arguments: [Data(copying: node.key.bytes)])
            var found: [DocumentNumber: BreachRow] = [:]
            for log in logs {
                let rows = try Row.fetchCursor(
                    db.cachedStatement(
                        sql: """
                            SELECT d.number, d.kind, d.person, coalesce(t.day, d.day), d.time,
                                d.relation, d.day, d.source
                            FROM document d LEFT JOIN late t
                                ON t.log = d.log AND t.seq = d.seq AND t.op = d.op
                            WHERE d.log = ? ORDER BY d.seq DESC, d.op DESC LIMIT ?
                            """),
                    arguments: [log, count])
                while let row = try rows.next() {
                    let day = Day(number: try row.at(3))
                    let written = Self.written(try row.at(4))
                    guard written >= from, let allowed = people[try row.at(2) as String],
                        let kind = DocumentKind(rawValue: try row.at(1)), !kind.rights.isEmpty,
                        let number = (try row.at(0) as String?).flatMap({ DocumentNumber($0) }),
                        number.kind == kind,
                        !Self.isByItself(kind, try row.at(5), source: try row.at(7))
                    else { continue }
                    var breach = BreachRow(number: number, person: try row.at(2), day: day)
                    if !allowed.rights.isDisjoint(with: kind.rights) {
                        let own = Day(number: try row.at(6))
                        guard let bound = allowed.daysBack,
                            Int64(written.number) - Int64(own.number)
                                > Int64(bound) + Self.zonesDays
                        else { continue }
                        breach.backTo = own
                    }
                    found[number] = breach
                }
            }
            let isTakenBack = try db.cachedStatement(
                // In the branch's own scopes: any other branch may give a number that is not its own.
                sql: """
                    SELECT EXISTS (SELECT 1 FROM document d
                        JOIN log l ON l.id = d.log AND l.scope IN (?, ?)
                        WHERE d.target = ? AND d.relation = ?)
                    """)
            return try found.values.filter { row in
                let branch = row.number.series.branch
                return try Bool.fetchOne(
                    isTakenBack,
                    arguments: [
                        Scope.trade(branch).name, Scope.money(branch).name,
                        row.number.description, DocumentLink.Relation.reverses.rawValue,
                    ]) == false
            }.sorted { $0.number < $1.number }
        }
    }

    /// The same of what orders, tasks and notices are made of: among the last `count` steps of other nodes in every series. What
    /// asks for a role by itself, and that a notice was read, is left out.
    ///
    /// Cost: a look at `count` rows for each series, kind and year, and at this node's own between them: of a series that it
    /// writes alone, at all of them.
    package func eventBreaches(
        of people: [String: EverHad], notBy node: NodeID, since from: Day, last count: Int
    ) throws -> [BreachRow] {
        guard !people.isEmpty else { return [] }
        return try access { db in
            var found: [DocumentNumber: BreachRow] = [:]
            let counters = try Row.fetchAll(
                db.cachedStatement(
                    sql: "SELECT series, kind, year FROM counter ORDER BY series, kind, year"))
            for counter in counters {
                guard let series = Series(try counter.at(0) as String),
                    let kind = DocumentKind(rawValue: try counter.at(1)),
                    let year: UInt16 = try counter.at(2), let place = Self.placeOfActs(kind)
                else { continue }
                let one = DocumentNumber(series: series, kind: kind, year: year, running: 1)
                let prefix = place + String(one.description.dropLast(6))
                let rows = try Row.fetchCursor(
                    db.cachedStatement(
                        sql: """
                            SELECT e.entity, e.kind, e.person, e.time FROM event e
                            JOIN log l ON l.id = e.log
                            WHERE e.entity >= ? AND e.entity < ? AND l.author <> ?
                            ORDER BY e.entity DESC LIMIT ?
                            """),
                    arguments: [
                        prefix, prefix + "\u{10ffff}", Data(copying: node.key.bytes), count,
                    ])
                while let row = try rows.next() {
                    let entity: String = try row.at(0)
                    let written = Self.written(try row.at(3))
                    guard written >= from, let allowed = people[try row.at(2) as String],
                        allowed.rights.isDisjoint(with: kind.rights),
                        Self.isAct(try row.at(1), of: kind),
                        let number = DocumentNumber(entity.dropFirst(place.count)),
                        number.kind == kind
                    else { continue }
                    found[number] = BreachRow(number: number, person: try row.at(2), day: written)
                }
            }
            return found.values.sorted { $0.number < $1.number }
        }
    }

    private static func placeOfActs(_ kind: DocumentKind) -> String? {
        switch kind {
        case .purchaseOrder, .salesOrder, .transferRequest: Event.orderPrefix
        case .task: Event.taskPrefix
        case .notice: Event.noticePrefix
        default: nil
        }
    }

    private static func isAct(_ said: String, of kind: DocumentKind) -> Bool {
        switch kind {
        case .notice: said == Event.openingKind
        case .task: true
        default: ![Event.approvalKind, Event.refusalKind, Event.withdrawalKind].contains(said)
        }
    }
}
