import CSodium
import Testing

@testable import Sodium

/// C2SP Wycheproof, all cases of the four files.
@Suite(.enabled(if: Vectors.arePresent, Vectors.reason))
struct WycheproofTests {
    struct File<Group: Decodable>: Decodable {
        let numberOfTests: Int
        let testGroups: [Group]
    }

    struct AgreementGroup: Decodable {
        let tests: [AgreementCase]
    }

    struct AgreementCase: Decodable {
        let tcId: Int
        let `public`: String
        let `private`: String
        let shared: String
    }

    struct SignatureGroup: Decodable {
        struct Key: Decodable {
            let pk: String
        }

        let publicKey: Key
        let tests: [SignatureCase]
    }

    struct SignatureCase: Decodable {
        let tcId: Int
        let msg: String
        let sig: String
        let result: String
    }

    struct CipherGroup: Decodable {
        let ivSize: Int
        let tests: [CipherCase]
    }

    struct CipherCase: Decodable {
        let tcId: Int
        let key: String
        let iv: String
        let aad: String
        let msg: String
        let ct: String
        let tag: String
        let result: String
    }

    @Test func x25519() throws {
        let file: File<AgreementGroup> = try Vectors.read("x25519_test.json")
        var (seen, weak) = (0, 0)
        for test in file.testGroups.flatMap(\.tests) {
            let key = try #require(AgreementKey(hex(test.private)))
            let other = try #require(AgreementPublicKey(hex(test.public)))
            let shared = try hex(test.shared)
            seen += 1
            if shared.allSatisfy({ $0 == 0 }) {
                weak += 1
                #expect(throws: SodiumError.weakKey, "case \(test.tcId)") {
                    try key.agree(with: other)
                }
            } else {
                #expect(try key.agree(with: other) == shared, "case \(test.tcId)")
            }
        }
        #expect(seen == file.numberOfTests && weak == 31)
    }

    @Test func ed25519() throws {
        let file: File<SignatureGroup> = try Vectors.read("ed25519_test.json")
        var seen = 0
        for group in file.testGroups {
            let key = try #require(PublicKey(hex(group.publicKey.pk)))
            for test in group.tests {
                seen += 1
                let signature = try Signature(hex(test.sig))
                let message = try hex(test.msg)
                let valid = signature.map { key.verify($0, of: message) } ?? false
                #expect(valid == (test.result == "valid"), "case \(test.tcId)")
            }
        }
        #expect(seen == file.numberOfTests)
    }

    @Test func xChaCha() throws {
        let file: File<CipherGroup> = try Vectors.read("xchacha20_poly1305_test.json")
        var seen = 0
        for group in file.testGroups {
            for test in group.tests {
                seen += 1
                let key = try #require(SymmetricKey(hex(test.key)))
                let (nonce, aad) = try (hex(test.iv), hex(test.aad))
                let sealed = try hex(test.ct) + hex(test.tag)
                let message = try hex(test.msg)
                if group.ivSize != 192 {
                    #expect(throws: SodiumError.wrongLength(group.ivSize / 8)) {
                        try XChaCha.open(sealed, key: key, nonce: nonce, associated: aad)
                    }
                } else if test.result == "valid" {
                    #expect(
                        try XChaCha.open(sealed, key: key, nonce: nonce, associated: aad)
                            == message, "case \(test.tcId)")
                    #expect(
                        XChaCha.seal(message, key: key, nonce: nonce, associated: aad) == sealed)
                } else {
                    #expect(throws: SodiumError.forged, "case \(test.tcId)") {
                        try XChaCha.open(sealed, key: key, nonce: nonce, associated: aad)
                    }
                }
            }
        }
        #expect(seen == file.numberOfTests)
    }

    /// Noise leaves the first four bytes of the nonce zero and counts in the rest, so only the cases
    /// of that form reach `CipherState`; all cases go through the libsodium call that it makes.
    @Test func chaCha() throws {
        let file: File<CipherGroup> = try Vectors.read("chacha20_poly1305_test.json")
        var (seen, counted) = (0, 0)
        for group in file.testGroups where group.ivSize == 96 {
            for test in group.tests {
                seen += 1
                let (key, nonce, aad) = try (hex(test.key), hex(test.iv), hex(test.aad))
                let sealed = try hex(test.ct) + hex(test.tag)
                let message = try hex(test.msg)
                var plaintext = [UInt8](repeating: 0, count: message.count)
                let code = crypto_aead_chacha20poly1305_ietf_decrypt(
                    &plaintext, nil, nil, sealed, UInt64(sealed.count), aad, UInt64(aad.count),
                    nonce, key)
                #expect((code == 0) == (test.result == "valid"), "case \(test.tcId)")
                guard nonce.prefix(4) == [0, 0, 0, 0] else { continue }
                counted += 1
                let number = nonce.dropFirst(4).reversed().reduce(UInt64(0)) {
                    $0 << 8 | UInt64($1)
                }
                guard number != .max else { continue }
                var state = CipherState(key: try #require(SymmetricKey(key)), nonce: number)
                var output: [UInt8] = []
                if test.result == "valid" {
                    #expect(plaintext == message)
                    try state.decrypt(sealed[...], associated: aad, into: &output)
                    #expect(output == message, "case \(test.tcId)")
                } else {
                    #expect(throws: SodiumError.forged, "case \(test.tcId)") {
                        try state.decrypt(sealed[...], associated: aad, into: &output)
                    }
                    #expect(output.isEmpty && state.nonce == number)
                }
            }
        }
        #expect(seen > 300 && counted > 0)
    }
}
