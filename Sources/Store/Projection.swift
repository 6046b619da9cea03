import Books
import GRDB
import Replica
import Sodium
import Wire

import struct Foundation.Data

/// Writes what valid ops mean into the tables that can be rebuilt. One value serves one batch:
/// balances and digests are summed in memory and written once, at the end.
///
/// Laws: the tables depend on the set of entries and the roster, not on the order or the batches in
/// which they came.
struct Projection {
    private let db: Database
    private let roster: Roster
    private let store: Store
    private var postingInsert: HotInsert?
    private var documentInsert: HotInsert?
    private var balances: [BalanceKey: Int128] = [:]
    private var digests: [Scope: Digest] = [:]
    private var days: Set<Int32> = []
    private var counters: [CounterKey: UInt64] = [:]
    private var months: [ShelfMonth: Int128] = [:]
    private var pools: Set<PoolKey> = []
    /// Transferred goods of which a keeper has news.
    private var due: Set<PoolKey> = []
    /// Transferred goods of which the branch's own keeper said something elsewhere: from a copy of its
    /// disk, or before it was restored.
    private var said: Set<PoolKey> = []
    /// Items of which somebody said how they are valued.
    private var methods: Set<Int64> = []
    /// What the op at hand makes of other items.
    private var made: Int64?
    private let isWrittenHere: Bool

    private struct CounterKey: Hashable {
        let series: String
        let kind: UInt8
        let year: UInt16
    }

    private struct ShelfMonth: Hashable {
        let account: Int64
        let item: Int64
        let month: Int32
    }

    private struct PoolKey: Hashable {
        let branch: String
        let item: Int64
    }

    private struct BalanceKey: Hashable {
        let scope: String
        let account: Int64
        let commodity: Int64
    }

    /// Where an op stands.
    struct Place {
        let log: Int64
        let tip: LogTip
        let seq: UInt64
        let op: Int
        let time: HybridTime
    }

    init(_ db: Database, _ store: Store, roster: Roster, isWrittenHere: Bool = false) {
        self.isWrittenHere = isWrittenHere
        self.db = db
        self.store = store
        self.roster = roster
    }

    mutating func apply(_ item: PreparedRun.Item, log: Int64, tip: LogTip) throws {
        guard let ops = item.ops else { return }
        for (index, op) in ops.enumerated() {
            let header = item.entry.header
            let place = Place(log: log, tip: tip, seq: header.seq, op: index, time: header.time)
            if case .success(.roster(let act)) = op, tip.name.scope == .roster {
                try insert(act, at: place, in: item.entry.hash)
                continue
            }
            let verdict = roster.verdict(
                on: op, log: tip.name, commit: header.commit, at: (tip.id, header.seq))
            switch verdict {
            case .void(let reason): try insertVoid(reason, at: place)
            case .valid:
                if case .success(let operation) = op { try insert(operation, at: place) }
            }
        }
    }

    private mutating func insert(_ op: Operation, at place: Place) throws {
        switch op {
        case .post(let transaction): try insert(transaction, at: place)
        case .set(let write): try insert(write, at: place)
        case .append(let event): try insert(event, at: place)
        case .roster, .unknown: break
        }
    }

    /// Acts are not judged on arrival: an act may come before the one that makes its author an
    /// administrator. The fold over all of them decides which count.
    private mutating func insert(_ act: RosterAct, at place: Place, in entry: Digest) throws {
        try db.cachedStatement(sql: "INSERT INTO roster_act VALUES (?, ?, ?, ?, ?)").execute(
            arguments: [
                place.log, integer(place.seq), place.op, integer(place.time.raw),
                Data(copying: act.bytes),
            ])
        store.memory.add(
            Roster.Step(
                time: place.time, author: place.tip.name.author,
                dot: Dot(log: place.tip.id, seq: place.seq, index: UInt32(place.op)), act: act),
            in: entry)
        add(.roster(act), at: place)
    }

    private func insertVoid(_ reason: VoidReason, at place: Place) throws {
        try db.cachedStatement(sql: "INSERT INTO void VALUES (?, ?, ?, ?)").execute(
            arguments: [place.log, integer(place.seq), place.op, reason.rawValue])
    }

