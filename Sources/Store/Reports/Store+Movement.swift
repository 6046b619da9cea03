import Books
import GRDB
package import Replica
import Wire

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

    /// What documents of one kind did to an item on one shelf; ids are this store's own.
    package struct ShelfMove: Hashable, Comparable, Sendable {
        /// The shelf's account.
        package let account: Int64
        package let item: Int64
        /// Of a reversal, that of what it reverses.
        package let kind: DocumentKind
        package let amount: Int128

        package static func < (a: Self, b: Self) -> Bool {
            (a.account, a.item, a.kind.rawValue) < (b.account, b.item, b.kind.rawValue)
        }
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
            // By ids, as rows come: of a year there are ten for each item.
            var sums: [ShelfID: Int128] = [:]
            for account in shelves.keys.sorted() {
                let rows = try HotRead(
                    db,
                    """
                    SELECT item, amount, amount_high FROM shelf_month
                    WHERE account = ? AND month < ? AND (? IS NULL OR item = ?)
                    """, arguments: [account, day.month, only, only])
                while try rows.next() {
                    let low = UInt64(bitPattern: try rows.integer(1))
                    sums[ShelfID(account: account, item: try rows.integer(0)), default: 0] +=
                        Int128(try rows.integer(2)) << 64 | Int128(low)
                }
            }
            if day.firstOfMonth < day {
                for branch in Set(shelves.values.map(\.branch)).sorted() {
                    try eachMove(
                        db, branch, shelves, only, from: day.firstOfMonth,
                        to: Day(number: day.number - 1)
                    ) { _, moves in
                        for move in moves {
                            sums[ShelfID(account: move.account, item: move.item), default: 0] +=
                                move.amount
                        }
                        return true
                    }
                }
            }
            sums = sums.filter { $0.value != 0 }
            let names = try names(db, Set(sums.keys.map(\.item)))
            var named: [ShelfItem: Int128] = [:]
            named.reserveCapacity(sums.count)
            for (place, amount) in sums {
                guard let shelf = shelves[place.account], let item = names[place.item] else {
                    continue
                }
                named[
                    ShelfItem(
                        branch: shelf.branch, item: String(item.dropFirst()),
                        location: shelf.location), default: 0] += amount
            }
            return named.filter { $0.value != 0 }
        }
    }

    private struct ShelfID: Hashable {
        let account: Int64
        let item: Int64
    }

    /// Texts of interned names. Cost: a look for each.
    func names(_ db: Database, _ ids: some Collection<Int64>) throws -> [Int64: String] {
        var names: [Int64: String] = [:]
        names.reserveCapacity(ids.count)
        for id in ids {
            let rows = try HotRead(db, "SELECT name FROM name WHERE id = ?", arguments: [id])
            while try rows.next() { names[id] = try rows.text(0) }
        }
        return names
    }

    /// Branches that have shelves, in order.
    package func shelvedBranches() throws -> [String] {
        try access { Set(try shelves($0, nil).values.map(\.branch)).sorted() }
    }

    /// The places of a branch's shelves by the ids of their accounts.
    package func locations(of branch: String) throws -> [Int64: String] {
        try access { db in
            try shelves(db, BranchCode(branch)).filter { $0.value.branch == branch }
                .mapValues(\.location)
        }
    }

    /// Codes of items by their ids.
    package func itemCodes(_ ids: Set<Int64>) throws -> [Int64: String] {
        try access { try names($0, ids).mapValues { String($0.dropFirst()) } }
    }

    /// Hands over what moved on a branch's shelves, day by day, until `body` has enough; of one item or of all. Cost: a
    /// row for each shelf, item, day and kind of document, and the postings of days that are not kept.
    package func eachMove(
        branch: String, item: ItemCode?, from: Day, to: Day,
        _ body: (Day, [ShelfMove]) throws -> Bool
    ) throws {
        try access { db in
            let only = try item.flatMap { try itemID(db, $0) }
            guard item == nil || only != nil else { return }
            try eachMove(
                db, branch, try shelves(db, BranchCode(branch)), only, from: from, to: to, body)
        }
    }

    private func eachMove(
        _ db: Database, _ branch: String, _ all: [Int64: (branch: String, location: String)],
        _ item: Int64?, from: Day, to: Day, _ body: (Day, [ShelfMove]) throws -> Bool
    ) throws {
        let accounts = all.filter { $0.value.branch == branch }.keys.sorted()
        guard !accounts.isEmpty, from <= to else { return }
        let kept = try KeptDays(db)
        let question = KeptQuestion(name: Self.movesQuestion, branch: branch)
        for day in try bookDays(db, from: from, to: to) {
            let bytes = try kept.answer(question, on: day) {
                try dayMoves(db, accounts, on: day)
            }
            let moves = try ShelfMove.read(bytes, of: item)
            guard try body(Day(number: day), moves) else { return }
        }
    }

    static let movesQuestion = "moves"

    func bookDays(_ db: Database, from: Day, to: Day) throws -> [Int32] {
        try Int32.fetchAll(
            db.cachedStatement(
                sql: "SELECT day FROM book_day WHERE day >= ? AND day <= ? ORDER BY day"),
            arguments: [from.number, to.number])
    }

    /// What a day's postings to shelves sum to, as it is kept.
    func dayMoves(_ db: Database, branch: String, on day: Int32) throws -> [UInt8] {
        let all = try shelves(db, BranchCode(branch)).filter { $0.value.branch == branch }
        return try dayMoves(db, all.keys.sorted(), on: day)
    }

    /// Summed here: SQLite would sort them, and might overflow.
    private func dayMoves(_ db: Database, _ accounts: [Int64], on day: Int32) throws -> [UInt8] {
        struct Key: Hashable {
            let shelf: ShelfID
            let kind: DocumentKind
        }
        var sums: [Key: Int128] = [:]
        let isAbout = [DocumentLink.Relation.reverses, .adjusts].map { String($0.rawValue) }
        for account in accounts {
            let rows = try HotRead(
                db,
                """
                SELECT p.commodity, p.amount, d.kind,
                    CASE WHEN d.relation IN (\(isAbout.joined(separator: ",")))
                        THEN substr(d.target, instr(d.target, '-') + 1, 1) END
                FROM posting p
                JOIN document d ON d.log = p.log AND d.seq = p.seq AND d.op = p.op
                WHERE p.day = ? AND p.account = ?
                """, arguments: [day, account])
            while try rows.next() {
                let own =
                    UInt8(exactly: try rows.integer(2)).flatMap { DocumentKind(rawValue: $0) }
                    ?? .statement
                let isCorrection = own == .reversal || own == .statement
                let about =
                    isCorrection ? try rows.text(3).flatMap { DocumentKind(letter: $0) } : nil
                let shelf = ShelfID(account: account, item: try rows.integer(0))
                sums[Key(shelf: shelf, kind: about ?? own), default: 0] += Int128(
                    try rows.integer(1))
            }
        }
        return ShelfMove.bytes(
            sums.filter { $0.value != 0 }.map {
                ShelfMove(
                    account: $0.key.shelf.account, item: $0.key.shelf.item, kind: $0.key.kind,
                    amount: $0.value)
            })
    }

    func itemID(_ db: Database, _ item: ItemCode) throws -> Int64? {
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

extension Store.ShelfMove {
    fileprivate static func bytes(_ moves: [Self]) -> [UInt8] {
        var writer = ByteWriter(reserving: moves.count * 8)
        var last = (account: Int64(0), item: Int64(0))
        for move in moves.sorted() {
            // Ids in their order: what they differ by is short.
            writer.signed(move.account - last.account)
            writer.signed(move.account == last.account ? move.item - last.item : move.item)
            writer.byte(move.kind.rawValue)
            writer.sum(move.amount)
            last = (move.account, move.item)
        }
        return writer.bytes
    }

    fileprivate static func read(_ bytes: [UInt8], of item: Int64?) throws -> [Self] {
        var reader = KeptReader(bytes)
        var moves: [Self] = []
        moves.reserveCapacity(item == nil ? bytes.count / 4 : 0)
        var last = (account: Int64(0), item: Int64(0))
        while !reader.isAtEnd {
            let account = last.account &+ (try reader.signed())
            let step = try reader.signed()
            let code = account == last.account ? last.item &+ step : step
            last = (account, code)
            guard let kind = DocumentKind(rawValue: try reader.byte()) else {
                throw StoreError.damaged("kept_day")
            }
            let amount = try reader.sum()
            guard item == nil || item == code else { continue }
            moves.append(Self(account: account, item: code, kind: kind, amount: amount))
        }
        return moves
    }
}
