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

    private func note(
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

    // MARK: Taking up

    /// The receiver takes up what came, and says what did not come as it was sent.
    ///
    /// Accepted and damaged goods leave transit for the shelf; when all of it was taken, they are goods
    /// that were short before. Short and returned ones go into dispute, the sender's until settled. What
    /// came beside it is found, by a document of its own.
    func arrive(
        _ details: Details, _ lines: [ArrivalLine], shipment text: String, isBooked: Bool = false,
        _ view: some BookView
    ) throws -> Draft {
        try requireTrade()
        var text = text
        if Claim.isMeant(by: text) {
            let claim = try view.claim(text)
            guard try !view.transactions(of: claim.number).isEmpty else {
                return try arriveEarly(details, lines, claim, view)
            }
            text = claim.number.description
        }
        let sent = try shipment(text, view)
        guard sent.pair.contains(branch), sent.sender != branch else {
            throw Refusal(.notForThisBranch, "\(sent.number) was not shipped to \(branch)")
        }
        if let arrival = sent.order, arrival.kind == .arrival,
            !EarlyGoods.open(
                try view.transactions(of: arrival) + view.transactions(about: arrival), at: branch,
                from: sent.sender
            ).isEmpty
        {
            throw Refusal(
                .notForThisBranch, "the goods of \(sent.number) are here already",
                next: "this node takes them up by itself")
        }
        guard isBooked || sent.order?.kind != .salesOrder else {
            throw Refusal(
                .notForThisBranch, "a customer has the goods of \(sent.number)",
                next: "this node books them as a sale by itself")
        }
        let notes = TransferNotes(try view.events(of: TransferNotes.entity(sent.number)))
        if let recall = notes.recall, lines.isEmpty {
            throw Refusal(
                .recalled,
                "\(recall.person) of \(sent.sender) wants \(sent.number) back: \(recall.reason)",
                next: "send it back with --returned, or name what you keep")
        }
        let shelf = try shelf(details.location, for: .coming, view)
        let header = try header(
            .arrival, details, link: DocumentLink(.receives, sent.number), notBefore: sent.day,
            view)
        var document = DocumentBuilder(header)
        let taken =
            try lines.isEmpty ? rest(of: sent, view) : lines.map { try self.taken($0, view) }
        try check(count: taken.count)
        var left: [ItemCode: (road: Int128, dispute: Int128)] = [:]
        for line in taken {
            let code = line.facts.code
            let commodity = Commodity.item(code)
            var open =
                try left[code]
                ?? (
                    view.balance(of: sent.transit, commodity),
                    view.balance(of: sent.dispute, commodity)
                )
            let road = try portion(line, &open, sent)
            left[code] = open
            let between = Scope.between(sent.pair)
            try document.move(
                between, road, of: commodity, from: sent.transit, to: .via(.trade(branch)))
            try document.move(
                between, line.came - road, of: commodity, from: sent.dispute,
                to: .via(.trade(branch)))
            let (gone, over) = line.claim.short.addingReportingOverflow(line.claim.returned)
            guard !over else { throw BooksError.overflow }
            try document.move(
                between, gone, of: commodity, from: sent.transit, to: sent.dispute)
            try document.move(
                .trade(branch), line.accepted, of: commodity, from: .via(between), to: shelf)
            if line.claim.damaged > 0 {
                try document.move(
                    .trade(branch), line.claim.damaged, of: commodity, from: .via(between),
                    to: try damagedShelf(line.damagedTo, view))
            }
        }
        for event in claims(taken, sent.number, header) {
            document.append(event, to: .between(sent.pair))
        }
        let found = try surplus(taken, details, sent, shelf, view)
        if let number = found?.number { document.note("what came beside it is on \(number)") }
        guard taken.contains(where: { $0.movesGoods }) else {
            // Nothing was taken off the road: the surplus is all there is to write.
            guard let found else {
                throw Refusal(.emptyDocument, "nothing came and nothing is missing")
            }
            return found
        }
        var draft = try document.draft(references: [sent.number])
        for part in found?.parts ?? [] { draft.add(part.ops, to: part.scope) }
        return draft
    }

    private struct Taken {
        let facts: ItemFacts
        let accepted: Int64
        var claim = TransferNotes.Claim()
        var damagedTo: String?
        /// Accepted and damaged: sums that fit.
        var came: Int64 { accepted + claim.damaged }
        var movesGoods: Bool { came > 0 || claim.short > 0 || claim.returned > 0 }
    }

    /// How much of what came was in transit; the rest was in dispute. Takes it off.
    private func portion(
        _ line: Taken, _ open: inout (road: Int128, dispute: Int128), _ sent: Sent
    ) throws -> Int64 {
        let gone = Int128(line.claim.short) + Int128(line.claim.returned)
        let road = min(Int128(line.came), max(open.road - gone, 0))
        let disputed = Int128(line.came) - road
        guard gone <= open.road, disputed <= max(open.dispute, 0) else {
            let scale = line.facts.scale
            throw Refusal(
                .notEnough,
                "of \(line.facts.code) on \(sent.number) "
                    + "\(Amount.text(max(open.road, 0), scale: scale)) are in transit and "
                    + "\(Amount.text(max(open.dispute, 0), scale: scale)) in dispute",
                next: "enter what came beside it with --surplus")
        }
        open.road -= road + gone
        open.dispute += gone - disputed
        return try Self.narrow(road)
    }

    private func taken(_ line: ArrivalLine, _ view: some BookView) throws -> Taken {
        let came = try measured(line.item, line.accepted, view)
        let facts = came.facts
        func figure(_ text: String?) throws -> Int64 {
            let value = try text.map { try measured(line.item, $0, view).quantity } ?? 0
            guard value >= 0 else {
                throw Refusal(.notPositive, "\(text ?? "") \(facts.code) is below zero")
            }
            return value
        }
        let claim = TransferNotes.Claim(
            short: try figure(line.short), damaged: try figure(line.damaged),
            returned: try figure(line.returned), surplus: try figure(line.surplus))
        guard came.quantity >= 0, came.quantity > 0 || !claim.isNone else {
            throw Refusal(.notPositive, "a line of \(facts.code) takes nothing")
        }
        guard !came.quantity.addingReportingOverflow(claim.damaged).overflow else {
            throw BooksError.overflow
        }
        try requireStock(facts)
        return Taken(
            facts: facts, accepted: came.quantity, claim: claim, damagedTo: line.damagedTo)
    }

    private func rest(of sent: Sent, _ view: some BookView) throws -> [Taken] {
        var codes: Set<ItemCode> = []
        for posting in sent.postings {
            if case .item(let code) = posting.commodity { codes.insert(code) }
        }
        return try codes.sorted().compactMap { code in
            let open = try Self.narrow(try view.balance(of: sent.transit, .item(code)))
            guard open > 0 else { return nil }
            return Taken(
                facts: try view.item(code) ?? ItemFacts(code: code, name: code.text),
                accepted: open)
        }
    }

    /// Where damaged goods stand: the location that is named, or the only one for such goods.
    func damagedShelf(_ name: String?, _ view: some BookView) throws -> Account {
        if let name { return try shelf(name, for: .coming, view) }
        let fit = try view.locations(branch).filter { $0.status == .damaged && $0.isActive }
        guard let only = fit.first, fit.count == 1 else {
            throw Refusal(
                .unknownLocation,
                fit.isEmpty
                    ? "\(branch) has no location for damaged goods"
                    : "\(branch) has several locations for damaged goods: "
                        + fit.map(\.name).joined(separator: ", "),
                next: fit.isEmpty
                    ? "name one with `branchbook location set broken --status damaged`"
                    : "name one with --damaged-to")
        }
        return .stock(branch, only.name)
    }

    private func claims(
        _ taken: [Taken], _ shipment: DocumentNumber, _ header: DocumentHeader
    ) -> [Event] {
        var sums: [ItemCode: TransferNotes.Claim] = [:]
        for line in taken where !line.claim.isNone {
            sums[line.facts.code, default: .init()].add(line.claim)
        }
        let arrival = Event.Field(
            TransferNotes.Field.arrival, .text(header.number?.description ?? ""))
        var fields = sums.sorted { $0.key < $1.key }.map {
            Event.Field(Commodity.item($0.key).name, .text($0.value.text))
        }[...]
        var events: [Event] = []
        while !fields.isEmpty {
            let part = fields.prefix(Event.fieldsMax - 1)
            fields = fields.dropFirst(part.count)
            events.append(
                note(TransferNotes.Kind.claimed, shipment, header, [arrival] + part))
        }
        return events
    }

    /// Goods that came beside what was sent: found, without a cost, until somebody knows better.
    private func surplus(
        _ taken: [Taken], _ details: Details, _ sent: Sent, _ shelf: Account, _ view: some BookView
    ) throws -> Draft? {
        let more = taken.filter { $0.claim.surplus > 0 }
        guard !more.isEmpty else { return nil }
        var details = details
        details.external = nil
        details.memo = "surplus on \(sent.number)"
        var document = DocumentBuilder(
            try header(
                .found, details, link: DocumentLink(.receives, sent.number), notBefore: sent.day,
                view))
        for line in more {
            try document.move(
                .trade(branch), line.claim.surplus, of: .item(line.facts.code),
                from: .simple(.shrinkage, branch), to: shelf)
        }
        return try document.draft(references: [sent.number])
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
