package import Books
import GRDB
package import Replica
import Sodium

import struct Foundation.Data

/// Periods that are closed, and what came too late for them.
extension Store {
    /// All closes of a branch, those that were reopened as well, by the day up to which they are.
    package func closes(of branch: BranchCode) throws -> [PeriodClose] {
        if let known = memory.closes { return known[branch] ?? [] }
        return try access { try closes($0, of: branch) }
    }

    /// The same within an access.
    func closes(_ db: Database, of branch: BranchCode) throws -> [PeriodClose] {
        if let known = memory.closes { return known[branch] ?? [] }
        let all = try Self.closes(db)
        memory.closes = all
        return all[branch] ?? []
    }

    /// Branches that ever closed.
    func closedBranches(_ db: Database) throws -> [BranchCode] {
        let all = try memory.closes ?? Self.closes(db)
        memory.closes = all
        return all.keys.sorted()
    }

    private static func closes(_ db: Database) throws -> [BranchCode: [PeriodClose]] {
        let entities = try String.fetchAll(
            db.cachedStatement(
                sql: "SELECT DISTINCT entity FROM event WHERE entity >= ? AND entity < ?"),
            arguments: [PeriodClose.prefix, PeriodClose.prefix.dropLast() + "0"])
        var found: [BranchCode: [PeriodClose]] = [:]
        let seals = try seals(db).filter(\.holds)
        // By the day of the first seal of each.
        var sealed: [DocumentNumber: Day] = [:]
        for seal in seals {
            for number in seal.closes { sealed[number] = min(sealed[number] ?? seal.day, seal.day) }
        }
        for entity in entities {
            guard let number = PeriodClose.number(ofEntity: entity),
                let close = PeriodClose(number, try events(db, of: entity))
            else { continue }
            found[number.series.branch, default: []].append(
                sealed[number] == nil ? close : close.sealed())
        }
        for seal in seals {
            for closing in seal.closings {
                guard let close = PeriodClose(closing, through: seal.day) else { continue }
                let own = found[closing.branch] ?? []
                let places = own.isEmpty ? [:] : try places(db, of: own)
                found[closing.branch] =
                    own.map { one in
                        // What was sealed before stays as it is.
                        guard one.closing == nil, one.through <= seal.day,
                            sealed[one.number].map({ $0 >= seal.day }) ?? true,
                            let place = places[one.number], !close.covers(place.log, place.seq)
                        else { return one }
                        return one.beside()
                    } + [close]
            }
        }
        return found.mapValues { closes in
            let sealed = closes.filter(\.isSealed).through
            return closes.map { close in
                guard !close.isSealed, let sealed, close.through <= sealed else { return close }
                return close.beside()
            }.sorted { ($0.through, $0.number) < ($1.through, $1.number) }
        }
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
                    scope.closing(author: NodeID(author), roster) == branch
                else { continue }
                heads[LogID(id)] = natural(try row.at(2))
            }
            return heads
        }
    }

    /// Where closes stand in the logs.
    package func places(
        of closes: [PeriodClose]
    ) throws -> [DocumentNumber: (log: LogID, seq: UInt64)] {
        try access { try Self.places($0, of: closes) }
    }

    private static func places(
        _ db: Database, of closes: [PeriodClose]
    ) throws -> [DocumentNumber: (log: LogID, seq: UInt64)] {
        var found: [DocumentNumber: (log: LogID, seq: UInt64)] = [:]
        for close in closes where close.closing == nil {
            let row = try Row.fetchOne(
                db.cachedStatement(
                    sql: """
                        SELECT l.log_id, e.seq FROM event e JOIN log l ON l.id = e.log
                        WHERE e.entity = ? AND e.kind = ? ORDER BY e.time, e.seq LIMIT 1
                        """),
                arguments: [PeriodClose.entity(close.number), PeriodClose.Event.closed])
            guard let row, let id = Digest(try row.at(0) as Data) else { continue }
            found[close.number] = (LogID(id), natural(try row.at(1)))
        }
        return found
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
