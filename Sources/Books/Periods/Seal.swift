package import Replica

/// A company's books up to a day, sealed: closes that nobody opens again. Events of `seal/<day>` in the catalog: what one
/// administrator sealed, and who agreed.
///
/// What is sealed rests on the word of a principal administrator: it seals, or agrees to what another sealed. Where branches
/// are absent it takes two people, at two nodes.
package struct Seal: Hashable, Sendable {
    package let day: Day
    /// Of the words and of who said them: what others agree to.
    package let digest: [UInt8]
    package let author: NodeID
    package let person: String
    package let sealedOn: Day
    /// Of what whoever sealed held of every scope.
    package let state: String
    /// What was closed, of each branch: the very words of each close.
    package let closes: [Close]
    /// Branches that had not closed when it was sealed without them.
    package let absent: Set<BranchCode>
    /// Branches that did not answer, and whose books are closed up to the day.
    package let closings: [Closing]
    /// A principal administrator's: another one's counts when a principal one agrees.
    package let isPrincipals: Bool
    package private(set) var standing = Standing.waits
    /// Who agreed.
    package private(set) var confirmedBy: String?
    /// Among all words: where that of the principal administrator stands.
    private var place: Int

    package enum Standing: Hashable, Sendable {
        case holds, waits
        /// A principal administrator sealed or agreed to something else, while nobody had agreed to this.
        case withdrawn
    }

    package var holds: Bool { standing == .holds }

    /// One close: its number, and the beginning of its digest, which `PeriodClose` has.
    package struct Close: Hashable, Comparable, Sendable {
        package let number: DocumentNumber
        package let digest: [UInt8]

        package init(number: DocumentNumber, digest: [UInt8]) {
            self.number = number
            self.digest = Array(digest.prefix(Self.digestBytes))
        }

        /// A second of 128 bits is not found by whoever wrote the first.
        static let digestBytes = 16

        package func names(_ close: PeriodClose) -> Bool {
            close.number == number && close.digest.prefix(Self.digestBytes).elementsEqual(digest)
        }

        package static func < (a: Self, b: Self) -> Bool {
            a.number == b.number
                ? a.digest.lexicographicallyPrecedes(b.digest) : a.number < b.number
        }
    }

    /// What an event is, the node that wrote it, and whether that was a principal administrator's there.
    package struct Said: Sendable {
        package let event: Event
        package let author: NodeID
        package let isPrincipals: Bool

        package init(event: Event, author: NodeID, isPrincipals: Bool) {
            self.event = event
            self.author = author
            self.isPrincipals = isPrincipals
        }
    }

    /// To agree that branches are closed is an administrator's alone.
    enum Kind {
        static let sealed = "sealed", confirmed = Event.agreementKind, closed = "closed"
    }

    private enum Field {
        static let close = "close:", absent = "absent:", state = "state"
        static let agreed = "agreed:", withdrawn = "withdrawn:", principal = "principal"
    }

    /// Closes in one field, and so that an event has room for them and for who is absent.
    private static let closesInField = 50
    package static let closesMax = 480
    package static let absentMax = 48

    package static func entity(_ day: Day) -> String { Event.sealPrefix + day.description }

    package static func day(ofEntity entity: String) -> Day? {
        guard entity.utf8.starts(with: Event.sealPrefix.utf8) else { return nil }
        return Day(entity.dropFirst(Event.sealPrefix.count))
    }

    private init?(_ said: Said, at place: Int) {
        guard said.event.kind == Kind.sealed, let day = Self.day(ofEntity: said.event.entity) else {
            return nil
        }
        self.day = day
        digest = said.event.digest(by: said.author)
        author = said.author
        person = said.event.person
        sealedOn = said.event.effectiveDate
        state = said.event[Field.state]?.text ?? ""
        var closes: Set<Close> = []
        var absent: Set<BranchCode> = []
        for field in said.event.fields {
            if field.name.utf8.starts(with: Field.close.utf8) {
                closes.formUnion(Self.closes(field.value.text ?? ""))
            } else if field.name.utf8.starts(with: Field.absent.utf8),
                let branch = BranchCode(field.name.dropFirst(Field.absent.count))
            {
                absent.insert(branch)
            }
        }
        self.closes = closes.sorted()
        self.absent = absent
        closings = Self.closings(said).filter { absent.contains($0.branch) }
        isPrincipals = said.isPrincipals && said.event[Field.principal]?.integer == 1
        self.place = place
    }

    /// `<number>:<hex>`, apart by spaces; what cannot be read names nothing.
    private static func closes(_ text: String) -> [Close] {
        text.utf8.split(separator: UInt8(ascii: " ")).compactMap { word in
            let parts = word.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
            guard parts.count == 2, let number = DocumentNumber(Substring(parts[0])),
                number.kind == .close, let digest = [UInt8](hex: String(Substring(parts[1]))),
                digest.count == Close.digestBytes
            else { return nil }
            return Close(number: number, digest: digest)
        }
    }

    /// All that was ever sealed, in the order in which it counts: by days, and of one day as principal administrators said it.
    ///
    /// Law: nobody but a principal administrator can make anything count before what counts already: what others seal counts
    /// from its word on, and what such a one sealed and nobody had agreed to the next such word withdraws.
    /// Cost: linear in what was said.
    ///
    /// - Parameter said: in the order of time, whatever order it came in.
    package static func all(_ said: [Said]) -> [Seal] {
        var seals: [Seal] = []
        var known: Set<[UInt8]> = []
        for (place, one) in said.enumerated() {
            guard let seal = Seal(one, at: place), known.insert(seal.digest).inserted else {
                continue
            }
            seals.append(seal)
        }
        var withdrawn: Set<[UInt8]> = []
        var answers: [[UInt8]: [(place: Int, said: Said)]] = [:]
        for (place, one) in said.enumerated() {
            if one.isPrincipals {
                withdrawn.formUnion(digests(of: one.event, named: Field.withdrawn) ?? [])
            }
            for digest in agreed(one.event) where known.contains(digest) {
                answers[digest, default: []].append((place, one))
            }
        }
        for index in seals.indices {
            let isWithdrawn = withdrawn.contains(seals[index].digest)
            seals[index].settle(answers[seals[index].digest] ?? [], isWithdrawn: isWithdrawn)
        }
        return seals.sorted { ($0.day, $0.place) < ($1.day, $1.place) }
    }

    private mutating func settle(_ answers: [(place: Int, said: Said)], isWithdrawn: Bool) {
        let first = answers.first {
            isAnswered(by: $0.said.event, of: $0.said.author, isPrincipals: $0.said.isPrincipals)
        }
        if let first, !isPrincipals { place = first.place }
        confirmedBy = first?.said.event.person
        if isPrincipals && isWithdrawn {
            standing = .withdrawn
        } else if first != nil || isPrincipals && absent.isEmpty {
            standing = .holds
        }
    }

    /// Does it count when somebody says so? It takes another person at another node, a principal administrator where its author
    /// is none, and an administrator where branches are closed with it.
    package func isAnswered(by event: Event, of author: NodeID, isPrincipals: Bool) -> Bool {
        guard author != self.author, event.person != person, isPrincipals || self.isPrincipals
        else { return false }
        return event.kind == Kind.closed || event.kind == Kind.confirmed && closings.isEmpty
    }

    /// Can this event change what counts? What says nothing of a seal that waits cannot.
    package static func matters(
        _ event: Event, of author: NodeID, isPrincipals: Bool, to waiting: [Seal]
    ) -> Bool {
        guard event.kind != Kind.sealed else { return true }
        if isPrincipals, digests(of: event, named: Field.withdrawn) != [] { return true }
        let agreed = agreed(event)
        return waiting.contains {
            agreed.contains($0.digest)
                && $0.isAnswered(by: event, of: author, isPrincipals: isPrincipals)
        }
    }

    static func sealing(
        _ day: Day, closes: [Close], absent: [BranchCode],
        closing: [Event.Field] = [], isPrincipals: Bool, withdrawing: [[UInt8]] = [],
        state: String, person: String, on today: Day
    ) -> Event {
        Event(
            entity: entity(day), kind: Kind.sealed, person: person, effectiveDate: today,
            fields: [.init(Field.state, .text(state))]
                + (isPrincipals ? [.init(Field.principal, .integer(1))] : [])
                + fields(withdrawing, named: Field.withdrawn)
                + stride(from: 0, to: closes.count, by: closesInField).map { first in
                    let those = closes[first..<min(first + closesInField, closes.count)]
                    return .init(
                        "\(Field.close)\(first)",
                        .text(
                            those.map { "\($0.number):\($0.digest.hex)" }.joined(separator: " ")))
                } + absent.map { .init(Field.absent + $0.text, .integer(1)) } + closing)
    }

    /// - Parameters:
    ///   - closes: an administrator agrees that the branches that were left out are closed.
    ///   - digest: what was sealed, word for word.
    ///   - withdrawing: what principal administrators sealed, and nobody agreed to.
    static func confirming(
        _ day: Day, _ digest: [UInt8], closes: Bool = false, withdrawing: [[UInt8]] = [],
        person: String, on today: Day
    ) -> Event {
        Event(
            entity: entity(day), kind: closes ? Kind.closed : Kind.confirmed, person: person,
            effectiveDate: today,
            fields: fields([digest], named: Field.agreed)
                + fields(withdrawing, named: Field.withdrawn))
    }

    private static func agreed(_ event: Event) -> Set<[UInt8]> {
        guard event.kind != Kind.sealed else { return [] }
        return Set(digests(of: event, named: Field.agreed) ?? [])
    }
}

/// What administrators do with a company's period.
package enum SealAct: Codable, Hashable, Sendable {
    /// All branches but those have closed up to the day; where another administrator reads them and agrees, they are closed with it.
    case seal(through: String, absent: [String])
    /// Somebody else agrees to what was sealed; where more than one waits, `seal` begins its digest.
    case confirm(through: String, seal: String? = nil)
}
