package import Replica

/// A line of the cash flow: for what money came or went.
package enum CashLine: String, CaseIterable, Sendable {
    case customers, suppliers, expenses, taxes, betweenBranches, capital, other
    /// What money of other currencies came to be worth.
    case rates

    package var title: String {
        switch self {
        case .customers: "Received from customers"
        case .suppliers: "Paid to suppliers"
        case .expenses: "Paid for expenses"
        case .taxes: "Paid in taxes"
        case .betweenBranches: "Cash between branches"
        case .capital: "Cash of capital"
        case .other: "Other cash"
        case .rates: "Change of rates"
        }
    }
}

/// What one document says of cash: the direct method, asked of the accounts that stand against its money.
package struct CashFlow: Sendable {
    /// An amount that a document posted: debits above zero, in minor units.
    package struct Leg: Hashable, Sendable {
        package let account: Account
        /// In whose ledger it stands; nil where that cannot be told.
        package let owner: BranchCode?
        package let amount: Int128
        /// Nothing moved: it is carried at something else.
        package let isValuation: Bool

        package init(
            account: Account, owner: BranchCode?, amount: Int128, isValuation: Bool = false
        ) {
            self.isValuation = isValuation
            self.account = account
            self.owner = owner
            self.amount = amount
        }
    }

    package typealias Lines = [CashLine: Int128]

    /// By branch: what its money rose by, above zero, or fell.
    ///
    /// Law: the lines of a branch sum to what the document moved on its accounts of money. Between two of them
    /// nothing moves. Of a document that is half here, what has no other side is `other`.
    package static func lines(of legs: [Leg]) -> [BranchCode: Lines] {
        var moved: [BranchCode: Int128] = [:]
        for leg in legs where leg.account.isMoney {
            if let owner = leg.owner { moved[owner, default: 0] += leg.amount }
        }
        moved = moved.filter { $0.value != 0 }
        if legs.contains(where: { $0.isValuation && $0.account.isMoney }),
            legs.allSatisfy({ $0.isValuation || !$0.account.isMoney })
        {
            return moved.mapValues { [.rates: $0] }
        }
        let isAlone = moved.count == 1
        var found: [BranchCode: Lines] = [:]
        for (branch, amount) in moved {
            let against = legs.filter {
                !$0.account.isMoney && (isAlone || $0.owner == branch)
            }
            found[branch] = lines(of: amount, against: against)
        }
        return found
    }

    private static func lines(of moved: Int128, against legs: [Leg]) -> Lines {
        let roots = Set(legs.map(\.account.root))
        let ofCustomers = !roots.isDisjoint(with: [.sales, .receivable, .prepaid])
        let ofSuppliers = !roots.isDisjoint(with: [.payable, .inventory, .variance])
        // What the other side says of the money: together as much as moved.
        var sums: Lines = [:]
        var rest = moved
        // What rates made of an amount is no line of its own where something was paid.
        let isExchanged: (Leg) -> Bool = { leg in
            [.exchangeGain, .exchangeLoss, .tradeExchange, .moneyExchange].contains(
                leg.account.root)
        }
        let hasOther = legs.contains { !isExchanged($0) }
        for leg in legs where !(hasOther && isExchanged(leg)) {
            let line = line(of: leg.account.root, ofCustomers, ofSuppliers)
            sums[line, default: 0] -= leg.amount
            rest += leg.amount
        }
        let restLine =
            hasOther && legs.contains(where: isExchanged) ? sums.largest ?? .other : .other
        sums[restLine, default: 0] += rest
        return shared(moved, over: sums)
    }

    /// Shares `moved` over the lines of its own sign, by their amounts; what does not divide goes to the largest. Lines of
    /// the other sign say what was not paid in money.
    private static func shared(_ moved: Int128, over sums: Lines) -> Lines {
        let own = CashLine.allCases.filter { moved > 0 ? sums[$0] ?? 0 > 0 : sums[$0] ?? 0 < 0 }
        let whole = own.reduce(Int128(0)) { $0 + (sums[$1] ?? 0) }
        guard let first = own.first, whole != 0 else { return [.other: moved] }
        let largest = own.reduce(first) {
            (sums[$1] ?? 0).magnitude > (sums[$0] ?? 0).magnitude ? $1 : $0
        }
        var rest = moved
        var shares: Lines = [:]
        for line in own {
            let (product, over) = moved.multipliedReportingOverflow(by: sums[line] ?? 0)
            // Figures that no business has: the largest takes all.
            let share = over ? 0 : product / whole
            shares[line] = share
            rest -= share
        }
        shares[largest, default: 0] += rest
        return shares.filter { $0.value != 0 }
    }

    private static func line(
        of root: Account.Root, _ ofCustomers: Bool, _ ofSuppliers: Bool
    ) -> CashLine {
        switch root {
        case .sales, .receivable, .prepaid: .customers
        case .payable, .inventory, .variance: .suppliers
        case .tax: ofCustomers ? .customers : .taxes
        case .inputTax: ofSuppliers ? .suppliers : .taxes
        case .expense: .expenses
        case .dueFrom, .dueTo: .betweenBranches
        case .equity: .capital
        case .income, .asset, .liability, .overShort, .rounding, .costOfSales, .shipped, .writeOff,
            .transferSales, .transferCost, .transferTax, .revaluation, .via, .tender, .bank,
            .tradeExchange, .moneyExchange, .exchangeGain,
            .exchangeLoss:
            .other
        case .early, .stock, .customer, .supplier, .shrinkage, .transit, .dispute, .granted, .grant,
            .quota, .committed:
            .other
        }
    }
}

extension [CashLine: Int128] {
    /// The first of the greatest, whatever their signs.
    fileprivate var largest: CashLine? {
        CashLine.allCases.filter { self[$0] != nil }.max {
            (self[$0] ?? 0).magnitude < (self[$1] ?? 0).magnitude
        }
    }
}

extension Account {
    /// Does money stand on it: a drawer, a card's clearing, a bank?
    package var isMoney: Bool { root == .tender || root == .bank }
}
