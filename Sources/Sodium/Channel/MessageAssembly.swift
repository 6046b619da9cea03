/// Cuts the decrypted stream into messages: four bytes of length, big-endian, then as many bytes,
/// of which the first is the kind. Every length is compared before memory is taken for it.
struct MessageAssembly: Sendable {
    private let limit: @Sendable (UInt8) -> Int?
    private var prefix: UInt32 = 0
    private var prefixBytes = 0
    /// The bytes still missing from the message under way; meaningful behind a whole prefix.
    private var missing = 0
    private var message: [UInt8] = []

    /// `limit` tells for a kind the longest message in bytes, kind included; nil refuses the kind.
    init(limit: @escaping @Sendable (UInt8) -> Int?) {
        self.limit = limit
    }

    /// Takes the next plaintext and hands on every message that it completes, in order.
    mutating func take(
        _ plaintext: [UInt8], deliver: ([UInt8]) -> Void
    ) throws(ChannelError) {
        var rest = plaintext[...]
        while !rest.isEmpty {
            if prefixBytes < 4 {
                prefix = prefix << 8 | UInt32(rest.removeFirst())
                prefixBytes += 1
                if prefixBytes == 4 { try checkLength() }
                continue
            }
            if message.isEmpty { try checkKind(rest[rest.startIndex]) }
            let part = rest.prefix(missing)
            message.append(contentsOf: part)
            missing -= part.count
            rest = rest.dropFirst(part.count)
            if missing == 0 {
                deliver(message)
                message = []
                prefix = 0
                prefixBytes = 0
            }
        }
    }

    private mutating func checkLength() throws(ChannelError) {
        let length = Int(prefix)
        guard length > 0 else { throw .emptyMessage }
        guard length <= Channel.messageBytesMax else {
            throw .messageLength(length, limit: Channel.messageBytesMax)
        }
        missing = length
    }

    /// The buffer grows with what arrives: announcing two megabytes costs a peer two megabytes.
    private mutating func checkKind(_ kind: UInt8) throws(ChannelError) {
        guard let most = limit(kind) else { throw .unknownKind(kind) }
        guard missing <= most else { throw .messageLength(missing, limit: most) }
        message.reserveCapacity(min(missing, Channel.recordPlaintextBytesMax))
    }
}
