package import Books
package import Engine
import Foundation
import Sodium

/// The node's keys: a file of mode 0600, replaced as a whole.
package enum SecretFile {
    /// Nil where there is none.
    ///
    /// - Throws: `Refusal` where others can read it, or it makes no sense.
    package static func load(_ directory: DataDirectory) throws(Refusal) -> Credentials? {
        var status = stat()
        guard stat(directory.secret, &status) == 0 else { return nil }
        guard status.st_mode & 0o077 == 0 else {
            throw Refusal(
                .secretExposed, "\(directory.secret) can be read by others",
                next: "chmod 600 it; if others had access, revoke this node")
        }
        guard let data = FileManager.default.contents(atPath: directory.secret),
            data.count <= Credentials.bytesMax
        else {
            throw Refusal(.readOnly, "\(directory.secret) cannot be read")
        }
        do {
            return try Credentials(bytes: Array(data))
        } catch {
            throw Refusal(
                .damaged, "\(directory.secret) is damaged",
                next: "bring it back from a backup, or join again with a new invitation")
        }
    }

    /// Durable when it returns: written beside, synced, renamed, and the directory synced.
    package static func save(
        _ credentials: Credentials, in directory: DataDirectory
    ) throws(Refusal) {
        try replace(directory.secret, with: credentials.bytes, in: directory)
    }

    private static func replace(
        _ path: String, with bytes: [UInt8], in directory: DataDirectory
    ) throws(Refusal) {
        let temporary = path + ".new"
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw failure(temporary) }
        defer { close(descriptor) }
        guard write(descriptor, bytes, bytes.count) == bytes.count, fsync(descriptor) == 0,
            rename(temporary, path) == 0
        else { throw failure(path) }
        let folder = open(directory.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard folder >= 0 else { throw failure(directory.path) }
        defer { close(folder) }
        guard fsync(folder) == 0 else { throw failure(directory.path) }
    }

    private static func failure(_ path: String) -> Refusal {
        let why = String(cString: strerror(errno))
        return errno == ENOSPC
            ? Refusal(.diskFull, "the disk is full: \(path)", next: "make room, then repeat")
            : Refusal(.readOnly, "\(path) cannot be written: \(why)")
    }
}
