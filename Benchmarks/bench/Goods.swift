import Books
import Engine
import Foundation
import GRDB
import Replica
import Sodium
import Store

/// What goods cost to keep: sales beside those that came before, a late receipt, reports of a month. One engine in
/// this process, one branch, forty items. Reports are times, beside that of reading the month's
/// postings once by a plain query.
struct Goods {
    static let items = 40
    static let batch = 1_000

    let sales: Int
    let folder: URL

    func measure() throws -> [(String, Double)] {
        let shop = try Shop(path: folder.appending(path: "goods.db").path)
        try shop.open(items: Self.items)
        // Of one command each, since that is what a till does: at the beginning, and at the end.
        let first = try median((0..<50).map { _ in try seconds { try shop.sell(1) } })
        let began = try seconds { try shop.sell(Self.batch) }
        var done = Self.batch + 50
        while done < sales {
            try shop.sell(Self.batch)
            done += Self.batch
        }
        let last = try median((0..<50).map { _ in try seconds { try shop.sell(1) } })
        let ended = try seconds { try shop.sell(Self.batch) }
        // An item that nobody folded since its goods moved, and a receipt before all of them.
        _ = try shop.report(.derived)
        let moves = try shop.moveOne(10_000)
        _ = try shop.report(.derived)
        let late = try seconds {
            try shop.receiveLate()
            _ = try shop.report(.derived)
        }
        var figures = [
            ("goodsSales", Double(done)), ("saleAfterAgainstFirst", last / first),
            ("thousandSalesAfterAgainstFirst", ended / began),
            ("lateReceiptMoves", Double(moves)), ("lateReceiptSeconds", late),
        ]
        let floor = try readingOnce(from: shop.month.from, to: shop.month.to)
        figures.append(("monthOfPostingsReadMilliseconds", floor * 1_000))
        for (name, query) in try shop.reports() {
            let spans = try (0..<5).map { _ in try seconds { _ = try shop.report(query) } }
            figures.append(("\(name)ReportMilliseconds", median(spans) * 1_000))
            figures.append(("\(name)ReportAgainstReading", median(spans) / floor))
        }
        let closing = try seconds { try shop.close(Day(number: shop.month.to.number - 1)) }
        figures.append(("closeSeconds", closing))
        return figures
    }

    /// What no report of a month is faster than by much, unless it reads sums: seconds.
    private func readingOnce(from: Day, to: Day) throws -> Double {
        var configuration = Configuration()
        configuration.readonly = true
        let queue = try DatabaseQueue(
            path: folder.appending(path: "goods.db").path, configuration: configuration)
        return try median(
            (0..<5).map { _ in
                try seconds {
                    _ = try queue.read { db in
                        try Row.fetchOne(
                            db,
                            sql: """
                                SELECT sum(p.amount), sum(p.item), sum(p.commodity)
                                FROM book_day b CROSS JOIN posting p ON p.day = b.day
                                WHERE b.day >= ? AND b.day <= ?
                                """, arguments: [from.number, to.number])
                    }
                }
            })
    }
}

/// A branch that sells.
private final class Shop {
    private let engine: Engine
    private var now = Instant(milliseconds: 1_795_000_000_000)
    private var requests: UInt64 = 0
    private var sold = 0

    init(path: String) throws {
        var random = SeededRandom(seed: 7)
        let credentials = Credentials(random: &random)
        engine = try Engine(
            store: Store(path: path), credentials: credentials, random: random, person: "Lin")
        _ = try engine.found(
            FoundingOrder(
                company: "Company", currency: "CNY", scale: 2, branch: "HZ",
                branchName: "Hangzhou", nodeName: "hz-1"), at: now, save: { _ in })
    }

    private func ask(_ request: Request) throws -> Reply {
        now = now.advanced(byMilliseconds: 20)
        requests += 1
        let id = RequestID(requests)
        for case .reply(id, let reply) in engine.handle([.request(id, request)], at: now) {
            if case .refused(let refusal) = reply { throw refusal }
            return reply
        }
        throw Refusal(.fault, "no reply")
    }

