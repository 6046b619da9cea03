import Books
import GRDB
package import Replica

/// What was debited and credited to accounts of money.
extension Store {
    package struct TurnoverKey: Hashable, Sendable {
        package let scope: String
        package let account: String
    }

    package struct Turnover: Hashable, Sendable {
        package var debit: Int128 = 0
        /// Above zero.
        package var credit: Int128 = 0
        package var net: Int128 { debit - credit }

        package init() {}

        /// What an amount adds, by its sign.
        package mutating func add(_ amount: Int128) {
            if amount > 0 { debit += amount } else { credit -= amount }
        }

        package mutating func add(_ other: Self) {
            debit += other.debit
            credit += other.credit
        }
    }

    /// As posted on days `from ... to`, without what the cost fold derives: amounts of the book's own currency, and what
    /// those of others are carried at. Cost: a row for each account and month, and the postings of the parts of months
    /// at both ends.
    package func turnover(
        of currency: CurrencyCode, from: Day? = nil, to: Day? = nil
    ) throws -> [TurnoverKey: Turnover] {
        try access { db in
            let own = try commodity(db, currency)
            let hasOthers = try Bool.fetchOne(
                db.cachedStatement(sql: "SELECT EXISTS (SELECT 1 FROM value_month)"))
            return try turnover(
                db,
                hasOthers == true
                    ? [.amounts(own), .valuesOfOthers(own)]
                    : [.amounts(own)], from: from, to: to)
        }
    }

    /// What each day moved on the accounts of branches, in the currency in which each keeps its books, in the order of days;
    /// what the cost fold derives is apart. Cost: what is kept of each day.
    package func turnoverDays(
        of currencies: OwnCurrencies, _ branches: Set<BranchCode>, from: Day?, to: Day?,
        _ body: (Day, BranchCode, Account, Turnover) -> Void
    ) throws {
        try access { db in
            var own: [BranchCode: Int64] = [:]
            for branch in branches { own[branch] = try commodity(db, currencies[branch]) }
            var accounts: [Int64: Account] = [:]
            var scopes: [String: Scope] = [:]
            let days = try BalanceDays(db)
            for day in try bookDays(
                db, from: from ?? Day(number: .min), to: to ?? Day(number: .max))
            {
                var rows: [BalanceDays.Row] = []
                try days.each(BalanceDays.money, on: day) { rows.append($0) }
                for row in rows {
                    if accounts[row.account] == nil {
                        let name = try String.fetchOne(
                            db.cachedStatement(sql: "SELECT name FROM name WHERE id = ?"),
                            arguments: [row.account])
                        accounts[row.account] = name.flatMap { Account($0) }
                    }
                    if scopes[row.scope] == nil { scopes[row.scope] = Scope(row.scope) }
                    guard let account = accounts[row.account], let scope = scopes[row.scope],
                        let owner = account.owner(in: scope), let currency = own[owner]
                    else { continue }
                    var turnover = Turnover()
                    let isOwn = row.commodity == currency
                    turnover.add(isOwn ? row.debit : row.valueDebit)
                    turnover.add(isOwn ? row.credit : row.valueCredit)
                    guard turnover.debit != 0 || turnover.credit != 0 else { continue }
                    body(Day(number: day), owner, account, turnover)
                }
            }
        }
    }

    /// The local id of a currency's name; none of any name where nothing was posted in it.
    func commodity(_ db: Database, _ currency: CurrencyCode) throws -> Int64 {
        try Int64.fetchOne(
            db.cachedStatement(sql: "SELECT id FROM name WHERE name = ?"),
            arguments: [currency.text]) ?? -1
    }

    /// What is summed of postings.
    enum TurnoverMeasure {
        /// What they moved of a commodity.
        case amounts(Int64)
        /// What amounts of one commodity are carried at, or those of all others.
        case values(Int64), valuesOfOthers(Int64)

        fileprivate var commodity: Int64 {
            switch self {
            case .amounts(let id), .values(let id), .valuesOfOthers(let id): id
            }
        }

        fileprivate var table: String {
            if case .amounts = self { "account_month" } else { "value_month" }
        }

        fileprivate var comparison: String {
            if case .valuesOfOthers = self { "<>" } else { "=" }
        }

    }

