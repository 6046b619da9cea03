import Replica

/// The wall clock of one machine: the run's time, shifted, drifting, or standing still.
struct MachineClock {
    private var offset: Milliseconds = 0
    private var drift: Int64 = 0
    private var driftSince: Milliseconds = 0
    private var frozenAt: Milliseconds?

    /// What a right clock shows when the run begins, in UTC since 1970.
    private let epoch: Milliseconds

    /// 2026-11-20 11:06:40 UTC.
    static let usualEpoch: Milliseconds = 1_795_000_000_000

    init(epoch: Milliseconds = Self.usualEpoch) { self.epoch = epoch }

    func read(at now: Milliseconds) -> Instant {
        let time = frozenAt ?? now
        return Instant(
            milliseconds: epoch + time + offset + (time - driftSince) * drift / 1_000_000)
    }

    mutating func step(by milliseconds: Milliseconds) { offset += milliseconds }

    mutating func setDrift(_ millionths: Int64, at now: Milliseconds) {
        offset += (now - driftSince) * drift / 1_000_000
        driftSince = now
        drift = millionths
    }

    mutating func freeze(at now: Milliseconds) { frozenAt = frozenAt ?? now }

    mutating func unfreeze() { frozenAt = nil }
}
