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
    /// for each branch, day and kind of document.
    package func derived(upTo day: Day?) throws -> [DerivedRow] {
        try access { db in
            var rows: [String: DerivedRow] = [:]
            for row in try day.map({ try days(db, to: $0) }) ?? pools(db) {
                rows[row.branch] = row
            }
            let derived = Set(rows.keys)
            for branch in try closedBranches(db) {
                let closes = try closes(db, of: branch)
                if let day, let sealed = try sealedCosts(db, closes, of: branch, on: day) {
                    rows[branch.text] = Self.sum(sealed, branch)
                    continue
                }
                guard !Self.isEnd(day, closes) else {
                    rows[branch.text] = nil
                    continue
                }
                // Of a branch of which nothing is derived any more what was frozen is taken off as well.
                rows[branch.text, default: DerivedRow(branch: branch.text)].subtract(
                    try FrozenDays(db, branch, closes).sum(upTo: day))
            }
            return rows.values.filter { derived.contains($0.branch) || !$0.isNothing }
                .sorted { $0.branch < $1.branch }
        }
    }

    /// By item: what a close up to a day has to freeze. Pools are to be folded before.
    package func openCosts(
        of branch: BranchCode, upTo day: Day
    ) throws -> [(item: String, row: DerivedRow)] {
        try access { db in
            try open(db, try closes(db, of: branch), of: branch, to: day)
                .filter { !$0.value.isNothing }.sorted { $0.key < $1.key }
                .map { ($0.key, $0.value) }
        }
    }

    /// By branch and day, in the order of the days: what each day adds to what is posted, so that all up to a day are
    /// `derived(upTo:)`. Pools are to be folded before.
    package func derivedDays(from: Day, to: Day) throws -> [(day: Day, row: DerivedRow)] {
        try access { db in
            var found: [(day: Day, row: DerivedRow)] = []
            let derived = try String.fetchAll(
                db.cachedStatement(sql: "SELECT DISTINCT branch FROM branch_cost_day")
            ).compactMap { BranchCode($0) }
            for branch in Set(derived).union(try closedBranches(db)).sorted() {
                var byDay: [Day: DerivedRow] = [:]
                try BranchCosts.each(db, branch: branch.text) { _, day, kind, measure, sum in
                    byDay[Day(number: day), default: DerivedRow(branch: branch.text)].add(
                        kind, measure, sum)
                }
                let closes = try closes(db, of: branch)
                var frozen: [Day: DerivedRow] = [:]
                let days = try FrozenDays(db, branch, closes)
                for day in try days.days() { frozen[Day(number: day)] = try days.total(on: day) }
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
    ) throws -> [(account: Account, amount: Int128)] {
        try yearEndDays(of: branch, from: from, to: to).map { ($0.account, $0.amount) }
    }

    /// The same by day, in their order.
    package func yearEndDays(
        of branch: BranchCode, from: Day?, to: Day?
    ) throws -> [(day: Day, account: Account, amount: Int128)] {
        try access { db in
            var found: [(day: Day, account: Account, amount: Int128)] = []
            let closes = try closes(db, of: branch)
            guard !closes.isEmpty else { return [] }
            let days = try FrozenDays(db, branch, closes)
            for day in try days.days()
            where from.map({ day >= $0.number }) ?? true && to.map({ day <= $0.number }) ?? true {
                for (id, amount) in try days.others(on: day) {
                    let name = try String.fetchOne(
                        db.cachedStatement(sql: "SELECT name FROM name WHERE id = ?"),
                        arguments: [id])
                    guard let account = name.flatMap({ Account($0) }) else { continue }
                    found.append((Day(number: day), account, amount))
                }
            }
            return found
        }
    }

    /// What went out of inventory by item, as `derived` has it at the end of a day. Cost: SQLite's own look at a row for each
    /// item, day and kind of document.
    func openTaken(
        _ db: Database, of branch: BranchCode, upTo day: Day
    ) throws -> [String: Int128] {
        let closes = try closes(db, of: branch)
        if let sealed = try sealedCosts(db, closes, of: branch, on: day) {
            return sealed.mapValues(\.taken)
        }
        guard !Self.isEnd(day, closes) else { return [:] }
        // Halves of figures of 64 bits: neither sum wraps. All of a row has gone out, whatever its kind.
        let rows = try HotRead(
            db,
            """
            SELECT item, sum((cost >> 32) + (variance >> 32)),
                sum((cost & 4294967295) + (variance & 4294967295))
            FROM cost_day WHERE branch = ? AND day <= ? GROUP BY item
            """, arguments: [branch.text, day.number])
        var taken: [Int64: Int128] = [:]
        while try rows.next() {
            taken[try rows.integer(0)] =
                Int128(try rows.integer(1)) << 32 + Int128(try rows.integer(2))
        }
        for (item, row) in try frozen(db, closes, of: branch, to: day) {
            taken[item, default: 0] -= row.taken
        }
        let names = try names(db, taken.keys)
        var named: [String: Int128] = [:]
        for (item, amount) in taken {
            if let name = names[item] { named[String(name.dropFirst())] = amount }
        }
        return named
    }

    /// By the ids of items: what was frozen of a branch up to a day.
    private func frozen(
        _ db: Database, _ closes: [PeriodClose], of branch: BranchCode, to: Day
    ) throws -> [Int64: DerivedRow] {
        guard !closes.isEmpty else { return [:] }
        let days = try FrozenDays(db, branch, closes)
        var frozen: [Int64: DerivedRow] = [:]
        for day in try days.days() where day <= to.number {
            try days.addItems(on: day, to: &frozen)
        }
        return frozen
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

    /// By the ids of items: what the fold derived of a branch up to a day.
    private func costDays(
        _ db: Database, of branch: BranchCode, to: Day
    ) throws -> [Int64: DerivedRow] {
        let rows = try HotRead(
            db,
            """
            SELECT day, kind, cost, variance, uncosted, item FROM cost_day
            WHERE branch = ? AND day <= ?
            """, arguments: [branch.text, to.number])
        var sums: [Int64: DerivedRow] = [:]
        while try rows.next() {
            sums[try rows.integer(5), default: DerivedRow(branch: branch.text)].add(
                try rows.costDay(at: 0))
        }
        return sums
    }

    private func days(_ db: Database, to: Day) throws -> [DerivedRow] {
        var sums: [String: DerivedRow] = [:]
        try BranchCosts.each(db, upTo: to.number) { branch, _, kind, measure, sum in
            sums[branch, default: DerivedRow(branch: branch)].add(kind, measure, sum)
        }
        return Array(sums.values)
    }

    /// By item: what the fold derived up to a day, less what was frozen up to it.
    private func open(
        _ db: Database, _ closes: [PeriodClose], of branch: BranchCode, to: Day
    ) throws -> [String: DerivedRow] {
        // Exact: the totals of pools have 64 bits.
        var sums = try costDays(db, of: branch, to: to)
        for (item, row) in try frozen(db, closes, of: branch, to: to) {
            sums[item, default: DerivedRow(branch: branch.text)].subtract(row)
        }
        let names = try names(db, sums.keys)
        var named: [String: DerivedRow] = [:]
        for (item, row) in sums {
            if let name = names[item] { named[String(name.dropFirst())] = row }
        }
        return named
    }
}

extension Store.DerivedRow {
    fileprivate mutating func add(_ row: CostDays.Row) {
        add(row.kind, .cost, Int128(row.cost))
        add(row.kind, .variance, Int128(row.variance))
        add(row.kind, .uncosted, Int128(row.uncosted))
    }

    mutating func add(_ kind: UInt8, _ measure: BranchCosts.Measure, _ sum: Int128) {
        switch (measure, DocumentKind(rawValue: kind)) {
        case (.variance, _): variance += sum
        case (.uncosted, _): uncostedSold += sum
        case (.cost, .sale), (.cost, .customerReturn): costOfSales += sum
        case (.cost, .shipment), (.cost, .repack): shipped += sum
        case (.cost, .supplierReturn): variance += sum
        case (.cost, _): writeOff += sum
        }
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
