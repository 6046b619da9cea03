import Books
import Replica
import Store

/// What people did, for who looks into it: documents by person, and what the nodes noted of them.
extension Engine {
    private struct Act: Hashable {
        let person: String
        let branch: String
        let what: String
    }

    private struct Sum {
        var count: Int64 = 0
        var first: Day
        var last: Day

        mutating func add(_ count: Int64, _ first: Day, _ last: Day) {
            let (sum, over) = self.count.addingReportingOverflow(count)
            self.count = over ? .max : sum
            self.first = min(self.first, first)
            self.last = max(self.last, last)
        }
    }

    /// By person, branch and what they did: how often, and from when to when. Documents are counted by their day in the
    /// ledger, notes by their own. Roles are those that they have now. At most `Query.limitMax` rows.
    func acts(from: String?, to: String?) throws -> Report {
        let (standing, _) = try needLedger()
        let (from, to) = (
            try from.map { try Planner.day($0) }, try to.map { try Planner.day($0) }
        )
        var sums: [Act: Sum] = [:]
        func add(_ act: Act, _ count: Int64, _ first: Day, _ last: Day) {
            sums[act, default: Sum(first: first, last: last)].add(count, first, last)
        }
        for row in try store.documentsByPerson(from: from, to: to) {
            add(
                Act(person: row.person, branch: row.branch, what: row.kind.word), row.count,
                row.first, row.last)
        }
        for entity in try noteEntities(standing, after: nil) {
            for event in try notes(of: entity.name, from, to) {
                add(
                    Act(
                        person: event.person, branch: entity.branch.text, what: event.kind), 1,
                    event.effectiveDate, event.effectiveDate)
            }
        }
        var report = Report(
            schema: "branchbook.acts/1", title: "What people did",
            columns: [
                .text("person", "Person"), .text("roles", "Roles"), .text("branch", "Branch"),
                .text("what", "What"), .number("count", "How often"), .text("first", "First"),
                .text("last", "Last"),
            ])
        var roles: [String: String] = [:]
        for person in try store.people() {
            roles[person.name] = person.roles.sorted().joined(separator: " ")
        }
        let ordered = sums.sorted {
            ($0.key.person, $0.key.branch, $0.key.what) < (
                $1.key.person, $1.key.branch, $1.key.what
            )
        }
        if ordered.count > Query.limitMax {
            report.notes.append("Only the first \(Query.limitMax) rows are shown.")
        }
        for (act, sum) in ordered.prefix(Query.limitMax) {
            report.rows.append([
                .text(act.person), .optional(roles[act.person]), .text(act.branch),
                .text(act.what), .integer(sum.count), .text(sum.first.description),
                .text(sum.last.description),
            ])
        }
        report.notes += scopesMissing(standing, nil)
        return report
    }

    /// What nodes noted, a month of a branch for each page, in the order of the logs' names.
    func handedNotes(from: String?, to: String?, after: String?) throws -> Report {
        let (standing, _) = try needLedger()
        let (from, to) = (
            try from.map { try Planner.day($0) }, try to.map { try Planner.day($0) }
        )
        var report = Report(
            schema: "branchbook.notes/1", title: "Audit log",
            columns: [
                .text("branch", "Branch"), .text("date", "Date"), .text("kind", "Kind"),
                .text("person", "Person"), .text("what", "What"), .text("code", "Code"),
            ])
        let left = try noteEntities(standing, after: after)
        guard let page = left.first else { return report }
        for event in try notes(of: page.name, from, to) {
            report.rows.append(
                [.text(page.branch.text), .text(event.effectiveDate.description)]
                    + Self.cells(ofNote: event))
        }
        if left.count > 1 {
            report.facts.append(.init("next", "Next page after", .text(page.name)))
        }
        return report
    }

    /// Logs of notes of branches that are read, in order.
    private func noteEntities(
        _ standing: Standing, after: String?
    ) throws -> [(branch: BranchCode, name: String)] {
        var found: [(branch: BranchCode, name: String)] = []
        for branch in branches(standing, nil) {
            for name in try store.entities(withPrefix: "\(Event.auditPrefix)\(branch)/") {
                if let after, name <= after { continue }
                found.append((branch, name))
            }
        }
        return found.sorted { $0.name < $1.name }
    }

    /// In the order of time.
    private func notes(of entity: String, _ from: Day?, _ to: Day?) throws -> [Event] {
        try store.events(of: entity).filter { event in
            if let from, event.effectiveDate < from { return false }
            if let to, event.effectiveDate > to { return false }
            return true
        }
    }
}
