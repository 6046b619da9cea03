package import Replica

/// What documents did for an order.
extension Order {
    /// Reads an order from what is held.
    ///
    /// - Parameters:
    ///   - events: of an entity.
    ///   - about: the valid transactions of documents that link to one.
    package static func read(
        _ number: DocumentNumber, events: (String) throws -> [Replica.Event],
        about: (DocumentNumber) throws -> [Transaction]
    ) throws -> Order? {
        let said = try events(entity(number))
        guard !said.isEmpty else { return nil }
        let isOnQuota = said.contains { $0.kind == Event.opened && $0[Field.shelf] != nil }
        var (fulfilled, returned): ([ItemCode: Int128], [ItemCode: Int128]) = ([:], [:])
        var reserved: [Account: [ItemCode: Int128]] = [:]
        var seen: Set<DocumentNumber> = []
        for transaction in try about(number) {
            let document = transaction.document
            guard document.isOf(.fulfils) || document.isOf(.reserves), let own = document.number
            else { continue }
            let later = try about(own)
            guard !later.contains(where: { $0.document.isOf(.reverses) }) else { continue }
            for posting in transaction.postings where posting.account.purpose == .reserved {
                guard case .item(let item) = posting.commodity else { continue }
                reserved[posting.account, default: [:]][item, default: 0] += Int128(posting.amount)
            }
            guard document.isOf(.fulfils) else { continue }
            // What was sold on a quota is done when it was delivered, and not once more when it is
            // booked as a sale.
            guard !isOnQuota || document.kind == .shipment else { continue }
            for (item, amount) in goods(transaction) { fulfilled[item, default: 0] += amount }
            // A large document stands in several transactions; what came back of it is read once.
            guard seen.insert(own).inserted else { continue }
            for back in later where back.document.isOf(.returns) {
                guard let its = back.document.number,
                    try !about(its).contains(where: { $0.document.isOf(.reverses) })
                else { continue }
                for (item, amount) in goods(back) { returned[item, default: 0] -= amount }
            }
        }
        return Order(
            number, said, fulfilled: fulfilled, returned: returned, reserved: reserved)
    }

    /// Goods that came from a supplier, went to a customer or to another branch; below zero where they
    /// went back.
    private static func goods(_ transaction: Transaction) -> [ItemCode: Int128] {
        var goods: [ItemCode: Int128] = [:]
        for posting in transaction.postings {
            guard case .item(let item) = posting.commodity else { continue }
            switch posting.account.root {
            case .supplier: goods[item, default: 0] -= Int128(posting.amount)
            case .customer, .transit: goods[item, default: 0] += Int128(posting.amount)
            default: break
            }
        }
        return goods
    }

    /// Takes `quantity` more base units of an item as fulfilled.
    ///
    /// - Returns: what they are worth at the order's own prices, in minor units of its currency: lines are fulfilled in
    ///   their order, and all parts together are worth what the order says. Nil where a price is missing.
    mutating func take(_ quantity: Int64, of item: ItemCode, _ ledger: Ledger) throws -> Int64? {
        let before = fulfilled[item] ?? 0
        defer { fulfilled[item] = before + Int128(quantity) }
        guard let after = try worth(upTo: before + Int128(quantity), item, ledger),
            let earlier = try worth(upTo: before, item, ledger)
        else { return nil }
        guard let worth = Int64(exactly: after - earlier) else { throw BooksError.overflow }
        return worth
    }

    /// What is more than was ordered costs what the last line does.
    private func worth(upTo quantity: Int128, _ item: ItemCode, _ ledger: Ledger) throws -> Int128?
    {
        var rest = max(quantity, 0)
        var sum = Int128(0)
        let scale = figures(ledger).scale
        let own = lines.filter { $0.item == item }
        for (place, line) in own.enumerated() where rest > 0 {
            let part = place == own.count - 1 ? rest : min(rest, Int128(line.quantity))
            guard let millionths = line.millionths, let part = Int64(exactly: part) else {
                return nil
            }
            sum += Int128(
                try Amount.worth(millionths, part, per: line.per, scale: scale))
            rest -= Int128(part)
        }
        return own.isEmpty ? nil : sum
    }
}

extension DocumentHeader {
    package func isOf(_ relation: DocumentLink.Relation) -> Bool { link?.relation == relation }
}
