import CSodium

/// BLAKE2b (RFC 7693): every hash of this program.
///
/// The output length is part of what is hashed: 32 bytes of output are no prefix of 64.
package enum Blake2b {
    package static let outputBytesMax = 64
    package static let keyBytesMax = 64

    package static func hash256(_ bytes: [UInt8]) -> Digest {
        bytes.withUnsafeBytes { hash256($0) }
    }

    /// No allocation.
    package static func hash256(_ buffer: UnsafeRawBufferPointer) -> Digest {
        Library.ensure()
        let input = buffer.assumingMemoryBound(to: UInt8.self).baseAddress
        return Digest.filled { output in
            let code = crypto_generichash_blake2b(
                output, Digest.count, input, UInt64(buffer.count), nil, 0)
            precondition(code == 0, "BLAKE2b refused 32 bytes of output")
        }
    }

    /// The hash of the parts one after the other, without joining them. Lengths are not hashed:
    /// the caller's form must tell where a part ends.
    @_disfavoredOverload
    package static func hash256(_ parts: [[UInt8]]) -> Digest {
        var state = State()
        for part in parts { state.update(part) }
        return state.finish256()
    }

    /// `count` bytes, 1...64, under a key of at most 64 bytes; no key when it is empty.
    package static func hash(_ bytes: [UInt8], count: Int, key: [UInt8] = []) -> [UInt8] {
        Library.ensure()
        checkLengths(count: count, key: key)
        return [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
            let code = crypto_generichash_blake2b(
                buffer.baseAddress!, count, bytes, UInt64(bytes.count), key, key.count)
            precondition(code == 0, "BLAKE2b refused \(count) bytes of output")
            initialized = count
        }
    }

    /// Our own lengths, never a peer's.
    fileprivate static func checkLengths(count: Int, key: [UInt8]) {
        precondition(1...outputBytesMax ~= count, "BLAKE2b gives 1 to 64 bytes, not \(count)")
        precondition(key.count <= keyBytesMax, "a BLAKE2b key has at most 64 bytes")
    }
}

extension Blake2b {
    /// A hash under way. The output length is chosen first, because BLAKE2b mixes it in.
    ///
    /// A value: copies go on apart. Cost: no allocation; each update moves 768 bytes to and from an
    /// aligned place, so many tiny updates are better joined.
    package struct State: Sendable {
        /// libsodium's state, which Swift cannot import for its alignment of 64: 384 bytes.
        private var words = InlineArray<48, UInt64>(repeating: 0)
        private let count: Int

        /// `count` bytes of output, 1...64; a key of at most 64 bytes.
        package init(count: Int = Digest.count, key: [UInt8] = []) {
            Library.ensure()
            Blake2b.checkLengths(count: count, key: key)
            self.count = count
            step { state in
                let code = crypto_generichash_blake2b_init(state, key, key.count, count)
                precondition(code == 0, "BLAKE2b refused \(count) bytes of output")
            }
        }

        package mutating func update(_ bytes: [UInt8]) {
            bytes.withUnsafeBytes { update($0) }
        }

        package mutating func update(_ buffer: UnsafeRawBufferPointer) {
            guard let input = buffer.assumingMemoryBound(to: UInt8.self).baseAddress else { return }
            step { state in
                _ = crypto_generichash_blake2b_update(state, input, UInt64(buffer.count))
            }
        }

        package mutating func update(_ digest: Digest) {
            digest.withBytes { input in
                update(UnsafeRawBufferPointer(start: input, count: Digest.count))
            }
        }

        package mutating func update(_ byte: UInt8) {
            withUnsafeBytes(of: byte) { update($0) }
        }

        /// The hash of all bytes so far. Works on a copy: the state can go on.
        package func finish() -> [UInt8] {
            var last = self
            return [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
                last.step { state in
                    _ = crypto_generichash_blake2b_final(state, buffer.baseAddress!, count)
                }
                initialized = count
            }
        }

        /// As `finish`, without an allocation; only for a state of 32 bytes.
        package func finish256() -> Digest {
            precondition(count == Digest.count, "this state gives \(count) bytes, not 32")
            var last = self
            return Digest.filled { output in
                last.step { _ = crypto_generichash_blake2b_final($0, output, Digest.count) }
            }
        }

        /// Runs `body` on the state at an address that is a multiple of 64, on the stack.
        private mutating func step(_ body: (OpaquePointer) -> Void) {
            let alignment = 64
            withUnsafeMutableBytes(of: &words) { words in
                withUnsafeTemporaryAllocation(
                    byteCount: words.count + alignment, alignment: 16
                ) { scratch in
                    let place = scratch.baseAddress!.alignedUp(toMultipleOf: alignment)
                    place.copyMemory(from: words.baseAddress!, byteCount: words.count)
                    body(OpaquePointer(place))
                    words.baseAddress!.copyMemory(from: place, byteCount: words.count)
                }
            }
        }
    }
}
