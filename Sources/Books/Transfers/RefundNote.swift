package import Replica

/// What a branch tells another one of goods that its customer brought back here: the event of `refund/<number>` in
/// the scope between the two, by the branch that took them and gave the money back.
package struct RefundNote: Hashable, Sendable {
    package struct Line: Hashable, Sendable {
        /// Base units.
        package var quantity: Int64
        /// Without tax, in minor units.
        package var net: Int64

        package init(quantity: Int64, net: Int64) {
            self.quantity = quantity
            self.net = net
        }
    }

    package var sale: DocumentNumber
    /// The text of the receipt that was shown.
    package var claim: String
    package var lines: [ItemCode: Line]
    package var tax: Int64
    package var person: String
    package var day: Day

    package static let kind = "refunded"
    private static let saleField = "sale", taxField = "tax", claimField = "claim"
    /// Fields of an event, less those of the sale, the receipt and the tax.
    package static let linesMax = Event.fieldsMax - 3

    /// What was paid back, in minor units.
    package var total: Int128 { lines.values.reduce(Int128(tax)) { $0 + Int128($1.net) } }

    package static func entity(_ number: DocumentNumber) -> String {
        Event.refundPrefix + number.description
    }

    package static func number(ofEntity entity: String) -> DocumentNumber? {
        guard entity.utf8.starts(with: Event.refundPrefix.utf8) else { return nil }
        return DocumentNumber(entity.dropFirst(Event.refundPrefix.count))
    }

    package init(
        sale: DocumentNumber, claim: String, lines: [ItemCode: Line], tax: Int64, person: String,
        day: Day
    ) {
        self.sale = sale
        self.claim = claim
        self.lines = lines
        self.tax = tax
        self.person = person
        self.day = day
    }

    package func event(_ number: DocumentNumber) -> Event {
        Event(
            entity: Self.entity(number), kind: Self.kind, person: person, effectiveDate: day,
            fields: [
                Event.Field(Self.saleField, .text(sale.description)),
                Event.Field(Self.claimField, .text(claim)),
                Event.Field(Self.taxField, .integer(tax)),
            ]
                + lines.sorted { $0.key < $1.key }.map {
                    Event.Field(
                        Commodity.item($0.key).name, .text("\($0.value.quantity) \($0.value.net)"))
                })
    }

    /// The first that makes sense: a number is written once, and a peer may write anything.
    package init?(_ events: [Event]) {
        for event in events where event.kind == Self.kind {
            if let note = Self(event) {
                self = note
                return
            }
        }
        return nil
    }

    private init?(_ event: Event) {
        guard let sale = event[Self.saleField]?.text.flatMap({ DocumentNumber($0) }),
            let tax = event[Self.taxField]?.integer, tax >= 0,
            let claim = event[Self.claimField]?.text
        else { return nil }
        var lines: [ItemCode: Line] = [:]
        for field in event.fields {
            guard case .item(let item)? = Commodity(field.name) else { continue }
            let figures = (field.value.text ?? "").split(separator: " ").map { Int64($0) }
            guard figures.count == 2, let quantity = figures[0], let net = figures[1],
                quantity > 0, net >= 0
            else { return nil }
            lines[item] = Line(quantity: quantity, net: net)
        }
        guard !lines.isEmpty else { return nil }
        self.init(
            sale: sale, claim: claim, lines: lines, tax: tax, person: event.person,
            day: event.effectiveDate)
    }
}
