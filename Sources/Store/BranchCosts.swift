import GRDB
import Replica

/// What the rows of `cost_day` of a branch sum to over all its items, by day and kind of document: what a trial balance
/// as at a day reads. Pools that are folded together write their differences once.
///
/// Law: `branch_cost_day` is `cost_day` summed over items.
struct BranchCosts {
    private struct Key: Hashable {
        let branch: String
        let day: Int32
        let kind: UInt8
        let measure: Measure
    }

    enum Measure: Int64 {
        case cost, variance, uncosted
    }

    private var differences: [Key: Int128] = [:]

    /// Figures of one pool come (`sign` 1) or go (-1).
    mutating func add(_ row: CostDays.Row, of branch: String, _ sign: Int128) {
        func add(_ measure: Measure, _ figure: Int64) {
            guard figure != 0 else { return }
            let key = Key(branch: branch, day: row.day, kind: row.kind, measure: measure)
            differences[key, default: 0] += Int128(figure) * sign
        }
        add(.cost, row.cost)
        add(.variance, row.variance)
        add(.uncosted, row.uncosted)
    }

    /// In one SQLite transaction with the rows of `cost_day`.
    mutating func write(_ db: Database) throws {
        guard !differences.isEmpty else { return }
        let table = try SumTable(
            db, "branch_cost_day", key: ["branch", "day", "kind", "measure"])
        for (key, difference) in differences {
            try table.add(difference, at: [key.branch, key.day, key.kind, key.measure.rawValue])
        }
        differences = [:]
    }

    /// Hands over what was derived up to a day, by branch, day, kind and measure. Cost: a row for each of them.
    static func each(
        _ db: Database, branch: String? = nil, upTo day: Int32? = nil,
        _ body: (_ branch: String, _ day: Int32, _ kind: UInt8, Measure, Int128) throws -> Void
    ) throws {
        let rows = try Row.fetchCursor(
            db.cachedStatement(
                sql: """
                    SELECT branch, day, kind, measure, amount, amount_high FROM branch_cost_day
                    WHERE (? IS NULL OR branch = ?) AND day <= ?
                    """),
            arguments: [branch, branch, day ?? .max])
        while let row = try rows.next() {
            guard let measure = Measure(rawValue: try row.at(3)) else {
                throw StoreError.damaged("branch_cost_day")
            }
            try body(
                try row.at(0), try row.at(1), try row.at(2), measure, try Int128(row: row))
        }
    }
}
