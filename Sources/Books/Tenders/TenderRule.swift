package import Replica

/// What the company knows of what takes money beside drawers: a card, WeChat, Alipay. The entity `tender/<branch>/<name>`
/// of the catalog.
package struct TenderRule: Hashable, Sendable {
    package let branch: BranchCode
    package let name: String
    /// Of what was taken, in millionths: 0.6 % is 6,000.
    package let feeMillionths: Int64
    /// After how many days the money is at the bank.
    package let days: Int32
    package let bank: String?

    package enum Attribute {
        package static let fee = "fee", days = "days", bank = "bank"
    }

    package static let prefix = "tender/"
    package static let daysMax: Int32 = 365

    package static func entity(_ branch: BranchCode, _ name: String) -> String {
        "\(prefix)\(branch)/\(name)"
    }

    package init?(entity: String, values: [String: [Value]]) {
        let rest = entity.dropFirst(Self.prefix.count)
        guard entity.hasPrefix(Self.prefix), let slash = rest.firstIndex(of: "/"),
            let branch = BranchCode(rest[..<slash]), !values.isEmpty,
            Account("tender/\(branch)/\(rest[rest.index(after: slash)...])") != nil
        else { return nil }
        self.branch = branch
        name = String(rest[rest.index(after: slash)...])
        // Any peer may have written any figure.
        feeMillionths = min(max(values[Attribute.fee]?.last?.integer ?? 0, 0), 1_000_000)
        days = Int32(
            min(max(values[Attribute.days]?.last?.integer ?? 1, 0), Int64(Self.daysMax)))
        bank = values[Attribute.bank]?.last?.text
    }

    package func fee(of gross: Int64) throws -> Int64 {
        try Amount.divide(Int128(gross) * Int128(feeMillionths), by: 1_000_000)
    }
}

/// Figures that are nil stay as they are.
package struct TenderChange: Codable, Hashable, Sendable {
    package var branch: String?
    package var name: String
    /// Percent.
    package var fee: String?
    package var days: String?
    package var bank: String?

    package init(
        branch: String? = nil, name: String, fee: String? = nil, days: String? = nil,
        bank: String? = nil
    ) {
        self.branch = branch
        self.name = name
        self.fee = fee
        self.days = days
        self.bank = bank
    }
}

/// What a tender took on a day is at the bank, less its fee.
package struct TenderSettlement: Codable, Hashable, Sendable {
    package var tender: String
    package var day: String
    /// Before the fee; all that is open of the day where nil.
    package var gross: String?
    /// By the tender's rule where nil.
    package var fee: String?
    /// A bank, where not the one of its rule.
    package var bank: String?

    package init(
        tender: String, day: String, gross: String? = nil, fee: String? = nil, bank: String? = nil
    ) {
        self.tender = tender
        self.day = day
        self.gross = gross
        self.fee = fee
        self.bank = bank
    }
}

/// What a document says it settled of a tender: the event of `clearing/<payment>`.
package struct Clearing: Hashable, Sendable {
    package let number: DocumentNumber
    package let tender: Account
    /// The day on which it was taken.
    package let day: Day
    package let gross: Int64
    package let fee: Int64
    package let person: String

    static let kind = "settled"

    private enum Field {
        static let tender = "tender", day = "day", gross = "gross", fee = "fee"
    }

    package static func entity(_ number: DocumentNumber) -> String {
        Event.clearingPrefix + number.description
    }

    package init?(_ number: DocumentNumber, _ events: [Event]) {
        guard number.kind == .payment, let event = events.first(where: { $0.kind == Self.kind }),
            let tender = event[Field.tender]?.text.flatMap({ Account($0) }),
            tender.root == .tender, tender.place == .branch(number.series.branch),
            let day = event[Field.day]?.text.flatMap({ Day($0) }),
            let gross = event[Field.gross]?.integer, let fee = event[Field.fee]?.integer
        else { return nil }
        self.number = number
        self.tender = tender
        self.day = day
        self.gross = gross
        self.fee = fee
        person = event.person
    }

    static func event(
        _ number: DocumentNumber, tender: Account, day: Day, gross: Int64, fee: Int64,
        person: String, on today: Day
    ) -> Event {
        Event(
            entity: entity(number), kind: kind, person: person, effectiveDate: today,
            fields: [
                .init(Field.tender, .text(tender.name)), .init(Field.day, .text(day.description)),
                .init(Field.gross, .integer(gross)), .init(Field.fee, .integer(fee)),
            ])
    }

    /// By what it is found.
    package var key: String { Self.key(tender, day) }
    package static func key(_ tender: Account, _ day: Day) -> String { "\(tender) \(day)" }
}
