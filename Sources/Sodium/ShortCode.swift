import Wire

/// Six digits that two people compare to know that nobody stands between their nodes.
///
/// Each side draws a nonce, sends its commitment, and reveals the nonce only when it holds the
/// other's commitment; so nobody can search for a nonce that makes the digits fit, and a go-between
/// has one chance in a million.
package enum ShortCode {
    /// BLAKE2b-256(prefix ‖ handshake hash ‖ nonce A ‖ nonce B), each part behind its length as a
    /// varint; the first eight bytes, big-endian, modulo 1,000,000; six digits with leading zeros.
    /// A is the initiator of the channel, B the responder.
    package static func digits(
        handshakeHash: [UInt8], commitmentNonceA: [UInt8], commitmentNonceB: [UInt8]
    ) -> String {
        let bytes = ByteWriter.bytes { writer in
            writer.raw(Domain.shortCode.prefix)
            writer.blob(handshakeHash)
            writer.blob(commitmentNonceA)
            writer.blob(commitmentNonceB)
        }
        let number = String(Blake2b.hash256(bytes).words.0 % 1_000_000)
        return String(repeating: "0", count: 6 - number.count) + number
    }
}

/// Binds its sender to a nonce before it is revealed.
package enum Commitment {
    /// What a nonce must have, in bytes, so that nobody guesses it.
    package static let nonceBytes = 32

    /// BLAKE2b-256(prefix ‖ nonce).
    package static func of(_ nonce: [UInt8]) -> Digest {
        Blake2b.hash256([Domain.codeCommitment.prefix, nonce])
    }
}
