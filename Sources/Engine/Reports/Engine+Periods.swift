import Books
import Replica
import Store

/// Closed periods, and what came too late for them.
extension Engine {
    func periods(branch text: String?) throws -> Report {
        let (standing, _) = try needLedger()
        let only = try text.map { try known($0, standing) }
        var report = Report(
            schema: "branchbook.periods/1", title: "Closed periods",
            columns: [
                .text("branch", "Branch"), .text("through", "Through"),
                .text("document", "Document"), .text("state", "State"),
                .text("date", "Closed on"), .text("person", "Person"),
                .text("reopened", "Opened again"),
            ])
        for branch in branches(standing, only) {
            for close in try store.closes(of: branch) {
                report.rows.append([
                    .text(branch.text), .text(close.through.description),
                    .text(close.number.description), .text(close.stands ? "closed" : "open"),
                    .text(close.day.description), .text(close.person),
                    .optional(
                        close.reopened.map { "\($0.person) \($0.day): \($0.reason)" }),
                ])
            }
        }
        report.notes = scopesMissing(standing, only)
        return report
    }

    /// Documents of a closed period of which the close did not know, with both their dates.
    func lateEntries(limit: Int) throws -> Report {
        _ = try needLedger()
        var report = Report(
            schema: "branchbook.late/1", title: "Late entries",
            columns: [
                .text("document", "Document"), .text("kind", "Kind"), .text("date", "Date"),
                .text("ledger", "In the ledger on"), .text("person", "Person"),
                .text("scope", "Scope"),
            ])
        for row in try store.lateDocuments(limit: bounded(limit)) {
            report.rows.append([
                .text(row.number), .text(row.kind.word), .text(row.effective.description),
                .text(row.ledger.description), .text(row.person), .text(row.scope),
            ])
        }
        return report
    }
}
