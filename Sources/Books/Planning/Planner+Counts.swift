import Replica

extension Planner {
    /// Events have at most so many fields, and some of them are about the sheet.
    static let itemsPerEvent = Event.fieldsMax - 8
    static let countedItemsMax = 5_000

    func count(_ details: Details, _ act: CountAct, _ view: some BookView) throws -> Draft {
        switch act {
        case .open(let order): try open(details, order, view)
        case .enter(let sheet, let lines, let isRecount):
            try enter(details, sheet, lines, isRecount: isRecount, view)
        case .approve(let sheet, let items): try approve(details, sheet, items, view)
        case .post(let sheet): try post(details, sheet, view)
        case .cancel(let sheet): try cancel(details, sheet, view)
        case .price(let sheet, let lines): try price(details, sheet, lines, view)
        case .now(let order, let lines): try countNow(details, order, lines, view)
        }
    }

    // MARK: The sheet

    private func open(
        _ details: Details, _ order: CountOrder, _ view: some BookView
    ) throws -> Draft {
        try requireTrade()
        let header = try header(.count, details, view)
        return sheetDraft(header, try opening(header, order, view))
    }

    func opening(
        _ header: DocumentHeader, _ order: CountOrder, _ view: some BookView
    ) throws -> [Event] {
        typealias Field = CountSheet.Field
        _ = try shelf(order.location, for: .counting, view)
        var fields = [Event.Field(Field.location, .text(order.location))]
        if let memo = header.memo { fields.append(.init(Field.memo, .text(memo))) }
        if order.isBlind { fields.append(.init(Field.blind, .integer(1))) }
        guard CountSheet.Uncounted(rawValue: order.uncounted) != nil else {
            throw Refusal(
                .badOption, "goods that nobody counted `keep` or `empty`, not \(order.uncounted)")
        }
        fields.append(.init(Field.uncounted, .text(order.uncounted)))
        if let tolerance = order.tolerance {
            guard try Amount.parse(tolerance, scale: Amount.scaleMax) >= 0 else {
                throw Refusal(.notPositive, "a tolerance is not below zero")
            }
            fields.append(.init(Field.tolerance, .text(tolerance)))
        }
        if let text = order.toleranceValue {
            let value = try Amount.parse(text, scale: ledger.scale)
            guard value >= 0 else {
                throw Refusal(.notPositive, "a tolerance is not below zero")
            }
            fields.append(.init(Field.toleranceValue, .integer(value)))
        }
        let workflow = try view.workflow(.count)
        if !workflow.steps.isEmpty {
            fields.append(.init(Field.workflow, .text(workflow.text)))
        }
        let codes = try items(of: order, view)
        return events(
            CountSheet.Kind.opened, header, fields,
            codes.map { .init(Field.item, .text($0.text)) })
    }

    /// The items that a sheet names, each once; those of its categories behind the others.
    private func items(of order: CountOrder, _ view: some BookView) throws -> [ItemCode] {
        func check(_ count: Int) throws(Refusal) {
            guard count > Self.countedItemsMax else { return }
            throw Refusal(
                .tooManyLines, "a sheet names at most \(Self.countedItemsMax) items",
                next: "open one for each part of the shop")
        }
        try check(order.items.count)
        var codes: [ItemCode] = []
        for text in order.items {
            let facts = try item(text, view)
            try requireStock(facts)
            codes.append(facts.code)
        }
        for category in order.categories {
            let found = try view.items(category: category, limit: Self.countedItemsMax + 1)
            // Of what is out of use something may stand there still.
            let goods = try found.filter { try view.item($0)?.isService == false }
            guard !goods.isEmpty else {
                throw Refusal(
                    .unknownItem, "no goods are of category \(category)",
                    next: "see `branchbook item list`")
            }
            codes += goods
        }
        var seen: Set<ItemCode> = []
        codes.removeAll { !seen.insert($0).inserted }
        try check(codes.count)
        return codes
    }

    /// One event, or as many as the items need; what is about the sheet stands in each.
    func events(
        _ kind: String, _ header: DocumentHeader, _ fields: [Event.Field] = [],
        _ items: [Event.Field] = []
    ) -> [Event] {
        guard let number = header.number else { return [] }
        var events: [Event] = []
        var rest = items[...]
        repeat {
            let part = rest.prefix(Self.itemsPerEvent)
            rest = rest.dropFirst(Self.itemsPerEvent)
            events.append(
                Event(
                    entity: CountSheet.entity(number), kind: kind, person: header.person,
                    effectiveDate: header.effectiveDate,
                    fields: fields + part))
        } while !rest.isEmpty
        return events
    }

