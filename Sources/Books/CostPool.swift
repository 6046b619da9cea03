package import Replica

/// What one pool (branch, item) holds, and what its moves cost.
///
/// Value and quantity are kept, never a rounded unit cost. Laws, after any moves:
/// - value received and revalued = cost taken + variance + value held, exactly;
/// - the value at quantity zero is zero;
/// - the layers of a pool at first in, first out hold its quantity and its value, exactly;
/// - the result is a function of the order of the moves alone: a late fact is folded again from its
///   place, and so ends where it would have ended had it come in time.
package struct CostPool: Hashable, Sendable {
    package enum Method: String, Codable, CaseIterable, Sendable {
        /// Moving weighted average.
        case average
        /// First in, first out, in the order in which goods came into this pool.
        case fifo
    }

    /// Goods that came in together and are still held.
    package struct Layer: Hashable, Sendable {
        /// When they first came into the company: it stays with them across branches.
        package var day: Day
        /// Base units; positive.
        package var quantity: Int64
        /// Minor units.
        package var value: Int64

        package init(day: Day, quantity: Int64, value: Int64) {
            self.day = day
            self.quantity = quantity
            self.value = value
        }
    }

    package let method: Method
    /// Base units; below zero by a shortage.
    package private(set) var quantity: Int64 = 0
    /// Minor units. Of a shortage: minus what it was provisionally valued at.
    package private(set) var value: Int64 = 0
    /// Units of the shortage for which no cost was known when they were issued.
    package private(set) var uncosted: Int64 = 0
    /// The last known cost: `value` for `quantity` units, `quantity` positive.
    private var lastKnown: Ratio?
    /// At first in, first out: what is held, the oldest first, each with the document it came by.
    private var held: ArraySlice<Held> = []

    private struct Ratio: Hashable, Sendable {
        let value: Int64
        let quantity: Int64
    }

    private struct Held: Hashable, Sendable {
        var layer: Layer
        let origin: String?
    }

    package init(_ method: Method = .average) { self.method = method }

    /// At first in, first out: what is held, the oldest first. Empty at the average.
    package var layers: [Layer] { held.map(\.layer) }

    package enum Move: Hashable, Sendable {
        /// Goods that came in, with their whole value: a receipt, an arrival, a return at its own
        /// cost. Later inputs about it (an invoice difference, freight) are part of its value.
        case receive(quantity: Int64, value: Int64)
        /// Goods that went out.
        case issue(quantity: Int64)
        /// Goods that go back where they came from, at what they cost then.
        case sendBack(quantity: Int64, cost: Int64)
        /// A change of value with no goods moving.
        case revalue(by: Int64)
    }

    /// What a move takes out of the pool and puts on a cost account.
    package struct Row: Hashable, Sendable {
        /// Cost of an issue.
        package var cost: Int64 = 0
        /// What a receipt adds to the cost of the shortage it covers, or a revaluation that finds
        /// no goods.
        package var variance: Int64 = 0
        /// Units of this issue for which no cost is known.
        package var uncosted: Int64 = 0
        /// At first in, first out: what the issue took, the oldest first. What it lacked is in none.
        package var taken: [Layer] = []

        package init(
            cost: Int64 = 0, variance: Int64 = 0, uncosted: Int64 = 0, taken: [Layer] = []
        ) {
            self.cost = cost
            self.variance = variance
            self.uncosted = uncosted
            self.taken = taken
        }
    }

    /// What so many units are worth at the average held, or at the last known cost; nil where none
    /// is known.
    package func worth(of count: Int64) throws(BooksError) -> Int64? {
        if quantity > 0 {
            return count == quantity ? value : try Amount.share(value, count, of: quantity)
        }
        guard let lastKnown else { return nil }
        return try Amount.share(lastKnown.value, count, of: lastKnown.quantity)
    }

    /// Applies the next move. On an error the pool is unchanged.
    ///
    /// - Parameters:
    ///   - day: when it came about: the age of goods that come in.
    ///   - origin: the document that goods come in by, or go back on.
    ///   - layers: how goods that come in lay where they come from. Their quantities are scaled to
    ///     what came, and their values to what it is worth: they only tell how it is spread.
    /// Cost: at first in, first out the layers it takes; of a revaluation all that are held.
    package mutating func apply(
        _ move: Move, day: Day, origin: String? = nil, layers: [Layer] = []
    ) throws(BooksError) -> Row {
        switch move {
        case .receive(let quantity, let value):
            return try receive(quantity, worth: value, day: day, origin: origin, layers)
        case .issue(let quantity):
            return try issue(quantity)
        case .sendBack(let quantity, let cost):
            return try sendBack(quantity, cost: cost, origin: origin)
        case .revalue(let change):
            guard quantity > 0 else { return Row(variance: change) }
            try revalue(by: change)
            return Row()
        }
    }

    /// The part that covers a shortage replaces what the shortage was provisionally valued at; the
    /// difference is variance.
    private mutating func receive(
        _ count: Int64, worth: Int64, day: Day, origin: String?, _ layers: [Layer]
    ) throws(BooksError) -> Row {
        guard count > 0 else { throw .notPositive(count) }
        var row = Row()
        var left = uncosted
        var covered: Int64 = 0
        if quantity < 0 {
            let shortage = quantity.magnitude
            covered = min(Int64(clamping: shortage), count)
            let actual = covered == count ? worth : try Amount.share(worth, covered, of: count)
            let isSquared = UInt64(covered) == shortage
            let provisional =
                isSquared
                ? try Self.sum(0, value, negated: true)
                : try Self.sum(
                    0, Amount.share(value, covered, of: Int64(clamping: shortage)), negated: true)
            row.variance = try Self.sum(actual, provisional, negated: true)
            left = isSquared ? 0 : max(0, uncosted - covered)
        }
        let total = try Self.sum(quantity, count)
        let worthNow = try Self.sum(try Self.sum(value, worth), row.variance, negated: true)
        // What did not cover a shortage is worth what is held now beyond what was held before.
        if method == .fifo, count > covered {
            let added = quantity < 0 ? worthNow : worth
            let whole = Layer(day: day, quantity: count - covered, value: added)
            for layer in try Self.spread(whole, over: layers) {
                held.append(Held(layer: layer, origin: origin))
            }
        }
        (quantity, value, uncosted) = (total, worthNow, left)
        if quantity > 0, method == .average {
            lastKnown = Ratio(value: value, quantity: quantity)
        } else if worth != 0 || (quantity > 0 && lastKnown == nil) {
            // Goods of unknown cost, such as what comes back of a sale without one, make none known.
            lastKnown = Ratio(value: worth, quantity: count)
        }
        return row
    }

    /// The issue that empties the pool takes the exact remainder; what goes below zero is valued at
    /// the last known cost.
    private mutating func issue(_ count: Int64) throws(BooksError) -> Row {
        guard count > 0 else { throw .notPositive(count) }
        var row = Row()
        let whole = max(0, min(quantity, count))
        if whole > 0 {
            switch method {
            case .average:
                row.cost = whole == quantity ? value : try Amount.share(value, whole, of: quantity)
            case .fifo:
                row.taken = try oldest(whole)
                for layer in row.taken { row.cost = try Self.sum(row.cost, layer.value) }
            }
        }
        let short = count - whole
        var unknown = uncosted
        if short > 0 {
            if let lastKnown {
                let provisional = try Amount.share(lastKnown.value, short, of: lastKnown.quantity)
                row.cost = try Self.sum(row.cost, provisional)
            } else {
                row.uncosted = short
                unknown = try Self.sum(uncosted, short)
            }
        }
        let left = try Self.sum(quantity, count, negated: true)
        let worthNow = try Self.sum(value, row.cost, negated: true)
        take(row.taken)
        (quantity, value, uncosted) = (left, worthNow, unknown)
        if quantity > 0, method == .average {
            lastKnown = Ratio(value: value, quantity: quantity)
        }
        return row
    }

    /// Goods leave at what they cost when they came. What the pool cannot give of that is variance: it
    /// keeps no value without goods, and none below zero.
    private mutating func sendBack(
        _ count: Int64, cost: Int64, origin: String?
    ) throws(BooksError) -> Row {
        guard count > 0 else { throw .notPositive(count) }
        guard quantity >= count else { return try issue(count) }
        let left = quantity - count
        switch method {
        case .average:
            let given = left == 0 ? value : min(cost, max(value, 0))
            (quantity, value) = (left, try Self.sum(value, given, negated: true))
            if left > 0 { lastKnown = Ratio(value: value, quantity: quantity) }
            return Row(cost: given)
        case .fifo:
            guard let origin, let place = held.firstIndex(where: { $0.origin == origin }),
                held[place].layer.quantity >= count
            else { return try issue(count) }
            let layer = held[place].layer
            let given =
                count == layer.quantity
                ? layer.value : try Amount.share(layer.value, count, of: layer.quantity)
            let worthNow = try Self.sum(value, given, negated: true)
            if count == layer.quantity {
                held.remove(at: place)
            } else {
                held[place].layer.quantity -= count
                held[place].layer.value -= given
            }
            (quantity, value) = (left, worthNow)
            return Row(
                cost: given, taken: [Layer(day: layer.day, quantity: count, value: given)])
        }
    }

    /// Spread over what is held by quantity: the last layer takes the exact remainder.
    private mutating func revalue(by change: Int64) throws(BooksError) {
        let worthNow = try Self.sum(value, change)
        if method == .fifo {
            var changed = held
            var (units, given): (Int64, Int64) = (0, 0)
            for place in changed.indices {
                units += changed[place].layer.quantity
                let due = try Amount.share(change, units, of: quantity)
                changed[place].layer.value = try Self.sum(
                    changed[place].layer.value, due - given)
                given = due
            }
            held = changed
        }
        value = worthNow
        switch method {
        case .average: lastKnown = Ratio(value: value, quantity: quantity)
        case .fifo:
            lastKnown = held.last.map {
                Ratio(value: $0.layer.value, quantity: $0.layer.quantity)
            }
        }
    }

    // MARK: Layers

    /// The first `count` units, at most what is held.
    private func oldest(_ count: Int64) throws(BooksError) -> [Layer] {
        var taken: [Layer] = []
        var left = count
        for held in held {
            guard left > 0 else { break }
            let part = min(left, held.layer.quantity)
            let value =
                part == held.layer.quantity
                ? held.layer.value
                : try Amount.share(held.layer.value, part, of: held.layer.quantity)
            taken.append(Layer(day: held.layer.day, quantity: part, value: value))
            left -= part
        }
        return taken
    }

    /// Takes off what `oldest` found.
    private mutating func take(_ layers: [Layer]) {
        for layer in layers {
            guard let first = held.first else { return }
            if first.layer.quantity == layer.quantity {
                held.removeFirst()
            } else {
                held[held.startIndex].layer.quantity -= layer.quantity
                held[held.startIndex].layer.value -= layer.value
            }
        }
    }

    /// `whole` in as many parts as `layers` has, each with its share of their quantity and of their
    /// value; one part where they say nothing.
    static func spread(_ whole: Layer, over layers: [Layer]) throws(BooksError) -> [Layer] {
        var (units, worth) = (Int128(0), Int128(0))
        for layer in layers {
            guard layer.quantity > 0, layer.value >= 0 else { return [whole] }
            units += Int128(layer.quantity)
            worth += Int128(layer.value)
        }
        guard layers.count > 1, let allUnits = Int64(exactly: units),
            let allWorth = Int64(exactly: worth)
        else {
            return [
                Layer(
                    day: layers.first?.day ?? whole.day, quantity: whole.quantity,
                    value: whole.value)
            ]
        }
        var parts: [Layer] = []
        var (unitsSeen, worthSeen): (Int64, Int64) = (0, 0)
        var (unitsGiven, worthGiven): (Int64, Int64) = (0, 0)
        for layer in layers {
            unitsSeen += layer.quantity
            worthSeen += layer.value
            let unitsDue = try Amount.share(whole.quantity, unitsSeen, of: allUnits)
            let worthDue =
                allWorth > 0
                ? try Amount.share(whole.value, worthSeen, of: allWorth)
                : try Amount.share(whole.value, unitsSeen, of: allUnits)
            if unitsDue > unitsGiven {
                parts.append(
                    Layer(
                        day: layer.day, quantity: unitsDue - unitsGiven,
                        value: worthDue - worthGiven))
            } else if let last = parts.indices.last {
                parts[last].value += worthDue - worthGiven
            } else {
                continue
            }
            (unitsGiven, worthGiven) = (unitsDue, worthDue)
        }
        return parts
    }

    private static func sum(
        _ a: Int64, _ b: Int64, negated: Bool = false
    ) throws(BooksError) -> Int64 {
        let (sum, over) = negated ? a.subtractingReportingOverflow(b) : a.addingReportingOverflow(b)
        guard !over else { throw .overflow }
        return sum
    }
}
