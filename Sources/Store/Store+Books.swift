package import Books
import GRDB
package import Replica
import Sodium

import struct Foundation.Data

/// What planning asks of the books; see `BookView`.
extension Store {
    /// The attributes of an entity that show, each with its values: more than one where writes were
    /// concurrent.
    package func registers(entity: String) throws -> [String: [Value]] {
        try access { db in
            let rows = try Row.fetchCursor(
                db.cachedStatement(
                    sql: """
                        SELECT r.attribute, r.value
                        FROM register r JOIN log l ON l.id = r.log
                        WHERE r.entity = ? AND \(Self.isShowing)
                        ORDER BY r.attribute, l.log_id, r.seq, r.op
                        """),
                arguments: [entity])
            var shown: [String: [Value]] = [:]
            while let row = try rows.next() {
                shown[try row.at(0), default: []].append(
                    try Value(bytes: Array(try row.at(1) as Data)))
            }
            return shown
        }
    }

    /// The dots of a register that show: what a new write supersedes.
    package func dots(entity: String, attribute: String) throws -> [Dot] {
        try access { try showing($0, entity, attribute).map(\.dot) }
    }

    /// Entities whose `barcode` shows this text, in order.
    package func entities(barcode: String) throws -> [String] {
        try access { db in
            let value = Value.text(barcode)
            let entities = try String.fetchAll(
                db.cachedStatement(
                    sql: """
                        SELECT DISTINCT entity FROM register
                        WHERE attribute = 'barcode' AND value = ? ORDER BY entity
                        """),
                arguments: [Data(copying: value.bytes)])
            return try entities.filter { entity in
                try showing(db, entity, "barcode").contains { $0.value == value }
            }
        }
    }

    /// Items of which a category shows last, as it is displayed; the first `limit` in the order of codes. Cost: a look at
    /// all items that ever were of it.
    package func items(category: String, limit: Int) throws -> [ItemCode] {
        try access { db in
            let value = Value.text(category)
            let entities = try String.fetchAll(
                db.cachedStatement(
                    sql: """
                        SELECT DISTINCT entity FROM register
                        WHERE attribute = ? AND value = ? ORDER BY entity
                        """),
                arguments: [ItemFacts.Attribute.category, Data(copying: value.bytes)])
            var items: [ItemCode] = []
            for entity in entities where items.count < limit {
                guard let code = ItemFacts.code(ofEntity: entity),
                    try showing(db, entity, ItemFacts.Attribute.category).last?.value == value
                else { continue }
                items.append(code)
            }
            return items
        }
    }

    /// Of a row `r` of `register` and its log `l`: no valid write supersedes it.
    static let isShowing = """
        NOT EXISTS (
            SELECT 1 FROM superseded s JOIN register w
                ON w.entity = r.entity AND w.attribute = r.attribute
                AND w.log = s.by_log AND w.seq = s.by_seq AND w.op = s.by_op
            WHERE s.log_id = l.log_id AND s.seq = r.seq AND s.op = r.op)
        """

    func showing(
        _ db: Database, _ entity: String, _ attribute: String
    ) throws -> [(dot: Dot, value: Value)] {
        try Self.showing(db, entity, attribute)
    }

    static func showing(
        _ db: Database, _ entity: String, _ attribute: String
    ) throws -> [(dot: Dot, value: Value)] {
        let rows = try Row.fetchAll(
            db.cachedStatement(
                sql: """
                    SELECT l.log_id, r.seq, r.op, r.value FROM register r JOIN log l ON l.id = r.log
                    WHERE r.entity = ? AND r.attribute = ? AND \(isShowing)
                    ORDER BY l.log_id, r.seq, r.op
                    """),
            arguments: [entity, attribute])
        return try rows.map { row in
            guard let log = Digest(try row.at(0) as Data) else {
                throw StoreError.damaged("register")
            }
            return (
                Dot(log: LogID(log), seq: natural(try row.at(1)), index: try row.at(2)),
                try Value(bytes: Array(try row.at(3) as Data))
            )
        }
    }

    /// Over all scopes that are held; zero where nothing was posted.
    package func balance(of account: Account, _ commodity: Commodity) throws -> Int128 {
        try access { db in
            let rows = try Row.fetchAll(
                db.cachedStatement(
                    sql: """
                        SELECT b.amount, b.amount_high FROM balance b
                        WHERE b.scope = ? AND b.account = (SELECT id FROM name WHERE name = ?)
                            AND b.commodity = (SELECT id FROM name WHERE name = ?)
                        """),
                arguments: [account.home?.name, account.name, commodity.name])
            return try rows.reduce(0) { $0 + (try Int128(row: $1)) }
        }
    }

