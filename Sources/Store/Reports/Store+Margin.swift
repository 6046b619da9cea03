import Books
import GRDB
package import Replica

/// What was sold, for how much, and what it cost.
extension Store {
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

        mutating func leaveOutUncosted() {
            if uncosted != 0 { leftOut = (revenue - cost, revenue) }
        }
    }

    /// What is asked of one branch's sales. What holds units of unknown cost is left out of the profit by item, day, and
    /// hour and customer where these are asked for.
    package struct SoldQuery: Sendable {
        package let branch: BranchCode
        package let from: Day
        package let to: Day
        package var item: ItemCode?
        package var byItem = false
        package var cut = Cut.whole
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

    /// Sales less returns by what is asked for, day by day; what holds units of unknown cost is no part of the profit. Pools are
    /// to be folded before. Cost: a row for each day, and item, hour or customer; where more of these are asked for at once a row
    /// for each line of a sale; of one item, and on days that are not kept, the postings of the days to the branch's sales and
    /// customers, and a cost row for each.
    package func sold(_ query: SoldQuery) throws -> SoldTable {
        try access { db in
            var table = SoldTable()
            let only = try query.item.map { code in
                try Int64.fetchOne(
                    db.cachedStatement(sql: "SELECT id FROM name WHERE name = ?"),
                    arguments: [Commodity.item(code).name]) ?? -1
            }
            let kept = try KeptDays(db)
            for day in try bookDays(db, from: query.from, to: query.to) {
                let begins: Day =
                    switch query.cut {
                    case .whole: query.from
                    case .month: max(Day(number: day).firstOfMonth, query.from)
                    case .day: Day(number: day)
                    }
                func add(_ told: SoldTold, _ row: SoldRow) {
                    guard only == nil || told.item == only else { return }
                    let key = SoldTable.Key(
                        item: table.item(query.byItem ? told.item : nil),
                        customer: table.customer(told.customer), day: begins.number,
                        hour: Int8(truncatingIfNeeded: told.hour ?? -1))
                    table.append(key, row)
                }
                guard let telling = query.telling else {
                    for (told, row) in try sold(db, query, on: day) { add(told, row) }
                    continue
                }
                let bytes = try kept.answer(query.question(telling), on: day) {
                    try sold(db, query, telling, on: day)
                }
                if telling == .line {
                    try SoldTold.addLines(bytes, query, begins.number, to: &table)
                } else {
                    try SoldTold.read(bytes, telling, add)
                }
            }
            try table.learnItems(db, self)
            return table
        }
    }

    /// What a day's sales sum to, as it is kept.
    func sold(
        _ db: Database, _ query: SoldQuery, _ telling: SoldTelling, on day: Int32
    ) throws -> [UInt8] {
        var whole = query
        whole.item = nil
        guard telling != .line else {
            whole.byItem = true
            whole.byHour = true
            whole.byCustomer = true
            return SoldTold.lines(try soldLines(db, whole, on: day))
        }
        var sums: [SoldTold: SoldRow] = [:]
        for (told, row) in try sold(db, whole, on: day) {
            let key =
                telling == .item
                ? told : SoldTold(item: nil, hour: told.hour, customer: told.customer)
            sums[key, default: SoldRow()].add(row)
        }
        return SoldTold.bytes(sums, telling)
    }

    /// By item and what is asked for, without what is no part of the profit: from the postings of one day.
    private func sold(
        _ db: Database, _ query: SoldQuery, on day: Int32
    ) throws -> [SoldTold: SoldRow] {
        var rows = try soldLines(db, query, on: day)
        for key in rows.keys { rows[key]?.leaveOutUncosted() }
        return rows
    }

    /// The same, and nothing is left out yet.
    private func soldLines(
        _ db: Database, _ query: SoldQuery, on day: Int32
    ) throws -> [SoldTold: SoldRow] {
        var rows: [SoldTold: SoldRow] = [:]
        // Revenue and goods of a document are of one day: it is looked up once.
        var documents = SoldDocuments(query)
        try eachRevenue(db, query, day, &documents) { rows[$0, default: SoldRow()].revenue += $1 }
        try eachCost(db, query, day, on: .simple(.customer, query.branch), &documents) {
            rows[$0, default: SoldRow()].add($1)
        }
        if query.withWriteOffs {
            try eachCost(db, query, day, on: .simple(.shrinkage, query.branch), &documents) {
                rows[$0, default: SoldRow()].add($1)
            }
        }
        return rows
    }

    /// Of documents of one day, what is asked for: a look for each posting costs most.
    fileprivate struct SoldDocuments {
        struct Place: Hashable {
            let log: Int64
            let seq: Int64
            let op: Int64

            /// Of one day nearly all differ by it.
            func hash(into hasher: inout Hasher) { hasher.combine(seq) }
        }

        struct Facts {
            let hour: Int?
            let customer: String?
        }

        private let query: SoldQuery
        private var known: [Place: Facts] = [:]

        init(_ query: SoldQuery) { self.query = query }

        mutating func facts(_ db: Database, _ place: Place) throws -> Facts {
            guard query.byHour || query.byCustomer else { return Facts(hour: nil, customer: nil) }
            if let facts = known[place] { return facts }
            let row = try Row.fetchOne(
                db.cachedStatement(
                    sql: "SELECT time, party FROM document WHERE log = ? AND seq = ? AND op = ?"),
                arguments: [place.log, place.seq, place.op])
            guard let row else { return Facts(hour: nil, customer: nil) }
            return learn(
                place, time: try row.at(0), party: query.byCustomer ? try row.at(1) : nil)
        }

        mutating func learn(_ place: Place, time: Int64, party: String?) -> Facts {
            let facts = Facts(hour: query.byHour ? hour(natural(time)) : nil, customer: party)
            known[place] = facts
            return facts
        }

        /// Of the day, by the wall clock.
        private func hour(_ time: UInt64) -> Int {
            let milliseconds =
                Int64(time >> 16) + query.utcOffsetMinutes * 60_000
            return Int((milliseconds / 3_600_000) % 24)
        }
    }

    private func item(_ query: SoldQuery) -> String? {
        query.item.map { Commodity.item($0).name }
    }

    // Rows are summed here and not by SQLite, which would sort all of them first.

    private func eachRevenue(
        _ db: Database, _ query: SoldQuery, _ day: Int32, _ documents: inout SoldDocuments,
        _ body: (SoldTold, Int128) -> Void
    ) throws {
        let asks = query.byHour || query.byCustomer
        let rows = try HotRead(
            db,
            """
            SELECT p.item, p.amount \(asks ? ", p.log, p.seq, p.op, d.time, d.party" : "")
            FROM posting p
            \(asks ? "JOIN document d ON d.log = p.log AND d.seq = p.seq AND d.op = p.op" : "")
            WHERE p.day = ? AND p.account = (SELECT id FROM name WHERE name = ?)
                AND (? IS NULL OR p.item = (SELECT id FROM name WHERE name = ?))
            """,
            arguments: [
                day, Account.simple(.sales, query.branch).name, item(query), item(query),
            ])
        while try rows.next() {
            var facts = SoldDocuments.Facts(hour: nil, customer: nil)
            if asks {
                facts = documents.learn(
                    try SoldDocuments.Place(rows, at: 2), time: try rows.integer(5),
                    party: query.byCustomer ? try rows.text(6) : nil)
            }
            body(
                SoldTold(
                    item: try rows.optional(0), hour: facts.hour, customer: facts.customer),
                -Int128(try rows.integer(1)))
        }
    }

    /// Of goods that went to an account, with what the fold says they cost: once for all postings of an op.
    private func eachCost(
        _ db: Database, _ query: SoldQuery, _ day: Int32, on account: Account,
        _ documents: inout SoldDocuments, _ body: (SoldTold, SoldRow) -> Void
    ) throws {
        let isWriteOff = account.root == .shrinkage
        let rows = try HotRead(
            db,
            """
            SELECT p.log, p.seq, p.op, p.commodity, p.amount, c.cost, c.uncosted
            FROM posting p
            \(isWriteOff
                ? "JOIN document d ON d.log = p.log AND d.seq = p.seq AND d.op = p.op" : "")
            LEFT JOIN cost c ON c.branch = ? AND c.item = p.commodity AND c.log = p.log
                AND c.seq = p.seq AND c.op = p.op
            WHERE p.day = ? AND p.account = (SELECT id FROM name WHERE name = ?)
                AND (? IS NULL OR p.commodity = (SELECT id FROM name WHERE name = ?))
                AND \(isWriteOff ? "d.kind = \(DocumentKind.writeOff.rawValue)" : "1")
            ORDER BY p.commodity, p.log, p.seq, p.op, p.place
            """,
            arguments: [
                query.branch.text, day, account.name, item(query), item(query),
            ])
        var last: (commodity: Int64, place: SoldDocuments.Place)?
        while try rows.next() {
            let place = try SoldDocuments.Place(rows, at: 0)
            let commodity = try rows.integer(3)
            var sold = SoldRow()
            sold.quantity = Int128(try rows.integer(4))
            if last.map({ $0 != (commodity, place) }) ?? true {
                sold.cost = Int128(try rows.optional(5) ?? 0)
                sold.uncosted = Int128(try rows.optional(6) ?? 0)
            }
            last = (commodity, place)
            let facts = try documents.facts(db, place)
            body(
                SoldTold(item: commodity, hour: facts.hour, customer: facts.customer), sold)
        }
    }
}

extension Store.SoldDocuments.Place {
    fileprivate init(_ rows: HotRead, at column: Int32) throws {
        self.init(
            log: try rows.integer(column), seq: try rows.integer(column + 1),
            op: try rows.integer(column + 2))
    }
}