    func turnover(
        _ db: Database, _ measures: [TurnoverMeasure], from: Day?, to: Day?
    ) throws -> [TurnoverKey: Turnover] {
        var sums = TurnoverSums()
        let (months, parts) = Self.months(from: from, to: to)
        for measure in measures {
            if let months { try sums.addMonths(db, measure, months) }
        }
        let days = try BalanceDays(db)
        for part in parts {
            let (first, last) = (Day(number: part.lowerBound), Day(number: part.upperBound))
            for day in try bookDays(db, from: first, to: last) {
                try days.each(BalanceDays.money, on: day) { row in
                    for measure in measures { sums.add(row, measure) }
                }
            }
        }
        return try sums.named(db)
    }

    /// The whole months of a span, and the days at its ends that are none.
    private static func months(
        from: Day?, to: Day?
    ) -> (whole: ClosedRange<Int32>?, days: [ClosedRange<Int32>]) {
        let begins = from.map { $0.civil.day == 1 } ?? true
        let ends = to.map { Day(number: $0.number &+ 1).civil.day == 1 } ?? true
        let first = from.map { begins ? $0.month : $0.month + 1 } ?? .min
        let last = to.map { ends ? $0.month : $0.month - 1 } ?? .max
        guard first <= last else {
            // Nothing but parts: all of it is read.
            guard let from, let to, from <= to else { return (nil, []) }
            return (nil, [from.number...to.number])
        }
        var days: [ClosedRange<Int32>] = []
        if let from, !begins {
            var end = from.number
            while Day(number: end &+ 1).civil.day != 1 { end += 1 }
            days.append(from.number...end)
        }
        if let to, !ends {
            days.append((to.number - Int32(to.civil.day) + 1)...to.number)
        }
        return (first...last, days)
    }

    /// By ids, as rows come.
    private struct TurnoverSums {
        struct Key: Hashable {
            let scope: String
            let account: Int64
        }

        var sums: [Key: Turnover] = [:]

        mutating func addMonths(
            _ db: Database, _ measure: TurnoverMeasure, _ months: ClosedRange<Int32>
        ) throws {
            let rows = try Row.fetchCursor(
                db.cachedStatement(
                    sql: """
                        SELECT scope, account, amount, amount_high FROM \(measure.table)
                        WHERE commodity \(measure.comparison) ? AND month >= ? AND month <= ?
                        """),
                arguments: [measure.commodity, months.lowerBound, months.upperBound])
            while let row = try rows.next() {
                sums[Key(scope: try row.at(0), account: try row.at(1)), default: Turnover()].add(
                    try Int128(row: row))
            }
        }

        mutating func add(_ row: BalanceDays.Row, _ measure: TurnoverMeasure) {
            let isOfCommodity = row.commodity == measure.commodity
            let (debit, credit): (Int128, Int128)
            switch measure {
            case .amounts where isOfCommodity: (debit, credit) = (row.debit, row.credit)
            case .values where isOfCommodity: (debit, credit) = (row.valueDebit, row.valueCredit)
            case .valuesOfOthers where !isOfCommodity:
                (debit, credit) = (row.valueDebit, row.valueCredit)
            case .amounts, .values, .valuesOfOthers: return
            }
            let key = Key(scope: row.scope, account: row.account)
            sums[key, default: Turnover()].add(debit)
            sums[key, default: Turnover()].add(credit)
        }

        func named(_ db: Database) throws -> [TurnoverKey: Turnover] {
            var names: [Int64: String] = [:]
            var found: [TurnoverKey: Turnover] = [:]
            for (key, sum) in sums where sum.debit != 0 || sum.credit != 0 {
                if names[key.account] == nil {
                    names[key.account] = try String.fetchOne(
                        db.cachedStatement(sql: "SELECT name FROM name WHERE id = ?"),
                        arguments: [key.account])
                }
                found[TurnoverKey(scope: key.scope, account: names[key.account] ?? "")] = sum
            }
            return found
        }
    }

    /// One line of an account.
    package struct AccountLine: Sendable {
        package let day: Day
        package let account: String
        package let number: String?
        package let kind: DocumentKind
        package let person: String
        package let party: String?
        package let memo: String?
        /// In the book's own currency.
        package let amount: Int64
        /// What was posted, where that is another one.
        package let foreign: (currency: String, amount: Int64)?
    }

