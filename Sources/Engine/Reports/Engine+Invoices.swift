import Books
import Replica
import Store

/// Invoices, and debts that were given up.
extension Engine {
    /// Days after which a receipt without its supplier's invoice is a difference.
    private static let invoiceDays: Int32 = 31
    private static let invoiceDifferencesMax = 200

    /// - Parameter openOnly: those of suppliers that are not paid, and issued ones that stand.
    func invoices(party: String?, openOnly: Bool, at now: Instant) throws -> Report {
        let (standing, ledger) = try needLedger()
        let figures = ReportWriter(store, ledger)
        var report = Report(
            schema: "branchbook.invoices/1", title: "Invoices",
            columns: [
                .text("document", "Document"), .text("side", "Kind"), .text("code", "Code"),
                .text("date", "Date"), .text("party", "Party"), .text("due", "Due on"),
                .number("net", "Net"), .number("tax", "Tax"), .number("total", "Total"),
                .text("of", "Of"), .text("state", "State"), .text("person", "Person"),
            ])
        for invoice in try store.invoices() {
            guard party == nil || invoice.party == party else { continue }
            let isReversed = try store.transactions(about: invoice.number).haveReversal(
                of: invoice.number)
            let state =
                invoice.reddened.map { "red-letter \($0.code)" }
                ?? (isReversed ? "reversed" : invoice.side.rawValue)
            guard !openOnly || invoice.stands && !isReversed, report.rows.count < Query.limitMax
            else { continue }
            let due =
                try invoice.side == .received
                ? invoice.due
                    ?? Day(number: invoice.day.number &+ terms(of: invoice.party ?? "")) : nil
            report.rows.append([
                .text(invoice.number.description), .text(invoice.side.rawValue),
                .text(invoice.code), .text(invoice.day.description), .optional(invoice.party),
                .optional(due?.description), figures.money(invoice.net), figures.money(invoice.tax),
                figures.money(Int128(invoice.net) + Int128(invoice.tax)),
                .text(invoice.documents.map(\.description).joined(separator: " ")), .text(state),
                .text(invoice.person),
            ])
        }
        report.facts = [.init("currency", "Currency", .text(ledger.currency.text))]
        report.notes = scopesMissing(standing, nil)
        return report
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
        for (entity, events) in try store.events(withPrefix: Event.debtPrefix) {
            guard let number = DebtWriteOff.number(ofEntity: entity),
                let debt = DebtWriteOff(number, events), report.rows.count < Query.limitMax
            else { continue }
            let isBooked = try debt.isBooked(store.transactions(of: number))
            let state =
                isBooked
                ? "booked"
                : debt.refusedBy != nil ? "refused" : debt.isApproved ? "approved" : "open"
            report.rows.append([
                .text(number.description), .text(debt.day.description), .text(debt.party),
                figures.money(debt.amount), .text(state),
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

    // MARK: Differences

    /// What everybody approved and the keeper does not book: who approved may not any more, or less is owed.
    func debtDifferences(_ only: BranchCode?) throws -> [Difference] {
        try store.events(withPrefix: Event.debtPrefix).compactMap { entity, events in
            guard let number = DebtWriteOff.number(ofEntity: entity),
                let debt = DebtWriteOff(number, events), debt.isApproved,
                only == nil || number.series.branch == only,
                try !debt.isBooked(store.transactions(of: number))
            else { return nil }
            return Difference(
                check: "debt", subject: "\(number) of \(debt.party)", amount: Int128(debt.amount),
                cause:
                    "all have approved it, and the keeper has not booked it: it is not there, who "
                    + "approved may not any more, or less is owed",
                person: debt.askedBy, since: debt.day,
                next: "wait for the keeper, or `branchbook debt refuse \(number)` and ask anew")
        }
    }

    /// Receipts without an invoice, of suppliers who send some; sales on two; goods that came back after the tax invoice.
    func invoiceDifferences(_ only: BranchCode?, _ today: Day) throws -> [Difference] {
        var found: [Difference] = []
        var owners: [DocumentNumber: Invoice] = [:]
        var suppliers: Set<String> = []
        for invoice in try store.invoices() where invoice.stands {
            let branch = invoice.number.series.branch
            guard only == nil || branch == only,
                try !store.transactions(about: invoice.number).haveReversal(of: invoice.number)
            else { continue }
            if invoice.side == .received { suppliers.insert("\(branch)/\(invoice.party ?? "")") }
            for document in invoice.documents where found.count < Self.invoiceDifferencesMax {
                if let other = owners.updateValue(invoice, forKey: document) {
                    found.append(
                        Difference(
                            check: "invoiced twice",
                            subject: "\(document) on \(invoice.number) and \(other.number)",
                            amount: Int128(invoice.net) + Int128(invoice.tax),
                            cause: "\(other.person) and \(invoice.person) wrote beside each other",
                            person: invoice.person, since: invoice.day,
                            next: invoice.side == .issued
                                ? "`branchbook invoice redden \(invoice.number)`"
                                : "`branchbook reverse \(invoice.number)`"))
                }
                let about = try store.transactions(about: document)
                let isUndone = about.haveReversal(of: document)
                let back = about.first { $0.document.isOf(.returns) && $0.isOf(branch) }
                guard isUndone || invoice.side == .issued && back != nil else { continue }
                found.append(
                    Difference(
                        check: "invoice", subject: "\(invoice.code) of \(document)",
                        cause: isUndone
                            ? "\(document) was reversed, and its invoice stands"
                            : "goods of \(document) came back after its invoice",
                        person: invoice.person, since: invoice.day,
                        next: invoice.side == .issued
                            ? "`branchbook invoice redden \(invoice.number) --code CODE`, and "
                                + "issue one of what is left"
                            : "`branchbook reverse \(invoice.number)`"))
            }
        }
        guard !suppliers.isEmpty else { return found }
        let since = Day(number: today.number &- Self.paymentsDays)
        let until = Day(number: today.number &- Self.invoiceDays)
        for receipt in try store.receipts(from: since, to: until)
        where suppliers.contains("\(receipt.number.series.branch)/\(receipt.party)")
            && owners[receipt.number] == nil && found.count < Self.invoiceDifferencesMax
        {
            guard only == nil || receipt.number.series.branch == only else { continue }
            found.append(
                Difference(
                    check: "no invoice", subject: "\(receipt.number) of \(receipt.party)",
                    cause: "goods came, and their invoice did not", person: receipt.person,
                    since: receipt.day,
                    next: "ask \(receipt.party), or `branchbook invoice enter`"))
        }
        return found
    }
}
