/// HMAC (RFC 2104) over BLAKE2b with 64 bytes of output and blocks of 128, and the HKDF that Noise
/// (revision 34, section 4.3) builds on it. It is not BLAKE2b's own keyed mode.
package enum HMAC {
    private static let blockBytes = 128
    private static let hashBytes = 64

    /// 64 bytes over the parts one after the other.
    package static func blake2b(key: [UInt8], _ parts: [UInt8]...) -> [UInt8] {
        blake2b(key: key, parts: parts)
    }

    /// Noise's `HKDF(chaining key, input, count)`: `count` outputs of 64 bytes, 1...255.
    package static func expand(chaining: [UInt8], input: [UInt8], count: Int) -> [[UInt8]] {
        precondition(1...255 ~= count, "HKDF numbers its outputs in one byte, not \(count)")
        let secret = blake2b(key: chaining, input)
        var outputs: [[UInt8]] = []
        var previous: [UInt8] = []
        for index in 1...count {
            previous = blake2b(key: secret, previous, [UInt8(index)])
            outputs.append(previous)
        }
        return outputs
    }

    private static func blake2b(key: [UInt8], parts: [[UInt8]]) -> [UInt8] {
        var block = key.count > blockBytes ? Blake2b.hash(key, count: hashBytes) : key
        block.append(contentsOf: repeatElement(0, count: blockBytes - block.count))
        var inner = Blake2b.State(count: hashBytes)
        inner.update(block.map { $0 ^ 0x36 })
        for part in parts { inner.update(part) }
        var outer = Blake2b.State(count: hashBytes)
        outer.update(block.map { $0 ^ 0x5c })
        outer.update(inner.finish())
        return outer.finish()
    }
}
