import Books
import GRDB
package import Replica

/// What was sold, for how much, and what it cost.
extension Store {
    package struct SoldKey: Hashable, Sendable {
        /// Empty for lines that name no item.
        package let item: String
        package let day: Day
        /// Of the day, by the wall clock; nil where it was not asked for.
        package let hour: Int?
        package let customer: String?
    }

    package struct SoldRow: Sendable {
        package var quantity: Int128 = 0
        package var revenue: Int128 = 0
        package var cost: Int128 = 0
        /// Units of which nobody knows the cost.
        package var uncosted: Int128 = 0
        /// Revenue less cost of sums that hold such units, and their revenue: no part of a margin.
        package var leftOut: (profit: Int128, revenue: Int128) = (0, 0)

        package var profit: Int128 { revenue - cost - leftOut.profit }
        package var revenueCosted: Int128 { revenue - leftOut.revenue }

        package init() {}

        package mutating func add(_ other: Self) {
            quantity += other.quantity
            revenue += other.revenue
            cost += other.cost
            uncosted += other.uncosted
            leftOut.profit += other.leftOut.profit
            leftOut.revenue += other.leftOut.revenue
        }

        fileprivate mutating func leaveOutUncosted() {
            if uncosted != 0 { leftOut = (revenue - cost, revenue) }
        }
    }

    /// What is asked of one branch's sales.
    package struct SoldQuery: Sendable {
        package let branch: BranchCode
        package let from: Day
        package let to: Day
        package var item: ItemCode?
        package var byHour = false
        package var byCustomer = false
        package var utcOffsetMinutes: Int64 = 0
        /// Write-offs are counted as units that cost and brought nothing.
        package var withWriteOffs = false

        package init(branch: BranchCode, from: Day, to: Day) {
            self.branch = branch
            self.from = from
            self.to = to
        }
    }

    /// Sales less returns by item, day and what else is asked for; what holds units of unknown cost is no
    /// part of the profit. Pools are to be folded before. Cost: the
    /// postings of those days to the branch's sales and customers, and a cost row for each.
    package func sold(_ query: SoldQuery) throws -> [SoldKey: SoldRow] {
        try access { db in
            var found: [SoldKey: SoldRow] = [:]
            try eachRevenue(db, query) { found[$0, default: SoldRow()].revenue += $1 }
            try eachCost(db, query, on: .simple(.customer, query.branch)) {
                found[$0, default: SoldRow()].add($1)
            }
            if query.withWriteOffs {
                try eachCost(db, query, on: .simple(.shrinkage, query.branch)) {
                    found[$0, default: SoldRow()].add($1)
                }
            }
            return found.mapValues { row in
                var row = row
                row.leaveOutUncosted()
                return row
            }
        }
    }

    /// Of a document `d`: the hour of the day, or nothing.
    private func hour(_ query: SoldQuery) -> String {
        query.byHour
            ? "(((d.time >> 16) + \(query.utcOffsetMinutes * 60_000)) / 3600000) % 24" : "NULL"
    }

    private func customer(_ query: SoldQuery) -> String { query.byCustomer ? "d.party" : "NULL" }

    /// Documents are looked at only where something of them is asked: a look for each posting costs most.
    private func documents(
        _ query: SoldQuery, of row: String, isNeeded: Bool = false
    ) -> String {
        query.byHour || query.byCustomer || isNeeded
            ? "JOIN document d ON d.log = \(row).log AND d.seq = \(row).seq AND d.op = \(row).op" : ""
    }

    private func eachRevenue(
        _ db: Database, _ query: SoldQuery, _ body: (SoldKey, Int128) -> Void
    ) throws {
        let rows = try Row.fetchCursor(
            db.cachedStatement(
                sql: """
                    SELECT n.name, b.day, \(hour(query)) AS hour, \(customer(query)) AS customer,
                        sum(p.amount >> 32), sum(p.amount & 4294967295)
                    FROM book_day b
                    CROSS JOIN posting p ON p.day = b.day
                        AND p.account = (SELECT id FROM name WHERE name = ?)
                    \(documents(query, of: "p"))
                    LEFT JOIN name n ON n.id = p.item
                    WHERE b.day >= ? AND b.day <= ? AND (? IS NULL OR n.name = ?)
                    GROUP BY p.item, b.day, hour, customer
                    """),
            arguments: [
                Account.simple(.sales, query.branch).name, query.from.number, query.to.number,
                query.item.map { Commodity.item($0).name },
                query.item.map { Commodity.item($0).name },
            ])
        while let row = try rows.next() {
            body(
                try SoldKey(row: row),
                try -Int128(row: row, halvesAt: 4))
        }
    }

    /// Of goods that went to an account, with what the fold says they cost.
    private func eachCost(
        _ db: Database, _ query: SoldQuery, on account: Account, _ body: (SoldKey, SoldRow) -> Void
    ) throws {
        let rows = try Row.fetchCursor(
            db.cachedStatement(
                sql: """
                    SELECT n.name, m.day, \(hour(query)) AS hour, \(customer(query)) AS customer,
                        sum(m.high), sum(m.low), sum(c.cost >> 32), sum(c.cost & 4294967295),
                        sum(c.uncosted >> 32), sum(c.uncosted & 4294967295)
                    FROM (SELECT p.commodity, p.log, p.seq, p.op, b.day,
                            sum(p.amount >> 32) AS high, sum(p.amount & 4294967295) AS low
                        FROM book_day b
                        CROSS JOIN posting p ON p.day = b.day
                            AND p.account = (SELECT id FROM name WHERE name = ?)
                        WHERE b.day >= ? AND b.day <= ?
                            AND (? IS NULL OR p.commodity = (SELECT id FROM name WHERE name = ?))
                        GROUP BY p.commodity, p.log, p.seq, p.op, b.day) m
                    JOIN name n ON n.id = m.commodity
                    \(documents(query, of: "m", isNeeded: account.root == .shrinkage))
                    LEFT JOIN cost c ON c.branch = ? AND c.item = m.commodity AND c.log = m.log
                        AND c.seq = m.seq AND c.op = m.op
                    WHERE \(account.root == .shrinkage ? "d.kind = \(DocumentKind.writeOff.rawValue)" : "1")
                    GROUP BY m.commodity, m.day, hour, customer
                    """),
            arguments: [
                account.name, query.from.number, query.to.number,
                query.item.map { Commodity.item($0).name },
                query.item.map { Commodity.item($0).name }, query.branch.text,
            ])
        while let row = try rows.next() {
            var sold = SoldRow()
            sold.quantity = try Int128(row: row, halvesAt: 4)
            sold.cost = try Int128(row: row, halvesAt: 6)
            sold.uncosted = try Int128(row: row, halvesAt: 8)
            body(try SoldKey(row: row), sold)
        }
    }
}

extension Store.SoldKey {
    fileprivate init(row: Row) throws {
        self.init(
            item: (try row.at(0) as String?).map { String($0.dropFirst()) } ?? "",
            day: Day(number: try row.at(1)), hour: try row.at(2), customer: try row.at(3))
    }
}
