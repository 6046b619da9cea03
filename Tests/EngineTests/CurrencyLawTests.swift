import Foundation
import Testing

@testable import Books
@testable import Engine
@testable import Exchange
@testable import Replica
@testable import Sodium
@testable import Store

/// What holds of amounts of other currencies whatever is done, by whom and in which order.
@Suite struct CurrencyLawTests {
    /// A branch with two nodes, and dollars.
    private func company(seed: UInt64) throws -> TestNetwork {
        let network = try TestNetwork.company(["gz"], seed: seed)
        let hz = try network["hz"]
        try network.joinOffice(seed: seed + 50)
        try hz.perform(.addItems([ItemChange(code: "TEA", name: "Tea", price: "9.00")]))
        try hz.perform(.setRate(currency: "USD", rate: "7.2", from: "2026-10-01"))
        network.settle()
        return network
    }

    private func part(_ network: TestNetwork, _ name: String, _ others: [String]) {
        for other in others { network.sever(name, other) }
        network.settle()
    }

    private func mend(_ network: TestNetwork, _ name: String, _ others: [String]) {
        for other in others { network.mend(name, other) }
        network.run(milliseconds: 60_000)
    }

    private func sold(
        _ node: TestNode, _ price: String, rate: String? = nil, date: String = "2026-11-01"
    ) throws {
        try node.perform(
            .sell(
                Details(date: date, party: "Acme", currency: "USD", rate: rate),
                [Line(item: "TEA", quantity: "1", price: price)], tender: "credit"))
    }

    private func pays(_ node: TestNode, _ amount: String, rate: String? = nil) throws {
        try node.perform(
            .pay(
                Details(date: "2026-11-02", currency: "USD", rate: rate),
                Payment(direction: .received, party: "Acme", amount: amount, through: "bank:usd")))
    }

    /// In every branch the book's own amounts, and what others are carried at, sum to zero; exchange accounts are worth
    /// nothing; and amounts of each currency sum to zero.
    private func checkLaws(_ node: TestNode, days: [String] = []) throws {
        for (branch, accounts) in try node.engine.turnovers(from: nil, to: nil) {
            let sum = accounts.values.reduce(Int128(0)) { $0 + $1.net }
            #expect(sum == 0, "\(branch)")
            for root in [Account.Root.tradeExchange, .moneyExchange] {
                #expect(accounts[.simple(root, branch)]?.net ?? 0 == 0, "\(branch) \(root)")
            }
        }
        var amounts: [CurrencyCode: (Int128, Int128)] = [:]
        let own = try #require(CurrencyCode("CNY"))
        for row in try node.engine.store.foreign(than: own, upTo: nil) {
            amounts[row.currency, default: (0, 0)].0 += row.amount
            amounts[row.currency, default: (0, 0)].1 += row.value
        }
        for (currency, sums) in amounts { #expect(sums == (0, 0), "\(currency)") }
        for day in days {
            let sheet = try node.report(.position(StatementFilter(to: day)))
            #expect(
                sheet.facts.first { $0.key == "balanced" }?.value == .flag(true), "\(day)")
        }
    }

    /// Two nodes of a branch settle one debt beside each other: every node ends with the same, and what the two left on
    /// the account is named and goes with the next valuation.
    @Test func twoSettleBesideEachOther() throws {
        let network = try company(seed: 280)
        let (hz, office, gz) = (try network["hz"], try network["office"], try network["gz"])
        try sold(hz, "100.00", rate: "7.1999")
        network.settle()
        part(network, "office", ["hz", "gz"])
        try pays(hz, "33.33")
        try pays(office, "66.67", rate: "7.3")
        mend(network, "office", ["hz", "gz"])
        #expect(try network.digests().count == 1)
        var seen: Set<[[Report.Cell]]> = []
        for node in [hz, office, gz] {
            try checkLaws(node, days: ["2026-11-01", "2026-11-02", "2026-11-30"])
            seen.insert(try node.report(.currencies(branch: nil, asAt: nil)).rows)
            // 239.97 and 480.02 of 719.99: nothing is left over.
            #expect(try node.balances()["receivable/HZ/Acme"] == nil)
        }
        #expect(seen.count == 1)

        // Both take all of it.
        try sold(hz, "10.00", date: "2026-11-03")
        network.settle()
        part(network, "office", ["hz", "gz"])
        try pays(hz, "10.00")
        try pays(office, "10.00")
        mend(network, "office", ["hz", "gz"])
        for node in [hz, office, gz] {
            try checkLaws(node)
            #expect(try node.balances()["receivable/HZ/Acme"] == "-72.00")
            // Both payments look like one, and are told.
            #expect(
                try node.report(.reconcile(branch: nil)).rows.map { $0[0].plain }
                    == ["payment twice"])
        }
        for name in ["hz", "office", "gz"] { #expect(try network.verify(name).isSound) }
    }

