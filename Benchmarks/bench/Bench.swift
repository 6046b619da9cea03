import Foundation
import GRDB
import Replica
import Sodium
import Store

/// Catch-up of a new replica against plain inserts of the rows that it ends with, in one run.
///
/// The catch-up verifies, decrypts, decodes, projects and syncs; the floor inserts the same rows row
/// by row, in the order of the tables' keys, into the same tables, with as many transactions and the
/// same WAL and sync settings but foreign keys off, through GRDB's cached statements. One core
/// does each. Prints JSON.
@main
struct Bench {
    static let batch = 5_000

    static func main() throws {
        let sales = CommandLine.arguments.dropFirst().first.flatMap { Int($0) } ?? 50_000
        let folder = FileManager.default.temporaryDirectory.appending(
            path: "branchbook-bench-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let source = try SalesLog(sales: sales, batch: batch)
        var rounds: [(catchUp: Double, prepare: Double, floor: Double)] = []
        var rows = 0
        for round in 0..<3 {
            let path = folder.appending(path: "book\(round).db").path
            let (catchUp, prepare) = try catchUp(source, path: path)
            let plain = folder.appending(path: "plain\(round).db").path
            let (floor, count) = try insertPlainly(
                from: path, into: plain, batches: source.runs.count)
            rows = count
            rounds.append((catchUp, prepare, floor))
        }
        func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }
        let catchUp = median(rounds.map(\.catchUp))
        let figures: [(String, Double)] = [
            ("sales", Double(sales)), ("rows", Double(rows)),
            ("bytesOverPayloadPerEntry", source.overheadBytes),
            ("catchUpSalesPerSecond", Double(sales) / catchUp),
            ("prepareShareOfCatchUp", median(rounds.map { $0.prepare / $0.catchUp })),
            ("rateAgainstPlainInserts", median(rounds.map { $0.floor / $0.catchUp })),
        ]
        let lines = figures.map { "  \"\($0.0)\": \(String(format: "%.3f", $0.1))" }
        print("{\n\(lines.joined(separator: ",\n"))\n}")
    }

    private static func seconds(_ work: () throws -> Void) rethrows -> Double {
        let clock = ContinuousClock()
        let span = try clock.measure(work)
        return Double(span.components.seconds) + Double(span.components.attoseconds) / 1e18
    }

    private static func catchUp(
        _ source: SalesLog, path: String
    ) throws -> (whole: Double, prepare: Double) {
        let store = try Store(path: path)
        var tip = LogTip(source.name, in: source.book)
        var chapter = Chapter()
        var prepare = 0.0
        let whole = try seconds {
            for bytes in source.runs {
                var run: PreparedRun?
                prepare += try seconds {
                    run = try PreparedRun(
                        verifying: bytes, after: tip, chapter: chapter, key: { _ in source.key })
                }
                guard let run else { continue }
                try store.append([run], roster: source.roster)
                (tip, chapter) = (run.tip, run.chapter)
            }
            try store.checkpoint()
        }
        precondition(tip == source.tip, "the replica is not where the author is")
        return (whole, prepare)
    }

    /// Reads every table into memory first, so that only inserts are timed.
    private static func insertPlainly(
        from path: String, into plain: String, batches: Int
    ) throws -> (seconds: Double, rows: Int) {
        let full = try DatabaseQueue(path: path)
        let (schema, tables) = try full.read { db in
            let schema = try String.fetchAll(
                db, sql: "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND type <> 'view'")
            let names = try String.fetchAll(
                db, sql: "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY rowid")
            let tables = try names.map { name in
                (
                    name,
                    try Row.fetchAll(db, sql: "SELECT * FROM \"\(name)\"").map {
                        Array($0.databaseValues)
                    }
                )
            }
            return (schema, tables)
        }
        let queue = try DatabaseQueue(path: plain)
        try queue.inDatabase { db in
            try db.execute(sql: "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL")
            try db.execute(sql: "PRAGMA wal_autocheckpoint = 0; PRAGMA cache_size = -8000")
            try db.execute(sql: "PRAGMA foreign_keys = OFF")
            for statement in schema { try db.execute(sql: statement) }
        }
        let span = try seconds {
            for part in 0..<batches {
                try queue.inTransaction { db in
                    for (name, rows) in tables {
                        guard let width = rows.first?.count else { continue }
                        let marks = Array(repeating: "?", count: width).joined(separator: ",")
                        let insert = try db.cachedStatement(
                            sql: "INSERT INTO \"\(name)\" VALUES (\(marks))")
                        for row in rows[
                            rows.count * part / batches..<rows.count * (part + 1) / batches]
                        {
                            try insert.execute(arguments: StatementArguments(row))
                        }
                    }
                    return .commit
                }
            }
            try queue.inDatabase { _ = try $0.checkpoint(.passive) }
        }
        return (span, tables.reduce(0) { $0 + $1.1.count })
    }
}
