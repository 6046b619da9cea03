import Replica

/// What a stocktake moves, who has to look at it before, and what undoes it.
extension Planner {
    func post(
        _ details: Details, _ text: String, _ view: some BookView
    ) throws -> Draft {
        try requireTrade()
        let sheet = try openSheet(text, view)
        var counted = sheet.lines.map { (code: $0.key, count: $0.value.counted) }
        if sheet.uncounted == .empty {
            let shelf = Account.stock(branch, sheet.location)
            let listed = Set(sheet.items)
            let held = try view.accounts(on: shelf).flatMap { try view.items(on: $0) }
            for code in Set(held)
            where sheet.lines[code] == nil && (listed.isEmpty || listed.contains(code.text)) {
                counted.append((code, 0))
            }
        }
        return try differences(
            sheet, counted.sorted { $0.code < $1.code }, try header(sheet, details), [], view)
    }

    func countNow(
        _ details: Details, _ order: CountOrder, _ lines: [Line], _ view: some BookView
    ) throws -> Draft {
        try requireTrade()
        let header = try header(.count, details, view)
        guard let number = header.number else { throw BooksError.overflow }
        let counted = try counted(lines, on: order.items, view)
        let before =
            try opening(header, order, view)
            + events(
                CountSheet.Kind.counted, header, [],
                counted.map { .init(Commodity.item($0.code).name, .integer($0.count)) })
        guard let sheet = CountSheet(number, before) else { throw BooksError.overflow }
        guard sheet.uncounted == .keep else {
            throw Refusal(
                .badOption, "a count in one step keeps what it does not name",
                next: "open a sheet for a whole location")
        }
        return try differences(
            sheet, counted, header, before, seesAll: details.date == nil, view)
    }

    /// Moves only what differs from what was there at the end of the sheet's day, and leaves a barrier for every item that was counted.
    private func differences(
        _ sheet: CountSheet, _ counted: [(code: ItemCode, count: Int64)],
        _ header: DocumentHeader, _ before: [Event], seesAll: Bool = false,
        _ view: some BookView
    ) throws -> Draft {
        try check(count: counted.count)
        let shelf = Account.stock(branch, sheet.location)
        let accounts = try view.accounts(on: shelf)
        let scope = Scope.trade(branch)
        var document = DocumentBuilder(header)
        for event in before { document.append(event, to: scope) }
        var beyond: [String] = []
        var differing: [ItemCode] = []
        var worth: Int128? = 0
        for (code, count) in counted {
            let commodity = Commodity.item(code)
            // Goods that are kept for somebody stand there as well.
            var expected = Int128(0)
            for account in accounts {
                expected += try view.balance(of: account, commodity)
                // What is counted and booked at once is what stands there now, whatever dates say.
                if !seesAll { expected -= try view.moved(account, commodity, after: sheet.day) }
            }
            let difference = try Self.narrow(Int128(count) - expected)
            guard difference != 0 else { continue }
            differing.append(code)
            let one = try self.worth(of: difference, code, view)
            worth = worth.flatMap { sum in
                one.flatMap {
                    let (sum, over) = sum.addingReportingOverflow($0)
                    return over ? nil : sum
                }
            }
            if try isBeyond(sheet, code, difference, view) {
                beyond.append(code.text)
                continue
            }
            let shrinkage = Account.simple(.shrinkage, branch)
            guard difference != .min else { throw BooksError.overflow }
            try document.move(
                scope, abs(difference), of: commodity,
                from: difference > 0 ? shrinkage : shelf, to: difference > 0 ? shelf : shrinkage)
        }
        guard beyond.isEmpty else {
            throw Refusal(
                .beyondTolerance,
                "differences beyond the tolerance: " + beyond.prefix(20).joined(separator: ", "),
                next: "recount them, or let somebody else approve them")
        }
        let limited = try worth.flatMap { Int64(exactly: $0) }.flatMap {
            try limitWorth($0, on: header.effectiveDate, view)
        }
        try requireApproval(sheet, differing, worth: limited, view)
        let fields = counted.map {
            Event.Field(Commodity.item($0.code).name, .integer($0.count))
        }
        let place = Event.Field(CountSheet.Field.location, .text(sheet.location))
        for event in events(CountSheet.Kind.posted, header, [place], fields) {
            document.append(event, to: scope)
        }
        return try document.draft()
    }

