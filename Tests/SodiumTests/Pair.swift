@testable import Sodium

/// Two channels with the fixed keys of `docs/protocol-channel.md`, not yet started.
struct Pair {
    static let book = Digest(counting(from: 0xa0))!
    static let psk = PresharedKey(counting(from: 0x80))!
    static let initiatorKey = AgreementKey(seed: counting(from: 0x00))
    static let responderKey = AgreementKey(seed: counting(from: 0x20))

    /// Kind 7 may have 2 MiB, kind 8 ten bytes, kind 9 none; others are unknown.
    @Sendable static func limit(kind: UInt8) -> Int? {
        switch kind {
        case 7: Channel.messageBytesMax
        case 8: 10
        default: nil
        }
    }

    var initiator: Channel
    var responder: Channel

    init(
        psk: PresharedKey = Pair.psk, responderPsk: PresharedKey = Pair.psk,
        idOf named: PresharedKey = Pair.psk, book: Digest = Pair.book,
        responderBook: Digest = Pair.book
    ) {
        var random = FixedRandom(rest: counting(from: 0x40, count: 64))
        initiator = .initiator(
            local: Self.initiatorKey, book: book, psk: psk, limit: Self.limit, random: &random)
        responder = .responder(
            local: Self.responderKey, book: responderBook,
            psks: { $0 == named.id ? responderPsk : nil }, limit: Self.limit, random: &random)
    }

    /// The bytes of the handshake, by message, and the pair established.
    static func established() throws -> (pair: Pair, messages: [[UInt8]]) {
        var pair = Pair()
        let first = try pair.initiator.start()
        let second = try pair.responder.receive(first).send
        let third = try pair.initiator.receive(second).send
        _ = try pair.responder.receive(third)
        return (pair, [first, second, third])
    }
}

extension Channel {
    /// Everything that came of `bytes` handed over in pieces of `size`, and the end if it came.
    mutating func feed(
        _ bytes: [UInt8], by size: Int
    ) -> (events: [Event], send: [UInt8], failure: ChannelError?) {
        var (events, send): ([Event], [UInt8]) = ([], [])
        for start in stride(from: 0, to: bytes.count, by: size) {
            do throws(ChannelError) {
                let step = try receive(Array(bytes[start..<min(start + size, bytes.count)]))
                events += step.events
                send += step.send
            } catch {
                return (events, send, error == .dead ? failure : error)
            }
        }
        return (events, send, failure)
    }
}
