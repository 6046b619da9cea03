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
                    close.closing == nil ? .text(close.number.description) : .empty,
                    .text(Self.state(of: close)),
                    .text(close.day.description), .text(close.person),
                    .optional(
                        close.reopened.map { "\($0.person) \($0.day): \($0.reason)" }),
                ])
            }
        }
        report.notes = scopesMissing(standing, only)
        return report
    }

    private static func state(of close: PeriodClose) -> String {
        if close.closing != nil { return "closed by a seal" }
        if close.wasOpened { return "open" }
        if close.isBeside { return "beside a seal" }
        return close.isSealed ? "sealed" : close.stands ? "closed" : "open"
    }

    /// What has to be ended before the branch is closed up to a day, each with what to do; and what `reconcile` names, which
    /// keeps nobody from closing.
    func closeCheck(through: String, at now: Instant) throws -> Report {
        let (standing, _) = try needLedger()
        guard let branch = standing.branch, let member = standing.member, let view = view(standing)
        else {
            throw Refusal(
                .noGrant, "the roster that admits this node has not arrived yet",
                next: "wait until `branchbook status` names a branch")
        }
        let planner = Planner(
            branch: branch, ledger: standing.ledger(of: branch), grants: member.grants,
            today: Day(now, utcOffsetMinutes: utcOffsetMinutes), person: person)
        var report = Report(
            schema: "branchbook.close-check/1", title: "Before the close",
            columns: [
                .text("what", "What"), .text("holds", "Holds up the close"),
                .text("next", "What to do"),
            ])
        let findings = try planner.closeChecks(through: through, view)
        for finding in findings.prefix(Query.limitMax) {
            report.rows.append([.text(finding.what), .flag(true), .optional(finding.next)])
        }
        let differences = try reconcile(branch: branch.text, at: now).rows.count
        if differences > 0 {
            report.rows.append([
                .text("\(differences) differences"), .flag(false),
                .text("`branchbook reconcile --branch \(branch)`"),
            ])
        }
        report.facts = [
            .init("branch", "Branch", .text(branch.text)),
            .init("through", "Through", .text(through)),
            .init("ready", "Ready to close", .flag(findings.isEmpty)),
        ]
        return report
    }

    /// What the company sealed, without whom, and who agreed: a row for each that somebody sealed.
    func seals() throws -> Report {
        let (standing, _) = try needLedger()
        var report = Report(
            schema: "branchbook.seals/1", title: "Sealed periods",
            columns: [
                .text("through", "Through"), .text("state", "State"), .text("closes", "Documents"),
                .text("absent", "Absent"), .text("person", "Person"), .text("date", "Date"),
                .text("confirmed", "Approved by"), .text("digest", "Digest"),
                .text("closed", "Closed by the seal"), .text("seal", "Seal"),
                .text("node", "Node"),
            ])
        for seal in try store.seals() {
            let state =
                switch seal.standing {
                case .holds: "sealed"
                case .waits: "open"
                case .withdrawn: "withdrawn"
                }
            report.rows.append([
                .text(seal.day.description), .text(state),
                .text(seal.closes.map(\.number.description).joined(separator: " ")),
                .text(seal.absent.sorted().map(\.text).joined(separator: " ")),
                .text(seal.person), .text(seal.sealedOn.description),
                .optional(seal.confirmedBy), .text(seal.state),
                .text(Set(seal.closings.map(\.branch)).sorted().map(\.text).joined(separator: " ")),
                .text(seal.word),
                .optional(standing.roster.nodes[seal.author]?.admission.name),
            ])
        }
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
