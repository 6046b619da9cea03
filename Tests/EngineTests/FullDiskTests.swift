import GRDB
import Testing

@testable import Books
@testable import Engine
@testable import Store

/// SQLite has no room left.
@Suite struct FullDiskTests {
    @Test func theCommandIsRefusedAndNothingIsHalfDone() throws {
        let node = try TestNode.founder(seed: 7)
        try node.perform(.addItems([ItemChange(code: "TEA", name: "Tea", price: "9.00")]))
        func limit(_ pages: Int) throws {
            try node.engine.store.access { db in
                _ = try Int.fetchOne(db, sql: "PRAGMA max_page_count = \(pages)")
            }
        }
        let pages = try node.engine.store.access { try Int.fetchOne($0, sql: "PRAGMA page_count") }
        try limit(try #require(pages) + 3)
        var acknowledged: [String] = []
        var refused: Refusal?
        var before = try node.report(.digests).rows
        for number in 0..<400 where refused == nil {
            let reply = node.ask(
                .perform(
                    .sell(
                        Details(memo: String(repeating: "\(number) ", count: 30)),
                        [Line(item: "TEA", quantity: "1")], tender: "cash"), wait: 0,
                    waitMilliseconds: 0))
            switch reply {
            case .outcome(let outcome):
                acknowledged.append(outcome.subject)
                before = try node.report(.digests).rows
            case .refused(let refusal): refused = refusal
            default: Issue.record("another reply")
            }
        }
        #expect(refused?.code == .diskFull)
        #expect(acknowledged.count > 0)
        #expect(try node.report(.digests).rows == before)
        // There is room again: the next number follows, none is lost.
        try limit(1 << 30)
        let next = try node.perform(
            .sell(Details(), [Line(item: "TEA", quantity: "1")], tender: "cash"))
        let number = String(acknowledged.count + 1)
        #expect(next.subject.hasSuffix(String(repeating: "0", count: 6 - number.count) + number))
        for document in acknowledged {
            #expect(try !node.report(.document(number: document)).rows.isEmpty)
        }
        #expect(try node.verify().isSound)
    }
}
