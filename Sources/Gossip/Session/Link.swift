import Replica
import Sodium
import Wire

/// One connection as gossip sees it: what the peer holds as far as we know, and what is under way.
///
/// Bounds: 65,536 logs named; 4 streams of 1 MiB credit in each direction; 256 KiB pushed and not
/// acknowledged. What does not fit becomes a note.
/// Memory: 32 bytes for each log of the book and 170 in each direction for each log named on the
/// link: under half a megabyte with 1,000 authors.
struct Link {
    let id: LinkID
    let isInitiator: Bool
    let transport: AgreementPublicKey
    /// The address we dialled; nil where the peer dialled.
    let address: String?
    let since: Instant

    /// Nil until its hello was accepted.
    var peer: NodeID?
    var peerIncarnation: UInt64 = 0
    /// We said goodbye: nothing is read or sent any more.
    var isClosing = false
    /// Why it ends, as the side said that ended it.
    var goodbye: Bye.Reason?
    /// It ends because there are others, not because the peer is gone.
    var isSpared: Bool { goodbye.map { [.enough, .tooMany, .duplicate].contains($0) } ?? false }
    var outgoing = LogAliases()
    var incoming = LogAliases()
    /// Scopes that both keep.
    var common: Set<Scope> = []
    /// Scopes whose heads were compared since the link began.
    var compared: Set<Scope> = []
    /// Scopes of which we told our heads since the link began.
    var told: Set<Scope> = []
    /// Logs of a scope that the pages of its heads have named so far.
    var paging: [Scope: Set<Int>] = [:]
    /// The roots that were last told and heard on this link.
    var rootsTold: [ScopeTag: ScopeRoot] = [:]
    var rootsHeard: [ScopeTag: ScopeRoot] = [:]
    /// By the number of the log; shorter than the table where nothing was said.
    private var logs: [LogOnLink] = []
    var fetching: [Int: Fetch] = [:]
    var serving: [Int: Serving] = [:]
    private(set) var pushed: [Pushed] = []
    private(set) var pushedBytes = 0

    /// When each log is to be noted, unless the peer tells us first.
    private var notesDue: [Int: NoteDue] = [:]
    private(set) var notesAt: Instant?
    private var notesSent: Instant?
    var acksDue: Set<Int> = []
    private(set) var acksAt: Instant?
    private var unacknowledgedBytes = 0

    /// How many other links the peer said it has, and how many of ours it was told of.
    var peerLinks: UInt64 = 0
    var linksTold: UInt64 = 0

    var lastReceived: Instant
    var lastPing: Instant?
    var roundTripMilliseconds: Int64?
    var skewMilliseconds: Int64?
    private(set) var bytesReceived: UInt64 = 0
    private(set) var bytesSent: UInt64 = 0

    struct Fetch {
        var lastProgress: Instant
    }

    struct Serving {
        var next: UInt64
        var credit: UInt64
    }

    struct Pushed {
        let log: Int
        let last: UInt64
        let bytes: Int
    }

    struct NoteDue {
        var at: Instant
        /// Says something even where the peer has it all.
        var isAnswer: Bool
    }

    static let streamsMax = 4
    static let servingMax = 64
    static let creditBytes: UInt64 = 1 << 20
    static let pushedBytesMax = 256 << 10
    static let runBytes = 256 << 10

    init(
        id: LinkID, isInitiator: Bool, transport: AgreementPublicKey, address: String?,
        at now: Instant
    ) {
        self.id = id
        self.isInitiator = isInitiator
        self.transport = transport
        self.address = address
        pingMilliseconds =
            isInitiator ? Gossip.pingMilliseconds : Gossip.answeringPingMilliseconds
        since = now
        lastReceived = now
    }

    /// The side that began the link asks first, so that one answer serves both.
    let pingMilliseconds: Int64

    /// The peer is known and nobody said goodbye.
    var isReady: Bool { peer != nil && !isClosing }

    // MARK: Bytes

    mutating func read(_ bytes: [UInt8], at now: Instant) throws(WireError) -> Message {
        let message = try Message(bytes, &incoming)
        lastReceived = now
        bytesReceived += UInt64(bytes.count)
        return message
    }

    mutating func write(_ message: Message) -> [UInt8] {
        let bytes = message.bytes(&outgoing)
        bytesSent += UInt64(bytes.count)
        return bytes
    }

    // MARK: Logs

