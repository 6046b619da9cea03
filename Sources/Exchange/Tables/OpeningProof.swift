package import Books
import Replica

/// What a file of opening balances comes to, held against what the books then say: equal to the cent and to the unit, or
/// not.
package struct OpeningProof: Sendable {
    private let branch: BranchCode
    private let ledger: Ledger
    private var accounts: [String: Int128] = [:]
    /// Of other currencies, in their own minor units.
    private var foreign: [Holding: Int128] = [:]
    private var goods: [String: (quantity: Int128, value: Int128)] = [:]
    /// Rows whose figures cannot be read: nothing is proven while there are any.
    private var unread = 0

    private static let rowsMax = 10_000

    private struct Holding: Hashable, Comparable {
        let account: String
        let currency: CurrencyCode

        static func < (a: Self, b: Self) -> Bool {
            (a.account, a.currency.text) < (b.account, b.currency.text)
        }
    }

    /// - Throws: `Refusal.badCode` where `branch` is no branch's code.
    package init(branch text: String, ledger: Ledger) throws(Refusal) {
        guard let branch = BranchCode(text) else {
            throw Refusal(.badCode, "\(text) is no branch")
        }
        self.branch = branch
        self.ledger = ledger
    }

    /// - Returns: whether its figures are some that can be entered.
    mutating func add(_ row: TableImport.Row) -> Bool {
        if let currency = row["currency"] { return add(row, in: currency) }
        guard let amount = try? Amount.parse(row["amount"] ?? "", scale: ledger.scale) else {
            unread += 1
            return false
        }
        if OpeningBalances.isGoods(row) {
            let quantity = row["quantity"].flatMap {
                try? Amount.parse($0, scale: Amount.scaleMax)
            }
            guard let quantity, let item = row["item"] else {
                unread += 1
                return false
            }
            goods[item, default: (0, 0)].quantity += Int128(quantity)
            goods[item, default: (0, 0)].value += Int128(amount)
            accounts["inventory/\(branch)", default: 0] += Int128(amount)
            return quantity > 0 && amount >= 0
        }
        accounts[full(OpeningBalances.account(row)), default: 0] += Int128(amount)
        return amount != 0
    }

    private mutating func add(_ row: TableImport.Row, in text: String) -> Bool {
        guard let code = CurrencyCode(text), code != ledger.currency,
            let amount = try? Amount.parse(row["amount"] ?? "", scale: code.exponent),
            let value = try? Amount.parse(row["value"] ?? "", scale: ledger.scale),
            value == 0 || (value < 0) == (amount < 0)
        else {
            unread += 1
            return false
        }
        let account = full(OpeningBalances.account(row))
        accounts[account, default: 0] += Int128(value)
        foreign[Holding(account: account, currency: code), default: 0] += Int128(amount)
        return amount != 0
    }

    /// A row that was refused before its figures were looked at.
    mutating func addUnread() { unread += 1 }

    /// `bank/main` with the branch.
    func full(_ text: String) -> String {
        if Account(text)?.place == .branch(branch) { return text }
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        return "\(parts[0])/\(branch)" + (parts.count == 2 ? "/\(parts[1])" : "")
    }

    /// - Parameters:
    ///   - books: `Query.accounts` of the branch at the day.
    ///   - stock: what stood at branches then: rows of `HandingOnQuery.stock`.
    ///   - currencies: `Query.currencies` of the branch at the day.
    package func report(
        books: Report, stock: [[Report.Cell]], currencies: Report
    ) throws -> Report {
        var report = Report(
            schema: "branchbook.opening/1", title: "Opening balances",
            columns: [
                .init("kind", "Kind"), .init("subject", "Subject"),
                .init("file", "File", isNumeric: true), .init("books", "Books", isNumeric: true),
                .init("difference", "Difference", isNumeric: true),
            ])
        var differences = unread
        func compare(
            _ kind: String, _ subject: String, _ file: Int128, _ books: Int128, scale: Int,
            always: Bool
        ) {
            if file != books { differences += 1 }
            guard always || file != books, report.rows.count < Self.rowsMax else { return }
            report.rows.append(
                [.text(kind), .text(subject)]
                    + [file, books, books - file].map { .decimal(Amount.text($0, scale: scale)) })
        }
        // All that no row stands against is the branch's capital at the beginning.
        var expected = accounts
        let sum = expected.values.reduce(0, +)
        expected["equity/\(branch)/\(Planner.opening)", default: 0] -= sum
        var held: [String: Int128] = [:]
        for row in books.rows where row.count > 6 {
            // Bridges of two scopes cancel: what is left of them is half a document.
            let name = row[2].plain.hasPrefix("via/") ? "via" : row[2].plain
            held[name, default: 0] += Int128(try Amount.parse(row[6].plain, scale: ledger.scale))
        }
        for name in Set(expected.keys).union(held.keys).sorted()
        where expected[name] ?? 0 != 0 || held[name] ?? 0 != 0 {
            compare(
                "account", name, expected[name] ?? 0, held[name] ?? 0, scale: ledger.scale,
                always: true)
        }
        var amounts: [Holding: Int128] = [:]
        for row in currencies.rows where row.count > 4 && row[0].plain == "account" {
            guard let code = CurrencyCode(row[1].plain) else { continue }
            amounts[Holding(account: row[3].plain, currency: code)] = Int128(
                try Amount.parse(row[4].plain, scale: code.exponent))
        }
        for holding in Set(foreign.keys).union(amounts.keys).sorted() {
            compare(
                "currency", "\(holding.account) \(holding.currency)", foreign[holding] ?? 0,
                amounts[holding] ?? 0, scale: holding.currency.exponent, always: true)
        }
        var shelves: [String: (quantity: Int128, value: Int128)] = [:]
        for row in stock where row.count > 4 && row[0].plain == branch.text {
            shelves[row[1].plain] = (
                Int128(try Amount.parse(row[3].plain, scale: Amount.scaleMax)),
                row[4] == .empty ? 0 : Int128(try Amount.parse(row[4].plain, scale: ledger.scale))
            )
        }
        for item in Set(goods.keys).union(shelves.keys).sorted() {
            let (file, books) = (goods[item] ?? (0, 0), shelves[item] ?? (0, 0))
            compare(
                "quantity", item, file.quantity, books.quantity, scale: Amount.scaleMax,
                always: false)
            compare(
                "value of goods", item, file.value, books.value, scale: ledger.scale,
                always: false)
        }
        report.facts = [
            .init("agrees", "Agrees", .flag(differences == 0)),
            .init("items", "Items", .integer(Int64(goods.count))),
            .init("differences", "Differences", .integer(Int64(differences))),
        ]
        return report
    }
}
