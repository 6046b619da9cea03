import Books
import GRDB
import Replica
import Wire

/// The lines of the cash flow of one day, made of its documents.
final class CashDays {
    /// Where branches keep their books in several currencies their answers are others than before the roster said so.
    static func question(_ currencies: OwnCurrencies) -> KeptQuestion {
        KeptQuestion(name: "cash-2", branch: currencies.text)
    }

    private let db: Database
    private let currencies: OwnCurrencies
    private var ids: [Int64: CurrencyCode] = [:]
    private var accounts: [Int64: Account] = [:]
    private var scopes: [Int64: (author: String, scope: Scope)] = [:]
    private var month: (number: Int32, accounts: String)?

    init(_ db: Database, _ currencies: OwnCurrencies) {
        self.db = db
        self.currencies = currencies
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
        var reader = KeptReader(bytes)
        while !reader.isAtEnd {
            guard let branch = BranchCode(try reader.text()),
                let line = CashLine(rawValue: try reader.text())
            else { throw StoreError.damaged("kept_day") }
            body(branch, line, try reader.sum())
        }
    }

    /// What each document that touches money posted, by account: all its parts of the day together, those in other scopes
    /// as well; in no order. Memory: a day's documents. Cost: the postings of money, summed by document and account.
    private func documents(on day: Day) throws -> [[CashFlow.Leg]] {
        if ids.isEmpty {
            for code in currencies.all {
                let id = try Int64.fetchOne(
                    db.cachedStatement(sql: "SELECT id FROM name WHERE name = ?"),
                    arguments: [code.text])
                if let id { ids[id] = code }
            }
        }
        let own = jsonList(ids.keys.sorted())
        if month?.number != day.month { month = (day.month, try moved(in: day.month)) }
        let rows = try Row.fetchCursor(
            db.cachedStatement(
                // In the order of the table's key: nothing is sorted, and goods are not read. What moves nothing is
                // no leg: it would be one on days on which its account moved elsewhere in the month.
                sql: """
                    SELECT p.account, p.log, sum(p.amount >> 32), sum(p.amount & 4294967295),
                        sum(coalesce(p.base, 0) >> 32), sum(coalesce(p.base, 0) & 4294967295),
                        p.commodity, (SELECT d.number FROM document d
                            WHERE d.log = p.log AND d.seq = p.seq AND d.op = p.op), p.seq, p.op,
                        max(p.amount <> 0)
                    FROM posting p
                    WHERE p.day = ?2 AND p.account IN (SELECT value FROM json_each(?3))
                        AND (p.commodity IN (SELECT value FROM json_each(?1)) AND p.amount <> 0
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
            let owner = account.owner(in: log.scope)
            // What is of the owner's own currency is that; of any other what it is carried at.
            let isOwn =
                try ids[row.at(6)] == (owner.map { currencies[$0] } ?? currencies.book)
            let amount = try Int128(row: row, halvesAt: isOwn ? 2 : 4)
            let isValuation = try row.at(10) as Int64 == 0
            guard amount != 0 || currencies.others.isEmpty else { continue }
            let number: String? = try row.at(7)
            // Two authors that use one number have two documents.
            let key = try log.author + " " + (number ?? place(row))
            documents[key, default: []].append(
                CashFlow.Leg(
                    account: account, owner: owner, amount: amount, isValuation: isValuation))
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
        return jsonList(ids)
    }

    /// Of an op without a number.
    private func place(_ row: Row) throws -> String {
        "\(try row.at(1) as Int64) \(try row.at(8) as Int64) \(try row.at(9) as Int64)"
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
