/// What a reading command answers: a table with a versioned schema, shown as a table that fits the
/// terminal or as JSON.
package struct Report: Codable, Hashable, Sendable {
    /// Such as `branchbook.stock/1`: the version grows when a column changes its meaning or goes.
    package var schema: String
    package var title: String
    package var columns: [Column]
    package var rows: [[Cell]]
    /// Named single figures beside the table, in order.
    package var facts: [Fact]
    /// Sentences for a person, such as what is missing from the table and why.
    package var notes: [String]

    package struct Column: Codable, Hashable, Sendable {
        /// Stable, for JSON: `quantity`.
        package var key: String
        /// For people: `Quantity`.
        package var label: String
        package var isNumeric: Bool

        package init(_ key: String, _ label: String, isNumeric: Bool = false) {
            self.key = key
            self.label = label
            self.isNumeric = isNumeric
        }
    }

    package enum Cell: Codable, Hashable, Sendable {
        case empty
        case text(String)
        case integer(Int64)
        /// An exact decimal figure as text, `-12.50`.
        case decimal(String)
        case flag(Bool)

        /// As text, for other programs.
        package var plain: String {
            switch self {
            case .empty: ""
            case .text(let text), .decimal(let text): text
            case .integer(let value): String(value)
            case .flag(let value): String(value)
            }
        }
    }

    package struct Fact: Codable, Hashable, Sendable {
        package var key: String
        package var label: String
        package var value: Cell

        package init(_ key: String, _ label: String, _ value: Cell) {
            self.key = key
            self.label = label
            self.value = value
        }
    }

    package init(
        schema: String, title: String, columns: [Column] = [], rows: [[Cell]] = [],
        facts: [Fact] = [], notes: [String] = []
    ) {
        self.schema = schema
        self.title = title
        self.columns = columns
        self.rows = rows
        self.facts = facts
        self.notes = notes
    }
}
