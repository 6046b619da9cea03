import Books
import Engine
import Replica
import Store

/// What goods cost, worked out a second time.
extension Simulation {
    /// Every pool of branches whose money is read here that had nothing but receipts, issues and
    /// returns of its own sales, and never fell below zero.
    func checkCosts(_ logs: [ReadLog], _ roster: Roster, _ machine: Machine) throws {
        guard let engine = machine.engine else { return }
        var pools = PlainPools()
        for (transaction, place) in logs.flatMap({ $0.countedTransactions(roster) }) {
            pools.add(transaction, at: place)
        }
        let read = Set(engine.scopesRead)
        for (key, moves) in pools.moves.sorted(by: { $0.key < $1.key })
        where read.contains(.money(key.branch)) && read.contains(.trade(key.branch)) {
            let held = try engine.store.pool(key.branch, key.item)
            guard held.quantity != 0 || held.value == 0 else {
                throw Violation(
                    .costIsAverage, at: now,
                    "\(key.branch) has no \(key.item), worth \(held.value), at \(machine.name)",
                    machines: [machine.index])
            }
            let isFIFO = try isFirstInFirstOut(key.item, engine)
            guard let (quantity, value) = pools.fold(key, moves, isFIFO: isFIFO) else { continue }
            record.reached(isFIFO ? .layersFolded : .costRefolded)
            guard held.quantity == quantity, held.value == value else {
                throw Violation(
                    .costIsAverage, at: now,
                    "\(key.branch) has \(held.quantity) \(key.item) worth \(held.value) at "
                        + "\(machine.name), and its documents make \(quantity) worth \(value)",
                    machines: [machine.index])
            }
        }
    }
}

extension Simulation {
    private func isFirstInFirstOut(_ item: ItemCode, _ engine: Engine) throws -> Bool {
        let values = try engine.store.values(
            entity: ItemFacts.entity(item), attribute: ItemFacts.Attribute.costing)
        return ItemFacts.costing(values.last) == .fifo
    }

    /// `document item` of arrivals whose goods had no cost by the day on which they were shipped, by the
    /// documents alone: nothing whose value is known had come in before, in the order of the fold. It
    /// happens where a clock was set back over midnight, and where a receipt was reversed.
    /// Cost: the whole book is read.
    func costlessArrivals(at machine: Machine) throws -> Set<String> {
        guard let (keyring, roster) = try keyring(of: machine) else { return [] }
        var sources = CostSources()
        if let engine = machine.engine {
            sources.layered = Set(
                try People.allItems.compactMap { ItemCode($0) }.filter {
                    try isFirstInFirstOut($0, engine)
                })
        }
        for log in try readLogs(of: machine, keyring) {
            for (transaction, place) in log.countedTransactions(roster) {
                sources.add(transaction, at: place)
            }
        }
        return sources.costlessArrivals()
    }
}

extension ReadLog {
    /// The transactions that count, each with what orders it in a fold.
    fileprivate func countedTransactions(
        _ roster: Roster
    ) -> [(transaction: Transaction, place: PlainPools.Place)] {
        var counted: [(transaction: Transaction, place: PlainPools.Place)] = []
        for item in items {
            let header = item.entry.header
            for (index, op) in (item.ops ?? []).enumerated() {
                guard case .success(.post(let transaction)) = op,
                    case .valid = roster.verdict(
                        on: op, log: name, commit: header.commit, at: (id, header.seq))
                else { continue }
                let place = PlainPools.Place(
                    day: transaction.document.effectiveDate, time: header.time,
                    author: name.author, seq: header.seq, op: index)
                counted.append((transaction, place))
            }
        }
        return counted
    }
}

/// Where the value of goods comes from.
private struct CostSources {
    private struct Move {
        let pool: PlainPools.Key
        let place: PlainPools.Place
        let units: Int64
        let number: DocumentNumber
        /// The shipment, of an arrival.
        let shipment: DocumentNumber?
    }

    private struct Goods: Hashable {
        let document: DocumentNumber
        let item: ItemCode
    }

