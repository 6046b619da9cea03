import Books
import Replica
import Store

/// A branch's keeper at work: states the value of goods between branches by itself.
extension Engine {
    /// Items looked at in one batch; the rest follow in the next.
    static let keeperItemsMax = 64
    /// A moved pool may change what was stated. It is looked at after this time, so that a busy till
    /// does not fold the same pool for every sale.
    static let keeperPauseMilliseconds: Int64 = 60_000

    static let keeperPieceMilliseconds: Int64 = 5_000

    var keptBranch: BranchCode? { author == nil ? nil : standing?.keptBranch }

    /// Writes what is due, one commit for each document. To be called before the batch is sealed.
    func keepStatements(at now: Instant) throws {
        guard let branch = keptBranch, let standing, let book = standing.ledger else { return }
        guard !lacksOwnEntries(at: now), let view = view(standing) else { return }
        let waiting = try store.statementsWaiting(branch)
        guard waiting.any else {
            keeperAt = nil
            return
        }
        let isTime = keeperAt.map { $0 <= now } ?? false
        guard waiting.urgent || isTime else { return }
        let due = try store.takeStatementsDue(
            branch, standing.currencies, book, urgentOnly: !isTime, limit: Self.keeperItemsMax)
        if isTime {
            // A long list is worked off piece by piece.
            let rest = try store.statementsWaiting(branch).any
            keeperAt = rest ? now.advanced(byMilliseconds: Self.keeperPieceMilliseconds) : nil
        }
        let planner = Planner(
            branch: branch, ledger: standing.ledger(of: branch),
            grants: standing.member?.grants ?? [],
            today: Day(now, utcOffsetMinutes: utcOffsetMinutes), person: person)
        for document in Dictionary(grouping: due, by: \.document).sorted(by: { $0.key < $1.key }) {
            guard let first = document.value.first else { continue }
            let statement = ValueStatement(
                document: first.document, step: first.step, other: first.other,
                day: first.day,
                values: document.value.map {
                    .init(
                        item: $0.item, amount: $0.amount, price: $0.price, layers: $0.layers,
                        into: $0.into)
                })
            do {
                try undoable {
                    let draft =
                        try first.other.map {
                            try planner.state(statement, in: standing.between(branch, $0), view)
                        } ?? planner.state(statement)
                    let references = try store.references(
                        to: draft.references, otherThan: standing.node)
                    _ = try commit(draft.parts, references: references, at: now)
                }
            } catch is Refusal {
                // A key is missing: once the roster has brought it, everything is looked at anew.
            } catch is BooksError {
                // Figures of others that do not fit: this document stays without a statement, and the
                // node goes on.
            } catch is FactError {
                // As above.
            }
        }
    }

    /// When the keeper wants to be woken.
    func keeperWake(at now: Instant) throws -> Instant? {
        guard let branch = keptBranch, !lacksOwnEntries(at: now) else { return nil }
        let waiting = try store.statementsWaiting(branch)
        guard waiting.any else { return nil }
        if waiting.urgent { return now }
        let at = keeperAt ?? now.advanced(byMilliseconds: Self.keeperPauseMilliseconds)
        keeperAt = at
        return at
    }
}
