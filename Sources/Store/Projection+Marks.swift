import Books
import GRDB
import Replica

/// What ops mean for pools, stocktakes, transfers and keepers: noted while a batch is read, written at its
/// end.
extension Projection {
    mutating func product(of transaction: Transaction) throws -> Int64? {
        guard transaction.document.kind == .repack else { return nil }
        let made = transaction.postings.first {
            $0.account.root == .stock && $0.amount > 0
        }
        guard let made, case .item = made.commodity else { return nil }
        return try id(of: made.commodity.name)
    }

    /// Notes which pools a posting moves, and keeps cost inputs where the fold finds them.
    mutating func mark(
        _ posting: Posting, _ number: Int, account: Int64, commodity: Int64, item: Int64?,
        of document: DocumentHeader, at place: Place
    ) throws {
        guard case .branch(let branch) = posting.account.place else { return }
        if posting.account.root == .stock, case .item = posting.commodity {
            pools.insert(PoolKey(branch: branch.text, item: commodity))
            let month = ShelfMonth(
                account: account, item: commodity, month: ledgerDay.month)
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
        } else if posting.account.root == .early {
            guard document.kind == .arrival, let own = document.number,
                own.series.branch == branch,
                let arrival = document.isOf(.settles) ? document.link?.target : own
            else { return }
            try db.cachedStatement(
                sql: "INSERT INTO early_move VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
            ).execute(arguments: [
                branch.text, arrival.description, commodity, place.log, integer(place.seq),
                place.op,
                number, own.description, posting.amount,
            ])
            // What it is to be matched with may be here; once it is, value acts where the goods came.
            try markDue(own)
            if arrival != own { pools.insert(PoolKey(branch: branch.text, item: commodity)) }
        } else if posting.account.root == .inventory, let item, document.close == nil,
            posting.base == nil
        {
            pools.insert(PoolKey(branch: branch.text, item: item))
            try db.cachedStatement(sql: "INSERT INTO valuation VALUES (?, ?, ?, ?, ?, ?, ?)")
                .execute(arguments: [
                    branch.text, item, place.log, integer(place.seq), place.op, number,
                    posting.amount,
                ])
        }
    }

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

    /// Keeps what keepers read: goods between two branches, and what was said of their value.
    mutating func markTransfer(
        _ posting: Posting, _ number: Int, account: Int64, commodity: Int64, item: Int64?,
        of document: DocumentHeader, at place: Place
    ) throws {
        switch (posting.account.place, place.tip.name.scope, posting.commodity) {
        case (.bridge(.trade(let branch)), .between(let pair), .item) where pair.contains(branch):
            let shipment: DocumentNumber? =
                switch (document.kind, document.link?.relation) {
                case (.shipment, _): document.number
                case (.arrival, .receives), (.writeOff, .settles): document.link?.target
                // Goods that had come before: its account says of which shipment they are.
                case (.arrival, .settles): transit
                default: nil
                }
            guard let own = document.number, let shipment else { return }
            try db.cachedStatement(sql: "INSERT INTO transfer VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)")
                .execute(arguments: [
                    branch.text, commodity, place.log, integer(place.seq), place.op, number,
                    own.description, shipment.description, posting.amount,
                ])
            due.insert(PoolKey(branch: branch.text, item: commodity))
        case (.side, .betweenMoney, .currency) where document.isOf(.returns):
            // What was laid out for another branch: it books the return now.
            if let own = document.number { try markDue(own) }
        case (.side, .betweenMoney, .currency)
        where document.kind == .journal && (document.link == nil || document.isOf(.adjusts)):
            // What was charged to another branch: it books it now.
            if let own = document.number { try markDue(own) }
        case (.side, .betweenMoney, .currency) where document.isAboutCharge:
            // It was taken back, or booked: twice, it may be.
            if let target = document.link?.target { try markDue(target) }
        case (.side(let owner, let other), .betweenMoney, .currency):
            guard let item, let link = document.link, link.relation == .values else { return }
            try markStatement(
                posting, number, account: account, item: item, by: owner, about: link.target,
                at: place)
            if posting.account.root == .dueFrom {
                due.insert(PoolKey(branch: other.text, item: item))
            }
        case (.branch(let branch), .money, .currency)
        where Self.stated.contains(posting.account.root):
            guard let item, let link = document.link, link.relation == .values,
                link.target.kind == .repack || posting.account.root != .shipped
            else { return }
            try markStatement(
                posting, number, account: account, item: item, by: branch, about: link.target,
                at: place)
        default: break
        }
    }

