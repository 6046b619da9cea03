import Books
import GRDB
import Replica
import Sodium

import struct Foundation.Data

/// Where a document stands in the ledger: on its own day, or after the close that did not know of it.
extension Projection {
    func ledgerDay(
        _ effective: Day, of close: (number: DocumentNumber, isClose: Bool)?,
        in log: (id: LogID, name: LogName), _ seq: UInt64
    ) throws -> Day {
        guard let branch = log.name.scope.closing(author: log.name.author, roster) else {
            return effective
        }
        let closes = try store.closes(db, of: branch)
        guard !closes.isEmpty else { return effective }
        // What belongs to a close is of the period that it closes: who may write it, the verdict has asked.
        if let close, closes.contains(where: { $0.closing == nil && $0.number == close.number }) {
            return closes.ledgerDay(
                effective, of: close.number, isClose: close.isClose, in: log.id, seq)
        }
        return closes.ledgerDay(effective, in: log.id, seq)
    }

    /// A close came, or was taken back: what stands on another day now goes there.
    /// Cost: the documents of the branch's logs that this close did not know of, and those that were late before: no
    /// others can stand elsewhere for it.
    mutating func redate(for number: DocumentNumber) throws {
        store.memory.closes = nil
        let close = try store.closes(db, of: number.series.branch).first {
            $0.closing == nil && $0.number == number
        }
        try redate(number.series.branch, after: close)
    }

    private mutating func redate(_ branch: BranchCode, after close: PeriodClose?) throws {
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
            let known = close?.heads[log, default: 0] ?? 0
            let documents = try Row.fetchAll(
                db.cachedStatement(
                    sql: """
                        SELECT d.seq, d.op, d.day, d.kind, d.number, d.relation, d.target, t.day
                        FROM document d LEFT JOIN late t ON t.log = d.log AND t.seq = d.seq AND t.op = d.op
                        WHERE d.log = ? AND (d.seq > ? AND d.day <= ? OR t.day IS NOT NULL)
                        """),
                arguments: [
                    row.at(0) as Int64, integer(known), close?.through.number ?? Int32.min,
                ])
            for document in documents {
                let seq: UInt64 = natural(try document.at(0))
                let effective = Day(number: try document.at(2))
                let stands = (try document.at(7) as Int32?).map { Day(number: $0) } ?? effective
                let due = try ledgerDay(
                    effective,
                    of: DocumentHeader.close(
                        kind: DocumentKind(rawValue: try document.at(3)),
                        number: try document.at(4), relation: try document.at(5),
                        target: try document.at(6)), in: (log, name), seq)
                guard due != stands else { continue }
                try move(
                    (try row.at(0), integer(seq), try document.at(1)), scope, from: stands, to: due,
                    effective: effective)
            }
        }
    }

    /// Closes were sealed: what opened them again, or closed beside them, stands after them.
    mutating func redate(forSealOf day: Day) throws {
        store.memory.closes = nil
        guard let seal = try Store.seals(db).first(where: { $0.day == day }), seal.holds else {
            return
        }
        for number in seal.closes.sorted() { try redate(for: number) }
        for closing in seal.closings {
            try redate(closing.branch, after: PeriodClose(closing, through: day))
        }
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
