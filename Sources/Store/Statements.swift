import Books
import GRDB
import Replica

/// Compares, for one pool, what was stated with what should be.
struct Statements {
    let db: Database
    let branch: BranchCode
    let item: ItemCode
    let id: Int64
    let arePriced: Bool
    let currencies: OwnCurrencies
    let book: Ledger

    init(
        _ db: Database, _ branch: BranchCode, _ item: ItemCode, id: Int64, arePriced: Bool,
        _ currencies: OwnCurrencies, _ book: Ledger
    ) {
        self.arePriced = arePriced
        self.currencies = currencies
        self.book = book
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
        var monies: [DocumentNumber: TransferMoney] = [:]
        var seen: Set<DocumentNumber> = []
        for transfer in transfers where arePriced && seen.insert(transfer.shipment).inserted {
            let events = try Store.events(db, of: TransferNotes.entity(transfer.shipment))
            prices[transfer.shipment] = TransferPrice.prices(events)[item]
            monies[transfer.shipment] = money(of: transfer, TransferRates(events))
        }
        /// What the receiver is charged for all that the sender shipped; nil for figures that do not fit, and between two
        /// currencies where nobody said a price and rates.
        func charged(_ transfer: Transfer) -> TransferValue? {
            let cost = shippedAt[transfer.shipment] ?? 0
            guard let price = prices[transfer.shipment] else {
                return isAcross(transfer) ? nil : TransferValue(amount: cost)
            }
            guard let sum = try? monies[transfer.shipment]?.charged(price, cost: cost) else {
                return nil
            }
            return TransferValue(amount: sum.amount, net: sum.net, tax: sum.tax, cost: cost)
        }
        for transfer in transfers where transfer.document == transfer.shipment {
            guard let target = charged(transfer) else { continue }
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
            // Between two currencies the receiver owes nothing where nobody said at what rate.
            let money = monies[transfer.shipment]
            let isKnown = !isAcross(transfer) || money != nil && prices[transfer.shipment] != nil
            let whole =
                try isOwn
                ? charged(transfer)
                : isKnown
                    ? TransferValue(amount: stated(.dueFrom(sender, receiver), transfer.shipment))
                    : nil
            let shipped = try shipped(transfer.shipment, by: sender)
            let before = min(taken[transfer.shipment, default: 0], shipped)
            let after = min(before + transfer.quantity, shipped)
            taken[transfer.shipment] = after
            guard let whole,
                let head = whole.share(isOwn ? shipped - before : after, of: shipped),
                let tail = whole.share(isOwn ? shipped - after : before, of: shipped)
            else { continue }
            var target = head.less(tail)
            if let price = prices[transfer.shipment] {
                guard let money,
                    let part = try? Self.part(
                        target, from: tail.amount, upTo: head.amount, price, money, isOwn: isOwn,
                        isForeign: isForeign(transfer))
                else { continue }
                target = part
            }
            let step: ValueStatement.Step =
                isOwn ? (transfer.document.kind == .arrival ? .takenBack : .lost) : .taken
            add(
                transfer, target,
                isOwn
                    ? TransferValue().less(try statedSent(transfer.document, to: receiver))
                    // Due-to is a debt.
                    : try statedTaken(transfer, from: sender), step)
        }
        return due + (try repacksDue())
    }

    /// Of what goods between two cumulative amounts come to, the tax: both sides take it from the same amounts, each in its own
    /// money.
    ///
    /// - Parameters:
    ///   - part: of the amount between the two; and at the sender, in its own, of price and tax together, and of the cost.
    ///   - isForeign: this branch keeps its books in another currency than what is between the two.
    private static func part(
        _ part: TransferValue, from before: Int128, upTo after: Int128, _ price: TransferPrice,
        _ money: TransferMoney, isOwn: Bool, isForeign: Bool
    ) throws -> TransferValue? {
        var part = part
        func own(_ amount: Int128) throws -> Int128 {
            try isOwn ? money.toSender(amount) : money.toReceiver(amount)
        }
        func tax(in amount: Int128) throws -> Int128 {
            guard let amount = Int64(exactly: amount) else { throw BooksError.overflow }
            return try own(Int128(price.tax(in: amount)))
        }
        let gross = isOwn ? part.net + part.tax : try own(after) - own(before)
        part.tax = try tax(in: after) - tax(in: before)
        if isOwn || isForeign { part.net = gross - part.tax }
        return part
    }

    private func ledger(of branch: BranchCode) -> Ledger {
        book.reading(currencies[branch])
    }

    /// Do the two keep their books in two currencies?
    private func isAcross(_ transfer: Transfer) -> Bool {
        currencies[branch] != currencies[transfer.other]
    }

    /// Is what is between the two no own currency of this branch?
    private func isForeign(_ transfer: Transfer) -> Bool {
        isAcross(transfer) && currencies[branch] != currencies.book
    }

    private func money(of transfer: Transfer, _ rates: TransferRates) -> TransferMoney? {
        let isOwn = transfer.shipment.series.branch == branch
        let (own, other) = (ledger(of: branch), ledger(of: transfer.other))
        return TransferMoney(
            sender: isOwn ? own : other, receiver: isOwn ? other : own,
            between: book.between(own.currency, other.currency), rates)
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
    private func statedTaken(_ transfer: Transfer, from other: BranchCode) throws -> TransferValue {
        let document = transfer.document
        return TransferValue(
            amount: try -stated(.dueTo(branch, other), document),
            net: isForeign(transfer) ? try stocked(by: document) : 0,
            tax: arePriced ? try stated(.simple(.inputTax, branch), document) : 0)
    }

    /// What this branch's keeper put into stock for goods that came with a document.
    private func stocked(by document: DocumentNumber) throws -> Int128 {
        try Int64.fetchAll(
            db.cachedStatement(
                sql: """
                    SELECT v.amount FROM valuation v
                    JOIN document d ON d.log = v.log AND d.seq = v.seq AND d.op = v.op
                    WHERE v.branch = ? AND v.item = ? AND d.relation = ? AND d.target = ?
                    """),
            arguments: [
                branch.text, id, DocumentLink.Relation.values.rawValue, document.description,
            ]
        ).reduce(0) { $0 + Int128($1) }
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
            let net = TransferValue(amount: charged.net)
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
