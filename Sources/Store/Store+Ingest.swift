import GRDB
package import Replica
package import Sodium

import struct Foundation.Data

/// What was written or received, kept and projected in one SQLite transaction.
extension Store {
    /// A log's tip and chapter; nil where nothing of it is held.
    package func state(of log: LogID) throws -> (tip: LogTip, chapter: Chapter)? {
        try queue.inDatabase { db in
            try LogTable(db: db).state(of: log).map { ($0.tip, $0.chapter) }
        }
    }

    /// Appends runs, own or a peer's, and projects them: all of them or none.
    ///
    /// - Parameter runs: each continues the head that is held of its log, or begins the log.
    /// - Throws: `StoreError.notNext` for a run that is held already or leaves a gap.
    package func append(_ runs: [PreparedRun], roster: Roster) throws {
        try queue.inTransaction(.immediate) { db in
            var projection = Projection(db, roster: roster)
            let table = LogTable(db: db)
            for run in runs {
                guard let first = run.items.first else { continue }
                let held = try table.state(of: run.tip.id)
                guard first.entry.header.seq == (held?.tip.head.seq ?? 0) + 1,
                    first.entry.header.previous == held?.tip.head.hash ?? .zero
                else { throw StoreError.notNext(held: held?.tip.head.seq ?? 0) }
                let row = try table.save(
                    run.tip, chapter: run.chapter, row: held?.row, namesHeld: held?.chapter)
                try table.insert(run.items, log: row)
                for item in run.items { try projection.apply(item, log: row, tip: run.tip) }
            }
            try projection.finish()
            return .commit
        }
    }

    /// Empties the projections and reads every log again: after a change of the roster that touches
    /// verdicts, and to check that nothing but the logs decides what the tables say.
    ///
    /// Memory: one run of at most `bytesMax`. Cost: that of verifying and applying the whole book.
    package func rebuild(
        roster: Roster, bytesMax: Int = 256 * 1024, key: (Scope, Digest) -> ScopeKey?
    ) throws {
        try queue.inTransaction(.immediate) { db in
            for table in Schema.projections { try db.execute(sql: "DELETE FROM \(table)") }
            let table = LogTable(db: db)
            for row in try Row.fetchAll(db, sql: "SELECT * FROM log ORDER BY log_id") {
                guard let id = Digest(row["log_id"] as Data) else {
                    throw StoreError.damaged("log")
                }
                let (number, held, _) = try LogTable.tip(row, id: LogID(id))
                var tip = LogTip(held.name, id: held.id)
                var chapter = Chapter()
                while tip.head.seq < held.head.seq {
                    let bytes = try table.run(
                        log: number, from: tip.head.seq + 1, bytesMax: bytesMax)
                    let run = try PreparedRun(
                        verifying: bytes, after: tip, chapter: chapter,
                        key: { key(held.name.scope, $0) })
                    var projection = Projection(db, roster: roster)
                    for item in run.items {
                        try projection.apply(item, log: number, tip: held)
                    }
                    try projection.finish()
                    tip = run.tip
                    chapter = run.chapter
                }
                guard tip == held else { throw StoreError.damaged("log \(held.id)") }
            }
            return .commit
        }
    }
}
