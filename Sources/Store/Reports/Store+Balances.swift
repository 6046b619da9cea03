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

    /// Money balances of every account, as posted; derived rows are apart (`derived`).
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
            try Row.fetchAll(
                db,
                sql: """
                    SELECT b.scope, a.name, c.name, b.amount, b.amount_high FROM balance b
                    JOIN name a ON a.id = b.account JOIN name c ON c.id = b.commodity
                    WHERE c.name = ? AND (b.amount <> 0 OR b.amount_high <> 0)
                    """,
                arguments: [currency.text]
            ).map {
                BalanceRow(
                    scope: try $0.at(0), account: try $0.at(1), commodity: try $0.at(2),
                    amount: try Int128(row: $0))
            }.sorted { ($0.account, $0.scope) < ($1.account, $1.scope) }
        }
    }

    /// What the cost fold put on a branch's accounts; see `CostFold`.
    package struct DerivedRow: Hashable, Sendable {
        package let branch: String
        package var costOfSales: Int128 = 0
        package var shipped: Int128 = 0
        package var writeOff: Int128 = 0
        package var variance: Int128 = 0
        /// Units sold whose cost nobody knows, over all items.
        package var uncostedSold: Int128 = 0
    }

    /// Per branch, of pools that are folded: call `refreshCosts` before.
    package func derived(upTo day: Day?) throws -> [DerivedRow] {
        try access { db in
            var sums: [String: DerivedRow] = [:]
            if let day {
                let rows = try Row.fetchCursor(
                    db,
                    sql: """
                        SELECT branch, kind, cost, variance, uncosted FROM cost_day WHERE day <= ?
                        """,
                    arguments: [day.number])
                while let row = try rows.next() {
                    let branch: String = try row.at(0)
                    var sum = sums[branch] ?? DerivedRow(branch: branch)
                    sum.add(
                        kind: try row.at(1), cost: try row.at(2), variance: try row.at(3),
                        uncosted: try row.at(4))
                    sums[branch] = sum
                }
            } else {
                let rows = try Row.fetchCursor(
                    db,
                    sql: """
                        SELECT branch, cost_of_sales, shipped, write_off, variance, uncosted_sold
                        FROM pool
                        """)
                while let row = try rows.next() {
                    let branch: String = try row.at(0)
                    var sum = sums[branch] ?? DerivedRow(branch: branch)
                    sum.costOfSales += Int128(try row.at(1) as Int64)
                    sum.shipped += Int128(try row.at(2) as Int64)
                    sum.writeOff += Int128(try row.at(3) as Int64)
                    sum.variance += Int128(try row.at(4) as Int64)
                    sum.uncostedSold += Int128(try row.at(5) as Int64)
                    sums[branch] = sum
                }
            }
            return sums.values.sorted { $0.branch < $1.branch }
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

extension Store.DerivedRow {
    fileprivate mutating func add(kind: UInt8, cost: Int64, variance: Int64, uncosted: Int64) {
        switch DocumentKind(rawValue: kind) {
        case .sale, .customerReturn: costOfSales += Int128(cost)
        case .shipment, .repack: shipped += Int128(cost)
        case .supplierReturn: self.variance += Int128(cost)
        default: writeOff += Int128(cost)
        }
        self.variance += Int128(variance)
        uncostedSold += Int128(uncosted)
    }
}
