import Engine
import Replica
import Sodium
import Store
import Wire

/// A log as its entries say it, read without the tables that the product derives from them.
struct ReadLog {
    let name: LogName
    let id: LogID
    var items: [Item] = []

    struct Item {
        /// The state of the log before the entry.
        let before: LogTip
        let entry: Entry
        /// Nil where the node holds no key of it.
        let ops: [Result<Operation, VoidReason>]?
    }
}

/// The laws about what stands in the logs.
extension Simulation {
    func keyring(of machine: Machine) throws -> (keyring: Keyring, roster: Roster)? {
        let credentials = try machine.credentials()
        guard let membership = credentials.membership, let engine = machine.engine else {
            return nil
        }
        let roster = try engine.store.roster(of: membership.book)
        let keyring = Keyring(
            rosterKey: membership.rosterKey, roster: roster, node: credentials.node,
            box: credentials.box, book: membership.book)
        return (keyring, roster)
    }

    /// Every log that a machine holds, in the order of scopes. Cost: the whole book is read.
    func readLogs(of machine: Machine, _ keyring: Keyring) throws -> [ReadLog] {
        guard let engine = machine.engine else { return [] }
        var found: [ReadLog] = []
        for scope in try engine.scopesKept() {
            for (name, id, head) in try engine.store.logs(in: scope) {
                var log = ReadLog(name: name, id: id)
                var tip = LogTip(name, id: id)
                var chapter = Chapter()
                while tip.head.seq < head.seq {
                    let (bytes, _) = try engine.store.run(
                        of: id, from: tip.head.seq + 1, bytesMax: 256 << 10)
                    let run = try PreparedRun(
                        verifying: bytes, after: tip, chapter: chapter,
                        rulesLevel: machine.options.rulesLevel,
                        key: { keyring.key(scope, $0) })
                    for item in run.items {
                        log.items.append(.init(before: tip, entry: item.entry, ops: item.ops))
                        tip.advance(past: item.entry)
                    }
                    (tip, chapter) = (run.tip, run.chapter)
                }
                found.append(log)
            }
        }
        return found
    }

    /// One node's logs, another's in each run: what each entry says of itself, who may write it, what
    /// is refused, and what the tables make of it all.
    func checkLogs() throws {
        let machine = nodes[Int(plan.seed % UInt64(nodes.count))]
        guard !witness.anySetBack, let (keyring, roster) = try keyring(of: machine) else { return }
        // The engine's keyring grew with the roster; this one was made at once.
        guard machine.engine?.scopesRead == keyring.scopes else {
            throw Violation(
                .rightsHold, at: now, "\(machine.name) reads other scopes than its roster opens",
                machines: [machine.index])
        }
        let logs = try readLogs(of: machine, keyring)
        try checkCommits(logs, machine)
        try checkNonces(logs, machine)
        try checkDigests(logs, keyring, roster, machine)
        try checkForgeries(logs, machine)
        try checkRights(logs, keyring, roster, machine)
        try checkRoster(logs, keyring, machine)
        try checkCosts(logs, roster, machine)
        try checkCounts(logs, roster, machine)
        record.checked(
            .noNonceTwice, .commitsAreWhole, .forgeriesAreRefused, .rightsHold, .rosterIsItsActs,
            .costIsAverage, .countsStand, at: now)
    }

