import Foundation

/// A socket of the tests: blocking, with a bound on how long it waits.
final class TestSocket: @unchecked Sendable {
    let descriptor: Int32

    init(_ descriptor: Int32) {
        self.descriptor = descriptor
        var limit = timeval(tv_sec: 20, tv_usec: 0)
        setsockopt(
            descriptor, SOL_SOCKET, Int32(SO_RCVTIMEO), &limit,
            socklen_t(MemoryLayout<timeval>.size)
        )
    }

    private static var stream: Int32 {
        #if os(Linux)
            Int32(SOCK_STREAM.rawValue)
        #else
            SOCK_STREAM
        #endif
    }

    static func address(_ port: Int) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = in_addr_t(0x7f00_0001).bigEndian
        return address
    }

    static func connect(_ port: Int) -> TestSocket? {
        let socket = TestSocket(socket(AF_INET, stream, 0))
        var address = address(port)
        let done = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Foundation.connect(
                    socket.descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        return done == 0 ? socket : nil
    }

    /// - Returns: the socket and its port.
    static func listen() -> (TestSocket, Int) {
        let socket = TestSocket(socket(AF_INET, stream, 0))
        var address = address(0)
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        _ = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(socket.descriptor, $0, size)
            }
        }
        Foundation.listen(socket.descriptor, 64)
        _ = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                getsockname(socket.descriptor, $0, &size)
            }
        }
        return (socket, Int(in_port_t(bigEndian: address.sin_port)))
    }

    func accept() -> TestSocket? {
        let descriptor = Foundation.accept(descriptor, nil, nil)
        return descriptor < 0 ? nil : TestSocket(descriptor)
    }

    /// False when the far end is gone.
    @discardableResult
    func send(_ bytes: [UInt8]) -> Bool {
        var rest = bytes[...]
        while !rest.isEmpty {
            let sent = rest.withUnsafeBytes {
                Foundation.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard sent > 0 else { return false }
            rest = rest.dropFirst(sent)
        }
        return true
    }

    /// Empty at the end, after an error, and after 20 seconds of silence.
    func receive() -> [UInt8] {
        var buffer = [UInt8](repeating: 0, count: 16_384)
        let count = recv(descriptor, &buffer, buffer.count, 0)
        return count > 0 ? Array(buffer.prefix(count)) : []
    }

    func shut() { shutdown(descriptor, Int32(SHUT_RDWR)) }

    deinit { close(descriptor) }
}

/// A cable between two nodes that hears every byte, and can harm it.
final class TestCable: @unchecked Sendable {
    let port: Int
    private let listener: TestSocket
    private let lock = NSLock()
    private var target = 0
    private var bytes: [UInt8] = []
    private var harm: [Harm]
    private var connections = 0
    private var down: [Int: Int] = [:]
    private var pairs: [TestSocket] = []

    /// What happens to a connection, by its number; the rest pass unharmed.
    enum Harm {
        case none
        /// One bit of the byte at this place of what the dialling side sends.
        case flipUp(Int)
        case flipDown(Int)
        /// The connection ends after so many bytes to the dialling side.
        case cutDown(Int)
        /// From this place on nothing is read any more, and nothing is closed.
        case stallDown(Int)
        /// Everything is cut into single bytes.
        case dribble
    }

    init(_ harm: [Harm] = []) {
        self.harm = harm
        (listener, port) = TestSocket.listen()
        let thread = Thread { [self] in
            while let near = listener.accept() { serve(near) }
        }
        thread.start()
    }

    var address: String { "127.0.0.1:\(port)" }

    func lead(to port: Int) { lock.withLock { target = port } }

    /// Every byte that went over it, in both directions.
    var heard: [UInt8] { lock.withLock { bytes } }
    var connected: Int { lock.withLock { connections } }

    /// Bytes that a connection carried to the side that dialled.
    func release() { stalled.signal() }
    private let stalled = DispatchSemaphore(value: 0)

    func bytesDown(of connection: Int) -> Int { lock.withLock { down[connection, default: 0] } }

    func cut() {
        listener.shut()
        for socket in lock.withLock({ pairs }) { socket.shut() }
    }

    private func serve(_ near: TestSocket) {
        let (number, target) = lock.withLock {
            connections += 1
            return (connections - 1, self.target)
        }
        guard let far = TestSocket.connect(target) else { return near.shut() }
        lock.withLock { pairs += [near, far] }
        let harm = number < self.harm.count ? self.harm[number] : .none
        pump(from: near, to: far, isUp: true, harm, number)
        pump(from: far, to: near, isUp: false, harm, number)
    }

    private func pump(from: TestSocket, to: TestSocket, isUp: Bool, _ harm: Harm, _ number: Int) {
        let thread = Thread { [self] in
            var passed = 0
            while true {
                var piece = from.receive()
                guard !piece.isEmpty else { break }
                lock.withLock {
                    bytes += piece
                    if !isUp { down[number, default: 0] += piece.count }
                }
                var isCut = false
                switch harm {
                case .flipUp(let place) where isUp: Self.flip(&piece, place - passed)
                case .flipDown(let place) where !isUp: Self.flip(&piece, place - passed)
                case .cutDown(let place) where !isUp && passed + piece.count > place:
                    piece = Array(piece.prefix(max(0, place - passed)))
                    isCut = true
                case .stallDown(let place) where !isUp && passed + piece.count > place:
                    stalled.wait()
                    stalled.signal()
                default: break
                }
                passed += piece.count
                if case .dribble = harm {
                    for byte in piece { to.send([byte]) }
                } else {
                    to.send(piece)
                }
                if isCut { break }
            }
            from.shut()
            to.shut()
        }
        thread.start()
    }

    private static func flip(_ piece: inout [UInt8], _ place: Int) {
        if piece.indices.contains(place) { piece[place] ^= 0x10 }
    }
}
