import Replica

/// Goods that a customer brings back at another branch than the one that sold them: by the receipt, which the
/// selling branch's node signed. This branch gives the money back for the other (due-from) and has the goods
/// early; the other books the return and ships them here, once it hears of it.
extension Planner {
    func giveBackElsewhere(
        _ details: Details, _ lines: [Line], _ claim: Claim, text: String, tender: String,
        _ view: some BookView
    ) throws -> Draft {
        guard claim.number.kind == .sale else {
            throw Refusal(.badClaim, "\(claim.number) is no receipt of a sale")
        }
        guard !claim.isOnCredit else {
            throw Refusal(
                .notForThisBranch, "some of \(claim.number) was bought on credit",
                next: "return it at \(claim.number.series.branch), where the customer's account is")
        }
        guard lines.allSatisfy({ $0.price == nil }) else {
            throw Refusal(
                .badOption, "what is paid back stands on the receipt: leave the prices out")
        }
        try requireMoney("what other branches owe")
        let (seller, pair) = try other(claim.number.series.branch.text, view)
        try requireOneCurrency(with: seller, view)
        let wanted = try wanted(lines, view)
        guard wanted.count <= RefundNote.linesMax else {
            throw Refusal(.tooManyLines, "at most \(RefundNote.linesMax) items come back at once")
        }
        var note = RefundNote(
            sale: claim.number, claim: text.filter { $0 != " " }, lines: [:], tax: 0,
            person: details.person ?? person, day: today)
        var credit = Credit(claim, try earlierRefunds(of: claim.number, view))
        for (facts, quantity) in wanted {
            note.lines[facts.code] = .init(
                quantity: quantity, net: try credit.take(quantity, of: facts))
        }
        note.tax = try credit.takeTax()
        let paid = try Self.narrow(note.total)
        let header = try header(
            .arrival, details, link: DocumentLink(.returns, claim.number), notBefore: claim.day,
            view)
        guard let number = header.number else { throw BooksError.overflow }
        note.day = header.effectiveDate
        var document = DocumentBuilder(header)
        let shelf = try shelf(details.location, for: .coming, view)
        for (facts, quantity) in wanted {
            try document.move(
                .trade(branch), quantity, of: .item(facts.code),
                from: .early(branch, from: seller), to: shelf)
        }
        let (trade, owed) = (Scope.trade(branch), Scope.betweenMoney(pair))
        try document.move(
            trade, paid, of: currency(), from: try account(tender: tender, party: nil),
            to: .via(owed))
        try document.move(
            owed, paid, of: currency(), from: .via(trade), to: .dueFrom(branch, seller))
        document.append(note.event(number), to: .between(pair))
        return try document.draft(total: paid)
    }

    /// What this branch gave back of a sale before.
    private func earlierRefunds(
        of sale: DocumentNumber, _ view: some BookView
    ) throws -> [RefundNote] {
        var numbers: Set<DocumentNumber> = []
        for transaction in try view.transactions(about: sale)
        where transaction.document.kind == .arrival {
            if let number = transaction.document.number { numbers.insert(number) }
        }
        return try numbers.sorted().compactMap {
            RefundNote(try view.events(of: RefundNote.entity($0)))
        }
    }

    /// What may be credited on a receipt: each item's share of what was paid, exact over all returns.
    private struct Credit {
        private let claim: Claim
        private var returned: [ItemCode: (quantity: Int128, net: Int128)] = [:]
        private var tax = Int128(0)

        init(_ claim: Claim, _ earlier: [RefundNote]) {
            self.claim = claim
            for note in earlier {
                tax += Int128(note.tax)
                for (item, line) in note.lines {
                    returned[item, default: (0, 0)].quantity += Int128(line.quantity)
                    returned[item, default: (0, 0)].net += Int128(line.net)
                }
            }
        }

        mutating func take(_ quantity: Int64, of facts: ItemFacts) throws -> Int64 {
            let before = returned[facts.code] ?? (0, 0)
            guard let line = claim.lines.first(where: { $0.item == facts.code }),
                case let all = before.quantity + Int128(quantity), all <= line.quantity
            else {
                let sold = claim.lines.first { $0.item == facts.code }?.quantity ?? 0
                let left = max(Int128(sold) - before.quantity, 0)
                throw Refusal(
                    .tooMuchReturned,
                    "of \(facts.code) on \(claim.number) "
                        + "\(Amount.text(left, scale: facts.scale)) can come back")
            }
            let due = Int128(
                try Planner.divide(Int128(line.net) * all, by: Int128(line.quantity)))
            returned[facts.code] = (all, due)
            return try Planner.narrow(due - before.net)
        }

        /// The tax on all that was credited by now, less what was credited before.
        mutating func takeTax() throws -> Int64 {
            let net = claim.lines.reduce(Int128(0)) { $0 + Int128($1.net) }
            let credited = returned.values.reduce(Int128(0)) { $0 + $1.net }
            guard net > 0 else { return 0 }
            let (product, over) = Int128(claim.tax).multipliedReportingOverflow(by: credited)
            guard !over else { throw BooksError.overflow }
            let due = Int128(try Planner.divide(product, by: net))
            defer { tax = due }
            return try Planner.narrow(due - tax)
        }
    }

