import Books
import Replica
import Store

/// Invoices, and debts that were given up.
extension Engine {
    /// - Parameter openOnly: those of suppliers that are not paid, and issued ones that stand.
    func invoices(party: String?, openOnly: Bool, at now: Instant) throws -> Report {
        let (standing, ledger) = try needLedger()
        var figures = ReportWriter(store, ledger)
        var report = Report(
            schema: "branchbook.invoices/1", title: "Invoices",
            columns: [
                .text("document", "Document"), .text("side", "Kind"), .text("code", "Code"),
                .text("date", "Date"), .text("party", "Party"), .text("due", "Due on"),
                .number("net", "Net"), .number("tax", "Tax"), .number("total", "Total"),
                .text("of", "Of"), .text("state", "State"), .text("person", "Person"),
                .text("currency", "Currency"),
            ])
        for invoice in try store.invoices() {
            guard party == nil || invoice.party == party else { continue }
            let isReversed = try store.isReversed(invoice.number)
            let state =
                invoice.reddened.map { "red-letter \($0.code)" }
                ?? (isReversed ? "reversed" : invoice.side.rawValue)
            guard !openOnly || invoice.stands && !isReversed, report.rows.count < Query.limitMax
            else { continue }
            let currency = invoice.currency ?? standing.currencies[invoice.number.series.branch]
            let due =
                try invoice.side == .received
                ? invoice.due
                    ?? Day(number: invoice.day.number &+ terms(of: invoice.party ?? "")) : nil
            report.rows.append([
                .text(invoice.number.description), .text(invoice.side.rawValue),
                .text(invoice.code), .text(invoice.day.description), .optional(invoice.party),
                .optional(due?.description), figures.foreign(invoice.net, currency),
                figures.foreign(invoice.tax, currency),
                figures.foreign(Int128(invoice.net) + Int128(invoice.tax), currency),
                .text(try told(invoice, &figures)), .text(state),
                .text(invoice.person), .text(currency.text),
            ])
        }
        report.facts = [.init("currency", "Currency", .text(ledger.currency.text))]
        report.notes = scopesMissing(standing, nil)
        return report
    }

    /// `HZa-G-2026-000001`, or `HZa-G-2026-000001=TEA:5` where it is for a part.
    private func told(_ invoice: Invoice, _ figures: inout ReportWriter) throws -> String {
        let wholes = invoice.documents.filter { invoice.isWhole(of: $0) }.map(\.description)
        let parts = try invoice.parts.map { part in
            let units = try figures.quantity(part.units, of: part.item.text).plain
            return "\(part.receipt)=\(part.item):\(units)"
        }
        return (wholes + parts).joined(separator: " ")
    }

    func debts() throws -> Report {
        let (standing, ledger) = try needLedger()
        let figures = ReportWriter(store, ledger)
        var report = Report(
            schema: "branchbook.debts/1", title: "Debts given up",
            columns: [
                .text("document", "Document"), .text("date", "Date"), .text("party", "Party"),
                .number("amount", "Amount"), .text("state", "State"), .text("waits", "Waits for"),
                .text("asked", "Person"), .text("approved", "Approved by"), .text("memo", "Memo"),
            ])
        for debt in try debtWriteOffs().prefix(Query.limitMax) {
            let number = debt.number
            let isBooked = try debt.isBooked(store.transactions(of: number))
            let state =
                isBooked
                ? "booked"
                : debt.refusedBy != nil ? "refused" : debt.isApproved ? "approved" : "open"
            report.rows.append([
                .text(number.description), .text(debt.day.description), .text(debt.party),
                figures.named(debt.amount, debt.figures(standing.ledger(of: number.series.branch))),
                .text(state),
                debt.refusedBy == nil
                    ? .optional(debt.nextStep.map { "\($0.name) by a \($0.role)" }) : .empty,
                .text(debt.askedBy),
                .text(debt.steps.compactMap { debt.approvals[$0.name] }.joined(separator: ", ")),
                .text(debt.reason),
            ])
        }
        report.notes = scopesMissing(standing, nil)
        return report
    }

    /// All debts that somebody asked to give up, in the order of numbers.
    func debtWriteOffs() throws -> [DebtWriteOff] {
        try store.events(withPrefix: Event.debtPrefix).compactMap { entity, events in
            DebtWriteOff.number(ofEntity: entity).flatMap { DebtWriteOff($0, events) }
        }
    }

    // MARK: Differences

    /// What everybody approved and the keeper does not book: who approved may not any more, less is owed, or no rate is known.
    func debtDifferences(_ only: BranchCode?) throws -> [Difference] {
        try debtWriteOffs().compactMap { debt in
            let number = debt.number
            guard debt.isApproved, only == nil || number.series.branch == only,
                try !debt.isBooked(store.transactions(of: number))
            else { return nil }
            return Difference(
                check: "debt", subject: "\(number) of \(debt.party)", amount: Int128(debt.amount),
                ledger: debt.figures(try own(number)),
                cause:
                    "all have approved it, and the keeper has not booked it: it is not there, who "
                    + "approved may not any more, "
                    + (debt.currency.map { "less is owed, or \($0) has no rate or is worth more" }
                        ?? "or less is owed"),
                person: debt.askedBy, since: debt.day,
                next: "wait for the keeper, or `branchbook debt refuse \(number)` and ask anew")
        }
    }
}
