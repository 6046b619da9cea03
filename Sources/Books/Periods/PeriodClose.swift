package import Replica

/// A branch's books up to a day, closed: said in `trade/<branch>` by who may write its money, with how far every log of
/// the branch was read then. Its document freezes what the cost fold derived.
package struct PeriodClose: Hashable, Sendable {
    package let number: DocumentNumber
    package let through: Day
    /// Of the branch's logs: the last entry that was held.
    package let heads: [LogID: UInt64]
    package let person: String
    package let day: Day
    /// Who opened the period again, and why.
    package let reopened: Reopening?
    /// Administrators sealed it: nobody opens it again, and who did so beside that did not.
    package private(set) var isSealed = false
    /// No document: two administrators closed for a branch that did not answer. The number is none that a document has.
    package private(set) var closing: Seal.Closing?
    /// Made beside such a close, and for no later day: it closes nothing, and what it froze stands after that.
    package private(set) var isBeside = false

    package struct Reopening: Hashable, Sendable {
        package let person: String
        package let day: Day
        package let reason: String
    }

    package enum Event {
        package static let closed = Replica.Event.openingKind, reopened = "reopened"
    }

    private enum Field {
        static let through = "through", heads = "heads:", reason = "reason"
    }

    package static let prefix = Replica.Event.closePrefix

    package static func entity(_ number: DocumentNumber) -> String { prefix + number.description }

    package static func number(ofEntity entity: String) -> DocumentNumber? {
        guard entity.utf8.starts(with: prefix.utf8) else { return nil }
        return DocumentNumber(entity.dropFirst(prefix.count)).flatMap {
            $0.kind == .close ? $0 : nil
        }
    }

    /// A log's id and a seq.
    private static let headBytes = 40
    private static let headsInField = Value.bytesMax / headBytes
    /// So that the event fits an entry with room to spare.
    package static let headsMax = 1_200

    /// The event that says so; nil where there are more logs than an event can name.
    package static func event(
        _ number: DocumentNumber, through: Day, heads: [LogID: UInt64], person: String, day: Day
    ) -> Replica.Event? {
        guard heads.count <= headsMax else { return nil }
        var fields = [Replica.Event.Field(Field.through, .text(through.description))]
        fields += Self.fields(heads, named: Field.heads)
        return Replica.Event(
            entity: entity(number), kind: Event.closed, person: person, effectiveDate: day,
            fields: fields)
    }

    /// Heads as an event names them: `<name>1` and on.
    static func fields(_ heads: [LogID: UInt64], named name: String) -> [Replica.Event.Field] {
        var fields: [Replica.Event.Field] = []
        var rest = heads.filter { $0.value > 0 }.sorted { $0.key < $1.key }[...]
        while !rest.isEmpty {
            var bytes: [UInt8] = []
            for (log, seq) in rest.prefix(headsInField) {
                bytes += log.bytes
                bytes += (0..<8).map { UInt8(truncatingIfNeeded: seq >> (56 - 8 * $0)) }
            }
            rest = rest.dropFirst(headsInField)
            fields.append(.init("\(name)\(fields.count + 1)", .bytes(bytes)))
        }
        return fields
    }

    /// Nil where they cannot be read.
    static func heads(of event: Replica.Event, named name: String) -> [LogID: UInt64]? {
        var heads: [LogID: UInt64] = [:]
        for field in event.fields where field.name.hasPrefix(name) {
            guard case .bytes(let bytes) = field.value, bytes.count % headBytes == 0 else {
                return nil
            }
            for start in stride(from: 0, to: bytes.count, by: headBytes) {
                guard let log = LogID(bytes: bytes[start..<start + 32]) else { return nil }
                heads[log] = bytes[start + 32..<start + 40].reduce(0) { $0 << 8 | UInt64($1) }
            }
        }
        return heads
    }

    /// What a seal closes for a branch that did not answer.
    ///
    /// - Throws: never; nil where the branch can have no series, or there is no day after it.
    package init?(_ closing: Seal.Closing, through: Day) {
        guard let series = Series(branch: closing.branch, letters: "a"),
            through.number < Day.range.upperBound
        else { return nil }
        number = DocumentNumber(
            series: series, kind: .close, year: UInt16(clamping: through.civil.year), running: 0)
        self.through = through
        heads = closing.heads
        person = closing.person
        day = closing.on
        reopened = nil
        isSealed = true
        self.closing = closing
    }

    package static func reopening(
        _ number: DocumentNumber, reason: String, person: String, day: Day
    ) -> Replica.Event {
        Replica.Event(
            entity: entity(number), kind: Event.reopened, person: person, effectiveDate: day,
            fields: [.init(Field.reason, .text(reason))])
    }

    /// Nil where nobody closed anything by this number, or what was said cannot be read.
    package init?(_ number: DocumentNumber, _ events: [Replica.Event]) {
        // Who may say it at all may say what cannot be read: it closes nothing, and hides nothing.
        for event in events where event.kind == Event.closed {
            if let close = Self(number, event, events) {
                self = close
                return
            }
        }
        return nil
    }

    private init?(
        _ number: DocumentNumber, _ closed: Replica.Event, _ events: [Replica.Event]
    ) {
        guard number.kind == .close,
            let through = closed[Field.through]?.text.flatMap({ Day($0) }),
            through.number < Day.range.upperBound
        else { return nil }
        guard let heads = Self.heads(of: closed, named: Field.heads) else { return nil }
        self.number = number
        self.through = through
        self.heads = heads
        person = closed.person
        day = closed.effectiveDate
        reopened = events.first { $0.kind == Event.reopened }.map {
            Reopening(
                person: $0.person, day: $0.effectiveDate, reason: $0[Field.reason]?.text ?? "")
        }
    }

    package var stands: Bool { !isBeside && (reopened == nil || isSealed) }

    package func beside() -> Self {
        var close = self
        close.isBeside = true
        return close
    }

    package func sealed() -> Self {
        var close = self
        close.isSealed = true
        return close
    }

    /// Did who closed the period hold this entry?
    package func covers(_ log: LogID, _ seq: UInt64) -> Bool { heads[log, default: 0] >= seq }
}

