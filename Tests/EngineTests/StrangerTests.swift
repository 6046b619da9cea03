import Testing

@testable import Books
@testable import Engine
@testable import Replica

/// Names of drawers and banks that nobody used before.
@Suite struct StrangerTests {
    private func pay(_ node: TestNode, through purse: String) -> Command {
        .pay(
            Details(),
            Payment(direction: .received, party: "Hotel", amount: "5.00", through: purse))
    }

    @Test func aSlipIsTold() throws {
        let network = try TestNetwork.company(["gz"], seed: 320)
        let hz = try network["hz"]
        func told(_ purse: String) throws -> [String] {
            try hz.perform(pay(hz, through: purse)).notices.filter { $0.contains("never used") }
        }
        // What is the first of its kind has to be called something.
        #expect(try told("bank:main") == [] && told("cash") == [])
        #expect(try told("bank:main") == [])
        #expect(try told("bank:savings").count == 1)
        let slip = try hz.perform(pay(hz, through: "bank:mian"))
        #expect(
            slip.notices == [
                "bank/HZ/mian was never used before; there are main, savings: if this is a slip, "
                    + "`branchbook reverse \(slip.subject)`"
            ])
        // Once is enough, and what somebody described is no slip.
        #expect(try told("bank:mian") == [])
        #expect(try told("csah").count == 1)
        try hz.perform(.setTender(TenderChange(name: "card", days: "1", bank: "main")))
        #expect(try told("card") == [])
        #expect(hz.refusal(pay(hz, through: "bank")) == .badOption)
        // Another branch's are its own.
        let gz = try network["gz"]
        network.settle()
        #expect(try gz.perform(pay(gz, through: "bank:giro")).notices == [])
        // Also where sales name it, a journal entry, or the bank's own word.
        try hz.perform(.addItems([ItemChange(code: "TEA", name: "Tea", price: "9.00")]))
        let sale = try hz.perform(
            .sell(Details(), [Line(item: "TEA", quantity: "1")], tender: "wechta"))
        #expect(sale.notices.contains { $0.contains("tender/HZ/wechta was never used") })
        let balance = try hz.perform(.bank(Details(), .balance(bank: "mein", amount: "1")))
        #expect(balance.notices.contains { $0.contains("bank/HZ/mein was never used") })
        network.settle()
        for name in ["hz", "gz"] { #expect(try network.verify(name).isSound) }
    }
}
