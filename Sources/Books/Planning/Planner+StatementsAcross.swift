package import Replica

/// A keeper whose branch keeps its books in another currency than what is between it and the other: see
/// `docs/decisions/0019-goods-between-currencies.md`.
extension Planner {
    /// What `state` says, with what the branch is due, or owes, as a foreign amount: it is worth price and tax of the values.
    ///
    /// - Throws: `Refusal.noGrant` where the node may not write the branch's money.
    package func state(
        _ statement: ValueStatement, in between: CurrencyCode, _ view: some BookView
    ) throws -> Draft {
        guard let other = statement.other, between != ledger.currency else {
            return try state(statement)
        }
        try requireMoney("value between branches")
        guard let pair = BranchPair(branch, other) else {
            throw Refusal(.notForThisBranch, "\(branch) cannot owe itself")
        }
        var legs = ForeignLegs(branch, ledger)
        let worth = try owe(statement, other, between, &legs, view)
        // What the amounts are worth stands on the exchange account until it is told below what it is of.
        try legs.add(.simple(.moneyExchange, branch), Self.narrow(-worth))
        var document = try self.document(header(of: statement), of: legs)
        for value in statement.values {
            switch statement.step {
            case .sent:
                try earn(value, by: other, &document)
                appendLayers(value, statement, .betweenMoney(pair), &document)
            case .taken: try stock(value, &document)
            case .takenBack: try earn(value, by: other, into: .inventory, &document)
            case .lost: try earn(value, by: other, into: .writeOff, &document)
            case .repacked: break
            }
        }
        return try document.draft(references: [statement.document])
    }

    /// Amounts stand on what is between the two at what they are worth. Where they take it towards zero they leave it at their
    /// share of what is carried there: the difference is one leg without an amount.
    ///
    /// - Returns: what they are worth.
    private func owe(
        _ statement: ValueStatement, _ other: BranchCode, _ code: CurrencyCode,
        _ legs: inout ForeignLegs, _ view: some BookView
    ) throws -> Int128 {
        let commodity = Commodity.currency(code)
        let isReceiver = statement.step == .taken
        let side = isReceiver ? Account.dueTo(branch, other) : .dueFrom(branch, other)
        let sign: Int128 = statement.step == .sent ? 1 : -1
        var (amounts, worths) = (Int128(0), Int128(0))
        for value in statement.values {
            let amount = try Self.narrow(sign * Int128(value.amount))
            let worth = try Self.narrow(sign * value.price.worth)
            try legs.add(side: side, commodity, amount, value: worth, item: value.item)
            amounts += Int128(amount)
            worths += Int128(worth)
        }
        // A node that may not write the scope of gains and losses leaves them to the next valuation.
        guard grants.contains(.trade(branch)) else { return worths }
        let worth = try Self.narrow(worths)
        let carried = try carrying(Self.narrow(amounts), on: side, code, view) { worth }
        if carried != worth {
            try legs.add(
                side: side, commodity, 0, value: Self.narrow(Int128(carried) - worths))
        }
        return worths
    }

    /// Price and tax are earned, and what goods had cost is a cost; or, taken back, the goods are on `root` at that again.
    private func earn(
        _ value: ValueStatement.Value, by other: BranchCode, into root: Account.Root? = nil,
        _ document: inout DocumentBuilder
    ) throws {
        let (here, exchange) = (Scope.money(branch), Account.simple(.moneyExchange, branch))
        let (sales, tax) = (
            Account.transferSales(branch, other), Account.simple(.transferTax, branch)
        )
        let cost = Account.transferCost(branch, other)
        func move(_ amount: Int64, from: Account, to: Account) throws {
            let (from, to) = root == nil ? (from, to) : (to, from)
            try document.move(
                here, amount, of: .currency(ledger.currency), from: from, to: to,
                taggedFrom: from == exchange ? nil : value.item,
                taggedTo: to == exchange ? nil : value.item)
        }
        try move(value.price.net, from: sales, to: exchange)
        try move(value.price.tax, from: tax, to: exchange)
        try move(value.price.cost, from: .simple(root ?? .shipped, branch), to: cost)
    }

    /// Goods come at what they are charged at in the branch's own, beside the tax.
    private func stock(
        _ value: ValueStatement.Value, _ document: inout DocumentBuilder
    ) throws {
        let exchange = Account.simple(.moneyExchange, branch)
        for (amount, root) in [
            (value.price.net, Account.Root.inventory), (value.price.tax, .inputTax),
        ] {
            try document.move(
                .money(branch), amount, of: .currency(ledger.currency), from: exchange,
                to: .simple(root, branch), taggedTo: value.item)
        }
    }
}
