import Replica

extension Planner {
    /// Goods come in from a supplier; their cost, where it is known, is what the branch owes.
    func receive(
        _ details: Details, _ lines: [Line], supplier: String, _ view: some BookView
    ) throws -> Draft {
        try requireTrade()
        try check(count: lines.count)
        try Self.check(supplier, "supplier", DocumentHeader.partyBytesMax)
        let shelf = try shelf(details.location, for: .coming, view)
        var document = DocumentBuilder(
            try header(.goodsReceipt, details, party: supplier, view))
        var total = Int128(0)
        for line in lines {
            let goods = try goods(line, view)
            let (facts, quantity) = (goods.facts, goods.quantity)
            try requireStock(facts)
            try document.move(
                .trade(branch), quantity, of: .item(facts.code),
                from: .simple(.supplier, branch), to: shelf)
            guard let value = try cost(line, goods) else { continue }
            try requireMoney("costs")
            total += Int128(value)
            try document.move(
                .money(branch), value, of: currency(),
                from: .named(.payable, branch, supplier), to: .simple(.inventory, branch),
                taggedTo: facts.code)
        }
        return try document.draft(total: total == 0 ? nil : try Self.narrow(total))
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

    /// Goods that turned up; with a cost they come back onto the books at it.
    func find(_ details: Details, _ lines: [Line], _ view: some BookView) throws -> Draft {
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
                .money(branch), value, of: currency(), from: .simple(.writeOff, branch),
                to: .simple(.inventory, branch), taggedTo: facts.code)
        }
        return try document.draft()
    }
}

// MARK: Transfers

extension Planner {
    /// Goods leave for another branch. Refused where the shelf lacks them: nothing is shipped twice.
    func ship(
        _ details: Details, _ lines: [Line], to other: String, _ view: some BookView
    ) throws -> Draft {
        try requireTrade()
        try check(count: lines.count)
        guard let target = BranchCode(other), try view.isBranch(target) else {
            throw Refusal(.unknownBranch, "there is no branch \(other)")
        }
        guard let pair = BranchPair(branch, target) else {
            throw Refusal(.notForThisBranch, "\(branch) cannot ship to itself")
        }
        let shelf = try shelf(details.location, for: .leaving, view)
        let header = try header(.shipment, details, view)
        var document = DocumentBuilder(header)
        let transit = Account.transit(pair, header.number?.description ?? "")
        var wanted: [(facts: ItemFacts, quantity: Int64)] = []
        for line in lines {
            let goods = try goods(line, view)
            let (facts, quantity) = (goods.facts, goods.quantity)
            try requireStock(facts)
            wanted.append((facts, quantity))
            let commodity = Commodity.item(facts.code)
            try document.move(
                .trade(branch), quantity, of: commodity, from: shelf,
                to: .via(.between(pair)))
            try document.move(
                .between(pair), quantity, of: commodity, from: .via(.trade(branch)), to: transit)
        }
        try requireOnShelf(
            wanted, on: shelf, day: header.effectiveDate, isDated: details.date != nil,
            next: "ship what is left, or count the shelf", view)
        return try document.draft()
    }

    /// Takes up a shipment: what was accepted onto the shelf, what is short into dispute. Without
    /// lines everything that is still in transit is accepted.
    func arrive(
        _ details: Details, _ lines: [ArrivalLine], shipment: String, _ view: some BookView
    ) throws -> Draft {
        try requireTrade()
        let number = try Self.number(shipment)
        let transactions = try view.transactions(of: number)
        let sent = transactions.flatMap(\.postings).filter { $0.account.root == .transit }
        guard number.kind == .shipment, let first = transactions.first,
            let account = sent.first?.account
        else {
            throw Refusal(
                .unknownDocument, "shipment \(number) is not held here",
                next: "wait until the sender's entries have arrived")
        }
        guard case .pair(let pair) = account.place, pair.contains(branch),
            pair.other(than: branch) == number.series.branch
        else {
            throw Refusal(.notForThisBranch, "\(number) was not shipped to \(branch)")
        }
        let shelf = try shelf(details.location, for: .coming, view)
        var document = DocumentBuilder(
            try header(
                .arrival, details, link: DocumentLink(.receives, number),
                notBefore: first.document.effectiveDate, view))
        let named = try lines.map { try self.taken($0, account, view) }
        let taken = named.isEmpty ? try rest(of: sent, account, view) : named
        try check(count: taken.count)
        var sums: [ItemCode: Int128] = [:]
        for line in taken {
            sums[line.facts.code, default: 0] += Int128(line.accepted) + Int128(line.short)
            let commodity = Commodity.item(line.facts.code)
            try document.move(
                .between(pair), line.accepted, of: commodity, from: account,
                to: .via(.trade(branch)))
            try document.move(
                .between(pair), line.short, of: commodity, from: account,
                to: .dispute(pair, number.description))
            try document.move(
                .trade(branch), line.accepted, of: commodity, from: .via(.between(pair)),
                to: shelf)
        }
        for (code, sum) in sums.sorted(by: { $0.key < $1.key }) {
            let open = try view.balance(of: account, .item(code))
            guard sum <= open else {
                let scale = try view.item(code)?.scale ?? 0
                throw Refusal(
                    .notEnough,
                    "of \(code) on \(number) \(Amount.text(open, scale: scale)) are in transit",
                    next: "enter a surplus as found goods")
            }
        }
        return try document.draft(references: [number])
    }

    private typealias Taken = (facts: ItemFacts, accepted: Int64, short: Int64)

    private func taken(
        _ line: ArrivalLine, _ account: Account, _ view: some BookView
    ) throws -> Taken {
        let came = try measured(line.item, line.accepted, view)
        let (facts, accepted) = (came.facts, came.quantity)
        let short = try measured(line.item, line.short, view).quantity
        guard accepted >= 0, short >= 0, accepted > 0 || short > 0 else {
            throw Refusal(.notPositive, "a line of \(facts.code) takes nothing")
        }
        return (facts, accepted, short)
    }

    private func rest(
        of sent: [Posting], _ account: Account, _ view: some BookView
    ) throws -> [Taken] {
        var codes: Set<ItemCode> = []
        for posting in sent { if case .item(let code) = posting.commodity { codes.insert(code) } }
        return try codes.sorted().compactMap { code in
            let open = try Self.narrow(try view.balance(of: account, .item(code)))
            guard open > 0 else { return nil }
            return (try view.item(code) ?? ItemFacts(code: code, name: code.text), open, 0)
        }
    }
}
