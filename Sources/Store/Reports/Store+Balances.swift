import GRDB
package import Replica

/// Sums that reports are made of.
extension Store {
    package struct BalanceRow: Hashable, Sendable {
        package let scope: String
        package let account: String
        package let commodity: String
        package let amount: Int128
    }

    /// Money balances of every account, as posted, with what amounts of other currencies are carried at; derived rows are
    /// apart (`derived`).
    ///
    /// - Parameter day: counts what is dated up to it; nil counts all. Cost: one row per account, or
    ///   with a day as `turnover`.
    package func balances(of currency: CurrencyCode, upTo day: Day?) throws -> [BalanceRow] {
        if let day {
            return try turnover(of: currency, to: day).filter { $0.value.net != 0 }.map {
                BalanceRow(
                    scope: $0.key.scope, account: $0.key.account, commodity: currency.text,
                    amount: $0.value.net)
            }.sorted { ($0.account, $0.scope) < ($1.account, $1.scope) }
        }
        return try access { db in
            var sums: [TurnoverKey: Int128] = [:]
            let rows = try Row.fetchCursor(
                db,
                sql: """
                    SELECT b.scope, a.name, b.amount, b.amount_high FROM balance b
                    JOIN name a ON a.id = b.account JOIN name c ON c.id = b.commodity
                    WHERE c.name = :currency
                    UNION ALL
                    SELECT v.scope, a.name, v.amount, v.amount_high FROM value_month v
                    JOIN name a ON a.id = v.account JOIN name c ON c.id = v.commodity
                    WHERE c.name <> :currency
                    """,
                arguments: ["currency": currency.text])
            while let row = try rows.next() {
                sums[TurnoverKey(scope: try row.at(0), account: try row.at(1)), default: 0] +=
                    try Int128(row: row)
            }
            return sums.filter { $0.value != 0 }.map {
                BalanceRow(
                    scope: $0.key.scope, account: $0.key.account, commodity: currency.text,
                    amount: $0.value)
            }.sorted { ($0.account, $0.scope) < ($1.account, $1.scope) }
        }
    }

    /// Balances of all accounts in items, but for those that are zero. Cost: a look at every balance.
    package func goods(of item: ItemCode?, upTo day: Day? = nil) throws -> [BalanceRow] {
        try access { db in
            if let day { return try goods(db, of: item, upTo: day) }
            return try Row.fetchAll(
                db,
                sql: """
                    SELECT b.scope, a.name, c.name, b.amount, b.amount_high FROM balance b
                    JOIN name a ON a.id = b.account JOIN name c ON c.id = b.commodity
                    WHERE c.name >= '#' AND c.name < '$' AND (? IS NULL OR c.name = ?)
                        AND (b.amount <> 0 OR b.amount_high <> 0)
                    ORDER BY c.name, a.name
                    """,
                arguments: [
                    item.map { Commodity.item($0).name }, item.map { Commodity.item($0).name },
                ]
            ).map {
                BalanceRow(
                    scope: try $0.at(0), account: try $0.at(1), commodity: try $0.at(2),
                    amount: try Int128(row: $0))
            }
        }
    }

    /// Cost: all postings up to the day.
    private func goods(
        _ db: Database, of item: ItemCode?, upTo day: Day
    ) throws -> [BalanceRow] {
        let name = item.map { Commodity.item($0).name }
        return try Row.fetchAll(
            db.cachedStatement(
                sql: """
                    SELECT l.scope, a.name, c.name, sum(p.amount >> 32), sum(p.amount & 4294967295)
                    FROM book_day b CROSS JOIN posting p ON p.day = b.day
                    JOIN log l ON l.id = p.log
                    JOIN name a ON a.id = p.account JOIN name c ON c.id = p.commodity
                    WHERE b.day <= ? AND c.name >= '#' AND c.name < '$' AND (? IS NULL OR c.name = ?)
                    GROUP BY l.scope, p.account, p.commodity ORDER BY c.name, a.name
                    """),
            arguments: [day.number, name, name]
        ).map {
            BalanceRow(
                scope: try $0.at(0), account: try $0.at(1), commodity: try $0.at(2),
                amount: try Int128(row: $0, halvesAt: 3))
        }.filter { $0.amount != 0 }
    }

    /// Balances of accounts whose name begins so, of any commodity.
    package func balances(prefix: String) throws -> [BalanceRow] {
        try access { db in
            try Row.fetchAll(
                db,
                sql: """
                    SELECT b.scope, a.name, c.name, b.amount, b.amount_high FROM balance b
                    JOIN name a ON a.id = b.account JOIN name c ON c.id = b.commodity
                    WHERE substr(a.name, 1, ?) = ? AND (b.amount <> 0 OR b.amount_high <> 0)
                    ORDER BY a.name, c.name
                    """,
                arguments: [prefix.unicodeScalars.count, prefix]
            ).map {
                BalanceRow(
                    scope: try $0.at(0), account: try $0.at(1), commodity: try $0.at(2),
                    amount: try Int128(row: $0))
            }
        }
    }
}
