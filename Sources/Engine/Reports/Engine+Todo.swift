import Books
import Replica
import Store

/// Whose work a list is of: a person's, or all of a branch.
package struct TodoFilter: Codable, Hashable, Sendable {
    /// Who signed in where neither is named; the node's own user where nobody did.
    package var person: String?
    package var branch: String?
    package var overdueOnly: Bool

    package init(person: String? = nil, branch: String? = nil, overdueOnly: Bool = false) {
        self.person = person
        self.branch = branch
        self.overdueOnly = overdueOnly
    }
}

/// What waits for people, the oldest first. What needs somebody, whoever that may be, is under `exceptions`.
extension Engine {
    private struct Waits {
        let since: Day
        let kind: String
        let number: DocumentNumber
        let subject: String
        var due: Day?
        var person: String?
        /// What is done about it: the same for all of its kind.
        let next: String
    }

    func todo(_ filter: TodoFilter, at now: Instant) throws -> Report {
        let (standing, ledger) = try needLedger()
        let today = Day(now, utcOffsetMinutes: utcOffsetMinutes)
        var report = Report(
            schema: "branchbook.todo/1", title: "To do",
            columns: [
                .text("date", "Since"), .text("kind", "Kind"), .text("document", "Document"),
                .text("subject", "Subject"), .text("due", "Due"), .text("person", "Person"),
            ])
        var rows: [Waits]
        if let branch = try filter.branch.map({ try known($0, standing) }) {
            guard filter.person == nil else {
                throw Refusal(.badOption, "a list is of a person or of a branch, not of both")
            }
            rows = try work(of: branch, standing, ledger)
            report.facts = [.init("branch", "Branch", .text(branch.text))]
            report.notes = scopesMissing(standing, branch)
        } else {
            let person = filter.person ?? actor?.person ?? self.person
            rows = try work(waitingFor: person, standing, ledger, on: today)
            report.facts = [.init("person", "Person", .text(person))]
        }
        if filter.overdueOnly { rows.removeAll { $0.due.map { $0 >= today } ?? true } }
        rows.sort { ($0.since, $0.number) < ($1.since, $1.number) }
        for row in rows.prefix(Query.limitMax) {
            report.rows.append([
                .text(row.since.description), .text(row.kind), .text(row.number.description),
                .text(row.subject), .optional(row.due?.description), .optional(row.person),
            ])
            let how = "\(row.kind): \(row.next)"
            if !report.notes.contains(how) { report.notes.append(how) }
        }
        return report
    }

    // MARK: A person

    private func work(
        waitingFor person: String, _ standing: Standing, _ ledger: Ledger, on today: Day
    ) throws -> [Waits] {
        var rows = try allTasks(standing).filter { $0.state == .open && $0.owner == person }
            .map(Self.waits)
        for notice in try allNotices(standing)
        where !notice.isRead(by: person) && standing.branch.map({ notice.isFor($0) }) ?? true {
            rows.append(
                Waits(
                    since: notice.day, kind: "notice", number: notice.number,
                    subject: notice.text, person: notice.person,
                    next: "`branchbook notice read NUMBER`"))
        }
        let people = try store.people()
        for order in try orders() {
            guard let step = order.step(waitingFor: person, people, on: today, ledger) else {
                continue
            }
            rows.append(Self.waits(order, step, ledger))
        }
        rows += try debts(
            waitingFor: person, people, standing, ReportWriter(store, ledger), on: today)
        return rows + (try sheets(waitingFor: person, people, standing, on: today))
    }

    /// Debts that somebody asked to give up, and of which a step is this person's: who works at the branch that is owed.
    private func debts(
        waitingFor person: String, _ people: [PersonFacts], _ standing: Standing,
        _ figures: ReportWriter, on today: Day
    ) throws -> [Waits] {
        try debtWriteOffs().compactMap { debt in
            guard debt.refusedBy == nil, let step = debt.nextStep, debt.askedBy != person,
                !debt.approvals.values.contains(person),
                debt.isDecided(step, by: person, of: people, on: today)
            else { return nil }
            return Self.waits(debt, step, standing, figures)
        }
    }

