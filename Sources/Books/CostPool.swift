/// What one pool (branch, item) holds, at moving weighted average cost.
///
/// Value and quantity are kept, never a rounded unit cost. Laws, after any moves:
/// - value received and revalued = cost taken + variance + value held, exactly;
/// - the value at quantity zero is zero;
/// - the result is a function of the order of the moves alone: a late fact is folded again from its
///   place, and so ends where it would have ended had it come in time.
package struct CostPool: Hashable, Sendable {
    /// Base units; below zero by a shortage.
    package private(set) var quantity: Int64 = 0
    /// Minor units. Of a shortage: minus what it was provisionally valued at.
    package private(set) var value: Int64 = 0
    /// Units of the shortage for which no cost was known when they were issued.
    package private(set) var uncosted: Int64 = 0
    /// The last known cost: `value` for `quantity` units, `quantity` positive.
    private var lastKnown: Ratio?

    private struct Ratio: Hashable, Sendable {
        let value: Int64
        let quantity: Int64
    }

    package init() {}

    package enum Move: Hashable, Sendable {
        /// Goods that came in, with their whole value: a receipt, an arrival, a return at its own
        /// cost. Later inputs about it (an invoice difference, freight) are part of its value.
        case receive(quantity: Int64, value: Int64)
        /// Goods that went out.
        case issue(quantity: Int64)
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

        package init(cost: Int64 = 0, variance: Int64 = 0, uncosted: Int64 = 0) {
            self.cost = cost
            self.variance = variance
            self.uncosted = uncosted
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
    package mutating func apply(_ move: Move) throws(BooksError) -> Row {
        var next = self
        let row: Row
        switch move {
        case .receive(let quantity, let value):
            row = try next.receive(quantity, worth: value)
        case .issue(let quantity):
            row = try next.issue(quantity)
        case .revalue(let change):
            if next.quantity > 0 {
                next.value = try Self.sum(next.value, change)
                next.lastKnown = Ratio(value: next.value, quantity: next.quantity)
                row = Row()
            } else {
                row = Row(variance: change)
            }
        }
        self = next
        return row
    }

    /// The part that covers a shortage replaces what the shortage was provisionally valued at; the
    /// difference is variance.
    private mutating func receive(_ count: Int64, worth: Int64) throws(BooksError) -> Row {
        guard count > 0 else { throw .notPositive(count) }
        var row = Row()
        if quantity < 0 {
            let shortage = quantity.magnitude
            let covered = min(Int64(clamping: shortage), count)
            let actual = covered == count ? worth : try Amount.share(worth, covered, of: count)
            let isSquared = UInt64(covered) == shortage
            let provisional =
                isSquared
                ? try Self.sum(0, value, negated: true)
                : try Self.sum(
                    0, Amount.share(value, covered, of: Int64(clamping: shortage)), negated: true)
            row.variance = try Self.sum(actual, provisional, negated: true)
            uncosted = isSquared ? 0 : max(0, uncosted - covered)
        }
        quantity = try Self.sum(quantity, count)
        value = try Self.sum(try Self.sum(value, worth), row.variance, negated: true)
        if quantity > 0 {
            lastKnown = Ratio(value: value, quantity: quantity)
        } else if worth != 0 {
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
        let held = max(0, min(quantity, count))
        if held > 0 {
            row.cost = held == quantity ? value : try Amount.share(value, held, of: quantity)
        }
        let short = count - held
        if short > 0 {
            if let lastKnown {
                let provisional = try Amount.share(lastKnown.value, short, of: lastKnown.quantity)
                row.cost = try Self.sum(row.cost, provisional)
            } else {
                row.uncosted = short
                uncosted = try Self.sum(uncosted, short)
            }
        }
        quantity = try Self.sum(quantity, count, negated: true)
        value = try Self.sum(value, row.cost, negated: true)
        if quantity > 0 { lastKnown = Ratio(value: value, quantity: quantity) }
        return row
    }

    private static func sum(
        _ a: Int64, _ b: Int64, negated: Bool = false
    ) throws(BooksError) -> Int64 {
        let (sum, over) = negated ? a.subtractingReportingOverflow(b) : a.addingReportingOverflow(b)
        guard !over else { throw .overflow }
        return sum
    }
}
