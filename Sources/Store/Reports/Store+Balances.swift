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

    /// Cost: a row for each account, item and day up to it.
    private func goods(
        _ db: Database, of item: ItemCode?, upTo day: Day
    ) throws -> [BalanceRow] {
        let only = try item.map { try itemID(db, $0) ?? -1 }
        struct Key: Hashable {
            let scope: String
            let account: Int64
            let commodity: Int64
        }
        var sums: [Key: Int128] = [:]
        let days = try BalanceDays(db)
        for day in try bookDays(db, from: Day(number: .min), to: day) {
            try days.each(BalanceDays.goods, on: day) { row in
                guard only == nil || row.commodity == only else { return }
                let key = Key(
                    scope: row.scope, account: row.account, commodity: row.commodity)
                sums[key, default: 0] += row.debit + row.credit
            }
        }
        sums = sums.filter { $0.value != 0 }
        let names = try names(db, Set(sums.keys.flatMap { [$0.account, $0.commodity] }))
        return sums.map { key, amount in
            BalanceRow(
                scope: key.scope, account: names[key.account] ?? "",
                commodity: names[key.commodity] ?? "", amount: amount)
        }.sorted { ($0.commodity, $0.account, $0.scope) < ($1.commodity, $1.account, $1.scope) }
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
