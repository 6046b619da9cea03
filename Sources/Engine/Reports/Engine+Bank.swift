import Books
import Replica
import Store

/// Banks' statements beside the books, and what cards and the like took until it is there.
extension Engine {
    /// Lines of this many days back are held against the books by `reconcile`.
    private static let bankDays: Int32 = 92
    private static let bankDifferencesMax = 100
    /// Days beyond a tender's own after which what it took is missing.
    private static let tenderGraceDays: Int32 = 2

    private func lines(_ bank: Account, from: Day, to: Day) throws -> [BankLine] {
        try store.events(withPrefix: BankLine.prefix(bank)).flatMap { BankLine.lines($0.events) }
            .filter { from <= $0.day && $0.day <= to }
    }

    /// Lines and documents of some days. Lines so close to their edges that they may claim a document of these days take
    /// part, and the documents that those may claim: the same line has the same document whichever month is asked for.
    private func matching(
        _ bank: Account, _ ledger: Ledger, from: Day, to: Day
    ) throws -> BankMatching {
        let more = BankMatching.daysMax
        let booked = try store.booked(
            on: bank, ledger.currency, from: Day(number: from.number &- 2 &* more),
            to: Day(number: to.number &+ 2 &* more))
        let lines = try lines(
            bank, from: Day(number: from.number &- more), to: Day(number: to.number &+ more))
        return BankMatching(lines, booked).within(from, to)
    }

    /// What a line looks like: a payment of what is open.
    private struct Proposal {
        let payment: Payment
        let why: String
    }

    /// As a word of its own, and of more than two letters: a name is in many words by chance.
    private static func names(_ text: String, _ party: String) -> Bool {
        party.utf8.count > 2 && text.names(party)
    }

    /// Names first, amounts then; nothing where two look alike.
    private func proposals(
        for lines: [BankLine], _ name: String, _ branch: BranchCode, _ ledger: Ledger
    ) throws -> [String: Proposal] {
        var open: [(side: MatchSide, party: String, items: [OpenItem])] = []
        let all = try turnovers(from: nil, to: nil)[branch] ?? [:]
        for account in all.keys.sorted(by: { $0.name < $1.name }) {
            guard let side = MatchSide.allCases.first(where: { $0.root == account.root }) else {
                continue
            }
            let items = try store.openItems(account, ledger.currency, upTo: nil).items.filter {
                $0.open * side.sign > 0
            }
            if !items.isEmpty { open.append((side, account.rest, items)) }
        }
        var used: Set<DocumentNumber> = []
        var found: [String: Proposal] = [:]
        for line in lines {
            let side: MatchSide = line.amount > 0 ? .receivable : .payable
            let amount = Int128(line.amount.magnitude)
            let those = open.filter { $0.side == side }
            let named = those.flatMap { party in
                party.items.filter {
                    !used.contains($0.number)
                        && line.text.names($0.number.description, or: $0.key)
                }.map { (party.party, $0) }
            }
            let equal = those.flatMap { party in
                party.items.filter { !used.contains($0.number) && $0.open * side.sign == amount }
                    .map { (party.party, $0) }
            }
            let hits: [(String, OpenItem)]
            let why: String
            if !named.isEmpty, Set(named.map(\.0)).count == 1 {
                (hits, why) = (named, "reference")
            } else if case let those = those.filter({ Self.names(line.text, $0.party) }),
                let party = those.first, those.count == 1
            {
                hits = party.items.filter { !used.contains($0.number) }.map { (party.party, $0) }
                why = "name"
            } else if equal.count == 1,
                !those.contains(where: { Self.names(line.text, $0.party) })
            {
                (hits, why) = (equal, "equal")
            } else {
                continue
            }
            guard let party = hits.first?.0 else { continue }
            var rest = amount
            var settles: [String] = []
            for (_, item) in hits where rest > 0 && settles.count < Match.linesMax - 1 {
                rest -= min(rest, Int128(item.open.magnitude))
                settles.append(item.number.description)
                used.insert(item.number)
            }
            found[line.id] = Proposal(
                payment: Payment(
                    direction: side == .receivable ? .received : .paid, party: party,
                    amount: Amount.text(amount, scale: ledger.scale), through: "bank:\(name)",
                    settles: settles), why: why)
        }
        return found
    }

