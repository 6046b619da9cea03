package import Books
import GRDB
package import Replica

/// What a keeper has to say about the value of goods between branches.
///
/// The sender states what the cost fold took out of its pool for a shipment; the receiver takes up, of
/// what was stated, the share of the goods it accepted, and the sender that of goods that came back to
/// it or are lost. Both state the difference to what they said
/// before, so late facts are followed, and goods in transit or in dispute are what remains.
extension Store {
    /// What is to be stated, of one item on one document.
    package struct StatementDue: Hashable, Sendable {
        /// The shipment, or what took goods of it up.
        package let document: DocumentNumber
        package let step: ValueStatement.Step
        /// Nil for what stays at the branch.
        package let other: BranchCode?
        package let day: Day
        package let item: ItemCode
        /// Minor units; zero only where the layers, or what the amount is made of, alone changed.
        package let amount: Int64
        /// What of it is price and tax.
        package let price: ValueStatement.Price
        /// Of a shipment, where they are not as they were stated: how the goods lay.
        package let layers: String?
        /// Of goods that became another item: that item.
        package let into: ItemCode?
    }

    /// Is there anything to look at for this branch, and does it bear no delay?
    package func statementsWaiting(_ branch: BranchCode) throws -> (any: Bool, urgent: Bool) {
        if let known = memory.statements[branch] { return known }
        let waiting: (any: Bool, urgent: Bool) = try access { db in
            let row = try Row.fetchOne(
                db.cachedStatement(
                    sql: "SELECT count(*), total(is_urgent) FROM statement_due WHERE branch = ?"),
                arguments: [branch.text])
            guard let row else { return (false, false) }
            return ((try row.at(0) as Int64) > 0, (try row.at(1) as Double) > 0)
        }
        memory.statements[branch] = waiting
        return waiting
    }

    /// Takes up to `limit` documents off the list of those that the holder looks at by a day.
    package func takeDue(by day: Day, limit: Int) throws -> [DocumentNumber] {
        guard try firstDue() <= day.number else { return [] }
        memory.holderDue = nil
        return try transact {
            try access { db in
                let numbers = try String.fetchAll(
                    db.cachedStatement(
                        sql: "SELECT number FROM holder_due WHERE day <= ? ORDER BY number LIMIT ?"),
                    arguments: [day.number, limit])
                for number in numbers {
                    try db.cachedStatement(sql: "DELETE FROM holder_due WHERE number = ?")
                        .execute(arguments: [number])
                }
                return numbers.compactMap { DocumentNumber($0) }
            }
        }
    }

    /// The first day on which there is something on that list.
    package func firstDue() throws -> Int32 {
        if let known = memory.holderDue { return known }
        let first = try access { db in
            try Int32.fetchOne(db.cachedStatement(sql: "SELECT min(day) FROM holder_due"))
        }
        memory.holderDue = first ?? .max
        return first ?? .max
    }

    /// Puts an order on that list for a later day.
    package func lookAgain(at number: DocumentNumber, on day: Day) throws {
        memory.holderDue = nil
        try transact {
            try access { db in
                try db.cachedStatement(sql: "INSERT OR REPLACE INTO holder_due VALUES (?, ?)")
                    .execute(arguments: [number.description, day.number])
            }
        }
    }

    /// Takes up to `limit` items off the list, folds their pools, and returns what is to be stated, by
    /// document and item. Cost: the folds, and a few rows for each transfer of the items.
    package func takeStatementsDue(
        _ branch: BranchCode, urgentOnly: Bool, limit: Int
    ) throws -> [StatementDue] {
        memory.statements = [:]
        return try transact {
            try access { db in
                let items = try Row.fetchAll(
                    db.cachedStatement(
                        sql: """
                            SELECT s.item, n.name FROM statement_due s JOIN name n ON n.id = s.item
                            WHERE s.branch = ? AND s.is_urgent >= ? ORDER BY n.name LIMIT ?
                            """),
                    arguments: [branch.text, urgentOnly ? 1 : 0, limit])
                var due: [StatementDue] = []
                for row in items {
                    let id: Int64 = try row.at(0)
                    try db.cachedStatement(
                        sql: "DELETE FROM statement_due WHERE branch = ? AND item = ?"
                    ).execute(arguments: [branch.text, id])
                    guard let item = ItemCode((try row.at(1) as String).dropFirst()) else {
                        continue
                    }
                    _ = try pool(branch, item)
                    let arePriced = try arePriced(db)
                    due += try Statements(db, branch, item, id: id, arePriced: arePriced).due()
                }
                return due.sorted { ($0.document, $0.item) < ($1.document, $1.item) }
            }
        }
    }
}

