import Testing

@testable import Sodium

@Suite struct ChannelRefusalTests {
    /// Empty when the handshake itself fails, and then every test here fails.
    static let handshake = (try? Pair.established().messages) ?? [[], [], []]

    /// A pair of which the responder (message 0 or 2) or the initiator (message 1) waits.
    static func waiting(for message: Int) throws -> Channel {
        var pair = Pair()
        _ = try pair.initiator.start()
        if message == 1 { return pair.initiator }
        if message == 2 { _ = try pair.responder.receive(handshake[0]) }
        return pair.responder
    }

    @Test(arguments: 0...2)
    func truncationsGiveNothing(message: Int) throws {
        let bytes = Self.handshake[message]
        try #require(!bytes.isEmpty)
        for length in 0..<bytes.count {
            var channel = try Self.waiting(for: message)
            let outcome = channel.feed(Array(bytes.prefix(length)), by: 1)
            #expect(outcome.events.isEmpty && outcome.send.isEmpty && outcome.failure == nil)
            #expect(!channel.isEstablished)
        }
    }

    @Test(arguments: 0...2)
    func everyBitOfTheHandshakeCounts(message: Int) throws {
        let bytes = Self.handshake[message]
        for bit in 0..<bytes.count * 8 {
            var changed = bytes
            changed[bit / 8] ^= 1 << UInt8(bit % 8)
            var channel = try Self.waiting(for: message)
            let outcome = channel.feed(changed, by: changed.count)
            #expect(outcome.failure != nil, "message \(message), bit \(bit)")
            #expect(
                outcome.events.isEmpty && outcome.send.isEmpty, "message \(message), bit \(bit)")
            #expect(throws: ChannelError.dead) { try channel.receive([0]) }
            #expect(throws: ChannelError.dead) { try channel.seal([7]) }
            #expect(channel.pending.isEmpty)
        }
    }

    @Test func everyBitOfARecordCounts() throws {
        let (pair, _) = try Pair.established()
        var initiator = pair.initiator
        let bytes = try initiator.seal([7, 1, 2, 3])
        for bit in 0..<bytes.count * 8 {
            var changed = bytes
            changed[bit / 8] ^= 1 << UInt8(bit % 8)
            var channel = pair.responder
            // A length made longer waits for more bytes; they come, and then it is refused.
            let outcome = channel.feed(changed + [UInt8](repeating: 0, count: 70_000), by: 8_192)
            #expect(outcome.events.isEmpty, "bit \(bit)")
            switch outcome.failure {
            case .record(.forged), .recordLength: break
            default: Issue.record("bit \(bit): \(String(describing: outcome.failure))")
            }
        }
    }

    @Test func repeatedAndLostRecordsAreRefused() throws {
        let (pair, _) = try Pair.established()
        var initiator = pair.initiator
        let (one, two) = (try initiator.seal([7, 1]), try initiator.seal([7, 2]))
        var channel = pair.responder
        _ = try channel.receive(one)
        #expect(throws: ChannelError.record(.forged)) { try channel.receive(one) }
        channel = pair.responder
        #expect(throws: ChannelError.record(.forged)) { try channel.receive(two) }
        // A side's own records sent back to it are not its peer's.
        #expect(throws: ChannelError.record(.forged)) { try initiator.receive(one) }
    }

    @Test func whatCameBeforeAForgeryIsKept() throws {
        let (pair, _) = try Pair.established()
        var initiator = pair.initiator
        var bytes = try initiator.seal([7, 1])
        bytes += [0, 17] + [UInt8](repeating: 0, count: 17)
        for size in [1, 5, bytes.count] {
            var channel = pair.responder
            let outcome = channel.feed(bytes, by: size)
            #expect(outcome.events == [.message([7, 1])])
            #expect(outcome.failure == .record(.forged))
            #expect(channel.failure == .record(.forged))
        }
    }

    @Test func wrongKeyAndWrongBookFailAtTheFirstMessage() throws {
        let other = try #require(PresharedKey(counting(from: 0x81)))
        let otherBook = try #require(Digest(counting(from: 0xa1)))
        let pairs = [
            Pair(responderPsk: other), Pair(responderBook: otherBook), Pair(book: otherBook),
        ]
        for pair in pairs {
            var pair = pair
            let first = try pair.initiator.start()
            #expect(throws: ChannelError.handshake(.forged)) { try pair.responder.receive(first) }
            #expect(pair.responder.failure == .handshake(.forged))
        }
    }

    @Test func unknownKeyIsNamedAndGetsNoAnswer() throws {
        let other = try #require(PresharedKey(counting(from: 0x81)))
        var pair = Pair(psk: other)
        let first = try pair.initiator.start()
        #expect(throws: ChannelError.unknownKey(other.id)) { try pair.responder.receive(first) }
    }

    @Test(arguments: [
        ("GET / HTTP/1.1\r\nHost: a\r\n\r\n", ChannelError.notBranchbook),
        ("BBK1\u{2}\u{3}0123456789abcdef", .versions(least: 2, greatest: 3)),
        ("BBK1\u{0}\u{0}0123456789abcdef", .versions(least: 0, greatest: 0)),
        ("BBK1\u{2}\u{1}0123456789abcdef", .versions(least: 2, greatest: 1)),
    ])
    func otherPreamblesAreRefused(text: String, error: ChannelError) throws {
        var pair = Pair()
        #expect(throws: error) { try pair.responder.receive(Array(text.utf8)) }
    }

    /// A length that cannot be right is refused before a byte behind it has come.
    @Test(arguments: [(0, 48), (1, 96), (2, 64)])
    func oversizeHandshakeMessagesAreRefused(message: Int, expected: Int) throws {
        for length in [0, expected - 1, expected + 1, 4_096, 65_535] {
            var channel = try Self.waiting(for: message)
            let head = message == 0 ? Array(Self.handshake[0].prefix(Preamble.count)) : []
            let bytes = head + [UInt8(length >> 8), UInt8(length & 0xff)]
            #expect(throws: ChannelError.handshakeLength(length, expected: expected)) {
                try channel.receive(bytes)
            }
        }
    }

    @Test func weakEphemeralsAreRefused() throws {
        // A peer that knows the pre-shared key and offers a point of small order.
        let preamble = Preamble(versions: Channel.versions, key: Pair.psk.id)
        var symmetric = SymmetricState(protocolName: HandshakePattern.xxPsk0.protocolName)
        symmetric.mixHash(preamble.prologue(book: Pair.book))
        symmetric.mixKeyAndHash(Pair.psk.bytes)
        let weak = Digest.zero.bytes
        symmetric.mixHash(weak)
        symmetric.mixKey(weak)
        var message = weak
        try symmetric.encryptAndHash([], into: &message)
        var pair = Pair()
        #expect(throws: ChannelError.handshake(.weakKey)) {
            try pair.responder.receive(preamble.bytes + [0, 48] + message)
        }
    }

    @Test(
        arguments: [
            ([0, 0, 0, 0], ChannelError.emptyMessage),
            ([0, 0x20, 0, 1], .messageLength(2_097_153, limit: 2_097_152)),
            ([0xff, 0xff, 0xff, 0xff], .messageLength(4_294_967_295, limit: 2_097_152)),
            ([0, 0, 0, 1, 9], .unknownKind(9)),
            ([0, 0, 0, 11, 8], .messageLength(11, limit: 10)),
        ] as [([UInt8], ChannelError)])
    func lengthsAndKindsAreCheckedFirst(stream: [UInt8], error: ChannelError) throws {
        var (pair, _) = try Pair.established()
        guard case .established(let transport) = pair.initiator.state else {
            Issue.record("not established")
            return
        }
        var (cipher, record): (RecordCipher, [UInt8]) = (transport.sent, [])
        try cipher.seal(stream[...], into: &record)
        #expect(throws: error) { try pair.responder.receive(record) }
        #expect(throws: ChannelError.dead) { try pair.responder.receive(record) }
    }

    @Test(arguments: [0, 1, 15, 16])
    func recordsWithoutPlaintextAreRefused(length: Int) throws {
        var (pair, _) = try Pair.established()
        #expect(throws: ChannelError.recordLength(length)) {
            try pair.responder.receive([0, UInt8(length)])
        }
    }
}
