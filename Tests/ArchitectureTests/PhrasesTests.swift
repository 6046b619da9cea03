import Foundation
import Testing

/// What a report writes above its columns and facts is there in Chinese too. Read from the sources, since the
/// headings of a report are made where it is.
@Suite struct PhrasesTests {
    private static let root = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    private static func sources(_ module: String) throws -> [String] {
        let files = try #require(
            FileManager.default.enumerator(
                at: root.appendingPathComponent("Sources/\(module)"),
                includingPropertiesForKeys: nil))
        return try files.compactMap { $0 as? URL }.filter { $0.pathExtension == "swift" }
            .map { try String(contentsOf: $0, encoding: .utf8) }
    }

    @Test func everyHeadingIsThereInChinese() throws {
        let phrases = try String(
            contentsOf: Self.root.appendingPathComponent(
                "Sources/branchbook/Terminal/Phrases.swift"), encoding: .utf8)
        let known = Set(phrases.matches(of: /"([^"]+)": "/).map { String($0.1) })
        var headings: Set<String> = []
        for text in try ["Engine", "Node", "Store", "branchbook"].flatMap(Self.sources) {
            for match in text.matches(
                of: /(?:\.text|\.number|\.flag|\.init)\(\s*"\w+", "([^"\\]+)"[,)]/)
            { headings.insert(String(match.1)) }
            for match in text.matches(of: /title: "([^"\\]+)"/) { headings.insert(String(match.1)) }
        }
        // If the patterns found nothing, the test could not fail.
        #expect(headings.count > 150)
        #expect(headings.subtracting(known).sorted() == [])
    }
}
