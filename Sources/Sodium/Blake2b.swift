import CSodium

/// The library is initialised once, before any primitive is used.
enum Library {
    static let ready: Void = {
        precondition(sodium_init() >= 0, "libsodium cannot be initialised")
    }()
}

/// BLAKE2b (RFC 7693). About 2 to 6 million short hashes a second.
package enum Blake2b {
    package static func hash256(_ bytes: [UInt8]) -> Digest {
        _ = Library.ready
        return withUnsafeTemporaryAllocation(byteCount: 32, alignment: 8) { out in
            let code = crypto_generichash(
                out.baseAddress!.assumingMemoryBound(to: UInt8.self), 32, bytes,
                UInt64(bytes.count), nil, 0)
            precondition(code == 0, "BLAKE2b refused 32 bytes of output")
            return Digest(UnsafeRawBufferPointer(out))
        }
    }

    /// `count` is 1 to 64; `key` at most 64 bytes, empty for none.
    package static func hash(_ bytes: [UInt8], count: Int, key: [UInt8] = []) -> [UInt8] {
        _ = Library.ready
        precondition((1...64).contains(count) && key.count <= 64, "BLAKE2b: \(count), \(key.count)")
        var out = [UInt8](repeating: 0, count: count)
        let code = crypto_generichash_blake2b(
            &out, count, bytes, UInt64(bytes.count), key, key.count)
        precondition(code == 0, "BLAKE2b refused \(count) bytes of output")
        return out
    }
}

/// HMAC (RFC 2104) over BLAKE2b-512 and the HKDF that Noise builds on it (revision 34, 4.3).
enum NoiseHash {
    static let byteCount = 64
    private static let blockBytes = 128

    static func hash(_ bytes: [UInt8]) -> [UInt8] { Blake2b.hash(bytes, count: byteCount) }

    static func hmac(key: [UInt8], _ message: [UInt8]) -> [UInt8] {
        var block = key.count > blockBytes ? hash(key) : key
        block += [UInt8](repeating: 0, count: blockBytes - block.count)
        let inner = hash(block.map { $0 ^ 0x36 } + message)
        return hash(block.map { $0 ^ 0x5c } + inner)
    }

    /// Two or three outputs of 64 bytes.
    static func expand(chaining: [UInt8], _ input: [UInt8], outputs: Int) -> [[UInt8]] {
        let secret = hmac(key: chaining, input)
        var results: [[UInt8]] = []
        for place in 1...outputs {
            results.append(hmac(key: secret, (results.last ?? []) + [UInt8(place)]))
        }
        return results
    }
}
