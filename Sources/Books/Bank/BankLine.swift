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
    /// How often it was struck before it was read for this time.
    package let round: Int64

    package static let keyBytesMax = 64
    package static let textBytesMax = 500

    /// More nobody strikes.
    static let roundsMax: Int64 = 1_000

    package enum Kind {
        package static let line = "line"
        static let balance = "balance", struck = "struck"
    }
    private enum Field {
        static let key = "key", amount = "amount", text = "text", currency = "currency"
        static let round = "round", reason = "reason"
    }

    package static func prefix(_ bank: Account) -> String {
        guard case .branch(let branch) = bank.place else { return Event.bankPrefix }
        return "\(Event.bankPrefix)\(branch)/\(bank.rest)/"
    }

    package static func entity(_ bank: Account, _ day: Day) -> String {
        prefix(bank) + String(day.description.dropLast(3))
    }

    package init(
        key: String, day: Day, amount: Int64, text: String, currency: CurrencyCode? = nil,
        round: Int64 = 0
    ) {
        self.round = round
        self.currency = currency
        self.key = key
        self.day = day
        self.amount = amount
        self.text = text
    }

    /// Tells it from every other line of the bank that is of its currency.
    package var id: String { "\(day) \(key)" }

    /// As people name it at its bank: eight digits.
    package var name: String {
        let digits = String(UInt32(truncatingIfNeeded: id.fnv1a), radix: 16)
        return String(repeating: "0", count: 8 - digits.count) + digits
    }

    /// Of a month, those that stand; what two imported beside each other is there once.
    package static func lines(_ events: [Event]) -> [BankLine] {
        let struck = strikes(events)
        return last(events).filter { struck[Place($0)] == nil }
    }

    /// Of a month, those that were struck and were not read since, each with who said so first.
    package static func struck(_ events: [Event]) -> [(line: BankLine, by: Strike)] {
        let struck = strikes(events)
        return last(events).compactMap { line in struck[Place(line)].map { (line, $0) } }
    }

    /// Who struck a line, and why.
    package struct Strike: Hashable, Sendable {
        package let person: String
        package let day: Day
        package let reason: String
    }

    private struct Place: Hashable {
        let key: String
        let round: Int64

        init(_ line: BankLine) { (key, round) = (line.key, line.round) }

        init?(_ event: Event) {
            let round = event[Field.round]
            guard let key = event[Field.key]?.text,
                let number = round == nil ? 0 : round?.integer,
                (0...BankLine.roundsMax).contains(number)
            else { return nil }
            (self.key, self.round) = (key, number)
        }
    }

    /// Each once, as it was read last.
    private static func last(_ events: [Event]) -> [BankLine] {
        var found: [BankLine] = []
        var places: [String: Int] = [:]
        for event in events {
            guard event.kind == Kind.line, let place = Place(event),
                let amount = event[Field.amount]?.integer, amount != .min, let said = said(event),
                // Of another month it would be struck where it does not stand.
                event.entity.utf8.suffix(7).elementsEqual(
                    event.effectiveDate.description.utf8.prefix(7))
            else { continue }
            let line = BankLine(
                key: place.key, day: event.effectiveDate, amount: amount,
                text: event[Field.text]?.text ?? "", currency: said.code, round: place.round)
            if let known = places[line.key] {
                if found[known].round < line.round { found[known] = line }
            } else {
                places[line.key] = found.count
                found.append(line)
            }
        }
        return found
    }

    private static func strikes(_ events: [Event]) -> [Place: Strike] {
        var found: [Place: Strike] = [:]
        for event in events where event.kind == Kind.struck {
            guard let place = Place(event), found[place] == nil else { continue }
            found[place] = Strike(
                person: event.person, day: event.effectiveDate,
                reason: event[Field.reason]?.text ?? "")
        }
        return found
    }

    /// Nil where what was said makes no sense; no code for the book's own.
    private static func said(_ event: Event) -> (code: CurrencyCode?, isNamed: Bool)? {
        guard let value = event[Field.currency] else { return (nil, false) }
        return value.text.flatMap { CurrencyCode($0) }.map { ($0, true) }
    }

    /// Of which currencies lines that stand, and balances, are, the book's own among them as nil.
    package static func currencies(_ events: [Event]) -> Set<CurrencyCode?> {
        var found = Set(lines(events).map(\.currency))
        for event in events where event.kind == Kind.balance {
            if let said = said(event) { found.insert(said.code) }
        }
        return found
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
            ] + Self.fields(currency) + rounds)
    }

    private var rounds: [Event.Field] {
        round == 0 ? [] : [.init(Field.round, .integer(round))]
    }

    /// It is none of this bank's.
    func strike(_ bank: Account, reason: String, person: String, on today: Day) -> Event {
        Event(
            entity: Self.entity(bank, day), kind: Kind.struck, person: person,
            effectiveDate: today,
            fields: [.init(Field.key, .text(key)), .init(Field.reason, .text(reason))] + rounds)
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
    /// Lines that are none of this bank's; the memo says why.
    case strike(bank: String, lines: [String])

    var bank: String {
        switch self {
        case .lines(let bank, _), .balance(let bank, _), .strike(let bank, _): bank
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
