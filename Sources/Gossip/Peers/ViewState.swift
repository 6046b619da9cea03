import Replica
import Sodium

/// What a node remembers of its views: when to dial, to shuffle, to let go of a link.
struct ViewState: Sendable {
    /// Links or addresses changed since the times were worked out.
    var isStale = true
    var dialerChanges: UInt64 = 0
    /// More peers are known than a full mesh is made of.
    var isPartial = false
    var dialAt: Instant?
    var shuffleAt: Instant?
    var trimAt: Instant?
    var tellAt: Instant?
    var seekAt: Instant?
    private var shuffleMilliseconds = ViewState.shuffleLeastMilliseconds
    private var seekMilliseconds = ViewState.seekLeastMilliseconds
    /// How many more strangers are dialled to see whether they are nearer.
    private(set) var trials = ViewState.trialsMax

    static let shuffleLeastMilliseconds: Int64 = 10_000
    static let shuffleMostMilliseconds: Int64 = 300_000
    static let seekLeastMilliseconds: Int64 = 1_000
    static let seekMostMilliseconds: Int64 = 300_000
    static let tellMilliseconds: Int64 = 5_000
    static let trialsMax = 6

    /// The earliest of all; a full mesh only dials.
    var at: Instant? {
        isPartial ? [dialAt, shuffleAt, trimAt, tellAt].compactMap { $0 }.min() : dialAt
    }

    mutating func linkBegan(at now: Instant, random: inout SeededRandom) {
        isStale = true
        if shuffleAt == nil { scheduleShuffle(at: now, random: &random) }
    }

    mutating func linkEnded(isLoss: Bool) {
        isStale = true
        guard isLoss else { return }
        trials = min(trials + 1, Self.trialsMax)
        seekMilliseconds = Self.seekLeastMilliseconds
    }

    /// Half as long again each time.
    mutating func scheduleShuffle(at now: Instant, random: inout SeededRandom) {
        let jitter = Int64(random.next() % UInt64(shuffleMilliseconds / 2))
        shuffleAt = now.advanced(byMilliseconds: shuffleMilliseconds + jitter)
        shuffleMilliseconds = min(
            shuffleMilliseconds * 3 / 2, Self.shuffleMostMilliseconds)
    }

    /// Nobody is left to dial: ask soon.
    mutating func hurryShuffle() { shuffleMilliseconds = Self.shuffleLeastMilliseconds }

    mutating func sought(at now: Instant) {
        seekAt = now.advanced(byMilliseconds: seekMilliseconds)
        seekMilliseconds = min(seekMilliseconds * 2, Self.seekMostMilliseconds)
    }

    mutating func takeTrial() -> Bool {
        guard trials > 0 else { return false }
        trials -= 1
        return true
    }
}