    /// Two value one branch beside each other: it is valued twice, that shows, and the next valuation sets it right.
    @Test func twoValueBesideEachOther() throws {
        let network = try company(seed: 281)
        let (hz, office, gz) = (try network["hz"], try network["office"], try network["gz"])
        try sold(hz, "100.00")
        try hz.perform(.setRate(currency: "USD", rate: "7.3", from: "2026-11-10"))
        network.settle()
        part(network, "office", ["hz", "gz"])
        let revalue = Command.currency(Details(date: "2026-11-10"), .revalue)
        try hz.perform(revalue)
        try office.perform(revalue)
        mend(network, "office", ["hz", "gz"])
        for node in [hz, office, gz] {
            let row = try #require(try node.report(.currencies(branch: nil, asAt: nil)).rows.first)
            #expect(row.map(\.plain)[4...] == ["100.00", "740.00", "7.300000", "730.00", "-10.00"])
            try checkLaws(node, days: ["2026-11-09", "2026-11-10"])
        }
        #expect(
            hz.refusal(.close(Details(), through: "2026-11-10", isYearEnd: false))
                == .periodUnfinished)
        try office.perform(revalue)
        network.settle()
        for node in [hz, office, gz] {
            #expect(try node.balances()["receivable/HZ/Acme"] == "730.00")
            #expect(try node.balances()["exchange-gain/HZ"] == "-20.00")
            #expect(try node.balances()["exchange-loss/HZ"] == "10.00")
        }
        #expect(try network.digests().count == 1)
        // Rates that were said beside each other stand side by side.
        part(network, "gz", ["hz", "office"])
        try gz.perform(.setRate(currency: "USD", rate: "7.4", from: "2026-11-12"))
        try hz.perform(.setRate(currency: "USD", rate: "7.5", from: "2026-11-12"))
        mend(network, "gz", ["hz", "office"])
        let rates = try gz.report(.rates).rows
        #expect(rates == (try hz.report(.rates).rows) && rates.last?[3] == .flag(true))
        for name in ["hz", "office", "gz"] { #expect(try network.verify(name).isSound) }
    }

