import Books
import Replica
import Store

/// What is free at every branch, as they say.
extension Engine {
    func board(item text: String?) throws -> Report {
        let (standing, ledger) = try needLedger()
        let only = try text.map { try Self.itemCode($0) }
        var figures = ReportWriter(store, ledger)
        let rows = try store.board(branch: nil, item: only)
        let codes = Set(rows.map(\.branch)).sorted()
        var report = Report(
            schema: "branchbook.board/1", title: "Free at the branches",
            columns: [.text("item", "Item"), .text("name", "Name")]
                + codes.map { .number($0.text, $0.text) })
        var last: [BranchCode: HybridTime] = [:]
        var items: [ItemCode: [BranchCode: Int64]] = [:]
        for row in rows {
            items[row.item, default: [:]][row.branch] = row.free
            last[row.branch] = max(last[row.branch] ?? row.time, row.time)
        }
        for (item, free) in items.sorted(by: { $0.key < $1.key })
        where free.values.contains(where: { $0 != 0 }) {
            report.rows.append(
                [.text(item.text), .optional(try itemName(item))]
                    + (try codes.map { code in
                        let free = free[code] ?? 0
                        return free == 0 ? .empty : try figures.quantity(free, of: item.text)
                    }))
        }
        report.facts = codes.map { code in
            let day = last[code].map {
                Day(
                    Instant(milliseconds: Int64(clamping: $0.milliseconds)),
                    utcOffsetMinutes: utcOffsetMinutes
                ).description
            }
            return Report.Fact(
                code.text, standing.roster.branches[code]?.name ?? code.text, .optional(day))
        }
        return report
    }
}
