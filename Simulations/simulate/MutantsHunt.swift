import Foundation
import Simulator

/// Looks for each mutation, seed after seed, until a law sees it.
///
/// A seed counts only where the core without the mutation passes it.
final class MutantsHunt: @unchecked Sendable {
    struct Limits: Sendable {
        /// Seeds of each ground.
        var seeds: UInt64
        /// For one mutation, over all grounds.
        var seconds: Double
        /// A seed that takes longer does not end.
        var secondsOfSeed: Double
        var nodes: String
    }

    struct Finding: Sendable {
        let patch: MutantsPatch
        var how = How.notCaught
        var ground: MutantsPatch.Ground?
        var seed: UInt64 = 0
        /// Runs until it was caught, that of the catch included.
        var runs = 0
        var seconds = 0.0
        var isReached = false

        enum How: Equatable, Sendable {
            case law(Int, String)
            /// A check of the disk saw it.
            case check(String)
            /// The process trapped: a precondition of the core saw it.
            case trap(String)
            /// A run that did not come to its end.
            case endless
            case notCaught
        }
    }

    private let binary: URL
    private let limits: Limits
    private let lock = NSLock()
    private var sound: [String: Bool] = [:]
    private var waiting: [MutantsPatch] = []
    private var findings: [Finding] = []

    init(_ binary: URL, _ limits: Limits) {
        self.binary = binary
        self.limits = limits
    }

    /// Runs `jobs` processes at once; findings come by number. Each is told as it comes.
    func run(
        _ patches: [MutantsPatch], jobs: Int, tell: @escaping @Sendable (Finding) -> Void
    ) -> [Finding] {
        waiting = patches.reversed()
        findings = []
        DispatchQueue.concurrentPerform(iterations: jobs) { _ in
            while let patch = self.next() {
                let finding = self.hunt(patch)
                self.lock.lock()
                self.findings.append(finding)
                tell(finding)
                self.lock.unlock()
            }
        }
        return findings.sorted { $0.patch.number < $1.patch.number }
    }

    private func next() -> MutantsPatch? {
        lock.lock()
        defer { lock.unlock() }
        return waiting.popLast()
    }

    /// Seeds that the core without any mutation fails, of those from 1 to `count`.
    func baseline(_ ground: MutantsPatch.Ground, count: UInt64) -> [(seed: UInt64, what: String)] {
        var failed: [(UInt64, String)] = []
        for seed in 1...max(count, 1) {
            if let what = failure(of: seed, ground) { failed.append((seed, what)) }
        }
        return failed
    }

    private func hunt(_ patch: MutantsPatch) -> Finding {
        var finding = Finding(patch: patch)
        let began = Date()
        for (place, ground) in patch.grounds.enumerated() where finding.how == .notCaught {
            let share = limits.seconds * Double(place + 1) / Double(patch.grounds.count)
            search(ground, until: began.addingTimeInterval(share), &finding)
        }
        finding.seconds = Date().timeIntervalSince(began)
        return finding
    }

    private func search(
        _ ground: MutantsPatch.Ground, until end: Date, _ finding: inout Finding
    ) {
        var first: UInt64 = 1
        while first <= limits.seeds, finding.how == .notCaught, end.timeIntervalSinceNow > 0 {
            let worker: MutantsWorker
            do {
                worker = try MutantsWorker(
                    binary, seeds: first...limits.seeds, ground: ground,
                    needs: finding.patch.needs, nodes: limits.nodes,
                    mutant: finding.patch.number)
            } catch {
                finding.how = .trap("the worker does not start: \(error)")
                return
            }
            first =
                ground == .disk
                ? followDisk(worker, until: end, seed: first, &finding)
                : follow(worker, ground, until: end, &finding)
        }
    }

