import Replica

/// Rights on goods of another branch (escrow). The goods stay on their shelf, in an account of their own that
/// nobody else sells from; the right to sell them is given, taken up, used and given back, each by the one
/// node that alone may. So a branch knows without asking what it may sell, and nothing is sold twice.
extension Planner {
    func quota(_ details: Details, _ act: QuotaAct, _ view: some BookView) throws -> Draft {
        try requireTrade()
        switch act {
        case .grant(let lines, let to): return try grant(details, lines, to: to, view)
        case .giveBack(let lines, let to): return try giveBack(details, lines, to: to, view)
        case .ask(let lines, let of): return try ask(details, lines, of: of, view)
        case .reclaim(let lines, let of): return try reclaim(details, lines, of: of, view)
        case .sell(let lines, let from, let tender):
            return try sellOnQuota(details, lines, from: from, tender: tender, view)
        case .deliver(let order, let lines): return try deliver(details, order, lines, view)
        case .refund(let order, let tender):
            return try refund(details, order, tender: tender, view)
        case .takeUp(let document): return try takeUp(document, view)
        case .answer(let document): return try answer(document, view)
        case .book(let shipment, let order): return try book(shipment, of: order, view)
        case .release(let order): return try releaseRights(order, view)
        }
    }

    /// Another branch, and the pair of both.
    func other(
        _ text: String, _ view: some BookView
    ) throws -> (BranchCode, BranchPair) {
        guard let other = BranchCode(text), try view.isBranch(other) else {
            throw Refusal(.unknownBranch, "there is no branch \(text)")
        }
        guard let pair = BranchPair(branch, other) else {
            throw Refusal(.notForThisBranch, "\(branch) needs no right on its own goods")
        }
        return (other, pair)
    }

    /// Each item once, of goods.
    func wanted(
        _ lines: [Line], _ view: some BookView
    ) throws -> [(facts: ItemFacts, quantity: Int64)] {
        try check(count: lines.count)
        let all = try lines.map { line in
            let goods = try goods(line, view)
            try requireStock(goods.facts)
            return (facts: goods.facts, quantity: goods.quantity)
        }
        return try Self.sums(all).map { ($0.facts, try Self.narrow($0.quantity)) }
    }

    // MARK: Giving

    private func grant(
        _ details: Details, _ lines: [Line], to text: String, _ view: some BookView
    ) throws -> Draft {
        let (seller, pair) = try other(text, view)
        let shelf = try shelf(details.location, for: .sale, view)
        guard shelf == .stock(branch) else {
            throw Refusal(
                .badOption, "others sell from \(LocationFacts.main) alone",
                next: "move the goods there with `branchbook move`")
        }
        let wanted = try wanted(lines, view)
        let header = try header(.quota, details, party: seller.text, view)
        guard let number = header.number else { throw BooksError.overflow }
        var document = DocumentBuilder(header)
        for (facts, quantity) in wanted {
            try requireUntracked(facts)
            let commodity = Commodity.item(facts.code)
            try document.move(
                .trade(branch), quantity, of: commodity, from: shelf,
                to: .promised(on: shelf, to: seller))
            try document.move(
                .between(pair), quantity, of: commodity, from: .granted(branch, seller),
                to: .grant(pair, number.description))
        }
        try requireOnShelf(
            wanted, on: shelf, day: header.effectiveDate, isDated: details.date != nil,
            next: "grant what is left, or count the shelf", view)
        return try document.draft()
    }

    /// Also of rights that are frozen since a copy of the disk was put back.
    private func giveBack(
        _ details: Details, _ lines: [Line], to text: String, _ view: some BookView
    ) throws -> Draft {
        let (shelf, pair) = try other(text, view)
        let wanted = try wanted(lines, view)
        for (facts, quantity) in wanted {
            let left = try view.balance(of: .quota(shelf, branch), .item(facts.code))
            guard Int128(quantity) <= left else { throw tooMuch(facts, left, of: shelf) }
        }
        return try backDraft(
            try header(.quota, details, party: shelf.text, view), wanted, shelf, pair)
    }

    private func backDraft(
        _ header: DocumentHeader, _ wanted: [(facts: ItemFacts, quantity: Int64)],
        _ shelf: BranchCode, _ pair: BranchPair
    ) throws -> Draft {
        guard let number = header.number else { throw BooksError.overflow }
        var document = DocumentBuilder(header)
        for (facts, quantity) in wanted {
            try document.move(
                .between(pair), quantity, of: .item(facts.code), from: .quota(shelf, branch),
                to: .grant(pair, number.description))
        }
        return try document.draft(references: header.link.map { [$0.target] } ?? [])
    }

    func tooMuch(_ facts: ItemFacts, _ left: Int128, of shelf: BranchCode) -> Refusal {
        Refusal(
            .notEnough,
            "\(branch) may sell \(Amount.text(max(left, 0), scale: facts.scale)) \(facts.unit) of "
                + "\(facts.code) from \(shelf)",
            next: "ask for more: `branchbook quota ask \(facts.code):… --of \(shelf)`")
    }

