import Books

/// What a statement is of. The days are `from ... to`; a balance sheet is at the end of `to`.
package struct StatementFilter: Codable, Hashable, Sendable {
    /// None: all together.
    package var branches: [String]
    package var from: String?
    package var to: String?
    /// The span that is shown beside it.
    package var compareFrom: String?
    package var compareTo: String?
    /// Of the branches of this legal entity.
    package var entity: String?
    /// A column for each branch.
    package var byBranch: Bool
    /// A column for each legal entity.
    package var byEntity: Bool
    /// The book's own chart where nil.
    package var chart: String?

    package init(
        branches: [String] = [], from: String? = nil, to: String? = nil,
        compareFrom: String? = nil, compareTo: String? = nil, byBranch: Bool = false,
        chart: String? = nil, entity: String? = nil, byEntity: Bool = false
    ) {
        self.branches = branches
        self.from = from
        self.to = to
        self.compareFrom = compareFrom
        self.compareTo = compareTo
        self.byBranch = byBranch
        self.chart = chart
        self.entity = entity
        self.byEntity = byEntity
    }
}

package struct LedgerFilter: Codable, Hashable, Sendable {
    /// In full, `tender/HZ/cash`; or the beginning of several up to a `/`, `receivable/HZ/`.
    package var account: String
    package var from: String
    package var to: String
    package var limit: Int

    package init(account: String, from: String, to: String, limit: Int = 1_000) {
        self.account = account
        self.from = from
        self.to = to
        self.limit = limit
    }
}

/// The branches of a trial balance, and the day that it is held beside.
package struct BalanceGroup: Codable, Hashable, Sendable {
    /// None: all, or those of the entity.
    package var branches: [String]
    package var entity: String?
    package var compareTo: String?

    package init(branches: [String] = [], entity: String? = nil, compareTo: String? = nil) {
        self.branches = branches
        self.entity = entity
        self.compareTo = compareTo
    }
}

package struct AgeingFilter: Codable, Hashable, Sendable {
    /// `receivable` or `payable`.
    package var of: String
    /// None: all, or those of the entity.
    package var branches: [String]
    package var entity: String?
    package var asAt: String?
    /// The day at whose end it is shown beside it.
    package var compareTo: String?

    package init(
        of: String, branches: [String] = [], asAt: String? = nil, entity: String? = nil,
        compareTo: String? = nil
    ) {
        self.of = of
        self.branches = branches
        self.asAt = asAt
        self.entity = entity
        self.compareTo = compareTo
    }
}

package struct MovementFilter: Codable, Hashable, Sendable {
    package var branch: String?
    package var item: String?
    package var from: String
    package var to: String
    /// `whole`, `month` or `day`.
    package var by: String
    package var byLocation: Bool
    package var limit: Int

    package init(
        branch: String? = nil, item: String? = nil, from: String, to: String,
        by: String = "whole", byLocation: Bool = false, limit: Int = 1_000
    ) {
        self.branch = branch
        self.item = item
        self.from = from
        self.to = to
        self.by = by
        self.byLocation = byLocation
        self.limit = limit
    }
}

package struct MarginFilter: Codable, Hashable, Sendable {
    /// `branch`, `item`, `category`, `day`, `month`, `hour`, `customer`, in the order of the columns.
    package var by: [String]
    package var branch: String?
    package var item: String?
    package var from: String
    package var to: String
    /// Write-offs count as units that cost and brought nothing.
    package var withWriteOffs: Bool
    package var limit: Int

    package init(
        by: [String], branch: String? = nil, item: String? = nil, from: String, to: String,
        withWriteOffs: Bool = false, limit: Int = 1_000
    ) {
        self.by = by
        self.branch = branch
        self.item = item
        self.from = from
        self.to = to
        self.withWriteOffs = withWriteOffs
        self.limit = limit
    }
}

package struct CardFilter: Codable, Hashable, Sendable {
    package var branch: String
    package var item: String
    package var from: String
    package var to: String
    /// One location of the branch; all of them where nil.
    package var location: String?
    package var limit: Int

    package init(
        branch: String, item: String, from: String, to: String, location: String? = nil,
        limit: Int = 1_000
    ) {
        self.branch = branch
        self.item = item
        self.from = from
        self.to = to
        self.location = location
        self.limit = limit
    }
}

package struct JournalFilter: Codable, Hashable, Sendable {
    package var branch: String?
    /// An account or the beginning of one: `sales/HZ`.
    package var account: String?
    package var item: String?
    package var from: String?
    package var to: String?
    package var document: String?
    /// The key of the last row of the page before, as its report's `next` fact gave it.
    package var after: String?
    package var limit: Int

    package init(
        branch: String? = nil, account: String? = nil, item: String? = nil, from: String? = nil,
        to: String? = nil, document: String? = nil, after: String? = nil, limit: Int = 1_000
    ) {
        self.branch = branch
        self.account = account
        self.item = item
        self.from = from
        self.to = to
        self.document = document
        self.after = after
        self.limit = limit
    }
}
