import Books
import Engine
import Foundation
package import Logging
import NIOCore
import NIOPosix

/// The control socket: whoever may open the file may ask. Mode 0660: owner and group.
///
/// Bounds: 128 connections, 64 requests under way on each, 32 MiB a frame.
package final class ControlServer: Sendable {
    static let connectionsMax = 128
    static let requestsMax = 64

    private let channel: any Channel
    private let path: String

    /// - Throws: `Refusal` where the socket cannot be made. To be called under the directory's lock: a
    ///   socket that is left over is removed.
    package init(_ runtime: NodeRuntime, logger: Logger) throws {
        path = runtime.directory.socket
        unlink(path)
        let count = ConnectionCount()
        do {
            channel = try ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .childChannelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        guard count.enter() else { throw ChannelError.eof }
                        channel.closeFuture.whenComplete { _ in count.leave() }
                        try channel.pipeline.syncOperations.addHandler(
                            ControlHandler(runtime, logger: logger))
                    }
                }
                .bind(unixDomainSocketPath: path).wait()
        } catch {
            throw Refusal(.readOnly, "the control socket \(path) cannot be made: \(error)")
        }
        chmod(path, 0o660)
    }

    package func stop() {
        try? channel.close().wait()
        unlink(path)
    }
}

private final class ConnectionCount: @unchecked Sendable {
    private let lock = NSLock()
    private var count = 0

    func enter() -> Bool {
        lock.lock()
        defer { lock.unlock() }
        guard count < ControlServer.connectionsMax else { return false }
        count += 1
        return true
    }

    func leave() {
        lock.lock()
        count -= 1
        lock.unlock()
    }
}

private final class ControlHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let runtime: NodeRuntime
    private let logger: Logger
    private var pending = ByteBuffer()
    private var asked: [UInt64: RequestID] = [:]

    init(_ runtime: NodeRuntime, logger: Logger) {
        self.runtime = runtime
        self.logger = logger
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var buffer = unwrapInboundIn(data)
        pending.writeBuffer(&buffer)
        do {
            while let frame = try ControlFrame.take(from: &pending) {
                try take(frame, context)
            }
            pending.discardReadBytes()
        } catch {
            logger.debug("a control connection was refused", metadata: ["why": "\(error)"])
            context.close(promise: nil)
        }
    }

    private func take(_ frame: ControlFrame, _ context: ChannelHandlerContext) throws {
        let channel = context.channel
        @Sendable func send(_ reply: Reply) {
            guard let frame = try? ControlFrame.encode(reply, id: frame.id) else { return }
            channel.writeAndFlush(frame.buffer, promise: nil)
        }
        guard asked.count < ControlServer.requestsMax, asked[frame.id] == nil else {
            send(.refused(Refusal(.storage, "too many requests on one connection")))
            return
        }
        let request: Request
        do {
            request = try frame.decode(Request.self)
        } catch {
            send(
                .refused(
                    Refusal(
                        .badOption, "the request is not understood",
                        next: "use a program of the same version")))
            return
        }
        let handler = NIOLoopBound(self, eventLoop: context.eventLoop)
        let loop = context.eventLoop
        let id = frame.id
        asked[id] = runtime.ask(request) { reply in
            send(reply)
            if reply.isLast { loop.execute { handler.value.asked[id] = nil } }
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        for id in asked.values { runtime.abandon(id) }
        asked = [:]
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }
}
