/// Why a cryptographic step was refused. Says nothing about secrets.
package enum SodiumError: Error, Hashable, Sendable {
    /// A tag does not fit: wrong key, wrong nonce, or changed bytes.
    case forged
    /// An agreement whose result is all zero: the other public key has a small order.
    case weakKey
    /// Bytes of a length that can never be right here.
    case wrongLength(Int)
    /// A cipher state has used every nonce but the one reserved for rekeying.
    case nonceExhausted
    /// A handshake message asked for or offered when it is not this side's turn.
    case outOfTurn
}
