/// One amount moved into (positive) or out of (negative) an account.
///
/// A money posting may be tagged with the item it is about: that tag is what revenue per item and the
/// cost fold read. `base` is what an amount of another currency is carried at, in minor units of what the
/// account's branch keeps its books in; nil means that `amount` is already that. An amount of zero with a
/// base changes what an account is carried at, and nothing else.
package struct Posting: Hashable, Sendable {
    package let account: Account
    package let commodity: Commodity
    /// Base units of the item, or minor units at the book's ledger scale of the currency.
    package let amount: Int64
    package let item: ItemCode?
    package let base: Int64?

    package init(
        _ account: Account, _ commodity: Commodity, _ amount: Int64, item: ItemCode? = nil,
        base: Int64? = nil
    ) {
        self.account = account
        self.commodity = commodity
        self.amount = amount
        self.item = item
        self.base = base
    }
}

/// Postings that sum to zero for every commodity. Holding one is proof of that.
package struct Transaction: Hashable, Sendable {
    package let document: DocumentHeader
    package let postings: [Posting]

    package init(_ document: DocumentHeader, _ postings: [Posting]) throws(FactError) {
        guard !postings.isEmpty else { throw .emptyTransaction }
        guard postings.count <= Self.postingsMax else { throw .tooManyPostings(postings.count) }
        var sums: [Commodity: Sides] = [:]
        for posting in postings {
            guard sums[posting.commodity, default: Sides()].add(posting.amount) else {
                throw .overflow(posting.commodity)
            }
        }
        for (commodity, sides) in sums.sorted(by: { $0.key < $1.key }) where sides.net != 0 {
            throw .unbalanced(commodity, by: sides.net)
        }
        if postings.contains(where: { $0.base != nil }) { try Self.checkBases(postings) }
        self.document = document
        self.postings = postings
    }

    package static let postingsMax = 2_048

    /// What is debited and what is credited, each by itself: so whatever part of a transaction anybody adds up, the sum
    /// fits 64 bits, in SQLite as well, and has an opposite.
    private struct Sides {
        private var debit: Int64 = 0
        private var credit: Int64 = 0

        var net: Int64 { debit + credit }

        /// False where a side does not fit.
        mutating func add(_ amount: Int64) -> Bool {
            let side = amount < 0 ? credit : debit
            let (sum, over) = side.addingReportingOverflow(amount)
            guard !over, sum != .min else { return false }
            if amount < 0 { credit = sum } else { debit = sum }
            return true
        }
    }

    /// Of a currency all postings of a transaction say what they are carried at, or none does; and what they are carried
    /// at sums to zero. So whatever anybody writes, a branch's own amounts and what others are carried at sum to zero,
    /// and nobody has to know which currency is whose own.
    private static func checkBases(_ postings: [Posting]) throws(FactError) {
        var sums: [Commodity: Sides] = [:]
        for posting in postings {
            guard let base = posting.base else { continue }
            guard posting.commodity.item == nil else { throw .carrying(posting.commodity) }
            guard sums[posting.commodity, default: Sides()].add(base) else {
                throw .overflow(posting.commodity)
            }
        }
        for (commodity, sides) in sums.sorted(by: { $0.key < $1.key }) where sides.net != 0 {
            throw .carrying(commodity)
        }
        for posting in postings where posting.base == nil && sums[posting.commodity] != nil {
            throw .carrying(posting.commodity)
        }
    }
}

package enum FactError: Error, Equatable, Sendable {
    case emptyTransaction
    case tooManyPostings(Int)
    case unbalanced(Commodity, by: Int64)
    case overflow(Commodity)
    /// What amounts of it are carried at is said of some and not of others, does not sum to zero, or is said of goods.
    case carrying(Commodity)
}
