import Books
import Engine
import Replica
import Store

/// What branches owe each other, in the end.
extension Simulation {
    /// What the sender's keeper asks for and the receiver's owes is the value of what is between them.
    func checkDebts(
        _ machine: Machine, _ engine: Engine, _ torn: Set<BranchCode>
    ) throws {
        var open: Set<BranchPair> = []
        for root in ["transit/", "dispute/"] {
            for row in try engine.store.balances(prefix: root) where row.amount != 0 {
                if case .pair(let pair)? = Account(row.account)?.place { open.insert(pair) }
            }
        }
        for row in try engine.store.balances(prefix: "early/") where row.amount != 0 {
            let parts = row.account.split(separator: "/").compactMap { BranchCode($0) }
            if parts.count == 2, let pair = BranchPair(parts[0], parts[1]) { open.insert(pair) }
        }
        guard let currency = CurrencyCode("CNY") else { return }
        var owed: [BranchPair: Int128] = [:]
        for root in ["due-from/", "due-to/"] {
            for row in try engine.store.balances(prefix: root) {
                guard case .side(let owner, let other)? = Account(row.account)?.place,
                    let pair = BranchPair(owner, other)
                else { continue }
                owed[pair, default: 0] += row.amount
            }
        }
        // What one passed on or sent, and the other has not booked or accepted.
        for (entity, events) in try engine.store.events(withPrefix: "charge/") {
            guard let number = ChargeNote.number(ofEntity: entity), let note = ChargeNote(events),
                let pair = BranchPair(number.series.branch, note.to)
            else { continue }
            let about = try engine.store.transactions(about: number)
            guard note.kind == .charged else {
                let accepted = try note.acceptances(
                    about, from: number.series.branch, isReversed: engine.store.isReversed)
                let sent = about.haveReversal(of: number) ? 0 : 1
                owed[pair, default: 0] -= Int128(note.amount) * Int128(sent - accepted.count)
                continue
            }
            // What was taken back, also by two, and what follows of that.
            let charge = ChargeState(
                number, note, of: try engine.store.transactions(of: number), about: about,
                currency, own: currency)
            owed[pair, default: 0] -= charge.due - charge.booked
        }
        record.checked(.nothingOpenNothingOwed, at: now)
        for (pair, sum) in owed.sorted(by: { "\($0.key)" < "\($1.key)" })
        where sum != 0 && !open.contains(pair)
            && torn.isDisjoint(with: Scope.between(pair).branches)
            // Two copies of a keeper book a charge each: `reconcile` names what is too much.
            && isOfHonestDisks([pair.first, pair.second])
        {
            throw Violation(
                .nothingOpenNothingOwed, at: now,
                "no goods are under way between \(pair), and \(sum) are owed beyond open charges, at "
                    + machine.name,
                machines: [machine.index])
        }
    }
}