    /// A sale in dollars that a close did not know of stands on the first open day, with what it is carried at.
    @Test func aLateSaleTakesItsValueAlong() throws {
        let network = try company(seed: 282)
        let (hz, office, gz) = (try network["hz"], try network["office"], try network["gz"])
        part(network, "office", ["hz", "gz"])
        try sold(hz, "100.00", date: "2026-10-30")
        try office.perform(.close(Details(), through: "2026-10-31", isYearEnd: false))
        mend(network, "office", ["hz", "gz"])
        for node in [hz, office, gz] {
            let line = try node.report(
                .ledger(
                    LedgerFilter(
                        account: "receivable/HZ/Acme", from: "2026-10-01", to: "2026-11-30"))
            ).rows
            #expect(line.map { [$0[0].plain, $0[6].plain] } == [["2026-11-01", "720.00"]])
            try checkLaws(node, days: ["2026-10-30", "2026-10-31", "2026-11-01"])
            let held = try node.report(.currencies(branch: nil, asAt: "2026-10-31"))
            #expect(held.rows.isEmpty)
        }
        for name in ["hz", "office", "gz"] { #expect(try network.verify(name).isSound) }
    }

    /// Postings that a changed program wrote: void where what they are carried at does not balance, and harmless where it
    /// does.
    @Test func aHostilePeerUnbalancesNothing() throws {
        let network = try company(seed: 283)
        let (hz, gz) = (try network["hz"], try network["gz"])
        let branch = try #require(BranchCode("GZ"))
        let dollars = Commodity.currency(try #require(CurrencyCode("USD")))
        let debt = Account.named(.receivable, branch, "Acme")
        let exchange = Account.simple(.tradeExchange, branch)
        func header(_ number: Int) throws -> DocumentHeader {
            DocumentHeader(
                kind: .journal, number: DocumentNumber("GZa-J-2026-00000\(number)"),
                effectiveDate: try #require(Day("2026-11-18")), person: "Eve")
        }
        let tea = Commodity.item(try #require(ItemCode("TEA")))
        let wrong: [[Posting]] = [
            [Posting(debt, dollars, 1, base: 7), Posting(exchange, dollars, -1, base: -6)],
            [Posting(debt, dollars, 1, base: 7), Posting(exchange, dollars, -1)],
            [
                Posting(debt, dollars, 1, base: 7), Posting(debt, dollars, 1, base: -7),
                Posting(exchange, dollars, -2),
            ],
            [Posting(debt, dollars, 0, base: .max), Posting(debt, dollars, 0, base: .max)],
            [Posting(debt, dollars, 1, base: .min), Posting(exchange, dollars, -1, base: 0)],
            [
                Posting(.simple(.customer, branch), tea, 1, base: 0),
                Posting(.simple(.shrinkage, branch), tea, -1, base: 0),
            ],
        ]
        for postings in wrong {
            #expect(throws: FactError.self) { try Transaction(header(1), postings) }
        }
        let odd: [[Posting]] = [
            [Posting(debt, dollars, 1, base: .max), Posting(exchange, dollars, -1, base: -.max)],
            [Posting(debt, dollars, 1, base: .max), Posting(exchange, dollars, -1, base: -.max)],
            [Posting(debt, dollars, 5), Posting(exchange, dollars, -5)],
            [Posting(debt, dollars, .max, base: -3), Posting(exchange, dollars, -.max, base: 3)],
        ]
        let engine = gz.engine
        for (place, postings) in odd.enumerated() {
            try engine.store.transact {
                _ = try engine.commit(
                    [
                        Draft.Part(
                            .trade(branch), [.post(try Transaction(header(place + 1), postings))])
                    ],
                    at: gz.now)
                try engine.author?.seal(in: engine.store)
            }
        }
        network.run(milliseconds: 60_000)
        for node in [hz, gz] {
            let sums = try node.engine.turnovers(from: nil, to: nil)
            for accounts in sums.values {
                #expect(accounts.values.reduce(Int128(0)) { $0 + $1.net } == 0)
            }
            for query: Query in [
                .currencies(branch: nil, asAt: nil), .ageing(AgeingFilter(of: "receivable")),
                .position(StatementFilter(to: "2026-11-30")), .reconcile(branch: nil),
                .balance(branch: nil, asAt: nil), .journal(JournalFilter()),
            ] { _ = try node.report(query) }
            #expect(
                try node.report(.reconcile(branch: nil)).rows.contains {
                    $0[1].plain == "trade-exchange/GZ"
                })
        }
        // Figures that do not fit are refused where somebody plans with them; a payment has its share of them.
        #expect(
            gz.refusal(.currency(Details(date: "2026-11-18"), .revalue)) == .overflow)
        try gz.perform(
            .pay(
                Details(currency: "USD"),
                Payment(direction: .received, party: "Acme", amount: "1.00", through: "cash")))
        for name in ["hz", "gz"] { #expect(try network.verify(name).isSound) }
    }

    /// A random document of a shop that trades in three currencies.
    private func act(_ random: inout SeededRandom, _ day: String, _ documents: [String]) -> Command
    {
        func pick<T>(_ list: [T]) -> T { list[Int(random.next() % UInt64(list.count))] }
        func amount(_ code: String) -> String {
            let cents = Int64(1 + random.next() % 20_000)
            return Amount.text(cents, scale: CurrencyCode(code)?.exponent ?? 2)
        }
        func rate() -> String { Amount.text(Int64(1 + random.next() % 12_000_000), scale: 6) }
        let code = pick(["USD", "JPY", "KWD"])
        let party = pick(["Acme", "Hotel"])
        let purse = pick(["cash", "bank:box"])
        let details = Details(
            date: day, party: party, currency: code, rate: random.next() % 2 == 0 ? rate() : nil)
        let lines = (0..<(1 + random.next() % 3)).map { _ in
            Line(
                item: pick(["TEA", "CUP"]), quantity: "\(1 + random.next() % 9)",
                price: random.next() % 3 == 0 ? nil : amount(code))
        }
        switch random.next() % 8 {
        case 0, 1: return .sell(details, lines, tender: pick(["credit", "cash", "cash=0,credit"]))
        case 2:
            return .receive(
                details,
                lines.map { Line(item: $0.item, quantity: $0.quantity, total: amount(code)) },
                supplier: party)
        case 3, 4:
            return .pay(
                details,
                Payment(
                    direction: pick([.received, .paid]), party: party, amount: amount(code),
                    through: purse))
        case 5:
            var named = details
            named.rate = nil
            return .currency(
                named,
                pick([true, false])
                    ? .buy(amount: amount(code), cost: amount("CNY"), from: "bank:main", to: purse)
                    : .sell(
                        amount: amount(code), proceeds: amount("CNY"), from: purse, to: "bank:main")
            )
        case 6:
            return documents.isEmpty
                ? .currency(Details(date: day), .revalue)
                : .reverse(Details(date: day), number: pick(documents))
        default: return .currency(Details(date: day), .revalue)
        }
    }

    /// Whatever is written, the laws hold on every day; and after a valuation everything is carried at the day's rates,
    /// so that what is empty is carried at nothing.
    @Test(arguments: 1...8) func theLawsHoldOverRandomDocuments(_ seed: Int) throws {
        var random = SeededRandom(seed: UInt64(seed) + 2_900)
        let node = try TestNode.founder(seed: UInt64(2_900 + seed))
        try node.perform(
            .addItems([
                ItemChange(code: "TEA", name: "Tea", price: "36.00", tax: "13"),
                ItemChange(code: "CUP", name: "Cup", price: "1.11"),
            ]))
        for (code, rate) in [("USD", "7.2"), ("JPY", "0.048211"), ("KWD", "23.456789")] {
            try node.perform(.setRate(currency: code, rate: rate, from: "2026-09-01"))
        }
        var documents: [String] = []
        var days: Set<String> = []
        for step in 0..<60 {
            let day = Day(number: 20_730 + Int32(step / 2)).description
            let command = act(&random, day, documents)
            guard
                case .outcome(let outcome) = node.ask(
                    .perform(command, wait: 0, waitMilliseconds: 0))
            else { continue }
            days.insert(day)
            documents.append(outcome.subject)
        }
        #expect(documents.count > 30)
        try checkLaws(node, days: days.sorted())
        let last = "2026-11-18"
        _ = node.refusal(.currency(Details(date: last), .revalue))
        let report = try node.report(.currencies(branch: nil, asAt: last))
        #expect(report.facts.first { $0.key == "difference" }?.value == .decimal("0.00"))
        for row in report.rows where row[4].plain.allSatisfy({ "-0.".contains($0) }) {
            #expect(row[5].plain == "0.00", "\(row[3].plain)")
        }
        try checkLaws(node, days: [last])
        // The months' sums say what the postings say.
        let whole = try node.engine.turnovers(from: nil, to: Day(last))
        let split = try #require(Day("2026-10-17"))
        let (first, second) = (
            try node.engine.turnovers(from: nil, to: split),
            try node.engine.turnovers(from: Day(number: split.number + 1), to: Day(last))
        )
        for (branch, accounts) in whole {
            for (account, turnover) in accounts {
                let parts = [first, second].reduce(Int128(0)) {
                    $0 + ($1[branch]?[account]?.net ?? 0)
                }
                #expect(turnover.net == parts, "\(account)")
            }
        }
        #expect(try node.verify().isSound)
        try checkHledger(node)
    }

    /// The journal at cost is the trial balance, account by account: read as hledger reads it, and by hledger itself where
    /// it is installed.
    private func checkHledger(_ node: TestNode) throws {
        var journal = HledgerJournal(currency: "CNY")
        var text = journal.head(scale: 2, company: "A company")
        text += journal.add(page: try node.report(.journal(JournalFilter(limit: 10_000))))
        text += journal.finish(derived: try node.report(.derived))
        let scale: [String: Int] = ["CNY": 2]
        var sums: [String: Int64] = [:]
        for line in text.split(separator: "\n") where line.hasPrefix("    ") {
            let halves = line.dropFirst(4).split(separator: "  ", maxSplits: 1)
            let words = halves[1].split(separator: " ")
            // `CNY 1.00`, or `USD 1.00 @@ CNY 7.20`, which has the sign of its amount.
            let isOwn = words[0] == "CNY"
            var value = try Amount.parse(
                String(isOwn ? words[1] : words[4]), scale: scale["CNY"] ?? 2)
            if !isOwn, words[1].hasPrefix("-") { value = -value }
            sums[String(halves[0]), default: 0] += value
        }
        var ours: [String: Int64] = [:]
        for (account, amount) in try node.balances() {
            ours[HledgerJournal.account(account)] = try Amount.parse(amount, scale: 2)
        }
        #expect(sums.filter { $0.value != 0 } == ours)
        guard let balances = try Hledger.balances(of: text, in: node.folder, ["-B"]) else { return }
        var theirs: [String: Int64] = [:]
        for (account, amount) in balances { theirs[account] = try Amount.parse(amount, scale: 2) }
        #expect(theirs.filter { $0.value != 0 } == ours)
    }
}