    /// Postings to an account, or to all whose name begins with `account` where that ends on `/`, day by day in the
    /// order in which they were written; at most `limit`, of at most 10,000 accounts. Cost: those of the days.
    package func lines(
        of account: String, _ currency: CurrencyCode, from: Day, to: Day, limit: Int
    ) throws -> [AccountLine] {
        try access { db in
            let isMany = account.hasSuffix("/")
            let ids = try Int64.fetchAll(
                db,
                // The sign after `/` is `0`.
                sql: isMany
                    ? "SELECT id FROM name WHERE name >= ? AND name < ? ORDER BY id LIMIT 10000"
                    : "SELECT id FROM name WHERE name = ?",
                arguments: isMany ? [account, account.dropLast() + "0"] : [account])
            guard !ids.isEmpty else { return [] }
            let marks = ids.map { _ in "?" }.joined(separator: ",")
            let rows = try Row.fetchAll(
                db,
                sql: """
                    SELECT b.day, d.number, d.kind, d.person, d.party, d.memo, p.amount, p.base, c.name,
                        p.account
                    FROM book_day b
                    CROSS JOIN posting p ON p.day = b.day AND p.account IN (\(marks))
                    JOIN name c ON c.id = p.commodity AND (c.name = ? OR p.base IS NOT NULL)
                    JOIN document d ON d.log = p.log AND d.seq = p.seq AND d.op = p.op
                    JOIN log l ON l.id = p.log
                    WHERE b.day >= ? AND b.day <= ?
                    ORDER BY b.day, d.time, l.author, p.seq, p.op, p.place LIMIT ?
                    """,
                arguments: StatementArguments(ids) + [
                    currency.text, from.number, to.number, limit,
                ])
            let names = try self.names(db, Set(try rows.map { try $0.at(9) as Int64 }))
            return try rows.map { row in
                let (commodity, amount): (String, Int64) = (try row.at(8), try row.at(6))
                let isOwn = commodity == currency.text
                return AccountLine(
                    day: Day(number: try row.at(0)),
                    account: names[try row.at(9) as Int64] ?? account,
                    number: try row.at(1),
                    kind: DocumentKind(rawValue: try row.at(2)) ?? .statement,
                    person: try row.at(3), party: try row.at(4), memo: try row.at(5),
                    amount: isOwn ? amount : try row.at(7),
                    foreign: isOwn ? nil : (commodity, amount))
            }
        }
    }

    /// What of an account is open where the oldest is settled first: the last of its debits (or credits), the newest
    /// first, up to `balance`, each by its document's own date; what was reversed is neither. Cost: the account's postings back to the oldest that is open.
    package func open(
        _ balance: Int128, of account: Account, isDebit: Bool, _ currency: CurrencyCode,
        upTo day: Day
    ) throws -> [(day: Day, amount: Int128)] {
        try access { db in
            let rows = try Row.fetchCursor(
                db.cachedStatement(
                    sql: """
                        SELECT d.day, p.amount FROM book_day b
                        CROSS JOIN posting p ON p.day = b.day
                            AND p.account = (SELECT id FROM name WHERE name = ?)
                            AND p.commodity = (SELECT id FROM name WHERE name = ?)
                        JOIN document d ON d.log = p.log AND d.seq = p.seq AND d.op = p.op
                        WHERE b.day <= ? AND coalesce(d.relation, 0) <> ?
                            AND NOT EXISTS (SELECT 1 FROM document r
                                WHERE r.target = d.number AND r.relation = ?)
                        ORDER BY b.day DESC
                        """),
                arguments: [
                    account.name, currency.text, day.number,
                    DocumentLink.Relation.reverses.rawValue,
                    DocumentLink.Relation.reverses.rawValue,
                ])
            var rest = balance
            var found: [(day: Day, amount: Int128)] = []
            while rest > 0, let row = try rows.next() {
                let amount = Int128(try row.at(1) as Int64) * (isDebit ? 1 : -1)
                guard amount > 0 else { continue }
                found.append((Day(number: try row.at(0)), min(amount, rest)))
                rest -= min(amount, rest)
            }
            return found
        }
    }
}
