import Books
import GRDB
package import Replica
import Sodium

import struct Foundation.Data

/// What is held against each other when branches are reconciled.
extension Store {
    /// What the keepers of two branches stated of a shipment: what the sender is due less what the receiver owes.
    package struct OpenValue: Hashable, Sendable {
        package let shipment: DocumentNumber
        package let sender: BranchCode
        package let receiver: BranchCode
        package var stated: Int128 = 0
        package var taken: Int128 = 0
        package var open: Int128 { stated - taken }
    }

    /// In the order of the shipments. Cost: all that was stated of shipments and arrivals.
    package func openValues() throws -> [OpenValue] {
        try access { db in
            var shipments: [String: String] = [:]
            for row in try Row.fetchAll(
                db.cachedStatement(sql: "SELECT DISTINCT document, shipment FROM transfer"))
            {
                shipments[try row.at(0)] = try row.at(1)
            }
            struct Key: Hashable {
                let shipment: DocumentNumber
                let sender: BranchCode
                let receiver: BranchCode
            }
            var found: [Key: OpenValue] = [:]
            let rows = try Row.fetchAll(
                db.cachedStatement(
                    sql: """
                        SELECT a.name, s.document, sum(s.amount >> 32), sum(s.amount & 4294967295)
                        FROM statement s JOIN name a ON a.id = s.account
                        WHERE a.name >= 'due-' AND a.name < 'due.' GROUP BY s.account, s.document
                        """))
            for row in rows {
                let about: String = try row.at(1)
                guard let account = Account(try row.at(0) as String),
                    case .side(let owner, let other) = account.place
                else { continue }
                let isSender = account.root == .dueFrom
                // About the shipment itself, an arrival of it, or what became of goods in dispute.
                guard let shipment = DocumentNumber(shipments[about] ?? about)
                else { continue }
                let key = Key(
                    shipment: shipment, sender: isSender ? owner : other,
                    receiver: isSender ? other : owner)
                var value =
                    found[key]
                    ?? OpenValue(shipment: shipment, sender: key.sender, receiver: key.receiver)
                let amount = try Int128(row: row, halvesAt: 2)
                if isSender { value.stated += amount } else { value.taken -= amount }
                found[key] = value
            }
            return found.values.filter { $0.open != 0 }.sorted {
                ($0.shipment, $0.receiver) < ($1.shipment, $1.receiver)
            }
        }
    }

    /// One payment, as it may have been entered twice.
    package struct PaymentRow: Hashable, Sendable {
        package let number: DocumentNumber
        package let account: String
        package let day: Day
        package let person: String
        package let commodity: String
        package let amount: Int64
        /// In the currency in which the account's branch keeps its books.
        package let value: Int64
    }

    /// Payments of customers and to suppliers since a day that nobody took back, by account and day. Cost: a look at
    /// every account of a party on every day.
    package func payments(since day: Day, _ currencies: OwnCurrencies) throws -> [PaymentRow] {
        try access { db in
            let rows = try Row.fetchAll(
                db.cachedStatement(
                    sql: """
                        SELECT d.number, a.name, p.day, d.person, p.amount, p.base, c.name
                        FROM name a CROSS JOIN book_day b
                        CROSS JOIN posting p ON p.day = b.day AND p.account = a.id
                        JOIN name c ON c.id = p.commodity AND (p.base IS NOT NULL
                            OR c.name IN (SELECT value FROM json_each(?)))
                        JOIN document d ON d.log = p.log AND d.seq = p.seq AND d.op = p.op
                        WHERE (a.name >= 'receivable/' AND a.name < 'receivable0'
                                OR a.name >= 'payable/' AND a.name < 'payable0')
                            AND b.day >= ? AND d.kind = ? AND NOT EXISTS (
                                SELECT 1 FROM document r WHERE r.target = d.number
                                    AND r.relation = ?)
                        ORDER BY a.name, p.day, d.number
                        """),
                arguments: [
                    "[\"" + currencies.all.map(\.text).joined(separator: "\",\"") + "\"]",
                    day.number, DocumentKind.payment.rawValue,
                    DocumentLink.Relation.reverses.rawValue,
                ])
            return try rows.compactMap { row in
                guard let number = DocumentNumber(try row.at(0) as String? ?? "") else {
                    return nil
                }
                let (commodity, amount): (String, Int64) = (try row.at(6), try row.at(4))
                let account: String = try row.at(1)
                guard case .branch(let branch)? = Account(account)?.place else { return nil }
                let isOwn = commodity == currencies[branch].text
                guard let value = isOwn ? amount : try row.at(5) as Int64? else { return nil }
                return PaymentRow(
                    number: number, account: account, day: Day(number: try row.at(2)),
                    person: try row.at(3), commodity: commodity, amount: amount,
                    value: value)
            }
        }
    }

    /// Lines of another system's document that stand in two documents: the two numbers, and what was read; what comes back
    /// every month only within a branch, as each has names of its own. At most `limit`. Cost: all documents that came from elsewhere.
    package func recordedTwice(limit: Int) throws -> [(first: String, second: String, what: String)]
    {
        try access { db in
            try Row.fetchAll(
                db.cachedStatement(
                    sql: """
                        SELECT DISTINCT d.number, o.number, d.source || ' ' || d.source_key
                        FROM document d JOIN document o ON o.source = d.source
                            AND o.source_key = d.source_key AND o.number > d.number
                            AND o.line_first <= d.line_last AND o.line_last >= d.line_first
                        JOIN log l ON l.id = d.log JOIN log m ON m.id = o.log
                        WHERE d.source IS NOT NULL AND (d.source <> ? OR l.scope = m.scope)
                            AND NOT EXISTS (
                            SELECT 1 FROM document r WHERE r.target IN (d.number, o.number)
                                AND r.relation = ?)
                        ORDER BY d.number, o.number LIMIT ?
                        """),
                arguments: [
                    Planner.recurringSource, DocumentLink.Relation.reverses.rawValue, limit,
                ]
            ).map { (try $0.at(0), try $0.at(1), try $0.at(2)) }
        }
    }

