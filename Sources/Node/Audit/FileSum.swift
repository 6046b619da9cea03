import Books
import Foundation
import Sodium

/// How long a file is and the hash of its bytes.
package struct FileSum: Hashable, Sendable {
    package let bytes: Int
    /// BLAKE2b-256, in hexadecimal.
    package let hash: String

    /// Memory: a piece of the file.
    ///
    /// - Throws: `Refusal.badFile`.
    package init(ofFile path: String) throws {
        guard let file = FileHandle(forReadingAtPath: path) else {
            throw Refusal(
                .badFile, "\(path) cannot be read: \(String(cString: strerror(errno)))",
                next: "check its name and permissions")
        }
        defer { try? file.close() }
        var (state, bytes) = (Blake2b.State(), 0)
        while let piece = try file.read(upToCount: Self.pieceBytes), !piece.isEmpty {
            state.update(Array(piece))
            bytes += piece.count
        }
        self.bytes = bytes
        hash = state.finish256().description
    }

    private static let pieceBytes = 256 * 1024
}
