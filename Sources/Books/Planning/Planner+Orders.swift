import Replica

/// Orders as they are written; who approves them stands beside this.
extension Planner {
    func order(_ details: Details, _ act: OrderAct, _ view: some BookView) throws -> Draft {
        switch act {
        case .open(let form): return try open(details, form, view)
        case .write(let text, let lines): return try write(details, text, lines, view)
        case .reserve(let text, let lines, let atMost):
            return try reserve(details, text, lines, atMost: atMost, view)
        case .release(let text, let lines): return try release(details, text, lines, view)
        default: return try step(details, act, view)
        }
    }

    static let orderLinesMax = 1_000
    /// Events have at most so many fields, and one of them names the version.
    private static let linesPerEvent = Event.fieldsMax - 8

    // MARK: A new order

    private func open(
        _ details: Details, _ form: OrderForm, _ view: some BookView
    ) throws -> Draft {
        try requireTrade()
        _ = try shelf(details.location, for: form.kind == .sale ? .sale : .coming, view)
        switch form.kind {
        case .purchase, .sale:
            try Self.check(form.party, "party", DocumentHeader.partyBytesMax)
        case .request:
            guard let other = BranchCode(form.party), try view.isBranch(other) else {
                throw Refusal(.unknownBranch, "there is no branch \(form.party)")
            }
            guard other != branch else {
                throw Refusal(
                    .notForThisBranch, "\(branch) has these goods itself",
                    next: "move them with `branchbook move`")
            }
        }
        // An order is a promise, and stands in no ledger.
        let header = try header(
            form.kind.document, details, party: form.party, checksPeriod: false, view)
        try requireActive(header.party, view)
        guard let number = header.number else { throw BooksError.overflow }
        let workflow = try view.workflow(.init(form.kind))
        typealias Field = Order.Field
        var fields = [Event.Field(Field.party, .text(form.party))]
        if !workflow.steps.isEmpty {
            fields.append(.init(Field.workflow, .text(workflow.text)))
            fields.append(.init(Field.workflowVersion, .integer(workflow.version)))
        }
        let lead: Int64? =
            switch form.kind {
            case .purchase: try header.party.flatMap { try view.party($0)?.lead }
            case .request:
                try BranchCode(form.party).flatMap { try leadDays(from: $0, to: branch, view) }
            case .sale: nil
            }
        if let due = try due(details, header, lead: lead) {
            fields.append(.init(Field.due, .text(due.description)))
        }
        if let location = details.location { fields.append(.init(Field.location, .text(location))) }
        if let memo = details.memo { fields.append(.init(Field.memo, .text(memo))) }
        let foreign = try foreign(details, on: header.effectiveDate, view)
        fields += try agreed(foreign, of: form.kind, on: header.effectiveDate, view)
        let pricing = try pricing(details, party: header.party, view)
        let lines = try orderLines(form.kind, form.lines, details, pricing, in: foreign, view)
        if form.kind == .sale, try holdTax(lines.map(\.isTaxIncluded)) {
            fields.append(.init(Field.taxIncluded, .integer(1)))
        }
        let version = Order.Version(number: 1, series: number.series.letters)
        let home = try home(number, party: form.party)
        var draft = Draft(
            number: number,
            parts: [
                Draft.Part(home, [.append(event(Order.Event.opened, number, header, fields))])
            ])
        write(lines.map(\.line), version, number, form.kind, header, home, into: &draft)
        if form.submits {
            draft.add(
                [.append(event(Order.Event.submitted, number, header, [Self.field(version)]))],
                to: home)
        }
        return draft
    }

    /// Of an order that nobody was told of yet: other lines, to be looked at anew.
    private func write(
        _ details: Details, _ text: String, _ lines: [Line], _ view: some BookView
    ) throws -> Draft {
        let order = try held(text, view)
        try require(order, .draft, .quoted, .submitted, .refused, .approved)
        let next = try view.nextNumber(order.kind.document, year: order.number.year)
        // A peer may have given any number.
        let (number, over) = (order.current?.number ?? 0).addingReportingOverflow(1)
        guard !over else { throw BooksError.overflow }
        let version = Order.Version(number: number, series: next.series.letters)
        let header = try stepHeader(order, details)
        let home = try home(order.number, party: order.party)
        var draft = Draft(number: order.number, parts: [], references: [])
        let pricing = try pricing(details, party: order.party, view)
        var lines = lines
        for place in lines.indices { lines[place].isTaxIncluded = order.isTaxIncluded }
        let written = try orderLines(
            order.kind, lines, details, pricing,
            in: try foreign(details, of: order, on: header.effectiveDate, view), view)
        guard
            try order.kind != .sale || holdTax(written.map(\.isTaxIncluded)) == order.isTaxIncluded
        else { throw Self.mixedTax }
        write(
            written.map(\.line), version, order.number, order.kind, header,
            home, into: &draft)
        return draft
    }

