import CSodium

/// A message that only the owner of one X25519 key can open, and whose sender stays unnamed.
///
/// Bit-compatible with libsodium's `crypto_box_seal`: ephemeral public key, then `crypto_box` under
/// the nonce BLAKE2b-192(ephemeral public key ‖ recipient's public key). Made by hand because
/// libsodium's own takes no randomness as an argument.
package enum SealedBox {
    /// What a box is longer than its plaintext: the ephemeral key and a tag.
    package static let overheadBytes = 48
    private static let tagBytes = 16
    private static let nonceBytes = 24

    /// Throws `.weakKey` when the recipient's key has a small order. Cost: two scalar products.
    package static func seal(
        _ plaintext: [UInt8], to recipient: AgreementPublicKey, random: inout some RandomSource
    ) throws(SodiumError) -> [UInt8] {
        let ephemeral = AgreementKey(random: &random)
        var state = Blake2b.State(count: nonceBytes)
        state.update(ephemeral.publicKey.digest)
        state.update(recipient.digest)
        let nonce = state.finish()
        var box = [UInt8](repeating: 0, count: plaintext.count + tagBytes)
        let code = ephemeral.storage.withBytes { secret in
            recipient.digest.withBytes { key in
                crypto_box_easy(&box, plaintext, UInt64(plaintext.count), nonce, key, secret)
            }
        }
        guard code == 0 else { throw .weakKey }
        return ephemeral.publicKey.bytes + box
    }

    /// The plaintext. Throws `.forged` when the box is not for this key, was changed or cut short.
    package static func open(
        _ sealed: [UInt8], with key: AgreementKey
    ) throws(SodiumError) -> [UInt8] {
        guard sealed.count >= overheadBytes else { throw .forged }
        var plaintext = [UInt8](repeating: 0, count: sealed.count - overheadBytes)
        let code = key.storage.withBytes { secret in
            key.publicKey.digest.withBytes { own in
                crypto_box_seal_open(&plaintext, sealed, UInt64(sealed.count), own, secret)
            }
        }
        guard code == 0 else { throw .forged }
        return plaintext
    }
}
