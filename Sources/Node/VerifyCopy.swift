import Books
import Engine
import Foundation
import Replica
import Sodium
import Store

/// A copy of the book's file, to be read from end to end while the node goes on.
final class VerifyCopy: @unchecked Sendable {
    private let path: String
    private let credentials: Credentials

    /// To be called on the engine's thread. Cost: a copy of the file; as much room on the disk.
    init(of engine: Engine, in directory: DataDirectory) throws {
        path = Self.path(in: directory)
        credentials = engine.credentials
        Self.removeLeftovers(in: directory)
        try engine.store.copy(to: path) { from, to in
            do {
                try FileManager.default.copyItem(atPath: from, toPath: to)
            } catch {
                throw Refusal(
                    .diskFull, "the file cannot be copied to be checked: \(error)",
                    next: "make room for a second copy, or stop the node and verify then")
            }
        }
    }

    deinit { Self.remove(path) }

    /// On any thread.
    func verify(progress: @escaping (ProgressCount) -> Void) -> Reply {
        do {
            let store = try Store(path: path)
            let engine = try Engine(
                store: store, credentials: credentials, random: SystemRandom(), person: "verify",
                options: .init(talksToPeers: false))
            engine.onProgress = { progress($1) }
            let id = RequestID(1)
            let now = Instant(milliseconds: Int64(Date().timeIntervalSince1970 * 1_000))
            let effects = engine.handle([.request(id, .verify)], at: now)
            try store.close()
            for case .reply(id, let reply) in effects { return reply }
            return .refused(Refusal(.fault, "no report"))
        } catch {
            return .refused(Engine.refusal(error))
        }
    }

    private static func path(in directory: DataDirectory) -> String {
        directory.path + "/verify.db"
    }

    /// Of a node that was killed while it checked.
    static func removeLeftovers(in directory: DataDirectory) { remove(path(in: directory)) }

    private static func remove(_ path: String) {
        for end in ["", "-wal", "-shm"] { unlink(path + end) }
    }
}