    private static func waits(
        _ debt: DebtWriteOff, _ step: Workflow.Step, _ standing: Standing,
        _ figures: ReportWriter
    ) -> Waits {
        let branch = debt.number.series.branch
        // A step is taken at the branch.
        let place = branch == standing.branch ? "" : "at \(branch) "
        return Waits(
            since: debt.day, kind: "write-off waits", number: debt.number,
            subject: "\(step.name), \(debt.party) "
                + figures.named(debt.amount, debt.figures(standing.ledger(of: branch))).plain,
            person: debt.askedBy, next: place + "`branchbook debt approve NUMBER`")
    }

    private static func waits(_ task: TaskFacts) -> Waits {
        Waits(
            since: task.day, kind: "task", number: task.number, subject: task.text, due: task.due,
            person: task.owner, next: "`branchbook task done NUMBER --memo RESULT`")
    }

    private static func waits(_ order: Order, _ step: Workflow.Step, _ ledger: Ledger) -> Waits {
        Waits(
            since: order.waitsSince(ledger), kind: "order waits", number: order.number,
            subject: "\(step.name), \(order.party)", due: order.stepDue(ledger),
            person: order.opened.person, next: "`branchbook order approve NUMBER`")
    }

    /// Stocktakes of this branch that cannot be posted before somebody who counted none of it has looked. Cost: every
    /// open sheet is planned.
    private func sheets(
        waitingFor person: String, _ people: [PersonFacts], _ standing: Standing, on today: Day
    ) throws -> [Waits] {
        guard let branch = standing.branch, let member = standing.member,
            let view = view(standing)
        else { return [] }
        let planner = Planner(
            branch: branch, ledger: standing.ledger(of: branch), grants: member.grants,
            today: today,
            person: self.person)
        return try view.openSheets(branch).compactMap { sheet in
            let roles = Set(sheet.workflow.steps.map(\.role))
            let may =
                roles.isEmpty
                || people.contains {
                    !roles.isDisjoint(with: $0.roles)
                        && ($0.name == person || $0.isDeputy(person, on: today))
                }
            guard may, !sheet.lines.isEmpty,
                !sheet.lines.values.contains(where: { $0.people.contains(person) })
            else { return nil }
            do {
                _ = try planner.plan(.count(Details(), .post(sheet: "\(sheet.number)")), view)
            } catch let refusal as Refusal where refusal.code == .beyondTolerance {
                return Waits(
                    since: sheet.day, kind: "stocktake waits", number: sheet.number,
                    subject: refusal.what, person: sheet.openedBy,
                    next: "`branchbook count approve NUMBER ITEM --memo WHY`")
            } catch is Refusal {
            } catch is BooksError {
            } catch is FactError {
                // What keeps it from being posted is told to who posts it.
            }
            return nil
        }
    }

    // MARK: A branch

    private func work(
        of branch: BranchCode, _ standing: Standing, _ ledger: Ledger
    ) throws -> [Waits] {
        var rows = try allTasks(standing).filter { $0.state == .open && $0.isOf(branch) }
            .map(Self.waits)
        for order in try orders() where order.number.series.branch == branch {
            guard order.state(ledger) == .submitted, let step = order.openSteps(ledger).first
            else { continue }
            rows.append(Self.waits(order, step, ledger))
        }
        for shift in try store.shifts(of: branch, openOnly: true, limit: Query.limitMax) {
            rows.append(
                Waits(
                    since: shift.day, kind: "till shift", number: shift.number,
                    subject: shift.opening.keys.sorted().joined(separator: ", "), due: shift.day,
                    person: shift.openedBy,
                    next: "`branchbook till close NUMBER DRAWER=AMOUNT`"))
        }
        var seen: Set<DocumentNumber> = []
        for line in try openTransfers() where line.transit > 0 {
            guard let pair = BranchPair(line.pair), pair.contains(branch),
                line.number.series.branch != branch, seen.insert(line.number).inserted
            else { continue }
            let facts = try shipmentFacts(line.number)
            rows.append(
                Waits(
                    since: facts.day ?? facts.due ?? Day(number: 0), kind: "shipment",
                    number: line.number, subject: "from \(line.number.series.branch)",
                    due: facts.due, person: facts.person,
                    next: "`branchbook transfer receive NUMBER`"))
        }
        return rows
    }
}
