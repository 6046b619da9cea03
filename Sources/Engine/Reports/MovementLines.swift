import Books
import Replica
import Store

/// Lines of opening and closing, made of sums by kind of document: branch by branch, in each by span and then by shelf.
struct MovementLines {
    struct Line {
        let shelf: Store.ShelfItem
        let day: Day
        var opening: Int128
        var bought: Int128 = 0
        var sold: Int128 = 0
        var received: Int128 = 0
        var shipped: Int128 = 0
        var adjusted: Int128 = 0
        var moved: Int128 = 0

        var closing: Int128 {
            opening + bought - sold + received - shipped + adjusted + moved
        }

        mutating func add(_ kind: DocumentKind, _ amount: Int128) {
            switch kind {
            case .goodsReceipt, .supplierReturn: bought += amount
            case .sale, .customerReturn: sold -= amount
            case .arrival: received += amount
            case .shipment: shipped -= amount
            case .move, .purchaseOrder, .salesOrder, .transferRequest, .quota: moved += amount
            case .writeOff, .found, .count, .repack, .journal, .statement, .reversal,
                .revaluation, .payment, .tillShift, .close, .invoice, .match, .task, .notice:
                adjusted += amount
            }
        }
    }

    private struct Key: Hashable {
        let account: Int64
        let item: Int64
        let kind: DocumentKind
    }

    /// A line of a span: its shelf, by its place in `Shelves`.
    private struct Span {
        let day: Day
        var sums: [Key: Int128] = [:]
    }

    private let store: Store
    private let item: ItemCode?
    private let from: Day
    private let to: Day
    private let cut: Store.Cut
    private let byLocation: Bool
    private(set) var lines: [Line] = []

    init(
        _ store: Store, item: ItemCode?, from: Day, to: Day, cut: Store.Cut, byLocation: Bool
    ) {
        self.store = store
        self.item = item
        self.from = from
        self.to = to
        self.cut = cut
        self.byLocation = byLocation
    }

    /// Adds a branch's lines, until there are `count` in all. Cost: what moved is read twice, since goods that lie still
    /// all the time are told once, at the beginning. Memory: a span's sums and the lines.
    mutating func read(_ branch: String, upTo count: Int) throws {
        guard lines.count < count else { return }
        var shelves = Shelves(store, branch: branch, byLocation: byLocation)
        for (shelf, amount) in try store.openings(
            branch: BranchCode(branch), item: item, before: from)
        where shelf.branch == branch { shelves.open(shelf, amount) }
        if cut != .whole {
            try eachSpan(branch) { span in
                for (key, amount) in span.sums where amount != 0 {
                    shelves.isMoved[try shelves.place(key.account, key.item)] = true
                }
                return true
            }
        }
        var isFirst = true
        func append(_ day: Day, _ found: [Int: Line]) {
            var found = found
            for (place, line) in found { shelves.held[place] = line.closing }
            if isFirst {
                for place in shelves.items.indices
                where found[place] == nil && (cut == .whole || !shelves.isMoved[place]) {
                    found[place] = Line(
                        shelf: shelves.items[place], day: from, opening: shelves.held[place])
                }
            }
            isFirst = false
            lines += found.values.sorted { $0.shelf < $1.shelf }
        }
        try eachSpan(branch) { span in
            // What lies still comes first, with what moved on the first day.
            if isFirst, span.day != from { append(from, [:]) }
            var found: [Int: Line] = [:]
            for (key, amount) in span.sums where amount != 0 {
                let place = try shelves.place(key.account, key.item)
                found[
                    place,
                    default: Line(
                        shelf: shelves.items[place], day: span.day, opening: shelves.held[place])
                ].add(key.kind, amount)
            }
            append(span.day, found)
            return lines.count < count
        }
        if isFirst { append(from, [:]) }
    }

    /// Spans in their order, until `body` has enough.
    private func eachSpan(_ branch: String, _ body: (Span) throws -> Bool) throws {
        var span = Span(day: from)
        var wantsMore = true
        try store.eachMove(branch: branch, item: item, from: from, to: to) { day, moves in
            let begins: Day =
                switch cut {
                case .whole: from
                case .month: max(day.firstOfMonth, from)
                case .day: day
                }
            if begins != span.day {
                if !span.sums.isEmpty { wantsMore = try body(span) }
                span = Span(day: begins)
            }
            guard wantsMore else { return false }
            for move in moves {
                let key = Key(account: move.account, item: move.item, kind: move.kind)
                span.sums[key, default: 0] += move.amount
            }
            return true
        }
        if wantsMore, !span.sums.isEmpty { _ = try body(span) }
    }
}

/// The shelves of a branch that a report tells of, each with a place.
private struct Shelves {
    let store: Store
    let branch: String
    let byLocation: Bool
    private(set) var items: [Store.ShelfItem] = []
    /// What stands there at the beginning of the span at hand.
    var held: [Int128] = []
    var isMoved: [Bool] = []
    private var places: [Store.ShelfItem: Int] = [:]
    private var known: [ShelfID: Int] = [:]
    private var locations: [Int64: String]?

    private struct ShelfID: Hashable {
        let account: Int64
        let item: Int64
    }

    init(_ store: Store, branch: String, byLocation: Bool) {
        self.store = store
        self.branch = branch
        self.byLocation = byLocation
    }

    mutating func open(_ shelf: Store.ShelfItem, _ amount: Int128) {
        held[place(shelf.item, shelf.location)] += amount
    }

    /// A name is looked up once for each.
    mutating func place(_ account: Int64, _ item: Int64) throws -> Int {
        let id = ShelfID(account: account, item: item)
        if let place = known[id] { return place }
        let locations = try locations ?? store.locations(of: branch)
        self.locations = locations
        let code = try store.itemCodes([item])[item] ?? ""
        let place = place(code, locations[account] ?? "")
        known[id] = place
        return place
    }

    private mutating func place(_ item: String, _ location: String) -> Int {
        let shelf = Store.ShelfItem(
            branch: branch, item: item, location: byLocation ? location : "")
        if let place = places[shelf] { return place }
        places[shelf] = items.count
        items.append(shelf)
        held.append(0)
        isMoved.append(false)
        return items.count - 1
    }
}