    /// Numbers that no document has although a later one of the series does: the first of each series, kind and year, and
    /// how many there are. Cost: the numbers of all documents, as an index has them.
    package func numberGaps() throws -> [(first: DocumentNumber, count: Int64)] {
        try access { db in
            var found: [(first: DocumentNumber, count: Int64)] = []
            for row in try Row.fetchAll(
                db.cachedStatement(
                    sql: """
                        SELECT series, kind, year, running FROM counter ORDER BY series, kind, year
                        """))
            {
                guard let series = Series(try row.at(0) as String),
                    let kind = DocumentKind(rawValue: try row.at(1)),
                    let year: UInt16 = try row.at(2)
                else { continue }
                let last: Int64 = try row.at(3)
                let one = DocumentNumber(series: series, kind: kind, year: year, running: 1)
                let prefix = String(one.description.dropLast(6))
                // What is begun by an event has its number in the name of what the event is of. Where nothing is, the
                // index has them in order, each once.
                let place = Self.placeOfEvents(kind)
                let documents = """
                    SELECT DISTINCT number FROM document WHERE number >= :prefix AND number < :end
                    """
                let numbers =
                    place.isEmpty
                    ? documents
                    : """
                    \(documents) UNION SELECT substr(entity, instr(entity, '/') + 1) AS number FROM event
                    WHERE kind = 'opened' AND entity >= :place || :prefix AND entity < :place || :end
                    """
                var arguments: StatementArguments = [
                    "prefix": prefix, "end": prefix.dropLast() + ".",
                ]
                if !place.isEmpty { arguments += ["place": place] }
                let count =
                    try Int64.fetchOne(
                        db.cachedStatement(sql: "SELECT count(*) FROM (\(numbers))"),
                        arguments: arguments) ?? 0
                guard count < last else { continue }
                // From a million on numbers are longer: as texts they would stand among shorter ones.
                var next: UInt64 = 1
                var isOver = false
                for digits in 6...max(6, String(last).utf8.count) where !isOver {
                    let held = try String.fetchCursor(
                        db.cachedStatement(
                            sql: """
                                SELECT number FROM (\(numbers)) WHERE length(number) = :length
                                ORDER BY number
                                """),
                        arguments: arguments + ["length": prefix.count + digits])
                    while let text = try held.next() {
                        guard let number = DocumentNumber(text), number.running == next else {
                            isOver = true
                            break
                        }
                        next += 1
                    }
                }
                found.append(
                    (
                        DocumentNumber(series: series, kind: kind, year: year, running: next),
                        last - count
                    ))
            }
            return found
        }
    }

    /// Documents that more than one other takes back, in order, with these. Cost: every document that names another one.
    package func reversedTwice(limit: Int) throws -> [DocumentNumber] {
        try access { db in
            try String.fetchAll(
                db.cachedStatement(
                    sql: """
                        SELECT target FROM document WHERE target IS NOT NULL AND relation = ?
                        GROUP BY target HAVING count(DISTINCT number) > 1 ORDER BY target LIMIT ?
                        """),
                arguments: [DocumentLink.Relation.reverses.rawValue, limit]
            ).compactMap { DocumentNumber($0) }
        }
    }

    private static func placeOfEvents(_ kind: DocumentKind) -> String {
        switch kind {
        case .purchaseOrder, .salesOrder, .transferRequest: Event.orderPrefix
        case .tillShift: Event.shiftPrefix
        case .count: Event.countPrefix
        case .close: Event.closePrefix
        case .match: Event.matchPrefix
        case .invoice: Event.invoicePrefix
        case .journal: Event.debtPrefix
        case .quota: Event.reclaimPrefix
        case .task: Event.taskPrefix
        case .notice: Event.noticePrefix
        default: ""
        }
    }

    /// What all pools of a branch are worth. Pools are to be folded before.
    package func poolValue(of branch: BranchCode) throws -> Int128 {
        try access { db in
            try Int64.fetchAll(
                db.cachedStatement(sql: "SELECT value FROM pool WHERE branch = ?"),
                arguments: [branch.text]
            ).reduce(Int128(0)) { $0 + Int128($1) }
        }
    }

    /// When each branch's nodes wrote the last entry that is held here, by their clocks.
    package func lastWritten(_ roster: Roster) throws -> [BranchCode: HybridTime] {
        try access { db in
            var last: [BranchCode: HybridTime] = [:]
            for row in try Row.fetchAll(
                db.cachedStatement(sql: "SELECT author, max(time) FROM log GROUP BY author"))
            {
                guard let key = PublicKey(try row.at(0) as Data),
                    let branch = roster.nodes[NodeID(key)]?.admission.branch
                else { continue }
                let time = HybridTime(raw: natural(try row.at(1)))
                last[branch] = max(last[branch] ?? time, time)
            }
            return last
        }
    }
}
