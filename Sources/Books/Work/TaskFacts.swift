package import Replica

/// Work that somebody has to do: a fold over what was said of it, in the order of time. What was done is done, whatever was
/// said beside it; of two who were handed it the last one has it.
package struct TaskFacts: Hashable, Sendable {
    package enum State: String, Sendable {
        case open, done, cancelled
    }

    package let number: DocumentNumber
    /// Where it stands: who reads that sees it.
    package let scope: Scope
    package let text: String
    package let openedBy: String
    package let day: Day
    /// Where it is to be done; nil where anybody may.
    package let branch: BranchCode?
    package let about: DocumentNumber?
    package let due: Day?
    package private(set) var owner: String?
    package private(set) var done: WorkMark?
    package private(set) var cancelled: WorkMark?
    /// Steps that count, the first included: it is another task when there are more.
    package private(set) var steps = 1

    enum Kind {
        static let opened = Event.openingKind, handed = "handed"
        static let done = "done", cancelled = "cancelled"
    }

    package static let prefix = Event.taskPrefix

    package static func entity(_ number: DocumentNumber) -> String { prefix + number.description }

    package static func number(ofEntity entity: String) -> DocumentNumber? {
        guard entity.utf8.starts(with: prefix.utf8) else { return nil }
        return DocumentNumber(entity.dropFirst(prefix.count)).flatMap {
            $0.kind == .task ? $0 : nil
        }
    }

    /// Nil where it was never opened.
    package init?(_ number: DocumentNumber, _ all: [Said]) {
        typealias Field = Said.Field
        guard number.kind == .task,
            let place = all.firstIndex(where: {
                $0.event.kind == Kind.opened && $0.text(Field.text) != nil
            }), let text = all[place].text(Field.text)
        else { return nil }
        let first = all[place]
        self.number = number
        self.text = text
        scope = first.scope
        openedBy = first.event.person
        day = first.event.effectiveDate
        branch = first.event[Field.branch]?.text.flatMap { BranchCode($0) }
        about = first.event[Field.about]?.text.flatMap { DocumentNumber($0) }
        due = first.event[Field.due]?.text.flatMap { Day($0) }
        owner = first.text(Field.owner, atMost: DocumentHeader.personBytesMax)
        for (other, said) in all.enumerated() where other != place && said.scope == scope {
            apply(said)
        }
    }

    private mutating func apply(_ said: Said) {
        guard let branch = said.branch, mayStep(branch) else { return }
        switch said.event.kind {
        case Kind.handed:
            guard let next = said.text(Said.Field.owner, atMost: DocumentHeader.personBytesMax)
            else { return }
            owner = next
        case Kind.done: done = done ?? WorkMark(said)
        case Kind.cancelled where branch == number.series.branch:
            cancelled = cancelled ?? WorkMark(said)
        default: return
        }
        steps += 1
    }

    /// The branch that opened it, and the one where it is to be done, where one was named.
    package func mayStep(_ other: BranchCode) -> Bool {
        other == number.series.branch || branch == nil || other == branch
    }

    package var state: State { done != nil ? .done : cancelled != nil ? .cancelled : .open }

    package func isOverdue(on today: Day) -> Bool {
        state == .open && due.map { $0 < today } ?? false
    }

    /// Is it that branch's to look after?
    package func isOf(_ other: BranchCode) -> Bool { (branch ?? number.series.branch) == other }
}
