import Foundation
import Simulator

/// One planted bug, as its file in `Simulations/Mutants` says it; the form is in `docs/mutants.md`.
struct MutantsPatch: Sendable {
    let number: Int
    let name: String
    /// What is wrong once it is switched on, in a sentence.
    let what: String
    /// The laws that should see it.
    let laws: [Int]
    /// Where to look for it, the likeliest first.
    let grounds: [Ground]
    /// Kinds of fault without which it cannot show: seeds that draw none of them are passed over.
    let needs: [String]
    let edits: [Edit]

    /// One text of the core that gives way to another, which asks `MUTANT` which of the two it is.
    struct Edit: Hashable, Sendable {
        /// From the root of the package.
        let file: String
        let find: String
        let with: String
    }

    /// A lane of the swarm, with or without the faults that may lose acknowledged work; or a fault at
    /// every call of a disk.
    enum Ground: String, CaseIterable, Sendable {
        case fast, full, disk
        case fastGentle = "fast gentle"
        case fullGentle = "full gentle"

        var lane: String {
            switch self {
            case .fast, .fastGentle, .disk: "fast"
            case .full, .fullGentle: "full"
            }
        }

        var isGentle: Bool {
            switch self {
            case .fast, .full, .disk: false
            case .fastGentle, .fullGentle: true
            }
        }
    }

    /// The word of a `with:` text that stands for "this mutation is switched on".
    static let word = "MUTANT"

    /// What is wrong with a file of mutations: names the file.
    struct Mistake: Error, CustomStringConvertible, Equatable {
        let description: String

        init(_ file: String, _ what: String) { description = "\(file): \(what)" }
    }

    /// - Throws: `Mistake` for a text that is not of the form.
    init(file: String, text: String) throws {
        let parts = file.split(separator: "-", maxSplits: 1)
        guard file.hasSuffix(".mutant"), parts.count == 2, let number = Int(parts[0]), number > 0
        else { throw Mistake(file, "is not named as in 07-name.mutant") }
        self.number = number
        name = String(parts[1].dropLast(".mutant".count))
        var reading = Reading(file: file)
        for line in text.components(separatedBy: "\n") { try reading.take(line) }
        try reading.finish()
        guard !reading.what.isEmpty else { throw Mistake(file, "does not say what is wrong") }
        what = reading.what
        laws = try reading.laws.map {
            guard let law = Int($0) else { throw Mistake(file, "\($0) is no law's number") }
            return law
        }
        guard !laws.isEmpty else { throw Mistake(file, "names no law that should see it") }
        grounds = try reading.grounds.map {
            guard let ground = Ground(rawValue: $0) else {
                throw Mistake(file, "there is no ground \($0)")
            }
            return ground
        }
        needs = reading.needs
        for need in needs where !Fault.Kind.names.contains(need) {
            throw Mistake(file, "there is no fault \(need)")
        }
        edits = reading.edits
        guard !edits.isEmpty else { throw Mistake(file, "changes nothing") }
        for edit in edits where edit.find.isEmpty || !edit.file.hasPrefix("Sources/") {
            throw Mistake(file, "changes only what stands in Sources, in place of a text")
        }
        guard edits.contains(where: { $0.with.contains(Self.word) }) else {
            throw Mistake(file, "never asks \(Self.word): it would always be switched on")
        }
    }

    /// The text that goes into the core's copy.
    func replacement(_ edit: Edit) -> String {
        edit.with.replacing(Self.word, with: "Mutant.isOn(\(number))")
    }

    /// All of a folder, by number. Reads every file in it.
    static func all(in folder: URL) throws -> [MutantsPatch] {
        let files = try FileManager.default.contentsOfDirectory(atPath: folder.path)
            .filter { $0.hasSuffix(".mutant") }.sorted()
        let found = try files.map { file in
            let bytes = try Data(contentsOf: folder.appendingPathComponent(file))
            return try MutantsPatch(file: file, text: String(decoding: bytes, as: UTF8.self))
        }.sorted { $0.number < $1.number }
        for (one, next) in zip(found, found.dropFirst()) where one.number == next.number {
            throw Mistake(next.file, "has the number of \(one.file)")
        }
        return found
    }

    var file: String { "\(number < 10 ? "0" : "")\(number)-\(name).mutant" }
}

extension MutantsPatch {
    /// Line after line of a file.
    private struct Reading {
        let file: String
        var what = ""
        var laws: [String] = []
        var grounds: [String] = [Ground.fastGentle.rawValue, Ground.fast.rawValue]
        var needs: [String] = []
        var edits: [Edit] = []
        private var source: String?
        private var find: [String]?
        private var with: [String]?

        init(file: String) { self.file = file }

        mutating func take(_ line: String) throws {
            if let path = Self.value("file:", line) {
                try endEdit()
                source = path
            } else if line == "find:" {
                try endEdit()
                find = []
            } else if line == "with:" {
                guard find != nil, with == nil else {
                    throw Mistake(file, "a `with:` without `find:`")
                }
                with = []
            } else if with != nil {
                with?.append(line)
            } else if find != nil {
                find?.append(line)
            } else if let list = Self.value("laws:", line) {
                laws = Self.list(list)
            } else if let list = Self.value("grounds:", line) {
                grounds = Self.list(list)
            } else if let list = Self.value("needs:", line) {
                needs = Self.list(list)
            } else if !line.isEmpty {
                what += (what.isEmpty ? "" : " ") + line
            }
        }

        mutating func finish() throws { try endEdit() }

        private mutating func endEdit() throws {
            guard let lines = find else { return }
            guard let source, let other = with else {
                throw Mistake(file, "a `find:` without `file:` or `with:`")
            }
            edits.append(Edit(file: source, find: Self.text(lines), with: Self.text(other)))
            (find, with) = (nil, nil)
        }

        private static func value(_ key: String, _ line: String) -> String? {
            line.hasPrefix(key)
                ? line.dropFirst(key.count).trimmingCharacters(in: .whitespaces) : nil
        }

        private static func list(_ text: String) -> [String] {
            text.components(separatedBy: ",").map { $0.trimmingCharacters(in: .whitespaces) }
                .filter { !$0.isEmpty }
        }

        /// Without the empty lines that part one text from the next.
        private static func text(_ lines: [String]) -> String {
            var rest = lines[...]
            while rest.last?.isEmpty == true { rest = rest.dropLast() }
            while rest.first?.isEmpty == true { rest = rest.dropFirst() }
            return rest.joined(separator: "\n")
        }
    }
}
