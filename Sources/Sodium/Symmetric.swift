import CSodium

/// Thirty-two secret bytes. Never prints itself.
package struct SymmetricKey: Hashable, Sendable, CustomStringConvertible {
    package let bytes: [UInt8]

    package init?(_ bytes: [UInt8]) {
        guard bytes.count == 32 else { return nil }
        self.bytes = bytes
    }

    package init(from random: inout some RandomSource) {
        self.init(random.bytes(32))!
    }

    /// Keyed BLAKE2b-256 over `label ‖ 0 ‖ context`.
    package func subkey(label: String, context: [UInt8]) -> SymmetricKey {
        SymmetricKey(Blake2b.hash(Array(label.utf8) + [0] + context, count: 32, key: bytes))!
    }

    package var description: String { "symmetric key (secret)" }
}

/// XChaCha20-Poly1305 (draft-irtf-cfrg-xchacha): 24-byte nonce, 16-byte tag at the end.
package enum XChaCha {
    package static let nonceBytes = 24
    package static let tagBytes = 16

    package static func seal(
        _ plaintext: [UInt8], key: SymmetricKey, nonce: [UInt8], associated: [UInt8]
    ) -> [UInt8] {
        _ = Library.ready
        precondition(nonce.count == nonceBytes, "an XChaCha nonce has 24 bytes")
        var out = [UInt8](repeating: 0, count: plaintext.count + tagBytes)
        crypto_aead_xchacha20poly1305_ietf_encrypt(
            &out, nil, plaintext, UInt64(plaintext.count), associated, UInt64(associated.count),
            nil, nonce, key.bytes)
        return out
    }

    package static func open(
        _ sealed: [UInt8], key: SymmetricKey, nonce: [UInt8], associated: [UInt8]
    ) throws(SodiumError) -> [UInt8] {
        _ = Library.ready
        guard sealed.count >= tagBytes, nonce.count == nonceBytes else { throw .forged }
        var out = [UInt8](repeating: 0, count: sealed.count - tagBytes)
        let code = crypto_aead_xchacha20poly1305_ietf_decrypt(
            &out, nil, nil, sealed, UInt64(sealed.count), associated, UInt64(associated.count),
            nonce, key.bytes)
        guard code == 0 else { throw .forged }
        return out
    }
}

/// Bytes for one reader, from nobody in particular: libsodium's `crypto_box_seal`, with the
/// ephemeral key drawn from the given source.
package enum SealedBox {
    package static let overheadBytes = 48

    package static func seal(
        _ plaintext: [UInt8], to reader: AgreementPublicKey, random: inout some RandomSource
    ) throws(SodiumError) -> [UInt8] {
        let ephemeral = AgreementKey(from: &random)
        let nonce = Blake2b.hash(ephemeral.publicKey.bytes + reader.bytes, count: 24)
        var out = [UInt8](repeating: 0, count: plaintext.count + 16)
        let code = crypto_box_easy(
            &out, plaintext, UInt64(plaintext.count), nonce, reader.bytes, ephemeral.bytes)
        guard code == 0 else { throw .weakKey }
        return ephemeral.publicKey.bytes + out
    }

    package static func open(
        _ sealed: [UInt8], with key: AgreementKey
    ) throws(SodiumError) -> [UInt8] {
        guard sealed.count >= overheadBytes else { throw .forged }
        var out = [UInt8](repeating: 0, count: sealed.count - overheadBytes)
        let code = crypto_box_seal_open(
            &out, sealed, UInt64(sealed.count), key.publicKey.bytes, key.bytes)
        guard code == 0 else { throw .forged }
        return out
    }
}
