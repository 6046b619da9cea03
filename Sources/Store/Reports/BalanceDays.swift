import GRDB
import Replica
import Wire

/// What one day moved on every account, by scope and commodity: of money with what amounts of other currencies are carried
/// at, debits and credits apart, and of goods. Whole months of both are rows of their own; this is for parts of them.
final class BalanceDays {
    static let money = KeptQuestion(name: "money", branch: "")
    static let goods = KeptQuestion(name: "goods", branch: "")

    private let db: Database
    private let kept: KeptDays
    private var scopes: [Int64: String] = [:]
    private var areItems: [Int64: Bool] = [:]

    init(_ db: Database) throws {
        self.db = db
        kept = try KeptDays(db)
    }

    struct Row {
        let scope: String
        let account: Int64
        let commodity: Int64
        /// Above zero, and below.
        var debit: Int128 = 0
        var credit: Int128 = 0
        /// The same of what was carried; nothing of goods.
        var valueDebit: Int128 = 0
        var valueCredit: Int128 = 0
    }

    private struct Key: Hashable, Comparable {
        let scope: String
        let account: Int64
        let commodity: Int64

        static func < (a: Self, b: Self) -> Bool {
            (a.account, a.commodity, a.scope) < (b.account, b.commodity, b.scope)
        }
    }

    func each(_ question: KeptQuestion, on day: Int32, _ body: (Row) -> Void) throws {
        var reader = KeptReader(
            try kept.answer(question, on: day) { try bytes(question, on: day) })
        var names: [String] = []
        for _ in 0..<(try reader.length()) {
            names.append(try reader.text())
        }
        var account: Int64 = 0
        while !reader.isAtEnd {
            let place = try reader.length()
            guard names.indices.contains(place) else { throw StoreError.damaged("kept_day") }
            account &+= try reader.signed()
            var row = Row(
                scope: names[place], account: account, commodity: try reader.signed(),
                debit: try reader.sum(), credit: try reader.sum())
            if question == Self.money {
                row.valueDebit = try reader.sum()
                row.valueCredit = try reader.sum()
            }
            body(row)
        }
    }

    /// As it is kept. Cost: the postings of the day.
    func bytes(_ question: KeptQuestion, on day: Int32) throws -> [UInt8] {
        let wantsItems = question == Self.goods
        var sums: [Key: Row] = [:]
        let rows = try HotRead(
            db, "SELECT log, account, commodity, amount, base FROM posting WHERE day = ?",
            arguments: [day])
        while try rows.next() {
            let commodity = try rows.integer(2)
            guard try isItem(commodity) == wantsItems else { continue }
            let key = Key(
                scope: try scope(of: rows.integer(0)), account: try rows.integer(1),
                commodity: commodity)
            var row =
                sums[key]
                ?? Row(scope: key.scope, account: key.account, commodity: key.commodity)
            let (amount, base) = (Int128(try rows.integer(3)), try rows.optional(4) ?? 0)
            row.debit += max(amount, 0)
            row.credit += min(amount, 0)
            if !wantsItems {
                row.valueDebit += max(Int128(base), 0)
                row.valueCredit += min(Int128(base), 0)
            }
            sums[key] = row
        }
        let names = Set(sums.keys.map(\.scope)).sorted()
        let places = Dictionary(uniqueKeysWithValues: zip(names, names.indices))
        var writer = ByteWriter(reserving: sums.count * 10 + names.count * 16)
        writer.length(names.count)
        for name in names { writer.text(name) }
        var last: Int64 = 0
        for (key, row) in sums.sorted(by: { $0.key < $1.key }) {
            writer.length(places[key.scope] ?? 0)
            writer.signed(key.account - last)
            writer.signed(key.commodity)
            writer.sum(row.debit)
            writer.sum(row.credit)
            if !wantsItems {
                writer.sum(row.valueDebit)
                writer.sum(row.valueCredit)
            }
            last = key.account
        }
        return writer.bytes
    }

    private func scope(of log: Int64) throws -> String {
        if let scope = scopes[log] { return scope }
        let scope =
            try String.fetchOne(
                db.cachedStatement(sql: "SELECT scope FROM log WHERE id = ?"), arguments: [log])
            ?? ""
        scopes[log] = scope
        return scope
    }

    private func isItem(_ commodity: Int64) throws -> Bool {
        if let known = areItems[commodity] { return known }
        let name = try String.fetchOne(
            db.cachedStatement(sql: "SELECT name FROM name WHERE id = ?"), arguments: [commodity])
        let isItem = name?.utf8.first == UInt8(ascii: "#")
        areItems[commodity] = isItem
        return isItem
    }
}
