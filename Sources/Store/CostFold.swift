import Books
import GRDB
import Replica

/// Folds the pools that moved: cost of sales, shipped value and variance, derived from what the logs
/// say in the order (day, time, author, seq).
///
/// Law: a pool's rows are a function of the valid facts about it, whatever the order in which they
/// came. Cost: all moves of a pool that is dirty; memory: those of one day, and a sum for each day.
struct CostFold {
    private let db: Database
    private let linked: LinkedDocuments
    private let known = Known()

    /// What several pools of one batch share.
    private final class Known {
        var shelves: [BranchCode: [Int64]] = [:]
        var codes: [Int64: ItemCode] = [:]
        var methods: [Int64: CostPool.Method] = [:]
        /// Does any pool have rows of layers?
        var hasLayers: Bool?
        /// Do any ops stand on another day than their own?
        var hasLate: Bool?
        /// What the pools of this batch put on their branches, and took off them.
        var costs = BranchCosts()
        /// Days on which reports keep what they sum of costs that are others now.
        var changes: CostChanges?
    }

    init(_ db: Database) throws {
        self.db = db
        func targets(_ relation: DocumentLink.Relation) throws -> Set<String> {
            try String.fetchSet(
                db.cachedStatement(
                    sql: """
                        SELECT target FROM document WHERE target IS NOT NULL AND relation = ?
                        """),
                arguments: [relation.rawValue])
        }
        var matched: [String: String] = [:]
        let rows = try Row.fetchAll(
            db.cachedStatement(
                sql: """
                    SELECT DISTINCT document, arrival FROM early_move WHERE document <> arrival
                    ORDER BY document, arrival DESC
                    """))
        for row in rows { matched[try row.at(0) as String] = try row.at(1) }
        linked = LinkedDocuments(
            reversed: try targets(.reverses), returned: try targets(.returns), matched: matched)
    }

    /// Folds up to `limit` dirty pools; returns how many remain.
    ///
    /// - Throws: `StoreError.damaged` where none is gone from the list afterwards: a flipped bit may make
    ///   a row that is read and cannot be found, and who folds until none is left would never end.
    func refresh(limit: Int) throws -> Int {
        let before = try count()
        let dirty = try Row.fetchAll(
            db.cachedStatement(sql: "SELECT branch, item FROM pool_dirty LIMIT ?"),
            arguments: [limit])
        for row in dirty {
            guard let branch = BranchCode(try row.at(0) as String) else {
                throw StoreError.damaged("pool_dirty")
            }
            try fold(branch, item: try row.at(1))
        }
        try finish()
        let left = try count()
        guard dirty.isEmpty || left < before else { throw StoreError.damaged("pool_dirty") }
        return left
    }

    private func count() throws -> Int {
        try Int.fetchOne(db.cachedStatement(sql: "SELECT count(*) FROM pool_dirty")) ?? 0
    }

    /// Folds one pool from its beginning and replaces its rows.
    func refold(_ branch: BranchCode, item: Int64) throws {
        try fold(branch, item: item)
        try finish()
    }

    /// Writes what several pools sum to.
    private func finish() throws {
        try known.costs.write(db)
        try known.changes?.drop(db)
        known.changes = nil
    }

