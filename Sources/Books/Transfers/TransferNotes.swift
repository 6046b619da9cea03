package import Replica

/// What two branches said of a shipment beside its goods: a fold over the events of `transfer/<number>`
/// in the scope between them.
package struct TransferNotes: Hashable, Sendable {
    /// The day by which it should be taken up; nil where nobody said one.
    package private(set) var due: Day?
    package private(set) var recall: Recall?
    /// What did not come as it was sent, over all arrivals, in base units.
    package private(set) var claims: [ItemCode: Claim] = [:]

    /// The sender asked for the goods back.
    package struct Recall: Hashable, Sendable {
        package let person: String
        package let reason: String
    }

    package struct Claim: Hashable, Sendable {
        /// Did not come.
        package var short: Int64 = 0
        /// Came broken, and stands at the receiver.
        package var damaged: Int64 = 0
        /// Was not taken, and goes back.
        package var returned: Int64 = 0
        /// Came beside what was sent.
        package var surplus: Int64 = 0

        package init(
            short: Int64 = 0, damaged: Int64 = 0, returned: Int64 = 0, surplus: Int64 = 0
        ) {
            self.short = short
            self.damaged = damaged
            self.returned = returned
            self.surplus = surplus
        }

        var isNone: Bool { self == Claim() }

        /// As a field holds it: four whole numbers.
        var text: String { "\(short) \(damaged) \(returned) \(surplus)" }

        init?(_ text: String) {
            let figures = text.split(separator: " ").map { Int64($0) }
            guard figures.count == 4, let short = figures[0], let damaged = figures[1],
                let returned = figures[2], let surplus = figures[3]
            else { return nil }
            self.init(short: short, damaged: damaged, returned: returned, surplus: surplus)
        }

        mutating func add(_ other: Self) {
            // A peer may have written anything; what it makes of it is shown and not reckoned with.
            short &+= other.short
            damaged &+= other.damaged
            returned &+= other.returned
            surplus &+= other.surplus
        }
    }

    package enum Kind {
        package static let sent = "sent", recalled = "recalled", claimed = "claimed"
        /// Which lots were sent.
        package static let lots = "lots"
    }

    enum Field {
        static let due = "due", reason = "reason", arrival = "arrival"
    }

    package static func entity(_ shipment: DocumentNumber) -> String {
        Event.transferPrefix + shipment.description
    }

    package init(_ events: [Event]) {
        for event in events {
            switch event.kind {
            case Kind.sent: due = event[Field.due]?.text.flatMap { Day($0) } ?? due
            case Kind.recalled:
                recall = Recall(person: event.person, reason: event[Field.reason]?.text ?? "")
            case Kind.claimed:
                for field in event.fields {
                    guard field.name.hasPrefix("#"), let item = ItemCode(field.name.dropFirst()),
                        let claim = field.value.text.flatMap({ Claim($0) })
                    else { continue }
                    claims[item, default: Claim()].add(claim)
                }
            default: break
            }
        }
    }

    /// Days from the shipment until it is overdue, where nobody said a day.
    package static let dueDays: Int32 = 7
}
