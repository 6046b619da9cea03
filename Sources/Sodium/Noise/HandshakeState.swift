/// One side of a Noise handshake (revision 34, section 5.3): a value without I/O. The shapes of the
/// messages come from the pattern, so nothing here knows XX from NN.
///
/// A message that is refused leaves the state as it was; the caller gives the channel up.
package struct HandshakeState: Secret, Sendable {
    package enum Role: Hashable, Sendable {
        case initiator, responder
    }

    package static let messageBytesMax = 65_535

    private let pattern: HandshakePattern
    private let role: Role
    private let presharedKey: PresharedKey?
    private let local: AgreementKey?
    private let ephemeralSeed: SymmetricKey
    private var ephemeral: AgreementKey?
    private var remoteEphemeral: AgreementPublicKey?
    /// The peer's static key, once its message was read. Proven only when the handshake is done.
    package private(set) var remote: AgreementPublicKey?
    private var symmetric: SymmetricState
    private var next = 0

    /// `local` is needed by the XX patterns, `psk` by those with a pre-shared key; the ephemeral key
    /// is made from its seed when it is first needed, so a peer that fails earlier costs nothing.
    package init(
        _ pattern: HandshakePattern, role: Role, prologue: [UInt8], local: AgreementKey?,
        ephemeralSeed: SymmetricKey, psk: PresharedKey?
    ) {
        precondition(
            !pattern.usesPresharedKey || psk != nil, "\(pattern.name) needs a pre-shared key")
        self.pattern = pattern
        self.role = role
        self.local = local
        self.ephemeralSeed = ephemeralSeed
        presharedKey = psk
        symmetric = SymmetricState(protocolName: pattern.protocolName)
        symmetric.mixHash(prologue)
    }

    package var isDone: Bool { next == pattern.messages.count }

    /// The hash of everything both sides said, 64 bytes; a channel binding once `isDone`.
    package var hash: [UInt8] { symmetric.hash }

    private var isMyTurn: Bool { (next % 2 == 0) == (role == .initiator) }

    /// The next message of this side. Throws `.outOfTurn`, `.weakKey`, `.wrongLength`.
    package mutating func write(_ payload: [UInt8]) throws(SodiumError) -> [UInt8] {
        guard !isDone, isMyTurn else { throw .outOfTurn }
        var work = self
        var message: [UInt8] = []
        for token in pattern.messages[next] { try work.write(token, into: &message) }
        try work.symmetric.encryptAndHash(payload, into: &message)
        guard message.count <= Self.messageBytesMax else { throw .wrongLength(message.count) }
        work.next += 1
        self = work
        return message
    }

    /// The payload of the peer's next message. Throws `.outOfTurn`, `.wrongLength`, `.forged`,
    /// `.weakKey`.
    package mutating func read(_ message: ArraySlice<UInt8>) throws(SodiumError) -> [UInt8] {
        guard !isDone, !isMyTurn else { throw .outOfTurn }
        guard message.count <= Self.messageBytesMax else { throw .wrongLength(message.count) }
        var work = self
        var rest = message
        for token in pattern.messages[next] { try work.read(token, from: &rest) }
        let payload = try work.symmetric.decryptAndHash(rest)
        work.next += 1
        self = work
        return payload
    }

    /// The two transport ciphers. Throws `.outOfTurn` before the last message.
    package func split() throws(SodiumError) -> (send: CipherState, receive: CipherState) {
        guard isDone else { throw .outOfTurn }
        let (first, second) = symmetric.split()
        return role == .initiator ? (first, second) : (second, first)
    }

    private mutating func write(
        _ token: HandshakePattern.Token, into message: inout [UInt8]
    ) throws(SodiumError) {
        switch token {
        case .e:
            let key = AgreementKey(seed: ephemeralSeed.bytes)
            ephemeral = key
            message.append(contentsOf: key.publicKey.bytes)
            mixEphemeral(key.publicKey)
        case .s:
            guard let local else { throw .outOfTurn }
            try symmetric.encryptAndHash(local.publicKey.bytes, into: &message)
        case .ee, .es, .se, .ss, .psk:
            try mix(token)
        }
    }

    private mutating func read(
        _ token: HandshakePattern.Token, from rest: inout ArraySlice<UInt8>
    ) throws(SodiumError) {
        switch token {
        case .e:
            let key = AgreementPublicKey(try Self.take(AgreementPublicKey.count, from: &rest))
            guard let key else { throw .wrongLength(rest.count) }
            remoteEphemeral = key
            mixEphemeral(key)
        case .s:
            let tag = symmetric.hasKey ? CipherState.tagBytes : 0
            let sealed = try Self.take(AgreementPublicKey.count + tag, from: &rest)
            remote = AgreementPublicKey(try symmetric.decryptAndHash(sealed))
        case .ee, .es, .se, .ss, .psk:
            try mix(token)
        }
    }

    private mutating func mixEphemeral(_ key: AgreementPublicKey) {
        symmetric.mixHash(key.bytes)
        if pattern.usesPresharedKey { symmetric.mixKey(key.bytes) }
    }

    /// The first letter names the initiator's key, the second the responder's.
    private mutating func mix(_ token: HandshakePattern.Token) throws(SodiumError) {
        let initiates = role == .initiator
        switch token {
        case .ee: try mixAgreement(ephemeral, remoteEphemeral)
        case .ss: try mixAgreement(local, remote)
        case .es:
            try initiates
                ? mixAgreement(ephemeral, remote) : mixAgreement(local, remoteEphemeral)
        case .se:
            try initiates
                ? mixAgreement(local, remoteEphemeral) : mixAgreement(ephemeral, remote)
        case .psk:
            guard let presharedKey else { throw .outOfTurn }
            symmetric.mixKeyAndHash(presharedKey.bytes)
        case .e, .s:
            preconditionFailure("\(token) is a key, not a product")
        }
    }

    private mutating func mixAgreement(
        _ mine: AgreementKey?, _ theirs: AgreementPublicKey?
    ) throws(SodiumError) {
        guard let mine, let theirs else { throw .outOfTurn }
        symmetric.mixKey(try mine.agree(with: theirs))
    }

    private static func take(
        _ count: Int, from rest: inout ArraySlice<UInt8>
    ) throws(SodiumError) -> ArraySlice<UInt8> {
        guard rest.count >= count else { throw .wrongLength(rest.count) }
        let taken = rest.prefix(count)
        rest = rest.dropFirst(count)
        return taken
    }
}
