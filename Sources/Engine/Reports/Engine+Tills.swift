import Books
import Replica
import Store

/// Reports on till shifts.
extension Engine {
    func shifts(openOnly: Bool) throws -> Report {
        let (_, ledger) = try needLedger()
        let figures = ReportWriter(store, ledger)
        var report = Report(
            schema: "branchbook.shifts/1", title: "Till shifts",
            columns: [
                .text("document", "Document"), .text("branch", "Branch"), .text("date", "Date"),
                .text("opened", "Opened by"), .text("closed", "Closed by"),
                .text("drawers", "Drawers"), .number("difference", "Difference"),
                .text("foreign", "In another currency"),
            ])
        for shift in try store.shifts(of: nil, openOnly: openOnly, limit: Query.limitMax) {
            let branch = shift.number.series.branch
            var difference = Int128(0)
            var others: [String] = []
            for (key, count) in shift.closing.sorted(by: { $0.key < $1.key }) {
                guard let drawer = TillShift.drawer(key, of: branch) else { continue }
                guard let code = drawer.currency else {
                    difference += count.difference
                    continue
                }
                guard count.difference != 0 else { continue }
                others.append("\(figures.foreign(count.difference, code).plain) \(code)")
            }
            report.rows.append([
                .text(shift.number.description), .text(shift.number.series.branch.text),
                .text(shift.day.description), .text(shift.openedBy), .optional(shift.closedBy),
                .text(shift.opening.keys.sorted().joined(separator: ", ")),
                shift.closedBy == nil
                    ? .empty : figures.named(difference, try own(shift.number)),
                others.isEmpty ? .empty : .text(others.joined(separator: ", ")),
            ])
        }
        return report
    }

    /// One shift: of each drawer what was in it, what came and went by kind of document, what should be in it,
    /// and what was.
    func shift(number text: String) throws -> Report {
        let (standing, _) = try needLedger()
        guard let number = DocumentNumber(text), number.kind == .tillShift,
            let shift = TillShift(number, try store.events(of: TillShift.entity(number)))
        else {
            throw Refusal(
                .unknownDocument, "there is no shift \(text)", next: "see `branchbook till list`")
        }
        let ledger = standing.ledger(of: number.series.branch)
        let figures = ReportWriter(store, ledger)
        var report = Report(
            schema: "branchbook.shift/1", title: "Till shift \(number)",
            columns: [
                .text("drawer", "Drawer"), .text("what", "What"), .number("documents", "Documents"),
                .number("amount", "Amount"),
            ],
            facts: [
                .init("opened", "Opened by", .text("\(shift.openedBy) \(shift.day)")),
                .init(
                    "closed", "Closed by",
                    .optional(shift.closedBy.map { "\($0) \(shift.closedOn?.description ?? "")" })),
            ])
        for drawer in Set(shift.opening.keys).union(shift.closing.keys).sorted() {
            guard let (account, other) = TillShift.drawer(drawer, of: number.series.branch) else {
                continue
            }
            let code = other ?? ledger.currency
            func row(_ drawer: String, _ what: String, _ count: Int64?, _ amount: Int128) {
                report.rows.append([
                    .text(drawer), .text(what), count.map { .integer($0) } ?? .empty,
                    figures.foreign(amount, code),
                ])
            }
            row(drawer, "at the beginning", nil, Int128(shift.opening[drawer]?.counted ?? 0))
            for taken in try store.takings(account, .currency(code), during: number) {
                row(drawer, taken.kind.word, taken.documents, taken.amount)
            }
            let booked: Int128
            if let closing = shift.closing[drawer] {
                booked = Int128(closing.booked)
            } else {
                booked = try store.balance(of: account, .currency(code))
            }
            row(drawer, "should be there", nil, booked)
            guard let closing = shift.closing[drawer] else { continue }
            row(drawer, "counted", nil, Int128(closing.counted))
            row(drawer, "difference", nil, closing.difference)
        }
        return try withTalk(report, of: number)
    }
}
