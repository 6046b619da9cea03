import Books
import GRDB
import Replica
import Sodium

import struct Foundation.Data

/// Where a document stands in the ledger: on its own day, or after the close that did not know of it.
extension Projection {
    /// - Parameter op: the row of the log, and the place in it.
    func ledgerDay(
        _ effective: Day, of close: (number: DocumentNumber, isClose: Bool)?,
        in log: (id: LogID, name: LogName), _ op: (log: Int64, seq: UInt64, op: Int)
    ) throws -> Day {
        guard let branch = log.name.scope.closing(author: log.name.author, roster) else {
            return effective
        }
        let closes = try closesBefore?[branch] ?? store.closes(db, of: branch)
        guard !closes.isEmpty else { return effective }
        let part = try close.map { number, isClose in
            ClosePart(
                number: number, isClose: isClose, in: log.name,
                rank: isClose ? try rank(of: number, op) : 0)
        }
        return closes.ledgerDay(effective, in: log.id, op.seq, of: part)
    }

    /// How many documents of a close stand before it in its log.
    private func rank(
        of close: DocumentNumber, _ op: (log: Int64, seq: UInt64, op: Int)
    ) throws -> Int64 {
        try Int64.fetchOne(
            db.cachedStatement(
                sql: """
                    SELECT count(*) FROM document
                    WHERE number = ? AND kind = ? AND log = ? AND (seq, op) < (?, ?)
                    """),
            arguments: [
                close.description, DocumentKind.close.rawValue, op.log, integer(op.seq), op.op,
            ]) ?? 0
    }

    /// Something is about to be said of a close or a seal: at the end of the batch what stands on another day for it goes
    /// there, once for all that is said in the batch.
    mutating func noteCloses(_ event: Event, at place: Place) throws {
        guard closesBefore == nil else { return }
        if PeriodClose.number(ofEntity: event.entity) == nil {
            guard Seal.day(ofEntity: event.entity) != nil,
                try store.matters(db, event, place.tip.name.author, place.tip.id, place.seq)
            else { return }
        }
        closesBefore = try store.allCloses(db)
    }

    mutating func redateCloses() throws {
        guard let before = closesBefore else { return }
        closesBefore = nil
        (store.memory.closes, store.memory.waitingSeals) = (nil, nil)
        let now = try store.allCloses(db)
        for branch in Set(before.keys).union(now.keys).sorted() {
            let (old, new) = (before[branch] ?? [], now[branch] ?? [])
            guard old != new else { continue }
            try redate(branch, from: old, to: new)
        }
    }

    /// Other closes are known of a branch, or other ones are sealed. Cost: the documents of its logs that those which are
    /// new do not hold, and those that were late before; where one is not as it was, all documents up to its day.
    private mutating func redate(
        _ branch: BranchCode, from old: [PeriodClose], to new: [PeriodClose]
    ) throws {
        let (before, now) = (Set(old), Set(new))
        let lost = before.subtracting(now).filter { old in
            old.isSealed || !new.contains { $0.isAsItWas(old) }
        }
        let changed = before.symmetricDifference(now)
        guard let last = changed.map(\.through).max() else { return }
        try KeptDays.drop(KeptQuestion(name: FrozenDays.name, branch: branch.text), db)
        let logs = try Row.fetchAll(
            db.cachedStatement(sql: "SELECT id, log_id, author, incarnation, scope FROM log"))
        for row in logs {
            guard let id = Digest(try row.at(1) as Data), let author = PublicKey(try row.at(2)),
                let scope = Scope(try row.at(4) as String),
                scope.closing(author: NodeID(author), roster) == branch
            else { continue }
            let name = LogName(
                author: NodeID(author), incarnation: natural(try row.at(3)), scope: scope)
            let log = LogID(id)
            let known =
                lost.isEmpty ? changed.map { $0.heads[log, default: 0] }.min() ?? 0 : 0
            let documents = try Row.fetchAll(
                db.cachedStatement(
                    sql: """
                        SELECT d.seq, d.op, d.day, d.kind, d.number, d.relation, d.target, t.day
                        FROM document d LEFT JOIN late t ON t.log = d.log AND t.seq = d.seq AND t.op = d.op
                        WHERE d.log = ? AND (d.seq > ? AND d.day <= ? OR t.day IS NOT NULL)
                        """),
                arguments: [row.at(0) as Int64, integer(known), last.number])
            for document in documents {
                try redate(document, of: try row.at(0), name, log)
            }
        }
    }

