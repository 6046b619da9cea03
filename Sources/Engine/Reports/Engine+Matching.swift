import Books
import Replica
import Store

/// What is open with customers and suppliers, what may settle what, and what a party is sent of its account.
extension Engine {
    /// Accounts of customers or suppliers on which anything stands, in the order of branches and parties.
    private func partyAccounts(
        _ side: MatchSide, party: String?, _ only: BranchCode?, _ standing: Standing
    ) throws -> [(branch: BranchCode, account: Account)] {
        if let party {
            try Planner.check(party, "party", DocumentHeader.partyBytesMax)
            return branches(standing, only).map { ($0, .named(side.root, $0, party)) }
        }
        var found: [(branch: BranchCode, account: Account)] = []
        for (branch, accounts) in try turnovers(from: nil, to: nil)
        where only == nil || branch == only {
            for (account, turnover) in accounts where account.root == side.root {
                guard turnover.debit != 0 || turnover.credit != 0 else { continue }
                found.append((branch, account))
            }
        }
        return found.sorted { ($0.branch, $0.account.name) < ($1.branch, $1.account.name) }
    }

    /// Items that are open, each with the day on which it is due.
    func openItems(_ side: MatchSide, party: String?, branch text: String?) throws -> Report {
        let (standing, ledger) = try needLedger()
        let only = try text.map { try known($0, standing) }
        let figures = ReportWriter(store, ledger)
        var report = Report(
            schema: "branchbook.open/1", title: "Open items",
            columns: [
                .text("branch", "Branch"), .text("party", "Party"), .text("date", "Date"),
                .text("document", "Document"), .text("due", "Due on"), .number("amount", "Amount"),
                .number("open", "Open"), .text("memo", "Memo"),
            ])
        var sum = Int128(0)
        for (branch, account) in try partyAccounts(side, party: party, only, standing) {
            let terms = try terms(of: account.rest)
            for item in try store.openItems(account, ledger.currency, upTo: nil).items
            where item.open != 0 && report.rows.count < Query.limitMax {
                sum += item.open * side.sign
                report.rows.append([
                    .text(branch.text), .text(account.rest), .text(item.day.description),
                    .text(item.number.description),
                    item.amount * side.sign > 0
                        ? .text(Day(number: item.day.number &+ terms).description) : .empty,
                    figures.money(item.amount * side.sign), figures.money(item.open * side.sign),
                    .optional(item.memo),
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

    /// What a person may confirm, the surest first.
    func matchProposals(_ side: MatchSide, party: String?) throws -> Report {
        let (standing, ledger) = try needLedger()
        guard let own = standing.branch else {
            throw Refusal(.noGrant, "this node is of no branch yet")
        }
        let figures = ReportWriter(store, ledger)
        var report = Report(
            schema: "branchbook.proposals/1", title: "What may settle what",
            columns: [
                .text("party", "Party"), .text("how", "Why"), .text("payment", "Paid by"),
                .text("settles", "Settles"), .number("amount", "Amount"),
                .text("next", "What to do"),
            ])
        for (_, account) in try partyAccounts(side, party: party, own, standing) {
            let items = try store.openItems(account, ledger.currency, upTo: nil)
            for proposal in MatchProposal.all(items, side)
            where report.rows.count < Query.limitMax {
                guard let payment = proposal.lines.first else { continue }
                let settled = proposal.lines.dropFirst()
                let paid = settled.map { line in
                    let isAll = items[line.document]?.open == Int128(line.amount)
                    return "\(line.document)"
                        + (isAll ? "" : "=\(figures.money(line.amount.magnitudeSigned).plain)")
                }
                report.rows.append([
                    .text(account.rest), .text(proposal.how.rawValue),
                    .text(payment.document.description), .text(paid.joined(separator: " ")),
                    figures.money(payment.amount.magnitudeSigned),
                    .text(
                        "`branchbook match set \(account.rest.quoted) \(payment.document) "
                            + paid.joined(separator: " ")
                            + (side == .payable ? " --payable`" : "`")),
                ])
            }
        }
        report.facts = [.init("currency", "Currency", .text(ledger.currency.text))]
        report.notes = scopesMissing(standing, own)
        return report
    }

    /// A party's account over a span, line by line, at all branches that are read: what it held, what moved, what of each
    /// document is open now (对账单).
    func partyStatement(
        _ side: MatchSide, party: String, branch text: String?, from: String, to: String
    ) throws -> Report {
        let (standing, ledger) = try needLedger()
        let only = try text.map { try known($0, standing) }
        let (from, to) = (try Planner.day(from), try Planner.day(to))
        guard from <= to else { throw Refusal(.badDate, "\(from) is after \(to)") }
        let figures = ReportWriter(store, ledger)
        var report = Report(
            schema: "branchbook.party-statement/1", title: "Statement of account",
            columns: [
                .text("date", "Date"), .text("branch", "Branch"), .text("document", "Document"),
                .text("kind", "Kind"), .text("due", "Due on"), .number("charged", "Charged"),
                .number("paid", "Paid"), .number("open", "Open"), .number("balance", "Balance"),
                .text("memo", "Memo"),
            ])
        let terms = try terms(of: party)
        var opening = Int128(0)
        var lines: [StatementLine] = []
        var overdue = Int128(0)
        var others: Set<String> = []
        for (branch, account) in try partyAccounts(side, party: party, only, standing) {
            others.formUnion(try store.values(of: account).map(\.currency.text))
            // What is open is so at the end of the span; what moved is told by the documents' own days, and nothing of
            // it is taken together: what was sent before goes on from where it ended.
            let posted = try store.lines(on: account, ledger.currency, upTo: to)
            let items = OpenItems(posted, try store.matches(on: account))
            var found: [String: StatementLine] = [:]
            for line in posted {
                guard line.day >= from else {
                    opening += line.amount * side.sign
                    continue
                }
                let key = "\(line.day) \(line.number?.description ?? "")"
                found[
                    key,
                    default: StatementLine(
                        branch: branch, day: line.day, number: line.number, memo: line.memo)
                ].amount += line.amount * side.sign
            }
            for (item, amount) in items.owed(side.sign) where item.day.number &+ terms < to.number {
                overdue += amount
            }
            for line in found.values where line.amount != 0 {
                var line = line
                line.open = line.number.flatMap { items[$0]?.open }.map { $0 * side.sign } ?? 0
                lines.append(line)
            }
        }
        lines.sort {
            ($0.day, $0.number?.description ?? "", $0.branch) < (
                $1.day, $1.number?.description ?? "", $1.branch
            )
        }
        var (balance, charged, paid) = (opening, Int128(0), Int128(0))
        for line in lines {
            let amount = line.amount
            balance += amount
            charged += max(amount, 0)
            paid += max(-amount, 0)
            guard report.rows.count < Query.limitMax else { continue }
            report.rows.append([
                .text(line.day.description), .text(line.branch.text),
                .optional(line.number?.description),
                .text((line.number?.kind ?? .statement).word),
                amount > 0
                    ? .text(Day(number: line.day.number &+ terms).description) : .empty,
                amount > 0 ? figures.money(amount) : .empty,
                amount < 0 ? figures.money(-amount) : .empty,
                line.open == 0 ? .empty : figures.money(line.open), figures.money(balance),
                .optional(line.memo),
            ])
        }
        if !others.isEmpty {
            report.notes.append(
                "Amounts in \(others.sorted().joined(separator: ", ")) are not on it: see `branchbook "
                    + "ledger account`.")
        }
        let facts = PartyFacts(
            name: party, values: try store.registers(entity: PartyFacts.entity(party)))
        report.facts = [
            .init("party", "Party", .text(party)), .init("title", "Title", .optional(facts.title)),
            .init("taxNumber", "Tax number", .optional(facts.taxNumber)),
            .init("from", "From", .text(from.description)),
            .init("to", "To", .text(to.description)),
            .init("currency", "Currency", .text(ledger.currency.text)),
            .init("opening", "Opening", figures.money(opening)),
            .init("charged", "Charged", figures.money(charged)),
            .init("paid", "Paid", figures.money(paid)),
            .init("closing", "Closing", figures.money(balance)),
            .init("overdue", "Overdue", figures.money(overdue)),
        ].filter { $0.value != .empty }
        if lines.count > report.rows.count {
            report.notes.append("Only the first \(report.rows.count) rows are shown.")
        }
        report.notes += scopesMissing(standing, only)
        return report
    }

    private struct StatementLine {
        let branch: BranchCode
        let day: Day
        let number: DocumentNumber?
        let memo: String?
        var amount = Int128(0)
        var open = Int128(0)
    }

    /// What is said to settle what, and asks for more than there is: of all branches that are read.
    func unfitMatches(_ only: BranchCode?) throws -> [Difference] {
        let (_, ledger) = try needLedger()
        var found: [Difference] = []
        for account in try store.matchedAccounts() {
            guard case .branch(let branch) = account.place, only == nil || branch == only else {
                continue
            }
            for match in try store.openItems(account, ledger.currency, upTo: nil).unfit {
                found.append(
                    Difference(
                        check: "match", subject: "\(match.number) on \(account)",
                        cause: "something it settles is settled by another match, or was reversed",
                        person: match.person, since: match.day,
                        next: "`branchbook match undo \(match.number)`, and match what is left"))
            }
        }
        return found
    }

    /// Days that a party has to pay; bounded, as any peer may have written them.
    func terms(of party: String) throws -> Int32 {
        let values = try store.values(
            entity: PartyFacts.entity(party), attribute: PartyFacts.Attribute.terms)
        return Int32(min(max(values.last?.integer ?? 0, 0), 3_650))
    }
}

extension Int64 {
    /// Without its sign; wide enough for the least.
    fileprivate var magnitudeSigned: Int128 { Int128(magnitude) }
}

extension String {
    /// As a shell takes one word.
    fileprivate var quoted: String {
        utf8.allSatisfy {
            (0x30...0x39).contains($0) || (0x41...0x5a).contains($0)
                || (0x61...0x7a).contains($0) || $0 == 0x2d || $0 == 0x5f
        }
            ? self
            : "'"
                + split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''")
                + "'"
    }
}