    func bankStatement(bank name: String, from: String, to: String) throws -> Report {
        let (standing, ledger) = try needLedger()
        let (branch, bank) = try ownBank(name, standing)
        let (from, to) = (try Planner.day(from), try Planner.day(to))
        guard from <= to else { throw Refusal(.badDate, "\(from) is after \(to)") }
        let matching = try matching(bank, ledger, from: from, to: to)
        let figures = ReportWriter(store, ledger)
        var report = Report(
            schema: "branchbook.bank/1", title: "Bank statement",
            columns: [
                .text("date", "Date"), .text("text", "Said of it"), .number("amount", "Amount"),
                .text("document", "Document"), .text("what", "What"),
                .text("next", "What to do"),
            ])
        let unbooked = matching.pairs.filter { $0.document == nil }.map(\.line)
        let proposed = try proposals(for: unbooked, name, branch, ledger)
        for (line, document) in matching.pairs where report.rows.count < Query.limitMax {
            let proposal = document == nil ? proposed[line.id] : nil
            report.rows.append([
                .text(line.day.description), .text(line.text), figures.money(line.amount),
                .optional(document?.number.description),
                .text(document != nil ? "booked" : proposal.map { "\($0.why)" } ?? "unknown"),
                document != nil
                    ? .empty
                    : .text(
                        proposal.map {
                            "\($0.payment.party): \($0.payment.settles.joined(separator: " ")); "
                                + "`branchbook bank book \(name)`"
                        } ?? "enter it: `branchbook pay`, `branchbook post`"),
            ])
        }
        for document in matching.unpaired
        where from <= document.day && document.day <= to && report.rows.count < Query.limitMax {
            report.rows.append([
                .text(document.day.description), .empty, figures.money(document.amount),
                .text(document.number.description), .text("not on the statement"),
                .text("wait, or look at it: `branchbook show \(document.number)`"),
            ])
        }
        report.facts = [
            .init("account", "Account", .text(bank.name)),
            .init("currency", "Currency", .text(ledger.currency.text)),
            .init("lines", "Lines", .integer(Int64(matching.pairs.count))),
            .init("unknown", "Not booked", .integer(Int64(unbooked.count))),
        ]
        report.notes = scopesMissing(standing, branch)
        return report
    }

    private func ownBank(
        _ name: String, _ standing: Standing
    ) throws -> (BranchCode, Account) {
        guard let branch = standing.branch else {
            throw Refusal(.noGrant, "this node is of no branch yet")
        }
        return (branch, .named(.bank, branch, try Planner.name(name, "bank")))
    }

    /// The payments that the lines not booked are, as far as it is sure what they are.
    func bankPayments(_ details: Details, bank name: String, at now: Instant) throws -> [Command] {
        let (standing, ledger) = try needLedger()
        let (branch, bank) = try ownBank(name, standing)
        let today = Day(now, utcOffsetMinutes: utcOffsetMinutes)
        let matching = try matching(
            bank, ledger, from: Day(number: today.number &- Self.bankDays), to: today)
        let unbooked = matching.pairs.filter { $0.document == nil }.map(\.line)
        let proposed = try proposals(for: unbooked, name, branch, ledger)
        let commands = unbooked.compactMap { line in
            proposed[line.id].map { proposal in
                var details = details
                details.date = line.day.description
                let place = UInt32(bitPattern: line.day.number)
                details.external = .init(
                    source: bank.name, key: line.key, first: place, last: place)
                return Command.pay(details, proposal.payment)
            }
        }
        guard !commands.isEmpty else {
            throw Refusal(
                .nothingChanges, "no line is surely a payment of what is open",
                next: "see `branchbook bank statement \(name)`")
        }
        return Array(commands.prefix(Self.commandsMax))
    }

    // MARK: Tenders

    func tenders(branch text: String?, from: String, to: String) throws -> Report {
        let (standing, ledger) = try needLedger()
        let only = try text.map { try known($0, standing) }
        let (from, to) = (try Planner.day(from), try Planner.day(to))
        guard from <= to else { throw Refusal(.badDate, "\(from) is after \(to)") }
        let figures = ReportWriter(store, ledger)
        var report = Report(
            schema: "branchbook.tenders/1", title: "Cards and other clearing",
            columns: [
                .text("branch", "Branch"), .text("tender", "Tender"), .text("date", "Date"),
                .number("taken", "Taken"), .number("settled", "Settled"), .number("fee", "Fee"),
                .number("open", "Open"), .text("due", "Due on"),
            ])
        var sum = Int128(0)
        for rule in try tenderRules(only) {
            for day in try clearingDays(rule, ledger, from: from, to: to) {
                sum += day.open
                report.rows.append([
                    .text(rule.branch.text), .text(rule.name), .text(day.day.description),
                    figures.money(day.taken), figures.money(day.settled), figures.money(day.fee),
                    day.open == 0 ? .empty : figures.money(day.open),
                    .text(Day(number: day.day.number &+ rule.days).description),
                ])
            }
        }
        report.facts = [
            .init("currency", "Currency", .text(ledger.currency.text)),
            .init("open", "Open", figures.money(sum)),
        ]
        report.notes = scopesMissing(standing, only)
        return report
    }

