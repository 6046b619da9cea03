import Replica

/// Closing a branch's books up to a day, and opening the last period again (月结).
extension Planner {
    /// What the cost fold derived up to the day is frozen: it is posted, by item. What comes later for those days stands
    /// on the first open one.
    func close(
        _ details: Details, through text: String, isYearEnd: Bool, _ view: some BookView
    ) throws -> Draft {
        try requireTrade()
        try requireMoney("the close")
        let through = try Self.day(text)
        guard through < today else {
            throw Refusal(
                .badDate, "\(through) is not over",
                next: "close it from \(Day(number: through.number + 1)) on")
        }
        let closes = try view.closes(branch)
        if let last = closes.through, through <= last {
            throw Refusal(
                .periodClosed, "\(branch) is closed up to \(last)",
                next: "see `branchbook period list`")
        }
        let findings = try unfinished(through, view)
        if let first = findings.first {
            guard findings.count > 1 else { throw first }
            throw Refusal(
                first.code,
                findings.prefix(Self.findingsTold).map(\.what).joined(separator: "; ")
                    + (findings.count > Self.findingsTold
                        ? "; and \(findings.count - Self.findingsTold) more" : ""),
                next: "`branchbook period check \(through)` lists all of them, each with what to do"
            )
        }
        var details = details
        details.date = through.description
        let header = try header(.close, details, view)
        guard let number = header.number else { throw BooksError.overflow }
        var document = DocumentBuilder(header)
        for (item, amounts) in try view.openCosts(of: branch, upTo: through) {
            guard let code = ItemCode(item) else { continue }
            var postings: [Posting] = []
            var taken = Int128(0)
            for (root, amount) in amounts where amount != 0 {
                taken += amount
                postings.append(
                    Posting(
                        .simple(root, branch), currency(), try Self.narrow(amount), item: code))
            }
            if taken != 0 {
                postings.append(
                    Posting(
                        .simple(.inventory, branch), currency(), try Self.narrow(-taken),
                        item: code))
            }
            document.add(.money(branch), postings)
        }
        if isYearEnd { try endYear(through, &document, view) }
        let (trade, money) = (
            try document.operations(in: .trade(branch)), try document.operations(in: .money(branch))
        )
        guard
            let event = PeriodClose.event(
                number, through: through, heads: try view.frontier(of: branch),
                documents: .init(trade: Int64(trade.count), money: Int64(money.count)),
                person: header.person, day: today)
        else {
            throw Refusal(.tooManyLines, "the branch has more logs than a close can name")
        }
        document.append(event, to: .trade(branch))
        return try document.draft()
    }

    private static let findingsTold = 8

    /// Everything that a close up to a day has to wait for; nothing where it may be closed now.
    package func closeChecks(through text: String, _ view: some BookView) throws -> [Refusal] {
        let through = try Self.day(text)
        var found: [Refusal] = []
        if through >= today {
            found.append(Refusal(.badDate, "\(through) is not over", next: "wait until it is"))
        }
        if let last = try view.closes(branch).through, through <= last {
            found.append(
                Refusal(
                    .periodClosed, "\(branch) is closed up to \(last)",
                    next: "see `branchbook period list`"))
            return found
        }
        return try found + unfinished(through, view)
    }

    /// What was earned and spent goes to the capital: every such account is zero at the end of the day.
    private func endYear(
        _ through: Day, _ document: inout DocumentBuilder, _ view: some BookView
    ) throws {
        let retained = Account.named(.equity, branch, Self.retained)
        let (trade, money) = (Scope.trade(branch), Scope.money(branch))
        for (account, net) in try view.results(of: branch, upTo: through) where net != 0 {
            let net = try Self.narrow(net)
            if account.home == money {
                try document.move(money, net, of: currency(), from: account, to: retained)
            } else {
                try document.move(trade, net, of: currency(), from: account, to: .via(money))
                try document.move(money, net, of: currency(), from: .via(trade), to: retained)
            }
        }
    }

    /// The account of the capital that years' profits go to.
    static let retained = "retained"

