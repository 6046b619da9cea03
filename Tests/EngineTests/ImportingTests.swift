import Foundation
import Testing

@testable import Books
@testable import Engine
@testable import Exchange
@testable import Replica

/// A file of sales into real books, and the books out again.
@Suite struct ImportingTests {
    /// What `branchbook import sales` does, in one process.
    @discardableResult
    private func load(_ csv: [UInt8], into node: TestNode, source: String = "file") throws
        -> ImportTotals
    {
        let ledger = Ledger(currency: try #require(CurrencyCode("CNY")), scale: 2)
        let rules = SalesRules(source: source, ledger: ledger)
        var sales: SalesImport?
        func drain() throws {
            while let steps = sales?.take(500), !steps.isEmpty {
                guard case .outcomes(let results) = node.ask(.performAll(steps.map(\.command)))
                else { throw Refusal(.fault, "no outcomes") }
                for (step, result) in zip(steps, results) {
                    switch result {
                    case .done(let outcome):
                        sales?.settle(step.id, .recorded(number: outcome.subject))
                    case .refused(let refusal):
                        let ranges = refusal.recorded?.map { $0.first...$0.last }
                        sales?.settle(
                            step.id, ranges.map { .alreadyRecorded($0) } ?? .refused(refusal))
                    }
                }
            }
            _ = sales?.takeRejects()
        }
        var records: [CSVRecord] = []
        var reader = CSVReader()
        reader.read(csv) { records.append($0) }
        reader.finish { records.append($0) }
        sales = try SalesImport(
            .onlineRetail, rules: rules, header: try #require(records.first))
        for record in records.dropFirst() {
            try sales?.read(record)
            if sales?.isFull == true { try drain() }
        }
        sales?.finish()
        try drain()
        return try #require(sales).totals
    }

    private static let header =
        "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n"

    private func digests(_ node: TestNode) throws -> [[Report.Cell]] {
        try node.report(.digests).rows
    }

    @Test func aSecondRunChangesNothingAndALongerFileAddsOnlyTheRest() throws {
        let node = try TestNode.founder(seed: 3)
        var csv = Self.header
        for line in 1...40 {
            // Exact duplicates are real lines.
            csv += "\(100 + line / 8),A,Ä 茶,2,2010-12-01 08:26:00,1.25,17850,UK\n"
        }
        csv += "C200,A,Ä 茶,-2,2010-12-02 08:26:00,1.25,17850,UK\n"
        let first = try load(Array(csv.utf8), into: node)
        #expect(first.isBalanced && first.repeated.lines == 0 && first.linked.lines == 1)
        let before = try digests(node)
        let second = try load(Array(csv.utf8), into: node)
        #expect(second.repeated.lines == 41 && second.booked == first.booked)
        #expect(try digests(node) == before)
        csv += "105,A,Ä 茶,2,2010-12-01 08:26:00,1.25,17850,UK\n"
        let third = try load(Array(csv.utf8), into: node)
        #expect(third.repeated.lines == 41 && third.booked.lines == 42)
        #expect(try digests(node) != before)
        let row = try #require(
            try node.report(.stock(branch: nil, item: "A", limit: 10)).rows.first)
        #expect(row.contains(.decimal("-80")))
        // The same file from another source is another file.
        let other = try load(Array(csv.utf8), into: node, source: "other")
        #expect(other.repeated.lines == 0)
    }

    @Test func aDocumentOfManyLinesIsOne() throws {
        let node = try TestNode.founder(seed: 4)
        var csv = Self.header
        for line in 1...1_114 {
            csv += "1,I\(line % 400),Thing \(line),1,2010-12-01 08:26:00,1.00,,UK\n"
        }
        let totals = try load(Array(csv.utf8), into: node)
        #expect(totals.booked.amount == 111_400 && totals.rejected.lines == 0)
        #expect(try node.balances()["sales/HZ"] == "-1114.00")
    }

    /// A month of trade with costs, returns, transfers, a write-off and a revaluation.
    private func shop() throws -> TestNode {
        let node = try TestNode.founder(seed: 9)
        try node.perform(
            .addItems([
                ItemChange(code: "TEA", name: "龙井; a | \"tea\"", price: "12.00", tax: "13"),
                ItemChange(code: "CUP", name: "Cup", price: "5.00"),
            ]))
        for (day, cost) in [("2026-11-02", "4.00"), ("2026-11-09", "4.37")] {
            try node.perform(
                .receive(
                    Details(date: day),
                    [
                        Line(item: "TEA", quantity: "10", cost: cost),
                        Line(item: "CUP", quantity: "7", cost: "1.11"),
                    ], supplier: "ACME  (Import): 茶"))
        }
        for number in 0..<6 {
            try node.perform(
                .sell(
                    Details(date: "2026-11-1\(number)", party: number == 3 ? "Ann; Ltd" : nil),
                    [Line(item: "TEA", quantity: "2"), Line(item: "CUP", quantity: "1")],
                    tender: number == 3 ? "credit" : "cash"))
        }
        try node.perform(.writeOff(Details(), [Line(item: "CUP", quantity: "1")]))
        try node.perform(
            .journal(
                Details(memo: "rent"),
                [
                    JournalLine(account: "expense/HZ/rent", amount: "100.00"),
                    JournalLine(account: "tender/HZ/cash", amount: "-100.00"),
                ]))
        return node
    }

    /// hledger's own balances are the trial balance, derived costs included.
    @Test func hledgerAgrees() throws {
        let node = try shop()
        var journal = HledgerJournal(currency: "CNY")
        var text = journal.head(scale: 2, company: "A; company")
        var filter = JournalFilter()
        filter.limit = 7
        while true {
            let page = try node.report(.journal(filter))
            text += journal.add(page: page)
            guard let next = page.facts.first(where: { $0.key == "next" }) else { break }
            filter.after = next.value.plain
        }
        text += journal.finish(derived: try node.report(.derived))

        guard let balances = try Hledger.balances(of: text, in: node.folder, ["-E"]) else { return }
        var theirs: [String: String] = [:]
        for (account, amount) in balances where amount.contains(where: { "123456789".contains($0) })
        {
            theirs[account] = amount
        }
        var ours: [String: String] = [:]
        for (account, amount) in try node.balances() {
            ours[HledgerJournal.account(account)] = amount
        }
        #expect(ours.count >= 8)
        #expect(theirs == ours)
    }

    /// Each entry sums to zero, what is derived as well: of several branches one for each. Found by the demonstration.
    @Test func everyEntryOfAJournalBalances() throws {
        let network = try TestNetwork.company(["gz"], seed: 131)
        for name in ["hz", "gz"] {
            let node = try network[name]
            if name == "hz" {
                try node.perform(
                    .addItems([ItemChange(code: "TEA", name: "Tea", price: "9.00")]))
                network.settle()
            }
            try node.perform(
                .receive(
                    Details(), [Line(item: "TEA", quantity: "4", cost: "2.00")], supplier: "Mill"))
            try node.perform(
                .sell(Details(), [Line(item: "TEA", quantity: "1")], tender: "cash"))
        }
        network.settle()
        let node = try network["hz"]
        var journal = HledgerJournal(currency: "CNY")
        var text = journal.add(page: try node.report(.journal(JournalFilter())))
        text += journal.finish(
            derived: try node.report(.handingOn(.derived(from: nil, to: nil))))
        var sums: [Int64] = []
        for line in text.split(separator: "\n", omittingEmptySubsequences: true) {
            guard line.hasPrefix("    ") else {
                sums.append(0)
                continue
            }
            // What stands behind a semicolon is for people.
            let posting = line.split(separator: ";").first ?? ""
            guard let figure = posting.split(separator: " ").last else { continue }
            sums[sums.count - 1] += try Amount.parse(String(figure), scale: 2)
        }
        #expect(sums.count >= 6 && sums.allSatisfy { $0 == 0 })
        #expect(text.contains("cost of GZ, derived") && text.contains("cost of HZ, derived"))
    }
}
