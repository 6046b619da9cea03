/// One amount moved into (positive) or out of (negative) an account.
///
/// A money posting may be tagged with the item it is about: that tag is what revenue per item and the
/// cost fold read. `base` is the amount in the entity's functional currency where `commodity` is
/// another currency; nil means that `amount` is already it.
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
        var sums: [Commodity: Int64] = [:]
        for posting in postings {
            let (sum, overflow) = sums[posting.commodity, default: 0]
                .addingReportingOverflow(posting.amount)
            guard !overflow, posting.amount != .min else { throw .overflow(posting.commodity) }
            sums[posting.commodity] = sum
        }
        for (commodity, sum) in sums.sorted(by: { $0.key < $1.key }) where sum != 0 {
            throw .unbalanced(commodity, by: sum)
        }
        self.document = document
        self.postings = postings
    }

    package static let postingsMax = 2_048
}

package enum FactError: Error, Equatable, Sendable {
    case emptyTransaction
    case tooManyPostings(Int)
    case unbalanced(Commodity, by: Int64)
    case overflow(Commodity)
}