    // MARK: Where it was sold

    /// A return that another branch took, and the goods on their way there: the money is owed to it.
    ///
    /// - Throws: `.tooMuchReturned` where the sale does not cover it, unless somebody accepted that.
    func bookReturn(
        _ details: Details, _ text: String, isAccepted: Bool, _ view: some BookView
    ) throws -> Draft {
        let arrival = try Self.number(text)
        let (other, pair) = try other(arrival.series.branch.text, view)
        try requireOneCurrency(with: other, view)
        guard let note = RefundNote(try view.events(of: RefundNote.entity(arrival))),
            note.sale.series.branch == branch
        else {
            throw Refusal(.unknownDocument, "\(arrival) brought nothing of \(branch) back")
        }
        guard !EarlyGoods.isBooked(try view.transactions(about: arrival), pair) else {
            throw Refusal(.alreadyRecorded, "\(arrival) is booked already")
        }
        try requireMoney("what other branches are owed")
        try requirePaid(note, arrival, other, view)
        try requireShown(note, view)
        if !isAccepted {
            try requireCovered(note, try soldOn(note.sale.description, view), arrival)
        }
        var who = details
        if who.person == nil { who.person = note.person }
        if who.memo == nil { who.memo = "came back at \(other) on \(arrival)" }
        var back = DocumentBuilder(
            try header(
                .customerReturn, who, link: DocumentLink(.returns, note.sale), notBefore: note.day,
                view))
        var shipped = DocumentBuilder(
            try header(
                .shipment, who, link: DocumentLink(.fulfils, arrival), notBefore: note.day, view))
        guard let shipment = shipped.header.number else { throw BooksError.overflow }
        let (trade, owed, between) = (
            Scope.trade(branch), Scope.betweenMoney(pair), Scope.between(pair)
        )
        let shelf = Account.stock(branch)
        for (code, line) in note.lines.sorted(by: { $0.key < $1.key }) {
            try back.move(
                trade, line.quantity, of: .item(code), from: .simple(.customer, branch), to: shelf)
            try back.move(
                trade, line.net, of: currency(), from: .via(owed), to: .simple(.sales, branch),
                taggedTo: code)
            try shipped.move(trade, line.quantity, of: .item(code), from: shelf, to: .via(between))
            try shipped.move(
                between, line.quantity, of: .item(code), from: .via(trade),
                to: .transit(pair, shipment.description))
        }
        let goods = try note.lines.map { code, line in
            (
                facts: try view.item(code) ?? ItemFacts(code: code, name: code.text),
                quantity: line.quantity
            )
        }
        try price(goods, to: other, pair, &shipped, isAsked: false, view)
        try back.move(
            trade, note.tax, of: currency(), from: .via(owed), to: .simple(.tax, branch))
        let paid = try Self.narrow(note.total)
        try back.move(owed, paid, of: currency(), from: .dueTo(branch, other), to: .via(trade))
        var draft = try back.draft(references: [note.sale], total: paid)
        for part in try shipped.draft().parts { draft.add(part.ops, to: part.scope) }
        return draft
    }

    /// The other branch's books say as well that it laid the money out.
    private func requirePaid(
        _ note: RefundNote, _ arrival: DocumentNumber, _ other: BranchCode, _ view: some BookView
    ) throws {
        let paid = try view.transactions(of: arrival).flatMap(\.postings).reduce(Int128(0)) {
            $1.account == .dueFrom(other, branch) ? $0 + Int128($1.amount) : $0
        }
        guard paid == note.total else {
            throw Refusal(
                .unknownDocument, "\(other) has not booked what it paid back on \(arrival)",
                next: "wait until its entries have come")
        }
    }

    /// The receipt was this branch's, and said at least that.
    private func requireShown(_ note: RefundNote, _ view: some BookView) throws {
        let claim = try view.claim(note.claim)
        let isMore = note.lines.contains { code, line in
            claim.lines.first { $0.item == code }.map {
                line.quantity > $0.quantity || line.net > $0.net
            } ?? true
        }
        guard claim.number == note.sale, !isMore, note.tax <= claim.tax else {
            throw Refusal(.badClaim, "the receipt of \(note.sale) says something else")
        }
    }

    private func requireCovered(
        _ note: RefundNote, _ sold: Sold, _ arrival: DocumentNumber
    ) throws {
        for (code, line) in note.lines.sorted(by: { $0.key < $1.key }) {
            let item = sold.items[code] ?? .init()
            guard Int128(line.quantity) <= item.quantity - item.returned,
                Int128(line.net) <= item.net - item.credited
            else {
                throw Refusal(
                    .tooMuchReturned, "\(note.sale) does not cover what came back of \(code)",
                    next: "look into it, then `branchbook transfer accept \(arrival)`")
            }
        }
        guard Int128(note.tax) <= sold.tax - sold.taxCredited else {
            throw Refusal(
                .tooMuchReturned, "\(note.sale) does not cover the tax that was paid back")
        }
    }
}
