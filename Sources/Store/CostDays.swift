import Books
import GRDB
import Replica

/// The derived rows of one pool summed by day and kind of document: what reports of long spans read instead of every
/// row. A function of the rows in the order in which the fold hands them out.
struct CostDays {
    private struct Key: Hashable, Comparable {
        let day: Int32
        let kind: UInt8

        static func < (a: Self, b: Self) -> Bool { (a.day, a.kind) < (b.day, b.kind) }
    }

    private struct Sum {
        var cost: Int64 = 0
        var variance: Int64 = 0
        var uncosted: Int64 = 0

        /// Nil where a figure does not fit any more.
        func adding(_ row: CostRow) -> Self? {
            let cost = cost.addingReportingOverflow(row.cost)
            let variance = variance.addingReportingOverflow(row.variance)
            let uncosted = uncosted.addingReportingOverflow(row.uncosted)
            guard !cost.overflow, !variance.overflow, !uncosted.overflow else { return nil }
            return Self(
                cost: cost.partialValue, variance: variance.partialValue,
                uncosted: uncosted.partialValue)
        }
    }

    /// A row of the table.
    struct Row {
        let day: Int32
        let kind: UInt8
        let cost: Int64
        let variance: Int64
        let uncosted: Int64
    }

    /// Several sums stand for a day and kind only where one would wrap.
    private var sums: [Key: [Sum]] = [:]

    mutating func add(_ row: CostRow) {
        let key = Key(day: row.place.day, kind: row.kind.rawValue)
        var known = sums[key] ?? [Sum()]
        if let sum = known[known.count - 1].adding(row) {
            known[known.count - 1] = sum
        } else if let sum = Sum().adding(row) {
            known.append(sum)
        }
        sums[key] = known
    }

    /// What stands there of a pool.
    static func each(
        _ db: Database, branch: BranchCode, item: Int64, _ body: (Row) -> Void
    ) throws {
        let rows = try HotRead(
            db,
            "SELECT day, kind, cost, variance, uncosted FROM cost_day WHERE branch = ? AND item = ?",
            arguments: [branch.text, item])
        while try rows.next() { body(try rows.costDay(at: 0)) }
    }

    /// In no order.
    func each(_ body: (Row) -> Void) {
        for (key, sums) in sums {
            for sum in sums {
                body(
                    Row(
                        day: key.day, kind: key.kind, cost: sum.cost, variance: sum.variance,
                        uncosted: sum.uncosted))
            }
        }
    }

    func insert(_ db: Database, branch: BranchCode, item: Int64) throws {
        let statement = try db.cachedStatement(
            sql: "INSERT INTO cost_day VALUES (?, ?, ?, ?, ?, ?, ?, ?)")
        for (key, sums) in sums.sorted(by: { $0.key < $1.key }) {
            for (place, sum) in sums.enumerated() {
                try statement.execute(arguments: [
                    branch.text, item, key.day, key.kind, place, sum.cost, sum.variance,
                    sum.uncosted,
                ])
            }
        }
    }
}

extension HotRead {
    /// From five columns on: day, kind, cost, variance, uncosted.
    func costDay(at column: Int32) throws -> CostDays.Row {
        guard let day = Int32(exactly: try integer(column)),
            let kind = UInt8(exactly: try integer(column + 1))
        else { throw StoreError.damaged("cost_day") }
        return CostDays.Row(
            day: day, kind: kind, cost: try integer(column + 2), variance: try integer(column + 3),
            uncosted: try integer(column + 4))
    }
}
