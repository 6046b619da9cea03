import Gossip

@testable import Sodium

/// An established channel: records that a member sealed over any plaintext, honest messages, and
/// bytes that nobody sealed, cut in any way.
struct RecordsTarget: FuzzTarget {
    static let name = "records"
    static let allocationMegabytesMax = 4

    private let channel: Channel
    private let cipher: RecordCipher

    init() throws {
        let stage = try Ends.handshake().stages[4]
        guard case .established(let transport) = stage.initiator.state else {
            throw ChannelError.notEstablished
        }
        channel = stage.responder
        cipher = transport.sent
    }

    /// The bytes on the wire, the plaintext that was sealed into them, and whether anything in them
    /// is not as it was sealed.
    private struct Stream {
        var cipher: RecordCipher
        var wire: [UInt8] = []
        var plaintext: [UInt8] = []
        var isTampered = false

        static let bytesMax = 1 << 20

        mutating func seal(_ bytes: [UInt8]) throws {
            guard !bytes.isEmpty, wire.count < Self.bytesMax else { return }
            if !isTampered { plaintext += bytes }
            try cipher.seal(bytes[...], into: &wire)
        }

        mutating func step(_ input: inout Input) throws {
            switch input.choice(6) {
            case 0: try seal(input.blob())
            case 1: try seal(Self.framed(input.blob()))
            case 2:
                let raw = input.blob()
                if !raw.isEmpty { isTampered = true }
                wire += raw
            case 3:
                let start = wire.count
                let bytes = input.blob()
                if !bytes.isEmpty { isTampered = true }
                try seal(bytes)
                guard wire.count > start else { return }
                wire[start + Int(input.byte()) % (wire.count - start)] ^= 1 << (input.byte() & 7)
            case 4:
                let count = (1 + Int(input.byte())) * 250
                try seal([UInt8](repeating: input.byte(), count: count))
            default:
                for _ in 0..<input.byte() {
                    try seal(Self.framed([MessageKind.ping.rawValue, input.byte()]))
                }
            }
        }

        static func framed(_ message: [UInt8]) -> [UInt8] {
            let length = message.count
            return [0, 0, UInt8(length >> 8 & 0xff), UInt8(length & 0xff)] + message
        }
    }

    func run(_ input: [UInt8]) throws {
        var input = Input(input)
        let size = 1 + Int(input.number() % 70_000)
        var stream = Stream(cipher: cipher)
        while !input.isAtEnd { try stream.step(&input) }
        var (whole, cut) = (channel, channel)
        let atOnce = Outcome(&whole, stream.wire, by: max(1, stream.wire.count))
        let inPieces = Outcome(&cut, stream.wire, by: max(size, stream.wire.count / 2_000))
        law(atOnce == inPieces, "cut by \(size), \(stream.wire.count) bytes say something else")
        let model = Self.messages(in: stream.plaintext)
        law(
            model.messages.map { .message($0) } == atOnce.events,
            "\(atOnce.events.count) messages came, \(model.messages.count) were sealed")
        if let error = model.error {
            law(atOnce.failure == error, "\(String(describing: atOnce.failure)) is not \(error)")
        } else if !stream.isTampered {
            law(
                atOnce.failure == nil, "sealed bytes refused: \(String(describing: atOnce.failure))"
            )
        }
    }

    /// What the document says of a plaintext stream, read the slow and plain way.
    private static func messages(
        in stream: [UInt8]
    ) -> (messages: [[UInt8]], error: ChannelError?) {
        var rest = stream[...]
        var messages: [[UInt8]] = []
        while rest.count >= 4 {
            let length = rest.prefix(4).reduce(0) { $0 << 8 | Int($1) }
            rest = rest.dropFirst(4)
            guard length > 0 else { return (messages, .emptyMessage) }
            guard length <= Channel.messageBytesMax else {
                return (messages, .messageLength(length, limit: Channel.messageBytesMax))
            }
            guard let kind = rest.first else { break }
            guard let limit = MessageKind.limit(kind) else {
                return (messages, .unknownKind(kind))
            }
            guard length <= limit else { return (messages, .messageLength(length, limit: limit)) }
            guard rest.count >= length else { break }
            messages.append(Array(rest.prefix(length)))
            rest = rest.dropFirst(length)
        }
        return (messages, nil)
    }

    func seeds() -> [[UInt8]] {
        let ping = [MessageKind.ping.rawValue, 1, 2]
        return (0..<6).flatMap { kind in
            [ping, Stream.framed(ping), [0, 4, 0, 0, MessageKind.hello.rawValue]].map { bytes in
                Script.bytes {
                    $0.number(7)
                    for step in [1, kind, kind, 1] {
                        $0.byte(step)
                        $0.blob(bytes)
                    }
                }
            }
        }
    }
}
