import Books
import Engine
import Foundation
import Replica
import Sodium
import Store

/// A copy of the book's file, to be verified, or cut back and asked, while the node goes on.
final class BookCopy: @unchecked Sendable {
    private let path: String
    private let credentials: Credentials
    private let utcOffsetMinutes: Int

    /// To be called on the engine's thread. Cost: a copy of the file; as much room on the disk.
    init(of engine: Engine, in directory: DataDirectory) throws {
        path = Self.path(in: directory)
        credentials = engine.credentials
        utcOffsetMinutes = engine.utcOffsetMinutes
        Self.removeLeftovers(in: directory)
        try engine.store.copy(to: path) { from, to in
            do {
                try FileManager.default.copyItem(atPath: from, toPath: to)
            } catch {
                throw Refusal(
                    .diskFull, "the file cannot be copied: \(error)",
                    next: "make room for a second copy")
            }
        }
    }

    deinit { Self.remove(path) }

    /// On any thread.
    func verify(progress: @escaping (ProgressCount) -> Void) -> Reply {
        answering(progress) { engine in
            let id = RequestID(1)
            let now = Instant(milliseconds: Int64(Date().timeIntervalSince1970 * 1_000))
            let effects = engine.handle([.request(id, .verify)], at: now)
            for case .reply(id, let reply) in effects { return reply }
            return .refused(Refusal(.fault, "no report"))
        }
    }

    /// On any thread, once: what is not of that time is gone from the copy afterwards.
    func answer(
        _ query: Query, knownAt bookmark: String, progress: @escaping (ProgressCount) -> Void
    ) -> Reply {
        answering(progress) { .report(try $0.answer(query, knownAt: bookmark)) }
    }

    private func answering(
        _ progress: @escaping (ProgressCount) -> Void, _ body: (Engine) throws -> Reply
    ) -> Reply {
        do {
            let store = try Store(path: path)
            var options = Engine.Options(talksToPeers: false)
            options.isCopy = true
            let engine = try Engine(
                store: store, credentials: credentials, random: SystemRandom(), person: "copy",
                utcOffsetMinutes: utcOffsetMinutes, options: options)
            engine.onProgress = { progress($1) }
            let reply = try body(engine)
            try store.close()
            return reply
        } catch {
            return .refused(Engine.refusal(error))
        }
    }

    private static func path(in directory: DataDirectory) -> String {
        directory.path + "/copy.db"
    }

    /// Of a node that was killed while it read a copy.
    static func removeLeftovers(in directory: DataDirectory) { remove(path(in: directory)) }

    private static func remove(_ path: String) {
        for end in ["", "-wal", "-shm"] { unlink(path + end) }
    }
}
