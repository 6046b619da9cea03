import CSodium

/// Randomness is an argument: the daemon passes the system's, the simulator a seed's.
package protocol RandomSource: Sendable {
    mutating func bytes(_ count: Int) -> [UInt8]
}

/// The operating system's generator, through libsodium.
package struct SystemRandom: RandomSource {
    package init() {}

    package mutating func bytes(_ count: Int) -> [UInt8] {
        _ = Library.ready
        var out = [UInt8](repeating: 0, count: count)
        randombytes_buf(&out, count)
        return out
    }
}

/// The same bytes for the same seed, on every machine. For tests and simulations only.
package struct SeededRandom: RandomSource, RandomNumberGenerator {
    private let seed: [UInt8]
    private var draws: UInt64 = 0

    package init(seed: UInt64) {
        self.seed = Blake2b.hash(
            (0..<8).map { UInt8(truncatingIfNeeded: seed >> ($0 * 8)) }, count: 32)
    }

    package mutating func bytes(_ count: Int) -> [UInt8] {
        _ = Library.ready
        draws += 1
        let stream = Blake2b.hash(
            (0..<8).map { UInt8(truncatingIfNeeded: draws >> ($0 * 8)) }, count: 32, key: seed)
        var out = [UInt8](repeating: 0, count: count)
        randombytes_buf_deterministic(&out, count, stream)
        return out
    }

    package mutating func next() -> UInt64 {
        bytes(8).reduce(0) { $0 << 8 | UInt64($1) }
    }
}
