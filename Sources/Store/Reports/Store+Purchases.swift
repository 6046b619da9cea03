import Books
import GRDB
package import Replica

/// What came from suppliers, and what lies too long.
extension Store {
    package struct PurchaseKey: Hashable, Sendable {
        package let supplier: String
        package let item: String
    }

    package struct PurchaseRow: Sendable {
        /// Base units, less what went back.
        package var quantity = Int128(0)
        /// What the goods were put on the books for, less what was credited; minor units.
        package var value = Int128(0)

        package init() {}
    }

    /// Receipts less what went back to suppliers in some days, reversals on their own day. Cost: the postings of
    /// those days to the branch's suppliers, inventory and variance.
    package func purchases(
        of branch: BranchCode, from: Day, to: Day
    ) throws -> [PurchaseKey: PurchaseRow] {
        try access { db in
            var found: [PurchaseKey: PurchaseRow] = [:]
            let accounts: [(Account, isGoods: Bool)] = [
                (.simple(.supplier, branch), true), (.simple(.inventory, branch), false),
                (.simple(.variance, branch), false),
            ]
            for (account, isGoods) in accounts {
                let rows = try Row.fetchCursor(
                    db.cachedStatement(
                        sql: """
                            SELECT coalesce(d.party, (SELECT o.party FROM document o
                                    WHERE o.number = d.target LIMIT 1),
                                    (SELECT f.party FROM document o
                                    JOIN document f ON f.number = o.target
                                    WHERE o.number = d.target LIMIT 1), ''),
                                n.name, sum(p.amount >> 32), sum(p.amount & 4294967295)
                            FROM book_day b CROSS JOIN posting p ON p.day = b.day
                                AND p.account = (SELECT id FROM name WHERE name = ?)
                            JOIN document d ON d.log = p.log AND d.seq = p.seq AND d.op = p.op
                            JOIN name n ON n.id = \(isGoods ? "p.commodity" : "p.item")
                            WHERE b.day >= ? AND b.day <= ? AND (d.kind IN (?, ?)
                                OR d.kind = ? AND substr(d.target, instr(d.target, '-') + 1, 1)
                                    IN ('G', 'B')
                                OR d.kind = ? AND EXISTS (SELECT 1 FROM document o
                                    WHERE o.number = d.target AND o.kind = d.kind
                                    AND substr(o.target, instr(o.target, '-') + 1, 1)
                                        IN ('G', 'B')))
                            GROUP BY 1, 2
                            """),
                    arguments: [
                        account.name, from.number, to.number,
                        DocumentKind.goodsReceipt.rawValue, DocumentKind.supplierReturn.rawValue,
                        DocumentKind.reversal.rawValue, DocumentKind.reversal.rawValue,
                    ])
                while let row = try rows.next() {
                    let key = PurchaseKey(
                        supplier: try row.at(0), item: String((try row.at(1) as String).dropFirst())
                    )
                    let sum = try Int128(row: row, halvesAt: 2)
                    if isGoods {
                        found[key, default: PurchaseRow()].quantity -= sum
                    } else {
                        found[key, default: PurchaseRow()].value += sum
                    }
                }
            }
            return found
        }
    }

    /// The last day on which each item of a branch was sold. Pools are to be folded before. Cost: a row for
    /// each item, day and kind of document.
    package func lastSales(of branch: BranchCode, upTo day: Day? = nil) throws -> [String: Day] {
        try access { db in
            var last: [String: Day] = [:]
            let rows = try Row.fetchCursor(
                db.cachedStatement(
                    sql: """
                        SELECT n.name, max(c.day) FROM cost_day c JOIN name n ON n.id = c.item
                        WHERE c.branch = ? AND c.kind = ? AND c.day <= ? GROUP BY c.item
                        """),
                arguments: [branch.text, DocumentKind.sale.rawValue, day?.number ?? .max])
            while let row = try rows.next() {
                last[String((try row.at(0) as String).dropFirst())] = Day(number: try row.at(1))
            }
            return last
        }
    }

    /// Items of which anything came to a branch since a day: from suppliers, from other branches, or found. Cost: what
    /// went between them and the branch since then.
    package func itemsComing(
        to branch: BranchCode, from others: [BranchCode], since day: Day
    ) throws -> Set<String> {
        let accounts =
            [Account.simple(.supplier, branch), .simple(.shrinkage, branch)]
            + others.compactMap { BranchPair(branch, $0) }.map { .via(.between($0)) }
        return try access { db in
            var items: Set<String> = []
            for account in accounts {
                // Both branches of a pair have an account of this name.
                let rows = try String.fetchCursor(
                    db.cachedStatement(
                        sql: """
                            SELECT DISTINCT n.name
                            FROM book_day b CROSS JOIN posting p ON p.day = b.day
                                AND p.account = (SELECT id FROM name WHERE name = ?)
                            JOIN log l ON l.id = p.log JOIN name n ON n.id = p.commodity
                            WHERE b.day >= ? AND p.amount < 0 AND l.scope = ?
                            """),
                    arguments: [account.name, day.number, Scope.trade(branch).name])
                while let name = try rows.next() { items.insert(String(name.dropFirst())) }
            }
            return items
        }
    }
}
