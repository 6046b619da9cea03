import GRDB
package import Replica
package import Sodium

import struct Foundation.Data

/// What was written or received, kept and projected in one SQLite transaction.
extension Store {
    /// A log's tip and chapter; nil where nothing of it is held.
    package func state(of log: LogID) throws -> (tip: LogTip, chapter: Chapter)? {
        try held(log).map { ($0.tip, $0.chapter) }
    }

    private func held(_ log: LogID) throws -> HeldLog? {
        if let state = memory.states[log] { return state }
        let state = try access { try LogTable(db: $0).state(of: log) }
        if let state { memory.remember(log, state) }
        return state
    }

    /// Appends runs, own or a peer's, and projects them: all of them or none.
    ///
    /// - Parameter runs: each continues the head that is held of its log, or begins the log.
    /// - Parameter isWrittenHere: the author of this process wrote them just now.
    /// - Throws: `StoreError.notNext` for a run that is held already or leaves a gap.
    package func append(
        _ runs: [PreparedRun], roster: Roster, isWrittenHere: Bool = false
    ) throws {
        try write { db in
            var projection = Projection(db, self, roster: roster, isWrittenHere: isWrittenHere)
            let table = LogTable(db: db)
            for run in runs {
                guard let first = run.items.first else { continue }
                let held = try held(run.tip.id)
                guard first.entry.header.seq == (held?.tip.head.seq ?? 0) + 1,
                    first.entry.header.previous == held?.tip.head.hash ?? .zero
                else { throw StoreError.notNext(held: held?.tip.head.seq ?? 0) }
                // A gap in reading stays a gap until `resume`: later entries wait behind it.
                let waits =
                    run.items.contains { $0.ops == nil }
                    || held.map { $0.applied < $0.tip.head.seq } ?? false
                let row = try table.save(
                    run.tip, chapter: run.chapter, applied: waits ? nil : run.tip.head.seq,
                    row: held?.row, namesHeld: held?.chapter)
                try table.insert(run.items, log: row)
                changed(run.tip.name.scope)
                memory.remember(
                    run.tip.id,
                    HeldLog(
                        row: row, tip: run.tip, chapter: run.chapter,
                        applied: waits ? held?.applied ?? 0 : run.tip.head.seq))
                if run.tip.name.scope == .roster, run.tip.name.incarnation > 0 {
                    for item in run.items { memory.add(run.tip.id, item.entry.header.seq) }
                }
                guard !waits else { continue }
                for item in run.items { try projection.apply(item, log: row, tip: run.tip) }
            }
            try projection.finish()
        }
    }

    private func write(_ body: (Database) throws -> Void) throws {
        try transact { try access(body) }
    }

    /// Empties the projections and reads every log again: after a change of the roster that touches
    /// verdicts, and to check that nothing but the logs decides what the tables say.
    ///
    /// Memory: one run of at most `bytesMax`. Cost: that of verifying and applying the whole book.
    package func rebuild(
        roster: Roster, bytesMax: Int = 256 * 1024, key: (Scope, Digest) -> ScopeKey?
    ) throws {
        forgetAll()
        try write { db in
            for table in Schema.projections { try db.execute(sql: "DELETE FROM \(table)") }
            try db.execute(sql: "UPDATE log SET applied = 0")
            try reread(db, "ORDER BY log_id", roster: roster, bytesMax: bytesMax, key: key)
        }
        forgetAll()
    }

    /// Reads on where a key was missing: after one was handed out.
    package func resume(
        roster: Roster, bytesMax: Int = 256 * 1024, key: (Scope, Digest) -> ScopeKey?
    ) throws {
        forgetAll()
        try write { db in
            try reread(
                db, "WHERE applied < seq ORDER BY log_id", roster: roster, bytesMax: bytesMax,
                key: key)
        }
        forgetAll()
    }

    private func reread(
        _ db: Database, _ which: String, roster: Roster, bytesMax: Int,
        key: (Scope, Digest) -> ScopeKey?
    ) throws {
        for row in try Row.fetchAll(db, sql: "SELECT \(LogTable.columns) FROM log \(which)") {
            let (number, held, _) = try LogTable.tip(row)
            try reread(
                db, log: number, held: held, applied: try LogTable.applied(row), roster: roster,
                bytesMax: bytesMax, key: { key(held.name.scope, $0) })
        }
    }

    /// Verifies a log from its beginning and projects what lies above `applied`, as far as the keys
    /// reach.
    private func reread(
        _ db: Database, log: Int64, held: LogTip, applied: UInt64, roster: Roster, bytesMax: Int,
        key: (Digest) -> ScopeKey?
    ) throws {
        let table = LogTable(db: db)
        var tip = LogTip(held.name, id: held.id)
        var chapter = Chapter()
        var applied = applied
        var isBlocked = false
        while tip.head.seq < held.head.seq {
            let (bytes, _) = try table.run(
                log: log, from: tip.head.seq + 1, bytesMax: bytesMax)
            let run: PreparedRun
            do {
                run = try PreparedRun(
                    verifying: bytes, after: tip, chapter: chapter, rulesLevel: rulesLevel,
                    key: key)
            } catch {
                throw StoreError.damaged("log \(held.id) after entry \(tip.head.seq): \(error)")
            }
            var projection = Projection(db, self, roster: roster)
            for item in run.items {
                let seq = item.entry.header.seq
                if item.ops == nil { isBlocked = true }
                guard !isBlocked, seq > applied else { continue }
                try projection.apply(item, log: log, tip: held)
                applied = seq
            }
            try projection.finish()
            tip = run.tip
            chapter = run.chapter
            onRead?(run.items.count)
        }
        guard tip == held else { throw StoreError.damaged("log \(held.id)") }
        _ = try table.save(tip, chapter: chapter, applied: applied, row: log, namesHeld: nil)
    }
}
