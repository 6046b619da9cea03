import Books
import Replica
import Store

/// What a party is sent of its account.
extension Engine {
    /// A party's account over a span, line by line, at all branches that are read: what it held, what moved, what of each
    /// document is open now (对账单).
    func partyStatement(
        _ side: MatchSide, party: String, branch text: String?, from: String, to: String,
        currency: String?
    ) throws -> Report {
        let (standing, ledger) = try needLedger()
        let only = try text.map { try known($0, standing) }
        let code =
            try currency.map { try Planner.currency($0) }
            ?? (only ?? standing.branch).map { standing.currencies[$0] } ?? ledger.currency
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
            let own = standing.currencies[branch]
            others.formUnion(try store.values(of: account).map(\.currency.text))
            if code != own, try !store.lines(on: account, own, upTo: to).isEmpty {
                others.insert(own.text)
            }
            // What is open is so at the end of the span; what moved is told by the documents' own days, and nothing of
            // it is taken together: what was sent before goes on from where it ended.
            let posted = try store.lines(on: account, code, upTo: to)
            let items = OpenItems(
                posted,
                try store.matches(on: account).filter { ($0.currency ?? own) == code })
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
                        branch: branch, day: line.day, number: line.number, memo: line.memo,
                        key: line.key, link: line.link)
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
                .text(line.kind),
                amount > 0
                    ? .text(Day(number: line.day.number &+ terms).description) : .empty,
                amount > 0 ? figures.foreign(amount, code) : .empty,
                amount < 0 ? figures.foreign(-amount, code) : .empty,
                line.open == 0 ? .empty : figures.foreign(line.open, code),
                figures.foreign(balance, code),
                .optional(line.shownMemo),
            ])
        }
        others.remove(code.text)
        if !others.isEmpty {
            report.notes.append(
                "Amounts in \(others.sorted().joined(separator: ", ")) are not on it: name one with "
                    + "--currency.")
        }
        let facts = PartyFacts(
            name: party, values: try store.registers(entity: PartyFacts.entity(party)))
        report.facts = [
            .init("party", "Party", .text(party)), .init("title", "Title", .optional(facts.title)),
            .init("taxNumber", "Tax number", .optional(facts.taxNumber)),
            .init("from", "From", .text(from.description)),
            .init("to", "To", .text(to.description)),
            .init("currency", "Currency", .text(code.text)),
            .init("opening", "Opening", figures.foreign(opening, code)),
            .init("charged", "Charged", figures.foreign(charged, code)),
            .init("paid", "Paid", figures.foreign(paid, code)),
            .init("closing", "Closing", figures.foreign(balance, code)),
            .init("overdue", "Overdue", figures.foreign(overdue, code)),
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
        let key: String?
        let link: DocumentLink?
        var amount = Int128(0)
        var open = Int128(0)

        /// As the party is told: what the branch booked by itself, such as a debt that it gave up, is an adjustment.
        var kind: String { isInternal ? "adjustment" : (number?.kind ?? .statement).word }
        /// Why the branch booked it is its own business.
        var shownMemo: String? { isInternal || number?.kind == .reversal ? nil : memo }

        private var isInternal: Bool {
            // What another system had written is as that sent it.
            if key != nil { return false }
            let isTakenBack = number?.kind == .reversal && link?.relation == .reverses
            switch isTakenBack ? link?.target.kind : number?.kind {
            case .sale, .customerReturn, .goodsReceipt, .supplierReturn, .payment, .invoice,
                .shipment, .arrival, .salesOrder, .purchaseOrder:
                return false
            default: return true
            }
        }
    }
}
