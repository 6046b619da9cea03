import Replica

/// What comes from another branch.
extension Planner {
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
            try !openEarly(arrival, from: sent.sender, view).isEmpty
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
}
