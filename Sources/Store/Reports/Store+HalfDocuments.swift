import GRDB
package import Replica

/// Documents of which one part is here and another is not.
extension Store {
    package struct HalfDocument: Hashable, Sendable {
        /// Nil for what a keeper stated.
        package let number: String?
        package let day: Day
        package let person: String
        package let commodity: String
        /// What its bridge has that nothing stands against, as the part that is here says it.
        package let amount: Int128
        /// The scopes of its parts that are here, and of those that are not.
        package let here: [String]
        package let missing: [String]
    }

    /// A bridge between two scopes of which both are read here, that does not cancel.
    private struct OpenBridge: Hashable {
        let first: String
        let second: String
        let commodity: String

        var name: String { "\(first) \(second) \(commodity)" }
    }

    /// Bridges between two scopes of which both are read here and that do not cancel: half a document, or
    /// an author's error. Lines like `trade/HZ between/GZ+HZ #TEA 3`; empty when all is well.
    package func unmatchedBridges() throws -> [String] {
        try access { try openBridges($0).map { "\($0.bridge.name) \($0.sum)" } }
    }

    private func openBridges(_ db: Database) throws -> [(bridge: OpenBridge, sum: Int128)] {
        // What is only kept for others says nothing here.
        let held = Set(
            try String.fetchAll(
                db, sql: "SELECT scope FROM log GROUP BY scope HAVING min(applied = seq)"))
        var sums: [OpenBridge: Int128] = [:]
        let rows = try Row.fetchCursor(
            db,
            sql: """
                SELECT b.scope, substr(a.name, 5), c.name, b.amount, b.amount_high
                FROM balance b JOIN name a ON a.id = b.account JOIN name c ON c.id = b.commodity
                WHERE a.name LIKE 'via/%'
                """)
        while let row = try rows.next() {
            let ends = [try row.at(0) as String, try row.at(1) as String].sorted()
            guard held.isSuperset(of: ends) else { continue }
            let bridge = OpenBridge(first: ends[0], second: ends[1], commodity: try row.at(2))
            sums[bridge, default: 0] += try Int128(row: row)
        }
        return sums.filter { $0.value != 0 }.map { ($0.key, $0.value) }
            .sorted { $0.bridge.name < $1.bridge.name }
    }

    /// What makes bridges not cancel, in the order of days and numbers, once for each bridge that a document has; at most
    /// `limit`. Cost: a look at all balances; where bridges do not cancel, the postings to those.
    package func halfDocuments(limit: Int) throws -> [HalfDocument] {
        try access { db in
            var found: [HalfDocument] = []
            for (bridge, _) in try openBridges(db) { found += try halves(db, of: bridge) }
            return Array(
                found.sorted {
                    ($0.day, $0.number ?? "", $0.commodity, $0.here.first ?? "")
                        < ($1.day, $1.number ?? "", $1.commodity, $1.here.first ?? "")
                }.prefix(limit))
        }
    }

    private func halves(_ db: Database, of bridge: OpenBridge) throws -> [HalfDocument] {
        struct Key: Hashable {
            let number: String?
            /// Of what bears no number; what does may be of two days.
            let day: Int32?
        }
        struct Sum {
            var amount = Int128(0)
            var day = Int32.max
            var person = ""
            var here: Set<String> = []
        }
        var sums: [Key: Sum] = [:]
        for (scope, far) in [(bridge.first, bridge.second), (bridge.second, bridge.first)] {
            let rows = try Row.fetchCursor(
                db,
                sql: """
                    SELECT d.number, d.day, d.person, p.amount FROM book_day b
                    CROSS JOIN posting p ON p.day = b.day
                        AND p.account = (SELECT id FROM name WHERE name = ?)
                        AND p.commodity = (SELECT id FROM name WHERE name = ?)
                    JOIN log l ON l.id = p.log AND l.scope = ?
                    JOIN document d ON d.log = p.log AND d.seq = p.seq AND d.op = p.op
                    """, arguments: ["via/" + far, bridge.commodity, scope])
            while let row = try rows.next() {
                let (number, day): (String?, Int32) = (try row.at(0), try row.at(1))
                let key = Key(number: number, day: number == nil ? day : nil)
                var sum = sums[key] ?? Sum()
                sum.amount += Int128(try row.at(3) as Int64)
                let person: String = try row.at(2)
                if (day, person) < (sum.day, sum.person) { (sum.day, sum.person) = (day, person) }
                sum.here.insert(scope)
                sums[key] = sum
            }
        }
        return sums.filter { $0.value.amount != 0 }.map { key, sum in
            HalfDocument(
                number: key.number, day: Day(number: sum.day), person: sum.person,
                commodity: bridge.commodity, amount: sum.amount, here: sum.here.sorted(),
                missing: [bridge.first, bridge.second].filter { !sum.here.contains($0) })
        }
    }
}
