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
    /// Of which currency the amount is; the book's own where nil.
    package let currency: CurrencyCode?

    package static let keyBytesMax = 64
    package static let textBytesMax = 500

    enum Kind { static let line = "line", balance = "balance" }
    private enum Field {
        static let key = "key", amount = "amount", text = "text", currency = "currency"
    }

    package static func prefix(_ bank: Account) -> String {
        guard case .branch(let branch) = bank.place else { return Event.bankPrefix }
        return "\(Event.bankPrefix)\(branch)/\(bank.rest)/"
    }

    package static func entity(_ bank: Account, _ day: Day) -> String {
        prefix(bank) + String(day.description.dropLast(3))
    }

    package init(
        key: String, day: Day, amount: Int64, text: String, currency: CurrencyCode? = nil
    ) {
        self.currency = currency
        self.key = key
        self.day = day
        self.amount = amount
        self.text = text
    }

    /// Tells it from every other line of the bank that is of its currency.
    package var id: String { "\(day) \(key)" }

    /// Of a month; what two imported beside each other is there once.
    package static func lines(_ events: [Event]) -> [BankLine] {
        var seen: Set<String> = []
        return events.compactMap { event in
            guard event.kind == Kind.line, let key = event[Field.key]?.text,
                let amount = event[Field.amount]?.integer, amount != .min,
                let said = said(event), seen.insert(key).inserted
            else { return nil }
            return BankLine(
                key: key, day: event.effectiveDate, amount: amount,
                text: event[Field.text]?.text ?? "", currency: said.code)
        }
    }

    /// Nil where what was said makes no sense; no code for the book's own.
    private static func said(_ event: Event) -> (code: CurrencyCode?, isNamed: Bool)? {
        guard let value = event[Field.currency] else { return (nil, false) }
        return value.text.flatMap { CurrencyCode($0) }.map { ($0, true) }
    }

    /// Of which currencies lines and balances are, the book's own among them as nil.
    package static func currencies(_ events: [Event]) -> Set<CurrencyCode?> {
        events.reduce(into: []) { found, event in
            if let said = said(event) { found.insert(said.code) }
        }
    }

    /// The last balance of a currency that a statement told, by its day.
    package static func balance(
        _ events: [Event], of isAsked: (CurrencyCode?) -> Bool
    ) -> (day: Day, amount: Int64, person: String)? {
        // Of one day the last word.
        events.filter { $0.kind == Kind.balance }.reduce(nil) { last, event in
            guard let amount = event[Field.amount]?.integer, let said = said(event),
                isAsked(said.code)
            else { return last }
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
            ] + Self.fields(currency))
    }

    private static func fields(_ currency: CurrencyCode?) -> [Event.Field] {
        currency.map { [.init(Field.currency, .text($0.text))] } ?? []
    }

    static func balance(
        _ bank: Account, _ amount: Int64, in currency: CurrencyCode?, person: String, day: Day
    ) -> Event {
        Event(
            entity: entity(bank, day), kind: Kind.balance, person: person, effectiveDate: day,
            fields: [.init(Field.amount, .integer(amount))] + fields(currency))
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
