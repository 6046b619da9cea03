import GRDB
package import Replica

/// Amounts of other currencies than the book's own, and what they are carried at.
extension Store {
    /// What an account holds of another currency.
    package struct ForeignRow: Hashable, Sendable {
        package let scope: String
        package let account: String
        package let currency: CurrencyCode
        /// Minor units of that currency.
        package let amount: Int128
        /// Minor units of the book's own.
        package let value: Int128
    }

    /// Currencies that one reading of all branches looks at.
    package static let currenciesMax = 200
    /// As many as there are codes: a branch's own are all looked at.
    private static let codesMax = 26 * 26 * 26

    /// How many others than the book's own ever moved, at all branches.
    package func currencies(than own: CurrencyCode) throws -> Int {
        try access { db in
            try Int.fetchOne(
                db.cachedStatement(
                    sql: """
                        SELECT count(*) FROM name WHERE length(name) = 3 AND name <> ? AND id IN (
                            SELECT commodity FROM value_month
                            UNION SELECT commodity FROM account_month)
                        """),
                arguments: [own.text]) ?? 0
        }
    }

    /// Every account's, at the end of a day or now, by currency, account and scope; those that hold nothing and are
    /// carried at nothing are left out. Cost: as two `turnover` for each currency.
    ///
    /// With a branch of its own accounts; then others' currencies are not looked at.
    ///
    /// - Parameters:
    ///   - others: of these branches what it is due from them, and owes them, as well.
    ///   - only: nothing of any other currency: a peer may have posted in all there are.
    package func foreign(
        than own: CurrencyCode, of branch: BranchCode? = nil, among others: [BranchCode] = [],
        only: CurrencyCode? = nil, upTo day: Day?
    ) throws -> [ForeignRow] {
        try access { db in
            let scopes = branch.map { branch in
                [Scope.trade(branch).name, Scope.money(branch).name]
                    + others.compactMap { BranchPair(branch, $0) }.map {
                        Scope.betweenMoney($0).name
                    }
            }
            let isOfScope =
                scopes == nil ? "" : "WHERE scope IN (SELECT value FROM json_each(:scopes))"
            let names = try String.fetchAll(
                db.cachedStatement(
                    sql: """
                        SELECT name FROM name WHERE length(name) = 3 AND name <> :own AND id IN (
                            SELECT commodity FROM value_month \(isOfScope)
                            UNION SELECT commodity FROM account_month \(isOfScope))
                        ORDER BY name LIMIT :limit
                        """),
                arguments: scopes.map {
                    [
                        "own": own.text, "limit": Self.codesMax,
                        "scopes": "[\"" + $0.joined(separator: "\",\"") + "\"]",
                    ]
                } ?? ["own": own.text, "limit": Self.currenciesMax])
            // A day after which nothing stands is now: no postings are read for it.
            let last = try Int32.fetchOne(
                db.cachedStatement(sql: "SELECT max(day) FROM book_day"))
            let day = day.flatMap { day in last.map { $0 <= day.number } ?? true ? nil : day }
            var found: [ForeignRow] = []
            for currency in names.compactMap({ CurrencyCode($0) })
            where only.map({ $0 == currency }) ?? true {
                let id = try commodity(db, currency)
                let amounts = try turnover(db, [.amounts(id)], from: nil, to: day)
                let values = try turnover(db, [.values(id)], from: nil, to: day)
                for key in Set(amounts.keys).union(values.keys).sorted(by: {
                    ($0.account, $0.scope) < ($1.account, $1.scope)
                }) {
                    let row = ForeignRow(
                        scope: key.scope, account: key.account, currency: currency,
                        amount: amounts[key]?.net ?? 0, value: values[key]?.net ?? 0)
                    if row.amount != 0 || row.value != 0 { found.append(row) }
                }
            }
            return found
        }
    }

    /// What an account's amounts are carried at, by currency, in order. Cost: two rows a month and currency.
    package func values(of account: Account) throws -> [(currency: CurrencyCode, value: Int128)] {
        try access { db in
            var sums: [String: Int128] = [:]
            let rows = try Row.fetchCursor(
                db.cachedStatement(
                    sql: """
                        SELECT c.name, v.amount, v.amount_high FROM value_month v
                        JOIN name c ON c.id = v.commodity
                        WHERE v.scope = ? AND v.account = (SELECT id FROM name WHERE name = ?)
                        """),
                arguments: [account.home?.name, account.name])
            while let row = try rows.next() {
                sums[try row.at(0), default: 0] += try Int128(row: row)
            }
            return sums.sorted { $0.key < $1.key }.compactMap { name, sum in
                CurrencyCode(name).map { ($0, sum) }
            }
        }
    }
}
