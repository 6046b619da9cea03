import Books
import Replica
import Store

/// Charts of accounts: those that are built in, and the company's own.
extension Engine {
    /// Charts that are looked at for faults.
    private static let chartsMax = 64

    /// Nil where nobody said anything of it.
    func chart(named name: String, _ ledger: Ledger) throws -> OwnChart? {
        if let base = Chart(rawValue: name) { return OwnChart(base) }
        guard OwnChart.isName(name) else { return nil }
        let values = try store.registers(entity: OwnChart.entity(name))
        guard values.values.joined().contains(where: { $0 != .absent }) else { return nil }
        return OwnChart(name: name, values: values, currency: ledger.book.currency)
    }

    /// What reports go by that name none; where that is no chart, by the book's currency.
    func defaultChart(_ ledger: Ledger) throws -> OwnChart {
        try saidDefault().flatMap { try chart(named: $0, ledger) }
            ?? OwnChart(Chart(for: ledger.book.currency))
    }

    private func saidDefault() throws -> String? {
        try store.values(
            entity: OwnChart.defaultEntity, attribute: OwnChart.defaultAttribute
        ).last?.text
    }

    /// The chart of a statement.
    func chart(_ filter: StatementFilter, _ ledger: Ledger) throws -> OwnChart {
        guard let name = filter.chart else {
            // A legal entity's own, where it has one that is known.
            let own = try filter.entity.flatMap { try entityFacts($0).chart }
            return try own.flatMap { try chart(named: $0, ledger) } ?? defaultChart(ledger)
        }
        guard let chart = try chart(named: name, ledger) else {
            throw Refusal(
                .unknownChart, "there is no chart \(name)", next: "see `branchbook chart list`")
        }
        return chart
    }

    /// Names of the company's own charts, in order.
    private func ownCharts() throws -> [String] {
        try store.described(OwnChart.prefix).filter { OwnChart.isName($0) }.sorted()
    }

    func charts() throws -> Report {
        let (_, ledger) = try needLedger()
        var report = Report(
            schema: "branchbook.charts/1", title: "Charts of accounts",
            columns: [
                .text("name", "Name"), .text("base", "Rests on"), .number("codes", "Codes"),
                .number("accounts", "Accounts"), .text("default", "By default"),
            ])
        let chosen = try defaultChart(ledger).name
        let names = Chart.allCases.map(\.rawValue) + (try ownCharts())
        for name in names.prefix(Query.limitMax) {
            guard let chart = try chart(named: name, ledger) else { continue }
            report.rows.append([
                .text(name), name == chart.base.rawValue ? .empty : .text(chart.base.rawValue),
                .integer(Int64(chart.codes.count)), .integer(Int64(chart.accounts.count)),
                name == chosen ? .flag(true) : .empty,
            ])
        }
        return report
    }

    /// Every code of a chart with its line and the accounts on it; the lines of the chart that it rests on as well.
    func chart(name: String) throws -> Report {
        let (_, ledger) = try needLedger()
        guard let chart = try chart(named: name, ledger) else {
            throw Refusal(
                .unknownChart, "there is no chart \(name)", next: "see `branchbook chart list`")
        }
        var report = Report(
            schema: "branchbook.chart/1", title: "Chart of accounts",
            columns: [
                .text("code", "Code"), .text("name", "Name"),
                .text("statement", "Line of the statements"),
                .text("kind", "Kind"), .text("accounts", "Accounts"),
            ])
        var rows: [(code: String, cells: [Report.Cell])] = []
        for (name, line) in chart.base.lines {
            rows.append(
                (
                    line.code,
                    [
                        .text(line.code), .text(line.title), .text(name),
                        .text(line.kind.rawValue), .empty,
                    ]
                ))
        }
        for (code, said) in chart.codes {
            let on = chart.accounts.filter { $0.value == code }.map(\.key).sorted()
            let kind = said.line.flatMap { chart.base.line(named: $0)?.kind.rawValue }
            rows.append(
                (
                    code,
                    [
                        .text(code), .optional(said.title), .optional(said.line), .optional(kind),
                        .text(on.joined(separator: " ")),
                    ]
                ))
        }
        report.rows = rows.enumerated().sorted {
            ($0.element.code, $0.element.cells[1].plain) < (
                $1.element.code, $1.element.cells[1].plain
            )
        }.map(\.element.cells)
        report.facts = [
            .init("chart", "Name", .text(chart.name)),
            .init("base", "Rests on", .text(chart.base.rawValue)),
        ]
        report.notes = chart.faults
        return report
    }

    /// What is said of charts and cannot be believed: it counts for nothing until somebody says it anew.
    func chartExceptions(_ ledger: Ledger) throws -> [[Report.Cell]] {
        var rows: [[Report.Cell]] = []
        func tell(_ kind: String, _ subject: String, _ next: String) {
            rows.append([.text(kind), .text(subject), .empty, .text(next)])
        }
        for name in try ownCharts().prefix(Self.chartsMax) {
            for fault in try chart(named: name, ledger)?.faults.prefix(Self.chartsMax) ?? [] {
                tell(
                    "chart", "\(name): \(fault)",
                    "`branchbook chart show \(name)`, and set it again")
            }
        }
        if let said = try saidDefault(), try chart(named: said, ledger) == nil {
            tell(
                "chart",
                "\(String(said.unicodeScalars.prefix(OwnChart.titleBytesMax))): reports go by no such chart",
                "`branchbook chart default NAME`")
        }
        return rows
    }
}
