/// Lines of text, measured in columns of a printer or a terminal.
package enum PlainText {
    /// Widths that a roll may have; what is asked for beyond them is brought to the nearest.
    static let columnsAllowed = 16...255

    static func bounded(_ columns: Int) -> Int {
        min(max(columns, columnsAllowed.lowerBound), columnsAllowed.upperBound)
    }

    /// Columns that a text takes: East Asian wide characters and emoji take two, combining marks none.
    package static func columns(of text: String) -> Int {
        text.unicodeScalars.reduce(0) { $0 + columns(of: $1) }
    }

    private static func columns(of scalar: Unicode.Scalar) -> Int {
        switch scalar.properties.generalCategory {
        case .nonspacingMark, .enclosingMark, .format, .control: return 0
        default: break
        }
        switch scalar.value {
        case 0x1100...0x115f, 0x2e80...0x303e, 0x3041...0xa4cf, 0xac00...0xd7a3, 0xf900...0xfaff,
            0xfe30...0xfe6f, 0xff00...0xff60, 0xffe0...0xffe6, 0x1f300...0x1f64f,
            0x1f900...0x1f9ff, 0x20000...0x3fffd:
            return 2
        // Half a flag each.
        case 0x1f1e6...0x1f1ff: return 1
        default: return scalar.properties.isEmojiPresentation ? 2 : 1
        }
    }

    /// The text with a blank for everything that a printer or a terminal would obey: control characters,
    /// line separators, and what turns the direction of writing.
    static func harmless(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: isCommand) else { return text }
        return String(
            String.UnicodeScalarView(text.unicodeScalars.map { isCommand($0) ? " " : $0 }))
    }

    private static func isCommand(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0..<0x20, 0x7f...0x9f, 0x061c, 0x200e...0x200f, 0x2028...0x202e, 0x2066...0x2069: true
        default: false
        }
    }

    /// Broken between words, and inside a word that is longer than a line; runs of blanks become one.
    /// Law: no line is wider than `columns`, which is at least 2; a text of blanks has no lines.
    static func wrapped(_ text: String, _ columns: Int) -> [String] {
        var lines: [String] = []
        var line = ""
        var used = 0
        for word in harmless(text).split(separator: " ") {
            let width = self.columns(of: String(word))
            if used > 0, used + 1 + width <= columns {
                line += " " + word
                used += 1 + width
                continue
            }
            if !line.isEmpty { lines.append(line) }
            (line, used) = ("", 0)
            for (piece, width) in pieces(of: word, columns) {
                if used + width > columns {
                    lines.append(line)
                    (line, used) = ("", 0)
                }
                line += piece
                used += width
            }
        }
        return line.isEmpty ? lines : lines + [line]
    }

    /// Characters; of one that joins more emoji than a line holds, its scalars.
    private static func pieces(
        of word: Substring, _ columns: Int
    ) -> [(piece: String, columns: Int)] {
        word.flatMap { character -> [(String, Int)] in
            let width = self.columns(of: String(character))
            guard width > columns else { return [(String(character), width)] }
            return character.unicodeScalars.map { (String($0), self.columns(of: $0)) }
        }
    }

    static func centred(_ text: String, _ columns: Int) -> [String] {
        wrapped(text, columns).map { blank((columns - self.columns(of: $0)) / 2) + $0 }
    }

    static func right(_ text: String, _ columns: Int) -> [String] {
        wrapped(text, columns).map { blank(columns - self.columns(of: $0)) + $0 }
    }

    /// Label left and value right on one line; on lines of their own where they have no room.
    static func spread(_ label: String, _ value: String, _ columns: Int) -> [String] {
        let (labels, values) = (wrapped(label, columns), wrapped(value, columns))
        if labels.count == 1, values.count == 1 {
            let room = columns - self.columns(of: labels[0]) - self.columns(of: values[0])
            if room >= 2 { return [labels[0] + blank(room) + values[0]] }
        }
        return labels + right(value, columns)
    }

    /// Groups of five characters, for eyes and hands; a reader of it leaves out the blanks.
    static func grouped(_ text: String) -> String {
        var result = ""
        for (place, character) in harmless(text).enumerated() {
            if place > 0, place.isMultiple(of: 5) { result += " " }
            result.append(character)
        }
        return result
    }

    private static func blank(_ columns: Int) -> String {
        String(repeating: " ", count: max(0, columns))
    }
}
