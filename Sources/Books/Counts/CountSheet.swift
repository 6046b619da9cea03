package import Replica

/// A stocktake sheet: a fold over its events in the order of time. Counts add up, as scans do; a
/// recount begins an item anew.
package struct CountSheet: Hashable, Sendable {
    package enum State: String, Sendable {
        case open, posted, cancelled, reversed
    }

    /// What becomes of goods on the shelf that nobody counted.
    package enum Uncounted: String, CaseIterable, Sendable {
        case keep, empty
    }

    package struct Line: Hashable, Sendable {
        /// Base units.
        package var counted: Int64 = 0
        package var people: [String] = []
        /// Counted from the beginning so many times more.
        package var recounts = 0
        /// Who accepted the difference, the last one behind.
        package var approvers: [String] = []
    }

    package let number: DocumentNumber
    package let location: String
    /// The day that the shelf is counted for.
    package let day: Day
    package let openedBy: String
    /// Does it hide from those who count what is expected?
    package let isBlind: Bool
    package let uncounted: Uncounted
    /// A greater difference of an item, in its units, is to be recounted or approved; as typed.
    package let tolerance: String?
    /// As well a difference worth more, in minor units.
    package let toleranceValue: Int64?
    /// Who has to approve differences, by what all of them are worth.
    package let workflow: Workflow
    /// The only items on it; all of the location where empty.
    package let items: [String]
    package private(set) var state = State.open
    package private(set) var lines: [ItemCode: Line] = [:]

    package static func entity(_ number: DocumentNumber) -> String {
        Event.countPrefix + number.description
    }

    package static func number(ofEntity entity: String) -> DocumentNumber? {
        guard entity.utf8.starts(with: Event.countPrefix.utf8) else { return nil }
        return DocumentNumber(entity.dropFirst(Event.countPrefix.count)).flatMap {
            $0.kind == .count ? $0 : nil
        }
    }

    package enum Kind {
        package static let opened = Event.openingKind, counted = "counted"
        package static let recounted = "recounted", approved = "approved"
        package static let posted = "posted", cancelled = "cancelled"
        package static let reversed = "reversed"
        /// In the branch's money: what the counted goods are worth.
        package static let priced = "priced"
    }

    enum Field {
        static let location = "location", blind = "blind", uncounted = "uncounted"
        static let tolerance = "tolerance", toleranceValue = "tolerance-value"
        static let reason = "reason", memo = "memo", workflow = "workflow"
        /// An item on the sheet, where it is not the whole location.
        static let item = "item"
    }

    /// Nil where it was never opened.
    package init?(_ number: DocumentNumber, _ events: [Event]) {
        guard let opened = events.first(where: { $0.kind == Kind.opened }) else { return nil }
        self.number = number
        location = opened[Field.location]?.text ?? LocationFacts.main
        day = opened.effectiveDate
        openedBy = opened.person
        isBlind = opened[Field.blind]?.integer == 1
        uncounted =
            opened[Field.uncounted]?.text.flatMap { Uncounted(rawValue: $0) } ?? .keep
        tolerance = opened[Field.tolerance]?.text
        toleranceValue = opened[Field.toleranceValue]?.integer
        workflow = Workflow(version: 0, text: opened[Field.workflow]?.text ?? "")
        items = events.filter { $0.kind == Kind.opened }.flatMap(\.fields)
            .filter { $0.name == Field.item }.compactMap(\.value.text)
        for event in events { apply(event) }
    }

    private mutating func apply(_ event: Event) {
        switch event.kind {
        // What was posted has moved goods: it stands against a cancellation beside it.
        case Kind.posted where state != .reversed: state = .posted
        case Kind.reversed: state = .reversed
        case Kind.cancelled where state == .open: state = .cancelled
        case Kind.counted:
            for (item, count) in Self.counts(event) {
                lines[item, default: Line()].add(count, by: event.person)
            }
        case Kind.recounted:
            for (item, count) in Self.counts(event) {
                var line = Line()
                line.recounts = (lines[item]?.recounts ?? -1) + 1
                line.add(count, by: event.person)
                lines[item] = line
            }
        case Kind.approved:
            // What was counted beside the approval is another figure, which nobody looked at.
            for (item, count) in Self.counts(event) where lines[item]?.counted == count {
                lines[item]?.approvers.append(event.person)
            }
        default: break
        }
    }

    /// The shelf that a posted event is about.
    package static func location(_ event: Event) -> String {
        event[Field.location]?.text ?? LocationFacts.main
    }

    /// What was posted of a sheet, for its reversal.
    package static func posted(_ events: [Event]) -> [ItemCode] {
        events.filter { $0.kind == Kind.posted }.flatMap { counts($0).map(\.0) }
    }

    /// Items and figures of an event; fields that name no item are passed over.
    package static func counts(_ event: Event) -> [(ItemCode, Int64)] {
        counts(event.fields)
    }

    package static func counts(_ fields: [Event.Field]) -> [(ItemCode, Int64)] {
        fields.compactMap { field in
            guard case .item(let item)? = Commodity(field.name), let count = field.value.integer
            else { return nil }
            return (item, count)
        }
    }
}

extension CountSheet.Line {
    fileprivate mutating func add(_ count: Int64, by person: String) {
        let (sum, over) = counted.addingReportingOverflow(count)
        counted = over ? .max : sum
        if !people.contains(person) { people.append(person) }
        approvers = []
    }
}

/// What a priced count says that goods are worth: `value` minor units for `quantity` base units.
package struct CountPrice: Hashable, Sendable {
    package let value: Int64
    /// Positive.
    package let quantity: Int64

    package init(value: Int64, quantity: Int64) {
        self.value = value
        self.quantity = quantity
    }

    package var text: String { "\(value),\(quantity)" }

    package init?(_ text: String) {
        let figures = text.split(separator: ",", omittingEmptySubsequences: false)
        guard figures.count == 2, let value = Int64(figures[0]), value >= 0,
            let quantity = Int64(figures[1]), quantity > 0
        else { return nil }
        self.init(value: value, quantity: quantity)
    }
}