    func sheetDraft(
        _ header: DocumentHeader, _ events: [Event], notices: [String] = []
    ) -> Draft {
        Draft(
            number: header.number,
            parts: [Draft.Part(.trade(branch), events.map { .append($0) })], notices: notices)
    }

    func sheet(_ text: String, _ view: some BookView) throws -> CountSheet {
        let number = try Self.number(text)
        guard number.series.branch == branch else {
            throw Refusal(
                .notForThisBranch, "\(number) counts a shelf of \(number.series.branch)",
                next: "count it there")
        }
        guard
            let sheet = CountSheet(
                number, try view.events(of: CountSheet.entity(number)))
        else {
            throw Refusal(
                .unknownDocument, "there is no stocktake \(number)",
                next: "open one with `branchbook count open`")
        }
        return sheet
    }

    func openSheet(_ text: String, _ view: some BookView) throws -> CountSheet {
        let sheet = try sheet(text, view)
        guard sheet.state == .open else {
            throw Refusal(
                .sheetClosed, "stocktake \(sheet.number) is \(sheet.state.rawValue)",
                next: "open another one")
        }
        return sheet
    }

    /// A head with the sheet's own number and day.
    func header(
        _ sheet: CountSheet, _ details: Details
    ) throws -> DocumentHeader {
        let person = details.person ?? self.person
        try Self.check(person, "person", DocumentHeader.personBytesMax)
        if let memo = details.memo { try Self.check(memo, "memo", DocumentHeader.memoBytesMax) }
        return DocumentHeader(
            kind: .count, number: sheet.number, effectiveDate: sheet.day, person: person,
            memo: details.memo)
    }

    private func enter(
        _ details: Details, _ text: String, _ lines: [Line], isRecount: Bool,
        _ view: some BookView
    ) throws -> Draft {
        try requireTrade()
        let sheet = try openSheet(text, view)
        let counted = try counted(lines, on: sheet.items, view)
        let header = try header(sheet, details)
        return sheetDraft(
            header,
            events(
                isRecount ? CountSheet.Kind.recounted : CountSheet.Kind.counted, header, [],
                counted.map { .init(Commodity.item($0.code).name, .integer($0.count)) }))
    }

    /// Counts of the lines, each item once, zero included.
    func counted(
        _ lines: [Line], on items: [String], _ view: some BookView
    ) throws -> [(code: ItemCode, count: Int64)] {
        try check(count: lines.count)
        var sums: [ItemCode: Int64] = [:]
        let listed = Set(items)
        for line in lines {
            let goods = try measured(line.item, line.quantity, view)
            let (facts, count) = (goods.facts, goods.quantity)
            try requireStock(facts)
            guard listed.isEmpty || listed.contains(facts.code.text) else {
                throw Refusal(
                    .unknownItem, "\(facts.code) is not on the sheet",
                    next: "count it on another one")
            }
            guard count >= 0 else {
                throw Refusal(.notPositive, "\(line.quantity) \(facts.code) is below zero")
            }
            let (sum, over) = sums[facts.code, default: 0].addingReportingOverflow(count)
            guard !over else { throw BooksError.overflow }
            sums[facts.code] = sum
        }
        guard sums.count <= Self.countedItemsMax else {
            throw Refusal(
                .tooManyLines, "at most \(Self.countedItemsMax) items are counted at once")
        }
        return sums.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }

    private func approve(
        _ details: Details, _ text: String, _ items: [String], _ view: some BookView
    ) throws -> Draft {
        try requireTrade()
        let sheet = try openSheet(text, view)
        let header = try header(sheet, details)
        try check(count: items.count)
        guard let reason = details.memo else {
            throw Refusal(
                .badOption, "an approval has a reason", next: "give it with --memo")
        }
        var fields: [Event.Field] = []
        for text in items {
            let code = try item(text, view).code
            guard let line = sheet.lines[code] else {
                throw Refusal(.unknownItem, "\(code) is not counted on \(sheet.number)")
            }
            guard !line.people.contains(header.person) else {
                throw Refusal(
                    .ownApproval, "\(header.person) counted \(code)",
                    next: "somebody else approves the difference")
            }
            fields.append(.init(Commodity.item(code).name, .integer(line.counted)))
        }
        return sheetDraft(
            header,
            events(
                CountSheet.Kind.approved, header,
                [.init(CountSheet.Field.reason, .text(reason))], fields))
    }

    private func cancel(
        _ details: Details, _ text: String, _ view: some BookView
    ) throws -> Draft {
        try requireTrade()
        let header = try header(try openSheet(text, view), details)
        return sheetDraft(header, events(CountSheet.Kind.cancelled, header))
    }
}
