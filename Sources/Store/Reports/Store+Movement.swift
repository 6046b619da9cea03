import Books
import GRDB
package import Replica

/// What came onto shelves and left them.
extension Store {
    package struct ShelfItem: Hashable, Comparable, Sendable {
        package let branch: String
        package let item: String
        package let location: String

        package init(branch: String, item: String, location: String) {
            self.branch = branch
            self.item = item
            self.location = location
        }

        package static func < (a: Self, b: Self) -> Bool {
            (a.branch, a.item, a.location) < (b.branch, b.item, b.location)
        }
    }

    /// What documents of one kind did on one shelf.
    package struct MovementRow: Hashable, Sendable {
        package let shelf: ShelfItem
        /// The day, or the first of the month, or the first day asked for.
        package let day: Day
        /// Of a reversal, that of what it reverses.
        package let kind: DocumentKind
        package let amount: Int128
    }

    /// How a span of days is cut.
    package enum Cut: String, Sendable {
        case whole, month, day
    }

    /// The shelves of a branch, or of all, by the ids of their accounts.
    private func shelves(
        _ db: Database, _ branch: BranchCode?
    ) throws -> [Int64: (branch: String, location: String)] {
        let rows = try Row.fetchAll(
            db.cachedStatement(sql: "SELECT id, name FROM name WHERE name >= ? AND name < ?"),
            arguments: [
                branch.map { "stock/\($0)/" } ?? "stock/",
                branch.map { "stock/\($0)0" } ?? "stock0",
            ])
        var shelves: [Int64: (branch: String, location: String)] = [:]
        for row in rows {
            let parts = (try row.at(1) as String).split(separator: "/")
            guard parts.count >= 3 else { continue }
            shelves[try row.at(0)] = (String(parts[1]), String(parts[2]))
        }
        return shelves
    }

    /// What stood on the shelves at the end of the day before. Cost: a row for every month in which an item
    /// moved, and the postings of one month.
    package func openings(
        branch: BranchCode?, item: ItemCode?, before day: Day
    ) throws -> [ShelfItem: Int128] {
        try access { db in
            let shelves = try shelves(db, branch)
            guard !shelves.isEmpty else { return [:] }
            let only = try item.flatMap { try itemID(db, $0) }
            guard item == nil || only != nil else { return [:] }
            var sums: [ShelfItem: Int128] = [:]
            func add(_ account: Int64, _ item: String, _ amount: Int128) {
                guard let shelf = shelves[account] else { return }
                let key = ShelfItem(
                    branch: shelf.branch, item: String(item.dropFirst()), location: shelf.location)
                sums[key, default: 0] += amount
            }
            for account in shelves.keys.sorted() {
                let rows = try Row.fetchCursor(
                    db.cachedStatement(
                        sql: """
                            SELECT m.account, n.name, m.amount, m.amount_high FROM shelf_month m
                            JOIN name n ON n.id = m.item
                            WHERE m.account = ? AND m.month < ? AND (? IS NULL OR m.item = ?)
                            """),
                    arguments: [account, day.month, only, only])
                while let row = try rows.next() {
                    add(try row.at(0), try row.at(1), try Int128(row: row))
                }
            }
            let first = day.firstOfMonth
            if first < day {
                try eachSum(
                    db, shelves.keys.sorted(), only,
                    from: first, to: Day(number: day.number - 1), byDay: false
                ) { row in add(row.account, row.item, row.amount) }
            }
            return sums.filter { $0.value != 0 }
        }
    }

    /// Moves by shelf, item, span and kind of document, in that order. Cost: the postings to the shelves on
    /// those days.
    package func movements(
        branch: BranchCode?, item: ItemCode?, from: Day, to: Day, by cut: Cut
    ) throws -> [MovementRow] {
        struct Key: Hashable {
            let shelf: ShelfItem
            let day: Day
            let kind: DocumentKind
        }
        return try access { db in
            let shelves = try shelves(db, branch)
            guard !shelves.isEmpty else { return [] }
            let only = try item.flatMap { try itemID(db, $0) }
            guard item == nil || only != nil else { return [] }
            var sums: [Key: Int128] = [:]
            try eachSum(
                db, shelves.keys.sorted(), only, from: from, to: to, byDay: cut != .whole
            ) { row in
                guard let shelf = shelves[row.account] else { return }
                let day: Day =
                    switch cut {
                    case .whole: from
                    case .month: max(row.day.firstOfMonth, from)
                    case .day: row.day
                    }
                let key = Key(
                    shelf: ShelfItem(
                        branch: shelf.branch, item: String(row.item.dropFirst()),
                        location: shelf.location), day: day, kind: row.kind)
                sums[key, default: 0] += row.amount
            }
            return sums.filter { $0.value != 0 }.map {
                MovementRow(
                    shelf: $0.key.shelf, day: $0.key.day, kind: $0.key.kind, amount: $0.value)
            }.sorted {
                ($0.shelf, $0.day, $0.kind.rawValue) < ($1.shelf, $1.day, $1.kind.rawValue)
            }
        }
    }

