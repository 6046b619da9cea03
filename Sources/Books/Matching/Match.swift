package import Replica

/// What somebody said settles what on a party's account (核销): the event of `match/<number>`, where the account lives. It
/// posts nothing: what is open is a fold over matches and documents.
package struct Match: Hashable, Sendable {
    package struct Line: Hashable, Sendable {
        package let document: DocumentNumber
        /// As the document stands on the account: a payment of a customer is below zero.
        package let amount: Int64

        package init(_ document: DocumentNumber, _ amount: Int64) {
            self.document = document
            self.amount = amount
        }
    }

    package let number: DocumentNumber
    package let account: Account
    /// Of which currency its amounts are; its branch's own where nil.
    package let currency: CurrencyCode?
    /// Sum zero; each document once.
    package let lines: [Line]
    package let person: String
    package let day: Day
    package let undoneBy: String?

    package var stands: Bool { undoneBy == nil }

    package enum Kind {
        package static let made = Event.openingKind, undone = "undone"
    }

    private enum Field { static let account = "account", currency = "currency" }

    /// So that its event has room for them.
    package static let linesMax = Event.fieldsMax - 5

    package static func entity(_ number: DocumentNumber) -> String {
        Event.matchPrefix + number.description
    }

    /// Nil where nobody made it, or what was said makes no sense.
    package init?(_ number: DocumentNumber, _ events: [Event]) {
        let made = events.lazy.filter { $0.kind == Kind.made }
        guard number.kind == .match,
            let (event, account, lines) = made.compactMap({ event in
                Self.read(event, number).map { (event, $0, $1) }
            }).first
        else { return nil }
        self.number = number
        currency = event[Field.currency]?.text.flatMap { CurrencyCode($0) }
        self.account = account
        self.lines = lines
        person = event.person
        day = event.effectiveDate
        undoneBy = events.first { $0.kind == Kind.undone }?.person
    }

    private static func read(_ event: Event, _ number: DocumentNumber) -> (Account, [Line])? {
        guard let account = event[Field.account]?.text.flatMap({ Account($0) }),
            [.receivable, .payable].contains(account.root),
            account.place == .branch(number.series.branch)
        else { return nil }
        var lines: [Line] = []
        var sum = Int128(0)
        let currency = event[Field.currency]
        guard currency == nil || currency?.text.flatMap({ CurrencyCode($0) }) != nil else {
            return nil
        }
        for field in event.fields where ![Field.account, Field.currency].contains(field.name) {
            guard let document = DocumentNumber(field.name), let amount = field.value.integer,
                amount != 0, amount != .min
            else { return nil }
            lines.append(Line(document, amount))
            sum += Int128(amount)
        }
        guard sum == 0, lines.count > 1, Set(lines.map(\.document)).count == lines.count else {
            return nil
        }
        return (account, lines)
    }

    package static func event(
        _ number: DocumentNumber, account: Account, in currency: CurrencyCode? = nil,
        _ lines: [Line], person: String, day: Day
    ) -> Event {
        Event(
            entity: entity(number), kind: Kind.made, person: person, effectiveDate: day,
            fields: [.init(Field.account, .text(account.name))]
                + (currency.map { [.init(Field.currency, .text($0.text))] } ?? [])
                + lines.map { .init($0.document.description, .integer($0.amount)) })
    }

    package static func undoing(_ number: DocumentNumber, person: String, day: Day) -> Event {
        Event(entity: entity(number), kind: Kind.undone, person: person, effectiveDate: day)
    }
}

/// What a person says of what settles what.
package enum MatchAct: Codable, Hashable, Sendable {
    /// Documents of a party that settle each other; amounts where not all of one.
    case set(MatchSide, party: String, [MatchPart])
    /// What is proposed of a party, of these kinds; of all where none is named.
    case confirm(MatchSide, party: String, how: [MatchProposal.How])
    case undo(number: String)
}

/// Customers, or suppliers.
package enum MatchSide: String, Codable, CaseIterable, Sendable {
    case receivable, payable

    package var root: Account.Root { self == .receivable ? .receivable : .payable }
    /// What is owed on its accounts is above zero with it.
    package var sign: Int128 { self == .receivable ? 1 : -1 }
}

package struct MatchPart: Codable, Hashable, Sendable {
    package var document: String
    /// Above zero; all that is open where nil.
    package var amount: String?

    package init(document: String, amount: String? = nil) {
        self.document = document
        self.amount = amount
    }
}
