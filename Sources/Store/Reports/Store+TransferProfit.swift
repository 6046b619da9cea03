package import Books
import GRDB
package import Replica

/// What a company's branches charged each other for goods beyond their cost, and where these goods went.
extension Store {
    /// A fact with its day in the ledger, in the order in which it acts.
    package struct TransferFact: Sendable {
        package let item: Int64
        package let day: Day
        package let fact: TransferProfit.Fact
        let time: Int64
        let order: Int
        /// Of the document, or the branch.
        let name: String
    }

    /// Did any branch charge another one a price?
    package func hasTransferPrices() throws -> Bool {
        try access { db in
            try Bool.fetchOne(
                db.cachedStatement(
                    sql: """
                        SELECT EXISTS (SELECT 1 FROM name
                            WHERE name >= 'transfer-cost/' AND name < 'transfer-taw')
                        """)) ?? false
        }
    }

    /// What a branch was charged for the goods of a shipment, less what came back or is lost.
    package struct ChargedTransfer: Sendable {
        package let shipment: DocumentNumber
        package let receiver: BranchCode
        package var net = Int128(0)
        package var tax = Int128(0)
    }

    /// In the order of the shipments. Cost: all that was stated of prices.
    package func chargedTransfers() throws -> [ChargedTransfer] {
        try access { db in
            var found: [DocumentNumber: ChargedTransfer] = [:]
            let rows = try Row.fetchCursor(
                db.cachedStatement(
                    sql: """
                        SELECT a.name, t.shipment, l.scope,
                            sum(s.amount >> 32), sum(s.amount & 4294967295)
                        FROM name a CROSS JOIN statement s ON s.account = a.id
                        JOIN (SELECT DISTINCT document, shipment, log FROM transfer) t
                            ON t.document = s.document
                        JOIN log l ON l.id = t.log
                        WHERE a.name >= 'transfer-sales/' AND a.name < 'transfer-tax0'
                        GROUP BY a.id, t.shipment, l.scope
                        """))
            while let row = try rows.next() {
                guard let account = Account(try row.at(0) as String),
                    case .branch(let owner) = account.place,
                    let shipment = DocumentNumber(try row.at(1) as String),
                    shipment.series.branch == owner,
                    case .between(let pair)? = Scope(try row.at(2) as String), pair.contains(owner)
                else { continue }
                var charged =
                    found[shipment]
                    ?? ChargedTransfer(shipment: shipment, receiver: pair.other(than: owner))
                let amount = try Int128(row: row, halvesAt: 3)
                if account.root == .transferTax {
                    charged.tax -= amount
                } else {
                    charged.net -= amount
                }
                found[shipment] = charged
            }
            return found.values.sorted { $0.shipment < $1.shipment }
        }
    }

    /// Of every item that any of these branches charged another one of them a price for, and of what was made of these, up to a
    /// day. Cost: all moves of these items.
    package func transferFacts(
        of branches: Set<BranchCode>, upTo day: Day?
    ) throws -> [TransferFact] {
        let last = day?.number ?? .max
        return try access { db in
            let earned = try earned(db, branches, last)
            var items = Set(earned.map(\.item))
            guard !items.isEmpty else { return [] }
            // What is made of what was made of them, and so on: each round finds one that is new, or is the last.
            while case let products = try products(db, of: items).subtracting(items),
                !products.isEmpty
            {
                items.formUnion(products)
            }
            let moves = try transfers(db, items, last)
            let others = try others(db, items, branches, last)
            return (earned + moves + others).sorted {
                ($0.day, $0.order, $0.time, $0.name, $0.item)
                    < ($1.day, $1.order, $1.time, $1.name, $1.item)
            }
        }
    }

    private func products(_ db: Database, of items: Set<Int64>) throws -> Set<Int64> {
        Set(
            try Int64.fetchAll(
                db.cachedStatement(
                    sql: """
                        SELECT DISTINCT product FROM repack
                        WHERE item IN (SELECT value FROM json_each(?))
                        """),
                arguments: [jsonList(items.sorted())]))
    }

