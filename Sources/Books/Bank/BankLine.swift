package import Replica

/// One line of a bank's statement: an event of `bank/<branch>/<bank>/<month>` in `money/<branch>`. It posts nothing: it is
/// held against what is booked.
package struct BankLine: Hashable, Sendable {
    /// What tells it from every other line of its month.
    package let key: String
    package let day: Day
    /// Minor units; above zero where money came.
    package let amount: Int64
    package let text: String

    package static let keyBytesMax = 64
    package static let textBytesMax = 500

    enum Kind { static let line = "line", balance = "balance" }
    private enum Field { static let key = "key", amount = "amount", text = "text" }

    package static func prefix(_ bank: Account) -> String {
        guard case .branch(let branch) = bank.place else { return Event.bankPrefix }
        return "\(Event.bankPrefix)\(branch)/\(bank.rest)/"
    }

    package static func entity(_ bank: Account, _ day: Day) -> String {
        prefix(bank) + String(day.description.dropLast(3))
    }

    package init(key: String, day: Day, amount: Int64, text: String) {
        self.key = key
        self.day = day
        self.amount = amount
        self.text = text
    }

    /// Tells it from every other line of the bank.
    package var id: String { "\(day) \(key)" }

    /// Of a month; what two imported beside each other is there once.
    package static func lines(_ events: [Event]) -> [BankLine] {
        var seen: Set<String> = []
        return events.compactMap { event in
            guard event.kind == Kind.line, let key = event[Field.key]?.text,
                let amount = event[Field.amount]?.integer, amount != .min,
                seen.insert(key).inserted
            else { return nil }
            return BankLine(
                key: key, day: event.effectiveDate, amount: amount,
                text: event[Field.text]?.text ?? "")
        }
    }

    /// The last balance that a statement told, by its day.
    package static func balance(_ events: [Event]) -> (day: Day, amount: Int64, person: String)? {
        // Of one day the last word.
        events.filter { $0.kind == Kind.balance }.reduce(nil) { last, event in
            guard let amount = event[Field.amount]?.integer else { return last }
            if let last, event.effectiveDate < last.day { return last }
            return (event.effectiveDate, amount, event.person)
        }
    }

    func event(_ bank: Account, person: String) -> Event {
        Event(
            entity: Self.entity(bank, day), kind: Kind.line, person: person, effectiveDate: day,
            fields: [
                .init(Field.key, .text(key)), .init(Field.amount, .integer(amount)),
                .init(Field.text, .text(text)),
            ])
    }

    static func balance(_ bank: Account, _ amount: Int64, person: String, day: Day) -> Event {
        Event(
            entity: entity(bank, day), kind: Kind.balance, person: person, effectiveDate: day,
            fields: [.init(Field.amount, .integer(amount))])
    }
}

package enum BankAct: Codable, Hashable, Sendable {
    /// Lines of a statement; those that are known are left out.
    case lines(bank: String, [BankRow])
    /// What the statement says is there at the end of a day.
    case balance(bank: String, amount: String)

    var bank: String {
        switch self {
        case .lines(let bank, _), .balance(let bank, _): bank
        }
    }
}

package struct BankRow: Codable, Hashable, Sendable {
    package var date: String
    package var amount: String
    package var text: String
    /// The bank's own reference.
    package var reference: String?
    /// Of lines that are alike and have no reference: which of them.
    package var ordinal: Int

    package init(
        date: String, amount: String, text: String, reference: String? = nil, ordinal: Int = 1
    ) {
        self.ordinal = ordinal
        self.date = date
        self.amount = amount
        self.text = text
        self.reference = reference
    }
}
