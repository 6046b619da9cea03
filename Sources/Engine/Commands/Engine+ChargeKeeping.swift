import Books
import Replica
import Store

/// Charges between branches, as a branch's keeper follows them.
extension Engine {
    /// What a branch tells another one of an amount between them; nil where it told nothing.
    func note(_ number: DocumentNumber, to branch: BranchCode? = nil) throws -> ChargeNote? {
        guard let roster = standing?.roster else { return nil }
        return ChargeNote(
            try store.said(of: ChargeNote.entity(number), roster), by: number.series.branch,
            to: branch)
    }

    /// Nil for a document that charges nobody, or not that branch.
    func charge(_ number: DocumentNumber, to branch: BranchCode? = nil) throws -> ChargeState? {
        guard number.kind == .journal, let standing, standing.ledger != nil,
            let note = try note(number, to: branch), note.kind == .charged
        else { return nil }
        return ChargeState(
            number, note, of: try store.transactions(of: number),
            about: try store.transactions(about: number),
            standing.between(number.series.branch, note.to),
            own: standing.currencies[note.to])
    }

    func objection(to charge: ChargeState, _ roster: Roster) throws -> ChargeObjection? {
        ChargeObjection(
            try store.said(of: ChargeObjection.entity(charge.number), roster),
            against: charge.note, by: charge.number.series.branch)
    }

    /// What another branch charged or took back, and this one's keeper has not booked; and what this one took back or set
    /// right twice. A copy that is not the last one looks again tomorrow: it may be the last one by then.
    func charges(
        _ number: DocumentNumber, of branch: BranchCode, on today: Day
    ) throws -> [Command] {
        let isOwn = number.series.branch == branch
        guard keptBranch == branch, let charge = try charge(number, to: isOwn ? nil : branch)
        else { return [] }
        guard isOwn ? charge.surplus != 0 : charge.note.to == branch && charge.open != 0
        else { return [] }
        guard try isLastCopy(about: number) else {
            try store.lookAgain(at: number, on: Day(number: today.number &+ 1))
            return []
        }
        return [.between(Details(), .book(number: number.description))]
    }

    /// Two copies of one keeper may both have booked it: the one that began last sets it right, and the other leaves it,
    /// or they would answer each other for ever. Where the last one is gone for good, a person says so.
    private func isLastCopy(about number: DocumentNumber) throws -> Bool {
        guard let author else { return false }
        let last = try store.lastIncarnation(of: author.node, about: number)
        return last.map { $0 <= author.incarnation } ?? true
    }
}