extension [PeriodClose] {
    /// The last day that is closed.
    package var through: Day? { lazy.filter(\.stands).map(\.through).max() }

    /// The day on which something stands in the ledger: its own, or, where a close that did not know of it covers
    /// that, the day after the last such close.
    ///
    /// What a sealed close holds stays where it is, whatever a later one had not seen.
    ///
    /// Law: a function of the closes that stand and of where the entry stands, in whatever order they came.
    package func ledgerDay(_ effective: Day, in log: LogID, _ seq: UInt64) -> Day {
        let fixed = lazy.filter {
            $0.isSealed && $0.stands && $0.through >= effective && $0.covers(log, seq)
        }.map(\.through).min()
        return ledgerDay(effective, fixedOn: fixed, in: log, seq)
    }

    /// - Parameter day: that of the first sealed close that holds the entry: later ones move it nowhere.
    private func ledgerDay(
        _ effective: Day, fixedOn day: Day?, in log: LogID, _ seq: UInt64
    ) -> Day {
        let latest = lazy.filter {
            $0.stands && $0.through >= effective && !$0.covers(log, seq)
        }.map(\.through).filter { through in day.map { through < $0 } ?? true }.max()
        return latest.map { Day(number: $0.number &+ 1) } ?? effective
    }

    /// What belongs to a close is of the period that it closes or opens again, unless that was sealed without it.
    package func ledgerDay(
        _ effective: Day, of close: DocumentNumber, isClose: Bool, in log: LogID, _ seq: UInt64
    ) -> Day {
        let sealed = filter { $0.isSealed && !(isClose && $0.number == close) }
        // What a sealed close froze is of its own day, though it cannot name the entry in which it stands.
        let own = lazy.filter {
            isClose && $0.number == close && $0.isSealed && $0.stands && $0.through >= effective
        }.map(\.through).min()
        let fixed = sealed.lazy.filter {
            $0.stands && $0.through >= effective && $0.covers(log, seq)
        }.map(\.through).min()
        let first = [own, fixed].compactMap(\.self).min()
        return sealed.ledgerDay(effective, fixedOn: first, in: log, seq)
    }
}
