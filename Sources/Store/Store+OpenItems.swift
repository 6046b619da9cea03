package import Books
import GRDB
package import Replica

/// What is on the accounts of customers and suppliers, and who said what settles what.
extension Store {
    /// The items of an account up to a day of the ledger, those that are settled as well. Cost: the account's postings.
    package func openItems(
        _ account: Account, _ currency: CurrencyCode, upTo day: Day?
    ) throws -> OpenItems {
        OpenItems(try lines(on: account, currency, upTo: day), try matches(on: account))
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

    /// What a tender took, by day of the ledger, beside what was settled of it. Cost: its postings of those days.
    package func taken(
        by tender: Account, _ currency: CurrencyCode, from: Day, to: Day
    ) throws -> [Day: Int128] {
        try access { db in
            let rows = try Row.fetchAll(
                db.cachedStatement(
                    sql: """
                        SELECT b.day, p.amount FROM book_day b CROSS JOIN posting p ON p.day = b.day
                            AND p.account = (SELECT id FROM name WHERE name = ?)
                            AND p.commodity = (SELECT id FROM name WHERE name = ?)
                        JOIN document d ON d.log = p.log AND d.seq = p.seq AND d.op = p.op
                        WHERE b.day >= ? AND b.day <= ? AND NOT EXISTS (
                            SELECT 1 FROM event e WHERE e.entity = ? || d.number
                                OR d.relation = ? AND e.entity = ? || d.target)
                        """),
                arguments: [
                    tender.name, currency.text, from.number, to.number, Event.clearingPrefix,
                    DocumentLink.Relation.reverses.rawValue, Event.clearingPrefix,
                ])
            return try rows.reduce(into: [:]) {
                $0[Day(number: try $1.at(0)), default: 0] += Int128(try $1.at(1) as Int64)
            }
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
