import Foundation
import Replica
import Sodium
import Store

/// Verifies, decrypts, decodes, projects and syncs the runs of one log: the work of a catch-up without
/// sockets, on one core.
struct StoreCatchUp {
    static let batch = 5_000

    let sales: Int
    let folder: URL

    func measure() throws -> [(String, Double)] {
        let source = try SalesLog(sales: sales, batch: Self.batch)
        var rounds: [(catchUp: Double, prepare: Double, floor: Double)] = []
        var rows = 0
        for round in 0..<3 {
            let path = folder.appending(path: "book\(round).db").path
            let (catchUp, prepare) = try catchUp(source, path: path)
            let plain = folder.appending(path: "plain\(round).db").path
            let floor = try PlainInserts(of: path, into: plain)
            let span = try floor.insert(transactions: source.runs.count)
            rows = floor.rows
            rounds.append((catchUp, prepare, span))
            for path in [path, plain] { try? FileManager.default.removeItem(atPath: path) }
        }
        let catchUp = median(rounds.map(\.catchUp))
        return [
            ("storeRows", Double(rows)),
            ("bytesOverPayloadPerEntry", source.overheadBytes),
            ("storeCatchUpSalesPerSecond", Double(sales) / catchUp),
            ("prepareShareOfStoreCatchUp", median(rounds.map { $0.prepare / $0.catchUp })),
            ("storeCatchUpAgainstPlainInserts", median(rounds.map { $0.floor / $0.catchUp })),
        ]
    }

    private func catchUp(
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
}
