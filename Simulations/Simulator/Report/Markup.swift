/// Text as HTML that is well-formed XML too.
enum Markup {
    /// With the five signs that mean something spelt out, and no control characters.
    static func text(_ text: String) -> String {
        var out = ""
        out.reserveCapacity(text.utf8.count)
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": out += "&amp;"
            case "<": out += "&lt;"
            case ">": out += "&gt;"
            case "\"": out += "&quot;"
            case "'": out += "&#39;"
            case "\n", "\t": out += " "
            default:
                if scalar.value >= 32, scalar.value != 0x7f { out.unicodeScalars.append(scalar) }
            }
        }
        return out
    }

    /// An element; attributes are escaped, `body` is markup.
    static func tag(
        _ name: String, _ attributes: KeyValuePairs<String, String> = [:], _ body: String = ""
    ) -> String {
        let list = attributes.map { " \($0.key)=\"\(text($0.value))\"" }.joined()
        return body.isEmpty && isEmptyAllowed(name)
            ? "<\(name)\(list)/>" : "<\(name)\(list)>\(body)</\(name)>"
    }

    private static func isEmptyAllowed(_ name: String) -> Bool {
        ["meta", "rect", "line", "path", "polyline", "circle", "br"].contains(name)
    }

    // MARK: Figures

    /// `2,898,573`.
    static func number(_ value: Int) -> String {
        let digits = Array(String(abs(value)))
        var out = value < 0 ? "−" : ""
        for (place, digit) in digits.enumerated() {
            if place > 0, (digits.count - place) % 3 == 0 { out += "," }
            out.append(digit)
        }
        return out
    }

    /// `2.90 MB`, `41.2 kB`, `310 B`.
    static func bytes(_ value: Int) -> String {
        if value >= 1_000_000 { return hundredths(Double(value) / 1_000_000) + " MB" }
        if value >= 1_000 { return "\(tenths(Double(value) / 1_000)) kB" }
        return "\(value) B"
    }

    static func tenths(_ value: Double) -> String { Simulator.tenths(value) }

    static func span(_ time: Milliseconds) -> String { ScenarioTime.brief(time) }

    static func percent(_ part: Int, of whole: Int) -> String {
        whole == 0 ? "–" : tenths(Double(part) * 100 / Double(whole)) + " %"
    }
}

/// A table with a caption, as people read it: text to the left, figures to the right.
struct MarkupTable {
    let caption: String
    var note: String?
    let columns: [Column]
    var rows: [[Cell]] = []

    struct Column {
        let label: String
        let isNumber: Bool

        static func text(_ label: String) -> Column { Column(label: label, isNumber: false) }
        static func number(_ label: String) -> Column { Column(label: label, isNumber: true) }
    }

    enum Cell {
        case text(String)
        case markup(String)
        case head(String)
    }

    var markup: String {
        let heads = columns.map { column in
            Markup.tag(
                "th", ["scope": "col", "class": column.isNumber ? "n" : "t"],
                Markup.text(column.label))
        }.joined()
        let body = rows.map { row in
            let cells = zip(row, columns).map { cell, column in
                let kind = column.isNumber ? "n" : "t"
                return switch cell {
                case .text(let text): Markup.tag("td", ["class": kind], Markup.text(text))
                case .markup(let markup): Markup.tag("td", ["class": kind], markup)
                case .head(let text):
                    Markup.tag("th", ["scope": "row", "class": kind], Markup.text(text))
                }
            }
            return Markup.tag("tr", [:], cells.joined())
        }.joined(separator: "\n")
        let label = note.map { Markup.tag("span", ["class": "note"], Markup.text($0)) } ?? ""
        let table = Markup.tag(
            "table", [:],
            Markup.tag("caption", [:], Markup.text(caption) + label)
                + Markup.tag("thead", [:], Markup.tag("tr", [:], heads))
                + Markup.tag("tbody", [:], body))
        // Wide tables move sideways on a phone, and the page does not.
        return Markup.tag(
            "div", ["class": "wide", "role": "region", "aria-label": caption, "tabindex": "0"],
            table)
    }
}
