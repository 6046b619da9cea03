import Replica

/// Goods that one branch sells and another one has: an order of the seller with money taken ahead; the
/// other delivers; then the sale is booked where it was made.
extension Planner {
    func sellOnQuota(
        _ details: Details, _ lines: [Line], from text: String, tender: String,
        _ view: some BookView
    ) throws -> Draft {
        let (shelf, pair) = try other(text, view)
        try check(count: lines.count)
        guard lines.count <= Self.quotaLinesMax else {
            throw Refusal(
                .tooManyLines, "at most \(Self.quotaLinesMax) lines are sold on a quota at once")
        }
        guard let named = details.party, !named.isEmpty else {
            throw Refusal(
                .badOption, "goods that are fetched elsewhere need a customer's name",
                next: "name one with --customer")
        }
        let party = try self.party(named, view)
        try requireActive(party, view)
        let pricing = try pricing(details, party: party, view)
        var priced = try lines.map { try price($0, pricing, view) }
        let agreed = try agreedPrices(
            priced, lines, details, always: lines.map { !ledger.isBook && $0.price == nil })
        let ordered = try zip(lines, agreed).map { line, agreed in
            let goods = try newGoods(line, view)
            try requireStock(goods.facts)
            let own = try unitPrice(line, goods, pricing, view)
            let (millionths, per) = agreed ?? (own.millionths, own.per)
            return (
                facts: goods.facts,
                line: OrderLine(
                    item: goods.facts.code, quantity: goods.quantity, pack: goods.pack, per: per,
                    millionths: millionths)
            )
        }
        let sums = Self.sums(ordered.map { ($0.facts, $0.line.quantity) })
        for (facts, quantity) in sums {
            let left = try view.spendable(of: .quota(shelf, branch), .item(facts.code))
            guard quantity <= left else { throw tooMuch(facts, left, of: shelf) }
        }
        try discount(&priced, lines, details)
        let taxes = try tax(&priced)
        let total = try self.total(priced, taxes)
        let parts = try tenders(tender, total, party: party, view)
        let header = try header(.salesOrder, details, party: party, view)
        guard let number = header.number else { throw BooksError.overflow }
        var document = DocumentBuilder(header)
        for (facts, quantity) in sums {
            try document.move(
                .between(pair), try Self.narrow(quantity), of: .item(facts.code),
                from: .quota(shelf, branch), to: .committed(pair, number.description))
        }
        for part in parts {
            try document.move(
                .trade(branch), part.amount, of: currency(), from: .simple(.prepaid, branch),
                to: part.account)
        }
        let version = Order.Version(number: 1, series: number.series.letters)
        typealias Field = Order.Field
        var fields = [
            Event.Field(Field.party, .text(party)), .init(Field.shelf, .text(shelf.text)),
        ]
        fields += try self.agreed(nil, of: .sale, on: header.effectiveDate, view)
        let due = try details.due.map { try Self.day($0) }
        if let due, due < header.effectiveDate {
            throw Refusal(.badDate, "\(due) is before \(header.effectiveDate)")
        }
        let deadline = due ?? Day(number: header.effectiveDate.number &+ Self.committedDays)
        fields.append(.init(Field.due, .text(deadline.description)))
        if try holdTax(priced.map(\.rate.isIncluded)) {
            fields.append(.init(Field.taxIncluded, .integer(1)))
        }
        func say(_ kind: String, _ fields: [Event.Field], in scope: Scope) {
            document.append(event(kind, number, header, fields), to: scope)
        }
        say(Order.Event.opened, fields, in: .between(pair))
        var (shown, prices): ([Event.Field], [Event.Field]) = ([], [])
        for place in ordered.indices {
            var line = ordered[place].line
            prices.append(.init(String(place + 1), .integer(line.millionths ?? 0)))
            prices.append(
                .init("\(Field.tax)\(place + 1)", .integer(priced[place].rate.millionths)))
            // What the customer pays is the seller's to know.
            line.millionths = nil
            shown.append(.init(String(place + 1), .text(line.text)))
        }
        say(Order.Event.written, [Self.field(version)] + shown, in: .between(pair))
        say(Order.Event.priced, [Self.field(version)] + prices, in: .trade(branch))
        say(Order.Event.placed, [Self.field(version)], in: .between(pair))
        return try document.draft(total: total)
    }

    /// An event has at most 64 fields, and a line takes two.
    static let quotaLinesMax = 28
    /// Days within which goods that were sold are delivered, where nobody said a day.
    static let committedDays: Int32 = 7

    /// An order that was sold from a shelf, with what stands committed of it.
    private func quotaOrder(_ text: String, _ view: some BookView) throws -> (
        Order, BranchCode, Account
    ) {
        let order = try held(text, view)
        guard let shelf = order.shelf, let pair = BranchPair(shelf, order.number.series.branch)
        else {
            throw Refusal(.unknownDocument, "\(order.number) was not sold on a quota")
        }
        return (order, shelf, .committed(pair, order.number.description))
    }

