import Books
import Replica
import Store

/// What cards and the like took until it is at the bank.
extension Engine {
    /// Days beyond a tender's own after which what it took is missing.
    private static let tenderGraceDays: Int32 = 2

    func tenders(branch text: String?, from: String, to: String) throws -> Report {
        let only = try alike(text)
        let ledger = only.ledger
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
        for rule in try tenderRules(only.only) where only.contains(rule.branch) {
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
        report.notes = scopesMissing(only)
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
        _ standing: Standing, _ only: BranchCode?, _ today: Day
    ) throws -> [Difference] {
        var found: [Difference] = []
        let since = Day(number: today.number &- Self.bankDays)
        for rule in try tenderRules(only)
        where standing.keyring.scopes.contains(.trade(rule.branch)) {
            let until = Day(
                number: today.number &- rule.days &- Self.tenderGraceDays)
            guard since <= until else { continue }
            for day in try clearingDays(
                rule, standing.ledger(of: rule.branch), from: since, to: until)
            where day.open != 0 && found.count < Self.bankDifferencesMax {
                found.append(
                    Difference(
                        check: "clearing", subject: "\(rule.name) of \(rule.branch), \(day.day)",
                        amount: day.open, ledger: standing.ledger(of: rule.branch),
                        cause: day.open > 0
                            ? "what it took is not at the bank"
                            : "more was settled than it took: goods came back",
                        since: day.day,
                        next: "`branchbook tender settle \(rule.name) --of \(day.day)`"))
            }
        }
        found += try bankDifferences(standing, only, since: since, today)
        return found
    }
}
