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
            ])
        for shift in try store.shifts(of: nil, openOnly: openOnly, limit: Query.limitMax) {
            let difference = shift.closing.values.reduce(Int128(0)) { $0 + $1.difference }
            report.rows.append([
                .text(shift.number.description), .text(shift.number.series.branch.text),
                .text(shift.day.description), .text(shift.openedBy), .optional(shift.closedBy),
                .text(shift.opening.keys.sorted().joined(separator: ", ")),
                shift.closedBy == nil ? .empty : figures.money(difference),
            ])
        }
        return report
    }

    /// One shift: of each drawer what was in it, what came and went by kind of document, what should be in it,
    /// and what was.
    func shift(number text: String) throws -> Report {
        let (_, ledger) = try needLedger()
        guard let number = DocumentNumber(text), number.kind == .tillShift,
            let shift = TillShift(number, try store.events(of: TillShift.entity(number)))
        else {
            throw Refusal(
                .unknownDocument, "there is no shift \(text)", next: "see `branchbook till list`")
        }
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
        func row(_ drawer: String, _ what: String, _ count: Int64?, _ amount: Int128) {
            report.rows.append([
                .text(drawer), .text(what), count.map { .integer($0) } ?? .empty,
                figures.money(amount),
            ])
        }
        for drawer in Set(shift.opening.keys).union(shift.closing.keys).sorted() {
            let account = Account.tender(number.series.branch, drawer)
            row(drawer, "at the beginning", nil, Int128(shift.opening[drawer]?.counted ?? 0))
            for taken in try store.takings(account, .currency(ledger.currency), during: number) {
                row(drawer, taken.kind.word, taken.documents, taken.amount)
            }
            let booked: Int128
            if let closing = shift.closing[drawer] {
                booked = Int128(closing.booked)
            } else {
                booked = try store.balance(of: account, .currency(ledger.currency))
            }
            row(drawer, "should be there", nil, booked)
            guard let closing = shift.closing[drawer] else { continue }
            row(drawer, "counted", nil, Int128(closing.counted))
            row(drawer, "difference", nil, closing.difference)
        }
        return try withTalk(report, of: number)
    }
}