    private func perform(_ commands: [Command]) throws {
        guard case .outcomes(let results) = try ask(.performAll(commands)) else { return }
        for case .refused(let refusal) in results { throw refusal }
    }

    func report(_ query: Query) throws -> Report {
        guard case .report(let report) = try ask(.query(query)) else {
            throw Refusal(.fault, "no report")
        }
        return report
    }

    private static func code(_ number: Int) -> String { "ITEM-\(number)" }

    func open(items: Int) throws {
        try perform([
            .addItems(
                (0...items).map {
                    ItemChange(code: Self.code($0), name: "Goods \($0)", price: "9.00", tax: "13")
                }),
            .receive(
                Details(date: "2026-10-01"),
                (0...items).map {
                    Line(item: Self.code($0), quantity: "1000000", cost: "2.00")
                }, supplier: "Supplier"),
        ])
    }

    /// One line of one to three pieces a sale, over the days of a year up to now.
    func sell(_ count: Int) throws {
        try perform(
            (0..<count).map { _ in
                sold += 1
                return .sell(
                    Details(),
                    [Line(item: Self.code(sold % Goods.items), quantity: "\(1 + sold % 3)")],
                    tender: sold % 2 == 0 ? "cash" : "card")
            })
        // A day has three thousand of them.
        if sold % 3_000 < count { now = now.advanced(byMilliseconds: 86_400_000) }
    }

    /// Sales of an item that nothing else moves.
    func moveOne(_ count: Int) throws -> Int {
        for _ in 0..<count / Goods.batch {
            try perform(
                (0..<Goods.batch).map { _ in
                    .sell(
                        Details(), [Line(item: Self.code(Goods.items), quantity: "1")],
                        tender: "cash")
                })
        }
        return count
    }

    func close(_ day: Day) throws {
        try perform([.close(Details(), through: day.description, isYearEnd: false)])
    }

    func receiveLate() throws {
        try perform([
            .receive(
                Details(date: "2026-10-02"),
                [Line(item: Self.code(Goods.items), quantity: "10", cost: "3.00")],
                supplier: "Supplier")
        ])
    }

    /// The last one.
    var month: (from: Day, to: Day) {
        let last = Day(now, utcOffsetMinutes: 0)
        return (Day(number: last.number - 30), last)
    }

    func reports() throws -> [(String, Query)] {
        let (from, to) = (month.from.description, month.to.description)
        return [
            ("movement", .movement(MovementFilter(branch: "HZ", from: from, to: to))),
            (
                "margin",
                .margin(MarginFilter(by: ["item"], branch: "HZ", from: from, to: to))
            ),
            ("stock", .stock(branch: "HZ", item: nil, limit: 1_000)),
            ("purchases", .purchases(branch: "HZ", from: from, to: to)),
            ("slow", .slowStock(branch: "HZ", days: 60)), ("units", .units(item: nil)),
            ("reorder", .reorder(branch: "HZ", all: true)),
            ("exceptions", .exceptions),
            (
                "marginByHour",
                .margin(MarginFilter(by: ["day", "hour"], branch: "HZ", from: from, to: to))
            ),
            ("age", .stockAge(branch: "HZ")), ("board", .board(item: nil)),
            ("stockAsAt", .stockAsAt(branch: "HZ", item: nil, day: from, limit: 1_000)),
            ("trialBalance", .balance(branch: nil, asAt: nil)),
            ("trialBalanceAsAt", .balance(branch: nil, asAt: from)),
            ("accounts", .accounts(StatementFilter(from: from, to: to))),
            ("profit", .profit(StatementFilter(from: from, to: to))),
            ("position", .position(StatementFilter(to: to))),
            ("cash", .cash(StatementFilter(from: from, to: to))),
            (
                "account",
                .ledger(LedgerFilter(account: "tender/HZ/cash", from: to, to: to, limit: 10_000))
            ),
            ("ageing", .ageing(AgeingFilter(of: "payable"))),
            ("reconcile", .reconcile(branch: nil)),
        ]
    }
}
