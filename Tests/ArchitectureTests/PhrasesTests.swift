import Foundation
import Testing

/// What a report writes above its columns and facts is there in Chinese too. Read from the sources, since the
/// headings of a report are made where it is.
@Suite struct PhrasesTests {
    @Test func everyHeadingIsThereInChinese() throws {
        let phrases = try String(
            contentsOf: SourceFiles.root.appendingPathComponent(
                "Sources/branchbook/Terminal/Phrases.swift"), encoding: .utf8)
        let known = Set(phrases.matches(of: /"([^"]+)": "/).map { String($0.1) })
        var headings: Set<String> = []
        for (_, text) in try ["Engine", "Node", "Store", "branchbook"].flatMap(SourceFiles.of) {
            for match in text.matches(
                of: /(?:\.text|\.number|\.flag|\.init)\(\s*"\w+", "([^"\\]+)"[,)]/)
            { headings.insert(String(match.1)) }
            for match in text.matches(of: /title: "([^"\\]+)"/) { headings.insert(String(match.1)) }
        }
        // What exceptions are of.
        for (name, text) in try SourceFiles.of("Engine") where name.contains("Reports") {
            for match in text.matches(of: /rows\.append\(\[\s*\.text\("([^"\\]+)"\)/) {
                headings.insert(String(match.1))
            }
            for match in text.matches(of: /tell\(\s*"([^"\\]+)"/) {
                headings.insert(String(match.1))
            }
        }
        // If the patterns found nothing, the test could not fail.
        #expect(headings.count > 150)
        #expect(headings.subtracting(known).sorted() == [])
    }
}
