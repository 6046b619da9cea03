/// What happens, in the order of (virtual time, number): the number of an event is when it was
/// planned, so a run is decided by what was put in and nothing else. A binary heap.
struct EventQueue {
    private var heap: [Event] = []
    private var count: UInt64 = 0

    struct Event {
        let at: Milliseconds
        let number: UInt64
        let what: Happening

        static func isBefore(_ a: Event, _ b: Event) -> Bool {
            (a.at, a.number) < (b.at, b.number)
        }
    }

    /// Events that wait; far more would mean that something plans without end.
    static let waitingMax = 1_000_000

    var waiting: Int { heap.count }
    var nextAt: Milliseconds? { heap.first?.at }

    mutating func add(_ what: Happening, at time: Milliseconds) {
        precondition(heap.count < Self.waitingMax, "a million events wait at \(time)")
        count += 1
        heap.append(Event(at: time, number: count, what: what))
        var child = heap.count - 1
        while child > 0 {
            let parent = (child - 1) / 2
            guard Event.isBefore(heap[child], heap[parent]) else { return }
            heap.swapAt(child, parent)
            child = parent
        }
    }

    mutating func next() -> Event? {
        guard let first = heap.first, let last = heap.popLast() else { return nil }
        guard !heap.isEmpty else { return first }
        heap[0] = last
        var parent = 0
        while true {
            var least = parent
            for child in [2 * parent + 1, 2 * parent + 2]
            where child < heap.count && Event.isBefore(heap[child], heap[least]) {
                least = child
            }
            guard least != parent else { return first }
            heap.swapAt(parent, least)
            parent = least
        }
    }
}

/// One event of the simulated world.
enum Happening {
    /// A machine takes what waits in its inbox. `boot` tells a machine that was restarted since.
    case batch(machine: Int, boot: Int)
    case wake(machine: Int, boot: Int, number: UInt64)
    case start(machine: Int)
    /// Bytes arrive at the other end of a connection.
    case arrive(connection: Int, toDialler: Bool)
    case dialled(connection: Int)
    /// A handshake that takes too long is given up.
    case handshakeDue(connection: Int)
    case act(Int)
    case fault(Int)
    /// A fault that lasts ends.
    case mend(Mending)
    /// For measuring alone.
    case bandEnds(Int)
    case look
}

enum Mending {
    case uncut(Int, Int, Fault.Manner)
    case cutOnce(Int, Int, lasts: Milliseconds)
    case isolate(Int, lasts: Milliseconds)
    case unslow(Int, Int)
    case unfreeze(Int)
    case undrift(Int)
    case diskIsWell(Int)
    case honestAgain(Int, Fault.Loss)
    case restore(Int, down: Milliseconds)
    case stopClone(Int)
}
