package import Replica

/// What a branch's keeper says of the value of goods that left for another branch, or came from one.
package struct ValueStatement: Hashable, Sendable {
    package let document: DocumentNumber
    package let step: Step
    /// Nil for what stays at the branch.
    package let other: BranchCode?
    package let day: Day
    /// What the document did with goods between the branches.
    package enum Step: Hashable, Sendable {
        /// The sender's: goods left.
        case sent
        /// The receiver's: goods came.
        case taken
        /// The sender's: goods that were in dispute are on its shelf.
        case takenBack
        /// The sender's: goods that were in dispute are gone.
        case lost
        /// Goods became another item.
        case repacked
    }

    /// What was not said before, item by item, in minor units.
    package let values: [Value]

    package struct Value: Hashable, Sendable {
        package let item: ItemCode
        /// What the one owes the other for it, tax and all: in what is between the two.
        package let amount: Int64
        /// What of it is price and tax; the rest is what the goods had cost the sender.
        package let price: Price
        /// Of a shipment, where it changed: how the goods lay, as `CostPool.Layer.text` writes it.
        package let layers: String?
        /// Of goods that became another item: that item.
        package let into: ItemCode?

        package init(
            item: ItemCode, amount: Int64, price: Price = Price(), layers: String? = nil,
            into: ItemCode? = nil
        ) {
            self.item = item
            self.amount = amount
            self.price = price
            self.layers = layers
            self.into = into
        }
    }

    /// What of an amount is not what goods had cost.
    package struct Price: Hashable, Sendable {
        /// What the sender charges, beside tax. Zero at the receiver; where that keeps its books in another currency than
        /// what is between the two, what goods cost it in its own.
        package let net: Int64
        package let tax: Int64
        /// What the goods had cost the sender, where it charges a price.
        package let cost: Int64

        /// What an amount of another currency is worth in the branch's own.
        var worth: Int128 { Int128(net) + Int128(tax) }

        package init(net: Int64 = 0, tax: Int64 = 0, cost: Int64 = 0) {
            self.net = net
            self.tax = tax
            self.cost = cost
        }
    }

    package init(
        document: DocumentNumber, step: Step, other: BranchCode?, day: Day, values: [Value]
    ) {
        self.document = document
        self.step = step
        self.other = other
        self.day = day
        self.values = values
    }
}

extension Planner {
    /// The sender's keeper moves what a shipment cost from `shipped` to due-from; the receiver's takes
    /// it up from due-to into inventory, where it is a cost input of the arrival. What the sender takes back
    /// or gives up leaves due-from again.
    ///
    /// - Throws: `Refusal.noGrant` where the node may not write the branch's money.
    package func state(_ statement: ValueStatement) throws -> Draft {
        try requireMoney("value between branches")
        guard let other = statement.other else { return try stateRepack(statement) }
        guard let pair = BranchPair(branch, other) else {
            throw Refusal(.notForThisBranch, "\(branch) cannot owe itself")
        }
        var document = DocumentBuilder(header(of: statement))
        let between = Scope.betweenMoney(pair)
        for value in statement.values {
            switch statement.step {
            case .sent:
                try send(value, to: other, pair, &document)
                appendLayers(value, statement, between, &document)
            case .taken: try take(value, from: other, pair, &document)
            case .takenBack, .lost:
                try takeBack(
                    value, from: other, pair,
                    into: .simple(statement.step == .lost ? .writeOff : .inventory, branch),
                    &document)
            case .repacked: break
            }
        }
        return try document.draft(references: [statement.document])
    }

    func header(of statement: ValueStatement) -> DocumentHeader {
        DocumentHeader(
            kind: .statement, number: nil, effectiveDate: statement.day, person: person,
            link: DocumentLink(.values, statement.document))
    }

    func appendLayers(
        _ value: ValueStatement.Value, _ statement: ValueStatement, _ scope: Scope,
        _ document: inout DocumentBuilder
    ) {
        guard let layers = value.layers else { return }
        document.append(
            Event(
                entity: Event.layersPrefix + statement.document.description,
                kind: CostPool.Layer.eventKind, person: person, effectiveDate: statement.day,
                fields: [
                    Event.Field(CostPool.Layer.itemField, .text(value.item.text)),
                    Event.Field(CostPool.Layer.layersField, .text(layers)),
                ]), to: scope)
    }

