import Books
import Engine
import Foundation
import Gossip
import Logging
import Replica
import Sodium
import Store

/// The engine on a thread of its own: takes inputs in batches, performs the effects. No lock is held
/// while the engine works.
final class EngineThread: @unchecked Sendable {
    /// Requests in one batch: they share one sync.
    static let requestsPerBatch = 256
    /// Bytes of peers' messages in one batch: what a command waits for at most.
    static let peerBytesPerBatch = 512 << 10
    static let requestsMax = 4_096
    /// The write-ahead log is moved into the database when it is this long.
    static let walBytes = 16 << 20

    private let engine: Engine
    private let directory: DataDirectory
    private let logger: Logger
    private let perform: @Sendable (Effect) -> Void
    private let consumed: @Sendable (LinkID, Int) -> Void

    private let condition = NSCondition()
    private var requests: [Input] = []
    private var events: [Input] = []
    private var wakeAt: Instant?
    private var isStopping = false
    private var isReading = false
    private let done = DispatchSemaphore(value: 0)
    private var steady = SteadyClock()

    init(
        _ engine: Engine, _ directory: DataDirectory, logger: Logger,
        consumed: @escaping @Sendable (LinkID, Int) -> Void,
        perform: @escaping @Sendable (Effect) -> Void
    ) {
        self.engine = engine
        self.directory = directory
        self.logger = logger
        self.consumed = consumed
        self.perform = perform
    }

    func start() {
        let thread = Thread { [self] in
            run()
            done.signal()
        }
        thread.name = "engine"
        thread.stackSize = 8 << 20
        thread.start()
    }

    /// Ends after the batch under way; returns when the thread is done.
    func stop() {
        condition.lock()
        isStopping = true
        condition.signal()
        condition.unlock()
        done.wait()
    }

    /// False when too many requests wait.
    @discardableResult
    func submit(_ input: Input) -> Bool {
        condition.lock()
        defer { condition.unlock() }
        if case .request = input {
            guard requests.count < Self.requestsMax, !isStopping else { return false }
            requests.append(input)
        } else {
            events.append(input)
        }
        condition.signal()
        return true
    }

    private func run() {
        submit(.timerFired)
        while let batch = next() {
            let now = clock()
            let effects = engine.handle(batch, at: now)
            for case .received(let link, let bytes) in batch { consumed(link, bytes.count) }
            wakeAt = nil
            for effect in effects {
                switch effect {
                case .wake(let at): wakeAt = at
                case .check(let id): read(id) { $0.verify(progress: $1) }
                case .lookBack(let id, let query, let bookmark):
                    read(id) { $0.answer(query, knownAt: bookmark, progress: $1) }
                default: perform(effect)
                }
            }
            checkpointWhenDue()
        }
        guard engine.stopped == nil else {
            // SQLite checkpoints when it closes, and would let go of the write-ahead log on the word of
            // a sync after one that failed. So the connection stays as it is until the process ends.
            _ = Unmanaged.passRetained(engine.store)
            return
        }
        // What the log holds is durable whether this succeeds or not.
        try? engine.store.close()
    }

    /// Waits for something to do; nil when it is time to stop.
    private func next() -> [Input]? {
        condition.lock()
        defer { condition.unlock() }
        while requests.isEmpty, events.isEmpty, !isStopping {
            guard let wakeAt else {
                condition.wait()
                continue
            }
            let wait = Double(wakeAt.milliseconds - clock().milliseconds) / 1_000
            if wait <= 0 || !condition.wait(until: Date(timeIntervalSinceNow: wait)) {
                return [.timerFired]
            }
        }
        guard !isStopping else { return nil }
        var batch = Array(requests.prefix(Self.requestsPerBatch))
        requests.removeFirst(batch.count)
        var bytes = 0
        var count = 0
        for event in events {
            if case .received(_, let message) = event {
                guard bytes < Self.peerBytesPerBatch else { break }
                bytes += message.count
            }
            count += 1
        }
        batch += events.prefix(count)
        events.removeFirst(count)
        return batch
    }

    /// Wall time that never goes back or stands still while the process runs.
    private func clock() -> Instant {
        steady.read(
            wall: Instant(milliseconds: Int64(Date().timeIntervalSince1970 * 1_000)),
            steady: Int64(DispatchTime.now().uptimeNanoseconds / 1_000_000))
    }

    // MARK: Copies

    /// Reads a copy of the file on another thread; commands go on meanwhile. One at a time.
    private func read(
        _ id: RequestID,
        _ body: @escaping @Sendable (BookCopy, @escaping (ProgressCount) -> Void) -> Reply
    ) {
        guard begins() else {
            submit(
                .checked(
                    id,
                    .refused(
                        Refusal(
                            .locked, "another copy of the book is being read",
                            next: "wait until that ends"))))
            return
        }
        do {
            let copy = try BookCopy(of: engine, in: directory)
            let thread = Thread { [self] in
                let reply = body(copy) { self.perform(.reply(id, .progress($0))) }
                ends()
                submit(.checked(id, reply))
            }
            thread.name = "copy"
            thread.stackSize = 8 << 20
            thread.start()
        } catch {
            ends()
            submit(.checked(id, .refused(Engine.refusal(error))))
        }
    }

    private func begins() -> Bool {
        condition.lock()
        defer { condition.unlock() }
        guard !isReading else { return false }
        isReading = true
        return true
    }

    private func ends() {
        condition.lock()
        isReading = false
        condition.unlock()
    }

    private func checkpointWhenDue() {
        var status = stat()
        guard stat(directory.database + "-wal", &status) == 0, status.st_size > Self.walBytes
        else { return }
        for effect in engine.checkpoint() { perform(effect) }
    }
}
