package import Books
import Foundation

/// Where a node keeps what is its own: one directory, readable by its owner alone.
package struct DataDirectory: Hashable, Sendable {
    package let path: String

    package init(_ path: String) {
        self.path = URL(fileURLWithPath: path).standardizedFileURL.path
    }

    package var database: String { path + "/book.db" }
    package var secret: String { path + "/node.secret" }
    /// What was written last, beside the database: tells when the database is an older copy.
    package var mark: String { path + "/node.mark" }
    /// There where storage failed, until the database was checked.
    package var check: String { path + "/node.check" }
    package var lock: String { path + "/node.lock" }
    package var configuration: String { path + "/branchbook.conf" }

    /// The control socket. A socket's path has at most 107 bytes: a longer one is named by its hash
    /// in the system's directory for temporary files.
    package var socket: String {
        let usual = path + "/control.sock"
        if usual.utf8.count <= 100 { return usual }
        return "/tmp/branchbook-\(String(path.fnv1a, radix: 16)).sock"
    }

    /// Everything by name, for `paths`.
    package var all: [(name: String, path: String)] {
        [
            ("data", path), ("database", database), ("secret", secret), ("mark", mark),
            ("lock", lock), ("configuration", configuration), ("socket", socket),
        ]
    }

    package var hasBook: Bool { FileManager.default.fileExists(atPath: database) }

    /// - Throws: `Refusal` where it cannot be made or written to.
    package func create() throws(Refusal) {
        do {
            try FileManager.default.createDirectory(
                atPath: path, withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o700])
        } catch {
            throw Refusal(
                .readOnly, "the directory \(path) cannot be made: \(Self.why(error))",
                next: "choose another with --data, or change its permissions")
        }
        guard FileManager.default.isWritableFile(atPath: path) else {
            throw Refusal(
                .readOnly, "the directory \(path) cannot be written to",
                next: "change its permissions, or choose another with --data")
        }
    }

    static func why(_ error: any Error) -> String { String(cString: strerror(errno)) }
}
