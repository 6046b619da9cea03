import GRDB
package import Replica

/// What stands against money, document by document.
extension Store {
    package struct PostedSum: Hashable, Sendable {
        package let account: Account
        package let scope: Scope
        /// Minor units of the book's own currency; of others what they are carried at.
        package let amount: Int128
        /// Nothing moved: it is carried at something else.
        package let isValuation: Bool
    }

    /// Hands over what each document of a span that touches money posted, by account: all its parts of a day together, those
    /// in other scopes as well. Day by day, in no order within one.
    ///
    /// Memory: a day's documents. Cost: the postings of money, summed by document and account.
    package func moneyDocuments(
        of currency: CurrencyCode, from: Day, to: Day, _ body: ([PostedSum]) throws -> Void
    ) throws {
        let days = try days(from: from, to: to)
        try access { db in
            let own = try Int64.fetchOne(
                db.cachedStatement(sql: "SELECT id FROM name WHERE name = ?"),
                arguments: [currency.text])
            var month: (number: Int32, accounts: String)?
            var (accounts, scopes) = ([Int64: Account](), [Int64: (author: String, scope: Scope)]())
            for day in days {
                if month?.number != day.month {
                    month = (day.month, try moved(db, month: day.month))
                }
                let rows = try Row.fetchCursor(
                    db.cachedStatement(
                        // In the order of the table's key: nothing is sorted, and goods are not read.
                        sql: """
                            SELECT p.account, p.log,
                                sum(CASE p.commodity WHEN ?1 THEN p.amount ELSE coalesce(p.base, 0) END >> 32),
                                sum(CASE p.commodity WHEN ?1 THEN p.amount ELSE coalesce(p.base, 0) END
                                    & 4294967295),
                                (SELECT d.number FROM document d
                                    WHERE d.log = p.log AND d.seq = p.seq AND d.op = p.op), p.seq, p.op,
                                max(p.amount <> 0)
                            FROM posting p
                            WHERE p.day = ?2 AND p.account IN (SELECT value FROM json_each(?3))
                            GROUP BY p.day, p.account, p.commodity, p.log, p.seq, p.op
                            """),
                    arguments: [own, day.number, month?.accounts])
                var documents: [String: [PostedSum]] = [:]
                var withMoney: Set<String> = []
                while let row = try rows.next() {
                    guard let account = try account(row.at(0), &accounts, db),
                        let log = try writer(row.at(1), &scopes, db)
                    else { continue }
                    let number: String? = try row.at(4)
                    // Two authors that use one number have two documents.
                    let key = try log.author + " " + (number ?? place(row))
                    documents[key, default: []].append(
                        PostedSum(
                            account: account, scope: log.scope,
                            amount: try Int128(row: row, halvesAt: 2),
                            isValuation: try row.at(7) as Int64 == 0))
                    if account.root == .tender || account.root == .bank { withMoney.insert(key) }
                }
                for key in withMoney { try body(documents[key] ?? []) }
            }
        }
    }

    /// The accounts on which money moved in a month: their ids, as JSON.
    private func moved(_ db: Database, month: Int32) throws -> String {
        let ids = try Int64.fetchAll(
            db.cachedStatement(
                sql: """
                    SELECT account FROM account_month WHERE month = ?1
                    UNION SELECT account FROM value_month WHERE month = ?1
                    """),
            arguments: [month])
        return "[" + ids.map { String($0) }.joined(separator: ",") + "]"
    }

    /// Of an op without a number.
    private func place(_ row: Row) throws -> String {
        "\(try row.at(1) as Int64) \(try row.at(5) as Int64) \(try row.at(6) as Int64)"
    }

    private func account(
        _ id: Int64, _ known: inout [Int64: Account], _ db: Database
    ) throws -> Account? {
        if let account = known[id] { return account }
        let name = try String.fetchOne(
            db.cachedStatement(sql: "SELECT name FROM name WHERE id = ?"), arguments: [id])
        known[id] = name.flatMap { Account($0) }
        return known[id]
    }

    private func writer(
        _ id: Int64, _ known: inout [Int64: (author: String, scope: Scope)], _ db: Database
    ) throws -> (author: String, scope: Scope)? {
        if let log = known[id] { return log }
        let row = try Row.fetchOne(
            db.cachedStatement(sql: "SELECT hex(author), scope FROM log WHERE id = ?"),
            arguments: [id])
        guard let row, let scope = Scope(try row.at(1) as String) else { return nil }
        known[id] = (try row.at(0), scope)
        return known[id]
    }
}
