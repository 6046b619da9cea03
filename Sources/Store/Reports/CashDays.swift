import Books
import GRDB
import Replica
import Wire

/// The lines of the cash flow of one day, made of its documents.
final class CashDays {
    static let question = KeptQuestion(name: "cash-2", branch: "")

    private let db: Database
    private let currency: CurrencyCode
    private var accounts: [Int64: Account] = [:]
    private var scopes: [Int64: (author: String, scope: Scope)] = [:]
    private var month: (number: Int32, accounts: String)?

    init(_ db: Database, _ currency: CurrencyCode) {
        self.db = db
        self.currency = currency
    }

    /// As it is kept.
    func bytes(on day: Int32) throws -> [UInt8] {
        var flows: [BranchCode: CashFlow.Lines] = [:]
        for document in try documents(on: Day(number: day)) {
            for (branch, lines) in CashFlow.lines(of: document) {
                for (line, amount) in lines {
                    flows[branch, default: [:]][line, default: 0] += amount
                }
            }
        }
        var writer = ByteWriter()
        for (branch, lines) in flows.sorted(by: { $0.key < $1.key }) {
            for line in CashLine.allCases {
                guard let amount = lines[line], amount != 0 else { continue }
                writer.text(branch.text)
                writer.text(line.rawValue)
                writer.sum(amount)
            }
        }
        return writer.bytes
    }

    static func read(
        _ bytes: [UInt8], _ body: (BranchCode, CashLine, Int128) -> Void
    ) throws {
        var reader = ByteReader(bytes)
        while !reader.isAtEnd {
            guard let branch = BranchCode(try reader.text(atMost: bytes.count)),
                let line = CashLine(rawValue: try reader.text(atMost: bytes.count))
            else { throw StoreError.damaged("kept_day") }
            body(branch, line, try reader.sum())
        }
    }

    /// What each document that touches money posted, by account: all its parts of the day together, those in other scopes
    /// as well; in no order. Memory: a day's documents. Cost: the postings of money, summed by document and account.
    private func documents(on day: Day) throws -> [[CashFlow.Leg]] {
        let own = try Int64.fetchOne(
            db.cachedStatement(sql: "SELECT id FROM name WHERE name = ?"),
            arguments: [currency.text])
        if month?.number != day.month { month = (day.month, try moved(in: day.month)) }
        let rows = try Row.fetchCursor(
            db.cachedStatement(
                // In the order of the table's key: nothing is sorted, and goods are not read. What moves nothing is
                // no leg: it would be one on days on which its account moved elsewhere in the month.
                sql: """
                    SELECT p.account, p.log,
                        sum(CASE p.commodity WHEN ?1 THEN p.amount ELSE coalesce(p.base, 0) END >> 32),
                        sum(CASE p.commodity WHEN ?1 THEN p.amount ELSE coalesce(p.base, 0) END
                            & 4294967295),
                        (SELECT d.number FROM document d
                            WHERE d.log = p.log AND d.seq = p.seq AND d.op = p.op), p.seq, p.op,
                        max(p.amount <> 0)
                    FROM posting p
                    WHERE p.day = ?2 AND p.account IN (SELECT value FROM json_each(?3))
                        AND (p.commodity = ?1 AND p.amount <> 0
                            OR p.base IS NOT NULL AND (p.amount <> 0 OR p.base <> 0))
                    GROUP BY p.day, p.account, p.commodity, p.log, p.seq, p.op
                    """),
            arguments: [own, day.number, month?.accounts])
        var documents: [String: [CashFlow.Leg]] = [:]
        var withMoney: Set<String> = []
        while let row = try rows.next() {
            guard let account = try account(row.at(0)), let log = try writer(row.at(1)) else {
                continue
            }
            let number: String? = try row.at(4)
            // Two authors that use one number have two documents.
            let key = try log.author + " " + (number ?? place(row))
            documents[key, default: []].append(
                CashFlow.Leg(
                    account: account, owner: account.owner(in: log.scope),
                    amount: try Int128(row: row, halvesAt: 2),
                    isValuation: try row.at(7) as Int64 == 0))
            if account.isMoney { withMoney.insert(key) }
        }
        return withMoney.map { documents[$0] ?? [] }
    }

    /// The accounts on which money moved in a month: their ids, as JSON.
    private func moved(in month: Int32) throws -> String {
        let ids = try Int64.fetchAll(
            db.cachedStatement(
                sql: """
                    SELECT account FROM account_month WHERE month = ?1
                    UNION SELECT account FROM value_month WHERE month = ?1
                    """),
            arguments: [month])
        return "[" + ids.map { String($0) }.joined(separator: ",") + "]"
    }

    /// Of an op without a number.
    private func place(_ row: Row) throws -> String {
        "\(try row.at(1) as Int64) \(try row.at(5) as Int64) \(try row.at(6) as Int64)"
    }

    private func account(_ id: Int64) throws -> Account? {
        if let account = accounts[id] { return account }
        let name = try String.fetchOne(
            db.cachedStatement(sql: "SELECT name FROM name WHERE id = ?"), arguments: [id])
        accounts[id] = name.flatMap { Account($0) }
        return accounts[id]
    }

    private func writer(_ id: Int64) throws -> (author: String, scope: Scope)? {
        if let log = scopes[id] { return log }
        let row = try Row.fetchOne(
            db.cachedStatement(sql: "SELECT hex(author), scope FROM log WHERE id = ?"),
            arguments: [id])
        guard let row, let scope = Scope(try row.at(1) as String) else { return nil }
        scopes[id] = (try row.at(0), scope)
        return scopes[id]
    }
}
