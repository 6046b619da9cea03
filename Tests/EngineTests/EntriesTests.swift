import Foundation
import GRDB
import Testing

@testable import Books
@testable import Engine
@testable import Replica
@testable import Sodium
@testable import Store

/// From a document to the entries that were signed.
@Suite struct EntriesTests {
    private func shop(_ node: TestNode) throws {
        try node.perform(.addItems([ItemChange(code: "TEA", name: "Tea", price: "9.00")]))
    }

    private func receive(_ node: TestNode) throws -> String {
        try node.perform(
            .receive(Details(), [Line(item: "TEA", quantity: "10", cost: "2.00")], supplier: "A")
        ).subject
    }

    private func rows(_ node: TestNode, _ number: String) throws -> [[String]] {
        try node.report(.entries(number: number)).rows.map { $0.map(\.plain) }
    }

    /// The chain of a figure: the statement's account, its documents, the document, its entries.
    @Test func aFigureLeadsToWhatWasSigned() throws {
        let network = try TestNetwork.company(["gz"], seed: 330)
        let (hz, gz) = (try network["hz"], try network["gz"])
        try shop(hz)
        let number = try receive(hz)
        network.settle()
        let accounts = try hz.report(.accounts(StatementFilter()))
        let owed = try #require(
            accounts.rows.first { $0[1].plain == "Payables" }.map { $0[2].plain })
        let ledger = try hz.report(
            .ledger(LedgerFilter(account: owed, from: "2026-01-01", to: "2026-12-31")))
        #expect(ledger.rows.map { $0[1].plain } == [number])
        let entries = try rows(hz, number)
        #expect(entries.map { $0[0] } == ["money/HZ", "trade/HZ"])
        #expect(entries.map { $0[6] } == ["1 of 2", "2 of 2"])
        #expect(entries.allSatisfy { $0[2] == "HZ hz-1" && $0[11] == "valid" })
        #expect(Set(entries.map { $0[5] }).count == 1)
        for row in entries {
            // What is shown is what is kept, and follows what was before.
            let log = try #require(Digest(hex: row[3]).map { LogID($0) })
            let seq = try #require(UInt64(row[4]))
            #expect(try hz.engine.store.hash(of: log, at: seq)?.description == row[8])
            let before = seq == 1 ? Digest.zero : try hz.engine.store.hash(of: log, at: seq - 1)
            #expect(before?.description == row[9])
            #expect(row[1] == hz.engine.credentials.node.description)
            #expect(row[7].hasPrefix("2026-11-"))
        }
        // A peer shows the same entries, whichever of the signatures it kept.
        #expect(try rows(gz, number).map { Array($0[0...9]) } == entries.map { Array($0[0...9]) })
        #expect(throws: Refusal.self) { try hz.report(.entries(number: "HZa-G-2026-000099")) }
        #expect(throws: Refusal.self) { try hz.report(.entries(number: "nothing")) }
        for name in ["hz", "gz"] { #expect(try network.verify(name).isSound) }
    }

    /// Of a batch the last entry of a log is signed alone, and vouches for those before it.
    @Test func oneSignatureVouchesForThoseBefore() throws {
        let hz = try TestNode.founder(seed: 331)
        try shop(hz)
        let sales = (0..<3).map { _ in
            Command.sell(Details(), [Line(item: "TEA", quantity: "1")], tender: "cash")
        }
        guard case .outcomes(let results) = hz.ask(.performAll(sales)) else {
            throw Refusal(.fault, "no outcomes")
        }
        let numbers = results.compactMap {
            if case .done(let outcome) = $0 { outcome.subject } else { nil }
        }
        #expect(numbers.count == 3)
        let shown = try numbers.map { try #require(try rows(hz, $0).first) }
        let last = try #require(shown.last?[4])
        #expect(
            shown.map { $0[10] } == [
                "vouched for by entry \(last)", "vouched for by entry \(last)", "its own",
            ])
        #expect(try hz.verify().isSound)
    }