    private var moves: [Move] = []
    /// Goods that were given up while they were in dispute: of no pool.
    private var lost: [Move] = []
    /// By the document that the value is about.
    private var worth: [Goods: Int64] = [:]
    private var reversed: Set<DocumentNumber> = []
    /// Documents that matched goods with their shipment, each with what the goods had come with before.
    private var matched: [DocumentNumber: (arrival: DocumentNumber, shipment: DocumentNumber?)] =
        [:]
    /// Items of which the first in go out first: goods that came without a cost are no part of an average.
    var layered: Set<ItemCode> = []

    mutating func add(_ transaction: Transaction, at place: PlainPools.Place) {
        let document = transaction.document
        if document.link?.relation == .reverses, let target = document.link?.target {
            reversed.insert(target)
            return
        }
        var about = document.number
        if document.link?.relation == .values || document.link?.relation == .adjusts {
            about = document.link?.target
        }
        // Goods that change their place alone bring none and take none.
        guard let about, document.kind != .move else { return }
        if document.kind == .writeOff, let link = document.link, link.relation == .settles {
            for posting in transaction.postings where posting.account.root == .shrinkage {
                guard case .item(let item) = posting.commodity,
                    case .branch(let branch) = posting.account.place
                else { continue }
                lost.append(
                    Move(
                        pool: PlainPools.Key(branch: branch, item: item), place: place,
                        units: posting.amount, number: about, shipment: link.target))
            }
        }
        if document.kind == .arrival, let link = document.link, link.relation == .settles {
            let sent = transaction.postings.lazy.compactMap(\.account.shipment).first
            matched[about] = (link.target, sent ?? matched[about]?.shipment)
            return
        }
        for posting in transaction.postings {
            guard case .branch(let branch) = posting.account.place else { continue }
            if posting.account.root == .stock, case .item(let item) = posting.commodity {
                moves.append(
                    Move(
                        pool: PlainPools.Key(branch: branch, item: item), place: place,
                        units: posting.amount, number: about,
                        shipment: document.kind == .arrival ? document.link?.target : nil))
            } else if posting.account.root == .inventory, let item = posting.item {
                worth[Goods(document: about, item: item), default: 0] += posting.amount
            }
        }
    }

    /// What the value of a move's goods is told of: they came before their shipment was known.
    private func origins(_ move: Move) -> [(document: DocumentNumber, shipment: DocumentNumber?)] {
        let later = matched.filter { $0.value.arrival == move.number }
        guard !later.isEmpty else { return [(move.number, move.shipment)] }
        return later.map { ($0.key, $0.value.shipment) }
    }

    func costlessArrivals() -> Set<String> {
        let pools = Dictionary(grouping: moves, by: \.pool)
        var costed: Set<Goods> = []
        var before = -1
        while before != costed.count {
            before = costed.count
            for (pool, moves) in pools {
                let known = moves.filter { move in
                    guard move.units > 0, !reversed.contains(move.number) else { return false }
                    if move.shipment != nil {
                        return origins(move).contains { origin in
                            origin.shipment.map {
                                costed.contains(Goods(document: $0, item: pool.item))
                            } ?? false
                        }
                    }
                    return worth[Goods(document: move.number, item: pool.item), default: 0] > 0
                }.map(\.place).min()
                guard let known else { continue }
                let hasBare = moves.contains { move in
                    guard move.units > 0, move.shipment == nil,
                        worth[Goods(document: move.number, item: pool.item), default: 0] == 0
                    else { return false }
                    return move.place < known || move.number.kind == .customerReturn
                }
                if hasBare, layered.contains(pool.item) { continue }
                for move in moves where move.number.kind == .shipment && known < move.place {
                    costed.insert(Goods(document: move.number, item: pool.item))
                }
            }
        }
        return Set(
            (moves + lost).filter { $0.shipment != nil }.flatMap { move in
                origins(move).compactMap { document, shipment in
                    let item = move.pool.item
                    guard let shipment, !costed.contains(Goods(document: shipment, item: item))
                    else { return nil }
                    return "\(document) \(item)"
                }
            })
    }
}

/// Moving averages by the plainest of means.
private struct PlainPools {
    struct Key: Hashable, Comparable {
        let branch: BranchCode
        let item: ItemCode

        static func < (a: Self, b: Self) -> Bool { (a.branch, a.item) < (b.branch, b.item) }
    }

