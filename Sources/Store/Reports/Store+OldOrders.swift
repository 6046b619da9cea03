import GRDB
package import Replica

/// Orders that need no look: what was found of them is kept as long as nothing is written about them.
extension Store {
    static let oldOrdersMax = 100_000

    /// The last day of a document that links to this one, by its own date; nil where none does. Cost: those documents, by
    /// index.
    package func lastDay(about number: DocumentNumber) throws -> Day? {
        try access { db in
            try Int32.fetchOne(
                db.cachedStatement(sql: "SELECT max(day) FROM document WHERE target = ?"),
                arguments: [number.description]
            ).map { Day(number: $0) }
        }
    }

    /// Was it found to be over, with nothing of it on `day` or later?
    package func isOld(_ number: DocumentNumber, before day: Day) -> Bool {
        memory.oldOrders[number].map { $0 < day } ?? false
    }

    package func rememberOld(_ number: DocumentNumber, lastDay: Day?) {
        guard memory.oldOrders.count < Self.oldOrdersMax else { return }
        memory.oldOrders[number] = lastDay ?? Day(number: .min)
    }
}
