import Books
import Replica
import Store

/// Reports on what branches are to reach, and how they did.
extension Engine {
    /// Months before the one of a league that are shown beside it.
    static let trendMonths: Int32 = 6

    private func figure(_ value: Int64?, _ measure: Measure, _ ledger: Ledger) -> Report.Cell {
        value.map { .decimal(Amount.text($0, scale: measure.scale(ledger))) } ?? .empty
    }

    private func percent(_ actual: Int64?, _ measure: Measure, of target: Int64?) -> Report.Cell {
        guard let actual, let target, let reached = measure.reached(actual, of: target) else {
            return .empty
        }
        return .decimal(Amount.text(reached, scale: 2))
    }

    func targets(branch text: String?) throws -> Report {
        let (standing, ledger) = try needLedger()
        let only = try text.map { try known($0, standing) }
        var report = Report(
            schema: "branchbook.targets/1", title: "Targets",
            columns: [
                .text("month", "Month"), .text("branch", "Branch"), .text("measure", "Measure"),
                .number("target", "To be reached"),
            ])
        let places = try store.described(Targets.prefix).compactMap {
            Targets.place(ofEntity: $0)
        }.filter { only == nil || $0.branch == only }
        for place in places.sorted(by: { ($0.month, $0.branch) < ($1.month, $1.branch) }) {
            let targets = try targets(of: place.branch, in: place.month)
            for measure in Measure.allCases {
                guard let target = targets[measure] else { continue }
                report.rows.append([
                    .text(place.month.description), .text(place.branch.text),
                    .text(measure.rawValue),
                    figure(target, measure, standing.ledger(of: place.branch)),
                ])
            }
        }
        report.facts = [.init("currency", "Currency", .text(ledger.currency.text))]
        report.notes = currencyNotes(standing, ledger, only)
        return report
    }

    /// By the books where they are read here; of other branches what they told.
    func targetReport(month text: String, branch: String?) throws -> Report {
        let (standing, ledger) = try needLedger()
        let month = try Planner.month(text)
        let only = try branch.map { try known($0, standing) }
        try foldCosts()
        var report = Report(
            schema: "branchbook.target/1", title: "Targets and what was reached",
            columns: [
                .text("branch", "Branch"), .text("measure", "Measure"),
                .number("target", "To be reached"), .number("actual", "Actual"),
                .number("reached", "Reached, %"), .number("published", "Published"),
            ])
        for branch in standing.roster.branches.keys.sorted() where only == nil || branch == only {
            let targets = try targets(of: branch, in: month)
            guard !targets.isEmpty else { continue }
            let kept = standing.ledger(of: branch)
            let own = try actuals(of: branch, in: month, Measure.allCases)
            let told = try published(branch, month)
            for measure in Measure.allCases {
                guard let target = targets[measure] else { continue }
                let actual = own[measure] ?? told[measure] ?? nil
                report.rows.append([
                    .text(branch.text), .text(measure.rawValue), figure(target, measure, kept),
                    figure(actual, measure, kept), percent(actual, measure, of: target),
                    figure(told[measure] ?? nil, measure, kept),
                ])
            }
        }
        report.facts = [
            .init("month", "Month", .text(month.description)),
            .init("currency", "Currency", .text(ledger.currency.text)),
        ]
        report.notes = currencyNotes(standing, ledger, only)
        return report
    }

    /// One table for all: what each branch's node told, best first, and the months before.
    func league(month text: String, measure name: String?) throws -> Report {
        let (standing, ledger) = try needLedger()
        let month = try Planner.month(text)
        let only = try name.map { try Planner.measure($0) }
        let before = (1...Self.trendMonths).reversed().map { month.advanced(by: -$0) }
        var report = Report(
            schema: "branchbook.league/1", title: "League",
            columns: [
                .text("measure", "Measure"), .number("rank", "Rank"), .text("branch", "Branch"),
                .number("actual", "Actual"), .number("reached", "Reached, %"),
            ])
        for month in before {
            report.columns.append(.number(month.description, month.description))
        }
        let own = try published(standing, before + [month])
        // What is told in other currencies is ranked by what it is worth in the book's own.
        let (told, isWhole) = try inBook(own, standing, ledger)
        for measure in Measure.allCases where only == nil || measure == only {
            for row in Self.ranked(told, measure, in: month) {
                let target = try targets(of: row.branch, in: month)[measure]
                var cells: [Report.Cell] = [
                    .text(measure.rawValue), .integer(Int64(row.rank)), .text(row.branch.text),
                    figure(row.actual, measure, ledger),
                    percent(own[row.branch]?[month]?[measure], measure, of: target),
                ]
                for month in before {
                    cells.append(figure(told[row.branch]?[month]?[measure], measure, ledger))
                }
                report.rows.append(cells)
            }
        }
        report.facts = [
            .init("month", "Month", .text(month.description)),
            .init("currency", "Currency", .text(ledger.currency.text)),
        ]
        report.notes = [
            "As the branches' own nodes told it, of what has a target."
        ]
        if !isWhole {
            report.notes.append(
                "Amounts in currencies of which no rate is known are left out: `branchbook rate set`."
            )
        }
        return report
    }

    private typealias Told = [BranchCode: [Month: [Measure: Int64]]]

    /// Amounts at the rates of the last days of their months; whole where all rates are known.
    private func inBook(
        _ own: Told, _ standing: Standing, _ ledger: Ledger
    ) throws -> (told: Told, isWhole: Bool) {
        guard !standing.currencies.others.isEmpty else { return (own, true) }
        var (told, isWhole) = (own, true)
        for (branch, months) in own {
            let code = standing.currencies[branch]
            for (month, figures) in months where code != ledger.currency {
                told[branch]?[month] = try figures.reduce(into: [:]) { found, figure in
                    guard [.revenue, .margin].contains(figure.key) else {
                        found[figure.key] = figure.value
                        return
                    }
                    found[figure.key] = try inBook(
                        Int128(figure.value), of: code, on: month.last
                    ).flatMap { Int64(exactly: $0) }
                    if found[figure.key] == nil { isWhole = false }
                }
            }
        }
        return (told, isWhole)
    }

    private func published(_ standing: Standing, _ months: [Month]) throws -> Told {
        var told: Told = [:]
        for branch in standing.roster.branches.keys {
            for month in months {
                told[branch, default: [:]][month] = try published(branch, month).compactMapValues {
                    $0
                }
            }
        }
        return told
    }

    /// Best first; equals share a rank, and stand in the order of their codes.
    private static func ranked(
        _ told: Told, _ measure: Measure, in month: Month
    ) -> [(rank: Int, branch: BranchCode, actual: Int64)] {
        var rows: [(branch: BranchCode, actual: Int64)] = []
        for (branch, months) in told {
            if let actual = months[month]?[measure] { rows.append((branch, actual)) }
        }
        rows.sort { a, b in
            if a.actual == b.actual { return a.branch < b.branch }
            return measure.isBetterBelow ? a.actual < b.actual : a.actual > b.actual
        }
        var ranked: [(rank: Int, branch: BranchCode, actual: Int64)] = []
        for (place, row) in rows.enumerated() {
            let isEqual = ranked.last?.actual == row.actual
            let rank = isEqual ? ranked.last?.rank ?? 1 : place + 1
            ranked.append((rank, row.branch, row.actual))
        }
        return ranked
    }
}
