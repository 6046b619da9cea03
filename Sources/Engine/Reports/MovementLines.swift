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

        /// Of lines of one branch.
        fileprivate func isBefore(_ other: Self) -> Bool {
            shelf.item == other.shelf.item
                ? shelf.location < other.shelf.location : shelf.item < other.shelf.item
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
            try eachSpan(branch, &shelves) { _, sums, shelves in
                sums.eachShelf { shelf in shelves.isMoved[shelves.place(of: shelf)] = true }
                return true
            }
        }
        var isFirst = true
        try eachSpan(branch, &shelves) { day, sums, shelves in
            // What lies still comes first, with what moved on the first day.
            if isFirst, day != from {
                append([], still: &shelves)
                isFirst = false
            }
            let found = placed(sums, day, &shelves)
            if isFirst {
                append(found, still: &shelves)
            } else {
                lines += found.map(\.line)
            }
            isFirst = false
            return lines.count < count
        }
        if isFirst { append([], still: &shelves) }
    }

    private struct Placed {
        let place: Int
        var line: Line
    }

    /// The lines of a span, by shelf; afterwards what stands there is their closing.
    private func placed(
        _ sums: SpanSums, _ day: Day, _ shelves: inout Shelves
    ) -> [Placed] {
        var found: [Placed] = []
        var index = [Int32](repeating: -1, count: shelves.items.count)
        sums.each { shelf, kind, amount in
            let place = shelves.place(of: shelf)
            if index[place] < 0 {
                index[place] = Int32(found.count)
                found.append(
                    Placed(
                        place: place,
                        line: Line(
                            shelf: shelves.items[place], day: day, opening: shelves.held[place])))
            }
            found[Int(index[place])].line.add(kind, amount)
        }
        for placed in found { shelves.held[placed.place] = placed.line.closing }
        return found.sorted { $0.line.isBefore($1.line) }
    }

    /// The first lines, and one for each shelf on which nothing moves.
    private mutating func append(_ found: [Placed], still shelves: inout Shelves) {
        let known = Set(found.map(\.place))
        var lines = found.map(\.line)
        for place in shelves.items.indices
        where !known.contains(place) && (cut == .whole || !shelves.isMoved[place]) {
            lines.append(
                Line(shelf: shelves.items[place], day: from, opening: shelves.held[place]))
        }
        self.lines += lines.sorted { $0.isBefore($1) }
    }

    /// Spans of which anything moved, in their order, until `body` has enough.
    private func eachSpan(
        _ branch: String, _ shelves: inout Shelves,
        _ body: (Day, SpanSums, inout Shelves) throws -> Bool
    ) throws {
        var first = from
        var sums = SpanSums()
        var wantsMore = true
        try store.eachMove(branch: branch, item: item, from: from, to: to) { day, moves in
            let begins: Day =
                switch cut {
                case .whole: from
                case .month: max(day.firstOfMonth, from)
                case .day: day
                }
            if begins != first {
                if !sums.isEmpty { wantsMore = try body(first, sums, &shelves) }
                sums.clear()
                first = begins
            }
            guard wantsMore else { return false }
            for (move, shelf) in zip(moves, try shelves.numbers(of: moves)) {
                sums.add(Int(shelf), move.kind, move.amount)
            }
            return true
        }
        if wantsMore, !sums.isEmpty { _ = try body(first, sums, &shelves) }
    }
}

/// What documents of each kind did to each shelf in a span. A shelf has few kinds: they hang on it one behind the other.
private struct SpanSums {
    private struct Sum {
        let kind: DocumentKind
        var amount: Int128
        let next: Int32
    }

    /// By shelf; below zero where nothing happened.
    private var heads: [Int32] = []
    private var sums: [Sum] = []
    /// Shelves in the order in which something happened to them.
    private var touched: [Int32] = []

    /// Did nothing happen, or was all of it undone?
    var isEmpty: Bool { sums.allSatisfy { $0.amount == 0 } }

