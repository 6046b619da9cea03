package import Books
import GRDB
package import Replica

/// What a keeper has to say about the value of goods between branches.
///
/// The sender states what the cost fold took out of its pool for a shipment; the receiver takes up, of
/// what was stated, the share of the goods it accepted, and the sender that of goods that came back to
/// it or are lost. Both state the difference to what they said
/// before, so late facts are followed, and goods in transit or in dispute are what remains.
extension Store {
    /// What is to be stated, of one item on one document.
    package struct StatementDue: Hashable, Sendable {
        /// The shipment, or what took goods of it up.
        package let document: DocumentNumber
        package let step: ValueStatement.Step
        /// Nil for what stays at the branch.
        package let other: BranchCode?
        package let day: Day
        package let item: ItemCode
        /// Minor units of what is between the two; zero only where the layers, or what the amount is made of, alone changed.
        package let amount: Int64
        /// What of it is price and tax.
        package let price: ValueStatement.Price
        /// Of a shipment, where they are not as they were stated: how the goods lay.
        package let layers: String?
        /// Of goods that became another item: that item.
        package let into: ItemCode?
    }

    /// Is there anything to look at for this branch, and does it bear no delay?
    package func statementsWaiting(_ branch: BranchCode) throws -> (any: Bool, urgent: Bool) {
        if let known = memory.statements[branch] { return known }
        let waiting: (any: Bool, urgent: Bool) = try access { db in
            let row = try Row.fetchOne(
                db.cachedStatement(
                    sql: "SELECT count(*), total(is_urgent) FROM statement_due WHERE branch = ?"),
                arguments: [branch.text])
            guard let row else { return (false, false) }
            return ((try row.at(0) as Int64) > 0, (try row.at(1) as Double) > 0)
        }
        memory.statements[branch] = waiting
        return waiting
    }

    /// Takes up to `limit` documents off the list of those that the holder looks at by a day.
    package func takeDue(by day: Day, limit: Int) throws -> [DocumentNumber] {
        guard try firstDue() <= day.number else { return [] }
        memory.holderDue = nil
        return try transact {
            try access { db in
                let numbers = try String.fetchAll(
                    db.cachedStatement(
                        sql: "SELECT number FROM holder_due WHERE day <= ? ORDER BY number LIMIT ?"),
                    arguments: [day.number, limit])
                for number in numbers {
                    try db.cachedStatement(sql: "DELETE FROM holder_due WHERE number = ?")
                        .execute(arguments: [number])
                }
                return numbers.compactMap { DocumentNumber($0) }
            }
        }
    }

    /// The first day on which there is something on that list.
    package func firstDue() throws -> Int32 {
        if let known = memory.holderDue { return known }
        let first = try access { db in
            try Int32.fetchOne(db.cachedStatement(sql: "SELECT min(day) FROM holder_due"))
        }
        memory.holderDue = first ?? .max
        return first ?? .max
    }

    /// Puts an order on that list for a later day.
    package func lookAgain(at number: DocumentNumber, on day: Day) throws {
        memory.holderDue = nil
        try transact {
            try access { db in
                try db.cachedStatement(sql: "INSERT OR REPLACE INTO holder_due VALUES (?, ?)")
                    .execute(arguments: [number.description, day.number])
            }
        }
    }

    /// Takes up to `limit` items off the list, folds their pools, and returns what is to be stated, by
    /// document and item. Cost: the folds, and a few rows for each transfer of the items.
    ///
    /// - Parameter book: of the book's own currency.
    package func takeStatementsDue(
        _ branch: BranchCode, _ currencies: OwnCurrencies, _ book: Ledger, urgentOnly: Bool,
        limit: Int
    ) throws -> [StatementDue] {
        memory.statements = [:]
        return try transact {
            try access { db in
                let items = try Row.fetchAll(
                    db.cachedStatement(
                        sql: """
                            SELECT s.item, n.name FROM statement_due s JOIN name n ON n.id = s.item
                            WHERE s.branch = ? AND s.is_urgent >= ? ORDER BY n.name LIMIT ?
                            """),
                    arguments: [branch.text, urgentOnly ? 1 : 0, limit])
                var due: [StatementDue] = []
                for row in items {
                    let id: Int64 = try row.at(0)
                    try db.cachedStatement(
                        sql: "DELETE FROM statement_due WHERE branch = ? AND item = ?"
                    ).execute(arguments: [branch.text, id])
                    guard let item = ItemCode((try row.at(1) as String).dropFirst()) else {
                        continue
                    }
                    _ = try pool(branch, item)
                    let arePriced = try arePriced(db)
                    due += try Statements(
                        db, branch, item, id: id, arePriced: arePriced, currencies, book
                    ).due()
                }
                return due.sorted { ($0.document, $0.item) < ($1.document, $1.item) }
            }
        }
    }
}

extension Store {
    /// Did anybody say at what goods go to another branch? Where nobody did, no shipment is asked for its price.
    fileprivate func arePriced(_ db: Database) throws -> Bool {
        if let known = memory.hasPrices { return known }
        let found =
            try Bool.fetchOne(
                db.cachedStatement(
                    sql: """
                        SELECT EXISTS (SELECT 1 FROM event
                            WHERE entity >= 'transfer/' AND entity < 'transfer0' AND kind = ?)
                        """),
                arguments: [Event.pricingKind]) ?? false
        memory.hasPrices = found
        return found
    }
}