    /// Each command has a number, later numbers later clocks; its parts are there, each once.
    private func checkCommits(_ logs: [ReadLog], _ machine: Machine) throws {
        struct Commit: Hashable, Comparable {
            let author: NodeID
            let incarnation: UInt64
            let number: UInt64

            static func < (a: Self, b: Self) -> Bool {
                (a.author, a.incarnation, a.number) < (b.author, b.incarnation, b.number)
            }
        }
        var commits: [Commit: [EntryHeader]] = [:]
        for log in logs where log.name.incarnation > 0 {
            for item in log.items {
                let commit = Commit(
                    author: log.name.author, incarnation: log.name.incarnation,
                    number: item.entry.header.commit)
                commits[commit, default: []].append(item.entry.header)
            }
        }
        let own = machine.engine?.credentials.node
        var last: (commit: Commit, time: HybridTime)?
        for (commit, headers) in commits.sorted(by: { $0.key < $1.key }) {
            let parts = headers.map(\.part)
            let isWhole =
                Set(parts).count == parts.count && Set(headers.map(\.parts)).count == 1
                && (commit.author != own || parts.count == Int(headers[0].parts))
            let first = headers.map(\.time).min() ?? .zero
            let isLater =
                last.map {
                    $0.commit.author != commit.author || $0.commit.incarnation != commit.incarnation
                        || $0.time < first
                } ?? true
            guard isWhole, isLater else {
                throw Violation(
                    .commitsAreWhole, at: now,
                    "commit \(commit.number) of \(commit.author.short) has the parts "
                        + "\(parts.sorted()) of \(headers[0].parts) at \(machine.name)"
                        + (isLater ? "" : " and is not later than the one before"),
                    machines: [machine.index])
            }
            last = (commit, headers.map(\.time).max() ?? .zero)
        }
    }

    /// A payload begins with how many names it defines, mostly none: where more than half the bodies of
    /// a log begin with one byte they were sealed with one stream.
    private func checkNonces(_ logs: [ReadLog], _ machine: Machine) throws {
        var salts: [[UInt8]: Digest] = [:]
        for log in logs {
            let sealed = log.items.filter { $0.entry.header.epoch != .zero }
            var firsts: [UInt8: Int] = [:]
            for item in sealed {
                if let first = item.entry.body.first { firsts[first, default: 0] += 1 }
                let other = salts.updateValue(item.entry.hash, forKey: item.entry.header.salt)
                guard other == nil || other == item.entry.hash else {
                    throw Violation(
                        .noNonceTwice, at: now,
                        "two entries at \(machine.name) have one salt, one of them entry "
                            + "\(item.entry.header.seq) of \(log.name)", machines: [machine.index])
                }
            }
            guard sealed.count < 12 || (firsts.values.max() ?? 0) * 2 <= sealed.count else {
                throw Violation(
                    .noNonceTwice, at: now,
                    "entries of \(log.name) were sealed under one nonce", machines: [machine.index])
            }
        }
    }

    /// The digest of a scope is the sum over its valid ops, whoever adds them up.
    private func checkDigests(
        _ logs: [ReadLog], _ keyring: Keyring, _ roster: Roster, _ machine: Machine
    ) throws {
        var sums: [Scope: Digest] = [:]
        for log in logs where keyring.scopes.contains(log.name.scope) {
            for item in log.items {
                for (index, op) in (item.ops ?? []).enumerated() {
                    guard case .success(let operation) = op else { continue }
                    var counts = false
                    if case .roster = operation, log.name.scope == .roster {
                        counts = true
                    } else if case .valid = roster.verdict(
                        on: op, log: log.name, commit: item.entry.header.commit,
                        at: (log.id, item.entry.header.seq), seen: item.entry.header.rosterHeads)
                    {
                        counts = true
                    }
                    guard counts, operation.isShown else { continue }
                    var writer = Domain.row.writer()
                    writer.raw(log.id.digest.bytes)
                    writer.varint(item.entry.header.seq)
                    writer.length(index)
                    writer.raw(operation.standaloneBytes)
                    let hash = Blake2b.hash256(writer.bytes)
                    sums[log.name.scope] = (sums[log.name.scope] ?? .zero).adding(hash)
                }
            }
        }
        let held = try machine.engine?.store.digests() ?? [:]
        for (scope, sum) in sums.sorted(by: { $0.key < $1.key }) where held[scope] != sum {
            throw Violation(
                .projectionIsRebuild, at: now,
                "the digest of \(scope) at \(machine.name) is not the sum of its ops",
                machines: [machine.index])
        }
    }
}

extension Operation {
    /// Kinds that this program knows, and so projects.
    fileprivate var isShown: Bool { if case .unknown = self { false } else { true } }
}
