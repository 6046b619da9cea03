import Books
import GRDB
package import Replica
package import Sodium

import struct Foundation.Data

/// What an auditor holds the books against: the whole of it at once, few questions.
extension Store {
    /// The heads of every log held, by scope, as the tables tell them.
    package func frontiers() throws -> [Scope: Frontier] {
        try access { db in
            let rows = try Row.fetchCursor(
                db.cachedStatement(sql: "SELECT scope, log_id, seq, hash FROM log ORDER BY scope"))
            var frontiers: [Scope: Frontier] = [:]
            var (name, scope) = ("", Scope.roster)
            while let row = try rows.next() {
                let text: String = try row.at(0)
                if text != name {
                    guard let next = Scope(text) else { throw StoreError.damaged("log") }
                    (name, scope) = (text, next)
                }
                guard let log = Digest(try row.at(1) as Data),
                    let hash = Digest(try row.at(3) as Data)
                else {
                    throw StoreError.damaged("log")
                }
                frontiers[scope, default: Frontier()].advance(
                    LogID(log), to: Head(seq: natural(try row.at(2)), hash: hash))
            }
            return frontiers
        }
    }

    /// The heads of one author's logs, as the table tells them.
    package func heads(of author: NodeID) throws -> [LogID: Head] {
        try access { db in
            let rows = try Row.fetchCursor(
                db.cachedStatement(sql: "SELECT log_id, seq, hash FROM log WHERE author = ?"),
                arguments: [Data(copying: author.key.bytes)])
            var heads: [LogID: Head] = [:]
            while let row = try rows.next() {
                guard let log = Digest(try row.at(0) as Data),
                    let hash = Digest(try row.at(2) as Data)
                else {
                    throw StoreError.damaged("log")
                }
                heads[LogID(log)] = Head(seq: natural(try row.at(1)), hash: hash)
            }
            return heads
        }
    }

    /// Is what memory says of a scope, if anything, this?
    package func remembers(_ scope: Scope, _ root: [UInt8], _ digest: Digest) -> Bool {
        let told = memory.told[scope]
        return memory.roots[scope] ?? root == root && memory.digests[scope] ?? digest == digest
            && told?.root ?? root == root
            && told.map { $0.digest == digest.prefix($0.digest.count) } ?? true
    }

    /// What is kept in memory and is not what the tables say: a scope or a list each. Empty when all
    /// is well. Cost: two rows for each scope.
    package func staleMemory() throws -> [String] {
        let kept = memory
        defer { memory = kept }
        memory = StoreMemory()
        var stale: [String] = []
        for (scope, root) in kept.roots where try self.root(of: scope) != root {
            stale.append("root of \(scope)")
        }
        for (scope, logs) in kept.logs {
            let heads = try self.logs(in: scope)
            if !heads.elementsEqual(logs, by: { $0.log == $1.log && $0.head == $1.head }) {
                stale.append("heads of \(scope)")
            }
        }
        for (scope, digest) in kept.digests where try self.digest(of: scope) != digest {
            stale.append("digest of \(scope)")
        }
        for (branch, waiting) in kept.statements
        where try statementsWaiting(branch) != waiting {
            stale.append("statements of \(branch)")
        }
        if let known = kept.dirtyPools, try someDirtyPools() != known { stale.append("pools") }
        if let known = kept.invitations, try openInvitations(at: .min).map(\.id) != known.map(\.id)
        {
            stale.append("invitations")
        }
        if let known = kept.roster, try !isOnDisk(known) { stale.append("roster acts") }
        if let known = kept.closes {
            let closes = try access { try allCloses($0) }
            for branch in Set(known.keys).union(closes.keys) where closes[branch] != known[branch] {
                stale.append("closes of \(branch)")
            }
        }
        if let known = kept.waitingSeals, try access({ try waitingSeals($0) }) != known {
            stale.append("seals that wait")
        }
        if let known = kept.holderDue, try firstDue() != known { stale.append("documents due") }
        return stale.sorted()
    }

    /// The state digest of every scope in which anything counts.
    package func digests() throws -> [Scope: Digest] {
        try access { db in
            let rows = try Row.fetchCursor(
                db.cachedStatement(sql: "SELECT scope, sum FROM digest"))
            var digests: [Scope: Digest] = [:]
            while let row = try rows.next() {
                guard let scope = Scope(try row.at(0) as String),
                    let sum = Digest(try row.at(1) as Data)
                else {
                    throw StoreError.damaged("digest")
                }
                digests[scope] = sum
            }
            return digests
        }
    }

    package struct NotedDocument: Hashable, Sendable {
        package let memo: String
        package let number: String?
        package let kind: DocumentKind
        package let scope: Scope
    }