    private func fold(_ branch: BranchCode, item: Int64) throws {
        var changes = try known.changes ?? CostChanges(db)
        known.changes = nil
        try changes.begin(db, branch: branch, item: item)
        try CostDays.each(db, branch: branch, item: item) {
            known.costs.add($0, of: branch.text, -1)
        }
        let hasLayers = try known.hasLayers ?? self.hasLayers()
        known.hasLayers = hasLayers
        let layers = hasLayers ? ["cost_layer", "pool_layer"] : []
        for table in ["cost", "cost_day", "pool", "pool_dirty"] + layers {
            try db.cachedStatement(sql: "DELETE FROM \(table) WHERE branch = ? AND item = ?")
                .execute(arguments: [branch.text, item])
        }
        let method = try method(of: item)
        var shipped: [String: [CostPool.Layer]] = [:]
        if method == .fifo, let code = try code(of: item) {
            shipped = try TransferLayers.received(db, branch, item: item, code: code)
        }
        var pool = FoldedPool(
            method, try inputs(branch, item: item), linked: linked, shipped: shipped,
            counts: try counts(branch, item: item))
        let moves = try moves(of: item, accounts: try shelves(branch))
        var days = CostDays()
        func keep(_ rows: [CostRow]) throws {
            for row in rows {
                try insert(row, branch: branch, item: item)
                days.add(row)
                changes.add(row)
            }
        }
        var day: [StockMove] = []
        var late = try lateMoves(of: item, branch, accounts: try shelves(branch))[...]
        /// Folds the days before `next`: the one at hand, and those on which nothing but late moves are.
        func finish(before next: Int32?) throws {
            while let first = [day.first, late.first].compactMap({ $0?.place.day }).min(),
                next.map({ first < $0 }) ?? true
            {
                var moves: [StockMove] = []
                if day.first?.place.day == first { swap(&moves, &day) }
                while late.first?.place.day == first { moves.append(late.removeFirst()) }
                try keep(pool.fold(moves))
            }
        }
        while let move = try moves?.next() {
            if day.last?.place.day != move.place.day { try finish(before: move.place.day) }
            day.append(move)
        }
        try finish(before: nil)
        try keep(pool.foldRest())
        try days.insert(db, branch: branch, item: item)
        days.each { known.costs.add($0, of: branch.text, 1) }
        changes.end(branch)
        known.changes = changes
        try db.cachedStatement(sql: "INSERT INTO pool VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
            .execute(arguments: [
                branch.text, item, pool.pool.quantity, pool.pool.value, pool.pool.uncosted,
                pool.totals.costOfSales, pool.totals.shipped, pool.totals.writeOff,
                pool.totals.variance, pool.totals.uncostedSold, pool.fault,
            ])
        guard !pool.pool.layers.isEmpty else { return }
        known.hasLayers = true
        let held = try db.cachedStatement(sql: "INSERT INTO pool_layer VALUES (?, ?, ?, ?, ?, ?)")
        for (place, layer) in pool.pool.layers.enumerated() {
            try held.execute(arguments: [
                branch.text, item, place, layer.day.number, layer.quantity, layer.value,
            ])
        }
    }

    private func hasLayers() throws -> Bool {
        try Bool.fetchOne(
            db.cachedStatement(
                sql: """
                    SELECT EXISTS (SELECT 1 FROM pool_layer) OR EXISTS (SELECT 1 FROM cost_layer)
                    """)) ?? false
    }

    private func method(of item: Int64) throws -> CostPool.Method {
        if let method = known.methods[item] { return method }
        guard let code = try code(of: item) else { return .average }
        let values = try Store.showing(db, ItemFacts.entity(code), ItemFacts.Attribute.costing)
        let method = ItemFacts.costing(values.last?.value)
        known.methods[item] = method
        return method
    }

    /// The branch's stock accounts, in the order of their ids.
    private func shelves(_ branch: BranchCode) throws -> [Int64] {
        if let shelves = known.shelves[branch] { return shelves }
        let shelves = try Int64.fetchAll(
            db.cachedStatement(
                sql: "SELECT id FROM name WHERE name >= ? AND name < ? ORDER BY id"),
            arguments: ["stock/\(branch)/", "stock/\(branch)0"])
        known.shelves[branch] = shelves
        return shelves
    }

    private func insert(_ row: CostRow, branch: BranchCode, item: Int64) throws {
        try db.cachedStatement(sql: "INSERT INTO cost VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
            .execute(arguments: [
                branch.text, item, row.place.log, row.place.seq, row.place.op, row.place.day,
                row.kind.rawValue, row.number, row.quantity, row.cost, row.variance, row.uncosted,
            ])
        guard !row.taken.isEmpty else { return }
        known.hasLayers = true
        let layer = try db.cachedStatement(
            sql: "INSERT INTO cost_layer VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
        for (number, taken) in row.taken.enumerated() {
            try layer.execute(arguments: [
                branch.text, item, row.place.log, row.place.seq, row.place.op, number, row.number,
                taken.day.number, taken.quantity, taken.value,
            ])
        }
    }

    /// The stocktakes of the pool that stand. One that is told without its posted event acts where its
    /// first move is.
    private func counts(_ branch: BranchCode, item: Int64) throws -> [FoldedCount] {
        var differences: [String: Int64] = [:]
        let moved = try Row.fetchAll(
            db.cachedStatement(
                sql: "SELECT number, amount FROM count_move WHERE branch = ? AND item = ?"),
            arguments: [branch.text, item])
        for row in moved {
            let number: String = try row.at(0)
            differences[number] = (differences[number] ?? 0) &+ (try row.at(1) as Int64)
        }
        var found: [String: FoldPlace] = [:]
        for account in try shelves(branch) {
            let rows = try Row.fetchAll(
                db.cachedStatement(
                    sql: """
                        SELECT c.day, c.time, l.author, c.log, c.seq, c.op, c.number
                        FROM counted c JOIN log l ON l.id = c.log
                        WHERE c.account = ? AND c.item = ?
                        """),
                arguments: [account, item])
            for row in rows {
                let (number, place) = (try row.at(6) as String, try FoldPlace(row: row))
                found[number] = found[number].map { min($0, place) } ?? place
            }
        }
        for number in differences.keys where found[number] == nil {
            let row = try Row.fetchOne(
                db.cachedStatement(
                    sql: """
                        SELECT d.day, d.time, l.author, m.log, m.seq, m.op
                        FROM count_move m JOIN log l ON l.id = m.log
                        JOIN document d ON d.log = m.log AND d.seq = m.seq AND d.op = m.op
                        WHERE m.branch = ? AND m.item = ? AND m.number = ?
                        ORDER BY d.day, d.time, l.author, m.seq, m.op LIMIT 1
                        """),
                arguments: [branch.text, item, number])
            found[number] = try row.map { try FoldPlace(row: $0) }
        }
        guard !found.isEmpty else { return [] }
        let code = try code(of: item)
        return try found.sorted { $0.key < $1.key }.map { number, place in
            FoldedCount(
                place: place, number: number, difference: differences[number] ?? 0,
                price: try price(number, of: code))
        }
    }

    /// What was last said of a count that stands.
    private func price(_ number: String, of item: ItemCode?) throws -> CountPrice? {
        guard let number = DocumentNumber(number), let item else { return nil }
        let events = try Store.events(db, of: CountSheet.entity(number))
        guard !events.contains(where: { $0.kind == CountSheet.Kind.reversed }) else { return nil }
        let name = Commodity.item(item).name
        for event in events.reversed() where event.kind == CountSheet.Kind.priced {
            if let text = event[name]?.text { return CountPrice(text) }
        }
        return nil
    }

    private func code(of item: Int64) throws -> ItemCode? {
        if let code = known.codes[item] { return code }
        let code = try String.fetchOne(
            db.cachedStatement(sql: "SELECT name FROM name WHERE id = ?"), arguments: [item]
        ).flatMap { ItemCode($0.dropFirst()) }
        known.codes[item] = code
        return code
    }

    /// Stock moves of the item day by day; within a day in no order.
    private func moves(of item: Int64, accounts: [Int64]) throws -> AnyCursor<StockMove>? {
        guard !accounts.isEmpty else { return nil }
        let marks = accounts.map { _ in "?" }.joined(separator: ",")
        let rows = try Row.fetchCursor(
            db.cachedStatement(
                sql: """
                    SELECT p.day, d.time, l.author, p.log, p.seq, p.op, sum(p.amount) AS amount,
                        d.kind, d.number, d.relation, d.target
                    FROM book_day b
                    CROSS JOIN posting p ON p.day = b.day AND p.account IN (\(marks))
                        AND p.commodity = ?
                    JOIN document d ON d.log = p.log AND d.seq = p.seq AND d.op = p.op
                    JOIN log l ON l.id = p.log
                    \(try hasLate() ? """
                        WHERE NOT EXISTS (SELECT 1 FROM late t
                            WHERE t.log = p.log AND t.seq = p.seq AND t.op = p.op)
                        """ : "")
                    GROUP BY b.day, p.log, p.seq, p.op ORDER BY b.day
                    """),
            arguments: StatementArguments(accounts + [item]))
        return AnyCursor(rows.map { try StockMove(row: $0) })
    }

    private func hasLate() throws -> Bool {
        if let known = known.hasLate { return known }
        let any =
            try Bool.fetchOne(
                db.cachedStatement(sql: "SELECT EXISTS (SELECT 1 FROM late)")) ?? false
        known.hasLate = any
        return any
    }

    /// Moves whose postings stand on another day, after a close; here they are on their own, in the order of it.
    private func lateMoves(
        of item: Int64, _ branch: BranchCode, accounts: [Int64]
    ) throws -> [StockMove] {
        guard try hasLate(), !accounts.isEmpty else { return [] }
        let marks = accounts.map { _ in "?" }.joined(separator: ",")
        return try Row.fetchAll(
            db.cachedStatement(
                sql: """
                    SELECT d.day, d.time, l.author, p.log, p.seq, p.op, sum(p.amount) AS amount,
                        d.kind, d.number, d.relation, d.target
                    FROM log l CROSS JOIN late t ON t.log = l.id
                    CROSS JOIN posting p ON p.day = t.day AND p.account IN (\(marks))
                        AND p.commodity = ? AND p.log = t.log AND p.seq = t.seq AND p.op = t.op
                    JOIN document d ON d.log = p.log AND d.seq = p.seq AND d.op = p.op
                    WHERE l.scope = ?
                    GROUP BY p.log, p.seq, p.op ORDER BY d.day
                    """),
            arguments: StatementArguments(accounts + [item]) + [Scope.trade(branch).name]
        ).map { try StockMove(row: $0) }
    }

    /// Cost inputs of the pool, in no order.
    private func inputs(_ branch: BranchCode, item: Int64) throws -> [CostInput] {
        try Row.fetchAll(
            db.cachedStatement(
                sql: """
                    SELECT d.day, d.time, l.author, v.log, v.seq, v.op, sum(v.amount) AS amount,
                        d.kind, d.number, d.relation, d.target
                    FROM valuation v
                    JOIN document d ON d.log = v.log AND d.seq = v.seq AND d.op = v.op
                    JOIN log l ON l.id = v.log
                    WHERE v.branch = ? AND v.item = ? GROUP BY v.log, v.seq, v.op
                    """),
            arguments: [branch.text, item]
        ).map {
            CostInput(
                place: try FoldPlace(row: $0), amount: try $0.at(6),
                of: try DocumentFacts(row: $0))
        }
    }
}

// Columns by their places in both queries above: a name is looked up anew in every row.

extension StockMove {
    fileprivate init(row: Row) throws {
        self.init(
            place: try FoldPlace(row: row), amount: try row.at(6),
            of: try DocumentFacts(row: row))
    }
}

extension FoldPlace {
    fileprivate init(row: Row) throws {
        self.init(
            day: try row.at(0), time: natural(try row.at(1)), author: try row.at(2),
            seq: try row.at(4), op: try row.at(5), log: try row.at(3))
    }
}

extension DocumentFacts {
    fileprivate init(row: Row) throws {
        let relation = (try row.at(9) as UInt8?).flatMap {
            DocumentLink.Relation(rawValue: $0)
        }
        self.init(
            kind: DocumentKind(rawValue: try row.at(7)) ?? .statement,
            number: try row.at(8),
            relation: relation, target: try row.at(10))
    }
}
