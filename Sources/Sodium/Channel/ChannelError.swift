/// Why a channel ended or refused. All but `notEstablished`, `alreadyStarted` and `unsealable` are
/// for good: the channel is dead from then on.
package enum ChannelError: Error, Hashable, Sendable {
    /// The first bytes are not a Branchbook preamble.
    case notBranchbook
    /// The peer speaks these channel versions, and we none of them.
    case versions(least: UInt8, greatest: UInt8)
    /// The preamble names a key we do not hold.
    case unknownKey(PresharedKeyID)
    /// A handshake message announced with a length it cannot have.
    case handshakeLength(Int, expected: Int)
    /// A handshake message refused: other pre-shared key, other book, or changed bytes (`.forged`),
    /// or a key of small order (`.weakKey`).
    case handshake(SodiumError)
    /// A transport record announced with a length it cannot have.
    case recordLength(Int)
    /// A transport record refused: changed, repeated, left out (`.forged`), or `.nonceExhausted`.
    case record(SodiumError)
    /// A message of no bytes has no kind.
    case emptyMessage
    /// No message kind we know.
    case unknownKind(UInt8)
    /// A message longer than its kind allows, or than any may be.
    case messageLength(Int, limit: Int)
    /// Asked to seal before the handshake was done.
    case notEstablished
    /// `start` called twice.
    case alreadyStarted
    /// Asked to seal a message of this length, in bytes: none, or more than `messageBytesMax`.
    case unsealable(Int)
    /// Used after its end; `Channel.failure` says why it ended.
    case dead
}