    private mutating func insert(_ transaction: Transaction, at place: Place) throws {
        let document = transaction.document
        try insert(document, at: place)
        made = try product(of: transaction)
        let insert = try insert(of: "posting", columns: 10, &postingInsert)
        insert.bind(1, Int64(document.effectiveDate.number))
        insert.bind(4, place.log)
        insert.bind(5, integer(place.seq))
        insert.bind(6, Int64(place.op))
        for (number, posting) in transaction.postings.enumerated() {
            let account = try id(of: posting.account.name)
            let commodity = try id(of: posting.commodity.name)
            let item = try posting.item.map { try id(of: Commodity.item($0).name) }
            insert.bind(2, account)
            insert.bind(3, commodity)
            insert.bind(7, Int64(number))
            insert.bind(8, posting.amount)
            insert.bind(9, item)
            insert.bind(10, posting.base)
            try insert.run()
            let key = BalanceKey(
                scope: place.tip.name.scope.name, account: account, commodity: commodity)
            balances[key, default: 0] += Int128(posting.amount)
            try mark(
                posting, number, account: account, commodity: commodity, item: item, of: document,
                at: place)
            try markTransfer(
                posting, number, account: account, commodity: commodity, item: item, of: document,
                at: place)
        }
        add(.post(transaction), at: place)
    }

    private mutating func product(of transaction: Transaction) throws -> Int64? {
        guard transaction.document.kind == .repack else { return nil }
        let made = transaction.postings.first {
            $0.account.root == .stock && $0.amount > 0
        }
        guard let made, case .item = made.commodity else { return nil }
        return try id(of: made.commodity.name)
    }

    /// Prepared at the first use.
    private func insert(
        of table: String, columns: Int, _ kept: inout HotInsert?
    ) throws -> HotInsert {
        if let kept { return kept }
        let marks = Array(repeating: "?", count: columns).joined(separator: ", ")
        let made = try HotInsert(db, "INSERT INTO \(table) VALUES (\(marks))")
        kept = made
        return made
    }

    private mutating func insert(_ document: DocumentHeader, at place: Place) throws {
        let insert = try insert(of: "document", columns: 16, &documentInsert)
        insert.bind(1, place.log)
        insert.bind(2, integer(place.seq))
        insert.bind(3, Int64(place.op))
        insert.bind(4, Int64(document.kind.rawValue))
        insert.bind(5, document.number?.description)
        insert.bind(6, Int64(document.effectiveDate.number))
        insert.bind(7, document.person)
        insert.bind(8, document.party)
        insert.bind(9, document.link.map { Int64($0.relation.rawValue) })
        insert.bind(10, document.link?.target.description)
        insert.bind(11, document.memo)
        insert.bind(12, integer(place.time.raw))
        insert.bind(13, document.external?.source)
        insert.bind(14, document.external?.key)
        insert.bind(15, document.external.map { Int64($0.first) })
        insert.bind(16, document.external.map { Int64($0.last) })
        try insert.run()
        days.insert(document.effectiveDate.number)
        if let number = document.number { take(number) }
    }

    private mutating func take(_ number: DocumentNumber) {
        let key = CounterKey(
            series: number.series.description, kind: number.kind.rawValue, year: number.year)
        counters[key] = max(counters[key] ?? 0, number.running)
    }

    /// Notes which pools a posting moves, and keeps cost inputs where the fold finds them.
    private mutating func mark(
        _ posting: Posting, _ number: Int, account: Int64, commodity: Int64, item: Int64?,
        of document: DocumentHeader, at place: Place
    ) throws {
        guard case .branch(let branch) = posting.account.place else { return }
        if posting.account.root == .stock, case .item = posting.commodity {
            pools.insert(PoolKey(branch: branch.text, item: commodity))
            let month = ShelfMonth(
                account: account, item: commodity, month: document.effectiveDate.month)
            months[month, default: 0] += Int128(posting.amount)
            if posting.amount < 0, document.kind == .repack {
                try markRepack(posting, number, item: commodity, of: document, at: place)
            }
            guard let count = document.count else { return }
            try db.cachedStatement(sql: "INSERT INTO count_move VALUES (?, ?, ?, ?, ?, ?, ?, ?)")
                .execute(arguments: [
                    branch.text, commodity, place.log, integer(place.seq), place.op, number,
                    count.description, posting.amount,
                ])
        } else if posting.account.root == .inventory, let item {
            pools.insert(PoolKey(branch: branch.text, item: item))
            try db.cachedStatement(sql: "INSERT INTO valuation VALUES (?, ?, ?, ?, ?, ?, ?)")
                .execute(arguments: [
                    branch.text, item, place.log, integer(place.seq), place.op, number,
                    posting.amount,
                ])
        }
    }