    /// - Returns: the seed to go on with.
    private func follow(
        _ worker: MutantsWorker, _ ground: MutantsPatch.Ground, until end: Date,
        _ finding: inout Finding
    ) -> UInt64 {
        var seen: (seed: UInt64, how: Finding.How)?
        var next = limits.seeds + 1
        while seen == nil {
            let event = worker.next(within: limits.secondsOfSeed)
            if case .ended(_, 0, false) = event { break }
            finding.runs += 1
            switch event {
            case .says: finding.runs -= 1
            case .result(let result):
                next = result.record.seed + 1
                if let violation = result.record.violation {
                    seen = (
                        result.record.seed, .law(violation.law.rawValue, violation.what)
                    )
                }
            case .ended(let seed, let status, let isSignal):
                next = seed + 1
                seen = (seed, .trap(isSignal ? "signal \(status)" : "status \(status)"))
            case .silent(let seed):
                next = seed + 1
                // A machine that is busy is no proof: the same seed once more, alone and for longer.
                _ = worker.finish()
                seen = again(finding.patch.number, seed, ground).map { (seed, $0) }
                if seen == nil { return next }
                finding.isReached = true
            }
            if seen == nil, end.timeIntervalSinceNow <= 0 { break }
        }
        let (isReached, words) = worker.finish()
        finding.isReached = finding.isReached || isReached
        guard let seen, finding.isReached else { return next }
        guard failure(of: seen.seed, ground) == nil else { return next }
        finding.how = seen.how
        if case .trap = seen.how, let words { finding.how = .trap(words) }
        (finding.ground, finding.seed) = (ground, seen.seed)
        return next
    }

    /// What one seed comes to with a mutation; nil where it passes.
    private func again(
        _ mutant: Int, _ seed: UInt64, _ ground: MutantsPatch.Ground
    ) -> Finding.How? {
        guard
            let worker = try? MutantsWorker(
                binary, seeds: seed...seed, ground: ground, nodes: limits.nodes, mutant: mutant)
        else { return nil }
        let event = worker.next(within: limits.secondsOfSeed * 4)
        let (isReached, _) = worker.finish()
        guard isReached else { return nil }
        switch event {
        case .result(let result):
            return result.record.violation.map { .law($0.law.rawValue, $0.what) }
        case .ended(_, let status, let isSignal):
            return .trap(isSignal ? "signal \(status)" : "status \(status)")
        case .silent: return .endless
        case .says: return nil
        }
    }

    /// The check ends with a failure, or with none: one script is as good as another.
    private func followDisk(
        _ worker: MutantsWorker, until end: Date, seed: UInt64, _ finding: inout Finding
    ) -> UInt64 {
        finding.runs += 1
        var said: [String] = []
        var how = Finding.How.endless
        while end.timeIntervalSinceNow > 0 {
            let event = worker.next(within: end.timeIntervalSinceNow)
            if case .says(let line) = event { said.append(line) }
            guard case .ended(_, let status, let isSignal) = event else { continue }
            let last = said.last { !$0.hasPrefix("  again") } ?? ""
            how = status == 0 && !isSignal ? .notCaught : .check(last)
            if isSignal { how = .trap("signal \(status)") }
            break
        }
        let (isReached, words) = worker.finish()
        finding.isReached = finding.isReached || isReached
        if case .trap = how, let words { how = .trap(words) }
        // A machine that is busy is no proof of anything.
        guard isReached, how != .endless, how != .notCaught else { return limits.seeds + 1 }
        (finding.how, finding.ground, finding.seed) = (how, .disk, seed)
        return limits.seeds + 1
    }

    /// What the core without any mutation does wrong in a seed; nil where it passes.
    private func failure(of seed: UInt64, _ ground: MutantsPatch.Ground) -> String? {
        let key = "\(ground.rawValue) \(seed)"
        lock.lock()
        let known = sound[key]
        lock.unlock()
        if known == true { return nil }
        var what: String?
        do {
            let worker = try MutantsWorker(
                binary, seeds: seed...seed, ground: ground, nodes: limits.nodes, mutant: nil)
            var event = worker.next(within: limits.secondsOfSeed * 2)
            while case .says = event { event = worker.next(within: limits.secondsOfSeed * 2) }
            switch event {
            case .result(let result):
                what = result.record.violation.map { "law \($0.law.rawValue): \($0.what)" }
            case .ended(_, 0, false) where ground == .disk: break
            case .ended(_, let status, _): what = "the process ended with \(status)"
            case .silent, .says: what = "no end"
            }
            _ = worker.finish()
        } catch {
            what = "the worker does not start: \(error)"
        }
        lock.lock()
        sound[key] = what == nil
        lock.unlock()
        return what
    }
}
