package import Books
package import Engine
import Foundation
import Replica
import Sodium
import Store

/// A book that an outsider made again, in a temporary directory, of a package's raw entries and keys.
package final class RebuiltBook {
    private let folder: String
    private let store: Store
    private let audited: AuditedBook
    /// Entries that no key of the package opens: of scopes that are kept for others.
    package private(set) var unread = 0
    package private(set) var entries = 0

    /// A log as the package's list names it.
    package struct LogRow {
        let name: LogName
        let id: LogID
        let seq: UInt64
        let hash: Digest

        /// Log, scope, author, incarnation, entries and hash. Nil where that is no log.
        package init?(_ cells: [String]) {
            guard cells.count == 6, let id = Digest(hex: cells[0]), let scope = Scope(cells[1]),
                let author = Digest(hex: cells[2]), let incarnation = UInt64(cells[3]),
                let seq = UInt64(cells[4]), seq > 0, let hash = Digest(hex: cells[5])
            else { return nil }
            name = LogName(
                author: NodeID(PublicKey(author)), incarnation: incarnation, scope: scope)
            (self.id, self.seq, self.hash) = (LogID(id), seq, hash)
        }
    }

    /// - Parameters:
    ///   - keys: scope, epoch and key of each.
    ///   - file: where a log's entries are.
    /// - Throws: `Refusal.notVerified` where a log, a chain, a signature or a key is not what it says.
    package init(
        book text: String, logs: [LogRow], keys: [[String]], file: (String) -> String
    ) throws {
        guard let digest = Digest(hex: text) else {
            throw Refusal(.notVerified, "\(text) is no book's id")
        }
        let book = BookID(digest)
        folder =
            FileManager.default.temporaryDirectory.path + "/branchbook-audit-\(UUID().uuidString)"
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700])
        store = try Store(path: folder + "/book.db")
        audited = try AuditedBook(store, book: book, keys: try keys.map { try Self.key($0, book) })
        let isRoster = { (row: LogRow) in row.name.scope == .roster }
        for row in logs where isRoster(row) { try append(row, book, file) }
        try audited.readRoster()
        for row in logs where !isRoster(row) { try append(row, book, file) }
        audited.finish()
        unread = Int(try store.waiting().reduce(0) { $0 + $1.entries })
    }

    deinit {
        try? store.close()
        try? FileManager.default.removeItem(atPath: folder)
    }

    private static func key(_ cells: [String], _ book: BookID) throws(Refusal) -> ScopeKey {
        guard cells.count == 3, let scope = Scope(cells[0]), let epoch = Digest(hex: cells[1]),
            let bytes = Hex.bytes(cells[2]),
            let key = AuditedBook.key(of: scope, bytes, epoch: epoch, book: book)
        else {
            throw Refusal(.notVerified, "the key of \(cells.first ?? "") is not that of its epoch")
        }
        return key
    }

    private func append(_ row: LogRow, _ book: BookID, _ file: (String) -> String) throws {
        guard row.name.id(in: book) == row.id else {
            throw Refusal(.notVerified, "\(row.id) is not the log \(row.name)")
        }
        do {
            try RunFile.read(file(row.id.description)) { bytes in
                try store.transact { try audited.append(bytes, to: row.name) }
            }
        } catch let error as EntryError {
            let held = try store.head(of: row.id)?.seq ?? 0
            throw Refusal(
                .notVerified, "\(row.name) does not hold after entry \(held): \(error)")
        }
        let head = try store.head(of: row.id)
        guard head?.seq == row.seq, head?.hash == row.hash else {
            throw Refusal(
                .notVerified, "\(row.name) ends at entry \(head?.seq ?? 0), not at \(row.seq)")
        }
        entries += Int(clamping: row.seq)
    }

    package func report(_ query: Query) throws -> Report { try audited.report(query) }

    /// Did a node of this book sign a package whose manifest has this hash?
    package func isSigned(_ hash: String, by node: String, _ signature: String) -> Bool {
        guard let hash = Digest(hex: hash), let key = Digest(hex: node),
            let signature = Hex.bytes(signature).flatMap({ Signature($0) })
        else { return false }
        return audited.isSigned(hash, by: NodeID(PublicKey(key)), signature)
    }
}
