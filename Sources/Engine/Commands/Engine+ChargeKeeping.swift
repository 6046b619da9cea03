import Books
import Replica
import Store

/// Charges between branches, as a branch's keeper follows them.
extension Engine {
    /// Nil for a document that charges nobody.
    func charge(_ number: DocumentNumber) throws -> ChargeState? {
        guard number.kind == .journal, let ledger = standing?.ledger,
            let note = ChargeNote(try store.events(of: ChargeNote.entity(number))),
            note.kind == .charged, note.to != number.series.branch
        else { return nil }
        return ChargeState(
            number, note, of: try store.transactions(of: number),
            about: try store.transactions(about: number), ledger.currency)
    }

    func objection(to charge: ChargeState, _ roster: Roster) throws -> ChargeObjection? {
        ChargeObjection(
            try store.said(of: ChargeObjection.entity(charge.number), roster),
            against: charge.note, by: charge.number.series.branch)
    }

    /// What another branch charged or took back, and this one's keeper has not booked; and what this one took back twice.
    func charges(_ number: DocumentNumber, of branch: BranchCode) throws -> [Command] {
        guard keptBranch == branch, let charge = try charge(number) else { return [] }
        let isOwn = number.series.branch == branch
        guard isOwn ? charge.due < 0 : charge.note.to == branch && charge.open != 0,
            try isLastCopy(about: number)
        else { return [] }
        return [.between(Details(), .book(number: number.description))]
    }

    /// Two copies of one keeper may both have booked it: the one that began last sets it right, and the other leaves it,
    /// or they would answer each other for ever.
    private func isLastCopy(about number: DocumentNumber) throws -> Bool {
        guard let author else { return false }
        let last = try store.lastIncarnation(of: author.node, about: number)
        return last.map { $0 <= author.incarnation } ?? true
    }
}
