package import Replica

/// A company's books up to a day, sealed: closes that nobody opens again. Events of `seal/<day>` in the catalog, by
/// administrators.
package struct Seal: Hashable, Sendable {
    package let day: Day
    /// What was closed, of each branch.
    package private(set) var closes: Set<DocumentNumber> = []
    /// Branches that had not closed when it was sealed without them.
    package private(set) var absent: Set<BranchCode> = []
    package let person: String
    package let sealedOn: Day
    /// Of what whoever sealed held of every scope.
    package let state: String
    /// Another person at another node, where branches were absent.
    package let confirmedBy: String?
    package let confirmedOn: Day?
    /// Branches that did not answer, and whose books are closed up to the day: two administrators agreed. Of several that
    /// closed one branch beside each other that of the lowest key first.
    package private(set) var closings: [Closing] = []
    /// The same, when another administrator agrees.
    package private(set) var offered: [Closing] = []

    /// What an event is, and the node that wrote it.
    package struct Said: Sendable {
        package let event: Event
        package let author: NodeID

        package init(event: Event, author: NodeID) {
            self.event = event
            self.author = author
        }
    }

    /// To agree that branches are closed is an administrator's alone.
    enum Kind {
        static let sealed = "sealed", confirmed = Event.agreementKind, closed = "closed"
    }

    private enum Field { static let close = "close:", absent = "absent:", state = "state" }

    /// Numbers in one field, and so that an event has room for them and for who is absent.
    private static let closesInField = 90
    package static let closesMax = 1_200
    package static let absentMax = 48

    package static func entity(_ day: Day) -> String { Event.sealPrefix + day.description }

    package static func day(ofEntity entity: String) -> Day? {
        guard entity.utf8.starts(with: Event.sealPrefix.utf8) else { return nil }
        return Day(entity.dropFirst(Event.sealPrefix.count))
    }

    /// Of several who sealed beside each other all closes are sealed, and whoever was absent for all is absent. Nil where
    /// nobody did.
    package init?(_ day: Day, _ said: [Said]) {
        let sealed = said.filter { $0.event.kind == Kind.sealed }
        guard let first = sealed.first else { return nil }
        self.day = day
        person = first.event.person
        sealedOn = first.event.effectiveDate
        state = first.event[Field.state]?.text ?? ""
        var absent: Set<BranchCode>?
        for (place, one) in sealed.enumerated() {
            var those: Set<BranchCode> = []
            for field in one.event.fields {
                if field.name.hasPrefix(Field.close) {
                    for text in (field.value.text ?? "").split(separator: " ") {
                        guard let number = DocumentNumber(text), number.kind == .close else {
                            continue
                        }
                        closes.insert(number)
                    }
                } else if field.name.hasPrefix(Field.absent),
                    let branch = BranchCode(field.name.dropFirst(Field.absent.count))
                {
                    those.insert(branch)
                }
            }
            absent = place == 0 ? those : absent?.intersection(those)
        }
        self.absent = absent ?? []
        func isAnother(_ one: Said, than other: Said) -> Bool {
            one.author != other.author && one.event.person != other.event.person
        }
        let second = said.first { one in
            [Kind.confirmed, Kind.closed].contains(one.event.kind)
                && sealed.contains { isAnother(one, than: $0) }
        }
        confirmedBy = second?.event.person
        confirmedOn = second?.event.effectiveDate
        for one in sealed {
            let isAgreed = said.contains {
                $0.event.kind == Kind.closed && isAnother($0, than: one)
            }
            let those = Self.closings(one)
            if isAgreed { closings += those } else { offered += those }
        }
        closings.sort { ($0.branch, $0.author) < ($1.branch, $1.author) }
        self.absent.formUnion(closings.map(\.branch))
    }

    /// Does it hold? Without a branch it takes two people, at two nodes.
    package var holds: Bool { absent.isEmpty || confirmedBy != nil }

    static func sealing(
        _ day: Day, closes: [DocumentNumber], absent: [BranchCode],
        closing: [Event.Field] = [], state: String, person: String, on today: Day
    ) -> Event {
        Event(
            entity: entity(day), kind: Kind.sealed, person: person, effectiveDate: today,
            fields: [.init(Field.state, .text(state))]
                + stride(from: 0, to: closes.count, by: closesInField).map { first in
                    let those = closes[first..<min(first + closesInField, closes.count)]
                    return .init(
                        "\(Field.close)\(first)",
                        .text(those.map(\.description).joined(separator: " ")))
                } + absent.map { .init(Field.absent + $0.text, .integer(1)) } + closing)
    }

    /// - Parameter closes: an administrator agrees that the branches that were left out are closed.
    static func confirming(
        _ day: Day, closes: Bool = false, person: String, on today: Day
    ) -> Event {
        Event(
            entity: entity(day), kind: closes ? Kind.closed : Kind.confirmed, person: person,
            effectiveDate: today)
    }
}

/// What administrators do with a company's period.
package enum SealAct: Codable, Hashable, Sendable {
    /// All branches but those have closed up to the day; when another administrator agrees, they are closed with it.
    case seal(through: String, absent: [String])
    /// Somebody else, at a node that may write a branch's money, agrees that branches were left out.
    case confirm(through: String)
}
