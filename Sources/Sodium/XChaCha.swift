import CSodium

/// XChaCha20-Poly1305 with 24-byte nonces (draft-irtf-cfrg-xchacha-03), the cipher of payloads.
package enum XChaCha {
    package static let nonceBytes = 24
    package static let tagBytes = 16

    /// Ciphertext, then a tag of 16 bytes. One (key, nonce) must never meet two plaintexts.
    /// The nonce has 24 bytes; another length is our own mistake and traps.
    package static func seal(
        _ plaintext: [UInt8], key: SymmetricKey, nonce: [UInt8], associated: [UInt8]
    ) -> [UInt8] {
        Library.ensure()
        precondition(nonce.count == nonceBytes, "an XChaCha nonce has 24 bytes")
        let count = plaintext.count + tagBytes
        return [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
            key.storage.withBytes { key in
                _ = crypto_aead_xchacha20poly1305_ietf_encrypt(
                    buffer.baseAddress!, nil, plaintext, UInt64(plaintext.count),
                    associated, UInt64(associated.count), nil, nonce, key)
            }
            initialized = count
        }
    }

    /// The plaintext. Throws `.forged` when the tag does not fit or is missing, and
    /// `.wrongLength` for a nonce that does not have 24 bytes.
    package static func open(
        _ sealed: [UInt8], key: SymmetricKey, nonce: [UInt8], associated: [UInt8]
    ) throws(SodiumError) -> [UInt8] {
        Library.ensure()
        guard nonce.count == nonceBytes else { throw .wrongLength(nonce.count) }
        guard sealed.count >= tagBytes else { throw .forged }
        var code: Int32 = -1
        let count = sealed.count - tagBytes
        let plaintext = [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
            code = key.storage.withBytes { key in
                crypto_aead_xchacha20poly1305_ietf_decrypt(
                    buffer.baseAddress, nil, nil, sealed, UInt64(sealed.count),
                    associated, UInt64(associated.count), nonce, key)
            }
            initialized = code == 0 ? count : 0
        }
        guard code == 0 else { throw .forged }
        return plaintext
    }
}
