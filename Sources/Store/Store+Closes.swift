package import Books
import GRDB
package import Replica
import Sodium

import struct Foundation.Data

/// Periods that are closed, and what came too late for them.
extension Store {
    /// All closes of a branch, those that were reopened as well, by the day up to which they are.
    package func closes(of branch: BranchCode) throws -> [PeriodClose] {
        try access { try closes($0, of: branch) }
    }

    /// The same within an access.
    func closes(_ db: Database, of branch: BranchCode) throws -> [PeriodClose] {
        try allCloses(db)[branch] ?? []
    }

    /// Branches that ever closed.
    func closedBranches(_ db: Database) throws -> [BranchCode] { try allCloses(db).keys.sorted() }

    func allCloses(_ db: Database) throws -> [BranchCode: [PeriodClose]] {
        if let known = memory.closes { return known }
        let said = try saidOfCloses(db)
        let words = Dictionary(said.map { ($0.number, $0.words) }) { first, _ in first }
        var found: [BranchCode: [PeriodClose]] = [:]
        for (number, words) in said {
            guard let close = PeriodClose(number, words) else { continue }
            found[number.series.branch, default: []].append(close)
        }
        for (branch, sealed) in sealedCloses(words, try seals(db)) {
            let numbers = Set(sealed.map(\.number))
            let last = sealed.map(\.through).max()
            found[branch] =
                sealed
                + (found[branch] ?? []).filter { !numbers.contains($0.number) }.map { close in
                    // Of its words those that closed something: to open it again freezes nothing.
                    let isHeld = (words[close.number] ?? []).contains { said in
                        guard let place = said.place, PeriodClose(close.number, [said]) != nil
                        else { return false }
                        return sealed.contains { $0.covers(place.log, place.seq) }
                    }
                    let close = isHeld ? close.heldBySeal() : close
                    return last.map { close.through <= $0 } ?? false ? close.beside() : close
                }
        }
        let all = found.mapValues {
            $0.sorted { ($0.through, $0.number) < ($1.through, $1.number) }
        }
        memory.closes = all
        return all
    }

    /// What the seals closed of each branch, by the seals. Each goes on where those before it ended: what it names of days
    /// that are sealed already counts for nothing, whoever said so.
    private func sealedCloses(
        _ words: [DocumentNumber: [PeriodClose.Said]], _ seals: [Seal]
    ) -> [BranchCode: [PeriodClose]] {
        var sealed: [BranchCode: [PeriodClose]] = [:]
        var layers: [BranchCode: Int] = [:]
        for seal in seals where seal.holds {
            var named: [BranchCode: [PeriodClose]] = [:]
            for one in seal.closes {
                guard
                    let close = words[one.number].flatMap({ words in
                        PeriodClose(one.number, words) { one.names($0) }
                    })
                else { continue }
                named[one.number.series.branch, default: []].append(close)
            }
            for closing in seal.closings {
                let close = PeriodClose(closing, through: seal.day)
                named[closing.branch] =
                    (named[closing.branch] ?? []).filter { $0.through <= seal.day }
                    + [close].compactMap(\.self)
            }
            for (branch, closes) in named {
                let last = sealed[branch]?.map(\.through).max()
                let layer = layers[branch, default: 0]
                let more = closes.filter { close in last.map { close.through > $0 } ?? true }
                    .map { $0.sealed(in: layer) }
                guard !more.isEmpty else { continue }
                sealed[branch, default: []] += more
                layers[branch] = layer + 1
            }
        }
        return sealed
    }

    /// What was said of each close, in the order of time. Cost: linear in it.
    private func saidOfCloses(
        _ db: Database
    ) throws -> [(number: DocumentNumber, words: [PeriodClose.Said])] {
        let rows = try Row.fetchAll(
            db.cachedStatement(
                sql: """
                    SELECT e.entity, e.kind, e.person, e.day, e.fields,
                        l.author, l.incarnation, l.log_id, e.seq
                    FROM event e JOIN log l ON l.id = e.log WHERE e.entity >= ? AND e.entity < ?
                    ORDER BY e.entity, e.time, l.author, l.incarnation, l.scope, e.seq, e.op
                    """),
            arguments: [PeriodClose.prefix, PeriodClose.prefix.dropLast() + "0"])
        var found: [(number: DocumentNumber, words: [PeriodClose.Said])] = []
        for row in rows {
            let entity: String = try row.at(0)
            guard let number = PeriodClose.number(ofEntity: entity),
                let author = PublicKey(try row.at(5) as Data),
                let log = Digest(try row.at(7) as Data)
            else { continue }
            let said = PeriodClose.Said(
                event: Event(
                    entity: entity, kind: try row.at(1), person: try row.at(2),
                    effectiveDate: Day(number: try row.at(3)),
                    fields: try Event.fields(Array(try row.at(4) as Data))),
                place: PeriodClose.Place(
                    author: NodeID(author), incarnation: natural(try row.at(6)),
                    log: LogID(log), seq: natural(try row.at(8))))
            if found.last?.number == number {
                found[found.count - 1].words.append(said)
            } else {
                found.append((number, [said]))
            }
        }
        return found
    }

