import Replica

/// What settles what on the accounts of customers and suppliers.
extension Planner {
    /// Matches that one command writes at most.
    private static let matchesMax = 200

    func match(_ details: Details, _ act: MatchAct, _ view: some BookView) throws -> Draft {
        switch act {
        case .set(let side, let party, let parts):
            let account = try account(side, party)
            let code = try currency(of: parts, on: account, details, view)
            let lines = try reading(code).lines(parts, try view.openItems(account, in: code))
            return try matches(details, account, [(lines, code)], view)
        case .confirm(let side, let party, let how):
            let account = try account(side, party)
            let codes = try named(details).map { [$0] } ?? currencies(on: account, view)
            let names = try view.documentNames()
            let proposed = try codes.flatMap { code in
                MatchProposal.all(try view.openItems(account, in: code), side, names).filter {
                    how.isEmpty || how.contains($0.how)
                }.map { ($0.lines, code) }
            }
            guard !proposed.isEmpty else {
                throw Refusal(
                    .emptyDocument, "nothing is proposed for \(party)",
                    next: "see `branchbook match propose \(party)`")
            }
            return try matches(details, account, Array(proposed.prefix(Self.matchesMax)), view)
        case .undo(let text): return try undoMatch(details, text, view)
        }
    }

    /// The book's own first.
    private func currencies(on account: Account, _ view: some BookView) throws -> [CurrencyCode] {
        try [ledger.currency] + view.currencies(on: account)
    }

    /// The one in which something of all these documents is open.
    private func currency(
        of parts: [MatchPart], on account: Account, _ details: Details, _ view: some BookView
    ) throws -> CurrencyCode {
        if let code = try named(details) { return code }
        let numbers = try parts.map { try Self.number($0.document) }
        var isOpen: Set<DocumentNumber> = []
        for code in try currencies(on: account, view) {
            let items = try view.openItems(account, in: code)
            let open = numbers.filter { items[$0].map { $0.open != 0 } ?? false }
            if open.count == numbers.count { return code }
            isOpen.formUnion(open)
        }
        guard isOpen.count == Set(numbers).count, numbers.count > 1 else { return ledger.currency }
        throw Refusal(
            .twoCurrencies, "these documents are of several currencies",
            next: "what was paid in another currency is an entry: `branchbook post`")
    }

    private func account(
        _ side: MatchSide, _ party: String
    ) throws -> Account {
        try requireMatching(side)
        try Self.check(party, "party", DocumentHeader.partyBytesMax)
        return .named(side.root, branch, party)
    }

    private func requireMatching(_ side: MatchSide) throws(Refusal) {
        switch side {
        case .receivable: try requireTrade()
        case .payable: try requireMoney("payables")
        }
    }

    /// What was named, as far as it goes: of the side that is more, the last named is settled in part.
    private func lines(
        _ parts: [MatchPart], _ items: OpenItems
    ) throws -> [Match.Line] {
        guard (2...Match.linesMax).contains(parts.count) else {
            throw Refusal(
                .badOption, "2 to \(Match.linesMax) documents settle each other",
                next: "name what was bought and what was paid")
        }
        var open: [(number: DocumentNumber, amount: Int128)] = []
        for part in parts {
            let number = try Self.number(part.document)
            guard let item = items[number], item.open != 0 else {
                throw Refusal(
                    .unknownDocument, "nothing of \(number) is open on this account",
                    next: "see `branchbook match list`")
            }
            guard !open.contains(where: { $0.number == number }) else {
                throw Refusal(.badOption, "\(number) is named twice")
            }
            var amount = item.open
            if let text = part.amount {
                let asked = Int128(try positive(text))
                guard asked <= item.open.magnitude else {
                    throw Refusal(
                        .notEnough,
                        "\(Amount.text(Int128(item.open.magnitude), scale: ledger.scale)) of \(number) are open"
                    )
                }
                amount = item.open < 0 ? -asked : asked
            }
            open.append((number, amount))
        }
        return try Self.balanced(open)
    }

    /// Cut to what the lesser side has, from the end.
    private static func balanced(
        _ open: [(number: DocumentNumber, amount: Int128)]
    ) throws -> [Match.Line] {
        let debits = open.reduce(Int128(0)) { $0 + max($1.amount, 0) }
        let credits = open.reduce(Int128(0)) { $0 + max(-$1.amount, 0) }
        guard debits > 0, credits > 0 else {
            throw Refusal(
                .unbalanced, "these documents do not settle each other: all are on one side",
                next: "name what was bought and what was paid")
        }
        var over = max(debits - credits, credits - debits)
        let long: Int128 = debits > credits ? 1 : -1
        var lines: [Match.Line] = []
        for (number, amount) in open.reversed() {
            var amount = amount
            if amount.signum() == long, over > 0 {
                let cut = min(over, Int128(amount.magnitude))
                amount -= cut * long
                over -= cut
            }
            if amount != 0 { lines.append(Match.Line(number, try narrow(amount))) }
        }
        return lines.reversed()
    }

