package import Books
package import Engine
import Foundation
import Gossip
package import Logging
import NIOCore
import NIOPosix
import Replica
import Sodium
import Store

/// A node that is up: an engine on its thread, sockets to peers, and whoever asks.
package final class NodeRuntime: @unchecked Sendable {
    package let directory: DataDirectory
    private let lock: DirectoryLock
    private let group: MultiThreadedEventLoopGroup
    private let transport: PeerTransport
    private let logger: Logger
    private var thread: EngineThread?
    private let mailbox = Mailbox()
    private let markFile: MarkFile
    /// Called once, with the reason, when the engine cannot go on.
    private let failed: @Sendable (Refusal) -> Void

    /// Opens the directory under its lock and starts the engine; listens to nobody yet.
    ///
    /// - Throws: `Refusal` for a directory that is locked, newer, damaged or cannot be written to.
    package init(
        _ directory: DataDirectory, _ settings: Settings, holder: String, logger: Logger,
        failed: @escaping @Sendable (Refusal) -> Void = { _ in }
    ) throws {
        self.directory = directory
        self.logger = logger
        self.failed = failed
        markFile = MarkFile(directory, logger: logger)
        let opened = try OpenNode(directory, settings, holder: holder)
        lock = opened.lock
        group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let mailbox = self.mailbox
        transport = PeerTransport(
            loop: group.next(), local: opened.engine.credentials.transport, logger: logger,
            deliver: { mailbox.deliver($0) })
        opened.engine.onProgress = { mailbox.reply($0, .progress($1)) }
        let transport = self.transport
        let thread = EngineThread(
            opened.engine, directory, logger: logger,
            consumed: { transport.consumed($0, $1) },
            perform: { [weak self] in self?.perform($0) })
        self.thread = thread
        mailbox.submit = { thread.submit($0) }
    }

    package func start() { thread?.start() }

    /// - Returns: the address that peers can dial.
    package func listen(host: String, port: Int) throws -> String {
        do {
            return "\(host):\(try transport.listen(host: host, port: port))"
        } catch {
            throw Refusal(
                .badOption, "cannot listen on \(host):\(port): \(error)",
                next: "choose another with --listen")
        }
    }

    /// The replies of a request, the last one last. `each` is called on the engine's thread.
    package func ask(
        _ request: Request, each: @escaping @Sendable (Reply) -> Void
    ) -> RequestID {
        mailbox.ask(request, each)
    }

    package func abandon(_ id: RequestID) { mailbox.abandon(id) }

    /// Waits for the last reply.
    package func ask(_ request: Request) -> Reply {
        let waiting = Waiter()
        _ = ask(request) { if $0.isLast { waiting.give($0) } }
        return waiting.take()
    }

    /// Says goodbye to peers, finishes the batch under way, lets go of the directory.
    package func stop() {
        thread?.stop()
        try? transport.stop().wait()
        try? group.syncShutdownGracefully()
        mailbox.failAll(Refusal(.storage, "the node is stopping", next: "ask again later"))
    }

    private func perform(_ effect: Effect) {
        switch effect {
        case .reply(let id, let reply): mailbox.reply(id, reply)
        case .send(let link, let bytes): transport.send(link, bytes)
        case .close(let link): transport.close(link)
        case .connect(let address, let psk, let book): transport.connect(address, psk, book)
        case .accept(let keys, let book): transport.accept(keys, book)
        case .save(let credentials):
            do {
                try SecretFile.save(credentials, in: directory)
            } catch {
                logger.critical("the keys cannot be kept", metadata: ["why": "\(error.what)"])
                failed(error)
            }
        case .mark(let mark): markFile.save(mark)
        case .wake, .check, .lookBack: break
        case .stop(let refusal):
            logger.critical(
                "the engine stops",
                metadata: ["code": "\(refusal.code.rawValue)", "why": "\(refusal.what)"])
            CheckFlag.raise(in: directory)
            failed(refusal)
        }
    }
}

/// A directory that was opened: its lock, and the engine on its store.
struct OpenNode {
    let lock: DirectoryLock
    let engine: Engine

    init(
        _ directory: DataDirectory, _ settings: Settings, holder: String
    ) throws {
        // Whatever is made here is for the owner alone.
        umask(0o077)
        try directory.create()
        lock = try DirectoryLock(directory, holder: holder)
        BookCopy.removeLeftovers(in: directory)
        let options = try settings.options()
        let offset = try settings.utcOffsetMinutes()
        var random = SystemRandom()
        let credentials: Credentials
        if let kept = try SecretFile.load(directory) {
            credentials = kept
        } else {
            guard !directory.hasBook else {
                throw Refusal(
                    .damaged, "\(directory.path) holds a book and no keys",
                    next: "bring node.secret back from a backup, or join again elsewhere")
            }
            credentials = Credentials(random: &random)
            try SecretFile.save(credentials, in: directory)
        }
        let checks = CheckFlag.isRaised(in: directory)
        do {
            engine = try Engine(
                store: try Store(path: directory.database), credentials: credentials,
                random: random, person: settings[.person], utcOffsetMinutes: offset,
                options: options, mark: MarkFile.load(directory), checks: checks)
        } catch let error as StoreError {
            throw Refusal(error)
        }
        if checks { CheckFlag.lower(in: directory) }
    }
}

/// One reply that a thread waits for.
final class Waiter: @unchecked Sendable {
    private let semaphore = DispatchSemaphore(value: 0)
    private var reply: Reply?

    func give(_ reply: Reply) {
        self.reply = reply
        semaphore.signal()
    }

    func take() -> Reply {
        semaphore.wait()
        return reply ?? .refused(Refusal(.fault, "no reply"))
    }
}

/// Numbers requests and finds who asked when a reply comes.
final class Mailbox: @unchecked Sendable {
    private let lock = NSLock()
    private var next: UInt64 = 1
    private var asked: [RequestID: @Sendable (Reply) -> Void] = [:]
    /// Set once, before anything is asked.
    var submit: @Sendable (Input) -> Bool = { _ in false }

    func deliver(_ input: Input) { _ = submit(input) }

    func ask(_ request: Request, _ each: @escaping @Sendable (Reply) -> Void) -> RequestID {
        lock.lock()
        let id = RequestID(next)
        next += 1
        asked[id] = each
        lock.unlock()
        if !submit(.request(id, request)) {
            reply(
                id,
                .refused(
                    Refusal(.storage, "the node is busy or stopping", next: "ask again later")))
        }
        return id
    }

    func abandon(_ id: RequestID) {
        lock.lock()
        let wasAsked = asked.removeValue(forKey: id) != nil
        lock.unlock()
        if wasAsked { _ = submit(.abandoned(id)) }
    }

    func reply(_ id: RequestID, _ reply: Reply) {
        lock.lock()
        let each = reply.isLast ? asked.removeValue(forKey: id) : asked[id]
        lock.unlock()
        each?(reply)
    }

    func failAll(_ refusal: Refusal) {
        lock.lock()
        let waiting = asked.values.map { $0 }
        asked = [:]
        lock.unlock()
        for each in waiting { each(.refused(refusal)) }
    }
}
