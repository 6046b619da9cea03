import GRDB
package import Replica

/// What branches tell everybody.
extension Store {
    package struct BoardRow: Hashable, Sendable {
        package let branch: BranchCode
        package let item: ItemCode
        /// Base units.
        package let free: Int64
        /// When it was said, by the branch's clock.
        package let time: HybridTime
    }

    /// In the order of items and branches.
    package func board(branch: BranchCode?, item: ItemCode?) throws -> [BoardRow] {
        let name = item.map { Commodity.item($0).name }
        return try access { db in
            try Row.fetchAll(
                db.cachedStatement(
                    sql: """
                        SELECT b.branch, n.name, b.free, b.time
                        FROM board b JOIN name n ON n.id = b.item
                        WHERE (? IS NULL OR b.branch = ?) AND (? IS NULL OR n.name = ?)
                        ORDER BY n.name, b.branch
                        """),
                arguments: [branch?.text, branch?.text, name, name]
            ).map { row in
                guard let branch = BranchCode(try row.at(0) as String),
                    let item = ItemCode((try row.at(1) as String).dropFirst())
                else { throw StoreError.damaged("board") }
                return BoardRow(
                    branch: branch, item: item, free: try row.at(2),
                    time: HybridTime(raw: natural(try row.at(3))))
            }
        }
    }
}
