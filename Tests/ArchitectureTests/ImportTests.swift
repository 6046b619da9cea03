import Foundation
import Testing

/// The arrows of `docs/architecture.md`: what each module may import, and nothing else.
@Suite struct ImportTests {
    private static let allowed: [String: Set<String>] = [
        "Wire": [],
        "Sodium": ["CSodium", "Wire"],
        "Replica": ["Sodium", "Wire"],
        "Books": ["Replica"],
        "Gossip": ["Replica", "Sodium", "Wire"],
        "Store": ["Books", "Replica", "Sodium", "Wire", "GRDB", "GRDBSQLite", "Foundation.Data"],
        "Engine": ["Store", "Gossip", "Books", "Replica", "Sodium", "Wire"],
        "Exchange": ["Books", "Replica", "Wire"],
        "Printing": ["CZint"],
        "Node": [
            "Engine", "Gossip", "Store", "Books", "Replica", "Sodium", "Foundation", "NIOCore",
            "NIOPosix", "Logging", "ServiceLifecycle", "UnixSignals",
        ],
        "branchbook": [
            "Node", "Engine", "Exchange", "Printing", "Books", "Replica", "Foundation", "Logging",
            "ArgumentParser",
        ],
    ]

    /// (file, imported module) of every import below `Sources/<module>`.
    private static func imports(of module: String) throws -> [(file: String, name: String)] {
        var found: [(String, String)] = []
        for (name, text) in try SourceFiles.of(module) {
            for line in text.split(separator: "\n") {
                if let match = line.wholeMatch(of: importLine) {
                    found.append((name, String(match.1)))
                }
            }
        }
        return found
    }

    private nonisolated(unsafe) static let importLine =
        /(?:@\w+ )*(?:public |package |internal |private )?import (?:struct |class |enum |func )?([\w.]+).*/

    @Test(arguments: allowed.keys.sorted())
    func arrowsPointDownOnly(module: String) throws {
        let allowed = try #require(Self.allowed[module])
        for (file, name) in try Self.imports(of: module) {
            #expect(allowed.contains(name), "\(module)/\(file) imports \(name)")
        }
    }

    @Test func everyModuleHasItsRule() throws {
        let folders = try FileManager.default.contentsOfDirectory(
            atPath: SourceFiles.root.appendingPathComponent("Sources").path)
        #expect(Set(folders).subtracting(["CSodium", "CZint"]) == Set(Self.allowed.keys))
    }

    /// What would make the core depend on the machine it runs on.
    @Test(arguments: ["Wire", "Sodium", "Replica", "Books", "Printing"])
    func theCoreHasNoClockAndNoTask(module: String) throws {
        let folder = SourceFiles.root.appendingPathComponent("Sources/\(module)")
        let files = try #require(
            FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil))
        let forbidden = [
            "Date()", "UUID()", "Task {", "await ", "SystemRandomNumberGenerator", ".shuffled()",
        ]
        var read = 0
        for case let file as URL in files where file.pathExtension == "swift" {
            let text = try String(contentsOf: file, encoding: .utf8)
            read += 1
            for word in forbidden {
                #expect(!text.contains(word), "\(file.lastPathComponent) says \(word)")
            }
        }
        #expect(read > 0)
    }
}
