import Books
import GRDB
import Replica
import Wire

/// What closes of a branch posted on one day, and what took them back: costs that were frozen, by item, and the ends of
/// years. A close that was taken back twice counts as it is posted, so that all together is right whatever people did
/// beside each other.
///
/// Laws: as `KeptDays`. What it rests on beside the postings of the day, which closes there are, changes with an event of
/// a close; then all that is kept of the branch goes (`Projection.redate`).
struct FrozenDays {
    static let name = "frozen"

    private let db: Database
    private let branch: BranchCode
    private let numbers: Set<String>
    /// Of sealed days those of which something was said by then: who says of a document of those days afterwards that it froze
    /// something changes no figure of theirs.
    private let sealed: (last: Day, numbers: Set<String>)?
    private let kept: KeptDays

    init(_ db: Database, _ branch: BranchCode, _ closes: [PeriodClose]) throws {
        self.db = db
        self.branch = branch
        let own = closes.filter { $0.closing == nil }
        numbers = Set(own.map(\.number.description))
        sealed = closes.filter(\.isSealed).map(\.through).max().map { last in
            (last, Set(own.filter { $0.isSealed || $0.isHeldBySeal }.map(\.number.description)))
        }
        kept = try KeptDays(db)
    }

    private static let roots = SealedCosts.roots

    /// The costs of all items that stand on days up to one.
    func sum(upTo last: Day?) throws -> Store.DerivedRow {
        var row = Store.DerivedRow(branch: branch.text)
        for day in try days() where last.map({ day <= $0.number }) ?? true {
            row.subtract(try total(on: day).negated)
        }
        return row
    }

    func days() throws -> [Int32] {
        var days: Set<Int32> = []
        for number in numbers {
            days.formUnion(
                try Int32.fetchAll(
                    db.cachedStatement(
                        sql: """
                            SELECT coalesce(t.day, d.day) FROM document d
                            JOIN log l ON l.id = d.log AND l.scope IN (:money, :trade)
                            LEFT JOIN late t ON t.log = d.log AND t.seq = d.seq AND t.op = d.op
                            WHERE d.number = :number AND d.kind = :kind
                                OR d.target = :number AND d.relation = :reverses
                            """),
                    arguments: [
                        "money": Scope.money(branch).name, "trade": Scope.trade(branch).name,
                        "number": number, "kind": DocumentKind.close.rawValue,
                        "reverses": DocumentLink.Relation.reverses.rawValue,
                    ]))
        }
        return days.sorted()
    }

    func total(on day: Int32) throws -> Store.DerivedRow {
        var reader = try reader(on: day)
        var row = Store.DerivedRow(branch: branch.text)
        for root in Self.roots { row.add(try reader.sum(), to: root) }
        return row
    }

    /// Adds what each item's costs were on a day, by ids.
    func addItems(on day: Int32, to rows: inout [Int64: Store.DerivedRow]) throws {
        var reader = try reader(on: day)
        for _ in Self.roots { _ = try reader.sum() }
        try eachItem(&reader) { item, root, amount in
            rows[item, default: Store.DerivedRow(branch: branch.text)].add(amount, to: root)
        }
    }

    /// Amounts of no item, by the ids of accounts: what the end of a year moved.
    func others(on day: Int32) throws -> [(account: Int64, amount: Int128)] {
        var reader = try reader(on: day)
        for _ in Self.roots { _ = try reader.sum() }
        try eachItem(&reader) { _, _, _ in }
        var found: [(account: Int64, amount: Int128)] = []
        while !reader.isAtEnd { found.append((try reader.signed(), try reader.sum())) }
        return found
    }

    private func reader(on day: Int32) throws -> KeptReader {
        KeptReader(
            try kept.answer(KeptQuestion(name: Self.name, branch: branch.text), on: day) {
                try bytes(on: day)
            })
    }

    private func eachItem(
        _ reader: inout KeptReader, _ body: (Int64, Account.Root, Int128) -> Void
    ) throws {
        var item: Int64 = 0
        for _ in 0..<(try reader.length()) {
            item &+= try reader.signed()
            let root = Int(try reader.byte())
            guard Self.roots.indices.contains(root) else { throw StoreError.damaged("kept_day") }
            body(item, Self.roots[root], try reader.sum())
        }
    }

    /// As it is kept. Cost: the day's postings in the branch's own scopes.
    func bytes(on day: Int32) throws -> [UInt8] {
        struct Key: Hashable {
            let item: Int64
            let root: Int
        }
        let numbers = sealed.flatMap { day <= $0.last.number ? $0.numbers : nil } ?? numbers
        var items: [Key: Int128] = [:]
        var others: [Int64: Int128] = [:]
        var roots: [Int64: Int?] = [:]
        let rows = try HotRead(
            db,
            """
            SELECT p.item, p.account, p.amount, d.number, d.target, d.kind, d.relation FROM posting p
            JOIN document d ON d.log = p.log AND d.seq = p.seq AND d.op = p.op
            WHERE p.day = ? AND (
                p.item IS NOT NULL AND p.log IN (SELECT id FROM log WHERE scope = ?)
                OR p.item IS NULL AND p.log IN (SELECT id FROM log WHERE scope IN (?, ?)))
                AND (d.kind = ? OR d.relation = ?)
            """,
            arguments: [
                day, Scope.money(branch).name, Scope.money(branch).name, Scope.trade(branch).name,
                DocumentKind.close.rawValue, DocumentLink.Relation.reverses.rawValue,
            ])
        while try rows.next() {
            let (number, target) = (try rows.text(3), try rows.text(4))
            let isClose =
                try rows.integer(5) == Int64(DocumentKind.close.rawValue)
                && number.map(numbers.contains) == true
            let isUndoing =
                try rows.optional(6) == Int64(DocumentLink.Relation.reverses.rawValue)
                && target.map(numbers.contains) == true
            guard isClose || isUndoing else { continue }
            let (account, amount) = (try rows.integer(1), Int128(try rows.integer(2)))
            guard let item = try rows.optional(0) else {
                others[account, default: 0] += amount
                continue
            }
            let root = try roots[account] ?? self.root(of: account)
            roots[account] = root
            if let root { items[Key(item: item, root: root), default: 0] += amount }
        }
        return bytes(
            items.filter { $0.value != 0 }.map { ($0.key.item, $0.key.root, $0.value) }
                .sorted { ($0.0, $0.1) < ($1.0, $1.1) },
            others.filter { $0.value != 0 }.sorted { $0.key < $1.key })
    }

    private func bytes(
        _ items: [(item: Int64, root: Int, amount: Int128)],
        _ others: [(key: Int64, value: Int128)]
    ) -> [UInt8] {
        var writer = ByteWriter(reserving: items.count * 6 + others.count * 8 + 16)
        for root in Self.roots.indices {
            writer.sum(items.reduce(Int128(0)) { $1.root == root ? $0 + $1.amount : $0 })
        }
        writer.length(items.count)
        var last: Int64 = 0
        for item in items {
            writer.signed(item.item - last)
            writer.byte(UInt8(item.root))
            writer.sum(item.amount)
            last = item.item
        }
        for (account, amount) in others {
            writer.signed(account)
            writer.sum(amount)
        }
        return writer.bytes
    }

    /// The place in `roots` of an account of the branch; nil of any other.
    private func root(of account: Int64) throws -> Int? {
        let name = try String.fetchOne(
            db.cachedStatement(sql: "SELECT name FROM name WHERE id = ?"), arguments: [account])
        guard let account = name.flatMap({ Account($0) }), account.place == .branch(branch) else {
            return nil
        }
        return Self.roots.firstIndex(of: account.root)
    }
}
