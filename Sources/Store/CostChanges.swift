import Books
import GRDB
import Replica

/// On which days folding pools again derived other costs than before: what reports keep of the sales that stand there is
/// of no use any more.
///
/// The rows of a pool are told by a sum of hashes for each day, which does not depend on their order. The hash is the
/// process's own, so that nobody can write rows that look like others.
struct CostChanges {
    /// Of a book that keeps nothing there is nothing to find.
    private let isNeeded: Bool
    private var hashes: [Int32: Int] = [:]
    private var days: [String: Set<Int32>] = [:]

    init(_ db: Database) throws { isNeeded = try KeptDays.holdsAny(db) }

    /// A pool's rows are about to go.
    mutating func begin(_ db: Database, branch: BranchCode, item: Int64) throws {
        guard isNeeded else { return }
        hashes = [:]
        let rows = try HotRead(
            db,
            "SELECT day, log, seq, op, cost, uncosted FROM cost WHERE branch = ? AND item = ?",
            arguments: [branch.text, item])
        while try rows.next() {
            guard let day = Int32(exactly: try rows.integer(0)) else {
                throw StoreError.damaged("cost")
            }
            take(
                day,
                Self.hash(
                    try rows.integer(1), try rows.integer(2), try rows.integer(3),
                    try rows.integer(4), try rows.integer(5)), -1)
        }
    }

    /// Another row of it.
    mutating func add(_ row: CostRow) {
        guard isNeeded else { return }
        let place = row.place
        take(
            place.day, Self.hash(place.log, place.seq, place.op, row.cost, row.uncosted), 1)
    }

    mutating func end(_ branch: BranchCode) {
        guard isNeeded else { return }
        let changed = hashes.filter { $0.value != 0 }.keys
        if !changed.isEmpty { days[branch.text, default: []].formUnion(changed) }
        hashes = [:]
    }

    /// Cost: a look at each of the days, and at all that is late.
    func drop(_ db: Database) throws {
        guard !days.isEmpty else { return }
        // What is late is sold on the day on which it stands, and costs on its own.
        var late: [Int32: Set<Int32>] = [:]
        let rows = try Row.fetchCursor(
            db.cachedStatement(
                sql: """
                    SELECT DISTINCT d.day, t.day FROM late t CROSS JOIN document d
                        ON d.log = t.log AND d.seq = t.seq AND d.op = t.op
                    """))
        while let row = try rows.next() { late[try row.at(0), default: []].insert(try row.at(1)) }
        for (branch, days) in days {
            for day in days.union(days.flatMap { late[$0] ?? [] }) {
                try KeptDays.dropCosts(day, of: branch, db)
            }
        }
    }

    private mutating func take(_ day: Int32, _ hash: Int, _ sign: Int) {
        hashes[day] = (hashes[day] ?? 0) &+ hash &* sign
    }

    private static func hash(
        _ log: Int64, _ seq: Int64, _ op: Int64, _ cost: Int64, _ uncosted: Int64
    ) -> Int {
        var hasher = Hasher()
        hasher.combine(log)
        hasher.combine(seq)
        hasher.combine(op)
        hasher.combine(cost)
        hasher.combine(uncosted)
        return hasher.finalize()
    }
}
