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
    let db: Database
    let roster: Roster
    let store: Store
    private var postingInsert: HotInsert?
    private var documentInsert: HotInsert?
    private var balances: [BalanceKey: Int128] = [:]
    private var digests: [Scope: Digest] = [:]
    var days: Set<Int32> = []
    var counters: [CounterKey: UInt64] = [:]
    var months: [ShelfMonth: Int128] = [:]
    private var accountMonths: [AccountMonth: Int128] = [:]
    /// What amounts of other currencies are carried at.
    private var valueMonths: [AccountMonth: Int128] = [:]
    var pools: Set<PoolKey> = []
    /// Transferred goods of which a keeper has news.
    var due: Set<PoolKey> = []
    /// Transferred goods of which the branch's own keeper said something elsewhere: from a copy of its
    /// disk, or before it was restored.
    var said: Set<PoolKey> = []
    /// Items of which somebody said how they are valued.
    var methods: Set<Int64> = []
    /// What the op at hand makes of other items.
    var made: Int64?
    /// Where the op at hand stands in the ledger.
    var ledgerDay = Day(number: 0)
    /// The shipment whose transit the op at hand empties.
    var transit: DocumentNumber?
    let isWrittenHere: Bool
    /// The closes by which documents stand until this batch ends, where something was said of any in it.
    var closesBefore: [BranchCode: [PeriodClose]]?

    struct CounterKey: Hashable {
        let series: String
        let kind: UInt8
        let year: UInt16
    }

    struct ShelfMonth: Hashable {
        let account: Int64
        let item: Int64
        let month: Int32
    }

    struct PoolKey: Hashable {
        let branch: String
        let item: Int64
    }

    private struct BalanceKey: Hashable {
        let scope: String
        let account: Int64
        let commodity: Int64
    }

    private struct AccountMonth: Hashable {
        let place: BalanceKey
        let month: Int32
        let isCredit: Bool
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
        store.sealers = roster.sealers
    }

    mutating func apply(_ item: PreparedRun.Item, log: Int64, tip: LogTip) throws {
        guard let ops = item.ops else { return }
        for (index, op) in ops.enumerated() {
            let header = item.entry.header
            let place = Place(log: log, tip: tip, seq: header.seq, op: index, time: header.time)
            if case .success(.roster(let act)) = op, tip.name.scope == .roster {
                try insert(act, at: place, in: item.entry)
                continue
            }
            let verdict = roster.verdict(
                on: op, log: tip.name, commit: header.commit, at: (tip.id, header.seq),
                seen: header.rosterHeads)
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
    private mutating func insert(_ act: RosterAct, at place: Place, in entry: Entry) throws {
        try db.cachedStatement(sql: "INSERT INTO roster_act VALUES (?, ?, ?, ?, ?)").execute(
            arguments: [
                place.log, integer(place.seq), place.op, integer(place.time.raw),
                Data(copying: act.bytes),
            ])
        store.add(
            Roster.Step(
                time: place.time, author: place.tip.name.author,
                dot: Dot(log: place.tip.id, seq: place.seq, index: UInt32(place.op)), act: act,
                seen: entry.header.rosterHeads, entry: entry.hash))
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
        transit =
            document.isOf(.settles)
            ? transaction.postings.lazy.compactMap(\.account.shipment).first : nil
        ledgerDay = try ledgerDay(
            document.effectiveDate, of: document.close.map { ($0, document.kind == .close) },
            in: (place.tip.id, place.tip.name), (place.log, place.seq, place.op))
        if ledgerDay != document.effectiveDate {
            days.insert(ledgerDay.number)
            try keepLate((place.log, integer(place.seq), Int64(place.op)), on: ledgerDay)
        }
        let insert = try insert(of: "posting", columns: 10, &postingInsert)
        insert.bind(1, Int64(ledgerDay.number))
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
            if case .currency = posting.commodity {
                let month = AccountMonth(
                    place: key, month: ledgerDay.month, isCredit: posting.amount < 0)
                accountMonths[month, default: 0] += Int128(posting.amount)
                if let base = posting.base {
                    addValue(
                        Int128(base), 1, to: account, commodity, place.tip.name.scope,
                        month: ledgerDay.month)
                }
            }
            try mark(
                posting, number, account: account, commodity: commodity, item: item, of: document,
                at: place)
            try markTransfer(
                posting, number, account: account, commodity: commodity, item: item, of: document,
                at: place)
        }
        add(.post(transaction), at: place)
    }

    /// What an amount adds to a month of an account, or takes off it (`sign` below zero).
    mutating func add(
        _ amount: Int128, _ sign: Int128, to account: Int64, _ commodity: Int64, _ scope: Scope,
        month: Int32
    ) {
        let place = BalanceKey(scope: scope.name, account: account, commodity: commodity)
        accountMonths[
            AccountMonth(place: place, month: month, isCredit: amount < 0), default: 0
        ] += amount * sign
    }

    /// The same of what an amount of another currency is carried at.
    mutating func addValue(
        _ base: Int128, _ sign: Int128, to account: Int64, _ commodity: Int64, _ scope: Scope,
        month: Int32
    ) {
        let place = BalanceKey(scope: scope.name, account: account, commodity: commodity)
        valueMonths[
            AccountMonth(place: place, month: month, isCredit: base < 0), default: 0
        ] += base * sign
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
        store.memory.forget(document)
        if let number = document.number { take(number) }
        if let link = document.link, OrderForm.Kind(link.target.kind) != nil {
            try markDue(link.target)
        }
        // Goods of a shipment may stand where they go to already.
        let isBetween = if case .between = place.tip.name.scope { true } else { false }
        if document.kind == .quota || document.kind == .shipment && isBetween,
            let number = document.number
        {
            try markDue(number)
        }
    }

    mutating func take(_ number: DocumentNumber) {
        let key = CounterKey(
            series: number.series.description, kind: number.kind.rawValue, year: number.year)
        counters[key] = max(counters[key] ?? 0, number.running)
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
        try noteCloses(event, at: place)
        try db.cachedStatement(sql: "INSERT INTO event VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)").execute(
            arguments: [
                event.entity, place.log, integer(place.seq), place.op, event.kind, event.person,
                event.effectiveDate.number, Data(copying: event.fieldBytes),
                integer(place.time.raw),
            ])
        if let number = event.opens { take(number) }
        try store.heard(of: event.entity, db)
        store.memory.forget(entity: event.entity)
        try markCount(event, at: place)
        try markBoard(event, at: place)
        if let number = Order.number(ofEntity: event.entity)
            ?? QuotaNotes.reclaim(ofEntity: event.entity)
            ?? RefundNote.number(ofEntity: event.entity)
            ?? ChargeNote.number(ofEntity: event.entity)
            ?? DebtWriteOff.number(ofEntity: event.entity)
        {
            try markDue(number)
        }
        // How the goods of a shipment lay is part of what they are worth where they go.
        if let sender = event.statingBranch, case .betweenMoney(let pair) = place.tip.name.scope,
            let item = event[CostPool.Layer.itemField]?.text.flatMap({ ItemCode($0) })
        {
            pools.insert(
                PoolKey(
                    branch: pair.other(than: sender).text,
                    item: try id(of: Commodity.item(item).name)))
        }
        try markPrices(event, at: place)
        add(.append(event), at: place)
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

    mutating func id(of name: String) throws -> Int64 {
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
        try redateCloses()
        let balance = try SumTable(db, "balance", key: ["scope", "account", "commodity"])
        for (key, delta) in balances {
            try balance.add(delta, at: [key.scope, key.account, key.commodity])
        }
        let month = try SumTable(db, "shelf_month", key: ["account", "item", "month"])
        for (key, delta) in months {
            try month.add(delta, at: [key.account, key.item, key.month])
        }
        months = [:]
        for (table, sums) in [("account_month", accountMonths), ("value_month", valueMonths)]
        where !sums.isEmpty {
            let month = try SumTable(
                db, table, key: ["scope", "account", "commodity", "month", "side"])
            for (key, delta) in sums {
                let place = key.place
                try month.add(
                    delta,
                    at: [
                        place.scope, place.account, place.commodity, key.month,
                        key.isCredit ? 1 : 0,
                    ])
            }
        }
        accountMonths = [:]
        valueMonths = [:]
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
}
