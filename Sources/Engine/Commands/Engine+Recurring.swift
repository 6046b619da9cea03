import Books
import Replica
import Store

/// The branch's keeper posts what comes back every month.
extension Engine {
    /// Months before this one that are made up for, where the node was off.
    private static let recurringMonths: Int32 = 12
    private static let recurringMax = 200

    /// To be called before the batch is sealed. Costs a look at the day, and once a day a look at the entries.
    func postRecurring(at now: Instant) throws {
        guard let branch = keptBranch, standing?.ledger != nil, !options.isCopy,
            !lacksOwnEntries(at: now)
        else { return }
        let today = Day(now, utcOffsetMinutes: utcOffsetMinutes)
        guard recurringDay != today else { return }
        for entry in try recurringEntries(of: branch).prefix(Self.recurringMax) {
            for day in entry.due(by: today, months: Self.recurringMonths) {
                try post(entry, due: day, at: now)
            }
        }
        recurringDay = today
    }

    /// Once a month, whatever anybody repeats; on the first open day where its own is closed.
    private func post(_ entry: RecurringEntry, due day: Day, at now: Instant) throws {
        let month = UInt32(clamping: Int64(day.month) + 1)
        guard
            try store.recorded(
                source: Planner.recurringSource, key: entry.name, of: entry.branch
            ).allSatisfy({ !$0.contains(month) })
        else { return }
        var details = Details(
            date: day.description, memo: entry.memo ?? entry.name,
            external: .init(
                source: Planner.recurringSource, key: entry.name, first: month, last: month))
        let (result, _) = try performed(.journal(details, entry.lines), at: now)
        guard case .refused(let refusal) = result, refusal.code == .periodClosed else { return }
        details.date = nil
        _ = try performed(.journal(details, entry.lines), at: now)
    }

    private func recurringEntries(of branch: BranchCode) throws -> [RecurringEntry] {
        try store.entities(
            prefix: RecurringEntry.prefix, with: RecurringEntry.Attribute.lines
        ).map { RecurringEntry.prefix + $0 }.sorted().compactMap {
            RecurringEntry(entity: $0, values: try store.registers(entity: $0))
        }.filter { $0.branch == branch }
    }

    func recurring() throws -> Report {
        let (standing, _) = try needLedger()
        var report = Report(
            schema: "branchbook.recurring/1", title: "Recurring entries",
            columns: [
                .text("branch", "Branch"), .text("name", "Name"), .number("day", "Day"),
                .text("from", "From"), .text("until", "Until"), .text("lines", "Lines"),
                .text("memo", "Memo"),
            ])
        for branch in branches(standing, nil) {
            for entry in try recurringEntries(of: branch) {
                report.rows.append([
                    .text(branch.text), .text(entry.name), .integer(Int64(entry.day)),
                    .text(entry.from.description), .optional(entry.until?.description),
                    .text(
                        entry.lines.map { "\($0.account)=\($0.amount)" }.joined(separator: " ")),
                    .optional(entry.memo),
                ])
            }
        }
        report.notes = scopesMissing(standing, nil)
        return report
    }
}