    /// Do all prices hold the tax, or none?
    func holdTax(_ lines: [Bool]) throws(Refusal) -> Bool {
        guard Set(lines).count < 2 else { throw Self.mixedTax }
        return lines.first ?? false
    }

    private static let mixedTax = Refusal(
        .badOption, "some prices hold the tax and some do not", next: "write two orders")

    private func orderLines(
        _ kind: OrderForm.Kind, _ lines: [Line], _ details: Details, _ pricing: Pricing,
        in foreign: ForeignCurrency? = nil, _ view: some BookView
    ) throws -> [(line: OrderLine, isTaxIncluded: Bool)] {
        try check(count: lines.count)
        guard lines.count <= Self.orderLinesMax else {
            throw Refusal(.tooManyLines, "an order has at most \(Self.orderLinesMax) lines")
        }
        let discounted = details.discount != nil || lines.contains { $0.discount != nil }
        guard kind == .sale || !discounted else {
            throw Refusal(
                .badOption, "a discount is of what a customer orders",
                next: "give what a supplier asks as the cost of a unit")
        }
        // A price of the book's own is turned into another currency once for the whole line.
        let turns = (foreign?.code ?? ledger.currency) != ledger.book.currency
        let turned = lines.map { kind == .sale && turns && $0.price == nil }
        let agreed =
            discounted || turned.contains(true)
            ? try reading(foreign).agreedPrices(
                try lines.map { try price($0, pricing, in: foreign, view) }, lines, details,
                always: turned)
            : lines.map { _ in nil }
        return try zip(lines, agreed).map { line, agreed in
            let goods = try newGoods(line, view)
            var isTaxIncluded = line.isTaxIncluded
            // Goods alone say what of an order is done.
            try requireStock(goods.facts)
            var price: (millionths: Int64, per: Int64)?
            switch kind {
            case .purchase:
                price = try line.cost.map { (try Amount.parse($0, scale: 6), goods.per) }
                if price != nil { try requireMoney("costs") }
            case .sale:
                let found = try unitPrice(line, goods, pricing, view)
                price = agreed ?? (found.millionths, found.per)
                isTaxIncluded = found.isTaxIncluded
            case .request: break
            }
            guard price?.millionths ?? 0 >= 0 else {
                throw Refusal(.notPositive, "a price is not below zero")
            }
            return (
                OrderLine(
                    item: goods.facts.code, quantity: goods.quantity, pack: goods.pack,
                    per: price?.per ?? goods.per, millionths: price?.millionths), isTaxIncluded
            )
        }
    }

    /// What goods cost stands where only those read it who may know.
    private func write(
        _ lines: [OrderLine], _ version: Order.Version, _ number: DocumentNumber,
        _ kind: OrderForm.Kind, _ header: DocumentHeader, _ home: Scope, into draft: inout Draft
    ) {
        var rest = Array(lines.enumerated())[...]
        while !rest.isEmpty {
            let part = rest.prefix(Self.linesPerEvent)
            rest = rest.dropFirst(Self.linesPerEvent)
            let shown = part.map { place, line in
                var line = line
                if kind == .purchase { line.millionths = nil }
                return Event.Field(String(place + 1), .text(line.text))
            }
            draft.add(
                [
                    .append(
                        event(Order.Event.written, number, header, [Self.field(version)] + shown))
                ],
                to: home)
            guard kind == .purchase else { continue }
            let prices = part.compactMap { place, line in
                line.millionths.map { Event.Field(String(place + 1), .integer($0)) }
            }
            guard !prices.isEmpty else { continue }
            draft.add(
                [
                    .append(
                        event(Order.Event.priced, number, header, [Self.field(version)] + prices))
                ],
                to: .money(branch))
        }
    }

    // MARK: An order that is held

