import Replica

/// A company's own charts of accounts.
extension Planner {
    func setChart(_ change: ChartChange, _ view: some BookView) throws -> Draft {
        try requireCatalog()
        switch change {
        case .setDefault(let name):
            if !name.isEmpty { _ = try chart(name, view) }
            return Draft(
                number: nil,
                parts: [
                    Draft.Part(
                        .catalog,
                        [
                            try set(
                                OwnChart.defaultEntity, OwnChart.defaultAttribute,
                                name.isEmpty ? .absent : .text(name), view)
                        ])
                ])
        case .set(let name, let code, let title, let line, let accounts, let base):
            return try setCode(
                name, code, title: title, line: line, accounts: accounts, base: base, view)
        }
    }

    /// One that is built in, or that somebody described.
    private func chart(_ name: String, _ view: some BookView) throws -> OwnChart {
        if let base = Chart(rawValue: name) { return OwnChart(base) }
        guard OwnChart.isName(name), let chart = try view.chart(name) else {
            throw Refusal(
                .unknownChart, "there is no chart \(name)", next: "see `branchbook chart list`")
        }
        return chart
    }

    private func setCode(
        _ name: String, _ code: String, title: String?, line: String?, accounts: [String],
        base: String?, _ view: some BookView
    ) throws -> Draft {
        guard OwnChart.isName(name) else {
            throw Refusal(
                .badCode, "\(name) is no name of an own chart",
                next:
                    "use up to \(OwnChart.nameBytesMax) capital letters, digits and `-`, as in MINE"
            )
        }
        guard code.isEmpty || OwnChart.isCode(code) else {
            throw Refusal(
                .badCode, "\(code) is no code of an account", next: "write it as in 6602.01")
        }
        let entity = OwnChart.entity(name)
        let held =
            try view.chart(name)
            ?? OwnChart(
                name: name, base: Chart(for: ledger.book.currency), codes: [:], accounts: [:])
        var ops: [Operation] = []
        var chart = held.base
        if let base {
            guard let named = Chart(rawValue: base) else {
                throw Refusal(
                    .unknownChart, "\(base) is no chart that is built in",
                    next: "use " + Chart.allCases.map(\.rawValue).joined(separator: " or "))
            }
            chart = named
            ops.append(try set(entity, OwnChart.Attribute.base, .text(base), view))
        }
        var said = held.codes[code] ?? OwnChart.Code()
        let keys = try accounts.map { try Self.chartKey($0) }
        if code.isEmpty {
            guard title == nil, line == nil, !keys.isEmpty else {
                throw Refusal(
                    .badOption, "without a code accounts alone are taken back to their own line",
                    next: "name them with --account")
            }
        } else {
            if let title {
                guard OwnChart.isTitle(title) else {
                    throw Refusal(
                        .badText,
                        "a name has 1 to \(OwnChart.titleBytesMax) bytes and no control characters")
                }
                said.title = title
                ops.append(try set(entity, OwnChart.Attribute.title + code, .text(title), view))
            }
            if let line {
                said.line = line.isEmpty ? nil : line
                guard line.isEmpty || chart.line(named: line) != nil else {
                    throw Refusal(
                        .unknownChart, "there is no line \(line) in the statements",
                        next: "use one of " + chart.lines.map(\.name).joined(separator: ", "))
                }
                ops.append(
                    try set(
                        entity, OwnChart.Attribute.line + code,
                        line.isEmpty ? .absent : .text(line), view))
            }
            guard said.title != nil || said.line != nil else {
                throw Refusal(
                    .badOption, "\(code) has no name yet", next: "write it behind the code")
            }
            let on = held.accounts.filter { $0.value == code }.map(\.key)
            for key in Set(keys).union(on).sorted() { try Self.require(key, said, chart) }
        }
        let after = Set(held.accounts.keys).union(keys).count
        let codes = Set(held.codes.keys).union(code.isEmpty ? [] : [code]).count
        guard codes <= OwnChart.entriesMax, after <= OwnChart.entriesMax else {
            throw Refusal(
                .tooManyLines, "a chart names at most \(OwnChart.entriesMax) codes and accounts")
        }
        for key in keys {
            ops.append(
                try set(
                    entity, OwnChart.Attribute.account + key,
                    code.isEmpty ? .absent : .text(code), view))
        }
        guard !ops.isEmpty else {
            throw Refusal(.nothingChanges, "nothing is said of \(code)")
        }
        return Draft(number: nil, parts: [Draft.Part(.catalog, ops)])
    }

    /// A line that leaves every total as it is.
    private static func require(
        _ key: String, _ code: OwnChart.Code, _ base: Chart
    ) throws(Refusal) {
        guard case .fault(let why) = OwnChart.placing(key, on: code, base) else { return }
        let names = OwnChart.names(for: key, base)
        throw Refusal(
            names.isEmpty ? .badAccount : .chartLine, "\(key): \(why)",
            next: names.isEmpty
                ? "name an account such as expense/rent, or expense for all of them"
                : "use one of " + names.joined(separator: ", "))
    }

    /// `expense/rent` or `expense`: without a branch.
    private static func chartKey(_ text: String) throws(Refusal) -> String {
        let bytes = RegisterWrite.nameBytesMax - OwnChart.Attribute.account.utf8.count
        try check(text, "account's name", bytes)
        return text
    }
}