    /// Has any branch that is held a pool of this item?
    package func hasMoved(_ item: ItemCode) throws -> Bool {
        try access { db in
            try Bool.fetchOne(
                db.cachedStatement(
                    sql: """
                        SELECT EXISTS (SELECT 1 FROM name n WHERE n.name = ? AND (
                            n.id IN (SELECT item FROM pool_dirty) OR n.id IN (SELECT item FROM pool)))
                        """),
                arguments: [Commodity.item(item).name]) ?? false
        }
    }

    /// The valid transactions of a document in the scopes that are held, in log order.
    package func transactions(of number: DocumentNumber) throws -> [Transaction] {
        try transactions("WHERE number = ? ORDER BY log, seq, op", number)
    }

    /// The same, of what one node wrote: another may give its documents any number.
    package func transactions(
        of number: DocumentNumber, by author: NodeID
    ) throws -> [Transaction] {
        try access { db in
            let heads = try Row.fetchAll(
                db.cachedStatement(
                    sql: """
                        SELECT d.* FROM document d JOIN log l ON l.id = d.log
                        WHERE d.number = ? AND l.author = ? ORDER BY d.log, d.seq, d.op
                        """),
                arguments: [number.description, Data(copying: author.key.bytes)])
            return try heads.map { head in
                try Transaction(try DocumentHeader(row: head), try postings(db, of: head))
            }
        }
    }

    /// The valid transactions of documents that link to this one.
    package func transactions(about number: DocumentNumber) throws -> [Transaction] {
        try transactions("WHERE target = ? ORDER BY log, seq, op", number)
    }

    /// Did a document of its own branch undo it?
    package func isReversed(_ number: DocumentNumber) throws -> Bool {
        try transactions(about: number).haveReversal(of: number)
    }

    private func transactions(
        _ which: String, _ number: DocumentNumber
    ) throws -> [Transaction] {
        try access { db in
            let heads = try Row.fetchAll(
                db.cachedStatement(sql: "SELECT * FROM document \(which)"),
                arguments: [number.description])
            return try heads.map { head in
                try Transaction(try DocumentHeader(row: head), try postings(db, of: head))
            }
        }
    }

    /// The postings of one op. Cost: a scan of that day's postings.
    private func postings(_ db: Database, of head: Row) throws -> [Posting] {
        let late = try Int32.fetchOne(
            db.cachedStatement(sql: "SELECT day FROM late WHERE log = ? AND seq = ? AND op = ?"),
            arguments: [
                try head.at("log") as Int64, try head.at("seq") as Int64,
                try head.at("op") as Int64,
            ])
        let rows = try Row.fetchAll(
            db.cachedStatement(
                sql: """
                    SELECT a.name AS account, c.name AS commodity, p.amount, i.name AS item, p.base
                    FROM posting p
                    JOIN name a ON a.id = p.account JOIN name c ON c.id = p.commodity
                    LEFT JOIN name i ON i.id = p.item
                    WHERE p.day = ? AND p.log = ? AND p.seq = ? AND p.op = ? ORDER BY p.place
                    """),
            arguments: [
                try late ?? (try head.at("day") as Int32), try head.at("log") as Int64,
                try head.at("seq") as Int64, try head.at("op") as Int64,
            ])
        return try rows.map { row in
            guard let account = Account(try row.at("account") as String),
                let commodity = Commodity(try row.at("commodity") as String)
            else { throw StoreError.damaged("posting") }
            let item = (try row.at("item") as String?).flatMap { ItemCode($0.dropFirst()) }
            return Posting(
                account, commodity, try row.at("amount"), item: item, base: try row.at("base"))
        }
    }

    /// First lines of what was recorded of another system's document and was taken back whole.
    package func takenBack(source: String, key: String) throws -> Set<UInt32> {
        try access { db in
            let rows = try Row.fetchAll(
                db.cachedStatement(
                    sql: """
                        SELECT d.line_first FROM document d
                        WHERE d.source = ? AND d.source_key = ? AND d.line_first IS NOT NULL
                        GROUP BY d.line_first
                        HAVING min(EXISTS (
                            SELECT 1 FROM document r
                            WHERE r.target = d.number AND r.relation = ?)) = 1
                        """),
                arguments: [source, key, DocumentLink.Relation.reverses.rawValue])
            return Set(try rows.compactMap { try $0.at(0) as UInt32? })
        }
    }

    /// Line ranges that are recorded of another system's document, sorted; with a branch, in its own scopes alone.
    package func recorded(
        source: String, key: String, of branch: BranchCode? = nil
    ) throws -> [ClosedRange<UInt32>] {
        try access { db in
            let rows = try Row.fetchAll(
                db.cachedStatement(
                    sql: """
                        SELECT DISTINCT d.line_first, d.line_last FROM document d
                        JOIN log l ON l.id = d.log
                        WHERE d.source = :source AND d.source_key = :key
                            AND (:trade IS NULL OR l.scope IN (:trade, :money))
                        ORDER BY d.line_first, d.line_last
                        """),
                arguments: [
                    "source": source, "key": key, "trade": branch.map { Scope.trade($0).name },
                    "money": branch.map { Scope.money($0).name },
                ])
            return try rows.compactMap { row in
                guard let first: UInt32 = try row.at(0), let last: UInt32 = try row.at(1),
                    first <= last
                else { return nil }
                return first...last
            }
        }
    }

