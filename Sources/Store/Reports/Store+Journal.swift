import GRDB
package import Replica

/// Postings in the order in which a journal shows them.
extension Store {
    package struct JournalRow: Hashable, Sendable {
        /// Where it stands in the ledger.
        package let day: Day
        package let document: DocumentHeader
        package let account: String
        package let commodity: String
        package let amount: Int64
        package let item: String?
        /// What an amount of another currency is carried at.
        package let base: Int64?
        /// Groups the postings of one transaction.
        package let transaction: Int64
        /// Where it was posted.
        package let scope: String

        package init(
            day: Day, document: DocumentHeader, account: String, commodity: String, amount: Int64,
            item: String?, base: Int64? = nil, transaction: Int64, scope: String
        ) {
            self.scope = scope
            self.day = day
            self.document = document
            self.account = account
            self.commodity = commodity
            self.amount = amount
            self.item = item
            self.base = base
            self.transaction = transaction
        }
    }

    /// The days on which anything is dated, from `first` to `last`, in order.
    package func days(from first: Day?, to last: Day?) throws -> [Day] {
        try access { db in
            try Int32.fetchAll(
                db, sql: "SELECT day FROM book_day WHERE day >= ? AND day <= ? ORDER BY day",
                arguments: [
                    first?.number ?? Day.range.lowerBound, last?.number ?? Day.range.upperBound,
                ]
            ).map { Day(number: $0) }
        }
    }

    /// All postings of one day, by time, transaction and place. Memory: a day's postings.
    package func journal(on day: Day) throws -> [JournalRow] {
        try access { db in
            let rows = try Row.fetchCursor(
                db.cachedStatement(
                    sql: """
                        SELECT a.name, c.name, p.amount, i.name, p.log, p.seq, p.op, p.base, l.scope, d.*
                        FROM posting p
                        JOIN document d ON d.log = p.log AND d.seq = p.seq AND d.op = p.op
                        JOIN log l ON l.id = p.log
                        JOIN name a ON a.id = p.account JOIN name c ON c.id = p.commodity
                        LEFT JOIN name i ON i.id = p.item
                        WHERE p.day = ? ORDER BY d.time, l.log_id, p.seq, p.op, p.place
                        """),
                arguments: [day.number])
            var found: [JournalRow] = []
            var last: (key: SIMD4<Int64>, document: DocumentHeader)?
            var number: Int64 = 0
            while let row = try rows.next() {
                // A document is decoded once, not for each of its postings.
                let key = SIMD4<Int64>(try row.at(4), try row.at(5), try row.at(6), 0)
                let document: DocumentHeader
                if let last, last.key == key {
                    document = last.document
                } else {
                    document = try DocumentHeader(row: row)
                    last = (key, document)
                    number += 1
                }
                found.append(
                    JournalRow(
                        day: day, document: document, account: try row.at(0),
                        commodity: try row.at(1),
                        amount: try row.at(2),
                        item: (try row.at(3) as String?).map { String($0.dropFirst()) },
                        base: try row.at(7), transaction: number, scope: try row.at(8)))
            }
            return found
        }
    }

    package struct CostRecord: Hashable, Sendable {
        package let branch: String
        package let item: String
        package let day: Day
        package let kind: DocumentKind
        package let number: String?
        package let quantity: Int64
        package let cost: Int64
        package let variance: Int64
        package let uncosted: Int64
    }

    /// Hands every derived row to `body`, by branch and item. Memory: one row.
    package func costs(
        of number: DocumentNumber? = nil, _ body: (CostRecord) throws -> Void
    ) throws {
        try access { db in
            let rows = try Row.fetchCursor(
                db,
                sql: """
                    SELECT c.branch, n.name, c.day, c.kind, c.number, c.quantity, c.cost,
                        c.variance, c.uncosted
                    FROM cost c JOIN name n ON n.id = c.item
                    WHERE ? IS NULL OR c.number = ? ORDER BY c.branch, c.item, c.day, c.seq
                    """,
                arguments: [number?.description, number?.description])
            while let row = try rows.next() {
                try body(
                    CostRecord(
                        branch: try row.at(0), item: String((try row.at(1) as String).dropFirst()),
                        day: Day(number: try row.at(2)),
                        kind: DocumentKind(rawValue: try row.at(3)) ?? .statement,
                        number: try row.at(4),
                        quantity: try row.at(5), cost: try row.at(6), variance: try row.at(7),
                        uncosted: try row.at(8)))
            }
        }
    }

