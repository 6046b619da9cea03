import Foundation

/// A copy of the package with all mutations in it, kept so that the next build is a small one.
struct MutantsTree {
    /// The package as it stands.
    let root: URL
    let folder: URL

    private var tree: URL { folder.appendingPathComponent("tree") }
    private var scratch: URL { folder.appendingPathComponent("scratch") }
    var binary: URL { scratch.appendingPathComponent("release/simulate") }

    init(root: URL, folder: URL) {
        self.root = root
        self.folder = folder
    }

    /// What the copy's manifest and its targets need.
    private static let parts = [
        "Package.swift", "Package.resolved", "Sources", "Simulations", "Tests", "Benchmarks",
    ]

    /// Brings the copy up to date. Files that are as they were keep their time.
    func write(_ patches: [MutantsPatch]) throws {
        let source = try MutantsSource(patches) {
            try String(contentsOf: root.appendingPathComponent($0), encoding: .utf8)
        }
        var wanted: [String: Data] = [:]
        for part in Self.parts {
            for path in try files(below: part) {
                wanted[path] = try Data(contentsOf: root.appendingPathComponent(path))
            }
        }
        for (path, text) in source.texts { wanted[path] = Data(text.utf8) }
        for module in source.modules {
            wanted["Sources/\(module)/Mutant.swift"] = Data(MutantsSource.switches.utf8)
        }
        // A mutation may leave a variable unused.
        if let manifest = wanted["Package.swift"] {
            let text = String(decoding: manifest, as: UTF8.self)
                .replacing("    .treatAllWarnings(as: .error),\n", with: "")
            wanted["Package.swift"] = Data(text.utf8)
        }
        try keep(wanted)
    }

    private func keep(_ wanted: [String: Data]) throws {
        let manager = FileManager.default
        for (path, bytes) in wanted {
            let place = tree.appendingPathComponent(path)
            if let held = try? Data(contentsOf: place), held == bytes { continue }
            try manager.createDirectory(
                at: place.deletingLastPathComponent(), withIntermediateDirectories: true)
            try bytes.write(to: place)
        }
        for path in try Self.parts.flatMap({ try files(below: $0, of: tree) })
        where wanted[path] == nil && path != "Package.resolved" {
            try manager.removeItem(at: tree.appendingPathComponent(path))
        }
    }

    private func files(below part: String, of base: URL? = nil) throws -> [String] {
        let base = base ?? root
        let place = base.appendingPathComponent(part)
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: place.path, isDirectory: &isFolder) else {
            return []
        }
        guard isFolder.boolValue else { return [part] }
        return try FileManager.default.subpathsOfDirectory(atPath: place.path).filter { path in
            var isFolder: ObjCBool = false
            let full = place.appendingPathComponent(path).path
            return FileManager.default.fileExists(atPath: full, isDirectory: &isFolder)
                && !isFolder.boolValue
        }.map { "\(part)/\($0)" }.sorted()
    }

    /// Builds `simulate` in the copy.
    ///
    /// - Throws: `MutantsPatch.Mistake` where it does not build; the compiler has said why.
    func build() throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = [
            "swift", "build", "-c", "release", "--product", "simulate",
            "--package-path", tree.path, "--scratch-path", scratch.path,
        ]
        process.standardOutput = FileHandle.standardError
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw MutantsPatch.Mistake("the copy in \(tree.path)", "does not build")
        }
    }
}