    /// Keeps what keepers read: goods between two branches, and what was said of their value.
    /// Goods of which another item is made, the one of the same op that comes onto a shelf.
    private mutating func markRepack(
        _ posting: Posting, _ number: Int, item: Int64, of document: DocumentHeader,
        at place: Place
    ) throws {
        guard let product = made, case .branch(let branch) = posting.account.place,
            let own = document.number
        else { return }
        try db.cachedStatement(sql: "INSERT INTO repack VALUES (?, ?, ?, ?, ?, ?, ?, ?)")
            .execute(arguments: [
                branch.text, item, place.log, integer(place.seq), place.op, number,
                own.description, product,
            ])
        due.insert(PoolKey(branch: branch.text, item: item))
    }

    private mutating func markTransfer(
        _ posting: Posting, _ number: Int, account: Int64, commodity: Int64, item: Int64?,
        of document: DocumentHeader, at place: Place
    ) throws {
        switch (posting.account.place, place.tip.name.scope, posting.commodity) {
        case (.bridge(.trade(let branch)), .between(let pair), .item) where pair.contains(branch):
            let shipment: DocumentNumber? =
                switch (document.kind, document.link?.relation) {
                case (.shipment, _): document.number
                case (.arrival, .receives), (.writeOff, .settles): document.link?.target
                default: nil
                }
            guard let own = document.number, let shipment else { return }
            try db.cachedStatement(sql: "INSERT INTO transfer VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)")
                .execute(arguments: [
                    branch.text, commodity, place.log, integer(place.seq), place.op, number,
                    own.description, shipment.description, posting.amount,
                ])
            due.insert(PoolKey(branch: branch.text, item: commodity))
        case (.side(let owner, let other), .betweenMoney, .currency):
            guard let item, let link = document.link, link.relation == .values else { return }
            try db.cachedStatement(sql: "INSERT INTO statement VALUES (?, ?, ?, ?, ?, ?, ?, ?)")
                .execute(arguments: [
                    account, item, link.target.description, place.log, integer(place.seq),
                    place.op, number, posting.amount,
                ])
            if posting.account.root == .dueFrom {
                due.insert(PoolKey(branch: other.text, item: item))
            }
            if !isWrittenHere { said.insert(PoolKey(branch: owner.text, item: item)) }
        case (.branch(let branch), .money, .currency) where posting.account.root == .shipped:
            guard let item, let link = document.link, link.relation == .values,
                link.target.kind == .repack
            else { return }
            try db.cachedStatement(sql: "INSERT INTO statement VALUES (?, ?, ?, ?, ?, ?, ?, ?)")
                .execute(arguments: [
                    account, item, link.target.description, place.log, integer(place.seq),
                    place.op, number, posting.amount,
                ])
            if !isWrittenHere { said.insert(PoolKey(branch: branch.text, item: item)) }
        default: break
        }
    }

    private mutating func insert(_ write: RegisterWrite, at place: Place) throws {
        try db.cachedStatement(sql: "INSERT INTO register VALUES (?, ?, ?, ?, ?, ?)").execute(
            arguments: [
                write.entity, write.attribute, place.log, integer(place.seq), place.op,
                Data(copying: write.value.bytes),
            ])
        let supersede = try db.cachedStatement(
            sql: "INSERT OR IGNORE INTO superseded VALUES (?, ?, ?, ?, ?, ?)")
        for dot in write.supersedes {
            try supersede.execute(arguments: [
                blob(dot.log.digest), integer(dot.seq), Int64(dot.index), place.log,
                integer(place.seq), place.op,
            ])
        }
        if write.attribute == ItemFacts.Attribute.costing,
            let item = ItemFacts.code(ofEntity: write.entity)
        {
            methods.insert(try id(of: Commodity.item(item).name))
        }
        add(.set(write), at: place)
    }

