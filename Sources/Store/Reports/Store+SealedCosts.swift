package import Books
import GRDB
package import Replica
import Sodium

import struct Foundation.Data

/// What the goods of a branch cost that two administrators closed.
extension Store {
    /// By item: what goods had cost up to a day, of a branch that two administrators closed, as whoever sealed told it. Nil
    /// where no seal closed it up to that day, or not all that was told is here.
    func sealedCosts(
        _ db: Database, _ closes: [PeriodClose], of branch: BranchCode, on day: Day
    ) throws -> [String: DerivedRow]? {
        guard
            let closing = closes.lazy.filter({ $0.through == day }).compactMap(\.closing).first,
            let told = try Self.costs(db, closing, on: day)
        else { return nil }
        return told.mapValues { amounts in
            var row = DerivedRow(branch: branch.text)
            for (root, amount) in zip(SealedCosts.roots, amounts) {
                row.add(Int128(amount), to: root)
            }
            return row
        }
    }

    /// What a closing names of its branch's costs: by item, of the accounts of `SealedCosts.roots`. Nil where not all of it
    /// is here.
    package func costs(of closing: Seal.Closing, on day: Day) throws -> [String: [Int64]]? {
        try access { try Self.costs($0, closing, on: day) }
    }

    private static func costs(
        _ db: Database, _ closing: Seal.Closing, on day: Day
    ) throws -> [String: [Int64]]? {
        SealedCosts.costs(
            of: try events(db, of: SealedCosts.entity(day, closing.branch), by: closing.author),
            in: closing)
    }

    static func sum(_ rows: [String: DerivedRow], _ branch: BranchCode) -> DerivedRow {
        rows.values.reduce(into: DerivedRow(branch: branch.text)) { $0.subtract($1.negated) }
    }

    /// What one author said of an entity where money between branches is read, in the order of its logs.
    private static func events(
        _ db: Database, of entity: String, by author: NodeID
    ) throws -> [Event] {
        try Row.fetchAll(
            db.cachedStatement(
                sql: """
                    SELECT e.kind, e.person, e.day, e.fields FROM event e JOIN log l ON l.id = e.log
                    WHERE e.entity = ? AND l.author = ?
                        AND l.scope >= 'between-money/' AND l.scope < 'between-money0'
                    ORDER BY e.time, l.incarnation, l.scope, e.seq, e.op
                    """),
            arguments: [entity, Data(copying: author.key.bytes)]
        ).map { row in
            Event(
                entity: entity, kind: try row.at(0), person: try row.at(1),
                effectiveDate: Day(number: try row.at(2)),
                fields: try Event.fields(Array(try row.at(3) as Data)))
        }
    }
}
