/// Both directions after the handshake: records of a two-byte length, big-endian, and ciphertext.
struct Transport: Secret, Sendable {
    private(set) var sent: RecordCipher
    private(set) var received: RecordCipher
    private var assembly: MessageAssembly

    init(send: CipherState, receive: CipherState, limit: @escaping @Sendable (UInt8) -> Int?) {
        sent = RecordCipher(send)
        received = RecordCipher(receive)
        assembly = MessageAssembly(limit: limit)
    }

    /// The records of one message.
    mutating func seal(_ message: [UInt8]) throws(ChannelError) -> [UInt8] {
        let length = UInt32(message.count)
        var stream: [UInt8] = []
        stream.reserveCapacity(message.count + 4)
        for shift in stride(from: UInt32(24), through: 0, by: -8) {
            stream.append(UInt8(truncatingIfNeeded: length >> shift))
        }
        stream.append(contentsOf: message)
        let most = Channel.recordPlaintextBytesMax
        var output: [UInt8] = []
        output.reserveCapacity(stream.count + (stream.count / most + 1) * 18)
        for start in stride(from: 0, to: stream.count, by: most) {
            try sent.seal(stream[start..<min(start + most, stream.count)], into: &output)
        }
        return output
    }

    /// One record's ciphertext; hands on the messages it completes.
    mutating func open(
        _ record: ArraySlice<UInt8>, deliver: ([UInt8]) -> Void
    ) throws(ChannelError) {
        try assembly.take(try received.open(record), deliver: deliver)
    }
}

/// One direction: a cipher that takes a new key after every 1,000 records.
///
/// Record number n (from 0) has nonce n and a key rekeyed n / 1,000 times.
struct RecordCipher: Secret, Sendable {
    private var cipher: CipherState

    init(_ cipher: CipherState) {
        self.cipher = cipher
    }

    /// Records so far.
    var count: UInt64 { cipher.nonce }

    /// Appends length and ciphertext.
    mutating func seal(
        _ plaintext: ArraySlice<UInt8>, into output: inout [UInt8]
    ) throws(ChannelError) {
        turnKey()
        let length = plaintext.count + CipherState.tagBytes
        output.append(UInt8(truncatingIfNeeded: length >> 8))
        output.append(UInt8(truncatingIfNeeded: length))
        do throws(SodiumError) {
            try cipher.encrypt(plaintext, into: &output)
        } catch {
            throw .record(error)
        }
    }

    mutating func open(_ record: ArraySlice<UInt8>) throws(ChannelError) -> [UInt8] {
        turnKey()
        var plaintext: [UInt8] = []
        do throws(SodiumError) {
            try cipher.decrypt(record, into: &plaintext)
        } catch {
            throw .record(error)
        }
        return plaintext
    }

    private mutating func turnKey() {
        if cipher.nonce > 0, cipher.nonce % Channel.recordsPerKey == 0 { cipher.rekey() }
    }
}
