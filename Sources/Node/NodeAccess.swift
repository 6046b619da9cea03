import Books
package import Engine
import Foundation
package import Logging
import Replica
import Sodium

/// A node to ask, whether it runs as a daemon or not: without one, the directory itself is opened,
/// under its lock.
package struct NodeAccess: Sendable {
    private enum Way: Sendable {
        case daemon(ControlClient)
        case own(NodeRuntime)
    }

    private let way: Way
    /// In whose name everything is asked; nil where nobody said.
    private let access: Access?

    /// - Throws: `Refusal`.
    package init(
        _ directory: DataDirectory, _ settings: Settings, as access: Access? = nil, logger: Logger
    ) throws {
        self.access = access
        // Another command may hold the directory for a moment, or a daemon that is about to listen.
        way = try DirectoryLock.patiently(milliseconds: 5_000) {
            if let client = ControlClient(directory) { return .daemon(client) }
            guard directory.hasBook else {
                throw Refusal(
                    .noBook, "\(directory.path) holds no book",
                    next: "found one with `branchbook init`, or join one with `branchbook join`")
            }
            let runtime = try NodeRuntime(
                directory, settings.withoutPeers, holder: "branchbook command", logger: logger)
            runtime.start()
            return .own(runtime)
        }
    }

    package var isDaemon: Bool { if case .daemon = way { true } else { false } }

    private func named(_ request: Request) -> Request {
        switch request {
        // These say who it is, or ask nobody: an old token is not in their way.
        case .signIn, .resetAccess, .query(.status): request
        default: access.map { .signed($0, request) } ?? request
        }
    }

    package func ask(_ request: Request) -> Reply {
        switch way {
        case .daemon(let client): client.ask(named(request))
        case .own(let runtime): runtime.ask(named(request))
        }
    }

    /// Asks and waits; hears meanwhile how far it is, on another thread.
    package func ask(
        _ request: Request, progress: @escaping @Sendable (ProgressCount) -> Void
    ) -> Reply {
        let waiter = Waiter()
        ask(request) { reply in
            if case .progress(let progressed) = reply {
                progress(progressed)
            } else {
                waiter.give(reply)
            }
        }
        return waiter.take()
    }

    /// Asks without waiting; `each` is called on another thread.
    package func ask(_ request: Request, each: @escaping @Sendable (Reply) -> Void) {
        switch way {
        case .daemon(let client): client.ask(named(request), each: each)
        case .own(let runtime): _ = runtime.ask(named(request), each: each)
        }
    }

    /// To be called at the end: a directory that was opened is let go of.
    package func close() {
        if case .own(let runtime) = way { runtime.stop() }
    }

    // MARK: Before there is a book

    /// Founds a book in the directory.
    package static func found(
        _ order: FoundingOrder, _ directory: DataDirectory, _ settings: Settings
    ) throws -> Engine.Founded {
        let opened = try OpenNode(directory, settings, holder: "branchbook init")
        let now = Instant(milliseconds: Int64(Date().timeIntervalSince1970 * 1_000))
        return try opened.engine.found(
            order, at: now, save: { try SecretFile.save($0, in: directory) })
    }

    /// Joins a book, and stays until the roster has come or is late.
    package static func join(
        _ line: String, name: String, _ directory: DataDirectory, _ settings: Settings,
        logger: Logger
    ) throws -> Reply {
        let runtime = try NodeRuntime(
            directory, settings, holder: "branchbook join", logger: logger)
        runtime.start()
        defer { runtime.stop() }
        return runtime.ask(.join(line: line, name: name))
    }
}
