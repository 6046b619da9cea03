import GRDB
package import Replica
package import Sodium

import struct Foundation.Data

/// The entries that a document stands in, read from their logs again.
extension Store {
    /// An entry whose chain and signature were verified just now.
    package struct VerifiedEntry: Sendable {
        package let log: LogName
        package let entry: Entry
        /// The entry of its log whose signature vouches for it: itself, or a later one.
        package let vouchedBy: UInt64
        /// Nil where the key or the rules are missing.
        package let ops: [Result<Operation, VoidReason>]?
    }

    /// The entries that carry a part of a document, or an event of it, by scope, log and place; those of the same commits
    /// whose ops count for nothing as well, where a part is missing.
    ///
    /// - Throws: `StoreError.damaged` where a chain or a signature does not hold.
    /// Cost: each log is verified from its beginning up to the entry. Memory: a run.
    package func entries(
        of number: DocumentNumber, key: (Scope, Digest) -> ScopeKey?
    ) throws -> [VerifiedEntry] {
        try access { db in
            let places = try Row.fetchAll(
                db,
                sql: """
                    SELECT log, seq FROM document WHERE number = ?
                    UNION SELECT log, seq FROM event
                        WHERE entity IN (\(Self.subjects.map { _ in "?" }.joined(separator: ",")))
                    ORDER BY log, seq LIMIT \(Self.entriesMax)
                    """,
                arguments: StatementArguments(
                    [number.description] + Self.subjects.map { $0 + number.description }))
            var found = try verified(db, places.map { (try $0.at(0), natural(try $0.at(1))) }, key)
            found += try voided(db, beside: found, key)
            return found.sorted {
                ($0.log, $0.entry.header.seq) < ($1.log, $1.entry.header.seq)
            }
        }
    }

    private static let entriesMax = 10_000
    private static let subjects = [
        Event.countPrefix, Event.shiftPrefix, Event.orderPrefix, Event.reclaimPrefix,
        Event.refundPrefix, Event.transferPrefix, Event.closePrefix, Event.chargePrefix,
        Event.layersPrefix, Event.matchPrefix, Event.invoicePrefix, Event.debtPrefix,
        Event.clearingPrefix, Event.taskPrefix, Event.noticePrefix, Event.talkPrefix,
        Event.objectionPrefix,
    ]

    /// Entries of the same commits in which an op is void: no projection tells what document they are of.
    private func voided(
        _ db: Database, beside found: [VerifiedEntry], _ key: (Scope, Digest) -> ScopeKey?
    ) throws -> [VerifiedEntry] {
        struct Commit: Hashable {
            let author: NodeID
            let incarnation: UInt64
            let number: UInt64

            init(_ one: VerifiedEntry) {
                author = one.log.author
                incarnation = one.log.incarnation
                number = one.entry.header.commit
            }
        }
        var more: [VerifiedEntry] = []
        for (commit, parts) in Dictionary(grouping: found, by: { Commit($0) })
        where parts.count < Int(parts[0].entry.header.parts) {
            let places = try Row.fetchAll(
                db.cachedStatement(
                    sql: """
                        SELECT DISTINCT v.log, v.seq FROM void v JOIN log l ON l.id = v.log
                        WHERE l.author = ? AND l.incarnation = ? ORDER BY v.log, v.seq
                        LIMIT \(Self.entriesMax)
                        """),
                arguments: [
                    Data(copying: commit.author.key.bytes), integer(commit.incarnation),
                ])
            let known = Set(parts.map(\.entry.hash))
            more += try verified(db, places.map { (try $0.at(0), natural(try $0.at(1))) }, key)
                .filter { Commit($0) == commit && !known.contains($0.entry.hash) }
        }
        return more
    }

    /// - Parameter places: rows of logs and entries in them, in order.
    private func verified(
        _ db: Database, _ places: [(log: Int64, seq: UInt64)], _ key: (Scope, Digest) -> ScopeKey?
    ) throws -> [VerifiedEntry] {
        var found: [VerifiedEntry] = []
        for (log, wanted) in Dictionary(grouping: places, by: \.log) {
            let row = try Row.fetchOne(
                db.cachedStatement(sql: "SELECT \(LogTable.columns) FROM log WHERE id = ?"),
                arguments: [log])
            guard let row else { throw StoreError.damaged("log") }
            let held = try LogTable.tip(row).tip
            found += try verified(db, log, held, wanted.map(\.seq).sorted()[...]) {
                key(held.name.scope, $0)
            }
        }
        return found
    }

    private func verified(
        _ db: Database, _ log: Int64, _ held: LogTip, _ seqs: ArraySlice<UInt64>,
        _ key: (Digest) -> ScopeKey?
    ) throws -> [VerifiedEntry] {
        let table = LogTable(db: db)
        var (tip, chapter) = (LogTip(held.name, id: held.id), Chapter())
        var (wanted, found) = (seqs, [VerifiedEntry]())
        while let next = wanted.first {
            let voucher = try Int64.fetchOne(
                db.cachedStatement(
                    sql: "SELECT min(seq) FROM entry WHERE log = ? AND seq >= ? AND is_signed = 1"),
                arguments: [log, integer(next)]
            ).map { natural($0) }
            guard let voucher else { throw StoreError.damaged("log \(held.id): no signature") }
            // Names that an entry is read with are of its chapter: what is before it needs no key.
            let start = next - (next - 1) % UInt64(Chapter.entriesMax)
            while tip.head.seq < voucher {
                let (bytes, last) = try table.run(
                    log: log, from: tip.head.seq + 1, through: voucher, bytesMax: 256 * 1024)
                do {
                    let run = try PreparedRun(
                        verifying: bytes, after: tip, chapter: chapter, rulesLevel: rulesLevel,
                        key: { last >= start ? key($0) : nil })
                    for item in run.items where item.entry.header.seq == wanted.first {
                        wanted.removeFirst()
                        found.append(
                            VerifiedEntry(
                                log: held.name, entry: item.entry, vouchedBy: voucher,
                                ops: item.ops))
                    }
                    (tip, chapter) = (run.tip, run.chapter)
                } catch {
                    throw StoreError.damaged(
                        "log \(held.id) after entry \(tip.head.seq): \(error)")
                }
            }
        }
        return found
    }
}
