import Books
import Foundation
import Testing

@testable import Exchange

/// Reports as programs read them.
@Suite struct ReportJSONTests {
    /// As a general encoder writes it.
    private struct Encoded: Encodable {
        let facts: [String: String]
        let notes: [String]
        let rows: [[String: String]]
        let schema: String
        let title: String
    }

    private static let texts = [
        "Tea", "", "茶 \u{1f375}", "say \"hi\" \\ / </script>",
        "a\nb\rc\td\u{8}\u{c}\u{0}\u{1f}\u{7f}",
        "\u{2028}e\u{301}", "-12.50",
    ]

    @Test func theBytesAreThoseOfAGeneralEncoder() throws {
        let columns = ["zebra", "a", "Ab", "_", "ü", "z \"q\""]
        let report = Report(
            schema: "branchbook.test/1", title: Self.texts[3],
            columns: columns.map { Report.Column($0, "Label") },
            rows: Self.texts.indices.map { shift in
                columns.indices.map { place in
                    let text = Self.texts[(place + shift) % Self.texts.count]
                    return place % 2 == 0 ? .text(text) : .decimal(text)
                }
            },
            facts: [.init("b", "B", .text("2")), .init("a", "A", .decimal("1.00"))],
            notes: Self.texts)
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let expected = try encoder.encode(
            Encoded(
                facts: ["b": "2", "a": "1.00"], notes: Self.texts,
                rows: report.rows.map { row in
                    Dictionary(uniqueKeysWithValues: zip(columns, row.map(\.plain)))
                }, schema: report.schema, title: report.title))
        #expect(
            String(decoding: ReportJSON(report).bytes, as: UTF8.self)
                == String(decoding: expected, as: UTF8.self))
    }

    @Test func everyKindOfCellIsItsOwn() {
        let report = Report(
            schema: "s/1", title: "t",
            columns: [
                Report.Column("e", ""), Report.Column("i", ""), Report.Column("f", ""),
                Report.Column("d", ""), Report.Column("e", ""),
            ],
            rows: [
                [.empty, .integer(.min), .flag(true), .decimal("0.10"), .flag(false)],
                [.text("short")],
            ])
        #expect(
            String(decoding: ReportJSON(report).bytes, as: UTF8.self)
                == #"{"facts":{},"notes":[],"rows":[{"d":"0.10","e":false,"f":true,"i":-9223372036854775808},{}],"schema":"s/1","title":"t"}"#
        )
    }
}
