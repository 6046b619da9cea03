import Books
import Gossip
import Replica
import Sodium
import Store

/// A reply that goes out when enough peers hold a commit durably.
struct Waiting {
    let request: RequestID
    var outcome: Outcome
    var receipt: Author.Receipt
    let wait: Int
    let until: Instant
}

/// A `verify` that waits for what the peers say.
struct Verifying {
    let request: RequestID
    var report: Report
    var peers: Set<NodeID>
    let until: Instant
}

extension Engine {
    static let verifyMilliseconds: Int64 = 5_000
    /// Replies that may wait for peers at once. A command beyond them is recorded as any other, and
    /// answered with how many peers hold it so far.
    static let waitingMax = 4_096

    func wait(_ answer: Answer, _ id: RequestID, at now: Instant) -> [Effect] {
        guard answer.wait > 0, let receipt = answer.receipt, let until = answer.until,
            case .outcome(let outcome) = answer.reply
        else { return [.reply(id, answer.reply)] }
        let waiting = Waiting(
            request: id, outcome: outcome, receipt: receipt, wait: answer.wait, until: until)
        guard self.waiting.count < options.waitingMax else {
            return [waited(waiting, holders(of: receipt))]
        }
        self.waiting.append(waiting)
        return []
    }

    /// Peers that hold every part of a commit.
    func holders(of receipt: Author.Receipt) -> Int {
        var common: Set<NodeID>?
        for part in receipt.heads {
            let holders = gossip.holders(of: part.name, upTo: part.head.seq)
            common = common?.intersection(holders) ?? holders
        }
        return common?.count ?? 0
    }

    func waited(at now: Instant) -> [Effect] {
        var effects: [Effect] = []
        waiting.removeAll { waiting in
            let held = holders(of: waiting.receipt)
            guard held >= waiting.wait || waiting.until <= now else { return false }
            effects.append(waited(waiting, held))
            return true
        }
        return effects
    }

    private func waited(_ waiting: Waiting, _ held: Int) -> Effect {
        var outcome = waiting.outcome
        outcome.heldBy = held
        if held < waiting.wait {
            outcome.notices.append(
                "\(Refusal.Code.waitedInVain.rawValue): recorded here; \(held) of "
                    + "\(waiting.wait) peers hold it so far")
        }
        return .reply(waiting.request, .outcome(outcome))
    }

    // MARK: Verify

    /// Checks this node, then asks every connected peer for its digests.
    func verify(_ id: RequestID, at now: Instant) throws -> [Effect] {
        guard !options.verifiesInCopy else {
            _ = try needStanding()
            return [.check(id)]
        }
        return try compareWithPeers(try verify(at: now), id, at: now)
    }

    /// What is sound here is held against every connected peer.
    func compareWithPeers(
        _ report: Report, _ id: RequestID, at now: Instant
    ) throws -> [Effect] {
        let peers = Set(gossip.peers.compactMap(\.node))
        guard !peers.isEmpty, verifying == nil, let holdings = holdings() else {
            return [.reply(id, .report(report))]
        }
        try gossip.announceRoots(wantsReply: true, holdings)
        verifying = Verifying(
            request: id, report: report, peers: peers,
            until: now.advanced(byMilliseconds: Self.verifyMilliseconds))
        return try run(at: now)
    }

    func compared(_ node: NodeID, _ comparison: Gossip.Comparison) {
        comparisons[node] = comparison
        guard var verifying, verifying.peers.remove(node) != nil else { return }
        let name = standing?.roster.nodes[node]?.admission.name ?? node.short
        var detail = ["\(comparison.equal.count) scopes equal"]
        if !comparison.unequal.isEmpty {
            detail.append("\(comparison.unequal.count) on their way")
        }
        let isSound = comparison.differing.isEmpty
        verifying.report.rows.append([
            .text("digests of \(name)"), .text(isSound ? "ok" : "FAULT"),
            .text(
                isSound
                    ? detail.joined(separator: ", ")
                    : comparison.differing.map(\.name).joined(separator: ", ")),
        ])
        if !isSound {
            verifying.report.facts = verifying.report.facts.map {
                $0.key == "sound" ? .init($0.key, $0.label, .flag(false)) : $0
            }
        }
        self.verifying = verifying
    }

    func verified(at now: Instant) throws -> [Effect] {
        guard var verifying, verifying.peers.isEmpty || verifying.until <= now else { return [] }
        self.verifying = nil
        for node in verifying.peers.sorted() {
            let name = standing?.roster.nodes[node]?.admission.name ?? node.short
            verifying.report.rows.append([
                .text("digests of \(name)"), .text("no answer"), .text("within 5 seconds"),
            ])
        }
        return [.reply(verifying.request, .report(verifying.report))]
    }
}
