extension Channel {
    /// Takes the next bytes from the peer, split in any way, and tells what happened, in order, and
    /// what to send back.
    ///
    /// Bytes that are refused end the channel. When this call already has something to report from
    /// before the refused bytes, it reports that, and `failure` says at once that the channel is
    /// dead; otherwise it throws the reason. So look at `failure` after every call. A dead channel
    /// throws `.dead`.
    package mutating func receive(
        _ bytes: [UInt8]
    ) throws(ChannelError) -> (events: [Event], send: [UInt8]) {
        if case .dead = state { throw .dead }
        if pending.isEmpty { pending = bytes } else { pending.append(contentsOf: bytes) }
        var reading = Reading()
        do throws(ChannelError) {
            while let unit = try nextUnit(from: reading.offset) {
                reading.offset = unit.endIndex
                try advance(unit, &reading)
            }
            if reading.offset > 0 { pending.removeFirst(reading.offset) }
            precondition(
                isEstablished || pending.count <= Self.unauthenticatedBytesMax,
                "\(pending.count) bytes wait before authentication")
        } catch {
            die(error)
            if reading.events.isEmpty, reading.send.isEmpty { throw error }
        }
        return (reading.events, reading.send)
    }

    /// What one call has read of `pending`, in bytes, and found.
    struct Reading {
        var offset = 0
        var events: [Event] = []
        var send: [UInt8] = []
    }

    /// The preamble, or the next message without its length; nil when it is not all there. A length
    /// that cannot be right is refused as soon as it is known.
    private func nextUnit(from offset: Int) throws(ChannelError) -> ArraySlice<UInt8>? {
        if case .preamble = state {
            guard pending.count - offset >= Preamble.count else { return nil }
            return pending[offset..<offset + Preamble.count]
        }
        let start = offset + 2
        guard pending.count >= start else { return nil }
        let length = Int(pending[offset]) << 8 | Int(pending[offset + 1])
        try checkLength(length)
        guard pending.count - start >= length else { return nil }
        return pending[start..<start + length]
    }

    /// Handshake payloads are empty, so every handshake message has one possible length.
    private func checkLength(_ length: Int) throws(ChannelError) {
        let expected: Int
        switch state {
        case .firstMessage: expected = 48
        case .secondMessage: expected = 96
        case .thirdMessage: expected = 64
        case .unstarted: throw .handshakeLength(length, expected: 0)
        case .established:
            guard length > CipherState.tagBytes else { throw .recordLength(length) }
            return
        case .preamble, .dead: return
        }
        guard length == expected else { throw .handshakeLength(length, expected: expected) }
    }

    private mutating func advance(
        _ unit: ArraySlice<UInt8>, _ reading: inout Reading
    ) throws(ChannelError) {
        switch state {
        case .preamble: try readPreamble(unit)
        case .firstMessage(var handshake, let id):
            try read(unit, &handshake)
            reading.send += try write(&handshake)
            state = .thirdMessage(handshake, id)
        case .secondMessage(var handshake, let id):
            try read(unit, &handshake)
            reading.send += try write(&handshake)
            try establish(handshake, id, &reading)
        case .thirdMessage(var handshake, let id):
            try read(unit, &handshake)
            try establish(handshake, id, &reading)
        case .established(var transport):
            // The state lets go of the transport meanwhile, or its buffers would be copied.
            state = .dead(.dead)
            try transport.open(unit) { reading.events.append(.message($0)) }
            state = .established(transport)
        case .unstarted, .dead:
            preconditionFailure("no unit is read in \(state)")
        }
    }

    private mutating func readPreamble(_ unit: ArraySlice<UInt8>) throws(ChannelError) {
        let preamble = try Preamble(unit, spoken: Self.versions)
        guard let psk = keys(preamble.key) else { throw .unknownKey(preamble.key) }
        let handshake = HandshakeState(
            .xxPsk0, role: .responder, prologue: preamble.prologue(book: book), local: local,
            ephemeralSeed: ephemeralSeed, psk: psk)
        state = .firstMessage(handshake, preamble.key)
    }

    private func read(
        _ unit: ArraySlice<UInt8>, _ handshake: inout HandshakeState
    ) throws(ChannelError) {
        do throws(SodiumError) {
            _ = try handshake.read(unit)
        } catch {
            throw .handshake(error)
        }
    }

    private mutating func establish(
        _ handshake: HandshakeState, _ id: PresharedKeyID, _ reading: inout Reading
    ) throws(ChannelError) {
        guard let remote = handshake.remote else { throw .handshake(.outOfTurn) }
        do throws(SodiumError) {
            let (send, receive) = try handshake.split()
            state = .established(Transport(send: send, receive: receive, limit: limit))
        } catch {
            throw .handshake(error)
        }
        handshakeHash = handshake.hash
        reading.events.append(.established(remote: remote, psk: id))
    }
}