    private mutating func redate(
        _ document: Row, of log: Int64, _ name: LogName, _ id: LogID
    ) throws {
        let (seq, op): (Int64, Int64) = (try document.at(0), try document.at(1))
        let effective = Day(number: try document.at(2))
        let stands = (try document.at(7) as Int32?).map { Day(number: $0) } ?? effective
        let due = try ledgerDay(
            effective,
            of: DocumentHeader.close(
                kind: DocumentKind(rawValue: try document.at(3)),
                number: try document.at(4), relation: try document.at(5),
                target: try document.at(6)),
            in: (id, name), (log, natural(seq), Int(op)))
        guard due != stands else { return }
        try move((log, seq, op), name.scope, from: stands, to: due, effective: effective)
    }

    /// Notes that an op stands on another day than its own.
    func keepLate(_ op: (log: Int64, seq: Int64, op: Int64), on day: Day) throws {
        try db.cachedStatement(sql: "INSERT OR REPLACE INTO late VALUES (?, ?, ?, ?)").execute(
            arguments: [op.log, op.seq, op.op, day.number])
    }

    private mutating func move(
        _ op: (log: Int64, seq: Int64, op: Int64), _ scope: Scope, from: Day, to: Day,
        effective: Day
    ) throws {
        let postings = try Row.fetchAll(
            db.cachedStatement(
                sql: """
                    SELECT p.account, p.commodity, p.amount, a.name, c.name, p.base FROM posting p
                    JOIN name a ON a.id = p.account JOIN name c ON c.id = p.commodity
                    WHERE p.day = ? AND p.log = ? AND p.seq = ? AND p.op = ?
                    """),
            arguments: [from.number, op.log, op.seq, op.op])
        for row in postings {
            let (account, commodity): (Int64, Int64) = (try row.at(0), try row.at(1))
            let amount = Int128(try row.at(2) as Int64)
            let isStock = Account(try row.at(3) as String)?.root == .stock
            for (day, sign) in [(from, Int128(-1)), (to, 1)] {
                if case .currency? = Commodity(try row.at(4) as String) {
                    add(
                        amount, sign, to: account, commodity, scope, month: day.month)
                    if let base = try row.at(5) as Int64? {
                        addValue(
                            Int128(base), sign, to: account, commodity, scope, month: day.month)
                    }
                } else if isStock {
                    months[
                        ShelfMonth(account: account, item: commodity, month: day.month), default: 0
                    ] += amount * sign
                }
            }
        }
        try db.cachedStatement(
            sql: "UPDATE posting SET day = ? WHERE day = ? AND log = ? AND seq = ? AND op = ?"
        ).execute(arguments: [to.number, from.number, op.log, op.seq, op.op])
        try KeptDays.drop(from.number, db)
        days.insert(to.number)
        if to == effective {
            try db.cachedStatement(sql: "DELETE FROM late WHERE log = ? AND seq = ? AND op = ?")
                .execute(arguments: [op.log, op.seq, op.op])
        } else {
            try keepLate(op, on: to)
        }
        // A day on which nothing stands any more is none.
        guard from != effective else { return }
        let isUsed = try Bool.fetchOne(
            db.cachedStatement(
                sql: """
                    SELECT EXISTS (SELECT 1 FROM posting WHERE day = ?)
                        OR EXISTS (SELECT 1 FROM document WHERE day = ?)
                    """),
            arguments: [from.number, from.number])
        guard isUsed == false else { return }
        days.remove(from.number)
        try db.cachedStatement(sql: "DELETE FROM book_day WHERE day = ?").execute(
            arguments: [from.number])
    }
}

extension DocumentHeader {
    /// The number of the close that a document is, or takes back.
    fileprivate static func close(
        kind: DocumentKind?, number: String?, relation: UInt8?, target: String?
    ) -> (number: DocumentNumber, isClose: Bool)? {
        if kind == .close { return number.flatMap { DocumentNumber($0) }.map { ($0, true) } }
        guard relation == DocumentLink.Relation.reverses.rawValue,
            let number = target.flatMap({ DocumentNumber($0) }), number.kind == .close
        else { return nil }
        return (number, false)
    }
}
