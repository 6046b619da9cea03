package import Books
import GRDB
package import Replica

/// What is on the accounts of customers and suppliers, and who said what settles what.
extension Store {
    /// The items of an account up to a day of the ledger, those that are settled as well. Cost: the account's postings.
    ///
    /// - Parameter own: the book's own currency, of which a match is that names none.
    package func openItems(
        _ account: Account, _ currency: CurrencyCode, own: CurrencyCode, upTo day: Day?
    ) throws -> OpenItems {
        OpenItems(
            try lines(on: account, currency, upTo: day),
            try matches(on: account).filter { ($0.currency ?? own) == currency })
    }

    /// What is on an account up to a day of the ledger, in no order.
    package func lines(
        on account: Account, _ currency: CurrencyCode, upTo day: Day?
    ) throws -> [OpenItem.Line] {
        try access { db in
            let rows = try Row.fetchAll(
                db.cachedStatement(
                    sql: """
                        SELECT d.number, d.day, p.amount, d.relation, d.target, d.memo, d.source_key,
                            d.person
                        FROM book_day b CROSS JOIN posting p ON p.day = b.day
                            AND p.account = (SELECT id FROM name WHERE name = ?)
                            AND p.commodity = (SELECT id FROM name WHERE name = ?)
                        JOIN document d ON d.log = p.log AND d.seq = p.seq AND d.op = p.op
                        WHERE b.day <= ?
                        """),
                arguments: [account.name, currency.text, day?.number ?? Int32.max])
            return try rows.map { row in
                let target = (try row.at(4) as String?).flatMap { DocumentNumber($0) }
                let relation = (try row.at(3) as UInt8?).flatMap {
                    DocumentLink.Relation(rawValue: $0)
                }
                return OpenItem.Line(
                    number: (try row.at(0) as String?).flatMap { DocumentNumber($0) },
                    day: Day(number: try row.at(1)), amount: Int128(try row.at(2) as Int64),
                    link: target.flatMap { target in
                        relation.map { DocumentLink($0, target) }
                    }, memo: try row.at(5), key: try row.at(6), person: try row.at(7))
            }
        }
    }

    /// What moved a bank's account on days of the ledger, by document, and the line that it was booked from.
    package func booked(
        on bank: Account, _ currency: CurrencyCode, from: Day, to: Day
    ) throws -> [BankMatching.Booked] {
        try access { db in
            let rows = try Row.fetchAll(
                db.cachedStatement(
                    sql: """
                        SELECT d.number, d.day, p.amount, d.source, d.source_key
                        FROM book_day b CROSS JOIN posting p ON p.day = b.day
                            AND p.account = (SELECT id FROM name WHERE name = ?)
                            AND p.commodity = (SELECT id FROM name WHERE name = ?)
                        JOIN document d ON d.log = p.log AND d.seq = p.seq AND d.op = p.op
                        WHERE b.day >= ? AND b.day <= ? AND d.number IS NOT NULL
                            AND coalesce(d.relation, 0) <> ? AND NOT EXISTS (
                                SELECT 1 FROM document r WHERE r.target = d.number
                                    AND r.relation = ?)
                        ORDER BY d.number, d.day, d.source, d.source_key
                        """),
                arguments: [
                    bank.name, currency.text, from.number, to.number,
                    DocumentLink.Relation.reverses.rawValue,
                    DocumentLink.Relation.reverses.rawValue,
                ])
            var found: [DocumentNumber: BankMatching.Booked] = [:]
            for row in rows {
                guard let number = DocumentNumber(try row.at(0) as String) else { continue }
                let source: String? = try row.at(3)
                let first = found[number]
                found[number] = BankMatching.Booked(
                    number: number, day: try first?.day ?? Day(number: row.at(1)),
                    amount: (first?.amount ?? 0) + Int128(try row.at(2) as Int64),
                    key: try first == nil ? (source == bank.name ? row.at(4) : nil) : first?.key)
            }
            return found.values.filter { $0.amount != 0 }.sorted { $0.number < $1.number }
        }
    }

