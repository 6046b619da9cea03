import Testing

@testable import Books
@testable import Engine
@testable import Replica
@testable import Sodium
@testable import Store

/// What is kept at hand by number: what is undone takes with it what it said, and nothing else.
@Suite struct NumberedTests {
    @Test func whatIsUndoneIsNotRemembered() throws {
        let hz = try TestNode.founder(seed: 690)
        try hz.perform(
            .addItems([ItemChange(code: "TEA", name: "Tea", price: "9.00", tax: "13")]))
        try hz.perform(
            .sell(
                Details(date: "2026-11-01", party: "Hotel"), [Line(item: "TEA", quantity: "2")],
                tender: "credit"))
        try hz.perform(
            .pay(
                Details(date: "2026-11-15"),
                Payment(direction: .received, party: "Hotel", amount: "5.00", through: "cash")))
        let store = hz.engine.store
        let account = try #require(Account("receivable/HZ/Hotel"))
        func open() throws -> [[String]] {
            try hz.report(.openItems(.receivable, party: "Hotel", branch: nil)).rows.map {
                $0.map(\.plain)
            }
        }
        let before = try open()
        #expect(store.memory.matches != nil)
        // Nothing of it was said: the index stays as it is.
        #expect(
            hz.refusal(.sell(Details(), [Line(item: "CUP", quantity: "1")], tender: "cash"))
                != nil)
        #expect(store.memory.matches != nil)
        let confirm = Command.match(Details(), .confirm(.receivable, party: "Hotel", how: []))
        for forgets in [false, true] {
            // Read within what is undone as well.
            if forgets { store.forgetAll() }
            guard case .outcomes(let results) = hz.ask(.checkAll([confirm])),
                case .done? = results.first
            else {
                Issue.record("the match was refused")
                return
            }
            #expect(try store.matches(on: account).isEmpty)
            #expect(try open() == before)
        }
        try hz.perform(confirm)
        #expect(try store.matches(on: account).count == 1)
        #expect(try open() != before)
    }
}
