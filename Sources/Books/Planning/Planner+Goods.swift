import Replica

extension Planner {
    /// Goods come in from a supplier; their cost, where it is known, is what the branch owes.
    func receive(
        _ details: Details, _ lines: [Line], supplier: String, _ view: some BookView
    ) throws -> Draft {
        try requireTrade()
        var order = try fulfilled(details, .purchase, view)
        if let order, !supplier.isEmpty, supplier != order.party {
            throw Refusal(
                .badOption, "\(order.number) was placed with \(order.party), not \(supplier)",
                next: "leave the supplier out, or the order")
        }
        let supplier = try party(order?.party ?? supplier, view)
        try requireActive(supplier, view)
        var lines = lines
        if let order, lines.isEmpty { lines = try rest(of: order, view) }
        try check(count: lines.count)
        try Self.check(supplier, "supplier", DocumentHeader.partyBytesMax)
        let shelf = try shelf(details.location ?? order?.location, for: .coming, view)
        var document = DocumentBuilder(
            try header(
                .goodsReceipt, details, link: order.map { DocumentLink(.fulfils, $0.number) },
                notBefore: order?.opened.day, party: supplier, view))
        let foreign = try foreign(details, of: order, on: document.header.effectiveDate, view)
        let all = try lines.map { (line: $0, goods: try newGoods($0, view)) }
        if let order {
            noteOverdone(order, all.map { ($0.goods.facts, $0.goods.quantity) }, &document)
        }
        var values: [Int64?] = []
        for (line, goods) in all {
            let (facts, quantity) = (goods.facts, goods.quantity)
            try requireStock(facts)
            try document.move(
                .trade(branch), quantity, of: .item(facts.code),
                from: .simple(.supplier, branch), to: shelf)
            var value = try reading(foreign).cost(line, goods)
            if value == nil, grants.contains(.money(branch)) {
                value = try order?.take(quantity, of: facts.code, ledger)
            }
            if value != nil { try requireMoney("costs") }
            values.append(value)
        }
        let owed = Account.named(.payable, branch, supplier)
        var total = values.reduce(Int128(0)) { $0 + Int128($1 ?? 0) }
        if let foreign, total != 0 {
            let sums = try convert(&values, foreign)
            try owe(sums.foreign, worth: sums.own, to: owed, foreign, &document, view)
            total = Int128(sums.foreign)
        }
        let from = foreign == nil ? owed : ForeignLegs.exchange(of: .money(branch), branch)
        for (place, value) in values.enumerated() {
            guard let value else { continue }
            try document.move(
                .money(branch), value, of: currency(), from: from,
                to: .simple(.inventory, branch), taggedTo: all[place].goods.facts.code)
        }
        return try document.draft(
            references: order.map { [$0.number] } ?? [],
            total: total == 0 ? nil : try Self.narrow(total)
        ).totalled(in: foreign?.code)
    }

    /// The value of a line: its total, or its unit cost times the quantity; nil where neither is
    /// said.
    func cost(_ line: Line, _ goods: Goods) throws -> Int64? {
        let (facts, quantity) = (goods.facts, goods.quantity)
        let value: Int64
        switch (line.total, line.cost) {
        case (let total?, nil): value = try Amount.parse(total, scale: ledger.scale)
        case (nil, let unit?):
            value =
                try worth(try Amount.parse(unit, scale: 6), quantity, per: goods.per)
        case (nil, nil): return nil
        case (_?, _?):
            throw Refusal(
                .badOption, "\(facts.code) has both a unit cost and a total",
                next: "say one of them")
        }
        guard value >= 0 else { throw Refusal(.notPositive, "a cost is not below zero") }
        return value
    }

    /// Goods that are lost or spoilt. What the shelf lacks is recorded and noted.
    func writeOff(_ details: Details, _ lines: [Line], _ view: some BookView) throws -> Draft {
        try requireTrade()
        try check(count: lines.count)
        let shelf = try shelf(details.location, for: .leaving, view)
        var document = DocumentBuilder(try header(.writeOff, details, view))
        var wanted: [(facts: ItemFacts, quantity: Int64)] = []
        for line in lines {
            let goods = try goods(line, view)
            let (facts, quantity) = (goods.facts, goods.quantity)
            try requireStock(facts)
            wanted.append((facts, quantity))
            try document.move(
                .trade(branch), quantity, of: .item(facts.code), from: shelf,
                to: .simple(.shrinkage, branch))
        }
        try requireThroughout(
            wanted, on: shelf, day: document.header.effectiveDate, isDated: details.date != nil,
            view)
        for (facts, left, _) in try lacking(wanted, on: shelf, view) {
            document.note(
                "shortage: \(facts.code), \(Amount.text(left, scale: facts.scale)) \(facts.unit) were left"
            )
        }
        return try document.draft()
    }

    /// Goods that turned up; with a cost they come onto the books at it: back from what was written off, or against
    /// another account.
    func find(
        _ details: Details, _ lines: [Line], against other: Account? = nil, _ view: some BookView
    ) throws -> Draft {
        try requireTrade()
        try check(count: lines.count)
        let shelf = try shelf(details.location, for: .coming, view)
        var document = DocumentBuilder(try header(.found, details, view))
        for line in lines {
            let goods = try goods(line, view)
            let (facts, quantity) = (goods.facts, goods.quantity)
            try requireStock(facts)
            try document.move(
                .trade(branch), quantity, of: .item(facts.code),
                from: .simple(.shrinkage, branch), to: shelf)
            guard let value = try cost(line, goods) else { continue }
            try requireMoney("costs")
            try document.move(
                .money(branch), value, of: currency(),
                from: other ?? .simple(.writeOff, branch), to: .simple(.inventory, branch),
                taggedTo: facts.code)
        }
        return try document.draft()
    }
}
