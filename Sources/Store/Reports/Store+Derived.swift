import Books
import GRDB
package import Replica

/// What the cost fold adds to the posted balances. What a close froze is posted: at the end of a closed period nothing is
/// added, and on any other day what the fold derives up to then, less what was frozen by then.
extension Store {
    /// What the cost fold put on a branch's accounts; see `CostFold`.
    package struct DerivedRow: Hashable, Sendable {
        package let branch: String
        package var costOfSales: Int128 = 0
        package var shipped: Int128 = 0
        package var writeOff: Int128 = 0
        package var variance: Int128 = 0
        /// Units sold whose cost nobody knows, over all items.
        package var uncostedSold: Int128 = 0

        /// What inventory has less for it.
        package var taken: Int128 { costOfSales + shipped + writeOff + variance }
        var isNothing: Bool { self == Self(branch: branch) }
    }

    /// Is a day the end of a period that is closed? Then all of it is posted. On any other, what was frozen up to then is
    /// taken off what the fold derives up to then.
    private static func isEnd(_ day: Day?, _ closes: [PeriodClose]) -> Bool {
        guard let day else { return false }
        return closes.contains { $0.stands && $0.closing == nil && $0.through == day }
    }

    /// Per branch, of pools that are folded: call `refreshCosts` before. Cost: a row for each pool, or with a day a row
    /// for each pool, day and kind of document.
    package func derived(upTo day: Day?) throws -> [DerivedRow] {
        try access { db in
            var rows: [String: DerivedRow] = [:]
            for row in try day.map({ try days(db, to: $0) }) ?? pools(db) {
                rows[row.branch] = row
            }
            for branch in rows.keys.compactMap({ BranchCode($0) }) {
                let closes = try closes(db, of: branch)
                guard !closes.isEmpty else { continue }
                if let day, let sealed = try sealedCosts(db, closes, of: branch, on: day) {
                    rows[branch.text] = Self.sum(sealed, branch)
                    continue
                }
                guard !Self.isEnd(day, closes) else {
                    rows[branch.text] = nil
                    continue
                }
                for row in try frozen(db, closes, of: branch, upTo: day).values {
                    rows[branch.text]?.subtract(row)
                }
            }
            return rows.values.sorted { $0.branch < $1.branch }
        }
    }

    /// By item: what a close up to a day has to freeze. Pools are to be folded before.
    package func openCosts(
        of branch: BranchCode, upTo day: Day
    ) throws -> [(item: String, row: DerivedRow)] {
        try access { db in
            let closes = try closes(db, of: branch)
            var items = try items(db, of: branch, to: day)
            for (item, row) in try frozen(db, closes, of: branch, upTo: day) {
                items[item, default: DerivedRow(branch: branch.text)].subtract(row)
            }
            return items.filter { !$0.value.isNothing }.sorted { $0.key < $1.key }
                .map { ($0.key, $0.value) }
        }
    }

    /// By branch and day, in the order of the days: what each day adds to what is posted, so that all up to a day are
    /// `derived(upTo:)`. Pools are to be folded before.
    package func derivedDays(from: Day, to: Day) throws -> [(day: Day, row: DerivedRow)] {
        try access { db in
            var found: [(day: Day, row: DerivedRow)] = []
            for branch in try String.fetchAll(
                db.cachedStatement(sql: "SELECT DISTINCT branch FROM cost_day ORDER BY branch")
            ).compactMap({ BranchCode($0) }) {
                var byDay: [Day: DerivedRow] = [:]
                let rows = try Row.fetchCursor(
                    db.cachedStatement(
                        sql: """
                            SELECT day, kind, cost, variance, uncosted FROM cost_day
                            WHERE branch = ?
                            """),
                    arguments: [branch.text])
                while let row = try rows.next() {
                    byDay[Day(number: try row.at(0)), default: DerivedRow(branch: branch.text)].add(
                        kind: try row.at(1), cost: try row.at(2), variance: try row.at(3),
                        uncosted: try row.at(4))
                }
                let closes = try closes(db, of: branch)
                let frozen = try frozenDays(db, closes, of: branch)
                let ends = Set(closes.filter(\.stands).map(\.through))
                var sealed: [Day: DerivedRow] = [:]
                for close in closes where close.closing != nil {
                    sealed[close.through] = try sealedCosts(
                        db, closes, of: branch, on: close.through
                    ).map { Self.sum($0, branch) }
                }
                // What is added up to the day before, and all that was derived and frozen by then.
                var (before, all) = (
                    DerivedRow(branch: branch.text), DerivedRow(branch: branch.text)
                )
                let after = ends.map { Day(number: $0.number &+ 1) }
                var lines: [Day: DerivedRow] = [:]
                for day in Set(byDay.keys).union(frozen.keys).union(ends).union(after).sorted() {
                    if let row = byDay[day] { all.subtract(row.negated) }
                    if let row = frozen[day] { all.subtract(row) }
                    // What a seal closed and told no costs of is as it is known now.
                    let isFrozen = Self.isEnd(day, closes)
                    let now =
                        sealed[day] ?? (isFrozen ? DerivedRow(branch: branch.text) : all)
                    var line = now
                    line.subtract(before)
                    lines[day] = line
                    before = now
                }
                found += lines.filter { $0.key >= from && $0.key <= to && !$0.value.isNothing }
                    .map { ($0.key, $0.value) }
            }
            return found.sorted { ($0.day, $0.row.branch) < ($1.day, $1.row.branch) }
        }
    }

