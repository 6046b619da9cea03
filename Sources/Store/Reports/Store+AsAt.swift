import GRDB
package import Replica

/// What goods were worth on a day.
extension Store {
    /// By branch and item, in minor units: what was posted to inventory up to the end of a day, less what the fold took
    /// out for documents up to then; as it is known now. Pools are to be folded before. Cost: the postings to inventory
    /// up to it, and a row for each item, day and kind of document.
    package func inventoryValues(
        of branch: BranchCode, item: ItemCode?, upTo day: Day
    ) throws -> [String: Int128] {
        try access { db in
            var values: [String: Int128] = [:]
            let name = item.map { Commodity.item($0).name }
            let posted = try Row.fetchCursor(
                db.cachedStatement(
                    sql: """
                        SELECT n.name, sum(p.amount >> 32), sum(p.amount & 4294967295)
                        FROM book_day b CROSS JOIN posting p ON p.day = b.day
                            AND p.account = (SELECT id FROM name WHERE name = ?)
                        JOIN name n ON n.id = p.item
                        WHERE b.day <= ? AND (? IS NULL OR n.name = ?) GROUP BY p.item
                        """),
                arguments: [
                    Account.simple(.inventory, branch).name, day.number, name, name,
                ])
            while let row = try posted.next() {
                let key = String((try row.at(0) as String).dropFirst())
                values[key, default: 0] += try Int128(row: row, halvesAt: 1)
            }
            for (key, taken) in try openTaken(db, of: branch, upTo: day)
            where item.map({ $0.text == key }) ?? true { values[key, default: 0] -= taken }
            return values.filter { $0.value != 0 }
        }
    }
}
