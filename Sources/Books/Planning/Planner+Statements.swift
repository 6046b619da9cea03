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
        package let amount: Int64
        /// Of a shipment, where it changed: how the goods lay, as `CostPool.Layer.text` writes it.
        package let layers: String?
        /// Of goods that became another item: that item.
        package let into: ItemCode?

        package init(
            item: ItemCode, amount: Int64, layers: String? = nil, into: ItemCode? = nil
        ) {
            self.item = item
            self.amount = amount
            self.layers = layers
            self.into = into
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
        var document = DocumentBuilder(
            DocumentHeader(
                kind: .statement, number: nil, effectiveDate: statement.day, person: person,
                party: nil, link: DocumentLink(.values, statement.document), memo: nil,
                external: nil))
        let (here, between) = (Scope.money(branch), Scope.betweenMoney(pair))
        for value in statement.values {
            switch statement.step {
            case .sent:
                try document.move(
                    here, value.amount, of: currency(), from: .simple(.shipped, branch),
                    to: .via(between), taggedFrom: value.item)
                try document.move(
                    between, value.amount, of: currency(), from: .via(here),
                    to: .dueFrom(branch, other), taggedTo: value.item)
                if let layers = value.layers {
                    document.append(
                        Event(
                            entity: Event.layersPrefix + statement.document.description,
                            kind: CostPool.Layer.eventKind, person: person,
                            effectiveDate: statement.day,
                            fields: [
                                Event.Field(CostPool.Layer.itemField, .text(value.item.text)),
                                Event.Field(CostPool.Layer.layersField, .text(layers)),
                            ]), to: between)
                }
            case .repacked: break
            case .taken, .takenBack, .lost:
                let owed: Account =
                    statement.step == .taken
                    ? .dueTo(branch, other) : .dueFrom(branch, other)
                try document.move(
                    between, value.amount, of: currency(), from: owed, to: .via(here),
                    taggedFrom: value.item)
                try document.move(
                    here, value.amount, of: currency(), from: .via(between),
                    to: .simple(statement.step == .lost ? .writeOff : .inventory, branch),
                    taggedTo: value.item)
            }
        }
        return try document.draft(references: [statement.document])
    }

    /// What goods cost that became another item is what that item cost: an input of the repack.
    private func stateRepack(_ statement: ValueStatement) throws -> Draft {
        var document = DocumentBuilder(
            DocumentHeader(
                kind: .statement, number: nil, effectiveDate: statement.day, person: person,
                link: DocumentLink(.values, statement.document)))
        for value in statement.values {
            guard let into = value.into else { continue }
            try document.move(
                .money(branch), value.amount, of: currency(), from: .simple(.shipped, branch),
                to: .simple(.inventory, branch), taggedFrom: value.item, taggedTo: into)
        }
        return try document.draft(references: [statement.document])
    }
}