    /// Goods leave at what they had cost; or that is a cost, and the price is earned, and owed with the tax.
    private func send(
        _ value: ValueStatement.Value, to other: BranchCode, _ pair: BranchPair,
        _ document: inout DocumentBuilder
    ) throws {
        let (here, between) = (Scope.money(branch), Scope.betweenMoney(pair))
        let shipped = Account.simple(.shipped, branch)
        try document.move(
            here, try value.atCost(), of: currency(), from: shipped, to: .via(between),
            taggedFrom: value.item)
        try document.move(
            here, value.price.cost, of: currency(), from: shipped,
            to: .transferCost(branch, other), taggedFrom: value.item, taggedTo: value.item)
        try document.move(
            here, value.price.net, of: currency(), from: .transferSales(branch, other),
            to: .via(between), taggedFrom: value.item)
        try document.move(
            here, value.price.tax, of: currency(), from: .simple(.transferTax, branch),
            to: .via(between), taggedFrom: value.item)
        try document.move(
            between, value.amount, of: currency(), from: .via(here), to: .dueFrom(branch, other),
            taggedTo: value.item)
    }

    /// Goods come at what they are charged at, beside the tax.
    private func take(
        _ value: ValueStatement.Value, from other: BranchCode, _ pair: BranchPair,
        _ document: inout DocumentBuilder
    ) throws {
        let (here, between) = (Scope.money(branch), Scope.betweenMoney(pair))
        try document.move(
            between, value.amount, of: currency(), from: .dueTo(branch, other), to: .via(here),
            taggedFrom: value.item)
        try document.move(
            here, try value.atCost(), of: currency(), from: .via(between),
            to: .simple(.inventory, branch), taggedTo: value.item)
        try document.move(
            here, value.price.tax, of: currency(), from: .via(between),
            to: .simple(.inputTax, branch), taggedTo: value.item)
    }

    /// The opposite of `send`, of goods that are on the sender's shelf again, or are lost: at what they had cost.
    private func takeBack(
        _ value: ValueStatement.Value, from other: BranchCode, _ pair: BranchPair,
        into account: Account, _ document: inout DocumentBuilder
    ) throws {
        let (here, between) = (Scope.money(branch), Scope.betweenMoney(pair))
        try document.move(
            between, value.amount, of: currency(), from: .dueFrom(branch, other), to: .via(here),
            taggedFrom: value.item)
        try document.move(
            here, try value.atCost(), of: currency(), from: .via(between), to: account,
            taggedTo: value.item)
        try document.move(
            here, value.price.net, of: currency(), from: .via(between),
            to: .transferSales(branch, other), taggedTo: value.item)
        try document.move(
            here, value.price.tax, of: currency(), from: .via(between),
            to: .simple(.transferTax, branch), taggedTo: value.item)
        try document.move(
            here, value.price.cost, of: currency(), from: .transferCost(branch, other),
            to: account, taggedFrom: value.item, taggedTo: value.item)
    }

    /// What goods cost that became another item is what that item cost: an input of the repack.
    private func stateRepack(_ statement: ValueStatement) throws -> Draft {
        var document = DocumentBuilder(header(of: statement))
        for value in statement.values {
            guard let into = value.into else { continue }
            try document.move(
                .money(branch), value.amount, of: currency(), from: .simple(.shipped, branch),
                to: .simple(.inventory, branch), taggedFrom: value.item, taggedTo: into)
        }
        return try document.draft(references: [statement.document])
    }
}

extension ValueStatement.Value {
    /// What of the amount is neither price nor tax.
    fileprivate func atCost() throws -> Int64 {
        let rest = Int128(amount) - Int128(price.net) - Int128(price.tax)
        guard let rest = Int64(exactly: rest), rest != .min else { throw BooksError.overflow }
        return rest
    }
}