    struct Place: Comparable {
        let day: Day
        let time: HybridTime
        let author: NodeID
        let seq: UInt64
        let op: Int

        static func < (a: Self, b: Self) -> Bool {
            if (a.day, a.time) != (b.day, b.time) { return (a.day, a.time) < (b.day, b.time) }
            return (a.author, a.seq, a.op) < (b.author, b.seq, b.op)
        }
    }

    struct Move {
        let place: Place
        let units: Int64
        let document: DocumentHeader
    }

    private(set) var moves: [Key: [Move]] = [:]
    /// Value by the number of the goods receipt that brought it.
    private var worth: [Key: [DocumentNumber: Int64]] = [:]
    /// Pools with moves that are not plain.
    private var others: Set<Key> = []

    mutating func add(_ transaction: Transaction, at place: Place) {
        let document = transaction.document
        var units: [Key: Int64] = [:]
        for posting in transaction.postings {
            guard case .branch(let branch) = posting.account.place else { continue }
            if posting.account.root == .stock, case .item(let item) = posting.commodity {
                units[Key(branch: branch, item: item), default: 0] += posting.amount
            } else if posting.account.root == .inventory, let item = posting.item {
                let key = Key(branch: branch, item: item)
                if document.kind == .goodsReceipt || document.kind == .found,
                    let number = document.number
                {
                    worth[key, default: [:]][number, default: 0] += posting.amount
                } else {
                    others.insert(key)
                }
            }
        }
        for (key, units) in units where units != 0 {
            moves[key, default: []].append(Move(place: place, units: units, document: document))
            switch document.kind {
            case .goodsReceipt, .found, .sale, .writeOff, .shipment, .customerReturn: break
            default: others.insert(key)
            }
        }
    }

    /// Nil for a pool that is not plain.
    func fold(_ key: Key, _ moves: [Move], isFIFO: Bool) -> (quantity: Int64, value: Int64)? {
        guard !others.contains(key) else { return nil }
        var (quantity, value) = (Int64(0), Int64(0))
        // At the average there is one layer.
        var layers: [(units: Int64, value: Int64)] = []
        func add(_ units: Int64, _ worth: Int64) {
            quantity += units
            value += worth
            if isFIFO || layers.isEmpty {
                layers.append((units, worth))
            } else {
                layers[0] = (quantity, value)
            }
        }
        var sales: [DocumentNumber: (units: Int64, cost: Int64, back: Int64, credit: Int64)] = [:]
        for move in moves.sorted(by: { $0.place < $1.place }) {
            switch move.document.kind {
            case .customerReturn:
                guard let link = move.document.link, var sale = sales[link.target],
                    move.units > 0, sale.back + move.units <= sale.units
                else { return nil }
                sale.back += move.units
                let credit = Self.share(sale.cost, sale.back, of: sale.units)
                add(move.units, credit - sale.credit)
                sale.credit = credit
                sales[link.target] = sale
            case .goodsReceipt, .found:
                guard move.units > 0, let number = move.document.number else { return nil }
                add(move.units, worth[key]?[number] ?? 0)
            default:
                guard move.units < 0, -move.units <= quantity else { return nil }
                var (wanted, cost) = (-move.units, Int64(0))
                while wanted > 0, let first = layers.first {
                    let part = min(wanted, first.units)
                    let share = Self.share(first.value, part, of: first.units)
                    (wanted, cost) = (wanted - part, cost + share)
                    layers[0] = (first.units - part, first.value - share)
                    if layers[0].units == 0 { layers.removeFirst() }
                }
                value -= cost
                quantity += move.units
                guard let number = move.document.number else { return nil }
                let sold = sales[number] ?? (0, 0, 0, 0)
                sales[number] = (sold.units - move.units, sold.cost + cost, 0, 0)
            }
        }
        return (quantity, value)
    }

    /// Rounded half away from zero, once.
    private static func share(_ value: Int64, _ part: Int64, of whole: Int64) -> Int64 {
        let product = Int128(value) * Int128(part) * 2
        let half = Int128(whole)
        return Int64((product + (product < 0 ? -half : half)) / (half * 2))
    }
}
