@testable import Sodium

/// A channel that waits for the first, second or third handshake message: whoever has no key gets no
/// further, whatever he sends and however it is cut.
struct HandshakeTarget: FuzzTarget {
    static let name = "handshake"
    static let bytesMax = 1_024
    static let allocationMegabytesMax = 1

    /// The waiting ends, and what an honest peer sends next.
    private let waiting: [(channel: Channel, honest: [UInt8])]

    init() throws {
        let (stages, messages) = try Ends.handshake()
        waiting = [
            (stages[1].responder, messages[0]), (stages[1].initiator, messages[1]),
            (stages[2].responder, messages[2]),
        ]
    }

    func run(_ input: [UInt8]) {
        var input = Input(input)
        let (start, honest) = waiting[input.choice(waiting.count)]
        let size = 1 + input.choice(120)
        let bytes = input.rest()
        var (whole, cut) = (start, start)
        let atOnce = Outcome(&whole, bytes, by: max(1, bytes.count))
        let inPieces = Outcome(&cut, bytes, by: size)
        law(atOnce == inPieces, "cut by \(size): \(inPieces), at once: \(atOnce)")
        guard !bytes.starts(with: honest) else { return }
        law(atOnce.events.isEmpty, "a stranger is let in: \(atOnce.events)")
        law(atOnce.send.isEmpty, "a stranger has an answer of \(atOnce.send.count) bytes")
    }

    func seeds() -> [[UInt8]] {
        waiting.enumerated().flatMap { number, end in
            let damaged = end.honest.indices.filter { $0 % 13 == 0 }.map { place in
                var bytes = end.honest
                bytes[place] ^= 1
                return bytes
            }
            let variants = [
                end.honest, end.honest + [0, 17] + [UInt8](repeating: 1, count: 17),
                Array(end.honest.dropLast()),
            ]
            return (variants + damaged).map { [UInt8(number), 20] + $0 }
        }
    }
}