    private func isBeyond(
        _ sheet: CountSheet, _ code: ItemCode, _ difference: Int64, _ view: some BookView
    ) throws -> Bool {
        guard sheet.lines[code]?.approvers.isEmpty ?? true else { return false }
        let scale = try view.item(code)?.scale ?? 0
        if let tolerance = sheet.tolerance {
            // At most six places; what the item has not is cut off.
            let units = Int128(try Amount.parse(tolerance, scale: Amount.scaleMax))
            let difference = Int128(difference.magnitude) * Self.power(Amount.scaleMax - scale)
            if difference > units { return true }
        }
        guard let limit = sheet.toleranceValue, let worth = try worth(of: difference, code, view)
        else { return false }
        return worth > Int128(limit)
    }

    /// What so many units stand in the books for, in minor units; nil where nobody here knows.
    private func worth(
        of difference: Int64, _ code: ItemCode, _ view: some BookView
    ) throws -> Int128? {
        guard grants.contains(.money(branch)) else { return nil }
        let pool = try view.pool(branch, code)
        guard pool.quantity > 0 else { return nil }
        return abs(Int128(pool.value)) * Int128(difference.magnitude) / Int128(pool.quantity)
    }

    /// Each difference was accepted by somebody of the role that a step asks for.
    private func requireApproval(
        _ sheet: CountSheet, _ differing: [ItemCode], worth: Int64?, _ view: some BookView
    ) throws {
        guard !differing.isEmpty else { return }
        for step in sheet.workflow.steps where step.isNeeded(of: worth) {
            let open = try differing.filter { code in
                let approvers = sheet.lines[code]?.approvers ?? []
                return try !approvers.contains {
                    try authority(step.role, $0, [], view) != nil
                }
            }
            guard !open.isEmpty else { continue }
            let names = open.prefix(20).map(\.text)
            throw Refusal(
                .beyondTolerance,
                // What they are worth is not everybody's to know.
                "differences need \(step.name) by a \(step.role): \(names.joined(separator: ", "))",
                next: sheet.state == .open && !sheet.lines.isEmpty
                    ? "`branchbook count approve \(sheet.number) \(names.joined(separator: " ")) "
                        + "--memo WHY --person NAME`; what nobody counted is counted as 0 before"
                    : "open a sheet with `branchbook count open`")
        }
    }

    /// The shelf holds again what the books said, and what later facts made of it; the count is no
    /// barrier any more.
    func reverseCount(
        _ details: Details, _ number: DocumentNumber, _ view: some BookView
    ) throws -> Draft {
        try requireTrade()
        let sheet = try sheet(number.description, view)
        switch sheet.state {
        case .posted: break
        case .reversed: throw Refusal(.alreadyReversed, "\(number) was reversed before")
        case .open, .cancelled:
            throw Refusal(
                .notReversible, "stocktake \(number) is \(sheet.state.rawValue): it moved nothing",
                next: "cancel the sheet with `branchbook count cancel`")
        }
        let header = try header(
            .reversal, details, link: DocumentLink(.reverses, number), notBefore: sheet.day, view)
        var document = DocumentBuilder(header)
        // What was taken from the count for late facts goes with it.
        let corrections = try view.transactions(about: number).filter {
            $0.document.kind == .statement
        }
        for transaction in try view.transactions(of: number) + corrections {
            document.add(
                .trade(branch),
                transaction.postings.map { Posting($0.account, $0.commodity, -$0.amount) })
        }
        document.append(
            Event(
                entity: CountSheet.entity(number), kind: CountSheet.Kind.reversed,
                person: header.person, effectiveDate: header.effectiveDate), to: .trade(branch))
        return try document.draft(references: [number])
    }

    // MARK: Value

    func price(
        _ details: Details, _ text: String, _ lines: [Line], _ view: some BookView
    ) throws -> Draft {
        try requireMoney("the value of counts")
        let sheet = try sheet(text, view)
        let header = try header(sheet, details)
        try check(count: lines.count)
        var fields: [Event.Field] = []
        var total = Int128(0)
        for line in lines {
            let facts = try item(line.item, view)
            guard sheet.state != .cancelled, let counted = sheet.lines[facts.code]?.counted,
                counted > 0
            else {
                throw Refusal(
                    .notEnough, "\(sheet.number) counted no \(facts.code)",
                    next: "count it before it is valued")
            }
            let goods = Goods(
                facts: facts, quantity: counted, pack: nil,
                per: try Self.narrow(Self.power(facts.scale)))
            guard let value = try cost(line, goods) else {
                throw Refusal(
                    .badOption, "\(facts.code) has no cost", next: "write CODE@UNITCOST")
            }
            total += Int128(value)
            fields.append(
                .init(
                    Commodity.item(facts.code).name,
                    .text(CountPrice(value: value, quantity: counted).text)))
        }
        return Draft(
            number: sheet.number,
            parts: [
                Draft.Part(
                    .money(branch),
                    events(CountSheet.Kind.priced, header, [], fields).map { .append($0) })
            ], total: try Self.narrow(total))
    }
}
