import Books
import Replica
import Store

/// Which tasks a list is of.
package struct TaskFilter: Codable, Hashable, Sendable {
    package var branch: String?
    package var person: String?
    /// Past the day by which they were to be done.
    package var overdueOnly: Bool
    /// Those that are done or cancelled as well.
    package var all: Bool

    package init(
        branch: String? = nil, person: String? = nil, overdueOnly: Bool = false, all: Bool = false
    ) {
        self.branch = branch
        self.person = person
        self.overdueOnly = overdueOnly
        self.all = all
    }
}

/// Reports on tasks and notices. Each is folded from what was said of it; cost: a look at all that are held.
extension Engine {
    private static let workMax = 1_000_000

    /// In the order of their numbers, those that who asks may read.
    func allTasks(_ standing: Standing) throws -> [TaskFacts] {
        try store.entities(prefix: TaskFacts.prefix, limit: Self.workMax)
            .compactMap { TaskFacts.number(ofEntity: $0) }.sorted()
            .compactMap { try task($0, standing) }
    }

    /// In the order of their numbers, those that who asks may read.
    func allNotices(_ standing: Standing) throws -> [Notice] {
        try store.entities(prefix: Notice.prefix, limit: Self.workMax)
            .compactMap { Notice.number(ofEntity: $0) }.sorted()
            .compactMap { try notice($0, standing) }
    }

    /// Nil where it was never opened, and where it stands with what who asks may not see.
    func task(_ number: DocumentNumber, _ standing: Standing) throws -> TaskFacts? {
        let said = try store.said(of: TaskFacts.entity(number), standing.roster)
        guard let task = TaskFacts(number, said), !isHidden(task.scope) else { return nil }
        return task
    }

    private func notice(_ number: DocumentNumber, _ standing: Standing) throws -> Notice? {
        let said = try store.said(of: Notice.entity(number), standing.roster)
        guard let notice = Notice(number, said), !isHidden(notice.scope) else { return nil }
        return notice
    }

    func tasks(_ filter: TaskFilter, at now: Instant) throws -> Report {
        let (standing, _) = try needLedger()
        let only = try filter.branch.map { try known($0, standing) }
        let today = Day(now, utcOffsetMinutes: utcOffsetMinutes)
        var report = Report(
            schema: "branchbook.tasks/1", title: "Tasks",
            columns: [
                .text("document", "Document"), .text("date", "Date"), .text("branch", "Branch"),
                .text("what", "What"), .text("owner", "Owner"), .text("due", "Due"),
                .text("state", "State"), .text("about", "About"), .text("result", "Result"),
            ])
        for task in try allTasks(standing) {
            guard only.map({ task.isOf($0) }) ?? true, filter.all || task.state == .open,
                !filter.overdueOnly || task.isOverdue(on: today),
                filter.person == nil || filter.person == task.owner
            else { continue }
            report.rows.append([
                .text(task.number.description), .text(task.day.description),
                .text((task.branch ?? task.number.series.branch).text), .text(task.text),
                .optional(task.owner), .optional(task.due?.description),
                .text(task.state.rawValue), .optional(task.about?.description),
                .optional((task.done ?? task.cancelled)?.result),
            ])
        }
        return report
    }

    func task(number text: String) throws -> Report {
        let (standing, _) = try needLedger()
        guard let number = DocumentNumber(text), let task = try task(number, standing) else {
            throw Refusal(
                .unknownDocument, "there is no task \(text)", next: "see `branchbook task list`")
        }
        var report = Report(schema: "branchbook.task/1", title: "Task \(number)")
        report.facts = [
            .init("what", "What", .text(task.text)),
            .init("state", "State", .text(task.state.rawValue)),
            .init("owner", "Owner", .optional(task.owner)),
            .init("due", "Due", .optional(task.due?.description)),
            .init("branch", "Branch", .optional(task.branch?.text)),
            .init("about", "About", .optional(task.about?.description)),
            .init("opened", "Opened by", .text("\(task.openedBy) \(task.day)")),
            .init("scope", "Read in", .text(task.scope.name)),
        ].filter { $0.value != .empty }
        if let done = task.done {
            report.facts.append(.init("done", "Done by", .text(done.text)))
        }
        if let cancelled = task.cancelled {
            report.facts.append(.init("cancelled", "Cancelled by", .text(cancelled.text)))
        }
        return try withTalk(report, of: number)
    }

    func notices() throws -> Report {
        let (standing, _) = try needLedger()
        let people = Set(try store.people().map(\.name))
        return Report(
            schema: "branchbook.notices/1", title: "Notices",
            columns: [
                .text("document", "Document"), .text("date", "Date"), .text("person", "Person"),
                .text("for", "For"), .text("what", "What"), .number("read", "Read"),
                .number("unread", "Not read"),
            ],
            rows: try allNotices(standing).map { notice in
                [
                    .text(notice.number.description), .text(notice.day.description),
                    .text(notice.person), .text(Self.audience(notice)), .text(notice.text),
                    .integer(Int64(notice.readers.count)),
                    .integer(Int64(people.subtracting(notice.readers.map(\.person)).count)),
                ]
            })
    }

    /// Who has read it, and who of the people whom the company knows has not.
    func notice(number text: String) throws -> Report {
        let (standing, _) = try needLedger()
        guard let number = DocumentNumber(text), let notice = try notice(number, standing) else {
            throw Refusal(
                .unknownDocument, "there is no notice \(text)",
                next: "see `branchbook notice list`")
        }
        var report = Report(
            schema: "branchbook.notice/1", title: "Notice \(number)",
            columns: [
                .text("person", "Person"), .text("branch", "Branch"), .text("date", "Read on"),
            ],
            facts: [
                .init("what", "What", .text(notice.text)),
                .init("posted", "Posted by", .text("\(notice.person) \(notice.day)")),
                .init("for", "For", .text(Self.audience(notice))),
                .init("scope", "Read in", .text(notice.scope.name)),
            ])
        report.rows = notice.readers.prefix(Query.limitMax).map {
            [.text($0.person), .optional($0.branch?.text), .text($0.day.description)]
        }
        for person in try store.people() where !notice.isRead(by: person.name) {
            report.rows.append([.text(person.name), .empty, .empty])
        }
        return try withTalk(report, of: number)
    }

    private static func audience(_ notice: Notice) -> String {
        notice.branches.isEmpty
            ? "everybody" : notice.branches.map(\.text).joined(separator: ", ")
    }
}
