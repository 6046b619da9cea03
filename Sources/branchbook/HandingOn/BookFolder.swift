import Books
import Foundation

/// A directory into which files are written: each is there as a whole, or not at all.
final class BookFolder {
    let path: String
    /// It was not there before.
    private let isOwn: Bool
    private var written: [String] = []

    /// - Throws: `Refusal.folderNotEmpty` where anything is in it, `.readOnly` where it cannot be made.
    init(new path: String) throws {
        self.path = path
        let files = FileManager.default
        isOwn = !files.fileExists(atPath: path)
        if let held = try? files.contentsOfDirectory(atPath: path) {
            guard held.isEmpty else {
                throw Refusal(
                    .folderNotEmpty, "\(path) is not empty",
                    next: "name a new or an empty directory")
            }
        } else {
            do {
                // Nobody else's to read: the books stand in it.
                try files.createDirectory(
                    atPath: path, withIntermediateDirectories: true,
                    attributes: [.posixPermissions: 0o700])
            } catch {
                throw Refusal(
                    .readOnly, "\(path) cannot be made: \(error.localizedDescription)",
                    next: "choose another directory")
            }
        }
    }

    func file(_ name: String) -> String { path + "/" + name }

    /// Under another name until it is whole and on the disk.
    func write(_ name: String, _ body: (([UInt8]) throws -> Void) throws -> Void) throws {
        let draft = file("." + name + ".part")
        guard
            FileManager.default.createFile(
                atPath: draft, contents: nil, attributes: [.posixPermissions: 0o600]),
            let handle = FileHandle(forWritingAtPath: draft)
        else {
            throw Refusal(.readOnly, "\(draft) cannot be written", next: "check its permissions")
        }
        do {
            try body { try handle.write(contentsOf: Data($0)) }
            try handle.synchronize()
            try handle.close()
        } catch {
            try? handle.close()
            try? FileManager.default.removeItem(atPath: draft)
            guard !(error is Refusal) else { throw error }
            throw Refusal(
                .diskFull, "\(name) could not be written: \(error.localizedDescription)",
                next: "make room, and begin anew in an empty directory")
        }
        guard rename(draft, file(name)) == 0 else {
            throw Refusal(.readOnly, "\(name) cannot be named: \(String(cString: strerror(errno)))")
        }
        written.append(name)
    }

    /// Takes what was written away again, and the directory where it was made for it and nothing else is in it.
    func removeWritten() {
        for name in written { try? FileManager.default.removeItem(atPath: file(name)) }
        written = []
        if isOwn { _ = rmdir(path) }
    }
}
