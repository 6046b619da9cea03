import Replica

/// Goods that are kept for an order: they stay on their shelf, in an account of their own, so that what is
/// free there is a balance.
extension Planner {
    /// Days for which goods are kept, where nobody said a day and the order has none.
    static let reservedDays: Int32 = 14

    func reserve(
        _ details: Details, _ text: String, _ lines: [Line], atMost: Bool, _ view: some BookView
    ) throws -> Draft {
        let order = try held(text, view)
        try requireOwn(order)
        guard order.kind == .sale, !order.state(ledger).isOver else {
            throw Refusal(
                .orderState,
                "nothing is kept for \(order.number): it is \(order.state(ledger).rawValue)")
        }
        let shelf = try shelf(details.location ?? order.location, for: .sale, view)
        var wanted = try reserving(order, lines, view)
        if atMost {
            wanted = try wanted.compactMap { facts, quantity in
                let left = max(try view.balance(of: shelf, .item(facts.code)), 0)
                let taken = try Self.narrow(min(Int128(quantity), left))
                return taken > 0 ? (facts, taken) : nil
            }
        }
        try check(count: wanted.count)
        for (facts, _) in wanted { try requireUntracked(facts) }
        let header = try reservation(order, details, view)
        var document = DocumentBuilder(header)
        for (facts, quantity) in wanted {
            try document.move(
                .trade(branch), quantity, of: .item(facts.code), from: shelf,
                to: .reserved(on: shelf))
        }
        try requireOnShelf(
            wanted, on: shelf, day: header.effectiveDate, isDated: details.date != nil,
            next: "reserve what is left with --at-most, or count the shelf", view)
        let until: Day
        if let text = details.due {
            until = try Self.day(text)
            guard until >= today else { throw Refusal(.badDate, "\(until) is over") }
        } else {
            until = max(order.due ?? Day(number: today.number &+ Self.reservedDays), today)
        }
        document.append(
            event(
                Order.Event.reserved, order.number, header,
                [.init(Order.Field.due, .text(until.description))]), to: .trade(branch))
        return try document.draft(references: [order.number])
    }

    /// What is to be kept: no more than is outstanding.
    private func reserving(
        _ order: Order, _ lines: [Line], _ view: some BookView
    ) throws -> [(facts: ItemFacts, quantity: Int64)] {
        guard !lines.isEmpty else {
            return try order.ordered.keys.sorted().compactMap { code in
                let left = order.outstanding(code) - order.reserved(code)
                guard left > 0, let facts = try view.item(code), !facts.isService else {
                    return nil
                }
                return (facts, try Self.narrow(left))
            }
        }
        let wanted = try lines.map { line in
            let goods = try goods(line, view)
            try requireStock(goods.facts)
            return (facts: goods.facts, quantity: goods.quantity)
        }
        for (facts, quantity) in Self.sums(wanted) {
            let left = order.outstanding(facts.code) - order.reserved(facts.code)
            guard quantity <= left else {
                throw Refusal(
                    .notEnough,
                    "of \(facts.code) on \(order.number) "
                        + "\(Amount.text(max(left, 0), scale: facts.scale)) can be kept")
            }
        }
        return wanted
    }

    func release(
        _ details: Details, _ text: String, _ lines: [Line], _ view: some BookView
    ) throws -> Draft {
        let order = try held(text, view)
        try requireOwn(order)
        let header = try reservation(order, details, view)
        var document = DocumentBuilder(header)
        var asked: [ItemCode: (facts: ItemFacts, quantity: Int128)] = [:]
        for line in lines {
            let goods = try goods(line, view)
            asked[goods.facts.code, default: (goods.facts, 0)].quantity += Int128(goods.quantity)
        }
        for (code, line) in asked.sorted(by: { $0.key < $1.key })
        where line.quantity > order.reserved(code) {
            throw Refusal(
                .notEnough,
                "of \(code) \(Amount.text(order.reserved(code), scale: line.facts.scale)) "
                    + "is kept for \(order.number)")
        }
        for (account, items) in order.reserved.sorted(by: { $0.key.name < $1.key.name }) {
            guard let shelf = account.shelf else { continue }
            for (code, kept) in items.sorted(by: { $0.key < $1.key }) where kept > 0 {
                let freed = lines.isEmpty ? kept : min(kept, asked[code]?.quantity ?? 0)
                guard freed > 0 else { continue }
                asked[code]?.quantity -= freed
                try document.move(
                    .trade(branch), try Self.narrow(freed), of: .item(code), from: account,
                    to: shelf)
            }
        }
        return try document.draft(references: [order.number])
    }

    private func reservation(
        _ order: Order, _ details: Details, _ view: some BookView
    ) throws -> DocumentHeader {
        try header(
            .move, details, link: DocumentLink(.reserves, order.number),
            notBefore: order.opened.day, view)
    }
}
