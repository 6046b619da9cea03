import GRDB
package import Replica

/// Which accounts were ever used.
extension Store {
    private static let besideMax = 100

    /// Nil for an account that was ever posted to; of another one those of its branch and root that were, in order. Cost: a
    /// look at the account's balances; a stranger costs one at all of its scope's.
    package func used(beside account: Account) throws -> [Account]? {
        guard let home = account.home, case .branch(let branch) = account.place else { return nil }
        return try access { db in
            let isUsed = try Bool.fetchOne(
                db.cachedStatement(
                    sql: """
                        SELECT EXISTS (SELECT 1 FROM balance WHERE scope = ?
                            AND account = (SELECT id FROM name WHERE name = ?))
                        """), arguments: [home.description, account.name])
            guard isUsed != true else { return nil }
            let prefix = "\(account.root.rawValue)/\(branch)/"
            return try String.fetchAll(
                db.cachedStatement(
                    sql: """
                        SELECT DISTINCT n.name FROM name n CROSS JOIN balance b
                            ON b.scope = ? AND b.account = n.id
                        WHERE n.name >= ? AND n.name < ? ORDER BY n.name LIMIT ?
                        """),
                arguments: [
                    home.description, prefix, prefix.dropLast() + "0", Self.besideMax,
                ]
            ).compactMap { Account($0) }
        }
    }
}