    /// Valid documents that carry a memo, in no order: one row for every op and scope.
    package func notedDocuments() throws -> [NotedDocument] {
        try access { db in
            let rows = try Row.fetchCursor(
                db,
                sql: """
                    SELECT d.memo, d.number, d.kind, l.scope FROM document d
                    JOIN log l ON l.id = d.log WHERE d.memo IS NOT NULL
                    """)
            var found: [NotedDocument] = []
            while let row = try rows.next() {
                guard let kind = DocumentKind(rawValue: try row.at(2)),
                    let scope = Scope(try row.at(3) as String)
                else { throw StoreError.damaged("document") }
                found.append(
                    NotedDocument(
                        memo: try row.at(0), number: try row.at(1), kind: kind, scope: scope))
            }
            // A stocktake may move nothing: its opening has the memo.
            for entity in try String.fetchAll(
                db,
                sql:
                    "SELECT DISTINCT entity FROM event WHERE entity >= 'count/' AND entity < 'count0'"
            ) {
                guard let number = CountSheet.number(ofEntity: entity),
                    let memo = try Store.events(db, of: entity).lazy.compactMap({
                        $0.kind == CountSheet.Kind.opened ? $0["memo"]?.text : nil
                    }).first
                else { continue }
                found.append(
                    NotedDocument(
                        memo: memo, number: number.description, kind: .count,
                        scope: .trade(number.series.branch)))
            }
            return found
        }
    }

    /// What stocktakes moved of each pool, with what was taken from them later.
    package func countMoves() throws -> [(branch: String, item: String, amount: Int64)] {
        try access { db in
            try Row.fetchAll(
                db,
                sql: """
                    SELECT m.branch, n.name, sum(m.amount) FROM count_move m
                    JOIN name n ON n.id = m.item GROUP BY m.branch, n.name ORDER BY m.branch, n.name
                    """
            ).map { row in
                (
                    try row.at(0), String((try row.at(1) as String).dropFirst()),
                    try row.at(2)
                )
            }
        }
    }

    /// Does a valid document with this number stand in the books?
    package func hasDocument(_ number: String) throws -> Bool {
        try access { db in
            try Bool.fetchOne(
                db.cachedStatement(
                    sql: """
                        SELECT EXISTS (SELECT 1 FROM document WHERE number = ?)
                            OR EXISTS (SELECT 1 FROM event WHERE entity = 'count/' || ?)
                        """),
                arguments: [number, number]) ?? false
        }
    }

    /// Balances that are not the sum of their postings: scope, account and commodity. Cost: reads
    /// every posting.
    package func balanceDifferences() throws -> [String] {
        try access { db in
            var sums: [String: Int128] = [:]
            let postings = try Row.fetchCursor(
                db,
                sql: """
                    SELECT l.scope || ' ' || p.account || ' ' || p.commodity, p.amount
                    FROM posting p JOIN log l ON l.id = p.log
                    """)
            while let row = try postings.next() {
                sums[try row.at(0), default: 0] += Int128(try row.at(1) as Int64)
            }
            let balances = try Row.fetchCursor(
                db,
                sql: """
                    SELECT scope || ' ' || account || ' ' || commodity, amount, amount_high
                    FROM balance
                    """)
            while let row = try balances.next() {
                sums[try row.at(0), default: 0] -= try Int128(row: row)
            }
            return sums.filter { $0.value != 0 }.map { "\($0.key) by \($0.value)" }.sorted()
        }
    }

    /// Documents that took a shelf below zero by their own posting, in log order: number or nil, kind, and
    /// what it is about. Cost: reads every posting to stock.
    package func overdrafts() throws -> [(
        number: String?, kind: DocumentKind, target: DocumentNumber?
    )] {
        try access { db in
            let rows = try Row.fetchCursor(
                db,
                sql: """
                    SELECT p.log, p.account, p.commodity, p.amount, d.number, d.kind, d.target
                    FROM posting p JOIN name a ON a.id = p.account
                    JOIN document d ON d.log = p.log AND d.seq = p.seq AND d.op = p.op
                    WHERE a.name >= 'stock/' AND a.name < 'stock0'
                    ORDER BY p.log, p.seq, p.op, p.place
                    """)
            var held: [[Int64]: Int128] = [:]
            var found: [(number: String?, kind: DocumentKind, target: DocumentNumber?)] = []
            while let row = try rows.next() {
                let key: [Int64] = [try row.at(0), try row.at(1), try row.at(2)]
                let amount = Int128(try row.at(3) as Int64)
                let after = held[key, default: 0] + amount
                held[key] = after
                guard amount < 0, after < 0 else { continue }
                guard let kind = DocumentKind(rawValue: try row.at(5)) else {
                    throw StoreError.damaged("document")
                }
                found.append(
                    (try row.at(4), kind, (try row.at(6) as String?).flatMap { DocumentNumber($0) })
                )
            }
            return found
        }
    }

    /// Postings to a shelf in a log of somebody who is not among `holders`, as account and author.
    package func strangersOnShelves(holders: [BranchCode: NodeID]) throws -> [String] {
        try access { db in
            let rows = try Row.fetchCursor(
                db,
                sql: """
                    SELECT DISTINCT a.name, l.author FROM posting p
                    JOIN name a ON a.id = p.account JOIN log l ON l.id = p.log
                    WHERE a.name >= 'stock/' AND a.name < 'stock0'
                    """)
            var found: [String] = []
            while let row = try rows.next() {
                let parts = (try row.at(0) as String).split(separator: "/")
                guard parts.count > 1, let branch = BranchCode(parts[1]),
                    let author = PublicKey(try row.at(1) as Data)
                else { throw StoreError.damaged("posting") }
                if holders[branch] != NodeID(author) { found.append(try row.at(0)) }
            }
            return found.sorted()
        }
    }
}
