import Books
import Engine

/// A report for programs: `{"schema", "title", "facts": {…}, "rows": [{column: value}], "notes"}`.
/// Decimal figures are strings: no reader may round them.
struct ReportJSON: Encodable {
    private let report: Report

    init(_ report: Report) { self.report = report }

    private enum Key: String, CodingKey { case schema, title, facts, rows, notes }

    private struct Name: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }
        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    func encode(to encoder: any Encoder) throws {
        var out = encoder.container(keyedBy: Key.self)
        try out.encode(report.schema, forKey: .schema)
        try out.encode(report.title, forKey: .title)
        var facts = out.nestedContainer(keyedBy: Name.self, forKey: .facts)
        for fact in report.facts {
            try Self.encode(fact.value, Name(stringValue: fact.key), in: &facts)
        }
        var rows = out.nestedUnkeyedContainer(forKey: .rows)
        for row in report.rows {
            var object = rows.nestedContainer(keyedBy: Name.self)
            for (column, cell) in zip(report.columns, row) {
                try Self.encode(cell, Name(stringValue: column.key), in: &object)
            }
        }
        try out.encode(report.notes, forKey: .notes)
    }

    private static func encode(
        _ cell: Report.Cell, _ name: Name, in object: inout KeyedEncodingContainer<Name>
    ) throws {
        switch cell {
        case .empty: try object.encodeNil(forKey: name)
        case .text(let text), .decimal(let text): try object.encode(text, forKey: name)
        case .integer(let value): try object.encode(value, forKey: name)
        case .flag(let value): try object.encode(value, forKey: name)
        }
    }
}

/// What a writing command did, for programs.
struct OutcomeJSON: Encodable {
    let schema = "branchbook.outcome/1"
    let subject: String
    let summary: String
    let total: String?
    /// Of the total, where it is another than the book's.
    let currency: String?
    let notices: [String]
    let heldBy: Int?

    init(_ outcome: Outcome) {
        subject = outcome.subject
        summary = outcome.summary
        total = outcome.total
        currency = outcome.currency
        notices = outcome.notices
        heldBy = outcome.heldBy
    }
}
