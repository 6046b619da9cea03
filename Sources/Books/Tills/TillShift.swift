package import Replica

/// A till shift: drawers counted when it begins and when it ends. A fold over its events.
package struct TillShift: Hashable, Sendable {
    /// One drawer: what was counted in it, and what the books had, in minor units.
    package struct Count: Hashable, Sendable {
        package var counted: Int64
        package var booked: Int64
        package var difference: Int128 { Int128(counted) - Int128(booked) }
    }

    package let number: DocumentNumber
    package let openedBy: String
    package let day: Day
    package private(set) var opening: [String: Count] = [:]
    package private(set) var closing: [String: Count] = [:]
    package private(set) var closedBy: String?
    package private(set) var closedOn: Day?

    package enum Kind {
        package static let opened = Event.openingKind, closed = Event.closingKind
    }

    enum Field { static let counted = "counted:", booked = "booked:" }

    package static let prefix = Event.shiftPrefix

    package static func entity(_ number: DocumentNumber) -> String { prefix + number.description }

    package static func number(ofEntity entity: String) -> DocumentNumber? {
        guard entity.utf8.starts(with: prefix.utf8) else { return nil }
        return DocumentNumber(entity.dropFirst(prefix.count)).flatMap {
            $0.kind == .tillShift ? $0 : nil
        }
    }

    /// Nil where it was never opened.
    package init?(_ number: DocumentNumber, _ events: [Event]) {
        guard let opened = events.first(where: { $0.kind == Kind.opened }) else { return nil }
        self.number = number
        openedBy = opened.person
        day = opened.effectiveDate
        opening = Self.counts(opened)
        // Closed twice beside each other: what was said first stands, and both posted what they found.
        guard let closed = events.first(where: { $0.kind == Kind.closed }) else { return }
        (closing, closedBy) = (Self.counts(closed), closed.person)
        closedOn = closed.effectiveDate
    }

    /// The account of a drawer as a shift has it, and the currency of which it was counted: the book's own where nil. Nil
    /// where any peer may have written what is none.
    package static func drawer(
        _ key: String, of branch: BranchCode
    ) -> (account: Account, currency: CurrencyCode?)? {
        let parts = key.split(separator: " ", omittingEmptySubsequences: false)
        guard (1...2).contains(parts.count),
            let account = Account("\(Account.Root.tender.rawValue)/\(branch)/\(parts[0])"),
            account.root == .tender, account.place == .branch(branch)
        else { return nil }
        guard parts.count == 2 else { return (account, nil) }
        return CurrencyCode(parts[1]).map { (account, $0) }
    }

    private static func counts(_ event: Event) -> [String: Count] {
        var counts: [String: Count] = [:]
        for field in event.fields {
            guard let value = field.value.integer else { continue }
            if field.name.hasPrefix(Field.counted) {
                let drawer = String(field.name.dropFirst(Field.counted.count))
                counts[drawer, default: Count(counted: 0, booked: 0)].counted = value
            } else if field.name.hasPrefix(Field.booked) {
                let drawer = String(field.name.dropFirst(Field.booked.count))
                counts[drawer, default: Count(counted: 0, booked: 0)].booked = value
            }
        }
        return counts
    }
}

/// What people do with a till.
package enum TillAct: Codable, Hashable, Sendable {
    /// What is in each drawer now, of each currency that is counted.
    case open([Drawer])
    case close(shift: String, [Drawer])

    package struct Drawer: Codable, Hashable, Sendable {
        package var name: String
        package var amount: String
        /// The book's own where nil.
        package var currency: String?

        /// As a shift has it: `cash`, `cash USD`.
        package var key: String { currency.map { "\(name) \($0)" } ?? name }

        package init(name: String, amount: String, currency: String? = nil) {
            self.currency = currency
            self.name = name
            self.amount = amount
        }
    }
}