extension Store {
    /// Did anybody say at what goods go to another branch? Where nobody did, no shipment is asked for its price.
    fileprivate func arePriced(_ db: Database) throws -> Bool {
        if let known = memory.hasPrices { return known }
        let found =
            try Bool.fetchOne(
                db.cachedStatement(
                    sql: """
                        SELECT EXISTS (SELECT 1 FROM event
                            WHERE entity >= 'transfer/' AND entity < 'transfer0' AND kind = ?)
                        """),
                arguments: [Event.pricingKind]) ?? false
        memory.hasPrices = found
        return found
    }
}

/// Compares, for one pool, what was stated with what should be.
private struct Statements {
    let db: Database
    let branch: BranchCode
    let item: ItemCode
    let id: Int64
    let arePriced: Bool

    init(
        _ db: Database, _ branch: BranchCode, _ item: ItemCode, id: Int64, arePriced: Bool
    ) {
        self.arePriced = arePriced
        self.db = db
        self.branch = branch
        self.item = item
        self.id = id
    }

    private struct Transfer {
        let document: DocumentNumber
        let shipment: DocumentNumber
        let other: BranchCode
        let day: Day
        /// Units; positive.
        var quantity: Int128
    }

    func due() throws -> [Store.StatementDue] {
        var due: [Store.StatementDue] = []
        func add(
            _ transfer: Transfer, _ target: TransferValue, _ stated: TransferValue,
            _ step: ValueStatement.Step,
            layers: String? = nil
        ) {
            let less = target.less(stated)
            guard less != TransferValue() || layers != nil, let amount = less.narrow(\.amount),
                let net = less.narrow(\.net), let tax = less.narrow(\.tax),
                let cost = less.narrow(\.cost)
            else { return }
            let price = ValueStatement.Price(net: net, tax: tax, cost: cost)
            due.append(
                Store.StatementDue(
                    document: transfer.document, step: step, other: transfer.other,
                    day: transfer.day, item: item, amount: amount, price: price, layers: layers,
                    into: nil))
        }
        let transfers = try transfers()
        let shippedAt = try costs(of: .shipment)
        var prices: [DocumentNumber: TransferPrice] = [:]
        for shipment in Set(transfers.map(\.shipment)) where arePriced {
            prices[shipment] = try TransferPrice.prices(
                Store.events(db, of: TransferNotes.entity(shipment)))[item]
        }
        /// What the receiver is charged for all that the sender shipped; nil for figures that do not fit.
        func charged(_ shipment: DocumentNumber) -> TransferValue? {
            let cost = shippedAt[shipment] ?? 0
            guard let price = prices[shipment] else { return TransferValue(amount: cost) }
            guard let net = try? price.net(cost: cost), let tax = try? price.tax(on: net) else {
                return nil
            }
            return TransferValue(
                amount: Int128(net) + Int128(tax), net: Int128(net), tax: Int128(tax), cost: cost)
        }
        for transfer in transfers where transfer.document == transfer.shipment {
            guard let target = charged(transfer.document) else { continue }
            add(
                transfer, target, try statedSent(transfer.document, to: transfer.other), .sent,
                layers: try layersDue(transfer.document, prices[transfer.document], target))
        }
        // The share of all goods taken so far, less what those before took: the last one takes the exact
        // remainder. The receiver takes from the front of what was shipped, the sender, of what comes
        // back to it or is lost, from the end: together they have it all, and neither asks the other.
        var taken: [DocumentNumber: Int128] = [:]
        for transfer in transfers where transfer.document != transfer.shipment {
            let isOwn = transfer.shipment.series.branch == branch
            let (sender, receiver) = isOwn ? (branch, transfer.other) : (transfer.other, branch)
            let whole =
                try isOwn
                ? charged(transfer.shipment)
                : TransferValue(amount: stated(.dueFrom(sender, receiver), transfer.shipment))
            let shipped = try shipped(transfer.shipment, by: sender)
            let before = min(taken[transfer.shipment, default: 0], shipped)
            let after = min(before + transfer.quantity, shipped)
            taken[transfer.shipment] = after
            guard let whole,
                let head = whole.share(isOwn ? shipped - before : after, of: shipped),
                let tail = whole.share(isOwn ? shipped - after : before, of: shipped)
            else { continue }
            var target = head.less(tail)
            // Both sides take the tax from the same amounts.
            if let price = prices[transfer.shipment] {
                guard let upTo = Int64(exactly: head.amount),
                    let from = Int64(exactly: tail.amount),
                    let more = try? price.tax(in: upTo), let before = try? price.tax(in: from)
                else { continue }
                target.tax = Int128(more) - Int128(before)
                if isOwn { target.net = target.amount - target.tax }
            }
            let step: ValueStatement.Step =
                isOwn ? (transfer.document.kind == .arrival ? .takenBack : .lost) : .taken
            add(
                transfer, target,
                isOwn
                    ? TransferValue().less(try statedSent(transfer.document, to: receiver))
                    // Due-to is a debt.
                    : try statedTaken(transfer.document, from: sender), step)
        }
        return due + (try repacksDue())
    }

