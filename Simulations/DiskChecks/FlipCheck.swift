import Books
import Engine
import Replica
import SimulatedDisk
import Sodium
import Store

/// Inverts one bit of every byte of a small database and of its write-ahead log, one at a time, and
/// says how it is noticed.
///
/// A damaged file must be refused at opening, found by `verify`, or be harmless: `verify` is sound and
/// the logical content (a hash of every projection, the heads, the digests) is the same. The database is
/// damaged with nothing in the log, which would hide most of its pages. A log that
/// lost its last transactions is an older book that is sound in itself, as a restored copy is; peers
/// tell the node so (`ownLogBehind`). Anything else is a failure.
package struct FlipCheck {
    package var seed: UInt64
    /// Operations before the flips.
    package var operations: Int
    /// Only every n-th byte; 1 for all.
    package var stride: Int
    package var failuresMax = 20
    /// One of the two files alone.
    package var file: String?
    /// Of the bytes only those whose place in the order leaves the first when divided by the second.
    package var share = (0, 1)

    package init(seed: UInt64, operations: Int = 24, stride: Int = 1) {
        self.seed = seed
        self.operations = operations
        self.stride = max(stride, 1)
    }

    package struct Failure: Sendable, CustomStringConvertible {
        package let seed: UInt64
        package let file: String
        package let offset: UInt64
        package let bit: UInt32
        package let what: String

        package var description: String {
            "seed \(seed), bit \(bit) of byte \(offset) of \(file): \(what)"
        }
    }

    /// How many bytes of one file were noticed how.
    package struct Count: Sendable {
        package var bytes = 0
        package var atOpen = 0
        package var byVerify = 0
        package var harmless = 0
        /// The book is as it was some transactions before.
        package var shortened = 0
    }

    package struct Result: Sendable {
        package var database = Count()
        package var log = Count()
        package var failures: [Failure] = []
    }

    /// - Parameters:
    ///   - from: begins here: a process that trapped goes on behind the byte that trapped it.
    ///   - only: repeats one byte.
    ///   - flipping: called before every flip, so that a trap can be told.
    ///   - progress: called after every 1,000 bytes.
    /// - Throws: where the book cannot be made without faults.
    package func run(
        from: (file: String, offset: UInt64) = ("book.db", 0),
        only: (file: String, offset: UInt64)? = nil,
        flipping: (String, UInt64) -> Void = { _, _ in }, progress: (Result) -> Void = { _ in }
    ) throws -> Result {
        var result = Result()
        for file in ["book.db", "book.db-wal"]
        where only.map({ $0.file == file }) ?? true && self.file ?? file == file {
            let book = try DamagedBook(self, keepsLog: file == "book.db-wal")
            let size = UInt64(book.size(of: file))
            var count = Count()
            for offset in Swift.stride(from: UInt64(0), to: size, by: stride)
            where only.map({ $0.offset == offset }) ?? true {
                guard (file, offset) >= from,
                    Int(offset) / stride % share.1 == share.0 || only != nil
                else { continue }
                flipping(file, offset)
                count.bytes += 1
                // Any seed will do that meets all eight bits.
                let bit = UInt32(truncatingIfNeeded: (offset &* 2_654_435_761 &+ seed) >> 7) & 7
                switch try book.notice(file, offset, bit) {
                case .atOpen: count.atOpen += 1
                case .byVerify: count.byVerify += 1
                case .harmless: count.harmless += 1
                case .shortened: count.shortened += 1
                case .unnoticed(let what):
                    result.failures.append(
                        .init(seed: seed, file: file, offset: offset, bit: bit, what: what))
                }
                if file == "book.db" { result.database = count } else { result.log = count }
                if count.bytes % 1_000 == 0 { progress(result) }
                if result.failures.count >= failuresMax { return result }
            }
        }
        return result
    }
}

/// A book to be damaged again and again: its last operations in the log, or everything in the database.
final class DamagedBook {
    let disk: SimulatedDisk
    private let check: FlipCheck
    private let whole: SimulatedDisk.Snapshot
    private let sizes: [String: Int]
    private var states: [BookState] = []
    private let fingerprint: [String: Digest]
    private let credentials: Credentials
    private var now = Instant(milliseconds: 1_795_000_000_000)

    enum Notice {
        case atOpen, byVerify, harmless, shortened
        case unnoticed(String)
    }

    init(_ check: FlipCheck, keepsLog: Bool) throws {
        self.check = check
        disk = try SimulatedDisk("flip-check-\(check.seed)")
        var random = SeededRandom(seed: check.seed)
        var credentials = Credentials(random: &random)
        let machine = try Machine(disk, credentials, seed: check.seed)
        var kept = credentials
        _ = try machine.engine.found(
            FoundingOrder(
                company: "Company", currency: "CNY", scale: 2, branch: "HZ",
                branchName: "Hangzhou", nodeName: "hz-1"), at: now, save: { kept = $0 })
        credentials = kept
        self.credentials = credentials
        var script = Script(seed: check.seed, checkpointEvery: Int.max)
        _ = (script.next(), script.next())
        for number in 0..<check.operations {
            now = now.advanced(byMilliseconds: 61_000)
            // The last eighth makes a log about as long as the database.
            if number == check.operations * 7 / 8 { try machine.engine.store.checkpoint() }
            guard case .batch(let requests) = script.next() else { continue }
            let answer = machine.handle(requests, at: now)
            if let stop = answer.stop {
                throw SimulatedDiskCheckError.script("\(number): \(stop)")
            }
            script.learn(answer.replies.flatMap(\.acknowledged))
            states.append(try machine.state())
        }
        guard machine.faults(at: now).isEmpty else {
            throw SimulatedDiskCheckError.script("the book is not sound before it is damaged")
        }
        states.append(try machine.state())
        if !keepsLog { try machine.engine.store.checkpoint() }
        fingerprint = try machine.engine.store.fingerprint()
        whole = try disk.snapshot()
        var sizes: [String: Int] = [:]
        for name in disk.fileNames { sizes[name] = disk.size(of: name) }
        self.sizes = sizes
        // Let go on a dead disk, the connection tidies nothing up.
        disk.cutPower()
        withExtendedLifetime(machine) {}
    }

    func size(of file: String) -> Int { sizes[file] ?? 0 }

    func notice(_ file: String, _ offset: UInt64, _ bit: UInt32) throws -> Notice {
        try disk.restore(whole)
        try disk.flip(file: file, offset: offset, bit: bit)
        let machine: Machine
        do {
            machine = try Machine(disk, credentials, seed: check.seed)
        } catch {
            return .atOpen
        }
        defer { withExtendedLifetime(machine) { disk.cutPower() } }
        guard machine.faults(at: now).isEmpty else { return .byVerify }
        let state: BookState
        let found: [String: Digest]
        do {
            (state, found) = (try machine.state(), try machine.engine.store.fingerprint())
        } catch {
            return .unnoticed("verify is sound, and reading fails: \(error)")
        }
        if found == fingerprint, state == states.last { return .harmless }
        if file == "book.db-wal", states.contains(state) { return .shortened }
        let tables = found.filter { fingerprint[$0.key] != $0.value }.map(\.key).sorted()
        let differences = states.last.map { state.differences(from: $0) } ?? []
        return .unnoticed("verify is sound, and these differ: \(tables + differences)")
    }
}
