import Books

/// A report as text: facts, then columns that fit the terminal, then notes.
struct Table {
    private let report: Report
    private let width: Int

    /// - Parameter width: columns of the terminal; 0 cuts nothing.
    init(_ report: Report, width: Int) {
        self.report = report
        self.width = width
    }

    var lines: [String] {
        var lines = [Terminal.bold(Phrases.translate(report.title))]
        let labels = report.facts.map { Phrases.translate($0.label) }
        let labelWidth = labels.map { Terminal.columns($0) }.max() ?? 0
        for (fact, label) in zip(report.facts, labels) {
            lines.append("  " + pad(label, labelWidth, right: false) + "  " + text(fact.value))
        }
        if !report.columns.isEmpty {
            if !report.facts.isEmpty { lines.append("") }
            lines += table
        }
        if !report.notes.isEmpty {
            lines.append("")
            lines += report.notes.map { Terminal.plain($0) }
        }
        return lines
    }

    private var table: [String] {
        guard !report.rows.isEmpty else { return ["  " + Phrases.translate("nothing")] }
        var shown = report.columns.indices.filter { column in
            report.rows.contains { $0.indices.contains(column) && $0[column] != .empty }
        }
        while true {
            let (lines, fits) = table(shown)
            // What is narrowest in meaning stands last: it goes first.
            guard !fits, let last = shown.last(where: { mayBeCut($0) }), shown.count > 2 else {
                return lines
            }
            shown.removeAll { $0 == last }
        }
    }

    /// Figures, dates and numbers of documents are shown whole or not at all.
    private func mayBeCut(_ column: Int) -> Bool {
        !report.columns[column].isNumeric
            && !["date", "document"].contains(report.columns[column].key)
    }

    private func table(_ shown: [Int]) -> (lines: [String], fits: Bool) {
        let heads = shown.map { Phrases.translate(report.columns[$0].label) }
        let rows = report.rows.map { row in
            shown.map { row.indices.contains($0) ? text(row[$0], report.columns[$0].key) : "" }
        }
        var widths = heads.map { Terminal.columns($0) }
        for row in rows {
            for (column, cell) in row.enumerated() where column < widths.count {
                widths[column] = max(widths[column], Terminal.columns(cell))
            }
        }
        let fits = fit(&widths, shown)
        func line(_ cells: [String]) -> String {
            var parts: [String] = []
            for (column, cell) in cells.enumerated() where column < widths.count {
                parts.append(
                    pad(
                        cut(cell, widths[column]), widths[column],
                        right: report.columns[shown[column]].isNumeric))
            }
            var line = "  " + parts.joined(separator: "  ")
            while line.last == " " { line.removeLast() }
            return line
        }
        return ([Terminal.bold(line(heads))] + rows.map { line($0) }, fits)
    }

    /// Takes from the widest text columns until the line fits; false where they cannot give enough.
    private func fit(_ widths: inout [Int], _ shown: [Int]) -> Bool {
        guard width > 0 else { return true }
        var over = widths.reduce(0, +) + 2 * widths.count - width
        while over > 0 {
            let texts = widths.indices.filter { mayBeCut(shown[$0]) && widths[$0] > 8 }
            guard let widest = texts.max(by: { widths[$0] < widths[$1] }) else { return false }
            widths[widest] -= 1
            over -= 1
        }
        return true
    }

    private func cut(_ text: String, _ limit: Int) -> String {
        guard Terminal.columns(text) > limit else { return text }
        var result = ""
        var used = 1
        for character in text {
            used += Terminal.columns(String(character))
            if used > limit { break }
            result.append(character)
        }
        return result + "…"
    }

    private func pad(_ text: String, _ width: Int, right: Bool) -> String {
        let blank = String(repeating: " ", count: max(0, width - Terminal.columns(text)))
        return right ? blank + text : text + blank
    }

    private func text(_ cell: Report.Cell, _ column: String = "") -> String {
        switch cell {
        case .empty: ""
        case .text(let text): Terminal.plain(Phrases.translate(text, in: column))
        case .integer(let value): String(value)
        case .decimal(let text): text
        case .flag(let value): Phrases.translate(value ? "yes" : "no")
        }
    }
}