    private struct SumRow {
        let account: Int64
        let item: String
        let day: Day
        let kind: DocumentKind
        let amount: Int128
    }

    /// Summed by SQLite in two halves: neither can overflow.
    private func eachSum(
        _ db: Database, _ accounts: [Int64], _ item: Int64?, from: Day, to: Day, byDay: Bool,
        _ body: (SumRow) throws -> Void
    ) throws {
        let marks = accounts.map { _ in "?" }.joined(separator: ",")
        let day = byDay ? ", b.day" : ""
        let rows = try Row.fetchCursor(
            db.cachedStatement(
                sql: """
                    SELECT p.account, n.name, max(b.day), d.kind,
                        CASE WHEN d.relation IN (?, ?)
                            THEN substr(d.target, instr(d.target, '-') + 1, 1) END AS about,
                        sum(p.amount >> 32), sum(p.amount & 4294967295)
                    FROM book_day b
                    CROSS JOIN posting p ON p.day = b.day AND p.account IN (\(marks))
                    JOIN name n ON n.id = p.commodity
                    JOIN document d ON d.log = p.log AND d.seq = p.seq AND d.op = p.op
                    WHERE b.day >= ? AND b.day <= ? AND (? IS NULL OR p.commodity = ?)
                    GROUP BY p.account, p.commodity, d.kind, about\(day)
                    """),
            arguments: StatementArguments([
                Int64(DocumentLink.Relation.reverses.rawValue),
                Int64(DocumentLink.Relation.adjusts.rawValue),
            ]) + StatementArguments(accounts)
                + StatementArguments([from.number, to.number])
                + StatementArguments([item, item]))
        while let row = try rows.next() {
            let own = DocumentKind(rawValue: try row.at(3)) ?? .statement
            let about = (try row.at(4) as String?).flatMap { DocumentKind(letter: $0) }
            try body(
                SumRow(
                    account: try row.at(0), item: try row.at(1),
                    day: Day(number: try row.at(2)),
                    kind: [.reversal, .statement].contains(own) ? about ?? own : own,
                    amount: try Int128(row: row, halvesAt: 5)))
        }
    }

    private func itemID(_ db: Database, _ item: ItemCode) throws -> Int64? {
        try Int64.fetchOne(
            db.cachedStatement(sql: "SELECT id FROM name WHERE name = ?"),
            arguments: [Commodity.item(item).name])
    }

    /// One move of an item on a branch's shelves.
    package struct CardRow: Sendable {
        package let document: DocumentHeader
        package let location: String
        package let amount: Int128
    }

    /// What an item did at a branch, in the order of the days and of the time of writing. Cost: its postings
    /// on those days.
    package func card(
        branch: BranchCode, item: ItemCode, from: Day, to: Day, limit: Int
    ) throws -> [CardRow] {
        try access { db in
            let shelves = try shelves(db, branch)
            guard let id = try itemID(db, item), !shelves.isEmpty else { return [] }
            let marks = shelves.map { _ in "?" }.joined(separator: ",")
            let rows = try Row.fetchCursor(
                db.cachedStatement(
                    sql: """
                        SELECT p.account, sum(p.amount >> 32), sum(p.amount & 4294967295), d.*
                        FROM book_day b
                        CROSS JOIN posting p ON p.day = b.day AND p.account IN (\(marks))
                            AND p.commodity = ?
                        JOIN document d ON d.log = p.log AND d.seq = p.seq AND d.op = p.op
                        JOIN log l ON l.id = p.log
                        WHERE b.day >= ? AND b.day <= ?
                        GROUP BY b.day, d.time, l.author, p.log, p.seq, p.op, p.account
                        ORDER BY b.day, d.time, l.author, p.seq, p.op, p.account LIMIT ?
                        """),
                arguments: StatementArguments(shelves.keys.sorted())
                    + StatementArguments([
                        id, Int64(from.number), Int64(to.number), Int64(limit),
                    ]))
            var card: [CardRow] = []
            while let row = try rows.next() {
                let amount = try Int128(row: row, halvesAt: 1)
                card.append(
                    CardRow(
                        document: try DocumentHeader(row: row),
                        location: shelves[try row.at(0)]?.location ?? "", amount: amount))
            }
            return card
        }
    }
}
