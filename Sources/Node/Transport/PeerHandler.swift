import Engine
import Gossip
import Logging
import NIOCore
import Sodium

/// One socket: bytes into the Noise channel, messages out of it. Runs on the transport's loop.
final class PeerHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private var secure: Sodium.Channel
    /// What was dialled; nil where the peer dialled.
    private let address: String?
    private let from: String
    private unowned let transport: PeerTransport
    private var context: ChannelHandlerContext?
    private var link: LinkID?
    private var deadline: Scheduled<Void>?
    private var unhandled = 0
    private var unsent = 0
    private var isInHandshake = false
    private var isClosing = false
    private let ended: EventLoopPromise<Void>

    var closed: EventLoopFuture<Void> { ended.futureResult }

    init(
        _ secure: Sodium.Channel, address: String?, from: String, transport: PeerTransport
    ) {
        self.secure = secure
        self.address = address
        self.from = from
        self.transport = transport
        ended = transport.loop.makePromise()
    }

    func channelActive(context: ChannelHandlerContext) {
        self.context = context
        deadline = transport.loop.assumeIsolated().scheduleTask(
            in: .seconds(PeerTransport.handshakeSeconds)
        ) { [self] in closeNow() }
        do {
            write(try secure.start())
        } catch {
            closeNow()
        }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let buffer = unwrapInboundIn(data)
        guard !isClosing else { return }
        do {
            let (events, reply) = try secure.receive(Array(buffer.readableBytesView))
            write(reply)
            for event in events { take(event) }
        } catch {
            transport.logger.debug(
                "a connection was refused",
                metadata: ["from": "\(from)", "why": "\(error)"])
            closeNow()
            return
        }
        if secure.failure != nil {
            closeNow()
        } else if !secure.isEstablished, address == nil, !isInHandshake,
            case .responder = secure.role, buffer.readableBytes > 0, secure.hasReadFirstMessage
        {
            isInHandshake = transport.beginsHandshake()
            if !isInHandshake { closeNow() }
        }
    }

    private func take(_ event: Sodium.Channel.Event) {
        switch event {
        case .established(let remote, let psk):
            deadline?.cancel()
            endHandshake()
            let id = transport.established(self)
            link = id
            transport.deliver(
                .connected(
                    Connected(
                        id: id, isInitiator: address != nil, remote: remote, psk: psk,
                        handshakeHash: secure.handshakeHash ?? [], address: address)))
            deadline = transport.loop.assumeIsolated().scheduleTask(
                in: .hours(PeerTransport.linkHours)
            ) { [self] in closeAfterSending() }
        case .message(let bytes):
            guard let link else { return }
            unhandled += bytes.count
            if unhandled > PeerTransport.incomingBytesMax { setReading(false) }
            transport.deliver(.received(link, bytes))
        }
    }

    func consumed(_ count: Int) {
        unhandled -= count
        if unhandled <= PeerTransport.incomingBytesMax / 2 { setReading(true) }
    }

    private var isReading = true

    private func setReading(_ on: Bool) {
        guard on != isReading, let context else { return }
        isReading = on
        context.channel.setOption(.autoRead, value: on).whenFailure { _ in }
        if on { context.read() }
    }

    // MARK: Sending

    func send(_ message: [UInt8]) {
        guard !isClosing else { return }
        do {
            write(try secure.seal(message))
        } catch {
            closeNow()
        }
    }

    private func write(_ bytes: [UInt8]) {
        guard !bytes.isEmpty, let context else { return }
        unsent += bytes.count
        guard unsent <= PeerTransport.outgoingBytesMax else {
            transport.logger.warning(
                "a peer does not read: its link is closed", metadata: ["from": "\(from)"])
            closeNow()
            return
        }
        let count = bytes.count
        let written = transport.loop.makePromise(of: Void.self)
        written.futureResult.assumeIsolated().whenComplete { [self] _ in unsent -= count }
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(bytes: bytes)), promise: written)
    }

    // MARK: Ending

    func closeAfterSending() {
        guard !isClosing, let context else { return }
        isClosing = true
        let written = transport.loop.makePromise(of: Void.self)
        written.futureResult.assumeIsolated().whenComplete { [self] _ in closeNow() }
        context.writeAndFlush(wrapOutboundOut(ByteBuffer()), promise: written)
        transport.loop.assumeIsolated().scheduleTask(in: .seconds(2)) { [self] in closeNow() }
    }

    func closeNow() {
        isClosing = true
        context?.close(promise: nil)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { closeNow() }

    func channelInactive(context: ChannelHandlerContext) { end() }

    func handlerRemoved(context: ChannelHandlerContext) { end() }

    private var hasEnded = false

    private func end() {
        guard !hasEnded else { return }
        hasEnded = true
        deadline?.cancel()
        endHandshake()
        transport.gone(self, link)
        if let link {
            transport.deliver(.closed(link))
        } else if let address {
            transport.deliver(.connectFailed(address: address, why: "the handshake failed"))
        }
        context = nil
        ended.succeed()
    }

    private func endHandshake() {
        if isInHandshake { transport.endsHandshake() }
        isInHandshake = false
    }
}
