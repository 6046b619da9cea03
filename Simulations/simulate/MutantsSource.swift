import Foundation

/// The core's sources with every mutation in them, each behind its switch.
///
/// Laws: every edit finds its text exactly once in the source as it stands, and no two edits touch.
/// So no mutation is lost, and none changes what another finds.
struct MutantsSource {
    /// By file, from the root of the package: what replaces what.
    private(set) var texts: [String: String] = [:]
    /// Modules that have at least one.
    private(set) var modules: Set<String> = []

    private struct Place {
        let range: Range<String.Index>
        let text: String
        let file: String
    }

    /// - Parameter read: the text of a source file.
    /// - Throws: `MutantsPatch.Mistake` that names the mutation's file.
    init(_ patches: [MutantsPatch], read: (String) throws -> String) throws {
        let files = Set(patches.flatMap { $0.edits.map(\.file) }).sorted()
        for file in files {
            let source: String
            do {
                source = try read(file)
            } catch {
                let name = patches.first { $0.edits.contains { $0.file == file } }?.file ?? ""
                throw MutantsPatch.Mistake(name, "\(file) cannot be read")
            }
            var places: [Place] = []
            for patch in patches {
                for edit in patch.edits where edit.file == file {
                    let range = try Self.place(of: edit, in: source, patch)
                    places.append(
                        Place(range: range, text: patch.replacement(edit), file: patch.file))
                }
            }
            texts[file] = try Self.replaced(source, places)
            let parts = file.components(separatedBy: "/")
            if parts.count > 2 { modules.insert(parts[1]) }
        }
    }

    private static func place(
        of edit: MutantsPatch.Edit, in source: String, _ patch: MutantsPatch
    ) throws -> Range<String.Index> {
        let found = source.ranges(of: edit.find)
        guard found.count == 1 else {
            let start = edit.find.components(separatedBy: "\n")[0]
            throw MutantsPatch.Mistake(
                patch.file,
                "`\(start.trimmingCharacters(in: .whitespaces)) …` stands \(found.count) times in "
                    + "\(edit.file), not once")
        }
        return found[0]
    }

    private static func replaced(_ source: String, _ places: [Place]) throws -> String {
        let ordered = places.sorted { $0.range.lowerBound < $1.range.lowerBound }
        for (one, next) in zip(ordered, ordered.dropFirst())
        where one.range.upperBound > next.range.lowerBound {
            throw MutantsPatch.Mistake(next.file, "changes what \(one.file) changes")
        }
        var text = ""
        var end = source.startIndex
        for place in ordered {
            text += source[end..<place.range.lowerBound] + place.text
            end = place.range.upperBound
        }
        return text + source[end...]
    }

    /// What every mutated module gets: which mutation is on, read once from the environment. The first
    /// time that it matters it is told on standard error, so that a mutation that nobody comes by is
    /// told apart from one that nobody sees.
    static let switches = """
        import Glibc

        enum Mutant {
            private static let active =
                getenv("\(variable)").flatMap { Int(String(cString: $0)) } ?? 0
            private nonisolated(unsafe) static var isTold = false

            @inline(__always)
            static func isOn(_ number: Int) -> Bool { active == number && reached() }

            @inline(never)
            private static func reached() -> Bool {
                if !isTold {
                    isTold = true
                    let line = "\(reachedLine)\\n"
                    _ = write(2, line, line.utf8.count)
                }
                return true
            }
        }

        """

    static let variable = "BRANCHBOOK_MUTANT"
    static let reachedLine = "mutant reached"
}