    /// What the ends of years took off the accounts of income and expense of a branch on days of a span: not what was
    /// earned or spent.
    package func yearEnds(
        of branch: BranchCode, from: Day?, to: Day?
    ) throws -> [(account: Account, amount: Int64)] {
        try access { db in
            var found: [(account: Account, amount: Int64)] = []
            for close in try closes(db, of: branch) where close.closing == nil {
                for scope in [Scope.trade(branch), .money(branch)] {
                    let rows = try Row.fetchCursor(
                        db.cachedStatement(
                            sql: """
                                SELECT p.day, a.name, p.amount FROM \(Self.ofClose)
                                WHERE p.item IS NULL
                                """),
                        arguments: Self.arguments(close, scope))
                    while let row = try rows.next() {
                        let day = Day(number: try row.at(0))
                        guard day >= from ?? day, day <= to ?? day,
                            let account = Account(try row.at(1) as String)
                        else { continue }
                        found.append((account, try row.at(2)))
                    }
                }
            }
            return found
        }
    }

    /// What went out of inventory by item, as `derived` has it at the end of a day.
    func openTaken(
        _ db: Database, of branch: BranchCode, upTo day: Day
    ) throws -> [String: Int128] {
        let closes = try closes(db, of: branch)
        if let sealed = try sealedCosts(db, closes, of: branch, on: day) {
            return sealed.mapValues(\.taken)
        }
        guard !Self.isEnd(day, closes) else { return [:] }
        var taken = try items(db, of: branch, to: day).mapValues(\.taken)
        for (item, row) in try frozen(db, closes, of: branch, upTo: day) {
            taken[item, default: 0] -= row.taken
        }
        return taken
    }

    // MARK: Rows

    private func pools(_ db: Database) throws -> [DerivedRow] {
        let rows = try Row.fetchCursor(
            db.cachedStatement(
                sql: """
                    SELECT branch, cost_of_sales, shipped, write_off, variance, uncosted_sold
                    FROM pool
                    """))
        var sums: [String: DerivedRow] = [:]
        while let row = try rows.next() {
            let branch: String = try row.at(0)
            var sum = sums[branch] ?? DerivedRow(branch: branch)
            sum.costOfSales += Int128(try row.at(1) as Int64)
            sum.shipped += Int128(try row.at(2) as Int64)
            sum.writeOff += Int128(try row.at(3) as Int64)
            sum.variance += Int128(try row.at(4) as Int64)
            sum.uncostedSold += Int128(try row.at(5) as Int64)
            sums[branch] = sum
        }
        return Array(sums.values)
    }

    private func days(_ db: Database, to: Day) throws -> [DerivedRow] {
        let rows = try Row.fetchCursor(
            db.cachedStatement(
                sql: """
                    SELECT branch, kind, cost, variance, uncosted FROM cost_day
                    WHERE day <= ?
                    """),
            arguments: [to.number])
        var sums: [String: DerivedRow] = [:]
        while let row = try rows.next() {
            let branch: String = try row.at(0)
            sums[branch, default: DerivedRow(branch: branch)].add(
                kind: try row.at(1), cost: try row.at(2), variance: try row.at(3),
                uncosted: try row.at(4))
        }
        return Array(sums.values)
    }

