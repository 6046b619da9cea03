import GRDB
package import Replica
package import Sodium

import struct Foundation.Data

/// Questions that the projections answer.
extension Store {
    /// The root of a scope's frontier.
    package func root(of scope: Scope) throws -> [UInt8] {
        if let root = memory.roots[scope] { return root }
        let heads = try logs(in: scope).map { ($0.log, $0.head) }
        let root = Frontier(Dictionary(heads, uniquingKeysWith: { first, _ in first })).root
        memory.roots[scope] = root
        return root
    }

    /// The root of a scope and the beginning of its digest, as peers compare them.
    package func told(of scope: Scope, digestBytes count: Int) throws -> (
        root: [UInt8], digest: [UInt8]
    ) {
        if let told = memory.told[scope] { return told }
        let told = (root: try root(of: scope), digest: try digest(of: scope).prefix(count))
        memory.told[scope] = told
        return told
    }

    /// The heads of every log held in a scope.
    package func frontier(of scope: Scope) throws -> Frontier {
        try access { db in
            var frontier = Frontier()
            let rows = try Row.fetchAll(
                db.cachedStatement(sql: "SELECT log_id, seq, hash FROM log WHERE scope = ?"),
                arguments: [scope.name])
            for row in rows {
                guard let log = Digest(try row.at(0) as Data),
                    let hash = Digest(try row.at(2) as Data)
                else {
                    throw StoreError.damaged("log")
                }
                frontier.advance(LogID(log), to: Head(seq: natural(try row.at(1)), hash: hash))
            }
            return frontier
        }
    }

    /// Entries of one log from `seq` on, in the form in which they travel; empty where none is held.
    package func run(of log: LogID, from seq: UInt64, bytesMax: Int) throws -> (
        bytes: [UInt8], last: UInt64
    ) {
        try access { db in
            let row = try Int64.fetchOne(
                db.cachedStatement(sql: "SELECT id FROM log WHERE log_id = ?"),
                arguments: [blob(log.digest)])
            guard let row else { return ([], seq &- 1) }
            return try LogTable(db: db).run(log: row, from: seq, bytesMax: bytesMax)
        }
    }

    /// Equal at equal frontiers, rosters and rules levels; zero where nothing counts.
    package func digest(of scope: Scope) throws -> Digest {
        if let digest = memory.digests[scope] { return digest }
        let digest = try access { db in
            let sum = try Data.fetchOne(
                db.cachedStatement(sql: "SELECT sum FROM digest WHERE scope = ?"),
                arguments: [scope.name])
            return sum.flatMap { Digest($0) } ?? .zero
        }
        memory.digests[scope] = digest
        return digest
    }

    /// Zero where nothing was posted. Wider than any amount: no history makes it wrap.
    package func balance(of account: Account, _ commodity: Commodity, in scope: Scope) throws
        -> Int128
    {
        try access { db in
            let row = try Row.fetchOne(
                db,
                sql: """
                    SELECT b.amount, b.amount_high FROM balance b
                    JOIN name a ON a.id = b.account JOIN name c ON c.id = b.commodity
                    WHERE b.scope = ? AND a.name = ? AND c.name = ?
                    """,
                arguments: [scope.name, account.name, commodity.name])
            return try row.map { try Int128(row: $0) } ?? 0
        }
    }

    /// What breaks the law that all accounts of a scope sum to zero for every commodity: a scope, a
    /// commodity and the sum. Empty when all is well.
    package func imbalances() throws -> [String] {
        try access { db in
            var sums: [String: Int128] = [:]
            let rows = try Row.fetchCursor(
                db,
                sql: """
                    SELECT b.scope || ' ' || c.name, b.amount, b.amount_high
                    FROM balance b JOIN name c ON c.id = b.commodity
                    """)
            while let row = try rows.next() {
                sums[try row.at(0), default: 0] += try Int128(row: row)
            }
            return sums.filter { $0.value != 0 }.map { "\($0.key) \($0.value)" }.sorted()
        }
    }

    /// The values of a register that show: valid and superseded by no valid write. More than one
    /// where writes were concurrent.
    package func values(entity: String, attribute: String) throws -> [Value] {
        try access { try showing($0, entity, attribute).map(\.value) }
    }
}