    private func tenderRules(_ only: BranchCode?) throws -> [TenderRule] {
        var rules: [TenderRule] = []
        let entities = Set(
            try [TenderRule.Attribute.fee, TenderRule.Attribute.days, TenderRule.Attribute.bank]
                .flatMap {
                    try store.entities(prefix: TenderRule.prefix, with: $0).map {
                        TenderRule.prefix + $0
                    }
                })
        for entity in entities.sorted() {
            guard
                let rule = TenderRule(
                    entity: entity, values: try store.registers(entity: entity)),
                only == nil || rule.branch == only
            else { continue }
            rules.append(rule)
        }
        return rules
    }

    private func clearingDays(
        _ rule: TenderRule, _ ledger: Ledger, from: Day, to: Day
    ) throws -> [(day: Day, taken: Int128, settled: Int128, fee: Int128, open: Int128)] {
        let tender = Account.tender(rule.branch, rule.name)
        return try store.taken(by: tender, ledger.currency, from: from, to: to)
            .sorted { $0.key < $1.key }.map { day, taken in
                let clearings = try store.clearings(of: tender, on: day).filter {
                    try store.gross(of: $0) != 0
                }
                let settled = try clearings.reduce(Int128(0)) { try $0 + store.gross(of: $1) }
                return (
                    day, taken, settled, clearings.reduce(0) { $0 + Int128($1.fee) },
                    taken - settled
                )
            }.filter { $0.taken != 0 || $0.settled != 0 }
    }

    // MARK: Differences

    func moneyDifferences(
        _ standing: Standing, _ ledger: Ledger, _ only: BranchCode?, _ today: Day
    ) throws -> [Difference] {
        var found: [Difference] = []
        let since = Day(number: today.number &- Self.bankDays)
        for rule in try tenderRules(only)
        where standing.keyring.scopes.contains(.trade(rule.branch)) {
            let until = Day(
                number: today.number &- rule.days &- Self.tenderGraceDays)
            guard since <= until else { continue }
            for day in try clearingDays(rule, ledger, from: since, to: until)
            where day.open != 0 && found.count < Self.bankDifferencesMax {
                found.append(
                    Difference(
                        check: "clearing", subject: "\(rule.name) of \(rule.branch), \(day.day)",
                        amount: day.open,
                        cause: day.open > 0
                            ? "what it took is not at the bank"
                            : "more was settled than it took: goods came back",
                        since: day.day,
                        next: "`branchbook tender settle \(rule.name) --of \(day.day)`"))
            }
        }
        for entity in try store.banks() {
            guard let bank = entity, case .branch(let branch) = bank.place,
                only == nil || branch == only, try store.values(of: bank).isEmpty
            else { continue }
            let months = try store.events(withPrefix: BankLine.prefix(bank))
            if let (day, amount, person) = months.compactMap({ BankLine.balance($0.events) })
                .max(by: { $0.day < $1.day })
            {
                var booked = Int128(0)
                for (account, turnover) in try turnovers(from: nil, to: day)[branch] ?? [:]
                where account == bank { booked += turnover.net }
                if booked != Int128(amount) {
                    found.append(
                        Difference(
                            check: "bank", subject: "\(bank) on \(day)",
                            amount: Int128(amount) - booked,
                            cause:
                                "the statement says \(Amount.text(amount, scale: ledger.scale)), the "
                                + "books \(Amount.text(booked, scale: ledger.scale))",
                            person: person, since: day,
                            next: "`branchbook bank statement \(bank.rest)` at \(branch)"))
                }
            }
            let matching = try matching(bank, ledger, from: since, to: today)
            for (line, document) in matching.pairs
            where document == nil && found.count < Self.bankDifferencesMax {
                found.append(
                    Difference(
                        check: "bank", subject: "\(bank): \(line.text)",
                        amount: Int128(line.amount),
                        cause: "on the statement, and not in the books", since: line.day,
                        next: "`branchbook bank statement \(bank.rest)` at \(branch)"))
            }
        }
        return found
    }
}

extension String {
    fileprivate func names(_ number: String, or key: String?) -> Bool {
        names(number) || key.map { $0.utf8.count > 4 && names($0) } ?? false
    }
}
