import Foundation
import Testing

@testable import Simulator

/// The laws as `docs/laws.md` has them and as the code has them.
@Suite struct LawTests {
    private func page() throws -> String {
        let root = URL(fileURLWithPath: #filePath)
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        return try String(contentsOf: root.appending(path: "docs/laws.md"), encoding: .utf8)
    }

    @Test(arguments: Law.allCases)
    func everyLawStandsInTheDocument(law: Law) throws {
        #expect(try page().contains("| \(law.rawValue) | \(law.sentence) |"))
    }

    @Test func theDocumentHasNoOther() throws {
        let rows = try page().split(separator: "\n").filter {
            $0.hasPrefix("| ") && $0.dropFirst(2).first?.isNumber == true
        }
        #expect(rows.count == Law.allCases.count)
    }
}
