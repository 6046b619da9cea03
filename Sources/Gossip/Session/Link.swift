import Replica
import Sodium

/// One connection as gossip sees it: what the peer holds as far as we know, and what is under way.
///
/// Bounds: 65,536 logs named; 4 streams of 1 MiB credit in each direction; 256 KiB pushed and not
/// acknowledged. What does not fit becomes a note.
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
    var outgoing = LogAliases()
    var incoming = LogAliases()
    /// Scopes that both keep.
    var common: Set<Scope> = []
    /// Scopes whose heads were compared since the link began.
    var compared: Set<Scope> = []
    /// Scopes of which we told our heads since the link began.
    var told: Set<Scope> = []
    /// Logs of a scope that the pages of its heads have named so far.
    var paging: [Scope: Set<LogName>] = [:]
    /// The roots that were last told and heard on this link.
    var rootsTold: [ScopeTag: ScopeRoot] = [:]
    var rootsHeard: [ScopeTag: ScopeRoot] = [:]
    /// How far the peer holds a log, as far as we know.
    var reach: [LogName: UInt64] = [:]
    /// How far the peer holds it durably.
    var durable: [LogName: UInt64] = [:]
    /// Logs whose history differs between us: nothing of them passes.
    var forked: Set<LogName> = []
    var fetching: [LogName: Fetch] = [:]
    var serving: [LogName: Serving] = [:]
    /// Logs of which the peer wants notes and not entries.
    var lazy: Set<LogName> = []
    var pushed: [Pushed] = []
    var pushedBytes = 0
    var notesDue: [LogName: UInt64] = [:]
    var acksDue: [LogName: UInt64] = [:]

    var lastReceived: Instant
    var lastPing: Instant?
    var roundTripMilliseconds: Int64?
    var skewMilliseconds: Int64?
    var bytesReceived: UInt64 = 0
    var bytesSent: UInt64 = 0

    struct Fetch {
        var lastProgress: Instant
    }

    struct Serving {
        var next: UInt64
        var credit: UInt64
    }

    struct Pushed {
        let log: LogName
        let last: UInt64
        let bytes: Int
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
        since = now
        lastReceived = now
    }

    mutating func knows(_ log: LogName, upTo seq: UInt64) {
        reach[log] = max(reach[log] ?? 0, seq)
    }

    mutating func acknowledged(_ log: LogName, upTo seq: UInt64) {
        durable[log] = max(durable[log] ?? 0, seq)
        knows(log, upTo: seq)
        pushed.removeAll { $0.log == log && $0.last <= seq }
        pushedBytes = pushed.reduce(0) { $0 + $1.bytes }
    }
}