    /// How far every log is held whose documents go by a branch's closes: what a close names.
    package func frontier(of branch: BranchCode, _ roster: Roster) throws -> [LogID: UInt64] {
        try access { db in
            var heads: [LogID: UInt64] = [:]
            for row in try Row.fetchAll(
                db.cachedStatement(sql: "SELECT log_id, scope, applied, author FROM log"))
            {
                guard let id = Digest(try row.at(0) as Data),
                    let scope = Scope(try row.at(1) as String),
                    let author = PublicKey(try row.at(3) as Data),
                    scope.closing(author: NodeID(author), roster) == branch,
                    // What its author may not write does not count; were it allowed later, it would be as if it came then.
                    roster.mayWrite(scope, NodeID(author))
                else { continue }
                heads[LogID(id)] = natural(try row.at(2))
            }
            return heads
        }
    }

    /// Is all here that was held when a period was closed, and what the close itself posted?
    package func holds(_ close: PeriodClose) throws -> Bool {
        guard try holds(close.heads) else { return false }
        guard let place = close.place else { return true }
        return try access { db in
            let own = [
                (Scope.trade(close.number.series.branch), close.documents.trade),
                (Scope.money(close.number.series.branch), close.documents.money),
            ]
            return try own.allSatisfy { scope, count in
                guard count > 0 else { return count == 0 }
                let held =
                    try Int64.fetchOne(
                        db.cachedStatement(
                            sql: """
                                SELECT count(*) FROM document d JOIN log l ON l.id = d.log
                                WHERE d.number = ? AND d.kind = ?
                                    AND l.author = ? AND l.incarnation = ? AND l.scope = ?
                                """),
                        arguments: [
                            close.number.description, DocumentKind.close.rawValue,
                            Data(copying: place.author.key.bytes), integer(place.incarnation),
                            scope.name,
                        ]) ?? 0
                return held >= count
            }
        }
    }

    package func holds(_ heads: [LogID: UInt64]) throws -> Bool {
        try access { db in
            try heads.allSatisfy { log, seq in
                let applied = try Int64.fetchOne(
                    db.cachedStatement(sql: "SELECT applied FROM log WHERE log_id = ?"),
                    arguments: [blob(log.digest)])
                return applied.map { natural($0) >= seq } ?? false
            }
        }
    }

    /// How many documents of a branch are here, are dated up to a day, and stand behind the heads.
    package func documents(
        of branch: BranchCode, upTo day: Day, behind heads: [LogID: UInt64], _ roster: Roster
    ) throws -> Int {
        try frontier(of: branch, roster).reduce(0) { sum, head in
            let known = heads[head.key, default: 0]
            guard known < head.value else { return sum }
            return try sum
                + access { db in
                    try Int.fetchOne(
                        db.cachedStatement(
                            sql: """
                                SELECT count(*) FROM document d JOIN log l ON l.id = d.log
                                WHERE l.log_id = ? AND d.seq > ? AND d.day <= ?
                                """),
                        arguments: [blob(head.key.digest), integer(known), day.number]) ?? 0
                }
        }
    }

    /// How many documents take each close of a branch back.
    package func reopenings(of branch: BranchCode) throws -> [(number: DocumentNumber, count: Int)]
    {
        let closes = try closes(of: branch).filter { $0.closing == nil }
        return try access { db in
            try closes.map { close in
                (
                    close.number,
                    try Int.fetchOne(
                        db.cachedStatement(
                            sql: """
                                SELECT count(DISTINCT number) FROM document
                                WHERE target = ? AND relation = ?
                                """),
                        arguments: [
                            close.number.description, DocumentLink.Relation.reverses.rawValue,
                        ]) ?? 0
                )
            }
        }
    }

    /// One document that came too late for the period that its own date is in; statements of keepers, which have no number,
    /// are left out.
    package struct LateRow: Hashable, Sendable {
        package let number: String
        package let kind: DocumentKind
        package let person: String
        package let effective: Day
        package let ledger: Day
        package let scope: String
    }

    package func lateDocuments(limit: Int) throws -> [LateRow] {
        try access { db in
            try Row.fetchAll(
                db.cachedStatement(
                    sql: """
                        SELECT DISTINCT d.number, d.kind, d.person, d.day, t.day, l.scope FROM late t
                        JOIN document d ON d.log = t.log AND d.seq = t.seq AND d.op = t.op
                        JOIN log l ON l.id = t.log WHERE d.number IS NOT NULL
                        ORDER BY t.day DESC, d.number, l.scope LIMIT ?
                        """),
                arguments: [limit]
            ).map {
                LateRow(
                    number: try $0.at(0), kind: DocumentKind(rawValue: try $0.at(1)) ?? .statement,
                    person: try $0.at(2), effective: Day(number: try $0.at(3)),
                    ledger: Day(number: try $0.at(4)), scope: try $0.at(5))
            }
        }
    }
}

extension Scope {
    /// The branch whose closes the documents of a log go by: the scope's, or between two the author's.
    func closing(author: NodeID, _ roster: Roster) -> BranchCode? {
        switch self {
        case .trade(let branch), .money(let branch): return branch
        case .between(let pair), .betweenMoney(let pair):
            guard let branch = roster.nodes[author]?.admission.branch, pair.contains(branch) else {
                return nil
            }
            return branch
        case .roster, .catalog, .board: return nil
        }
    }
}