    /// What this branch stated of goods that it sent: below zero what it took back.
    private func statedSent(_ document: DocumentNumber, to other: BranchCode) throws
        -> TransferValue
    {
        let amount = try stated(.dueFrom(branch, other), document)
        guard arePriced else { return TransferValue(amount: amount) }
        return TransferValue(
            amount: amount,
            net: try -stated(.transferSales(branch, other), document),
            tax: try -stated(.simple(.transferTax, branch), document),
            cost: try stated(.transferCost(branch, other), document))
    }

    /// What this branch stated of goods that came.
    private func statedTaken(_ document: DocumentNumber, from other: BranchCode) throws
        -> TransferValue
    {
        TransferValue(
            amount: try -stated(.dueTo(branch, other), document),
            tax: arePriced ? try stated(.simple(.inputTax, branch), document) : 0)
    }

    /// What the goods cost that became other items. A number that two copies of a disk gave is stated
    /// once, for both.
    private func repacksDue() throws -> [Store.StatementDue] {
        let rows = try Row.fetchAll(
            db.cachedStatement(
                sql: """
                    SELECT r.document, min(n.name), min(d.day) FROM repack r
                    JOIN name n ON n.id = r.product
                    JOIN document d ON d.log = r.log AND d.seq = r.seq AND d.op = r.op
                    WHERE r.branch = ? AND r.item = ? GROUP BY r.document ORDER BY r.document
                    """),
            arguments: [branch.text, id])
        guard !rows.isEmpty else { return [] }
        let costs = try costs(of: .repack)
        var due: [Store.StatementDue] = []
        for row in rows {
            guard let document = DocumentNumber(try row.at(0) as String),
                let product = ItemCode((try row.at(1) as String).dropFirst())
            else { throw StoreError.damaged("repack") }
            let stated = try -stated(.simple(.shipped, branch), document)
            guard let amount = Int64(exactly: (costs[document] ?? 0) - stated), amount != 0,
                amount != .min
            else { continue }
            due.append(
                Store.StatementDue(
                    document: document, step: .repacked, other: nil,
                    day: Day(number: try row.at(2)), item: item, amount: amount,
                    price: .init(), layers: nil,
                    into: product))
        }
        return due
    }

