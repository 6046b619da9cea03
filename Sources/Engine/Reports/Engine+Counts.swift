import Books
import Replica
import Store

/// Stocktake sheets.
extension Engine {
    /// One sheet: of an open one what is expected now, unless it is blind; of a posted one what its
    /// difference is, late facts included.
    func count(sheet text: String) throws -> Report {
        let (_, ledger) = try needLedger()
        guard let number = DocumentNumber(text), number.kind == .count,
            let sheet = CountSheet(
                number, try store.events(of: CountSheet.entity(number)))
        else {
            throw Refusal(
                .unknownDocument, "there is no stocktake \(text)",
                next: "see `branchbook count list`")
        }
        var figures = ReportWriter(store, ledger)
        var report = Report(
            schema: "branchbook.count/1", title: "Stocktake \(number)",
            columns: [
                .text("item", "Item"), .text("name", "Name"), .number("expected", "Expected"),
                .number("counted", "Counted"), .number("difference", "Difference"),
                .text("people", "Counted by"), .number("recounts", "Recounts"),
                .text("approved", "Approved by"),
            ],
            facts: [
                .init("state", "State", .text(sheet.state.rawValue)),
                .init("date", "Date", .text(sheet.day.description)),
                .init("location", "Location", .text(sheet.location)),
                .init("opened", "Opened by", .text(sheet.openedBy)),
                .init("blind", "Blind", .flag(sheet.isBlind)),
                .init("uncounted", "Uncounted goods", .text(sheet.uncounted.rawValue)),
            ])
        let differences = try store.countDifferences(number)
        let shelf = Account.stock(number.series.branch, sheet.location)
        let accounts = try store.accounts(on: shelf)
        var codes = Set(sheet.lines.keys).union(differences.keys)
        codes.formUnion(sheet.items.compactMap { ItemCode($0) })
        if sheet.items.isEmpty, sheet.state == .open, !sheet.isBlind {
            for account in accounts { codes.formUnion(try store.items(on: account)) }
        }
        for code in codes.sorted() {
            let line = sheet.lines[code]
            var (expected, difference): (Int128?, Int128?)
            switch sheet.state {
            case .posted, .reversed:
                difference = differences[code] ?? 0
                expected = line.map { Int128($0.counted) - (difference ?? 0) }
            case .open where !sheet.isBlind:
                let held = try accounts.reduce(Int128(0)) {
                    try $0 + store.balance(of: $1, .item(code))
                        - store.moved($1, .item(code), after: sheet.day)
                }
                expected = held
                difference = line.map { Int128($0.counted) - held }
            case .open, .cancelled: break
            }
            func cell(_ value: Int128?) throws -> Report.Cell {
                try value.map { try figures.quantity($0, of: code.text) } ?? .empty
            }
            report.rows.append([
                .text(code.text), .optional(try itemName(code)), try cell(expected),
                try cell(line.map { Int128($0.counted) }), try cell(difference),
                .optional(line?.people.joined(separator: ", ")),
                .integer(Int64(line?.recounts ?? 0)),
                .optional(line.map { $0.approvers.joined(separator: ", ") }),
            ])
        }
        return try withTalk(report, of: number)
    }

    func counts(openOnly: Bool) throws -> Report {
        _ = try needLedger()
        var report = Report(
            schema: "branchbook.counts/1", title: "Stocktakes",
            columns: [
                .text("document", "Document"), .text("date", "Date"), .text("branch", "Branch"),
                .text("location", "Location"), .text("state", "State"),
                .number("items", "Items"), .text("person", "Person"),
            ])
        let numbers = try store.entities(prefix: Event.countPrefix, limit: Query.limitMax)
            .compactMap { CountSheet.number(ofEntity: $0) }
        for number in numbers.sorted() {
            guard
                let sheet = CountSheet(number, try store.events(of: CountSheet.entity(number))),
                !openOnly || sheet.state == .open
            else { continue }
            report.rows.append([
                .text(number.description), .text(sheet.day.description),
                .text(number.series.branch.text), .text(sheet.location),
                .text(sheet.state.rawValue), .integer(Int64(sheet.lines.count)),
                .text(sheet.openedBy),
            ])
        }
        return report
    }
}
