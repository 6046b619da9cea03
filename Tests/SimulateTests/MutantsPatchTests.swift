import Foundation
import Simulator
import Testing

@testable import simulate

/// The planted bugs as text: none is lost when the core changes.
@Suite struct MutantsPatchTests {
    private static let root = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    private static func patches() throws -> [MutantsPatch] {
        try MutantsPatch.all(in: root.appendingPathComponent("Simulations/Mutants"))
    }

    @Test func thereAreAtLeastForty() throws {
        #expect(try Self.patches().count >= 40)
    }

    /// Each text to be replaced stands exactly once in its source, and no two touch.
    @Test func allOfThemApplyAtOnce() throws {
        let patches = try Self.patches()
        let source = try MutantsSource(patches) {
            try String(contentsOf: Self.root.appendingPathComponent($0), encoding: .utf8)
        }
        let switched = source.texts.values.joined()
        for patch in patches {
            #expect(switched.contains("Mutant.isOn(\(patch.number))"), "\(patch.file)")
        }
        #expect(!switched.contains(MutantsPatch.word))
    }

    @Test func eachNamesLawsThatThereAre() throws {
        for patch in try Self.patches() {
            for law in patch.laws {
                #expect(Law(rawValue: law) != nil, "\(patch.file): there is no law \(law)")
            }
        }
    }

    private static let sample = """
        Half of it is lost.
        laws: 2, 13
        grounds: full

        file: Sources/Wire/Sample.swift
        find:
            let whole = 2
        with:
            let whole = MUTANT ? 1 : 2

        find:
        return whole
        with:
        return whole

        """

    @Test func aFileIsReadAsItIsWritten() throws {
        let patch = try MutantsPatch(file: "07-half.mutant", text: Self.sample)
        #expect(patch.number == 7 && patch.name == "half" && patch.file == "07-half.mutant")
        #expect(patch.what == "Half of it is lost." && patch.laws == [2, 13])
        #expect(patch.grounds == [.full])
        #expect(patch.edits.map(\.find) == ["    let whole = 2", "return whole"])
        #expect(patch.replacement(patch.edits[0]) == "    let whole = Mutant.isOn(7) ? 1 : 2")
    }

    @Test(arguments: [
        ("7.mutant", sample),
        ("07-half.txt", sample),
        ("07-half.mutant", sample.replacing("laws: 2, 13\n", with: "")),
        ("07-half.mutant", sample.replacing("laws: 2", with: "laws: two")),
        ("07-half.mutant", sample.replacing("grounds: full", with: "grounds: sea")),
        ("07-half.mutant", sample.replacing("MUTANT ? 1 : 2", with: "1")),
        ("07-half.mutant", sample.replacing("find:", with: "")),
        ("07-half.mutant", sample.replacing("Sources/", with: "Tests/")),
        ("07-half.mutant", "laws: 1\n"),
    ])
    func anotherFormIsRefused(file: String, text: String) {
        #expect(throws: MutantsPatch.Mistake.self) { try MutantsPatch(file: file, text: text) }
    }

    @Test(arguments: [
        ("let whole = 2\nreturn 2", "stands 0 times"),
        ("    let whole = 2\n    let whole = 2\nreturn whole", "stands 2 times"),
    ])
    func aTextThatDoesNotStandOnceNamesTheFile(source: String, what: String) throws {
        let patch = try MutantsPatch(file: "07-half.mutant", text: Self.sample)
        do {
            _ = try MutantsSource([patch]) { _ in source }
            Issue.record("it was applied")
        } catch let mistake as MutantsPatch.Mistake {
            #expect(mistake.description.hasPrefix("07-half.mutant: "))
            #expect(mistake.description.contains(what))
        }
    }

    @Test func twoThatTouchAreRefused() throws {
        let one = try MutantsPatch(file: "07-half.mutant", text: Self.sample)
        let other = try MutantsPatch(file: "08-half.mutant", text: Self.sample)
        let mistake = MutantsPatch.Mistake("08-half.mutant", "changes what 07-half.mutant changes")
        #expect(throws: mistake) {
            try MutantsSource([one, other]) { _ in "    let whole = 2\nreturn whole" }
        }
    }

    @Test func whatStandsAroundStays() throws {
        let patch = try MutantsPatch(file: "07-half.mutant", text: Self.sample)
        let source = try MutantsSource([patch]) { _ in
            "{\n    let whole = 2\n    return whole\n}\n"
        }
        #expect(
            source.texts["Sources/Wire/Sample.swift"]
                == "{\n    let whole = Mutant.isOn(7) ? 1 : 2\n    return whole\n}\n")
        #expect(source.modules == ["Wire"])
    }
}