    // MARK: At the shelf

    /// Goods leave the shelf for good: the seller's sale, once its node knows of it.
    func deliver(
        _ details: Details, _ text: String, _ lines: [Line], _ view: some BookView
    ) throws -> Draft {
        let (order, shelf, committed) = try quotaOrder(text, view)
        guard shelf == branch, case .pair(let pair) = committed.place else {
            throw Refusal(
                .notForThisBranch, "the goods of \(order.number) are at \(shelf)",
                next: "deliver them there")
        }
        guard !order.state(ledger).isOver else {
            throw Refusal(
                .orderState, "\(order.number) is \(order.state(ledger).rawValue)",
                next: "see `branchbook order show \(order.number)`")
        }
        let seller = order.number.series.branch
        let lines = lines.isEmpty ? try rest(of: order, view) : lines
        let wanted = try wanted(lines, view)
        let header = try header(
            .shipment, details, link: DocumentLink(.fulfils, order.number),
            notBefore: order.opened.day, party: order.party, view)
        guard let number = header.number else { throw BooksError.overflow }
        var document = DocumentBuilder(header)
        let (trade, between) = (Scope.trade(branch), Scope.between(pair))
        for (facts, quantity) in wanted {
            let commodity = Commodity.item(facts.code)
            // A peer may have sold what it had no right to: what was promised to it is all that it gets.
            let left = min(
                try view.balance(of: committed, commodity),
                try view.balance(of: .promised(on: .stock(branch), to: seller), commodity))
            guard Int128(quantity) <= left else {
                throw Refusal(
                    .notEnough,
                    "of \(facts.code) on \(order.number) "
                        + "\(Amount.text(max(left, 0), scale: facts.scale)) are to be delivered")
            }
            try document.move(
                trade, quantity, of: commodity, from: .promised(on: .stock(branch), to: seller),
                to: .via(between))
            try document.move(
                between, quantity, of: commodity, from: .via(trade),
                to: .transit(pair, number.description))
            try document.move(
                between, quantity, of: commodity, from: committed, to: .granted(branch, seller))
        }
        try price(wanted, to: seller, pair, &document, view)
        return try document.draft(references: [order.number])
    }

    /// Rights of an order that is over and not all delivered go back to the seller.
    func releaseRights(_ text: String, _ view: some BookView) throws -> Draft {
        let (order, shelf, committed) = try quotaOrder(text, view)
        guard shelf == branch, order.cancelled != nil || order.closed != nil,
            case .pair(let pair) = committed.place
        else {
            throw Refusal(.orderState, "\(order.number) needs its goods still")
        }
        let by = order.cancelled ?? order.closed
        let header = try header(
            .quota, Details(person: by?.person), link: DocumentLink(.settles, order.number),
            notBefore: order.opened.day, party: order.number.series.branch.text, view)
        guard let number = header.number else { throw BooksError.overflow }
        var document = DocumentBuilder(header)
        for code in try view.items(on: committed) {
            let left = try Self.narrow(try view.balance(of: committed, .item(code)))
            guard left > 0 else { continue }
            try document.move(
                .between(pair), left, of: .item(code), from: committed,
                to: .grant(pair, number.description))
        }
        return try document.draft(references: [order.number])
    }

    // MARK: At the seller

    /// What was delivered comes in from the other branch and is sold, in one step: its cost is the
    /// other's, and what was paid ahead becomes revenue.
    func book(_ text: String, of order: String, _ view: some BookView) throws -> Draft {
        let (order, _, _) = try quotaOrder(order, view)
        try requireOwn(order)
        let by = order.content.placed ?? order.opened
        let details = Details(person: by.person)
        var draft = try arrive(details, [], shipment: text, isBooked: true, view)
        guard let first = draft.parts.lazy.flatMap(\.ops).first(where: { $0.transaction != nil }),
            let arrival = first.transaction?.document
        else { throw BooksError.overflow }
        var came: [ItemCode: Int128] = [:]
        for part in draft.parts where part.scope == .trade(branch) {
            for posting in part.ops.compactMap(\.transaction).flatMap(\.postings)
            where posting.account.root == .stock {
                guard let code = posting.commodity.item else { continue }
                came[code, default: 0] += Int128(posting.amount)
            }
        }
        let sale = try saleOfDelivery(order, came, arrival.effectiveDate, details, view)
        for part in sale.parts { draft.add(part.ops, to: part.scope) }
        return Draft(
            number: sale.number, parts: draft.parts, references: draft.references + [order.number],
            notices: draft.notices, total: sale.total)
    }