    /// What keepers stated of prices, less what they stated of cost.
    private func earned(
        _ db: Database, _ branches: Set<BranchCode>, _ last: Int32
    ) throws -> [TransferFact] {
        let rows = try Row.fetchCursor(
            db.cachedStatement(
                sql: """
                    SELECT a.name, s.item, s.document, s.amount, coalesce(t.day, d.day), d.time
                    FROM name a JOIN statement s ON s.account = a.id
                    JOIN document d ON d.log = s.log AND d.seq = s.seq AND d.op = s.op
                    LEFT JOIN late t ON t.log = s.log AND t.seq = s.seq AND t.op = s.op
                    WHERE a.name >= 'transfer-cost/' AND a.name < 'transfer-taw'
                    """))
        var facts: [TransferFact] = []
        while let row = try rows.next() {
            guard let account = Account(try row.at(0) as String),
                case .branch(let owner) = account.place, let other = BranchCode(account.rest),
                branches.contains(owner), branches.contains(other),
                let document = DocumentNumber(try row.at(2) as String),
                (try row.at(4) as Int32) <= last
            else { continue }
            let profit = -Int128(try row.at(3) as Int64)
            facts.append(
                TransferFact(
                    item: try row.at(1), day: Day(number: try row.at(4)),
                    fact: document.kind == .shipment
                        ? .earned(document, by: owner, profit)
                        : .unearned(by: owner, areLost: document.kind == .writeOff, profit),
                    time: try row.at(5), order: 1, name: document.description))
        }
        return facts
    }

    /// What went from branch to branch.
    private func transfers(
        _ db: Database, _ items: Set<Int64>, _ last: Int32
    ) throws -> [TransferFact] {
        let rows = try Row.fetchCursor(
            db.cachedStatement(
                sql: """
                    SELECT t.branch, t.item, t.document, t.shipment, t.amount, l.scope,
                        coalesce(late.day, d.day), d.time
                    FROM json_each(?) b CROSS JOIN json_each(?) i
                    CROSS JOIN transfer t ON t.branch = b.value AND t.item = i.value
                    JOIN document d ON d.log = t.log AND d.seq = t.seq AND d.op = t.op
                    JOIN log l ON l.id = t.log
                    LEFT JOIN late ON late.log = t.log AND late.seq = t.seq AND late.op = t.op
                    """),
            arguments: [
                try String.fetchOne(
                    db.cachedStatement(
                        sql: """
                            SELECT json_group_array(branch)
                            FROM (SELECT DISTINCT branch FROM transfer)
                            """)), jsonList(items.sorted()),
            ])
        var facts: [TransferFact] = []
        while let row = try rows.next() {
            let item: Int64 = try row.at(1)
            guard items.contains(item), (try row.at(6) as Int32) <= last else { continue }
            guard let branch = BranchCode(try row.at(0) as String),
                let document = DocumentNumber(try row.at(2) as String),
                let shipment = DocumentNumber(try row.at(3) as String),
                case .between(let pair)? = Scope(try row.at(5) as String)
            else { throw StoreError.damaged("transfer") }
            let quantity = Int128((try row.at(4) as Int64).magnitude)
            let fact: TransferProfit.Fact
            if document == shipment {
                fact = .shipped(shipment, from: branch, to: pair.other(than: branch), quantity)
            } else if shipment.series.branch != branch {
                fact = .arrived(shipment, at: branch, quantity)
            } else if document.kind == .writeOff {
                fact = .lost(shipment, at: branch, quantity)
            } else {
                fact = .cameBack(shipment, at: branch, quantity)
            }
            facts.append(
                TransferFact(
                    item: item, day: Day(number: try row.at(6)), fact: fact, time: try row.at(7),
                    order: 1, name: document.description))
        }
        return facts
    }

    /// What came and left beside transfers, by month. What customers brought back is as if it had not left.
    private func others(
        _ db: Database, _ items: Set<Int64>, _ branches: Set<BranchCode>, _ last: Int32
    ) throws -> [TransferFact] {
        var moves = OtherMoves()
        for branch in branches.sorted() {
            let rows = try Row.fetchCursor(
                db.cachedStatement(
                    sql: """
                        SELECT p.day, p.commodity, sum(p.amount), d.kind,
                            CASE WHEN d.relation = :reverses THEN d.target END,
                            p.log, p.seq, p.op, d.number, d.time
                        FROM book_day b
                        CROSS JOIN posting p ON p.day = b.day AND p.account IN
                            (SELECT id FROM name WHERE name >= :first AND name < :end)
                        JOIN document d ON d.log = p.log AND d.seq = p.seq AND d.op = p.op
                        WHERE b.day <= :last AND d.kind NOT IN (:shipment, :arrival)
                            AND p.commodity IN (SELECT value FROM json_each(:items))
                        GROUP BY p.day, p.commodity, p.log, p.seq, p.op
                        """),
                arguments: [
                    "first": "stock/\(branch)/", "end": "stock/\(branch)0", "last": last,
                    "reverses": DocumentLink.Relation.reverses.rawValue,
                    "shipment": DocumentKind.shipment.rawValue,
                    "arrival": DocumentKind.arrival.rawValue,
                    "items": jsonList(items.sorted()),
                ])
            while let row = try rows.next() { try moves.add(row, at: branch) }
        }
        return moves.facts()
    }
}
