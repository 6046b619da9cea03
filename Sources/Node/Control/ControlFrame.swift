import Engine
import Foundation
import NIOCore

/// What goes over the control socket: `length(4) ‖ id(8) ‖ JSON`, the length counting id and JSON.
struct ControlFrame: Sendable {
    let id: UInt64
    let body: [UInt8]

    static let bytesMax = 32 << 20
    static let headBytes = 12

    enum Failure: Error { case tooLong(Int) }

    /// Takes the next frame out of what was read; nil when it is not all there.
    static func take(from buffer: inout ByteBuffer) throws -> ControlFrame? {
        guard let length = buffer.getInteger(at: buffer.readerIndex, as: UInt32.self) else {
            return nil
        }
        guard (8...UInt32(bytesMax)).contains(length) else { throw Failure.tooLong(Int(length)) }
        guard buffer.readableBytes >= Int(length) + 4 else { return nil }
        buffer.moveReaderIndex(forwardBy: 4)
        guard let id = buffer.readInteger(as: UInt64.self),
            let body = buffer.readBytes(length: Int(length) - 8)
        else { return nil }
        return ControlFrame(id: id, body: body)
    }

    var buffer: ByteBuffer {
        var out = ByteBuffer()
        out.reserveCapacity(body.count + Self.headBytes)
        out.writeInteger(UInt32(body.count + 8))
        out.writeInteger(id)
        out.writeBytes(body)
        return out
    }

    static func encode(_ value: some Encodable, id: UInt64) throws -> ControlFrame {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.withoutEscapingSlashes]
        return ControlFrame(id: id, body: Array(try encoder.encode(value)))
    }

    func decode<T: Decodable>(_ type: T.Type) throws -> T {
        try JSONDecoder().decode(type, from: Data(body))
    }
}
