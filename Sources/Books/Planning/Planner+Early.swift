import Replica

/// Goods of another branch that stand here before its entries have come: taken up by the word of a signed
/// paper, and matched with the shipment once it is known.
///
/// The shelf has them at once and may sell them; `early/<here>/<there>` has as many below zero until they are
/// matched. Their value, once it is stated, acts where they came.
extension Planner {
    func claim(_ details: Details, _ act: ClaimAct, _ view: some BookView) throws -> Draft {
        try requireTrade()
        switch act {
        case .match(let arrival, let shipment): return try match(arrival, shipment, view)
        case .book(let arrival): return try bookReturn(details, arrival, isAccepted: false, view)
        case .accept(let arrival):
            return try bookReturn(details, arrival, isAccepted: true, view)
        }
    }

    /// The receiver of a delivery note that has not heard of its shipment.
    func arriveEarly(
        _ details: Details, _ lines: [ArrivalLine], _ claim: Claim, _ view: some BookView
    ) throws -> Draft {
        guard claim.number.kind == .shipment, let receiver = claim.receiver else {
            throw Refusal(
                .badClaim, "\(claim.number) is no delivery note",
                next: "a receipt is shown with `branchbook return --sale`")
        }
        let sender = claim.number.series.branch
        guard receiver == branch, sender != branch else {
            throw Refusal(
                .notForThisBranch, "\(claim.number) goes to \(receiver)", next: "send it on")
        }
        let before = EarlyGoods.open(
            try view.transactions(about: claim.number), at: branch, from: sender)
        let header = try header(
            .arrival, details, link: DocumentLink(.receives, claim.number), notBefore: claim.day,
            view)
        var document = DocumentBuilder(header)
        let shelf = try shelf(details.location, for: .coming, view)
        var left: [ItemCode: Int64] = [:]
        for line in claim.lines {
            left[line.item] = try Self.narrow(
                Int128(line.quantity) - (before[line.item] ?? 0))
        }
        let taken = try lines.isEmpty ? rest(left, view) : lines.map { try early($0, view) }
        try check(count: taken.count)
        for line in taken {
            let code = line.facts.code
            try requireStock(line.facts)
            let came = try Self.narrow(Int128(line.accepted) + Int128(line.damaged))
            guard came > 0, came <= left[code] ?? 0 else {
                throw Refusal(
                    .notEnough,
                    "of \(code) \(Amount.text(max(left[code] ?? 0, 0), scale: line.facts.scale)) "
                        + "are left on the note of \(claim.number)",
                    next: "enter what came beside it with `branchbook find`")
            }
            left[code, default: 0] -= came
            try document.move(
                .trade(branch), line.accepted, of: .item(code), from: .early(branch, from: sender),
                to: shelf)
            try document.move(
                .trade(branch), line.damaged, of: .item(code), from: .early(branch, from: sender),
                to: line.damaged > 0 ? try damagedShelf(line.damagedTo, view) : shelf)
        }
        document.note("\(sender)'s entries are awaited: what they cost is known then")
        return try document.draft()
    }

    private struct EarlyLine {
        let facts: ItemFacts
        let accepted: Int64
        var damaged: Int64 = 0
        var damagedTo: String?
    }

    private func early(_ line: ArrivalLine, _ view: some BookView) throws -> EarlyLine {
        let came = try measured(line.item, line.accepted, view)
        let damaged = try line.damaged.map { try measured(line.item, $0, view).quantity } ?? 0
        let others = [line.short, line.returned ?? "0", line.surplus ?? "0"]
        guard try others.allSatisfy({ try measured(line.item, $0, view).quantity == 0 }) else {
            throw Refusal(
                .badOption,
                "what is missing or goes back is said once the sender's entries are here",
                next: "take up what came; the rest of the shipment waits")
        }
        guard came.quantity >= 0, damaged >= 0 else {
            throw Refusal(.notPositive, "a line of \(came.facts.code) is below zero")
        }
        return EarlyLine(
            facts: came.facts, accepted: came.quantity, damaged: damaged,
            damagedTo: line.damagedTo)
    }

    private func rest(_ left: [ItemCode: Int64], _ view: some BookView) throws -> [EarlyLine] {
        let open = left.filter { $0.value > 0 }.sorted { $0.key < $1.key }
        return try open.map { EarlyLine(facts: try item($0.key.text, view), accepted: $0.value) }
    }

    /// Transit empties into what stands here already.
    private func match(
        _ arrival: String, _ shipment: String, _ view: some BookView
    ) throws -> Draft {
        let (arrival, sent) = (try Self.number(arrival), try self.shipment(shipment, view))
        let own = try view.transactions(of: arrival)
        guard let first = own.first, sent.pair.contains(branch), sent.sender != branch,
            first.document.link?.target.series.branch == sent.sender,
            first.document.link?.target == sent.number || sent.order == arrival
        else {
            throw Refusal(.notForThisBranch, "\(sent.number) is not what came with \(arrival)")
        }
        var document = DocumentBuilder(
            try header(
                .arrival, Details(person: first.document.person),
                link: DocumentLink(.settles, arrival), notBefore: sent.day, view))
        let between = Scope.between(sent.pair)
        let open = try openEarly(arrival, from: sent.sender, view)
        for (code, amount) in open.sorted(by: { $0.key < $1.key }) {
            let matched = min(amount, try view.balance(of: sent.transit, .item(code)))
            guard matched > 0 else { continue }
            try document.move(
                between, try Self.narrow(matched), of: .item(code), from: sent.transit,
                to: .via(.trade(branch)))
            try document.move(
                .trade(branch), try Self.narrow(matched), of: .item(code), from: .via(between),
                to: .early(branch, from: sent.sender))
        }
        return try document.draft(references: [sent.number])
    }

    /// What came here with an arrival and is not matched.
    func openEarly(
        _ arrival: DocumentNumber, from sender: BranchCode, _ view: some BookView
    ) throws -> [ItemCode: Int128] {
        EarlyGoods.open(
            try view.transactions(of: arrival) + view.transactions(about: arrival), at: branch,
            from: sender)
    }
}