    package struct SalesRow: Hashable, Sendable {
        package let branch: String
        package let day: Day
        /// Net of tax, in minor units.
        package var revenue: Int128 = 0
        package var documents: Int64 = 0
    }

    /// Net revenue per branch and day. Cost: the sales postings of those days.
    package func sales(from first: Day?, to last: Day?) throws -> [SalesRow] {
        try access { db in
            let accounts = try Row.fetchAll(
                db, sql: "SELECT id, name FROM name WHERE name >= 'sales/' AND name < 'sales0'")
            var found: [SalesRow] = []
            for day in try days(from: first, to: last) {
                for account in accounts {
                    let name: String = account[1]
                    let rows = try Row.fetchCursor(
                        db.cachedStatement(
                            sql: """
                                SELECT amount, log, seq, op FROM posting
                                WHERE day = ? AND account = ?
                                """),
                        arguments: [day.number, account[0] as Int64])
                    var sum = SalesRow(branch: String(name.dropFirst(6)), day: day)
                    var last: [Int64] = []
                    while let row = try rows.next() {
                        sum.revenue -= Int128(try row.at(0) as Int64)
                        let key: [Int64] = [try row.at(1), try row.at(2), try row.at(3)]
                        if key != last { sum.documents += 1 }
                        last = key
                    }
                    if sum.documents > 0 { found.append(sum) }
                }
            }
            return found
        }
    }

    /// The last documents of a kind that are held, the newest first.
    package func documents(
        _ kinds: [DocumentKind], limit: Int
    ) throws -> [(header: DocumentHeader, scope: String)] {
        try access { db in
            let marks = kinds.map { _ in "?" }.joined(separator: ",")
            let rows = try Row.fetchAll(
                db,
                sql: """
                    SELECT d.*, l.scope FROM document d JOIN log l ON l.id = d.log
                    WHERE d.kind IN (\(marks)) ORDER BY d.day DESC, d.time DESC LIMIT ?
                    """,
                arguments: StatementArguments(kinds.map { Int64($0.rawValue) } + [Int64(limit)]))
            return try rows.map { (try DocumentHeader(row: $0), try $0.at("scope")) }
        }
    }

    package struct EntryRow: Hashable, Sendable {
        package let scope: String
        package let author: NodeID
        package let seq: UInt64
        package let hash: String
        package let bytes: Int
        package let log: LogID
    }

    /// The newest entries of each log, or of those of one scope; at most `limit` in all.
    package func newestEntries(scope: Scope?, limit: Int) throws -> [EntryRow] {
        try access { db in
            var found: [EntryRow] = []
            for scope in try scope.map({ [$0] }) ?? scopesHeld() {
                for (name, log, head) in try logs(in: scope) {
                    guard found.count < limit else { return found }
                    let rows = try Row.fetchAll(
                        db.cachedStatement(
                            sql: """
                                SELECT seq, hex(hash), length(bytes) FROM entry
                                WHERE log = (SELECT id FROM log WHERE log_id = ?) AND seq <= ?
                                ORDER BY seq DESC LIMIT ?
                                """),
                        arguments: [
                            blob(log.digest), integer(head.seq), min(20, limit - found.count),
                        ])
                    found += try rows.map {
                        EntryRow(
                            scope: scope.name, author: name.author, seq: natural(try $0.at(0)),
                            hash: (try $0.at(1) as String).lowercased(), bytes: try $0.at(2),
                            log: log)
                    }
                }
            }
            return found
        }
    }

    /// The scopes of which anything is held.
    package func scopesHeld() throws -> [Scope] {
        try access { db in
            try String.fetchAll(db, sql: "SELECT DISTINCT scope FROM log").compactMap { Scope($0) }
                .sorted()
        }
    }

    /// Codes of items, in order, from `after` on; those whose code or name contains `search`.
    package func items(search: String?, after: String?, limit: Int) throws -> [String] {
        try access { db in
            let pattern = search.map { text in
                "%" + text.map { "%_\\".contains($0) ? "\\\($0)" : "\($0)" }.joined() + "%"
            }
            return try String.fetchAll(
                db,
                sql: """
                    SELECT DISTINCT entity FROM register
                    WHERE attribute = 'name' AND entity > ? AND entity < 'item0'
                        AND (? IS NULL OR entity LIKE ? ESCAPE '\\'
                            OR CAST(value AS TEXT) LIKE ? ESCAPE '\\')
                    ORDER BY entity LIMIT ?
                    """,
                arguments: ["item/" + (after ?? ""), pattern, pattern, pattern, limit]
            ).map { String($0.dropFirst(5)) }
        }
    }
}
