/// Chaining key, transcript hash and cipher of a handshake (Noise revision 34, section 5.2), with
/// BLAKE2b of 64 bytes.
struct SymmetricState: Secret, Sendable {
    private static let hashBytes = 64

    private var chaining: [UInt8]
    private(set) var hash: [UInt8]
    private var cipher = CipherState()

    /// A name longer than 64 bytes is hashed, a shorter one filled up with zeros.
    init(protocolName: String) {
        let name = Array(protocolName.utf8)
        if name.count <= Self.hashBytes {
            hash = name + [UInt8](repeating: 0, count: Self.hashBytes - name.count)
        } else {
            hash = Blake2b.hash(name, count: Self.hashBytes)
        }
        chaining = hash
    }

    var hasKey: Bool { cipher.hasKey }

    mutating func mixKey(_ input: [UInt8]) {
        let outputs = HMAC.expand(chaining: chaining, input: input, count: 2)
        chaining = outputs[0]
        cipher = Self.cipher(outputs[1])
    }

    mutating func mixHash(_ bytes: some Collection<UInt8>) {
        var state = Blake2b.State(count: Self.hashBytes)
        state.update(hash)
        state.update(Array(bytes))
        hash = state.finish()
    }

    mutating func mixKeyAndHash(_ input: [UInt8]) {
        let outputs = HMAC.expand(chaining: chaining, input: input, count: 3)
        chaining = outputs[0]
        mixHash(outputs[1])
        cipher = Self.cipher(outputs[2])
    }

    /// Appends what is sent, and hashes it.
    mutating func encryptAndHash(
        _ plaintext: [UInt8], into output: inout [UInt8]
    ) throws(SodiumError) {
        let start = output.count
        try cipher.encrypt(plaintext[...], associated: hash, into: &output)
        mixHash(output[start...])
    }

    /// The plaintext, once its tag has been checked; hashes what was received.
    mutating func decryptAndHash(
        _ ciphertext: ArraySlice<UInt8>
    ) throws(SodiumError) -> [UInt8] {
        var plaintext: [UInt8] = []
        try cipher.decrypt(ciphertext, associated: hash, into: &plaintext)
        mixHash(ciphertext)
        return plaintext
    }

    /// One cipher for each direction, the initiator's sending first.
    func split() -> (CipherState, CipherState) {
        let outputs = HMAC.expand(chaining: chaining, input: [], count: 2)
        return (Self.cipher(outputs[0]), Self.cipher(outputs[1]))
    }

    private static func cipher(_ output: [UInt8]) -> CipherState {
        CipherState(key: SymmetricKey(output.prefix(SymmetricKey.count)))
    }
}
