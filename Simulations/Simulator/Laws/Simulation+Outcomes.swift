import Books
import Engine
import Replica
import Store

/// What a person was told, against what is so.
extension Simulation {
    func witnessOutcome(_ outcome: Outcome, _ machine: Machine, _ asked: People.Pending) throws {
        let notes = outcome.notices.filter { $0.hasPrefix("shortage: ") }
        if !notes.isEmpty { witness.marked.insert(outcome.subject) }
        // The policy of this one is to refuse.
        if asked.kind.sells, notes.contains(where: { $0.hasPrefix("shortage: ITEM-1,") }) {
            throw Violation(
                .noOverdraft, at: now,
                "\(machine.name) sold ITEM-1 short as \(outcome.subject): its policy is to refuse",
                machines: [machine.index])
        }
        try checkHolders(outcome, machine, asked)
    }

    /// Who is said to hold a document holds it.
    private func checkHolders(
        _ outcome: Outcome, _ machine: Machine, _ asked: People.Pending
    ) throws {
        guard asked.waitsForPeers, !witness.anySetBack else { return }
        guard let said = outcome.heldBy else {
            throw Violation(
                .holdersHold, at: now,
                "\(outcome.subject) was to wait for peers, and \(machine.name) names none",
                machines: [machine.index])
        }
        var may = 0
        for other in machines where other !== machine && !other.isRetired {
            // Whoever is off or cannot read it may hold it all the same.
            guard other.isUp, let engine = other.engine, !witness.mayBeDamaged(other.index),
                other.options.rulesLevel >= machine.options.rulesLevel,
                let branch = BranchCode(plan.sites[machine.site].branch),
                engine.scopesRead.contains(.trade(branch))
            else {
                may += 1
                continue
            }
            if try engine.store.hasDocument(outcome.subject) { may += 1 }
        }
        record.checked(.holdersHold, at: now)
        guard said <= may else {
            throw Violation(
                .holdersHold, at: now,
                "\(machine.name) says that \(said) peers hold \(outcome.subject); \(may) can",
                machines: [machine.index])
        }
    }

    /// At the end: whatever took a shelf below zero was marked when it was confirmed, and a number names
    /// one document.
    func checkMarks(_ machine: Machine, _ engine: Engine) throws {
        guard !witness.anySetBack else { return }
        let confirmed = Set(people.acknowledged.values.map(\.number))
        for overdraft in try engine.store.overdrafts() {
            guard let number = overdraft.number, [.sale, .writeOff].contains(overdraft.kind),
                confirmed.contains(number), !witness.marked.contains(number)
            else { continue }
            throw Violation(
                .noOverdraft, at: now,
                "\(number) took a shelf below zero and was not marked, as \(machine.name) has it",
                machines: [machine.index])
        }
        var memos: [String: String] = [:]
        for document in try engine.store.notedDocuments() {
            guard let number = document.number else { continue }
            guard let memo = memos.updateValue(document.memo, forKey: number),
                memo != document.memo
            else { continue }
            throw Violation(
                .onceEach, at: now,
                "\(number) is two documents at \(machine.name): \(memo) and \(document.memo)",
                machines: [machine.index])
        }
    }
}

extension Act.Kind {
    fileprivate var sells: Bool {
        switch self {
        case .sell, .sellAndWait, .sellOut, .importSales: true
        default: false
        }
    }
}
