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
            var sums = SoldSums()
            try eachRevenue(db, query) { sums.rows[$0, default: SoldRow()].revenue += $1 }
            try eachCost(db, query, on: .simple(.customer, query.branch)) {
                sums.rows[$0, default: SoldRow()].add($1)
            }
            if query.withWriteOffs {
                try eachCost(db, query, on: .simple(.shrinkage, query.branch)) {
                    sums.rows[$0, default: SoldRow()].add($1)
                }
            }
            return try sums.named(db)
        }
    }

    /// By ids, as rows come: a name is looked up once for each item.
    fileprivate struct SoldSums {
        struct Key: Hashable {
            let item: Int64?
            let day: Int32
            let hour: Int?
            let customer: String?
        }

        var rows: [Key: SoldRow] = [:]

        func named(_ db: Database) throws -> [SoldKey: SoldRow] {
            var names: [Int64: String] = [:]
            var found: [SoldKey: SoldRow] = [:]
            for (key, row) in rows {
                var row = row
                row.leaveOutUncosted()
                if let item = key.item, names[item] == nil {
                    names[item] = try String.fetchOne(
                        db.cachedStatement(sql: "SELECT substr(name, 2) FROM name WHERE id = ?"),
                        arguments: [item])
                }
                let name = key.item.flatMap { names[$0] } ?? ""
                let sold = SoldKey(
                    item: name, day: Day(number: key.day), hour: key.hour, customer: key.customer)
                found[sold, default: SoldRow()].add(row)
            }
            return found
        }
    }

    /// Of a document `d`: the hour of the day, or nothing.
    private func hour(_ query: SoldQuery) -> String {
        query.byHour
            ? "(((d.time >> 16) + \(query.utcOffsetMinutes * 60_000)) / 3600000) % 24" : "NULL"
    }

    private func customer(_ query: SoldQuery) -> String { query.byCustomer ? "d.party" : "NULL" }

    /// Documents are looked at only where something of them is asked: a look for each posting costs most.
    private func documents(_ query: SoldQuery, isNeeded: Bool = false) -> String {
        query.byHour || query.byCustomer || isNeeded
            ? "JOIN document d ON d.log = p.log AND d.seq = p.seq AND d.op = p.op" : ""
    }

    private func item(_ query: SoldQuery) -> String? {
        query.item.map { Commodity.item($0).name }
    }

    // Rows are summed here and not by SQLite, which would sort all of them first.

    private func eachRevenue(
        _ db: Database, _ query: SoldQuery, _ body: (SoldSums.Key, Int128) -> Void
    ) throws {
        let rows = try Row.fetchCursor(
            db.cachedStatement(
                sql: """
                    SELECT p.item, b.day, \(hour(query)), \(customer(query)), p.amount
                    FROM book_day b
                    CROSS JOIN posting p ON p.day = b.day
                        AND p.account = (SELECT id FROM name WHERE name = ?)
                    \(documents(query))
                    WHERE b.day >= ? AND b.day <= ?
                        AND (? IS NULL OR p.item = (SELECT id FROM name WHERE name = ?))
                    """),
            arguments: [
                Account.simple(.sales, query.branch).name, query.from.number, query.to.number,
                item(query), item(query),
            ])
        while let row = try rows.next() {
            body(try SoldSums.Key(row: row), -Int128(try row.at(4) as Int64))
        }
    }

    /// Of goods that went to an account, with what the fold says they cost: once for all postings of an op.
    private func eachCost(
        _ db: Database, _ query: SoldQuery, on account: Account,
        _ body: (SoldSums.Key, SoldRow) -> Void
    ) throws {
        let isWriteOff = account.root == .shrinkage
        let rows = try Row.fetchCursor(
            db.cachedStatement(
                sql: """
                    SELECT p.commodity, b.day, \(hour(query)), \(customer(query)), p.amount,
                        p.log, p.seq, p.op, c.cost, c.uncosted
                    FROM book_day b
                    CROSS JOIN posting p ON p.day = b.day
                        AND p.account = (SELECT id FROM name WHERE name = ?)
                    \(documents(query, isNeeded: isWriteOff))
                    LEFT JOIN cost c ON c.branch = ? AND c.item = p.commodity AND c.log = p.log
                        AND c.seq = p.seq AND c.op = p.op
                    WHERE b.day >= ? AND b.day <= ?
                        AND (? IS NULL OR p.commodity = (SELECT id FROM name WHERE name = ?))
                        AND \(isWriteOff ? "d.kind = \(DocumentKind.writeOff.rawValue)" : "1")
                    ORDER BY b.day, p.commodity, p.log, p.seq, p.op, p.place
                    """),
            arguments: [
                account.name, query.branch.text, query.from.number, query.to.number, item(query),
                item(query),
            ])
        var last: (commodity: Int64, log: Int64, seq: Int64, op: Int64)?
        while let row = try rows.next() {
            let op: (Int64, Int64, Int64, Int64) = (
                try row.at(0), try row.at(5), try row.at(6), try row.at(7)
            )
            var sold = SoldRow()
            sold.quantity = Int128(try row.at(4) as Int64)
            if last.map({ $0 != op }) ?? true {
                sold.cost = Int128(try row.at(8) as Int64? ?? 0)
                sold.uncosted = Int128(try row.at(9) as Int64? ?? 0)
            }
            last = op
            body(try SoldSums.Key(row: row), sold)
        }
    }
}

extension Store.SoldSums.Key {
    fileprivate init(row: Row) throws {
        self.init(
            item: try row.at(0), day: try row.at(1), hour: try row.at(2), customer: try row.at(3))
    }
}
