import Books
import Replica
import Store

/// Banks' statements beside the books.
extension Engine {
    /// Lines of this many days back are held against the books by `reconcile`.
    static let bankDays: Int32 = 92
    static let bankDifferencesMax = 100

    /// Of which currencies something was read of a bank's statement, in order.
    private func currencies(of bank: Account, _ ledger: Ledger) throws -> [CurrencyCode] {
        let found = try store.events(withPrefix: BankLine.prefix(bank)).flatMap {
            BankLine.currencies($0.events)
        }
        return Set(found.map { $0 ?? ledger.currency }).sorted { $0.text < $1.text }
    }

    /// The one that is named; else the book's own, or that of which alone something was read.
    /// - Throws: `.twoCurrencies` where others were, and the book's own was not.
    private func currency(
        of bank: Account, named text: String?, _ ledger: Ledger
    ) throws -> CurrencyCode {
        if let text { return try Planner.currency(text) }
        let known = try currencies(of: bank, ledger)
        guard let first = known.first, !known.contains(ledger.currency) else {
            return ledger.currency
        }
        guard known.count == 1 else {
            throw Refusal(
                .twoCurrencies,
                "statements of \(bank) are in \(known.map(\.text).joined(separator: ", "))",
                next: "name one with --currency")
        }
        return first
    }

    /// Lines and documents of some days. Lines so close to their edges that they may claim a document of these days take
    /// part, and the documents that those may claim: the same line has the same document whichever month is asked for.
    private func matching(
        _ bank: Account, _ lines: ReadBankLines, _ code: CurrencyCode, _ ledger: Ledger, from: Day,
        to: Day
    ) throws -> BankMatching {
        let more = BankMatching.daysMax
        let booked = try store.booked(
            on: bank, code, from: Day(number: from.number &- 2 &* more),
            to: Day(number: to.number &+ 2 &* more))
        func isNear(_ line: BankLine) -> Bool {
            (from.number &- more...to.number &+ more).contains(line.day.number)
                && (line.currency ?? ledger.currency) == code
        }
        return BankMatching(
            lines.standing.filter(isNear), booked, struck: lines.struck.map(\.line).filter(isNear)
        ).within(from, to)
    }

    /// What is open with customers and suppliers of a branch in a currency, to be proposed for lines.
    private func proposals(
        of branch: BranchCode, in code: CurrencyCode, _ ledger: Ledger
    ) throws -> BankProposals {
        var open: [BankProposals.Party] = []
        let turnovers = try turnovers(from: nil, to: nil)
        for account in (turnovers[branch] ?? [:]).keys.sorted(by: { $0.name < $1.name }) {
            guard let side = MatchSide.allCases.first(where: { $0.root == account.root }) else {
                continue
            }
            let items = try store.openItems(account, code, own: ledger.currency, upTo: nil).items
                .filter { $0.open * side.sign > 0 }
            if !items.isEmpty { open.append(.init(side: side, name: account.rest, items: items)) }
        }
        // Whoever is known by name is nobody else, also where nothing is open with them.
        let known = Set(
            turnovers.values.flatMap(\.keys).filter { account in
                MatchSide.allCases.contains { $0.root == account.root }
            }.map(\.rest))
        for side in MatchSide.allCases {
            let there = open.filter { $0.side == side }.map(\.name)
            open += known.subtracting(there).sorted().map {
                .init(side: side, name: $0, items: [])
            }
        }
        return BankProposals(open, try store.documentNames())
    }

    private func payment(
        _ proposal: BankProposals.Proposal, of line: BankLine, _ bank: Account,
        in code: CurrencyCode, _ ledger: Ledger
    ) -> Payment {
        Payment(
            direction: proposal.side == .receivable ? .received : .paid, party: proposal.party,
            amount: ReportWriter(store, ledger).foreign(Int128(line.amount.magnitude), code).plain,
            through: "bank:\(bank.rest)", settles: proposal.settles.map(\.description))
    }

    /// What to do about a line, where anything is.
    private func next(
        _ line: BankLine, _ proposal: BankProposals.Proposal?, _ named: String?, _ bank: Account,
        _ code: CurrencyCode, _ ledger: Ledger
    ) -> String {
        let currency = code == ledger.currency ? "`" : " --currency \(code)`"
        if let proposal {
            let settled = proposal.settles.map(\.description).joined(separator: " ")
            return "\(proposal.party): \(settled); `branchbook bank book \(bank.rest)" + currency
        }
        if let named { return "\(named), but for what? `branchbook pay` with `--settles`" }
        return "enter it: `branchbook pay`, `branchbook post`; of another bank: "
            + "`branchbook bank strike \(bank.rest) \(line.name)`"
    }

