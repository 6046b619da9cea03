package import Books
import Foundation

/// One process at a time in a directory. The kernel lets go of the lock when the process ends,
/// however it ends; the file says who holds it.
package final class DirectoryLock {
    private let descriptor: Int32

    /// - Throws: `Refusal.locked` with the holder's name.
    package init(_ directory: DataDirectory, holder: String) throws(Refusal) {
        let descriptor = open(directory.lock, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw Refusal(
                .readOnly,
                "\(directory.lock) cannot be opened: \(String(cString: strerror(errno)))",
                next: "change the permissions of \(directory.path)")
        }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let holder = Self.holder(descriptor)
            close(descriptor)
            throw Refusal(
                .locked, "\(directory.path) is in use by \(holder)",
                next: "wait until it has ended, or ask the running node")
        }
        self.descriptor = descriptor
        let text = "\(holder), process \(getpid())\n"
        ftruncate(descriptor, 0)
        _ = text.withCString { pwrite(descriptor, $0, strlen($0), 0) }
    }

    deinit {
        ftruncate(descriptor, 0)
        close(descriptor)
    }

    /// Tries again while another process holds the lock, for so long; then it is refused.
    package static func patiently<Result>(
        milliseconds: Int, _ body: () throws -> Result
    ) throws -> Result {
        let pause = 50
        for _ in 0..<milliseconds / pause {
            do {
                return try body()
            } catch let refusal as Refusal where refusal.code == .locked {
                usleep(UInt32(pause) * 1_000)
            }
        }
        return try body()
    }

    private static func holder(_ descriptor: Int32) -> String {
        var buffer = [UInt8](repeating: 0, count: 256)
        let count = pread(descriptor, &buffer, buffer.count, 0)
        let text = String(decoding: buffer.prefix(max(0, count)), as: UTF8.self)
            .trimmingCharacters(in: .whitespacesAndNewlines)
        return text.isEmpty ? "another process" : text
    }
}
