import Foundation
import Testing

@testable import Sodium

/// The published vectors: in `../shared/vectors` beside the package, or under `BRANCHBOOK_SHARED`.
enum Vectors {
    static let folder: URL? = {
        let package = URL(filePath: #filePath)
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        let named = ProcessInfo.processInfo.environment["BRANCHBOOK_SHARED"]
        let shared =
            named.map { URL(filePath: $0) }
            ?? package.deletingLastPathComponent().appending(path: "shared")
        let folder = shared.appending(path: "vectors")
        return FileManager.default.fileExists(atPath: folder.path) ? folder : nil
    }()

    static let arePresent: Bool = {
        if folder == nil { print("skipped: \(reason)") }
        return folder != nil
    }()

    static let reason: Comment =
        "published vectors stand in neither ../shared/vectors nor $BRANCHBOOK_SHARED/vectors"

    static func read<Content: Decodable>(_ name: String) throws -> Content {
        let folder = try #require(folder)
        let content = try Data(contentsOf: folder.appending(path: name))
        return try JSONDecoder().decode(Content.self, from: content)
    }

    static func protocolPage() throws -> String {
        let page = URL(filePath: #filePath)
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "docs/protocol-channel.md")
        return try String(contentsOf: page, encoding: .utf8)
    }
}

/// Bytes of hexadecimal text that a test or a vector file spells.
func hex(_ text: String) throws -> [UInt8] {
    try #require(Hex.bytes(text), "not hexadecimal: \(text)")
}

/// `first, first + 1, …`: the fixed keys of `docs/protocol-channel.md`.
func counting(from first: UInt8, count: Int = 32) -> [UInt8] {
    (0..<count).map { first &+ UInt8(truncatingIfNeeded: $0) }
}

/// A source that gives what it was told to give.
struct FixedRandom: RandomSource {
    var rest: [UInt8]

    mutating func bytes(_ count: Int) -> [UInt8] {
        defer { rest.removeFirst(count) }
        return Array(rest.prefix(count))
    }
}