    private func saleOfDelivery(
        _ order: Order, _ came: [ItemCode: Int128], _ day: Day, _ details: Details,
        _ view: some BookView
    ) throws -> Draft {
        // What was delivered and is not booked may be more than this: what it is worth follows what is.
        let booked = try self.booked(order, view)
        let isLast = order.ordered.allSatisfy {
            (booked[$0.key] ?? 0) + (came[$0.key] ?? 0) >= $0.value
        }
        var before = order
        before.fulfilled = booked
        var priced: [PricedLine] = []
        for (code, amount) in came.sorted(by: { $0.key < $1.key }) {
            let facts = try view.item(code) ?? ItemFacts(code: code, name: code.text)
            let quantity = try Self.narrow(amount)
            let rate = before.lines.first { $0.item == code }?.tax ?? facts.taxMillionths
            priced.append(
                PricedLine(
                    facts: facts, quantity: quantity,
                    amount: try before.take(quantity, of: code, ledger) ?? 0,
                    rate: TaxRate(millionths: rate, isIncluded: order.isTaxIncluded)))
        }
        let taxes = try tax(&priced)
        let total = try self.total(priced, taxes)
        var document = DocumentBuilder(
            try header(
                .sale, details, link: DocumentLink(.fulfils, order.number), notBefore: day,
                party: order.party, view))
        let (scope, prepaid) = (Scope.trade(branch), Account.simple(.prepaid, branch))
        for line in priced {
            try document.move(
                scope, line.quantity, of: .item(line.facts.code), from: .stock(branch),
                to: .simple(.customer, branch))
            try document.move(
                scope, line.amount, of: currency(), from: .simple(.sales, branch), to: prepaid,
                taggedFrom: line.facts.code)
        }
        for tax in taxes {
            try document.move(
                scope, tax, of: currency(), from: .simple(.tax, branch), to: prepaid)
        }
        // Parts are rounded by themselves; the last takes what is left of what was paid.
        if isLast {
            let left = try paidAhead(order, view) - Int128(total)
            let rest = try Self.narrow(left)
            try document.move(
                scope, abs(rest), of: currency(),
                from: rest > 0 ? .simple(.rounding, branch) : prepaid,
                to: rest > 0 ? prepaid : .simple(.rounding, branch))
        }
        return try document.draft(references: [order.number], total: total)
    }

    /// Base units of an order that sales of this branch stand for.
    private func booked(_ order: Order, _ view: some BookView) throws -> [ItemCode: Int128] {
        var booked: [ItemCode: Int128] = [:]
        for transaction in try standing(about: order.number, view)
        where transaction.document.kind == .sale {
            for posting in transaction.postings where posting.account.root == .customer {
                guard let code = posting.commodity.item else { continue }
                booked[code, default: 0] += Int128(posting.amount)
            }
        }
        return booked
    }

    /// The transactions about a document that were not reversed.
    private func standing(
        about number: DocumentNumber, _ view: some BookView
    ) throws -> [Transaction] {
        try view.transactions(about: number).filter {
            guard let number = $0.document.number else { return false }
            return try !view.isReversed(number)
        }
    }

    /// What is left of the money that was taken for an order, in minor units.
    func paidAhead(_ order: Order, _ view: some BookView) throws -> Int128 {
        let own = try view.transactions(of: order.number)
        let about = try standing(about: order.number, view)
        return (own + about).flatMap(\.postings).reduce(0) { sum, posting in
            posting.account == .simple(.prepaid, branch) ? sum - Int128(posting.amount) : sum
        }
    }

    func refund(
        _ details: Details, _ text: String, tender: String, _ view: some BookView
    ) throws -> Draft {
        let (order, _, committed) = try quotaOrder(text, view)
        try requireOwn(order)
        guard order.cancelled != nil || order.closed != nil else {
            throw Refusal(
                .orderState, "\(order.number) is \(order.state(ledger).rawValue)",
                next: "cancel it first, or close it where some of it was delivered")
        }
        guard try view.items(on: committed).isEmpty else {
            throw Refusal(
                .orderState, "\(order.shelf?.text ?? "") may still deliver \(order.number)",
                next: "wait until it has heard of the end of the order")
        }
        let left = try Self.narrow(try paidAhead(order, view))
        guard left > 0 else {
            throw Refusal(.emptyDocument, "nothing is left of what was paid for \(order.number)")
        }
        var document = DocumentBuilder(
            try header(
                .payment, details, link: DocumentLink(.settles, order.number),
                notBefore: order.opened.day, party: order.party, view))
        try document.move(
            .trade(branch), left, of: currency(),
            from: try account(tender: tender, party: order.party), to: .simple(.prepaid, branch))
        return try document.draft(references: [order.number], total: left)
    }
}
