import Books
import Replica

/// What stocktakes found, worked out from the logs alone.
extension Simulation {
    /// Counts of the simulated people are booked at once: where the entry stands, the shelf's postings so
    /// far make what was counted. What is entered late below a count has its opposite in the same
    /// commit.
    func checkCounts(_ logs: [ReadLog], _ roster: Roster, _ machine: Machine) throws {
        for log in logs {
            guard case .trade(let branch) = log.name.scope,
                roster.holders[branch] == log.name.author,
                // A shelf that two logs of its holder move has no one order.
                logs.filter({ $0.name.scope == log.name.scope && $0.name.author == log.name.author }
                )
                .count == 1
            else { continue }
            for location in [LocationFacts.main, People.backRoom] {
                try checkCounts(log, .stock(branch, location), machine)
            }
        }
    }

    private func checkCounts(
        _ log: ReadLog, _ account: Account, _ machine: Machine
    ) throws {
        var shelf: [ItemCode: Int64] = [:]
        /// The latest day that an item was counted for.
        var counted: [ItemCode: Day] = [:]
        var commit = Commit(number: 0)
        func finish() throws {
            for item in Set(commit.late.keys).union(commit.corrected.keys).sorted() {
                let (late, corrected) = (commit.late[item] ?? 0, commit.corrected[item] ?? 0)
                // Whether the original of a reversal lay below a count is the product's to know.
                let reversed = commit.reversed[item] ?? 0
                guard late + corrected != 0, corrected == 0 || reversed + corrected != 0 else {
                    continue
                }
                throw Violation(
                    .countsStand, at: now,
                    "what came late to \(account) changes \(item) by \(late + corrected) above a "
                        + "count, at \(machine.name)", machines: [machine.index])
            }
            if commit.corrected.contains(where: { $0.value != 0 }) {
                record.reached(.countCorrected)
            }
        }
        for item in log.items {
            if commit.number != item.entry.header.commit {
                try finish()
                commit = Commit(number: item.entry.header.commit)
            }
            for case .success(let op) in item.ops ?? [] {
                switch op {
                case .post(let transaction):
                    let document = transaction.document
                    if document.kind == .move { record.reached(.movedInBranch) }
                    for posting in transaction.postings
                    where posting.account.shelf == account {
                        guard case .item(let code) = posting.commodity else { continue }
                        shelf[code, default: 0] += posting.amount
                        if document.kind == .statement {
                            commit.corrected[code, default: 0] += posting.amount
                        } else if isLate(document), let day = counted[code],
                            document.effectiveDate < day
                        {
                            commit.late[code, default: 0] += posting.amount
                        } else if document.link?.relation == .reverses {
                            commit.reversed[code, default: 0] += posting.amount
                        }
                    }
                case .append(let event):
                    guard CountSheet.number(ofEntity: event.entity) != nil,
                        event.kind == CountSheet.Kind.posted,
                        account.name.hasSuffix("/\(CountSheet.location(event))")
                    else { continue }
                    record.reached(
                        CountSheet.location(event) == LocationFacts.main
                            ? .counted : .countedInBack)
                    for (code, count) in CountSheet.counts(event) {
                        counted[code] = max(
                            counted[code] ?? event.effectiveDate, event.effectiveDate)
                        guard shelf[code] ?? 0 != count else { continue }
                        throw Violation(
                            .countsStand, at: now,
                            "\(account) counted \(count) \(code), and its books have "
                                + "\(shelf[code] ?? 0), at \(machine.name)",
                            machines: [machine.index])
                    }
                default: break
                }
            }
        }
        try finish()
    }

    /// Units that one command moved on a shelf.
    private struct Commit {
        let number: UInt64
        var late: [ItemCode: Int64] = [:]
        var corrected: [ItemCode: Int64] = [:]
        var reversed: [ItemCode: Int64] = [:]
    }

    private func isLate(_ document: DocumentHeader) -> Bool {
        guard let memo = document.memo, let act = people.intents[memo]?.act,
            plan.acts.indices.contains(act)
        else { return false }
        return plan.acts[act].kind == .receiveLate
    }
}
