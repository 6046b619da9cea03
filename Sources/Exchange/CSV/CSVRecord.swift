/// One record of a CSV file, as far as it could be read.
package struct CSVRecord: Hashable, Sendable {
    /// The line of the file on which the record starts, from 1. A quoted field may span lines.
    package let line: Int
    /// What could be read. Of a record with a problem: what was kept within the limits, with U+FFFD
    /// for bytes that are not UTF-8, so that a reader can still tell which document it belongs to.
    package let fields: [String]
    /// Nil for a good record; otherwise nothing of the record may be used as if it were whole.
    package let problem: CSVProblem?

    package init(line: Int, fields: [String], problem: CSVProblem? = nil) {
        self.line = line
        self.fields = fields
        self.problem = problem
    }

    /// Nothing between two line ends.
    package var isBlank: Bool { problem == nil && fields == [""] }
}

/// Why a record is refused. The first thing that went wrong counts.
package enum CSVProblem: Hashable, Sendable, CustomStringConvertible {
    case notUTF8(column: Int)
    /// A quote inside a field that does not start with one, or text after a closing quote.
    case strayQuote(column: Int)
    /// The file ends inside quotes: all from there on is this record.
    case unterminatedQuote(column: Int)
    case tooWide(columnsMax: Int)
    case fieldTooLong(column: Int, bytesMax: Int)
    case recordTooLong(bytesMax: Int)

    /// One sentence for a person; columns count from 1.
    package var description: String {
        switch self {
        case .notUTF8(let column): "column \(column) is not UTF-8"
        case .strayQuote(let column):
            "column \(column) has a quote where none may stand; quotes inside a quoted field are doubled"
        case .unterminatedQuote(let column):
            "the quote that opens column \(column) is never closed"
        case .tooWide(let most): "more than \(most) columns"
        case .fieldTooLong(let column, let most): "column \(column) is longer than \(most) bytes"
        case .recordTooLong(let most): "longer than \(most) bytes"
        }
    }
}
