/// An encrypted, authenticated stream of messages between two nodes: bytes in, events out, no I/O
/// and no clock. `Noise_XXpsk0_25519_ChaChaPoly_BLAKE2b`; layout in `docs/protocol-channel.md`.
///
/// The initiator sends a clear preamble and message 1; the handshake follows; then records. Before
/// the handshake is done at most one handshake message is held, 98 bytes, well under 4 KiB.
///
/// Laws: however the incoming bytes are split, the events and the bytes to send, joined, are the
/// same. After an error the channel is dead: it keeps no bytes and every call throws.
package struct Channel: Secret, Sendable {
    package typealias Role = HandshakeState.Role

    package enum Event: Equatable, Sendable {
        /// The peer has proved that it holds this static key. Whether it may is not known here.
        case established(remote: AgreementPublicKey, psk: PresharedKeyID)
        /// One whole message, kind first.
        case message([UInt8])
    }

    /// Records in each direction since the handshake.
    package struct Counters: Equatable, Sendable {
        package var recordsSent: UInt64 = 0
        package var recordsReceived: UInt64 = 0
    }

    /// The channel versions this program speaks.
    package static let versions: ClosedRange<UInt8> = 1...1
    /// The longest message, in bytes: 2 MiB.
    package static let messageBytesMax = 2 << 20
    /// What one record carries at most: 65,535 less the tag.
    package static let recordPlaintextBytesMax = 65_519
    /// Records under one key, in each direction.
    package static let recordsPerKey: UInt64 = 1_000
    /// What may ever be held before the peer is authenticated.
    package static let unauthenticatedBytesMax = 4_096

    package let role: Role
    let local: AgreementKey
    let book: Digest
    let ephemeralSeed: SymmetricKey
    let keys: @Sendable (PresharedKeyID) -> PresharedKey?
    let limit: @Sendable (UInt8) -> Int?
    var state: State
    /// Bytes that came and are not a whole unit yet.
    var pending: [UInt8] = []
    /// The hash of the handshake, 64 bytes, once established: names this channel and no other.
    package internal(set) var handshakeHash: [UInt8]?

    /// What the channel waits for. Each state holds what is legal in it, and no more.
    enum State: Sendable {
        case unstarted(Preamble, HandshakeState)
        case preamble
        case firstMessage(HandshakeState, PresharedKeyID)
        case secondMessage(HandshakeState, PresharedKeyID)
        case thirdMessage(HandshakeState, PresharedKeyID)
        case established(Transport)
        case dead(ChannelError)
    }

    /// The side that connects. `limit` tells for a message kind its longest message in bytes, kind
    /// included; nil refuses the kind.
    package static func initiator(
        local: AgreementKey, book: Digest, psk: PresharedKey,
        limit: @escaping @Sendable (UInt8) -> Int?, random: inout some RandomSource
    ) -> Channel {
        let seed = SymmetricKey(random: &random)
        let preamble = Preamble(versions: versions, key: psk.id)
        let handshake = HandshakeState(
            .xxPsk0, role: .initiator, prologue: preamble.prologue(book: book), local: local,
            ephemeralSeed: seed, psk: psk)
        return Channel(
            role: .initiator, local: local, book: book, ephemeralSeed: seed, keys: { _ in nil },
            limit: limit, state: .unstarted(preamble, handshake))
    }

    /// The side that accepts. `keys` gives the pre-shared key that a preamble names, if we hold it:
    /// a key of the book, past ones too, or one of an open invitation.
    package static func responder(
        local: AgreementKey, book: Digest,
        psks keys: @escaping @Sendable (PresharedKeyID) -> PresharedKey?,
        limit: @escaping @Sendable (UInt8) -> Int?, random: inout some RandomSource
    ) -> Channel {
        Channel(
            role: .responder, local: local, book: book,
            ephemeralSeed: SymmetricKey(random: &random), keys: keys, limit: limit,
            state: .preamble)
    }

    package var isEstablished: Bool {
        if case .established = state { true } else { false }
    }

    /// Why the channel ended, if it did.
    package var failure: ChannelError? {
        if case .dead(let error) = state { error } else { nil }
    }

    /// All zero unless established.
    package var counters: Counters {
        guard case .established(let transport) = state else { return Counters() }
        return Counters(
            recordsSent: transport.sent.count, recordsReceived: transport.received.count)
    }
}

extension Channel {
    /// The bytes to send first: preamble and message 1 from the initiator, none from the responder.
    /// Once, before anything else. Throws `.alreadyStarted` and `.dead`.
    package mutating func start() throws(ChannelError) -> [UInt8] {
        switch state {
        case .preamble: return []
        case .dead: throw .dead
        case .firstMessage, .secondMessage, .thirdMessage, .established: throw .alreadyStarted
        case .unstarted(let preamble, var handshake):
            let first = try write(&handshake)
            state = .secondMessage(handshake, preamble.key)
            return preamble.bytes + first
        }
    }

    /// Seals one message of 1 byte to 2 MiB, kind first, into the bytes to send.
    /// Throws `.notEstablished` and `.unsealable`, which change nothing; `.dead`; and `.record`
    /// when the nonces are used up. Cost: linear, about one copy.
    package mutating func seal(_ message: [UInt8]) throws(ChannelError) -> [UInt8] {
        switch state {
        case .dead: throw .dead
        case .unstarted, .preamble, .firstMessage, .secondMessage, .thirdMessage:
            throw .notEstablished
        case .established(var transport):
            guard 1...Self.messageBytesMax ~= message.count else {
                throw .unsealable(message.count)
            }
            do throws(ChannelError) {
                let records = try transport.seal(message)
                state = .established(transport)
                return records
            } catch {
                die(error)
                throw error
            }
        }
    }

    /// From here on nothing is read, kept or sealed.
    mutating func die(_ error: ChannelError) {
        state = .dead(error)
        pending = []
    }

    func write(_ handshake: inout HandshakeState) throws(ChannelError) -> [UInt8] {
        do throws(SodiumError) {
            let message = try handshake.write([])
            return [UInt8(message.count >> 8), UInt8(message.count & 0xff)] + message
        } catch {
            throw .handshake(error)
        }
    }
}

extension Channel {
    /// Has a responder read a first message that was made with a key we hold? From here on a
    /// handshake costs Diffie–Hellman operations, and the shell counts how many are under way.
    package var hasReadFirstMessage: Bool {
        if case .thirdMessage = state { true } else { false }
    }
}
