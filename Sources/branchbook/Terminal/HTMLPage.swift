import Books
import Printing

/// A report as one page that needs nothing else, and reads well printed. Texts of other branches stand in
/// it: everything is escaped, and nothing in it is a script.
struct HTMLPage {
    private let report: Report

    init(_ report: Report) { self.report = report }

    /// The figure that people would rather look at: the first of these columns that is there.
    private static let pictured = ["revenue", "closing", "order", "balance", "quantity", "debit"]

    private static let style = """
        body{font:14px/1.45 system-ui,"Noto Sans CJK SC",sans-serif;color:#1c2430;margin:2rem auto;max-width:72rem;
        padding:0 1rem}
        h1{font-size:1.4rem;margin:0 0 1rem}
        dl{display:grid;grid-template-columns:max-content 1fr;gap:.15rem 1rem;margin:0 0 1rem}
        dt{color:#5a6675}dd{margin:0}
        table{border-collapse:collapse;width:100%}
        th,td{padding:.25rem .6rem;text-align:left;border-bottom:1px solid #dfe4ea;vertical-align:top}
        th{border-bottom:2px solid #9aa7b5}
        .n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
        .bar{print-color-adjust:exact;-webkit-print-color-adjust:exact}
        .note{color:#5a6675}
        thead{display:table-header-group}tr{break-inside:avoid}
        @media print{body{margin:0;max-width:none;font-size:11px}}
        """

    var text: String {
        let title = Self.escaped(Phrases.translate(report.title))
        var lines = [
            "<!DOCTYPE html>", "<html lang=\"\(Phrases.isChinese ? "zh" : "en")\">", "<head>",
            "<meta charset=\"utf-8\">",
            "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">",
            "<title>\(title)</title>", "<style>\n\(Self.style)\n</style>", "</head>", "<body>",
            "<h1>\(title)</h1>",
        ]
        if !report.facts.isEmpty {
            lines.append("<dl>")
            for fact in report.facts {
                let label = Self.escaped(Phrases.translate(fact.label))
                lines.append("<dt>\(label)</dt><dd>\(Self.cell(fact.value))</dd>")
            }
            lines.append("</dl>")
        }
        if !report.columns.isEmpty { lines += table }
        lines += report.notes.map { "<p class=\"note\">\(Self.escaped($0))</p>" }
        return (lines + ["</body>", "</html>", ""]).joined(separator: "\n")
    }

    private var table: [String] {
        var lines = ["<table>", "<thead><tr>"]
        for column in report.columns {
            let label = Self.escaped(Phrases.translate(column.label))
            lines.append(
                "<th scope=\"col\"\(column.isNumeric ? " class=\"n\"" : "")>\(label)</th>")
        }
        lines.append("</tr></thead>")
        lines.append("<tbody>")
        let widths = barWidths
        let pictured = picturedColumn
        for (number, row) in report.rows.enumerated() {
            var line = "<tr>"
            for (place, column) in report.columns.enumerated() {
                let value = row.indices.contains(place) ? Self.cell(row[place], column.key) : ""
                if place == pictured, let width = widths[number] {
                    line += "<td class=\"n bar\" style=\"\(Self.bar(width))\">\(value)</td>"
                } else {
                    line += column.isNumeric ? "<td class=\"n\">\(value)</td>" : "<td>\(value)</td>"
                }
            }
            lines.append(line + "</tr>")
        }
        return lines + ["</tbody>", "</table>"]
    }

    private var picturedColumn: Int? {
        let keys = report.columns.map(\.key)
        return Self.pictured.lazy.compactMap { keys.firstIndex(of: $0) }.first
    }

    /// Percent of the greatest figure of the column, by row; below zero for those below it. A picture: a
    /// figure that a `Double` rounds is drawn where it nearly is.
    private var barWidths: [Int: Double] {
        guard let place = picturedColumn, report.rows.count > 1 else { return [:] }
        var figures: [Int: Double] = [:]
        for (number, row) in report.rows.enumerated() where row.indices.contains(place) {
            figures[number] = Double(row[place].plain)
        }
        let greatest = figures.values.map(\.magnitude).max() ?? 0
        guard greatest > 0 else { return [:] }
        return figures.mapValues { $0 / greatest * 100 }
    }

    private static func bar(_ percent: Double) -> String {
        let (width, color) = (
            Int(percent.magnitude.rounded()), percent < 0 ? "#f6d0cc" : "#cfe3f5"
        )
        return "background:linear-gradient(to right,\(color) \(width)%,transparent \(width)%)"
    }

    private static func cell(_ cell: Report.Cell, _ column: String = "") -> String {
        switch cell {
        case .text(let text): escaped(Phrases.translate(text, in: column))
        case .flag(let isSet): escaped(Phrases.translate(isSet ? "yes" : "no"))
        default: escaped(cell.plain)
        }
    }

    static func escaped(_ text: String) -> String {
        HTML.escaped(Terminal.plain(text))
    }
}
