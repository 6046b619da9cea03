import Replica

/// Every log that was heard of, by a number of this process: what a link knows of a log is then a
/// few words in an array.
///
/// Bounds: 131,072 logs; about 250 bytes each. What is named beyond that is not listened to.
struct LogTable: Sendable {
    private var numbers: [LogReference: Int] = [:]
    private(set) var names: [LogName] = []
    private(set) var references: [LogReference] = []
    private var states: [LogState] = []

    static let countMax = 131_072

    var count: Int { names.count }

    /// The number of a log, a new one where it was not named before; nil when there are too many.
    mutating func number(of reference: LogReference, _ name: @autoclosure () -> LogName) -> Int? {
        if let number = numbers[reference] { return number }
        guard names.count < Self.countMax else { return nil }
        numbers[reference] = names.count
        names.append(name())
        references.append(reference)
        states.append(LogState())
        return names.count - 1
    }

    func known(_ reference: LogReference) -> Int? { numbers[reference] }

    subscript(number: Int) -> LogState {
        get { states[number] }
        _modify { yield &states[number] }
    }
}

/// One log as it stands here.
struct LogState: Sendable {
    /// The last seq held, once it was read.
    var held: UInt64?
    /// The link that pushes this log to us: our place in the log's tree.
    var upstream: LinkID?
    /// Links that were grafted since the last push came: two, and the faster stays.
    var grafts = 0

    static let graftsMax = 2
}

/// One log on one link. 32 bytes.
struct LogOnLink: Sendable {
    /// How far the peer holds it, as far as we know.
    var reach: UInt64 = 0
    /// How far the peer holds it durably.
    var durable: UInt64 = 0
    /// How far a note of ours told it: a peer that lacked that would have asked.
    var told: UInt64 = 0
    /// The peer wants notes of it and not entries.
    var isLazy = false
    /// Our histories differ: nothing of it passes.
    var isForked = false
}
