package import Books
import GRDB
package import Replica

import struct Foundation.Data

/// What stands where.
extension Store {
    package struct StockRow: Hashable, Sendable {
        package let branch: String
        package let location: String
        package let item: String
        /// All that stands there.
        package let onShelf: Int128
        /// Of it, what is kept for orders.
        package var reserved: Int128 = 0
        /// Of it, what other branches may sell.
        package var promised: Int128 = 0
        package var free: Int128 { onShelf - reserved - promised }
        /// The location's share of what the pool is worth, by units.
        package let value: Int64?
        /// Of the whole pool, on its first row.
        package let uncosted: Int64
    }

    /// What stands on the shelves, in the order of branch, item and location; a location that an item
    /// has left for good is left out.
    package func stock(
        branch: BranchCode?, item: ItemCode?, limit: Int
    ) throws -> [StockRow] {
        try access { db in
            let rows = try Row.fetchCursor(
                db,
                sql: """
                    SELECT s.branch, s.item, s.account, s.amount, s.amount_high, p.value, p.uncosted
                    FROM (SELECT substr(a.name, 7, instr(substr(a.name, 7), '/') - 1) AS branch,
                            c.name AS item, b.commodity, a.name AS account, b.amount, b.amount_high
                        FROM balance b
                        JOIN name a ON a.id = b.account JOIN name c ON c.id = b.commodity
                        WHERE a.name >= ? AND a.name < ? AND (? IS NULL OR c.name = ?)) s
                    LEFT JOIN pool p ON p.item = s.commodity AND p.branch = s.branch
                    ORDER BY s.branch, s.item, s.account
                    """,
                arguments: [
                    branch.map { "stock/\($0)/" } ?? "stock/",
                    branch.map { "stock/\($0)0" } ?? "stock0",
                    item.map { Commodity.item($0).name }, item.map { Commodity.item($0).name },
                ])
            var stock: [StockRow] = []
            var shelves = PoolShelves()
            while stock.count < limit, let row = try rows.next() {
                let (branch, item) = (try row.at(0) as String, try row.at(1) as String)
                if shelves.branch != branch || shelves.item != item {
                    stock += try shelves.rows()
                    shelves = PoolShelves(
                        branch: branch, item: item, value: try row.at(5),
                        uncosted: try row.at(6) ?? 0)
                }
                guard let account = Account(try row.at(2)), let shelf = account.shelf else {
                    continue
                }
                shelves.add(
                    try Int128(row: row), at: String(shelf.name.dropFirst(7 + branch.utf8.count)),
                    account.purpose)
            }
            stock += try shelves.rows()
            return Array(stock.prefix(limit))
        }
    }

    /// Shelves below zero.
    package func shortages(limit: Int) throws -> [StockRow] {
        try access { db in
            let rows = try Row.fetchAll(
                db,
                sql: """
                    SELECT a.name, c.name, b.amount, b.amount_high FROM balance b
                    JOIN name a ON a.id = b.account JOIN name c ON c.id = b.commodity
                    WHERE a.name >= 'stock/' AND a.name < 'stock0' AND b.amount_high < 0
                    ORDER BY a.name, c.name LIMIT ?
                    """,
                arguments: [limit])
            return try rows.map { row in
                let parts = (try row.at(0) as String).split(separator: "/", maxSplits: 2)
                return StockRow(
                    branch: parts.count > 1 ? String(parts[1]) : "",
                    location: parts.count > 2 ? String(parts[2]) : "",
                    item: String((try row.at(1) as String).dropFirst()),
                    onShelf: try Int128(row: row),
                    value: nil, uncosted: 0)
            }
        }
    }

    /// The names of a branch's locations that anybody described, in order.
    package func locations(of branch: BranchCode) throws -> [String] {
        try described(LocationFacts.prefix(branch))
    }

    /// What a branch wants on its locations. Cost: a look at the registers of each.
    package func stockings(of branch: BranchCode) throws -> [Stocking] {
        let prefix = Stocking.prefix(branch)
        return try described(prefix).compactMap {
            Stocking(rest: $0, values: try registers(entity: prefix + $0))
        }
    }

    /// Parties that turned out to be this one; at most 100.
    package func aliases(ofParty name: String) throws -> [String] {
        let found = try access { db in
            try String.fetchAll(
                db.cachedStatement(
                    sql: """
                        SELECT DISTINCT entity FROM register WHERE attribute = 'is' AND value = ?
                        AND entity >= 'party/' AND entity < 'party0' ORDER BY entity LIMIT 100
                        """),
                arguments: [Data(copying: Value.text(name).bytes)])
        }
        return try found.filter {
            try values(entity: $0, attribute: PartyFacts.Attribute.alias).last == .text(name)
        }.map { String($0.dropFirst(PartyFacts.prefix.count)) }
    }

    /// What a customer owes at branches, under this name and its aliases: in the book's currency, and what amounts of others
    /// are carried at.
    package func receivable(
        of party: String, at branches: [BranchCode], _ currency: Commodity
    ) throws -> Int128 {
        let names = try [party] + aliases(ofParty: party)
        return try branches.reduce(Int128(0)) { sum, branch in
            try names.reduce(sum) {
                guard let account = Account("receivable/\(branch)/\($1)") else { return $0 }
                let others = try values(of: account).filter { $0.currency.text != currency.name }
                return try $0 + balance(of: account, currency)
                    + others.reduce(Int128(0)) { $0 + $1.value }
            }
        }
    }