    private mutating func insert(_ event: Event, at place: Place) throws {
        try db.cachedStatement(sql: "INSERT INTO event VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)").execute(
            arguments: [
                event.entity, place.log, integer(place.seq), place.op, event.kind, event.person,
                event.effectiveDate.number, Data(copying: event.fieldBytes),
                integer(place.time.raw),
            ])
        if let number = event.opens { take(number) }
        try markCount(event, at: place)
        // How the goods of a shipment lay is part of what they are worth where they go.
        if let sender = event.statingBranch, case .betweenMoney(let pair) = place.tip.name.scope,
            let item = event[CostPool.Layer.itemField]?.text.flatMap({ ItemCode($0) })
        {
            pools.insert(
                PoolKey(
                    branch: pair.other(than: sender).text,
                    item: try id(of: Commodity.item(item).name)))
        }
        add(.append(event), at: place)
    }

    /// What a stocktake found is a barrier; what it is worth, and whether it stands, changes pools.
    private mutating func markCount(_ event: Event, at place: Place) throws {
        guard let number = CountSheet.number(ofEntity: event.entity) else { return }
        let branch = number.series.branch
        switch (event.kind, place.tip.name.scope) {
        case (CountSheet.Kind.posted, .trade(branch)):
            // An account's name has a bound, and peers may write anything.
            guard
                let shelf = Account("stock/\(branch)/\(CountSheet.location(event))")
            else { return }
            let account = try id(of: shelf.name)
            let insert = try db.cachedStatement(
                sql: "INSERT INTO counted VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
            for (index, (item, quantity)) in CountSheet.counts(event).enumerated() {
                let item = try id(of: Commodity.item(item).name)
                try insert.execute(arguments: [
                    account, item, event.effectiveDate.number, place.log, integer(place.seq),
                    place.op, index, branch.text, number.description, quantity,
                    integer(place.time.raw),
                ])
                pools.insert(PoolKey(branch: branch.text, item: item))
            }
        case (CountSheet.Kind.priced, .money(branch)), (CountSheet.Kind.reversed, .trade(branch)):
            let posted = try CountSheet.posted(Store.events(db, of: event.entity))
            for item in posted {
                pools.insert(
                    PoolKey(branch: branch.text, item: try id(of: Commodity.item(item).name)))
            }
        default: break
        }
    }

    /// A scope's digest is the sum modulo 2^256 of the hashes of its valid ops in canonical form,
    /// without local ids and without interned names.
    private mutating func add(_ op: Operation, at place: Place) {
        var writer = Domain.row.writer()
        writer.raw(place.tip.id.digest.bytes)
        writer.varint(place.seq)
        writer.length(place.op)
        writer.raw(op.standaloneBytes)
        let scope = place.tip.name.scope
        digests[scope] = (digests[scope] ?? .zero).adding(Blake2b.hash256(writer.bytes))
    }

    private mutating func id(of name: String) throws -> Int64 {
        let key = ExactText(name)
        if let known = store.memory.names[key] { return known }
        let id: Int64
        if let held = try Int64.fetchOne(
            db.cachedStatement(sql: "SELECT id FROM name WHERE name = ?"), arguments: [name])
        {
            id = held
        } else {
            try db.cachedStatement(sql: "INSERT INTO name (name) VALUES (?)")
                .execute(arguments: [name])
            id = db.lastInsertedRowID
        }
        store.memory.remember(key, id)
        return id
    }

    /// Writes the sums of this batch. To be called once, in the same SQLite transaction.
    mutating func finish() throws {
        let read = try db.cachedStatement(
            sql: """
                SELECT amount, amount_high FROM balance
                WHERE scope = ? AND account = ? AND commodity = ?
                """)
        let write = try db.cachedStatement(
            sql: "INSERT OR REPLACE INTO balance VALUES (?, ?, ?, ?, ?)")
        let drop = try db.cachedStatement(
            sql: "DELETE FROM balance WHERE scope = ? AND account = ? AND commodity = ?")
        for (key, delta) in balances where delta != 0 {
            let row = try Row.fetchOne(read, arguments: [key.scope, key.account, key.commodity])
            let sum = (try row.map { try Int128(row: $0) } ?? 0) + delta
            guard sum != 0 else {
                // No row stands for zero, or the table would depend on how entries were batched.
                try drop.execute(arguments: [key.scope, key.account, key.commodity])
                continue
            }
            try write.execute(arguments: [
                key.scope, key.account, key.commodity, Int64(truncatingIfNeeded: sum),
                Int64(truncatingIfNeeded: sum >> 64),
            ])
        }
        try finishMonths()
        for (scope, delta) in digests {
            store.changed(scope)
            let held = try Data.fetchOne(
                db.cachedStatement(sql: "SELECT sum FROM digest WHERE scope = ?"),
                arguments: [scope.name])
            let sum = (held.flatMap { Digest($0) } ?? .zero).adding(delta)
            try db.cachedStatement(sql: "INSERT OR REPLACE INTO digest VALUES (?, ?)").execute(
                arguments: [scope.name, blob(sum)])
        }
        try finishMarks()
        balances = [:]
        digests = [:]
    }

    private mutating func finishMonths() throws {
        let read = try db.cachedStatement(
            sql: """
                SELECT amount, amount_high FROM shelf_month
                WHERE account = ? AND item = ? AND month = ?
                """)
        let write = try db.cachedStatement(
            sql: "INSERT OR REPLACE INTO shelf_month VALUES (?, ?, ?, ?, ?)")
        let drop = try db.cachedStatement(
            sql: "DELETE FROM shelf_month WHERE account = ? AND item = ? AND month = ?")
        for (key, delta) in months where delta != 0 {
            let row = try Row.fetchOne(read, arguments: [key.account, key.item, key.month])
            let sum = (try row.map { try Int128(row: $0) } ?? 0) + delta
            guard sum != 0 else {
                try drop.execute(arguments: [key.account, key.item, key.month])
                continue
            }
            try write.execute(arguments: [
                key.account, key.item, key.month, Int64(truncatingIfNeeded: sum),
                Int64(truncatingIfNeeded: sum >> 64),
            ])
        }
        months = [:]
    }

    private mutating func finishMarks() throws {
        if !(pools.isEmpty && due.isEmpty && said.isEmpty && methods.isEmpty) {
            store.memory.forgetGoods()
        }
        let day = try db.cachedStatement(sql: "INSERT OR IGNORE INTO book_day VALUES (?)")
        for number in days { try day.execute(arguments: [number]) }
        let counter = try db.cachedStatement(
            sql: """
                INSERT INTO counter VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE
                SET running = max(running, excluded.running)
                """)
        for (key, running) in counters {
            try counter.execute(arguments: [key.series, key.kind, key.year, integer(running)])
        }
        let pool = try db.cachedStatement(sql: "INSERT OR IGNORE INTO pool_dirty VALUES (?, ?)")
        // A pool that moves may change what its shipments cost.
        let later = try db.cachedStatement(
            sql: """
                INSERT OR IGNORE INTO statement_due SELECT ?, ?, 0
                WHERE EXISTS (SELECT 1 FROM transfer WHERE branch = ? AND item = ?)
                    OR EXISTS (SELECT 1 FROM repack WHERE branch = ? AND item = ?)
                """)
        for item in methods {
            let branches = try String.fetchAll(
                db.cachedStatement(sql: "SELECT branch FROM pool WHERE item = ?"),
                arguments: [item])
            for branch in branches { pools.insert(PoolKey(branch: branch, item: item)) }
        }
        for key in pools {
            try pool.execute(arguments: [key.branch, key.item])
            try later.execute(arguments: [
                key.branch, key.item, key.branch, key.item, key.branch, key.item,
            ])
        }
        for key in said {
            try later.execute(arguments: [
                key.branch, key.item, key.branch, key.item, key.branch, key.item,
            ])
        }
        let urgent = try db.cachedStatement(
            sql: "INSERT OR REPLACE INTO statement_due VALUES (?, ?, 1)")
        for key in due { try urgent.execute(arguments: [key.branch, key.item]) }
        days = []
        due = []
        said = []
        counters = [:]
        pools = []
        methods = []
    }
}

extension Int128 {
    /// From the two columns of a balance: `amount`, `amount_high`.
    init(row: Row) throws {
        let low: Int64 = try row.at("amount")
        let high: Int64 = try row.at("amount_high")
        self = Int128(high) << 64 | Int128(UInt64(bitPattern: low))
    }
}
