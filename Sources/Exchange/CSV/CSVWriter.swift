package import Books

/// Writes CSV (RFC 4180) as UTF-8, one record at a time: CRLF ends a record, quotes stand only where
/// they are needed. Law: what `CSVReader` reads back is what was written.
package struct CSVWriter: Sendable {
    private let separator: UInt8

    package init(separator: UInt8 = 0x2c) {
        self.separator = separator
    }

    package func record(_ fields: [String]) -> [UInt8] {
        line(fields.map { quoted($0, always: fields.count == 1 && $0.isEmpty) })
    }

    /// The keys of the columns.
    package func header(of report: Report) -> [UInt8] {
        record(report.columns.map(\.key))
    }

    /// An empty cell is an empty field, an empty text a quoted one; figures are exact decimals, flags
    /// `true` and `false`. A row is filled up, or cut, to the number of columns.
    package func row(_ cells: [Report.Cell], of report: Report) -> [UInt8] {
        line(report.columns.indices.map { cells.indices.contains($0) ? field(cells[$0]) : [] })
    }

    /// The whole table. For a large one write `header` and `row` piece by piece.
    package func table(_ report: Report) -> [UInt8] {
        report.rows.reduce(into: header(of: report)) { $0 += row($1, of: report) }
    }

    private func field(_ cell: Report.Cell) -> [UInt8] {
        switch cell {
        case .empty: []
        case .text(let text): quoted(text, always: text.isEmpty)
        case .integer(let value): Array(String(value).utf8)
        case .decimal(let figure): quoted(figure, always: false)
        case .flag(let isSet): Array((isSet ? "true" : "false").utf8)
        }
    }

    private func quoted(_ text: String, always: Bool) -> [UInt8] {
        let bytes = Array(text.utf8)
        let special = bytes.contains {
            $0 == 0x22 || $0 == 0x0a || $0 == 0x0d || $0 == separator
        }
        // A byte order mark at the start of a file would be taken for one.
        guard always || special || bytes.starts(with: [0xef, 0xbb, 0xbf]) else { return bytes }
        var result: [UInt8] = [0x22]
        for byte in bytes {
            if byte == 0x22 { result.append(0x22) }
            result.append(byte)
        }
        result.append(0x22)
        return result
    }

    private func line(_ fields: [[UInt8]]) -> [UInt8] {
        Array(fields.joined(separator: [separator])) + [0x0d, 0x0a]
    }
}