    /// What documents of a kind took from an account on some days, by commodity; above zero where it was more than they
    /// brought. Cost: the account's postings of those days.
    package func taken(
        from account: Account, by kind: DocumentKind, from: Day, to: Day
    ) throws -> [String: Int128] {
        try access { db in
            let rows = try Row.fetchAll(
                db.cachedStatement(
                    sql: """
                        SELECT n.name, sum(p.amount >> 32), sum(p.amount & 4294967295)
                        FROM book_day b CROSS JOIN posting p ON p.day = b.day
                            AND p.account = (SELECT id FROM name WHERE name = ?)
                        JOIN document d ON d.log = p.log AND d.seq = p.seq AND d.op = p.op
                        JOIN name n ON n.id = p.commodity
                        WHERE b.day >= ? AND b.day <= ? AND d.kind = ?
                        GROUP BY p.commodity
                        """),
                arguments: [account.name, from.number, to.number, kind.rawValue])
            var taken: [String: Int128] = [:]
            for row in rows {
                taken[try row.at(0)] = try -Int128(row: row, halvesAt: 1)
            }
            return taken
        }
    }

    /// Entities behind a prefix that ends on `/` of which an attribute was ever set, in order.
    package func entities(prefix: String, with attribute: String) throws -> [String] {
        try access { db in
            try String.fetchAll(
                db.cachedStatement(
                    sql: """
                        SELECT DISTINCT entity FROM register
                        WHERE attribute = ? AND entity >= ? AND entity < ? ORDER BY entity
                        """),
                arguments: [attribute, prefix, prefix.dropLast() + "0"]
            ).map { String($0.dropFirst(prefix.count)) }
        }
    }

    /// Was any item ever told apart by lots?
    package func tracksItems() throws -> Bool {
        try access { db in
            try Bool.fetchOne(
                db.cachedStatement(
                    sql: "SELECT EXISTS (SELECT 1 FROM register WHERE attribute = 'tracking')"))
                ?? false
        }
    }

    /// What stands behind `prefix`, which ends on `/`, in the entities that somebody described, in order.
    /// Cost: a look at the registers behind it.
    package func described(_ prefix: String) throws -> [String] {
        try access { db in
            try String.fetchAll(
                db.cachedStatement(
                    sql: """
                        SELECT DISTINCT entity FROM register
                        WHERE entity >= ? AND entity < ? ORDER BY entity
                        """),
                // The sign after `/` is `0`.
                arguments: [prefix, prefix.dropLast() + "0"]
            ).map { String($0.dropFirst(prefix.count)) }
        }
    }

    /// Everybody of whom something was said, in the order of their names.
    package func people() throws -> [PersonFacts] {
        try described(PersonFacts.prefix).map {
            PersonFacts(
                name: $0, values: try registers(entity: PersonFacts.entity($0)))
        }
    }
}

/// The locations that one pool lies on.
private struct PoolShelves {
    var branch = ""
    /// With its mark: `#TEA`.
    var item = ""
    var value: Int64?
    var uncosted: Int64 = 0
    struct Held {
        let location: String
        var amount: Int128 = 0
        var reserved: Int128 = 0
        var promised: Int128 = 0
    }

    var held: [Held] = []

    /// Accounts come in the order of their names: what stands behind a location may be apart from it.
    mutating func add(_ amount: Int128, at location: String, _ purpose: Account.Purpose) {
        let known = held.firstIndex { $0.location == location }
        if known == nil { held.append(Held(location: location)) }
        let place = known ?? held.count - 1
        held[place].amount += amount
        switch purpose {
        case .reserved: held[place].reserved += amount
        case .promised: held[place].promised += amount
        case .free, .other: break
        }
    }

    /// Value by units, exact over all locations; where the units cancel the first has it all.
    func rows() throws -> [Store.StockRow] {
        let total = held.reduce(0) { $0 + $1.amount }
        var (units, given) = (Int128(0), Int128(0))
        var rows: [Store.StockRow] = []
        for held in held.sorted(by: { $0.location < $1.location }) {
            let (location, amount) = (held.location, held.amount)
            units += amount
            // Where nothing of it is any more; the shelf that every branch has stays.
            guard amount != 0 || location == LocationFacts.main || self.held.count == 1 else {
                continue
            }
            var share: Int64?
            if let value {
                let due = total == 0 ? Int128(value) : Self.share(value, units, of: total)
                share = Int64(clamping: due - given)
                given = due
            }
            rows.append(
                Store.StockRow(
                    branch: branch, location: location, item: String(item.dropFirst()),
                    onShelf: amount, reserved: held.reserved, promised: held.promised, value: share,
                    uncosted: rows.isEmpty ? uncosted : 0))
        }
        return rows
    }

    /// Cut towards zero: the last location has what is left.
    private static func share(_ value: Int64, _ units: Int128, of total: Int128) -> Int128 {
        let (product, over) = Int128(value).multipliedReportingOverflow(by: units)
        return over ? Int128(value) : product / total
    }
}