    /// Work of the period that somebody has to end before: each with what to do.
    private func unfinished(_ through: Day, _ view: some BookView) throws -> [Refusal] {
        var found: [Refusal] = []
        for shift in try view.openShifts(branch) where shift.day <= through {
            found.append(
                Refusal(
                    .periodUnfinished, "the till shift \(shift.number) of \(shift.day) is open",
                    next: "`branchbook till close \(shift.number)`"))
        }
        for sheet in try view.openSheets(branch) where sheet.day <= through {
            found.append(
                Refusal(
                    .periodUnfinished, "the stocktake \(sheet.number) of \(sheet.day) is open",
                    next: "post it, or `branchbook count cancel \(sheet.number)`"))
        }
        for half in try view.halves(of: branch) {
            found.append(
                Refusal(
                    .periodUnfinished, "half of a document is missing: \(half)",
                    next: "wait until its author's entries have come: `branchbook peers`"))
        }
        let places = [LocationFacts.main] + (try view.locations(branch)).map(\.name)
        for place in Set(places).sorted() {
            let kept = Account.reserved(on: .stock(branch, place))
            for item in try view.items(on: kept) {
                let now = try view.balance(of: kept, .item(item))
                let then = now - (try view.moved(kept, .item(item), after: through))
                guard min(now, then) > 0 else { continue }
                found.append(
                    Refusal(
                        .periodUnfinished,
                        "goods of \(item) are kept for an order since \(through) or before",
                        next: "deliver them, or let them go: `branchbook order release`"))
            }
        }
        if let refusal = try currenciesUnfinished(through, view) { found.append(refusal) }
        return found
    }

    /// The last period is open again: what was frozen of it is taken back, and what was late for it stands where it was
    /// dated.
    func reopen(_ details: Details, _ text: String, _ view: some BookView) throws -> Draft {
        try requireTrade()
        try requireMoney("the close")
        guard let reason = details.memo, !reason.isEmpty else {
            throw Refusal(.badOption, "say why with --memo")
        }
        let number = try Self.number(text)
        let standing = try view.closes(branch).filter(\.stands)
        // Two that were made beside each other are both the last.
        guard let last = standing.first(where: { $0.number == number }),
            standing.allSatisfy({ $0.through <= last.through })
        else {
            throw Refusal(
                .periodClosed,
                standing.isEmpty
                    ? "\(branch) has no closed period"
                    : "\(number) is not the last close of \(branch)",
                next: "see `branchbook period list`")
        }
        guard !last.isSealed else {
            throw Refusal(
                .sealed, "\(number) is sealed with the company's period",
                next: "enter what is missing on the first open day")
        }
        var own = details
        own.date = last.through.description
        let header = try header(
            .reversal, own, link: DocumentLink(.reverses, number), checksPeriod: false, view)
        var document = DocumentBuilder(header)
        // Others may give any number.
        let (trade, money) = (Scope.trade(branch), Scope.money(branch))
        for transaction in try view.transactions(of: number)
        where transaction.document.kind == .close {
            guard let home = transaction.postings.lazy.compactMap(\.account.home).first,
                home == trade || home == money
            else { continue }
            document.add(
                home,
                try transaction.postings.map {
                    guard $0.amount != .min else { throw BooksError.overflow }
                    return Posting($0.account, $0.commodity, -$0.amount, item: $0.item)
                })
        }
        document.append(
            PeriodClose.reopening(number, reason: reason, person: header.person, day: today),
            to: .trade(branch))
        return try document.draft(references: [number])
    }

    /// Today; or the first open day, where a clock was set back into a closed period, or a close was made by one that ran
    /// ahead: neither keeps anybody from selling, and who acts is told.
    func openToday(_ view: some BookView) throws -> Day {
        guard let last = try view.closes(branch).through, today <= last else { return today }
        return Day(number: last.number &+ 1)
    }

    /// Says so where a document that names no date is not of today.
    func noteOpenDay(_ draft: Draft, _ command: Command, _ view: some BookView) throws -> Draft {
        guard let details = command.details, details.date == nil, draft.number != nil,
            case let day = try openToday(view), day != today
        else { return draft }
        return draft.noting(
            "dated \(day), the first open day: the clock of this node says \(today), which is closed"
        )
    }

    /// - Throws: `.periodClosed` for a day that is closed.
    func requireOpen(_ day: Day, _ view: some BookView) throws {
        guard let last = try view.closes(branch).through, day <= last else { return }
        throw Refusal(
            .periodClosed, "\(branch) is closed up to \(last), and this is of \(day)",
            next:
                "enter it with --date \(Day(number: last.number &+ 1)), or have the period reopened"
        )
    }
}
