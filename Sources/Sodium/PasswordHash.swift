import CSodium

/// Argon2id of what a person types: slow and hungry on purpose, so that who stole the hash has to work for each guess.
///
/// Cost: two passes over 8 MiB, some 10 ms.
package enum PasswordHash {
    package static let saltBytes = Int(crypto_pwhash_argon2id_SALTBYTES)
    private static let passes: UInt64 = 2
    private static let memoryBytes = 8 << 20

    /// Nil where the memory is not to be had.
    ///
    /// - Parameter salt: `saltBytes` of randomness, kept beside the hash.
    package static func hash(_ password: String, salt: [UInt8]) -> Digest? {
        Library.ensure()
        precondition(salt.count == saltBytes, "a salt has \(saltBytes) bytes")
        var failed = false
        let bytes = Array(password.utf8).map { CChar(bitPattern: $0) }
        let digest = Digest.filled { output in
            failed =
                crypto_pwhash_argon2id(
                    output, UInt64(Digest.count), bytes, UInt64(bytes.count), salt, passes,
                    memoryBytes, crypto_pwhash_argon2id_ALG_ARGON2ID13) != 0
        }
        return failed ? nil : digest
    }
}

extension Digest {
    /// Takes as long wherever the two differ.
    package func isEqualInConstantTime(to other: Digest) -> Bool {
        let (a, b) = (bytes, other.bytes)
        return sodium_memcmp(a, b, a.count) == 0
    }
}
