import Books
package import Engine
import Foundation
import NIOCore
import NIOPosix

/// Asks a running node by its control socket.
package final class ControlClient: @unchecked Sendable {
    private let channel: any Channel
    private let lock = NSLock()
    private var next: UInt64 = 1
    private var waiting: [UInt64: @Sendable (Reply) -> Void] = [:]
    private var isGone = false

    /// Nil where no node answers at the socket.
    package convenience init?(_ directory: DataDirectory) {
        guard FileManager.default.fileExists(atPath: directory.socket) else { return nil }
        let box = Box()
        let channel = try? ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(ReplyHandler(box))
                }
            }
            .connect(unixDomainSocketPath: directory.socket).wait()
        guard let channel else { return nil }
        self.init(channel)
        box.client = self
    }

    private init(_ channel: any Channel) {
        self.channel = channel
        channel.closeFuture.whenComplete { [weak self] _ in self?.fail() }
    }

    deinit { channel.close(promise: nil) }

    /// Asks, and calls `each` with every reply on another thread.
    package func ask(_ request: Request, each: @escaping @Sendable (Reply) -> Void) {
        lock.lock()
        let id = next
        next += 1
        guard !isGone, let frame = try? ControlFrame.encode(request, id: id) else {
            lock.unlock()
            each(Self.gone)
            return
        }
        waiting[id] = each
        lock.unlock()
        channel.writeAndFlush(frame.buffer, promise: nil)
    }

    package func ask(_ request: Request) -> Reply {
        let waiter = Waiter()
        ask(request) { if $0.isLast { waiter.give($0) } }
        return waiter.take()
    }

    fileprivate func received(_ frame: ControlFrame) {
        let reply =
            (try? frame.decode(Reply.self))
            ?? .refused(
                Refusal(
                    .fault, "the node's answer is not understood",
                    next: "use a program of the same version"))
        lock.lock()
        let each = reply.isLast ? waiting.removeValue(forKey: frame.id) : waiting[frame.id]
        lock.unlock()
        each?(reply)
    }

    private static let gone = Reply.refused(
        Refusal(
            .storage, "the node went away before it answered",
            next: "start it, and look whether the document was recorded before you repeat"))

    private func fail() {
        lock.lock()
        isGone = true
        let left = waiting.values.map { $0 }
        waiting = [:]
        lock.unlock()
        for each in left { each(Self.gone) }
    }

    fileprivate final class Box: @unchecked Sendable {
        weak var client: ControlClient?
    }
}

private final class ReplyHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let box: ControlClient.Box
    private var pending = ByteBuffer()

    init(_ box: ControlClient.Box) { self.box = box }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var buffer = unwrapInboundIn(data)
        pending.writeBuffer(&buffer)
        do {
            while let frame = try ControlFrame.take(from: &pending) {
                box.client?.received(frame)
            }
            pending.discardReadBytes()
        } catch {
            context.close(promise: nil)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }
}
