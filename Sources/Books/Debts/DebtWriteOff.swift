package import Replica

/// What a customer owes and somebody asks to give up: a fold over the events of `debt/<number>` in `trade/<branch>`. When
/// all steps of its workflow were taken the branch's keeper books it, once.
package struct DebtWriteOff: Hashable, Sendable {
    package let number: DocumentNumber
    package let party: String
    /// Minor units of its currency, above zero.
    package let amount: Int64
    /// Of which currency the amount is; its branch's own where nil.
    package let currency: CurrencyCode?
    package let reason: String
    package let askedBy: String
    package let day: Day
    /// As the workflow was when it was asked.
    package let steps: [Workflow.Step]
    /// Who took each step.
    package private(set) var approvals: [String: String] = [:]
    package private(set) var refusedBy: String?

    enum Kind {
        static let asked = Event.openingKind, approved = Event.approvalKind
        static let refused = Event.refusalKind
    }

    private enum Field {
        static let party = "party", amount = "amount", reason = "reason", steps = "steps"
        static let step = "step", currency = "currency"
    }

    package static func entity(_ number: DocumentNumber) -> String {
        Event.debtPrefix + number.description
    }

    package static func number(ofEntity entity: String) -> DocumentNumber? {
        guard entity.utf8.starts(with: Event.debtPrefix.utf8) else { return nil }
        return DocumentNumber(entity.dropFirst(Event.debtPrefix.count))
    }

    /// A step is taken by the first who did, who neither asked nor took another; a refusal ends it, also where all were taken and nobody has booked it.
    /// What names a currency that is none is no write-off: its amount might be taken for the branch's own.
    package init?(_ number: DocumentNumber, _ events: [Event]) {
        guard number.kind == .journal,
            let asked = events.first(where: { $0.kind == Kind.asked }),
            let party = asked[Field.party]?.text,
            (1...DocumentHeader.partyBytesMax).contains(party.utf8.count),
            let amount = asked[Field.amount]?.integer, amount > 0
        else { return nil }
        let named = asked[Field.currency]
        currency = named?.text.flatMap { CurrencyCode($0) }
        guard named == nil || currency != nil else { return nil }
        self.number = number
        self.party = party
        self.amount = amount
        reason = asked[Field.reason]?.text ?? ""
        askedBy = asked.person
        day = asked.effectiveDate
        steps = Workflow(version: 0, text: asked[Field.steps]?.text ?? "").steps
        for event in events where refusedBy == nil {
            switch event.kind {
            case Kind.approved:
                guard let step = event[Field.step]?.text,
                    steps.contains(where: { $0.name == step }),
                    approvals[step] == nil, event.person != askedBy,
                    !approvals.values.contains(event.person)
                else { continue }
                approvals[step] = event.person
            case Kind.refused: refusedBy = event.person
            default: continue
            }
        }
    }

    package var nextStep: Workflow.Step? { steps.first { approvals[$0.name] == nil } }
    package var isApproved: Bool { refusedBy == nil && nextStep == nil }

    /// Is a step this person's: by their role, at the branch that is owed; or for one who has it there, named them, and did not
    /// ask.
    package func isDecided(
        _ step: Workflow.Step, by person: String, of people: [PersonFacts], on today: Day
    ) -> Bool {
        people.contains {
            $0.roles.contains(step.role) && $0.works(at: number.series.branch)
                && ($0.name == person || $0.isDeputy(person, on: today) && $0.name != askedBy)
        }
    }

    /// Its amount's currency and scale.
    ///
    /// - Parameter own: its branch's.
    package func figures(_ own: Ledger) -> Ledger { currency.map { own.reading($0) } ?? own }

    /// Of the documents of its number: is it taken off what the customer owes? Others may give any number.
    package func isBooked(_ transactions: [Transaction]) -> Bool {
        let owed = Account.named(.receivable, number.series.branch, party)
        let commodity = currency.map { Commodity.currency($0) }
        return transactions.contains { transaction in
            transaction.postings.contains {
                $0.account == owed && $0.amount < 0
                    && (commodity == nil || $0.commodity == commodity)
            }
        }
    }

    static func asking(
        _ number: DocumentNumber, party: String, amount: Int64, in currency: CurrencyCode? = nil,
        reason: String, steps: [Workflow.Step], person: String, day: Day
    ) -> Event {
        Event(
            entity: entity(number), kind: Kind.asked, person: person, effectiveDate: day,
            fields: [
                .init(Field.party, .text(party)), .init(Field.amount, .integer(amount)),
                .init(Field.reason, .text(reason)),
                .init(Field.steps, .text(Workflow(version: 0, steps: steps).text)),
            ] + (currency.map { [.init(Field.currency, .text($0.text))] } ?? []))
    }

    static func approval(
        _ number: DocumentNumber, step: String, person: String, day: Day
    ) -> Event {
        Event(
            entity: entity(number), kind: Kind.approved, person: person, effectiveDate: day,
            fields: [.init(Field.step, .text(step))])
    }

    static func refusal(
        _ number: DocumentNumber, reason: String, person: String, day: Day
    ) -> Event {
        Event(
            entity: entity(number), kind: Kind.refused, person: person, effectiveDate: day,
            fields: [.init(Field.reason, .text(reason))])
    }
}

package enum DebtAct: Codable, Hashable, Sendable {
    /// A customer's debt is given up, in the currency that the details name; the memo says why.
    case writeOff(party: String, amount: String)
    case approve(number: String)
    case refuse(number: String)
    /// By the keeper's node itself, when all have approved.
    case book(number: String)
}
