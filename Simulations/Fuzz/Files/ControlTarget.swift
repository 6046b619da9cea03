import Books
import Engine
import Foundation
import NIOCore

@testable import Node

/// The control socket: frames cut in any way, and requests in them.
struct ControlTarget: FuzzTarget {
    static let name = "control"
    static let allocationMegabytesMax = 4

    init() {}

    func run(_ input: [UInt8]) throws {
        var input = Input(input)
        let size = 1 + input.choice(64)
        let bytes = input.rest()
        let (whole, cut) = (
            Self.frames(in: bytes, by: max(1, bytes.count)), Self.frames(in: bytes, by: size)
        )
        law(whole.isRefused == cut.isRefused, "cut by \(size): refused or not")
        law(
            whole.frames.map { $0.buffer } == cut.frames.map { $0.buffer },
            "cut by \(size): other frames")
        let written = whole.frames.flatMap { Array($0.buffer.readableBytesView) }
        law(bytes.starts(with: written), "a frame has a second spelling")
        for frame in whole.frames {
            guard let request = try? frame.decode(Request.self) else { continue }
            _ = try ControlFrame.encode(request, id: frame.id).decode(Request.self)
        }
    }

    private static func frames(
        in bytes: [UInt8], by size: Int
    ) -> (frames: [ControlFrame], isRefused: Bool) {
        var buffer = ByteBuffer()
        var frames: [ControlFrame] = []
        for start in stride(from: 0, to: bytes.count, by: size) {
            buffer.writeBytes(bytes[start..<min(start + size, bytes.count)])
            do {
                while let frame = try ControlFrame.take(from: &buffer) { frames.append(frame) }
            } catch {
                return (frames, true)
            }
        }
        return (frames, false)
    }

    func seeds() throws -> [[UInt8]] {
        let details = Details(
            date: "2026-11-24", person: "Lin", party: "ACME", memo: "茶",
            external: .init(source: "till", key: "1", first: 1, last: 2))
        let requests: [Request] = [
            .query(.status), .verify, .setOnline(false), .join(line: "bbk1:", name: "till"),
            .perform(
                .sell(details, [Line(item: "TEA", quantity: "1")], tender: "cash"), wait: 1,
                waitMilliseconds: 5),
            .performAll([.addItems([ItemChange(code: "TEA", name: "Tea", price: "9.00")])]),
            .invite(InvitationOrder(branch: "GZ", addresses: ["host:7700"])),
            .query(.item(code: "TEA")), .revoke(node: "00"),
        ]
        return try requests.enumerated().map { number, request in
            let frame = try ControlFrame.encode(request, id: UInt64(number))
            return [UInt8(number * 7)] + frame.buffer.readableBytesView
                + frame.buffer.readableBytesView
        }
    }
}
