@testable import Books
@testable import Engine

/// Companies that several suites begin with.
extension TestNetwork {
    /// Teas and cups; dollars at 7.20 since October, and at 7.10 since 10 November.
    static func withDollars(_ branches: [String], seed: UInt64) throws -> TestNetwork {
        let network = try TestNetwork.company(branches, seed: seed)
        let hz = try network["hz"]
        try hz.perform(
            .addItems([
                ItemChange(code: "TEA", name: "Tea", price: "36.00"),
                ItemChange(code: "CUP", name: "Cup", price: "1.00"),
            ]))
        for (rate, day) in [("7.2", "2026-10-01"), ("7.1", "2026-11-10")] {
            try hz.perform(.setRate(currency: "USD", rate: rate, from: day))
        }
        network.settle()
        return network
    }

    /// HZ has paid 200.00 of rent.
    static func withRent(_ branches: [String], seed: UInt64) throws -> TestNetwork {
        let network = try TestNetwork.company(branches, seed: seed)
        try network["hz"].perform(
            .journal(
                Details(),
                [
                    JournalLine(account: "expense/rent", amount: "200.00"),
                    JournalLine(account: "bank/main", amount: "-200.00"),
                ]))
        network.settle()
        return network
    }
}