    /// At what goods went to another branch: both keepers look at them.
    mutating func markPrices(_ event: Event, at place: Place) throws {
        guard event.kind == Event.pricingKind, case .between(let pair) = place.tip.name.scope,
            event.entity.utf8.starts(with: Event.transferPrefix.utf8)
        else { return }
        if store.memory.hasPrices != true { store.memory.hasPrices = nil }
        for item in TransferPrice.prices([event]).keys.sorted() {
            let id = try id(of: Commodity.item(item).name)
            for branch in [pair.first, pair.second] {
                due.insert(PoolKey(branch: branch.text, item: id))
            }
        }
    }

    /// Accounts of a branch's own on which its keeper says something of goods between branches.
    private static let stated: Set<Account.Root> = [
        .shipped, .transferSales, .transferCost, .transferTax, .inputTax,
    ]

    /// What a branch's keeper said of the value of an item on a document.
    private mutating func markStatement(
        _ posting: Posting, _ number: Int, account: Int64, item: Int64, by branch: BranchCode,
        about document: DocumentNumber, at place: Place
    ) throws {
        try db.cachedStatement(sql: "INSERT INTO statement VALUES (?, ?, ?, ?, ?, ?, ?, ?)")
            .execute(arguments: [
                account, item, document.description, place.log, integer(place.seq), place.op,
                number, posting.amount,
            ])
        if !isWrittenHere { said.insert(PoolKey(branch: branch.text, item: item)) }
    }

    /// Something was said of a document that a holder looks after, or done for it.
    mutating func markDue(_ number: DocumentNumber) throws {
        store.memory.holderDue = nil
        try db.cachedStatement(
            sql: "INSERT OR REPLACE INTO holder_due VALUES (?, ?)"
        ).execute(arguments: [number.description, Int32.min])
    }

    /// The last word of a shelf's holder, whatever came first: the newest incarnation's, then the last in its log.
    mutating func markBoard(_ event: Event, at place: Place) throws {
        guard place.tip.name.scope == .board,
            let branch = FreeGoods.branch(ofEntity: event.entity)
        else { return }
        let upsert = try db.cachedStatement(
            sql: """
                INSERT INTO board VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE
                SET free = excluded.free, time = excluded.time, incarnation = excluded.incarnation,
                    seq = excluded.seq, op = excluded.op
                WHERE (excluded.incarnation, excluded.seq, excluded.op) > (incarnation, seq, op)
                """)
        for (item, free) in FreeGoods.figures(event) {
            try upsert.execute(arguments: [
                branch.text, try id(of: Commodity.item(item).name), free,
                integer(place.time.raw), integer(place.tip.name.incarnation),
                integer(place.seq), place.op,
            ])
        }
    }

    /// What a stocktake found is a barrier; what it is worth, and whether it stands, changes pools.
    mutating func markCount(_ event: Event, at place: Place) throws {
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

    mutating func finishMarks() throws {
        if !(pools.isEmpty && due.isEmpty && said.isEmpty && methods.isEmpty) {
            store.memory.forgetGoods()
        }
        let day = try db.cachedStatement(sql: "INSERT OR IGNORE INTO book_day VALUES (?)")
        for number in days {
            try day.execute(arguments: [number])
            try KeptDays.drop(number, db)
        }
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
