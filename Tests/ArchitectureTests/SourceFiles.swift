import Foundation
import Testing

/// The sources of this checkout.
enum SourceFiles {
    static let root = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    /// Name and text of every Swift file below `Sources/<module>`.
    static func of(_ module: String) throws -> [(name: String, text: String)] {
        let files = try #require(
            FileManager.default.enumerator(
                at: root.appendingPathComponent("Sources/\(module)"),
                includingPropertiesForKeys: nil))
        return try files.compactMap { $0 as? URL }.filter { $0.pathExtension == "swift" }
            .map { ($0.lastPathComponent, try String(contentsOf: $0, encoding: .utf8)) }
    }
}
