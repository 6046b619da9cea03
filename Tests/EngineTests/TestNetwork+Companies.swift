import Testing

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

    /// HZ has so many teas of the Mill, which sell at 9.00 before 13 % of tax; not told to the others yet.
    static func withTea(
        _ branches: [String], seed: UInt64, _ quantity: String, at cost: String = "2.00",
        on day: String = "2026-11-01"
    ) throws -> TestNetwork {
        let network = try TestNetwork.company(branches, seed: seed)
        let hz = try network["hz"]
        try hz.perform(
            .addItems([ItemChange(code: "TEA", name: "Tea", price: "9.00", tax: "13")]))
        try hz.perform(
            .receive(
                Details(date: day), [Line(item: "TEA", quantity: quantity, cost: cost)],
                supplier: "Mill"))
        return network
    }

    /// GZ owes HZ 100.00 of rent, and has sent 60.00 of that by the document that is returned.
    static func withMoneyOnItsWay(seed: UInt64) throws -> (network: TestNetwork, sent: String) {
        let network = try TestNetwork.company(["gz"], seed: seed)
        try network["hz"].perform(
            .between(
                Details(person: "Wang"),
                .charge(to: "GZ", account: "expense/rent", amount: "100.00")))
        network.run(milliseconds: 60_000)
        let sent = try network["gz"].perform(
            .between(
                Details(person: "Chen"), .settle(to: "HZ", through: "bank:main", amount: "60.00"))
        ).subject
        network.run(milliseconds: 60_000)
        return (network, sent)
    }
}

extension TestNode {
    /// A statement's headings with a column's figures.
    func lines(_ query: Query, _ column: String = "amount") throws -> [String: String] {
        let report = try report(query)
        let place = try #require(report.columns.firstIndex { $0.key == column })
        return Dictionary(
            report.rows.map { ($0[2].plain, $0[place].plain) }, uniquingKeysWith: { $1 })
    }
}
