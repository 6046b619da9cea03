import Books
import Engine
import Replica
import SimulatedDisk
import Sodium
import Store

/// One node's process on a simulated disk, as the daemon drives it: batches in, replies out, and a stop
/// where the engine asks for one.
final class Machine {
    let engine: Engine

    /// Opens the database, recovers its log, and stands on its book.
    init(_ disk: SimulatedDisk, _ credentials: Credentials, seed: UInt64) throws {
        engine = try Engine(
            store: Store(path: disk.databasePath), credentials: credentials,
            random: SeededRandom(seed: seed), person: "Lin",
            options: .init(talksToPeers: false))
    }

    /// What one batch came to.
    struct Answer {
        var replies: [Reply] = []
        var stop: Refusal?
    }

    func handle(_ requests: [Request], at now: Instant) -> Answer {
        let inputs =
            requests.isEmpty
            ? [Input.timerFired]
            : requests.enumerated().map { .request(RequestID(UInt64($0.offset) + 1), $0.element) }
        var answer = Answer()
        for effect in engine.handle(inputs, at: now) {
            switch effect {
            case .reply(_, let reply): answer.replies.append(reply)
            case .stop(let refusal): answer.stop = refusal
            default: break
            }
        }
        return answer
    }

    /// What the book says of itself, cheaply: every log's head, every scope's digest (the sum over its
    /// projection's rows) and how many documents there are.
    func state() throws -> BookState {
        let store = engine.store
        var state = BookState()
        for scope in try store.scopesHeld() {
            state.heads += try store.logs(in: scope).map { "\($0.name) \($0.head)" }
            state.digests.append(try store.digest(of: scope))
            // The row of the head is there, and not only the log's word for it.
            for log in try store.logs(in: scope)
            where try store.hash(of: log.log, at: log.head.seq) != log.head.hash {
                throw StoreError.damaged("no entry at the head of \(log.name)")
            }
        }
        let extent = try store.extent()
        state.documents = extent.documents
        return state
    }

    /// Every check that the product has. Reads the whole book.
    func faults(at now: Instant) -> [String] {
        switch handle([.verify], at: now).replies.first {
        case .report(let report):
            let sound = report.facts.contains { $0.key == "sound" && $0.value == .flag(true) }
            guard !sound else { return [] }
            return report.rows.filter { $0.contains(.text("FAULT")) }
                .map { $0.map(\.plain).joined(separator: " ") } + ["verify: not sound"]
        case .refused(let refusal): return ["verify: \(refusal.code.rawValue) \(refusal.what)"]
        default: return ["verify: no report"]
        }
    }

    func holds(_ document: String, at now: Instant) -> Bool {
        let answer = handle([.query(.document(number: document))], at: now)
        guard case .report(let report) = answer.replies.first else { return false }
        return !report.rows.isEmpty
    }
}

/// Equal where two books hold the same entries and the same projections count the same.
struct BookState: Equatable {
    var heads: [String] = []
    var digests: [Digest] = []
    var documents: Int64 = 0

    /// For people: what here is otherwise than there.
    func differences(from other: Self) -> [String] {
        let changed =
            heads.filter { !other.heads.contains($0) }
            + other.heads.filter { !heads.contains($0) }.map { "not " + $0 }
        return changed + (digests == other.digests ? [] : ["digests"])
            + (documents == other.documents ? [] : ["\(documents) documents"])
            + (changed.isEmpty && heads != other.heads ? ["heads"] : [])
    }
}

extension Reply {
    /// The documents that this reply says are kept.
    var acknowledged: [String] {
        switch self {
        case .outcome(let outcome): [outcome.subject]
        case .outcomes(let results):
            results.compactMap {
                guard case .done(let outcome) = $0 else { return nil }
                return outcome.subject
            }
        default: []
        }
    }

    var refusal: Refusal? {
        guard case .refused(let refusal) = self else { return nil }
        return refusal
    }
}
