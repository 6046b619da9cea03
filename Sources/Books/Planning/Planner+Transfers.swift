import Replica

extension Planner {
    /// Goods leave for another branch. Refused where the shelf lacks them: nothing is shipped twice.
    func ship(
        _ details: Details, _ lines: [Line], to other: String, _ view: some BookView
    ) throws -> Draft {
        try requireTrade()
        let order = try fulfilled(details, .request, view)
        var lines = lines
        if let order, lines.isEmpty { lines = try rest(of: order, view) }
        try check(count: lines.count)
        let other = other.isEmpty ? order?.number.series.branch.text ?? other : other
        guard let target = BranchCode(other), try view.isBranch(target) else {
            throw Refusal(.unknownBranch, "there is no branch \(other)")
        }
        if let order, order.number.series.branch != target {
            throw Refusal(.notForThisBranch, "\(order.number) is not of \(target)")
        }
        guard let pair = BranchPair(branch, target) else {
            throw Refusal(.notForThisBranch, "\(branch) cannot ship to itself")
        }
        let shelf = try shelf(details.location, for: .leaving, view)
        let header = try header(
            .shipment, details, link: order.map { DocumentLink(.fulfils, $0.number) },
            notBefore: order?.opened.day, view)
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
                .trade(branch), quantity, of: commodity, from: shelf, to: .via(.between(pair)))
            try document.move(
                .between(pair), quantity, of: commodity, from: .via(.trade(branch)), to: transit)
        }
        try price(wanted, to: target, pair, &document, view)
        if let order { noteOverdone(order, wanted, &document) }
        try requireOnShelf(
            wanted, on: shelf, day: header.effectiveDate, isDated: details.date != nil,
            next: "ship what is left, or count the shelf", view)
        let lead = try leadDays(from: branch, to: target, view)
        if let due = try due(details, header, lead: lead), let number = header.number {
            document.append(
                note(
                    TransferNotes.Kind.sent, number, header,
                    [.init(TransferNotes.Field.due, .text(due.description))]),
                to: .between(pair))
        }
        return try document.draft(references: order.map { [$0.number] } ?? [])
    }

    /// The sender asks for goods back that the receiver has not taken.
    func recall(_ details: Details, shipment text: String, _ view: some BookView) throws -> Draft {
        try requireTrade()
        let sent = try shipment(text, view)
        guard sent.sender == branch else {
            throw Refusal(
                .notForThisBranch, "\(sent.number) was shipped by \(sent.sender)",
                next: "what is not wanted is returned when it comes")
        }
        guard try view.items(on: sent.transit).isEmpty == false else {
            throw Refusal(.notEnough, "nothing of \(sent.number) is in transit any more")
        }
        guard let reason = details.memo else {
            throw Refusal(.badOption, "a recall has a reason", next: "give it with --memo")
        }
        try Self.check(reason, "memo", DocumentHeader.memoBytesMax)
        let person = details.person ?? self.person
        try Self.check(person, "person", DocumentHeader.personBytesMax)
        let header = DocumentHeader(
            kind: .statement, number: nil, effectiveDate: today, person: person)
        let event = note(
            TransferNotes.Kind.recalled, sent.number, header,
            [.init(TransferNotes.Field.reason, .text(reason))])
        return Draft(
            number: sent.number, parts: [Draft.Part(.between(sent.pair), [.append(event)])],
            references: [sent.number])
    }

    func note(
        _ kind: String, _ shipment: DocumentNumber, _ header: DocumentHeader,
        _ fields: [Event.Field]
    ) -> Event {
        Event(
            entity: TransferNotes.entity(shipment), kind: kind, person: header.person,
            effectiveDate: header.effectiveDate, fields: fields)
    }

    // MARK: What was shipped

    struct Sent {
        let number: DocumentNumber
        let day: Day
        let pair: BranchPair
        let sender: BranchCode
        let transit: Account
        let dispute: Account
        /// What the goods were sent for.
        let order: DocumentNumber?
        let postings: [Posting]
    }

    func shipment(_ text: String, _ view: some BookView) throws -> Sent {
        let number = try Self.number(text)
        let transactions = try view.transactions(of: number)
        let sent = transactions.flatMap(\.postings).filter { $0.account.root == .transit }
        guard number.kind == .shipment, let first = transactions.first,
            let account = sent.first?.account, case .pair(let pair) = account.place
        else {
            throw Refusal(
                .unknownDocument, "shipment \(number) is not held here",
                next: "wait until the sender's entries have arrived")
        }
        return Sent(
            number: number, day: first.document.effectiveDate, pair: pair,
            sender: number.series.branch, transit: account,
            dispute: .dispute(pair, number.description),
            order: first.document.isOf(.fulfils) ? first.document.link?.target : nil,
            postings: sent)
    }

    // MARK: Settling

    /// The sender says what became of goods in dispute: they are on its shelf (again), or they are lost.
    func settle(
        _ details: Details, _ lines: [Line], shipment text: String, areLost: Bool,
        _ view: some BookView
    ) throws -> Draft {
        try requireTrade()
        let sent = try shipment(text, view)
        guard sent.sender == branch else {
            throw Refusal(
                .notForThisBranch,
                "what is missing of \(sent.number) is \(sent.sender)'s to settle",
                next: "take up what turned up with `branchbook transfer receive`")
        }
        try check(count: lines.count)
        let shelf =
            areLost
            ? Account.simple(.shrinkage, branch) : try shelf(details.location, for: .coming, view)
        // What comes back is taken up as any arrival is; what is lost was the sender's until now.
        var document = DocumentBuilder(
            try header(
                areLost ? .writeOff : .arrival, details,
                link: DocumentLink(areLost ? .settles : .receives, sent.number),
                notBefore: sent.day, view))
        var wanted: [(facts: ItemFacts, quantity: Int64)] = []
        for line in lines {
            let goods = try measured(line.item, line.quantity, view)
            guard goods.quantity > 0 else {
                throw Refusal(.notPositive, "\(line.quantity) \(goods.facts.code) is not positive")
            }
            wanted.append((goods.facts, goods.quantity))
            let commodity = Commodity.item(goods.facts.code)
            try document.move(
                .between(sent.pair), goods.quantity, of: commodity, from: sent.dispute,
                to: .via(.trade(branch)))
            try document.move(
                .trade(branch), goods.quantity, of: commodity, from: .via(.between(sent.pair)),
                to: shelf)
        }
        for sum in Self.sums(wanted) {
            let open = try view.balance(of: sent.dispute, .item(sum.facts.code))
            guard sum.quantity <= open else {
                throw Refusal(
                    .notEnough,
                    "of \(sum.facts.code) on \(sent.number) "
                        + "\(Amount.text(max(open, 0), scale: sum.facts.scale)) are in dispute",
                    next: "settle no more than that")
            }
        }
        return try document.draft(references: [sent.number])
    }
}