    /// The number after the last of this series that is held.
    package func nextNumber(
        _ series: Series, _ kind: DocumentKind, year: UInt16
    ) throws -> DocumentNumber {
        try access { db in
            let last = try Int64.fetchOne(
                db.cachedStatement(
                    sql: "SELECT running FROM counter WHERE series = ? AND kind = ? AND year = ?"),
                arguments: [series.description, kind.rawValue, year])
            let (next, over) = natural(last ?? 0).addingReportingOverflow(1)
            guard !over else { throw StoreError.damaged("counter \(series)") }
            return DocumentNumber(series: series, kind: kind, year: year, running: next)
        }
    }

    /// What the pool holds at its end; folds it first if it moved.
    package func pool(_ branch: BranchCode, _ item: ItemCode) throws -> PoolState {
        memory.dirtyPools = nil
        return try transact {
            try access { db in
                let id = try Int64.fetchOne(
                    db.cachedStatement(sql: "SELECT id FROM name WHERE name = ?"),
                    arguments: [Commodity.item(item).name])
                guard let id else { return PoolState() }
                let isDirty = try Bool.fetchOne(
                    db.cachedStatement(
                        sql: "SELECT 1 FROM pool_dirty WHERE branch = ? AND item = ?"),
                    arguments: [branch.text, id])
                if isDirty == true { try CostFold(db).refold(branch, item: id) }
                let row = try Row.fetchOne(
                    db.cachedStatement(
                        sql: """
                            SELECT quantity, value, uncosted FROM pool WHERE branch = ? AND item = ?
                            """),
                    arguments: [branch.text, id])
                return try row.map {
                    PoolState(quantity: try $0.at(0), value: try $0.at(1), uncosted: try $0.at(2))
                } ?? PoolState()
            }
        }
    }

    /// At first in, first out: what the pool holds, the oldest first. Folds it first if it moved.
    package func layers(_ branch: BranchCode, _ item: ItemCode) throws -> [CostPool.Layer] {
        _ = try pool(branch, item)
        return try access { db in
            try Row.fetchAll(
                db.cachedStatement(
                    sql: """
                        SELECT day, quantity, value FROM pool_layer
                        WHERE branch = ? AND item = (SELECT id FROM name WHERE name = ?)
                        ORDER BY place
                        """),
                arguments: [branch.text, Commodity.item(item).name]
            ).map {
                CostPool.Layer(
                    day: Day(number: try $0.at(0)), quantity: try $0.at(1), value: try $0.at(2))
            }
        }
    }

    /// Pools that moved since they were folded.
    package func dirtyPools() throws -> Int {
        try access { db in
            try Int.fetchOne(db.cachedStatement(sql: "SELECT count(*) FROM pool_dirty")) ?? 0
        }
    }

    /// So many that a report would wait for them.
    package static let manyPools = 32

    /// Pools that moved since they were folded, at most `manyPools`: kept in memory until goods move.
    package func someDirtyPools() throws -> Int {
        if let known = memory.dirtyPools { return known }
        let some = try access { db in
            try Int.fetchOne(
                db.cachedStatement(
                    sql: "SELECT count(*) FROM (SELECT 1 FROM pool_dirty LIMIT ?)"),
                arguments: [Self.manyPools]) ?? 0
        }
        memory.dirtyPools = some
        return some
    }

    /// Folds up to `limit` pools that moved; returns how many remain. Reports call it until none do.
    @discardableResult
    package func refreshCosts(limit: Int = 1_000) throws -> Int {
        memory.dirtyPools = nil
        return try savepoint { try access { try CostFold($0).refresh(limit: limit) } }
    }
}

extension DocumentHeader {
    /// From a row of `document`.
    init(row: Row) throws {
        guard let kind = DocumentKind(rawValue: try row.at("kind")) else {
            throw StoreError.damaged("document")
        }
        var link: DocumentLink?
        if let relation = (try row.at("relation") as UInt8?).flatMap({
            DocumentLink.Relation(rawValue: $0)
        }),
            let target = (try row.at("target") as String?).flatMap({ DocumentNumber($0) })
        {
            link = DocumentLink(relation, target)
        }
        var external: ExternalReference?
        if let source = try row.at("source") as String?,
            let key = try row.at("source_key") as String?
        {
            external = ExternalReference(
                source: source, key: key, first: try row.at("line_first"),
                last: try row.at("line_last"))
        }
        self.init(
            kind: kind, number: (try row.at("number") as String?).flatMap { DocumentNumber($0) },
            effectiveDate: Day(number: try row.at("day")), person: try row.at("person"),
            party: try row.at("party"),
            link: link, memo: try row.at("memo"), external: external)
    }
}
