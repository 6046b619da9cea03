/// What the first byte of a message says it is, and how long such a message may be.
package enum MessageKind: UInt8, CaseIterable, Sendable {
    case hello = 1
    case roots = 2
    case heads = 3
    case want = 4
    case run = 5
    case note = 6
    case prune = 7
    case graft = 8
    case ack = 9
    case ping = 10
    case pong = 11
    case bye = 12
    case joinRequest = 13
    case joinAccept = 14
    case joinRefusal = 15
    case view = 16

    /// Bytes, the kind's included: compared before memory is taken.
    package var bytesMax: Int {
        switch self {
        case .hello: 256 << 10
        case .roots, .heads: 256 << 10
        case .run: 1 << 20
        case .note, .ack, .graft: 64 << 10
        case .view: 48 << 10
        case .want, .prune, .ping, .pong: 256
        case .bye, .joinRefusal: 1_024
        case .joinRequest, .joinAccept: 2_048
        }
    }

    /// What the channel asks for a kind: nil refuses it.
    @Sendable package static func limit(_ kind: UInt8) -> Int? {
        MessageKind(rawValue: kind)?.bytesMax
    }
}