    private func items(
        _ db: Database, of branch: BranchCode, to: Day
    ) throws -> [String: DerivedRow] {
        let rows = try Row.fetchCursor(
            db.cachedStatement(
                // In the order of the table's key: a name is looked up once for each item.
                sql: """
                    SELECT n.name, s.kind, s.cost, s.variance, s.uncosted FROM cost_day s
                    CROSS JOIN name n ON n.id = s.item
                    WHERE s.branch = ? AND s.day <= ?
                    """),
            arguments: [branch.text, to.number])
        var sums: [String: DerivedRow] = [:]
        while let row = try rows.next() {
            let item = String((try row.at(0) as String).dropFirst())
            sums[item, default: DerivedRow(branch: branch.text)].add(
                kind: try row.at(1), cost: try row.at(2), variance: try row.at(3),
                uncosted: try row.at(4))
        }
        return sums
    }

    /// What closes froze up to a day, less what was taken back of it, by item. A close that was taken back twice counts as
    /// it is posted, so that all together is right whatever people did beside each other.
    private func frozen(
        _ db: Database, _ closes: [PeriodClose], of branch: BranchCode, upTo day: Day?
    ) throws -> [String: DerivedRow] {
        var found: [String: DerivedRow] = [:]
        try eachFrozen(db, closes, of: branch) { posted, item, root, amount in
            guard day.map({ posted <= $0 }) ?? true else { return }
            found[item, default: DerivedRow(branch: branch.text)].add(amount, to: root)
        }
        return found
    }

    private func frozenDays(
        _ db: Database, _ closes: [PeriodClose], of branch: BranchCode
    ) throws -> [Day: DerivedRow] {
        var found: [Day: DerivedRow] = [:]
        try eachFrozen(db, closes, of: branch) { posted, _, root, amount in
            found[posted, default: DerivedRow(branch: branch.text)].add(amount, to: root)
        }
        return found
    }

    private func eachFrozen(
        _ db: Database, _ closes: [PeriodClose], of branch: BranchCode,
        _ body: (Day, String, Account.Root, Int128) -> Void
    ) throws {
        for close in closes where close.closing == nil {
            let rows = try Row.fetchCursor(
                db.cachedStatement(
                    sql: """
                        SELECT p.day, i.name, a.name, p.amount FROM \(Self.ofClose)
                        JOIN name i ON i.id = p.item
                        """),
                arguments: Self.arguments(close, Scope.money(branch)))
            while let row = try rows.next() {
                guard let account = Account(try row.at(2) as String),
                    account.place == .branch(branch)
                else { continue }
                body(
                    Day(number: try row.at(0)), String((try row.at(1) as String).dropFirst()),
                    account.root, Int128(try row.at(3) as Int64))
            }
        }
    }

    /// The postings of a close's own documents, and of those that take it back, in one scope of its branch: others may give
    /// any number.
    private static let ofClose = """
        document d JOIN log l ON l.id = d.log AND l.scope = :scope
        JOIN posting p ON p.day = coalesce(
                (SELECT t.day FROM late t WHERE t.log = d.log AND t.seq = d.seq AND t.op = d.op),
                d.day)
            AND p.log = d.log AND p.seq = d.seq AND p.op = d.op
            AND (d.number = :number AND d.kind = :kind
                OR d.target = :number AND d.relation = :reverses)
        JOIN name a ON a.id = p.account
        """

    private static func arguments(_ close: PeriodClose, _ scope: Scope) -> StatementArguments {
        [
            "scope": scope.name, "number": close.number.description,
            "kind": DocumentKind.close.rawValue,
            "reverses": DocumentLink.Relation.reverses.rawValue,
        ]
    }
}

extension Store.DerivedRow {
    mutating func add(kind: UInt8, cost: Int64, variance: Int64, uncosted: Int64) {
        switch DocumentKind(rawValue: kind) {
        case .sale, .customerReturn: costOfSales += Int128(cost)
        case .shipment, .repack: shipped += Int128(cost)
        case .supplierReturn: self.variance += Int128(cost)
        default: writeOff += Int128(cost)
        }
        self.variance += Int128(variance)
        uncostedSold += Int128(uncosted)
    }

    mutating func add(_ amount: Int128, to root: Account.Root) {
        switch root {
        case .costOfSales: costOfSales += amount
        case .shipped: shipped += amount
        case .writeOff: writeOff += amount
        case .variance: variance += amount
        default: break
        }
    }

    /// Units of unknown cost are not frozen.
    mutating func subtract(_ other: Self) {
        costOfSales -= other.costOfSales
        shipped -= other.shipped
        writeOff -= other.writeOff
        variance -= other.variance
    }

    var negated: Self {
        var row = Self(branch: branch)
        row.subtract(self)
        return row
    }
}
