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
    /// Of the seals that closed something for the branch the place of the one that names it, the first being 0: nobody opens
    /// it again, and who did so beside that did not.
    package private(set) var layer: Int?
    /// No document: two administrators closed for a branch that did not answer. The number is none that a document has.
    package private(set) var closing: Seal.Closing?
    /// Of days that were sealed, and in no seal: it closes nothing, and what it froze stands after them.
    package private(set) var isBeside = false
    /// In no seal, and what was sealed of its branch holds what was said of it: what it posted by then counts as frozen.
    package private(set) var isHeldBySeal = false
    /// Where it was said; nil for what a seal closes.
    package let place: Place?
    /// Of the very words, and of their author: what a seal names.
    package let digest: [UInt8]
    /// Its own documents: how many there are in the logs of its author.
    package let documents: Documents

    package var isSealed: Bool { layer != nil }

    package struct Place: Hashable, Sendable {
        package let author: NodeID
        package let incarnation: UInt64
        package let log: LogID
        package let seq: UInt64

        package init(author: NodeID, incarnation: UInt64, log: LogID, seq: UInt64) {
            self.author = author
            self.incarnation = incarnation
            self.log = log
            self.seq = seq
        }
    }

    package struct Documents: Hashable, Sendable {
        package let trade: Int64
        package let money: Int64

        package init(trade: Int64 = 0, money: Int64 = 0) {
            self.trade = trade
            self.money = money
        }
    }

    /// What was said of a close, and where.
    package struct Said {
        package let event: Replica.Event
        package let place: Place?

        package init(event: Replica.Event, place: Place?) {
            self.event = event
            self.place = place
        }
    }

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
        static let trade = "documents:trade", money = "documents:money"
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
        _ number: DocumentNumber, through: Day, heads: [LogID: UInt64],
        documents: Documents = Documents(), person: String, day: Day
    ) -> Replica.Event? {
        guard heads.count <= headsMax else { return nil }
        var fields = [
            Replica.Event.Field(Field.through, .text(through.description)),
            .init(Field.trade, .integer(documents.trade)),
            .init(Field.money, .integer(documents.money)),
        ]
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
        for field in event.fields where field.name.utf8.starts(with: name.utf8) {
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
    /// Nil where the branch can have no series, or there is no day after it.
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
        self.closing = closing
        place = nil
        digest = []
        documents = Documents()
    }

    package static func reopening(
        _ number: DocumentNumber, reason: String, person: String, day: Day
    ) -> Replica.Event {
        Replica.Event(
            entity: entity(number), kind: Event.reopened, person: person, effectiveDate: day,
            fields: [.init(Field.reason, .text(reason))])
    }

    /// Nil where nobody closed anything by this number, or what was said cannot be read.
    ///
    /// - Parameter isMeant: the words that a seal names: no others count then, whoever says more under the number. Where
    ///   nothing is sealed the first words count.
    package init?(
        _ number: DocumentNumber, _ said: [Said],
        where isMeant: (PeriodClose) -> Bool = { _ in true }
    ) {
        // Who may say it at all may say what cannot be read: it closes nothing, and hides nothing.
        for one in said where one.event.kind == Event.closed {
            guard let close = Self(number, one, said), isMeant(close) else { continue }
            self = close
            return
        }
        return nil
    }

    private init?(_ number: DocumentNumber, _ closed: Said, _ all: [Said]) {
        let event = closed.event
        guard number.kind == .close, let through = event[Field.through]?.text.flatMap({ Day($0) }),
            through.number < Day.range.upperBound,
            let heads = Self.heads(of: event, named: Field.heads)
        else { return nil }
        self.number = number
        self.through = through
        self.heads = heads
        person = event.person
        day = event.effectiveDate
        place = closed.place
        digest = event.digest(by: closed.place?.author)
        documents = Documents(
            trade: event[Field.trade]?.integer ?? 0, money: event[Field.money]?.integer ?? 0)
        reopened = all.first { $0.event.kind == Event.reopened }.map {
            Reopening(
                person: $0.event.person, day: $0.event.effectiveDate,
                reason: $0.event[Field.reason]?.text ?? "")
        }
    }

    /// Before the seal of its days: there is nothing to be done about it.
    package var wasOpened: Bool { reopened != nil && isHeldBySeal }

    package var stands: Bool { !isBeside && (reopened == nil || isSealed) }

    /// The same words, which are sealed now, or were taken back.
    package func isAsItWas(_ other: Self) -> Bool {
        number == other.number && place == other.place && digest == other.digest
            && isBeside == other.isBeside
    }

    package func heldBySeal() -> Self {
        var close = self
        close.isHeldBySeal = true
        return close
    }

    package func beside() -> Self {
        var close = self
        close.isBeside = true
        return close
    }

    package func sealed(in layer: Int) -> Self {
        var close = self
        close.layer = layer
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
    /// What one seal closed stands as that seal had it: seals of later days, and closes that nobody sealed, move only what
    /// is after it. What a sealed close holds stays where it is, whatever another of its seal had not seen.
    ///
    /// Law: a function of the closes and of where the entry stands, in whatever order they came; and for days up to the end
    /// of what a seal closed a function of the closes of that seal and of those before it.
    /// Cost: linear in the closes, which are in the order of their days.
    package func ledgerDay(
        _ effective: Day, in log: LogID, _ seq: UInt64, of own: ClosePart? = nil
    ) -> Day {
        var day = effective
        var place = startIndex
        while place < endIndex {
            guard let layer = self[place].layer else {
                place += 1
                continue
            }
            // Of one seal: those that come behind each other, but for some that close nothing.
            var (fixed, late): (Day?, Day?)
            while place < endIndex, self[place].layer == layer || self[place].layer == nil {
                let close = self[place]
                place += 1
                guard close.layer == layer, close.through >= day else { continue }
                guard !close.covers(log, seq), !(own?.isOf(close) ?? false) else {
                    fixed = close.through
                    break
                }
                late = close.through
            }
            while place < endIndex, self[place].layer == layer || self[place].layer == nil {
                place += 1
            }
            if let late { day = Day(number: late.number &+ 1) }
            if fixed != nil { return day }
        }
        // What belongs to a close that stands or was opened again is of the period that it closes or opens.
        if let own, contains(where: { !$0.isSealed && !$0.isBeside && own.belongs(to: $0) }) {
            return day
        }
        let latest = lazy.filter {
            !$0.isSealed && $0.stands && $0.through >= day && !$0.covers(log, seq)
        }.map(\.through).max()
        return latest.map { Day(number: $0.number &+ 1) } ?? day
    }
}

/// A document that is of a close, or takes one back.
package struct ClosePart: Sendable {
    let number: DocumentNumber
    let isClose: Bool
    let log: LogName
    /// How many documents of the close stand in the log before it.
    let rank: Int64

    package init(number: DocumentNumber, isClose: Bool, in log: LogName, rank: Int64) {
        self.number = number
        self.isClose = isClose
        self.log = log
        self.rank = rank
    }

    /// Is it one of those that the close says are its own? Nobody adds to them: they are the first of its author's logs.
    func isOf(_ close: PeriodClose) -> Bool {
        guard isClose, close.number == number, let place = close.place,
            place.author == log.author, place.incarnation == log.incarnation
        else { return false }
        switch log.scope {
        case .trade: return rank < close.documents.trade
        case .money: return rank < close.documents.money
        default: return false
        }
    }

    func belongs(to close: PeriodClose) -> Bool {
        isClose ? isOf(close) : close.closing == nil && close.number == number
    }
}