    func bankStatement(
        bank name: String, from: String, to: String, currency: String?
    ) throws -> Report {
        let (standing, _) = try needLedger()
        let (branch, bank) = try ownBank(name, standing)
        let ledger = standing.ledger(of: branch)
        let (from, to) = (try Planner.day(from), try Planner.day(to))
        guard from <= to else { throw Refusal(.badDate, "\(from) is after \(to)") }
        let code = try self.currency(of: bank, named: currency, ledger)
        let lines = try store.readBankLines(bank)
        let matching = try matching(bank, lines, code, ledger, from: from, to: to)
        let figures = ReportWriter(store, ledger)
        var report = Report(
            schema: "branchbook.bank/1", title: "Bank statement",
            columns: [
                .text("date", "Date"), .text("text", "Said of it"), .number("amount", "Amount"),
                .text("document", "Document"), .text("what", "What"),
                .text("next", "What to do"), .text("name", "Line"),
            ])
        var proposals = try proposals(of: branch, in: code, ledger)
        for (line, document) in matching.pairs where report.rows.count < Query.limitMax {
            let proposal = document == nil ? proposals.take(line) : nil
            report.rows.append([
                .text(line.day.description), .text(line.text), figures.foreign(line.amount, code),
                .optional(document?.number.description),
                .text(document != nil ? "booked" : proposal?.why.rawValue ?? "unknown"),
                document != nil
                    ? .empty
                    : .text(
                        next(
                            line, proposal, proposal == nil ? proposals.named(by: line) : nil, bank,
                            code, ledger)),
                .text(line.name),
            ])
        }
        for document in matching.unpaired
        where from <= document.day && document.day <= to && report.rows.count < Query.limitMax {
            report.rows.append([
                .text(document.day.description), .empty, figures.foreign(document.amount, code),
                .text(document.number.description), .text("not on the statement"),
                .text("wait, or look at it: `branchbook show \(document.number)`"), .empty,
            ])
        }
        report.rows += struckRows(lines, code, ledger, from: from, to: to)
            .prefix(max(Query.limitMax - report.rows.count, 0))
        report.facts = [
            .init("account", "Account", .text(bank.name)),
            .init("currency", "Currency", .text(code.text)),
            .init("lines", "Lines", .integer(Int64(matching.pairs.count))),
            .init(
                "unknown", "Not booked",
                .integer(Int64(matching.pairs.count { $0.document == nil }))),
        ]
        report.notes = scopesMissing(standing, branch)
        return report
    }

    /// Lines that somebody struck, as they were read.
    private func struckRows(
        _ lines: ReadBankLines, _ code: CurrencyCode, _ ledger: Ledger, from: Day, to: Day
    ) -> [[Report.Cell]] {
        lines.struck.filter { line, _ in
            (from...to).contains(line.day) && (line.currency ?? ledger.currency) == code
        }.map { line, strike in
            [
                .text(line.day.description), .text(line.text),
                ReportWriter(store, ledger).foreign(line.amount, code), .empty, .text("struck"),
                .text("by \(strike.person) on \(strike.day): \(strike.reason)"), .text(line.name),
            ]
        }
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
        let (standing, _) = try needLedger()
        let (branch, bank) = try ownBank(name, standing)
        let ledger = standing.ledger(of: branch)
        let today = Day(now, utcOffsetMinutes: utcOffsetMinutes)
        let code = try currency(of: bank, named: details.currency, ledger)
        let matching = try matching(
            bank, try store.readBankLines(bank), code, ledger,
            from: Day(number: today.number &- Self.bankDays), to: today)
        let unbooked = matching.pairs.filter { $0.document == nil }.map(\.line)
        var proposals = try proposals(of: branch, in: code, ledger)
        let commands = try unbooked.compactMap { line in
            try proposals.take(line).map { proposal in
                let place = try place(of: line, at: bank)
                var details = details
                details.date = line.day.description
                details.currency = code == ledger.currency ? nil : code.text
                details.external = .init(
                    source: bank.name, key: line.key, first: place, last: place)
                return Command.pay(
                    details, payment(proposal, of: line, bank, in: code, ledger))
            }
        }
        guard !commands.isEmpty else {
            throw Refusal(
                .nothingChanges, "no line is surely a payment of what is open",
                next: "see `branchbook bank statement \(name)`")
        }
        return Array(commands.prefix(Self.commandsMax))
    }