    mutating func add(_ shelf: Int, _ kind: DocumentKind, _ amount: Int128) {
        if shelf >= heads.count {
            heads += repeatElement(-1, count: max(shelf + 1, 2 * heads.count) - heads.count)
        }
        var place = heads[shelf]
        if place < 0 { touched.append(Int32(shelf)) }
        while place >= 0 {
            if sums[Int(place)].kind == kind {
                sums[Int(place)].amount += amount
                return
            }
            place = sums[Int(place)].next
        }
        sums.append(Sum(kind: kind, amount: amount, next: heads[shelf]))
        heads[shelf] = Int32(sums.count - 1)
    }

    mutating func clear() {
        for shelf in touched { heads[Int(shelf)] = -1 }
        touched.removeAll(keepingCapacity: true)
        sums.removeAll(keepingCapacity: true)
    }

    /// What is left of each.
    func each(_ body: (Int, DocumentKind, Int128) -> Void) {
        for shelf in touched {
            var place = heads[Int(shelf)]
            while place >= 0 {
                let sum = sums[Int(place)]
                if sum.amount != 0 { body(Int(shelf), sum.kind, sum.amount) }
                place = sum.next
            }
        }
    }

    func eachShelf(_ body: (Int) -> Void) { each { shelf, _, _ in body(shelf) } }
}

/// The shelves of a branch, each with a number, and the lines that a report tells of, each with a place: several shelves are of
/// one line where locations are told together.
private struct Shelves {
    let store: Store
    let branch: String
    let byLocation: Bool
    private(set) var items: [Store.ShelfItem] = []
    /// What stands there at the beginning of the span at hand.
    var held: [Int128] = []
    var isMoved: [Bool] = []
    private var places: [Store.ShelfItem: Int] = [:]
    /// Of each account the numbers of its items.
    private var numbers: [NumbersOfIDs] = []
    private var accounts: [Int64: Int] = [:]
    private var placeOfShelf: [Int32] = []
    private var locations: [Int64: String]?

    init(_ store: Store, branch: String, byLocation: Bool) {
        self.store = store
        self.branch = branch
        self.byLocation = byLocation
    }

    mutating func open(_ shelf: Store.ShelfItem, _ amount: Int128) {
        held[place(shelf.item, shelf.location)] += amount
    }

    /// The numbers of the shelves of moves; a name is looked up once for each item.
    mutating func numbers(of moves: [Store.ShelfMove]) throws -> [Int32] {
        var found: [Int32] = []
        found.reserveCapacity(moves.count)
        // Moves come account by account.
        var last: (account: Int64, place: Int)?
        var new: [Store.ShelfMove] = []
        for move in moves {
            if last?.account != move.account {
                last = (move.account, place(ofAccount: move.account))
            }
            let number = numbers[last?.place ?? 0][move.item]
            if number < 0 { new.append(move) }
            found.append(number)
        }
        guard !new.isEmpty else { return found }
        try learn(new)
        return moves.map { numbers[accounts[$0.account] ?? 0][$0.item] }
    }

    private mutating func learn(_ moves: [Store.ShelfMove]) throws {
        let locations = try locations ?? store.locations(of: branch)
        self.locations = locations
        let codes = try store.itemCodes(Set(moves.map(\.item)))
        for move in moves {
            let account = place(ofAccount: move.account)
            guard numbers[account][move.item] < 0 else { continue }
            numbers[account][move.item] = Int32(placeOfShelf.count)
            placeOfShelf.append(
                Int32(place(codes[move.item] ?? "", locations[move.account] ?? "")))
        }
    }

    private mutating func place(ofAccount account: Int64) -> Int {
        if let place = accounts[account] { return place }
        let place = numbers.count
        numbers.append(NumbersOfIDs())
        accounts[account] = place
        return place
    }

    func place(of shelf: Int) -> Int { Int(placeOfShelf[shelf]) }

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