    private func matches(
        _ details: Details, _ account: Account,
        _ all: [(lines: [Match.Line], currency: CurrencyCode)], _ view: some BookView
    ) throws -> Draft {
        guard let home = account.home else { throw BooksError.overflow }
        let header = try header(.match, details, checksPeriod: false, view)
        guard let first = header.number else { throw BooksError.overflow }
        var ops: [Operation] = []
        for (place, (lines, code)) in all.enumerated() {
            let (running, over) = first.running.addingReportingOverflow(UInt64(place))
            guard !over else { throw BooksError.overflow }
            let number = DocumentNumber(
                series: first.series, kind: .match, year: first.year, running: running)
            ops.append(
                .append(
                    Match.event(
                        number, account: account, in: code == ledger.currency ? nil : code, lines,
                        person: header.person, day: header.effectiveDate)))
        }
        let settled = all.flatMap(\.lines).reduce(Int128(0)) { $0 + max(Int128($1.amount), 0) }
        // Amounts of several currencies have no sum.
        let isOne = all.allSatisfy { $0.currency == all.first?.currency }
        return Draft(
            number: first, parts: [Draft.Part(home, ops)],
            references: all.count == 1 ? all[0].lines.map(\.document) : [],
            notices: all.count > 1 ? ["\(all.count) matches were made"] : [],
            total: isOne ? try Self.narrow(settled) : nil
        ).totalled(in: isOne ? all.first.map(\.currency) : nil)
    }

    private func undoMatch(
        _ details: Details, _ text: String, _ view: some BookView
    ) throws -> Draft {
        let number = try Self.number(text)
        guard number.series.branch == branch else {
            throw Refusal(
                .notForThisBranch, "\(number) was made at \(number.series.branch)",
                next: "undo it there")
        }
        guard let match = Match(number, try view.events(of: Match.entity(number))),
            let home = match.account.home
        else {
            throw Refusal(
                .unknownDocument, "there is no match \(number)",
                next: "see `branchbook match list`")
        }
        try requireMatching(match.account.root == .receivable ? .receivable : .payable)
        guard match.stands else {
            throw Refusal(.alreadyReversed, "\(number) was undone by \(match.undoneBy ?? "?")")
        }
        let person = try actor(details)
        return Draft(
            number: number,
            parts: [
                Draft.Part(
                    home, [.append(Match.undoing(number, person: person, day: today))])
            ], references: [number])
    }

    /// What a payment settles, said with it: as far as it goes, the first named first.
    func settling(
        _ document: inout DocumentBuilder, _ named: [String], _ account: Account,
        in code: CurrencyCode, _ view: some BookView
    ) throws {
        guard !named.isEmpty else { return }
        guard let home = account.home, let payment = document.header.number else {
            throw BooksError.overflow
        }
        let amount = document.amount(of: account, .currency(code))
        let items = try view.openItems(account, in: code)
        var open: [(number: DocumentNumber, amount: Int128)] = [(payment, amount)]
        for text in named {
            let number = try Self.number(text)
            guard let item = items[number], item.open.signum() == -amount.signum(),
                !open.contains(where: { $0.number == number })
            else {
                throw Refusal(
                    .unknownDocument, "nothing of \(number) is open on \(account) in \(code)",
                    next: "see `branchbook match list`")
            }
            open.append((number, item.open))
        }
        guard open.count <= Match.linesMax else {
            throw Refusal(.tooManyLines, "a payment settles up to \(Match.linesMax - 1) documents")
        }
        let year = UInt16(clamping: today.civil.year)
        document.append(
            Match.event(
                try view.nextNumber(.match, year: year), account: account,
                in: code == ledger.currency ? nil : code, try Self.balanced(open),
                person: document.header.person, day: document.header.effectiveDate), to: home)
    }

    /// Who acts.
    func actor(_ details: Details) throws -> String {
        let person = details.person ?? self.person
        try Self.check(person, "person", DocumentHeader.personBytesMax)
        return person
    }

    /// An amount of money above zero.
    func positive(_ text: String) throws -> Int64 {
        let amount = try Amount.parse(text, scale: ledger.scale)
        guard amount > 0 else { throw Refusal(.notPositive, "\(text) is not above zero") }
        return amount
    }
}