    // MARK: Asking

    private func ask(
        _ details: Details, _ lines: [Line], of text: String, _ view: some BookView
    ) throws -> Draft {
        let (shelf, pair) = try other(text, view)
        return try asking(
            QuotaNotes.Kind.asked, details, try wanted(lines, view),
            QuotaNotes.entity(shelf: shelf, seller: branch), nil, pair)
    }

    private func reclaim(
        _ details: Details, _ lines: [Line], of text: String, _ view: some BookView
    ) throws -> Draft {
        let (seller, pair) = try other(text, view)
        let wanted = lines.isEmpty ? [] : try wanted(lines, view)
        let header = try header(.quota, details, party: seller.text, view)
        guard let number = header.number else { throw BooksError.overflow }
        return try asking(
            QuotaNotes.Kind.reclaimed, details, wanted, QuotaNotes.entity(reclaim: number),
            number, pair)
    }

    private func asking(
        _ kind: String, _ details: Details, _ wanted: [(facts: ItemFacts, quantity: Int64)],
        _ entity: String, _ number: DocumentNumber?, _ pair: BranchPair
    ) throws -> Draft {
        guard wanted.count < Event.fieldsMax else {
            throw Refusal(
                .tooManyLines, "at most \(Event.fieldsMax - 1) items are asked for at once")
        }
        let person = details.person ?? self.person
        try Self.check(person, "person", DocumentHeader.personBytesMax)
        let event = Event(
            entity: entity, kind: kind, person: person, effectiveDate: today,
            fields: wanted.map {
                .init(Commodity.item($0.facts.code).name, .integer($0.quantity))
            })
        return Draft(
            number: number, parts: [Draft.Part(.between(pair), [.append(event)])])
    }

    // MARK: By the node itself

    /// Rights that were given to this branch, or given back to it: once, since only their taker takes from
    /// this account.
    private func takeUp(_ text: String, _ view: some BookView) throws -> Draft {
        let number = try Self.number(text)
        let transactions = try view.transactions(of: number)
        let given = transactions.flatMap(\.postings).filter { $0.account.root == .grant }
        guard let first = transactions.first, let account = given.first?.account,
            case .pair(let pair) = account.place, pair.contains(branch),
            number.series.branch != branch
        else {
            throw Refusal(.unknownDocument, "\(number) gives \(branch) no rights")
        }
        let giver = number.series.branch
        let isBack = transactions.flatMap(\.postings).contains { $0.account.root == .quota }
        var document = DocumentBuilder(
            DocumentHeader(
                kind: .statement, number: nil,
                effectiveDate: max(today, first.document.effectiveDate),
                person: person, link: DocumentLink(.receives, number)))
        let shelf = Account.stock(branch)
        for code in Set(given.compactMap(\.commodity.item)).sorted() {
            var rest = try Self.narrow(try view.balance(of: account, .item(code)))
            if isBack {
                // A peer may give back what it never had: no more comes back than was promised to it.
                let promised = try view.balance(of: .promised(on: shelf, to: giver), .item(code))
                rest = try Self.narrow(min(Int128(rest), promised))
            }
            guard rest > 0 else { continue }
            try document.move(
                .between(pair), rest, of: .item(code), from: account,
                to: isBack ? .granted(branch, giver) : .quota(giver, branch))
            guard isBack else { continue }
            try document.move(
                .trade(branch), rest, of: .item(code), from: .promised(on: shelf, to: giver),
                to: shelf)
        }
        return try document.draft(references: [number])
    }

    /// What was asked back and is not used goes back.
    private func answer(_ text: String, _ view: some BookView) throws -> Draft {
        let number = try Self.number(text)
        let events = try view.events(of: QuotaNotes.entity(reclaim: number))
        guard let asked = events.first(where: { $0.kind == QuotaNotes.Kind.reclaimed }) else {
            throw Refusal(.unknownDocument, "\(number) asks for nothing")
        }
        let (shelf, pair) = try other(number.series.branch.text, view)
        let figures = CountSheet.counts(asked)
        let account = Account.quota(shelf, branch)
        let codes = figures.isEmpty ? try view.items(on: account) : figures.map(\.0)
        var wanted: [(facts: ItemFacts, quantity: Int64)] = []
        for code in Set(codes).sorted() {
            let left = try view.balance(of: account, .item(code))
            let most = figures.isEmpty ? left : Int128(figures.first { $0.0 == code }?.1 ?? 0)
            let back = try Self.narrow(min(left, most))
            guard back > 0 else { continue }
            wanted.append(
                (try view.item(code) ?? ItemFacts(code: code, name: code.text), back))
        }
        guard !wanted.isEmpty else {
            throw Refusal(.emptyDocument, "nothing of it is left")
        }
        return try backDraft(
            try header(
                .quota, Details(person: asked.person), link: DocumentLink(.settles, number),
                party: shelf.text, view), wanted, shelf, pair)
    }
}
