import Books
import Replica
import Store

/// What is open with customers and suppliers, what may settle what, and what a party is sent of its account.
extension Engine {
    /// Accounts of customers or suppliers on which anything stands, in the order of branches and parties.
    func partyAccounts(
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

    /// The book's own currency and the others that ever moved on an account, with what each is carried at now.
    private func carried(
        on account: Account, _ ledger: Ledger
    ) throws -> [(currency: CurrencyCode, value: Int128)] {
        try [(ledger.currency, Int128(0))]
            + store.values(of: account).filter { $0.currency != ledger.currency }
    }

    /// Items that are open, each with the day on which it is due.
    func openItems(_ side: MatchSide, party: String?, branch text: String?) throws -> Report {
        let (standing, _) = try needLedger()
        let only = try text.map { try known($0, standing) }
        let ledger = only.map { standing.ledger(of: $0) } ?? standing.ownLedger
        let figures = ReportWriter(store, ledger)
        var report = Report(
            schema: "branchbook.open/1", title: "Open items",
            columns: [
                .text("branch", "Branch"), .text("party", "Party"), .text("date", "Date"),
                .text("document", "Document"), .text("due", "Due on"), .number("amount", "Amount"),
                .number("open", "Open"), .text("memo", "Memo"), .text("currency", "Currency"),
                .number("carried", "Carried at"),
            ])
        var sums: [CurrencyCode: Int128] = [:]
        for (branch, account) in try partyAccounts(side, party: party, only, standing) {
            let terms = try terms(of: account.rest)
            let own = standing.ledger(of: branch)
            for (code, carried) in try carried(on: account, own) {
                let items = try store.openItems(account, code, own: own.currency, upTo: nil)
                let share = CarriedShare(items, carried)
                for item in items.items
                where item.open != 0 && report.rows.count < Query.limitMax {
                    let isOwn = code == own.currency
                    sums[code, default: 0] += item.open * side.sign
                    let worth = isOwn ? nil : share.value(of: item.open)
                    report.rows.append([
                        .text(branch.text), .text(account.rest), .text(item.day.description),
                        .text(item.number.description),
                        item.amount * side.sign > 0
                            ? .text(Day(number: item.day.number &+ terms).description) : .empty,
                        figures.foreign(item.amount * side.sign, code),
                        figures.foreign(item.open * side.sign, code), .optional(item.memo),
                        .text(code.text),
                        worth.map { figures.named($0 * side.sign, own) } ?? .empty,
                    ])
                }
            }
        }
        report.facts = [
            .init("currency", "Currency", .text(ledger.currency.text)),
            .init("open", "Open", figures.money(sums.removeValue(forKey: ledger.currency) ?? 0)),
        ]
        for (code, sum) in sums.sorted(by: { $0.key.text < $1.key.text }) {
            report.facts.append(
                .init("open\(code)", "Open \(code)", figures.foreign(sum, code)))
        }
        report.notes = scopesMissing(standing, only)
        return report
    }

    /// What a person may confirm, the surest first.
    func matchProposals(_ side: MatchSide, party: String?) throws -> Report {
        let (standing, _) = try needLedger()
        guard let own = standing.branch else {
            throw Refusal(.noGrant, "this node is of no branch yet")
        }
        let ledger = standing.ledger(of: own)
        let figures = ReportWriter(store, ledger)
        var report = Report(
            schema: "branchbook.proposals/1", title: "What may settle what",
            columns: [
                .text("party", "Party"), .text("how", "Why"), .text("payment", "Paid by"),
                .text("settles", "Settles"), .number("amount", "Amount"),
                .text("next", "What to do"), .text("currency", "Currency"),
            ])
        let names = try store.documentNames()
        for (_, account) in try partyAccounts(side, party: party, own, standing) {
            for (code, _) in try carried(on: account, ledger) {
                let items = try store.openItems(account, code, own: ledger.currency, upTo: nil)
                for proposal in MatchProposal.all(items, side, names)
                where report.rows.count < Query.limitMax {
                    guard let payment = proposal.lines.first else { continue }
                    let settled = proposal.lines.dropFirst()
                    let paid = settled.map { line in
                        let amount = figures.foreign(line.amount.magnitudeSigned, code).plain
                        let isAll = items[line.document]?.open == Int128(line.amount)
                        return "\(line.document)" + (isAll ? "" : "=\(amount)")
                    }
                    report.rows.append([
                        .text(account.rest), .text(proposal.how.rawValue),
                        .text(payment.document.description), .text(paid.joined(separator: " ")),
                        figures.foreign(payment.amount.magnitudeSigned, code),
                        .text(
                            "`branchbook match set \(account.rest.quoted) \(payment.document) "
                                + paid.joined(separator: " ")
                                + (code == ledger.currency ? "" : " --currency \(code)")
                                + (side == .payable ? " --payable`" : "`")),
                        .text(code.text),
                    ])
                }
            }
        }
        report.facts = [.init("currency", "Currency", .text(ledger.currency.text))]
        report.notes = scopesMissing(standing, own)
        return report
    }

    /// What is said to settle what, and asks for more than there is: of all branches that are read.
    func unfitMatches(_ only: BranchCode?) throws -> [Difference] {
        let (standing, _) = try needLedger()
        var found: [Difference] = []
        for account in try store.matchedAccounts() {
            guard case .branch(let branch) = account.place, only == nil || branch == only else {
                continue
            }
            let ledger = standing.ledger(of: branch)
            // In every currency that anybody said anything of.
            let said = try store.matches(on: account).map { $0.currency ?? ledger.currency }
            for code in Set(said).sorted(by: { $0.text < $1.text }) {
                let items = try store.openItems(account, code, own: ledger.currency, upTo: nil)
                for match in items.unfit {
                    found.append(
                        Difference(
                            check: "match", subject: "\(match.number) on \(account)",
                            cause:
                                "something it settles is settled by another match, or was reversed",
                            person: match.person, since: match.day,
                            next: "`branchbook match undo \(match.number)`, and match what is left"
                        ))
                }
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
