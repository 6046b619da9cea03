import GRDB
package import Replica
import Wire

/// One branch's replica in SQLite: the logs, and the projections that a person can query.
///
/// One connection writes and checkpoints. A write is one SQLite transaction at
/// `synchronous=FULL`: when a call returns, what it wrote survives a power cut.
package final class Store {
    let queue: DatabaseQueue
    /// The connection while `transact` runs: everything inside sees what it wrote.
    private var inside: Database?
    /// Whether that transaction has begun: it does when something is first read or written in it, since
    /// most batches of an idle node do neither.
    private var hasBegun = false
    var memory = StoreMemory()
    /// Signatures are the same, whatever is undone.
    let recoveryChecks = RecoveryChecks()
    /// How often anything was said of what is kept by number: what is undone without it leaves that as it is.
    var numberedWrites: UInt64 = 0
    /// Grows whenever what the store tells may have changed; begins anew with the process.
    package private(set) var revision: UInt64 = 0

    /// Principal administrators, those of before as well: how far their words count, for each way in which they became such.
    package var sealers: [NodeID: [[Replica.Cut]]] = [:] {
        didSet { if sealers != oldValue { (memory.closes, memory.waitingSeals) = (nil, nil) } }
    }

    /// The greatest level of the rules that the program knows whose store this is.
    package var rulesLevel = LogWriter.rulesLevel

    /// Called while logs are read again, with the entries of each piece.
    package var onRead: ((Int) -> Void)?

    func forgetAll() {
        memory = StoreMemory()
        numberedWrites += 1
        revision += 1
    }

    /// What was written since then is undone.
    private func forgetAll(undoneSince writes: UInt64) {
        let (held, isSame) = (memory, numberedWrites == writes)
        forgetAll()
        if isSame { memory.keepNumbered(of: held) }
    }

    func changed(_ scope: Scope) {
        memory.forget(scope)
        revision += 1
    }

    /// Opens or creates the database at `path`.
    ///
    /// - Throws: `StoreError.newer` for a file of a later program, `.pragma` where SQLite does not
    ///   take a setting that durability rests on, `.sqlite` for anything else.
    package init(path: String) throws {
        var configuration = Configuration()
        configuration.foreignKeysEnabled = true
        configuration.journalMode = .default
        do {
            queue = try DatabaseQueue(path: path, configuration: configuration)
            try queue.inDatabase { db in
                try Self.settle(db)
                try Self.makeDurable(db)
                if try Self.migrate(db, path: path) { try db.checkpoint(.passive) }
                try Self.checkSchema(db)
            }
        } catch let error as DatabaseError {
            throw StoreError.sqlite(code: error.resultCode.rawValue, message: error.message ?? "")
        }
    }

    /// Every pragma is set after opening, since GRDB sets some itself, and read back where
    /// durability depends on it.
    ///
    /// A new file turns to WAL by a transaction with a rollback journal. `EXTRA` syncs the directory
    /// once that journal is gone: else a power cut, however much later, may bring it back on a file
    /// system that does not order such changes, and SQLite would roll the whole book back with it.
    private static func settle(_ db: Database) throws {
        try db.execute(
            sql: """
                PRAGMA synchronous = EXTRA;
                PRAGMA journal_mode = WAL;
                PRAGMA synchronous = FULL;
                PRAGMA wal_autocheckpoint = 0;
                PRAGMA secure_delete = OFF;
                PRAGMA mmap_size = 0;
                PRAGMA temp_store = FILE;
                PRAGMA cache_size = -8000;
                PRAGMA trusted_schema = OFF;
                """)
        let expected = [("synchronous", "2"), ("foreign_keys", "1"), ("trusted_schema", "0")]
        for (pragma, value) in expected {
            let actual = try String.fetchOne(db, sql: "PRAGMA \(pragma)") ?? ""
            guard actual == value else { throw StoreError.pragma(pragma, actual: actual) }
        }
    }

    /// Brings an older file up to this program's version, all steps in one transaction, after a copy
    /// of it was put beside it: `book.db.v1`, where the file was of version 1.
    ///
    /// - Returns: whether there was anything to do.
    private static func migrate(_ db: Database, path: String) throws -> Bool {
        let found = try Int.fetchOne(db, sql: "PRAGMA user_version") ?? 0
        guard found <= Schema.version else {
            throw StoreError.newer(found: found, known: Schema.version)
        }
        guard found < Schema.version else { return false }
        if found > 0 { try back(up: db, to: "\(path).v\(found)") }
        try db.inTransaction {
            for step in Schema.steps[found...] { try db.execute(sql: step.sql) }
            if found > 0, Schema.steps[found...].contains(where: \.rebuilds) {
                try db.execute(sql: "INSERT OR REPLACE INTO setting VALUES ('rebuild', '1')")
            }
            try db.execute(sql: "PRAGMA user_version = \(Schema.version)")
            return .commit
        }
        return true
    }

    /// A copy that is there already is of an attempt that did not come to its end: the file is still
    /// what it was then, or newer, and is copied again under another name.
    private static func back(up db: Database, to path: String) throws {
        for number in 0..<100 {
            let place = number == 0 ? path : "\(path).\(number)"
            do {
                return try db.execute(sql: "VACUUM INTO ?", arguments: [place])
            } catch let error as DatabaseError
                where error.message?.contains("already exists") == true
            {
                continue
            }
        }
        throw StoreError.damaged("a hundred copies at \(path)")
    }

    /// A migration has changed what projections say: whoever knows roster and keys reads the logs
    /// again, and then says so.
    package func needsRebuild() throws -> Bool { try setting("rebuild") == "1" }

    package func isRebuilt() throws { try set("rebuild", "0") }

    /// One SQLite transaction around all that `body` does with this store: one sync, all or nothing.
    /// Inside another it is part of that one.
    package func transact<T>(_ body: () throws -> T) throws -> T {
        guard inside == nil else { return try body() }
        return try translating {
            do {
                return try queue.inDatabase { db in
                    (inside, hasBegun) = (db, false)
                    defer { inside = nil }
                    return try finish(body, on: db)
                }
            } catch {
                forgetAll()
                throw error
            }
        }
    }

    /// By cached statements: GRDB's own way parses BEGIN and COMMIT anew each time.
    private func finish<T>(_ body: () throws -> T, on db: Database) throws -> T {
        do {
            let result = try body()
            if hasBegun { try db.cachedStatement(sql: "COMMIT TRANSACTION").execute() }
            return result
        } catch {
            // Some errors have ended the transaction already. The first error says why; where the
            // undoing fails as well, the connection is of no use any more, and so is the engine.
            if db.isInsideTransaction { try? db.rollback() }
            throw error
        }
    }

    /// Part of a transaction that fails by itself: what `body` wrote is undone when it throws.
    package func savepoint<T>(_ body: () throws -> T) throws -> T {
        try transact {
            try access { db in
                let writes = numberedWrites
                try db.cachedStatement(sql: "SAVEPOINT part").execute()
                do {
                    let result = try body()
                    try db.cachedStatement(sql: "RELEASE part").execute()
                    return result
                } catch {
                    forgetAll(undoneSince: writes)
                    do {
                        try db.cachedStatement(sql: "ROLLBACK TO part").execute()
                        try db.cachedStatement(sql: "RELEASE part").execute()
                    } catch let undoing {
                        // A full disk ends the whole transaction by itself: its own error says more.
                        throw error is DatabaseError || error is StoreError ? error : undoing
                    }
                    throw error
                }
            }
        }
    }

    /// The connection: that of the transaction that runs, or the queue's.
    func access<T>(_ body: (Database) throws -> T) throws -> T {
        if let inside {
            if !hasBegun {
                try inside.cachedStatement(sql: "BEGIN IMMEDIATE TRANSACTION").execute()
                hasBegun = true
            }
            // SQLite has ended the transaction by itself: what follows would be kept without the rest.
            guard inside.isInsideTransaction else {
                throw StoreError.sqlite(code: 4, message: "the transaction has ended")
            }
            return try translating { try body(inside) }
        }
        return try translating { try queue.inDatabase(body) }
    }

    /// GRDB's errors as ours, so that nobody above needs GRDB.
    private func translating<T>(_ body: () throws -> T) throws -> T {
        do {
            return try body()
        } catch let error as DatabaseError {
            throw StoreError.sqlite(code: error.resultCode.rawValue, message: error.message ?? "")
        } catch let error as RowDecodingError {
            throw StoreError.damaged("a row: \(error)")
        } catch let error as WireError {
            throw StoreError.damaged("bytes in a row: \(error)")
        }
    }

    /// Copies the file as it is, page by page, once everything is in it. Not within a transaction.
    package func copy(to path: String, _ copy: (_ from: String, _ to: String) throws -> Void) throws
    {
        try translating {
            let left = try queue.inDatabase { db in
                try Int.fetchOne(db, sql: "PRAGMA wal_checkpoint(TRUNCATE)") ?? 1
            }
            guard left == 0 else {
                throw StoreError.sqlite(code: 5, message: "the write-ahead log is in use")
            }
            try copy(queue.path, path)
        }
    }

    /// Moves the write-ahead log into the database and lets go of the file. Nothing may follow.
    package func close() throws {
        try translating {
            try queue.inDatabase { _ = try $0.checkpoint(.passive) }
            try queue.close()
        }
    }

    /// Moves the write-ahead log into the database and empties it: its file's size tells when the next
    /// one is due. The engine's thread calls it after about 4,000 frames.
    package func checkpoint() throws {
        try translating { try queue.inDatabase { _ = try $0.checkpoint(.truncate) } }
    }
}

/// What the store refuses.
package enum StoreError: Error, Equatable {
    case newer(found: Int, known: Int)
    case pragma(String, actual: String)
    case sqlite(code: Int32, message: String)
    /// A run does not follow the head that is held: it was applied already, or has a gap.
    case notNext(held: UInt64)
    /// A row of ours cannot be read: the file is damaged.
    case damaged(String)
}
