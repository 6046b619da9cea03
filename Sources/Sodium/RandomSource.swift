import CSodium

/// Where random bytes come from: always an argument, so that a run can be repeated.
package protocol RandomSource {
    /// `count` bytes, not negative.
    mutating func bytes(_ count: Int) -> [UInt8]
}

extension RandomSource {
    /// 32 bytes.
    package mutating func digest() -> Digest {
        guard let digest = Digest(bytes(Digest.count)) else {
            preconditionFailure("\(Self.self) does not give as many bytes as asked for")
        }
        return digest
    }
}

/// The operating system's randomness, through libsodium. For the shell; never inside the core.
package struct SystemRandom: RandomSource, RandomNumberGenerator, Sendable {
    package init() {}

    package mutating func bytes(_ count: Int) -> [UInt8] {
        Library.ensure()
        return [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
            if count > 0 { randombytes_buf(buffer.baseAddress!, count) }
            initialized = count
        }
    }

    package mutating func next() -> UInt64 {
        Library.ensure()
        var word: UInt64 = 0
        randombytes_buf(&word, MemoryLayout<UInt64>.size)
        return word
    }
}
