import Gossip

@testable import Sodium

/// Both ends of a channel with keys that are always the same: an input that breaks a law does so in
/// every process.
struct Ends {
    var initiator: Channel
    var responder: Channel

    /// Not yet started.
    init() {
        var random = SeededRandom(seed: 1)
        let book = random.digest()
        let psk = PresharedKey(random: &random)
        let keys = [AgreementKey(random: &random), AgreementKey(random: &random)]
        initiator = .initiator(
            local: keys[0], book: book, psk: psk, limit: MessageKind.limit, random: &random)
        responder = .responder(
            local: keys[1], book: book, psks: { $0 == psk.id ? psk : nil },
            limit: MessageKind.limit, random: &random)
    }

    /// The ends before and after each message of the handshake, and the messages.
    static func handshake() throws -> (stages: [Ends], messages: [[UInt8]]) {
        var ends = Ends()
        var stages = [ends]
        let first = try ends.initiator.start()
        stages.append(ends)
        let second = try ends.responder.receive(first).send
        stages.append(ends)
        let third = try ends.initiator.receive(second).send
        stages.append(ends)
        _ = try ends.responder.receive(third)
        stages.append(ends)
        return (stages, [first, second, third])
    }
}

/// All that came of some bytes: what happened, what goes back, and the end if it came.
struct Outcome: Equatable {
    var events: [Channel.Event] = []
    var send: [UInt8] = []
    var failure: ChannelError?

    /// Hands the bytes over in pieces of so many.
    init(_ channel: inout Channel, _ bytes: [UInt8], by size: Int) {
        for start in stride(from: 0, to: bytes.count, by: size) {
            let piece = Array(bytes[start..<min(start + size, bytes.count)])
            do throws(ChannelError) {
                let step = try channel.receive(piece)
                events += step.events
                send += step.send
            } catch {
                law(
                    channel.failure == error,
                    "\(error) and failure \(String(describing: channel.failure))")
            }
            if !channel.isEstablished {
                law(
                    channel.pending.count <= Channel.unauthenticatedBytesMax,
                    "\(channel.pending.count) bytes held before the handshake is done")
            }
            if channel.failure != nil { break }
        }
        failure = channel.failure
        if failure != nil {
            law(channel.pending.isEmpty, "a dead channel keeps bytes")
            let after = Result { try channel.receive([0]) }
            if case .success = after { law(false, "a dead channel reads") }
        }
    }
}
