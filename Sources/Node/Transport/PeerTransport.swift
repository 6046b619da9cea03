import Engine
import Gossip
import Logging
import NIOCore
import NIOPosix
import Replica
import Sodium

/// Sockets between nodes: each carries one Noise channel. Everything here runs on one event loop;
/// what comes of it goes to `deliver`.
///
/// Bounds: 5 seconds and 4 KiB before a peer is authenticated; 1,024 sockets that have not said
/// enough, of which the oldest goes first; 64 handshakes behind the first message; 20 connections at
/// once and 5 a second from one address; 4 MiB received and not yet handled, 8 MiB to be sent, for
/// each link; a new handshake after 24 hours.
final class PeerTransport: @unchecked Sendable {
    static let handshakeSeconds: Int64 = 5
    static let silentMax = 1_024
    static let handshakesMax = 64
    static let incomingBytesMax = 4 << 20
    static let outgoingBytesMax = 8 << 20
    static let linkHours: Int64 = 24
    static let bucketMost = 20.0
    static let bucketPerSecond = 5.0
    static let bucketsMax = 4_096

    let loop: any EventLoop
    let local: AgreementKey
    let deliver: @Sendable (Input) -> Void
    let logger: Logger

    // Touched on the loop alone.
    private var keys: [PresharedKeyID: PresharedKey] = [:]
    private var book: BookID?
    private var links: [LinkID: PeerHandler] = [:]
    private var silent: [ObjectIdentifier: (order: UInt64, handler: PeerHandler)] = [:]
    private var handshakes = 0
    private var buckets: [String: (tokens: Double, at: NIODeadline)] = [:]
    private var nextLink: UInt64 = 1
    private var nextSilent: UInt64 = 1
    private var server: (any NIOCore.Channel)?
    private var isStopped = false

    init(
        loop: any EventLoop, local: AgreementKey, logger: Logger,
        deliver: @escaping @Sendable (Input) -> Void
    ) {
        self.loop = loop
        self.local = local
        self.logger = logger
        self.deliver = deliver
    }

    // MARK: Listening and dialling

    /// - Returns: the port that was bound, which matters where 0 was asked for.
    func listen(host: String, port: Int) throws -> Int {
        let channel = try ServerBootstrap(group: loop)
            .serverChannelOption(.backlog, value: 256)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { [self] channel in
                channel.eventLoop.makeCompletedFuture { try welcome(channel) }
            }
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .bind(host: host, port: port).wait()
        loop.execute { self.server = channel }
        return channel.localAddress?.port ?? port
    }

    private func welcome(_ channel: any NIOCore.Channel) throws {
        let from = channel.remoteAddress?.ipAddress ?? "?"
        guard !isStopped, let book, takesOne(from: from) else { throw ChannelError.eof }
        var random = SystemRandom()
        // Asked when the preamble has come, on this loop: a key may be accepted after the connection is.
        let secure = Sodium.Channel.responder(
            local: local, book: book.digest, psks: { [self] in keys[$0] }, limit: MessageKind.limit,
            random: &random)
        let handler = PeerHandler(secure, address: nil, from: from, transport: self)
        try channel.pipeline.syncOperations.addHandler(handler)
        register(handler)
    }

    func connect(_ address: String, _ psk: PresharedKey, _ book: BookID) {
        loop.execute { [self] in
            guard !isStopped, let colon = address.lastIndex(of: ":"),
                let port = Int(address[address.index(after: colon)...])
            else {
                deliver(.connectFailed(address: address, why: "not host:port"))
                return
            }
            var random = SystemRandom()
            let secure = Sodium.Channel.initiator(
                local: local, book: book.digest, psk: psk, limit: MessageKind.limit,
                random: &random)
            ClientBootstrap(group: loop)
                .connectTimeout(.seconds(Self.handshakeSeconds))
                .channelOption(.tcpOption(.tcp_nodelay), value: 1)
                .channelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        let handler = PeerHandler(
                            secure, address: address, from: address, transport: self)
                        try channel.pipeline.syncOperations.addHandler(handler)
                        self.register(handler)
                    }
                }
                .connect(host: String(address[..<colon]), port: port)
                .whenFailure { error in
                    self.deliver(.connectFailed(address: address, why: "\(error)"))
                }
        }
    }

    // MARK: What the engine says

    func accept(_ keys: [PresharedKey], _ book: BookID) {
        loop.execute {
            self.keys = Dictionary(
                keys.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
            self.book = book
        }
    }

    func send(_ id: LinkID, _ bytes: [UInt8]) {
        loop.execute { self.links[id]?.send(bytes) }
    }

    /// Once what was sent is out.
    func close(_ id: LinkID) {
        loop.execute { self.links[id]?.closeAfterSending() }
    }

    /// The engine has handled so many bytes of a link.
    func consumed(_ id: LinkID, _ count: Int) {
        loop.execute { self.links[id]?.consumed(count) }
    }

    func stop() -> EventLoopFuture<Void> {
        loop.flatSubmit { [self] in
            isStopped = true
            let closing = links.values.map { $0.closed } + silent.values.map { $0.handler.closed }
            for handler in links.values { handler.closeAfterSending() }
            for (_, handler) in silent.values { handler.closeNow() }
            let listening = server?.close() ?? loop.makeSucceededVoidFuture()
            return EventLoopFuture.andAllComplete(closing + [listening], on: loop)
        }
    }

    // MARK: What the handlers say

    private func register(_ handler: PeerHandler) {
        silent[ObjectIdentifier(handler)] = (nextSilent, handler)
        nextSilent += 1
        if silent.count > Self.silentMax,
            let oldest = silent.values.min(by: { $0.order < $1.order })
        {
            oldest.handler.closeNow()
        }
    }

    func established(_ handler: PeerHandler) -> LinkID {
        silent[ObjectIdentifier(handler)] = nil
        let id = LinkID(nextLink)
        nextLink += 1
        links[id] = handler
        return id
    }

    /// A responder has read a first message that was made with one of our keys.
    func beginsHandshake() -> Bool {
        guard handshakes < Self.handshakesMax else { return false }
        handshakes += 1
        return true
    }

    func endsHandshake() { handshakes -= 1 }

    func gone(_ handler: PeerHandler, _ id: LinkID?) {
        silent[ObjectIdentifier(handler)] = nil
        if let id { links[id] = nil }
    }

    private func takesOne(from address: String) -> Bool {
        let now = NIODeadline.now()
        if buckets.count >= Self.bucketsMax { buckets.removeAll() }
        var (tokens, at) = buckets[address] ?? (Self.bucketMost, now)
        tokens = min(
            Self.bucketMost,
            tokens + Double((now - at).nanoseconds) / 1e9 * Self.bucketPerSecond)
        at = now
        guard tokens >= 1 else {
            buckets[address] = (tokens, at)
            return false
        }
        buckets[address] = (tokens - 1, at)
        return true
    }
}
