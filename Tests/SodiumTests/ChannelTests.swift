import Testing

@testable import Sodium

@Suite struct ChannelTests {
    @Test(arguments: [1, 2, 3, 7, 64, 100_000])
    func everySplitGivesTheSameEvents(size: Int) throws {
        var pair = Pair()
        let first = try pair.initiator.start()
        let second = pair.responder.feed(first, by: size)
        #expect(second.events.isEmpty)
        let third = pair.initiator.feed(second.send, by: size)
        #expect(
            third.events == [
                .established(remote: Pair.responderKey.publicKey, psk: Pair.psk.id)
            ])
        // Message 3 and records come in one stream.
        let messages: [[UInt8]] = [
            [7], [8, 1, 2], [7] + [UInt8](repeating: 3, count: 70_000), [7, 7],
        ]
        var stream = third.send
        for message in messages { stream += try pair.initiator.seal(message) }
        let last = pair.responder.feed(stream, by: size)
        #expect(last.failure == nil && last.send.isEmpty)
        #expect(
            last.events == [
                .established(remote: Pair.initiatorKey.publicKey, psk: Pair.psk.id)
            ] + messages.map { .message($0) })
        #expect(pair.responder.counters.recordsReceived == 5)
        #expect(pair.initiator.counters == .init(recordsSent: 5, recordsReceived: 0))
        let back = pair.initiator.feed(try pair.responder.seal([8, 9]), by: size)
        #expect(back.events == [.message([8, 9])])
        #expect(pair.initiator.handshakeHash == pair.responder.handshakeHash)
        #expect(pair.initiator.handshakeHash?.count == 64)
    }

    @Test func longestMessageArrives() throws {
        var (pair, _) = try Pair.established()
        let message = [7] + [UInt8](repeating: 1, count: Channel.messageBytesMax - 1)
        let sealed = try pair.initiator.seal(message)
        #expect(sealed.count == message.count + 4 + 33 * 18)
        #expect(try pair.responder.receive(sealed).events == [.message(message)])
        for wrong in [[], message + [1]] {
            #expect(throws: ChannelError.unsealable(wrong.count)) {
                try pair.initiator.seal(wrong)
            }
        }
        #expect(pair.initiator.isEstablished, "a message too long is refused, not fatal")
    }

    @Test func callsOutOfTurnAreRefused() throws {
        var pair = Pair()
        #expect(throws: ChannelError.notEstablished) { try pair.initiator.seal([7]) }
        #expect(try pair.responder.start() == [])
        #expect(throws: ChannelError.notEstablished) { try pair.responder.seal([7]) }
        _ = try pair.initiator.start()
        #expect(throws: ChannelError.alreadyStarted) { try pair.initiator.start() }
        #expect(!pair.initiator.isEstablished && pair.initiator.counters == .init())
        #expect(pair.initiator.handshakeHash == nil)
    }

    @Test func bytesBeforeTheStartEndTheInitiator() throws {
        var pair = Pair()
        #expect(throws: ChannelError.handshakeLength(0, expected: 0)) {
            try pair.initiator.receive([0, 0])
        }
        #expect(throws: ChannelError.dead) { try pair.initiator.start() }
    }

    @Test func severalMessagesMayShareARecord() throws {
        var (pair, messages) = try Pair.established()
        _ = messages
        guard case .established(var transport) = pair.initiator.state else {
            Issue.record("not established")
            return
        }
        var (cipher, record): (RecordCipher, [UInt8]) = (transport.sent, [])
        try cipher.seal([0, 0, 0, 1, 7, 0, 0, 0, 2, 8, 1, 0, 0][...], into: &record)
        try cipher.seal([0, 3, 7][...], into: &record)
        try cipher.seal([7, 7][...], into: &record)
        _ = try transport.seal([7])
        let events = try pair.responder.receive(record).events
        #expect(events == [.message([7]), .message([8, 1]), .message([7, 7, 7])])
    }
}
