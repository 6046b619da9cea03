import Foundation
import GRDB
import Testing

@testable import Books
@testable import Engine
@testable import Store

/// Files of older programs.
@Suite struct MigrationTests {
    @Test func anOlderFileIsCopiedBroughtUpAndReadAgain() throws {
        let network = try TestNetwork.company(["gz"], seed: 91)
        let node = try network["hz"]
        try node.perform(.addItems([ItemChange(code: "TEA", name: "Tea", price: "9.00")]))
        try node.perform(
            .receive(Details(), [Line(item: "TEA", quantity: "9", cost: "2.00")], supplier: "A"))
        let shipment = try node.perform(
            .ship(Details(), [Line(item: "TEA", quantity: "2")], to: "GZ"))
        let before = try node.report(.digests).rows
        let old = try TestNode(
            copying: node,
            preparing: { path in
                // As the first version left it.
                let queue = try DatabaseQueue(path: path)
                try queue.write { db in
                    for view in ["item", "transfers"] { try db.execute(sql: "DROP VIEW \(view)") }
                    for table in [
                        "transfer", "statement", "statement_due", "fork", "incarnation",
                        "published", "cost_layer", "pool_layer", "counted", "count_move",
                        "shelf_month", "repack", "holder_due", "bookmark", "board", "early_move",
                        "cost_day", "account_month", "late", "value_month", "kept_day",
                        "branch_cost_day",
                    ] {
                        try db.execute(sql: "DROP TABLE \(table)")
                    }
                    try db.execute(sql: "ALTER TABLE event DROP COLUMN time")
                }
                try queue.inDatabase { try $0.execute(sql: "PRAGMA user_version = 1") }
            })
        #expect(try old.report(.digests).rows == before)
        #expect(try old.verify().isSound)
        #expect(try old.balances() == node.balances())
        // What the new tables serve works: the other branch's arrival is valued.
        #expect(try old.balances()["due-from/HZ/GZ"] == "4.00")
        #expect(!shipment.subject.isEmpty)
        let copy = old.folder.appending(path: "book.db.v1").path
        #expect(FileManager.default.fileExists(atPath: copy))
        let version = try DatabaseQueue(path: copy).read {
            try Int.fetchOne($0, sql: "PRAGMA user_version")
        }
        #expect(version == 1)
        // The views of the shell.
        let shown = try old.engine.store.access { db in
            try Row.fetchAll(
                db, sql: "SELECT code, value FROM item WHERE attribute = 'name'"
            ).map { [$0[0] as String, $0[1] as String] }
        }
        #expect(shown == [["TEA", "Tea"]])
        let moved = try old.engine.store.access {
            try Int.fetchOne($0, sql: "SELECT amount FROM transfers WHERE item = 'TEA'")
        }
        #expect(moved == -2)
        // Once is enough.
        #expect(try !old.engine.store.needsRebuild())
    }
}
