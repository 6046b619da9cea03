import Testing

@testable import Books
@testable import Replica
@testable import Sodium

/// For what money came and went, by what stands against it on its document.
@Suite struct CashFlowTests {
    private func lines(_ legs: [(String, Int128)]) throws -> [String: [CashLine: Int128]] {
        let found = CashFlow.lines(
            of: try legs.map { name, amount in
                let account = try #require(Account(name))
                let owner: BranchCode? =
                    if case .branch(let branch) = account.place { branch } else { nil }
                return CashFlow.Leg(account: account, owner: owner, amount: amount)
            })
        return Dictionary(uniqueKeysWithValues: found.map { ($0.key.text, $0.value) })
    }

    @Test func eachAccountHasItsLine() throws {
        for (legs, expected) in [
            ([("tender/A/cash", 113), ("sales/A", -100), ("tax/A", -13)], [.customers: 113]),
            (
                [
                    ("tender/A/cash", 50), ("receivable/A/X", 63), ("sales/A", -100),
                    ("tax/A", -13),
                ], [.customers: 50]
            ),
            ([("bank/A/m", -20), ("payable/A/X", 20)], [.suppliers: -20]),
            (
                [("bank/A/m", -23), ("inventory/A", 20), ("input-tax/A", 3)],
                [.suppliers: -23]
            ),
            ([("bank/A/m", -13), ("tax/A", 20), ("input-tax/A", -7)], [.taxes: -13]),
            ([("bank/A/m", -30), ("expense/A/rent", 30)], [.expenses: -30]),
            ([("bank/A/m", 5), ("equity/A/capital", -5)], [.capital: 5]),
            ([("bank/A/m", 5), ("liability/A/loan", -5)], [.other: 5]),
            // From one to another nothing comes or goes.
            ([("bank/A/m", 5), ("tender/A/cash", -5)], [:]),
            // Half a document.
            ([("bank/A/m", 5), ("via/trade/A", -5)], [.other: 5]),
            // Wages of 100, of which 20 are kept for the tax office: 80 were paid for them.
            (
                [("bank/A/m", -80), ("expense/A/wages", 100), ("liability/A/tax", -20)],
                [.expenses: -80]
            ),
        ] as [([(String, Int128)], [CashLine: Int128])] {
            #expect(try lines(legs)["A"] ?? [:] == expected, "\(legs)")
        }
    }

    /// 100 were spent on two things and 50 paid: by their amounts, and what does not divide goes to the larger one.
    @Test func severalShareByTheirAmounts() throws {
        #expect(
            try lines([
                ("bank/A/m", -50), ("expense/A/rent", 67), ("equity/A/owner", 33),
                ("liability/A/loan", -50),
            ])["A"] == [.expenses: -34, .capital: -16])
        // Figures that no business has do not trap.
        let most = Int128(1) << 100
        #expect(
            try lines([
                ("bank/A/m", -most), ("expense/A/rent", 2 * most), ("equity/A/owner", most),
                ("liability/A/loan", -2 * most),
            ])["A"] == [.expenses: -most])
    }

    /// Law: whatever a document says, its lines are what moved, for each branch by itself.
    @Test(arguments: 1...20) func theLinesAreWhatMoved(_ seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let roots = [
            "tender/%/cash", "bank/%/main", "sales/%", "tax/%", "input-tax/%", "receivable/%/X",
            "payable/%/Y", "expense/%/z", "equity/%/c", "asset/%/v", "via/trade/C",
        ]
        for _ in 0..<200 {
            let legs = (0..<(1 + random.next() % 7)).map { _ in
                (
                    roots[Int(random.next() % UInt64(roots.count))]
                        .replacing("%", with: random.next() % 3 == 0 ? "B" : "A"),
                    Int128(Int64(bitPattern: random.next()) >> Int64(random.next() % 60))
                )
            }
            let found = try lines(legs)
            for branch in ["A", "B"] {
                let moved = legs.filter {
                    $0.0.hasPrefix("tender/\(branch)/") || $0.0.hasPrefix("bank/\(branch)/")
                }.reduce(Int128(0)) { $0 + $1.1 }
                #expect(
                    (found[branch] ?? [:]).values.reduce(0, +) == moved, "seed \(seed) \(legs)")
            }
        }
    }
}