    subscript(log: Int) -> LogOnLink {
        get { log < logs.count ? logs[log] : LogOnLink() }
        _modify {
            if log >= logs.count {
                logs.append(
                    contentsOf: repeatElement(LogOnLink(), count: log + 1 - logs.count))
            }
            yield &logs[log]
        }
    }

    /// The numbers of the logs of which anything was said, and some more.
    var logNumbers: Range<Int> { 0..<logs.count }

    mutating func knows(_ log: Int, upTo seq: UInt64) {
        if seq > self[log].reach { self[log].reach = seq }
    }

    mutating func acknowledged(_ log: Int, upTo seq: UInt64) {
        if seq > self[log].durable { self[log].durable = seq }
        knows(log, upTo: seq)
        guard pushed.contains(where: { $0.log == log && $0.last <= seq }) else { return }
        pushed.removeAll { $0.log == log && $0.last <= seq }
        pushedBytes = pushed.reduce(0) { $0 + $1.bytes }
    }

    mutating func push(_ log: Int, upTo last: UInt64, bytes: Int) {
        knows(log, upTo: last)
        pushed.append(Pushed(log: log, last: last, bytes: bytes))
        pushedBytes += bytes
    }

    // MARK: Notes

    /// A note that replaces an entry goes out with the batch.
    mutating func noteNow(_ log: Int, at now: Instant) {
        notesDue[log] = NoteDue(at: now, isAnswer: true)
        notesAt = now
    }

    /// A note to a peer that wants no entries waits: the side that began the link tells first, the
    /// other only what it was not told by then; and one message carries what a second brought.
    mutating func noteLater(_ log: Int, at now: Instant) {
        guard notesDue[log] == nil else { return }
        let wait = isInitiator ? Self.noteMilliseconds : Self.answeringNoteMilliseconds
        var due = now.advanced(byMilliseconds: wait)
        if isInitiator, let notesSent {
            due = max(due, notesSent.advanced(byMilliseconds: Self.notesApartMilliseconds))
        }
        // Rounded up, so that few wakes serve many logs; not at the same time on every link.
        let phase = Int64(truncatingIfNeeded: id.number &* 37 % 251)
        let step = Self.noteStepMilliseconds
        let late = (due.milliseconds - phase) % step
        if late > 0 { due = due.advanced(byMilliseconds: step - late) }
        notesDue[log] = NoteDue(at: due, isAnswer: false)
        notesAt = min(notesAt ?? due, due)
    }

    /// The logs to note now, in order: all that wait, on the side that tells first. What the peer said
    /// meanwhile that it has is left out.
    mutating func takeNotes(
        at now: Instant, held: (Int) -> UInt64
    ) -> [(log: Int, seq: UInt64)] {
        guard let notesAt, notesAt <= now else { return [] }
        let due = notesDue.filter { isInitiator || $0.value.at <= now }
        for log in due.keys { notesDue[log] = nil }
        self.notesAt = notesDue.values.map(\.at).min()
        var notes: [(log: Int, seq: UInt64)] = []
        for (log, note) in due.sorted(by: { $0.key < $1.key }) {
            let seq = held(log)
            guard note.isAnswer || max(self[log].reach, self[log].told) < seq else { continue }
            self[log].told = max(self[log].told, seq)
            notes.append((log, seq))
        }
        if !notes.isEmpty { notesSent = now }
        return notes
    }

    static let noteMilliseconds: Int64 = 250
    static let answeringNoteMilliseconds: Int64 = 2_000
    static let notesApartMilliseconds: Int64 = 1_000
    static let noteStepMilliseconds: Int64 = 250

    // MARK: Acks

    mutating func acknowledgeNow(_ log: Int, at now: Instant) {
        acksDue.insert(log)
        acksAt = now
    }

    /// Acks to anybody but the author wait for each other, as long as the peer's window stays wide.
    mutating func acknowledgeLater(_ log: Int, bytes: Int, at now: Instant) {
        acksDue.insert(log)
        unacknowledgedBytes += bytes
        let due =
            unacknowledgedBytes >= Self.unacknowledgedBytesMax
            ? now : now.advanced(byMilliseconds: Self.ackMilliseconds)
        acksAt = min(acksAt ?? due, due)
    }

    mutating func takeAcks(at now: Instant) -> [Int] {
        guard let acksAt, acksAt <= now else { return [] }
        self.acksAt = nil
        unacknowledgedBytes = 0
        defer { acksDue = [] }
        return Array(acksDue)
    }

    static let ackMilliseconds: Int64 = 2_000
    static let unacknowledgedBytesMax = 64 << 10
}