    /// Under which number a line is booked: that of its day, and another one for each time that what was booked was taken
    /// back. Two nodes that know the same take the same, and what both book beside each other is found as recorded twice.
    private func place(of line: BankLine, at bank: Account) throws -> UInt32 {
        let taken = try store.takenBack(source: bank.name, key: line.key)
        var place = UInt32(bitPattern: line.day.number)
        for _ in 0..<Self.bookingsMax where taken.contains(place) { place &+= Self.bookingStep }
        return place
    }

    private static let bookingsMax = 200
    /// More than days that a line may be of.
    private static let bookingStep: UInt32 = 1 << 24

    /// What a bank's statement says, and the books do not, by currency.
    func bankDifferences(
        _ standing: Standing, _ only: BranchCode?, since: Day, _ today: Day
    ) throws -> [Difference] {
        var found: [Difference] = []
        for entity in try store.banks() {
            guard let bank = entity, case .branch(let branch) = bank.place,
                only == nil || branch == only
            else { continue }
            let ledger = standing.ledger(of: branch)
            let lines = try store.readBankLines(bank)
            let struck = lines.struck.map { $0.line.currency ?? ledger.currency }
            let codes = Set(try currencies(of: bank, ledger) + struck)
            for code in codes.sorted(by: { $0.text < $1.text }) {
                found += try differences(of: bank, branch, in: code, ledger)
                let next =
                    "`branchbook bank statement \(bank.rest)"
                    + (code == ledger.currency ? "" : " --currency \(code)") + "` at \(branch)"
                let matching = try matching(
                    bank, lines, code, ledger, from: since, to: today)
                for (line, document) in matching.booked
                where found.count < Self.bankDifferencesMax {
                    found.append(
                        Difference(
                            check: "bank", subject: "\(document.number) of \(line.name)",
                            cause: "booked from a line of \(bank) that was struck beside it",
                            since: document.day,
                            next: "`branchbook reverse \(document.number)`, or read the "
                                + "statement again"))
                }
                for (line, document) in matching.pairs
                where document == nil && found.count < Self.bankDifferencesMax {
                    found.append(
                        Difference(
                            check: "bank", subject: "\(bank): \(line.text)",
                            amount: code == ledger.currency ? Int128(line.amount) : nil,
                            ledger: ledger,
                            cause: (code == ledger.currency ? "" : told(line.amount, code, ledger))
                                + "on the statement, and not in the books", since: line.day,
                            next: next))
                }
            }
        }
        return found
    }

    private func told(_ amount: Int64, _ code: CurrencyCode, _ ledger: Ledger) -> String {
        "\(ReportWriter(store, ledger).foreign(amount, code).plain) \(code): "
    }

    /// The last balance that a statement told, held against what is booked up to its day.
    private func differences(
        of bank: Account, _ branch: BranchCode, in code: CurrencyCode, _ ledger: Ledger
    ) throws -> [Difference] {
        let told = try store.events(withPrefix: BankLine.prefix(bank)).compactMap {
            BankLine.balance($0.events) { ($0 ?? ledger.currency) == code }
        }
        guard let (day, amount, person) = told.max(by: { $0.day < $1.day }) else { return [] }
        // Of the book's own, what others are carried at is no part of what is there.
        let others = try store.foreign(than: ledger.currency, of: branch, upTo: day).filter {
            $0.account == bank.name
        }
        let booked: Int128
        if code == ledger.currency {
            let all = try turnovers(from: nil, to: day)[branch]?[bank]?.net ?? 0
            booked = others.reduce(all) { $0 - $1.value }
        } else {
            booked = others.reduce(0) { $1.currency == code ? $0 + $1.amount : $0 }
        }
        guard booked != Int128(amount) else { return [] }
        let figures = ReportWriter(store, ledger)
        return [
            Difference(
                check: "bank", subject: "\(bank) on \(day)",
                amount: code == ledger.currency ? Int128(amount) - booked : nil,
                ledger: ledger,
                cause:
                    "the statement says \(figures.foreign(amount, code).plain), the "
                    + "books \(figures.foreign(booked, code).plain)"
                    + (code == ledger.currency ? "" : " \(code)"),
                person: person, since: day,
                next: "`branchbook bank statement \(bank.rest)` at \(branch)")
        ]
    }
}