    /// The scope in which this node speaks of an order: the order's own, or the one between its branch
    /// and this one.
    func home(
        _ number: DocumentNumber, party: String, shelf: BranchCode? = nil
    ) throws -> Scope {
        let owner = number.series.branch
        if let shelf, let pair = BranchPair(owner, shelf), pair.contains(branch) {
            return .between(pair)
        }
        if number.kind == .transferRequest, let other = BranchCode(party),
            let pair = BranchPair(owner, other), pair.contains(branch)
        {
            return .between(pair)
        }
        guard owner != branch, let pair = BranchPair(owner, branch) else { return .trade(branch) }
        return .between(pair)
    }

    func held(_ text: String, _ view: some BookView) throws -> Order {
        try requireTrade()
        let number = try Self.number(text)
        let order = try Order.read(
            number, events: { try view.events(of: $0) }, about: { try view.transactions(about: $0) }
        )
        guard let order else {
            throw Refusal(
                .unknownDocument, "there is no order \(number)", next: "see `branchbook order list`"
            )
        }
        return order
    }

    /// - Throws: where the order is in none of these states.
    func require(_ order: Order, _ states: Order.State...) throws(Refusal) {
        let state = order.state(ledger)
        guard !states.contains(state) else { return }
        throw Refusal(
            .orderState, "\(order.number) is \(state.rawValue)",
            next: "see `branchbook order show \(order.number)`")
    }

    func stepHeader(_ order: Order, _ details: Details) throws -> DocumentHeader {
        let person = details.person ?? self.person
        try Self.check(person, "person", DocumentHeader.personBytesMax)
        if let memo = details.memo { try Self.check(memo, "memo", DocumentHeader.memoBytesMax) }
        return DocumentHeader(
            kind: order.kind.document, number: order.number,
            effectiveDate: max(
                try details.date.map { try Self.day($0) } ?? today, order.opened.day),
            person: person, memo: details.memo)
    }

    func event(
        _ kind: String, _ number: DocumentNumber, _ header: DocumentHeader,
        _ fields: [Event.Field] = []
    ) -> Event {
        Event(
            entity: Order.entity(number), kind: kind, person: header.person,
            effectiveDate: header.effectiveDate, fields: fields)
    }

    static func field(_ version: Order.Version) -> Event.Field {
        .init(Order.Field.version, .text(version.description))
    }

    // MARK: Goods of an order

    /// The order that a document says its goods are of: one of this kind that goods may move for here.
    func fulfilled(
        _ details: Details, _ kind: OrderForm.Kind, _ view: some BookView
    ) throws -> Order? {
        guard let text = details.order else { return nil }
        let order = try held(text, view)
        guard order.kind == kind else {
            throw Refusal(.unknownDocument, "\(order.number) is an order of another kind")
        }
        let place = kind == .request ? BranchCode(order.party) : order.number.series.branch
        guard place == branch else {
            throw Refusal(
                .notForThisBranch, "the goods of \(order.number) move at \(place?.text ?? "?")")
        }
        guard order.isReleased(ledger), !order.state(ledger).isOver else {
            throw Refusal(
                .orderState, "\(order.number) is \(order.state(ledger).rawValue)",
                next: "see `branchbook order show \(order.number)`")
        }
        return order
    }

    /// What is left of an order, as lines; in base units.
    func rest(of order: Order, _ view: some BookView) throws -> [Line] {
        var items: [ItemCode] = []
        for line in order.lines where !items.contains(line.item) { items.append(line.item) }
        return try items.compactMap { item in
            let left = order.outstanding(item)
            guard left > 0, let facts = try view.item(item) else { return nil }
            return Line(
                item: item.text, quantity: Amount.text(left, scale: facts.scale),
                isTaxIncluded: order.isTaxIncluded)
        }
    }

    /// Tells of goods beyond what was ordered.
    func noteOverdone(
        _ order: Order, _ wanted: [(facts: ItemFacts, quantity: Int64)],
        _ document: inout DocumentBuilder
    ) {
        for (facts, quantity) in Self.sums(wanted) where !facts.isService {
            let left = order.outstanding(facts.code)
            guard quantity > left else { continue }
            document.note(
                "more than ordered: \(facts.code), "
                    + "\(Amount.text(left, scale: facts.scale)) \(facts.unit) were outstanding")
        }
    }
}
