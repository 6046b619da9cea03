import Gossip
import Sodium

/// One TCP connection: two ends, and bytes under way in each direction, in order.
final class Connection {
    let number: Int
    /// What was dialled.
    let address: String
    let psk: PresharedKey
    var dialler: End
    /// Nil until the far machine has accepted it.
    var listener: End?
    /// Neither end is told any more, and what is sent goes nowhere.
    var isDead = false

    /// One machine's side of it.
    final class End {
        let machine: Int
        let boot: Int
        /// Nil in the fast lane.
        var secure: Channel?
        /// Once the handshake is done.
        var link: LinkID?
        var isClosed = false
        var outgoing = Pipe()

        init(machine: Int, boot: Int) {
            self.machine = machine
            self.boot = boot
        }
    }

    /// Bytes on their way, in order. What comes first out is what went first in.
    struct Pipe {
        enum Piece {
            case bytes([UInt8])
            case end
        }

        var pieces: [(at: Milliseconds, piece: Piece)] = []
        var first = 0
        var bytesWaiting = 0
        /// When the last byte that was put in arrives.
        var lastAt: Milliseconds = 0
        /// When the line is free for the next byte.
        var freeAt: Milliseconds = 0

        mutating func next(at now: Milliseconds) -> Piece? {
            guard first < pieces.count, pieces[first].at <= now else { return nil }
            let piece = pieces[first].piece
            first += 1
            if case .bytes(let bytes) = piece { bytesWaiting -= bytes.count }
            if first > 64, first * 2 > pieces.count {
                pieces.removeFirst(first)
                first = 0
            }
            return piece
        }
    }

    init(_ number: Int, address: String, psk: PresharedKey, dialler: End) {
        self.number = number
        self.address = address
        self.psk = psk
        self.dialler = dialler
    }

    func end(ofDialler: Bool) -> End? { ofDialler ? dialler : listener }
}
