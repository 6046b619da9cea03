import CSodium

/// A key and a nonce that counts (Noise revision 34, section 5.1), with ChaCha20-Poly1305.
///
/// Until a key is set, bytes pass unchanged. The nonce goes into the cipher as four zero bytes and
/// eight little-endian ones; 2^64 − 1 is kept for `rekey`.
package struct CipherState: Secret, Sendable {
    package static let tagBytes = 16

    private var key: Digest?
    package private(set) var nonce: UInt64 = 0

    package init(key: SymmetricKey? = nil) {
        self.key = key?.storage
    }

    /// For a test of what happens at the end of the nonces, and for nothing else.
    init(key: SymmetricKey, nonce: UInt64) {
        self.key = key.storage
        self.nonce = nonce
    }

    package var hasKey: Bool { key != nil }

    /// Appends ciphertext and tag to `output`. Throws `.nonceExhausted`.
    package mutating func encrypt(
        _ plaintext: ArraySlice<UInt8>, associated: [UInt8] = [], into output: inout [UInt8]
    ) throws(SodiumError) {
        guard let key else {
            output.append(contentsOf: plaintext)
            return
        }
        guard nonce != .max else { throw .nonceExhausted }
        Self.seal(plaintext, key: key, nonce: nonce, associated: associated, into: &output)
        nonce += 1
    }

    /// Appends the plaintext to `output`. Throws `.forged` and `.nonceExhausted`, and then neither
    /// the nonce nor the output has changed.
    package mutating func decrypt(
        _ ciphertext: ArraySlice<UInt8>, associated: [UInt8] = [], into output: inout [UInt8]
    ) throws(SodiumError) {
        guard let key else {
            output.append(contentsOf: ciphertext)
            return
        }
        guard nonce != .max else { throw .nonceExhausted }
        guard ciphertext.count >= Self.tagBytes else { throw .forged }
        let start = output.count
        output.append(
            contentsOf: repeatElement(0, count: ciphertext.count - Self.tagBytes))
        let code = output.withUnsafeMutableBufferPointer { target in
            ciphertext.withUnsafeBufferPointer { source in
                key.withBytes { key in
                    crypto_aead_chacha20poly1305_ietf_decrypt(
                        target.baseAddress.map { $0 + start }, nil, nil,
                        source.baseAddress!, UInt64(source.count),
                        associated, UInt64(associated.count), Self.spelled(nonce), key)
                }
            }
        }
        guard code == 0 else {
            output.removeLast(output.count - start)
            throw .forged
        }
        nonce += 1
    }

    /// Replaces the key by the first 32 bytes of the encryption of 32 zeros under nonce 2^64 − 1
    /// (Noise revision 34, sections 4.2 and 11.3). The nonce goes on counting. Law: there is no
    /// way back to the former key.
    package mutating func rekey() {
        guard let old = key else { return }
        let zeros = [UInt8](repeating: 0, count: Digest.count)
        var output: [UInt8] = []
        Self.seal(zeros[...], key: old, nonce: .max, associated: [], into: &output)
        key = Digest(output.prefix(Digest.count))
    }

    private static func seal(
        _ plaintext: ArraySlice<UInt8>, key: Digest, nonce: UInt64, associated: [UInt8],
        into output: inout [UInt8]
    ) {
        Library.ensure()
        let start = output.count
        output.append(contentsOf: repeatElement(0, count: plaintext.count + tagBytes))
        output.withUnsafeMutableBufferPointer { target in
            plaintext.withUnsafeBufferPointer { source in
                key.withBytes { key in
                    _ = crypto_aead_chacha20poly1305_ietf_encrypt(
                        target.baseAddress! + start, nil,
                        source.baseAddress, UInt64(source.count),
                        associated, UInt64(associated.count), nil, spelled(nonce), key)
                }
            }
        }
    }

    private static func spelled(_ nonce: UInt64) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: 12) { buffer, initialized in
            for index in 0..<4 { buffer[index] = 0 }
            for index in 0..<8 {
                buffer[4 + index] = UInt8(truncatingIfNeeded: nonce >> UInt64(8 * index))
            }
            initialized = 12
        }
    }
}
