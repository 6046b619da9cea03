import Books
import GRDB
package import Replica

/// What the cost fold adds to the posted balances. What a close froze is posted: of closed periods nothing is added, and
/// what became of them later is added after the last close.
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

    /// The days whose derived rows are added to what is posted at the end of a day, and whether what is frozen is to
    /// be taken off them. Nil: none.
    private struct OpenSpan {
        /// Nil: from the first one on.
        var from: Day?
        var lessFrozen = false

        init?(_ closes: [PeriodClose], at day: Day?) {
            let ends = closes.filter(\.stands).map(\.through)
            guard let last = ends.max(), let first = ends.min(), day.map({ $0 >= first }) ?? true
            else { return }
            guard let day, day <= last else {
                lessFrozen = true
                return
            }
            guard !ends.contains(day) else { return nil }
            from = ends.filter { $0 < day }.max().map { Day(number: $0.number &+ 1) }
        }
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
                guard let span = OpenSpan(closes, at: day) else {
                    rows[branch.text] = nil
                    continue
                }
                if let from = span.from, let day {
                    rows[branch.text] = try days(db, of: branch, from: from, to: day).first
                }
                guard span.lessFrozen else { continue }
                for row in try frozen(db, closes).values { rows[branch.text]?.subtract(row) }
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
            guard let span = OpenSpan(closes, at: day) else { return [] }
            var items = try items(db, of: branch, from: span.from, to: day)
            if span.lessFrozen {
                for (item, row) in try frozen(db, closes) {
                    items[item, default: DerivedRow(branch: branch.text)].subtract(row)
                }
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
                let ends = closes.filter(\.stands).map(\.through).sorted()
                for (place, end) in ends.enumerated() {
                    // Until the period's last day its rows are shown; then the close's own stand for them.
                    let begin = place == 0 ? nil : ends[place - 1]
                    var shown = DerivedRow(branch: branch.text)
                    for (day, row) in byDay where day < end && begin.map({ day > $0 }) ?? true {
                        shown.subtract(row)
                    }
                    byDay[end] = shown
                }
                if let last = ends.last {
                    var rest =
                        try days(db, of: branch, from: nil, to: last).first
                        ?? DerivedRow(branch: branch.text)
                    for row in try frozen(db, closes).values { rest.subtract(row) }
                    byDay[Day(number: last.number &+ 1), default: DerivedRow(branch: branch.text)]
                        .subtract(rest.negated)
                }
                found += byDay.filter { $0.key >= from && $0.key <= to && !$0.value.isNothing }
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
            try closes(db, of: branch).filter {
                $0.stands && $0.through >= from ?? $0.through && $0.through <= to ?? $0.through
            }.flatMap { close in
                try Row.fetchAll(
                    db.cachedStatement(
                        sql: """
                            SELECT a.name, p.amount FROM document d
                            JOIN posting p ON p.day = d.day AND p.log = d.log AND p.seq = d.seq
                                AND p.op = d.op AND p.item IS NULL
                            JOIN name a ON a.id = p.account WHERE d.number = ?
                            """),
                    arguments: [close.number.description]
                ).compactMap { row in
                    guard let account = Account(try row.at(0) as String) else { return nil }
                    return (account, try row.at(1))
                }
            }
        }
    }

    /// What went out of inventory by item, as `derived` has it at the end of a day.
    func openTaken(
        _ db: Database, of branch: BranchCode, upTo day: Day
    ) throws -> [String: Int128] {
        let closes = try closes(db, of: branch)
        guard let span = OpenSpan(closes, at: day) else { return [:] }
        var taken = try items(db, of: branch, from: span.from, to: day).mapValues(\.taken)
        if span.lessFrozen {
            for (item, row) in try frozen(db, closes) { taken[item, default: 0] -= row.taken }
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

    private func days(
        _ db: Database, of branch: BranchCode? = nil, from: Day? = nil, to: Day
    ) throws -> [DerivedRow] {
        let rows = try Row.fetchCursor(
            db.cachedStatement(
                sql: """
                    SELECT branch, kind, cost, variance, uncosted FROM cost_day
                    WHERE (? IS NULL OR branch = ?) AND day >= ? AND day <= ?
                    """),
            arguments: [
                branch?.text, branch?.text, from?.number ?? Day.range.lowerBound, to.number,
            ])
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
        _ db: Database, of branch: BranchCode, from: Day?, to: Day
    ) throws -> [String: DerivedRow] {
        let rows = try Row.fetchCursor(
            db.cachedStatement(
                // In the order of the table's key: a name is looked up once for each item.
                sql: """
                    SELECT n.name, s.kind, s.cost, s.variance, s.uncosted FROM cost_day s
                    CROSS JOIN name n ON n.id = s.item
                    WHERE s.branch = ? AND s.day >= ? AND s.day <= ?
                    """),
            arguments: [branch.text, from?.number ?? Day.range.lowerBound, to.number])
        var sums: [String: DerivedRow] = [:]
        while let row = try rows.next() {
            let item = String((try row.at(0) as String).dropFirst())
            sums[item, default: DerivedRow(branch: branch.text)].add(
                kind: try row.at(1), cost: try row.at(2), variance: try row.at(3),
                uncosted: try row.at(4))
        }
        return sums
    }

    /// What the closes that stand have frozen, by item.
    private func frozen(
        _ db: Database, _ closes: [PeriodClose]
    ) throws -> [String: DerivedRow] {
        var found: [String: DerivedRow] = [:]
        for close in closes where close.stands {
            let branch = close.number.series.branch
            let rows = try Row.fetchAll(
                db.cachedStatement(
                    sql: """
                        SELECT a.name, i.name, p.amount FROM document d
                        JOIN posting p ON p.day = d.day AND p.log = d.log AND p.seq = d.seq
                            AND p.op = d.op
                        JOIN name a ON a.id = p.account JOIN name i ON i.id = p.item
                        WHERE d.number = ?
                        """),
                arguments: [close.number.description])
            for row in rows {
                guard let account = Account(try row.at(0) as String),
                    account.place == .branch(branch)
                else { continue }
                let item = String((try row.at(1) as String).dropFirst())
                found[item, default: DerivedRow(branch: branch.text)].add(
                    Int128(try row.at(2) as Int64), to: account.root)
            }
        }
        return found
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

    fileprivate mutating func add(_ amount: Int128, to root: Account.Root) {
        switch root {
        case .costOfSales: costOfSales += amount
        case .shipped: shipped += amount
        case .writeOff: writeOff += amount
        case .variance: variance += amount
        default: break
        }
    }

    /// Units of unknown cost are not frozen.
    fileprivate mutating func subtract(_ other: Self) {
        costOfSales -= other.costOfSales
        shipped -= other.shipped
        writeOff -= other.writeOff
        variance -= other.variance
    }

    fileprivate var negated: Self {
        var row = Self(branch: branch)
        row.subtract(self)
        return row
    }
}
