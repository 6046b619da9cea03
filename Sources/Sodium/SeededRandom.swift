import CSodium

/// Bytes that one 64-bit seed decides: for simulations and tests, never for real keys.
///
/// The stream is ChaCha20 (64-bit nonce) in pages of 4,096 bytes: the key is
/// BLAKE2b-256(`branchbook seeded random v1` ‖ 0 ‖ seed, 8 bytes big-endian), the nonce is the
/// page number, 8 bytes little-endian.
/// Laws: a copy repeats what the original gives; `bytes(a) + bytes(b)` equals `bytes(a + b)`.
package struct SeededRandom: RandomSource, RandomNumberGenerator, Sendable {
    private static let pageBytes = 4096

    /// What this generator was made from; print it when a test fails.
    package let seed: UInt64
    private let key: Digest
    private var pageNumber: UInt64 = 0
    private var page: [UInt8] = []
    private var used = 0

    package init(seed: UInt64) {
        self.seed = seed
        var state = Blake2b.State()
        state.update(Domain.seededRandom.prefix)
        withUnsafeBytes(of: seed.bigEndian) { state.update($0) }
        key = state.finish256()
    }

    package mutating func bytes(_ count: Int) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(count)
        while result.count < count {
            if used == page.count { turnPage() }
            let taken = min(count - result.count, page.count - used)
            result.append(contentsOf: page[used..<used + taken])
            used += taken
        }
        return result
    }

    /// The next eight bytes, little-endian. No allocation except when a page ends.
    package mutating func next() -> UInt64 {
        var word: UInt64 = 0
        for shift in stride(from: UInt64(0), to: 64, by: 8) {
            if used == page.count { turnPage() }
            word |= UInt64(page[used]) << shift
            used += 1
        }
        return word
    }

    private mutating func turnPage() {
        page = [UInt8](unsafeUninitializedCapacity: Self.pageBytes) { buffer, initialized in
            withUnsafeBytes(of: pageNumber.littleEndian) { nonce in
                let nonceBytes = nonce.assumingMemoryBound(to: UInt8.self).baseAddress
                key.withBytes { key in
                    _ = crypto_stream_chacha20(
                        buffer.baseAddress!, UInt64(Self.pageBytes), nonceBytes!, key)
                }
            }
            initialized = Self.pageBytes
        }
        pageNumber += 1
        used = 0
    }
}
