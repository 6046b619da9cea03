import Books
import Replica
import Store

/// How a branch did in a month: by its books where they are read, and as its own node tells everybody, of what
/// somebody set it a target for.
extension Engine {
    func targets(of branch: BranchCode, in month: Month) throws -> [Measure: Int64] {
        Targets.read(try store.registers(entity: Targets.entity(branch, month)))
    }

    func published(_ branch: BranchCode, _ month: Month) throws -> [Measure: Int64?] {
        PublishedFigures.read(
            try store.events(of: PublishedFigures.entity(branch, month)))
    }

    /// Nil where there is nothing to measure by; a measure that this node cannot know is left out. Pools are to be folded
    /// before where costs are asked for. Cost: that of a statement.
    func actuals(
        of branch: BranchCode, in month: Month, _ measures: some Sequence<Measure>
    ) throws -> [Measure: Int64?] {
        let (standing, _) = try needLedger()
        let held = Set(standing.keyring.scopes)
        let known = measures.filter {
            held.contains(.trade(branch)) && (!$0.needsCosts || held.contains(.money(branch)))
        }
        guard !known.isEmpty else { return [:] }
        let figures = try figures(
            of: branch, in: month, withCounts: known.contains(.countAccuracy))
        return known.reduce(into: [:]) { $0[$1] = .some(figures.value($1)) }
    }

    private func figures(
        of branch: BranchCode, in month: Month, withCounts: Bool
    ) throws -> BranchFigures {
        let before = Day(number: month.first.number &- 1)
        var moved = try turnovers(from: month.first, to: month.last)[branch] ?? [:]
        // The end of a year earns nothing.
        for (account, amount) in try store.yearEnds(of: branch, from: month.first, to: month.last) {
            moved[account, default: Store.Turnover()].add(-Int128(amount))
        }
        let opening = try turnovers(from: nil, to: before)[branch] ?? [:]
        let closing = try turnovers(from: nil, to: month.last)[branch] ?? [:]
        var figures = BranchFigures()
        figures.days = Int64(month.days)
        figures.sales = -(moved[.simple(.sales, branch)]?.net ?? 0)
        figures.tax = -(moved[.simple(.tax, branch)]?.net ?? 0)
        figures.costOfSales = moved[.simple(.costOfSales, branch)]?.net ?? 0
        figures.opening = opening[.simple(.inventory, branch)]?.net ?? 0
        figures.closing = closing[.simple(.inventory, branch)]?.net ?? 0
        figures.receivables = closing.reduce(0) {
            $1.key.root == .receivable ? $0 + $1.value.net : $0
        }
        guard withCounts else { return figures }
        for (counted, right) in try countsPosted(at: branch, in: month) {
            figures.counted += counted
            figures.right += right
        }
        return figures
    }

    private static let sheetsMax = 1_000_000

    /// Of each stocktake of the month that stands: lines, and those on which nothing differed, late documents included.
    /// Cost: a look at all stocktakes of the branch.
    private func countsPosted(
        at branch: BranchCode, in month: Month
    ) throws -> [(counted: Int64, right: Int64)] {
        try store.entities(prefix: "\(Event.countPrefix)\(branch)", limit: Self.sheetsMax)
            .compactMap { CountSheet.number(ofEntity: $0) }
            .filter { $0.series.branch == branch }.sorted()
            .compactMap { number in
                guard
                    let sheet = CountSheet(number, try store.events(of: CountSheet.entity(number))),
                    sheet.state == .posted, Month(sheet.day) == month
                else { return nil }
                let differences = try store.countDifferences(number)
                let items = Set(sheet.lines.keys).union(differences.keys)
                let right = items.filter { differences[$0] ?? 0 == 0 }
                return (Int64(items.count), Int64(right.count))
            }
    }

    /// What changed of the months of a league's trend, the newest first, of measures that somebody set this branch a
    /// target for: a late entry, or a period that was opened again, is told as well. At most a commit for each month.
    ///
    /// - Returns: false where costs have to be folded before more is told.
    func publishFigures(
        _ branch: BranchCode, on today: Day, at now: Instant
    ) throws -> Bool {
        var isWhole = true
        for month in (0...Self.trendMonths).map({ Month(today).advanced(by: -$0) }) {
            var wanted = Set(try targets(of: branch, in: month).keys)
            if wanted.contains(where: \.needsCosts) {
                if try store.someDirtyPools() < Store.manyPools {
                    try foldCosts()
                } else {
                    // They are folded while nobody asks for anything.
                    wanted = wanted.filter { !$0.needsCosts }
                    isWhole = false
                }
            }
            guard !wanted.isEmpty else { continue }
            let said = try published(branch, month)
            let news = try actuals(of: branch, in: month, wanted).filter {
                (said[$0.key] ?? nil) != $0.value
            }
            guard !news.isEmpty else { continue }
            let event = PublishedFigures.event(
                branch, month, news, person: person, day: today)
            _ = try commit([Draft.Part(.board, [.append(event)])], at: now)
        }
        return isWhole
    }
}
