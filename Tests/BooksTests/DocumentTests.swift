import Foundation
import Testing

@testable import Books

/// Papers keep up with the code.
@Suite struct DocumentTests {
    private static let root = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    @Test func everyCodeIsExplainedOnce() throws {
        let text = try String(
            contentsOf: Self.root.appending(path: "docs/errors.md"), encoding: .utf8)
        for code in Refusal.Code.allCases {
            let rows = text.split(separator: "\n").filter { $0.hasPrefix("| \(code.rawValue) |") }
            #expect(rows.count == 1, "\(code) \(code.rawValue)")
        }
    }
}