    /// Orders are events: their steps stand in entries as well.
    @Test func stepsOfAnOrderAreEntriesToo() throws {
        let hz = try TestNode.founder(seed: 332)
        try shop(hz)
        let shift = try hz.perform(
            .till(Details(), .open([TillAct.Drawer(name: "cash", amount: "200.00")]))
        ).subject
        #expect(try rows(hz, shift).map { $0[0] } == ["trade/HZ"])
    }

    /// So are tasks and notices, what is said of documents, what settles them, and invoices of them.
    @Test func whatIsSaidOfADocumentIsAnEntryToo() throws {
        let network = try TestNetwork.company([], seed: 336)
        let hz = try network["hz"]
        try shop(hz)
        try hz.perform(
            .receive(
                Details(), [Line(item: "TEA", quantity: "10", cost: "2.00")], supplier: "Mill"))
        let sale = try hz.perform(
            .sell(Details(party: "Hotel"), [Line(item: "TEA", quantity: "2")], tender: "credit")
        ).subject
        let before = try rows(hz, sale).count
        try hz.perform(.work(Details(), .comment(on: sale, text: "told")))
        #expect(try rows(hz, sale).count == before + 1)
        let task = try hz.perform(.work(Details(), .open(TaskForm(text: "count")))).subject
        try hz.perform(.work(Details(), .finish(task: task)))
        let notice = try hz.perform(.work(Details(), .post(text: "closed", branches: []))).subject
        #expect(try rows(hz, task).map { $0[0] } == ["board", "board"])
        #expect(try rows(hz, notice).map { $0[0] } == ["board"])
        let paid = try hz.perform(
            .pay(
                Details(),
                Payment(direction: .received, party: "Hotel", amount: "5.00", through: "cash"))
        ).subject
        let numbers = [
            try hz.perform(
                .match(
                    Details(),
                    .set(
                        .receivable, party: "Hotel",
                        [MatchPart(document: paid), MatchPart(document: sale)]))
            ).subject,
            try hz.perform(.invoice(Details(), .issue(sales: [sale], code: "044001"))).subject,
            try hz.perform(
                .debt(Details(memo: "cents"), .writeOff(party: "Hotel", amount: "0.68"))
            ).subject,
        ]
        for number in numbers {
            let found = try rows(hz, number)
            #expect(!found.isEmpty && found.allSatisfy { $0[11] == "valid" }, "\(number)")
        }
        #expect(try network.verify("hz").isSound)
    }

    /// What was changed on the disk is not shown as if it were signed.
    @Test func aChangedEntryIsRefused() throws {
        let hz = try TestNode.founder(seed: 333)
        try shop(hz)
        let number = try receive(hz)
        let row = try #require(try rows(hz, number).last)
        let (log, seq) = (row[3], try #require(Int64(row[4])))
        try hz.engine.store.queue.write { db in
            let place = "log = (SELECT id FROM log WHERE lower(hex(log_id)) = ?) AND seq = ?"
            var bytes = try #require(
                try Data.fetchOne(
                    db, sql: "SELECT bytes FROM entry WHERE \(place)", arguments: [log, seq]))
            bytes[bytes.count / 2] ^= 1
            try db.execute(
                sql: "UPDATE entry SET bytes = ? WHERE \(place)", arguments: [bytes, log, seq])
        }
        guard case .refused(let refusal) = hz.ask(.query(.entries(number: number))) else {
            Issue.record("shown as if it were signed")
            return
        }
        #expect(refusal.code == .damaged)
    }

    /// Who does not hold a scope sees its own part of a document, and that there are others.
    @Test func partsThatAreNotHeldAreTold() throws {
        let network = try TestNetwork.company([], seed: 334)
        try network.join("gz", seed: 335, readsAll: false)
        let (hz, gz) = (try network["hz"], try network["gz"])
        try shop(hz)
        _ = try receive(hz)
        let shipment = try hz.perform(
            .ship(Details(), [Line(item: "TEA", quantity: "4")], to: "GZ")
        ).subject
        network.settle()
        let all = try hz.report(.entries(number: shipment))
        let some = try gz.report(.entries(number: shipment))
        #expect(all.rows.count > some.rows.count && !some.rows.isEmpty)
        #expect(some.notes.count == all.rows.count - some.rows.count, "\(some.notes)")
        #expect(all.notes.isEmpty)
    }
}