    /// What a tender took, by day of the ledger, beside what was settled of it. Cost: its postings of those days, summed, and a
    /// look at each settlement.
    package func taken(
        by tender: Account, _ currency: CurrencyCode, from: Day, to: Day
    ) throws -> [Day: Int128] {
        let settlements = try clearings().filter { $0.tender == tender }.map(\.number)
        return try access { db in
            let ids = try Row.fetchOne(
                db.cachedStatement(
                    sql: """
                        SELECT (SELECT id FROM name WHERE name = ?), (SELECT id FROM name WHERE name = ?)
                        """), arguments: [tender.name, currency.text])
            guard let ids, let account = try ids.at(0) as Int64?,
                let commodity = try ids.at(1) as Int64?
            else { return [:] }
            var sums: [Day: Int128] = [:]
            let rows = try Row.fetchAll(
                db.cachedStatement(
                    sql: """
                        SELECT b.day, sum(p.amount >> 32), sum(p.amount & 4294967295)
                        FROM book_day b CROSS JOIN posting p ON p.day = b.day AND p.account = ?
                            AND p.commodity = ?
                        WHERE b.day >= ? AND b.day <= ? GROUP BY b.day
                        """), arguments: [account, commodity, from.number, to.number])
            for row in rows { sums[Day(number: try row.at(0))] = try Int128(row: row, halvesAt: 1) }
            // What settles it, and what takes that back, is no taking.
            let settled = try db.cachedStatement(
                sql: """
                    SELECT p.day, p.amount FROM document d
                    LEFT JOIN late t ON t.log = d.log AND t.seq = d.seq AND t.op = d.op
                    CROSS JOIN posting p ON p.day = coalesce(t.day, d.day) AND p.account = ?2
                        AND p.commodity = ?3 AND p.log = d.log AND p.seq = d.seq AND p.op = d.op
                    WHERE d.number = ?1 OR d.relation = ?4 AND d.target IN (
                        SELECT ?1 UNION SELECT r.number FROM document r
                        WHERE r.target = ?1 AND r.relation = ?4)
                    """)
            for number in settlements {
                let rows = try Row.fetchAll(
                    settled,
                    arguments: [
                        number.description, account, commodity,
                        DocumentLink.Relation.reverses.rawValue,
                    ])
                for row in rows {
                    let day = Day(number: try row.at(0))
                    guard from <= day, day <= to else { continue }
                    sums[day, default: 0] -= Int128(try row.at(1) as Int64)
                }
            }
            return sums
        }
    }
}

extension Store {
    /// Banks of which a statement was read, in order.
    package func banks() throws -> [Account?] {
        try access { db in
            try String.fetchAll(
                db.cachedStatement(
                    sql: """
                        SELECT DISTINCT substr(entity, :start, length(entity) - :start - 7) FROM event
                        WHERE entity >= :prefix AND entity < :end ORDER BY 1
                        """),
                arguments: [
                    "start": Event.bankPrefix.count + 1, "prefix": Event.bankPrefix,
                    "end": Event.bankPrefix.dropLast() + "0",
                ]
            ).map { Account("bank/\($0)") }
        }
    }

    /// Goods of suppliers that came on days of the ledger and stand. Cost: a look at every supplier's account on every day.
    package func receipts(
        from: Day, to: Day
    ) throws -> [(number: DocumentNumber, party: String, day: Day, person: String)] {
        try access { db in
            try Row.fetchAll(
                db.cachedStatement(
                    sql: """
                        SELECT DISTINCT d.number, d.party, d.day, d.person
                        FROM name a CROSS JOIN book_day b
                        CROSS JOIN posting p ON p.day = b.day AND p.account = a.id
                        JOIN document d ON d.log = p.log AND d.seq = p.seq AND d.op = p.op
                        WHERE a.name >= 'payable/' AND a.name < 'payable0' AND d.kind = ?
                            AND b.day >= ? AND b.day <= ? AND d.party IS NOT NULL
                            AND NOT EXISTS (SELECT 1 FROM document r
                                WHERE r.target = d.number AND r.relation = ?)
                        ORDER BY d.number
                        """),
                arguments: [
                    DocumentKind.goodsReceipt.rawValue, from.number, to.number,
                    DocumentLink.Relation.reverses.rawValue,
                ]
            ).compactMap { row in
                guard let number = DocumentNumber(try row.at(0) as String? ?? "") else {
                    return nil
                }
                return (number, try row.at(1), Day(number: try row.at(2)), try row.at(3))
            }
        }
    }

    /// How many entries were applied, of all logs.
    package func entriesApplied() throws -> Int64 {
        try access { db in
            try Int64.fetchOne(
                db.cachedStatement(sql: "SELECT coalesce(sum(applied), 0) FROM log")) ?? 0
        }
    }
}
