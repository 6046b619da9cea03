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
    /// closed one branch beside each other that of the lowest key counts: one a branch.
    package private(set) var closings: [Closing] = []
    /// What was sealed without branches, and waits for somebody to agree.
    package private(set) var waiting: [Waiting] = []

    /// One who sealed without branches, whose word somebody else has not agreed to, or not to the closings in it.
    package struct Waiting: Hashable, Sendable {
        package let digest: [UInt8]
        package let person: String
        /// Somebody agreed that branches are left out, and nobody yet that they are closed.
        package let isAgreed: Bool
        package let closings: [Closing]
    }

    /// What is closed when another administrator agrees.
    package var offered: [Closing] { waiting.flatMap(\.closings) }

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
        static let sealed = sealedKind, confirmed = Event.agreementKind, closed = "closed"
    }

    package static let sealedKind = "sealed"

    private enum Field {
        static let close = "close:", absent = "absent:", state = "state"
        static let agreed = "agreed:"
    }

    /// Numbers in one field, and so that an event has room for them and for who is absent.
    private static let closesInField = 90
    package static let closesMax = 1_200
    package static let absentMax = 48

    package static func entity(_ day: Day) -> String { Event.sealPrefix + day.description }

    package static func day(ofEntity entity: String) -> Day? {
        guard entity.utf8.starts(with: Event.sealPrefix.utf8) else { return nil }
        return Day(entity.dropFirst(Event.sealPrefix.count))
    }

    /// Of several who sealed beside each other all closes are sealed, and whoever was absent for all is absent. Without a
    /// branch it takes a second word, which is of what one sealed and of nothing that is said later. Nil where nobody sealed.
    package init?(_ day: Day, _ said: [Said]) {
        let sealed = said.filter { $0.event.kind == Kind.sealed }.map { Part($0, said) }
        let standing = sealed.filter { $0.absent.isEmpty || $0.second != nil }
        let nobodyIsAbsent = Self.absentees(sealed).isEmpty
        let counted = standing.isEmpty || nobodyIsAbsent ? sealed : standing
        guard let first = counted.first else { return nil }
        self.day = day
        person = first.said.event.person
        sealedOn = first.said.event.effectiveDate
        state = first.said.event[Field.state]?.text ?? ""
        closes = counted.reduce(into: []) { $0.formUnion($1.closes) }
        let second = counted.lazy.compactMap(\.second).first
        confirmedBy = second?.event.person
        confirmedOn = second?.event.effectiveDate
        var closed: [BranchCode: (digest: [UInt8], closing: Closing)] = [:]
        for part in sealed where part.isClosed {
            for closing in part.closings {
                if let other = closed[closing.branch] {
                    let isFirst =
                        closing.author == other.closing.author
                        ? part.digest.lexicographicallyPrecedes(other.digest)
                        : closing.author < other.closing.author
                    guard isFirst else { continue }
                }
                closed[closing.branch] = (part.digest, closing)
            }
        }
        closings = closed.values.map(\.closing).sorted { $0.branch < $1.branch }
        absent = Self.absentees(counted).union(closed.keys)
        holds = nobodyIsAbsent || !standing.isEmpty
        waiting = sealed.filter {
            !$0.absent.isEmpty && ($0.second == nil || !$0.isClosed && !$0.closings.isEmpty)
        }.map {
            Waiting(
                digest: $0.digest, person: $0.said.event.person, isAgreed: $0.second != nil,
                closings: $0.closings)
        }
    }

    /// What one sealed, and who agreed to that: another person at another node.
    private struct Part {
        let said: Said
        let digest: [UInt8]
        private(set) var closes: Set<DocumentNumber> = []
        private(set) var absent: Set<BranchCode> = []
        let closings: [Closing]
        let second: Said?
        let isClosed: Bool

        init(_ said: Said, _ all: [Said]) {
            self.said = said
            let digest = said.event.digest(by: said.author)
            self.digest = digest
            closings = Seal.closings(said)
            let agreeing = all.filter {
                $0.author != said.author && $0.event.person != said.event.person
                    && [Kind.confirmed, Kind.closed].contains($0.event.kind)
                    && Seal.agreed($0.event).contains(digest)
            }
            second = agreeing.first
            isClosed = agreeing.contains { $0.event.kind == Kind.closed }
            for field in said.event.fields {
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
                    absent.insert(branch)
                }
            }
        }
    }

    private static func absentees(_ parts: [Part]) -> Set<BranchCode> {
        guard let first = parts.first else { return [] }
        return parts.dropFirst().reduce(first.absent) { $0.intersection($1.absent) }
    }

    /// Does it hold? Without a branch it takes two people, at two nodes.
    package let holds: Bool

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

    /// - Parameters:
    ///   - closes: an administrator agrees that the branches that were left out are closed.
    ///   - digests: what was sealed, word for word.
    static func confirming(
        _ day: Day, _ digests: [[UInt8]], closes: Bool = false, person: String, on today: Day
    ) -> Event {
        Event(
            entity: entity(day), kind: closes ? Kind.closed : Kind.confirmed, person: person,
            effectiveDate: today, fields: fields(digests, named: Field.agreed))
    }

    /// How many seals of one day somebody agrees to at once: nobody makes so many.
    static let agreedMax = 64

    private static func agreed(_ event: Event) -> Set<[UInt8]> {
        Set(digests(of: event, named: Field.agreed) ?? [])
    }
}

/// What administrators do with a company's period.
package enum SealAct: Codable, Hashable, Sendable {
    /// All branches but those have closed up to the day; when another administrator agrees, they are closed with it.
    case seal(through: String, absent: [String])
    /// Somebody else, at a node that may write a branch's money, agrees that branches were left out.
    case confirm(through: String)
}