    /// What the fold says of how a shipment's goods lay, where it is not what was stated.
    private func layersDue(
        _ shipment: DocumentNumber, _ price: TransferPrice?, _ charged: TransferValue
    ) throws -> String? {
        var layers = try TransferLayers.taken(db, branch, item: id, shipment: shipment)
        if price != nil {
            // They tell the age of the goods, and not what they had cost.
            let units = layers.reduce(Int128(0)) { $0 + Int128($1.quantity) }
            let net = TransferValue(amount: charged.amount - charged.tax)
            var seen = Int128(0)
            for place in layers.indices {
                let before = net.share(seen, of: units)?.amount ?? 0
                seen += Int128(layers[place].quantity)
                let after = net.share(seen, of: units)?.amount ?? 0
                layers[place].value = Int64(clamping: after - before)
            }
        }
        let taken = CostPool.Layer.text(layers)
        let stated = CostPool.Layer.text(
            try TransferLayers.stated(db, item: item, shipment: shipment.description))
        return taken == stated ? nil : taken
    }

    /// The shipments and arrivals of this pool, in the order of time.
    private func transfers() throws -> [Transfer] {
        let rows = try Row.fetchAll(
            db.cachedStatement(
                sql: """
                    SELECT t.document, t.shipment, l.scope, d.day, t.amount FROM transfer t
                    JOIN document d ON d.log = t.log AND d.seq = t.seq AND d.op = t.op
                    JOIN log l ON l.id = t.log
                    WHERE t.branch = ? AND t.item = ?
                    ORDER BY d.time, l.log_id, t.seq, t.op, t.place
                    """),
            arguments: [branch.text, id])
        var found: [Transfer] = []
        var places: [DocumentNumber: Int] = [:]
        for row in rows {
            guard let document = DocumentNumber(try row.at(0) as String),
                let shipment = DocumentNumber(try row.at(1) as String),
                case .between(let pair)? = Scope(try row.at(2) as String), pair.contains(branch)
            else { throw StoreError.damaged("transfer") }
            let other = pair.other(than: branch)
            let quantity = Int128((try row.at(4) as Int64).magnitude)
            if let place = places[document] {
                found[place].quantity += quantity
            } else {
                places[document] = found.count
                found.append(
                    Transfer(
                        document: document, shipment: shipment, other: other,
                        day: Day(number: try row.at(3)), quantity: quantity))
            }
        }
        return found
    }

    /// What the fold took out of the pool, by document.
    private func costs(of kind: DocumentKind) throws -> [DocumentNumber: Int128] {
        let rows = try Row.fetchAll(
            db.cachedStatement(
                sql: """
                    SELECT number, cost FROM cost
                    WHERE branch = ? AND item = ? AND kind = ? AND number IS NOT NULL
                    """),
            arguments: [branch.text, id, kind.rawValue])
        var costs: [DocumentNumber: Int128] = [:]
        for row in rows {
            guard let number = DocumentNumber(try row.at(0) as String) else { continue }
            costs[number, default: 0] += Int128(try row.at(1) as Int64)
        }
        return costs
    }

    private func stated(_ account: Account, _ document: DocumentNumber) throws -> Int128 {
        try Int64.fetchAll(
            db.cachedStatement(
                sql: """
                    SELECT amount FROM statement
                    WHERE account = (SELECT id FROM name WHERE name = ?) AND item = ?
                        AND document = ?
                    """),
            arguments: [account.name, id, document.description]
        ).reduce(0) { $0 + Int128($1) }
    }

    private func shipped(_ shipment: DocumentNumber, by sender: BranchCode) throws -> Int128 {
        try Int64.fetchAll(
            db.cachedStatement(
                sql: """
                    SELECT amount FROM transfer
                    WHERE shipment = ? AND item = ? AND document = shipment AND branch = ?
                    """),
            arguments: [shipment.description, id, sender.text]
        ).reduce(0) { $0 - Int128($1) }
    }
}
