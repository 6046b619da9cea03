import Engine
import Foundation
import Logging

/// `node.mark`: the mark beside the database. Replaced after each batch that wrote, never synced: it
/// may be lost or old, and then tells less.
final class MarkFile: Sendable {
    private let directory: DataDirectory
    private let logger: Logger

    init(_ directory: DataDirectory, logger: Logger) {
        self.directory = directory
        self.logger = logger
    }

    /// Nil where there is none, or where it is not whole.
    static func load(_ directory: DataDirectory) -> HighWaterMark? {
        let descriptor = open(directory.mark, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var buffer = [UInt8](repeating: 0, count: HighWaterMark.bytesMax + 1)
        let count = read(descriptor, &buffer, buffer.count)
        guard (1...HighWaterMark.bytesMax).contains(count) else { return nil }
        return try? HighWaterMark(bytes: Array(buffer.prefix(count)))
    }

    /// A failure costs nothing but the mark.
    func save(_ mark: HighWaterMark) {
        let (path, bytes) = (directory.mark, mark.bytes)
        let temporary = path + ".new"
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { return complain() }
        let isWritten = write(descriptor, bytes, bytes.count) == bytes.count
        close(descriptor)
        guard isWritten, rename(temporary, path) == 0 else { return complain() }
    }

    private func complain() {
        logger.warning(
            "the mark cannot be kept: a restored copy may not know that it is one",
            metadata: ["why": "\(String(cString: strerror(errno)))"])
    }
}

/// `node.check`: the engine stopped because its storage failed, and the next start is to look.
enum CheckFlag {
    static func isRaised(in directory: DataDirectory) -> Bool {
        access(directory.check, F_OK) == 0
    }

    /// As far as a disk that failed lets it.
    static func raise(in directory: DataDirectory) {
        let descriptor = open(directory.check, O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { return }
        fsync(descriptor)
        close(descriptor)
    }

    static func lower(in directory: DataDirectory) { unlink(directory.check) }
}
